package Bench::Profile;

# Where the processor's time goes, by perf: which part of it is whose.
#
#     my $shares = Bench::Profile::of($pid, $seconds, sub { ...load... });
#
# A sample inside of the kernel is told by the system call that it is in, one
# outside by the library.

use strict;
use warnings;

use Webhook::Sandbox qw(temp_dir reap spawn);


# System calls by what they are for; syncing is told apart where it is part of a
# write, too.

my %call = (
    (map { $_ => 'kernel: receiving' } qw(read recvfrom recvmsg readv)),
    (map { $_ => 'kernel: sending' } qw(write writev sendto sendmsg sendfile)),
    (map { $_ => 'kernel: files written' } qw(pwrite64 pwritev pwritev2)),
    (map { $_ => 'kernel: syncing' } qw(fdatasync fsync sync_file_range msync)),
    (map { $_ => 'kernel: waiting for events' } qw(epoll_wait epoll_pwait
                                                   epoll_ctl)),
    (map { $_ => 'kernel: waiting of threads' } qw(futex)),
    (map { $_ => 'kernel: locks of files' } qw(fcntl)),
    (map { $_ => 'kernel: connections' } qw(accept accept4 connect close socket
                                            setsockopt getsockopt shutdown)),
);

my @library = (
    [qr/ngx_http_webhook/, 'the module'],
    [qr/lmdb/, 'LMDB'],
    [qr/libcrypto|libssl/, 'OpenSSL'],
    [qr/jansson/, 'jansson'],
    [qr/libc[.-]|ld-linux|pthread|vdso/, 'libc'],
    [qr/nginx/, 'nginx'],
);


sub there { return scalar grep { -x "$_/perf" } split /:/, $ENV{PATH}; }


# The share of each part, of 1; nothing where perf saw nothing.

sub of
{
    my ($pid, $seconds, $code) = @_;

    my $file = temp_dir('perf') . '/data';

    my $perf = spawn(sub {
        open STDERR, '>', '/dev/null';
        open STDOUT, '>', '/dev/null';
        exec 'perf', 'record', '-q', '-g', '-e', 'cpu-clock', '-F', 1999,
             '-o', $file, '-p', $pid, '--', 'sleep', $seconds;
    });

    $code->();
    reap($perf, $seconds + 10);

    open my $in, '-|', "perf script -i $file -F ip,sym,dso 2> /dev/null"
        or return {};

    my (%samples, @frames);
    my $all = 0;

    while (<$in>) {
        if (/^\s*[0-9a-f]+\s+(.*?)\s+\((.*)\)\s*$/) {
            push @frames, [$1, $2];

        } elsif (@frames) {
            $samples{part(@frames)}++;
            $all++;
            @frames = ();
        }
    }

    if (@frames) {
        $samples{part(@frames)}++;
        $all++;
    }

    close $in;

    return { map { $_ => $samples{$_} / $all } keys %samples };
}


# Of a stack, the innermost function first.

sub part
{
    my (@frames) = @_;

    my ($symbol, $library) = @{$frames[0]};

    if ($library !~ /kernel|^\[/ || $library =~ /vdso/) {
        for my $known (@library) {
            return $known->[1] if $library =~ $known->[0];
        }

        return 'other libraries';
    }

    my @names = map { $_->[0] } @frames;

    return 'kernel: syncing' if grep { /^vfs_fsync_range|^ext4_sync_file/ } @names;

    # the outermost function of a system call, which may have been inlined

    for my $name (@names) {
        if ($name =~ /^(?:__(?:x64|arm64|se)_sys_|__sys_|ksys_|do_)(\w+)/
            && $call{$1})
        {
            return $call{$1};
        }
    }

    return 'kernel: page faults' if grep { /page_fault/ } @names;

    return 'kernel: other';
}


1;
