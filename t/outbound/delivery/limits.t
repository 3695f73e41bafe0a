#
# Limits of an endpoint hold over all workers: so many sends a second, so many
# at a time, measured where they arrive.

use strict;
use warnings;

use lib 't/lib';

use List::Util qw(max);
use Test::More;
use Time::HiRes qw(time);

use Webhook::Test qw(asan);
use Webhook::Sandbox qw(crowd);


my $rate = 100;
my $inflight = 8;
my $events = 300;


for my $workers (1, 2, 4) {
    my $t = Webhook::Test->new(workers => $workers);

    $t->backend(api => <<'CONF');
    location / {
        default_type application/json;
        return 201 '{"n": "$arg_n"}';
    }
CONF

    my $delay = 0.1;

    my $slow = $t->endpoint(name => 'slow', answers => {
        '*' => [{ status => 200, delay => $delay }]
    });
    my $even = $t->endpoint(name => 'even');

    $t->config(
        http => <<"CONF",
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;

    webhook_endpoint slow {
        url    http://127.0.0.1:%%PORT_slow%%/;
        events order.add;
        limit  inflight=$inflight;
    }
    webhook_endpoint even {
        url    http://127.0.0.1:%%PORT_even%%/;
        events order.add;
        limit  rate=${rate}r/s;
    }
CONF
        server => <<'CONF',
    location /api/ {
        proxy_pass    http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
CONF
    );

    $t->start;

    my $begun = time;

    my $load = $t->load(
        rate => 600, connections => 16, limit => $events,
        request => sub { return ('POST', "/api/orders?n=$_[0]", '{}') },
    );

    $load->wait(10);

    my $seen = grep { $_->{status} == 201 } @{ $load->stop };

    my $sent = $slow->wait_requests($seen, 30);

    is @$sent, $seen, "$workers workers: all events came ($seen)";
    cmp_ok $slow->most($delay), '<=', $inflight,
           "$workers workers: no more than $inflight at a time, and "
           . $slow->most($delay) . ' at times';
    cmp_ok $slow->most($delay), '>=', $inflight - 2,
           "$workers workers: the limit is made use of";

    $sent = $even->wait_requests($seen, 30);

    is @$sent, $seen, "$workers workers: all events came at their rate";

    # The endpoint may see the first of them late.

    my $took = $sent->[-1]{time} - $begun;
    my $real = (@$sent - 1) / $took;

    cmp_ok $real, '<=', $rate * 1.05, sprintf
           '%d workers: %.1f sends a second, no more than %d',
           $workers, $real, $rate;

    # A busy machine may make it less, as it is busy.

    cmp_ok $real, '>=', $rate * (asan() ? 0.5 : 0.8) / crowd(),
           "$workers workers: the rate is made use of";

    # Nor in any second of it, but that an endpoint which had to wait for its
    # processor sees what came meanwhile at once: nothing came while it waited.

    my ($from, $worst, $gap) = (0, 0, 0);

    for my $to (0 .. $#$sent) {
        $from++ while $sent->[$to]{time} - $sent->[$from]{time} > 1;
        $worst = max($worst, $to - $from + 1);

        $gap = max($gap, $sent->[$to]{time} - $sent->[$to - 1]{time}) if $to;
    }

    cmp_ok $worst, '<=', $rate * (1.2 + $gap),
           sprintf '%d workers: %d in the busiest second, and none for %d ms',
           $workers, $worst, $gap * 1000;

    $t->stop;
    $t->ok_logs;
}

done_testing;
