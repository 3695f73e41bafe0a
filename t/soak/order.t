#
# t/074-order.t with 10,000 keys, or WEBHOOK_KEYS of them.

use strict;
use warnings;

use FindBin;

$ENV{WEBHOOK_KEYS} ||= 10_000;

exec $^X, "-I$FindBin::Bin/../lib", "$FindBin::Bin/../074-order.t"
    or die "exec: $!\n";
