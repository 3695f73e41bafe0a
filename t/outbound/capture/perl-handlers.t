# Handlers that answer in steps of their own: with flushes, pauses, and
# without an end.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Webhook::Nginx qw(loads);
use Webhook::Test qw(slurp wait_for);

my ($perl) = grep { loads($_) } map { "$_/ngx_http_perl_module.so" }
             qw(/usr/lib/nginx/modules /usr/share/nginx/modules);

plan skip_all => 'no perl module of nginx' if !$perl;

my $t = Webhook::Test->new(http2 => 1);

my $hook = $t->endpoint(name => 'erp');

$t->config(main => "load_module $perl;", http => <<'CONF', server => <<'CONF');
    log_format hook '$request [$webhook_event] $webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hooks;
        events *;
    }

    webhook_event a.one * ^/;
CONF
    location /flushed {
        perl 'sub {
            my $r = shift;
            $r->send_http_header("application/json");
            return OK if $r->header_only;
            $r->print(q|{"a":|);
            $r->flush;
            $r->print(" 1}");
            $r->flush;
            return OK;
        }';
    }

    # the header is sent, and there is a pause before the end

    location /paused {
        perl 'sub {
            my $r = shift;
            $r->send_http_header("application/json");
            $r->sleep(300, sub {
                my $r = shift;
                $r->print(q|{"b": 2}|);
                return OK;
            });
            return OK;
        }';
    }

    location /nothing {
        perl 'sub {
            my $r = shift;
            $r->header_out("Content-Length", 0);
            $r->send_http_header("application/json");
            $r->sleep(300, sub { return OK; });
            return OK;
        }';
    }

    location /broken {
        perl 'sub {
            my $r = shift;
            $r->send_http_header("application/json");
            $r->print(q|{"c": |);
            die "in the middle";
        }';
    }
CONF

$t->start;

my @want;

for my $http2 (0, 1) {
    my $how = $http2 ? 'h2' : 'h1';

    for (['GET', '/flushed', '{"a": 1}'], ['HEAD', '/flushed', ''],
         ['GET', '/paused', '{"b": 2}'], ['HEAD', '/paused', ''],
         ['GET', '/nothing', ''], ['HEAD', '/nothing', ''])
    {
        my ($method, $uri, $body) = @$_;

        my $r = $t->curl($method, $uri, undef, http2 => $http2);

        is $r->{exit}, 0, "$how $method $uri: whole";
        is $r->{status}, 200, "$how $method $uri: answered";
        is $r->{body}, $body, "$how $method $uri: with its body";

        push @want, $body eq '' ? '{}' : $body;
    }

    my $r = $t->curl('GET', '/broken', undef, http2 => $http2);

    cmp_ok $r->{time} // 0, '<', 40, "$how: a handler that dies ends, too";
}

# in any order, and with an event of what died

wait_for(sub { @want <= grep { $_->{body} !~ /"c"/ } @{ $hook->requests } }, 20);

my $sent = $hook->wait_quiet(0.5);

is_deeply [grep { !/"c"/ } sort map { $_->{body} } @$sent], [sort @want],
          'each is an event, with its body';

my $log = slurp($t->prefix . '/logs/hook.log');

unlike $log, qr{^\w+ /(?:flushed|paused|nothing) .*(?<!committed)$}m,
       'and was kept before its end';

$t->stop;
$t->ok_logs;

done_testing;
