# What the overview costs: requests and bytes on the wire, and how long a script
# runs at a stretch, with many endpoints, deliveries and figures behind it.  Time is
# that of the browser's thread, whatever else the machine does.

use strict;
use warnings;

use List::Util qw(sum0);
use Test::More;

use lib 't/lib';
use Webhook::Page::Browser;
use Webhook::Routes;
use Webhook::Test qw(wait_for asan);

use constant {
    REQUESTS => 12,
    BYTES    => 60_000,
    TASK     => 50,                     # ms
    HOOKS    => 60,
};

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

# the others of this folder have the sanitizers see what the page asks for
plan skip_all => 'what is looked at here is the browser' if asan();

my $s = Webhook::Routes->new(server => <<'CONF');
    location = /metrics { webhook_metrics; }
CONF

my $api = $s->{root};

$s->{hook}->answer('/bad', 500);

for my $n (1 .. HOOKS) {
    local $api->{openapi};
    my ($r) = $api->post('endpoints', $s->endpoint(
        name => "a hook with a name of some length, $n",
        $n % 2 ? (url => $s->{hook}->url('/bad'), retry => { attempts => 1 })
               : ()));
    $r->{status} == 201 or die "$r->{status} $r->{body}\n";
}

$s->order(n => $_) for 1 .. 40;

ok wait_for(sub {
    local $api->{openapi};
    my (undef, $stats) = $api->get('stats');
    return $stats->{deliveries}{dead} == 40 * HOOKS / 2;
}), 'there is something to be seen';

my $url = 'http://127.0.0.1:' . $s->{t}->port . '/webhook/';

for my $language (qw(en th)) {
    my $b = Webhook::Page::Browser->new(language => $language,
                                  trace => 'devtools.timeline');

    # the login is no part of it: who it is says nginx, as a cookie would
    $b->cdp('Network.enable');
    $b->cdp('Network.setExtraHTTPHeaders', { headers => {
        Authorization => 'Bearer ' . $s->token('root') } });

    $b->cdp('Performance.enable', { timeDomain => 'threadTicks' });

    $b->events;
    $b->go($url);
    $b->wait('return document.querySelectorAll("main table tr").length > 10'
             . ' && document.querySelectorAll("svg.chart").length > 2',
             'the overview');

    my @events = $b->events;

    my %asked = map { $_->{params}{requestId} => $_->{params}{request}{url} }
                grep { $_->{method} eq 'Network.requestWillBeSent'
                       && $_->{params}{request}{url} =~ /^http/ } @events;
    my %bytes = map { $_->{params}{requestId}
                      => $_->{params}{encodedDataLength} }
                grep { $_->{method} eq 'Network.loadingFinished'
                       && $asked{$_->{params}{requestId}} } @events;

    # until then it may have asked for figures once more
    my @first = grep { !(/\bstats\b/ && $bytes{first}++) } values %asked;
    delete $bytes{first};

    cmp_ok scalar @first, '<=', REQUESTS,
        "$language: requests of the overview"
        or diag join "\n", sort @first;
    cmp_ok sum0(values %bytes), '<=', BYTES,
        "$language: bytes on the wire"
        or diag join "\n", map { "$bytes{$_} $asked{$_}" } sort keys %bytes;
    cmp_ok sum0(values %bytes), '>', 10_000, 'they are counted';

    note scalar @first, ' requests, ', sum0(values %bytes), ' bytes';

    # all that scripts took until here is less than what one may take at a stretch;
    # and so is each time that there are new figures
    my $first = script($b);

    cmp_ok $first, '>', 0, "$language: scripts have run";
    cmp_ok $first, '<', TASK, "$language: not for long";
    note "$first ms of scripts";

    $b->js('window.seen = 0; new MutationObserver(() => { window.seen++; })'
           . '.observe(document.querySelector("main .stack"),'
           . ' { childList: true });');

    for my $round (1 .. 3) {
        my $before = script($b);

        $b->wait("return window.seen >= $round", 'new figures');

        my $took = script($b) - $before;

        cmp_ok $took, '<', TASK, "$language: new figures";
        note "$took ms";
    }

    $b->end;
}

done_testing;


# ms of the processor that scripts have taken

sub script
{
    my ($b) = @_;

    my $metrics = $b->cdp('Performance.getMetrics')->{metrics};

    return sum0(map { $_->{value} * 1000 }
                grep { $_->{name} eq 'ScriptDuration' } @$metrics);
}
