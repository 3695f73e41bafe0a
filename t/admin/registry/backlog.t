# "quota backlog=" of webhook_registry: how many deliveries may wait for what a
# company registered. What is more is a dead letter, which is told and counted,
# and can be sent by hand; others are not touched.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Metrics;
use Webhook::Registry;
use Webhook::Test qw(wait_for);

my $t = Webhook::Test->new(workers => 1);
my $registry = Webhook::Registry->new($t);

my $api = $t->api;
my $hook = $t->endpoint(name => 'hook');

$t->config(main => $registry->main, http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    resolver 127.0.0.1;

    webhook_registry {
        key file:%%PREFIX%%/registry.key;
        quota backlog=3;
        address any;
        company shop;
    }
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event order.add POST ^/api/orders$ payload=request;
    }
    location = /metrics { webhook_metrics; }
    location = /registry { webhook_registry_test; }
CONF

$t->start;

my $url = 'http://127.0.0.1:' . $hook->port;


sub register
{
    my ($name, $company, @events) = @_;

    @events = ('order.add') unless @events;

    my $made = $registry->make({ name => $name, url => "$url/$name",
                                 events => \@events }, company => $company);

    is $made->{result}, 'ok', "$name is registered" or diag explain $made;

    return $made->{id};
}


sub order
{
    my ($shop, $n) = @_;

    return $t->request('POST', '/api/orders', qq({"shop": "$shop", "n": $n}));
}


sub got
{
    my ($n) = @_;

    my %got;
    push @{$got{$_->{uri}}}, JSON::PP::decode_json($_->{body})->{n}
        for @{$hook->wait_requests($n)};

    return { map { $_ => [sort { $a <=> $b } @{$got{$_}}] } keys %got };
}


sub metric
{
    return Webhook::Metrics->new($t->get('/metrics')->{body})->value(@_);
}


sub states
{
    my ($id) = @_;

    my (undef, $out) = $t->ctl('list', "--endpoint=$id", '--json');
    my %states;

    $states{JSON::PP::decode_json($_)->{state}}++ for split /\n/, $out;

    return \%states;
}


my $one = register('one', 'shop-1');
my $two = register('two', 'shop-2');
my $all = register('all', undef);

# nothing is sent to the first company

is +($t->ctl('pause', $one))[0], 0, 'paused';

my $mark = $t->mark;

is order('shop-1', $_)->{status}, 201, 'an order' for 1 .. 5;

for my $n (6 .. 10) {
    order('shop-2', $n);
    wait_for(sub { (states($two)->{delivered} // 0) == $n - 5 });
}

is_deeply got(15), { '/all' => [1 .. 10], '/two' => [6 .. 10] },
    'others get all of theirs';

is_deeply states($one), { pending => 3, dead => 2 },
    'what is over the backlog is a dead letter';

my $log = $t->error_log($mark);

like $log, qr/\[error\].*webhook event "order\.add" \S+ is a dead letter for 1 registered endpoints: "backlog=3" of webhook_registry is reached by their company "shop-1"/,
    'it is told';
is scalar(() = $log =~ /dead letter/g), 1, 'once';
is metric('ngx_webhook_deliveries_backlogged_total'), 2, 'and counted';

my (undef, $list) = $t->ctl('list', "--endpoint=$one", '--state=dead',
                            '--json');
my @dead = map { JSON::PP::decode_json($_)->{id} } split /\n/, $list;

my (undef, $show) = $t->ctl('show', $dead[0]);
like $show, qr/not sent: the company has its 3 deliveries waiting/,
    'its history has the reason';

# it goes on

is +($t->ctl('resume', $one))[0], 0, 'resumed';

is_deeply got(18), { '/all' => [1 .. 10], '/two' => [6 .. 10],
                     '/one' => [1 .. 3] }, 'what waited is sent';

is +($t->ctl('retry', @dead))[0], 0, 'and the others by hand';

is_deeply got(20)->{'/one'}, [1 .. 5], 'they are sent, too';
ok wait_for(sub { (states($one)->{delivered} // 0) == 5 }), 'delivered';

order('shop-1', 11);

is_deeply got(22)->{'/one'}, [1 .. 5, 11], 'there is room again';

unlike $t->error_log($mark), qr/more deliveries/, 'more are told later';

$t->stop;

like $t->error_log($mark), qr/\[error\].*: 1 more deliveries of 1 webhook events to registered endpoints of "shop-1" are dead letters: "backlog=3" of webhook_registry is reached/,
    'how many more there were, when the worker exits at the latest';

$t->ok_logs;

done_testing;
