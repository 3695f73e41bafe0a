# How an endpoint is treated that asks for something: Retry-After, 410, 429;
# the breaker; the jitter; the rate; redirects.

use strict;
use warnings;

use lib 't/lib';

use List::Util qw(max min);
use POSIX qw(strftime);
use Test::More;
use Time::HiRes qw(sleep time);

use Webhook::Test qw(wait_for deadline);


sub after { return { status => $_[0], headers => ['Retry-After' => $_[1]] }; }

my %answers = (
    later    => [after(503, 2), 200],
    earlier  => [after(503, 1), 200],
    capped   => [after(503, 3600), 200],
    off      => [after(503, 3600), 200],
    huge     => [after(503, '99999999999999999999'), 200],
    odd      => [after(503, 'soon'), after(503, '-5'), after(503, ''), 200],
    last     => [after(503, 3600)],
    gone     => [410, 200],
    ignore   => [410, 200],
    wanted   => [410],
    moved    => [{ status => 307, headers => [Location => '/elsewhere'] },
                 { status => 308, headers => [Location => '/elsewhere'] },
                 200],
    jitter   => [500],
    slow     => [429, 503, 503, 200],
    slow502  => [502, 200],
    slow504  => [504, 200],
    break    => [(500) x 8, 200],
    rate     => [200],
);

my $first = 'retry first=100ms factor=1';

my %conf = (
    later    => "$first;",
    earlier  => 'retry first=2s factor=1;',
    capped   => "$first retry_after=1s;",
    off      => "$first retry_after=off;",
    huge     => "$first retry_after=1s;",
    odd      => "$first;",
    last     => "$first attempts=1;",
    gone     => "$first;",
    ignore   => "$first gone=ignore;",
    wanted   => "$first; success 200,410;",
    moved    => "$first;",
    jitter   => "$first attempts=9 jitter=1;",
    slow     => "$first;",
    slow502  => "$first;",
    slow504  => "$first;",
    break    => "$first; breaker failures=3 hold=1h;",
    rate     => 'limit rate=20r/s burst=1;',
);

my $t = Webhook::Test->new(workers => 2);

my $api = $t->backend(api => <<'CONF');
    location / {
        default_type application/json;
        return 201 '{"id": 1}';
    }
CONF

my $hook = $t->endpoint(name => 'hook', answers => {
    map { ("/$_" => $answers{$_}) } keys %answers
}, code => sub {
    my ($request) = @_;

    # a date has whole seconds, of which the first may be almost over

    return 200 if $request->{path} ne '/date'
                  || $request->{headers}{'webhook-attempt'} > 1;

    my @time = gmtime(CORE::time() + 3);
    my $day = (qw(Sun Mon Tue Wed Thu Fri Sat))[$time[6]];
    my $month = (qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec))[$time[4]];

    return { status => 503, headers => ['Retry-After' =>
             strftime("$day, %d $month %Y %H:%M:%S GMT", @time)] };
});

$conf{date} = "$first;";

my $types = join '', map { "webhook_event_type t.$_;\n" } sort keys %conf;
my $endpoints = join '', map { <<"CONF" } sort keys %conf;
    webhook_endpoint $_ {
        url    http://127.0.0.1:%%PORT_hook%%/$_;
        events t.$_;
        $conf{$_}
    }
CONF
my $rules = join '', map { "webhook_event t.$_ POST ^/api/$_\$;\n" }
                     sort keys %conf;

$t->config(
    http => "webhook_store %%STORE%% size=64m;\n$types$endpoints",
    server => <<"CONF",
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        $rules
    }
CONF
);

$t->start;

$t->allow(qr/webhook delivery \S+ \(t\.(last|jitter)\) is dead/);
$t->allow(qr/webhook endpoint "gone" answered 410 Gone/);
$t->allow(qr/the breaker of webhook endpoint "break" opened/);

# All that does not interfere, at once.

my @alone = grep { !/^(gone|slow|break|rate)$/ } keys %conf;

make($_) for @alone, 'gone', 'slow', 'break';

# 410: paused

ok $t->wait_log(qr/"gone" answered 410 Gone and is paused: its deliveries wait/,
                10),
   'the log says that an endpoint is gone';
make('gone');

# 429: first sends are held while retries go on

until_sent('slow', 2);
make('slow');

# the breaker, the same

ok $t->wait_log(qr/breaker of webhook endpoint "break" opened/, 10),
   'the log says that a breaker opened';
make('break');

until_sent('break', 10);
until_sent('slow', 5);

my %n = (odd => 4, last => 1, jitter => 9, wanted => 1, moved => 3);

until_sent($_, $n{$_} || 2) for @alone;

my %s = map { $_ => [sent($_)] } keys %conf;

# A gap runs from the end of a send, which the endpoint cannot see: it is never
# less than what is seen between two requests, but for the milliseconds that are
# cut from the times at its ends.

sub between
{
    my ($one, $other) = @_;

    return $other->{time} - $one->{time} + 0.002;
}


sub gap
{
    my ($name, $n) = @_;

    return between(@{ $s{$name} }[$n - 1, $n]);
}

cmp_ok gap('later', 1), '>=', 2, 'Retry-After moves the next send';
cmp_ok gap('earlier', 1), '>=', 2, 'but not to before it would have been';
cmp_ok gap('date', 1), '>=', 1.9, 'a date does as well';
cmp_ok gap('capped', 1), '>=', 1, 'it is bounded';
cmp_ok gap('huge', 1), '>=', 1, 'whatever its number';
cmp_ok gap('off', 1), '>=', 0.1, 'or ignored';
is scalar @{ $s{odd} }, 4, 'what is no number moves nothing';
is scalar @{ $s{last} }, 1, 'nor does it make a send of none';

is scalar @{ $s{ignore} }, 2, 'gone=ignore: 410 is a failure as others';
is scalar @{ $s{wanted} }, 1, '410 that counts as success is success';
is scalar @{ $s{moved} }, 3, 'redirects are failures';
ok !(grep { $_->{path} eq '/elsewhere' } @{ $hook->requests }),
   'and not followed';

my @gaps = map { gap('jitter', $_) } 1 .. 8;

cmp_ok min(@gaps), '>=', 0.1, 'jitter only adds';
cmp_ok max(@gaps) - min(@gaps), '>', 0.005, 'and does add';

for my $name (qw(slow502 slow504)) {
    is scalar @{ $s{$name} }, 2, "$name: its own retry is not held";
}

my @attempts = map { $_->{headers}{'webhook-attempt'} } @{ $s{slow} };

is "@attempts", '1 2 3 4 1', '429 holds a first send, but no retries';
cmp_ok between(@{ $s{slow} }[0, 4]), '>=', 1, 'for a second';

@attempts = map { $_->{headers}{'webhook-attempt'} } @{ $s{break} };

is "@attempts", '1 2 3 4 5 6 7 8 9 1',
   'an open breaker holds first sends, but no retries, until one succeeds';
ok $t->wait_log(qr/breaker of webhook endpoint "break" closed/, 10),
   'the log says that it closed';

# The paused endpoint has had nothing since, and has it all when resumed.

is scalar(sent('gone')), 1, 'nothing more is sent to one that is gone';

my ($status, $out, $err) = $t->ctl('resume', 'gone');

SKIP: {
    skip "webhookctl cannot resume", 3 if $err =~ /no such command/;

    is $status, 0, 'webhookctl resume' or diag $err;

    until_sent('gone', 3);

    my %ids = map { $_->{headers}{'webhook-id'} => 1 } sent('gone');

    is scalar keys %ids, 2, 'both deliveries go out when it is resumed';
}

# the rate, over two workers

my $events = 30;
my $begun = time;

make('rate') for 1 .. $events;
until_sent('rate', $events);

my @times = map { $_->{time} } sent('rate');

is scalar @times, $events, 'all of them are sent';
cmp_ok $times[-1] - $begun, '>=', ($events - 1) / 20 * 0.95,
       'no faster than the rate';

$t->stop;
$t->ok_logs;

done_testing;


sub make
{
    my ($name) = @_;

    my $r = $t->post("/api/$name", '{}');

    die "/api/$name: $r->{status}\n" unless $r->{status} == 201;
}


sub sent
{
    my ($name) = @_;

    return grep { $_->{path} eq "/$name" } @{ $hook->requests };
}


sub until_sent
{
    my ($name, $n) = @_;

    my $came = wait_for(sub { sent($name) >= $n }, 20);

    ok $came, "$name: $n sends";
}
