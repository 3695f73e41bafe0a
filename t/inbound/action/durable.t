# Durable receivers: 202 once the calls are kept, which are then made whatever
# happens.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use JSON::PP ();
use Time::HiRes qw(sleep time);
use Webhook::Test qw(wait_for deadline slurp);

my $token = 'durable-0123456789-abcdefgh';

my $t = Webhook::Test->new(workers => 2);
my $api = $t->endpoint(name => 'api');
my $pos = $t->endpoint(name => 'pos');

my %receivers = (
    steps => q{api http://127.0.0.1:%%PORT_api%%/base/; retry attempts=3 first=50ms;
        dedupe header:webhook-id; log_calls on;
        action POST /one/${id|int} '{"n": 1}' idempotency=Idempotency-Key;
        action PUT /two '{"name": "${name}"}'; action DELETE /three "when=del == true";},
    look => q{api http://127.0.0.1:%%PORT_api%%; target "lookup=GET /pos/${_id|int}";
        action PATCH /rec/${_id|int} '{}';},
    dead => q{api http://127.0.0.1:%%PORT_api%%; retry attempts=2 first=50ms;
        action POST /dead '{}';},
    list => q{api http://127.0.0.1:%%PORT_api%%; for_each items max=10;
        action POST /item/${v} '{}';},
    order => q{api http://127.0.0.1:%%PORT_api%%; order_by key;
        retry attempts=100 first=100ms factor=1; limit inflight=16;
        action POST /order '{"key": "${key}", "n": "${n}"}';},
    night => q{profile nightpos; api http://127.0.0.1:%%PORT_api%%; action POST /night '{}';},
);

$t->config(
    http => <<'CONF' . join('', map {
        webhook_store %%STORE%% size=256m;
        webhook_address public;
        log_format status '$webhook_receiver $webhook_status $status';
        access_log logs/status.log status;
CONF
        "webhook_receiver $_ { secret $_-$token; mode durable;\n $receivers{$_}\n }\n" }
        sort keys %receivers),
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /pos/ { internal; proxy_pass http://127.0.0.1:%%PORT_pos%%; }
CONF
);

$t->start;

$api->answer('*', 200);
$pos->answer('*', 200);
$pos->answer('/pos/9', 404);

sub call
{
    my ($name, $payload, @headers) = @_;

    return $t->request('POST', "/web/hook/$name-$token", $payload,
                       headers => ['Content-Type' => 'application/json', @headers]);
}

sub error { JSON::PP::decode_json($_[0]{body})->{error} }

# --- steps

$api->answer('/base/one/7', 500, 201);

my $r = call('steps', '{"id": "7", "name": "Ann"}', 'webhook-id' => 'a');

is $r->{status}, 202, 'accepted';
like $r->{body}, qr/^\{"status": "ok", "id": "([0-9a-f-]{36})"\}$/, 'with an id';
my ($id) = $r->{body} =~ /"id": "([0-9a-f-]{36})"/;

my $q = $api->wait_requests(3);
is join(' ', map { "$_->{method} $_->{uri}" } @$q),
    'POST /base/one/7 POST /base/one/7 PUT /base/two', 'each step until it is done';
is $q->[2]{body}, '{"name": "Ann"}', 'its body';
is $q->[0]{headers}{'content-type'}, 'application/json', 'and type';
is $q->[0]{headers}{'webhook-id'}, $id, 'the id';
like $q->[0]{headers}{'idempotency-key'}, qr/^[0-9a-f]{32}$/, 'a key';
is $q->[0]{headers}{'idempotency-key'}, $q->[1]{headers}{'idempotency-key'},
    'which is the same at each send';

my $again = call('steps', '{"id": "7", "name": "Ann"}', 'webhook-id' => 'a');
is $again->{status}, 202, 'a repeat';
is $again->{body}, $r->{body}, 'gets the same id';
is scalar @{$api->wait_quiet(0.4)}, 3, 'and does nothing';

ok wait_for(sub { slurp($t->prefix . '/logs/status.log')
    =~ /^steps accepted 202\nsteps repeat 202$/m }, 3), 'in the log';

my ($status, $out) = $t->ctl('list', '--endpoint=receiver:steps');
like $out, qr/receiver:steps/, 'webhookctl shows its delivery';

ok wait_for(sub { ($status, $out) = $t->ctl('calls', 'steps');
                  $out =~ m{-> PUT /two .* \(by a delivery\)$}m }, 3),
    'and the call, by whom it is made' or diag $out;

my @calls;

ok wait_for(sub { ($status, $out) = $t->ctl('calls', 'steps', '--json');
                  @calls = map { JSON::PP::decode_json($_) } split /\n/, $out;
                  @calls == 2 }, 3), 'both are in the history';

is join(' ', map { $_->{outcome} } @calls), 'repeat accepted',
    'which tells them apart';
is $calls[1]{delivery}, "$id.receiver:steps", 'and names the delivery';

($status, $out) = $t->ctl('show', $calls[1]{delivery});
like $out, qr/^event +\Q$id\E$/m, 'that webhookctl shows';

($status, $out) = $t->ctl('show', $calls[1]{id});
like $out, qr/^outcome +accepted\ndelivery +\Q$id\E\.receiver:steps$/m,
    'as it shows the call';

$r = call('steps', '{"id": "7/../1"}', 'webhook-id' => 'b');
is $r->{status}, 422, 'what cannot be made is refused at once';

# --- the rest

is call('night', '{}')->{body}, '{"status": "ok"}', 'profile nightpos';

is call('look', '{"_id": 9}')->{status}, 404, 'no such target';
is call('look', '{"_id": 8}')->{status}, 202, 'a target';
ok wait_for(sub { grep { $_->{uri} eq '/rec/8' } @{$api->requests} }, 3), 'is used';

is call('list', '{"items": [{"v": 1}, {"v": 2}]}')->{status}, 202, 'a list';
ok wait_for(sub { 2 == grep { $_->{uri} =~ m{^/item/} } @{$api->requests} }, 3),
    'of steps';

$api->answer('/dead', 500);
is call('dead', '{}')->{status}, 202, 'an API that always fails';
ok wait_for(sub { ($status, $out) = $t->ctl('list', '--state=dead');
                  $out =~ /receiver:dead/ }, 5), 'makes a dead letter';

# --- the API is down for a while, and nginx is killed meanwhile

$api->command('close_listener');

my (%promised, %sent);
my $until = time + 2;
my $n = 0;

for my $round (1 .. 3) {

    for (1 .. 60) {
        my $key = 'k' . ($n % 7);

        $n++;
        $r = eval { call('order', qq({"key": "$key", "n": $n})) };
        push @{$promised{$key}}, $n if $r && $r->{status} == 202;
    }

    $t->kill_all;
    $t->start;
}

$api->command('open_listener');

my $want = 0;
$want += @$_ for values %promised;
cmp_ok $want, '>=', 170, "calls were accepted: $want";

my %got;
my $all = wait_for(sub {
    %got = ();
    for (@{$api->requests}) {
        next if $_->{uri} ne '/order';
        my $o = JSON::PP::decode_json($_->{body});
        $got{$o->{key}}{$o->{n}}++ or push @{$sent{$o->{key}}}, $o->{n};
    }
    my $have = 0;
    for my $key (keys %promised) {
        $have += grep { $got{$key}{$_} } @{$promised{$key}};
    }
    if ($have < $want) { %sent = (); return 0 }
    return 1;
}, 40);

ok $all, 'each of them is made';

my @wrong;

for my $key (keys %sent) {
    my @n = @{$sent{$key}};
    push @wrong, grep { $n[$_] < $n[$_ - 1] } 1 .. $#n;
}

is scalar @wrong, 0, 'in order by key';

$t->stop;
$t->allow(qr/open socket .* left in connection|worker process \d+ exited/);
$t->ok_logs;

# --- what does not go together

my %wrong = (
    'no "api"' => q{action POST /x;},
    'no "action"' => q{api http://127.0.0.1:1;},
    '"capture", for which' => q{api http://127.0.0.1:1; action POST /x; capture a response.id;},
    '"on_error=continue"' => q{api http://127.0.0.1:1; action POST /x on_error=continue;},
    'a "timeout=" of an action' => q{api http://127.0.0.1:1; action POST /x timeout=1s;},
    'could make 200 requests' => q{api http://127.0.0.1:1; for_each a max=100; action POST /x; action POST /y;},
    'has directives that need "mode durable"' => q{mode sync; api http://127.0.0.1:1; action POST /x;},
);

for my $why (sort keys %wrong) {
    my $bad = Webhook::Test->new;
    my $mode = $wrong{$why} =~ /mode sync/ ? '' : 'mode durable;';

    $bad->config(http => "webhook_store %%STORE%% size=64m; webhook_receiver x { secret x-$token; $mode $wrong{$why} }\n",
                 server => 'location ^~ /web/hook/ { webhook_receive; }');
    ok !eval { $bad->start; 1 }, "refused: $why";
    like $@, qr/\Q$why\E/, 'and why';
    $bad->allow(qr/emerg/);
}

done_testing;
