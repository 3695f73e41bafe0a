#
# webhookctl: what it shows of a live store and of one that nobody has open,
# what it refuses, and that no stored byte commands a terminal.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use Test::More;

use Webhook::Test qw(wait_for deadline slurp);


my $token = 'ctl-0123456789-abcdefgh';

my $t = Webhook::Test->new(workers => 2);

my $api = $t->backend(api => <<'CONF');
    location / {
        default_type application/json;
        return 201 '{"id": 1, "note": "Đơn hàng"}';
    }
CONF

# What an endpoint answers comes from outside: it may try anything.

my $evil = "\e[31mred\e[0m \x07bell \xc2\x9b31m \xe2\x80\xae turned \xff\n"
           . "delivery forged";

my $hook = $t->endpoint(name => 'hook', answers => {
    '/good' => [{ status => 200, body => 'fine' }],
    '/evil' => [{ status => 500, body => $evil }],
});

$t->config(
    http => <<"CONF",
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    webhook_event_type order.edit;

    webhook_endpoint good {
        url    http://127.0.0.1:%%PORT_hook%%/good;
        events order.*;
    }
    webhook_endpoint evil.one {
        url    http://127.0.0.1:%%PORT_hook%%/evil;
        events order.add;
        retry  attempts=2 first=10ms;
    }
    webhook_receiver hooked {
        model  res.partner;
        secret $token;
        action POST /pos/x '{}';
        log_calls on;
    }
CONF
    server => <<'CONF',
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$ status=201;
        webhook_event order.edit PUT ^/api/orders$ status=201;
    }
    location ^~ /web/hook/ { webhook_receive; }
    location /pos/ { internal; return 200; }
CONF
);

$t->start;

is $t->post('/api/orders', '{}')->{status}, 201, 'an order';
is $t->request('PUT', '/api/orders', '{}')->{status}, 201, 'and another';

is $t->request('POST', "/web/hook/$token", $evil,
               headers => ['Content-Type' => 'application/json'])->{status},
   400, 'a call with bad bytes';


# Of the program's lines, those that are JSON.

sub objects
{
    my ($status, $out, $err) = $t->ctl(@_, '--json');

    is $status, 0, "@_ --json" or diag $err;

    return map { JSON::PP::decode_json($_) } split /\n/, $out;
}

sub printed
{
    my ($status, $out, $err) = $t->ctl(@_);

    is $status, 0, "@_" or diag $err;

    unlike $out, qr/[^\x20-\x7e\n\x80-\xff]/, "@_: no control byte";
    unlike $out, qr/\xc2[\x80-\x9f]/, "@_: no control of two bytes";
    unlike $out, qr/\xe2\x80[\xa8-\xae]/, "@_: nothing turns the line";
    ok utf8::decode(my $copy = $out), "@_: UTF-8";

    return $out;
}

ok wait_for(sub {
    my ($status, $out) = $t->ctl('list', '--json');

    return 3 == grep { /"state":"(?:delivered|dead)"/ } split /\n/, $out;
}, 20), 'all is delivered or dead' or diag +($t->ctl('list'))[1];


# --- list

my @all = objects('list');

is scalar @all, 3, 'three deliveries';
is $all[0]{type}, 'order.edit', 'the newest first';
is $all[0]{endpoint}, 'good', 'of its endpoint';
is $all[0]{status}, 200, 'with its status';
is $all[0]{sends}, 1, 'and its sends';
is $all[0]{id}, "$all[0]{event}.good", 'by its name';

is_deeply [map { $_->{endpoint} } objects('list', '--state=dead')],
          ['evil.one'], '--state';
is_deeply [map { $_->{endpoint} } objects('list', '--endpoint=evil.one')],
          ['evil.one'], '--endpoint';
is scalar(objects('list', '--event=order.edit')), 1, '--event';
is scalar(objects('list', '--event', 'order.*')), 3, '--event of a pattern';
is scalar(objects('list', '--since=1h')), 3, '--since';
is scalar(objects('list', '--until=1h')), 0, '--until';
is scalar(objects('list', '--since=2020-01-01', '--until=2020-01-02T10:00')),
   0, 'a day long ago';

# The times that it shows, and those of other programs, can be given back.

{
    my ($first) = sort { $a->{time} cmp $b->{time} } @all;
    my ($plain) = $first->{time} =~ /^(.*)\.\d+/;
    my ($newer) = map { $_->{time} } $all[0];

    is scalar(objects('list', "--since=$first->{time}")), 3,
       '--since of a time as it is shown';
    is scalar(objects('list', "--until=$first->{time}")), 0,
       '--until is before it, to the millisecond';
    is scalar(objects('list', "--since=$newer")),
       scalar(grep { $_->{time} ge $newer } @all), '--since of the newest';
}

for my $case (['2020-01-01T10:00:00Z',      '2020-01-01T12:00:00+02:00'],
              ['2020-01-01T10:00:00.250Z',  '2020-01-01T04:30:00.25-0530'],
              ['2020-01-01T10:00Z',         '2020-01-01T10:00+00:00'])
{
    is scalar(objects('list', "--since=$case->[$_]")), 3,
       "--since=$case->[$_]" for 0, 1;
}

is scalar(objects('list', '--since=2999-01-01T00:00:00Z')), 0, 'in UTC, too';
is scalar(objects('list', '--limit=2')), 2, '--limit';

my ($status, $out, $err) = $t->ctl('list', '--limit=1');

like $err, qr/there are more/, 'more is told';

my @lines = split /\n/, printed('list');

is scalar @lines, 4, 'a head and three lines';
like $lines[1], qr/^delivered +1 +200 +20\d\d-[\dT:.+-]+ +- +order\.edit +/,
     'a line';
like $lines[1], qr/ \Q$all[0]{id}\E$/, 'ends with the name to show';
is +(() = $lines[0] =~ /DELIVERY/g), 1, 'the head';
is index($lines[0], 'DELIVERY'), index($lines[1], $all[0]{event}),
   'stands above its column';


# --- show

my ($dead) = objects('list', '--state=dead');
my ($shown) = objects('show', $dead->{id});

is scalar @{ $shown->{deliveries} }, 1, 'one delivery';
is scalar @{ $shown->{deliveries}[0]{attempts} }, 2, 'two attempts';
like $shown->{deliveries}[0]{attempts}[1]{answer}, qr/^\e\[31mred/,
     'JSON holds what was answered';

($shown) = objects('show', $dead->{event}, '--body');

is scalar @{ $shown->{deliveries} }, 2, 'all deliveries of an event';
is $shown->{forms}[0]{body}, qq({"id": 1, "note": "\x{110}\x{1a1}n h\x{e0}ng"}),
   'with the body';

$out = printed('show', $dead->{id});

like $out, qr/^delivery +\Q$dead->{id}\E$/m, 'for people too';
like $out, qr/\\x1b\[31mred\\x1b\[0m \\x07bell \\xc2\\x9b31m \\xe2\\x80\\xae /,
     'commands are made visible';
unlike $out, qr/^delivery forged/m, 'no line is forged';

($status, $out) = $t->ctl('show', '--body', $dead->{event});

is $out, '{"id": 1, "note": "Đơn hàng"}', 'the body, byte for byte';


# --- calls, stats

my ($call) = objects('calls', 'hooked');

is $call->{status}, 400, 'a call';
is $call->{receiver}, 'hooked', 'of its receiver';

like printed('calls', 'hooked'), qr/\n    in: \\x1b\[31mred/,
     'its bytes command nothing';
is printed('calls', 'nobody'), '', 'a receiver without calls';

my ($stats) = objects('stats');

is $stats->{events}, 2, 'two events';
is $stats->{calls}, 1, 'one call';
is $stats->{processes}, 2, 'two workers';
is_deeply [sort map { $_->{name} } @{ $stats->{endpoints} }],
          ['evil.one', 'good'], 'the endpoints';
is +(map { $_->{dead} } grep { $_->{name} eq 'evil.one' }
     @{ $stats->{endpoints} })[0], 1, 'and what is dead of each';

like printed('stats'), qr/^kept +2 events, 1 call, 0 idempotency keys$/m, 'for people too';


# --- what it refuses

for my $case (
    [[], 2, qr/^usage/, 'no command'],
    [['lst'], 2, qr/no such command/, 'no such command'],
    [['list', 'x'], 2, qr/^webhookctl list: there are too many arguments/, 'a word too many'],
    [['show'], 2, qr/an argument is missing/, 'a word too few'],
    [['list', '--state=sent'], 2, qr/--state is/, 'no such state'],
    [['list', '--event=a..b'], 2, qr/--event is/, 'no such type'],
    [['list', '--since=never'], 2, qr/--since/, 'no such time'],
    [['list', '--since=2026-11-22T99:00'], 2, qr/--since/, 'nor that'],
    (map { [['list', "--since=2026-11-22T$_"], 2, qr/--since/, "nor $_"] }
         '10:00:00.', '10:00:00.1234567890', '10:00:00X', '10:00:00Z0',
         '10:00:00+2', '10:00:00+24:00', '10:00:00+02:60', '10:00:00+02:00x'),
    [['list', '--limit=0'], 2, qr/--limit/, 'a limit of none'],
    [['list', '--limit=1x'], 2, qr/--limit/, 'no number'],
    [['list', '--nonsense'], 2, qr/unknown option "--nonsense"; see webhookctl help list/,
     'no such option'],
    [['show', 'x'], 2, qr/is not EVENT/, 'no id'],
    [['show', "$dead->{event}.#zzzzzzzzzzzzzzzz"], 2, qr/is not the number of an endpoint/,
     'no number'],
    [['show', "$dead->{event}.nobody"], 1, qr/there is no/, 'no delivery'],
    [['show', '019ab0c2-6c5e-7d61-a3f5-0c1f0e7b9a11'], 1, qr/there is no/,
     'no event'],
) {
    my ($args, $want, $like, $name) = @$case;

    ($status, $out, $err) = $t->ctl(@$args);

    is $status, $want, "$name: status";
    like $err, $like, "$name: says so";
    is $out, '', "$name: nothing else";
}

my $program = Webhook::Nginx::build_dir()
              . ($ENV{TEST_NGINX_ASAN} ? '/asan' : '') . '/webhookctl';

($status, $out, $err) = $t->run($program, '--help');

is $status, 0, '--help';
like $out, qr/^usage: webhookctl/, 'tells how it is used';
is $err, '', 'and is no error';

for my $path ($t->store . '-none', "$t->{nginx}{prefix}/conf") {
    ($status, $out, $err) = $t->run($program, '-s', $path, 'list');

    is $status, 1, "$path: status";
    like $err, qr/there is no store in/, "$path: no store";
}

ok !-e $t->store . '-none', 'and none is made';
is_deeply [glob "$t->{nginx}{prefix}/conf/*.mdb"], [], 'nowhere';

SKIP: {
    skip 'needs a full device', 2 unless -c '/dev/full';

    ($status, $out, $err) = $t->run('/bin/sh', '-c',
        "$program -s " . $t->store . ' list > /dev/full');

    is $status, 1, 'what cannot be written: status';
    like $err, qr/cannot write/, 'says so';
}


# --- a store that nobody has open, as root and as its owner

sub files
{
    return join "\n", map {
        my @s = stat $_;
        sprintf '%s %o %d %d', $_, $s[2], $s[4], $s[5];
    } sort glob $t->store . '/*';
}

$t->stop;

my $before = files();

is_deeply [objects('list')], \@all, 'a stopped store shows the same';
is +(objects('stats'))[0]{processes}, 0, 'no process has it open';
is files(), $before, 'no file is made or changes hands';

SKIP: {
    skip 'not root', 4 if $> != 0;

    my ($uid, $gid) = (getpwnam 'nobody')[2, 3];

    skip 'no user nobody', 4 unless defined $uid;

    my @files = glob $t->store . '/*';

    chown $uid, $gid, @files, $t->store;
    unlink $t->store . '/lock.mdb';

    is scalar(objects('list')), 3, "another user's store";
    ok !grep({ (stat $_)[4] != $uid } glob $t->store . '/*'),
       'no file of root is left in it';

    chmod 0, $t->store . '/data.mdb';

    ($status, $out, $err) = $t->ctl('list');

    is $status, 1, 'a store that its owner cannot read';
    like $err, qr/cannot read/, 'says so';

    chmod 0600, $t->store . '/data.mdb';
    chown 0, 0, @files, $t->store;
}

$t->ok_logs;

done_testing;
