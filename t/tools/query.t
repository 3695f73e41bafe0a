#!/usr/bin/perl

# What webhookctl shows of a live store: what deliveries wait for and what went
# wrong, calls by filters, one shape of JSON for each thing; one delivery sent
# again by its name.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use Test::More;

use Webhook::Test qw(wait_for);


my $token = 'ctl-0123456789-abcdefgh';
my $other = 'ctl-9876543210-abcdefgh';

my $t = Webhook::Test->new(workers => 2);

$t->endpoint(name => 'api', answers => {
    '/api/orders' => [{ status => 201, body => '{"id": 1, "shop": "a"}',
                        headers => ['Content-Type' => 'application/json'] }],
});

my $hook = $t->endpoint(name => 'hook', answers => {
    '/good' => [200], '/bad' => [500], '/turn' => [500],
});

$t->config(
    http => <<"CONF",
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;

    webhook_endpoint good {
        url    http://127.0.0.1:%%PORT_hook%%/good;
        events order.add;
    }
    webhook_endpoint bad {
        url    http://127.0.0.1:%%PORT_hook%%/bad;
        events order.add;
        retry  attempts=1;
    }
    webhook_endpoint refused {
        url    http://127.0.0.1:1/;
        events order.add;
        retry  attempts=2 first=1h;
    }
    webhook_endpoint turn {
        url      http://127.0.0.1:%%PORT_hook%%/turn;
        events   order.add;
        retry    attempts=2 first=1h;
        order_by data.shop;
    }
    webhook_endpoint asleep {
        url    http://127.0.0.1:%%PORT_hook%%/good;
        events order.add;
    }
    webhook_endpoint broken {
        url     http://127.0.0.1:1/;
        events  order.add;
        retry   attempts=2 first=1h;
        breaker failures=1 hold=1h;
    }

    webhook_receiver hooked {
        model  res.partner;
        secret $token;
        action POST /pos/x '{"a": "\${a}"}';
        log_calls on;
    }
    webhook_receiver second {
        model  res.partner;
        secret $other;
        action POST /pos/x '{}';
        log_calls on;
    }
CONF
    server => <<'CONF',
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
    location ^~ /web/hook/ { webhook_receive; }
    location /pos/ { internal; return 200 '{}'; }
CONF
);

$t->start;

sub ok_ctl
{
    my ($status, $out, $err) = $t->ctl(@_);

    is $status, 0, "@_" or diag $err;

    return $out;
}

sub not_ctl
{
    my ($want, $like, @args) = @_;
    my ($status, $out, $err) = $t->ctl(@args);

    is $status, $want, "@args: refused";
    like $err, $like, "@args: and told why";
    is $out, '', "@args: nothing else";
}

sub objects { return map { JSON::PP::decode_json($_) }
                     split /\n/, ok_ctl(@_, '--json'); }

sub of { my ($name) = @_; return objects('list', "--endpoint=$name"); }

ok_ctl('pause', 'asleep', '--reason=night');

is $t->post('/api/orders', '{}')->{status}, 201, 'an order';

ok wait_for(sub {
    my ($status, $out) = $t->ctl('list', '--json');
    my @of = map { JSON::PP::decode_json($_) } split /\n/, $out;

    return @of == 6 && 2 == grep({ $_->{finished} } @of)
           && 3 == grep { $_->{sends} && !$_->{finished} } @of;
}, 30), 'it was sent to five' or diag +($t->ctl('list'))[1];

is $t->post('/api/orders', '{}')->{status}, 201, 'and another';

ok wait_for(sub {
    my ($status, $out) = $t->ctl('list', '--json');
    my @of = map { JSON::PP::decode_json($_) } split /\n/, $out;

    return @of == 12 && 4 == grep({ $_->{finished} } @of)
           && 8 == grep { $_->{sends} } @of;
}, 30), 'to four' or diag +($t->ctl('list'))[1];


# --- what waits for what

is_deeply [map { $_->{waits} } of('asleep')], ['paused', 'paused'], 'a pause';
is_deeply [map { $_->{waits} } of('turn')], ['turn', 'time'],
          'its turn, and its time';
is_deeply [map { $_->{waits} } of('broken')], ['held', 'time'],
          'a breaker, which retries do not wait for';
is_deeply [map { $_->{waits} } of('bad')], [undef, undef], 'nothing';
is_deeply [map { $_->{error} } of('good')], [undef, undef], 'nothing is wrong';
like $_->{error}, qr/refused/, 'the last error' for of('refused');
is $_->{status}, 500, 'or status' for of('bad');

my $list = ok_ctl('list');

like $list, qr/^pending +0 +0  \S+[+-]\d\d:\d\d +paused .*\.asleep$/m,
     'paused is shown as that, and the zone of times';
like $list, qr/^pending +0 +0 .* held +order\.add .*\.broken$/m, 'held too';
like $list, qr/^pending +0 +0 .* in its turn +order\.add .*\.turn$/m,
     'and who waits for its turn';
like $list, qr/^pending +1 +0 .*\.refused  .*refused/m,
     'the last error stands behind the name';

my ($asleep) = of('asleep');

like ok_ctl('show', $asleep->{id}), qr/^state +pending, its endpoint is paused/m,
     'show says so too';


# --- one shape

my @shape = sort keys %$asleep;

for my $d (objects('list'), map { @{ $_->{deliveries} } }
                            objects('show', $asleep->{event}))
{
    delete $d->{attempts};
    is_deeply [sort keys %$d], \@shape, "$d->{id}: the same members";
}


# --- unknown names

for my $command (['list'], ['export'], ['replay', '--yes'],
                 ['cancel', '--yes'])
{
    not_ctl(1, qr/^webhookctl $command->[0]: there is no endpoint "gud"/,
            @$command, '--endpoint=gud');
}

is scalar(objects('list', '--endpoint=good')), 2, 'one that is known';


# --- one delivery again

my ($good) = of('good');
my $was = grep { $_->{uri} eq '/good' } @{ $hook->requests };

not_ctl(1, qr/is delivered: replay sends it again/, 'retry', $good->{id});

is_deeply [objects('replay', $good->{id})],
          [{ id => $good->{id}, done => JSON::PP::true, text => 'is due now' }],
          'replay EVENT.ENDPOINT';

ok wait_for(sub {
    $was + 1 == grep { $_->{uri} eq '/good' } @{ $hook->requests };
}, 20), 'it is sent again';

not_ctl(2, qr/EVENT\.ENDPOINT\.\.\. or a filter/, 'replay', $good->{id},
        '--state=dead');
not_ctl(1, qr/is not in the store/, 'replay',
        '01890000-0000-7000-8000-000000000000.good');


# --- cancelled

my @waiting = of('turn');

is_deeply [map { $_->{done} } objects('cancel', $waiting[0]{id})],
          [JSON::PP::true], 'cancel';
is_deeply [map { $_->{state} } of('turn')], ['cancelled', 'pending'],
          'the state is shown';
like ok_ctl('show', $waiting[0]{id}), qr/^state +cancelled\b/m, 'by show too';
like ok_ctl('list', '--state=cancelled'), qr/^cancelled +0 /m, 'and list';


# --- calls

my @type = (headers => ['Content-Type' => 'application/json']);

is $t->request('POST', "/web/hook/$token", '{"a": 1}', @type)->{status}, 200,
   'a call';
is $t->request('POST', "/web/hook/$token", 'no json', @type)->{status}, 400,
   'a bad one';
is $t->request('POST', "/web/hook/$other", '{"b": 1}', @type)->{status}, 200,
   "another receiver's";

ok wait_for(sub {
    return 3 == split /\n/, ($t->ctl('calls', '--json'))[1];
}, 20), 'three are kept';

sub bodies { return join ' | ', map { $_->{body} } objects('calls', @_); }

is bodies(), '{"b": 1} | no json | {"a": 1}', 'of all receivers';
is bodies('hooked'), 'no json | {"a": 1}', 'of one';
is bodies('--status=4xx'), 'no json', 'by a class of status';
is bodies('--status=200'), '{"b": 1} | {"a": 1}', 'by a status';
is bodies('hooked', '--status=200', '--since=1h'), '{"a": 1}', 'by both';
is bodies('--until=1h'), '', 'by time';
is bodies('--since=1h', '--limit=1'), '{"b": 1}', 'so many';

{
    my @calls = objects('calls');

    is bodies("--since=$calls[1]{time}", "--until=$calls[0]{time}"),
       $calls[0]{time} eq $calls[1]{time} ? '' : 'no json',
       'between two of them' if $calls[1]{time} ne $calls[2]{time};

    my ($shown) = objects('show', $calls[2]{id});

    is_deeply $shown, $calls[2], 'show CALL';

    my $text = ok_ctl('show', $calls[2]{id});

    like $text, qr/^call +\Q$calls[2]{id}\E$/m, 'for people';
    like $text, qr/^receiver +hooked$/m, 'with its receiver';
    like $text, qr/^    \{"a": 1\}$/m, 'its body';
    like $text, qr/-> POST \/pos\/x \{"a": 1\} = 200 in /, 'and its actions';
    is ok_ctl('show', '--body', $calls[2]{id}), '{"a": 1}', 'the body alone';
}

not_ctl(2, qr/--status is a number/, 'calls', "--status=$_")
    for 'ok', '4x', '99', '0xx', '2000';
not_ctl(0, qr/no such call of a receiver "nobody" is kept/, 'calls', 'nobody');
not_ctl(1, qr/there is no/, 'show', '01890000-0000-7000-8000-000000000000');

$t->ok_logs;

done_testing;
