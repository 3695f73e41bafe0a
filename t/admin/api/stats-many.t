# GET stats of a company that has more endpoints than its rings add up.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new(
    workers  => 1,
    quota    => 'endpoints=200 requests=100000r/m',
    registry => 'durable_api http://127.0.0.1:%%PORT_api%%;');
my ($t, $root, $manager, $other) = @$s{qw(t root manager other)};


sub import_endpoints
{
    my ($n, %members) = @_;

    my ($r, $done) = $manager->post('registry', { items => [
        map { { kind => 'endpoint', %{$s->endpoint(%members)} } } 1 .. $n] });

    is $r->{status}, 200, "$n endpoints" or diag $r->{body};
}


sub rings
{
    my ($api, $path) = @_;

    my ($r, $json) = $api->get("$path?range=1h");
    is $r->{status}, 200, $path or diag $r->{body};

    return $json->{rings} // $json;
}


import_endpoints(99);

my ($r, $rc) = $manager->post('receivers', $s->receiver(mode => 'durable'));
is $r->{status}, 201, 'a durable receiver' or diag $r->{body};

is rings($manager, 'stats')->{left_out}, 0, 'a hundred are added up';

# what it has done is in them

my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};

is $t->request('POST', $path, '{"name": "Anna"}',
    headers => ['Content-Type' => 'application/json'])->{status}, 202,
    'a call';

ok wait_for(sub {
    local $manager->{openapi};
    return (($manager->get('stats?range=1h'))[1])->{rings}{totals}{sends} == 1;
}), 'and its action';

import_endpoints(2);

is rings($manager, 'stats')->{left_out}, 2, 'of more it is told how many not';

my (undef, $list) = $manager->get('endpoints?limit=1');
is rings($manager, "endpoints/$list->{items}[0]{id}/stats")->{left_out}, 0,
    'of one endpoint nothing is left out';
is rings($root, 'stats')->{left_out}, 0, 'nor of all that there are';

$other->post('endpoints', $s->endpoint);
is rings($other, 'stats')->{left_out}, 0, 'nor of a company that has few';


$t->stop;
$t->ok_logs;

done_testing;
