# Where a registered endpoint may not go: this host, whatever way its address is
# written or found; and what else is nginx.conf's.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Registry;
use Webhook::Test qw(wait_for);

my $t = Webhook::Test->new;
my $registry = Webhook::Registry->new($t);

my $api = $t->api;
my $hook = $t->endpoint(name => 'hook');

# an address of this host that is no loopback, if it has one

my ($mine) = map { /\binet ([\d.]+)/ && $1 !~ /^127\./ ? $1 : () }
             `ip -4 -o addr 2>/dev/null`;

# 127.0.0.2 is allowed, and nobody listens there

my $dns = $t->dns('two.test' => ['127.0.0.2', '127.0.0.1'],
                  'loop.test' => ['127.0.0.1'],
                  'turns.test' => ['127.0.0.2'],
                  (defined $mine ? ('mine.test' => [$mine]) : ()));

$t->config(main => $registry->main, http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    webhook_address any;
    resolver 127.0.0.1:%%PORT_dns%% valid=1s ipv6=off;
    resolver_timeout 2s;

    upstream backend { server 127.0.0.1:%%PORT_hook%%; }

    webhook_registry {
        key file:%%PREFIX%%/registry.key;
        address public ports=80 allow=127.0.0.2/32 allow=10.0.0.0/8
                allow=172.16.0.0/12 allow=192.168.0.0/16;
    }
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
    location = /registry { webhook_registry_test; }
CONF

$t->start;

my $port = $hook->port;


# --- refused at once

for (["http://127.0.0.1:$port/", qr/loopback|of this host/],
     ["http://[::1]:$port/", qr/loopback|of this host/],
     ["http://[::ffff:127.0.0.1]:$port/", qr/loopback|of this host/],
     ["http://0.0.0.0:$port/", qr/unspecified|of this host/],
     ["http://2130706433:$port/", undef],
     ["http://0x7f000001:$port/", undef],
     ['http://169.254.169.254/', qr/metadata|link-local/],
     ['http://[64:ff9b::7f00:1]/', qr/loopback|of this host/],
     ['http://unix:/tmp/x.sock:/', qr/unix:/],
     ['http://backend/', qr/names an upstream/],
     ['http://user@192.0.2.1/', qr/user or password/],
     ['ftp://192.0.2.1/', qr/has to begin with/],
     (defined $mine ? (["http://$mine:$port/", qr/of this host/]) : ()))
{
    my ($url, $like) = @$_;

    my $r = $registry->try({ name => 'x', url => $url,
                             events => ['order.add'] });

    if (!defined $like) {

        # it is a name, which nobody looks up here

        like $r->{result}, qr/^(?:ok|problems)$/, "$url is no address";
        next;
    }

    is $r->{result}, 'problems', "$url is refused" or diag explain $r;
    is $r->{problems}[0]{pointer}, '/url', 'its member';
    like $r->{problems}[0]{detail}, $like, 'in words';
}


# --- what nginx.conf alone may say

for my $member (qw(address allow deny proxy)) {
    my $r = $registry->try({ name => 'x', url => 'http://192.0.2.1/',
                             events => ['order.add'], $member => 'any' });

    is $r->{result}, 'problems', "\"$member\" is refused";
    is $r->{problems}[0]{pointer}, "/$member", 'its member';
}


# --- refused when it is connected to

my @names = ('loop.test', 'two.test', 'turns.test', defined $mine ? 'mine.test' : ());

for my $name (@names) {
    my $made = $registry->make({ name => $name, url => "http://$name:$port/",
                                 events => ['order.add'],
                                 retry => { attempts => 3, first => '50ms' } });

    is $made->{result}, 'problems', "$name: the port is refused";
    like $made->{problems}[0]{detail}, qr/a port that is not allowed/;
}

$t->config(main => $registry->main, http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    webhook_address any;
    resolver 127.0.0.1:%%PORT_dns%% valid=1s ipv6=off;
    resolver_timeout 2s;

    webhook_registry {
        key file:%%PREFIX%%/registry.key;
        address public ports=80,%%PORT_hook%% allow=127.0.0.2/32
                allow=10.0.0.0/8 allow=172.16.0.0/12 allow=192.168.0.0/16;
    }
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
    location = /registry { webhook_registry_test; }
CONF

$t->reload or die;

my %id;

for my $name (@names) {

    # the name that changes is tried until the end of the test

    my $attempts = $name eq 'turns.test' ? 100 : 2;

    my $made = $registry->make({ name => $name, url => "http://$name:$port/",
                                 events => ['order.add'],
                                 timeout => { total => '3s' },
                                 retry => { attempts => $attempts,
                                            first => '200ms', factor => 1 } });

    is $made->{result}, 'ok', "$name is registered" or diag explain $made;
    $id{$name} = $made->{id};
}

$t->request('POST', '/api/orders', '{"total": 1}');


# What the last send to a name came to, once that is like this.

sub comes_to
{
    my ($name, $like) = @_;

    my $error;

    wait_for(sub {
        my (undef, $out) = $t->ctl('list', "--endpoint=$id{$name}", '--json');
        ($error) = map { $_->{error} // '' }
                   map { JSON::PP->new->utf8->decode($_) } grep { /^\{/ }
                   split /\n/, $out;
        return ($error // '') =~ $like;
    }, 20);

    like $error, $like, "$name: it came to this";
}

my $refused = qr/is not allowed: (?:loopback|of this host)/;

comes_to($_, $refused) for grep { $_ ne 'turns.test' && $_ ne 'two.test' }
                                @names;


# of two addresses the one that is allowed is tried, and the other one is not

comes_to('two.test', qr/refused|is not allowed/);


# an address that a name had is no leave for another

comes_to('turns.test', qr/refused/);

$dns->set('turns.test' => ['127.0.0.1']);

comes_to('turns.test', $refused);

for my $name (grep { $_ ne 'turns.test' } @names) {
    my ($out, $dead);

    $dead = wait_for(sub {
        (undef, $out) = $t->ctl('list', "--endpoint=$id{$name}",
                                '--state=dead');
        return $out =~ /\Q$id{$name}\E/;
    }, 20);

    ok $dead, "$name: not delivered";
}

is scalar @{$hook->requests}, 0, 'nothing came to this host';

like $t->error_log, qr/address 127\.0\.0\.1 of two\.test\S* is not allowed/,
    'the other address was looked at, too';

like $t->error_log, qr/is not allowed: (?:loopback|of this host)/, 'told'
    or diag $t->error_log;

$t->stop;
$t->ok_logs;

done_testing;
