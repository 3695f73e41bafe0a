# The keys that secrets are sealed with: another one comes first, and all are
# sealed anew; the old one goes; no key is there, and what it sealed waits.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Test::More;

use lib 't/lib';
use Webhook::Registry;
use Webhook::Test qw(wait_for);

my $t = Webhook::Test->new(workers => 2);
my $registry = Webhook::Registry->new($t);

my $api = $t->api;
my $hook = $t->endpoint(name => 'hook');

chmod 0600, $t->file('other.key', encode_base64('o' x 32, ''));

sub configure
{
    my (@keys) = @_;

    my $keys = join '', map { "        key file:%%PREFIX%%/$_.key;\n" } @keys;

    $t->config(main => $registry->main, http => <<"CONF", server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    resolver 127.0.0.1;
    webhook_registry {
        address any;
$keys    }
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
    location = /registry { webhook_registry_test; }
    location = /metrics { webhook_metrics; }
CONF
}

sub metric
{
    my ($name) = @_;

    my $text = $t->request('GET', '/metrics')->{body};

    return $text =~ /^ngx_webhook_${name}_total (\d+)$/m ? $1 : undef;
}

configure('registry');

$t->start;

my $url = 'http://127.0.0.1:' . $hook->port;
my @ids;

for my $n (1 .. 20) {
    my $made = $registry->make({ name => "n$n", url => "$url/$n",
        events => $n == 1 ? ['order.add'] : [],
        headers => [{ name => 'X-N', value => "value-$n" }],
        secret => JSON::PP::true() });

    is $made->{result}, 'ok', "$n" or diag explain $made;
    push @ids, $made->{id};
}


# one whose headers are made with each event

my $made = $registry->make({ name => 'templates', url => "$url/templates",
    events => ['order.add'],
    headers => [{ name => 'X-Total', value => 'of-${data.total}' }] });

is $made->{result}, 'ok', 'one with a placeholder' or diag explain $made;

my $templates = $made->{id};

sub sent_to
{
    my ($path) = @_;

    return grep { $_->{path} eq $path } @{$hook->requests};
}

sub listed
{
    my ($id, $state) = @_;

    my (undef, $out) = $t->ctl('list', "--endpoint=$id", "--state=$state");

    return scalar(() = $out =~ /order\.add/g);
}


# --- another key

configure('other', 'registry');

my $mark = $t->mark;

$t->reload or die;

ok $t->wait_log(qr/21 registered objects were sealed with the first "key"/,
                20, $mark), 'all are sealed anew';

is $registry->state($ids[0])->{version}, 1, 'their versions are what they were';

configure('other');

$t->reload or die;

$t->request('POST', '/api/orders', '{"total": 1}');

$hook->wait_requests(2);

my $requests = [sent_to('/1')];

is scalar @$requests, 1, 'the old key is not needed';
is $requests->[0]{headers}{'x-n'}, 'value-1', 'all is what it was';
like $requests->[0]{headers}{'webhook-signature'}, qr/^v1,/, 'signed';


# --- no key opens it

$t->allow(qr/registered endpoint "ep_\w+" is not used: no "key" of/);
$t->allow(qr/21 registered objects are not used/);
$t->allow(qr/decrypts the headers of registered endpoint "ep_\w+"/);

configure('registry');

$t->reload or die;

my $state = $registry->state($ids[0]);

ok wait_for(sub { $state = $registry->state($ids[0]); $state->{reason} }, 10),
    'it does not act';
like $state->{reason}, qr/no "key" of webhook_registry decrypts/, 'told why';

is $registry->patch($ids[0], { description => 'x' })->{result}, 'locked',
    'nobody changes it';

$mark = $t->mark;

$t->request('POST', '/api/orders', '{"total": 2}');

ok $t->wait_log(qr/decrypts the headers of registered endpoint "$ids[0]"/, 10,
                $mark), 'that headers may be missing is told';
ok wait_for(sub { metric('deliveries_headless') == 2 }, 10),
    'and counted, of each endpoint';

$t->request('POST', '/api/orders', '{"total": 3}');

ok wait_for(sub { metric('deliveries_headless') == 4 }, 10),
    'so is the next one';

ok wait_for(sub { listed($ids[0], 'pending') == 2
                  && listed($templates, 'pending') == 2 }, 10),
    'its events wait';

is scalar @{$hook->requests}, 2, 'and are not sent';

configure('other');

$t->reload or die;

$hook->wait_requests(4);
$requests = [sent_to('/1')];

is scalar @$requests, 3, 'until the key is there again';
is $requests->[1]{headers}{'x-n'}, 'value-1', 'with its headers';
like $requests->[1]{headers}{'webhook-signature'}, qr/^v1,/, 'signed';

ok wait_for(sub { listed($templates, 'dead') == 2 }, 10),
    'what cannot be sent with its headers is not sent'
    or diag(($t->ctl('list', "--endpoint=$templates"))[1]);
is scalar(sent_to('/templates')), 1, 'in no form';
like +($t->ctl('list', "--endpoint=$templates", '--state=dead', '--json'))[1],
    qr/decrypted the headers of the endpoint when the event happened/,
    'and it is told why';

$t->request('POST', '/api/orders', '{"total": 4}');

ok wait_for(sub { sent_to('/templates') == 2 }, 10), 'what happens now is sent';
is +(sent_to('/templates'))[-1]{headers}{'x-total'}, 'of-4', 'with its header';

# once the header is the same for all, they can be sent

is $registry->patch($templates, { headers =>
    [{ name => 'X-Total', value => 'any' }] })->{result}, 'ok', 'a change';

my ($rc, $out) = $t->ctl('retry', "--endpoint=$templates", '--state=dead',
                         '--yes');
is $rc, 0, 'they are sent again' or diag $out;

ok wait_for(sub { sent_to('/templates') == 4 }, 10), 'and then they are'
    or diag $out, ($t->ctl('list', "--endpoint=$templates"))[1];
is +(sent_to('/templates'))[-1]{headers}{'x-total'}, 'any', 'with that';


# --- none at all

configure();

$t->reload or die;

is $registry->make({ name => 'x', url => $url, events => [] })->{result},
    'locked', 'without a key nothing with a URL is registered';

is $registry->remove($ids[1])->{result}, 'ok', 'what is locked can be removed';

$t->stop;
$t->ok_logs;

done_testing;
