# The store fails in the middle of a commit, so that nobody knows whether it was
# made: the answer says so, and what comes behind it is not begun.  Whoever asks
# again with the Idempotency-Key gets what the first request came to, whether it was
# made or not.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Cut;
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $cut = Webhook::Cut->new(unknown => 1)
    or plan skip_all => 'make interop builds what fails; no sanitizer has it';

my $s = Webhook::Routes->new(workers => 1, env => $cut->env);
my ($t, $manager) = @$s{qw(t manager)};

$t->allow(qr/writing failed|store|registered|webhook/);

my ($r, $ep) = $manager->post('endpoints', $s->endpoint(name => 'erp'));
is $r->{status}, 201, 'an endpoint' or diag $r->{body};

# What a request came to, once the store is there again.

sub again
{
    my ($code) = @_;
    my @got;

    local $manager->{openapi};

    wait_for(sub {
        @got = $code->();
        return ($got[0]{status} // 0) =~ /^[24]/;
    }, 20);

    return @got;
}

sub once { return (headers => ['Idempotency-Key' => $_[0]]) }

sub records
{
    my (undef, $page) = again(sub { $manager->get('audit?limit=200') });

    return scalar @{$page->{items}};
}

sub unknown
{
    my ($r, $problem) = @_;

    return 0 if ($problem->{detail} // '') !~ /not known whether this was done/;

    is $r->{status}, 503, 'a commit that fails';

    return 1;
}

sub named
{
    my ($what, $name) = @_;
    my (undef, $page) = again(sub { $manager->get("$what?limit=200") });

    return grep { $_->{name} eq $name } @{$page->{items}};
}

# Somebody else may have written meanwhile, whose commit it was then.

for my $made (0, 1) {
    my %came;

    for my $n (1 .. 30) {

        last if keys %came == 4;

        # --- one change

        my $key = "$made $n";
        my $body = $s->endpoint(name => "one $key");

        if (!$came{one}) {
            $cut->at(1, $made);
            my ($r, $problem) = $manager->post('endpoints', $body, once($key));
            $cut->at(0);

            $came{one} = unknown($r, $problem);

            is scalar(named('endpoints', $body->{name})), $made,
                $made ? 'it was made' : 'it was not made' if $came{one};

            ($r) = again(sub {
                $manager->post('endpoints', $body, once($key)) });

            is $r->{status}, 201, 'asked again' or diag $r->{body};
            is $r->{headers}{'idempotency-replayed'} // 'no',
                $made ? 'true' : 'no', 'it was known, or not' if $came{one};
            is scalar(named('endpoints', $body->{name})), 1, 'it is there once';
        }

        # --- an import, in which each may be the one

        my (undef, $was) = again(sub { $manager->get("endpoints/$ep->{id}") });
        my $had = records();

        my @items = (
            { kind => 'endpoint', %{ $s->endpoint(name => "a $key") } },
            { kind => 'endpoint', id => $ep->{id}, description => $key },
            { kind => 'receiver', %{ $s->receiver(name => "b $key") } },
        );

        $cut->at(($n - 1) % 7 + 1, $made);
        my ($r, $told) = $manager->post('registry', { items => \@items },
                                        once("$key import"));
        $cut->at(0);

        next if !unknown($r, $told);

        my $place = $#{$told->{items}};

        is join(' ', map { $_->{result} } @{$told->{items}}),
            join(' ', (qw(made changed made))[0 .. $place - 1], 'unknown'),
            'those before it were done, and none behind it'
            or diag $r->{body};

        next if $came{$place}++;

        ok $told->{items}[-1]{id}, 'which one it is or would be';

        ($r, $told) = again(sub {
            $manager->post('registry', { items => \@items },
                           once("$key import")) });

        is $r->{status}, 200, 'asked again' or diag $r->{body};
        is $told->{failed}, 0, 'nothing failed';
        is join(' ', map { $_->{result} } @{$told->{items}}),
            'made changed made', 'all of it is done' or diag $r->{body};

        my (undef, $is) = again(sub { $manager->get("endpoints/$ep->{id}") });
        is $is->{version}, $was->{version} + 1, 'changed once';

        for (['endpoints', "a $key", 0], ['receivers', "b $key", 2]) {
            my ($what, $name, $place) = @$_;
            my @made = named($what, $name);

            is join(' ', map { "$_->{id} $_->{version}" } @made),
                "$told->{items}[$place]{id} 1", 'made once';
        }

        is records(), $had + 3, 'and recorded once';

        ($r) = again(sub {
            $manager->post('registry', { items => \@items },
                           once("$key import")) });
        is $r->{headers}{'idempotency-replayed'}, 'true', 'then it is known';
    }

    is join(' ', sort grep { $came{$_} } keys %came), '0 1 2 one',
        ($made ? 'made' : 'not made') . ', and nobody knows: of each';
}

$t->stop;

my (undef, $check) = $t->ctl('check');
like $check, qr/ 0 faults$/m, 'the store is sound';

$t->ok_logs;

done_testing;
