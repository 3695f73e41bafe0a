# Requests that hold what was registered when they came, while it is changed, one
# by one and many at once: they end in any order, and events go to those who are
# registered then.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);
use Webhook::Test::Client;

my $s = Webhook::Routes->new(workers => 1);
my ($t, $root, $manager, $other) = @$s{qw(t root manager other)};

my %slow = map { $_ => $t->endpoint(name => "slow$_") } 1 .. 3;
my %who = (1260 => $manager, 4711 => $other, '' => $root);
my (%there, %ids);                  # {company}{path}: 1
my $orders = 0;

$s->{hook}->answer('*', 200);


sub add
{
    my ($company, $path) = @_;

    my ($r, $ep) = $who{$company}->post('endpoints',
        $s->endpoint(url => $s->{hook}->url($path)));

    is $r->{status}, 201, "$path is registered" or diag $r->{body};

    $there{$company}{$path} = 1;
    $ids{$path} = $ep->{id};
}

sub remove
{
    my ($company, $path) = @_;

    my ($r) = $who{$company}->del("endpoints/$ids{$path}?cancel=1",
                                  headers => ['If-Match' => '*']);
    is $r->{status}, 204, "$path is deleted" or diag $r->{body};

    delete $there{$company}{$path};
}

sub move
{
    my ($company, $path, $to) = @_;

    my ($r) = $who{$company}->patch("endpoints/$ids{$path}",
        { url => $s->{hook}->url($to) }, headers => ['If-Match' => '*']);
    is $r->{status}, 200, "$path goes to $to" or diag $r->{body};

    delete $there{$company}{$path};
    $there{$company}{$to} = 1;
    $ids{$to} = $ids{$path};
}

# An order of each company goes to those that are there, each once.

sub told
{
    my ($name) = @_;

    for my $company (1260, 4711) {
        my $n = 'order ' . ++$orders;
        my @want = sort keys %{$there{$company}}, keys %{$there{''}};

        $s->order(company_id => $company, n => $n);

        my @got;

        ok wait_for(sub {
            @got = sort map { $_->{path} }
                   grep { $_->{body} =~ /"\Q$n\E"/ && $_->{path} =~ m{^/e} }
                   @{$s->{hook}->requests};
            return @got >= @want;
        }), "$name, company $company: delivered";

        is_deeply \@got, \@want, 'to those who are there';
    }
}

# A test of an endpoint that answers when it is told to.

sub hold
{
    my ($n, $who) = @_;

    $slow{$n}->answer('*', { hang => 1 });

    my (undef, $ep) = $s->{$who}->post('endpoints',
        $s->endpoint(url => $slow{$n}->url('/slow'),
                     events => ['contact.add'],
                     timeout => { read => '5m', total => '5m' }));

    my $client = Webhook::Test::Client->new(port => $t->port);

    $client->connect;
    $client->send("POST /webhook/endpoints/$ep->{id}/test HTTP/1.1\r\n"
                  . "Host: localhost\r\nContent-Length: 0\r\n"
                  . 'Authorization: Bearer ' . $s->token($who)
                  . "\r\n\r\n");

    ok wait_for(sub { @{$slow{$n}->requests} }), "request $n holds a set";

    return $client;
}

sub let
{
    my ($n, $client) = @_;

    $slow{$n}->release;

    my $answer = {};
    $client->read_answer($answer, 'POST');
    is $answer->{status}, 200, "request $n ends";
}


add(1260, "/e/$_") for 'a', 'b', 'c';
add(4711, '/e/x');
add('', '/e/all');
told('at first');

my $first = hold(1, 'manager');

remove(1260, '/e/b');
remove(4711, '/e/x');               # nobody of the company is left
move(1260, '/e/c', '/e/d');
add(4711, '/e/y');
told('one by one');

my $second = hold(2, 'manager');

# more than are taken one by one

my ($r) = $manager->post('registry', { items => [map { {
    kind => 'endpoint', %{$s->endpoint(url => $s->{hook}->url("/e/m$_"))}
} } 1 .. 40] });

is $r->{status}, 200, 'forty at once' or diag $r->{body};
$there{1260}{"/e/m$_"} = 1 for 1 .. 40;

(undef, my $page) = $manager->get('endpoints?limit=200');

for my $ep (@{$page->{items}}) {
    $ids{$1} = $ep->{id} if $ep->{url} =~ m{(/e/m\d+)$};
}

told('many');

my $third = hold(3, 'other');

remove(1260, "/e/m$_") for 1 .. 10;
move(1260, "/e/m$_", "/e/n$_") for 11 .. 15;
remove('', '/e/all');
told('one by one again');

# the newer ones end first, and nothing that the older have is gone

let(2, $second);
told('the second has ended');

move(1260, '/e/a', '/e/z');
let(1, $first);
told('and the first');

add('', '/e/all2');
remove(4711, '/e/y');
let(3, $third);
told('and the third');

# receivers: their URLs, and whose deliveries they are

my @urls;

for my $n (1 .. 20) {
    my (undef, $rc) = $manager->post('receivers', $s->receiver);
    my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};
    push @urls, [$rc->{id}, $path];
}

$manager->del("receivers/$urls[$_][0]", headers => ['If-Match' => '*'])
    for map { 2 * $_ } 0 .. 9;

for my $n (0 .. 19) {
    is $t->request('POST', $urls[$n][1], '{"name": "An"}',
                   headers => ['Content-Type' => 'application/json'])
         ->{status}, $n % 2 ? 200 : 404, "receiver $n";
}

(undef, my $rotated) = $manager->post("receivers/$urls[1][0]/rotate", undef,
                                      headers => ['If-Match' => '*']);
my ($path) = $rotated->{url} =~ m{^http://[^/]+(/.*)$};

is $t->request('POST', $urls[1][1], '{"name": "An"}')->{status}, 404,
    'an old URL';
is $t->request('POST', $path, '{"name": "An"}',
               headers => ['Content-Type' => 'application/json'])->{status},
    200, 'and the new one';

# all of it once more, from the store

ok $t->reload, 'a reload';
told('after a reload');

$t->stop;
$t->ok_logs;

done_testing;
