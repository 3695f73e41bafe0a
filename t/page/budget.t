# What the overview costs: requests and bytes on the wire, and how long a script
# runs at a stretch, with many endpoints, deliveries and figures behind it.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Page::Budget;
use Webhook::Routes;
use Webhook::Test qw(wait_for asan);

use constant HOOKS => 60;

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
    my $budget = Webhook::Page::Budget->new(token => $s->token('root'),
                                            language => $language);

    my $cost = $budget->first($url,
        'return document.querySelectorAll("main table tr").length > 10'
        . ' && document.querySelectorAll("svg.chart").length > 2');

    cmp_ok $cost->{requests}, '<=', Webhook::Page::Budget::REQUESTS,
        "$language: requests of the overview"
        or diag join "\n", @{$cost->{urls}};
    cmp_ok $cost->{bytes}, '<=', Webhook::Page::Budget::BYTES,
        "$language: bytes on the wire"
        or diag join "\n", @{$cost->{urls}};
    cmp_ok $cost->{bytes}, '>', 10_000, 'they are counted';

    note "$cost->{requests} requests, $cost->{bytes} bytes";

    # all that scripts took until here is less than what one may take at a stretch;
    # and so is each time that there are new figures
    cmp_ok $cost->{script}, '>', 0, "$language: scripts have run";
    cmp_ok $cost->{script}, '<', Webhook::Page::Budget::TASK,
        "$language: not for long";
    note "$cost->{script} ms of scripts";

    for my $took ($budget->again(3)) {
        cmp_ok $took, '<', Webhook::Page::Budget::TASK,
            "$language: new figures";
        note "$took ms";
    }

    $budget->end;
}

done_testing;
