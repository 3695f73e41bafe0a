# Scripts of the tree, but for those of packages: sh or bash accepts each, and
# shellcheck finds nothing.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Sandbox qw(temp_dir write_file);

my @scripts = grep { !m{/node_modules/} }
              split /\n/, `grep -rlE '^#!/(bin/|usr/bin/env )(ba)?sh' \\
                                 tools bench conf t`;
my $shellcheck = grep { -x "$_/shellcheck" } split /:/, $ENV{PATH};

cmp_ok scalar @scripts, '>=', 8, 'there are scripts';

for my $script (@scripts) {
    my ($shell) = first($script) =~ m{^#!.*\b(\w+)$};

    is system($shell, '-n', $script), 0, "$script: $shell";

    SKIP: {
        skip 'no shellcheck', 1 if !$shellcheck;
        is checked($script), '', "$script: shellcheck";
    }
}

# what is wrong is found

my $bad = temp_dir('shell') . '/bad';

write_file($bad, "#!/bin/sh\nrm \$1\n");

SKIP: {
    skip 'no shellcheck', 1 if !$shellcheck;
    like checked($bad), qr/SC2086/, 'a word that is split is found';
}

done_testing;


sub first
{
    my ($file) = @_;

    open my $fh, '<', $file or die "$file: $!\n";

    return scalar <$fh>;
}


sub checked
{
    my ($file) = @_;

    return scalar `shellcheck -x -f gcc $file 2>&1`;
}
