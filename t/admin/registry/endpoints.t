# Endpoints that are registered while nginx runs: they get events, as they are
# now, in every worker, and are there after a reload and a restart.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Registry;
use Webhook::Test qw(wait_for);

my $t = Webhook::Test->new(workers => 4);
my $registry = Webhook::Registry->new($t);

my $api = $t->api;
my $hook = $t->endpoint(name => 'hook');

$t->config(main => $registry->main, http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    webhook_event_type order.edit;
    resolver 127.0.0.1;

    webhook_registry {
        key file:%%PREFIX%%/registry.key;
        limit endpoints=6;
        quota endpoints=2;
        address any;
    }
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event order.add POST ^/api/orders$ status=201;
        webhook_event order.edit PUT ^/api/orders/ company=shop-1;
    }
    location = /registry { webhook_registry_test; }
CONF

$t->start;

my $url = 'http://127.0.0.1:' . $hook->port;


# --- made

my $r = $t->request('POST', '/api/orders', '{"total": 0}');

is $r->{status}, 201, 'an event that nobody asked for';

my $made = $registry->make({ name => 'erp', url => "$url/erp",
    events => ['order.add'], format => 'xml',
    headers => [{ name => 'X-Company', value => '1260' },
                { name => 'X-Event', value => '${event.type}' }],
    secret => JSON::PP::true() });

is $made->{result}, 'ok', 'registered' or diag explain $made;
like $made->{id}, qr/^ep_[a-z0-9]{26}$/, 'its id';
is $made->{version}, 1, 'its version';
like $made->{made}{secret}, qr/^whsec_/,
    'a secret was made';

my $id = $made->{id};

$r = $t->request('POST', '/api/orders', '{"total": 1}');

my $requests = $hook->wait_requests(1);

is scalar @$requests, 1, 'the next event is delivered, and no other';
is $requests->[0]{uri}, '/erp';
like $requests->[0]{body}, qr/^<\?xml/, 'as XML';
is $requests->[0]{headers}{'x-company'}, '1260', 'with its header';
is $requests->[0]{headers}{'x-event'}, 'order.add', 'and that of the event';
like $requests->[0]{headers}{'webhook-signature'}, qr/^v1,/, 'signed';


# --- every worker has a change once it was answered

for my $n (1 .. 5) {
    my $changed = $registry->patch($id, {
        headers => [{ name => 'X-Turn', value => "$n" }] }, expect => $n);

    is $changed->{version}, $n + 1, "changed: $n" or diag explain $changed;

    # as many connections as it takes to meet each worker

    $t->request('POST', '/api/orders', '{"total": 2}') for 1 .. 12;

    $requests = $hook->wait_requests(1 + 12 * $n);

    is_deeply [map { $_->{headers}{'x-turn'} } @$requests[-12 .. -1]],
        [($n) x 12], 'nobody sends by what was before';
}

is $registry->patch($id, { name => 'x' }, expect => 1)->{result}, 'stale',
    'an older version';

my %workers;

wait_for(sub {
    my $state = $registry->state($id);
    $workers{$state->{worker}} = $state->{version};
    return keys %workers == 4;
}, 10);

is_deeply [values %workers], [(6) x 4], 'all workers, without an event';


# --- what is not right

my $wrong = $registry->make({ name => 'erp', url => "$url/b",
                              events => ['order.add'] });
is $wrong->{result}, 'taken', 'the name of another';

$wrong = $registry->make({ name => 'b', url => "$url/b",
                           events => ['order.lost'] });
is $wrong->{result}, 'problems', 'no such type';
is $wrong->{problems}[0]{pointer}, '/events/0', 'its member';
like $wrong->{problems}[0]{detail}, qr/"order\.lost" .* matches no/, 'in words';

$wrong = $registry->patch($id, { filter => ['data.id ='] });
is $wrong->{result}, 'problems', 'a change that is not right';
is $registry->state($id)->{version}, 6, 'nothing was changed';

$wrong = $registry->make({ name => 'c', url => "$url/c",
                           events => ['order.add'],
                           headers => [{ name => 'Authorization',
                                         value => 'x' }] });
is $wrong->{problems}[0]{pointer}, '/headers/0', 'Authorization is for auth';

for my $path ('var.remote_addr', 'request.id', 'response.id', 'uri.1') {
    $wrong = $registry->make({ name => 'c', url => "$url/c",
        events => ['order.add'],
        headers => [{ name => 'X-A', value => "\${$path}" }] });
    is $wrong->{result}, 'problems', "a header with $path";
}


# --- companies

my $own = $registry->make({ name => 'erp', url => "$url/own",
                            events => ['order.*'] }, company => 'shop-1');
my $other = $registry->make({ name => 'erp', url => "$url/other",
                              events => ['order.*'] }, company => 'shop-2');
my $all = $registry->make({ name => 'all', url => "$url/all",
                            events => ['order.edit'] });

is $_->{result}, 'ok', 'the same name in another company' or diag explain $_
    for $own, $other, $all;
is $own->{company}, 'shop-1', 'whose it is';

my $before = @{$hook->requests};

$t->request('PUT', '/api/orders/1', '{"id": 1}');

$requests = $hook->wait_requests($before + 2);

is_deeply [sort map { $_->{uri} } @$requests[$before .. $#$requests]],
    ['/all', '/own'], 'an event of a company: to it, and to those of none';

$before = @$requests;

$t->request('POST', '/api/orders', '{"total": 3}');

$requests = $hook->wait_requests($before + 1);

is_deeply [map { $_->{uri} } @$requests[$before .. $#$requests]], ['/erp'],
    'an event of none: to none of a company';

is $registry->patch($own->{id}, { name => 'x' },
                    company => 'shop-2')->{result}, 'not found',
    'another company sees nothing of it';
is $registry->remove($own->{id}, company => 'shop-2')->{result}, 'not found',
    'nor can it take it away';
is $registry->patch($own->{id}, { company => 'shop-2' })->{problems}[0]{pointer},
    '/company', 'it changes its company for nobody';

$wrong = $registry->make({ name => 'd', url => $url, events => ['order.*'],
                           company => 'shop-2' }, company => 'shop-1');
is $wrong->{problems}[0]{pointer}, '/company',
    'nobody registers for another company';


# --- bounds

is $registry->make({ name => 'two', url => $url, events => ['order.add'] },
                   company => 'shop-2')->{result}, 'ok', 'up to the quota';
is $registry->make({ name => 'three', url => $url, events => ['order.add'] },
                   company => 'shop-2')->{result}, 'quota', 'over it';

# events = [] asks for nothing

is $registry->make({ name => 'six', url => $url, events => [] })->{result},
    'ok', 'up to the limit';
is $registry->make({ name => 'seven', url => $url, events => [] })->{result},
    'limit', 'over it';


# --- what waits is owed

$hook->answer('/erp', 500);

$t->request('POST', '/api/orders', '{"total": 4}');
$hook->wait_requests(@$requests + 1);

my $removed;

wait_for(sub {
    $removed = $registry->remove($id);
    return ($removed->{pending} // 0) == 1;
}, 10);

is $removed->{result}, 'owed', 'a delivery waits';

is $registry->remove($id, cancel => 1)->{result}, 'ok', 'given up';
ok wait_for(sub { !$registry->state($id)->{known} }, 10), 'it is gone';
is $registry->patch($id, { name => 'x' })->{result}, 'not found',
    'and not found';

$before = @{$hook->requests};

$t->request('POST', '/api/orders', '{"total": 5}');


# --- a reload, and a restart

my $kept = $registry->make({ name => 'kept', url => "$url/kept",
    events => ['order.add'],
    headers => [{ name => 'X-Secret', value => 'of-somebody-else' }] });

is $kept->{result}, 'ok', 'another';

$t->reload or die;
$t->request('POST', '/api/orders', '{"total": 6}');
$requests = $hook->wait_requests($before + 1);

is_deeply [map { $_->{uri} } @$requests[$before .. $#$requests]], ['/kept'],
    'after a reload';
is $requests->[-1]{headers}{'x-secret'}, 'of-somebody-else', 'with its header';

$t->stop;
$t->start;

$t->request('POST', '/api/orders', '{"total": 7}');
$requests = $hook->wait_requests($before + 2);

is $requests->[-1]{uri}, '/kept', 'after a restart';
is $requests->[-1]{headers}{'x-secret'}, 'of-somebody-else', 'the same header';
is scalar @$requests, $before + 2, 'what was removed is sent nothing';

$t->stop;

my $store = join '', map { slurp_raw($_) } glob($t->store . '/*');

unlike $store, qr/of-somebody-else/, 'the value is not in the store';
unlike $store, qr{\Q$url\E/kept}, 'nor is the URL';

$t->ok_logs;

done_testing;


sub slurp_raw
{
    my ($name) = @_;

    return '' unless -f $name;

    open my $fh, '<:raw', $name or die "$name: $!\n";
    local $/;
    return <$fh>;
}
