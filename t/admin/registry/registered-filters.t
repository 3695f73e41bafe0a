# Filters that somebody registered to take long: what all of one event may take
# is bounded, who has quick ones gets his events all the same, and who does not
# is told.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Cpu qw(cpu_ms);
use Webhook::Metrics;
use Webhook::Registry;
use Webhook::Test qw(asan);

my $t = Webhook::Test->new(workers => 1);
my $registry = Webhook::Registry->new($t);

my $api = $t->api;
my $hook = $t->endpoint(name => 'hook');

$t->config(main => $registry->main, http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    webhook_event_type order.edit;
    webhook_event_type order.sell;
    resolver 127.0.0.1;

    webhook_registry {
        key file:%%PREFIX%%/registry.key;
        limit endpoints=200 fanout=100;
        address any;
    }
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event order.add  POST ^/api/orders payload=request;
        webhook_event order.edit PUT ^/api/orders payload=request;
        webhook_event order.sell PATCH ^/api/orders payload=request;
    }
    location = /metrics { webhook_metrics; }
    location = /registry { webhook_registry_test; }
CONF

$t->start;

my $url = 'http://127.0.0.1:' . $hook->port;
my $slower = asan() ? 10 : 1;


sub register
{
    my ($name, $type, @filter) = @_;

    my $made = $registry->make({ name => $name, url => "$url/$name",
                                 events => [$type], filter => \@filter });

    is $made->{result}, 'ok', "$name is registered" or diag explain $made;

    return $made->{id};
}


sub unjudged
{
    return Webhook::Metrics->new($t->get('/metrics')->{body})
           ->value('ngx_webhook_events_unjudged_total');
}


# --- one million steps each, were it not for the bound; quick ones before and
# behind them, in the order of ids

my $slow = join ' || ', map { "data.text ~ ^(a+)+[${_}Z]\$" } 'b' .. 'i';

register("slow-$_", 'order.add', $slow) for 1 .. 20;
register("quick-$_", 'order.add', "data.n == '1'") for 1 .. 3;
register("other-$_", 'order.add', "data.n == '2'") for 1 .. 3;
register('word', 'order.add', "data.text ~ '^a+ende\$'");

my $body = '{"n": "1", "text": "' . 'a' x 40 . 'ende"}';
my $mark = $t->mark;

$t->request('POST', '/api/orders', '{"n": "1", "text": "ende"}');
$hook->wait_requests(3);

my $count = unjudged();
my $before = cpu_ms($t->workers);
my $events = 5;

$t->request('POST', '/api/orders', $body) for 1 .. $events;

my $requests = $hook->wait_requests(3 + 4 * $events);
my $took = cpu_ms($t->workers) - $before;

diag sprintf '%.1f ms an event', $took / $events;

my %got;
$got{$_->{uri}}++ for @$requests;

is_deeply \%got, { '/quick-1' => 1 + $events, '/quick-2' => 1 + $events,
                   '/quick-3' => 1 + $events, '/word' => $events },
    'who has quick filters gets what they hold for, and nobody else anything';

cmp_ok $took / $events, '<', 60 * $slower, 'an event takes no more than it may';

is unjudged() - $count, 20 * $events, 'who does not is counted';

like $t->error_log($mark),
    qr/\[error\].*is not sent to 20 registered endpoints whose filters are slow, "ep_[a-z0-9]{26}" among them: those of one event have 20 ms/,
    'and told';


# --- without an expression: on the event loop

my $long = join ' && ', map { "data.text != '$_'" } 1 .. 64;

register("long-$_", 'order.edit', ($long) x 8) for 1 .. 5;
register('short', 'order.edit', "data.n == '1'");

$body = '{"n": "1", "text": "' . '\\u0061' x 16000 . '"}';

$before = cpu_ms($t->workers);
$count = unjudged();
$mark = $t->mark;

$t->request('PUT', '/api/orders/1', $body) for 1 .. $events;

$requests = $hook->wait_requests(3 + 5 * $events);
$took = cpu_ms($t->workers) - $before;

diag sprintf '%.1f ms an event', $took / $events;

is_deeply [map { $_->{uri} } @$requests[-$events .. -1]],
    [('/short') x $events], 'who has a short filter gets it';

cmp_ok $took / $events, '<', 40 * $slower, 'texts that are long count, too';
is unjudged() - $count, 5 * $events, 'they are counted';
like $t->error_log($mark), qr/whose filters are slow.* have 5 ms in all/,
    'and told';


# --- one alone has all of it

register('alone', 'order.sell', "data.text ~ '^(?:a|b)+\$'");

$t->request('PATCH', '/api/orders/1', '{"text": "' . 'ab' x 2000 . '"}');

$requests = $hook->wait_requests(4 + 5 * $events);
is $requests->[-1]{uri}, '/alone', 'one that takes some time is judged';


$t->stop;
$t->ok_logs;

done_testing;
