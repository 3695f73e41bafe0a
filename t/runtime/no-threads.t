# The kernel lets a worker have no more threads.  Whichever of its threads cannot be
# created, the worker says what to change and does not start; only webhook_log does
# without.  Once there may be threads again, a reload is all that it takes.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Nginx qw(build_dir);
use Webhook::Test qw(wait_for temp_dir);

use constant MANY => 1 << 20;

my $library = build_dir() . '/interop/libwebhook_nothread.so';

plan skip_all => 'make interop builds what refuses threads' if !-e $library;

my $file = temp_dir('threads') . '/left';

may(MANY);

my $t = Webhook::Test->new(workers => 1, env => {
    LD_PRELOAD => $library, WEBHOOK_THREADS => $file });

my $hook = $t->endpoint(name => 'hook');

$t->config(http => <<'CONF', server => <<'CONF2');
    webhook_store %%STORE%% size=64m journal=1m;
    webhook_event_type order.add;
    webhook_log logs/sends.log json flush=10ms;

    webhook_endpoint hook {
        url    http://127.0.0.1:%%PORT_hook%%/;
        events order.*;
    }
CONF
    location /api/ {
        webhook_event order.add POST ^/api/orders$;
        return 200 '{"n": "$arg_n"}';
    }
CONF2

$t->allow(qr/pthread_create\(\) failed/);
$t->allow(qr/worker process \d+ exited with fatal code 2/);
$t->allow(qr/webhook_log is not written by this worker/);

$t->start;

my $all = MANY - left();
my ($orders, @lacked) = (0);

order('all threads are there');

for my $n (0 .. $all - 1) {
    my $mark = $t->mark;
    my ($old) = $t->workers;

    may($n);
    $t->signal('HUP');

    ok wait_for(sub { $t->error_log($mark) =~ /pthread_create\(\) failed/ },
                30), "$n threads, and no more"
        or last;

    my ($name, $text)
        = $t->error_log($mark) =~ /pthread_create\(\) failed for "(.*?)": (.*)/;

    # nginx's own, of webhook_cpu, of which nginx tells

    $name //= 'pool';
    push @lacked, $name;

    like $text, qr/raise "TasksMax=".* \(11: /,
        "$name: what to change" if $name ne 'pool';

    if ($name eq 'webhook log') {
        ok wait_for(sub {
            $t->error_log($mark) =~ /webhook_log is not written by this worker/
        }, 30), "$name: only this is not written";

        order("$name: events are");

    } else {
        ok wait_for(sub {
            $t->error_log($mark) =~ /exited with fatal code 2/
        }, 30), "$name: the worker does not start";
    }

    ok $t->nginx->wait_gone([$old], 30), "$name: the old one goes";
    ok $t->running, "$name: nginx stays";

    may(MANY);
    $t->signal('HUP');
    order("$name: a reload is enough");
}

is join(', ', @lacked),
   'pool, pool, webhook store, webhook reads, webhook journal, webhook notes, '
   . 'webhook log', 'all have been lacking';

my %got;

$got{$_->{headers}{'webhook-id'}}++ for @{ $hook->wait_requests($orders, 60) };

is scalar(keys %got), $orders, 'all events are delivered';
is scalar(grep { $_ != 1 } values %got), 0, 'each once';

$t->stop;
$t->ok_logs;

is +($t->ctl('check'))[0], 0, 'the store is sound';

done_testing;


# So many threads more.

sub may
{
    my ($n) = @_;

    # what has it mapped goes on with the same file

    open my $fh, -e $file ? '+<' : '>', $file or die "$file: $!\n";
    syswrite $fh, pack 'q', $n;
    close $fh;
}


sub left
{
    open my $fh, '<', $file or die "$file: $!\n";
    sysread $fh, my $bytes, 8;

    return unpack 'q', $bytes;
}


# An order is answered once there is a worker, whichever takes it.

sub order
{
    my ($name) = @_;

    $orders++;

    is $t->request('POST', "/api/orders?n=$orders", '{}',
                   timeout => 60)->{status}, 200, $name;
}
