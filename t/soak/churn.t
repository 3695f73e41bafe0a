#
# Months in minutes: events come and go at full speed through a small store
# that keeps them for seconds only, one endpoint is up and one is down.  The
# space in use, the memory of the workers and their open files come to a
# standstill, nothing is lost, and the store is whole at the end.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use JSON::PP ();
use List::Util qw(max);
use Test::More;
use Time::HiRes qw(sleep time);

use Webhook::Test qw(wait_for deadline);


my $seconds = $ENV{SOAK_SECONDS} || 60;

my $t = Webhook::Test->new(workers => 2);

$t->backend(api => <<'CONF');
    location / {
        default_type application/json;
        return 201 '{"n": "$arg_n", "pad": "$arg_pad"}';
    }
CONF

my $hook = $t->endpoint(name => 'hook', keep_bodies => 0);
my $nobody = Webhook::Test::free_port();

$t->config(
    http => <<"CONF",
    webhook_store %%STORE%% size=64m keep=3s;
    webhook_event_type order.add;

    upstream api {
        server    127.0.0.1:%%PORT_api%%;
        keepalive 32;
    }

    webhook_endpoint up {
        url    http://127.0.0.1:%%PORT_hook%%/hook;
        events order.add;
    }
    webhook_endpoint down {
        url    http://127.0.0.1:$nobody/;
        events order.add;
        retry  attempts=3 first=200ms;
    }
CONF
    server => <<'CONF',
    location /api/ {
        proxy_pass         http://api;
        proxy_http_version 1.1;
        proxy_set_header   Connection "";
        webhook_event      order.add POST ^/api/orders$ status=201;
    }
CONF
);

$t->start;

my $pad = 'x' x 1500;

my $load = $t->load(
    rate => 800, connections => 16,
    request => sub { return ('POST', "/api/orders?n=$_[0]&pad=$pad", '{}') },
);

sub stats {
    my ($status, $out) = $t->ctl('stats', '--json');

    return JSON::PP::decode_json($out);
}

sub worker {
    my (%sum);

    for my $pid ($t->workers) {
        open my $in, '<', "/proc/$pid/status" or next;

        while (<$in>) {
            $sum{rss} += $1 if /^RssAnon:\s+(\d+)/;
        }

        $sum{fds} += () = glob "/proc/$pid/fd/*";
    }

    return \%sum;
}

# The first third fills it up; the rest is measured.

sleep $seconds / 3;

my $before = worker();
my (@used, @events);
my $until = time + 2 * $seconds / 3;

while (time < $until) {
    my $s = stats();

    push @used, $s->{used};
    push @events, $s->{events};

    sleep 1;
}

my $after = worker();
my %seen = map { ($_->{n} => 1) } grep { $_->{status} == 201 }
           @{ $load->stop };

cmp_ok scalar(keys %seen), '>', 100 * $seconds,
       scalar(keys %seen) . ' orders were answered';

my $half = int(@used / 2);

cmp_ok max(@used[$half .. $#used]), '<', 1.3 * max(@used[0 .. $half]),
       'the space in use stands still: up to ' . max(@used) . ' bytes';

cmp_ok $after->{rss} - $before->{rss}, '<', 8192,
       "memory of the workers: $before->{rss} kB, then $after->{rss} kB";

cmp_ok $after->{fds} - $before->{fds}, '<', 40,
       "open files: $before->{fds}, then $after->{fds}";

ok wait_for(sub {
    my %ep = map { ($_->{name} => $_) } @{ stats()->{endpoints} };

    return !grep { $_->{pending} + $_->{sending} } values %ep;
}, deadline(30)), 'all is delivered or dead at the end';

my %ep = map { ($_->{name} => $_) } @{ stats()->{endpoints} };

cmp_ok $ep{up}{delivered_total}, '>=', scalar(keys %seen),
       'every order was delivered to the endpoint that is up';
cmp_ok $ep{down}{dead_total}, '>=', scalar(keys %seen),
       'every order is a dead letter of the one that is down';

ok wait_for(sub { stats()->{events} == 0 }, deadline(30)),
   'all that is finished goes in the end';

$t->stop;
$t->ok_logs;

done_testing;
