#
# What waits for an endpoint that nobody wants any more: cancelled all at once,
# and taken back.  The state of the clock.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use Test::More;

use Webhook::Test qw(wait_for);


my $t = Webhook::Test->new(workers => 2);

my $api = $t->endpoint(name => 'api', answers => {
    '/api/orders' => [{ status => 201, body => '{"id": 1}',
                        headers => ['Content-Type' => 'application/json'] }],
});

my $hook = $t->endpoint(name => 'hook', answers => { '/hook' => [200] });

$t->config(
    http => <<'CONF',
    webhook_store %%STORE%% size=16m orphans=60d;
    webhook_event_type order.add;

    webhook_endpoint good {
        url    http://127.0.0.1:%%PORT_hook%%/hook;
        events order.add;
    }
    webhook_endpoint other {
        url    http://127.0.0.1:%%PORT_hook%%/hook;
        events order.add;
    }
CONF
    server => <<'CONF',
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
CONF
);

$t->start;


sub objects
{
    my ($status, $out, $err) = $t->ctl('list', '--json', @_);

    diag $err if $status;

    return map { JSON::PP::decode_json($_) } split /\n/, $out;
}

sub waiting
{
    return scalar(objects('--state=pending', "--endpoint=$_[0]"));
}


is +($t->ctl('pause', $_))[0], 0, "$_ pauses" for 'good', 'other';

is $t->post('/api/orders', '{}')->{status}, 201, 'an order' for 1 .. 5;

ok wait_for(sub { waiting('good') == 5 && waiting('other') == 5 }, 20),
   'deliveries wait';

my ($status, $out, $err) = $t->ctl('cancel');

is $status, 2, 'cancel alone is not understood';
like $err, qr/or --endpoint=NAME/, 'and says what it takes';

($status, $out, $err) = $t->ctl('cancel', '--endpoint=good',
                                '--state=delivered');

is $status, 2, 'what is delivered is not cancelled';

($status, $out, $err) = $t->ctl('cancel', '--endpoint=good');

is $status, 2, 'nobody can be asked';
like $out, qr/^5 waiting or blocking deliveries to good will be cancelled/m,
     'it counts first';
is waiting('good'), 5, 'nothing was done';

($status, $out, $err) = $t->ctl('cancel', '--endpoint=good', '--dry-run');

is $status, 0, 'a dry run';
is waiting('good'), 5, 'does nothing';

($status, $out, $err) = $t->ctl('cancel', '--endpoint=good', '--yes');

is $status, 0, 'cancelled';
like $out, qr/^5 deliveries are cancelled$/m, 'all of them';
is waiting('good'), 0, 'none waits';
is waiting('other'), 5, 'but those for another endpoint';
is scalar(objects('--state=cancelled')), 5, 'they are kept';

($status, $out, $err) = $t->ctl('stats', '--json');

my ($good) = grep { $_->{name} eq 'good' }
             @{JSON::PP::decode_json($out)->{endpoints}};

is $good->{cancelled}, 5, 'and counted';
is $good->{dead}, 0, 'as no dead letters';

is +($t->ctl('resume', 'good'))[0], 0, 'the endpoint goes on';

($status, $out, $err) = $t->ctl('replay', '--endpoint=good',
                                '--state=cancelled', '--yes');

is $status, 0, 'they are taken back';

ok wait_for(sub { objects('--state=delivered', '--endpoint=good') == 5 }, 30),
   'and delivered';


# --- retry, of all that a filter means

($status, $out, $err) = $t->ctl('cancel', '--endpoint=other', '--yes');
is $status, 0, 'cancelled';

($status, $out, $err) = $t->ctl('retry');
is $status, 2, 'retry alone is not understood';
like $err, qr/or a filter such as --endpoint=NAME/, 'and says what it takes';

($status, $out, $err) = $t->ctl('retry', '--endpoint=other',
                                '--state=delivered');
is $status, 2, 'what is delivered is not sent by it';

($status, $out, $err) = $t->ctl('retry', '--endpoint=other');
is $status, 2, 'nobody can be asked';
like $out, qr/^5 waiting, dead or cancelled deliveries to other will be sent now/m,
     'it counts first';
is waiting('other'), 0, 'nothing was done';

($status, $out, $err) = $t->ctl('retry', '--endpoint=other', '--dry-run',
                                '--json');
is_deeply JSON::PP::decode_json($out), { count => 5, retried => 0 },
    'a dry run';

is +($t->ctl('resume', 'other'))[0], 0, 'the endpoint goes on';

($status, $out, $err) = $t->ctl('retry', '--endpoint=other',
                                '--state=cancelled', '--yes');
is $status, 0, 'taken back' or diag $err;
like $out, qr/^5 deliveries are due now$/m, 'all of them';

ok wait_for(sub { objects('--state=delivered', '--endpoint=other') == 5 }, 30),
   'and delivered';

($status, $out, $err) = $t->ctl('task', '--json');
my $task = JSON::PP::decode_json($out);
is "$task->{kind} $task->{state} $task->{done} $task->{by}",
   'retry done 5 webhookctl', 'it was a task';


# --- the clock

($status, $out, $err) = $t->ctl('clock');

is $status, 0, 'clock';
like $out, qr/^the clock is not in doubt$/m, 'is not doubted';

($status, $out, $err) = $t->ctl('clock', '--json');

my $clock = JSON::PP::decode_json($out);

is $clock->{doubted_ms}, 0, 'as JSON';

($status, $out, $err) = $t->ctl('clock', 'accept');

is $status, 0, 'there is nothing to accept, which is no error';

($status, $out, $err) = $t->ctl('clock', 'wrong');

is $status, 2, 'a wrong word is not understood';

$t->ok_logs;

done_testing;
