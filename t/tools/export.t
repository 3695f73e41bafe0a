#!/usr/bin/perl

# webhookctl export and import, all of it: what waits and in what order, what
# is paused, calls of receivers, and what is known of repeats.  What was
# exported is the same in the store that it is imported into, also if the
# import was killed at any write before, and nothing is done twice there.

use strict;
use warnings;

use lib 't/lib';

use File::Copy qw(copy);
use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use Test::More;

use Webhook::Nginx qw(build_dir);
use Webhook::Test qw(wait_for temp_dir asan slurp);


my $json = 'application/json';
my $token = 'export-0123456789-abcdefghi';
my $bytes = "\xff\xfe \x1b[31m no text";

my $t = Webhook::Test->new(workers => 2);

my $api = $t->endpoint(name => 'api', answers => {
    '*'     => [{ status => 201, body => '{"id": 7}',
                  headers => ['Content-Type' => $json] }],
    '/two'  => [503],
});

my $dir = temp_dir('export');

my $hook = $t->endpoint(name => 'hook', code => sub {
    return !-e "$dir/takes" && $_[0]{uri} =~ /blocks/
           ? { status => 400, body => $bytes } : 200;
});

$t->config(
    http => <<'CONF',
    log_format hook '$request_uri $webhook_id $webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;

    webhook_endpoint ordered {
        url      http://127.0.0.1:%%PORT_hook%%/ordered;
        events   order.add;
        order_by request.key;
        body     '{"key": "${request.key}", "n": "${request.n}"}';
    }
    webhook_endpoint blocks {
        url      http://127.0.0.1:%%PORT_hook%%/blocks;
        events   order.add;
        order_by request.key on_dead=block;
        retry    attempts=1;
        body     '{"key": "${request.key}", "n": "${request.n}"}';
    }
    webhook_receiver sync {
        secret export-0123456789-abcdefghi;
        dedupe header:webhook-id;
        log_calls on;
        action POST /api/sync '{"n": "${n}"}';
    }
    webhook_receiver steps {
        secret steps-export-0123456789-abcdefghi;
        mode durable;
        api http://127.0.0.1:%%PORT_api%%;
        retry attempts=3 first=1h;
        dedupe header:webhook-id;
        log_calls on;
        action POST /one '{"n": 1}';
        action POST /two '{"n": 2}';
        action POST /three '{"n": 3}';
    }
CONF
    server => <<'CONF',
    location /orders {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/orders payload=request;
    }
    location /api/ {
        internal;
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }
    location ^~ /web/hook/ { webhook_receive; }
CONF
);

$t->start;

my $ctl = build_dir() . (asan() ? '/asan' : '') . '/webhookctl';
my $store = $t->store;

chmod 0700, $dir;

sub export
{
    my @lines = map { JSON::PP::decode_json($_) }
                split /\n/, qx($ctl -s $_[0] export);

    is $?, 0, 'exported' unless $_[1];

    return @lines;
}

sub kind { my ($kind, @lines) = @_;
           return grep { $_->{kind} eq $kind } @lines }

# What is the same in another store.

sub same
{
    return [sort map {
        my %line = %$_;

        delete @line{qw(due_ms form waits)};
        $line{ends_ms} = int($line{ends_ms} / 60000) if $line{ends_ms};
        delete $line{number} if $line{kind} eq 'audit';
        JSON::PP->new->canonical->encode(\%line);
    } grep { $_->{kind} !~ /^(?:webhook-export|end)$/
             && ($_->{data} // '') !~ /"action":"import"/ } @_];
}

# A minute may end between two exports.

sub alike
{
    my ($got, $want, $name) = @_;

    for (@$got, @$want) {
        s/"ends_ms":(\d+)/'"ends_ms":' . int(($1 + 2) \/ 10)/e;
    }

    return is_deeply $got, $want, $name;
}

sub import
{
    my ($where, $file) = @_;

    return qx($ctl -s $where import < $file 2>&1);
}

sub write_lines
{
    my ($file, @lines) = @_;

    open my $fh, '>', $file or die "$file: $!\n";
    print $fh @lines;
    close $fh or die "$file: $!\n";
}

sub order
{
    my ($key, $n, @headers) = @_;

    my $r = $t->request('POST', '/orders', qq({"key": "$key", "n": $n}),
                        headers => ['Content-Type' => $json, @headers]);

    return $r->{status};
}

sub call
{
    my ($name, $id) = @_;

    return $t->request('POST', "/web/hook/$name", '{"n": 5}',
                       headers => ['Content-Type' => $json,
                                   'webhook-id' => $id]);
}

sub waits
{
    my ($n, @filter) = @_;

    return wait_for(sub {
        my ($status, $out) = $t->ctl('list', '--json', @filter);
        return $n == split /\n/, $out;
    }, 20);
}


# --- a store with everything in it

is +($t->ctl('pause', 'ordered', '--reason=moves'))[0], 0, 'paused';

is order('a', 1), 201, 'an order';

ok waits(1, '--endpoint=blocks', '--state=dead'), 'is dead, and blocks';

is order(@$_), 201, 'orders' for ['a', 2], ['b', 1], ['a', 3], ['b', 2];
is order('c', 1, 'Idempotency-Key' => 'k1'), 201, 'with a key';

my $first = call($token, 'call-1');

is $first->{status}, 200, 'a call';
is call("steps-$token", 'call-2')->{status}, 202, 'and a durable one';

ok wait_for(sub { grep { $_->{uri} eq '/two' } @{ $api->requests } }, 20),
   'of which a step is done';
ok waits(1, '--endpoint=receiver:steps', '--state=pending'), 'and the next one waits';
ok waits(3, '--endpoint=blocks', '--state=dead'), 'three are dead';

$t->stop;

my @lines = export($store);

is scalar kind('endpoint', @lines), 1, 'one endpoint pauses';
is scalar kind('dedupe', @lines), 2, 'two calls are known';
is scalar kind('idempotency', @lines), 1, 'one event by its key';
is scalar kind('call', @lines), 2, 'two calls are kept';
is scalar kind('delivery', @lines), 13, 'all deliveries';
is_deeply [map { @$_{qw(kind version part)} } $lines[0]],
          ['webhook-export', 1, JSON::PP::false], 'it begins with a version';
is_deeply $lines[-1], { kind => 'end', lines => $#lines - 1, damaged => 0 },
          'and ends with a count';

my ($step) = grep { $_->{endpoint} eq 'receiver:steps' } kind('delivery', @lines);

is "@{[map { $_->{body} } @{ $step->{done} }]} | $step->{body} | "
   . "@{[map { $_->{body} } @{ $step->{next} }]}",
   '{"n": 1} | {"n": 2} | {"n": 3}', 'a durable call has all its steps';

my ($blocks) = grep { $_->{blocks} } kind('delivery', @lines);

is decode_base64($blocks->{attempts}[0]{answer_base64}), $bytes,
   'bytes that are no text are exact';

is_deeply [map { $_->{time_ms} } kind('delivery', @lines)],
          [sort { $a <=> $b } map { $_->{time_ms} } kind('delivery', @lines)],
          'the oldest event is first';

write_lines("$dir/all", qx($ctl -s $store export));

# a part has deliveries alone

is_deeply [map { $_->{kind} } map { JSON::PP::decode_json($_) }
           split /\n/, qx($ctl -s $store export --endpoint=receiver:steps)],
          ['webhook-export', 'delivery', 'end'], 'a part of it';


# --- into another

rename $store, "$dir/old" or die "$store: $!\n";

$t->start;
$t->stop;

rename $store, "$dir/empty" or die "$store: $!\n";

sub fresh
{
    my ($name) = @_;

    system("rm -rf $dir/$name && cp -a $dir/empty $dir/$name") == 0 or die;

    return "$dir/$name";
}

my $new = fresh('new');

like import($new, "$dir/all"),
     qr/^7 events, 2 calls and 3 repeats are imported, 0 .*, 0 could not be/,
     'imported';
is $?, 0, 'well';

alike(same(export($new)), same(@lines), 'all is as it was');
like qx($ctl -s $new check), qr/ 0 faults$/, 'the store is sound';

like import($new, "$dir/all"),
     qr/^0 events, 0 calls and 0 repeats are imported, 13 were there/,
     'once more, nothing is doubled';

alike(same(export($new)), same(@lines), 'indeed');

# in whatever order the lines come

my @reversed = reverse split /^/, slurp("$dir/all");

write_lines("$dir/reversed", @reversed[$#reversed, 1 .. $#reversed - 1, 0]);
import(my $other = fresh('reversed.store'), "$dir/reversed");
is $?, 0, 'the newest first';
alike(same(export($other)), same(@lines), 'is the same in the end');


# --- killed at every write and sync

SKIP: {
    skip 'a library of its own is loaded before all others', 1 if asan();

    my $cut = build_dir() . '/interop/libwebhook_cut.so';
    my $wrong = '';
    my $n = 0;
    my $whole;

    while (!$whole && !$wrong && ++$n < 2000) {
        my $to = fresh('cut');

        my $out = qx(LD_PRELOAD=$cut WEBHOOK_CUT=$n \\
                     sh -c 'exec $ctl -s $to import < $dir/all' 2>&1);

        $whole = $? == 0;
        $wrong = "call $n: $out" unless $whole || $? >> 8 == 128 + 9;

        import($to, "$dir/all");
        $wrong ||= "call $n: again: $?" if $?;

        my ($got, $want) = (same(export($to, 1)), same(@lines));

        s/"ends_ms":(\d+)/'"ends_ms":' . int(($1 + 2) \/ 10)/e
            for @$got, @$want;

        $wrong ||= "call $n: another store" if "@$got" ne "@$want"
            || qx($ctl -s $to check) !~ / 0 faults$/;
    }

    ok $whole && !$wrong && $n > 20,
       "killed at each of $n writes and syncs, and run again" or diag $wrong;
}


# --- what is no whole export

my @text = split /^/, slurp("$dir/all");

write_lines("$dir/short", @text[0 .. $#text - 1]);
like import(fresh('x'), "$dir/short"), qr/ends before its last line/,
     'one that was cut short';
is $? >> 8, 1, 'is a failure';

write_lines("$dir/short", @text[0, 2 .. $#text]);
like import(fresh('x'), "$dir/short"), qr/has 20 lines, of which 19 are here/,
     'a line is missing';
is $? >> 8, 1, 'a failure';

write_lines("$dir/short", grep { !/"kind":"(?:webhook-export|end)"/ } @text);
import(fresh('x'), "$dir/short");
is $?, 0, 'lines by themselves are taken';

write_lines("$dir/short", $text[0] =~ s/"version":1/"version":2/r, @text[1 .. $#text]);
like import(my $x = fresh('x'), "$dir/short"),
     qr/version 2 .* knows version 1.*^0 events/ms, 'of a later version';
is $? >> 8, 1, 'nothing is taken';
is scalar(export($x)), 2, 'indeed';

write_lines("$dir/short", $text[0], qq({"kind":"x\\u001b[31m"}\n),
            @text[1 .. $#text]);
like import(fresh('x'), "$dir/short"),
     qr/line 2: there is no kind "x\\x1b\[31m" here.*^7 events.*1 lines are sk/ms,
     'a kind that is not known is skipped, and counted';
is $? >> 8, 1, 'with a status that tells';

# an event that is there without one of its deliveries

write_lines("$dir/short", grep { /"endpoint":"ordered"/ && /delivery/ } @text);
import($x = fresh('x'), "$dir/short");
like import($x, "$dir/all"), qr/without 1 of its deliveries.*6 could not be/s,
     'a delivery that cannot be added is told';

write_lines("$dir/short", map { s/"event":"[^"]+"/"event":7/r } @text);
import($x = fresh('x'), "$dir/short");
is $? >> 8, 1, 'an event that is none';

write_lines("$dir/short", map { s/"order_place":\d+/"order_place":9e18/r
                                =~ s/9e18/9000000000000000000/r } @text);
like import($x = fresh('x'), "$dir/short"), qr/ 0 calls| exceeds a bound/,
     'a place that is none';
like qx($ctl -s $x check), qr/ 0 faults$/, 'the store is sound';


# --- it goes on from there

rename $new, $store or die "$store: $!\n";

write_lines("$dir/takes");

$t->start;

like +($t->ctl('stats'))[1], qr/ordered, paused: moves/, 'it pauses yet';

my $again = call($token, 'call-1');

is "$again->{status} $again->{body}", "$first->{status} $first->{body}",
   'a call that is known is answered as it was';
is call("steps-$token", 'call-2')->{status}, 202, 'a durable one, too';
is order('c', 1, 'Idempotency-Key' => 'k1'), 201, 'a request that is known';

my ($event) = kind('idempotency', @lines);

ok wait_for(sub { slurp($t->prefix . '/logs/hook.log')
                  =~ /^\/orders \Q$event->{event}\E \w+\n\z/m }, 20),
   'is the same event';
is scalar(grep { $_->{uri} eq '/api/sync' } @{ $api->requests }), 1,
   'nothing is done twice';

is +($t->ctl('retry', map { $_->{id} } grep { $_->{blocks} }
             kind('delivery', @lines)))[0], 0, 'what blocks is tried again';
is +($t->ctl('resume', 'ordered'))[0], 0, 'and what pauses goes on';

ok waits(12, '--state=delivered'), 'all is delivered'
    or diag +($t->ctl('list'))[1];

my %sent;

for (@{ $hook->requests }) {
    my ($key, $n) = $_->{body} =~ /"key": "(\w)", "n": "?(\d)/ or next;

    push @{ $sent{"$_->{uri} $key"} }, $n;
}

is_deeply [map { "$_: @{ $sent{$_} }" } sort grep { /ordered/ } keys %sent],
          ['/ordered a: 1 2 3', '/ordered b: 1 2', '/ordered c: 1'],
          'each key in order';
is join(' ', @{ $sent{'/blocks a'} }), '1 1 2 3',
   'and those that were blocked';

done_testing;
