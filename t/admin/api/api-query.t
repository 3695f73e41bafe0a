# Queries, pages and cursors of lists; Accept.

use strict;
use warnings;

use MIME::Base64 qw(decode_base64url encode_base64url);
use Test::More;

use lib 't/lib';
use Webhook::Api;
use Webhook::Nginx;
use Webhook::Test;

my $module = Webhook::Nginx::build_dir()
             . '/interop/ngx_http_webhook_api_test_module.so';

plan skip_all => "make interop builds $module" unless -e $module;

my $t = Webhook::Test->new;

Webhook::Api::tokens($t, root => ['the-token-of-root', 'company.setting'],
    one => ['the-token-of-one', 'company.view', 'company=1'],
    two => ['the-token-of-two', 'company.view', 'company=2'],
    too => ['the-token-of-too', 'company.view', 'company=2']);

$t->config(main => "load_module $module;", http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=16m;
    webhook_tokens file:%%PREFIX%%/tokens;
    webhook_api_test on;
CONF
    location /webhook/ {
        webhook_api;
    }
CONF

$t->start;

my $api = Webhook::Api->new($t, token => 'the-token-of-root');


sub asked
{
    my ($query, $by) = @_;

    my ($r, $json) = ($by // $api)->get("items?$query");

    return ($r->{status}, $json->{detail} // $json, $r);
}


# --- names and values

for (['color=red', 'red'], ['color=', 'none'], ['color', 'none'], ['', 'none'],
     ['&&color=a+b%20c&', 'a b c'], ['%63olor=%26%3d', '&='],
     ['color=caf%C3%A9', "caf\x{e9}"], ['color=a=b', 'a=b'],
     ['color=%00', "\0"], ['color=' . 'x' x 4096, 'x' x 4096])
{
    my ($status, $json) = asked($_->[0]);

    is $status, 200, substr("$_->[0]: taken", 0, 60);
    is $json->{color}, $_->[1], 'as it was meant';
}

for (['colour=red', '"colour" is not a parameter of this query; did you mean "color"?'],
     ['x=1', '"x" is not a parameter of this query, which can have: color n flag '
             . 'cursor limit'],
     ['<b>=1', '"<b>" is not a parameter of this query, which can have: color n flag '
               . 'cursor limit'],
     ['color=a&color=b', '"color" is given twice in the query'],
     ['color=a&%63olor=b', '"color" is given twice in the query'],
     (map { [$_, qr/^The query is invalid: it has a "%" without/] }
          'color=%', 'color=%4', 'color=%zz', 'color=%ff', '%ff=1',
          'color=' . 'x' x 4097),
     ['limit=0', '"limit" has to be a number from 1 to 200'],
     ['limit=201', '"limit" has to be a number from 1 to 200'],
     ['limit=-1', '"limit" has to be a number from 1 to 200'],
     ['limit=1e1', '"limit" has to be a number from 1 to 200'],
     ['limit=99999999999999999999', '"limit" has to be a number from 1 to 200'],
     ['flag=yes', '"flag" has to be 1 or 0'])
{
    my ($status, $detail) = asked($_->[0]);

    is $status, 400, substr("$_->[0]: 400", 0, 60);

    ref $_->[1] ? like $detail, $_->[1], 'why' : is $detail, $_->[1], 'why';
}

my ($r, $problem) = $api->get('items/a?color=red');

is $r->{status}, 400, 'a route without a query';
is $problem->{detail}, '"color" is in the query, but this route takes none',
    'says so';

is((asked('flag=1'))[1]{flag}, JSON::PP::true(), 'a flag');
is((asked('flag=true'))[1]{flag}, JSON::PP::true(), 'in words');
is((asked('flag=false'))[1]{flag}, JSON::PP::false(), 'or not');


# --- pages

my (@all, $next, $pages);

for ($pages = 0; $pages < 10; $pages++) {
    my (undef, $json, $answer)
        = asked('n=25&color=a%26b&limit=10' . ($next ? "&cursor=$next" : ''));

    push @all, @{$json->{items}};
    $next = $json->{next};

    if (!$next) {
        is $answer->{headers}{link}, undef, 'the last page has no Link';
        last;
    }

    is $answer->{headers}{link},
        "<?n=25&color=a%26b&limit=10&cursor=$next>; rel=\"next\"",
        'a page links to the next one';
}

is_deeply \@all, [0 .. 24], 'all pages are all';
is $pages, 2, 'and no more than needed';

my (undef, $first) = asked('n=25&color=a&limit=10');
my $cursor = $first->{next};

like $cursor, qr/^[A-Za-z0-9_-]+$/, 'a cursor is a word of a URL';

is((asked("limit=3&n=25&color=a&cursor=$cursor"))[1]{items}[0], 10,
   'it holds for another limit, and another order of the query');

my $raw = decode_base64url($cursor);

for (['another query', "n=25&color=b&limit=10&cursor=$cursor"],
     ['less of a query', "n=25&cursor=$cursor"],
     ['another number', "n=26&color=a&cursor=$cursor"],
     ['cut', 'n=25&color=a&cursor=' . substr($cursor, 0, 12)],
     ['longer', 'n=25&color=a&cursor=' . encode_base64url($raw . 'x' x 32)],
     ['another digest', 'n=25&color=a&cursor='
                        . encode_base64url("\0" . substr $raw, 1)],
     ['no base64', 'n=25&color=a&cursor=***'],
     ['made up', 'n=25&color=a&cursor=AAAA'])
{
    my ($status, $detail) = asked($_->[1]);

    is $status, 400, "$_->[0]: 400";
    like $detail, qr/^"cursor" does not belong to this list: pass "next"/, 'why';
}

my %by = map { $_ => Webhook::Api->new($t, token => "the-token-of-$_") }
             qw(one two too);


(undef, $first) = asked('n=60', $by{two});

is +(asked("n=60&cursor=$first->{next}", $by{two}))[0], 200, 'its own';
is +(asked("n=60&cursor=$first->{next}", $by{too}))[0], 200,
    'that of somebody of the same company';
is +(asked("n=60&cursor=$first->{next}", $by{one}))[0], 400,
    'that of another company';
is +(asked("n=60&cursor=$first->{next}"))[0], 400, 'not for all of them';


# --- Accept

for ([200], [200, '*/*'], [200, 'application/json'], [200, 'application/*'],
     [200, 'text/html, application/json;q=0.5'], [200, ''],
     [200, 'text/html,application/xhtml+xml,*/*;q=0.8'],
     [200, 'APPLICATION/JSON; charset=utf-8'],
     [200, 'text/html', 'application/json'],
     [406, 'text/html'], [406, 'application/json;q=0'],
     [406, 'application/json; q=0.000, text/html'], [406, 'application/xml'],
     [406, 'application/jsonx'])
{
    my ($status, @accept) = @$_;

    my ($got) = $api->get('items', headers => [map { (Accept => $_) } @accept]);

    is $got->{status}, $status,
        (@accept ? join ' and ', map { "\"$_\"" } @accept : 'no Accept')
        . ": $status";
}

is $api->get('items/a/payload/0', headers => [Accept => 'image/png'])->{status},
    200, 'a payload is sent all the same';

$t->stop;
$t->ok_logs;

done_testing;
