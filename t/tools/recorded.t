#!/usr/bin/perl

# What webhookctl does is in the audit: in the transaction of the change where
# that is one, else begun before it and ended after it, so that a command that
# is killed has been recorded if it has changed anything.

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

# the store is made, and nobody has it open

$t->start;
$t->stop;

my $ctl = build_dir() . (asan() ? '/asan' : '') . '/webhookctl';
my $store = $t->store;
my $dir = temp_dir('recorded');

chmod 0700, $dir;

sub on
{
    my ($to, @args) = @_;

    return scalar qx($ctl -s $to @args 2>&1);
}

sub ok_on
{
    my $out = on($store, @_);

    is $?, 0, "@_" or diag $out;

    return $out;
}

# Records of a command, the oldest first, without what differs each time.

sub records
{
    my ($to, $action) = @_;

    return grep { $_->{action} eq $action }
           map { delete @$_{qw(time company)}; $_ }
           map { JSON::PP::decode_json($_) }
           reverse split /\n/, on($to, 'audit', '--json', '--limit=1000');
}

sub last_is
{
    my ($action, $want, $name) = @_;
    my ($got) = reverse records($store, $action);

    delete $got->{number};

    return is_deeply $got, { by => 'webhookctl', action => $action, %$want },
                     $name;
}

sub id { return sprintf '01890000-0000-7000-8000-%012d', $_[0] }

my @ids = map { id($_) } 1 .. 300;

open my $fh, '>', "$dir/in" or die "$dir/in: $!\n";

print $fh map { qq({"event":"$_","endpoint":"erp","type":"order.add",)
                . qq("state":"pending","sends":0,"content_type":"a/b",)
                . qq("body":"{}"}\n) } @ids;
close $fh or die "$dir/in: $!\n";


# --- import

like ok_on('import', '<', "$dir/in"), qr/^300 events/, 'as many wait';

my ($begun, $ended) = records($store, 'import');

is_deeply $begun, { by => 'webhookctl', action => 'import', kind => 'store',
                    number => $begun->{number} }, 'the import was begun';
is_deeply $ended, { by => 'webhookctl', action => 'import', kind => 'store',
                    number => $ended->{number}, begun => $begun->{number},
                    result => { events => 300, map { $_ => 0 }
                                qw(calls repeats objects records there skipped
                                   failed) } }, 'and ended';

ok_on('import', '<', '/dev/null');
is scalar(records($store, 'import')), 2, 'an import of nothing is none';


# --- deliveries by name

my $one = "$ids[0].erp";

ok_on('cancel', $one);
last_is('cancel', { kind => 'delivery', id => $one }, 'one is cancelled');

ok_on('replay', $one);
last_is('replay', { kind => 'delivery', id => $one }, 'replayed');

ok_on('retry', $one);
last_is('retry', { kind => 'delivery', id => $one }, 'retried');

on($store, 'cancel', id(9999) . '.erp');
is scalar(records($store, 'cancel')), 1, 'what was not done is not recorded';


# --- a delivery at a time, or many

system("cp -a $store $dir/waiting") == 0 or die;

like ok_on(qw(cancel --endpoint=erp --event=order.* --yes)),
     qr/^300 deliveries are cancelled$/m, 'all are cancelled';

(undef, $begun, $ended) = records($store, 'cancel');

my $until = delete $begun->{filter}{until};

like $until, qr/^\d{4}-/, 'up to some time';

my $erp = delete $begun->{filter}{endpoint_id};

like $erp, qr/^[0-9a-f]{16}$/, 'of an endpoint that has a number';

is_deeply $begun, { by => 'webhookctl', action => 'cancel',
                    kind => 'deliveries', number => $begun->{number},
                    filter => { endpoint => 'erp', event => 'order.*' },
                    expected => 300 }, 'what was asked for';
is_deeply $ended, { by => 'webhookctl', action => 'cancel',
                    kind => 'deliveries', number => $ended->{number},
                    begun => $begun->{number},
                    result => { done => 300, complete => JSON::PP::true } },
          'and what was done';

like ok_on(qw(replay --state=cancelled --company= --yes)),
     qr/^300 deliveries are due now$/m, 'all are replayed';

(undef, $begun, $ended) = records($store, 'replay');

delete $begun->{filter}{until};

is_deeply $begun->{filter}, { state => 'cancelled', company => undef },
          'of no company';
is $begun->{expected}, 300, 'so many';
is_deeply $ended->{result}, { done => 300, complete => JSON::PP::true }, 'done';
is $ended->{begun}, $begun->{number}, 'as it was begun';

like ok_on(qw(retry --endpoint=erp --state=pending --yes)),
     qr/^300 deliveries are due now$/m, 'all are retried';

my ($retry) = reverse records($store, 'retry');

ok on($store, 'task', 'show', $retry->{id}, '--json') =~ /"done":\s*300/,
   'a task has the counts';
is_deeply [@$retry{qw(kind expected)}, $retry->{filter}],
          ['deliveries', 300, { endpoint => 'erp', endpoint_id => $erp,
                                state => 'pending' }], 'and what was asked for';

my $before = on($store, 'audit', '--json', '--limit=1000');

on($store, qw(replay --dry-run));
on($store, qw(cancel --endpoint=erp --dry-run));
on($store, qw(cancel --endpoint=erp < /dev/null));
on($store, qw(clock));

is on($store, 'audit', '--json', '--limit=1000'), $before,
   'what only counts leaves none';


# --- the store

ok_on('clock', 'accept');
last_is('clock', { kind => 'store' }, 'the clock is accepted');

ok_on('backup', "$dir/copy\xc3\xa9");
ok_on('restore', "$dir/copy\xc3\xa9");
last_is('restore', { kind => 'store', id => "$dir/copy\x{e9}" },
        'a store that was restored says so');
is scalar(records($store, 'clock')), 1, 'beside what it had';

# a word that is no text

like on($store, 'pause', "\$(printf 'x\\377')"), qr/there is no endpoint "x\\xff"/,
     'a name that is none';
ok_on('backup', "\$(printf '$dir/x\\377')");
ok_on('restore', "\$(printf '$dir/x\\377')");
last_is('restore', { kind => 'store', id => "$dir/x\x{fffd}" },
        'is recorded as far as it is text');


# --- killed at every write and sync

SKIP: {
    skip 'a library of its own is loaded before all others', 4 if asan();

    my $cut = build_dir() . '/interop/libwebhook_cut.so';

    # what the deliveries are afterwards, and the records

    for my $scene (['cancel', 'cancel --endpoint=erp --yes'],
                   ['import', "import < $dir/more"]) {
        my ($action, $command) = @$scene;
        my ($n, $whole, $wrong, %seen) = (0, 0, '');

        open $fh, '>', "$dir/more" or die "$dir/more: $!\n";
        print $fh map { qq({"event":"$_","endpoint":"erp","type":"order.add",)
                        . qq("state":"cancelled","sends":0,)
                        . qq("content_type":"a/b","body":"{}"}\n) }
                  map { id($_) } 2001 .. 2300;
        close $fh or die "$dir/more: $!\n";

        my $had = records("$dir/waiting", $action);

        while (!$whole && !$wrong && ++$n < 2000) {
            system("rm -rf $dir/cut && cp -a $dir/waiting $dir/cut") == 0
                or die;

            qx(LD_PRELOAD=$cut WEBHOOK_CUT=$n \\
               sh -c 'exec $ctl -s $dir/cut $command' 2>&1);

            $whole = $? == 0;
            $wrong = "call $n: $?" unless $whole || $? >> 8 == 128 + 9;

            my $stats = on("$dir/cut", 'stats', '--json');
            my ($changed) = $stats =~ /"cancelled":\s*(\d+)/;
            my @new = records("$dir/cut", $action);

            splice @new, 0, $had;

            $wrong ||= "call $n: $changed changed, no record"
                if $changed && !@new;
            $wrong ||= "call $n: ended, $changed changed"
                if @new == 2 && $changed != 300;
            $wrong ||= "call $n: not ended" if $whole && @new != 2;

            $seen{!$changed ? 'none' : $changed < 300 ? 'some' : 'all'}{@new}++;
        }

        ok $whole && !$wrong,
           "$action: killed at each of $n writes and syncs" or diag $wrong;
        ok $seen{none}{0} && $seen{none}{1} && $seen{some}{1} && $seen{all}{1},
           'before its record, behind it, half done, and before its end'
            or diag explain \%seen;
    }
}

done_testing;
