#!/usr/bin/perl

# webhookctl token, endpoint, receiver, task, audit: tokens that nginx takes, and
# what was registered, shown and removed without a key.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Test::More;

use Webhook::Nginx qw(build_dir);
use Webhook::Test qw(temp_dir asan);


my $t = Webhook::Test->new(workers => 1);

my $ctl = build_dir() . (asan() ? '/asan' : '') . '/webhookctl';
my $dir = temp_dir('registered');
my $json = JSON::PP->new->canonical->utf8;

sub ctl
{
    my (@args) = @_;

    my $out = qx($ctl @args 2>&1);

    return wantarray ? ($out, $? >> 8) : $out;
}


# --- tokens

my ($out, $rc) = ctl(qw(token shop --permission=company.setting --company=1260
                        --expires=2099-01-31));

is $rc, 0, 'a token' or diag $out;
like $out, qr/^shop sha256:[0-9a-f]{64} company\.setting company=1260 expires=2099-01-31$/m,
     'its line';

my ($token) = $out =~ /^([A-Za-z0-9_-]{43})$/m;
my ($line) = $out =~ /^(shop .*)$/m;

ok $token, 'the token';

# as the guide has it: the line into a file, the token on the terminal

my $terminal = qx($ctl token manager --permission=company.setting 2>&1 >$dir/line);

my $added = qx(cat $dir/line);

is $added =~ tr/\n//, 1, 'one line goes to the file';
like $added, qr/^manager sha256:[0-9a-f]{64} company\.setting$/m, 'its line';
like $terminal, qr/^[A-Za-z0-9_-]{43}$/m, 'the token goes to the terminal';
unlike $terminal, qr/sha256:/, 'and the line does not';

my $made = $json->decode(scalar ctl(qw(token look@shop --json)));

like $made->{line}, qr/^look\@shop sha256:[0-9a-f]{64} company\.view$/,
     'one that may look, at all companies';
isnt $made->{token}, $token, 'another token';

for (['token "a b"', qr/the name of a token/],
     ["token " . 'a' x 65, qr/the name of a token/],
     ['token a --company=a/b', qr/--company is up to 64 letters/],
     ['token a --company=', qr/--company is empty/],
     ['token a --expires=2020-01-01', qr/--expires is a date in the future/],
     ['token a --expires="2099-01-31 10:00"', qr/--expires is a date/],
     ['token a --expires=soon', qr/--expires is a date in the future/],
     ['token a --permission=root', qr/--permission is one of/],
     ['token', qr/an argument is missing/])
{
    my ($args, $want) = @$_;

    ($out, $rc) = ctl($args);

    is $rc, 2, "refused: $args";
    like $out, $want, 'and why';
}

$t->file('tokens', "# a comment\n$line\n$made->{line}\n");

$t->config(http => <<'CONF', server => <<'SERVER');
    webhook_store  %%STORE%% size=64m;
    webhook_tokens file:%%PREFIX%%/tokens;
    webhook_event_type order.add;

    webhook_endpoint none {
        url    http://127.0.0.1:1/;
        events order.add;
    }
CONF
        location /webhook/ {
            webhook_api;
        }
SERVER

$t->start;

sub whoami
{
    my ($bearer) = @_;

    my $r = $t->request('GET', '/webhook/whoami', undef,
                        headers => [Authorization => "Bearer $bearer"]);

    return $r->{status} == 200 ? $json->decode($r->{body})
                               : { status => $r->{status} };
}

is whoami($token)->{name}, 'shop', 'nginx knows the token';
is whoami($token)->{company}, '1260', 'and its company';
is whoami($made->{token})->{name}, 'look@shop', 'and the other one';
is whoami('x' x 43)->{status}, 401, 'and no third one';

$t->stop;


# --- what was registered

my $store = $t->store;

sub number
{
    my ($n) = @_;

    my $out = '';

    for ( ; $n > 127; $n >>= 7) {
        $out .= chr($n & 127 | 128);
    }

    return $out . chr($n);
}

# a definition whose sealed part nobody here can open

sub kept
{
    my ($clear, $sealed) = @_;

    return encode_base64(join('', 'D', chr(1), number(length $clear), $clear,
                              number(length $sealed), $sealed), '');
}

my $ep = 'ep_' . '0' x 26;
my $rcv = 'rc_' . '1' x 26;
my $evil = "e\e[31m\a\nforged";

my @lines = (
    { kind => 'object', object => 'endpoint', id => $ep, company => '1260',
      name => "erp $evil", by => 'manager', version => 7, removed => \0,
      created_ms => 1700000000001, updated_ms => 1700000000002,
      data_base64 => kept($json->encode({
          name => "erp $evil", company => '1260',
          url => 'https://erp.example.com/***', events => ['order.add'],
          secrets => [{ id => 'k1', hint => 'whsec_Ab...', expires => undef,
                        created => '2026-11-28T02:06:10.432Z' }] }),
          chr(1) . 'k' x 36 . 'x' x 64) },
    { kind => 'object', object => 'endpoint', id => 'ep_' . '2' x 26,
      company => '', name => 'other', by => 'manager', version => 1,
      removed => \0, created_ms => 1700000000001,
      updated_ms => 1700000000002, data_base64 => encode_base64('no record', '') },
    { kind => 'object', object => 'receiver', id => $rcv, company => '',
      name => 'contact', by => '', version => 1, removed => \0,
      created_ms => 1700000000003, updated_ms => 1700000000003,
      data_base64 => kept($json->encode({
          name => 'contact', actions => [{ method => 'POST', uri => '/a' }],
          tokens => [{ id => 't1', sha256 => 'ab' x 32, expires => undef,
                       created => '2026-11-28T02:06:10.432Z' }] }), '') },
    { kind => 'delivery', event => '01890000-0000-7000-8000-000000000001',
      endpoint => $ep, type => 'order.add', state => 'pending', sends => 0,
      body => '{}' },
    { kind => 'delivery', event => '01890000-0000-7000-8000-000000000002',
      endpoint => 'none', type => 'order.add', state => 'dead', sends => 1,
      body => '{}', company => '1260' },
    { kind => 'audit', number => 3, time_ms => 1700000000000,
      company => '1260', data => $json->encode({ by => "manager $evil",
      action => 'create', kind => 'endpoint', id => $ep,
      changes => [{ pointer => '/name', from => undef, to => 'erp' }] }) },
);

open my $fh, '>', "$dir/lines" or die "$dir/lines: $!\n";
print $fh map { $json->encode($_), "\n" } @lines;
close $fh;

$out = qx($ctl -s $store import < $dir/lines 2>&1);
is $?, 0, 'imported' or diag $out;

sub on
{
    return ctl('-s', $store, @_);
}

my @told;

sub harmless
{
    my ($name, $text) = @_;

    unlike $text, qr/[^\n\x20-\x7e]|^forged/m, "$name: nothing to obey";
}

@told = map { $json->decode($_) } split /\n/, on(qw(list --json --company=1260));
is_deeply [map { [$_->{endpoint}, $_->{company}] } @told], [['none', '1260']],
    'deliveries of a company';

@told = map { $json->decode($_) } split /\n/, on(qw(list --json --company=));
is_deeply [map { [$_->{event}, $_->{company}] } @told],
    [['01890000-0000-7000-8000-000000000001', undef]], 'and of none';

like scalar on(qw(replay --dry-run --company=1260)),
     qr/^1 finished deliveries of company 1260 would be sent again$/m,
     'one to be replayed';
like scalar on(qw(replay --dry-run --company=)),
     qr/^0 finished deliveries of no company would be sent again$/m,
     'and none';

($out, $rc) = on(qw(endpoint));
is $rc, 0, 'endpoints are listed';
like $out, qr/^$ep +7 .* 1260 +erp /m, 'one of them';
harmless('endpoint', $out);

my @listed = map { $json->decode($_) } split /\n/, on(qw(endpoint list --json));
is @listed, 2, 'two of them';

@listed = map { $json->decode($_) }
          split /\n/, on(qw(endpoint list --json --company=1260));
is_deeply \@listed,
    [{ id => $ep, kind => 'endpoint', company => '1260', name => "erp $evil",
       version => 7, change => $listed[0]{change}, by => 'manager',
       created => '2023-11-14T22:13:20.001Z',
       updated => '2023-11-14T22:13:20.002Z' }],
    'those of a company';

@listed = map { $json->decode($_) }
          split /\n/, on(qw(endpoint list --json --company=));
is $listed[0]{name}, 'other', 'those of none';

my $shown = $json->decode(scalar on('endpoint', 'show', $ep, '--json'));
is $shown->{url}, 'https://erp.example.com/***', 'one is shown without a key';
is $shown->{secrets}[0]{hint}, '***', 'masked';
is $shown->{state}{pending}, 1, 'what waits for it';
is $shown->{version}, 7, 'its version';
ok !exists $shown->{data}, 'no bytes';

($out, $rc) = on('endpoint', 'show', $ep);
is $rc, 0, 'for people';
harmless('endpoint show', $out);

my $people = $json->decode($out);

delete $_->{state}{overdue_ms} for $people, $shown;      # time goes on
is_deeply $people, $shown, 'the same';

($out, $rc) = on('endpoint', 'show', 'ep_' . '2' x 26);
like $out, qr/what is kept of it is damaged/, 'a damaged one is told';

$shown = $json->decode(scalar on('receiver', 'show', $rcv, '--json'));
is $shown->{tokens}[0]{id}, 't1', 'a receiver';
is $shown->{actions}[0]{uri}, '/a', 'and what it calls';

for (['endpoint', 'show', $rcv], ['receiver', 'show', $ep],
     ['endpoint', 'show', $ep, '--company=7'],
     ['endpoint', 'delete', $ep, '--company=', '--yes'])
{
    ($out, $rc) = on(@$_);
    is $rc, 1, "not there: @$_";
    like $out, qr/there is no such registered \w+/, 'as it says';
}

for (['endpoint', 'show'], ['endpoint', 'list', 'x'], ['endpoint', 'remove'],
     ['task', 'show', 'x'], ['task', 'end'])
{
    ($out, $rc) = on(@$_);
    is $rc, 2, "not understood: @$_";
}


# --- removed

($out, $rc) = on('endpoint', 'delete', $ep, '< /dev/null');
is $rc, 2, 'nobody is asked';
like $out, qr/nothing was done: without a terminal this needs --yes/, 'and nothing is done';

($out, $rc) = on('endpoint', 'delete', $ep, '--yes');
is $rc, 1, 'not while deliveries wait';
like $out, qr/1 delivery waits for it, and 0 are being sent: --cancel/,
     'their number';
is scalar(split /\n/, on(qw(endpoint list --json))), 2, 'it is there';

($out, $rc) = on('endpoint', 'delete', $ep, '--yes', '--cancel');
is $rc, 0, 'with --cancel' or diag $out;
harmless('endpoint delete', $out);
($out, $rc) = on('endpoint', 'show', $ep);
is $rc, 1, 'it is gone';

is_deeply $json->decode(scalar on('receiver', 'delete', $rcv, '--yes',
                                  '--json')),
          { id => $rcv, removed => JSON::PP::true }, 'a receiver';


# --- tasks

my $make = build_dir() . '/interop/webhook_store_task';
my @ids = map { "01890000-0000-7000-8000-00000000001$_" } 1, 2;

is system($make, $store, $ids[0]), 0, 'a task';
is system($make, $store, $ids[1], '1260'), 0, 'and one of a company';

($out, $rc) = on('task');
is $rc, 0, 'tasks are listed';
like $out, qr/^replay  running          0          3  .* $ids[1] manager .*\nreplay .* $ids[0] /m,
     'the newest first';
harmless('task', $out);

my $task = $json->decode(scalar on('task', 'show', $ids[1], '--json'));
is_deeply [@$task{qw(kind state company expected done created ended)}],
    ['replay', 'running', '1260', 3, 0, '2026-11-28T02:06:10.432Z', undef],
    'one of them';
is_deeply $task->{filter}, { state => 'dead', company => '1260' },
    'what it is about';

($out, $rc) = on('task', 'show', $ids[1]);
is $rc, 0, 'for people';
is_deeply $json->decode($out), $task, 'the same';
harmless('task show', $out);

@told = map { $json->decode($_) } split /\n/, on(qw(task list --json --company=));
is_deeply [map { $_->{id} } @told], [$ids[0]], 'those of nobody';

($out, $rc) = on('task', 'end', $ids[1], '--company=7');
is $rc, 1, 'not that of another company';

($out, $rc) = on('task', 'end', $ids[1]);
is $rc, 0, 'one is ended';
($out, $rc) = on('task', 'end', $ids[1]);
is $rc, 1, 'once';
like $out, qr/the task had already ended/, 'as it says';

$task = $json->decode(scalar on('task', 'show', $ids[1], '--json'));
is $task->{state}, 'ended', 'it is over';
ok $task->{ended}, 'since then';

($out, $rc) = on('task', 'show', '01890000-0000-7000-8000-000000000099');
is $rc, 1, 'one that there is not';


# --- the audit

($out, $rc) = on('audit');
is $rc, 0, 'the audit';
harmless('audit', $out);

@told = map { $json->decode($_) } split /\n/, on('audit', '--json');

is_deeply [map { $_->{action} . ($_->{kind} ? " $_->{kind}" : '') } @told],
    ['task.end', 'delete receiver', 'delete endpoint', 'import store',
     'create endpoint', 'import store'], 'the newest first';

shift @told;
is $told[1]{by}, 'webhookctl', 'who';
is $told[1]{id}, $ep, 'what';
is $told[1]{company}, '1260', 'whose';
is_deeply $told[3]{changes}, [{ pointer => '/name', from => undef,
                                to => 'erp' }], 'from what to what';

$out = on(qw(audit --json --company=1260 --limit=1));
like $out, qr/there are more; --limit=N shows them/, 'that there are more';

@told = map { $json->decode($_) } grep { /^\{/ } split /\n/, $out;
is_deeply [map { $_->{id} } @told], [$ids[1]], 'of a company, the last one';

@told = split /\n/, on(qw(audit --json --until=2024-01-01));
is @told, 1, 'up to a time';

@told = split /\n/, on(qw(audit --json --since=2024-01-01));
is @told, 5, 'from a time on';

done_testing();
