#
# kill -9 of all of nginx, again and again, under load: of all requests whose
# response the client saw, no event is lost; repeats are at most what was in
# flight at a kill; what was in flight goes out again soon after the restart.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Test::Killed qw(killed);


killed();

done_testing;
