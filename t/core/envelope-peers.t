# Envelopes as the npm package cloudevents reads them, which t/interop/install
# installs.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Copy qw(copy);
use Test::More;

my $build = $ENV{WEBHOOK_BUILD} || 'build';
my $dir = "$build/interop";
my $cli = "$dir/webhook_envelope_cli";

plan skip_all => 'node is not installed'
    unless grep { -x "$_/node" } split /:/, $ENV{PATH};

plan skip_all => 'not installed: cloudevents; t/interop/install does that'
    unless -d "$dir/node_modules/cloudevents";

plan skip_all => "$cli is not built; \"make interop\" does that"
    unless -x $cli;

# node looks for packages beside the script
for my $file (qw(envelope.mjs package.json)) {
    copy("t/interop/$file", "$dir/$file")
        or die "$dir/$file: $!\n";
}

$| = 1;

exec 'node', "$dir/envelope.mjs", abs_path($cli),
     't/data/order.add.json' or die "node: $!\n";
