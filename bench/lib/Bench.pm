package Bench;

# What the parts of the benchmark share: figures and their spread, the machine,
# load by wrk, times by bench_latency, and what the processor did meanwhile.

use strict;
use warnings;

use Exporter qw(import);
use IO::Handle ();
use JSON::PP ();
use Time::HiRes qw(time sleep);

use Webhook::Nginx ();

our @EXPORT_OK = qw(build median spread machine syncs load latency stats
                    delivered cpu busy);


sub build { return Webhook::Nginx::build_dir(); }


sub median
{
    my @v = sort { $a <=> $b } @_;

    return $v[$#v / 2];
}


# The median, and the least and the most, as text.

sub spread
{
    my ($format, @v) = @_;

    @v = sort { $a <=> $b } @v;

    return sprintf "$format ($format .. $format)", median(@v), @v[0, -1];
}


sub machine
{
    my $cpu = 'unknown';

    if (open my $in, '<', '/proc/cpuinfo') {
        while (<$in>) {
            $cpu = $1, last if /^model name\s*:\s*(.*)/;
        }
    }

    chomp(my $cores = `nproc --all`);
    chomp(my $kernel = `uname -sr`);

    my ($nginx) = `${\ Webhook::Nginx::nginx_binary()} -v 2>&1`
                  =~ m{(nginx/\S+)};

    return "$cpu, $cores cores, $kernel, $nginx";
}


# Writes of 4 kB, each made durable, in a second: what the disk allows.

sub syncs
{
    my ($dir) = @_;

    open my $out, '+>', "$dir/syncs" or die "$dir/syncs: $!";

    my $n = 0;
    my $until = time + 1;
    my $page = 'x' x 4096;

    while (time < $until) {
        sysseek $out, 4096 * ($n % 1000), 0;
        syswrite $out, $page;
        $out->sync or die "fsync: $!";
        $n++;
    }

    unlink "$dir/syncs";

    return $n;
}


# Requests a second by wrk; dies if an answer was not 2xx.

sub load
{
    my ($port, $path, %o) = @_;

    my @more = $o{script} ? ('-s', $o{script}) : ();
    my $threads = $o{threads} // 2;

    open my $wrk, '-|', 'wrk', "-t$threads", "-c$o{connections}",
         "-d$o{seconds}s", '--latency', @more, "http://127.0.0.1:$port$path"
        or die "wrk: $!\n";

    my $text = do { local $/; <$wrk> };

    close $wrk;

    die $text if $text =~ /Non-2xx|Socket errors/;

    my ($rate) = $text =~ m{Requests/sec:\s*([\d.]+)} or die $text;
    my ($all) = $text =~ /(\d+) requests in/;
    my ($p99) = $text =~ /99%\s+(\S+)/;

    return { rate => $rate, requests => $all, p99 => $p99 };
}


# What bench_latency prints, as { name => [requests, p50, p90, p99, max] }.

sub latency
{
    my ($port, $hook, $requests, $gap, $path) = @_;

    my $text = `${\ build()}/bench_latency $port $hook $requests $gap $path`;

    die "bench_latency failed\n" if $?;

    return { map { my ($name, @v) = split; ($name => \@v) }
             split /\n/, $text };
}


# An endpoint's, of the store in "store" below the prefix of this nginx.

sub stats
{
    my ($nginx, $name) = @_;

    my $store = $nginx->prefix . '/store';
    my $text = `${\ build()}/webhookctl -s $store stats --json`;

    die "webhookctl stats failed\n" if $?;

    my ($ep) = grep { $_->{name} eq $name }
               @{ JSON::PP::decode_json($text)->{endpoints} };

    return $ep;
}


# Loads it, and waits until all that was captured has been delivered.

sub delivered
{
    my ($nginx, $name, $code) = @_;

    my $before = stats($nginx, $name);
    my $had = $before ? $before->{delivered_total} : 0;
    my $start = time;
    my $load = $code->();
    my $ended = time;

    while (1) {
        my $now = stats($nginx, $name);

        if ($now && $now->{pending} + $now->{sending} == 0) {
            my $n = $now->{delivered_total} - $had;

            $load->{delivered} = $n;
            $load->{delivered_rate} = $n / (time - $start);

            return $load;
        }

        die "deliveries do not end\n"
            if time - $ended > 9 * ($ended - $start) + 60;

        sleep 0.05;
    }
}


# The processor time that these processes took, in microseconds: of the threads
# that they have.

sub cpu
{
    my $sum = 0;

    for my $pid (@_) {
        for my $file (glob "/proc/$pid/task/*/schedstat") {
            open my $in, '<', $file or next;

            my ($ns) = split ' ', <$in> // '';

            $sum += ($ns // 0) / 1000;
        }
    }

    return $sum;
}


# What a processor did since it was started, in ticks: busy, and in all.

sub busy
{
    my ($core) = @_;

    open my $in, '<', '/proc/stat' or return (0, 0);

    while (<$in>) {
        next unless /^cpu$core\s+(.*)/;

        my ($user, $nice, $system, $idle, $io, @rest) = split ' ', $1;
        my $busy = $user + $nice + $system;

        # interrupts, and what a host took; not the guests', which are users'
        $busy += $_ // 0 for @rest[0 .. 2];

        return ($busy, $busy + $idle + $io);
    }

    return (0, 0);
}


1;
