
# Deliveries through an HTTP proxy: what it is asked for, what it may answer,
# and that its answers are never an endpoint's.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Test qw(wait_for deadline);
use Webhook::Test::Proxy;


my $t = Webhook::Test->new(workers => 1);

my $ca = $t->tls;
my $ca_file = $ca->file;

my $hook = $t->endpoint(name => 'hook');
my $safe = $t->endpoint(name => 'safe', tls =>
                        $ca->certificate('safe', names => ['safe.test']));
my $old = $t->endpoint(name => 'old', tls => $ca->expired);

my $to = ':' . $hook->port;
my $ok = "HTTP/1.1 200 OK\r\n\r\n";

my $proxy = Webhook::Test::Proxy->new(
    names => {
        map { ("$_.test" => '127.0.0.1') } qw(out safe inform sized early old)
    },
    answers => {
        "forbid.test$to"  => "HTTP/1.1 403 Forbidden\r\n"
                             . "Content-Length: 2\r\n\r\nno",
        "gone.test$to"    => "HTTP/1.1 410 Gone\r\nRetry-After: 9\r\n\r\n",
        "busy.test$to"    => "HTTP/1.1 503 Busy\r\nRetry-After: 9\r\n\r\n",
        "moved.test$to"   => "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n",
        "ssh.test$to"     => "SSH-2.0-OpenSSH_9.2\r\n",
        "large.test$to"   => "HTTP/1.1 200 OK\r\nX: " . 'y' x 20000 . "\r\n",
        "cut.test$to"     => "HTTP/1.1 200 O",
        "hang.test$to"    => 'hang',
        "close.test$to"   => 'close',
        "endless.test$to" => "HTTP/1.1 100 Continue\r\n\r\n" x 20,
    },
    before => { "inform.test$to" => "HTTP/1.1 100 Continue\r\n\r\n" },
    head => { "sized.test$to" => "HTTP/1.0 204 Fine\r\nContent-Length: 7\r\n"
                                 . "Transfer-Encoding: chunked\r\n\r\n" },
    after => { "early.test$to" => "HTTP/1.1 200 OK\r\n\r\n" },
);

my $strict = Webhook::Test::Proxy->new(user => 'nginx:s3cret-word',
                                       names => { 'out.test' => '127.0.0.1' });

my $via = 'proxy http://127.0.0.1:' . $proxy->port . ';';
my $strict_port = $strict->port;
my $nobody = Webhook::Test::free_port();

$t->file('proxy.pass', "s3cret-word\n");

$t->dns('here.test' => ['127.0.0.1'], 'private.test' => ['10.0.0.1'],
        'proxy.test' => ['127.0.0.1']);

# name => [URL, settings, what the log says; undef: delivered]

my %case = (
    plain    => ["http://out.test$to/plain", $via],
    again    => ["http://out.test$to/again", $via],
    safe     => ['https://safe.test:%%PORT_safe%%/safe',
                 "$via tls ca=$ca_file;"],
    literal  => ["http://127.0.0.1$to/literal", $via],
    servers  => ['http://servers/servers', $via],
    inform   => ["http://inform.test$to/inform", $via],
    sized    => ["http://sized.test$to/sized", $via],

    looked   => ["http://here.test$to/looked",
                 "$via address public; allow 127.0.0.1;"],
    refused  => ["http://here.test$to/refused", "$via address public;",
                 qr/address 127\.0\.0\.1 of here\.test is not allowed: loop/],
    denied   => ["http://private.test$to/denied", "$via deny 10.0.0.0/8;",
                 qr/address 10\.0\.0\.1 of private\.test is not allowed/],
    unknown  => ["http://unknown.test$to/unknown", "$via address public;",
                 qr/"unknown\.test" could not be looked up/],

    old      => ['https://old.test:%%PORT_old%%/old',
                 "$via tls ca=$ca_file name=localhost;",
                 qr/the certificate of "localhost" is refused: .*expired/],
    forbid   => ["http://forbid.test$to/", $via,
                 qr/the proxy refused to connect: its status is 403$/],
    gone     => ["http://gone.test$to/", $via,
                 qr/the proxy refused to connect: its status is 410$/],
    busy     => ["http://busy.test$to/", $via,
                 qr/the proxy refused to connect: its status is 503$/],
    moved    => ["http://moved.test$to/", $via,
                 qr/the proxy refused to connect: its status is 302$/],
    ssh      => ["http://ssh.test$to/", $via,
                 qr/of the proxy: the answer is not HTTP\/1\.x$/],
    large    => ["http://large.test$to/", $via,
                 qr/of the proxy: the answer's head is too large$/],
    endless  => ["http://endless.test$to/", $via,
                 qr/of the proxy: too many interim answers$/],
    cut      => ["http://cut.test$to/", $via,
                 qr/the proxy closed the connection without an answer$/],
    close    => ["http://close.test$to/", $via,
                 qr/the proxy closed the connection without an answer$/],
    hang     => ["http://hang.test$to/", "$via timeout connect=200ms;",
                 qr/timed out after 200 ms while asking a proxy for a tunnel$/
                ],
    early    => ["http://early.test$to/", $via,
                 qr/the proxy sent more than an answer$/],
    nobody   => ["http://out.test$to/nobody",
                 "proxy http://127.0.0.1:$nobody;",
                 qr/no connection: connect\(\) failed \(111: /],
    noport   => ["http://out.test:1/", $via,
                 qr/the proxy refused to connect: its status is 502$/],

    named    => ["http://out.test$to/named",
                 'proxy http://proxy.test:' . $proxy->port . ';'],
    lost     => ["http://out.test$to/lost", 'proxy http://lost.test:3128;',
                 qr/"lost\.test" could not be looked up/],
    several  => ["http://out.test$to/several", 'proxy http://proxies;'],

    user     => ["http://out.test$to/user",
                 "proxy http://127.0.0.1:$strict_port user=nginx"
                 . ' password=file:%%PREFIX%%/proxy.pass;'],
    stranger => ["http://out.test$to/stranger",
                 "proxy http://127.0.0.1:$strict_port user=nginx"
                 . ' password=another-word;',
                 qr/refused to connect: its status is 407 \(it asks for /],
    without  => ["http://out.test$to/without",
                 "proxy http://127.0.0.1:$strict_port;",
                 qr/refused to connect: its status is 407 \(it asks for /],
    direct   => ["http://127.0.0.1$to/direct", ''],
);

delete $case{$_}[3] for keys %case;

my @all = sort keys %case;

$case{rested} = ['http://half/rested', "$via retry attempts=3 first=10ms;"];

my $types = join '', map { "webhook_event_type t.$_;\n" } sort keys %case;
my $rules = join '', map { "webhook_event t.$_ POST ^/e/$_\$;\n" }
            sort keys %case;

my $endpoints = join '', map { <<"CONF" } sort keys %case;
    webhook_endpoint $_ {
        url    $case{$_}[0];
        events t.$_;
        @{[ $case{$_}[1] =~ /retry/ ? '' : 'retry attempts=1;' ]}
        $case{$_}[1]
    }
CONF

$t->config(
    http => <<"CONF",
    webhook_store %%STORE%% size=64m;
    resolver 127.0.0.1:%%PORT_dns%% ipv6=off;

    upstream servers {
        server 127.0.0.1$to;
    }

    upstream half {
        server 127.0.0.1:1;
        server 127.0.0.1$to;
    }

    upstream proxies {
        server 127.0.0.1:$nobody;
        server 127.0.0.1:@{[ $proxy->port ]} backup;
    }

    $types
    $endpoints
CONF
    server => <<"CONF",
    location = /metrics { webhook_metrics; }

    location /e/ {
        return 200 '{"id": 1}';
        $rules
    }
CONF
);

$t->start;


sub metric
{
    my ($name) = @_;

    return $t->get('/metrics')->{body} =~ /^ngx_webhook_${name}_total (\d+)$/m
           ? $1 : undef;
}

sub over { return metric('sends_delivered') + metric('sends_dead'); }

sub deliver
{
    my ($name) = @_;

    my $before = over();

    $t->post("/e/$name", '{}');

    wait_for(sub { over() > $before }, 10)
        or diag "no end of $name";
}


$t->post("/e/$_", '{}') for @all;

ok wait_for(sub { over() >= @all }, 20), 'all deliveries are over';
is metric('sends_released'), 0, 'nothing is taken for a fault of ours';

my $log = $t->error_log;
my %got;

$got{$_->{path}}++ for @{$hook->requests}, @{$safe->requests},
                       @{$old->requests};

for my $name (@all) {
    my ($why) = $log =~
                  /\.$name \(t\.$name\) is dead after 1 sends: ([^\n]*)/;

    if (my $want = $case{$name}[2]) {
        like $why // 'no line', qr/^status 0, (?:the proxy )?$want/,
             "$name: the log tells why";
        is $got{"/$name"} // 0, 0, "$name: nothing came";

    } else {
        is $why, undef, "$name: delivered";
        is $got{"/$name"}, 1, "$name: received";
    }
}


# What the proxy was asked for, and what it saw.

my @asked = @{$proxy->asked};
my ($plain) = grep { $_->{to} eq "out.test$to" } @asked;

is $plain->{head} =~ s/(ngx_http_webhook)\/[\d.]+/$1/r,
   "CONNECT out.test$to HTTP/1.1\r\nHost: out.test$to\r\n"
   . "User-Agent: ngx_http_webhook\r\n\r\n", 'the head of CONNECT';
is scalar(grep { $_->{method} ne 'CONNECT' } @asked), 0, 'never anything else';

my ($tunnel) = grep { $_->{to} =~ /^safe\.test:/ } @asked;

ok length $tunnel->{bytes}, 'TLS goes through the tunnel';
unlike $tunnel->{bytes}, qr/POST|webhook-id/i, 'which shows nothing of it';
is $safe->requests->[0]{tls}{sni}, 'safe.test', 'the name is asked for in TLS';

ok $proxy->count("127.0.0.1$to") >= 3,
   'literals, servers and names that were judged go by their address';
is $proxy->count("here.test$to"), 0, 'and a judged name is not told';
is scalar(grep { $_->{to} =~ /^10\./ } @asked), 0,
   'what is not allowed is not asked for';
is scalar(grep { $_->{to} =~ /^old\.test/ } @asked), 1,
   'a certificate that is refused is no reason to ask again';

is join(' ', sort map { $_->{auth} // 'none' } @{$strict->asked}),
   'nginx:another-word nginx:s3cret-word none',
   'the credentials of each endpoint';
is scalar(grep { exists $_->{headers}{'proxy-authorization'} }
          @{$hook->requests}), 0, 'which no endpoint gets';
unlike $t->error_log, qr/s3cret|another-word|bmdpbng6/, 'nor the log';


# Tunnels are kept, for those alone who would have asked for the same.

my $count = @{$proxy->asked};

deliver($_) for qw(plain again plain again);

is scalar(@{$proxy->asked}), $count, 'a tunnel is used again';
is $hook->requests->[-1]{conn}, $hook->requests->[-2]{conn},
   'by both endpoints';

deliver('direct');

my @last = @{$hook->requests}[-2, -1];

is $last[1]{path}, '/direct', 'an endpoint without a proxy';
isnt $last[0]{conn}, $last[1]{conn}, 'does not use it';

$count = @{$strict->asked};

deliver($_) for qw(without stranger);

is scalar(@{$strict->asked}), $count + 2,
   'nor do those with other credentials';


# Of several servers behind it, one that it cannot reach is passed over.

deliver('rested') for 1 .. 5;

is scalar(grep { $_->{path} eq '/rested' } @{$hook->requests}), 5,
   'each send comes by the server that can be reached';
cmp_ok $proxy->count('127.0.0.1:1'), '<', 3, 'the other is left alone';

$t->stop;
$t->ok_logs;


# What cannot work is an error of the configuration.

sub refuse
{
    my ($url, $proxy, $want) = @_;

    my $bad = Webhook::Test->new;

    $bad->config(http => <<"CONF");
    webhook_store %%STORE%% size=16m;
    webhook_event_type t.a;

    upstream local {
        server unix:/run/hook.sock;
    }

    webhook_endpoint erp {
        url    $url;
        events t.a;
        proxy  $proxy;
    }
CONF

    $bad->allow(qr/\[emerg\]/);

    my ($status, $out) = $bad->test;

    isnt $status, 0, "$url $proxy: refused";
    like $out, $want, "$url $proxy: the message";
}

my $written = qr/a proxy is written as in "http:\/\/\S+", a user by "user="/;

refuse('http://a.test/', 'https://127.0.0.1:3128', $written);
refuse('http://a.test/', '127.0.0.1:3128', $written);
refuse('http://a.test/', 'http://user:word@127.0.0.1:3128', $written);
refuse('http://a.test/', 'http://127.0.0.1:3128/path', $written);
refuse('http://unix:/run/hook.sock:/', 'http://127.0.0.1:3128',
       qr/is behind a unix socket, where no "proxy" leads/);
refuse('http://local/', 'http://127.0.0.1:3128',
       qr/server "unix:\S+" of upstream "local" cannot be reached through /);
refuse('http://a.test/', 'http://nobody.invalid:3128',
       qr/host not found: "nobody\.invalid"/);

done_testing;
