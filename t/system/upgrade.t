#
# nginx meets a store of format 1: workers of an older version have it open yet,
# and leave it; what waits in it is sent then.  Tools read it meanwhile.

use strict;
use warnings;

use lib 't/lib';

use IO::Uncompress::Gunzip qw(gunzip $GunzipError);
use JSON::PP ();
use Test::More;

use Webhook::Test qw(wait_for);


my $t = Webhook::Test->new(workers => 2);

my $api = $t->endpoint(name => 'api', answers => {
    '/api/orders' => [{ status => 201, body => '{"id": 1}',
                        headers => ['Content-Type' => 'application/json'] }],
});

my $hook = $t->endpoint(name => 'hook', keep_bodies => 0,
                        answers => { '/erp' => [200], '/crm' => [200],
                                     '/bi' => [200], '/wms' => [200] });

my $endpoints = join '', map {
    "    webhook_endpoint $_ {\n"
    . "        url    http://127.0.0.1:%%PORT_hook%%/$_;\n"
    . "        events order.add;\n"
    . "    }\n"
} qw(erp crm bi wms);

$t->config(http => <<"CONF", server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
$endpoints
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
    location = /metrics {
        webhook_metrics;
    }
CONF

$t->allow(qr{has format 1|store" could not be opened});

# the directory, as nginx makes it

$t->start;
$t->stop;

my $data = $t->store . '/data.mdb';
my ($uid, $gid) = (stat $data)[4, 5];

gunzip("t/data/store-1.mdb.gz" => $data)
    or die "gunzip: $GunzipError";
chown $uid, $gid, $data;
unlink $t->store . '/lock.mdb';


sub objects
{
    my ($status, $out, $err) = $t->ctl('list', '--json', '--limit=1000', @_);

    is $status, 0, "list @_" or diag $err;

    return map { JSON::PP::decode_json($_) } split /\n/, $out;
}


# What the tools read of it is there before and after; they do not change it.

my @before = objects();
my @waiting = grep { $_->{state} eq 'pending' } @before;

ok @waiting > 3, 'what waits is seen: ' . @waiting;

my ($status, $out, $err) = $t->ctl('retry', $before[0]{id});

is $status, 1, 'a tool brings no store to another format';
like $err, qr/has format 1, .* writes format 7: nginx converts it/,
     'and says who does';

my $before = $t->mark;

$t->hold_store(sub {
    chown $uid, $gid, $t->store . '/lock.mdb';

    ok $t->try_start, 'nginx starts beside older workers';

    my $line = $t->wait_log(qr/\[emerg\].*has format 1/, 20, $before);

    like $line, qr/other processes \(\d+\) have it open: it will be converted to /,
         'who has it open is told';

    is $t->post('/api/orders', '{}')->{status}, 201,
       'the application is served';
    ok $t->wait_log(qr/event lost: "order\.add"/, 20, $before),
       'what cannot be kept is told';
    like $t->get('/metrics')->{body},
         qr/^ngx_webhook_events_failed_total 1$/m, 'and counted';
}, 'open');

ok $t->wait_log(qr/now has format 7/, 60, $before),
   'they left it: it is brought to format 7';

ok wait_for(sub {
    my ($status, $out) = $t->ctl('list', '--json', '--state=pending',
                                 '--limit=1000');
    my %left;

    $left{JSON::PP::decode_json($_)->{endpoint}} = 1 for split /\n/, $out;

    # one is paused, and a dead letter blocks its key
    return $status == 0 && !$left{erp} && !$left{wms};
}, 60), 'what waited is sent';

ok wait_for(sub {
    return ($t->ctl('stats'))[1] =~ /^open in +2 processes/m;
}, 20), 'both workers have it open';

is $t->post('/api/orders', '{}')->{status}, 201, 'new events are kept';

ok wait_for(sub {
    return (() = ($t->ctl('list', '--limit=1000'))[1] =~ /^.*order/mg)
           >= @before + 4;
}, 20), 'and can be found';

# ids that were hashes have got others, that tell their time; an endpoint that
# had no name yet has one
my @now = objects();
my %now = map { substr($_->{id}, 0, 36) => 1 } @now;

is_deeply [grep { /^.{14}7/ && !$now{$_} }
           map { substr $_->{id}, 0, 36 } @before], [],
          'ids that tell their time stay';
is scalar @now, @before + 4, 'nothing is missing';

($status, $out, $err) = $t->ctl('check');

is $status, 0, 'check' or diag $err;
like $out, qr/ 0 faults$/, 'and the store is sound';

$t->stop;

$t->ok_logs('no other problems');

done_testing;
