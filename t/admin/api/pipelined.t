# Requests that stand behind each other in one buffer: what is overwritten of one
# is not the next one's, whether heads are short or long.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test::Client;

my $s = Webhook::Routes->new(workers => 1);
my ($t, $root) = @$s{qw(t root)};
my $body = '{"name": "erp", "url": "' . $s->{hook}->url('/in')
           . '", "events": ["order.add"]}';


sub text
{
    my ($method, $path, $content, @headers) = @_;

    return Webhook::Test::Client::render($method, "/webhook/$path", $content,
        headers => [Authorization => "Bearer $root->{token}",
                    'Content-Type' => 'application/json', @headers]);
}


# The statuses of the answers to all that is sent in one piece.

sub statuses
{
    my (@requests) = @_;

    my $client = Webhook::Test::Client->new(port => $t->port);
    my $bytes = $client->raw(join '', @requests);

    return join ' ', $bytes =~ m{^HTTP/1\.1 (\d+)}mg;
}


my @long = map { ("X-$_" => 'x' x 700) } 1 .. 4;
my @last = (Connection => 'close');

is statuses(map({ text('GET', 'whoami') } 1 .. 4),
            text('GET', 'stats', undef, @last)),
    '200 200 200 200 200', 'short heads';

is statuses(text('GET', 'whoami', undef, @long), text('GET', 'whoami'),
            text('GET', 'whoami', undef, @long),
            text('GET', 'stats', undef, @long, @last)),
    '200 200 200 200', 'long ones';

is statuses(text('POST', 'endpoints', $body), text('GET', 'endpoints'),
            text('POST', 'endpoints', $body =~ s/erp/pos/r, @long),
            text('GET', 'endpoints', undef, @last)),
    '201 200 201 200', 'with bodies';

is statuses(text('POST', 'endpoints', '{', 'X-Y' => 'z'),
            text('GET', 'endpoints', undef, @last)),
    '400 200', 'with a body that is none';

my (undef, $list) = $root->get('endpoints');

is_deeply [sort map { $_->{name} } @{$list->{items}}],
    [qw(configured erp pos)], 'what was made is whole';

$t->stop;
$t->ok_logs;

done_testing;
