# Each thing that an import changes is a request of the company's quota.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Routes;

my $s = Webhook::Routes->new(quota => 'requests=20r/h');
my ($t, $root, $manager, $other) = @$s{qw(t root manager other)};

my @items = map { +{ kind => 'endpoint', %{$s->endpoint(name => "n$_")} } }
            1 .. 30;

my ($r, $done) = $manager->post('registry', { items => \@items });

is $r->{status}, 200, 'an import of more than may be asked';

is_deeply [map { $_->{result} } @{$done->{items}}],
    [('made') x 20, ('failed') x 10], 'as many are made as there are requests';
is $done->{failed}, 10, 'the others are counted';
like $done->{items}[20]{detail}, qr/^the company has made too many requests/,
    'and told why';

is $manager->get('whoami')->{status}, 429, 'nothing is left';
is $other->get('whoami')->{status}, 200, 'but to another company';

($r, $done) = $root->post('registry',
    { items => [map { +{ %$_, company => '1260' } } @items] });

is_deeply [map { $_->{result} } @{$done->{items}}],
    [('changed') x 20, ('made') x 10], 'who is of all companies has no quota';

($r, $done) = $root->post('registry',
    { items => [{ kind => 'endpoint', %{$s->endpoint(name => 'long')},
                  body => { text => 'x' x 300000 } },
                { kind => 'endpoint', %{$s->endpoint(name => 'short')} }] });

is_deeply [map { $_->{result} } @{$done->{items}}], ['failed', 'made'],
    'one that is far too long is not even looked at';
is $done->{items}[0]{detail}, 'its settings are too long', 'why';

$t->stop;
$t->ok_logs;

done_testing;
