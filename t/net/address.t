
# Where deliveries may go: every address that a name has is judged right before
# it is connected to, and so are those of a literal and of an upstream's
# servers.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use Test::More;

use Webhook::Test qw(wait_for deadline);


my $t = Webhook::Test->new(workers => 1);

my $hook = $t->endpoint(name => 'hook');

# No connection to this one is kept.

my $short = $t->endpoint(name => 'short',
                         answers => { '*' => [{ keepalive => 0 }] });

my $dns = $t->dns(
    'loop.test'    => ['127.0.0.1'],
    'private.test' => ['10.0.0.1'],
    'net172.test'  => ['172.16.5.4'],
    'net192.test'  => ['192.168.1.1'],
    'shared.test'  => ['100.64.0.1'],
    'meta.test'    => ['169.254.169.254'],
    'zero.test'    => ['0.0.0.0'],
    'group.test'   => ['224.0.0.1'],
    'six.test'     => ['::1'],
    'mapped.test'  => ['::ffff:127.0.0.1'],
    'mapped10.test' => ['::ffff:10.0.0.1'],
    'local6.test'  => ['fe80::1'],
    'unique6.test' => ['fd00:ec2::254'],
    'nat64.test'   => ['64:ff9b::7f00:1'],
    'none6.test'   => ['::'],
    'both.test'    => ['10.0.0.1', '127.0.0.1', '192.168.0.1'],
    'all.test'     => ['10.0.0.1', '127.0.0.1', '::1'],
    'rebind.test'  => { ttl => 0, turns => [['127.0.0.1'], ['127.0.0.9']] },
);

my $url = 'http://%s:%%%%PORT_hook%%%%/%s';

# name => [host, settings, what the log says; undef: delivered]

my %case = (
    any       => ['loop.test', ''],
    any_said  => ['loop.test', 'address any;'],
    any_deny  => ['loop.test', 'deny 127.0.0.0/8;',
                  qr/address 127\.0\.0\.1 of loop\.test is not allowed: denied/
                 ],
    other     => ['loop.test', 'deny 10.0.0.0/8 ::1;'],

    public    => ['loop.test', 'address public;',
                  qr/address 127\.0\.0\.1 of loop\.test is not allowed: \w/],
    allow     => ['loop.test', 'address public; allow 127.0.0.0/8;'],
    allow_one => ['loop.test', 'address public; allow 10.1.1.1 127.0.0.1;'],
    allow_not => ['loop.test', 'address public; allow 127.0.0.2;',
                  qr/address 127\.0\.0\.1 of loop\.test is not allowed/],
    deny_wins => ['loop.test',
                  'address public; allow 127.0.0.0/8; deny 127.0.0.1;',
                  qr/address 127\.0\.0\.1 of loop\.test .*: denied/],
    deny_first => ['loop.test', 'address public; deny 127.0.0.0/24;'
                   . ' allow 127.0.0.1/32;',
                   qr/address \S+ of loop\.test .*: denied/],
    deny_mapped => ['mapped.test', 'deny 127.0.0.0/8;',
                    qr/address \S+ of mapped\.test is not allowed: denied/],

    one_of    => ['both.test', 'address public; allow 127.0.0.1;'],
    none_of   => ['all.test', 'address public;',
                  qr/address \S+ of all\.test is not allowed/],

    literal   => ['127.0.0.1', 'address public; allow 127.0.0.1;'],
    servers   => ['mixed', 'address public; allow 127.0.0.1;'],
    no_server => ['closed', 'address public;',
                  qr/address 127\.0\.0\.\d of closed is not allowed/],

    # of webhook_address: one network is allowed, one denied, to all

    global_deny  => ['global-deny.test', '',
                     qr/address 127\.7\.7\.7 of \S+ is not allowed: denied/],
    global_deny2 => ['global-deny.test', 'allow 127.7.7.7;',
                     qr/address 127\.7\.7\.7 of \S+ is not allowed: denied/],
);

$dns->set('global-deny.test' => ['127.7.7.7']);

for my $name (qw(private net172 net192 shared meta zero group six mapped
                 mapped10 local6 unique6 nat64 none6))
{
    $case{"is_$name"} = ["$name.test", 'address public;',
                         qr/address \S+ of $name\.test is not allowed: \w/];
}

delete $case{$_}[3] for keys %case;

my @names = (sort(keys %case), qw(kept_any kept_public rebind counted));

my $types = join '', map { "webhook_event_type t.$_;\n" } @names;

my $rules = join '', map { "webhook_event t.$_ POST ^/e/$_\$;\n" } @names;

my $endpoints = join '', map {
    my $to = sprintf $url, $case{$_}[0], $_;

    $to =~ s/:%%PORT_hook%%// if $case{$_}[0] !~ /\./;

    <<"CONF"
    webhook_endpoint $_ {
        url    $to;
        events t.$_;
        retry  attempts=1;
        $case{$_}[1]
    }
CONF
} sort keys %case;

$t->config(
    http => <<"CONF",
    webhook_store %%STORE%% size=64m;
    resolver 127.0.0.1:%%PORT_dns%%;

    webhook_address deny=127.7.7.0/24;

    upstream mixed {
        server 127.0.0.9:%%PORT_hook%%;
        server 127.0.0.1:%%PORT_hook%%;
        server 10.0.0.1:%%PORT_hook%% backup;
    }

    upstream closed {
        server 127.0.0.9:%%PORT_hook%%;
        server 127.0.0.1:%%PORT_hook%%;
    }

    $types
    $endpoints

    webhook_endpoint kept_any {
        url    http://loop.test:%%PORT_hook%%/kept_any;
        events t.kept_any;
        retry  attempts=1;
    }

    webhook_endpoint kept_public {
        url     http://loop.test:%%PORT_hook%%/kept_public;
        events  t.kept_public;
        retry   attempts=1;
        address public;
    }

    webhook_endpoint rebind {
        url     http://rebind.test:%%PORT_short%%/rebind;
        events  t.rebind;
        retry   attempts=1;
        address public;
        allow   127.0.0.1;
    }

    webhook_endpoint counted {
        url     http://private.test:%%PORT_hook%%/counted;
        events  t.counted;
        retry   attempts=3 first=10ms factor=1;
        address public;
    }
CONF
    server => <<"CONF",
    location = /metrics { webhook_metrics; }

    location /e/ {
        return 200 '{"id": 1}';
        $rules
    }
CONF
);

$t->start;

like $t->error_log,
     qr/\[warn\] \S+ no address of "closed" is allowed: \w.* in \S+:\d+/,
     'servers none of which is allowed are warned of';


sub metric
{
    my ($name) = @_;

    return $t->get('/metrics')->{body} =~ /^ngx_webhook_${name}_total (\d+)$/m
           ? $1 : undef;
}

sub over { return metric('sends_delivered') + metric('sends_dead'); }

sub deliver
{
    my ($name) = @_;

    my $before = over();

    $t->post("/e/$name", '{}');

    wait_for(sub { over() > $before }, 10)
        or diag "no end of $name";
}


my @all = sort keys %case;

$t->post("/e/$_", '{}') for @all;

ok wait_for(sub { over() >= @all }, 20), 'all deliveries are over';

my $log = $t->error_log;
my %got;

$got{$_->{path}}++ for @{$hook->requests};

for my $name (@all) {
    my ($why) = $log =~
                  /\.$name \(t\.$name\) is dead after 1 sends: ([^\n]*)/;

    if (my $want = $case{$name}[2]) {
        like $why // 'no line', qr/^status 0, $want/,
             "$name: the log tells why";
        is $got{"/$name"} // 0, 0, "$name: nothing came";

    } else {
        is $why, undef, "$name: delivered";
        is $got{"/$name"}, 1, "$name: received";
    }
}


# What a refusal is: a failed attempt, counted, in the history.

my $refused = metric('addresses_refused');

deliver('counted');

is metric('addresses_refused'), $refused + 3, 'each refusal is counted';

my ($id) = $t->error_log =~ /webhook delivery (\S+\.counted) .* is dead/;

my $shown = wait_for(sub {
    my ($status, $out) = $t->ctl('show', $id // '', '--json');
    my ($delivery) = $status == 0
                     ? @{JSON::PP::decode_json($out)->{deliveries}} : ();

    return $delivery && $delivery->{state} eq 'dead' ? $delivery : undef;
}, 10);

is scalar(grep { $_->{error} =~ /address 10\.0\.0\.1 of private\.test is not/ }
          @{$shown->{attempts}}), 3, 'the history tells why at each attempt';


# A connection that one endpoint keeps does not serve another's rules.

deliver('kept_any');
deliver('kept_any');

my @kept = grep { $_->{path} eq '/kept_any' } @{$hook->requests};

is $kept[0]{conn}, $kept[1]{conn}, 'a connection is kept';

deliver('kept_public');

is scalar(grep { $_->{path} eq '/kept_public' } @{$hook->requests}), 0,
   'it does not serve an endpoint that may not go there';


# The name moves: between the look-up and the connection, and later on.  What
# was judged is connected to, by one look-up.

deliver('rebind');

is $short->count, 1, 'the address that was judged is connected to';

ok wait_for(sub {
    my $before = $short->count;

    deliver('rebind');
    return $short->count == $before;
}, 20), 'the new address is refused';

like $t->error_log,
     qr/address 127\.0\.0\.9 of rebind\.test is not allowed/,
     'and named';

$t->stop;
$t->ok_logs;


# Without a resolver names are looked up at load, and judged as well.

my $n = Webhook::Test->new(workers => 1);

my $near = $n->endpoint(name => 'near');

$n->config(
    http => <<'CONF',
    webhook_store %%STORE%% size=16m;
    webhook_event_type t.here;
    webhook_address public;

    webhook_endpoint here {
        url    http://localhost:%%PORT_near%%/here;
        events t.here;
        retry  attempts=1;
    }

    webhook_endpoint there {
        url     http://localhost:%%PORT_near%%/there;
        events  t.here;
        retry   attempts=1;
        address any;
    }

    webhook_endpoint short {
        url     http://127.1:%%PORT_near%%/short;
        events  t.here;
        retry   attempts=1;
    }
CONF
    server => <<'CONF',
    location /e/ {
        return 200 '{}';
        webhook_event t.here POST ^/e/;
    }
CONF
);

$n->start;
$n->post('/e/', '{}');

ok wait_for(sub {
    $near->count && 2 == (() = $n->error_log =~ /is dead after/g);
}, 10), 'three deliveries';

like $n->error_log,
     qr/\.here \(t\.here\) is dead .* of localhost is not allowed: loopback/,
     'a name that was looked up at load is judged';
like $n->error_log,
     qr/\.short \(t\.here\) is dead .* 127\.0\.0\.1 of 127\.1 is not allowed/,
     'another way to write an address';
is join(' ', map { $_->{path} } @{$near->requests}), '/there',
   'an endpoint may say otherwise than webhook_address';

$n->stop;
$n->ok_logs;


# A literal address that can never be allowed is an error.

sub refuse
{
    my ($url, $settings, $global, $want) = @_;

    my $bad = Webhook::Test->new;

    $bad->config(http => <<"CONF");
    webhook_store %%STORE%% size=16m;
    webhook_event_type t.a;

    webhook_endpoint erp {
        url    $url;
        events t.a;
        $settings
    }

    $global
CONF

    $bad->allow(qr/\[emerg\]/);

    my ($status, $out) = $bad->test;

    if (defined $want) {
        isnt $status, 0, "$url $settings: refused";
        like $out, $want, "$url $settings: the message";

    } else {
        is $status, 0, "$url $settings: accepted" or diag $out;
    }
}

my $public = 'address public;';

refuse('http://10.0.0.1/', $public, '',
       qr/\[emerg\] address 10\.0\.0\.1 is not allowed: private in \S+:\d+/);
refuse('http://127.0.0.1:8080/', $public, '',
       qr/address 127\.0\.0\.1 is not allowed: loopback in /);
refuse('https://169.254.169.254/', $public, '',
       qr/address 169\.254\.169\.254 is not allowed: \w/);
refuse('http://[::1]:81/', $public, '',
       qr/address \[::1\] is not allowed: loopback/);
refuse('http://[::ffff:127.0.0.1]/', $public, '',
       qr/address \[::ffff:127\.0\.0\.1\] is not allowed: loopback/);
refuse('http://unix:/run/hook.sock:/', $public, '',
       qr/address unix:\/run\/hook\.sock is not allowed: not an IP address/);
refuse('http://10.0.0.1/', "$public allow 10.0.0.0/8; deny 10.0.0.1;", '',
       qr/address 10\.0\.0\.1 is not allowed: denied/);
refuse('http://10.0.0.1/', '', 'webhook_address deny=10.0.0.0/8;',
       qr/address 10\.0\.0\.1 is not allowed: denied/);
refuse('http://10.0.0.1/', '', 'webhook_address public;',
       qr/address 10\.0\.0\.1 is not allowed: private/);

refuse('http://10.0.0.1/', "$public allow 10.0.0.0/8;", '');
refuse('http://10.0.0.1/', 'address any;', 'webhook_address public;');
refuse('http://10.0.0.1/', $public, 'webhook_address allow=10.0.0.0/8;');
refuse('http://unix:/run/hook.sock:/', '', '');
refuse('http://93.184.215.14/', $public, '');

done_testing;
