# Where tests stand: no two files below t have one name, so that a report's or
# UNIT='s name is one file's, and a folder has 16 at most.  Perl's modules have
# the names of their packages.

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Find qw(find);
use File::Path qw(make_path);
use Test::More;

use lib 't/lib';
use Webhook::Sandbox qw(temp_dir write_file);

my $MOST = 16;

is_deeply [faults('t')], [], 'the tests are as they are to be';

# what is planted is found

my $tmp = temp_dir('names');

plant('net/tls.t', 'unit/core/json/path.c', 'unit/core/json/json.c',
      'lib/Webhook/Test.pm', 'lib/Webhook/Other/Test.pm',
      map { "full/$_.t" } 1 .. $MOST);

is_deeply [faults($tmp)], [], 'so is a tree of a few';

plant('inbound/tls.t');
is_deeply [faults($tmp)], ['tls.t: inbound, net'], 'two tests of one name';
unlink "$tmp/inbound/tls.t";

plant('unit/store/path.c');
is_deeply [faults($tmp)], ['path.c: unit/core/json, unit/store'],
    'two programs of one name';
unlink "$tmp/unit/store/path.c";

plant('full/17.t');
is_deeply [faults($tmp)], ['full: 17 files'], 'a folder that is full';

done_testing;


sub faults
{
    my ($dir) = @_;

    my (%places, %files, @faults);

    find({ no_chdir => 1, wanted => sub {
        -f or return;

        my ($folder, $name) = m{^\Q$dir\E/(?:(.*)/)?([^/]+)$};

        $folder //= '.';
        $files{$folder}++;
        push @{ $places{$name} }, $folder unless /\.pm$/;
    } }, $dir);

    for my $name (sort keys %places) {
        my @in = sort @{ $places{$name} };
        push @faults, "$name: " . join ', ', @in if @in > 1;
    }

    for my $folder (sort keys %files) {
        push @faults, "$folder: $files{$folder} files"
            if $files{$folder} > $MOST;
    }

    return @faults;
}


sub plant
{
    for my $file (@_) {
        make_path(dirname("$tmp/$file"));
        write_file("$tmp/$file", '');
    }
}
