
# Endpoints behind TLS: which certificates are accepted, and what is said of
# those that are not.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use Test::More;

use Webhook::Test qw(wait_for deadline);
use Webhook::Test::Tls;


my $t = Webhook::Test->new(workers => 1);

my $ca = $t->tls;
my $other = Webhook::Test::Tls->new('other');

my $ca_file = $ca->file;
my $other_file = $other->file;

my %server = (
    good    => $t->endpoint(name => 'good', tls => $ca->good),
    expired => $t->endpoint(name => 'expired', tls => $ca->expired),
    wrong   => $t->endpoint(name => 'wrong', tls => $ca->wrong_name),
    future  => $t->endpoint(name => 'future',
                    tls => $ca->certificate('future', future => 1)),
    named   => $t->endpoint(name => 'named',
                    tls => $ca->certificate('named',
                               names => ['hook.test', '*.wild.test'])),
    mutual  => $t->endpoint(name => 'mutual',
                    tls => { %{$ca->good}, ca => $ca_file }),
);

# Speaks HTTP without TLS.

$t->backend(plain => 'location / { return 200; }');

# Takes connections and says nothing.

my $mute = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 10,
                                 Proto => 'tcp')
    or die "listen: $!\n";
my $mute_port = $mute->sockport;

# Answers 200 to a resumed session alone.

my $cert = $ca->good;
my $resume_port = Webhook::Test::free_port();

$t->backend(resume => <<"CONF");
    listen 127.0.0.1:$resume_port ssl;
    ssl_certificate $cert->{cert};
    ssl_certificate_key $cert->{key};
    ssl_session_cache builtin:100;
    keepalive_timeout 0;

    location / {
        if (\$ssl_session_reused = r) { return 200; }
        return 500;
    }
CONF

my $client = $ca->client;

# A key that needs a password, the second of the file.

my $passwords = $t->file('passwords', "no-password\nkey-password\n");
my $locked = "$passwords.key";

system('openssl', 'pkey', '-in', $client->{key}, '-out', $locked,
       '-aes128', '-passout', 'pass:key-password') == 0
    or die "openssl pkey failed\n";

$t->dns(map { ($_ => ['127.0.0.1']) }
        qw(hook.test a.wild.test a.b.wild.test good.test));

my $refused = qr/status 0, the certificate of "\S+" is refused: /;

# name => [URL, tls, what the log says of it; undef: delivered]

my %case = (
    good      => ['https://127.0.0.1:%%PORT_good%%/good', "ca=$ca_file"],
    verify    => ['https://127.0.0.1:%%PORT_good%%/verify',
                  "ca=$ca_file verify=on"],
    system    => ['https://127.0.0.1:%%PORT_good%%/system', undef,
                  qr/${refused}unable to get local issuer certificate$/],
    other     => ['https://127.0.0.1:%%PORT_good%%/other', "ca=$other_file",
                  qr/$refused\S/],
    expired   => ['https://127.0.0.1:%%PORT_expired%%/expired',
                  "ca=$ca_file", qr/${refused}certificate has expired$/],
    future    => ['https://127.0.0.1:%%PORT_future%%/future',
                  "ca=$ca_file", qr/${refused}certificate is not yet valid/],
    address   => ['https://127.0.0.1:%%PORT_named%%/address',
                  "ca=$ca_file", qr/${refused}IP address mismatch$/],
    wrong     => ['https://good.test:%%PORT_wrong%%/wrong',
                  "ca=$ca_file", qr/${refused}hostname mismatch$/],
    off       => ['https://127.0.0.1:%%PORT_expired%%/off', 'verify=off'],
    offname   => ['https://good.test:%%PORT_wrong%%/offname', 'verify=off'],
    name      => ['https://127.0.0.1:%%PORT_named%%/name',
                  "ca=$ca_file name=hook.test"],
    host      => ['https://hook.test:%%PORT_named%%/host', "ca=$ca_file"],
    upper     => ['https://HOOK.Test:%%PORT_named%%/upper', "ca=$ca_file"],
    wild      => ['https://a.wild.test:%%PORT_named%%/wild', "ca=$ca_file"],
    deep      => ['https://a.b.wild.test:%%PORT_named%%/deep',
                  "ca=$ca_file", qr/${refused}hostname mismatch$/],
    mutual    => ['https://127.0.0.1:%%PORT_mutual%%/mutual',
                  "ca=$ca_file cert=$client->{cert} key=$client->{key}"],
    locked    => ['https://127.0.0.1:%%PORT_mutual%%/locked',
                  "ca=$ca_file cert=$client->{cert} key=$locked"
                  . " password_file=$passwords"],
    nobody    => ['https://127.0.0.1:%%PORT_mutual%%/nobody', "ca=$ca_file",
                  qr/status 0, (?:no answer|no TLS|the request)/],
    plain     => ['https://127.0.0.1:%%PORT_plain%%/plain', "ca=$ca_file",
                  qr/status 0, no TLS: /],
    mute      => ["https://127.0.0.1:$mute_port/mute", "ca=$ca_file",
                  qr/status 0, timed out after 200 ms while shaking hands /],
    resume    => ["https://127.0.0.1:$resume_port/resume", "ca=$ca_file"],
);

delete $case{$_}[3] for keys %case;

my $types = join '', map { "webhook_event_type t.$_;\n" } sort keys %case;

my $rules = join '', map { "webhook_event t.$_ POST ^/e/$_\$;\n" }
            sort keys %case;

my $endpoints = join '', map { <<"CONF" } sort keys %case;
    webhook_endpoint $_ {
        url     $case{$_}[0];
        events  t.$_;
        retry   attempts=1;
        timeout @{[ $_ eq 'mute' ? 'connect=200ms' : 'connect=60s' ]}
                read=60s total=60s;
        @{[ $case{$_}[1] ? "tls $case{$_}[1];" : '' ]}
    }
CONF

$t->config(
    http => <<"CONF",
    webhook_store %%STORE%% size=64m;
    resolver 127.0.0.1:%%PORT_dns%% ipv6=off;

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


my @all = grep { $_ ne 'resume' } sort keys %case;

$t->post("/e/$_", '{}') for @all;

ok wait_for(sub { over() >= @all }, 20), 'all deliveries are over';

my $log = $t->error_log;
my %got;

for my $server (values %server) {
    $got{$_->{path}}++ for @{$server->requests};
}

for my $name (@all) {
    my ($why) = $log =~
                  /\.$name \(t\.$name\) is dead after 1 sends: ([^\n]*)/;

    if (my $want = $case{$name}[2]) {
        like $why // 'no line', $want, "$name: the log tells why";
        is $got{"/$name"} // 0, 0, "$name: nothing of the request went out";

    } else {
        is $why, undef, "$name: delivered";
        is $got{"/$name"}, 1, "$name: received";
    }
}

sub tls_of
{
    my ($server, $path) = @_;

    my ($r) = grep { $_->{path} eq $path } @{$server{$server}->requests};

    return $r->{tls};
}

is tls_of('named', '/host')->{sni}, 'hook.test', 'the host is asked for';
is tls_of('named', '/upper')->{sni}, 'hook.test', 'in lower case';
is tls_of('named', '/name')->{sni}, 'hook.test', 'or the name that is set';
ok !defined tls_of('good', '/good')->{sni}, 'but no address';


# Connections and sessions are used again.

my %conns = map { ($_->{conn} => 1) } @{$server{good}->requests};

my $count = $server{good}->count;

$t->post('/e/good', '{}');
$server{good}->wait_requests($count + 1, 5);

is $server{good}->count, $count + 1, 'one send more';
ok $conns{$server{good}->requests->[-1]{conn}}, 'a connection is kept';

wait_for(sub { over() == @all + 1 }, 10);

my $done = over();
my $delivered = metric('sends_delivered');

$t->post('/e/resume', '{}');
wait_for(sub { over() == $done + 1 }, 10);

is metric('sends_delivered'), $delivered, 'the first session is a new one';

$t->post('/e/resume', '{}');
wait_for(sub { over() == $done + 2 }, 10);

is metric('sends_delivered'), $delivered + 1, 'the next resumes it';

my @old = $t->workers;

ok $t->reload, 'reload';
ok $t->wait_gone(\@old, 3), 'idle connections keep no worker alive';


# What cannot be read is an error of the configuration.

sub refuse
{
    my ($tls, $want, $name) = @_;

    my $bad = Webhook::Test->new;

    $bad->config(http => <<"CONF");
    webhook_store %%STORE%% size=16m;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url    https://127.0.0.1:1/;
        events order.add;
        tls    $tls;
    }
CONF

    $bad->allow(qr/\[emerg\]/);

    my ($status, $out) = $bad->test;

    isnt $status, 0, "$name: refused";
    like $out, $want, "$name: the message";
}

refuse('ca=/nonexistent.pem',
       qr/the certificates of "ca=\/nonexistent\.pem" cannot be read in \S+:/,
       'no CA file');
refuse("ca=$client->{key}", qr/the certificates of "ca=\S+" cannot be read/,
       'a CA file without a certificate');
refuse("cert=/nonexistent.pem key=$client->{key}",
       qr/the client certificate cannot be used in \S+:\d+/,
       'no client certificate');
refuse("cert=$client->{cert} key=$cert->{key}",
       qr/the client certificate cannot be used in \S+:\d+/,
       'a key of another certificate');

refuse("cert=$client->{cert} key=$locked",
       qr/the client certificate cannot be used in \S+:\d+/,
       'a key without its password');
refuse("cert=$client->{cert} key=$locked password_file=$client->{cert}",
       qr/the client certificate cannot be used in \S+:\d+/,
       'a key without the right password');
refuse("password_file=$passwords",
       qr/has a "password_file=" without a "key="/, 'passwords of no key');

$t->stop;
$t->ok_logs;

done_testing;
