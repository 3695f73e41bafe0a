
# What a reload does to the configuration: counters stay, secrets and endpoints
# change, and one that is wrong changes nothing.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Webhook::Test qw(wait_for);

my $t = Webhook::Test->new(workers => 2);

my $api  = $t->api;
my $erp  = $t->endpoint(name => 'erp');
my $crm  = $t->endpoint(name => 'crm');

my ($first, $second) = ('first-' . 'a' x 20, 'second-' . 'b' x 20);

sub config
{
    my (%part) = @_;

    $t->config(
        http => <<"CONF",
            webhook_store %%STORE%% size=64m;
            webhook_event_type order.add;
            webhook_event_type order.edit;

            webhook_endpoint erp {
                url    http://127.0.0.1:%%PORT_erp%%/hooks;
                events order.add;
                header X-Company 1260;
                header User-Agent pos;
            }

            webhook_receiver ping {
                @{[map { "secret file:%%PREFIX%%/$_;" } @{$part{secrets}}]}
                action GET /in/ping;
            }

            $part{http}
CONF
        server => <<"CONF",
            location /api/ {
                proxy_pass http://127.0.0.1:%%PORT_api%%/;
                webhook_event order.add  POST ^/api/orders\$;
                webhook_event order.edit PUT  ^/api/orders;
            }

            location /in/          { internal; return 200 "{}"; }
            location ^~ /web/hook/ { webhook_receive; }
            location = /metrics    { webhook_metrics; }
CONF
    );
}

sub counter
{
    my ($name) = @_;

    return $t->get('/metrics')->{body} =~ /^ngx_webhook_${name}_total (\d+)$/m
           ? $1 : undef;
}

sub call
{
    my ($token) = @_;

    my $r = $t->request('POST', "/web/hook/$token", '{}',
                        headers => ['Content-Type', 'application/json']);

    return $r->{status};
}

$t->file('first', "$first\n");
$t->file('second', $second);

config(secrets => ['first'], http => '');
$t->start;


# the headers that the configuration sets

$t->post('/api/orders', '{"n": 1}');

my $got = $erp->wait_requests(1)->[0];

is $got->{headers}{'x-company'}, 1260, 'a header of the endpoint';
is $got->{headers}{'user-agent'}, 'pos', 'a header instead of the module\'s';
is $got->{headers}{'tc-webhook-event'}, 'order.add', 'the type of the event';

$t->request('PUT', '/api/orders/1', '{"n": 2}');

wait_for(sub { counter('events_skipped') == 1 })
    or diag 'skipped: ', counter('events_skipped');

is counter('events_skipped'), 1, 'an event that nobody asks for';
is call($first), 200, 'the first secret';
is call($second), 404, 'the second is not known yet';


# both secrets, another name for the event's header, one more endpoint

config(secrets => ['first', 'second'], http => <<'CONF');
    webhook_event_header X-Event;

    webhook_endpoint crm {
        url    http://127.0.0.1:%%PORT_crm%%/;
        events order.*;
    }
CONF

ok $t->reload, 'reload';

is counter('events_skipped'), 1, 'counters are kept';
is counter('calls_ok'), 1, 'those of calls too';
is call($first), 200, 'the first secret works on';
is call($second), 200, 'and the second beside it';

$t->request('PUT', '/api/orders/1', '{"n": 3}');

$got = $crm->wait_requests(1)->[0];

is $got->{headers}{'x-event'}, 'order.edit', 'the new endpoint gets it';
is $got->{headers}{'tc-webhook-event'}, undef, 'under the new header';
like $got->{headers}{'user-agent'}, qr{^ngx_http_webhook/\d+\.\d+},
     'from the module';


# a secret that is written into the configuration

my $plain = 'plain-' . 'c' x 20;

config(secrets => ['first', 'second'], http => <<"CONF");
    @{[ ('# ' . 'x' x 997 . "\n") x 5 ]}
    webhook_receiver plain { secret $plain; action GET /in/ping; }
    @{[ ('# ' . 'x' x 997 . "\n") x 5 ]}
CONF

my ($status, $out) = $t->test('-T');

is $status, 0, 'nginx -T';
like $out, qr/webhook_receiver plain \{ secret \*{26}; action GET/,
     'shows stars';
unlike $out, qr/$plain/, 'and not the secret';

ok $t->reload, 'reload';
is call($plain), 200, 'which works';


# a configuration that is wrong

config(secrets => ['second'], http => 'webhook_endpoint erp { }');

$t->allow(qr/webhook_endpoint "erp", defined in/);

ok !$t->reload, 'a wrong configuration is refused';
is call($first), 200, 'and the one before goes on';


# the first secret is taken back

config(secrets => ['second'], http => '');

ok $t->reload, 'reload';

is call($first), 404, 'the first secret works no more';
is call($second), 200, 'the second does';
is counter('calls_ok'), 6, 'counters are kept all the time';

unlike $t->error_log . $t->access_log, qr/$first|$second|$plain/,
       'no secret stands in a log';

$t->stop;
$t->ok_logs;

done_testing;
