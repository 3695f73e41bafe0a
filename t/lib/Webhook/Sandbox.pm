package Webhook::Sandbox;

=head1 NAME

Webhook::Sandbox - ports, directories and processes of a test, and their end

=head1 SYNOPSIS

    use Webhook::Sandbox qw(free_port wait_for temp_dir at_end spawn kill_now);

    my $port = free_port();
    my $dir = temp_dir('mine');
    my $pid = spawn(sub { ...; });

    at_end(sub { kill_now($pid); });

    wait_for(sub { -s "$dir/ready" }, 5) or die;

=head1 DESCRIPTION

What a test makes goes away when the test ends, by SIGINT, SIGTERM and SIGHUP
too.  Nothing is exported unless it is asked for.

=over

=item free_port()

A port of 127.0.0.1 on which nothing listens, outside of the range from which
the kernel takes ports for outgoing connections, and which no other test gets
from here while this process lives.

=item wait_for(CODE, SECONDS)

Calls CODE every few milliseconds until it returns something true, and returns
that, or C<undef> once SECONDS (default: 5) of a quiet machine are over; a machine that is busy, or under
AddressSanitizer, gets as much longer as it is slower.

=item deadline(SECONDS)

SECONDS multiplied by WEBHOOK_TIME (default: 1, under AddressSanitizer 3) and by
crowd().  wait_for() does the same by itself.

=item crowd()

How many processes share a processor now; 1 on a machine that has nothing else
to do.

=item temp_dir(NAME)

A new directory, beside the others of this test in one that is removed at the
end; it stays where WEBHOOK_KEEP is set.

=item at_end(CODE)

Runs CODE when the test ends, in this process only.  The last one given is run
first, and directories go after all of them.

=item spawn(CODE)

Runs CODE in a child, which ends without END blocks; returns its pid.

=item reap(PID, SECONDS)

Waits for a child; false if it lives on after that.

=item kill_now(PID)

SIGTERM, then SIGKILL, and waits for the child.

=item children(PID), alive(PID)

=item slurp(FILE), write_file(FILE, TEXT...)

The bytes of a file, C<undef> if it cannot be read; dies if it cannot be
written.

=item asan()

Whether TEST_NGINX_ASAN is set.

=back

=cut

use strict;
use warnings;

use Exporter qw(import);
use File::Path qw(remove_tree);
use File::Temp ();
use IO::Handle ();
use IO::Socket::INET ();
use POSIX qw(WNOHANG);
use Socket ();
use Time::HiRes qw(time sleep);

our @EXPORT_OK = qw(free_port wait_for deadline temp_dir at_end spawn reap
                    kill_now children alive slurp write_file asan crowd);

my $owner = $$;
my (@at_end, @reserved, %ended, $base);


sub asan { return $ENV{TEST_NGINX_ASAN} ? 1 : 0; }


# How many processes share a processor now, 1 at least: those that can run at
# this instant, or in the last minute.

sub crowd
{
    my ($load, $runnable) = (slurp('/proc/loadavg') // '')
                            =~ m{^([\d.]+) \S+ \S+ (\d+)/} or return 1;

    my $most = ($load > $runnable ? $load : $runnable) / processors();

    return $most > 1 ? $most : 1;
}


my $processors;

sub processors
{
    return $processors //= do {
        my $n = qx(nproc);
        $n =~ /^(\d+)/ ? $1 : 1;
    };
}


sub scale { return $ENV{WEBHOOK_TIME} || (asan() ? 3 : 1); }


sub deadline
{
    my ($seconds) = @_;

    return $seconds * scale() * crowd();
}


# The time that is waited is counted in shares of a processor, so that a busy
# machine is given as much longer as it is busy.

sub wait_for
{
    my ($code, $seconds) = @_;

    my $left = ($seconds // 5) * scale();
    my $pause = 0.002;
    my ($last, $crowd) = (time, crowd());

    while (1) {
        my $result = $code->();
        return $result if $result;

        my $now = time;

        if ($now - $last > 0.05) {
            $crowd = crowd();
        }

        $left -= ($now - $last) / $crowd;
        $last = $now;

        return undef if $left <= 0;

        sleep $pause;
        $pause *= 1.5 if $pause < 0.1;
    }
}


# Ports.  The reservation is an abstract Unix socket: the kernel drops it with
# the process.  A browser refuses to speak HTTP to some ports that are known for
# something else; 10080 is the highest of them.

use constant FIRST_PORT => 10081;

sub free_port
{
    my $range = '/proc/sys/net/ipv4/ip_local_port_range';
    my $high = 32767;

    if (open my $fh, '<', $range) {
        my ($first) = split ' ', <$fh> // '';
        $high = $first - 1 if $first && $first > 12000;
    }

    for (1 .. 2000) {
        my $port = FIRST_PORT + int rand($high - FIRST_PORT);

        socket my $lock, Socket::PF_UNIX, Socket::SOCK_STREAM, 0 or next;
        bind $lock, Socket::pack_sockaddr_un("\0webhook-test-port-$port")
            or next;

        my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
                                           LocalPort => $port,
                                           Proto => 'tcp', Listen => 1)
            or next;

        close $socket;
        push @reserved, $lock;

        return $port;
    }

    die "no free port\n";
}


# What has to be undone.

sub at_end
{
    my ($code) = @_;

    unshift @at_end, [$$, $code];
}


sub temp_dir
{
    my ($name) = @_;

    if (!defined $base) {
        $base = File::Temp::tempdir("webhook-$$-XXXXXX", TMPDIR => 1,
                                    CLEANUP => 0);
        chmod 0755, $base;

        # the last thing to go
        push @at_end, [$$, sub {
            if ($ENV{WEBHOOK_KEEP}) {
                print STDERR "# kept: $base\n";
            } else {
                remove_tree($base, { safe => 0, error => \my $ignored });
            }
        }];
    }

    my $dir = File::Temp::tempdir("$name-XXXXXX", DIR => $base, CLEANUP => 0);
    chmod 0755, $dir;

    return $dir;
}


sub run_at_end
{
    return if $$ != $owner || $ended{$$}++;

    local ($?, $!, $@);

    for my $entry (@at_end) {
        my ($pid, $code) = @$entry;
        next if $pid != $$;
        eval { $code->(); 1 } or print STDERR "# $@";
    }
}


for my $signal (qw(INT TERM HUP)) {
    $SIG{$signal} = sub { exit 128 + ($signal eq 'INT' ? 2 : 15); };
}

$SIG{PIPE} = 'IGNORE';

END { run_at_end(); }


# The child has to see to it that it does not outlive us where we are killed:
# by a socket of ours that it watches, or by the kernel's parent-death signal.

sub spawn
{
    my ($code) = @_;

    STDOUT->flush;
    STDERR->flush;

    my $pid = fork // die "fork: $!\n";

    if (!$pid) {
        $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP CHLD);
        delete $SIG{__DIE__};

        eval { $code->(); 1 } or print STDERR $@;
        POSIX::_exit($@ ? 1 : 0);
    }

    return $pid;
}


# Waits for a child; false if it lives on after that many seconds.

sub reap
{
    my ($pid, $seconds) = @_;

    return wait_for(sub {
        my $got = waitpid $pid, WNOHANG;
        return $got == $pid || $got == -1;
    }, $seconds);
}


sub kill_now
{
    my ($pid) = @_;

    return unless $pid;

    kill 'TERM', $pid;
    return if reap($pid, 2);

    kill 'KILL', $pid;
    reap($pid, 10);
}


# The pids whose parent is PID.

sub children
{
    my ($pid) = @_;

    if (open my $fh, '<', "/proc/$pid/task/$pid/children") {
        return split ' ', <$fh> // '';
    }

    my @found;

    for my $file (glob '/proc/[0-9]*/stat') {
        open my $fh, '<', $file or next;
        my $line = <$fh> // '';

        if ($line =~ /^(\d+) \(.*\) \S (\d+)/s && $2 == $pid) {
            push @found, $1;
        }
    }

    return @found;
}


# A zombie counts as gone: whoever is its parent by then reaps it.

sub alive
{
    my ($pid) = @_;

    my $stat = slurp("/proc/$pid/stat") // return 0;

    return 1 if $stat !~ /^\d+ \(.*\) [ZX] /s;

    # The main thread is gone, but one that waits for the disk may live on, and
    # with it the open files and the ports.

    my @threads = glob "/proc/$pid/task/*";

    return @threads > 1;
}


sub slurp
{
    my ($path) = @_;

    open my $fh, '<:raw', $path or return undef;
    local $/;
    return scalar <$fh> // '';
}


sub write_file
{
    my ($path, @text) = @_;

    open my $fh, '>:raw', $path or die "$path: $!\n";
    print $fh @text or die "$path: $!\n";
    close $fh or die "$path: $!\n";
}


1;
