# Receivers that are registered, and callers that want more of them: actions
# that would lead elsewhere, another company's events, old URLs, more calls at a
# time than there may be.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $json = JSON::PP->new->utf8->canonical->allow_nonref;

my $s = Webhook::Routes->new(
    registry => 'actions /stock/ methods=GET,PUT company=header:X-Company;
                 actions /slow/ methods=POST company=header:X-Company;
                 durable_api http://127.0.0.1:%%PORT_hook%%/api;',
    server => 'location /stock/ {
                   internal;
                   proxy_pass http://127.0.0.1:%%PORT_hook%%;
               }
               location /slow/ {
                   internal;
                   proxy_pass http://127.0.0.1:%%PORT_hook%%;
               }
               location /admin/ {
                   internal;
                   proxy_pass http://127.0.0.1:%%PORT_hook%%;
               }');

my ($t, $manager, $other, $root) = @$s{qw(t manager other root)};
my $hook = $s->{hook};

$hook->answer('*', { status => 200, body => '{"id": 7}' });


sub register
{
    my ($api, %members) = @_;

    my ($r, $rc) = $api->post('receivers', $s->receiver(%members));

    is $r->{status}, 201, 'registered' or diag $r->{body};

    return $rc;
}


sub path
{
    my ($rc) = @_;

    return ($rc->{url} =~ m{^http://[^/]+(/.*)$})[0];
}


sub call
{
    my ($rc, $body, @headers) = @_;

    return $t->request('POST', path($rc), $json->encode($body),
                       headers => ['Content-Type' => 'application/json',
                                   @headers]);
}


# --- where actions lead

my $put = register($manager, require => [], log_calls => undef, actions => [
    { method => 'PUT', uri => '/stock/item/${id}', body => {} }]);

my $r = call($put, { id => 7 }, 'X-Company' => '4711', 'X-Other' => 'a');
is $r->{status}, 200, 'a call';

my $got = $hook->requests->[-1];
is $got->{path}, '/stock/item/7', 'its action';
is $got->{headers}{'x-company'}, '1260',
    'tells the company of who registered it, not what the caller says';
is $got->{headers}{'x-other'}, undef, 'and nothing of the caller\'s headers';

my $n = @{$hook->requests};

for my $id ('..', '.', '', '../admin', '../../admin/x', '..\\admin', 'a/../..',
            '%2e%2e', '%2e%2e%2fadmin', '%252e%252e', '..;a', ';', '..%3ba',
            "a\nb", "a\0b", "a\r\nX-A: b", '%00', '%0d%0a', '.%2e', 'a%2f..',
            'a%5c..', "\x{ff0e}\x{ff0e}")
{
    $r = call($put, { id => $id });

    my $what = $json->encode($id);

    if ($id eq "\x{ff0e}\x{ff0e}") {
        is $r->{status}, 200, "$what: is what it is";
        $n++;
        next;
    }

    is $r->{status}, 422, "$what: is refused";
}

is scalar @{$hook->requests}, $n, 'and nothing was called';
is scalar(grep { $_->{path} =~ /admin/ } @{$hook->requests}), 0,
    'nor what it would have led to';

# A look-up is an action like others, and so is what a captured value makes.

my $look = register($manager, require => [], log_calls => undef,
    target => { id => '${_id}', lookup => 'GET /stock/${_id}' },
    actions => [{ method => 'PUT', uri => '/stock/a', body => {} }]);

is call($look, { _id => '7' })->{status}, 200, 'a look-up';
is $hook->requests->[-2]{headers}{'x-company'}, '1260',
    'tells the company, too';
is call($look, { _id => '..%2f..%2fadmin' })->{status}, 422,
    'one that would lead elsewhere';

my $late = register($manager, require => [], log_calls => undef, actions => [
    { method => 'PUT', uri => '/stock/a', body => {},
      capture => [{ name => 'key', path => 'response.key' }] },
    { method => 'PUT', uri => '/stock/${key}', body => {} }]);

$hook->answer('/stock/a', { status => 200, body => '{"key": "%2e%2e"}' });

$n = @{$hook->requests};
$r = call($late, { a => 1 });
cmp_ok $r->{status}, '>=', 400, 'what an answer brings is a value like others';
is scalar @{$hook->requests}, $n + 1, 'and leads nowhere';

# What is for the operator, or another company's.

my ($x, $problem) = $manager->post('receivers', $s->receiver(actions => [
    { method => 'POST', uri => '/admin/x', body => {} }]));
is $x->{status}, 422, 'a path that is not in "actions"';
is $problem->{errors}[0]{pointer}, '/actions/0', 'which is said';

for my $uri ('/${a}', '/pos/../admin', '/pos/%2e%2e/admin', '/web/hook/x') {
    ($x) = $manager->post('receivers', $s->receiver(actions => [
        { method => 'POST', uri => $uri, body => {} }]));
    is $x->{status}, 422, "$uri: refused";
}

for my $members ({ headers => [{ name => 'X-Company', value => '4711' }] },
                 { auth => { type => 'bearer', token => 'a' x 20 } },
                 { api => 'http://127.0.0.1:9/' },
                 { shadow => 'http://127.0.0.1:9/' },
                 { emit => [{ type => 'order.add' }] },
                 { require => ['header.authorization'] },
                 { filter => ['var.remote_addr != 1'] },
                 { actions => [{ method => 'POST', uri => '/pos/x',
                                 idempotency => 'X-Company' }] },
                 { actions => [{ method => 'POST', uri => '/pos/x?a=${query.b}'
                               }] },
                 { company => '4711' })
{
    ($x) = $manager->post('receivers', $s->receiver(%$members));
    cmp_ok $x->{status}, '>=', 403, $json->encode($members) . ': refused';
}


# --- events

my ($e, $mine) = $manager->post('endpoints', $s->endpoint(
    events => ['contact.*'], url => $hook->url('/mine')));
($e, my $theirs) = $other->post('endpoints', $s->endpoint(
    events => ['contact.*'], url => $hook->url('/theirs')));
($e, my $nobodys) = $root->post('endpoints', $s->endpoint(
    events => ['contact.*'], url => $hook->url('/nobodys')));

my $emits = register($manager, emit => [{ type => 'contact.add' }]);

is call($emits, { name => 'Chi', company_id => 4711 })->{status}, 200,
    'a call that emits, and names another company';

ok wait_for(sub { grep { $_->{path} eq '/mine' } @{$hook->requests} }, 10),
    'its event goes to the company\'s endpoint';

is call($emits, { name => 'Dao' })->{status}, 200, 'another';

ok wait_for(sub { 2 == grep { $_->{path} eq '/mine' } @{$hook->requests} }, 10),
    'which comes as well';
is scalar(grep { $_->{path} eq '/theirs' } @{$hook->requests}), 0,
    'nothing goes to another company';

# Of a receiver of no company events have none, whatever a caller says.

my $free = register($root, emit => [{ type => 'contact.add' }]);

$n = grep { $_->{path} eq '/mine' } @{$hook->requests};

is call($free, { name => 'Em', company_id => 1260 })->{status}, 200,
    'a receiver of no company';

my $nobody = sub { grep { $_->{path} eq '/nobodys' && $_->{body} =~ /Em/ }
                   @{$hook->requests} };

ok wait_for($nobody, 10), 'its event goes to endpoints of none';
is scalar(grep { $_->{path} eq '/mine' } @{$hook->requests}), $n,
    'and not to the company that a caller names';


# --- durable

my $durable = register($manager, mode => 'durable', log_calls => undef,
    actions => [{ method => 'PUT', uri => '/stock/item/${name}', body => {} }]);

$r = call($durable, { name => '8' }, 'webhook-hops' => 1);
is $r->{status}, 202, 'a durable call';

ok wait_for(sub { grep { $_->{path} eq '/api/stock/item/8' }
                  @{$hook->requests} }, 10), 'is made';

($got) = grep { $_->{path} eq '/api/stock/item/8' } @{$hook->requests};
is $got->{headers}{'x-company'}, '1260', 'with the company';
is $got->{headers}{'webhook-hops'}, 2, 'and the number of webhooks';
is call($durable, { name => '%2e%2e' })->{status}, 422, 'within its bounds';


# --- old URLs, also of those who are slow

my $slow = $json->encode({ name => 'Slow' });


# The head of a call that asks for its body, and what came of that; and its body.

sub begin
{
    my ($rc) = @_;

    my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                  PeerPort => $t->nginx->port)
        or die "connect: $!\n";

    print $c 'POST ' . path($rc) . " HTTP/1.1\r\nHost: a\r\n"
             . "Connection: close\r\nContent-Type: application/json\r\n"
             . "Expect: 100-continue\r\nContent-Length: " . length($slow)
             . "\r\n\r\n";

    # it has been looked at so far, since it asks for the body

    my $line = '';

    $line .= $_ while $line !~ /\r\n\r\n/ && defined($_ = <$c>);

    return ($c, $line);
}


sub end
{
    my ($c, $line) = @_;

    print $c $slow;

    my $answer = $line =~ m{^HTTP/1\.1 100} ? '' : $line;

    while (IO::Select->new($c)->can_read(60) && sysread $c, my $piece, 65536) {
        $answer .= $piece;
    }

    return $answer =~ m{^HTTP/1\.1 (\d+)} ? $1 : 0;
}


sub slowly
{
    my ($rc, $between) = @_;

    my ($c, $line) = begin($rc);

    $between->() if $line =~ m{^HTTP/1\.1 100};

    return end($c, $line);
}

my $rc = register($manager);

is slowly($rc, sub { }), 200, 'a slow call';

my $new;

is slowly($rc, sub {
    (undef, $new) = $manager->post("receivers/$rc->{id}/rotate", undef,
                                   headers => ['If-Match' => '"1"']);
}), 404, 'one whose URL is rotated meanwhile';

is call($new, { name => 'a' })->{status}, 200, 'the new URL';
is call($rc, { name => 'a' })->{status}, 404, 'the old one';

my $kept;

is slowly($new, sub {
    (undef, $kept) = $manager->post("receivers/$rc->{id}/rotate",
                                    { overlap => '1h' },
                                    headers => ['If-Match' => '"2"']);
}), 200, 'with an overlap it holds';

# Whichever worker has them, and has to ask the store first.

my @begun = map { [begin($new)] } 1 .. 12;

$manager->patch("receivers/$rc->{id}", { description => 'patched' },
                headers => ['If-Match' => '"3"']);

is_deeply [map { end(@$_) } @begun], [(200) x 12],
    'calls that come in while it is changed go on';

is slowly($new, sub {
    $manager->patch("receivers/$rc->{id}", { require => ['name', 'email'] },
                    headers => ['If-Match' => '"4"']);
}), 422, 'what is asked for meanwhile counts';

is slowly($kept, sub {
    $manager->del("receivers/$rc->{id}", headers => ['If-Match' => '"5"']);
}), 404, 'and one that is deleted meanwhile is gone';

# Each worker knows.

my %seen;

for (1 .. 20) {
    $seen{call($kept, { name => 'a' })->{status}}++;
}

is_deeply \%seen, { 404 => 20 }, 'whichever worker is asked';


# --- at a time

my $one = register($manager, log_calls => undef, limit => { inflight => 1 },
    actions => [{ method => 'POST', uri => '/slow/x', body => {} }]);

$hook->answer('/slow/x', { status => 200, hang => 1 });

my $first = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                  PeerPort => $t->nginx->port);
my $text = '{"name": "a"}';

print $first 'POST ' . path($one) . " HTTP/1.1\r\nHost: a\r\n"
             . "Connection: close\r\nContent-Type: application/json\r\n"
             . 'Content-Length: ' . length($text) . "\r\n\r\n$text";

ok wait_for(sub { grep { $_->{path} eq '/slow/x' } @{$hook->requests} }, 10),
    'a call is under way';

is_deeply [map { call($one, { name => 'a' })->{status} } 1 .. 6],
          [(429) x 6], 'a second is one too many, in each worker';

# It is counted where it was when its receiver is changed.

$manager->patch("receivers/$one->{id}", { description => 'a' },
                headers => ['If-Match' => '"1"']);

is call($one, { name => 'a' })->{status}, 429, 'also when it was changed';

$hook->answer('/slow/x', 200);
$hook->release;

{
    local $/;
    like scalar(<$first>), qr{^HTTP/1\.1 200}, 'it ends';
}

ok wait_for(sub { call($one, { name => 'a' })->{status} == 200 }, 10),
    'and there is room';


# --- what goes leaves no connection

my $keeper = $t->endpoint(name => 'keeper', answers => { '*' => [200] });

($e, my $ep) = $manager->post('endpoints', $s->endpoint(
    events => ['contact.*'], url => $keeper->url('/')));
is $e->{status}, 201, 'an endpoint of a server of its own';

call($emits, { name => 'Giang' });

ok wait_for(sub { @{$keeper->requests} }, 10), 'an event';

my $closed = sub { scalar grep { $_->{kind} eq 'close' }
                   @{$keeper->events} };

is $closed->(), 0, 'its connection is kept';

($e) = $manager->del("endpoints/$ep->{id}?cancel=1",
                     headers => ['If-Match' => '"1"']);
is $e->{status}, 204, 'the endpoint is deleted';

ok wait_for(sub { call($emits, { name => 'Ha' }); $closed->() == 1 }, 10),
    'and so is the connection';

$t->stop;
$t->ok_logs;

done_testing;
