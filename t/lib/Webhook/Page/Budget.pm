package Webhook::Page::Budget;

=head1 NAME

Webhook::Page::Budget - what a screen costs the browser and the wire

=head1 SYNOPSIS

    use Webhook::Page::Budget;

    my $budget = Webhook::Page::Budget->new(token => $token, language => 'th');

    my $cost = $budget->first($url, 'return document.querySelector("table")');

    cmp_ok $cost->{bytes}, '<=', Webhook::Page::Budget::BYTES;

=head1 DESCRIPTION

A browser that has nothing of the page yet, and a reader whom the server knows by itself, as by a cookie: the login is
no part of it.  Time is that of the browser's thread, whatever else the machine does.

REQUESTS, BYTES and TASK (ms) are what a first look at the overview may take; no script may run for as long as TASK at
a stretch, and where all scripts together took less, none has.

=head2 new(OPTIONS)

C<token>; the rest is for L<Webhook::Page::Browser>, which C<b> of the object is.

=head2 first(URL, READY)

Opens it, waits until the script READY is true; returns C<requests>, C<bytes> and C<script> (ms), and C<urls>, which
were asked for.  What was asked for more than once, as figures are again and again, is counted once.

=head2 next(FRAGMENT, READY)

Another screen, with what the browser has now; returns C<script> (ms), and C<asked>, how many ms of time went by until
it was there.

=head2 again(ROUNDS)

How many ms scripts took for each of so many times that the screen was drawn anew.

=head2 end()

=cut

use strict;
use warnings;

use List::Util qw(sum0);
use Time::HiRes qw(time);

use Webhook::Page::Browser;

use constant {
    REQUESTS => 12,
    BYTES    => 60_000,
    TASK     => 50,
};


sub new
{
    my ($class, %args) = @_;

    my $token = delete $args{token};
    my $b = Webhook::Page::Browser->new(%args, trace => 'devtools.timeline');

    $b->cdp('Network.enable');
    $b->cdp('Network.setExtraHTTPHeaders', { headers => {
        Authorization => "Bearer $token" } });
    $b->cdp('Performance.enable', { timeDomain => 'threadTicks' });

    return bless { b => $b }, $class;
}


sub first
{
    my ($self, $url, $ready) = @_;

    my $b = $self->{b};

    $b->events;
    $b->go($url);
    $b->wait($ready, 'the screen');

    my @events = $b->events;

    my %asked = map { $_->{params}{requestId} => $_->{params}{request}{url} }
                grep { $_->{method} eq 'Network.requestWillBeSent'
                       && $_->{params}{request}{url} =~ /^http/ } @events;
    my %bytes = map { $_->{params}{requestId}
                      => $_->{params}{encodedDataLength} }
                grep { $_->{method} eq 'Network.loadingFinished'
                       && $asked{$_->{params}{requestId}} } @events;

    my (%seen, @first);

    for my $id (sort keys %asked) {
        push @first, $id unless $seen{$asked{$id}}++;
    }

    return {
        requests => scalar @first,
        bytes    => sum0(map { $bytes{$_} // 0 } @first),
        script   => $self->script,
        urls     => [map { ($bytes{$_} // 0) . " $asked{$_}" } @first],
    };
}


sub next
{
    my ($self, $fragment, $ready) = @_;

    my $b = $self->{b};
    my $before = $self->script;
    my $start = time;

    $b->js('document.querySelector("main").replaceChildren();'
           . 'location.hash = arguments[0]', $fragment);
    $b->wait($ready, "the screen $fragment");

    return { asked => (time - $start) * 1000,
             script => $self->script - $before };
}


sub again
{
    my ($self, $rounds) = @_;

    my $b = $self->{b};
    my @took;

    $b->js('window.drawn = 0; new MutationObserver(() => { window.drawn++; })'
           . '.observe(document.querySelector("main .stack"),'
           . ' { childList: true });');

    for my $round (1 .. $rounds) {
        my $before = $self->script;

        $b->wait("return window.drawn >= $round", 'new figures');

        push @took, $self->script - $before;
    }

    return @took;
}


# ms of the processor that scripts have taken so far

sub script
{
    my ($self) = @_;

    my $metrics = $self->{b}->cdp('Performance.getMetrics')->{metrics};

    return sum0(map { $_->{value} * 1000 }
                grep { $_->{name} eq 'ScriptDuration' } @$metrics);
}


sub end { return $_[0]{b}->end; }


1;
