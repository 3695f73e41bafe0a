# Mistakes of somebody who writes a configuration: what nginx -t says of each,
# to the letter, with file and line.  Each part of a configuration is a file of
# its own, whose name is that of the part.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Nginx;
use Webhook::Sandbox qw(write_file);

my %whole = (
    main     => '',
    store    => 'webhook_store store size=16m;',
    types    => "webhook_event_type order.add;\nwebhook_event_type order.edit;",
    endpoint => 'webhook_endpoint erp { url http://127.0.0.1:9; events order.*; }',
    http     => '',
    receiver => '',
    server   => '',
    rules    => "webhook_event order.add  POST ^/api/orders\$;\n"
                . 'webhook_event order.edit PUT  ^/api/orders/\d+$;',
    hook     => 'location ^~ /web/hook/ { webhook_receive; }',
    pos      => 'location /pos/ { internal; proxy_pass http://127.0.0.1:9; }',
);

my $nginx = Webhook::Nginx->new(name => 'mistakes');
my $conf = $nginx->prefix . '/conf';

mkdir "$conf/webhook";

for (['erp.key', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 0600],
     ['open.key', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 0644],
     ['empty.key', '', 0600])
{
    my ($name, $text, $mode) = @$_;

    write_file("$conf/webhook/$name", $text);
    chmod $mode, "$conf/webhook/$name";
}


# What nginx -t says: its lines, without the date and the like.

sub says
{
    my (%part) = (%whole, @_);

    if ($part{receiver} ne '') {
        $part{receiver} = "webhook_receiver r {\n"
                          . "secret 0123456789abcdefghij0123;\n"
                          . "$part{receiver}\n}\n";

    } elsif ($part{http} !~ /webhook_receiver/) {
        $part{hook} = '';
    }

    write_file("$conf/$_", "$part{$_}\n") for keys %part;

    $nginx->write_config(<<"CONF");
%%GLOBALS%%
include main;
events { }
http {
    %%GLOBALS_HTTP%%
    include store;
    include types;
    include endpoint;
    include http;
    include receiver;
    server {
        listen 127.0.0.1:%%PORT%%;
        include server;
        location /api/ {
            proxy_pass http://127.0.0.1:9;
            include rules;
        }
        include hook;
        include pos;
    }
}
CONF

    my ($status, $text) = $nginx->test;

    my $prefix = $nginx->prefix;

    # A line stands on the terminal, and one with its date in the error log.

    my @lines = grep { /^nginx: \[/ } split /\n/, $text;

    s/^nginx: //, s/\Q$prefix\E\/conf\///g, s/\Q$prefix\E/PREFIX/g for @lines;

    return ($status, join("\n", @lines));
}


my ($status, $text) = says();

is $status, 0, 'what is right is taken';
is $text, '', 'and nothing is said of it';

($status, $text) = says(
    receiver => 'require name; action POST /pos/x \'{"a": "${name}"}\';');

is $status, 0, 'and so with a receiver';
is $text, '', 'nothing is said of that';

# What looks like a mistake and is none.

for my $right ('{"$ref": "a", "$set" : {"b": "${name}"}, "price": "$5 US$"}',
               '{"${name}": 1, "${name}": 2}')
{
    ($status, $text) = says(
        receiver => "require name; action POST /pos/x '$right';");

    is $status, 0, "$right: taken";
    is $text, '', 'and nothing is said of it';
}

for my $rule ('^/api/orders/(?<id>\d+)$', '^/api/(?=x)y=', '^/api/[?]x$',
              '^/api/a$|^/api/b$', '(?i)^/API/o', '^/api/(a|b)?$')
{
    ($status, $text) = says(
        rules => "webhook_event order.add POST '$rule';\n"
                 . 'webhook_event order.edit PUT ^/api/orders/\d+$;');

    is $status, 0, "$rule: taken";
    is $text, '', 'and nothing is said of it';
}

# A payload may have a member of such a name.

for my $verb (qw(require redact)) {
    ($status, $text) = says(
        receiver => "$verb header query; action POST /pos/x '{}';");

    is $status, 0, "$verb header query: taken";
    is $text, '', 'and nothing is said of it';
}

# An event may be a receiver's alone.

($status, $text) = says(
    receiver => "emit order.gone;",
    types    => "$whole{types}\nwebhook_event_type order.gone;",
    endpoint => 'webhook_endpoint erp { url http://127.0.0.1:9; '
                . 'events order.add order.edit order.gone; }');

is $status, 0, 'an event of a receiver alone: taken';
is $text, '', 'and nothing is said of it';

# What no location takes may be led on by the server itself, or be a file.

for my $server ('try_files $uri @api;', 'error_page 404 405 = @api;',
                'error_page 500 502 /50x; error_page 404 = @api;')
{
    ($status, $text) = says(
        receiver => "action POST /orders/x '{}';",
        server   => "$server\n"
                    . 'location @api { proxy_pass http://127.0.0.1:9; }');

    is $status, 0, "$server: an action may lead there";
    is $text, '', 'and nothing is said of it';
}

my $cases = do { local $/; <DATA> };

for my $case (split /^=== /m, $cases) {
    next unless $case =~ /\S/;

    my ($name, @parts) = split /\n--- /, $case;

    my %part = map { /^(\w+)\n(.*?)\s*\z/s ? ($1 => $2) : () } @parts;
    my $want = delete $part{says};

    ($status, $text) = says(%part);

    is $text, $want, $name;
    is $status ? 1 : 0, $want =~ /\[emerg\]/ ? 1 : 0,
        "$name: " . ($status ? 'refused' : 'taken');
}

done_testing;

__DATA__
=== url with ${}
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/${data.id}; events order.*; }
--- says
[emerg] the URL is fixed: it cannot have a "${...}" in endpoint:1

=== url with $var
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/$host; events order.*; }
--- says
[warn] the URL is fixed: "$host" in it is not replaced by the variable in endpoint:1

=== header with $var
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/; events order.*; header X-Ip $remote_addr; }
--- says
[warn] "$remote_addr" in a header template is text: the variable is written "${var.remote_addr}" in endpoint:1

=== header name ${}
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/; events order.*; header ${data.x} y; }
--- says
[emerg] "${data.x}" cannot be a header of an endpoint: it is no header name or is set by the module in endpoint:1

=== header with colon name
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/; events order.*; header "X-A: b"; }
--- says
[emerg] invalid number of arguments in "header" directive in endpoint:1

=== header with colon
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/; events order.*; header X-A: b; }
--- says
[emerg] "X-A:" cannot be a header of an endpoint: it is no header name or is set by the module in endpoint:1

=== header twice
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/; events order.*; header X-A b; header X-A c; }
--- says
[warn] the header "X-A" is sent twice in endpoint:1

=== events comma
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/; events order.add,order.edit; }
--- says
[emerg] invalid pattern "order.add,order.edit": it must be an event type, its first words and ".*", or "*" in endpoint:1

=== events missing semicolon
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/
events order.*; }
--- says
[emerg] invalid number of arguments in "url" directive in endpoint:2

=== url quotes unclosed
--- endpoint
webhook_endpoint erp { url "http://127.0.0.1:9/; events order.*; }
--- says
[emerg] unexpected end of file, expecting ";" or "}" in endpoint:2

=== url no scheme
--- endpoint
webhook_endpoint erp { url 127.0.0.1:9/; events order.*; }
--- says
[emerg] a URL has to begin with "http://" or "https://" and name a host in endpoint:1

=== url ws scheme
--- endpoint
webhook_endpoint erp { url htps://127.0.0.1:9/; events order.*; }
--- says
[emerg] a URL has to begin with "http://" or "https://" and name a host in endpoint:1

=== url ipv6 no brackets
--- endpoint
webhook_endpoint erp { url http://::1:9/; events order.*; }
--- says
[emerg] invalid port in the URL "http://::1:9" in endpoint:1

=== url port 0
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:0/; events order.*; }
--- says
[emerg] invalid port in the URL "http://127.0.0.1:0" in endpoint:1

=== url port 99999
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:99999/; events order.*; }
--- says
[emerg] invalid port in the URL "http://127.0.0.1:99999" in endpoint:1

=== url fragment
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9/a#b; events order.*; }
--- says
[emerg] the URL of host "127.0.0.1:9" has a fragment ("#"), which cannot be sent in endpoint:1

=== url user
--- endpoint
webhook_endpoint erp { url http://user:pass@127.0.0.1:9/a; events order.*; }
--- says
[emerg] a user or password in a URL is not supported: set a "header" instead in endpoint:1

=== url space
--- endpoint
webhook_endpoint erp { url "http://127.0.0.1:9/a b"; events order.*; }
--- says
[emerg] the byte 0x20 in the URL of host "127.0.0.1:9" has to be percent-encoded in endpoint:1

=== https port 80
--- endpoint
webhook_endpoint erp { url https://127.0.0.1:80/a; events order.*; }
--- says
[warn] the URL of webhook_endpoint "erp" speaks https:// to port 80 in endpoint:1

=== http port 443
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:443/a; events order.*; }
--- says
[warn] the URL of webhook_endpoint "erp" speaks http:// to port 443 in endpoint:1

=== misspelt directive
--- endpoint
webhook_endpoint erp { ulr http://127.0.0.1:9; events order.*; }
--- says
[emerg] unknown directive "ulr", did you mean "url"? in endpoint:1

=== event instead of events
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; event order.*; }
--- says
[emerg] unknown directive "event", did you mean "events"? in endpoint:1

=== retry misspelt
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry attempt=3; }
--- says
[emerg] invalid parameter "attempt=3", did you mean "attempts="? in endpoint:1

=== retry without =
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry 3; }
--- says
[emerg] invalid parameter "3", it must be "attempts=", "first=", "factor=", "max=", "jitter=", "retry_after=" or "gone=" in endpoint:1

=== retry space
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry attempts = 3; }
--- says
[emerg] invalid parameter "attempts", it is written "attempts=...", without spaces in endpoint:1

=== retry off
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry off; }
--- says
[emerg] invalid parameter "off", it must be "attempts=", "first=", "factor=", "max=", "jitter=", "retry_after=" or "gone=" in endpoint:1

=== retry first minute
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry first=1min; }
--- says
[emerg] invalid time "first=1min", it must be from 1ms to 366d in endpoint:1

=== retry dup param
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry attempts=3 attempts=4; }
--- says
[emerg] invalid parameter "attempts=4", "attempts=" is given twice in endpoint:1

=== retry max<first
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry first=10m max=1m; }
--- says
[emerg] "retry" directive has a "max=" that is less than its "first=" in endpoint:1

=== retry jitter %
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry jitter=10%; }
--- says
[emerg] invalid "jitter=10%", it must be from 0 to 1, with up to 3 decimals in endpoint:1

=== retry gone
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry gone=stop; }
--- says
[emerg] invalid value "gone=stop", it must be "pause" or "ignore" in endpoint:1

=== retry attempts=1 first
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; retry attempts=0; }
--- says
[emerg] invalid "attempts=0", it must be from 1 to 1000 in endpoint:1

=== timeout plain
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; timeout 10s; }
--- says
[emerg] invalid parameter "10s", it must be "connect=", "send=", "read=" or "total=" in endpoint:1

=== timeout read > total
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; timeout read=60s; }
--- says
[warn] "read=" in "timeout" of webhook_endpoint "erp" is longer than "total=" (15000 ms), which ends a send before in endpoint:1

=== timeout dup
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; timeout read=6s read=7s; }
--- says
[emerg] invalid parameter "read=7s", "read=" is given twice in endpoint:1

=== timeout unit doubled
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; timeout read=6ss; }
--- says
[emerg] invalid time "read=6ss", it must be from 1ms to 1h in endpoint:1

=== limit rate no r/s
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; limit rate=100; }
--- says
[emerg] invalid "rate=100", it must be from 1 to 1000000, as in "rate=100r/s", "rate=30r/m" or "rate=10r/h" in endpoint:1

=== limit rate 100/s
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; limit rate=100/s; }
--- says
[emerg] invalid "rate=100/s", it must be from 1 to 1000000, as in "rate=100r/s", "rate=30r/m" or "rate=10r/h" in endpoint:1

=== limit dup param
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; limit inflight=1 inflight=2; }
--- says
[emerg] invalid parameter "inflight=2", "inflight=" is given twice in endpoint:1

=== limit twice
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; limit inflight=1; limit rate=10r/s; }
--- says
[emerg] "limit" directive is duplicate in endpoint:1

=== success ok
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; success 200 202; }
--- says
[emerg] "success" directive takes status codes with commas, as in "200,202" in endpoint:1

=== success 20x
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; success 20x; }
--- says
[emerg] invalid status codes "20x": they are written as in "200,202" or "2xx" in endpoint:1

=== success 2XX
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; success 2XX; }
--- says
[emerg] invalid status codes "2XX": they are written as in "200,202" or "2xx" in endpoint:1

=== success 1xx
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; success 100; }
--- says
[emerg] "success" directive has no status that ends a response: they are from 200 to 599 in endpoint:1

=== secret missing file
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret file:webhook/none.key; }
--- says
[emerg] open() "webhook/none.key" failed (2: No such file or directory) in endpoint:1

=== secret file without file:
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret webhook/erp.key; }
--- says
[emerg] "secret" has a secret that looks like the name of a file or variable: write "file:PATH" or "env:NAME", or "text:..." if it is the secret itself in endpoint:1

=== secret file abs without file:
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret /etc/nginx/webhook/erp.key; }
--- says
[emerg] "secret" has a secret that looks like the name of a file or variable: write "file:PATH" or "env:NAME", or "text:..." if it is the secret itself in endpoint:1

=== secret file://
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret file://webhook/erp.key; }
--- says
[emerg] open() "//webhook/erp.key" failed (2: No such file or directory) in endpoint:1

=== secret file=
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret file=webhook/erp.key; }
--- says
[emerg] "file=" is no parameter of "secret"; a secret with a "=" in it is written "text:..." in endpoint:1

=== secret $var
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret $webhook_secret_erp; }
--- says
[emerg] "secret" has a secret that looks like the name of a file or variable: write "file:PATH" or "env:NAME", or "text:..." if it is the secret itself in endpoint:1

=== secret empty file
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret file:webhook/empty.key; }
--- says
[emerg] invalid secret of "secret": the key is empty in endpoint:1

=== secret dir
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret file:webhook; }
--- says
[emerg] "webhook" is not a regular file in endpoint:1

=== secret open
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret file:webhook/open.key; }
--- says
[warn] "webhook/open.key" holds a secret and can be read or written by others than its owner (mode 0644): chmod 600 in endpoint:1

=== secret env
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; secret env:NOPE; }
--- says
[emerg] the environment variable "NOPE" is not set or is empty in endpoint:1

=== tls without https
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; tls verify=off; }
--- says
[emerg] "tls" needs an https:// url, which webhook_endpoint "erp" has not in endpoint:1

=== tls verify no
--- endpoint
webhook_endpoint erp { url https://127.0.0.1:9; events order.*; tls verify=no; }
--- says
[emerg] invalid "verify=no", it must be "verify=on" or "verify=off" in endpoint:1

=== tls misspelt
--- endpoint
webhook_endpoint erp { url https://127.0.0.1:9; events order.*; tls cafile=/no/ca.pem; }
--- says
[emerg] invalid parameter "cafile=/no/ca.pem", it must be "verify=", "ca=", "name=", "cert=", "key=" or "password_file=" in endpoint:1

=== ssl_verify
--- endpoint
webhook_endpoint erp { url https://127.0.0.1:9; events order.*; proxy_ssl_verify off; }
--- says
[emerg] "proxy_ssl_verify" directive is not allowed here in endpoint:1

=== endpoint in server
--- server
webhook_endpoint b { url http://127.0.0.1:9; events order.*; }
--- says
[emerg] "webhook_endpoint" directive is not allowed here in server:1

=== two endpoints one name
--- http
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; }
--- says
[emerg] webhook_endpoint "erp", defined in endpoint:1, is defined again in http:1

=== endpoint no name
--- endpoint
webhook_endpoint { url http://127.0.0.1:9; events order.*; }
--- says
[emerg] invalid number of arguments in "webhook_endpoint" directive in endpoint:1

=== endpoint name with space
--- endpoint
webhook_endpoint my erp { url http://127.0.0.1:9; events order.*; }
--- says
[emerg] invalid number of arguments in "webhook_endpoint" directive in endpoint:1

=== events wildcard no dot
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order*; }
--- says
[emerg] invalid pattern "order*": it must be an event type, its first words and ".*", or "*" in endpoint:1

=== events capital
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events Order.*; }
--- says
[emerg] "Order.*" in "events" of webhook_endpoint "erp" matches no "webhook_event_type" in endpoint:1

=== events undeclared
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.created; }
--- says
[emerg] "order.created" in "events" of webhook_endpoint "erp" matches no "webhook_event_type" in endpoint:1

=== events empty
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events; }
--- says
[emerg] invalid number of arguments in "events" directive in endpoint:1

=== format
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; format JSON; }
--- says
[emerg] invalid format "JSON", it must be "json" or "xml" in endpoint:1

=== envelope param
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; envelope cloudevents mode=bin; }
--- says
[emerg] invalid value "mode=bin", it must be "structured" or "binary" in endpoint:1

=== envelope mode dup
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; envelope cloudevents mode=binary mode=structured; }
--- says
[emerg] invalid parameter "mode=structured", "mode=" is given twice in endpoint:1

=== body not json
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; body id=${data.id}; }
--- says
[emerg] invalid body template: the template is not JSON: a value is missing at offset 0 in endpoint:1

=== body semicolon
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; body {"id": "${data.id}"}; }
--- says
[emerg] unexpected "{" in endpoint:1

=== body $data.id
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; body '{"id": "$data.id"}'; }
--- says
[warn] "$data" in a body template is text: a value is written in braces, as in "${data}" in endpoint:1

=== body unquoted braces root
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; body '{"id": "${id}"}'; }
--- says
[emerg] invalid path "id": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in endpoint:1

=== body unknown filter
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; body '{"id": "${data.id|integer}"}'; }
--- says
[emerg] invalid body template: unknown filter "integer", in the token at offset 8 in endpoint:1

=== filter =
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; filter data.total = 5; }
--- says
[emerg] invalid number of arguments in "filter" directive in endpoint:1

=== filter quoted =
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; filter "data.total = 5"; }
--- says
[emerg] invalid condition "data.total = 5": one of == != > >= < <= ~ exists is missing at offset 11 in endpoint:1

=== filter || 
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; filter "data.total > 5 || data.x == 1"; }
--- says
[emerg] invalid condition "data.total > 5 || data.x == 1": "&&" or the end is missing at offset 15 in endpoint:1

=== order_by
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; order_by ${data.id}; }
--- says
[emerg] invalid path "${data.id}": it is written without "$" and braces, as in "order.id" in endpoint:1

=== order_by id
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; order_by id; }
--- says
[emerg] invalid path "id": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in endpoint:1

=== order_by on_dead
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; order_by data.id on_dead=hold; }
--- says
[emerg] invalid value "on_dead=hold", it must be "skip" or "block" in endpoint:1

=== auth
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; auth token abcdefghij; }
--- says
[emerg] invalid value "token", it must be "bearer", "basic" or "oauth2" in endpoint:1

=== auth bearer Bearer
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; auth bearer "Bearer abcdefghij"; }
--- says
[emerg] "auth" directive has a token that begins with "Bearer", which is sent before it anyway in endpoint:1

=== auth basic
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; auth basic me:secretpass; }
--- says
[emerg] "auth" directive takes "user=" and "password=", and not another argument, which is not shown in endpoint:1

=== sign sha256
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; sign sha256 header=X-Sig secret=abcdefghijklmnop; }
--- says
[emerg] invalid value "sha256", it must be "hmac" in endpoint:1

=== sign algorithm
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; sign hmac header=X-Sig secret=abcdefghijklmnop algorithm=SHA256; }
--- says
[emerg] invalid "sign": the algorithm is none of sha1, sha256 and sha512 in endpoint:1

=== sign md5
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; sign hmac header=X-Sig secret=abcdefghijklmnop algorithm=md5; }
--- says
[emerg] invalid "sign": the algorithm is none of sha1, sha256 and sha512 in endpoint:1

=== sign encoding
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; sign hmac header=X-Sig secret=abcdefghijklmnop encoding=base32; }
--- says
[emerg] invalid "sign": the encoding is none of hex, HEX and base64 in endpoint:1

=== sign template without body
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; sign hmac header=X-Sig secret=abcdefghijklmnop template={timestamp}; }
--- says
[emerg] unexpected "{" in endpoint:1

=== sign template unknown
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; sign hmac header=X-Sig secret=abcdefghijklmnop "template={ts}.{body}"; }
--- says
[emerg] invalid "sign": what stands in braces is none of {id}, {timestamp}, {url} and {body} in endpoint:1

=== address
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; address private; }
--- says
[emerg] invalid address "private", it must be "any" or "public" in endpoint:1

=== address public own 127
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; address public; }
--- says
[emerg] address 127.0.0.1 is not allowed: loopback in endpoint:1

=== deny all
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; deny all; }
--- says
[emerg] invalid network "all": it is no address in endpoint:1

=== allow host bits
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; address public; allow 127.0.0.1/8; }
--- says
[emerg] invalid network "127.0.0.1/8": it has bits set behind its prefix in endpoint:1

=== proxy no scheme
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; proxy 10.0.0.1:3128; }
--- says
[emerg] a proxy is written as in "http://proxy.example.com:3128", a user by "user=" and "password=" in endpoint:1

=== breaker
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.*; breaker on; }
--- says
[emerg] invalid parameter "on", it must be "failures=", "percent=", "window=" or "hold=" in endpoint:1

=== rule: query in path
--- rules
webhook_event order.add POST ^/api/orders\?type=1 ;
--- says
[warn] "^/api/orders\?type=1" probably does not match what is meant: arguments are no part of the path, test them by "when=var.arg_NAME == VALUE" in rules:1

=== rule: query in path unescaped
--- rules
webhook_event order.add POST ^/api/orders?type=1 ;
--- says
[warn] "^/api/orders?type=1" probably does not match what is meant: arguments are no part of the path, test them by "when=var.arg_NAME == VALUE" in rules:1

=== rule: \? at end
--- rules
webhook_event order.add POST "^/api/orders\?";
--- says
[warn] "^/api/orders\?" probably does not match what is meant: arguments are no part of the path, test them by "when=var.arg_NAME == VALUE" in rules:1

=== rule: no leading slash
--- rules
webhook_event order.add POST ^api/orders;
--- says
[emerg] "^api/orders" matches nothing: a path begins with "/", and has no scheme or host in rules:1

=== rule: no leading slash with $
--- rules
webhook_event order.add POST ^orders$;
--- says
[emerg] "^orders$" matches nothing: a path begins with "/", and has no scheme or host in rules:1

=== rule: $ then slash
--- rules
webhook_event order.add POST ^/api/orders$/ ;
--- says
[warn] "^/api/orders$/" probably does not match what is meant: "$" is the end, and nothing can come behind it in rules:1

=== rule: full URL
--- rules
webhook_event order.add POST ^https://api.example.com/api/orders$;
--- says
[emerg] "^https://api.example.com/api/orders$" matches nothing: a path begins with "/", and has no scheme or host in rules:1

=== rule: glob
--- rules
webhook_event order.add POST /api/*;
--- says
[warn] "/api/*" probably does not match what is meant: "/*" is any number of slashes, and anything is ".*" in rules:1

=== rule: glob2
--- rules
webhook_event order.add POST *;
--- says
[emerg] pcre2_compile() failed: quantifier does not follow a repeatable item in "*" at "*" in rules:1

=== rule: %20
--- rules
webhook_event order.add POST ^/api/a%20b$;
--- says
[warn] "^/api/a%20b$" probably does not match what is meant: a path is decoded before it is matched in rules:1

=== rule: method lower
--- rules
webhook_event order.add post ^/api;
--- says
[emerg] invalid method "post" in "post": methods are written as in "POST", "PUT,PATCH" or "*" in rules:1

=== rule: method mixed
--- rules
webhook_event order.add POST|PUT ^/api;
--- says
[emerg] invalid method "POST|PUT" in "POST|PUT": methods are written as in "POST", "PUT,PATCH" or "*" in rules:1

=== rule: method spaces
--- rules
webhook_event order.add POST PUT ^/api;
--- says
[emerg] "PUT" stands where the regular expression does: several methods are written as in "PUT,PATCH" in rules:1

=== rule: ANY
--- rules
webhook_event order.add ANY ^/api;
--- says
[emerg] invalid method "ANY" in "ANY": methods are written as in "POST", "PUT,PATCH" or "*" in rules:1

=== rule: order of args
--- rules
webhook_event order.add ^/api POST;
--- says
[emerg] invalid method "^/api" in "^/api": methods are written as in "POST", "PUT,PATCH" or "*" in rules:1

=== rule: quoted regex braces unquoted
--- rules
webhook_event order.add POST ^/api/\d{3}$;
--- says
[emerg] directive "webhook_event" is not terminated by ";" in rules:1

=== rule: regex bad
--- rules
webhook_event order.add POST ^/api/(;
--- says
[emerg] pcre2_compile() failed: missing closing parenthesis in "^/api/(" in rules:1

=== rule: tilde
--- rules
webhook_event order.add POST ~ ^/api;
--- says
[emerg] "~" stands where the regular expression does, which needs no operator; "(?i)" before it ignores the case in rules:1

=== rule: status 20x
--- rules
webhook_event order.add POST ^/api status=20x;
--- says
[emerg] invalid status codes "status=20x": they are written as in "status=200,201" or "status=2xx" in rules:1

=== rule: status space
--- rules
webhook_event order.add POST ^/api status=200 201;
--- says
[emerg] invalid parameter "201", several codes are written as in "status=200,201" in rules:1

=== rule: status dup
--- rules
webhook_event order.add POST ^/api status=200 status=201;
--- says
[emerg] invalid parameter "status=201", "status=" is given twice in rules:1

=== rule: status 600
--- rules
webhook_event order.add POST ^/api status=600;
--- says
[emerg] invalid status codes "status=600": they are written as in "status=200,201" or "status=2xx" in rules:1

=== rule: status>=
--- rules
webhook_event order.add POST ^/api "status>=200";
--- says
[emerg] invalid parameter "status>=200", did you mean "status="? in rules:1

=== rule: code=
--- rules
webhook_event order.add POST ^/api code=200;
--- says
[emerg] invalid parameter "code=200", it must be "path=", "status=", "when=", "payload=", "body=", "model=" or "id=" in rules:1

=== rule: statuss
--- rules
webhook_event order.add POST ^/api stauts=200;
--- says
[emerg] invalid parameter "stauts=200", did you mean "status="? in rules:1

=== rule: type misspelt
--- rules
webhook_event order.ad POST ^/api;
--- says
[emerg] unknown event type "order.ad": declare it by "webhook_event_type" in rules:1

=== rule: payload body
--- rules
webhook_event order.add POST ^/api payload=body;
--- says
[emerg] invalid "payload=body", it must be "payload=response" or "payload=request", with a path such as "payload=response.result" for a part of it in rules:1

=== rule: payload none
--- rules
webhook_event order.add POST ^/api payload=none;
--- says
[emerg] invalid "payload=none", it must be "payload=response" or "payload=request", with a path such as "payload=response.result" for a part of it in rules:1

=== rule: when unquoted
--- rules
webhook_event order.add POST ^/api when=data.x == 1;
--- says
[emerg] invalid parameter "==", it must be "path=", "status=", "when=", "payload=", "body=", "model=" or "id=" in rules:1

=== rule: when dollar
--- rules
webhook_event order.add POST ^/api "when=$request_method == POST";
--- says
[emerg] invalid condition "$request_method == POST": path "$" has a character that no path has, in the condition at offset 0; a value is written as its path alone, as in "data.id == 7" or "var.request_method" in rules:1

=== rule: when ${}
--- rules
webhook_event order.add POST ^/api "when=${data.x} == 1";
--- says
[emerg] invalid condition "${data.x} == 1": path "$" has a character that no path has, in the condition at offset 0; a value is written as its path alone, as in "data.id == 7" or "var.request_method" in rules:1

=== rule: when root
--- rules
webhook_event order.add POST ^/api "when=status == 'paid'";
--- says
[emerg] invalid path "status": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in rules:1

=== rule: when body.
--- rules
webhook_event order.add POST ^/api "when=body.x == 1";
--- says
[emerg] invalid path "body.x": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in rules:1

=== rule: when GET with request body
--- rules
webhook_event order.add GET ^/api payload=request;
--- says
[warn] the payload of this "webhook_event order.add" is always "{}": requests of such a method have no body, use "body=" in rules:1

=== rule: when HEAD response
--- rules
webhook_event order.add HEAD ^/api;
--- says
[warn] the payload of this "webhook_event order.add" is always "{}": responses to HEAD have no body, use "body=" in rules:1

=== rule: 204 response
--- rules
webhook_event order.add DELETE ^/api status=204;
--- says
[warn] the payload of this "webhook_event order.add" is always "{}": responses of such a status have no body, use "body=" in rules:1

=== rule: id=7
--- rules
webhook_event order.add POST ^/api id=uri.1;
--- says
[emerg] invalid path "uri.1": the regular expression has no such capture in rules:1

=== rule: id=${uri.1}
--- rules
webhook_event order.add POST ^/api/(\d+) id=${uri.2};
--- says
[emerg] invalid path "uri.2": the regular expression has no such capture in rules:1

=== rule: id=id
--- rules
webhook_event order.add POST ^/api id=id;
--- says
[emerg] invalid path "id": it must begin with "data", "request", "response", "uri", "event", "now" or "var" in rules:1

=== rule: body=data
--- rules
webhook_event order.add POST ^/api body=data.x;
--- says
[emerg] invalid body template: the template is not JSON: a value is missing at offset 0 in rules:1

=== rule: body file missing
--- rules
webhook_event order.add POST ^/api body=file:x.json;
--- says
[emerg] open() "x.json" failed (2: No such file or directory) in rules:1

=== rule: body $data.id
--- rules
webhook_event order.add POST ^/api 'body={"id": "$data.id"}';
--- says
[warn] "$data" in a body template is text: a value is written in braces, as in "${data}" in rules:1

=== rule: in if
--- rules
if ($request_method = POST) { webhook_event order.add POST ^/api; }
--- says
[emerg] "webhook_event" directive is not allowed here in rules:1

=== rule: in upstream
--- http
upstream x { server 127.0.0.1; webhook_event order.add POST ^/api; }
--- says
[emerg] "webhook_event" directive is not allowed here in http:1

=== rule: in main
--- main
webhook_event order.add POST ^/api;
--- says
[emerg] "webhook_event" directive is not allowed here in main:1

=== rule: no endpoint asks for
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; events order.edit; }
--- says
[warn] no webhook_endpoint asks for "order.add", which this "webhook_event" makes: it is not kept in rules:1

=== no endpoint at all
--- endpoint

--- says
[warn] no webhook_endpoint asks for "order.add", which this "webhook_event" makes: it is not kept in rules:1
[warn] no webhook_endpoint asks for "order.edit", which this "webhook_event" makes: it is not kept in rules:2

=== types: description unquoted
--- types
webhook_event_type order.add An order was created; webhook_event_type order.edit;
--- says
[emerg] "webhook_event_type" directive takes a description in quotes, and nothing behind it in types:1

=== types: two
--- types
webhook_event_type order.add order.edit; webhook_event_type order.edit;
--- says
[warn] "order.edit" is taken for the description of "order.add": each event type has a directive of its own in types:1

=== types: misspelt group
--- types
webhook_event_type order.add grp=order "x"; webhook_event_type order.edit;
--- says
[emerg] invalid parameter "grp=order", it must be "group=" in types:1

=== types: grp last
--- types
webhook_event_type order.add grp=order; webhook_event_type order.edit;
--- says
[emerg] invalid parameter "grp=order", it must be "group=" in types:1

=== types: dash
--- types
webhook_event_type order-add;
--- says
[emerg] invalid event type "order-add": it must be words of letters, digits and "_" with dots between them in types:1

=== types: dup
--- types
webhook_event_type order.add; webhook_event_type order.add;
--- says
[emerg] event type "order.add", declared in types:1, is declared again in types:1

=== types: wildcard
--- types
webhook_event_type order.*;
--- says
[emerg] invalid event type "order.*": it must be words of letters, digits and "_" with dots between them in types:1

=== store missing
--- store

--- says
[emerg] "webhook_event" needs a "webhook_store", and there is none in rules:1

=== store: no path
--- store
webhook_store size=16m;
--- says
[emerg] "webhook_store" has no path, as in "webhook_store /var/lib/nginx/webhook size=16m" in store:1

=== store: path is a file
--- store
webhook_store conf/nginx.conf size=16m;
--- says
[emerg] the store "nginx.conf" is not a directory in store:1

=== store: path parent missing
--- store
webhook_store /no/such/dir/webhook size=16m;
--- says
[emerg] the store cannot be made: there is no directory "/no/such/dir" in store:1

=== store: size 64MB
--- store
webhook_store store size=64MB;
--- says
[emerg] invalid size "size=64MB", it is written as in "64m" or "4g" in store:1

=== store: size 1GB
--- store
webhook_store store size=1gb;
--- says
[emerg] invalid size "size=1gb", it is written as in "64m" or "4g" in store:1

=== store: size no unit
--- store
webhook_store store size=64;
--- says
[emerg] "size=64" is too small, the least is 8m in store:1

=== store: size huge
--- store
webhook_store store size=4000000g;
--- says
[emerg] "size=4000000g" is too large, the most is 16384g in store:1

=== store: size bigger than disk
--- store
webhook_store store size=100000g;
--- says
[emerg] "size=100000g" is too large, the most is 16384g in store:1

=== store: keep number
--- store
webhook_store store size=16m keep=7;
--- says
[warn] the sends of webhook_endpoint "erp" can go on for longer than "webhook_store" keeps finished events (7 s) in endpoint:1

=== store: keep 7days
--- store
webhook_store store size=16m keep=7days;
--- says
[emerg] invalid time "keep=7days", it must be from 1ms to ten years, as in "7d" or "12h" in store:1

=== store: keep -1
--- store
webhook_store store size=16m keep=-1;
--- says
[emerg] invalid time "keep=-1", it must be from 1ms to ten years, as in "7d" or "12h" in store:1

=== store: keep off
--- store
webhook_store store size=16m keep=off;
--- says
[emerg] invalid time "keep=off", it must be from 1ms to ten years, as in "7d" or "12h" in store:1

=== store: warn no %
--- store
webhook_store store size=16m warn=80;
--- says
[emerg] invalid "warn=80", it must be from 10% to 99% in store:1

=== store: warn > high
--- store
webhook_store store size=16m warn=95% high_water=80%;
--- says
[emerg] "webhook_store" directive has a "warn=" above its "high_water=" in store:1

=== store: dup param
--- store
webhook_store store size=16m size=32m;
--- says
[emerg] invalid parameter "size=32m", "size=" is given twice in store:1

=== store: dup
--- store
webhook_store store size=16m; webhook_store other;
--- says
[emerg] "webhook_store" directive is duplicate in store:1

=== store: full
--- store
webhook_store store size=16m full=wait;
--- says
[emerg] invalid "full=wait", it must be "drop", "refuse" or "block" in store:1

=== store: full_wait without block
--- store
webhook_store store size=16m full_wait=10s;
--- says
[emerg] "webhook_store" directive has a "full_wait=" without "full=block" in store:1

=== store: misspelt
--- store
webhook_store store sizes=16m;
--- says
[emerg] invalid parameter "sizes=16m", did you mean "size="? in store:1

=== store: orphans
--- store
webhook_store store size=16m orphans=1h;
--- says
[emerg] invalid time "orphans=1h", it must be "off", or from 2d to ten years in store:1

=== store: orphans on
--- store
webhook_store store size=16m orphans=on;
--- says
[emerg] invalid time "orphans=on", it must be "off", or from 2d to ten years in store:1

=== store: $var
--- store
webhook_store /tmp/$host size=16m;
--- says
[emerg] the path of the store is fixed: it cannot have a "$", as in "/tmp/$host" in store:1

=== store: in server
--- server
webhook_store store2;
--- says
[emerg] "webhook_store" directive is not allowed here in server:1

=== store: keep_bytes > size
--- store
webhook_store store size=16m keep_bytes=32m;
--- says
[emerg] "webhook_store" directive has a "keep_bytes=" that is more than its size in store:1

=== cpu: threads=0
--- http
webhook_cpu threads=0;
--- says
[emerg] invalid "threads=0", it must be a number from 1 to 1024 in http:1

=== cpu: memory=1k
--- http
webhook_cpu memory=1k;
--- says
[emerg] invalid "memory=1k", it must be a size of 1m or more in http:1

=== cpu: unknown pool
--- http
webhook_cpu heavy;
--- says
[emerg] unknown thread pool "heavy" in http:1

=== cpu: two pools
--- http
webhook_cpu heavy light;
--- says
[emerg] invalid parameter "light", it must be "threads=" or "memory=" in http:1

=== cpu: misspelt
--- http
webhook_cpu thread=4;
--- says
[emerg] invalid parameter "thread=4", did you mean "threads="? in http:1

=== cpu: no args
--- http
webhook_cpu;
--- says
[emerg] invalid number of arguments in "webhook_cpu" directive in http:1

=== cpu: memory=64MB
--- http
webhook_cpu memory=64MB;
--- says
[emerg] invalid "memory=64MB", it must be a size of 1m or more in http:1

=== cpu: dup
--- http
webhook_cpu threads=2; webhook_cpu threads=3;
--- says
[emerg] "webhook_cpu" directive is duplicate in http:1

=== cpu: dup param
--- http
webhook_cpu threads=2 threads=3;
--- says
[emerg] invalid parameter "threads=3", "threads=" is given twice in http:1

=== cpu: off
--- http
webhook_cpu off;
--- says
[emerg] unknown thread pool "off" in http:1

=== commit async
--- http
webhook_commit async;
--- says
[emerg] invalid "async", it must be "before_response" or "after_response" in http:1

=== commit on
--- http
webhook_commit on;
--- says
[emerg] invalid "on", it must be "before_response" or "after_response" in http:1

=== commit after timeout
--- http
webhook_commit after_response timeout=3s;
--- says
[emerg] "webhook_commit" directive has a "timeout=", which nothing waits for after the response in http:1

=== commit timeout unit
--- http
webhook_commit before_response timeout=3x;
--- says
[emerg] invalid "timeout=3x", it must be a time of up to 1h in http:1

=== commit timeout misspelt
--- http
webhook_commit before_response timout=3s;
--- says
[emerg] invalid parameter "timout=3s", did you mean "timeout="? in http:1

=== payload_max 0
--- http
webhook_payload_max 0;
--- says
[emerg] invalid size "0", it must be from 1 to 256m, as in "512k" or "4m" in http:1

=== payload_max 1MB
--- http
webhook_payload_max 1MB;
--- says
[emerg] invalid size "1MB", it must be from 1 to 256m, as in "512k" or "4m" in http:1

=== payload_max off
--- http
webhook_payload_max off;
--- says
[emerg] invalid size "off", it must be from 1 to 256m, as in "512k" or "4m" in http:1

=== payload_max 1g
--- http
webhook_payload_max 1g;
--- says
[emerg] invalid size "1g", it must be from 1 to 256m, as in "512k" or "4m" in http:1

=== idempotency on
--- http
webhook_idempotency on;
--- says
[emerg] "on" is no header name, as "Idempotency-Key" is, nor "off" in http:1

=== idempotency $http
--- http
webhook_idempotency $http_idempotency_key;
--- says
[emerg] "$http_idempotency_key" is no header name, as "Idempotency-Key" is, nor "off" in http:1

=== idempotency by
--- http
webhook_idempotency Idempotency-Key by=remote_user;
--- says
[emerg] invalid "by=remote_user", it must be "by=" with a variable that tells who the client is, as in "by=$remote_user" in http:1

=== idempotency by unknown var
--- http
webhook_idempotency Idempotency-Key by=$no_such;
--- says
[emerg] unknown variable "$no_such" in "by=" in http:1

=== event_header
--- http
webhook_event_header X-Event:;
--- says
[emerg] "X-Event:" cannot be the header that tells the event: it is no header name or has another use in http:1

=== event_header host
--- http
webhook_event_header Host;
--- says
[emerg] "Host" cannot be the header that tells the event: it is no header name or has another use in http:1

=== metrics and proxy_pass
--- server
location = /metrics { webhook_metrics; proxy_pass http://127.0.0.1:9; }
--- says
[emerg] location "/metrics" has "webhook_metrics" and another directive that answers requests in server:1

=== metrics after proxy_pass
--- server
location = /metrics { proxy_pass http://127.0.0.1:9; webhook_metrics; }
--- says
[emerg] location "/metrics" has "webhook_metrics" and another directive that answers requests in server:1

=== metrics and return
--- server
location = /metrics { return 200 x; webhook_metrics; }
--- says
[emerg] location "/metrics" has "webhook_metrics" and a "return" that answers requests in server:1

=== metrics twice
--- server
location = /metrics { webhook_metrics; webhook_metrics; }
--- says
[emerg] "webhook_metrics" directive is duplicate in server:1

=== metrics and stub_status
--- server
location = /metrics { webhook_metrics; stub_status; }
--- says
[emerg] location "/metrics" has "webhook_metrics" and another directive that answers requests in server:1

=== metrics on
--- server
location = /metrics { webhook_metrics on; }
--- says
[emerg] invalid number of arguments in "webhook_metrics" directive in server:1

=== metrics in server
--- server
webhook_metrics;
--- says
[emerg] "webhook_metrics" directive is not allowed here in server:1

=== metrics and try_files
--- server
location = /metrics { webhook_metrics; try_files $uri /index.html; }
--- says
[emerg] location "/metrics" has "webhook_metrics" and "try_files" that answers requests in server:1

=== metrics and receive
--- server
location /m/ { webhook_receive; webhook_metrics; }
--- says
[emerg] location "/m/" has "webhook_metrics" and another directive that answers requests in server:1

=== unknown directive typo
--- http
webhook_endpiont a { }
--- says
[emerg] unknown directive "webhook_endpiont" in http:1

=== unknown directive typo2
--- http
webhook_events order.add POST ^/;
--- says
[emerg] unknown directive "webhook_events" in http:1

=== require comma
--- receiver
require name,email; action POST /pos/x '{}';
--- says
[emerg] invalid path "name,email": several are written with spaces between them in receiver:3

=== require ${}
--- receiver
require ${name}; action POST /pos/x '{}';
--- says
[emerg] invalid path "${name}": it is written without "$" and braces, as in "order.id" in receiver:3

=== require $
--- receiver
require $name; action POST /pos/x '{}';
--- says
[emerg] invalid path "$name": it is written without "$" and braces, as in "order.id" in receiver:3

=== require json path
--- receiver
require $.name; action POST /pos/x '{}';
--- says
[emerg] invalid path "$.name": it is written without "$" and braces, as in "order.id" in receiver:3

=== require header:
--- receiver
require header:X-A; action POST /pos/x '{}';
--- says
[emerg] invalid path "header:X-A": it is written with a dot, as in "header.X-Tenant" or "query.id" in receiver:3

=== require var unknown
--- receiver
require var.no_such; action POST /pos/x '{}';
--- says
[emerg] unknown variable in "var.no_such" in receiver:1

=== redact var unknown
--- receiver
redact var.no_such; action POST /pos/x '{}';
--- says
[emerg] unknown variable in "var.no_such" in receiver:1

=== filter var unknown
--- receiver
filter "var.no_such == 1"; action POST /pos/x '{}';
--- says
[emerg] unknown variable in "var.no_such" in receiver:1

=== order_by var unknown
--- receiver
mode durable; api http://127.0.0.1:9; order_by var.no_such; action POST /pos/x '{}';
--- says
[emerg] unknown variable in "var.no_such" in receiver:1

=== emit var unknown
--- receiver
emit order.add 'body={"a": "${var.no_such}"}';
--- says
[emerg] unknown variable in "var.no_such" in receiver:3

=== emit when var unknown
--- receiver
emit order.add "when=var.no_such == 1";
--- says
[emerg] unknown variable in "var.no_such" in receiver:3

=== dedupe body var unknown
--- receiver
dedupe body:var.nosuch; action POST /pos/x '{}';
--- says
[emerg] unknown variable in "var.nosuch" in receiver:1

=== action nonexistent location
--- receiver
action POST /posss/x '{}';
--- says
[emerg] webhook_receiver "r" calls "/posss/x", and no location of a server with "webhook_receive" takes that in receiver:3

=== action nonexistent location, error_page for others
--- receiver
action POST /posss/x '{}';
--- server
error_page 500 502 /50x;
--- says
[emerg] webhook_receiver "r" calls "/posss/x", and no location of a server with "webhook_receive" takes that in receiver:3

=== action nonexistent location, file
--- receiver
action GET /posss/x.json;
--- says
[warn] webhook_receiver "r" calls "/posss/x.json", and no location of a server with "webhook_receive" takes that in receiver:3

=== action URL
--- receiver
action POST http://127.0.0.1/pos/x '{}';
--- says
[emerg] invalid URI "http://127.0.0.1/pos/x" of an action: it must begin with "/" and have no ".." segment in receiver:3

=== action no slash
--- receiver
action POST pos/x '{}';
--- says
[emerg] invalid URI "pos/x" of an action: it must begin with "/" and have no ".." segment in receiver:3

=== action method lower
--- receiver
action post /pos/x '{}';
--- says
[emerg] invalid method "post" of an action, it is written as in "POST" in receiver:3

=== action method *
--- receiver
action * /pos/x '{}';
--- says
[emerg] invalid method "*" of an action, it is written as in "POST" in receiver:3

=== action GET with body
--- receiver
action GET /pos/x '{}';
--- says
[warn] this "action GET" has a body, which hardly any API reads in receiver:3

=== action body not quoted
--- receiver
action POST /pos/x {"a": 1};
--- says
[emerg] unexpected "{" in receiver:3

=== action body $name
--- receiver
action POST /pos/x '{"a": "$name"}';
--- says
[warn] "$name" in a body template is text: a value is written in braces, as in "${name}" in receiver:3

=== action body json broken
--- receiver
action POST /pos/x '{"a": ${name},}';
--- says
[emerg] invalid body template: the template is not JSON: a key is missing at offset 14 in receiver:3

=== action uri $id
--- receiver
action POST /pos/$id '{}';
--- says
[warn] "$id" in a URI template is text: a value is written in braces, as in "${id}" in receiver:3

=== action uri {id}
--- receiver
action POST /pos/{id} '{}';
--- says
[emerg] unexpected "{" in receiver:3

=== action uri quoted {id}
--- receiver
action POST "/pos/{id}" '{}';
--- says
[emerg] invalid URI "/pos/{id}" of an action: a value is written as in "${id}" in receiver:3

=== action uri space
--- receiver
action POST "/pos/a b" '{}';
--- says
[emerg] invalid URI template: a URI has a space, a control character, "#" or a broken "%XX" behind offset 0 in receiver:3

=== action uri fragment
--- receiver
action POST "/pos/a#b" '{}';
--- says
[emerg] invalid URI template: a URI has a space, a control character, "#" or a broken "%XX" behind offset 0 in receiver:3

=== action misspelt param
--- receiver
action POST /pos/x '{}' on_eror=stop;
--- says
[emerg] invalid parameter "on_eror=stop", did you mean "on_error="? in receiver:3

=== action misspelt param as body
--- receiver
action POST /pos/x on_eror=stop;
--- says
[emerg] invalid parameter "on_eror=stop", did you mean "on_error="? in receiver:3

=== action timeout 5
--- receiver
action POST /pos/x '{}' timeout=5sec;
--- says
[emerg] invalid time "timeout=5sec", it must be from 1ms to 1d in receiver:3

=== action timeout dup
--- receiver
action POST /pos/x '{}' timeout=5s timeout=6s;
--- says
[emerg] invalid parameter "timeout=6s", "timeout=" is given twice in receiver:3

=== action when =
--- receiver
action POST /pos/x '{}' "when=a = 1";
--- says
[emerg] invalid condition "a = 1": one of == != > >= < <= ~ exists is missing at offset 2 in receiver:3

=== action to receiving location
--- receiver
action POST /web/hook/x '{}';
--- says
[emerg] webhook_receiver "r" calls a URI below "/web/hook/", where "webhook_receive" stands: a receiver cannot call one in receiver:3

=== capture before action
--- receiver
capture id response.id; action POST /pos/x '{}';
--- says
[emerg] "capture" directive has no "action" before it in receiver:3

=== capture no response
--- receiver
action POST /pos/x '{}'; capture id id;
--- says
[emerg] "id" cannot be captured: it must be "status" or begin with "response" in receiver:3

=== mode async
--- receiver
mode async; action POST /pos/x '{}';
--- says
[emerg] invalid value "async", it must be "sync", "durable", "test" or "disabled" in receiver:3

=== mode Sync
--- receiver
mode on; action POST /pos/x '{}';
--- says
[emerg] invalid value "on", it must be "sync", "durable", "test" or "disabled" in receiver:3

=== profile
--- receiver
profile lax; action POST /pos/x '{}';
--- says
[emerg] invalid value "lax", it must be "strict" or "nightpos" in receiver:3

=== log_calls
--- receiver
log_calls yes; action POST /pos/x '{}';
--- says
[emerg] invalid value "yes", it must be "off", "errors" or "on" in receiver:3

=== log_calls error
--- receiver
log_calls error; action POST /pos/x '{}';
--- says
[emerg] invalid value "error", it must be "off", "errors" or "on" in receiver:3

=== accept
--- receiver
accept json,form; action POST /pos/x '{}';
--- says
[emerg] invalid "json,form", it must be "json", "form", "multipart" or "xml" in receiver:3

=== accept application/json
--- receiver
accept application/json; action POST /pos/x '{}';
--- says
[emerg] invalid "application/json", it must be "json", "form", "multipart" or "xml" in receiver:3

=== for_each max
--- receiver
for_each lines max=5000; action POST /pos/x '{}';
--- says
[emerg] invalid "max=5000", it must be from 1 to 1000 in receiver:3

=== for_each 10
--- receiver
for_each lines 10; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "10", it must be "max=" in receiver:3

=== limit
--- receiver
limit body=64MB; action POST /pos/x '{}';
--- says
[emerg] invalid size "body=64MB", it must be from 1 to 64m in receiver:3

=== limit big
--- receiver
limit body=4m; action POST /pos/x '{}';
--- says
[warn] "body=" in "limit" of webhook_receiver "r" is more than "client_max_body_size" allows (1048576 bytes) in receiver:1

=== limit rate sync
--- receiver
limit rate=10r/s; action POST /pos/x '{}';
--- says
[emerg] webhook_receiver "r" has directives that need "mode durable" in receiver:1

=== limit dup
--- receiver
limit depth=3 depth=4; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "depth=4", "depth=" is given twice in receiver:3

=== limit misspelt
--- receiver
limit inflght=3; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "inflght=3", did you mean "inflight="? in receiver:3

=== dedupe
--- receiver
dedupe webhook-id; action POST /pos/x '{}';
--- says
[emerg] invalid "webhook-id", it must be "header:NAME", "body:PATH" or "hash" in receiver:3

=== dedupe header=
--- receiver
dedupe header=webhook-id; action POST /pos/x '{}';
--- says
[emerg] invalid "header=webhook-id", it must be "header:NAME", "body:PATH" or "hash" in receiver:3

=== dedupe header name bad
--- receiver
dedupe "header:webhook id"; action POST /pos/x '{}';
--- says
[emerg] invalid "header:webhook id", it must be "header:NAME", "body:PATH" or "hash" in receiver:3

=== dedupe ttl misspelt
--- receiver
dedupe hash tll=7d; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "tll=7d", did you mean "ttl="? in receiver:3

=== dedupe off
--- receiver
dedupe off; action POST /pos/x '{}';
--- says
[emerg] invalid "off", it must be "header:NAME", "body:PATH" or "hash" in receiver:3

=== emit unknown
--- receiver
emit order.ad;
--- says
[emerg] unknown event type "order.ad": declare it by "webhook_event_type" in receiver:3

=== emit misspelt
--- receiver
emit order.add bdy={};
--- says
[emerg] unexpected "{" in receiver:3

=== shadow
--- receiver
shadow; action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "shadow" directive in receiver:3

=== verify presets
--- receiver
verify githb file:webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] unknown preset "githb": it is one of standard, github, stripe, shopify, slack, square, twilio, zoom, linear, gitlab, basic, bearer and hmac in receiver:3

=== verify no key
--- receiver
verify github; action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "verify" directive in receiver:3

=== verify github key misspelt param
--- receiver
verify github file:webhook/erp.key toleranse=5m; action POST /pos/x '{}';
--- says
[emerg] "toleranse=" is no parameter of "verify" (did you mean "tolerance="?); a secret with a "=" in it is written "text:..." in receiver:3

=== verify github tolerance
--- receiver
verify github file:webhook/erp.key tolerance=5m; action POST /pos/x '{}';
--- says
[emerg] invalid "verify github": a tolerance is of no use: no timestamp is signed in receiver:3

=== verify hmac no header
--- receiver
verify hmac file:webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] "verify hmac" needs "header=", the name of the header with the signature in receiver:3

=== verify path w/o file
--- receiver
verify github webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] "verify" has a secret that looks like the name of a file or variable: write "file:PATH" or "env:NAME", or "text:..." if it is the secret itself in receiver:3

=== verify off
--- receiver
verify off; action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "verify" directive in receiver:3

=== verify twice
--- receiver
verify github file:webhook/erp.key; verify stripe file:webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] "verify" directive is duplicate in receiver:3

=== verify basic without colon
--- receiver
verify basic file:webhook/erp.key; action POST /pos/x '{}';
--- says
[emerg] invalid "verify basic": the key has no colon between name and password in receiver:3

=== handshake slack
--- receiver
handshake slack; action POST /pos/x '{}';
--- says
[emerg] unknown handshake "slack": it is "meta" or "cloudevents"; those of slack and zoom come with "verify" in receiver:3

=== handshake meta
--- receiver
handshake meta tokn=abcdefgh; action POST /pos/x '{}';
--- says
[emerg] "tokn=" is no parameter of "handshake" (did you mean "token="?); a secret with a "=" in it is written "text:..." in receiver:3

=== target id
--- receiver
target _id; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "_id", did you mean "id="? in receiver:3

=== target idd
--- receiver
target idd=${_id}; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "idd=${_id}", did you mean "id="? in receiver:3

=== target lookup no quotes
--- receiver
target lookup=GET /pos/x; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "/pos/x", it must be "id=", "model=", "lookup=" or "missing=" in receiver:3

=== target missing
--- receiver
target "lookup=GET /pos/x" missing=400; action POST /pos/x '{}';
--- says
[emerg] invalid "missing=400", it must be "missing=404" or "missing=422" in receiver:3

=== models
--- receiver
models a,b; action POST /pos/x '{}';
--- says
[emerg] invalid model "a,b": several are written with spaces between them in receiver:3

=== model twice
--- receiver
model a; model b; action POST /pos/x '{}';
--- says
[emerg] "model" directive is duplicate in receiver:3

=== no action
--- receiver
require name;
--- says
[emerg] webhook_receiver "r" has no "action" in receiver:1

=== no secret
--- http
webhook_receiver a { action POST /pos/x '{}'; }
--- says
[emerg] webhook_receiver "a" has no "secret" in http:1

=== secret short
--- http
webhook_receiver a { secret short; action POST /pos/x '{}'; }
--- says
[emerg] the "secret" of webhook_receiver "a" must be 20 to 255 letters, digits, "_" and "-" in http:1

=== secret path without file:
--- http
webhook_receiver a { secret webhook/erp.key; action POST /pos/x '{}'; }
--- says
[emerg] "secret" has a secret that looks like the name of a file or variable: write "file:PATH" or "env:NAME", or "text:..." if it is the secret itself in http:1

=== same secret
--- http
webhook_receiver a { secret 0123456789abcdefghij0123; action POST /pos/x '{}'; }
webhook_receiver b { secret 0123456789abcdefghij0123; action POST /pos/x '{}'; }
--- says
[emerg] the "secret" of webhook_receiver "a", given in http:1, is given again for "b" in http:2

=== receiver twice
--- http
webhook_receiver a { secret 0123456789abcdefghij0123; action POST /pos/x '{}'; }
webhook_receiver a { secret 0123456789abcdefghij0124; action POST /pos/x '{}'; }
--- says
[emerg] webhook_receiver "a", defined in http:1, is defined again in http:2

=== receiver no location
--- hook

--- receiver
action POST /pos/x '{}';
--- says
[emerg] webhook_receiver "r" cannot be called: no location has "webhook_receive" in receiver:1

=== receive location without slash
--- hook
location /web/hook { webhook_receive; }
--- receiver
action POST /pos/x '{}';
--- says
[emerg] "webhook_receive" cannot be in location "/web/hook": the secret follows a prefix, as in "location ^~ /web/hook/" in hook:1

=== receive location exact
--- hook
location = /web/hook/ { webhook_receive; }
--- receiver
action POST /pos/x '{}';
--- says
[emerg] "webhook_receive" cannot be in location "/web/hook/": the secret follows a prefix, as in "location ^~ /web/hook/" in hook:1

=== receive arg
--- hook
location /web/hook/ { webhook_receive r; }
--- receiver
action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "webhook_receive" directive in hook:1

=== receive and return
--- hook
location /web/hook/ { webhook_receive; return 200; }
--- receiver
action POST /pos/x '{}';
--- says
[emerg] location "/web/hook/" has "webhook_receive" and a "return" that answers requests in hook:1

=== receive and try_files
--- hook
location /web/hook/ { webhook_receive; try_files $uri /x; }
--- receiver
action POST /pos/x '{}';
--- says
[emerg] location "/web/hook/" has "webhook_receive" and "try_files" that answers requests in hook:1

=== receive internal
--- hook
location /web/hook/ { webhook_receive; internal; }
--- receiver
action POST /pos/x '{}';
--- says
[warn] location "/web/hook/" has "webhook_receive" and "internal": nobody can call it in hook:1

=== receive no receivers
--- server
location /web/hook/ { webhook_receive; }
--- says
[warn] "webhook_receive" takes no call, since there is no "webhook_receiver" in server:1

=== durable without api
--- receiver
mode durable; action POST /pos/x '{}';
--- says
[emerg] webhook_receiver "r" has "mode durable" and no "api" in receiver:1

=== api without durable
--- receiver
api http://127.0.0.1:9; action POST /pos/x '{}';
--- says
[emerg] webhook_receiver "r" has directives that need "mode durable" in receiver:1

=== retry in sync
--- receiver
retry attempts=3; action POST /pos/x '{}';
--- says
[emerg] webhook_receiver "r" has directives that need "mode durable" in receiver:1

=== durable retry misspelt
--- receiver
mode durable; api http://127.0.0.1:9; retry attemps=3; action POST /pos/x '{}';
--- says
[emerg] invalid parameter "attemps=3", did you mean "attempts="? in receiver:3

=== api with ${}
--- receiver
mode durable; api http://127.0.0.1:9/${x}; action POST /pos/x '{}';
--- says
[emerg] the URL is fixed: it cannot have a "${...}" in receiver:3

=== map twice
--- http
webhook_map m { a 1; a 2; }
--- says
[emerg] "a" stands twice in the table in http:1

=== map no table
--- receiver
action POST /pos/x '{"a": "${name|map:m}"}';
--- says
[emerg] unknown table in "map:m": define it by "webhook_map" in receiver:3

=== map row three
--- http
webhook_map m { a b c; }
--- says
[emerg] a row of a table has two texts, and "a" has 3 in http:1

=== map = 
--- http
webhook_map m { a = 1; }
--- says
[emerg] a row of a table has two texts, and "a" has 3 in http:1

=== map field to twice
--- receiver
action POST /pos/x '{"a": "${x}", "a": "${y}"}';
--- says
[emerg] invalid body template: the key "a" stands twice in the template in receiver:3

=== misspelt directive
--- receiver
acton POST /pos/x '{}';
--- says
[emerg] unknown directive "acton", did you mean "action"? in receiver:3

=== url in receiver
--- receiver
url http://x; action POST /pos/x '{}';
--- says
[emerg] unknown directive "url" in receiver:3

=== filter misspelt op
--- receiver
filter "name === 'a'"; action POST /pos/x '{}';
--- says
[emerg] invalid condition "name === 'a'": one of == != > >= < <= ~ exists is missing at offset 5 in receiver:3

=== filter regex bad
--- receiver
filter "name ~ ("; action POST /pos/x '{}';
--- says
[emerg] invalid condition "name ~ (": a regular expression is wrong at its offset 1: missing closing parenthesis in receiver:3

=== filter many
--- receiver
filter "a == 1" "b == 2"; action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "filter" directive in receiver:3

=== description no quotes
--- receiver
description A contact; action POST /pos/x '{}';
--- says
[emerg] invalid number of arguments in "description" directive in receiver:3

=== secret expires past
--- http
webhook_receiver a { secret 0123456789abcdefghij0123 expires=2020-01-01; action POST /pos/x '{}'; }
--- says
[warn] a secret that ended at "2020-01-01" is of no use in http:1

=== secret expires format
--- http
webhook_receiver a { secret 0123456789abcdefghij0123 expires=01.02.2027; action POST /pos/x '{}'; }
--- says
[emerg] invalid date "expires=01.02.2027": it must be "2027-01-31", "2027-01-31T12:00:00Z" or Unix seconds in http:1

=== secret expire misspelt
--- http
webhook_receiver a { secret 0123456789abcdefghij0123 expire=2027-01-01; action POST /pos/x '{}'; }
--- says
[emerg] "expire=" is no parameter of "secret" (did you mean "expires="?); a secret with a "=" in it is written "text:..." in http:1

=== receiver in server
--- server
webhook_receiver b { }
--- says
[emerg] "webhook_receiver" directive is not allowed here in server:1

=== webhook_endpoint without events
--- endpoint
webhook_endpoint erp { url http://127.0.0.1:9; }
--- says
[warn] webhook_endpoint "erp" has no "events" and gets none in endpoint:1
[warn] no webhook_endpoint asks for "order.add", which this "webhook_event" makes: it is not kept in rules:1
[warn] no webhook_endpoint asks for "order.edit", which this "webhook_event" makes: it is not kept in rules:2

=== orphans: a day
--- store
webhook_store store orphans=1d;
--- says
[emerg] invalid time "orphans=1d", it must be "off", or from 2d to ten years in store:1

=== orphans: none
--- store
webhook_store store orphans=0;
--- says
[emerg] invalid time "orphans=0", it must be "off", or from 2d to ten years in store:1

=== orphans: eleven years
--- store
webhook_store store orphans=4015d;
--- says
[emerg] invalid time "orphans=4015d", it must be "off", or from 2d to ten years in store:1

=== orphans: misspelt
--- store
webhook_store store orphan=30d;
--- says
[emerg] invalid parameter "orphan=30d", did you mean "orphans="? in store:1

=== webhook_cpu: threads of another kind
--- http
webhook_cpu threads=many;
--- says
[emerg] invalid "threads=many", it must be a number from 1 to 1024 in http:1

=== webhook_cpu: more threads than there may be
--- http
webhook_cpu threads=1025;
--- says
[emerg] invalid "threads=1025", it must be a number from 1 to 1024 in http:1

=== webhook_cpu: memory that is no size
--- http
webhook_cpu memory=lots;
--- says
[emerg] invalid "memory=lots", it must be a size of 1m or more in http:1

=== webhook_cpu: in a server
--- server
webhook_cpu threads=2;
--- says
[emerg] "webhook_cpu" directive is not allowed here in server:1

