
# path=original: rules about the path that the client asked for, whatever became
# of it behind.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use Test::More;
use Webhook::Test qw(slurp wait_for);

my $json = 'application/json';

my $t = Webhook::Test->new(workers => 1, http2 => 1);

my $api = $t->endpoint(name => 'api', answers => {
    '*' => [{ body => '{"x": 1}', headers => ['Content-Type' => $json] }],
});
my $hook = $t->endpoint(name => 'erp');

$t->config(http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";
    webhook_event_type b.one "";
    webhook_event_type c.one "";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hook;
        events a.* b.* c.*;
        header X-Path "${uri.0}";
        header X-Id "${uri.1}";
    }
CONF
    webhook_event a.one POST ^/wp-json/wc/v3/orders(?:/(.*))?$ path=original;
    webhook_event b.one POST ^/index\.php$ path=current;
    webhook_event c.one POST ^/c/(\w+)$ path=original payload=request;

    rewrite ^/c/server/?$ /index.php;

    location / {
        root %%PREFIX%%/no;
        try_files $uri $uri/ /index.php?$args;
    }

    location /wp-json/wc/v3/orders/named/ {
        try_files /no-such-file @app;
    }

    location /c/ {
        rewrite ^ /index.php last;
    }

    location = /c/page {
        error_page 404 =200 @app;
        return 404;
    }

    location = /c/break {
        rewrite ^ /index.php break;
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location @app {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location = /index.php {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location = /other.php {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }
CONF

$t->start;

# The events of a request, by their types.

my $n = 0;

sub events {
    my ($what, $types, $ask) = @_;

    my $first = $n;
    my @types = split ' ', $types;

    $ask->();
    $n += @types;

    # One more shows that there are no others.

    $t->post('/other.php/../c/last', '{"last": 1}');
    $n++;

    my @got = @{ $hook->wait_requests($n) }[$first .. $n - 1];
    my ($last) = grep { ($_->{headers}{'x-id'} // '') eq 'last' } @got;

    ok $last, "$what: the last";

    @got = sort { $a->{headers}{'tc-webhook-event'}
                  cmp $b->{headers}{'tc-webhook-event'} }
           grep { $_ != $last } @got;

    is join(' ', map { $_->{headers}{'tc-webhook-event'} } @got), $types, $what;

    return @got;
}

# The last one, which is rewritten to /index.php, makes a b.one too.

sub asked {
    my ($uri, $id, $what) = @_;

    my @got = events($what, 'a.one b.one b.one',
                     sub { is $t->post($uri, '{}')->{status}, 200, $what });

    is $got[0]{headers}{'x-id'}, $id, "$what: the capture";
    return $got[0];
}

asked('/wp-json/wc/v3/orders/7', '7', 'try_files');
asked('/wp-json/wc/v3/orders/7?a=/b', '7', 'no arguments');
asked('//wp-json/./x/../wc/v3//orders/7%20%41', '7 A', 'it is normalized');
asked('/wp-json/wc/v3/orders/7%2F8#x', '7/8', 'a slash is decoded');
asked('/wp-json/wc/v3/orders/a+b', 'a+b', 'a plus stays');

my @got = events('a named location', 'a.one b.one',
                 sub { $t->post('/wp-json/wc/v3/orders/named/1', '{}') });
is $got[0]{headers}{'x-id'}, 'named/1', 'its capture';

for my $id (qw(any server)) {
    @got = events("rewritten: $id", 'b.one b.one c.one',
                  sub { $t->post("/c/$id", '{"id": 1}') });
    is $got[2]{headers}{'x-id'}, $id, 'its capture';
    is $got[2]{body}, '{"id": 1}', 'the body of the request';
}

@got = events('an error_page', 'b.one c.one',
              sub { $t->post('/c/page', '{"id": 1}') });
is $got[1]{headers}{'x-id'}, 'page', 'its capture';

@got = events('rewritten in place', 'b.one b.one c.one',
              sub { $t->post('/c/break', '{"id": 1}') });

events('another', 'b.one', sub { $t->post('/other.php', '{}') });

# Absolute URIs, HTTP/2, and what nginx refuses.

sub raw {
    my ($line) = @_;

    my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                  PeerPort => $t->port) or die;

    print $s "$line HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
             . "Connection: close\r\n\r\n{}";

    local $/;
    return <$s> =~ m{^HTTP/1.1 (\d+)} ? $1 : undef;
}

my $path = '/wp-json/wc/v3/orders';

@got = events('an absolute URI', 'a.one b.one b.one', sub {
    is raw("POST http://localhost$path/8?x"), 200, 'an absolute URI';
});
is $got[0]{headers}{'x-id'}, '8', 'its capture';

events('one without a path', 'b.one b.one', sub {
    is raw('POST http://localhost?/c/x'), 200, 'one without a path';
});

@got = events('HTTP/2', 'a.one b.one b.one', sub {
    is $t->curl('POST', "$path/x%2fy?z", '{}', http2 => 1,
                headers => ['Content-Type' => $json])->{status}, 200, 'HTTP/2';
});
is $got[0]{headers}{'x-id'}, 'x/y', 'its capture';

for my $bad ('%', '%4', '%zz', '%00', '/../../../../../../x') {
    events("$bad: none", 'b.one',
           sub { is raw("POST $path/$bad"), 400, "$bad is refused" });
}

# long ones

my $long = 'x' x 7000;
asked("$path/$long", $long, 'a long path');

$t->stop;
$t->ok_logs;

done_testing;
