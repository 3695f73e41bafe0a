# "quota requests=" of webhook_registry: how often a company may ask, over all
# workers.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Api;
use Webhook::Openapi;
use Webhook::Test qw(wait_for);

my $t = Webhook::Test->new(workers => 2);

Webhook::Api::tokens($t,
    root => ['the-token-of-root', 'company.setting'],
    a    => ['the-token-of-a', 'company.setting', 'company=1'],
    b    => ['the-token-of-b', 'company.view', 'company=1'],
    c    => ['the-token-of-c', 'company.view', 'company=2']);

sub config
{
    $t->config(http => <<"CONF", server => <<'CONF');
    webhook_store %%STORE%% size=16m;
    webhook_tokens file:%%PREFIX%%/tokens;
    resolver 127.0.0.1:9;
    webhook_registry {
        address any;
        quota $_[0];
    }
CONF
    location /webhook/ { webhook_api; }
CONF
}

# one comes back in 30 seconds: none does while this runs

config('requests=2r/m');
$t->start;

my $openapi = Webhook::Openapi->new;
my %by = map { $_ => Webhook::Api->new($t, token => "the-token-of-$_") }
             qw(root a b c);

my @status = map { $by{$_}->get('whoami')->{status} } qw(a b);

is_deeply \@status, [200, 200], 'so many in a row, of two callers';

my ($r, $problem) = $by{a}->get('whoami');

is $r->{status}, 429, 'and no more';
like $r->{headers}{'retry-after'}, qr/^(?:[1-9]|[12][0-9]|3[01])$/, 'until one has come back';
like $problem->{detail}, qr/^The company has made too many requests; try again in/,
    'why';
$openapi->holds('GET', '/webhook/whoami', $r);

is $by{b}->get('whoami')->{status}, 429, 'nobody of the company';
is $by{b}->get('nothing')->{status}, 429, 'whatever it asks for';
is $by{c}->get('whoami')->{status}, 200, 'but another company';
is $by{root}->get('whoami')->{status}, 200, 'and whoever is of all' for 1 .. 25;

$t->reload;

is $by{a}->get('whoami')->{status}, 429, 'after a reload, too';

config('requests=1000r/s');
$t->reload;

ok wait_for(sub { $by{a}->get('whoami')->{status} == 200 }, 5),
    'another quota holds at once';

$t->stop;
$t->ok_logs;

done_testing;
