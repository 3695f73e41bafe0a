package Webhook::Test::Killed;

=head1 NAME

Webhook::Test::Killed - kill -9 of all of nginx, again and again, under load

=head1 SYNOPSIS

    killed(store => 'journal=8m', then => sub { my ($t) = @_; ... });

=head1 DESCRIPTION

Of all requests whose response the client saw, no event is lost; repeats are at
most what was in flight at a kill; what was in flight goes out again soon after
the restart.  C<store> is more for C<webhook_store>; C<then> is called with the
test before nginx is stopped.

=cut

use strict;
use warnings;

use Exporter 'import';
use List::Util qw(max sum0);
use Test::More;
use Time::HiRes qw(time sleep);

use Webhook::Test qw(wait_for deadline asan);

our @EXPORT_OK = qw(killed);


sub killed
{
    my (%option) = @_;

    my $kills = $ENV{WEBHOOK_KILLS} || 20;
    my $rate = $ENV{WEBHOOK_RATE} || (asan() ? 300 : 1000);
    my $inflight = 16;
    my $seed = $ENV{WEBHOOK_SEED} || time;

    srand $seed;
    diag "WEBHOOK_SEED=$seed";

    my $t = Webhook::Test->new(workers => 2);

    my $more = $option{store} ? " $option{store}" : '';

    $t->backend(api => <<'CONF');
        location / {
            default_type application/json;
            return 201 '{"n": "$arg_n"}';
        }
CONF

    my $hook = $t->endpoint(name => 'hook');

    $t->config(
        http => <<"CONF",
        webhook_store %%STORE%% size=512m$more;
        webhook_event_type order.add;

        upstream api {
            server    127.0.0.1:%%PORT_api%%;
            keepalive 32;
        }

        webhook_endpoint erp {
            url    http://127.0.0.1:%%PORT_hook%%/hook;
            events order.add;
            retry  first=200ms max=1s;
            limit  inflight=$inflight;
        }
CONF
        server => <<'CONF',
        location = /metrics { webhook_metrics; }

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

    my (@slow, @restarts);

    for my $kill (1 .. $kills) {
        sleep 0.2 + rand 0.4;

        $t->kill_all;
        $t->start;

        push @restarts, time;
    }

    sleep 0.5;

    my %seen = map { ($_->{n} => $_) } grep { $_->{status} == 201 }
               @{ $load->stop };

    cmp_ok scalar(keys %seen), '>', $kills * 10, 'the load was real: '
           . scalar(keys %seen) . ' orders were answered';

    my (%got, %first, $events);

    my $all = wait_for(sub {
        my ($status, $out) = $t->ctl('list', '--state=pending', '--limit=1');

        return undef if $out =~ /order\.add/;

        ($status, $out) = $t->ctl('list', '--state=sending', '--limit=1');

        return $out !~ /order\.add/;
    }, 30);

    ok $all, 'nothing waits at the end';

    my %again;

    for my $request (@{ $hook->wait_quiet(0.5) }) {
        my ($n) = $request->{body} =~ /"n": "(\d+)"/ or next;
        my $id = $request->{headers}{'webhook-id'};

        $again{$id}++;
        $got{$n}{$id} = 1;
        $first{$n} //= $request->{time};
    }

    my @lost = grep { !$got{$_} } sort { $a <=> $b } keys %seen;

    is_deeply \@lost, [], "no event is lost of $kills kills";

    my @twice = grep { keys %{ $got{$_} } > 1 } keys %seen;

    is_deeply \@twice, [], 'no request became two events';

    my $repeats = sum0(map { $_ - 1 } values %again);

    cmp_ok $repeats, '<=', $kills * $inflight,
           "repeats ($repeats) are at most what was in flight";

    # What was answered before a kill and came after it: within 2 s of the restart.

    for my $n (keys %seen) {
        next unless defined $first{$n};

        for my $restart (@restarts) {
            if ($seen{$n}{time} < $restart && $first{$n} > $restart) {
                push @slow, $first{$n} - $restart;
            }
        }
    }

    cmp_ok max(0, @slow), '<', deadline(2), sprintf
           '%d that were in flight went out again, the last after %.2f s',
           scalar @slow, max(0, @slow);

    $option{then}->($t) if $option{then};

    $t->stop;
    $t->allow(qr/open socket .* left in connection|worker process \d+ exited/);
    $t->ok_logs;
}


1;
