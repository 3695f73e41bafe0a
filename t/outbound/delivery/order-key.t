#
# order_by: for each key one delivery at a time and in the order in which the
# client saw the answers, whatever fails and through a reload, keys side by
# side; what becomes of a key whose head is dead.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use List::Util qw(sum0);
use Test::More;
use Time::HiRes qw(time);

use Webhook::Sandbox qw(spawn reap write_file);
use Webhook::Test qw(wait_for deadline asan slurp temp_dir);


my $keys = $ENV{WEBHOOK_KEYS}
           || ($ENV{SOAK_SECONDS} ? 10_000 : asan() ? 120 : 300);
my $each = 5;
my $clients = 8;
my $busy = 60;          # events of one key that has many
my $seed = $ENV{WEBHOOK_SEED} || int time;
my $patience = 60 + $keys / 50;

diag "WEBHOOK_SEED=$seed";

my $api = <<'CONF';
    location / {
        default_type application/json;
        return 201 '{"key": "$arg_key", "n": $arg_n}';
    }
CONF

many();
dead_heads();

done_testing;


# Many keys, an endpoint that fails one send of five, a reload.

sub many
{
    my $t = Webhook::Test->new(workers => 2);

    $t->backend(api => $api);

    srand $seed;

    # A key is taken from its request's coming to the answer's going: what
    # comes in between is a second one at a time.

    my (%log, %until, %done);
    my $twice = 0;
    my $beside = 0;

    my $hook = $t->endpoint(name => 'hook', keep_bodies => 0, code => sub {
        my ($request) = @_;

        my ($key, $n) = $request->{body} =~ /"key": "(\w+)", "n": (\d+)/
            or return 400;

        my $now = time;
        my $delay = 0.001 + rand 0.003;
        my $luck = rand;

        $twice++ if ($until{$key} // 0) > $now;
        $until{$key} = $now + $delay;

        delete @until{ grep { $until{$_} <= $now } keys %until };
        $beside++ if keys %until > 1;

        my $ok = $luck >= 0.2;

        push @{ $log{$key} }, $ok ? $n : -1 - $n;
        $done{"$key $n"} = 1 if $ok;

        return { status => 200, delay => $delay } if $ok;
        return { close => 1, delay => $delay } if $luck < 0.05;
        return { status => 500, delay => $delay };

    }, control => sub {
        return $_[0] eq 'done' ? scalar keys %done
                               : { log => \%log, twice => $twice,
                                   beside => $beside };
    });

    $t->config(
        http => <<'CONF',
    webhook_store %%STORE%% size=1g;
    webhook_event_type order.edit;

    upstream api {
        server    127.0.0.1:%%PORT_api%%;
        keepalive 32;
    }

    webhook_endpoint erp {
        url      http://127.0.0.1:%%PORT_hook%%/hook;
        events   order.edit;
        order_by data.key;
        retry    attempts=60 first=5ms factor=2 max=20ms;
        limit    inflight=32;
    }
CONF
        server => <<'CONF',
    location /api/ {
        proxy_pass         http://api;
        proxy_http_version 1.1;
        proxy_set_header   Connection "";
        webhook_event      order.edit POST ^/api/orders$ status=201;
    }
CONF
    );

    $t->start;

    my $dir = temp_dir('clients');
    my %want = (busy => $busy, map { ("k$_" => $each) } 1 .. $keys);
    my @pids;

    for my $i (1 .. $clients) {
        my %mine = map { ($_ => $want{$_}) }
                   grep { /(\d+)$/ ? $1 % $clients + 1 == $i : $i == 1 }
                   keys %want;

        push @pids, spawn(sub {
            write_file("$dir/$i.part", ask($t, \%mine));
            rename "$dir/$i.part", "$dir/$i";
        });
    }

    my $total = sum0 values %want;
    my @old = $t->workers;

    ok wait_for(sub { $hook->call('done') > $total / 4 }, $patience),
       'a quarter was sent';
    ok $t->reload, 'reload';

    my $at = $hook->call('done');

    cmp_ok $at, '<', $total, "in the middle: $at of $total were sent";
    ok $t->wait_gone(\@old, 20), 'the old workers have left';

    ok wait_for(sub { $clients == grep { -e "$dir/$_" } 1 .. $clients },
                $patience), 'all was asked for';

    reap($_) for @pids;

    my $refused = join '', map { slurp("$dir/$_") // '' } 1 .. $clients;

    is $refused, '', 'and answered';

    ok wait_for(sub { $hook->call('done') >= $total }, $patience),
       'all was sent: nothing is lost'
        or diag $hook->call('done') . " of $total";

    # The last outcomes are on their way to the store.

    ok wait_for(sub { left($t) == 0 }, 20), 'nothing waits';

    my $seen = $hook->call('report');

    my (@order, @overtaken, $sends);

    for my $key (sort keys %want) {
        my @log = @{ $seen->{log}{$key} // [] };
        my @ok = grep { $_ >= 0 } @log;
        my @all = map { $_ >= 0 ? $_ : -1 - $_ } @log;

        $sends += @log;

        push @order, "$key: @ok" if "@ok" ne join ' ', 0 .. $want{$key} - 1;
        push @overtaken, "$key: @log"
            if grep { $all[$_] < $all[$_ - 1] } 1 .. $#all;
    }

    is_deeply \@order, [], "$keys keys: received in the order of capture, "
              . 'each once'
        or diag "WEBHOOK_SEED=$seed";
    is_deeply \@overtaken, [], 'nor was any sent before one in front of it';
    is $seen->{twice}, 0, 'one at a time of each key';
    cmp_ok $seen->{beside}, '>', 0, 'keys go side by side';
    cmp_ok $sends, '>', $total * 1.1, "it did fail: $sends sends for $total";

    my ($status, $out) = $t->ctl('check');

    like $out, qr/ 0 faults$/, 'the store is sound';

    $t->stop;
    $t->ok_logs;
}


# One client: of each of its keys the next once the one before was answered,
# the keys in turns.  Says what was refused.

sub ask
{
    my ($t, $want) = @_;

    my $client = $t->client(timeout => 30);
    my %next = map { ($_ => 0) } keys %$want;
    my $refused = '';

    while (my @keys = sort keys %next) {
        for my $key (@keys) {
            my $n = $next{$key}++;
            my $r = $client->request('POST', "/api/orders?key=$key&n=$n",
                                     '{}');

            $refused .= "$key $n: $r->{status} " . ($r->{error} // '') . "\n"
                if $r->{status} != 201;

            delete $next{$key} if $next{$key} == $want->{$key};
        }
    }

    return $refused;
}


# A dead letter at the head: passed over, or in the way until somebody looks.

sub dead_heads
{
    my $t = Webhook::Test->new(workers => 2);

    $t->backend(api => $api);

    # the second of a key is refused until told otherwise

    my $bad = 1;

    my $hook = $t->endpoint(name => 'hook', code => sub {
        my ($request) = @_;

        return $bad && $request->{body} =~ /"key": "bad\w*", "n": 1\}/
               ? 500 : 200;

    }, control => sub { $bad = $_[0]; });

    $t->config(
        http => <<'CONF',
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.edit;

    webhook_endpoint skip {
        url      http://127.0.0.1:%%PORT_hook%%/skip;
        events   order.edit;
        order_by data.key on_dead=skip;
        retry    attempts=2 first=5ms;
    }
    webhook_endpoint block {
        url      http://127.0.0.1:%%PORT_hook%%/block;
        events   order.edit;
        order_by data.key on_dead=block;
        retry    attempts=2 first=5ms;
    }
CONF
        server => <<'CONF',
    location /api/ {
        proxy_pass    http://127.0.0.1:%%PORT_api%%;
        webhook_event order.edit POST ^/api/orders$ status=201;
    }
CONF
    );

    $t->start;
    $t->allow(qr/webhook delivery \S+ \(order\.edit\) is dead/);

    my $sent = sub {
        my ($path, $key) = @_;

        return join ' ', map { $_->{body} =~ /"key": "$key", "n": (\d+)/ }
                         grep { $_->{path} eq "/$path" }
                         @{ $hook->requests };
    };

    my $becomes = sub {
        my ($path, $key, $want, $name) = @_;

        wait_for(sub { $sent->($path, $key) eq $want }, 20);
        is $sent->($path, $key), $want, $name;
    };

    for my $n (0 .. 3) {
        for my $key (qw(bada badb good)) {
            is $t->post("/api/orders?key=$key&n=$n", '{}')->{status}, 201,
               "$key $n";
        }
    }

    $becomes->('skip', $_, '0 1 1 2 3', "skip: $_ goes on after a dead one")
        for qw(bada badb);
    $becomes->('skip', 'good', '0 1 2 3', 'skip: the other key');
    $becomes->('block', 'good', '0 1 2 3', 'block: the other key goes on');
    $becomes->('block', $_, '0 1 1', "block: $_ has come to its dead one")
        for qw(bada badb);

    ok wait_for(sub { @{ dead($t, 'block') } == 2 }, 20),
       'both heads are dead';
    is left($t, 'block'), 4, 'block: the four behind them wait';

    # Nobody unblocks them but an operator: not another start either.

    $t->stop;
    $t->start;

    is $t->post('/api/orders?key=good&n=4', '{}')->{status}, 201, 'good 4';
    is $t->post('/api/orders?key=bada&n=4', '{}')->{status}, 201, 'bada 4';

    $becomes->('block', 'good', '0 1 2 3 4', 'block: others go on');
    $becomes->('skip', 'bada', '0 1 1 2 3 4', 'skip: so does this one');

    is $sent->('block', $_), '0 1 1', "block: $_ is still blocked"
        for qw(bada badb);
    is left($t, 'block'), 5, 'block: five wait';

    # One is sent again, the other is never wanted again.

    $hook->call(0);

    my %id = map { ($_->{key} => $_->{id}) } @{ dead($t, 'block') };

    is +($t->ctl('retry', $id{bada}))[0], 0, 'retry';

    $becomes->('block', 'bada', '0 1 1 1 2 3 4',
               'block: after a retry that succeeds, in order');
    is $sent->('block', 'badb'), '0 1 1', 'block: the other waits on';

    is +($t->ctl('cancel', $id{badb}))[0], 0, 'cancel';

    $becomes->('block', 'badb', '0 1 1 2 3',
               'block: without what was cancelled');

    ok wait_for(sub { left($t) == 0 }, 20), 'nothing waits';

    my ($status, $out) = $t->ctl('check');

    like $out, qr/ 0 faults$/, 'the store is sound';

    $t->stop;
    $t->ok_logs;
}


# The dead deliveries of an endpoint: { id, key }.

sub dead
{
    my ($t, $endpoint) = @_;

    my ($status, $out) = $t->ctl('list', '--state=dead', '--json',
                                 "--endpoint=$endpoint");
    my @dead;

    for my $id (map { JSON::PP::decode_json($_)->{id} } split /\n/, $out) {
        my ($event) = split /\./, $id;
        my ($ok, $shown) = $t->ctl('show', '--body', $event);

        push @dead, { id => $id, key => $shown =~ /"key": "(\w+)"/ };
    }

    return \@dead;
}


# How many deliveries have not ended.

sub left
{
    my ($t, $endpoint) = @_;

    my @of = $endpoint ? "--endpoint=$endpoint" : ();
    my $left = 0;

    for my $state ('pending', 'sending') {
        my ($status, $out) = $t->ctl('list', "--state=$state", '--json',
                                     @of);
        $left += () = $out =~ /\n/g;
    }

    return $left;
}
