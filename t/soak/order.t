#
# t/outbound/delivery/order-key.t with 10,000 keys, or WEBHOOK_KEYS of them.

use strict;
use warnings;

use FindBin;

$ENV{WEBHOOK_KEYS} ||= 10_000;

exec $^X, "-I$FindBin::Bin/../lib",
     "$FindBin::Bin/../outbound/delivery/order-key.t"
    or die "exec: $!\n";
