# Somebody changes what an import is about to change, between its look at that and
# its change, which is judged and kept once more; and whoever makes the Nth write is
# killed, for every N: whoever asks again gets what the first request came to, and
# nothing is done twice.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Cut qw(again);
use Webhook::Test::Race;
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $cut = Webhook::Cut->new;
my $race = Webhook::Test::Race->new;

plan skip_all => 'make interop builds what kills; no sanitizer has it'
    unless $cut && $race;

# "make soak" takes every N
my $stride = $ENV{WEBHOOK_TEST_STRIDE} // 5;

my $s = Webhook::Routes->new(workers => 2, env => $race->env($cut));
my ($t, $manager) = @$s{qw(t manager)};

delete $manager->{openapi};

$t->allow(qr/worker process \d+ exited on signal 9/);

my ($r, $ep) = $manager->post('endpoints', $s->endpoint(name => 'erp'));
is $r->{status}, 201, 'an endpoint' or diag $r->{body};

my ($raced, $lost) = (0, 0);

$cut->each(import => $stride, sub {
    my ($key, $begin, $wrong) = @_;

    wait_for(sub { $t->workers == 2 }, 20);

    my (undef, $was) = again(sub { $manager->get("endpoints/$ep->{id}") });

    my $items = { items => [
        { kind => 'endpoint', id => $ep->{id}, description => $key },
        { kind => 'receiver', %{ $s->receiver(name => $key) } },
    ] };

    my @once = ('Idempotency-Key' => $key);
    my $attempts = $was->{retry}{attempts} == 4 ? 5 : 4;

    $begin->();

    my ($patched, $r) = $race->run($s, 'manager', '{"name":"erp"',
        ['PATCH', "endpoints/$ep->{id}", { retry => { attempts => $attempts } },
         'If-Match' => qq("$was->{version}")],
        ['POST', 'registry', $items, @once]);

    my $answered = $r->{status} // 0;

    my ($told_as, $told) = again(sub {
        $manager->post('registry', $items, headers => [@once]) });

    return $wrong->("answered $told_as->{status} $told_as->{body}")
        if $told_as->{status} != 200;

    my $results = join ' ', map { $_->{result} } @{$told->{items}};
    $wrong->("results: $results") if $results ne 'changed made';

    my (undef, $is) = again(sub { $manager->get("endpoints/$ep->{id}") });
    my $both = $is->{retry}{attempts} == $attempts;

    $raced++ if $both && ($patched->{status} // 0) == 200;
    $lost++ if !$answered;

    $wrong->("at version $is->{version} of $was->{version}, $both")
        if $is->{version} != $was->{version} + 1 + $both;
    $wrong->('not changed') if $is->{description} ne $key;

    my (undef, $page) = again(sub { $manager->get('receivers?limit=200') });
    my @made = grep { $_->{name} eq $key } @{$page->{items}};

    $wrong->('made ' . @made . ' times, at version '
             . ($made[0]{version} // '-'))
        if @made != 1 || $made[0]{version} != 1
           || $made[0]{id} ne $told->{items}[1]{id};

    my (undef, $audit) = again(sub {
        $manager->get("audit?limit=200&id=$told->{items}[1]{id}") });
    $wrong->('recorded ' . @{$audit->{items}} . ' times')
        if @{$audit->{items}} != 1;
});

cmp_ok $raced, '>', 0, "$raced times somebody was faster than the import";
cmp_ok $lost, '>', 0, "$lost imports had no answer";

$t->stop;

my (undef, $check) = $t->ctl('check');
like $check, qr/ 0 faults$/m, 'the store is sound';

$t->ok_logs;

done_testing;
