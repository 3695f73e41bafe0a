# A store that does not answer: no response waits longer than webhook_commit
# says, and nothing else ends one before; calls get a 503; what waits is bounded;
# and a worker that has to exit does.

use strict;
use warnings;

use lib 't/lib';
use IPC::Open2 qw(open2);
use Test::More;
use Webhook::Test qw(wait_for deadline slurp);

my $build = $ENV{WEBHOOK_BUILD} || 'build';
my $token = 'hold-0123456789-abcdef';

my ($pid, $out, $in, $held);

sub hold
{
    my ($t) = @_;

    $pid = open2($out, $in, "$build/interop/webhook_store_hold", $t->store);

    is scalar <$out>, "held\n", 'nobody can write to the store';

    $held = $t->nginx;
    $held->hold(1);
}

sub release
{
    $held->hold(0);
    close $in;
    waitpid $pid, 0;
}

sub counter
{
    my ($t, $name) = @_;

    return $t->get('/metrics')->{body} =~ /^ngx_webhook_${name}_total (\d+)$/m
           ? $1 : undef;
}


# --- what the directive takes

my $t = Webhook::Test->new;

$t->allow(qr/\[emerg\]/);

for (['after_response timeout=1s', qr/"webhook_commit" directive has a "timeout=", which/],
     ['before_response timeout=', qr/invalid parameter "timeout=", it has no value/],
     ['before_response timeout=0', qr/invalid "timeout=0"/],
     ['before_response timeout=2h',
      qr/invalid "timeout=2h", it must be a time of up to 1h/],
     ['before_response wait=1s', qr/invalid parameter "wait=1s"/],
     ['never', qr/invalid "never", it must be "before_response" or/])
{
    my ($args, $regex) = @$_;

    $t->config(server => "webhook_commit $args;");

    my ($status, $text) = $t->test;

    isnt $status, 0, "webhook_commit $args";
    like $text, qr/$regex.* in \S+nginx\.conf:\d+/, 'is told';
}


# --- responses and calls

my $answer = '{"x": "' . 'y' x 300_000 . '"}';

$t = Webhook::Test->new(http2 => 1);

my $api = $t->endpoint(name => 'api', answers => {
    '*' => [{ headers => ['Content-Type' => 'application/json'],
              body => $answer }] });
my $erp = $t->endpoint(name => 'erp');

$t->config(
    http => <<"CONF",
    log_format w '\$request_method \$uri \$status \$webhook_status';
    access_log %%PREFIX%%/logs/w.log w;
    send_timeout 1s;
    client_max_body_size 10m;
    client_body_buffer_size 10m;

    webhook_store %%STORE%% size=512m;
    webhook_event_type order.add;
    webhook_event_type order.in;
    webhook_commit before_response timeout=3s;

    webhook_endpoint erp { url http://127.0.0.1:%%PORT_erp%%/; events *; }

    webhook_receiver dedupe  { secret dedupe-$token; dedupe body:k;
                               action POST /in/dedupe '{}'; }
    webhook_receiver durable { secret durable-$token; mode durable;
                               limit body=10m;
                               api http://127.0.0.1:%%PORT_api%%;
                               action POST /durable '{"k": \${k}}'; }
    webhook_receiver emit    { secret emit-$token; emit order.in;
                               limit body=10m; }
CONF
    server => <<'CONF',
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add * ^/api/;
    }

    location /over/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add * ^/over/ 'body={}';
        webhook_payload_max 1k;
    }

    location /in/    { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
    location = /metrics { webhook_metrics; }

    location ^~ /hook/ { webhook_receive; }
    location ^~ /soon/ { webhook_receive;
                         webhook_commit before_response timeout=100ms; }
CONF
);

$t->start;
ok wait_for(sub { -e $t->store . '/data.mdb' }, deadline(10)),
   'there is a store';

hold($t);

my $r = $t->post('/api/held', '{}');

is $r->{status}, 200, 'a response that is held';
is $r->{body}, $answer, 'comes whole';
cmp_ok $r->{time} - $r->{begun}, '>', 2.5, 'and waited, past send_timeout'
    if defined $r->{time} && $r->{time} > 1e6;

ok $t->wait_log(qr/webhook event "order\.add" \S+ is not stored after 3000 ms/,
                deadline(10)), 'the log tells';
is counter($t, 'events_late'), 1, 'and a counter';

$r = $t->post('/over/held', '{}');

is $r->{status}, 200, 'a response whose last byte is held';
is $r->{body}, $answer, 'comes whole';

$r = $t->request('HEAD', '/api/head');

is $r->{status}, 200, 'a header that is held comes';

$r = $t->curl('POST', '/api/h2', '{}', http2 => 1);

is $r->{exit}, 0, 'a held stream of HTTP/2 ends';
is $r->{body}, $answer, 'and is whole';

is counter($t, 'events_late'), 4, 'all are counted';

my @lines;

wait_for(sub {
    @lines = grep { m{ /(?:api|over)/} } split /\n/,
             slurp($t->prefix . '/logs/w.log');
    return @lines == 4;
}, deadline(10));

is_deeply \@lines, ['POST /api/held 200 pending', 'POST /over/held 200 pending',
                    'HEAD /api/head 200 pending', 'POST /api/h2 200 pending'],
    'with the status "pending"';

my $calls = @{$api->requests};

for (['dedupe', 'nothing was done'], ['durable', 'the call may be made later'],
     ['emit', 'an event of the call may come later'])
{
    my ($name, $what) = @$_;

    $r = $t->post("/soon/$name-$token", qq({"k": "$name"}));

    is $r->{status}, 503, "$name without the store's answer";
    like $r->{body}, qr/"The store has not answered in time; $what"/,
         'and why';
}

is counter($t, 'calls_late'), 3, 'counted';
is scalar @{$api->requests}, $calls, 'nothing was done';

# --- what waits is bounded

my $big = '{"k": "' . 'z' x 8_000_000 . '"}';
my %said;

for my $name (qw(durable emit)) {
    for (1 .. 10) {
        $r = $t->post("/soon/$name-$token", $big);
        $said{$name}{$1}++ if $r->{body} =~ /"error": "([^"]+)"/;
    }
}

is $said{durable}{'The store has not answered in time; the call may be made '
                  . 'later'}, 10, 'durable calls wait';
cmp_ok $said{emit}{'Too much waits for the store; nothing was done'} // 0,
       '>=', 4, 'up to 128 MB of them and of events of calls';
is $said{emit}{'Too much waits for the store; nothing was done'},
   counter($t, 'calls_behind'), 'those over it are counted';

my $late = $said{emit}{'The store has not answered in time; an event of the '
                       . 'call may come later'} // 0;

release();

ok wait_for(sub {
    my @paths = map { $_->{path} } @{$api->requests};
    return 11 == grep { $_ eq '/durable' } @paths;
}, deadline(60)), 'then the calls that waited are made';

is scalar @{$erp->wait_requests(5 + $late, deadline(60))}, 5 + $late,
   'and the events sent';

ok wait_for(sub {
    $r = $t->post("/hook/dedupe-$token", '{"k": "dedupe"}');
    return $r->{status} == 200;
}, deadline(20)), 'and the call that got a 503 can be repeated';

$r = $t->post('/api/after', '{}');

is $r->{status}, 200, 'all is as before';

ok wait_for(sub {
    return slurp($t->prefix . '/logs/w.log')
           =~ m{^POST /api/after 200 committed$}m;
}, deadline(10)), 'and kept in time';

$t->stop;
$t->ok_logs;


# --- a worker that exits

$t = Webhook::Test->new;
$erp = $t->endpoint(name => 'erp');

my %exit = (
    main => 'worker_shutdown_timeout 1s;',
    server => <<'CONF',
    location / {
        webhook_event order.add * ^/;
        return 200 '{"x": "$arg_x"}';
    }

    location /late {
        webhook_event order.add * ^/;
        webhook_commit before_response timeout=100ms;
        return 200 '{"x": "$arg_x"}';
    }
CONF
);

sub exiting
{
    my ($options) = @_;

    $t->config(%exit, http => <<"CONF");
    webhook_store %%STORE%% size=8m $options;
    webhook_event_type order.add;
    webhook_endpoint erp { url http://127.0.0.1:%%PORT_erp%%/; events *; }
CONF
}

exiting('');
$t->start;
ok wait_for(sub { -e $t->store . '/data.mdb' }, deadline(10)),
   'there is a store';

hold($t);

my $client = $t->client(timeout => 30);
ok $client->connect, 'a client';
$client->{socket}->syswrite("GET /hung HTTP/1.1\r\nHost: localhost\r\n\r\n");

# the commit of what came before has begun, too

$t->get('/late');
ok $t->wait_log(qr/webhook event "order\.add" \S+ is not stored after 100 ms/,
                deadline(10)), 'its event is not stored';

$t->allow(qr/the worker exits without it/);

ok $t->stop('QUIT', deadline(30)), 'a worker exits though the store hangs';
ok $t->wait_log(qr/has not answered for \d+ ms: the worker exits without it/,
                deadline(5)), 'and tells';

release();

$t->stop;
$t->ok_logs;

done_testing;
