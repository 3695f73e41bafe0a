# POST purge by a value at a path, and webhookctl purge.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new(
    http => "webhook_event_type order.note group=order 'A note';",
);
my ($t, $root, $manager, $viewer) = @$s{qw(t root manager viewer)};

my $secret = 'an@example.com';

$s->{hook}->answer('*', 200);

my (undef, $ep) = $root->post('endpoints', $s->endpoint);
my (undef, $xml) = $root->post('endpoints', $s->endpoint(format => 'xml'));
my (undef, $rc) = $root->post('receivers',
                              $s->receiver(log_calls => 'on'));

sub order
{
    my ($company, $mail) = @_;

    $s->order(company_id => $company, customer => { email => $mail });
}

order(1260, $secret) for 1 .. 3;
order(4711, $secret);
order(1260, 'other@example.com') for 1 .. 2;

sub orders
{
    local $root->{openapi};

    my (undef, $page) = $root->get("deliveries?endpoint=$ep->{id}"
                                   . '&limit=100&state=delivered');

    return map { $_->{company} } @{$page->{items}};
}

ok wait_for(sub { 6 == orders() }), 'orders are delivered';

my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};

is $t->request('POST', $path, JSON::PP::encode_json({ name => $_,
                                                      email => $_ }),
               headers => ['Content-Type' => 'application/json'])->{status},
   200, 'a call' for $secret, 'other@example.com';

sub calls
{
    local $root->{openapi};

    my (undef, $page) = $root->get("receivers/$rc->{id}/calls");

    return scalar @{$page->{items} // []};
}

ok wait_for(sub { calls() == 2 }), 'calls are kept';


# --- what is wrong

for ([{ }, '', 'nothing'],
     [{ path => 'customer.email' }, '', 'a path alone'],
     [{ value => 'x' }, '', 'a value alone'],
     [{ path => 'a..b', value => 'x' }, '/path', 'no path'],
     [{ path => '', value => 'x' }, '/path', 'an empty one'],
     [{ path => 'a' x 256, value => 'x' }, '/path', 'a long one'],
     [{ path => 'a', value => '' }, '/value', 'no value'],
     [{ path => 'a', value => 'x' x 513 }, '/value', 'a long one'],
     [{ path => 'a', value => ['x'] }, '/value', 'a list'],
     [{ path => 'a', value => 'x', company => 'a/b' }, '/company',
      'no company'],
     [{ path => 'a', value => 'x', dry_run => 1 }, '', 'no truth'],
     [{ path => 'a', value => 'x', more => 1 }, '', 'a member more'],
     [{ event => 'x', value => 'x' }, '', 'an event, and a value'],
     [{ event => 7 }, '/event', 'no id'])
{
    my ($body, $pointer, $name) = @$_;

    my ($r, $problem) = $root->post('purge', $body);

    is $r->{status}, 422, $name or diag $r->{body};
    is $problem->{errors}[0]{pointer}, $pointer, 'where';
}

my ($r) = $manager->post('purge', { path => 'customer.email',
                                    value => $secret });
is $r->{status}, 403, 'not for a company';


# --- counted, and removed

my ($count, $task);

($r, $count) = $root->post('purge', { path => 'customer.email',
                                      value => $secret,
                                      dry_run => JSON::PP::true });
is $r->{status}, 200, 'counted' or diag $r->{body};
is_deeply $count, { count => 4, complete => JSON::PP::true, unread => 0 },
    'four events';

(undef, $count) = $root->post('purge', { company => '1260',
                                         dry_run => JSON::PP::true });
is $count->{count}, 5, 'of a company';
is scalar(orders()), 6, 'nothing was removed';

sub purged
{
    my ($body) = @_;

    my ($r, $task) = $root->post('purge', $body,
                                 headers => ['Idempotency-Key' => 'once']);

    is $r->{status}, 202, 'under way' or diag $r->{body};
    is $task->{kind}, 'purge', 'a purge';
    is $task->{path}, $body->{path}, 'of what is there';
    unlike $r->{body}, qr/\Q$secret\E/, 'without the value';

    my ($again) = $root->post('purge', $body,
                              headers => ['Idempotency-Key' => 'once']);
    is $again->{body}, $r->{body}, 'once';

    my $now;

    ok wait_for(sub {
        ($r, $now) = $root->get("tasks/$task->{id}");
        return $now->{state} eq 'done';
    }), 'done' or diag $r->{body};

    unlike $r->{body}, qr/\Q$secret\E/, 'nor has the task the value then';

    return $now;
}

$task = purged({ path => 'customer.email', value => $secret,
                 company => '1260' });

is $task->{done}, 3, 'those of a company';
is_deeply [sort(orders())], [1260, 1260, 4711], 'are gone';
is calls(), 2, 'the receiver is nobody\'s';

($r, my $audit) = $root->get('audit?action=purge&kind=value');
is $audit->{items}[0]{id}, $task->{id}, 'it is in the audit';
unlike $r->{body}, qr/\Q$secret\E/, 'without the value';


# --- by webhookctl, of all

my ($status, $out, $err) = $t->ctl('purge', '--path=customer.email');
is $status, 2, 'a path alone';
($status, $out, $err) = $t->ctl('purge');
is $status, 2, 'nothing';
($status, $out, $err) = $t->ctl('purge', '--path=a..b', '--value=x');
is $status, 2, 'no path';
like $err, qr/--path/, 'and why';
($status, $out, $err) = $t->ctl('purge', '--path=email', "--value=$secret");
is $status, 2, 'it wants to be told';
like $err, qr/needs --yes/, 'by --yes';

($status, $out, $err) = $t->ctl('purge', '--path=email', "--value=$secret",
                                '--dry-run');
is $status, 0, 'counted';
like $out, qr/^0 events with this value at email would be removed/, 'no event';

($status, $out, $err) = $t->ctl('purge', '--path=email', "--value=$secret",
                                '--yes', '--json');
is $status, 0, 'removed' or diag $err;
is JSON::PP::decode_json($out)->{purged}, 1, 'a call';
is calls(), 1, 'is gone';

($status, $out, $err) = $t->ctl('purge', '--path=customer.email',
                                "--value=$secret", '--yes');
is $status, 0, 'removed' or diag $err;
like $out, qr/^1 event or call is removed$/m, 'an event';
is_deeply [orders()], [1260, 1260], 'is gone';

my ($left) = do {
    my (undef, $page) = $root->get("deliveries?endpoint=$ep->{id}");
    map { $_->{event} } @{$page->{items}};
};

($status, $out, $err) = $t->ctl('purge', $left, '--yes');
is $status, 0, 'an event by its id' or diag $err;
is_deeply [orders()], [1260], 'is gone';

($status, $out) = $t->ctl('purge', $left, '--yes');
is $status, 1, 'once';
like $out, qr/is not in the store/, 'it is not there any more';

($status) = $t->ctl('purge', "$left.$ep->{id}", '--yes');
is $status, 2, 'a delivery is no event';

($status, $out, $err) = $t->ctl('purge', '--company=1260', '--yes');
is $status, 0, 'a company' or diag $err;
is_deeply [orders()], [], 'has nothing left';

# whose it was is in the audit: of no company is not of any

for (['--company=', { company => undef }], ['--company=1260',
                                            { company => '1260' }],
     [undef, undef]) {
    my ($whose, $want) = @$_;

    ($status) = $t->ctl('purge', '--path=none', '--value=none', '--yes',
                        $whose // ());
    is $status, 0, 'nothing is purged ' . ($whose // 'of any');

    (undef, $audit) = $root->get('audit?action=purge&kind=value&limit=1');
    is_deeply $audit->{items}[0]{filter}, $want, 'and the audit says of whom';
}


(undef, $audit) = $root->get('audit?limit=50');
my @actions = map { ($_->{kind} // '') . '.' . ($_->{action} // '') }
              @{$audit->{items}};

for my $action (qw(value.purge event.purge company.purge)) {
    ok +(grep { $_ eq $action } @actions), "$action is in the audit"
        or diag "@actions";
}

for my $did (['pause', $ep->{id}], ['resume', $ep->{id}], ['pause', '--all'],
             ['resume', '--all']) {
    ($status, $out, $err) = $t->ctl(@$did);
    is $status, 0, "@$did" or diag $err;

    (undef, $audit) = $root->get("audit?action=$did->[0]&limit=1");
    my $kind = $did->[1] eq '--all' ? 'store' : 'endpoint';
    is "$audit->{items}[0]{kind} $audit->{items}[0]{by}", "$kind webhookctl",
       'is in the audit, too';
}

order(1260, 'new@example.com');

ok wait_for(sub { orders() }), 'one more is delivered';

(undef, my $page) = $root->get("deliveries?endpoint=$ep->{id}&limit=1");

($status, $out, $err) = $t->ctl('replay', $page->{items}[0]{id});
is $status, 0, 'it is replayed' or diag $err;

(undef, $audit) = $root->get('audit?action=replay&limit=1');
is $audit->{items}[0]{id}, $page->{items}[0]{id}, 'which is in the audit';

($status, $out) = $t->ctl('check');
is $status, 0, 'the store is whole' or diag $out;

$t->stop;

done_testing;
