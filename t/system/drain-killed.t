#
# kill -9 of all of nginx while a backlog goes out: slots pass from one send to the
# next before outcomes are in the store, but what is sent again is at most what was
# under way, the limit, at each kill.
#
# At every other kill somebody keeps the store from being written to, until all
# slots have passed on as far as they could: so that the most has been sent of which
# the store does not know.

use strict;
use warnings;

use lib 't/lib';

use List::Util qw(max sum0);
use Test::More;
use Time::HiRes qw(sleep);

use Webhook::Test qw(wait_for asan);
use Webhook::Test::Load ();


my $kills = $ENV{WEBHOOK_KILLS} || 10;
my $inflight = 64;
my $events = 450 * $kills;
my $seed = $ENV{WEBHOOK_SEED} || time;

srand $seed;
diag "WEBHOOK_SEED=$seed";


# Deliveries by webhook-id.

sub came
{
    my ($hook) = @_;

    my %n;

    $n{$_->{headers}{'webhook-id'}}++ for @{ $hook->requests };

    return \%n;
}


sub repeats { return sum0(map { $_ - 1 } values %{ $_[0] }); }


# Until nothing more comes.

sub stands
{
    my ($hook) = @_;

    my ($n, $since) = (-1, 0);

    return wait_for(sub {
        my $count = $hook->count;

        ($n, $since) = ($count, 0) if $count != $n;

        return ++$since > 10;
    }, 30);
}


for my $store ('', ' journal=2m') {
    my $t = Webhook::Test->new(workers => 2);
    my $hook = $t->endpoint(name => 'hook');

    $t->config(http => <<"CONF", server => <<'CONF2');
    webhook_store %%STORE%% size=256m$store;
    webhook_event_type order.add;

    webhook_endpoint hook {
        url    http://127.0.0.1:%%PORT_hook%%/;
        events order.*;
        retry  first=200ms max=1s;
        limit  inflight=$inflight;
    }
CONF
    location /api/ {
        webhook_event order.add POST ^/api/orders$;
        return 200 '{"n": "$arg_n"}';
    }
CONF2

    $t->start;

    is Webhook::Test::Load::gather($t, 'hook', $events), $events,
       "$events wait";

    is +($t->ctl('resume', 'hook'))[0], 0, 'resumed';

    my ($ahead, $stood) = (0, 0);

    for my $kill (1 .. $kills) {
        my $count = $hook->count;

        wait_for(sub { $hook->count > $count + 200 || $hook->count >= $events },
                 30);

        if ($kill % 2) {
            $t->hold_store(sub {
                my $from = $hook->count;

                $stood += stands($hook);
                $ahead = max($ahead, $hook->count - $from);

                $t->kill_all;
            });

        } else {
            sleep rand 0.1;
            $t->kill_all;
        }

        $t->start;
    }

    is $stood, ($kills + 1 >> 1), 'nothing more came while the store was held';
    cmp_ok $ahead, '>', $inflight, "up to $ahead came meanwhile"
        if !asan();

    ok wait_for(sub { keys %{ came($hook) } == $events }, 60), 'none is lost';

    ok wait_for(sub {
        my ($status, $out) = $t->ctl('stats');
        return $out =~ /\bhook\b/ && $t->ctl('list', '--state=sending') !~ /order/;
    }, 30), 'and all is over';

    my $repeats = repeats(came($hook));

    cmp_ok $repeats, '<=', $kills * $inflight,
           "repeats ($repeats) are at most what was under way at $kills kills";

    $t->stop;
    $t->allow(qr/open socket .* left in connection|worker process \d+ exited/);
    $t->ok_logs;

    is +($t->ctl('check'))[0], 0, 'the store is sound';
}


done_testing;
