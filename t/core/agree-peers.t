# Calls that are right, odd and wrong, for which the module and npm's packages
# standardwebhooks, svix, stripe, @octokit/webhooks-methods, @line/bot-sdk and
# twilio have to agree; t/interop/install installs them.

use strict;
use warnings;

use File::Copy qw(copy);
use Test::More;

my $build = $ENV{WEBHOOK_BUILD} || 'build';
my $dir = "$build/interop";
my $cli = "$dir/webhook_sign_cli";

plan skip_all => 'node is not installed'
    unless grep { -x "$_/node" } split /:/, $ENV{PATH};

my @missing = grep { !-d "$dir/node_modules/$_" }
              qw(standardwebhooks svix stripe @octokit/webhooks-methods
                 @line/bot-sdk twilio);

plan skip_all => "not installed: @missing; t/interop/install does that"
    if @missing;

plan skip_all => "$cli is not built; \"make interop\" does that"
    unless -x $cli;

# node looks for packages beside the script, and another test may put one of
# these there at the same time
mkdir "$dir/agree";

for my $file (qw(agree.mjs peer.mjs package.json),
              map { s{^t/interop/}{}r } glob 't/interop/agree/*.mjs')
{
    copy("t/interop/$file", "$dir/$file.$$") or die "$dir/$file: $!\n";
    rename "$dir/$file.$$", "$dir/$file" or die "$dir/$file: $!\n";
}

$| = 1;

exec 'node', "$dir/agree.mjs", $cli or die "node: $!\n";
