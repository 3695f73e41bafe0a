#
# A store that is full, and a disk that is: the proxy goes on serving, each
# refused event is told and counted, deliveries go on, and events are taken
# again by themselves once there is room.  With each policy of "full=".

use strict;
use warnings;

use lib 't/lib';

use POSIX ();
use Test::More;
use Time::HiRes qw(time sleep);

use Webhook::Test qw(wait_for deadline slurp asan at_end);

my $uuid = qr/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
my $body = '{"n": "' . ('x' x 50_000) . '"}';

my ($t, $hook);

# An nginx with a store that has these parameters, and an endpoint to which
# nothing can be sent yet.

sub webhook
{
    my ($store, $before) = @_;

    $t = Webhook::Test->new;

    $t->endpoint(name => 'api', answers => {
        '*' => [{ body => $body,
                  headers => ['Content-Type' => 'application/json'] }],
    });

    $hook = $t->endpoint(name => 'hook');
    $hook->stop_listening;

    $t->config(http => <<"CONF", server => <<'CONF');
    log_format hook '\$request_uri \$webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% $store;
    webhook_event_type a.one "";

    webhook_endpoint erp {
        url     http://127.0.0.1:%%PORT_hook%%/hooks;
        events  *;
        retry   attempts=1000 first=200ms factor=1;
        timeout connect=500ms;
    }
CONF
    location /api/ {
        webhook_event a.one * ^/;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location = /plain   { return 200 'a line'; }
    location = /metrics { webhook_metrics; }
CONF

    $before->() if $before;
    $t->start;
}

sub finish
{
    $t->stop;
    $t->ok_logs;
}

sub metric
{
    my ($name) = @_;
    my ($n) = $t->get('/metrics')->{body} =~ /^ngx_webhook_$name (\d+)$/m;

    return $n;
}

sub metrics
{
    return map { metric("events_${_}_total") } qw(committed failed);
}

# Asks until so many events were lost; all that was asked was answered in full.

sub fill
{
    my ($want, $max) = @_;
    my ($bad, $kept, $lost) = (0, metrics());

    $want += $lost;

    for (1 .. $max || 2000) {
        my $r = $t->get("/api/$_");

        $bad++ if $r->{status} != 200 || $r->{body} ne $body;

        if ($_ % 10 == 0 || $lost) {
            ($kept, $lost) = metrics();
            last if $lost >= $want;
        }
    }

    is $bad, 0, 'every response is whole';

    return ($kept, $lost);
}

sub told { return scalar(() = $t->error_log =~ /event lost: "a\.one" $uuid: /g); }

sub delivered
{
    my %ids = map { $_->{headers}{'webhook-id'} => 1 } @{ $hook->requests };

    return scalar keys %ids;
}

sub kept_again
{
    my ($why) = @_;

    ok wait_for(sub {
        my ($before) = metrics();

        $t->get('/api/again');

        my ($after) = metrics();

        return $after > $before;
    }, 60), "events are taken again, by themselves: $why";
}


# --- drop, the default: what is owed fills the store

webhook('size=8m warn=40%');

my ($kept, $lost) = fill(5);

cmp_ok $kept, '>', 20, "drop: $kept events are kept";
cmp_ok $lost, '>=', 5, "drop: $lost are lost";
is told(), $lost, 'each is a line of the log';

ok $t->wait_log(qr/the store .* is filling up: 4\d percent of 8 megabytes is in use/),
   'the log warned before';
ok $t->wait_log(qr/the store .* is full: \d+ percent of 8 megabytes/),
   'and says that it is full';

is $t->get('/plain')->{body}, 'a line', 'what is no event is served';

$hook->listen;

ok wait_for(sub { delivered() >= $kept }, 30),
   'deliveries go on';
is delivered(), $kept, 'all that was kept, and no more';

kept_again('what is finished makes room');

ok $t->wait_log(qr/the store .* accepts events again/, 30),
   'which is told';

# history alone never fills it

($kept, $lost) = metrics();

for my $n (1 .. 150) {
    $t->get("/api/$n");

    # what waits for its delivery is no history yet

    wait_for(sub { delivered() >= (metrics())[0] }, 10)
        if $n % 20 == 0;
}

is +(metrics())[1], $lost, 'history alone refuses nothing';

finish();


# --- refuse: history stays until its time, and new events are refused

webhook('size=8m full=refuse keep=20s');
$hook->listen;

my $begun = time;

($kept, $lost) = fill(3);

SKIP: {
    my ($status, $out) = $t->ctl('list', '--json', '--limit=5000');

    skip 'this machine is slower than the history is kept', 4
        if time - $begun > 18;

    is scalar(() = $out =~ /"event":/g), $kept, 'all of the history is there';

    cmp_ok $lost, '>=', 3, "refuse: $lost are refused, $kept are history";
    is told(), $lost, 'each is a line of the log';

    ok $t->wait_log(qr/the store .* is filling up: 4\d percent of 8 megabytes/),
       'the log warned before, though nothing says when';
}

kept_again('it was kept for its time');
finish();


# --- keep_bytes: no more history than that

webhook('size=64m keep_bytes=1m');
$hook->listen;

$t->get("/api/$_") for 1 .. 60;

ok wait_for(sub {
    my ($status, $out) = $t->ctl('list', '--json');
    my $n = () = $out =~ /"event":/g;

    return $n > 5 && $n <= 21;
}, 20), 'history is held at its bytes';

finish();


# --- block: the response waits

webhook('size=8m full=block full_wait=60s');

# one after the other, until one waits

my $waits;

for my $n (1 .. 400) {
    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        my $r = $t->curl('GET', "/api/$n", undef);

        POSIX::_exit($r->{status} == 200 && $r->{body} eq $body ? 0 : 1);
    }

    my $done = wait_for(sub {
        waitpid($pid, POSIX::WNOHANG()) == $pid || metric('events_waited_total')
    }, 10);

    if (metric('events_waited_total')) {
        $waits = $pid;
        last;
    }

    if (!$done || $?) {
        last;
    }
}


ok $waits, 'block: a response waits';
ok $t->wait_log(qr/responses wait for room/), 'which is told';
is waitpid($waits, POSIX::WNOHANG()), 0, 'it still does';
is +(metrics())[1], 0, 'nothing is lost';

is $t->get('/plain')->{body}, 'a line', 'what is no event is served';

($kept) = metrics();

$hook->listen;

ok wait_for(sub { waitpid($waits, POSIX::WNOHANG()) == $waits },
            deadline(30)), 'it goes out once there is room';
is $?, 0, 'whole';

ok wait_for(sub { (metrics())[0] == $kept + 1 }, 10),
   'and its event is kept';
is +(metrics())[1], 0, 'nothing was lost';

finish();


# --- block, for so long only; and a worker that exits gives up what waits

webhook('size=8m full=block full_wait=700ms');

($kept, $lost) = (0, 0);

for (1 .. 400) {
    my $begin = time;
    my $r = $t->get("/api/$_");
    my $took = time - $begin;

    if ((metrics())[1]) {
        is $r->{body}, $body, 'a response that waited in vain is whole';
        cmp_ok $took, '>=', 0.65, sprintf 'after %.2f s', $took;
        last;
    }
}

is +(metrics())[1], 1, 'its event is lost';
is told(), 1, 'and told';

finish();


# --- a full disk

SKIP: {
    skip 'only root mounts a small disk', 9 if $> != 0;

    my ($mounted, $dir);

    # another mount of it would be seen by others: all of it ends here

    webhook('size=1g', sub {
        $dir = $t->store;

        mkdir $dir;

        my ($status, $out, $err) = $t->run('mount', '-t', 'tmpfs',
                                           '-o', 'size=24m,mode=0700',
                                           'webhook-test', $dir);

        $mounted = $status == 0;
        diag "no small disk: $err" if !$mounted;

        my $pid = $$;

        at_end(sub {
            system 'umount', '-l', $dir if $mounted && $$ == $pid;
        });
    });

    if (!$mounted) {
        finish();
        skip 'a small disk cannot be mounted here', 9;
    }

    ($kept, $lost) = fill(5);

    cmp_ok $kept, '>', 100, "disk: $kept events are kept";
    cmp_ok $lost, '>=', 5, "disk: $lost are lost";
    is told(), $lost, 'each is a line of the log';

    ok $t->wait_log(qr/has no room on its disk, and no events are accepted/),
       'the log says why';

    is $t->get('/plain')->{body}, 'a line', 'what is no event is served';

    $hook->listen;

    ok wait_for(sub { delivered() >= $kept }, 30),
       'deliveries go on';
    is delivered(), $kept, 'all that was kept, and no more';

    kept_again('what is finished makes room');

    ok $t->wait_log(qr/the store .* accepts events again/, 30),
       'which is told';

    like +($t->ctl('check'))[1], qr/ 0 faults$/, 'the store is sound';

    $t->stop;
    $t->ok_logs;

    my ($umount) = $t->run('umount', $dir);

    $mounted = 0 if $umount == 0;
}

done_testing;
