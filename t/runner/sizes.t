# tools/check-sizes: in a tree of its own, what it is there to refuse is planted,
# and taken out again.

use strict;
use warnings;

use lib 't/lib';
use File::Path qw(make_path);
use Test::More;

use Webhook::Sandbox qw(slurp temp_dir write_file);

my $tmp = temp_dir('sizes');
my $dir = "$tmp/src";

my ($script) = slurp('tools/check-sizes') =~ /^(.*^__DATA__\n)/ms;

make_path("$dir/room");


subtest 'folders' => sub {
    write_file("$dir/room/unit_$_.c", '') for 1 .. 15;
    write_file("$dir/room/unit_1.h", '');
    write_file("$dir/room/ROOMS", '');

    allowed('16 sources');

    write_file("$dir/room/more.h", '');
    refused('room: it holds 17 sources, of 16 at most', 'a header more');
    allowed('that is known', "$dir/room");

    unlink "$dir/room/more.h";
    stale('room', "$dir/room");
};


subtest 'files' => sub {
    write_file("$dir/room/unit_1.c", "\n" x 600);
    allowed('600 lines');

    write_file("$dir/room/unit_1.c", "\n" x 601);
    refused('room/unit_1.c: it has 601 lines, of 600 at most', 'a line more');
    allowed('that is known', "$dir/room/unit_1.c");

    write_file("$dir/room/unit_1.c", '');
    stale('room/unit_1.c', "$dir/room/unit_1.c");
    stale('room/gone.c', "$dir/room/gone.c");
};


subtest 'functions' => sub {
    my $table = "static int rows[] = {\n" . "    1,\n" x 200 . "};\n\n";

    source($table, function(100));
    allowed('100 lines, and a long table');

    source($table, function(101));
    refused('room/unit_1.c:204: unit_make has 101 lines, of 100 at most',
            'a line more');
    allowed('that is known', "$dir/room/unit_1.c unit_make");

    source(function(101, '__attribute__((unused)) '));
    refused('room/unit_1.c:1: unit_make has 101 lines, of 100 at most',
            'by its own name');

    source(function(100));
    stale('room/unit_1.c unit_make', "$dir/room/unit_1.c unit_make");

    my $said = 'longer than 100 lines';

    for my $end ("\n", "\n\n") {
        source("/*\n * What it does.  It is $said because\n"
               . " * each state is a case.\n */$end", function(120));
        allowed('a longer one whose comment says why');
    }

    source("/* It is $said because each state is a case. */\n", "int  n;\n\n",
           function(101));
    refused('room/unit_1.c:4: unit_make has 101 lines, of 100 at most',
            'the comment is another\'s');

    source("/* It is $said. */\n", function(101));
    refused('room/unit_1.c:2: unit_make has 101 lines, of 100 at most',
            'it does not say why');

    source("/* It is $said because. */\n", function(101));
    refused('room/unit_1.c:2: unit_make has 101 lines, of 100 at most',
            'nor with a "because" alone');

    source("/* It is $said because each state is a case. */\n", function(100));
    refused('room/unit_1.c:2: unit_make has 100 lines, and is said to be '
            . 'longer', 'it is not longer any more');
};


subtest 'the list itself' => sub {
    source('');

    like +(sizes('a b c'))[1], qr/this is no "file" or "file function": a b c/,
        'three words';
    like +(sizes("$dir/a.c", "$dir/a.c"))[1], qr/is there twice/, 'twice';

    my ($status, $out) = sizes('elsewhere/a.c');
    is_deeply [$status, $out], [0, ''], 'what is not looked at is left alone';
};


done_testing();


sub sizes
{
    my @known = @_;

    write_file("$tmp/check-sizes", $script, map { "$_\n" } @known);

    my $out = `perl $tmp/check-sizes $dir 2>&1`;

    return ($? >> 8, $out);
}


sub allowed
{
    my ($what, @known) = @_;

    is_deeply [sizes(@known)], [0, ''], $what;
}


sub refused
{
    my ($why, $what) = @_;

    is_deeply [sizes()], [1, "$dir/$why\n"], $what;
}


sub stale
{
    my ($name, $known) = @_;

    is_deeply [sizes($known)],
        [1, "$dir/$name: it is within the limits, and needs no line in "
            . "$tmp/check-sizes\n"],
        'a line that is not needed any more';
}


sub source
{
    write_file("$dir/room/unit_1.c", @_);
}


sub function
{
    my ($lines, $before) = @_;

    return ($before // '') . "static int\nunit_make(int n,\n    int m)\n{\n"
           . "    n++;\n" x ($lines - 2) . "}\n";
}
