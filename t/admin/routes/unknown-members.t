# Bodies of what tries something: a member that nobody knows is a mistake, and is
# not passed over in silence.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Routes;

my $s = Webhook::Routes->new;

my ($t, $manager, $hook) = @$s{qw(t manager hook)};

my (undef, $ep) = $manager->post('endpoints', $s->endpoint);
my (undef, $rc) = $manager->post('receivers', $s->receiver);

my $settings = $s->endpoint;

for (["endpoints/$ep->{id}/test", { evnt => 'order.add' }, 'event'],
     ["endpoints/$ep->{id}/test", { Data => { id => 1 } }, 'data'],
     ['endpoints/test', { endpoint => $settings, evnt => 'order.add' },
      'event'],
     ['endpoints/preview', { endpoint => $settings, dta => {} }, 'data'],
     ['endpoints/filter-test', { endpoint => $settings, dta => {} }, 'data'],
     ["receivers/$rc->{id}/sample", { boddy => {} }, 'body'],
     ["receivers/$rc->{id}/dry-run", { body => {}, contenttype => 'a/b' },
      'content_type'])
{
    my ($path, $body, $meant) = @$_;

    my ($r, $problem) = $manager->post($path, $body);

    is $r->{status}, 422, "POST $path";
    is_deeply $problem->{errors}, [{ pointer => '', detail => 'the body has a '
              . "member that is unknown; did you mean \"$meant\"?" }],
        'what was meant';
}

my ($r, $problem) = $manager->post("endpoints/$ep->{id}/test",
                                   { shopkeeper => 1 });

is_deeply $problem->{errors}, [{ pointer => '', detail => 'the body has a '
          . 'member that is unknown; it may have: event data' }],
    'one that is like none';

($r, $problem) = $manager->post("receivers/$rc->{id}/dry-run", {});

is $r->{status}, 422, 'a dry run of nothing';
is $problem->{errors}[0]{pointer}, '/body', 'what is missing';

is $hook->count, 0, 'nothing was sent';

$t->stop;
$t->ok_logs;

done_testing;
