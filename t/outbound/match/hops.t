#
# How many webhooks led to one: each send tells its own number, and a request
# that came by three of them makes no event, which is told and counted.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Test qw(wait_for);


my $t = Webhook::Test->new;

my $hook = $t->endpoint(name => 'hook', answers => { '*' => [200] });
my $token = 'tok_0123456789abcdefghij';

$t->config(http => <<"CONF", server => <<'CONF2');
    webhook_store %%STORE%% size=16m;
    webhook_event_type a.b;
    webhook_event_type a.c;

    webhook_endpoint plain {
        url    http://127.0.0.1:%%PORT_hook%%/plain;
        events a.b a.c;
    }
    webhook_endpoint templates {
        url    http://127.0.0.1:%%PORT_hook%%/templates;
        events a.b;
        header X-Id \${event.id};
    }
    webhook_receiver sync {
        secret $token;
        action POST /in/x '{}';
        emit   a.c;
    }
    webhook_receiver later {
        secret ${token}L;
        mode   durable;
        api    http://127.0.0.1:%%PORT_hook%%;
        action POST /later '{}';
    }
CONF
    location /b { webhook_event a.b POST ^/b; return 200 '{}'; }
    location ^~ /hook/ { webhook_receive; }
    location /in/ { internal; proxy_pass http://127.0.0.1:%%PORT_hook%%; }
    location = /metrics { webhook_metrics; }
CONF2

$t->start;

my $n = 0;


# The headers "webhook-hops" that the endpoint gets for a request, by path.

sub told
{
    my ($uri, $want, @hops) = @_;

    my $from = @{$hook->requests};
    my $body = '{"n": ' . ++$n . '}';

    my $r = $t->request('POST', $uri, $body,
                        headers => ['Content-Type', 'application/json',
                                    map { ('webhook-hops', $_) } @hops]);

    is $r->{status} =~ /^20[02]$/ ? 1 : $r->{status}, 1, "$uri @hops: answered";

    wait_for(sub { @{$hook->requests} >= $from + $want }, 20);

    my @got = @{$hook->requests};

    return { map { ($_->{path} => $_->{headers}{'webhook-hops'} // '-') }
             @got[$from .. $#got] };
}


sub looped
{
    my ($count) = $t->get('/metrics')->{body}
                  =~ /^ngx_webhook_events_looped_total (\d+)/m;

    return $count;
}

is_deeply told('/b', 2), { '/plain' => 1, '/templates' => 1 },
    'the first webhook';
is_deeply told('/b', 2, 1), { '/plain' => 2, '/templates' => 2 },
    'one that another brought about';
is_deeply told('/b', 2, 2), { '/plain' => 3, '/templates' => 3 }, 'a third';
is_deeply told('/b', 2, 1, 2, 0), { '/plain' => 3, '/templates' => 3 },
    'of several headers the largest counts';
is_deeply told('/b', 2, 'x'), { '/plain' => 1, '/templates' => 1 },
    'what is no number is none';
is_deeply told('/b', 2, '-3'), { '/plain' => 1, '/templates' => 1 },
    'nor is this';

is looped(), 0, 'each made an event';

for my $hops (3, 4, '99999999') {
    is_deeply told('/b', 0, $hops), {}, "$hops: no event";
}

is looped(), 3, 'which is counted';
like $t->nginx->error_log,
    qr/\[error\].*no webhook event "a\.b" is created: its request was caused by a chain of 3 webhooks/,
    'and told';

# A receiver's actions carry the number on, its events the next.

is_deeply told("/hook/$token", 2), { '/in/x' => '-', '/plain' => 1 },
    'a call that no webhook made';
is_deeply told("/hook/$token", 2, 2), { '/in/x' => 2, '/plain' => 3 },
    'a call that one did';
is_deeply told("/hook/$token", 1, 3), { '/in/x' => 3 },
    'no event of one too many; its actions are made';
is looped(), 4, 'which is counted, too';

is_deeply told("/hook/${token}L", 1), { '/later' => 1 }, 'a durable call';
is_deeply told("/hook/${token}L", 1, 2), { '/later' => 3 },
    'the request of a durable call';

$t->stop;
$t->ok_logs;

done_testing;
