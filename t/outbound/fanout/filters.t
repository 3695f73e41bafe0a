# Which of the endpoints that ask for an event get it, and in what order.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Webhook::Test qw(slurp wait_for);

my $json = 'application/json';

my $t = Webhook::Test->new;

my $api = $t->endpoint(name => 'api', answers => {
    '*'    => [{ body => '{"id": 7, "price": "150000", "state": "paid"}',
                 headers => ['Content-Type' => $json] }],
    '/xml' => [{ body => '<order kind="web"><price>99</price></order>',
                 headers => ['Content-Type' => 'text/xml'] }],
});
my $hook = $t->endpoint(name => 'erp', answers => {
    '/ordered' => [500, 200],
});

$t->config(http => <<'CONF', server => <<'CONF');
    log_format hook '$request [$webhook_event] $webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";
    webhook_event_type b.one "";
    webhook_event_type c.one "";

    webhook_endpoint dear {
        url    http://127.0.0.1:%%PORT_erp%%/dear;
        events a.one;
        filter "data.price >= 100000";
    }

    webhook_endpoint paid {
        url    http://127.0.0.1:%%PORT_erp%%/paid;
        events a.one;
        filter "data.state == paid";
        filter "request.till == 3";
        filter "uri.1 ~ ^[a-z]+$";
        filter "var.arg_test == 0 && event.type == a.one";
    }

    webhook_endpoint web {
        url    http://127.0.0.1:%%PORT_erp%%/web;
        events a.one;
        filter "response.order.@kind == web";
    }

    webhook_endpoint slow {
        url    http://127.0.0.1:%%PORT_erp%%/slow;
        events b.one;
        filter "data.text ~ '^(a+)+$'";
    }

    webhook_endpoint quick {
        url    http://127.0.0.1:%%PORT_erp%%/quick;
        events b.one;
    }

    webhook_endpoint ordered {
        url      http://127.0.0.1:%%PORT_erp%%/ordered;
        events   c.one;
        order_by data.key;
        retry    attempts=5 first=1h;
    }
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event a.one POST ^/api/(\w+)$;
    }

    location /slow {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event b.one POST ^/slow$ payload=request;
    }

    location /keys {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event c.one POST ^/keys$ payload=request;
    }

    location = /metrics { webhook_metrics; }
CONF

$t->start;

my $seen = 0;

sub came {
    my ($n) = @_;

    my $all = $hook->wait_requests($seen + $n);
    my @new = @$all[$seen .. $#$all];

    $seen = @$all;

    return join ' ', sort map { substr($_->{path}, 1) } @new;
}

sub status {
    my ($request) = @_;

    my $line = wait_for(sub {
        my ($l) = grep { index($_, $request) == 0 }
                       split /\n/, slurp($t->prefix . '/logs/hook.log');
        return $l;
    });

    return $line =~ /\] (\S+)$/ ? $1 : $line;
}

$t->post('/api/order?test=0', '{"till": 3}');
is came(2), 'dear paid', 'all filters hold';
is status('POST /api/order?test=0 '), 'committed', 'committed';

$t->post('/api/order?test=0', '{"till": 4}');
is came(1), 'dear', 'one of several does not';

$t->post('/api/order?test=1', '{"till": 3}');
is came(1), 'dear', 'one with a variable does not';

$t->post('/api/99?test=0', '{"till": 3}');
is came(1), 'dear', 'one with a capture does not';

$t->post('/api/order?n=1', 'no JSON');
is came(1), 'dear', 'nothing of what is no JSON';

$t->post('/api/xml', '{}');
is came(1), 'web', 'what a legacy API says in XML';

# Nobody is left.

my $before = $t->get('/metrics')->{body};

my $r = $t->request('POST', '/api/xml?none=1', '{}', headers => []);
is came(1), 'web', 'one again';

$api->answer('/none', { body => '{"price": 1}',
                        headers => ['Content-Type' => $json] });
$r = $t->post('/api/none', '{"till": 1}');
is $r->{status}, 200, 'the client has its answer';
is status('POST /api/none '), 'skipped', 'skipped where nobody is left';

my ($n) = $before =~ /^ngx_webhook_events_skipped_total (\d+)$/m;
like $t->get('/metrics')->{body},
     qr/^ngx_webhook_events_skipped_total ${\($n + 1)}$/m, 'and counted';

# A match limit.

$t->post('/slow', '{"text": "' . ('a' x 40) . '!"}');
is came(1), 'quick', 'a filter that takes too long does not hold';

like $t->nginx->error_log,
     qr/\[warn\].*filter of webhook endpoint "slow" ran into its match limit/,
     'the log says so';

$t->post('/slow', '{"text": "aaa"}');
is came(2), 'quick slow', 'one that does not, does';

# Order: the first of its key fails once; others of the key wait for it, and it
# waits until it is told to go on, when all that need not wait have come.

my $long = 'k' x 300;

$t->post('/keys', '{"key": "x", "n": 1}');
$hook->wait_requests(++$seen);

my $id = $hook->requests->[-1]{headers}{'webhook-id'};

$t->post('/keys', qq({"key": $_})) for '"x", "n": 2', '"x", "n": 3',
                                       '1.0, "n": 4', '1.0, "n": 5',
                                       qq("$long", "n": 6),
                                       qq("$long", "n": 7),
                                       'null, "n": 8';
$t->post('/keys', '{"n": 9}');

sub others { return map { $_->{body} =~ /"n": ([4-9])/ } @{$hook->requests}; }

wait_for(sub { others() == 6 });

my @came = sort { $a <=> $b } others();
is "@came", '4 5 6 7 8 9', 'those of other keys, or of none, do not wait';

my ($rc, $out, $err) = $t->ctl('retry', "$id.ordered");
is $rc, 0, 'the first goes on' or diag $out, $err;

my $all = $hook->wait_requests($seen + 9);
my @order = map { $_->{body} =~ /"n": (\d)/ } @$all[$seen - 1 .. $#$all];

is scalar @order, 10, 'all, and one twice';

my $place = sub { my ($n) = @_;
                  my ($last) = grep { $order[$_] == $n } reverse 0 .. $#order;
                  return $last; };

is $order[0], 1, 'the first fails';
ok $place->(1) < $place->(2), 'the second of a key waits for the first';
ok $place->(2) < $place->(3), 'and the third for the second';
ok $place->(4) < $place->(5), 'a number is a key';
ok $place->(6) < $place->(7), 'a long text is a key';
ok $place->($_) < $place->(1), "$_ of another key does not wait" for 4, 6;
ok $place->($_) < $place->(1), "$_ without a key does not wait" for 8, 9;

like $t->nginx->error_log, qr/\[info\].*has no "data\.key" and is sent to "ordered"/,
     'the log says which have none';

$t->stop;
$t->ok_logs;

done_testing;
