# What GET registry gave is posted: to the same server, where nothing is lost and
# secrets stay as they are; and to an empty one, where each secret has to be put
# in the place of "***".

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_base64);
use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new;
my ($t, $manager) = @$s{qw(t manager)};

my ($r, $ep) = $manager->post('endpoints', $s->endpoint(
    name => 'signed', secret => JSON::PP::true(), filter => ['data.n > 1'],
    headers => [{ name => 'X-Key', value => 'the-key-of-somebody' }]));
is $r->{status}, 201, 'an endpoint with secrets';

($r) = $manager->post('endpoints', $s->endpoint(name => 'plain',
                                                url => $s->{hook}->url('/p')));
is $r->{status}, 201, 'one without';

($r, my $rc) = $manager->post('receivers', $s->receiver(name => 'gitlab',
    verify => { preset => 'gitlab', secret => 'shibboleth' }));
is $r->{status}, 201, 'a receiver' or diag $r->{body};


# All pages of it.

sub export
{
    my ($api) = @_;

    my (@items, $next);

    do {
        my ($r, $page) = $api->get('registry?limit=2'
                                   . ($next ? "&cursor=$next" : ''));
        is $r->{status}, 200, 'a page';
        push @items, @{$page->{items}};
        $next = $page->{next};
    } while ($next);

    return @items;
}

sub works
{
    my ($s, $ep, $secret, $rc) = @_;

    my $before = @{$s->{hook}->requests};

    $s->order(company_id => 1260, n => 7);

    my $sent;

    ok wait_for(sub {
        my @new = @{$s->{hook}->requests};
        ($sent) = grep { $_->{path} eq '/hooks/pos' } @new[$before .. $#new];
        return $sent;
    }), 'an order goes out';

    my $h = $sent->{headers};
    is $h->{'x-key'}, 'the-key-of-somebody', 'with its header';

    my $digest = hmac_sha256_base64(
        "$h->{'webhook-id'}.$h->{'webhook-timestamp'}.$sent->{body}",
        decode_base64($secret =~ s/^whsec_//r));
    $digest .= '=' while length($digest) % 4;
    is $h->{'webhook-signature'}, "v1,$digest", 'signed with its secret';

    my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};

    is $s->{t}->post($path, '{"name": "Anna"}')->{status}, 401,
        'the receiver takes nothing unsigned';
    is $s->{t}->request('POST', $path, '{"name": "Anna"}', headers => [
        'Content-Type' => 'application/json',
        'X-Gitlab-Token' => 'shibboleth'])->{status}, 200,
        'and what is signed with its key';
}

works($s, $ep, $ep->{secret}, $rc);


# --- to the same server

my @items = export($manager);
is scalar @items, 3, 'three objects';
my $text = JSON::PP->new->encode(\@items);
unlike $text, qr/\Q$ep->{secret}\E|shibboleth|the-key-of/, 'without a secret';

($r, my $done) = $manager->post('registry', { items => \@items });
is $r->{status}, 200, 'they are taken';
is_deeply [map { $_->{result} } @{$done->{items}}], [('changed') x 3],
    'as they are' or diag $r->{body};
is_deeply [sort map { $_->{id} } @{$done->{items}}],
    [sort map { $_->{id} } @items], 'each is itself';
is_deeply [map { @{$_->{errors}} } @{$done->{items}}], [], 'without an error';

my @after = export($manager);
delete @$_{qw(version updated)} for @items, @after;
is_deeply \@after, \@items, 'nothing is lost';

works($s, $ep, $ep->{secret}, $rc);

($r) = $s->{other}->post('registry', { items => \@items });
my (undef, $theirs) = $s->{other}->get('registry');
is_deeply [grep { my $id = $_->{id}; grep { $_->{id} eq $id } @items }
                @{$theirs->{items}}], [], 'another company takes none of them';

$t->stop;
$t->ok_logs;


# --- to an empty one

my $hook = $s->{hook};
my $empty = Webhook::Routes->new;
my $there = $empty->{manager};

($r, $done) = $there->post('registry', { items => \@items });
is $r->{status}, 200, 'an empty server';

my %result = map { $items[$_]{name} => $done->{items}[$_] } 0 .. $#items;

is $result{plain}{result}, 'made', 'what has no secret is made'
    or diag $r->{body};

my %told = (signed => ['/headers/0/value', '/secrets/0'],
            gitlab => ['/verify/secrets/0']);

for my $name (sort keys %told) {
    is $result{$name}{result}, 'failed', "$name is not";
    is_deeply [map { $_->{pointer} } @{$result{$name}{errors}}], $told{$name},
        'each secret is told of' or diag $r->{body};
}

for my $item (@items) {
    $item->{url} = $empty->{hook}->url('/hooks/pos')
        if $item->{kind} eq 'endpoint' && $item->{name} eq 'signed';

    if ($item->{name} eq 'signed') {
        $item->{headers}[0]{value} = 'the-key-of-somebody';
        delete $item->{secrets};
        $item->{secret} = $ep->{secret};
    }

    $item->{verify} = { preset => 'gitlab', secret => 'shibboleth' }
        if $item->{name} eq 'gitlab';
}

($r, $done) = $there->post('registry', { items => \@items });

%result = map { $items[$_]{name} => $done->{items}[$_] } 0 .. $#items;
is_deeply [map { $result{$_}{result} } qw(plain signed gitlab)],
    ['changed', 'made', 'made'], 'with its secrets it is' or diag $r->{body};

my (undef, $made) = $there->post("receivers/$result{gitlab}{id}/reveal");

works($empty, { id => $result{signed}{id} }, $ep->{secret}, $made);

$empty->{t}->stop;
$empty->{t}->ok_logs;

done_testing;
