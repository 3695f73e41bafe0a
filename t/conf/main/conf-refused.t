# A configuration that is read and then refused leaves nothing behind in the
# process: workers that are started after that, for the configuration before,
# do all that they did.

use strict;
use warnings;

use lib 't/lib';
use IO::Socket::INET ();
use Test::More;
use Webhook::Test qw(wait_for deadline);

my $token = 'failed-reload-' . 'a' x 20;

my $t = Webhook::Test->new(workers => 2);

my $api = $t->endpoint(name => 'api', answers => {
    '*' => [{ status => 201, headers => ['Content-Type' => 'application/json'],
              body => '{"id": 7}' }] });
my $erp = $t->endpoint(name => 'erp');

my $busy = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)
    or die "listen: $!\n";

my $http = <<"CONF";
    log_format w '\$status "\$request" \$request_uri \$request_id'
                 ' \$webhook_event \$webhook_status \$webhook_receiver';
    access_log %%PREFIX%%/logs/w.log w;

    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/;
        events order.add;
    }

    webhook_receiver hook {
        secret $token;
        limit  inflight=1;
        action POST /in/x '{"k": \${k}}' idempotency=I-Key;
    }

CONF

my $server = <<'CONF';
    location /in/          { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
    location ^~ /web/hook/ { webhook_receive; }
    location = /metrics    { webhook_metrics; }

    location /api/ {
        webhook_event order.add POST ^/api/
                      'body={"of": ${request}, "is": ${response}}';
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }
CONF

# Variables that come before ours, so that every index is another.

my $many = join "\n", '    variables_hash_max_size 4096;',
                    '    map_hash_max_size 4096;',
                    (map { "    map \$arg_x$_ \$v$_ { default \$arg_y$_; }" }
                         1 .. 80), '';

my $plain = <<'CONF';
    location / { proxy_pass http://127.0.0.1:%%PORT_api%%; }
CONF

my @wrong = (
    ['an error behind the http block', qr/unknown directive "error_here"/,
     http => $many . $http, server => $server, behind => 'error_here;'],

    ['a file that is missing', qr/open\(\) .*none\.conf.* failed/,
     http => $many . $http . "    include none.conf;\n", server => $server],

    ['a zone that nobody defined', qr/zero size shared memory zone "none"/,
     http => "    limit_req zone=none;\n$many$http", server => $server],

    ['an endpoint of the same name', qr/"erp", defined in/,
     http => "$many${http}webhook_endpoint erp { url http://127.0.0.1:1/; }\n",
     server => $server],

    ['an event type that was not declared', qr/order\.none/,
     http => $many . $http,
     server => "$server    location /n/ { webhook_event order.none * ^/n/; "
               . "return 200; }\n"],

    ['a receiver that calls itself', qr/emerg/,
     http => "$many${http}webhook_receiver loop { secret loop-$token;\n"
             . "    action POST /web/hook/x '{}'; }\n", server => $server],

    ['a port that is taken, without anything of ours',
     qr/still could not bind/,
     http => $many, server => "    listen 127.0.0.1:" . $busy->sockport
                              . ";\n$plain"],

    ['the same, with another order of locations', qr/still could not bind/,
     http => "$many$http",
     server => "    listen 127.0.0.1:" . $busy->sockport . ";\n"
               . "    location /first/ { webhook_event order.add * ^/first/;"
               . " return 200; }\n$server"],
);

my $n = 0;
my %keys;

sub good { $t->config(http => $http, server => $server); }

sub all_right
{
    my ($when) = @_;

    $n++;

    my $r = $t->post('/api/orders', qq({"n": $n}));

    is $r->{status}, 201, "$when: the API's answer";
    is $r->{body}, '{"id": 7}', 'as it is';

    my $want = qq({"of": {"n": $n}, "is": {"id": 7}});

    ok wait_for(sub {
        grep { $_->{body} eq $want } @{$erp->requests}
    }, deadline(10)), 'is an event, with both bodies';

    $r = $t->post("/web/hook/$token", qq({"k": $n}));

    is $r->{status}, 200, 'a call is taken';
    is $r->{body}, '{"status": "ok"}', 'and answered by us';

    my ($act) = grep { $_->{path} eq '/in/x' && $_->{body} eq qq({"k": $n}) }
                     @{$api->requests};

    ok $act, 'its action was called';

    my $key = $act->{headers}{'i-key'} // '';

    ok $key ne '' && !$keys{$key}++, 'with a key of its own';

    my ($id) = ($act->{headers}{'x-request-id'} // '') =~ /^([0-9a-f]{32})$/;

    ok $id, 'and a request id';

    my ($line) = wait_for(sub {
        my $log = Webhook::Test::slurp($t->prefix . '/logs/w.log') // '';
        my ($line) = $log =~ /^(200 "POST .*\Q$id\E .*)$/m;
        return $line;
    }, deadline(10));

    is $line, qq(200 "POST /web/hook/*** HTTP/1.1" /web/hook/*** $id - ok hook),
       'which the log has too, and not the token';

    $r = $t->request('PUT', "/web/hook/$token", '{}');

    is $r->{status}, 405, 'what is refused';
    like $r->{body}, qr/^\{"status": "error", "error": ".*POST.*"/,
         'is answered by us';
}

sub respawn
{
    my @old = $t->workers;

    kill 'KILL', @old;

    ok wait_for(sub {
        my %old = map { $_ => 1 } @old;
        my @now = grep { !$old{$_} } $t->workers;
        return @now == 2;
    }, deadline(10)), 'workers are killed and started again';
}

$t->allow(qr/exited on signal 9/, qr/\[emerg\]/);

good();
$t->start;

all_right('before');

for my $wrong (@wrong) {
    my ($name, $regex, %part) = @$wrong;

    my $mark = $t->mark;

    $t->config(%part);

    if ($part{behind}) {
        open my $fh, '>>', $t->config_file or die $!;
        print $fh $part{behind}, "\n";
        close $fh;
    }

    $t->signal('HUP');

    ok $t->wait_log($regex, deadline(15), $mark), "$name: refused";

    good();
    respawn();
    all_right($name);
}

# What follows a configuration that has nothing of ours.

$t->config(http => $many, server => $plain);
ok $t->reload, 'a configuration without anything of ours';
is $t->post('/api/orders', '{}')->{status}, 201, 'passes all on';

$t->config(@{$wrong[0]}[2 .. 5]);
open my $fh, '>>', $t->config_file or die $!;
print $fh "error_here;\n";
close $fh;

my $mark = $t->mark;

$t->signal('HUP');
ok $t->wait_log(qr/unknown directive "error_here"/, deadline(15), $mark),
   'one of ours is refused';

respawn();
is $t->post('/api/orders', '{}')->{status}, 201, 'all passes on';

good();
ok $t->reload, 'and one of ours again';
all_right('then');

is scalar(grep { $_->{body} eq '{}' } @{$erp->requests}), 0,
   'nothing came of the requests between';

$t->stop;
$t->ok_logs;

done_testing;
