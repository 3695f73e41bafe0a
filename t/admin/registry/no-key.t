# A receiver that no key opens: an alert tells, its calls are a 503, and nothing
# of it is shown or tried, until the key is there again.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new;
my ($t, $manager) = @$s{qw(t manager)};

my ($r, $rc) = $manager->post('receivers', $s->receiver(
    verify => { preset => 'gitlab', secret => 'shibboleth' }));
is $r->{status}, 201, 'a receiver' or diag $r->{body};

my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};


sub call
{
    return $t->request('POST', $path, '{"name": "Anna"}', close => 1,
        headers => ['Content-Type' => 'application/json',
                    'X-Gitlab-Token' => 'shibboleth'])->{status};
}

sub key
{
    my ($letter) = @_;

    chmod 0600, $t->file('registry.key', encode_base64($letter x 32, '')
                                         . "\n");

    my $mark = $t->mark;

    $t->reload or die;

    return $mark;
}


is call(), 200, 'it is called';

my $mark = key('o');

ok $t->wait_log(qr/\[alert\].*registered receiver "\Q$rc->{id}\E" is not used: no "key"/,
                20, $mark), 'an alert tells that no key opens it';
$t->allow(qr/registered receiver "rc_\w+" is not used: no "key" of/);
$t->allow(qr/registered objects? do(?:es)? not act/);

my $calls = @{$s->{api}->requests};

ok wait_for(sub { call() == 503 }), 'its calls are a 503';
is scalar @{$s->{api}->requests}, $calls, 'and call nobody';

($r, my $seen) = $manager->get("receivers/$rc->{id}");
is $r->{status}, 200, 'it is there';
like $seen->{state}{held}, qr/no "key" of webhook_registry decrypts/,
    'with the reason';

for my $what (['reveal'], ['sample'], ['dry-run', { body => { name => 'x' } }],
              ['rotate', {}])
{
    my ($action, $body) = @$what;

    ($r, my $problem) = $manager->post("receivers/$rc->{id}/$action", $body,
                                       headers => ['If-Match' => '*']);
    is $r->{status}, 409, "$action is refused" or diag $r->{body};
    like $problem->{detail}, qr/key|held/, 'why';
    unlike $r->{body}, qr{/web/hook/\w}, 'without its address';
}

key('k');

ok wait_for(sub { call() == 200 }), 'with its key it acts again';

($r, $seen) = $manager->post("receivers/$rc->{id}/reveal");
is $seen->{url}, $rc->{url}, 'under its address';

$t->stop;
$t->ok_logs;

done_testing;
