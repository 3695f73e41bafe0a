#
# A call whose store does not answer in time gets a 503, and what it did is kept
# later: a repeat is not allowed to act before that is known, and not after.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Test qw(wait_for deadline);


my $token = 'late-0123456789-abcdefghijkl';

my $t = Webhook::Test->new(workers => 1);
my $api = $t->endpoint(name => 'api');
my $erp = $t->endpoint(name => 'erp');

$t->config(
    http => <<"CONF",
    webhook_store %%STORE%% size=64m;
    webhook_event_type big.call;
    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/;
        events big.call;
    }
    webhook_receiver once {
        secret once-$token;
        dedupe header:webhook-id;
        action POST /api/x '{}';
        emit   big.call;
    }
CONF
    server => <<'CONF',
    location ^~ /hook/ {
        webhook_receive;
        webhook_commit before_response timeout=300ms;
    }
    location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
CONF
);

$t->start;

$erp->answer('*', 200);

# The API answers while the store cannot be written to.

$api->answer('*', { status => 200, delay => 2 });

sub call
{
    return $t->request('POST', "/hook/once-$token", '{"a": 1}',
                       timeout => deadline(30),
                       headers => ['Content-Type' => 'application/json',
                                   'Webhook-Id' => 'one']);
}

my $s = IO::Socket::INET->new('127.0.0.1:' . $t->port) or die;

print $s "POST /hook/once-$token HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
         . "Content-Type: application/json\r\nWebhook-Id: one\r\n"
         . "Content-Length: 8\r\n\r\n{\"a\": 1}";

$api->wait_requests(1, deadline(30));

my ($first, $again) = $t->hold_store(sub {
    my $text = join '', <$s>;

    return ($text, call());
});

like $first, qr/^HTTP\S+ 503 .*may come later/s,
     'the answer does not wait for the store';
# with a journal the store may know that the call is in progress
like $again->{status}, qr/^(?:503|409)$/, 'nor does that to a repeat'
    or diag $again->{body};

$erp->wait_requests(1, deadline(30));

my $r;

ok wait_for(sub { $r = call(); return $r->{status} == 200 }, deadline(30)),
    'once the event is kept a repeat is answered as the first call was';
is $r->{body}, '{"status": "ok"}', 'in its words';

is $api->count, 1, 'the API was called once';
is scalar @{$erp->wait_quiet(1)}, 1, 'and one event sent';

$t->stop;
$t->ok_logs;

done_testing;
