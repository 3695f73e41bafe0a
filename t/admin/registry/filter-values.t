# Who gets an event by the filters that somebody registered: by one value most are
# passed over without being evaluated, and that changes nothing.  Each kind of
# condition, beside each other, and more paths than values are kept of.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Registry;
use Webhook::Test;

my $t = Webhook::Test->new(workers => 1);
my $registry = Webhook::Registry->new($t);

my $api = $t->endpoint(name => 'api', keep_bodies => 0, answers => {
    '*' => [{ status => 201, headers => ['Content-Type' => 'application/json'],
              body => '{"id": 7}' }] });
my $hook = $t->endpoint(name => 'hook', keep_bodies => 0);

$t->config(main => $registry->main, http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    webhook_event_type order.edit;
    webhook_event_type order.sell;
    resolver 127.0.0.1;

    webhook_registry {
        key file:%%PREFIX%%/registry.key;
        limit endpoints=200 fanout=100;
        address any;
    }
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event order.add  POST ^/api/orders payload=request;
        webhook_event order.edit PUT ^/api/orders payload=request;
    }
    location = /registry { webhook_registry_test; }
CONF

$t->start;

my $url = 'http://127.0.0.1:' . $hook->port;
my $client = $t->client;
my $seen = 0;


sub register
{
    my ($name, $type, @filter) = @_;

    my $made = $registry->make({ name => $name, url => "$url/$name",
                                 events => [$type], filter => \@filter },
                               client => $client);

    is $made->{result}, 'ok', "$name is registered" or diag explain $made;

    return $made->{id};
}


# who gets an event of this body

sub goes_to
{
    my ($method, $body, @want) = @_;

    $t->request($method, '/api/orders', $body);
    $seen += @want;

    my $requests = $hook->wait_requests($seen);
    my @got = map { substr $_->{uri}, 1 } @$requests[$seen - @want .. $seen - 1];

    is_deeply [sort @got], [sort @want], "$body goes to whom it should";
    is scalar @{$hook->requests}, $seen, 'and to nobody else';
}


register('text', 'order.add', "data.n == '1'");
register('number', 'order.add', 'data.n == 1.0');
register('two', 'order.add', 'data.n == 2');
register('both', 'order.add', 'data.n == 1 && data.m == x');
register('behind', 'order.add', "data.m exists", "data.n == 2");
register('either', 'order.add', 'data.n == 1 || data.m == x');
register('not', 'order.add', '!(data.n == 1)');
register('one-of', 'order.add', 'data.n in (1)');
register('of-two', 'order.add', 'data.n in (1, 2)');
register('above', 'order.add', 'data.n > 1');
register('below', 'order.add', 'data.n < 2');
register('null', 'order.add', 'data.n == null');
register('empty', 'order.add', "data.n == ''");
register('long', 'order.add', "data.n == '" . 'a' x 300 . "'");
register('type', 'order.add', 'event.type == order.add && data.n == 1');
register('all', 'order.add');

goes_to('POST', '{"n": 1}', qw(number either one-of of-two below type all));
goes_to('POST', '{"n": "1"}',
        qw(text number either one-of of-two below type all));
goes_to('POST', '{"n": 10e-1, "m": "x"}',
        qw(number both either one-of of-two below type all));
goes_to('POST', '{"n": 2, "m": 0}', qw(two behind not of-two above all));
goes_to('POST', '{"n": "\u0031"}',
        qw(text number either one-of of-two below type all));
goes_to('POST', '{"n": null}', qw(not null empty all));
goes_to('POST', '{"n": ""}', qw(not empty all));
goes_to('POST', '{"n": "' . 'a' x 300 . '"}', qw(not long all));
goes_to('POST', '{"n": "' . 'a' x 299 . '"}', qw(not all));
goes_to('POST', '{"m": "x"}', qw(either not all));
goes_to('POST', '[1]', qw(not all));

my $mark = $t->mark;

goes_to('POST', '{"n": 1', qw(all));

like $t->error_log($mark),
    qr/a filter of webhook endpoint "ep_\w+" cannot be evaluated/,
    'a body that cannot be read is told';


# --- more paths than there are values

register("path-$_", 'order.edit', "data.p$_ == $_") for 1 .. 70;

goes_to('PUT', '{"p1": 1, "p2": 0, "p64": 64, "p65": 65, "p69": "69", "p70": 7}',
        qw(path-1 path-64 path-65 path-69));


# --- who changes is looked at anew

my $id = register('late', 'order.edit', 'data.p1 == 2');

goes_to('PUT', '{"p1": 2}', 'late');

is $registry->patch($id, { filter => ['data.p1 == 3'] },
                    client => $client)->{result}, 'ok', 'changed';

goes_to('PUT', '{"p1": 3}', 'late');
goes_to('PUT', '{"p1": 2, "p2": 2}', 'path-2');


$t->stop;
$t->ok_logs;

done_testing;
