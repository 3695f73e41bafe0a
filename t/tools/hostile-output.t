#!/usr/bin/perl

# What comes from outside, in every place that a store has for it, moves no
# terminal when a command prints it for people; as JSON it is exact.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use Test::More;

use Webhook::Nginx qw(build_dir);
use Webhook::Test qw(temp_dir asan);


my $t = Webhook::Test->new(workers => 1);

$t->config(http => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url    http://127.0.0.1:1/;
        events order.add;
    }
CONF

$t->start;
$t->stop;

my $ctl = build_dir() . (asan() ? '/asan' : '') . '/webhookctl';
my $dir = temp_dir('hostile');
my $store = $t->store;
my $json = JSON::PP->new->canonical->utf8;

# a colour, a bell, a line, C1, the direction of writing, what is not seen

my $evil = "e\e[31m\a\r\nforged: line\x7f\x{9b}31m\x{202e}\x{2066}\x{200b}\x{feff}"
           . "\x{61c}\x{e0041}\x{2028}z";

sub import_lines
{
    open my $fh, '>', "$dir/in" or die "$dir/in: $!\n";
    print $fh map { $json->encode($_), "\n" } @_;
    close $fh or die "$dir/in: $!\n";

    my $out = qx($ctl -s $store import < $dir/in 2>&1);

    is $?, 0, 'imported' or diag $out;
}

sub not_imported
{
    my ($line) = @_;

    open my $fh, '>', "$dir/in" or die "$dir/in: $!\n";
    print $fh $json->encode($line), "\n";
    close $fh or die "$dir/in: $!\n";

    my $out = qx($ctl -s $store import < $dir/in 2>&1);

    is $? >> 8, 1, 'not imported';

    return $out;
}

my $event = '01890000-0000-7000-8000-000000000001';
my $call = '01890000-0000-7000-8000-000000000002';

import_lines(
    { kind => 'endpoint', endpoint => 'erp', paused => $evil },
    { kind => 'delivery', event => $event, endpoint => 'erp',
      type => "t.$evil", state => 'dead', sends => 1, status => 500,
      request => "POST /$evil", content_type => "a/$evil",
      headers => "X: $evil", body => "{\"b\": \"$evil\"}",
      attempts => [{ number => 1, time_ms => 1700000000000, status => 500,
                     error => $evil, address => $evil,
                     answer => 'x', answer_base64 => '/w0bWzMxbf4=' }] },
    { kind => 'call', id => $call, receiver => 'sale', time_ms => 1700000000000,
      status => 500, remote => $evil, content_type => $evil,
      headers => "X: $evil", body => $evil, verified => $evil,
      answer => $evil, error => $evil,
      actions => [{ method => $evil, uri => "/$evil", body => $evil,
                    status => 500 }] },
);

# A terminal is what writes to one: what is not, gets the same but for bodies.

sub harmless
{
    my ($name, $out) = @_;

    my $text = $out;

    ok utf8::decode($text), "$name: UTF-8";
    unlike $text, qr/[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\x{61c}\x{200b}-\x{200f}]/,
           "$name: nothing that commands";
    unlike $text, qr/[\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}\x{e0000}-\x{e0fff}]/,
           "$name: nothing that is not seen, or turns";
    unlike $text, qr/^forged/m, "$name: no line that is forged";
}

for ('list', "show $event", "show $event.erp", "show $call", 'calls', 'calls sale',
     'stats', 'check', 'clock', 'quarantine', "retry $event.erp",
     "cancel $event.erp", 'replay --dry-run', 'cancel --endpoint=erp --dry-run')
{
    my $out = qx($ctl -s $store $_ 2>&1);

    ok length $out, "$_: prints" unless /quarantine/;
    harmless($_, $out);
}

# the words of a command line come back in its messages

(my $quoted = $evil) =~ s/'/'\\''/g;
utf8::encode($quoted);

for ("show '$quoted'", "retry '$event.$quoted'", "cancel '$event.$quoted'",
     "pause '$quoted'", "resume '$quoted'", "list --state='$quoted'",
     "list --event='$quoted'", "list --since='$quoted'", "list --limit='$quoted'",
     "list --endpoint='$quoted'", "calls '$quoted'", "backup '/none/$quoted'",
     "receiver-url '$quoted'", "receiver-url x --base='$quoted'", "'$quoted'",
     "--'$quoted'", "clock '$quoted'", "quarantine '$quoted'",
     "quarantine drop '$quoted'", "help '$quoted'",
     "cancel --yes --endpoint='$quoted' --event='$quoted'")
{
    my $out = qx($ctl -s $store $_ 2>&1);

    harmless('words of ' . substr($_, 0, index $_, 'e' . "\e"), $out);
}

harmless('a store that is not there', scalar qx($ctl -s '/none/$quoted' list 2>&1));

# as JSON all is there

my ($shown) = map { $json->decode($_) } qx($ctl -s $store show $event --json --body);

is $shown->{type}, "t.$evil", 'JSON has the type';
is $shown->{forms}[0]{request}, "POST /$evil", 'the request';
is $shown->{forms}[0]{body}, "{\"b\": \"$evil\"}", 'the body';
is $shown->{deliveries}[0]{attempts}[0]{error}, $evil, 'the error';
is $shown->{deliveries}[0]{attempts}[0]{answer_base64}, '/w0bWzMxbf4=',
   'and bytes that are no text';

for ('list', "show $event", 'calls sale', 'stats', 'check', 'clock', 'export') {
    my @lines = split /\n/, qx($ctl -s $store $_ --json);

    ok !(grep { !eval { ref $json->decode($_) } } @lines), "$_: JSON lines";
}


# --- numbers that are none

my $far = '01890000-0002-7000-8000-000000000001';

import_lines({ kind => 'delivery', type => 'far.away', endpoint => 'far',
               event => $far, body => '{}', state => 'dead', sends => 1,
               time_ms => 9000000000000000000,
               finished_ms => 9000000000000000000,
               attempts => [{ number => 1,
                              time_ms => 9000000000000000000 }] });

for ("show $far", 'list --event=far.away', 'export --event=far.away') {
    my $shown = qx($ctl -s $store $_);

    is $?, 0, "$_: a time beyond all calendars";
    harmless($_, $shown);
}

my ($out) = map { $json->decode($_) } grep { /delivery/ }
            qx($ctl -s $store export --event=far.away);

ok exists $out->{$_} && !defined $out->{$_}, "$_ is none"
    for qw(time finished);

my $known = { kind => 'dedupe', receiver_id => '0123456789abcdef',
              key => '61' x 32, ends_ms => 9000000000000000000 };

for ({ %$known, status => 99999 }, { %$known, status => 0 },
     { %$known, status => 4294967296 + 200 },
     { kind => 'delivery', type => 't', endpoint => 'far', body => '{}',
       event => '01890000-0002-7000-8000-000000000002', state => 'pending',
       sends => 4294967295 })
{
    like not_imported($_), qr/is not one that export writes/,
         "$_->{kind}: a number that cannot be";
}


# --- cancel of many, in steps

my $many = asan() ? 1500 : 4000;

import_lines(map {
    { kind => 'delivery', type => 'order.add', endpoint => 'many', sends => 0,
      event => sprintf('01890000-0001-7000-8000-%012x', $_), body => '{}',
      state => 'pending' }
} 1 .. $many);

my ($told) = map { $json->decode($_) }
             qx($ctl -s $store cancel --endpoint=many --yes --json);

is_deeply [@$told{qw(count cancelled)}], [$many, $many], 'all are cancelled';
like qx($ctl -s $store check), qr/ 0 faults$/, 'the store is sound';

done_testing;
