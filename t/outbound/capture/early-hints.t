# Early hints (103): the response that follows is the event, whether nginx passes
# them on (early_hints, nginx 1.29.0) or not; an endpoint may send them, too.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Test;

my ($minor) = Webhook::Test::version();

plan skip_all => 'nginx has no early_hints' if $minor < 29;

my $hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n";
my $body = '{"id": 7}';

my $t = Webhook::Test->new;

my $api = $t->endpoint(name => 'api', answers => { '*' => [{
    raw => "${hints}HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
           . 'Content-Length: ' . length($body) . "\r\n\r\n$body" }] });
my $hook = $t->endpoint(name => 'erp', answers => { '*' => [{
    raw => "${hints}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }] });

$t->config(http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "It happened";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hook;
        events a.*;
    }
CONF
    proxy_http_version 1.1;

    location /passed/ {
        early_hints   1;
        proxy_pass    http://127.0.0.1:%%PORT_api%%;
        webhook_event a.one POST ^/;
    }
    location / {
        proxy_pass    http://127.0.0.1:%%PORT_api%%;
        webhook_event a.one POST ^/;
    }
CONF

$t->start;

my $n = 0;

for my $path ('/', '/passed/') {
    my $answer = $t->client->raw("POST $path HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\nContent-Length: 2\r\n\r\n{}");

    is scalar(() = $answer =~ /^HTTP\/1\.1 103 /mg), $path eq '/' ? 0 : 1,
        "$path: early hints";
    like $answer, qr/^HTTP\/1\.1 201 .*\Q$body\E\z/ms, "$path: the response";

    is $hook->wait_requests(++$n)->[-1]{body}, $body, "$path: the event";
}

my ($status, $out) = $t->ctl('list', '--state=delivered');
is scalar(() = $out =~ /a\.one/g), 2, 'and both are delivered';

is scalar @{$hook->wait_quiet(0.3)}, 2, 'once each';

$t->stop;
$t->ok_logs;

done_testing;
