# A header that is held is as good as one that was sent: whoever answers makes
# no body for it; and what a filter answers in the place of a response is not
# held at all.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use Test::More;
use Webhook::Nginx qw(loads);
use Webhook::Test qw(slurp wait_for);

my $image = '/usr/lib/nginx/modules/ngx_http_image_filter_module.so';
my $has_image = loads($image);

my $t = Webhook::Test->new;

my @text = (headers => ['Content-Type' => 'text/plain']);

my $api = $t->endpoint(name => 'api', answers => {
    '/hangs' => [{ body => 'x' x 1000, partial => 200, then => 'hang', @text }],
    '/short' => [{ body => 'x' x 1000, partial => 200, then => 'close', @text }],
    '/image' => [{ body => 'no image', @text }],
    '*'      => [{ body => 'text', @text }],
});
my $hook = $t->endpoint(name => 'erp');

$t->file('html/file', 'a file');

my $images = $has_image ? <<'CONF' : '';
    location /image {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        proxy_buffering off;
        image_filter resize 15 10;
        error_page 415 = /empty;
    }

    location /image/page {
        proxy_pass http://127.0.0.1:%%PORT_api%%/image;
        image_filter resize 15 10;
    }
CONF

$t->config(main => $has_image ? "load_module $image;" : '',
           http => <<'CONF', server => <<"CONF");
    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hooks;
        events *;
    }

    webhook_event a.one * ^/ status=200,204,412,415;
    proxy_cache_path cache keys_zone=cache:1m;
CONF
    location / {
        root html;
    }

    location /api/ {
        proxy_method GET;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location /cached/ {
        proxy_cache cache;
        proxy_cache_valid 1m;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location = /empty {
        return 204;
    }

    $images
CONF

$t->start;

my $events = 0;

sub sent
{
    $events++;
    is scalar @{$hook->wait_requests($events)}, $events, "$_[0]: sent";
}

# nginx reads no body for a HEAD, so this one need not come.

my $client = $t->client;

is $client->request('HEAD', '/api/hangs')->{status}, 200, 'HEAD';
sent('HEAD');

ok wait_for(sub { grep { $_->{kind} eq 'close' } @{$api->events} }),
   'the API is not listened to any more';

is $client->request('GET', '/api/x')->{body}, 'text',
   'the connection is good for another';
sent('GET');

# It reads one that is to be cached; where that breaks off while the header is
# held, the client has the header all the same.

my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $t->port)
    or die "cannot connect: $!";

$t->hold_store(sub {
    my $mark = $t->mark;

    print $s "HEAD /cached/short HTTP/1.0\r\nHost: x\r\n\r\n";

    ok $t->wait_log(qr/upstream prematurely closed/, 10, $mark),
       'the API breaks off';
});

like join('', <$s>), qr{^HTTP/1\.1 200 }, 'and the header comes';
sent('cached');

# A filter's own answers.

my $r = $t->request('GET', '/file', undef,
                    headers => ['If-Match' => '"other"']);

is $r->{status}, 412, 'a precondition';
like $r->{body}, qr/412 Precondition Failed/, 'a precondition: its page';
sent('a precondition');

SKIP: {
    skip 'no image filter for this nginx', 5 unless $has_image;

    $r = $t->request('GET', '/image');
    is $r->{status}, 204, 'no image: a page that is empty';
    sent('no image');

    $r = $t->request('GET', '/image/page');
    is $r->{status}, 415, 'no image: core\'s own';
    like $r->{body}, qr/415 Unsupported Media Type/, 'no image: its page';

    is $t->get('/file')->{body}, 'a file', 'it goes on';
    sent('it goes on');
}

is scalar @{$hook->wait_quiet(0.3)}, $events, 'and no more than that';

$t->stop;
$t->ok_logs;

done_testing;
