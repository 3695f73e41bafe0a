# What somebody asks the API to try, or to register, and that would take long:
# how many regular expressions there may be, how long they may be judged, how
# often it may be asked. Times are those of the processor.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Cpu qw(cpu_ms);
use Webhook::Metrics;
use Webhook::Routes;
use Webhook::Test qw(asan slurp wait_for);

my $s = Webhook::Routes->new(workers => 1, server => <<'SERVER');
        location = /metrics { webhook_metrics; }
SERVER
my ($t, $root, $manager, $other) = @$s{qw(t root manager other)};

my $slower = asan() ? 10 : 1;


sub took
{
    my ($code) = @_;

    my $before = cpu_ms($t->workers);
    my @result = $code->();

    return (cpu_ms($t->workers) - $before, @result);
}


# --- how many expressions

my @filter = map { "data.name ~ ^a${_}\$" } 1 .. 32;

my ($r, $ep) = $manager->post('endpoints', $s->endpoint(name => 'most',
                                                        filter => \@filter));
is $r->{status}, 201, 'as many expressions as there may be';

($r, my $problem) = $manager->post('endpoints',
    $s->endpoint(name => 'more', filter => [@filter, 'data.name ~ ^b']));

is $r->{status}, 422, 'one more';
is_deeply $problem->{errors}, [{ pointer => '/filter/32', detail =>
    'there are more than 32 regular expressions, which are all that something '
    . 'registered may have' }], 'where, and why';

($r, $problem) = $manager->patch("endpoints/$ep->{id}",
    { filter => [@filter, 'data.name ~ ^b'] },
    headers => ['If-Match' => '"1"']);

is $r->{status}, 422, 'not by a change either';

($r, $problem) = $manager->post('receivers',
    $s->receiver(filter => ['a ~ ^x'], skip => [@filter]));

is $r->{status}, 422, 'nor of a receiver';
like $problem->{errors}[0]{detail}, qr/^there are more than 32 regular/, 'why';

# each is another program of the expressions' compiler

my $many = join ' || ', map { "a ~ ${_}x" } 'a' .. 'z', 'aa' .. 'al';

(my $ms, $r) = took(sub { $manager->post('endpoints',
    $s->endpoint(name => 'many', filter => [($many) x 64])) });

diag sprintf '%.1f ms for 64 x 38 expressions', $ms;

is $r->{status}, 422, 'many more';
cmp_ok $ms, '<', 100 * $slower, 'those behind are not even compiled';

my $large = 'data.name ~ "(?:[a-zA-Z0-9_]{1,60}-){1,60}[a-z]"';

($ms, $r, $problem) = took(sub { $manager->post('endpoints',
    $s->endpoint(name => 'large', filter => [($large) x 32])) });

diag sprintf '%.1f ms for large expressions', $ms;

is $r->{status}, 422, 'large ones';
like $problem->{errors}[0]{detail},
    qr/^the regular expressions take more than 128 kB of memory/, 'why';
cmp_ok $ms, '<', 100 * $slower, 'not even compiled, either';


# --- how long they may be judged

my $slow = join ' || ', map { "data.text ~ ^(a+)+[${_}Z]\$" } 'b' .. 'i';
my $settings = $s->endpoint(name => 'slow', filter => [($slow) x 4,
                                                       'data.id == 7']);

($ms, $r, my $judged) = took(sub { $manager->post('endpoints/filter-test',
    { endpoint => $settings, data => { id => 7, text => 'a' x 40 . 'ende' } })
});

diag sprintf '%.1f ms for a test of filters', $ms;

is $r->{status}, 200, 'a test of filters that take long';
is_deeply [map { $_->{holds} } @{$judged->{filters}}], [(undef) x 5],
    'it cannot be told of any, once all is spent';
is $judged->{matches}, JSON::PP::false, 'which is no match';
cmp_ok $ms, '<', 100 * $slower, 'but they do not take long';

($r, $judged) = $manager->post('endpoints/filter-test',
    { endpoint => { %$settings, filter => ['data.id == 7', 'data.id == 8'] },
      data => { id => 7 } });

is_deeply [map { $_->{holds} } @{$judged->{filters}}],
    [JSON::PP::true, JSON::PP::false], 'quick ones are told';


# --- the conditions of a call

my @skips = map { my $n = $_; join ' || ', map { "text ~ ^(a+)+[$_$n]\$" }
                                               'V' .. 'Y' } 1 .. 8;

($r, my $rc) = $manager->post('receivers', $s->receiver(skip => \@skips));

is $r->{status}, 201, 'a receiver whose conditions take long'
    or diag $r->{body};

my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)};

($ms, $r) = took(sub { $t->request('POST', $path,
    '{"name": "Chi", "text": "' . 'a' x 40 . 'ende"}',
    headers => ['Content-Type' => 'application/json']) });

diag sprintf '%.1f ms for a call', $ms;

is $r->{status}, 200, 'what cannot be told skips nothing';
cmp_ok $ms, '<', 60 * $slower, 'and a call does not take long';
is +Webhook::Metrics->new($t->get('/metrics')->{body})
   ->value('ngx_webhook_calls_unjudged_total'), 8, 'each is counted';


# --- what is not right at all

my %wrong = map { ("wrong$_" => $_) } 1 .. 12000;

($ms, $r, $problem) = took(sub { $manager->post('endpoints',
    $s->endpoint(name => 'wrong', %wrong)) });

diag sprintf '%.1f ms for 12000 unknown members', $ms;

is $r->{status}, 422, 'thousands of unknown members';
is scalar @{$problem->{errors}}, 32, 'some of which are told';
cmp_ok $ms, '<', 250 * $slower, 'and not all are looked at';


# --- how often

my %last;

for my $n (1 .. 40) {
    ($r) = $other->post($n % 2 ? 'endpoints/preview' : 'endpoints/filter-test',
                        { endpoint => $s->endpoint(name => 'x'),
                          data => { id => 1 } });
    $last{$r->{status}}++;
}

is_deeply \%last, { 200 => 30, 429 => 10 }, '30 a minute, of both together';
like $r->{headers}{'retry-after'}, qr/^[1-6]?[0-9]$/, 'and when to come again';

($r) = $other->post('endpoints/test', { endpoint => $s->endpoint(name => 'x') });
is $r->{status}, 429, 'of those that are sent, too';

($r) = $manager->post('endpoints/preview',
    { endpoint => $s->endpoint(name => 'x'), data => { id => 1 } });
is $r->{status}, 200, 'another company has its own';


# --- a pause of the whole store

is +($t->ctl('pause', '--all', '--reason=the reason of root'))[0], 0, 'paused';

($r, my $seen) = $manager->get("endpoints/$ep->{id}");

is $seen->{state}{paused}, JSON::PP::true, 'a company sees that it is paused';
is $seen->{state}{reason}, undef, 'and not why';

($r, $seen) = $root->get("endpoints/$ep->{id}");
is $seen->{state}{reason}, 'the reason of root', 'which root does';

is +($t->ctl('resume', '--all'))[0], 0, 'resumed';


# --- a worker that is started after a configuration was read and refused counts
# with the others

my $good = slurp($t->config_file);
my ($worker) = $t->workers;
my $mark = $t->mark;

open my $fh, '>>', $t->config_file or die $!;
print $fh "error_here;\n";
close $fh;

$t->signal('HUP');
ok wait_for(sub { $t->error_log($mark) =~ /unknown directive "error_here"/ }),
    'a configuration is refused';

open $fh, '>', $t->config_file or die $!;
print $fh $good;
close $fh;

$t->allow(qr/exited on signal 9/, qr/\[emerg\].*error_here/);

kill 'KILL', $worker;
ok wait_for(sub { my @now = $t->workers; @now == 1 && $now[0] != $worker }),
    'and its worker is another';

($r) = $manager->post('endpoints/preview',
    { endpoint => $s->endpoint(name => 'x'), data => { id => 1 } });
is $r->{status}, 200, 'what is tried';

($r) = $other->post('endpoints/preview',
    { endpoint => $s->endpoint(name => 'x'), data => { id => 1 } });
is $r->{status}, 429, 'and what was tried before counts';


$t->stop;
$t->ok_logs;

done_testing;
