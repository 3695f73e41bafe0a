#
# The power is cut under load, again and again, as far as that can be had without
# a machine of one's own: what was not synced by then may be there or not, sector
# by sector.  Of all requests whose response the client saw, no event is lost,
# with a journal and without; and on a disk that only says that it has synced,
# some are.  WEBHOOK_CUTS is how often.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Test::Power;
use Webhook::Test;
use Webhook::Test::Killed qw(killed);


plan skip_all => 'the library cannot be loaded'
    unless Webhook::Test::Power->new(Webhook::Test->new(skip => 1));

my $cuts = $ENV{WEBHOOK_CUTS} || 6;

killed(store => 'journal=4m', power => $cuts);
killed(store => 'journal=off', power => int($cuts / 2));
killed(store => 'journal=4m', power => 2, lies => 1);

done_testing;
