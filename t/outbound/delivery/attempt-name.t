#
# webhook-attempt counts on where a delivery is retried or replayed by hand;
# and an endpoint whose name moves is followed when the answer's time is over,
# whatever connections are kept.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Test qw(wait_for);
use Webhook::Test::Endpoint;


my $t = Webhook::Test->new;

my $hook = $t->endpoint(name => 'hook', answers => { '*' => [500] });
my $port = $hook->port;

# The same port of another address, to which the name moves.

my $there = $t->backend(moved => <<"CONF");
        listen 127.0.0.2:$port;
        location / { access_log moved.log; return 200; }
CONF

my $dns = $t->dns('move.test' => ['127.0.0.1']);

$t->config(http => <<"CONF", server => <<'CONF2');
    webhook_store %%STORE%% size=16m;
    webhook_event_type a.b;
    webhook_event_type a.c;
    resolver 127.0.0.1:%%PORT_dns%% ipv6=off;

    webhook_endpoint once {
        url    http://127.0.0.1:$port/once;
        events a.b;
        retry  attempts=2 first=10ms;
    }
    webhook_endpoint move {
        url    http://move.test:$port/move;
        events a.c;
        retry  attempts=1;
    }
CONF
    location /b { webhook_event a.b POST ^/b; return 200 '{}'; }
    location /c { webhook_event a.c POST ^/c; return 200 '{}'; }
CONF2

$t->start;

sub attempts
{
    return join ' ', map { $_->{headers}{'webhook-attempt'} }
                     grep { $_->{path} eq '/once' } @{$hook->requests};
}

sub id
{
    my ($id) = ($t->ctl('--json', 'list', '--endpoint=once'))[1]
               =~ /"id": ?"([^"]+)"/;

    return $id =~ /\./ ? $id : "$id.once";
}

sub dead
{
    return ($t->ctl('list', '--endpoint=once', '--state=dead'))[1] =~ /a\.b/;
}

$t->post('/b', '{}');

ok wait_for(sub { dead() }, 20), 'dead';
is attempts(), '1 2', 'its sends are counted';

is +($t->ctl('retry', id()))[0], 0, 'retried by hand';
ok wait_for(sub { attempts() eq '1 2 3 4' && dead() }, 20), 'it counts on'
    or diag attempts();

$hook->answer('/once', 200);

is +($t->ctl('replay', '--endpoint=once', '--yes'))[0], 0, 'replayed';
ok wait_for(sub { attempts() eq '1 2 3 4 5' }, 20), 'and on'
    or diag attempts();


# --- a name that moves, beside a connection that is kept

$hook->answer('/move', 200);

sub moved
{
    return scalar grep { $_->{path} eq '/move' } @{$hook->requests};
}

$t->post('/c', '{}');

ok wait_for(sub { moved() == 1 }, 20), 'where it is';

$dns->set('move.test' => ['127.0.0.2']);

my $log = $there->prefix . '/moved.log';

ok wait_for(sub { $t->post('/c', '{}'); return -s $log }, 40),
   'where it is then, within its time';

$t->stop;
$t->ok_logs;

done_testing;
