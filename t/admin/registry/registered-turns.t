# Slow expressions that a company registered delay its own responses: others have
# their turn after each of these, and what has none to be judged by does not wait
# at all. Where very much of a company waits, less time is spent on it.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Metrics;
use Webhook::Registry;
use Webhook::Test qw(wait_for);
use Webhook::Test::Client;

use constant MANY => 30;        # requests at a time
use constant TOO_MANY => 150;

my $t = Webhook::Test->new(workers => 1);
my $registry = Webhook::Registry->new($t);
my $hook = $t->endpoint(name => 'hook');
my $text = 'a' x 40 . 'ende';

$t->config(main => $registry->main, http => <<'CONF', server => <<"CONF");
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    resolver 127.0.0.1;

    webhook_registry {
        key file:%%PREFIX%%/registry.key;
        limit endpoints=200 fanout=100;
        address any;
        company shop;
    }
CONF
    location = /order {
        webhook_event order.add GET ^/order;
        return 201 '{"shop": "\$arg_shop", "n": "\$arg_n", "text": "$text"}';
    }
    location = /metrics { webhook_metrics; }
    location = /registry { webhook_registry_test; }
CONF

$t->start;

my $url = 'http://127.0.0.1:' . $hook->port;


sub register
{
    my ($name, $company, @filter) = @_;

    my $made = $registry->make({ name => $name, url => "$url/$name",
                                 events => ['order.add'],
                                 filter => \@filter }, company => $company);

    is $made->{result}, 'ok', "$name is registered" or diag explain $made;
}


# Sends an order and does not wait for the answer.

sub order
{
    my ($shop, $n) = @_;

    my $client = Webhook::Test::Client->new(port => $t->port);

    $client->begin('GET', "/order?shop=$shop&n=$n")
        or die "an order: $client->{error}";

    return $client;
}


sub status { return $_[0]->end->{status}; }

# How many slow ones were answered before this one.

sub before
{
    my ($which) = @_;

    my @lines;

    wait_for(sub {
        @lines = split /\n/, $t->access_log;
        return grep { /$which/ } @lines;
    }, 20);

    my $slow = 0;

    for my $line (@lines) {
        return $slow if $line =~ /$which/;
        $slow++ if $line =~ /shop=slow/;
    }

    return MANY;
}


my $slow = join ' || ', map { "data.text ~ ^(a+)+[${_}Z]\$" } 'b' .. 'i';

register("slow-$_", 'slow', $slow) for 1 .. 4;
register('quick', 'quick', 'data.text ~ ende$');
register('none', 'none');

# the worker knows them all

is status(order($_, 0)), 201, 'an order' for qw(quick none);
$hook->wait_requests(2);


# --- others have their turn

my (@slow, $quick, $none);

$t->at_once(sub {
    @slow = map { order('slow', $_) } 1 .. MANY;
    $quick = order('quick', 1);
    $none = order('none', 1);
});

is status($quick), 201, 'an order of another company, with an expression';
is status($none), 201, 'an order of one without';

cmp_ok before(qr/shop=quick&n=1 /), '<', MANY / 2,
    'is answered while most of those before it wait';
cmp_ok before(qr/shop=none&n=1 /), '<', MANY / 2,
    'does not wait for them either';

is_deeply [map { status($_) } @slow], [(201) x MANY], 'these come, too';

$hook->wait_requests(4);


# --- too much of one company

my $mark = $t->mark;

$t->at_once(sub {
    @slow = map { order('slow', $_) } 1 .. TOO_MANY;
    $quick = order('quick', 2);
});

is status($quick), 201, 'an order of the other company';
is_deeply [map { status($_) } @slow], [(201) x TOO_MANY],
    'all of the one are answered';

like $t->error_log($mark),
    qr/whose filters are slow.* have 1 ms in all/,
    'those over the bound had less time';
like $t->error_log($mark), qr/whose filters are slow.* have 20 ms in all/,
    'the others had all of it';

my $metrics = Webhook::Metrics->new($t->get('/metrics')->{body});

is $metrics->value('ngx_webhook_events_unjudged_total'),
    4 * (MANY + TOO_MANY), 'all that were not judged are counted';

is_deeply [sort map { $_->{uri} } @{$hook->wait_requests(5)}],
    [sort qw(/none /none /quick /quick /quick)], 'who has quick filters gets all';

$t->stop;
$t->ok_logs;

done_testing;
