#!/usr/bin/perl

# Damaged rows: kept in quarantine, listed, shown, exported and dropped by hand.
# Tools read a store of an older format, which has no table of such.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use Test::More;

use Webhook::Nginx qw(build_dir);
use Webhook::Test qw(wait_for temp_dir asan slurp);


my $t = Webhook::Test->new(workers => 1);

$t->allow(qr/damaged|cannot be read/);

$t->config(http => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url    http://127.0.0.1:1/;
        events order.add;
        retry  attempts=2 first=1h;
    }
CONF

$t->start;
$t->stop;

my $ctl = build_dir() . (asan() ? '/asan' : '') . '/webhookctl';
my $dir = temp_dir('quarantine');
my $store = $t->store;

chmod 0700, $dir;

my @ids = map { sprintf '01890000-0000-7000-8000-00000000000%d', $_ } 1 .. 3;

open my $fh, '>', "$dir/in" or die "$dir/in: $!\n";

print $fh map { qq({"event":"$_","endpoint":"erp","type":"order.add",)
                . qq("state":"pending","sends":0,"content_type":"a/b",)
                . qq("body":"{}"}\n) } @ids;
close $fh or die "$dir/in: $!\n";

like qx($ctl -s $store import < $dir/in 2>&1), qr/^3 events/, 'three wait';

# the rows of two of them are damaged

my $file = "$store/data.mdb";
my $data = slurp($file);

for my $id (@ids[0, 1]) {
    my $key = pack 'H*', $id =~ tr/-//dr;

    ok $data =~ s/(\Q$key\E[^\0].{7})D/$1X/gs, "the row of $id";
}

open $fh, '+<:raw', $file or die "$file: $!\n";
print $fh $data;
close $fh or die "$file: $!\n";

like qx($ctl -s $store export 2>&1 >$dir/out), qr/2 damaged rows are left out/,
     'they are left out';
is $? >> 8, 1, 'with a status that tells';
is scalar(grep { /"kind":"delivery"/ } split /\n/, slurp("$dir/out")), 1,
   'the other one is exported';
like slurp("$dir/out"), qr/"kind":"end","lines":1,"damaged":2|"damaged":2/,
     'the last line counts them';

$t->start;

ok wait_for(sub { qx($ctl -s $store quarantine) =~ /\A(?:.*\n){2}\z/ }, 20),
   'the worker puts them into quarantine';

$t->stop;

sub objects { return map { JSON::PP::decode_json($_) } split /\n/, $_[0] }

my @rows = objects(scalar qx($ctl -s $store quarantine --json));

is scalar @rows, 2, 'both are listed';
is_deeply [map { $_->{table} } @rows], [('deliveries') x 2], 'with their table';
is scalar(grep { exists $_->{value_base64} } @rows), 0, 'and no bytes';

my ($one) = objects(scalar qx($ctl -s $store quarantine show $rows[0]{number} --json));

like decode_base64($one->{value_base64}), qr/^X/, 'one is shown';
ok grep({ $one->{key} =~ /^\Q@{[tr{-}{}dr]}\E/ } @ids), 'with its key';
like qx($ctl -s $store quarantine show $rows[0]{number}),
     qr/^key, 24 bytes\n00000000  01 89 00/m, 'and byte by byte';

my @export = objects(scalar qx($ctl -s $store quarantine export));

is_deeply [map { $_->{kind} } @export], [('quarantine') x 2], 'both are exported';

qx($ctl -s $store quarantine export > $dir/q);
like qx($ctl -s $store import < $dir/q), qr/^0 events.*2 lines are skipped, 0 /,
     'which import skips';
is $?, 0, 'and does not mind';

# dropped

for (['drop'], ['drop', 'x'], ['drop', $rows[0]{number}, 'x'], ['show'],
     ['show', -1], ['list', 1])
{
    qx($ctl -s $store quarantine @$_ 2>&1);
    is $? >> 8, 2, "@$_ is not understood";
}

qx($ctl -s $store quarantine drop 77 2>&1);
is $? >> 8, 1, 'there is no such';

like qx($ctl -s $store quarantine drop all --dry-run), qr/^2 rows would be dropped$/,
     'a dry run';
qx($ctl -s $store quarantine drop all 2>&1);
is $? >> 8, 2, 'all of them want --yes';
is scalar(objects(scalar qx($ctl -s $store quarantine --json))), 2,
   'nothing was done';

like qx($ctl -s $store quarantine drop $rows[0]{number}), qr/^1 row is dropped$/,
     'one is dropped';
like qx($ctl -s $store quarantine drop all --yes), qr/^1 row is dropped$/m,
     'then the rest';
is qx($ctl -s $store quarantine), '', 'none is left';
like qx($ctl -s $store check), qr/ 0 faults$/, 'the store is sound';

my @audit = grep { $_->{action} eq 'quarantine' }
            objects(scalar qx($ctl -s $store audit --json));

is_deeply [map { delete @$_{qw(number time company)}; $_ } @audit[1, 2]],
          [{ by => 'webhookctl', action => 'quarantine', kind => 'rows',
             filter => { number_until => $rows[1]{number} }, expected => 1 },
           { by => 'webhookctl', action => 'quarantine', kind => 'row',
             id => "$rows[0]{number}" }],
          'the audit says what was dropped';
is_deeply $audit[0]{result}, { done => 1, complete => JSON::PP::true },
          'and what came of it';
is scalar @audit, 3, 'and nothing of what was refused';

# a store of format 1, read as it is

is system("gzip -dc t/data/store-1.mdb.gz > $dir/old.mdb"), 0,
   'a store of format 1';

my $was = slurp("$dir/old.mdb");

for ('list', 'stats', 'check', 'quarantine', 'calls usd', 'export', 'clock') {
    my $out = qx($ctl -s $dir/old.mdb $_ 2>&1);

    is $?, 0, "$_ reads it" or diag $out;
}

ok slurp("$dir/old.mdb") eq $was, 'and leaves it as it is';

done_testing;
