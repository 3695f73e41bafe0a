# Numbers in a template that is given as JSON are sent as they were written,
# however many digits they have.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Routes;

my $s = Webhook::Routes->new;
my ($t, $manager) = @$s{qw(t manager)};

$s->{hook}->answer('*', 200);

my $big = '12345678901234567890';
my $fine = '0.12345678901234567';
my $url = $s->{hook}->url('/hooks/pos');

my ($r, $ep) = $manager->post('endpoints', <<"JSON");
    {"name": "numbers", "url": "$url", "events": ["order.add"],
     "body": {"big": $big, "fine": $fine, "n": "\${data.n}"}}
JSON

is $r->{status}, 201, 'registered' or diag $r->{body};
is $ep->{body}, qq({"big": $big, "fine": $fine, "n": "\${data.n}"}),
    'kept as the text that it is';

# the endpoint of nginx.conf gets one, too

$s->order(company_id => 1260, n => 1);

my ($body) = map { $_->{body} } grep { $_->{path} eq '/hooks/pos' }
             @{$s->{hook}->wait_requests(2)};

like $body, qr/"big": ?$big,/, 'an integer of 20 digits';
like $body, qr/"fine": ?\Q$fine\E,/, 'a fraction of 17';

($r, $ep) = $manager->patch("endpoints/$ep->{id}",
    qq({"body": {"big": ${big}7, "n": "\${data.n}"}}),
    headers => ['If-Match' => '*']);

is $r->{status}, 200, 'changed' or diag $r->{body};

$s->order(company_id => 1260, n => 2);

($body) = reverse map { $_->{body} } grep { $_->{path} eq '/hooks/pos' }
          @{$s->{hook}->wait_requests(4)};

like $body, qr/"big": ?${big}7,/, 'another';
unlike $body, qr/fine/, 'in the place of the first';

($r, $ep) = $manager->patch("endpoints/$ep->{id}",
    '{"body": {"big": 123456789012345678, "n": "${data.n}"}}',
    headers => ['If-Match' => '*']);

is ref $ep->{body}, 'HASH', 'what a tree keeps stays one';

($r, my $preview) = $manager->post('endpoints/preview',
    qq({"endpoint": {"name": "x", "url": "$url", "events": ["order.add"],
        "body": {"big": $big}}, "event": "order.add", "data": {"body": [1]}}));

is $r->{status}, 200, 'tried' or diag $r->{body};
like $preview->{body}, qr/"big": ?$big\b/, 'as it would be sent';

($r) = $manager->post('endpoints',
    qq({"name": "x", "url": "$url", "events": ["order.add"],
        "retry": {"attempts": $big}}));

is $r->{status}, 400, 'elsewhere it is a mistake';
like $r->{body}, qr/a number is too large/, 'and which';

$t->stop;

done_testing;
