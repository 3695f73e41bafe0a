#
# Certificates of endpoints: one that names no server but in its subject is
# refused, and a session is not resumed once the certificate that it began
# with has ended.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Test qw(wait_for);
use Webhook::Test::Tls;


# The certificate has to end while the test runs, and what comes before that has
# to be over by then, however slow the machine is: where it was not, all is done
# again, with one that lasts longer.

my $life = 5;

while (!attempt($life)) {
    die "in $life seconds nothing is done\n" if $life > 150;

    diag "a certificate for $life seconds has ended too soon";
    $life *= 3;
}

done_testing;


sub attempt
{
    my ($life) = @_;

    my $t = Webhook::Test->new;

    my $ca = $t->tls;
    my $ca_file = $ca->file;

    my %cert = (
        name => $ca->certificate('name', names => [], common => 'hook.test'),
        address => $ca->certificate('address', names => [],
                                    common => '127.0.0.1'),
    );

    $t->endpoint(name => $_, tls => $cert{$_}) for sort keys %cert;

    my %port = map { $_ => Webhook::Test::free_port() } qw(tls12 tls13);

    $t->dns('hook.test' => ['127.0.0.1']);

    my %url = (
        name => 'https://hook.test:%%PORT_name%%/',
        address => 'https://127.0.0.1:%%PORT_address%%/',
        map { ($_ => "https://127.0.0.1:$port{$_}/",
               "${_}again" => "https://127.0.0.1:$port{$_}/resumed",
               "${_}late" => "https://127.0.0.1:$port{$_}/late") }
            sort keys %port
    );

    $t->config(http => <<"CONF", server => <<"CONF2");
    webhook_store %%STORE%% size=16m;
    resolver 127.0.0.1:%%PORT_dns%% ipv6=off;
@{[ map { <<"ENDPOINT" } sort keys %url ]}
    webhook_event_type t.$_;
    webhook_endpoint $_ {
        url     $url{$_};
        events  t.$_;
        retry   attempts=1;
        timeout connect=60s read=60s total=60s;
        tls     ca=$ca_file;
    }
ENDPOINT
CONF
@{[ map { "location = /e/$_ { webhook_event t.$_ POST ^/; return 200 '{}'; }\n" }
    sort keys %url ]}
CONF2

    $t->start;

    my $end = int(time + 1 + $life);

    backend($t, $ca->certificate('short', ends => $end), %port);

    my %first = map { $_ => outcome($t, $_) }
                map { ($_, "${_}again") } sort keys %port;

    if (time >= $end) {
        $t->stop;
        return 0;
    }

    for my $name (sort keys %port) {
        is $first{$name}, 'delivered', "$name: a certificate that will end";
        is $first{"${name}again"}, 'delivered', "$name: its session is resumed";
    }

    for my $name (sort keys %cert) {
        is outcome($t, $name), 'dead', "a name in the subject alone: $name";
        like why($t, $name), qr/is refused: (?:hostname|IP address) mismatch/,
             'is refused';
    }

    ok wait_for(sub { time > $end + 1 }, $life + 5), 'it has ended';

    for my $name (qw(tls12late tls13late)) {
        is outcome($t, $name), 'dead', "$name: no session is resumed then";
        like why($t, $name), qr/is refused: certificate has expired/,
             'it is refused';
    }

    $t->stop;
    $t->ok_logs;

    return 1;
}


# Answers 200 to all, 500 to a new session where it is asked for one that is
# resumed.

sub backend
{
    my ($t, $cert, %port) = @_;

    return $t->backend(short => join '', map { <<"CONF" } sort keys %port);
    }
    server {
        listen 127.0.0.1:$port{$_} ssl;
        ssl_protocols @{[ $_ eq 'tls12' ? 'TLSv1.2' : 'TLSv1.3' ]};
        ssl_certificate $cert->{cert};
        ssl_certificate_key $cert->{key};
        ssl_session_cache builtin:100;
        ssl_session_timeout 1d;
        keepalive_timeout 0;

        location /resumed {
            if (\$ssl_session_reused = r) { return 200; }
            return 500;
        }

        location / { return 200; }
CONF
}


sub outcome
{
    my ($t, $name) = @_;
    my $state;

    $t->post("/e/$name", '{}');

    wait_for(sub {
        my $out = ($t->ctl('--json', 'list', "--endpoint=$name"))[1];
        ($state) = $out =~ /"state": ?"(delivered|dead)"/;
    }, 30);

    return $state // 'none';
}


sub why
{
    my ($t, $name) = @_;

    return $t->error_log =~ /\.$name \(t\.$name\) is dead [^:]*: ([^\n]*)/
           ? $1 : '';
}
