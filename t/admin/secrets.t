
# What is secret of registered endpoints and receivers: neither in the store, nor
# in a log, nor in memory that a core dump shows, in none of the ways in which it
# could be written.  The same search finds what was planted in clear.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(sha256_hex);
use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Test::More;

use Webhook::Memory qw(can_look found_in has ways);
use Webhook::Test qw(asan slurp wait_for);

my $json = JSON::PP->new->utf8;

sub made { return "SeCrEt-$_[0]-" . join '', map { chr 97 + rand 26 } 1 .. 20 }

my %secret = map { $_ => made($_) } qw(sign header verify bearer path);
my $planted = made('planted');
my $token = 'manager-0123456789-abcdefgh';

my $t = Webhook::Test->new(workers => 2);
my $hook = $t->endpoint(name => 'hook');

$hook->answer('*', 200);

$t->file('registry.key', encode_base64('k' x 32));
$t->file('tokens', 'manager sha256:' . sha256_hex($token)
                   . " company.setting\n");
chmod 0600, map { $t->prefix . "/$_" } qw(registry.key tokens);

$t->config(http => <<'CONF', server => <<'CONF');
    resolver 127.0.0.1:1 ipv6=off;
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add "An order was created";

    webhook_registry {
        key     file:../registry.key;
        address any;
        actions /pos/ methods=POST;
        receive https://hooks.example.com/web/hook/;
    }

    webhook_tokens file:../tokens;
CONF
    location /orders {
        webhook_event order.add POST ^/orders;
        return 201 '{"id": 1, "note": "$arg_note"}';
    }

    location ^~ /web/hook/ { webhook_receive; }
    location /pos/ { internal; proxy_pass http://127.0.0.1:%%PORT_hook%%; }
    location /webhook/ { webhook_api; }
CONF

$t->start;

sub api
{
    my ($method, $path, $body, @headers) = @_;

    my $r = $t->request($method, "/webhook/$path",
                        defined $body ? $json->encode($body) : undef,
                        headers => [Authorization => "Bearer $token",
                                    'Content-Type' => 'application/json',
                                    @headers]);

    $r->{json} = eval { $json->decode($r->{body}) };

    return $r;
}

# --- made, changed, used

my $r = api('POST', 'endpoints', {
    name => 'erp', url => $hook->url("/in/$secret{path}"),
    events => ['order.add'], secret => $secret{sign},
    headers => [{ name => 'X-Key', value => $secret{header} }],
    auth => { bearer => $secret{bearer} },
}, 'Idempotency-Key' => 'one');

is $r->{status}, 201, 'an endpoint' or diag $r->{body};

my $endpoint = $r->{json};

$r = api('POST', 'endpoints', { name => 'own', url => $hook->url('/own'),
                                events => ['order.add'], secret => JSON::PP::true });

is $r->{status}, 201, 'one whose secret the server makes' or diag $r->{body};

$secret{made} = $r->{json}{secret} // '';
like $secret{made}, qr/^whsec_/, 'is told it';

$r = api('POST', 'receivers', {
    name => 'in', verify => { preset => 'github', key => $secret{verify} },
    actions => [{ method => 'POST', uri => '/pos/x', body => {} }],
});

is $r->{status}, 201, 'a receiver' or diag $r->{body};

($secret{url}) = ($r->{json}{url} // '') =~ m{/([^/]+)$};
like $secret{url}, qr/^[A-Za-z0-9_-]{20,}$/, 'is told its URL';

$r = api('POST', "endpoints/$endpoint->{id}/rotate", {},
         'If-Match' => '"1"');
is $r->{status}, 200, 'rotated' or diag $r->{body};
$secret{rotated} = $r->{json}{secret} // '';

is $t->post('/orders', '{}')->{status}, 201, 'an event';

my @sent = @{$hook->wait_requests(2)};
is scalar(grep { ($_->{headers}{'x-key'} // '') eq $secret{header} } @sent), 1,
    'the header is sent';

is $t->request('POST', "/web/hook/$secret{url}", '{}', headers =>
               ['Content-Type' => 'application/json',
                'X-Hub-Signature-256' => 'sha256=00'])->{status}, 401,
    'the receiver verifies';

api('GET', $_) for 'endpoints', "endpoints/$endpoint->{id}", 'receivers',
                   'deliveries', 'audit', 'stats';

# --- planted: through the payload of an event, which is no secret

is $t->request('POST', "/orders?note=$planted", '{}')->{status}, 201;
$hook->wait_requests(4);

my %ways = map { $_ => ways($secret{$_}) } keys %secret;
my $plant = ways($planted);

SKIP: {
    skip 'a sanitizer keeps what was freed', 1 if asan();
    skip 'no look into memory here', 1 unless can_look();

    for my $pid ($t->workers) {
        my ($dumped) = found_in($pid, %ways);

        is_deeply $dumped, {}, "$pid: nothing that a core dump would show";
    }

    ok scalar(grep { my ($d) = found_in($_, planted => $plant);
                     $d->{planted} } $t->workers),
        'where what was planted is found';
}

$t->stop;

my %files = map { $_ => slurp($_) }
            grep { -f } glob($t->store . '/*'), glob($t->prefix . '/logs/*');

for my $name (sort keys %ways) {
    my @in = grep { has($files{$_}, $ways{$name}) } sort keys %files;

    is "@in", '', "$name: in no file";
}

ok scalar(grep { has($files{$_}, $plant) } grep { /data\.mdb$/ } keys %files),
    'what was planted is in the store';
ok scalar(grep { has($files{$_}, $plant) } grep { /access/ } keys %files),
    'and in a log';

$t->ok_logs;

done_testing;
