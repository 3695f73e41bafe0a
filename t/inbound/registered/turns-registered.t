# Slow expressions of a company's receiver delay its own calls: those of others
# have their turn after each of them. Where very many wait, a sender is asked to
# come again.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Metrics;
use Webhook::Routes;
use Webhook::Test qw(wait_for);
use Webhook::Test::Client;

use constant MANY => 40;        # calls at a time
use constant TOO_MANY => 160;

my $s = Webhook::Routes->new(workers => 1, server => <<'SERVER');
        location = /metrics { webhook_metrics; }
SERVER
my ($t, $manager, $other) = @$s{qw(t manager other)};
my $text = 'a' x 40 . 'ende';


sub receiver
{
    my ($api, @filter) = @_;

    my ($r, $rc) = $api->post('receivers', $s->receiver(filter => \@filter));

    is $r->{status}, 201, 'a receiver' or diag $r->{body};

    return $rc->{url} =~ s{^http://[^/]+}{}r;
}


# Calls, and does not wait for the answer.

sub call
{
    my ($path) = @_;

    my $client = Webhook::Test::Client->new(port => $t->port);

    $client->begin('POST', $path, qq({"name": "Anna", "text": "$text"}),
                   headers => ['Content-Type' => 'application/json'])
        or die "a call: $client->{error}";

    return $client;
}


my $slow = receiver($manager, join ' || ',
                    map { "text ~ ^(a+)+[${_}Z]\$" } 'b' .. 'i');
my $quick = receiver($other, 'text ~ ende$');

# the worker knows both

is call($quick)->end->{status}, 200, 'a call that meets its condition';
is call($slow)->end->{status}, 422, 'one whose condition takes too long';


# --- others have their turn

my ($q, @slow);

$t->at_once(sub {
    @slow = map { call($slow) } 1 .. MANY;
    $q = call($quick);
});

is $q->end->{status}, 200, 'a call of another company';
is_deeply [map { $_->end->{status} } @slow], [(422) x MANY],
    'these are answered, too';

my @answers;

wait_for(sub {
    @answers = $t->access_log =~ /^[^"]*"POST [^"]*" (200|422) /mg;
    return @answers >= 2 + MANY + 1;
}, 20);

# but for the first two

my ($at) = grep { $answers[$_] == 200 } 2 .. $#answers;

cmp_ok $at // MANY, '<', 2 + MANY / 2,
    'the other one while most of those before it wait';


# --- too much of one company

$t->at_once(sub {
    @slow = map { call($slow) } 1 .. TOO_MANY;
    $q = call($quick);
});

is $q->end->{status}, 200, 'the other company is not refused';

my %answers;
push @{$answers{$_->{status}}}, $_ for map { $_->end } @slow;

is_deeply [sort keys %answers], [422, 503], 'many are judged, others refused';

my $refused = $answers{503} // [];

is_deeply [grep { ($_->{headers}{'retry-after'} // '') ne '5' } @$refused], [],
    'their senders may come again';
is scalar(grep { $_->{body} !~ /nothing was done/ } @$refused), 0,
    'and are told that nothing was done';

is +Webhook::Metrics->new($t->get('/metrics')->{body})
   ->value('ngx_webhook_calls_crowded_total'), scalar @$refused,
   'they are counted';

$t->stop;
$t->ok_logs;

done_testing;
