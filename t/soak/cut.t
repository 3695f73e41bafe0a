# Each write to the store and each sync of it, where t/admin/registry/registered-cut.t takes
# some of them.

use strict;
use warnings;

$ENV{WEBHOOK_TEST_STRIDE} = 1;

do './t/admin/registry/registered-cut.t';
die $@ if $@;
