#
# t/page/million.t with a million deliveries.

use strict;
use warnings;

use FindBin;

$ENV{WEBHOOK_PAGE_DELIVERIES} = 1_000_000;

exec $^X, "-I$FindBin::Bin/../lib", "$FindBin::Bin/../page/million.t"
    or die "exec: $!\n";
