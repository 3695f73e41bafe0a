#
# t/system/killed.t for as long as the soak may take: a kill about every second.

use strict;
use warnings;

use FindBin;

my $seconds = $ENV{SOAK_SECONDS} || 60;

$ENV{WEBHOOK_KILLS} = int($seconds / 1.2) || 1;

exec $^X, "-I$FindBin::Bin/../lib",
     "$FindBin::Bin/../system/killed.t"
    or die "exec: $!\n";
