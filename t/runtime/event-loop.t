#
# Nothing blocks the event loop: between the start and the exit of a worker its
# main thread makes no sync and touches no file of the store.

use strict;
use warnings;

use lib 't/lib';

use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);

use Webhook::Test qw(wait_for deadline temp_dir slurp asan);
use Webhook::Sandbox qw(spawn reap);


my ($strace) = grep { -x } map { "$_/strace" } split /:/, $ENV{PATH};

plan skip_all => 'strace is not installed' unless $strace;
plan skip_all => 'strace and the sanitizer do not go together' if asan();

my $t = Webhook::Test->new(workers => 2);

$t->backend(api => <<'CONF');
    location / {
        default_type application/json;
        return 201 '{"n": "$arg_n"}';
    }
CONF

my $hook = $t->endpoint(name => 'hook',
                        answers => { '/bad' => [500], '*' => [200] });

$t->file('hook.token', "abcdefghijklmnopqrstuvwxyz\n");

$t->config(
    http => <<'CONF',
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_hook%%/hook;
        events order.add;
    }
    webhook_endpoint bad {
        url    http://127.0.0.1:%%PORT_hook%%/bad;
        events order.add;
        retry  attempts=3 first=20ms;
    }
    webhook_receiver r {
        secret    file:%%PREFIX%%/hook.token;
        model     order;
        action    POST /pos/orders '{"a": "${a}"}';
        log_calls on;
    }
CONF
    server => <<'CONF',
    location /api/ {
        proxy_pass    http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
    location /pos/ {
        internal;
        proxy_pass    http://127.0.0.1:%%PORT_api%%;
    }
    location ^~ /in/ { webhook_receive; }
CONF
);

$t->start;

my @workers = $t->workers;
my $dir = temp_dir('strace');
my @tracers;

for my $pid (@workers) {
    push @tracers, spawn(sub {
        open STDERR, '>', "$dir/$pid.err";
        { exec $strace, '-f', '-tt', '-yy', '-s', '16', '-o', "$dir/$pid.trace",
             '-e', 'trace=fsync,fdatasync,msync,sync_file_range,openat,open,'
                   . 'read,pread64,preadv,write,pwrite64,pwritev,fcntl,'
                   . 'ftruncate,unlink,rename,sync,syncfs,fallocate,'
                   . 'fstat,newfstatat,lseek,exit_group',
             '-p', $pid; }

        POSIX::_exit(127);
    });
}

# strace says on its standard error that it has attached.

my $attached = wait_for(sub {
    for my $pid (@workers) {
        return 0 unless (slurp("$dir/$pid.err") // '') =~ /attached/;
    }
    return 1;
}, 10);

plan skip_all => 'strace cannot attach here' unless $attached;

for my $n (1 .. 200) {
    is $t->post("/api/orders?n=$n", '{}')->{status}, 201, "order $n"
        if $n <= 1 || $n == 200;
    $t->post("/api/orders?n=$n", '{}') if $n > 1 && $n < 200;
}

is $t->request('POST', '/in/abcdefghijklmnopqrstuvwxyz', '{"a": 1}',
               headers => ['Content-Type' => 'application/json'])->{status},
   200, 'a receiver is called';

$hook->wait_requests(200 * 4, 30);
sleep 0.6;                              # a scan or two with nothing to do

# End the tracing before nginx exits: the exit may use the store.

kill 'INT', @tracers;
reap($_, deadline(10)) for @tracers;

my ($syncs, @main) = (0);

for my $pid (@workers) {
    for my $line (split /\n/, slurp("$dir/$pid.trace")) {
        my ($tid, $call) = $line =~ /^(\d+)\s+\S+\s+(\w+)\(/ or next;

        my $sync = $call =~ /^(fsync|fdatasync|msync|sync|syncfs
                               |sync_file_range)$/x;
        my $store = $line =~ m{/(data\.mdb|lock\.mdb|owners)\b};

        $syncs++ if $sync && $tid != $pid;

        push @main, $line if $tid == $pid && ($sync || $store);
    }
}

cmp_ok $syncs, '>', 20, "threads of the pool have synced ($syncs times)";

is_deeply \@main, [],
    'no sync and no file of the store on an event-loop thread';

$t->stop;
$t->ok_logs;

done_testing;
