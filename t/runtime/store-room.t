#
# Room in the store: dead letters make it last, and are told of; the calls that
# "dedupe" knows are bounded; a process that reads for long is named.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use JSON::PP ();
use Webhook::Test qw(wait_for deadline);

my $token = 'dedupe-0123456789-abcdefghi';

my $t = Webhook::Test->new(workers => 1);

$t->endpoint(name => 'api', answers => {
    '*' => [{ body => '{"x": "' . ('y' x 8000) . '"}',
              headers => ['Content-Type' => 'application/json'] }],
});

my $good = $t->endpoint(name => 'good');
my $bad = $t->endpoint(name => 'bad');

$bad->answer('*', 500);

$t->config(http => <<"CONF", server => <<'CONF');
    webhook_store %%STORE%% size=64m keep=30d keep_bytes=100k dedupe_rows=3;

    webhook_event_type o.add "";
    webhook_event_type q.x "";

    webhook_endpoint bad {
        url    http://127.0.0.1:%%PORT_bad%%/;
        events o.add;
        retry  attempts=1;
    }

    webhook_endpoint good {
        url    http://127.0.0.1:%%PORT_good%%/;
        events q.x;
    }

    webhook_receiver once {
        secret $token;
        dedupe header:webhook-id;
        action POST /hook/x '{}';
    }
CONF
    location /o {
        webhook_event o.add * ^/o;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location /q {
        webhook_event q.x * ^/q;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location ^~ /web/hook/ { webhook_receive; }
    location /hook/ { internal; proxy_pass http://127.0.0.1:%%PORT_good%%; }
    location = /metrics { webhook_metrics; }
CONF

$t->start;

sub metric
{
    my ($name) = @_;

    return ($t->get('/metrics')->{body} =~ /^ngx_webhook_$name (\d+)$/m)[0];
}

sub dead
{
    my ($status, $out) = $t->ctl('list', '--state=dead', '--json');

    return [split /\n/, $out];
}


sub stats
{
    my ($status, $out) = $t->ctl('stats', '--json');

    return JSON::PP::decode_json($out);
}


# --- dead letters

$t->get('/o') for 1 .. 3;

ok wait_for(sub { @{ dead() } == 3 }, deadline(20)), 'three dead letters';

$t->get('/q') for 1 .. 60;

ok wait_for(sub {
    return metric('sends_delivered_total') == 60
           && stats()->{events} < 30;
}, deadline(30)), 'delivered events make room';

is @{ dead() }, 3, 'dead letters do not';
is metric('dead_letters_dropped_total'), 0, 'none is counted';

$t->get('/o') for 1 .. 40;

ok wait_for(sub { metric('dead_letters_dropped_total') >= 20 }, deadline(30)),
   'where there is nothing else they go, and are counted';

ok $t->wait_log(qr/no room for all that is finished \(keep_bytes\): \d+ dead letters were removed before their time/),
   'and told';


# --- calls that are known

sub call
{
    my ($id) = @_;

    return $t->request('POST', "/web/hook/$token", '{}',
                       headers => ['Content-Type' => 'application/json',
                                   'webhook-id' => $id]);
}

is call("a$_")->{status}, 200, "call $_ is known" for 1 .. 3;

my $r = call('a4');

is $r->{status}, 503, 'as many as may be are known';
like JSON::PP::decode_json($r->{body})->{error},
     qr/No more calls can be remembered, .*nothing was done/,
     'which is said';
ok $t->wait_log(qr/already knows as many calls as it may \(dedupe_rows\)/), 'and told';
is metric('calls_dedupe_full_total'), 1, 'and counted';

is call('a1')->{status}, 200, 'one that is known is answered';


# --- readers

like $t->get('/metrics')->{body},
     qr/^# TYPE ngx_webhook_store_pinned_bytes gauge\nngx_webhook_store_pinned_bytes \d+$/m,
     'what readers keep is a gauge';

$t->stop;
$t->ok_logs;

done_testing;
