# nginx is killed while endpoints are registered, changed, rotated and removed:
# what was answered is there afterwards, and nothing is half there.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Registry;
use Webhook::Test qw(wait_for);

my $t = Webhook::Test->new(workers => 2);
my $registry = Webhook::Registry->new($t);

$t->config(main => $registry->main, http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    resolver 127.0.0.1;
    webhook_registry {
        key file:%%PREFIX%%/registry.key;
        address any;
    }
CONF
    location = /registry { webhook_registry_test; }
CONF

$t->start;

my %version;        # of what was answered; 0: it was removed
my %perhaps;        # what was asked for and not answered
my ($answered, $turn) = (0, 0);

for my $round (1 .. 8) {

    # killed by a child, at some time in the course of the requests, but not
    # before some were answered, however slow the machine is

    pipe my $reader, my $writer or die "pipe: $!\n";

    my $pid = fork() // die "fork: $!\n";

    if ($pid == 0) {
        close $writer;
        sysread $reader, my $told, 1;
        select undef, undef, undef, 0.015 * $round;
        $t->kill_all('KILL');
        require POSIX;
        POSIX::_exit(0);
    }

    close $reader;

    for my $n (1 .. 5000) {
        last unless one();
        syswrite $writer, '.' if $n == 4;
    }

    close $writer;

    waitpid $pid, 0;

    $t->kill_all('KILL');
    $t->start;

    my @wrong;

    for my $id (sort keys %version) {
        my $state = { behind => 1 };

        wait_for(sub { $state = $registry->state($id); !$state->{behind} }, 10);

        my $got = $state->{known} ? $state->{version} : 0;

        if ($got != $version{$id}) {

            if (exists $perhaps{$id} && $got == $perhaps{$id}) {
                $version{$id} = $got;

            } else {
                push @wrong, "$id: $got instead of $version{$id}";
            }
        }

        push @wrong, "$id: $state->{reason}" if defined $state->{reason};
    }

    is_deeply \@wrong, [], "round $round: all that was answered is there"
        or diag explain \@wrong;

    %perhaps = ();
}

cmp_ok $answered, '>', 20, 'there were answers';

$t->stop;
$t->ok_logs;

done_testing;


# One change; false where there is no answer.

sub one
{
    $turn++;

    my @ids = grep { $version{$_} } sort keys %version;
    my $id = @ids ? $ids[$turn % @ids] : undef;
    my ($r, $then);

    if (!defined $id || $turn % 4 == 0) {
        $r = eval { $registry->make({ name => "n$turn", events => ['order.add'],
                        url => "http://192.0.2.1/$turn",
                        secret => JSON::PP::true() }) };

    } elsif ($turn % 4 == 1) {
        $then = $version{$id} + 1;
        $r = eval { $registry->patch($id, { description => "turn $turn" },
                                     expect => $version{$id}) };

    } elsif ($turn % 4 == 2) {
        $then = $version{$id} + 1;
        $r = eval { $registry->rotate($id, { overlap => '1h' },
                                      expect => $version{$id}) };

    } elsif (@ids > 5) {
        $then = 0;
        $r = eval { $registry->remove($id, expect => $version{$id}) };

    } else {
        return 1;
    }

    if (!$r || $r->{result} ne 'ok') {
        $perhaps{$id} = $then if defined $id && defined $then;
        return 0;
    }

    $answered++;
    $version{$r->{id}} = defined $then && $then == 0 ? 0 : $r->{version};

    return 1;
}
