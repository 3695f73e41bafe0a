# A worker is killed at the Nth write to the store or sync of it, for every N,
# while a delivery is replayed, a call is made again, and things are imported, each
# with an Idempotency-Key: whoever asks again with it gets what the first request
# came to, and nothing is done twice.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Cut qw(again);
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $cut = Webhook::Cut->new
    or plan skip_all => 'make interop builds what kills; no sanitizer has it';

# "make soak" takes every N
my $stride = $ENV{WEBHOOK_TEST_STRIDE} // 3;

my $s = Webhook::Routes->new(workers => 1, env => $cut->env);
my ($t, $manager) = @$s{qw(t manager)};

delete $manager->{openapi};

$t->allow(qr/worker process \d+ exited on signal 9/);

my ($r, $ep) = $manager->post('endpoints', $s->endpoint(name => 'erp'));
is $r->{status}, 201, 'an endpoint' or diag $r->{body};

$s->order(company_id => 1260);
my $d = $s->delivery($manager, "endpoint=$ep->{id}&state=delivered");

($r, my $rc) = $manager->post('receivers', $s->receiver(name => 'contact'));
is $r->{status}, 201, 'a receiver' or diag $r->{body};

my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};

is $t->request('POST', $path, '{"name": "Anna"}',
               headers => ['Content-Type' => 'application/json'])->{status},
    200, 'which is called';

my $call;

wait_for(sub {
    (undef, my $page) = $manager->get("receivers/$rc->{id}/calls");
    $call = $page->{items}[0];
});

sub records
{
    my ($query) = @_;

    my (undef, $page) = again(sub { $manager->get("audit?limit=200&$query") });

    return @{$page->{items}};
}

sub once { return (headers => ['Idempotency-Key' => $_[0]]) }


# --- a delivery

sub copies
{
    my (undef, $page) = again(sub {
        $manager->get("deliveries?endpoint=$ep->{id}&limit=200") });

    return scalar @{$page->{items}};
}

$cut->each(delivery => $stride, sub {
    my ($key, $begin, $wrong) = @_;
    my ($had, $recorded) = (copies(), scalar records('action=replay'));

    $begin->();

    my ($r, $made) = again(sub {
        $manager->post("deliveries/$d->{id}/replay", undef, once($key)) });

    return $wrong->("answered $r->{status} $r->{body}") if $r->{status} != 201;

    my $is = copies();

    $wrong->(($is - $had) . ' copies') if $is != $had + 1;
    $wrong->('records') if records('action=replay') != $recorded + 1;

    ($r, my $same) = again(sub {
        $manager->post("deliveries/$d->{id}/replay", undef, once($key)) });

    $wrong->("then $r->{status} $r->{body}")
        if $r->{status} != 201 || $same->{id} ne $made->{id};
    $wrong->('no repeat')
        if ($r->{headers}{'idempotency-replayed'} // '') ne 'true';
    $wrong->('done again') if copies() != $is;
});


# --- a call

sub calls { return scalar @{$s->{api}->requests} }

my %answers;

$cut->each(call => $stride, sub {
    my ($key, $begin, $wrong) = @_;
    my $replay = "receivers/$rc->{id}/calls/$call->{id}/replay";
    my ($had, $recorded) = (calls(), scalar records('kind=call'));

    $begin->();

    my ($r) = again(sub { $manager->post($replay, undef, once($key)) });
    my $done = calls() - $had;

    $answers{$r->{status}}++;

    $wrong->("answered $r->{status} $r->{body}")
        unless $r->{status} == 200 && $done == 1
               || $r->{status} == 409 && $done <= 1
                  && $r->{body} =~ /it is not known whether the call was made/;

    my $records = records('kind=call') - $recorded;

    $wrong->("$records records of $done calls") if $records != 1;

    my ($same) = again(sub { $manager->post($replay, undef, once($key)) });

    $wrong->("then $same->{status}") if $same->{status} != $r->{status};
    $wrong->('done again') if calls() - $had != $done;
});

ok $answers{200}, 'some are answered';


# --- an import

my $import = 0;

$cut->each(import => $stride, sub {
    my ($key, $begin, $wrong) = @_;
    my $n = ++$import;

    my ($r, $was) = again(sub { $manager->get("endpoints/$ep->{id}") });

    my $items = { items => [
        { kind => 'endpoint', %{ $s->endpoint(name => "first $n") } },
        { kind => 'page' },
        { kind => 'endpoint', id => $ep->{id}, description => "by $n" },
        { kind => 'receiver', %{ $s->receiver(name => "last $n") } },
    ] };

    $begin->();

    ($r, my $told) = again(sub { $manager->post('registry', $items,
                                                once($key)) });

    return $wrong->("answered $r->{status} $r->{body}") if $r->{status} != 200;

    my $results = join ' ', map { $_->{result} } @{$told->{items}};

    $wrong->("results: $results") if $results ne 'made failed changed made';

    my (undef, $is) = again(sub { $manager->get("endpoints/$ep->{id}") });

    $wrong->("at version $is->{version} of $was->{version}")
        if $is->{version} != $was->{version} + 1;

    for (['endpoints', "first $n", 0], ['receivers', "last $n", 3]) {
        my ($what, $name, $place) = @$_;
        my (undef, $page) = again(sub {
            $manager->get("$what?limit=200") });
        my @made = grep { $_->{name} eq $name } @{$page->{items}};

        $wrong->("$name: not there once, or changed")
            if @made != 1 || $made[0]{version} != 1
               || $made[0]{id} ne $told->{items}[$place]{id};
    }

    $wrong->('kinds') if join(' ', map { $_->{kind} // '-' } @{$told->{items}})
                         ne 'endpoint - endpoint receiver';

    ($r) = again(sub { $manager->post('registry', $items, once($key)) });
    $wrong->("then $r->{status}") if $r->{status} != 200
        || ($r->{headers}{'idempotency-replayed'} // '') ne 'true';
});

$t->stop;

my (undef, $check) = $t->ctl('check');
like $check, qr/ 0 faults$/m, 'the store is sound';

$t->ok_logs;

done_testing;
