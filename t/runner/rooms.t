# The checks of the tree itself, tools/check-rooms and tools/check-calls: in a
# copy of the sources and of the objects of core, what they are there to refuse
# is planted, and taken out again.

use strict;
use warnings;

use lib 't/lib';
use File::Copy qw(copy);
use Test::More;

use Webhook::Nginx qw(build_dir);
use Webhook::Sandbox qw(slurp temp_dir write_file);

my $src = 'ngx_http_webhook_module';

my $tmp = temp_dir('rooms');
my $copy = "$tmp/$src";

system('cp', '-r', $src, $copy) == 0 or die "cp: $?\n";


subtest 'the table in docs/architecture.md' => sub {
    my ($status, $table) = run('tools/check-rooms', '--list', $src);

    is $status, 0;

    my ($is) = slurp('docs/architecture.md')
        =~ /^(\| room \| what it is \|\n(?:\|.*\n)+)/m;

    is $is, $table, 'it is what tools/check-rooms --list prints';
};


subtest 'includes' => sub {
    is_deeply [rooms()], [0, ''], 'nothing is against ROOMS';

    my $file = 'core/base/webhook_str.h';

    refused($file, '#include "core/json/webhook_json.h"',
            'core/base may not include "core/json/webhook_json.h"',
            'a room that stands below');

    refused('core/json/webhook_json.c',
            '#include "core/rules/webhook_pattern.h"',
            'core/json may not include "core/rules/webhook_pattern.h"',
            'a room that is not named');

    refused($file, '#include "webhook_str.h"',
            "\"webhook_str.h\" does not start at $copy",
            'a name without its folder');

    refused($file, '#  include "../base/webhook_hash.h"',
            "\"../base/webhook_hash.h\" does not start at $copy",
            'a name that goes up');

    refused($file, '#include "core/bare/webhook_hash.h"',
            '"core/bare/webhook_hash.h" is in no room of ROOMS',
            'a folder that there is not');

    refused('core/envelope/webhook_envelope.c',
            '#include "core/json/webhook_json_int.h"',
            '"core/json/webhook_json_int.h" is for core/json alone',
            'what is its own room\'s alone');

    write_file("$copy/core/webhook_more.c", '');
    is_deeply [rooms()],
        [1, "$copy/core/webhook_more.c:1: it stands in no room of ROOMS\n"],
        'a source beside the rooms';
    unlink "$copy/core/webhook_more.c";

    is_deeply [rooms()], [0, ''], 'and nothing is left';
};


subtest 'ROOMS' => sub {
    my $rooms = slurp("$copy/ROOMS");

    write_file("$copy/ROOMS",
               $rooms =~ s{^core/base:$}{core/base: core/json}mr);
    like +(rooms())[1], qr/"core\/base" stands not below "core\/json"/,
        'a room names one below it';

    write_file("$copy/ROOMS", $rooms =~ s{^#.*\n(?=core/base:$)}{}mr);
    like +(rooms())[1], qr/what "core\/base" is, is not said/,
        'a room without a word';

    write_file("$copy/ROOMS", "$rooms\n# none\nhttp/attic:\n");
    like +(rooms())[1], qr/there is no folder "http\/attic"/,
        'a room without a folder';

    write_file("$copy/ROOMS", $rooms);
};


subtest 'calls' => sub {
    system('mkdir', '-p', "$tmp/build/plain") == 0
        && system('cp', '-r', build_dir() . '/plain/core',
                  "$tmp/build/plain/") == 0
        or die "cp: $?\n";

    is_deeply [calls()], [0, ''], 'core is as it is to be';

    plant('core/rules/webhook_schedule.c',
          'int webhook_planted_up(void)',
          'return (int) webhook_planted_down()',
          'int webhook_planted_down(void);');
    plant('core/json/webhook_show.c',
          'int webhook_planted_down(void)', 'return 1', '');

    is_deeply [calls()], [1, <<'END'], 'a call up';
core/rules may not refer to core/json, which stands below it in ROOMS:
    core/rules/webhook_schedule.c -> core/json/webhook_show.c: webhook_planted_down
END

    # a variable is as good, and of functions an address

    plant('core/rules/webhook_schedule.c', 'int webhook_planted_up(void)',
          'return webhook_planted_row', 'extern int webhook_planted_row;');
    plant('core/json/webhook_show.c', 'int webhook_planted_down(void)',
          'return 1', 'int webhook_planted_row = 1;');

    like +(calls())[1], qr/webhook_show\.c: webhook_planted_row$/m,
        'a variable of a room that stands below';

    restore('core/rules/webhook_schedule.c', 'core/json/webhook_show.c');

    plant('core/rules/webhook_schedule.c', 'int webhook_planted_one(void)',
          'return webhook_planted_two()', 'int webhook_planted_two(void);');
    plant('core/rules/webhook_pattern.c', 'int webhook_planted_two(void)',
          'return webhook_planted_three()',
          'int webhook_planted_three(void);');
    plant('core/rules/webhook_status_set.c', 'int webhook_planted_three(void)',
          'return webhook_planted_one()', 'int webhook_planted_one(void);');

    is_deeply [calls()], [1, <<'END'], 'a circle of three';
a circle of 3 files:
    core/rules/webhook_pattern.c -> core/rules/webhook_status_set.c: webhook_planted_three
    core/rules/webhook_schedule.c -> core/rules/webhook_pattern.c: webhook_planted_two
    core/rules/webhook_status_set.c -> core/rules/webhook_schedule.c: webhook_planted_one
END

    plant('core/rules/webhook_status_set.c', 'int webhook_planted_three(void)',
          'return webhook_planted(0)',
          'extern int (*webhook_planted)(int n);');
    plant('core/base/webhook_str.c', 'int webhook_planted_none(void)',
          'return 0', 'extern int (*webhook_planted)(int n);'
                      . 'int (*webhook_planted)(int n);');

    is_deeply [calls()], [0, ''], 'a pointer that is set at run time is none';

    unlink "$tmp/build/plain/core/base/webhook_id.o";
    like +(calls())[1], qr/webhook_id\.c: it has no object/,
        'an object that is missing';
};


done_testing();


sub run
{
    my $pid = open my $fh, '-|';

    defined $pid or die "fork: $!\n";

    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT;
        exec @_ or die "$_[0]: $!\n";
    }

    local $/;
    my $out = <$fh> // '';

    close $fh;

    return ($? >> 8, $out);
}


sub rooms
{
    return run('tools/check-rooms', $copy);
}


sub calls
{
    return run('tools/check-calls', '--only', 'core', $copy, "$tmp/build");
}


sub refused
{
    my ($file, $line, $why, $what) = @_;

    my $text = slurp("$copy/$file");
    my $n = 1 + ($text =~ tr/\n//);

    write_file("$copy/$file", "$text$line\n");
    is_deeply [rooms()], [1, "$copy/$file:$n: $why\n"], $what;
    write_file("$copy/$file", $text);
}


# A function behind those of a file, whose object is made anew.

sub plant
{
    my ($file, $head, $body, $before) = @_;

    write_file("$copy/$file", slurp("$src/$file"),
               "$before\n$head;\n$head\n{\n    $body;\n}\n");
    compile($file);
}


sub restore
{
    for my $file (@_) {
        copy("$src/$file", "$copy/$file");
        compile($file);
    }
}


sub compile
{
    my ($file) = @_;

    system($ENV{CC} // 'gcc', '-std=gnu11', '-I', $copy, '-c', '-o',
           "$tmp/build/plain/" . $file =~ s/\.c$/.o/r, "$copy/$file") == 0
        or die "$file: it does not compile\n";
}
