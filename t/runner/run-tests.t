# tools/run-tests tells of a program that prints nothing, or dies before it
# does, as a failure of that one, and runs the others.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Sandbox qw(temp_dir write_file);

my $dir = temp_dir('runner');

my %programs = (
    'a-silent.t' => 'exit 0;',
    'b-early.t'  => 'exit 3;',
    'c-killed.t' => 'kill "KILL", $$;',
    'd-blank.t'  => 'print "\n";',
    'e-good.t'   => 'print "1..2\nok 1\nok 2\n";',
    'f-bad.t'    => 'print "1..2\nok 1\nnot ok 2 - no\n"; exit 1;',
);

for my $name (keys %programs) {
    write_file("$dir/$name", "$programs{$name}\n");
}

delete $ENV{WEBHOOK_KEEP};

my $out = qx(tools/run-tests --jobs 2 --work $dir/work --group x \\
             @{[map { "$dir/$_" } sort keys %programs]} 2>&1);

is $? >> 8, 1, 'it fails' or diag $out;

for my $name (sort keys %programs) {
    my $good = $name eq 'e-good.t';

    like $out, $good ? qr/^x: \Q$name\E +ok +2 /m : qr/^x: \Q$name\E +FAILED /m,
        "$name: " . ($good ? 'passed' : 'failed');
}

like $out, qr/exit status 3/, 'with its exit status';
like $out, qr/killed by signal 9/, 'or signal';
like $out, qr/it printed nothing/, 'and that it printed nothing';
like $out, qr/^6 files in /m, 'all of them ran';
like $out, qr/^3 passed, 5 failed$/m, 'and count';

done_testing;
