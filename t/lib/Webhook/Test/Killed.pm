package Webhook::Test::Killed;

=head1 NAME

Webhook::Test::Killed - kill -9 of all of nginx, again and again, under load

=head1 SYNOPSIS

    killed(store => 'journal=8m', then => sub { my ($t) = @_; ... });
    killed(store => 'journal=8m', power => 100);

=head1 DESCRIPTION

Of all requests whose response the client saw, no event is lost; repeats are at
most what was in flight at a kill; what was in flight goes out again soon after
the restart.  C<store> is more for C<webhook_store>; C<then> is called with the
test before nginx is stopped.

With C<power> the power is cut so many times, see L<Webhook::Test::Power>: what a
delivery came to may be unknown then, so repeats have no bound.  An endpoint more
is paused until the end and gets then what was not lost.  C<lies> is for a disk on
which nothing gets that is synced: the test is that this is noticed.

=cut

use strict;
use warnings;

use Exporter 'import';
use List::Util qw(max sum0);
use Test::More;
use Time::HiRes qw(time sleep);

use Webhook::Test::Power ();
use Webhook::Test qw(wait_for deadline asan);

our @EXPORT_OK = qw(killed);


sub killed
{
    my (%option) = @_;

    my $kills = $option{power} || $ENV{WEBHOOK_KILLS} || 20;
    my $rate = $ENV{WEBHOOK_RATE} || (asan() || $option{power} ? 300 : 1000);
    my $inflight = 16;
    my $seed = $ENV{WEBHOOK_SEED} || time;

    srand $seed;
    diag "WEBHOOK_SEED=$seed";

    my $t = Webhook::Test->new(workers => 2);

    my $hook = $t->endpoint(name => 'hook');
    my $later = $t->endpoint(name => 'later');
    my $power = $option{power} && Webhook::Test::Power->new($t);

    config($t, $inflight, %option);

    $t->start;
    is +($t->ctl('pause', 'later'))[0], 0, 'an endpoint is paused' if $power;

    if ($power) {
        $t->stop;
        $power->on;
        $t->start;
    }

    my $load = $t->load(
        rate => $rate, connections => 16,
        request => sub { return ('POST', "/api/orders?n=$_[0]", '{}') },
    );

    my (@restarts, @cuts);

    for my $kill (1 .. $kills) {

        # not before there was something to lose, however slow the machine is

        wait_for(sub { made($load) > $kill * 10 }, 60);
        sleep 0.2 + rand 0.4;

        $t->kill_all;

        if ($power) {
            push @cuts, [$option{lies} ? $power->cut(0, 0)
                                       : $power->cut($kill % 6)];
            $kill < $kills ? $power->on : $power->off;
        }

        $t->start;

        push @restarts, time;
    }

    sleep 0.5;

    my %seen = map { ($_->{n} => $_) } grep { $_->{status} == 201 }
               @{ $load->stop };

    cmp_ok scalar(keys %seen), '>', $kills * 10, 'the load was real: '
           . scalar(keys %seen) . ' orders were answered';

    if ($power) {
        my ($writes, $open) = map { my $i = $_; sum0(map { $_->[$i] } @cuts) }
                                  0, 1;

        cmp_ok $open, '>', 0, "the power was cut $kills times, when $open "
               . "writes of $writes were not synced";
        is +($t->ctl('resume', 'later'))[0], 0, 'what waited goes out';
    }

    ok waits_no_more($t), 'nothing waits at the end';

    if ($option{lies}) {
        my %got = %{ received($later)->{events} };

        cmp_ok scalar(grep { !$got{$_} } keys %seen), '>', 0,
               'what a disk only said it had is lost';

    } else {
        is_whole($kills, \%seen, received($_)) for $hook,
                                                   $power ? $later : ();
    }

    if (!$power) {
        my $got = received($hook);

        cmp_ok $got->{repeats}, '<=', $kills * $inflight,
               "repeats ($got->{repeats}) are at most what was in flight";

        is_soon(\%seen, $got->{first}, \@restarts);
    }

    $option{then}->($t) if $option{then};

    $t->stop;
    $t->allow(qr/open socket .* left in connection|worker process \d+ exited/);
    $t->ok_logs;

    if ($power && !$option{lies}) {
        my ($status, $out) = $t->ctl('check');

        is $status, 0, 'the store is sound' or diag $out;
    }
}


sub config
{
    my ($t, $inflight, %option) = @_;

    my $more = $option{store} ? " $option{store}" : '';
    my $later = $option{power} ? '' : '#';

    $t->backend(api => <<'CONF');
        location / {
            default_type application/json;
            return 201 '{"n": "$arg_n"}';
        }
CONF

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

        $later webhook_endpoint later { url http://127.0.0.1:%%PORT_later%%/; events order.add; }
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
}


# How many orders were answered so far.

sub made
{
    my ($load) = @_;

    return scalar grep { $_->{status} == 201 } @{ $load->answers };
}


sub waits_no_more
{
    my ($t) = @_;

    return wait_for(sub {
        my ($status, $out) = $t->ctl('list', '--state=pending', '--limit=1');

        return undef if $out =~ /order\.add/;

        ($status, $out) = $t->ctl('list', '--state=sending', '--limit=1');

        return $out !~ /order\.add/;
    }, 60);
}


# What came to an endpoint: the events of each request, by its number; when it
# first came; how many came again.

sub received
{
    my ($hook) = @_;

    my (%got, %first, %again);

    for my $request (@{ $hook->wait_quiet(0.5) }) {
        my ($n) = $request->{body} =~ /"n": "(\d+)"/ or next;
        my $id = $request->{headers}{'webhook-id'};

        $again{$id}++;
        $got{$n}{$id} = 1;
        $first{$n} //= $request->{time};
    }

    return { events => \%got, first => \%first,
             repeats => sum0(map { $_ - 1 } values %again) };
}


sub is_whole
{
    my ($kills, $seen, $got) = @_;

    my $events = $got->{events};
    my @lost = grep { !$events->{$_} } sort { $a <=> $b } keys %$seen;

    is_deeply \@lost, [], "no event is lost of $kills kills";

    my @twice = grep { keys %{ $events->{$_} } > 1 } keys %$seen;

    is_deeply \@twice, [], 'no request became two events';
}


# What was answered before a kill and came after it: soon after the restart, and
# not when leases end.

sub is_soon
{
    my ($seen, $first, $restarts) = @_;

    my @slow;

    for my $n (keys %$seen) {
        next unless defined $first->{$n};

        for my $restart (@$restarts) {
            if ($seen->{$n}{time} < $restart && $first->{$n} > $restart) {
                push @slow, $first->{$n} - $restart;
            }
        }
    }

    cmp_ok max(0, @slow), '<', deadline(10), sprintf
           '%d that were in flight went out again, the last after %.2f s',
           scalar @slow, max(0, @slow);
}


1;
