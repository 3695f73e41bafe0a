#
# No large body makes a turn of the event loop long: events of 11 MB responses
# and requests, in each form that an endpoint may want.  What counts is the
# processor time of the worker's main thread.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Sandbox qw(write_file);
use Webhook::Test qw(wait_for deadline temp_dir slurp asan);
use Webhook::Test::Turns;


my $turns = Webhook::Test::Turns->new
    or plan skip_all => 'make interop builds what measures';

my $size = asan() ? 1024 * 1024 : 11 * 1024 * 1024;

my $t = Webhook::Test->new(workers => 1, $turns->options);


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

my $ends = temp_dir('ends') . '/end';
my $port = $turns->sink($ends);

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

    $turns->begin;

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

    $turns->ok($name);
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
