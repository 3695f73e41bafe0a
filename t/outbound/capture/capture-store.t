# When the store cannot keep an event: the API has acted, so its response
# passes; the loss is told, logged and counted.

use strict;
use warnings;

use lib 't/lib';

use IPC::Open2;
use Test::More;
use Webhook::Test qw(slurp wait_for);

my $uuid = qr/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

sub webhook
{
    my ($before) = @_;

    my $t = Webhook::Test->new(http2 => 1);

    $t->endpoint(name => 'api', answers => {
        '*'     => [{ body => '{"n": "' . ('x' x 50_000) . '"}',
                      headers => ['Content-Type' => 'application/json'] }],
        '/none' => [204],
    });

    # nothing listens there

    $t->endpoint(name => 'erp')->stop_listening;

    $t->config(http => <<'CONF', server => <<'CONF');
    log_format hook '$request [$webhook_event] [$webhook_id] $webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=8m;
    webhook_event_type a.one "";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hooks;
        events *;
    }
CONF
    webhook_event a.one * ^/;

    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location /after/ {
        webhook_commit after_response;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location = /return {
        return 200 'a line';
    }

    location = /metrics {
        webhook_event a.one * ^/never;
        webhook_metrics;
    }
CONF

    $before->($t) if $before;
    $t->start;

    return $t;
}

# A store that cannot be opened.

my $t = webhook(sub {
    my ($t) = @_;

    mkdir $t->store;
    mkdir $t->store . '/data.mdb';
    $t->allow(qr/store/);
});

for my $http2 (0, 1) {
    my $how = $http2 ? 'h2' : 'h1';

    for my $uri ('/api/x', '/return', '/api/none', '/after/x') {
        for my $method (qw(GET HEAD)) {
            my $mark = $t->mark;
            my $r = $t->curl($method, $uri, undef, http2 => $http2);

            is $r->{exit}, 0, "$how $method $uri: whole";
            is $r->{status}, $uri =~ /none/ ? 204 : 200,
               "$how $method $uri: answered";
            ok $t->wait_log(qr/event lost: "a\.one" $uuid: /, 5, $mark),
               "$how $method $uri: told";
        }
    }
}

my @lines = split /\n/, slurp($t->prefix . '/logs/hook.log');

is scalar(grep { / \[a\.one\] \[$uuid\] failed$/ } @lines), 12,
   'before: logged as failed';
is scalar(grep { / \[a\.one\] \[$uuid\] pending$/ } @lines), 4,
   'after: it was not known yet';

like $t->get('/metrics')->{body}, qr/^ngx_webhook_events_failed_total 16$/m,
     'counted';

$t->stop;
$t->ok_logs;


# A store that is full.

$t = webhook();

my ($kept, $lost) = (0, 0);

for (1 .. 300) {
    my $r = $t->get('/api/x');

    is $r->{status}, 200, 'answered' if $r->{status} != 200;

    my ($last) = (split /\n/, slurp($t->prefix . '/logs/hook.log'))[-1];

    $kept++ if $last =~ /committed$/;
    $lost++ if $last =~ /failed$/;

    last if $lost >= 5;
}

cmp_ok $kept, '>', 20, 'it was filled';
is $lost, 5, 'and is full';
ok $t->wait_log(qr/event lost: "a\.one" $uuid: .*(?:full|space)/), 'told';

for my $http2 (0, 1) {
    my $r = $t->curl('GET', '/api/x', undef, http2 => $http2);

    is $r->{exit}, 0, 'whole';
    is length $r->{body}, 50_009, 'with its body';
}

$t->stop;
$t->ok_logs;


# A disk that hangs: what waits for it is bounded, and the rest is told.

my $build = $ENV{WEBHOOK_BUILD} || 'build';
my $piece = '"' . ('x' x (8 * 1024 * 1024 - 2)) . '"';

$t = Webhook::Test->new;

my $hook = $t->endpoint(name => 'erp');

$t->config(http => <<'CONF', server => <<'CONF');
    log_format hook '$webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=512m;
    webhook_event_type a.one "";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hooks;
        events *;
    }
CONF
    location = /piece {
        webhook_commit after_response;
        webhook_payload_max 8m;
        webhook_event a.one * ^/;
    }
CONF
$t->file('html/piece', $piece);
$t->start;

ok wait_for(sub { -e $t->store . '/data.mdb' }), 'there is a store';

my $pid = open2(my $out, my $in, "$build/interop/webhook_store_hold",
                $t->store);

is scalar <$out>, "held\n", 'nobody can write to it';

is length($t->get('/piece')->{body}), length $piece, 'answered' for 1 .. 18;

@lines = ();
wait_for(sub {
    @lines = split /\n/, slurp($t->prefix . '/logs/hook.log');
    return @lines == 18;
});

# A thread makes these events, after the line of the log.

is join(' ', @lines), join(' ', ('pending') x 18), 'nobody knows yet';

my $over = qr/event lost: "a\.one" \S+: too much waits for the store/;
my $lost = sub { scalar(() = $t->error_log =~ /$over/g) };

wait_for(sub { $lost->() >= 3 });
is $lost->(), 3, 'what is over the bound does not wait';
ok $t->wait_log(qr/event lost: "a\.one" $uuid: too much waits for the store/),
   'told';

close $in;
waitpid $pid, 0;

is scalar @{$hook->wait_requests(15, 20)}, 15, 'what waited was kept and sent';

is length($t->get('/piece')->{body}), length $piece, 'answered again';
is scalar @{$hook->wait_requests(16, 20)}, 16, 'and kept again';

$t->stop;
$t->ok_logs;

done_testing;
