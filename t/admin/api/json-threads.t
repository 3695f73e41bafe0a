# What the API answers is made JSON on the threads that read: the event loop writes
# no more than the frame of a page, however much is asked for.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Cut;
use Webhook::Routes;
use Webhook::Test qw(wait_for);

use constant {
    PACKS => 1,             # the frame of a page
    BYTES => 64,
};

my $json = Webhook::Cut->new(json => 1)
    or plan skip_all => 'make interop builds what counts; no sanitizer has it';

my $configured = join "\n", map { <<"CONF" } 1 .. 30;
        webhook_endpoint configured-$_ {
            url     http://127.0.0.1:%%PORT_hook%%/configured;
            events  contact.add;
            header  X-Number $_;
        }

        webhook_receiver fixed-$_ {
            secret       token-of-a-receiver-in-nginx-conf-$_;
            description  "One of many";
            action       POST /pos/res.partner 'body={"name": \${name}}';
        }
CONF

my $s = Webhook::Routes->new(workers => 1, env => $json->env,
                             http => $configured);
my ($t, $root, $manager) = @$s{qw(t root manager)};

my ($r, $ep) = $manager->post('endpoints', $s->endpoint);
is $r->{status}, 201, 'an endpoint' or diag $r->{body};
($r, my $rc) = $manager->post('receivers', $s->receiver);
is $r->{status}, 201, 'a receiver' or diag $r->{body};

my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};

is $t->post($path, '{"name": "Anna"}')->{status}, 200, 'a call';
$s->order(company_id => 1260) for 1 .. 5;

my $d = $s->delivery($manager, "endpoint=$ep->{id}&state=delivered");

my $call;

ok wait_for(sub {
    local $manager->{openapi};
    (undef, my $page) = $manager->get("receivers/$rc->{id}/calls");
    $call = $page->{items}[0];
}), 'in the history';

($r, my $task) = $root->post('deliveries/retry',
                             { filter => { state => 'dead' } });
is $r->{status}, 202, 'a task' or diag $r->{body};

ok wait_for(sub {
    local $root->{openapi};
    my (undef, $now) = $root->get("tasks/$task->{id}");
    return $now->{state} eq 'done';
}), 'which is done';

my @lists = ('endpoints?limit=200', 'receivers?limit=200',
             'endpoints?limit=7', 'deliveries', 'audit', 'tasks',
             "receivers/$rc->{id}/calls");

my @ones = ('endpoints/configured-7', 'receivers/fixed-7',
            "endpoints/$ep->{id}", "receivers/$rc->{id}",
            "deliveries/$d->{id}", "tasks/$task->{id}",
            "receivers/$rc->{id}/calls/$call->{id}",
            'stats', 'stats?range=1h', 'stats?range=7d',
            "endpoints/$ep->{id}/stats?range=24h");

for my $what (@lists, @ones) {
    $json->at(0);
    my ($r) = $root->get($what);
    my ($packs, $bytes) = $json->left;

    is $r->{status}, 200, $what or diag $r->{body};
    cmp_ok length $r->{body}, '>', 100, 'answers much';

    my $list = grep { $_ eq $what } @lists;

    # a cursor is in the frame, too
    my $most = $list ? BYTES + ($r->{body} =~ /"next":"([^"]+)"/
                                ? length $1 : 0)
                     : 0;

    cmp_ok $packs, '<=', $list ? PACKS : 0, "made JSON $packs times by it";
    cmp_ok $bytes, '<=', $most, "$bytes bytes written by the event loop";
}

# it can tell
$json->at(0);
$root->get('whoami');
cmp_ok scalar($json->left), '>', 0, 'what is small is made there';

$t->stop;
$t->ok_logs;

done_testing;
