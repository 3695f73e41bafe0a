# client_body_early_read (nginx 1.31.5): the body is read before any handler has
# seen the request, and what goes wrong there is logged.  The secret is in no
# line, and the receiver answers as it does otherwise.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp);
use Webhook::Test::Client;

my ($minor, $patch) = Webhook::Test::version();

plan skip_all => 'nginx has no client_body_early_read'
    if $minor < 31 || $minor == 31 && $patch < 5;

my $token = 'Secret_Token-of-the_hook-0123456789';
my $large = '{"a": "' . 'x' x 20000 . '"}';

my $t = Webhook::Test->new(http2 => 1);
my $api = $t->api;

$api->answer('*', 200);

chmod 0600, $t->file('order.token', "$token\n");

# Two servers inherit the directive, a third one has its own, and looks at what
# is masked.

$t->config(http => <<'CONF', server => <<'CONF');
    client_body_early_read 1;
    client_body_timeout 1s;
    client_max_body_size 100k;
    client_body_buffer_size 1k;

    log_format all escape=none '$request|$request_uri|$uri|$status|$webhook_status';
    access_log logs/all.log all;

    map $request_uri $all { default 0; ~^/web/hook/\*\*\*$ 1; ~/plain 1; }

    webhook_receiver order {
        secret file:../order.token;
        action POST /pos/order '{"a": "${a}"}';
    }

    server {
        listen 127.0.0.1:%%PORT_pages%%;
        error_page 400 408 413 /page;

        location ^~ /web/hook/ { webhook_receive; }
        location = /page {
            internal;
            proxy_pass http://127.0.0.1:%%PORT_api%%;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_set_header X-All "$request|$request_uri|$uri|$document_uri";
        }
        location /pos/ {
            internal;
            proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
    }

    server {
        listen 127.0.0.1:%%PORT_named%%;
        client_body_early_read $all;
        error_page 413 @named;

        location ^~ /web/hook/ { webhook_receive; }
        location /plain/ { proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location @named {
            proxy_pass http://127.0.0.1:%%PORT_api%%;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_set_header X-All "$request|$request_uri|$uri|$document_uri";
        }
        location /pos/ {
            internal;
            proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
    }
CONF
    location ^~ /web/hook/ { webhook_receive; }

    # ordinary ones below it
    location ^~ /web/hook/static/ { return 200 "$request_uri $uri"; }
    location ^~ /web/hook/passed/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location /pos/ {
        internal;
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }
CONF

$t->start;

my %client = map { $_ => Webhook::Test::Client->new(port => $t->port($_)) }
                 qw(pages named);
$client{''} = $t->client;

my @json = ('Content-Type' => 'application/json',
            Referer => "http://localhost/web/hook/$token");
my $shown = '';

sub call
{
    my ($where, $path, $body, %options) = @_;

    my $r = $client{$where}->request('POST', $path, $body, close => 1,
                                     headers => \@json, %options);
    $client{$where}->close;

    $shown .= ($r->{body} // '') . join '', map { $_ // '' }
                                            @{$r->{raw_headers} // []};
    return $r->{status};
}

# a line that core writes while it reads, with the masked request in it

sub told
{
    my ($what, $text) = @_;

    ok $t->wait_log(qr{$text.*request: "POST /web/hook/\*\*\*"}),
       "$what: told, and masked";
}

for my $where ('', 'pages', 'named') {
    my $mark = $t->mark;

    is call($where, "/web/hook/$token", '{"a": "b"}'), 200, "$where: a call";
    is call($where, "/web/hook/$token?q=1", $large),
        200, "$where: a large one";
    is call($where, "/web/hook/$token", undef,
            chunked => ['{"a":', ' "c"}']), 200, "$where: in chunks";
    is call($where, "/web/hook/$token", '{"a"'), 400, "$where: not JSON"
        if $where ne 'pages';
    is call($where, "/web/hook/${token}x", '{}'), 404, "$where: unknown";
}

my ($got) = grep { ($_->{body} // '') =~ /xxx/ } @{$api->requests};
is length($got->{body}), length($large), 'the large one has come whole';

# What core refuses.  Error pages of the second and third server are the API's.

for my $where ('', 'pages', 'named') {
    like call($where, "/web/hook/$token", 'x' x 200_000), qr/413|20[01]|^0$/,
        "$where: too large";
}

told('too large', 'client intended to send too large body');

for my $where ('', 'pages') {
    my $answer = $client{$where}->raw(
        "POST /web/hook/$token HTTP/1.1\r\nHost: localhost\r\n"
        . "Referer: http://localhost/web/hook/$token\r\n"
        . "Content-Type: application/json\r\nConnection: close\r\n"
        . "Transfer-Encoding: chunked\r\n\r\nzz\r\n") // '';
    like $answer, qr{^HTTP/1.1 (400|20[01]) }, "$where: bad chunks";
    $shown .= $answer;
}

told('bad chunks', 'client sent invalid chunked body');

for my $where ('', 'pages') {
    my $answer = $client{$where}->raw(
        "POST /web/hook/$token HTTP/1.1\r\nHost: localhost\r\n"
        . "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
    $shown .= $answer // '';
}

my $gone = $t->client;
$gone->begin('POST', "/web/hook/$token", '{"a": 1}',
             headers => [@json, 'Content-Length' => 100]);
$gone->close;

told('the client leaves', 'client prematurely closed connection');

# HTTP/2, whose body comes in frames

for my $case (["/web/hook/$token", 200], ["/web/hook/$token/", 404]) {
    my $r = $t->curl('POST', $case->[0], $large, http2 => 1, headers => \@json);
    is $r->{status}, $case->[1], "HTTP/2: $case->[1]";
    $shown .= $r->{body};
}

my $refused = $t->curl('POST', "/web/hook/$token", 'x' x 200_000, http2 => 1,
                       headers => \@json);
like $refused->{status}, qr/413|^0*$/, 'HTTP/2: too large';

# ordinary locations are as they were

my $file = 'a-very-long-name-of-a-file.css';

is $t->request('POST', "/web/hook/static/$file?a=b", 'a=b')->{body},
    "/web/hook/***?a=b /web/hook/static/$file", 'a file below the prefix';
is $t->request('POST', '/web/hook/static/a.css?a=b', 'a=b')->{body},
    '/web/hook/static/a.css?a=b /web/hook/static/a.css', 'with a short name';
ok $t->request('POST', '/web/hook/passed/a.css?a=b', 'a=b')->{status},
    'a proxy below the prefix';
is((grep { $_->{path} =~ /passed/ } @{$api->requests})[0]{uri},
    '/web/hook/passed/a.css?a=b', 'passes the path on');
ok $client{named}->request('POST', '/plain/x?y=z', $large)->{status},
    'another location';
is((grep { $_->{path} =~ /plain/ } @{$api->requests})[0]{uri}, '/plain/x?y=z',
    'passes its path on');

$t->stop;

my %text = (
    'the access log' => slurp($t->prefix . '/logs/all.log'),
    'the error log'  => slurp($t->prefix . '/logs/error.log'),
    'the answers'    => $shown,
    'the API'        => join("\n", map { my $q = $_;
        ($q->{uri}, $q->{body} // '', map { @$_ } @{$q->{raw_headers}}) }
        @{$api->requests}),
);

for my $what (sort keys %text) {
    my @leaks = grep { /Secret_Token/ } split /\n/, $text{$what};
    is "@leaks", '', "$what: not the secret";
}

like $text{'the access log'}, qr{^POST \*\*\*\|\*\*\*\|\*\*\*\|413\|}m, 'of one that is refused';
like $text{'the access log'}, qr{^POST /web/hook/\*\*\* HTTP/1\.1\|/web/hook/\*\*\*\|/web/hook/\*\*\*\|200\|ok$}m,
    'what the access log shows instead';

$t->ok_logs;

done_testing;
