#
# Reload and quit under load: nothing is lost, nothing is sent twice.

use strict;
use warnings;

use lib 't/lib';

use List::Util qw(sum0);
use Test::More;
use Time::HiRes qw(sleep);

use Webhook::Test qw(wait_for deadline asan);


my $rate = asan() ? 300 : 1000;

my $t = Webhook::Test->new(workers => 2);

$t->backend(api => <<'CONF');
    location / {
        default_type application/json;
        return 201 '{"n": "$arg_n"}';
    }
CONF

# Answers take a while, so that sends are under way at every reload.

my $hook = $t->endpoint(name => 'hook',
                        answers => { '*' => [{ status => 200,
                                               delay => 0.02 }] });

$t->config(
    http => <<'CONF',
    webhook_store %%STORE%% size=512m;
    webhook_event_type order.add;

    upstream api {
        server    127.0.0.1:%%PORT_api%%;
        keepalive 32;
    }

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_hook%%/hook;
        events order.add;
        limit  inflight=64;
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

my $load = $t->load(
    rate => $rate, connections => 16,
    request => sub { return ('POST', "/api/orders?n=$_[0]", '{}') },
);

for (1 .. 5) {
    my @old = $t->workers;

    sleep 0.4;

    ok $t->reload, 'reload';
    ok $t->wait_gone(\@old, 15), 'the old workers have left';
}

wait_for(sub { return @{ $load->answers } > 400 }, 60);

my %seen = map { ($_->{n} => 1) } grep { $_->{status} == 201 }
           @{ $load->stop };

cmp_ok scalar(keys %seen), '>', 300, 'the load was real: '
       . scalar(keys %seen) . ' orders were answered';

ok $t->stop, 'quit: nginx leaves once its sends are done';

# What quit left in the queue goes out after the next start.

$t->start;

ok wait_for(sub {
    my ($s1, $pending) = $t->ctl('list', '--state=pending', '--limit=1');
    my ($s2, $sending) = $t->ctl('list', '--state=sending', '--limit=1');

    return "$pending$sending" !~ /order\.add/;
}, 20), 'nothing waits at the end';

my (%got, %again);

for my $request (@{ $hook->wait_quiet(0.5) }) {
    my ($n) = $request->{body} =~ /"n": "(\d+)"/ or next;

    $got{$n} = 1;
    $again{ $request->{headers}{'webhook-id'} }++;
}

my @lost = grep { !$got{$_} } sort { $a <=> $b } keys %seen;

is_deeply \@lost, [], 'nothing is lost';
is sum0(map { $_ - 1 } values %again), 0, 'nothing is sent twice';

$t->stop;
$t->ok_logs;

done_testing;
