#
# The schedule (O7, O8, O9): only status 200 is success; 12 sends with gaps that
# double, counted from the end of the failed send; then the delivery is dead.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use List::Util qw(min max);
use Test::More;

use Webhook::Test qw(wait_for deadline);


my $first = 0.008;                      # seconds; 1 m where it is real
my $sends = 12;

my %cases = (
    'e500'   => { status => 500 },
    'e201'   => { status => 201 },
    'e302'   => { status => 302, headers => [Location => '/elsewhere'] },
    'closed' => { close => 1 },
    'ok'     => { status => 200 },
);

my $t = Webhook::Test->new(workers => 2);

my $api = $t->backend(api => <<'CONF');
    location / {
        default_type application/json;
        return 201 '{"id": 1}';
    }
CONF

my $hook = $t->endpoint(name => 'hook', answers => {
    map { ("/$_" => [$cases{$_}]) } keys %cases
});

# An endpoint where nothing listens at all.

my $nobody = Webhook::Test::free_port();

my $endpoints = join '', map { <<"CONF" } sort keys %cases;
    webhook_endpoint $_ {
        url    http://127.0.0.1:%%PORT_hook%%/$_;
        events order.add;
        retry  first=8ms;
    }
CONF

$t->config(
    http => <<"CONF",
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;

    $endpoints

    webhook_endpoint refused {
        url    http://127.0.0.1:$nobody/;
        events order.add;
        retry  first=8ms;
    }
CONF
    server => <<'CONF',
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
CONF
);

$t->start;

is $t->post('/api/orders', '{}')->{status}, 201, 'the order is accepted';

my $failing = keys(%cases) - 1;

$hook->wait_requests($failing * $sends + 1, 40);

# The dead letter is the sign that nothing more will come.

my $dead = wait_for(sub {
    my ($status, $out) = $t->ctl('list', '--state=dead', '--json');

    my @lines = grep { /\S/ } split /\n/, $out;

    return @lines == $failing + 1 ? \@lines : undef;
}, 40);

ok $dead, 'every failing delivery is dead at the end';

my %seen;

push @{ $seen{ $_->{path} } }, $_ for @{ $hook->wait_quiet(0.3) };

my %ids;

for my $name (sort keys %cases) {
    my $requests = $seen{"/$name"} || [];
    my $want = $name eq 'ok' ? 1 : $sends;

    is @$requests, $want, "$name: $want sends";

    $ids{ $_->{headers}{'webhook-id'} }++ for @$requests;

    is_deeply [map { $_->{headers}{'webhook-attempt'} } @$requests],
              [1 .. $want], "$name: webhook-attempt counts";

    next if $want == 1;

    my (@early, @late, @gaps);

    for my $n (1 .. $#$requests) {
        my $gap = $requests->[$n]{time} - $requests->[$n - 1]{time};
        my $due = $first * 2 ** ($n - 1);

        push @gaps, sprintf '%.3f', $gap;

        # nginx's clock has milliseconds: a gap may look one shorter

        push @early, $n if $gap < $due - 0.002;
        push @late, $n if $gap > $due * 1.25 + deadline(10);
    }

    is_deeply \@early, [], "$name: no send before its time"
        or diag "gaps: @gaps";
    is_deeply \@late, [], "$name: no send long after its time"
        or diag "gaps: @gaps";
}

is keys(%ids), 1, 'one webhook-id over all sends and endpoints';

my ($id) = keys %ids;


# History holds every attempt, of the endpoint that was never reached too.

my ($status, $out) = $t->ctl('show', "$id.refused", '--json');

is $status, 0, 'webhookctl show';

my $shown = JSON::PP::decode_json($out);
my ($delivery) = @{ $shown->{deliveries} };

is $delivery->{state}, 'dead', 'refused: dead';
is @{ $delivery->{attempts} }, $sends, 'refused: 12 attempts on record';
is max(map { $_->{status} // 0 } @{ $delivery->{attempts} }), 0,
   'refused: no status, since no answer came';
like $delivery->{attempts}[0]{error}, qr/refused/i,
     'refused: the history says why';

$t->wait_log(qr/\.refused .*is dead after 12 sends/);

like $t->error_log, qr/\.refused .*is dead after 12 sends/,
     'the log tells a dead letter';

$t->stop;
$t->ok_logs;

done_testing;
