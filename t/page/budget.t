# What the overview costs: requests and bytes on the wire, and how long a script
# runs at a stretch, with many endpoints, deliveries and figures behind it.  Time is
# that of the browser's thread, whatever else the machine does.

use strict;
use warnings;

use List::Util qw(max sum0);
use Test::More;

use lib 't/lib';
use Webhook::Browser;
use Webhook::Routes;
use Webhook::Test qw(wait_for);

use constant {
    REQUESTS => 12,
    BYTES    => 60_000,
    TASK     => 50,                     # ms
    HOOKS    => 60,
};

plan skip_all => Webhook::Browser::missing() if Webhook::Browser::missing();

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
    my $b = Webhook::Browser->new(language => $language,
                                  trace => 'devtools.timeline,v8');

    # the login is no part of it: who it is says nginx, as a cookie would
    $b->cdp('Network.enable');
    $b->cdp('Network.setExtraHTTPHeaders', { headers => {
        Authorization => 'Bearer ' . $s->token('root') } });

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

    # and on it goes: figures, again and again
    $b->js('window.seen = 0; const stop = new MutationObserver('
           . 'm => { window.seen += m.length; });'
           . 'stop.observe(document.querySelector("main"),'
           . ' { childList: true, subtree: true });');
    $b->wait('return window.seen > 2', 'new figures');

    my @tasks = sort { $b->[0] <=> $a->[0] }
                map { [ $_->{tdur} / 1000, $_->{name} ] }
                grep { defined $_->{tdur}
                       && $_->{name} =~ /^(?:EvaluateScript|FunctionCall
                              |RunMicrotasks|v8\.run|TimerFire|EventDispatch
                              |v8\.evaluateModule|v8\.compile)/x }
                map { $_->{params} }
                grep { $_->{method} eq 'Tracing.dataCollected' }
                @events, $b->events;

    cmp_ok scalar @tasks, '>', 5, "$language: scripts have run";
    cmp_ok $tasks[0][0] // 0, '<', TASK,
        "$language: no script runs for long at a stretch"
        or diag join "\n", map { "@$_" } @tasks[0 .. 4];

    note "the longest: @{$tasks[0]}";

    $b->end;
}

done_testing;
