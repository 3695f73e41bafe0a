# What is secret of registered endpoints and receivers, and of who registers them,
# looked for as it is, in base64 and in hexadecimal digits: it is in no file of the
# store, in no log, and in no memory that a core dump shows. The same search finds
# what was planted in clear in all three.

use strict;
use warnings;

use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use Test::More;

use lib 't/lib';
use Webhook::Memory qw(can_look found_in has ways);
use Webhook::Routes;
use Webhook::Test qw(asan slurp wait_for);

sub secret
{
    my ($of) = @_;

    return "SeCrEt-$of-" . join '', map { chr 97 + rand 26 } 1 .. 20;
}

my %secret = map { $_ => secret($_) } qw(sign header auth path verify);
my $planted = secret('planted');

my $s = Webhook::Routes->new(server => <<"CONF" . <<'CONF');
        set \$planted "$planted";
CONF
        location /planted/ {
            webhook_event order.add POST ^/planted/;
            return 201 '{"id": 1, "company_id": 1260, "note": "$arg_note"}';
        }
CONF

my ($t, $manager, $hook) = @$s{qw(t manager hook)};

$secret{token} = $manager->{token};


# --- made, changed, used, looked at

my ($r, $ep) = $manager->post('endpoints', $s->endpoint(
    url     => $hook->url("/in/$secret{path}"),
    headers => [{ name => 'X-Key', value => $secret{header} }],
    auth    => { type => 'bearer', token => $secret{auth} },
    sign    => [{ header => 'X-Sign', secret => $secret{sign} }],
    secret  => JSON::PP::true,
), headers => ['Idempotency-Key' => 'one']);

is $r->{status}, 201, 'an endpoint' or diag $r->{body};
$secret{made} = $ep->{secret};

($r, my $now) = $manager->post("endpoints/$ep->{id}/rotate",
    { overlap => '1h' }, headers => ['If-Match' => '"1"']);
is $r->{status}, 200, 'another secret' or diag $r->{body};
$secret{rotated} = $now->{secret};

($r) = $manager->patch("endpoints/$ep->{id}", { description => 'x' },
                       headers => ['If-Match' => '"2"']);
is $r->{status}, 200, 'a change' or diag $r->{body};

($r, my $rc) = $manager->post('receivers', $s->receiver(
    verify => { preset => 'gitlab', secret => $secret{verify} }));

is $r->{status}, 201, 'a receiver' or diag $r->{body};
$secret{url} = ($rc->{url} =~ m{([^/]+)$})[0];

($r, my $revealed) = $manager->post("receivers/$rc->{id}/reveal");
is $revealed->{url}, $rc->{url}, 'its URL is revealed';

($r) = $manager->post("receivers/$rc->{id}/sample", {});
is $r->{status}, 200, 'a sample' or diag $r->{body};

my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};

for my $key ('wrong', $secret{verify}) {
    $r = $t->request('POST', $path, '{"name": "Anna"}', headers =>
                     ['Content-Type' => 'application/json',
                      'X-Gitlab-Token' => $key]);

    is $r->{status}, $key eq 'wrong' ? 401 : 200, 'a call';
}

for my $uri ('/planted/1', "/planted/2?note=$planted") {
    is $t->request('POST', $uri, '{}')->{status}, 201, 'an event';
}

my @sent = grep { $_->{path} eq "/in/$secret{path}" }
           @{$hook->wait_requests(4)};

is scalar(@sent), 2, 'it is sent';
is $sent[0]{headers}{'x-key'}, $secret{header}, 'with the header';
is $sent[0]{headers}{authorization}, "Bearer $secret{auth}", 'and the token';

$manager->get($_) for 'endpoints', "endpoints/$ep->{id}", 'receivers',
                      'deliveries', 'audit', 'stats', 'registry';


# one with a head of several buffers, and one that has to wait for its body

($r) = $manager->patch("endpoints/$ep->{id}",
    { auth => { type => 'bearer', token => $secret{auth} } },
    headers => ['If-Match' => '"3"', map { ("X-$_" => 'x' x 500) } 1 .. 5],
    chunked => ['{"auth": {"type": "bearer", ',
                qq("token": "$secret{auth}"}})]);
is $r->{status}, 200, 'another change' or diag $r->{body};


# --- looked for

my %ways = map { $_ => ways($secret{$_}) } keys %secret;

# their keys are what base64 says

$ways{$_} = [ways($secret{$_})->@*,
             ways(decode_base64($secret{$_} =~ s/^whsec_//r))->@*]
    for qw(made rotated);

my $plant = ways($planted);

SKIP: {
    skip 'a sanitizer keeps what was freed', 1 if asan();
    skip 'no look into memory here', 1 unless can_look();

    for my $pid ($t->pid, $t->workers) {
        my ($dumped, $kept);

        # a request is gone a moment after its answer

        wait_for(sub {
            ($dumped, $kept) = found_in($pid, %ways, planted => $plant);
            keys %$dumped < 2;
        });

        is join(' ', sort keys %$dumped), 'planted',
            "$pid: of all of it only what was planted is in its memory"
            or diag explain $dumped;
    }
}

$t->stop;

my %file = map { $_ => slurp($_) }
           grep { -f } glob($t->store . '/*'), glob($t->prefix . '/logs/*');

for my $name (sort keys %ways) {
    my @in = grep { has($file{$_}, $ways{$name}) } sort keys %file;

    is "@in", '', "$name: in no file";
}

for my $like (qr/data\.mdb$/, qr/access\.log$/) {
    ok scalar(grep { $_ =~ $like && has($file{$_}, $plant) } keys %file),
        "what was planted is found: $like";
}

$t->ok_logs;

done_testing;
