
# The client and its worker: deliveries leave connections to the proxy, a
# worker that has to go counts no attempt; and URLs that cannot be used.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Test qw(wait_for deadline);


my $server = <<'CONF';
    location = /t { return 200 "still here\n"; }
    location = /metrics { webhook_metrics; }

    location /e/ {
        return 200 '{"id": 1}';
        webhook_event order.add POST ^/e/add$;
    }
CONF


sub metric
{
    my ($t, $name) = @_;

    return $t->get('/metrics')->{body} =~ /^ngx_webhook_${name}_total (\d+)$/m
           ? $1 : undef;
}


# An endpoint that takes all it gets and answers nothing.

my $t = Webhook::Test->new(workers => 1);
my $hook = $t->endpoint(name => 'hook', answers => { '*' => { hang => 1 } });

$t->config(
    events => 'worker_connections 32;',
    http => <<'CONF',
    webhook_store %%STORE%% size=32m;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url     http://127.0.0.1:%%PORT_hook%%/;
        events  order.add;
        timeout read=60s total=60s;
    }
CONF
    server => $server,
);

$t->start;

is $t->post('/e/add', '{}')->{status}, 200, 'an event' for 1 .. 40;

$hook->wait_requests(8, 5);
my $count = @{$hook->wait_quiet(0.3)};

cmp_ok $count, '>=', 8, 'deliveries take connections';
cmp_ok $count, '<=', 16, 'but half of them at most';

is $t->get('/t')->{status}, 200, 'the proxy has its own' for 1 .. 5;

$hook->answer('*', 200);
$hook->release;

ok wait_for(sub { metric($t, 'sends_delivered') == 40 }, 20),
   'all are delivered in the end';
is scalar(grep { $_->{headers}{'webhook-attempt'} != 1 }
          @{$hook->requests}), 0, 'none of them failed on the way';

unlike $t->error_log, qr/worker_connections are not enough/,
       'nginx never ran short';

$t->stop;
$t->ok_logs;


# worker_shutdown_timeout.

$t = Webhook::Test->new(workers => 1);
$hook = $t->endpoint(name => 'hook', answers => { '*' => { hang => 1 } });

$t->config(
    main => 'worker_shutdown_timeout 200ms;',
    http => <<'CONF',
    webhook_store %%STORE%% size=32m;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url     http://127.0.0.1:%%PORT_hook%%/;
        events  order.add;
        timeout read=60s total=60s;
    }
CONF
    server => $server,
);

$t->start;

$t->post('/e/add', '{}') for 1 .. 3;

is scalar @{$hook->wait_requests(3, 5)}, 3, 'three are under way';

$hook->answer('*', 200);

my @old = $t->workers;

ok $t->reload, 'reload';
ok $t->wait_gone(\@old, 5),
   'the worker is gone when its time is over';

ok wait_for(sub { metric($t, 'sends_delivered') == 3 }, 10),
   'another sends what it could not end';

is join(' ', map { $_->{headers}{'webhook-attempt'} } @{$hook->requests}),
   '1 1 1 1 1 1', 'which costs no attempt';

$t->stop;
$t->ok_logs;


# A worker that ends waits for answers.

$t = Webhook::Test->new(workers => 1);
$hook = $t->endpoint(name => 'hook',
                     answers => { '*' => { status => 200, delay => 0.5 } });

$t->config(
    http => <<'CONF',
    webhook_store %%STORE%% size=32m;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_hook%%/;
        events order.add;
    }
CONF
    server => $server,
);

$t->start;
$t->post('/e/add', '{}');

is scalar @{$hook->wait_requests(1, 5)}, 1, 'one is under way';

ok $t->reload, 'reload';
ok wait_for(sub { metric($t, 'sends_delivered') == 1 }, 10),
   'a worker that ends waits for the answer';
is $hook->count, 1, 'and it is not sent twice';

$t->stop;
$t->ok_logs;


# URLs and upstreams that cannot be used, with file and line.

my @bad = (
    ['ftp://example.com/',         qr/has to begin with "http:\/\/"/],
    ['http://',                    qr/has to begin with "http:\/\/"/],
    ['http:///path',               qr/no host in the URL/],
    ['http://me:secret@h.test/',   qr/a user or password in a URL/],
    ['http://127.0.0.1:0/',        qr/invalid port in the URL/],
    ['http://127.0.0.1:70000/',    qr/invalid port in the URL/],
    ['http://[::1/',               qr/invalid host in the URL/],
    ['http://unix:',               qr/no path in the unix domain socket/],
    ['http://127.0.0.1/a#b',       qr/has a fragment/],
    ['"http://127.0.0.1/a b"',     qr/the byte 0x20 in the URL/],
    ["http://127.0.0.1/\xc4\x91",  qr/the byte 0xC4 in the URL/],
    ['http://nowhere.invalid/',    qr/host not found: "nowhere\.invalid"/],
    ['http://pos:8080/',           qr/upstream "pos" may not have port 8080/],
    ['http://asleep/',             qr/upstream "asleep" has no server that/],
);

for my $case (@bad) {
    my ($url, $want) = @$case;

    my $bad = Webhook::Test->new;
    $bad->allow(qr/\[emerg\]/);

    $bad->config(http => <<"CONF");
    upstream pos { server 127.0.0.1:1; }
    upstream asleep { server 127.0.0.1:1 down; }

    webhook_store %%STORE%% size=16m;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url    $url;
        events order.add;
    }
CONF

    my ($status, $out) = $bad->test;

    isnt $status, 0, "$url: refused";
    like $out, qr/$want.* in \S+nginx\.conf:\d+$/m, "$url: the message";
    unlike $out, qr/secret/, "$url: no secret in it";
}

done_testing;
