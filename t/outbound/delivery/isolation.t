#
# An endpoint in trouble harms nobody else: one that hangs with thousands of
# deliveries waiting, one that fails (the breaker), one whose retries pile up.

use strict;
use warnings;

use lib 't/lib';

use List::Util qw(max);
use Test::More;
use Time::HiRes qw(sleep time);

use Webhook::Test qw(wait_for deadline asan slurp);


hangs();
fails();
piles_up();

done_testing;


sub begin
{
    my ($endpoints, @types) = @_;

    my $t = Webhook::Test->new(workers => 2);

    $t->backend(api => <<'CONF');
    location / {
        default_type application/json;
        return 201 '{"n": "$arg_n"}';
    }
CONF

    my $http = join '', "webhook_store %%STORE%% size=256m;\n",
                    map { "webhook_event_type t.$_;\n" } @types;
    my $rules = join '', map { "webhook_event t.$_ POST ^/api/$_\$;\n" }
                         @types;

    return ($t, sub {
        $t->config(http => "$http$endpoints", server => <<"CONF");
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        $rules
    }
CONF
        $t->start;
    });
}


sub make
{
    my ($t, $type, $n) = @_;

    my $r = $t->post("/api/$type?n=$n", '{}');

    die "/api/$type: $r->{status}\n" unless $r->{status} == 201;

    return $r;
}


sub numbers { return join ' ', map { $_->{body} =~ /"n": "(\w+)"/ } @_; }


# An endpoint that accepts and never answers.

sub hangs
{
    my $waiting = asan() ? 1000 : 4000;
    my $some = 100;
    my $slots = 16;

    my ($t, $start) = begin(<<"CONF", qw(stuck well both));
    webhook_endpoint stuck {
        url     http://127.0.0.1:%%PORT_stuck%%/;
        events  t.stuck t.both;
        limit   inflight=$slots;
        timeout read=300s total=300s;
    }
    webhook_endpoint well {
        url    http://127.0.0.1:%%PORT_well%%/;
        events t.well t.both;
    }
CONF

    my $stuck = $t->endpoint(name => 'stuck', answers => {
        '*' => [{ hang => 1 }]
    });
    my $well = $t->endpoint(name => 'well');

    $start->();

    # How long it takes from before a request to the receipt of its webhook.

    my $n = 0;

    my $took = sub {
        my ($type) = @_;

        my %begun;

        for (1 .. $some) {
            $n++;
            $begun{"w$n"} = make($t, $type, "w$n")->{begun};
        }

        my @took;

        for my $request (@{ $well->wait_requests($n, 20) }) {
            my $begun = $begun{ numbers($request) } // next;

            push @took, $request->{time} - $begun;
        }

        is scalar @took, $some, "$type: all came";

        @took = sort { $a <=> $b } @took;

        return { median => $took[$#took / 2] // 99, most => $took[-1] // 99 };
    };

    my $alone = $took->('well');

    my %before = map { $_ => anonymous($_) } $t->workers;

    my $load = $t->load(
        rate => 3000, connections => 16, limit => $waiting,
        request => sub { return ('POST', "/api/stuck?n=s$_[0]", '{}') },
    );

    $load->wait(40);

    my $made = grep { $_->{status} == 201 } @{ $load->stop };

    cmp_ok $made, '>', $waiting / 2, "$made wait for one that hangs";

    $stuck->wait_requests($slots, 10);

    my $beside = $took->('well');
    my $both = $took->('both');

    my $text = sprintf 'median %.1f ms alone, %.1f beside, %.1f for both',
                       map { $_->{median} * 1000 } $alone, $beside, $both;

    diag $text;

    # The other would hold them for minutes; the exact figures are a
    # benchmark's.

    cmp_ok max($beside->{most}, $both->{most}), '<', deadline(10), $text;

    is $stuck->count, $slots, "no more than $slots are at it";
    is $stuck->connections, $slots, 'nor more connections';

    SKIP: {
        skip 'memory under AddressSanitizer', 2 if asan();

        for my $pid (sort keys %before) {
            my $grown = (anonymous($pid) - $before{$pid}) / 1024;

            cmp_ok $grown, '<', 20,
                   sprintf '%.1f MB more memory in a worker', $grown;
        }
    }

    # It comes to itself, and has all of it.

    $stuck->answer('*', 200);
    $stuck->release;

    my $all = $stuck->wait_requests($made + $some, 60);
    my %ids = map { $_->{headers}{'webhook-id'} => 1 } @$all;

    is scalar keys %ids, $made + $some, 'what has waited is sent';

    $t->stop;
    $t->ok_logs;
}


sub anonymous
{
    my ($pid) = @_;

    return slurp("/proc/$pid/status") =~ /^RssAnon:\s+(\d+) kB/m ? $1 : 0;
}


# The breaker: first sends are held, one at a time is let through, a success
# closes it.  In this order of events at the endpoint there are no times but
# how long it holds.

sub fails
{
    my ($t, $start) = begin(<<'CONF', qw(some many));
    webhook_endpoint some {
        url     http://127.0.0.1:%%PORT_some%%/;
        events  t.some;
        breaker failures=3 hold=1s;
        retry   first=1h;
    }
    webhook_endpoint many {
        url     http://127.0.0.1:%%PORT_many%%/;
        events  t.many;
        breaker percent=50 window=1h hold=1s;
        retry   first=1h;
    }
CONF

    my $slow = { status => 500, delay => 0.3 };

    # of "many" every other one fails, the first does not

    my $some = $t->endpoint(name => 'some', answers => {
        '*' => [500, 500, 500, $slow, $slow, 200]
    });
    my $many = $t->endpoint(name => 'many', answers => {
        '*' => [(200, 500) x 5, 200]
    });

    $start->();

    for my $n (1 .. 3) {
        make($t, 'some', $n);
        $some->wait_requests($n, 10);
    }

    ok $t->wait_log(qr/breaker of webhook endpoint "some" opened/,
                    10), 'three failures open it';

    make($t, 'some', $_) for 4 .. 9;

    my $sent = $some->wait_requests(9, 20);
    my @at = map { $_->{time} } @$sent;

    is numbers(sort { $a->{body} cmp $b->{body} } @$sent),
       '1 2 3 4 5 6 7 8 9', 'all were sent';

    # 4 and 5 were let through alone: what fails is held anew from its end.

    cmp_ok $at[3] - $at[2], '>=', 0.99, 'first sends are held';
    cmp_ok $at[4] - $at[3], '>=', 1.29, 'one is let through; it fails';
    cmp_ok $at[5] - $at[4], '>=', 1.29, 'another; it fails';

    ok $t->wait_log(qr/breaker of webhook endpoint "some" closed/,
                    10), 'one that succeeds closes it';

    is scalar(grep { $_->{headers}{'webhook-attempt'} != 1 } @$sent), 0,
       'all were first sends';

    # a part of them

    for my $n (1 .. 10) {
        make($t, 'many', $n);
        $many->wait_requests($n, 10);
    }

    ok $t->wait_log(qr/breaker of webhook endpoint "many" opened/,
                    10), 'five of ten open the other';

    make($t, 'many', $_) for 11 .. 15;

    @at = map { $_->{time} } @{ $many->wait_requests(15, 20) };

    is scalar @at, 15, 'all were sent';
    cmp_ok $at[10] - $at[9], '>=', 0.99, 'after it held them';
    ok $t->wait_log(qr/breaker of webhook endpoint "many" closed/,
                    10), 'and it closed';

    $t->stop;
    $t->ok_logs;
}


# First sends go before retries, however many of those are due.

sub piles_up
{
    my ($t, $start) = begin(<<'CONF', qw(one));
    webhook_endpoint one {
        url     http://127.0.0.1:%%PORT_one%%/;
        events  t.one;
        limit   inflight=1;
        retry   first=1s factor=1;
        timeout read=300s total=300s;
    }
CONF

    my $one = $t->endpoint(name => 'one', code => sub {
        my ($request) = @_;

        return { hang => 1 } if $request->{body} =~ /"block"/;

        return $request->{body} =~ /"old/
               && $request->{headers}{'webhook-attempt'} == 1 ? 500 : 200;
    });

    $start->();

    # Ten fail; the next keeps the one slot until their retries are due.

    make($t, 'one', "old$_") for 1 .. 10;

    my @first = grep { $_->{headers}{'webhook-attempt'} == 1 }
                @{ $one->wait_requests(10, 20) };

    make($t, 'one', 'block');

    ok wait_for(sub {
        return grep { $_->{body} =~ /"block"/ } @{ $one->requests };
    }, 20), 'the slot is taken';

    my $early = grep { $_->{headers}{'webhook-attempt'} == 2 }
                @{ $one->requests };

    my $due = $one->requests->[-1]{time} + 1.5;

    sleep 0.05 while time < $due;

    make($t, 'one', "new$_") for 1 .. 5;

    my $from = $one->count;

    $one->release;

    my @sent = @{ $one->wait_requests($from + 15 - $early, 20) };
    my @order = map { /^(\D+)/ } split ' ', numbers(@sent[$from .. $#sent]);

    is scalar @order, 15 - $early, 'all were sent';
    # of four sends, one is a retry's, wherever the count of them stood

    like join('', map { substr $_, 0, 1 } @order),
         qr/^(?:onnnonn|nonnnon|nnonnn|nnnonn)o+$/,
         'first sends before retries, but for one of four';

    $t->stop;
    $t->ok_logs;
}
