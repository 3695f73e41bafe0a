#
# No large body makes a turn of the event loop long: events of 11 MB responses
# and requests, in each form that an endpoint may want.  What counts is the
# processor time of the worker's main thread.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Socket::INET;
use POSIX ();
use Test::More;

use Webhook::Nginx qw(build_dir);
use Webhook::Sandbox qw(at_end kill_now spawn write_file);
use Webhook::Test qw(wait_for deadline temp_dir slurp asan);


my $most = 20;                          # ms

my $turns = build_dir() . '/interop/libwebhook_turns.so';

plan skip_all => 'make interop builds what measures' unless -e $turns || asan();

my $size = asan() ? 1024 * 1024 : 11 * 1024 * 1024;

my $file = temp_dir('turns') . '/longest';

open my $fh, '>', $file or die "$file: $!";
print $fh "\0" x 8;
close $fh;
chmod 0666, $file;

my $t = Webhook::Test->new(workers => 1, asan() ? ()
            : (env => { LD_PRELOAD => $turns, WEBHOOK_TURNS => $file }));


sub longest
{
    open my $in, '<:raw', $file or die "$file: $!";
    read $in, my $bytes, 8;

    return unpack('Q', $bytes) / 1e6;
}


sub begin
{
    open my $out, '+<:raw', $file or die "$file: $!";
    print $out "\0" x 8;
    close $out;
}


# The bodies: many small objects, one long string, one object of many keys.

my %body;

{
    my ($n, @parts) = (0);

    push @parts, sprintf '{"id":%d,"name":"Product <%d> & co","price":12.5,'
                         . '"tags":["a","b"]}', $n, $n
        while $n++ < $size / 72;

    $body{rows} = '[' . join(',', @parts) . ']';
    $body{text} = '{"a":"' . 'x<&>\u00e9' x ($size / 10) . '"}';
    $body{keys} = '{' . join(',', map { qq{"k$_":$_} } 1 .. $size / 16) . '}';
}

my $www = temp_dir('www');
chmod 0755, $www;

for my $shape (sort keys %body) {
    open my $out, '>', "$www/$shape.json" or die;
    print $out $body{$shape};
    close $out;
}

SKIP: {
    last if system("gzip -k $www/rows.json") != 0;
    rename "$www/rows.json.gz", "$www/gzip.json";
}

$t->backend(api => <<"CONF");
    client_max_body_size 64m;
    location / {
        root $www;
        types { application/json json; }
        error_page 405 =200 \$uri;
    }
    location = /gzip.json {
        root $www;
        types { application/json json; }
        error_page 405 =200 \$uri;
        add_header Content-Encoding gzip;
    }
    location = /small { default_type application/json; return 200 '{"a":1}'; }
CONF

# It reads the bodies and throws them away.

my $ends = temp_dir('ends') . '/end';

my $sink = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 64)
    or die "listen: $!";

my $reader = spawn(sub {
    while (my $client = $sink->accept) {
        next if fork;

        close $sink;

        my ($in, $end) = ('', '');

        while (sysread $client, $in, 1 << 20, length $in) {
            $in =~ /\r\n\r\n/ or next;

            my ($head, $rest) = split /\r\n\r\n/, $in, 2;
            my ($left) = $head =~ /^content-length: (\d+)/im;

            $left -= length $rest;
            $end = substr ' ' x 200 . $rest, -200;

            while ($left > 0) {
                my $n = sysread $client, $in, $left < 1 << 20 ? $left : 1 << 20;
                POSIX::_exit(0) unless $n;
                $left -= $n;
                $end = substr $end . $in, -200;
            }

            write_file($ends, $end);
            $in = '';
            syswrite $client, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        }

        POSIX::_exit(0);
    }
});

at_end(sub { kill_now($reader); });

my $port = $sink->sockport;

my %kinds = (
    plain    => '',
    xml      => 'format xml;',
    envelope => 'envelope standard;',
    both     => 'format xml; envelope cloudevents;',
    filter   => 'filter "data exists";',
    v1       => 'secret whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz;',
    v1a      => 'secret whsk_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=;',
    body     => 'body \'{"all": ${data}, "was": "${var.request_uri}",'
                . ' "part": "${uri.what}"}\';',
);

my $http = "webhook_store %%STORE%% size=2g;\n";
my $server = "location = /t { return 204; }\n";

for my $kind (sort keys %kinds) {
    $http .= <<"CONF";
    webhook_event_type big.$kind;
    webhook_endpoint $kind {
        url     http://127.0.0.1:$port/$kind;
        events  big.$kind;
        timeout total=60s send=30s read=30s;
        $kinds{$kind}
    }
CONF
    $server .= <<"CONF";
    location /$kind/ {
        webhook_event big.$kind * ^/$kind/(?<what>\\w+) status=200;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }
CONF
}

$server .= <<'CONF';
    location = /request {
        webhook_event big.xml * ^/ status=200 payload=request;
        proxy_pass http://127.0.0.1:%%PORT_api%%/small;
    }
    location /late/ {
        webhook_commit after_response;
        webhook_event big.xml * ^/ status=200;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }
    location = /metrics { webhook_metrics; }
CONF

$t->config(
    http   => "client_max_body_size 64m;\nwebhook_payload_max 64m;\n$http",
    server => $server);

$t->start;


my $sent = 0;

sub try_one
{
    my ($name, $method, $uri, $body, %options) = @_;

    begin();

    my $r = $t->request($method, $uri, $body, timeout => deadline(20),
                        headers => ['Content-Type' => 'application/json',
                                    @{$options{headers} // []}]);

    is $r->{status}, 200, "$name: the client has its answer";

    $sent++;

    my $delivered = wait_for(sub {
        my $text = $t->get('/metrics')->{body};

        return $text =~ /^ngx_webhook_sends_delivered_total (\d+)/m
               && $1 >= $sent;
    }, deadline(20));

    ok $delivered, "$name: it is delivered" or exit 1;

    return if asan();

    my $ms = longest();

    cmp_ok $ms, '<', $most,
        sprintf "%s: no turn of the event loop is long (%.1f ms)", $name, $ms;
}


for my $kind (sort keys %kinds) {
    for my $shape (sort keys %body) {
        try_one("$kind, $shape", 'POST', "/$kind/$shape.json", '{}');

        next unless $kind eq 'body';

        like slurp($ends), qr{ "was":\ "/body/$shape\.json",
                               \ "part":\ "$shape"\} \z}x,
            'what nginx is asked for was taken before';
    }
}

try_one('xml, gzip', 'POST', '/xml/gzip.json', '{}') if -e "$www/gzip.json";
try_one('xml, of the request', 'POST', '/request', $body{rows});
SKIP: {

    # of which few bytes come

    my $file = temp_dir('gzip') . '/text.gz';

    write_file("$file.json", $body{text});
    last if system("gzip -c $file.json > $file") != 0;

    try_one('xml, gzip of the request', 'POST', '/request', slurp($file),
            headers => ['Content-Encoding' => 'gzip']);
}

try_one('xml, after the response', 'GET', '/late/rows.json');

$t->stop;
$t->ok_logs;

done_testing;
