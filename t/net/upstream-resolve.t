# "server ... resolve" (nginx 1.27.3): such a server has no address before nginx
# runs, and is refused for endpoints; proxied requests use it as before.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Test;

my ($minor, $patch) = Webhook::Test::version();

plan skip_all => 'nginx has no "server ... resolve"'
    if $minor < 27 || $minor == 27 && $patch < 3;

my $t = Webhook::Test->new;
my $hook = $t->endpoint(name => 'erp');
my $dns = $t->dns('api.test' => ['127.0.0.1'], 'erp.test' => ['127.0.0.1']);

$t->api->answer('*', 201);

sub configure
{
    my ($url, $more) = @_;

    $t->config(http => <<"CONF" . $more . <<'CONF2', server => <<'CONF3');
        webhook_endpoint erp {
            url    $url;
            events a.*;
        }
CONF
        resolver 127.0.0.1:%%PORT_dns%%;

        webhook_store %%STORE%% size=64m;
        webhook_event_type a.one "It happened";

        upstream api {
            zone   api 64k;
            server api.test:%%PORT_api%% resolve;
        }
CONF2
        location / {
            proxy_pass    http://api;
            webhook_event a.one POST ^/;
        }
CONF3
}

$t->allow(qr/has "resolve", which only proxied requests can use/);

my $upstream = <<'CONF';
    upstream erp {
        zone   erp 64k;
        server erp.test:%%PORT_erp%% resolve;
    }
CONF

configure('http://erp/hook', $upstream);

my ($status, $out) = $t->test;

isnt $status, 0, 'such an upstream is refused';
like $out, qr/\[emerg\] .*server "erp\.test:\d+" of upstream "erp" has "resolve", which only proxied requests can use: write its name in place of the upstream's in \S+:\d+$/m,
    'and why';

configure('http://erp/hook', $upstream =~ s/resolve;/resolve down;/r
                             =~ s/\}\s*\z/    server 127.0.0.1:%%PORT_erp%%;\n    }\n/r);

($status, $out) = $t->test;
is $status, 0, 'one that is down is not used' or diag $out;

# its name instead, and an API behind such an upstream

configure('http://erp.test:%%PORT_erp%%/hook', '');
$t->start;

is $t->request('POST', '/', '{}')->{status}, 201, 'the API is found';
is scalar @{$hook->wait_requests(1)}, 1, 'so is the endpoint';

$t->stop;
$t->ok_logs;

done_testing;
