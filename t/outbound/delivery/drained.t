#
# A backlog goes out as fast as its endpoint takes it: workers lease ahead of
# slots, which pass from one send to the next.  No more than the limit are under
# way, each delivery goes out once, in its order about, and nothing begins after a
# pause was answered.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use Test::More;
use Time::HiRes qw(time);

use Webhook::Metrics;
use Webhook::Test qw(wait_for slurp);
use Webhook::Test::Load ();


my $inflight = 32;
my $events = 900;


sub begin
{
    my ($workers, $delay, $n) = (@_, $events);

    my $t = Webhook::Test->new(workers => $workers);

    my $hook = $t->endpoint(name => 'hook', answers => {
        '*' => [{ status => 200, delay => $delay, body => 'the answer of it' }]
    });

    $t->config(http => <<"CONF", server => <<'CONF2');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    webhook_log logs/sends.log json flush=100ms;

    webhook_endpoint hook {
        url    http://127.0.0.1:%%PORT_hook%%/;
        events order.*;
        limit  inflight=$inflight;
    }
CONF
    location /api/ {
        webhook_event order.add POST ^/api/orders$;
        return 200 '{"n": "$arg_n"}';
    }
    location = /metrics { webhook_metrics; }
CONF2

    $t->start;

    is Webhook::Test::Load::gather($t, 'hook', $n), $n,
       "$n wait";

    return ($t, $hook);
}


sub metric
{
    my ($t, $name) = @_;

    return Webhook::Metrics->new($t->get('/metrics')->{body})
           ->value("ngx_webhook_$name");
}


sub states
{
    my ($t, $state) = @_;

    my ($status, $out) = $t->ctl('stats', '--json');
    my ($hook) = grep { ($_->{name} // '') eq 'hook' }
                 @{ JSON::PP::decode_json($out)->{endpoints} };

    return $hook->{$state} // $hook->{states}{$state};
}


# --- drained by several workers

for my $workers (1, 4) {
    my $delay = 0.02;
    my ($t, $hook) = begin($workers, $delay);

    is +($t->ctl('resume', 'hook'))[0], 0, "$workers workers: resumed";

    my $sent = $hook->wait_requests($events, 60);

    is scalar(@$sent), $events, "$workers workers: all came";

    my $most = $hook->most($delay);

    cmp_ok $most, '<=', $inflight,
           "$workers workers: no more than $inflight at a time, and $most at "
           . 'times';
    cmp_ok $most, '>=', $inflight / 2,
           "$workers workers: the limit is made use of";

    ok wait_for(sub { states($t, 'delivered') == $events }, 20),
       "$workers workers: the store knows of all";

    my %ids = map { ($_->{headers}{'webhook-id'} => 1) } @{$hook->requests};

    is scalar(keys %ids), $hook->count, "$workers workers: each came once";
    is metric($t, 'sends_total'), $events,
       "$workers workers: no send was begun that did not come";
    is metric($t, 'sends_released_total'), 0,
       "$workers workers: what was given back is no send";

    $t->stop;
    $t->ok_logs;

    is +($t->ctl('check'))[0], 0, "$workers workers: the store is sound";

    # what is noted there stays until its place is used again

    my $owners = slurp($t->store . '/owners') // '';

    cmp_ok length $owners, '>', 131072, "$workers workers: outcomes are noted";
    unlike $owners, qr/the answer of it/, "$workers workers: without answers";
}


# --- paused in the middle, and at the end of a worker

{
    my ($t, $hook) = begin(2, 0.08);

    is +($t->ctl('resume', 'hook'))[0], 0, 'resumed';

    $hook->wait_requests(40, 30);

    is +($t->ctl('pause', 'hook'))[0], 0, 'paused while it drains';

    my $paused = time;

    ok wait_for(sub { states($t, 'sending') == 0 }, 20),
       'what was leased ahead goes back';

    my $count = $hook->count;

    cmp_ok $count, '<', $events, 'in the middle';
    is states($t, 'pending'), $events - $count, 'what did not go out waits';
    is states($t, 'delivered'), $count, 'what went out was told';

    ok wait_for(sub {
        my @lines = split /\n/, slurp($t->prefix . '/logs/sends.log') // '';
        return @lines == $count;
    }, 20), 'the log has all of them';

    my $late = 0;

    for my $line (split /\n/, slurp($t->prefix . '/logs/sends.log')) {
        my ($h, $m, $s) = JSON::PP::decode_json($line)->{time}
                          =~ /T(\d+):(\d+):([\d.]+)Z/;
        my $began = $h * 3600 + $m * 60 + $s;
        my $end = $paused - 86400 * int($paused / 86400);

        # the log has milliseconds, and took them after the answer

        $late++ if $began > $end + 0.005;
    }

    # a worker may be on its way to a send that the store gave it before

    cmp_ok $late, '<=', $inflight,
           'no more than had a slot began after the pause was answered';

    is +($t->ctl('resume', 'hook'))[0], 0, 'resumed again';

    $hook->wait_requests($count + 50, 30);

    ok $t->reload, 'workers that exit give back what they have ahead';

    $hook->wait_requests($events, 60);

    ok wait_for(sub { states($t, 'delivered') == $events }, 20),
       'and all is delivered';
    is $hook->count, $events, 'once';

    $t->stop;
    $t->ok_logs;

    is +($t->ctl('check'))[0], 0, 'the store is sound';
}


# --- a queue that is shorter than eight times the limit

{
    my $few = 7 * $inflight;
    my ($t, $hook) = begin(1, 0.02, $few);

    is +($t->ctl('resume', 'hook'))[0], 0, 'a short queue: resumed';

    is scalar(@{ $hook->wait_requests($few, 60) }), $few, 'all came';
    cmp_ok $hook->most(0.02), '<=', $inflight, 'no more than the limit';

    ok wait_for(sub { states($t, 'delivered') == $few }, 20),
       'the store knows of all';

    $t->stop;
    $t->ok_logs;

    cmp_ok length(slurp($t->store . '/owners') // ''), '<=', 131072,
           'nothing was leased ahead, and so nothing noted';
}


done_testing;
