# A durable receiver that is paused: what it takes, what waits, and what is shown
# of it; by the API, by an answer of 410, and with the whole store.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new(
    workers  => 1,
    registry => 'durable_api http://127.0.0.1:%%PORT_hook%%/api;',
    http     => <<'CONF');
        webhook_receiver later {
            secret  token-of-a-durable-receiver-0123;
            mode    durable;
            api     http://127.0.0.1:%%PORT_hook%%/conf;
            action  POST /pos/res.partner 'body={"name": ${name}}';
        }
CONF

my ($t, $root, $manager, $viewer, $other) = @$s{qw(t root manager viewer other)};
my $hook = $s->{hook};


sub made
{
    my ($kind, $settings) = @_;

    my ($r, $made) = $manager->post($kind, $settings);
    is $r->{status}, 201, "one of $kind" or diag $r->{body};

    return $made;
}


sub call
{
    my ($rc, $name) = @_;

    my ($path) = ref $rc ? $rc->{url} =~ m{^http://[^/]+(/.*)$}
                         : "/web/hook/$rc";

    return $t->request('POST', $path, qq({"name": "$name"}),
        headers => ['Content-Type' => 'application/json'])->{status};
}


sub state
{
    my ($api, $id) = @_;

    my ($r, $rc) = $api->get("receivers/$id");
    is $r->{status}, 200, 'it is shown' or diag $r->{body};

    return $rc->{state};
}


# What came to the durable API below a path.

sub done
{
    my ($path) = @_;

    return map { JSON::PP::decode_json($_->{body})->{name} }
           grep { $_->{path} eq "$path/pos/res.partner" } @{$hook->requests};
}


my $rc = made(receivers => $s->receiver(mode => 'durable', retry =>
                                        { attempts => 9, first => '50ms' }));
my $sync = made(receivers => $s->receiver);
my $heard = made(endpoints => $s->endpoint(url => $hook->url('/heard'),
    events => ['webhook.endpoint.paused', 'webhook.endpoint.resumed']));

my (undef, $foreign) = $other->post('endpoints', $s->endpoint(
    url => $hook->url('/foreign'), events => ['webhook.endpoint.paused']));


# --- as it is made

is_deeply [@{$rc->{state}}{qw(paused paused_by reason pending held)}],
    [JSON::PP::false, undef, undef, 0, undef], 'it is not paused';
is_deeply state($manager, $rc->{id}), $rc->{state}, 'nor shown so';


# --- paused

my ($r, $now) = $manager->post("receivers/$rc->{id}/pause",
                               { reason => 'the API moves' });

is $r->{status}, 200, 'it is paused' or diag $r->{body};
is_deeply [@{$now->{state}}{qw(paused paused_by reason)}],
    [JSON::PP::true, 'receiver', 'the API moves'], 'by itself, and why';
is $now->{version}, $rc->{version}, 'which is no setting';

is call($rc, 'Anna'), 202, 'a call is stored';
is call($rc, 'Binh'), 202, 'another too';

my $state = state($viewer, $rc->{id});

is $state->{pending}, 2, 'both wait';
ok $state->{paused}, 'a viewer sees why';

my (undef, $list) = $manager->get('receivers');
my ($listed) = grep { $_->{id} eq $rc->{id} } @{$list->{items}};

$now = state($manager, $rc->{id});

# which is reckoned back from now
ok delete($_->{oldest_due}), 'since when they wait' for $now, $listed->{state};

is_deeply $listed->{state}, $now, 'a list shows the same';

my $waits = $s->delivery($manager, "endpoint=receiver:$rc->{id}&state=pending");

is $waits->{waits}, 'paused', 'what a delivery waits for';

($r, $now) = $manager->patch("receivers/$rc->{id}", { description => 'of it' },
                             headers => ['If-Match' => '*']);
ok $now->{state}{paused}, 'a change leaves it so';
is $now->{state}{pending}, 2, 'and tells what waits';


# --- also behind a restart

$t->stop;
$t->start;

ok state($manager, $rc->{id})->{paused}, 'a restart leaves it so';
is call($rc, 'Chi'), 202, 'and it stores calls';
is scalar(done('/api')), 0, 'none of them was acted upon';


# --- resumed

($r, $now) = $manager->post("receivers/$rc->{id}/resume");

is $r->{status}, 200, 'it is resumed' or diag $r->{body};
is_deeply [@{$now->{state}}{qw(paused paused_by reason)}],
    [JSON::PP::false, undef, undef], 'and is not paused';

ok wait_for(sub { done('/api') == 3 }), 'what waited is done'
    or diag explain [done('/api')];
is_deeply [sort(done('/api'))], [qw(Anna Binh Chi)], 'all of it, once';

($r, $now) = $manager->post("receivers/$rc->{id}/resume");
is $r->{status}, 200, 'one that is not paused may be resumed';


# --- who did it

my (undef, $audit) = $manager->get("audit?kind=receiver&id=$rc->{id}");
my %record = map { $_->{action} => $_ } @{$audit->{items}};

is $record{pause}{reason}, 'the API moves', 'the audit knows the pause';
is $record{pause}{by}, 'manager', 'and by whom';
ok $record{resume}, 'and that it was resumed';


# --- its company hears of it

sub heard
{
    my ($path, $type) = @_;

    return grep { $_->{type} eq $type }
           map { { type => $_->{headers}{'tc-webhook-event'},
                   %{JSON::PP::decode_json($_->{body})} } }
           grep { $_->{path} eq $path } @{$hook->requests};
}

ok wait_for(sub { heard('/heard', 'webhook.endpoint.resumed') }), 'an event';

my ($event) = heard('/heard', 'webhook.endpoint.paused');

is_deeply [@{$event->{endpoint} // $event->{data}{endpoint}}{qw(id name)}],
    ["receiver:$rc->{id}", $rc->{name}], 'which names it'
    or diag explain $event;
is scalar(heard('/foreign', 'webhook.endpoint.paused')), 0,
    'another company does not';


# --- by its API

$hook->answer('/api/pos/res.partner', 410);

is call($rc, 'Dao'), 202, 'a call that its API will not have';

ok wait_for(sub {
    local $manager->{openapi};
    return (($manager->get("receivers/$rc->{id}"))[1])->{state}{paused};
}), 'an answer of 410 pauses it, which is shown';

$state = state($manager, $rc->{id});
is $state->{paused_by}, 'receiver', 'it can be resumed';
ok length $state->{reason}, 'and why';

$hook->answer('/api/pos/res.partner', 200);
$manager->post("receivers/$rc->{id}/resume");

is call($rc, 'Em'), 202, 'a call after that';
ok wait_for(sub { grep { $_ eq 'Em' } done('/api') }), 'is done';
ok wait_for(sub {
    local $manager->{openapi};
    my $now = (($manager->get("receivers/$rc->{id}"))[1])->{state};
    return $now->{pending} + $now->{sending} == 0;
}), 'as is the one that was refused';


# --- not one whose actions cannot wait

($r, my $problem) = $manager->post("receivers/$sync->{id}/pause");

is $r->{status}, 409, 'a receiver that is not durable is not paused';
like $problem->{detail}, qr/^The receiver is not durable: /, 'why';
ok !state($manager, $sync->{id})->{paused}, 'nothing was changed';

($r) = $manager->post("receivers/$sync->{id}/resume");
is $r->{status}, 200, 'and may be resumed';

# what waited before it became another waits on

$manager->post("receivers/$rc->{id}/pause");
is call($rc, 'Giang'), 202, 'one call more';

($r) = $manager->patch("receivers/$rc->{id}", { mode => 'test' },
                       headers => ['If-Match' => '*']);
is $r->{status}, 200, 'it is no longer durable' or diag $r->{body};

$state = state($manager, $rc->{id});
is_deeply [@$state{qw(paused pending)}], [JSON::PP::true, 1],
    'what is paused is shown';

($r) = $manager->patch("receivers/$rc->{id}", { mode => 'durable' },
                       headers => ['If-Match' => '*']);
$manager->post("receivers/$rc->{id}/resume");
ok wait_for(sub { grep { $_ eq 'Giang' } done('/api') }),
    'and can be resumed';


# --- mistakes

for my $bad ({ reason => 'x' x 256 }, { reason => 7 }, { why => 'so' }) {
    ($r, $problem) = $manager->post("receivers/$rc->{id}/pause", $bad);

    is $r->{status}, 422, 'a reason is a text';
    ok !state($manager, $rc->{id})->{paused}, 'nothing was changed';
}

($r) = $other->post("receivers/$rc->{id}/pause");
is $r->{status}, 404, 'another company has no such receiver';


# --- an answer that was made on a thread is kept for who asks again

my @once = (headers => ['Idempotency-Key' => 'once']);
my @answers = map { scalar $manager->post("receivers/$rc->{id}/resume", undef,
                                          @once) } 1 .. 2;

is_deeply [map { $_->{status} } @answers], [200, 200], 'resumed, and asked again';
is $answers[1]{headers}{'idempotency-replayed'}, 'true', 'it is the first answer';
is_deeply JSON::PP::decode_json($answers[1]{body}),
    JSON::PP::decode_json($answers[0]{body}), 'with all that it said';


# --- one of nginx.conf

($r) = $manager->post('receivers/later/pause');
is $r->{status}, 404, 'a company does not see it';

($r, $now) = $root->post('receivers/later/pause');
is $r->{status}, 200, 'an operator pauses it' or diag $r->{body};
is $now->{state}{reason}, 'by root', 'who did it';

is call('token-of-a-durable-receiver-0123', 'Ha'), 202, 'it stores a call';
is state($root, 'later')->{pending}, 1, 'which waits';

(undef, $list) = $root->get('receivers');
($listed) = grep { $_->{id} eq 'later' } @{$list->{items}};
ok $listed->{state}{paused}, 'as a list shows, too';

$root->post('receivers/later/resume');
ok wait_for(sub { done('/conf') }), 'and is done when it is resumed';


# --- the whole store

$t->ctl('pause', '--all', '--reason', 'a copy');

$state = state($root, $rc->{id});
is_deeply [@$state{qw(paused paused_by reason)}],
    [JSON::PP::true, 'store', 'a copy'], 'the store pauses it';
is state($manager, $rc->{id})->{reason}, undef, 'a company is not told why';
ok !state($root, $sync->{id})->{paused},
    'but not what acts before it answers';

$t->ctl('resume', '--all');
ok !state($root, $rc->{id})->{paused}, 'until it is resumed';


$t->stop;
$t->ok_logs;

done_testing;
