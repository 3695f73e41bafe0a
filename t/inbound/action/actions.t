# Actions: subrequests in order, with a clean request of their own, to the end
# whatever the caller does, and what the API answers stays here.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use JSON::PP ();
use Time::HiRes qw(sleep time);
use Webhook::Test qw(wait_for slurp);

my $token = 'actions-0123456789-abcdefgh';

my $t = Webhook::Test->new(http2 => 1);
my $api = $t->api;
my $dead = Webhook::Sandbox::free_port();

my %actions = (
    three => [
        'POST /api/first \'{"n": 1, "order": "${order}"}\'',
        'PUT /api/second/${id|int}?tag=${tag} \'{"n": 2}\'',
        'DELETE /api/third/${id|int}',
    ],
    twice  => ['POST /api/a \'{"n": 1}\'', 'POST /api/b \'{"n": 2}\''],
    empty  => ['POST /api/empty'],
    get    => ['GET /api/get', 'HEAD /api/get'],
    slow   => ['POST /api/slow \'{}\'', 'POST /api/after \'{}\''],
    plain  => ['POST /plain/x \'{}\''],
    buffer => ['POST /nobuffer/x \'{}\'', 'POST /notemp/x \'{}\'',
               'POST /cached/x \'{}\'', 'POST /api/x \'{}\''],
    file   => ['GET /file/big.txt'],
    page   => ['POST /page/x \'{}\'', 'POST /api/after \'{}\''],
    okpage => ['POST /okpage/x \'{}\'', 'POST /api/after \'{}\''],
    named  => ['POST /named/x \'{}\'', 'POST /api/after \'{}\''],
    okdown => ['POST /okdown/x \'{}\'', 'POST /api/after \'{}\''],
    okown  => ['POST /okown/x \'{}\'', 'POST /api/after \'{}\''],
    oknext => ['POST /oknext/x \'{}\'', 'POST /api/after \'{}\''],
    other  => ['POST /other/x \'{}\'', 'POST /api/after \'{}\''],
    xaccel => ['POST /api/xaccel \'{}\'', 'POST /api/after \'{}\''],
    stale  => ['GET /stale/x', 'POST /api/after \'{}\''],
    down   => ['POST /down/x \'{}\'', 'POST /api/after \'{}\''],
    late   => ['POST /late/x \'{}\'', 'POST /api/after \'{}\''],
    echo   => ['POST /echo/x \'{"big": "${big}"}\''],
    uri    => ['POST /uri/${name}/x?q=${name} \'{}\'',
               'POST /exact/${name}/x?q=${name} \'{}\''],
    rewritten => ['POST /rewritten/x \'{}\''],
    seq    => ['POST /api/s1 \'{}\'', 'POST /api/s2 \'{}\'',
               'POST /api/s3 \'{}\''],
    all    => [map { "POST /api/n$_ '{\"n\": $_}'" } 1 .. 32],
    own    => ['POST /api/own \'{"ip": "${var.remote_addr}", "a": "${header.X-A}",
                "q": "${query.q}", "none": "${header.X-None}",
                "text": "<${query.none}>", "host": "${var.host}"}\''],
);

my $http = '';

for my $name (sort keys %actions) {
    $http .= "webhook_receiver $name {\n secret $name-$token;\n limit body=8m;\n"
             . join('', map { " action $_;\n" } @{$actions{$name}}) . "}\n";
}

$t->file('html/big.txt', 'x' x 300_000);

$t->config(
    http => <<'CONF' . $http,
        client_max_body_size 8m;

        log_format sub '$request|$request_uri|$uri|$args|$status|$http_host|$http_authorization|$http_x_a|$request_id|$content_type';
        access_log logs/sub.log sub;
        proxy_cache_path %%PREFIX%%/cache keys_zone=c:1m;
        proxy_read_timeout 5s;

        # seen by the main request before its actions run
        map $http_authorization $authorized { default $http_authorization; }
CONF
    server => <<"CONF" . <<'CONF2',
        location /down/ { proxy_pass http://127.0.0.1:$dead; }
CONF
        location ^~ /web/hook/ {
            webhook_receive;
            set $seen "$authorized $request_uri $http_x_a $content_type";
        }
        location ^~ /web/mirrored/ {
            webhook_receive;
            mirror /mirror;
            client_body_in_file_only clean;
        }
        location ^~ /web/small/ {
            webhook_receive;
            client_body_buffer_size 1k;
        }
        location = /mirror {
            internal; proxy_pass http://127.0.0.1:%%PORT_api%%/mirror;
        }

        location /api/ {
            internal;
            log_subrequest on;
            proxy_pass http://127.0.0.1:%%PORT_api%%;
            proxy_set_header X-Seen "$http_x_a|$authorized|$request_uri";
        }
        location /nobuffer/ {
            internal; proxy_buffering off;
            proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
        location /notemp/ {
            internal; proxy_max_temp_file_size 0; proxy_buffers 4 4k;
            proxy_busy_buffers_size 8k;
            proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
        location /cached/ {
            internal; proxy_cache c; proxy_cache_methods GET HEAD POST;
            proxy_cache_key $request_uri; proxy_cache_valid 200 1m;
            proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
        location /plain/ { internal; return 200 "plain"; }
        location /file/  { internal; alias html/; }
        location /page/  { internal; error_page 500 /nice;
            proxy_intercept_errors on;
            proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location = /nice { internal; return 502 "nice"; }
        location /okpage/ { internal; error_page 500 =200 /ok;
            proxy_intercept_errors on;
            proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location = /ok { internal; return 200 "ok"; }
        location /okdown/ { internal; error_page 502 =200 /ok;
            proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location /okown/ { internal; error_page 502 = /ok; return 502; }
        location /oknext/ { internal; error_page 502 =200 @second;
            proxy_pass http://127.0.0.1:1; }
        location /other/ { internal; error_page 404 = @create;
            proxy_intercept_errors on;
            proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location @create { rewrite ^ /create break;
            proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location /stale/ { internal; proxy_cache c; proxy_cache_valid 200 1s;
            proxy_cache_key stale; proxy_cache_use_stale error http_500;
            proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location /named/ { internal; error_page 502 504 = @second;
            proxy_pass http://127.0.0.1:1; }
        location @second { proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location /late/ { internal; proxy_read_timeout 300ms;
            proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location /echo/ { internal; proxy_request_buffering off;
            proxy_http_version 1.1;
            proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location /uri/ { internal;
            proxy_pass http://127.0.0.1:%%PORT_api%%/by/; }
        location /exact/ { internal;
            proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location /rewritten/ { internal; rewrite ^ /api/again last; }
CONF2
);

$t->start;

my $n = 0;

# The answer to a call, and the requests that it made.

sub call
{
    my ($name, $payload, %options) = @_;

    my $where = delete $options{where} // '/web/hook/';
    my $headers = delete $options{headers} // [];

    my $r = $t->request('POST', "$where$name-$token", $payload // '{}',
                        headers => ['Content-Type' => 'application/json',
                                    @$headers], %options);
    return ($r, made());
}

sub made
{
    my $all = $api->requests;
    my @new = @$all[$n .. $#$all];

    $n = @$all;
    return @new;
}

sub paths { join ' ', map { $_->{uri} } @_ }

sub error { JSON::PP::decode_json($_[0]{body})->{error} }


# --- one after the other, each as it was written

$api->answer('*', 200);
$api->answer('/api/first', { status => 201, delay => 0.2, body => '{"x": 1}' });
$api->answer('/api/second/7', { status => 204 });
$api->answer('/api/third/7', 200);

my ($r, @q) = call('three', '{"id": "07", "tag": "a&b", "order": {"x": [1.50]}}');

is $r->{body}, '{"status": "ok"}', '201, 204 and 200 are all well';
is paths(@q), '/api/first /api/second/7?tag=a%26b /api/third/7', 'in order';
is join(' ', map { $_->{method} } @q), 'POST PUT DELETE', 'methods';
is $q[0]{body}, '{"n": 1, "order": {"x": [1.50]}}', 'a body, as it came';
ok $q[1]{begun} - $q[0]{time} >= 0.19, 'the second waits for the first';
is $q[2]{body}, '', 'no body';
ok !exists $q[2]{headers}{'content-length'}, 'and no length, for DELETE';
ok !exists $q[2]{headers}{'content-type'}, 'nor type';

(undef, @q) = call('empty');
is $q[0]{headers}{'content-length'}, 0, 'a POST without a body has a length';

(undef, @q) = call('get', '{}', headers => ['Content-Length' => 2]);
ok !exists $q[0]{headers}{'content-length'}, 'a GET has none';

# --- a clean request

($r, @q) = call('twice', '{"a": 1}', headers => [
    'Authorization' => 'Basic c2VjcmV0', 'Cookie' => 'session=1',
    'X-A' => 'mine', 'Range' => 'bytes=0-1', 'Expect' => 'nothing',
    'X-Forwarded-For' => '1.2.3.4', 'webhook-signature' => 'v1,x',
    'Accept-Encoding' => 'gzip', 'If-None-Match' => '"1"',
    'User-Agent' => 'them', 'Host' => 'hooks.example.com']);

my %headers = map { lc $_->[0] => $_->[1] } @{$q[0]{raw_headers}};
my $id = delete $headers{'x-request-id'};

like $id, qr/^[0-9a-f]{32}$/, 'a request id';
is $q[1]{headers}{'x-request-id'}, $id, 'the same for all';

# these are the proxy's own, by its version

delete @headers{qw(host connection)};

is_deeply \%headers, {
    'content-length' => 8,
    'content-type' => 'application/json', 'x-seen' => '||/api/a',
}, 'nothing of the caller goes to the API, not by variables either';

my $log = wait_for(sub {
    (grep { /^POST \/api\/a / } split /\n/, slurp($t->prefix . '/logs/sub.log'))[0];
}, 3);

is $log, "POST /api/a HTTP/1.1|/api/a|/api/a|-|201|hooks.example.com|-|-|$id"
         . '|application/json', 'nor to the log of subrequests';

ok wait_for(sub {
    slurp($t->prefix . '/logs/sub.log')
        =~ m{^POST /web/hook/\*\*\* HTTP/1\.1\|.*\|$id\|application/json$}m;
}, 3), 'the caller is logged with the same request id';

# more than are drawn at a time

my %ids;

for (1 .. 300) {
    my $r = $t->request('POST', "/web/hook/nobody-$token", '{}');

    $ids{JSON::PP::decode_json($r->{body})->{request_id}}++;
}

is scalar(keys %ids), 300, 'each call has an id of its own';
is scalar(grep { /\A[0-9a-f]{32}\z/ } keys %ids), 300, 'of its form';

# --- values from elsewhere

($r, @q) = call('own', '{"header": 1}', headers => ['x-a' => 'one', 'X-A' => 'two']);

is_deeply JSON::PP::decode_json($q[0]{body}), {
    ip => '127.0.0.1', a => 'one, two', q => undef, none => undef,
    text => '<>', host => 'localhost' }, 'headers and variables';

$r = $t->request('POST', "/web/hook/own-$token?q=a%20%22b%22+c", '{}',
                 headers => ['Content-Type' => 'application/json']);
is JSON::PP::decode_json((made())[0]{body})->{q}, 'a "b" c', 'an argument';

# --- it stops at the first failure

$api->answer('/api/s2', { status => 404, body => "not\nthere",
                          headers => ['X-Api' => 1] });
($r, @q) = call('seq');

is $r->{status}, 502, 'a failure';
is error($r), 'The API answered 404 to action 2 of 3 (POST /api/s2)', 'is told';
is paths(@q), '/api/s1 /api/s2', 'and ends the list';
ok !exists $r->{headers}{'x-api'}, 'without anything of the API';
unlike $r->{body}, qr/there/, 'not its body either';
ok $t->wait_log(qr/\[error\].*webhook receiver "seq": The API answered 404 to action 2 of 3 \(POST \/api\/s2\): not there/),
    'its body is in the log';

for my $status (301, 302, 400, 401, 409, 429, 500, 503) {
    $api->answer('/api/s2', $status);
    ($r, @q) = call('seq');
    is "$r->{status} " . scalar @q, '502 2', "$status ends it too";
}

$api->answer('/api/s2', { close => 1 });
($r, @q) = call('seq');
is error($r), 'Action 2 of 3 (POST /api/s2) failed with 502', 'a closed connection';

$api->answer('/api/s2', { status => 200, body => 'x' x 1000, partial => 300,
                          then => 'close' });
($r, @q) = call('seq');
is $r->{status}, 502, 'an answer that breaks off';
is error($r), "The API's answer to action 2 of 3 (POST /api/s2) broke off",
    'is told';
is paths(@q), '/api/s1 /api/s2', 'and ends the list';

$api->answer('/api/s2', { raw => "nonsense\r\n\r\n" });
($r, @q) = call('seq');
is $r->{status}, 502, 'no HTTP';

($r, @q) = call('down');
is error($r), 'Action 1 of 2 (POST /down/x) failed with 502', 'refused';
is scalar @q, 0, 'nothing was called';

$api->answer('/late/x', { hang => 1 });
($r, @q) = call('late');
is error($r), 'Action 1 of 2 (POST /late/x) failed with 504', 'too late';
is paths(@q), '/late/x', 'and nothing more is called';

# --- what the locations may be

($r) = call('plain');
is $r->{status}, 200, 'return';

($r) = call('file');
is $r->{status}, 200, 'a file';
is $r->{body}, '{"status": "ok"}', 'of which nothing is sent';

$api->answer($_, { body => 'y' x 1_000_000 }) for
    qw(/nobuffer/x /notemp/x /cached/x /api/x);
my $begun = time;
($r, @q) = call('buffer');
is $r->{status}, 200, 'large answers, buffered and not';
is $r->{body}, '{"status": "ok"}', 'are swallowed';
is scalar @q, 4, 'by all locations';
cmp_ok time - $begun, '<', 40, 'before a time-out';

$api->answer('/api/x', { body => 'y' x 100_000, chunked => 1,
                         trickle => [20_000, 0.05] });
($r, @q) = call('buffer');
is $r->{status}, 200, 'and slow ones';
is paths(@q), '/nobuffer/x /notemp/x /api/x', 'one of them cached';

$api->answer('/page/x', 500);
($r, @q) = call('page');
is error($r), 'The API answered 500 to action 1 of 2 (POST /page/x)',
    'an error_page';
is paths(@q), '/page/x', 'that is an error';

$api->answer('/okpage/x', 500);
($r, @q) = call('okpage');
is error($r), 'The API answered 500 to action 1 of 2 (POST /okpage/x)',
    'an error_page with another status makes nothing well';
is paths(@q), '/okpage/x', 'and ends the list';

$api->answer('/okdown/x', { close => 1 });
($r, @q) = call('okdown');
is error($r), 'Action 1 of 2 (POST /okdown/x) failed with 502',
    'nor where there was no answer';
is paths(@q), '/okdown/x', 'and ends the list too';

($r, @q) = call('okown');
is error($r), 'Action 1 of 2 (POST /okown/x) failed with 502',
    'nor where nginx itself has failed';
is scalar @q, 0, 'and nothing is called';

($r, @q) = call('oknext');
is $r->{status}, 200, 'another API has done it';
is paths(@q), '/oknext/x /api/after', 'and on it goes';

$api->answer('/oknext/x', 503);
($r, @q) = call('oknext');
is error($r), 'The API answered 503 to action 1 of 2 (POST /oknext/x)',
    'or has not, whatever status the error_page gives it';
is paths(@q), '/oknext/x', 'which ends the list';

$api->answer('/other/x', 404);
$api->answer('/create', 201);
($r, @q) = call('other');
is $r->{status}, 200, 'another URI has done it';
is paths(@q), '/other/x /create /api/after', 'after the first one';

$api->answer('/api/xaccel', { status => 500,
                              headers => ['X-Accel-Redirect' => '/ok'] });
($r, @q) = call('xaccel');
is error($r), 'The API answered 500 to action 1 of 2 (POST /api/xaccel)',
    'X-Accel-Redirect makes nothing well either';

# an old answer out of the cache is no success of the API

($r, @q) = call('stale');
is $r->{status}, 200, 'what goes into the cache';
$api->answer('/stale/x', 500);
ok wait_for(sub { ($r, @q) = call('stale'); paths(@q) =~ m{/stale/x} }, 10),
    'and is old';
is error($r), 'The API answered 500 to action 1 of 2 (GET /stale/x)',
    'does not stand for a failure';

($r, @q) = call('named');
is $r->{status}, 200, 'a fallback';
is paths(@q), '/named/x /api/after', 'has the request';

($r, @q) = call('rewritten');
is $r->{status} . ' ' . paths(@q), '200 /api/again', 'a rewrite';

my $name = 'a b?c%d#e&f+g:h@i é';
my $esc = 'a%20b%3Fc%25d%23e%26f%2Bg%3Ah%40i%20%C3%A9';

($r, @q) = call('uri', qq({"name": "$name"}));
is $r->{status}, 200, 'a value in a URI';
is $q[1]{uri}, "/exact/$esc/x?q=$esc", 'passed on as it is';
is $q[0]{query}, "q=$esc", 'its arguments too';
(my $decoded = (split '/', $q[0]{path})[2]) =~ s/%(..)/chr hex $1/ge;
is $decoded, $name, 'or decoded and made anew';

# not read and written again by the API in Perl, which takes long

$api->answer($_, 200) for '/echo/x', '/mirror';

my $big = 'z' x 1_500_000;
($r, @q) = call('echo', qq({"big": "$big"}));
is $r->{status}, 200, 'a large body';
is length $q[0]{body}, length(qq({"big": "$big"})), 'arrives whole';
is $q[0]{body}, qq({"big": "$big"}), 'as it is';

($r, @q) = call('echo', qq({"big": "$big"}), chunked => 1);
is $q[0]{body}, qq({"big": "$big"}), 'and in chunks';

($r, @q) = call('echo', qq({"big": "$big"}), where => '/web/small/');
is $q[0]{body}, qq({"big": "$big"}), 'beyond client_body_buffer_size';
unlike $t->error_log, qr/buffered to a temporary file/, 'without a file';

($r, @q) = call('echo', qq({"big": "$big"}), where => '/web/mirrored/');
is $r->{status}, 200, 'a body that another module put into a file';
wait_for(sub { push @q, made(); @q >= 2 }, 3);
is((grep { $_->{path} eq '/echo/x' } @q)[0]{body}, qq({"big": "$big"}),
    'is read from there');
my ($mirrored) = grep { $_->{path} eq '/mirror' } @q;
is $mirrored->{body}, qq({"big": "$big"}), 'and left to the other module';

($r, @q) = call('all');
is $r->{status}, 200, 'as many actions as there may be';
is paths(@q), join(' ', map { "/api/n$_" } 1 .. 32), 'all in order';

# --- the caller leaves

for my $how ('closes', 'resets') {

    $api->answer('/api/slow', { delay => 0.5 });

    my $sock = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                     PeerPort => $t->port) or die;
    print $sock "POST /web/hook/slow-$token HTTP/1.1\r\nHost: localhost\r\n"
        . "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    $sock->flush;

    ok wait_for(sub { @{$api->requests} > $n }, 5), 'the first has begun';

    setsockopt($sock, Socket::SOL_SOCKET(), Socket::SO_LINGER(),
               pack('ii', 1, 0)) if $how eq 'resets';
    close $sock;

    ok wait_for(sub { @{$api->requests} >= $n + 2 }, 5),
        "the list goes on though the caller $how";
    is paths(made()), '/api/slow /api/after', 'to its end';
}

SKIP: {
    my $pid = Webhook::Sandbox::spawn(sub {
        exec 'curl', '-s', '-o', '/dev/null', '--http2-prior-knowledge',
            '--max-time', '0.3', '-d', '{}', '-H',
            'Content-Type: application/json',
            'http://127.0.0.1:' . $t->port('h2') . "/web/hook/slow-$token";
    });

    $api->answer('/api/slow', { delay => 1 });

    ok wait_for(sub { @{$api->requests} >= $n + 2 }, 8),
        'over HTTP/2 too';
    Webhook::Sandbox::reap($pid, 5);
    is paths(made()), '/api/slow /api/after', 'to its end';
}

# half closed, as some clients do

$api->answer('/api/slow', { delay => 0.3 });
my $sock = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                 PeerPort => $t->port) or die;
print $sock "POST /web/hook/slow-$token HTTP/1.1\r\nHost: localhost\r\n"
    . "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
$sock->flush;
shutdown $sock, 1;
like join('', <$sock>), qr/\{"status": "ok"\}\z/, 'a half closed connection is answered';
close $sock;
made();

# --- a reload and a stop while a list runs

$api->answer('/api/slow', { delay => 1 });
my @old = $t->workers;
my $curl = Webhook::Sandbox::spawn(sub {
    exec 'curl', '-s', '-o', $t->prefix . '/answer', '-d', '{}', '-H',
        'Content-Type: application/json',
        'http://127.0.0.1:' . $t->port . "/web/hook/slow-$token";
});

ok wait_for(sub { @{$api->requests} > $n }, 5), 'a list has begun';
ok $t->reload, 'a reload';
Webhook::Sandbox::reap($curl, 10);
is slurp($t->prefix . '/answer'), '{"status": "ok"}', 'lets it end';
is paths(made()), '/api/slow /api/after', 'with all of its actions';

# --- many at a time

$api->answer('/api/s2', { delay => 0.01 });

my $load = 0;
my @clients = map { Webhook::Sandbox::spawn(sub {
    my $client = $t->client;
    my $ok = 0;

    for (1 .. 25) {
        my $answer = $client->request('POST', "/web/hook/seq-$token", '{}',
            headers => ['Content-Type' => 'application/json']);
        $ok++ if $answer->{status} == 200;
    }

    POSIX::_exit($ok == 25 ? 0 : 1);
}) } 1 .. 8;

require POSIX;

for my $pid (@clients) {
    waitpid $pid, 0;
    $load++ if $? == 0;
}

is $load, 8, 'many calls at a time, on kept connections';
is scalar(made()), 8 * 25 * 3, 'and all of their actions';

$t->stop;
$t->ok_logs;

done_testing;
