# The secret of a receiver's URL: in no log, no error page, no request to an
# upstream, whoever refuses the call and why (I6).

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp);
use Webhook::Test::Client;

my $token = 'Secret_Token-of-the_hook-0123456789';
my $other = 'another-Token-of-another_hook-98765';

my $t = Webhook::Test->new(http2 => 1);
my $api = $t->api;

$api->answer('*', 200);

$t->file('order.token', "$token\n");

# every variable that can show a URL

my $vars = join '|', map { "\$$_" } qw(
    request request_uri uri document_uri args query_string is_args
    request_filename request_method request_body document_root
    server_protocol scheme host http_host http_referer status
    webhook_receiver webhook_status webhook_event set_uri set_request
    map_uri request_id
);

$t->config(
    http => <<"CONF" . <<'CONF2',
        log_format all escape=none '$vars';
        access_log logs/all.log all;
CONF
        map $uri $map_uri { default $uri; }
        map $request_uri $bad { default 0; ~^/web/hook/.*bad=1 1; }

        limit_req_zone $server_name zone=one:64k rate=1r/m;
        limit_conn_zone $server_name zone=conn:64k;

        webhook_receiver order {
            secret file:../order.token;
            action POST /pos/order '{"uri": "${var.uri}",
                "request": "${var.request}", "raw": "${var.request_uri}",
                "set": "${var.set_uri}", "map": "${var.map_uri}"}';
        }

        # an ordinary location of the same name, on another server
        server {
            listen 127.0.0.1:%%PORT_plain%%;
            access_log logs/plain.log all;
            location /web/hook/ { return 200 "$request_uri $uri"; }
            location /pass/web/hook/ {
                proxy_pass http://127.0.0.1:%%PORT_api%%;
            }
        }
CONF2
    server => <<'CONF',
        error_log logs/notice.log notice;
        large_client_header_buffers 4 1k;

        rewrite_log on;
        set $set_uri $uri;
        set $set_request "$request $request_uri $document_uri $uri";

        location ^~ /web/hook/ { webhook_receive; }

        location ^~ /web/hook/denied/ { webhook_receive; deny all; }
        location ^~ /web/hook/req/ {
            webhook_receive; limit_req zone=one;
        }
        location ^~ /web/hook/small/ {
            webhook_receive; client_max_body_size 10;
        }
        location ^~ /web/hook/auth/ {
            webhook_receive; auth_request /auth;
        }
        location ^~ /web/hook/mirror/ {
            webhook_receive; mirror /mirror;
        }
        location ^~ /web/hook/paged/ {
            webhook_receive; deny all; error_page 403 /paged;
        }
        location ^~ /web/hook/rewritten/ {
            webhook_receive;
            rewrite ^(.*)$ $1 break;
        }
        location ^~ /web/hook/basic/ {
            webhook_receive;
            auth_basic closed; auth_basic_user_file /nonexistent;
        }

        # below a prefix that receives, but no receiver
        location ^~ /web/hook/static/ { return 200 "$request_uri $uri"; }
        location ^~ /web/hook/passed/ {
            proxy_pass http://127.0.0.1:%%PORT_api%%;
        }

        # a rewrite from where nobody masks
        location ^~ /short/ {
            rewrite_log off;
            set $set_uri ""; set $set_request "";
            rewrite ^/short/(.*)$ /web/hook/$1 last;
        }

        location = /auth {
            internal;
            proxy_pass http://127.0.0.1:%%PORT_api%%/auth;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            include ../shown;
        }
        location = /mirror {
            internal;
            proxy_pass http://127.0.0.1:%%PORT_api%%/mirror;
            include ../shown;
        }
        location = /paged {
            internal;
            proxy_pass http://127.0.0.1:%%PORT_api%%/paged;
            include ../shown;
        }
        location /pos/ {
            internal;
            log_subrequest on;
            proxy_pass http://127.0.0.1:%%PORT_api%%;
            include ../shown;
        }

        # for requests that core refuses before any phase
        error_page 400 414 494 /early;
        location = /early {
            internal;
            proxy_pass http://127.0.0.1:%%PORT_api%%/early;
            include ../shown;
        }
CONF
);

$t->file('shown', join '', map { "proxy_set_header X-V-$_->[0] \"$_->[1]\";\n" }
    [request => '$request'], [uri => '$request_uri'], [path => '$uri'],
    [doc => '$document_uri'], [set => '$set_uri $set_request'],
    [map => '$map_uri'], [file => '$request_filename'], [args => '$args']);

$t->start;

my %json = (headers => ['Content-Type' => 'application/json']);
my $shown = '';     # all that a caller was sent

sub call
{
    my ($where, $body, %options) = @_;

    # some callers send what they call as their Referer too, which is known
    # for what it is below a receiving prefix

    my $at = $where =~ m{^/} ? "http://localhost$where" : $where;
    $at =~ s{/short/}{/web/hook/};
    $options{headers} = [@{$options{headers} // $json{headers}},
                         Referer => $at, referer => "$at?x=1"];

    my $r = $t->request('POST', $where, $body // '{}', %options);
    $shown .= ($r->{body} // '') . $r->{status}
              . join '', map { @$_ } @{$r->{raw_headers} // []};
    return $r->{status};
}


# --- what the receiver answers

is call("/web/hook/$token"), 200, 'a call';
is call("/web/hook/$token?a=1&dry_run=1"), 200, 'a dry run';
is call("/web/hook/$token", '['), 400, 'not JSON';
is call("/web/hook/$token", '{}', headers => []), 415, 'no type';
is call("/web/hook/$token/"), 404, 'a slash behind it';
is call("/web/hook/$token/more/of?it"), 404, 'more behind it';
is call("/web/hook/$token,"), 404, 'a comma behind it';
is call("/web/hook//$token"), 200, 'two slashes';
is call("/web/./hook/x/../$token"), 200, 'dots';
is call("/w%65b/hook/%" . join('%', map { sprintf '%02x', ord }
                               split //, $token)), 200, 'escapes';
is call("http://localhost/web/hook/$token"), 200, 'an absolute URI';
is call("/web/hook/" . substr($token, 0, 30)), 404, 'a part of it';
is call("/web/hook/${token}x"), 404, 'a bit too long';
is call("/web/hook/$other"), 404, 'an unknown one';

is $t->request('GET', "/web/hook/$token")->{status}, 405, 'GET';
is $t->request('HEAD', "/web/hook/$token")->{status}, 405, 'HEAD';

# --- what nginx answers in its place

is call("/web/hook/denied/$token"), 403, 'deny';
is call("/web/hook/req/$token"), 200, 'limit_req lets one pass';
is call("/web/hook/req/$token"), 503, 'limit_req';
is call("/web/hook/small/$token", '{"a": "0123456789"}'), 413,
    'client_max_body_size';
is call("/web/hook/small/$token", undef, chunked => ['{"a": "01234', '56"}']),
    413, 'client_max_body_size, in chunks';
is call("/web/hook/auth/$token"), 200, 'auth_request';
$api->answer('/auth', 403);
is call("/web/hook/auth/$token"), 403, 'auth_request refuses';
is call("/web/hook/mirror/$token"), 200, 'mirror';
is call("/web/hook/paged/$token"), 403, 'error_page, proxied';
is call("/web/hook/rewritten/$token"), 200, 'rewrite_log';
is call("/web/hook/basic/$token"), 401, 'auth_basic';
is call("/short/$token"), 404, 'a rewrite';

# --- what is refused before any handler sees it

sub raw
{
    my ($bytes, $status, $name) = @_;

    my $answer = $t->client->raw($bytes) // '';
    $shown .= $answer;

    like $answer, $status ? qr{\AHTTP/1\.1 $status } : qr/\A/, $name;
}

# error_page sends these to the API, which answers 200 in core's place

raw("POST /web/hook/$token HTTP/1.1\r\nHost: localhost\r\n"
    . "Referer: http://localhost/web/hook/$token\r\n"
    . "Content-Length: x\r\nConnection: close\r\n\r\n", '200|400',
    'a bad Content-Length');
raw("POST /web/hook/$token HTTP/1.1\r\nConnection: close\r\n\r\n", '200|400',
    'no Host');
raw("POST /web/hook/$token HTTP/1.1\r\nHost: a b/c\r\n\r\n", '200|400',
    'a bad Host');
raw("POST /web/hook/$token HTTP/1.1\r\nHost: localhost\r\n"
    . "X: " . 'x' x 2000 . "\r\n\r\n", '200|400|414|494', 'a long header');
raw("POST /web/hook/$token?" . 'x' x 2000 . " HTTP/1.1\r\n\r\n",
    '200|414', 'a long URI');
raw("POST /web/../hook/../web/hook/$token?" . 'x' x 2000
    . " HTTP/1.1\r\n\r\n", '200|414', 'a long URI with dots');
raw("POST /web/hoo%6b//$token?" . 'x' x 2000 . " HTTP/1.1\r\n\r\n",
    '200|414', 'a long URI with escapes');
raw("POST /web/hook/$token HTTP/9.9\r\nHost: a\r\n\r\n", '400|505',
    'a bad version');
raw("POST /web/hook/$token?%zz%0 HTTP/1.1 x\r\nHost: localhost\r\n\r\n", 0,
    'a bad line');
raw("POST /web/hook/%zz/$token HTTP/1.1\r\nHost: localhost\r\n\r\n",
    '400|200', 'a bad escape');
raw("POST /web/hook/$token/../../../.. HTTP/1.1\r\nHost: localhost\r\n\r\n",
    '400|200', 'above the root');
raw("/web/hook/$token POST HTTP/1.1\r\nHost: localhost\r\n\r\n", '400',
    'the wrong way round');
raw("GET /web/hook/$token\r\n", 0, 'HTTP/0.9');
raw("TRACE /web/hook/$token HTTP/1.1\r\nHost: localhost\r\n"
    . "Connection: close\r\n\r\n", '405', 'TRACE');
raw("POST /web/hook/$token HTTP/1.1\r\nHost: localhost\r\n"
    . "Transfer-Encoding: gzip\r\nConnection: close\r\n\r\n", '501',
    'a transfer coding');
raw("POST /web/hook/$token HTTP/1.1\r\nHost: localhost\r\n"
    . "Content-Type: application/json\r\nConnection: close\r\n"
    . "Transfer-Encoding: chunked\r\n\r\nzz\r\n", '400', 'bad chunks');

# keepalive and pipelining

raw("POST /web/hook/$token HTTP/1.1\r\nHost: localhost\r\n"
    . "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    . "POST /web/hook/$token HTTP/1.1\r\nHost: localhost\r\n"
    . "Content-Type: application/json\r\nContent-Length: 2\r\n"
    . "Connection: close\r\n\r\n{}", '200', 'pipelined');
like $shown, qr/ok"\}HTTP.*ok"\}\z/s, 'and both are answered';

# an ordinary location below a receiving one goes on working: what looks like a
# token is masked where it is shown, and the path is as it was

my $file = 'a-very-long-name-of-a-file.css';

is $t->get("/web/hook/static/$file")->{body},
    "/web/hook/*** /web/hook/static/$file", 'a file below the prefix';
is $t->get('/web/hook/static/short.css?a=b')->{body},
    '/web/hook/static/short.css?a=b /web/hook/static/short.css',
    'one with a short name';
is $t->get("/web/hook/passed/$file?a=b")->{status}, 200,
    'a proxy below the prefix';
is((grep { $_->{path} =~ /passed/ } @{$api->requests})[0]{uri},
    "/web/hook/passed/$file?a=b", 'passes the path on');

# a Referer of another page stays; one that is suspect goes, wherever to

is $t->request('GET', '/web/hook/passed/a.css?n=1', undef,
               headers => [Referer => 'http://localhost/web/page-with-a-long-name'])
     ->{status}, 200, 'a Referer';
is $t->request('GET', '/web/hook/passed/a.css?n=2', undef,
               headers => [Referer => "http://localhost/web/hook/$token"])
     ->{status}, 200, 'one with a token';

for my $case ([1, 'http://localhost/web/page-with-a-long-name'], [2, '***']) {
    my ($q) = grep { $_->{uri} =~ /n=$case->[0]/ } @{$api->requests};
    is $q->{headers}{referer}, $case->[1], "is passed on as $case->[1]";
}

# another server knows nothing of it

my $plain = Webhook::Test::Client->new(port => $t->port('plain'));

is $plain->request('GET', "/web/hook/$file")->{body},
    "/web/hook/$file /web/hook/$file", 'the same path on another server';

# HTTP/2

for my $case (["/web/hook/$token", 200], ["/web/hook/$token/", 404],
              ["/web/hook/denied/$token", 403],
              ["/web/hook/rewritten/$token?a=b", 200])
{
    # core resets a stream of which it reads no body
    my ($method, $body) = $case->[1] == 403 ? ('GET') : ('POST', '{}');

    my $r = $t->curl($method, $case->[0], $body, http2 => 1,
                     headers => ['Content-Type' => 'application/json',
                                 'Referer' => "https://localhost$case->[0]"]);
    is $r->{status}, $case->[1], "HTTP/2: $case->[1]";
    $shown .= $r->{body};
}

# --- where it must not be

$t->stop;

my %text = (
    'the access log'  => slurp($t->prefix . '/logs/all.log'),
    'the answers'     => $shown,
    'the API'         => join("\n", map { my $q = $_;
        ($q->{uri}, $q->{body} // '', map { @$_ } @{$q->{raw_headers}}) }
        @{$api->requests}),
);

# what core says about a request that it refuses while it reads the headers
# is the documented exception

my @refused = (
    qr/client sent (?:invalid|too long|no|HTTP\/1.1|plain|TRACE|unsupported)/,
    qr/client sent \S+ (?:method|"Transfer-Encoding")/,
    qr/client sent unknown "Transfer-Encoding"/,
);

for my $log ('logs/notice.log', 'logs/error.log') {
    $text{$log} = join "\n", grep {
        my $line = $_; $line !~ /chunked/ ? !grep { $line =~ $_ } @refused : 1
    } split /\n/, slurp($t->prefix . "/$log") // '';
}

my $start = substr $token, 0, 16;

for my $what (sort keys %text) {

    ok length $text{$what}, "$what: there is something";

    my @leaks = grep { /\Q$start\E/ } split /\n/, $text{$what};
    is "@leaks", '', "$what: not the secret";

    # nor in escapes
    my $hex = sprintf '%%%02x%%%02x%%%02x', map { ord } $token =~ /^(.)(.)(.)/;
    unlike $text{$what}, qr/\Q$hex\E/i, "$what: not in escapes either";
}

like $text{'the access log'}, qr{^POST /web/hook/\*\*\* HTTP/1\.1\|/web/hook/\*\*\*\|/web/hook/\*\*\*\|}m,
    'what it shows instead';
like $text{'the access log'}, qr{\|order\|ok\|}, 'the receiver and its status';
like $text{'the access log'}, qr{\|\|refused\|}, 'and of one that is unknown';
like $text{'the access log'},
    qr{^POST /web/hook/\*\*\*\?a=1&dry_run=1 HTTP/1\.1}m,
    'arguments stay';

my ($call) = grep { $_->{path} eq '/pos/order' } @{$api->requests};

is $call->{body}, '{"uri": "/web/hook/***",
                "request": "POST /web/hook/*** HTTP/1.1", "raw": "/web/hook/***",
                "set": "/web/hook/***", "map": "/web/hook/***"}',
    'variables in a template';

$t->ok_logs;

done_testing;
