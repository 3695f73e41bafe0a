#
# Threads that make events of large bodies, and what they are made for goes: a
# client that leaves, a worker that exits.  No event is lost.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use Test::More;

use Webhook::Test qw(wait_for deadline);


my $t = Webhook::Test->new(workers => 1);

$t->config(
    http => <<'CONF',
    webhook_store %%STORE%% size=1g;
    webhook_cpu threads=1;
    webhook_payload_max 16m;
    webhook_event_type big.one;

    webhook_endpoint erp {
        url    http://127.0.0.1:1/;
        events big.one;
        format xml;
    }
CONF
    server => <<'CONF',
    location = /before { webhook_event big.one * ^/; alias %%PREFIX%%/big.json; }
    location = /after {
        webhook_commit after_response;
        webhook_event  big.one * ^/;
        alias          %%PREFIX%%/big.json;
    }
    location = /metrics { webhook_metrics; }
    types { application/json json; }
CONF
);

$t->file('big.json', '['
         . join(',', map { qq({"id":$_,"name":"Product <$_>"}) } 1 .. 100_000)
         . ']');

$t->start;

sub committed
{
    return $t->get('/metrics')->{body}
               =~ /^ngx_webhook_events_committed_total (\d+)/m ? $1 : 0;
}


# Five clients that leave: the first ones while a thread works for them.

for (1 .. 5) {
    my $s = IO::Socket::INET->new("127.0.0.1:" . $t->nginx->port) or die;

    print $s "GET /before HTTP/1.1\r\nHost: a\r\n\r\n";
    close $s;
}

ok wait_for(sub { committed() == 5 }, deadline(30)),
    'events whose clients left are kept';

is $t->get('/after')->{status}, 200, 'a response that waits for nothing'
    for 1 .. 3;

ok $t->reload, 'a reload, while its events are made or wait for that';

ok wait_for(sub { committed() == 8 }, deadline(30)),
    'the worker that exits keeps them';

is $t->get('/after')->{status}, 200, 'another' for 1 .. 3;

$t->stop;
$t->start;

my ($status, $out) = $t->ctl('list', '--limit=100');

is scalar(() = $out =~ /big\.one/g), 11,
    'a worker that is ended at once keeps them too';

$t->stop;
$t->ok_logs;

done_testing;
