# If-Match, and Idempotency-Key: what is done once, however often it is asked for.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Api;
use Webhook::Nginx;
use Webhook::Test;

my $module = Webhook::Nginx::build_dir()
             . '/interop/ngx_http_webhook_api_test_module.so';

plan skip_all => "make interop builds $module" unless -e $module;

my $t = Webhook::Test->new;

Webhook::Api::tokens($t,
    root  => ['the-token-of-root', 'company.setting'],
    other => ['the-token-of-another', 'company.setting']);

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
my $other = Webhook::Api->new($t, token => 'the-token-of-another');


# --- If-Match

is $api->get('items/a')->{headers}{etag}, '"7"', 'a version';
is $api->get('items/a', headers => ['If-None-Match' => '"7"'])->{status}, 200,
    'never a 304';
is $api->get('items/a', headers => ['If-Match' => '"6"'])->{status}, 200,
    'nginx itself looks at no If-Match';

for ([428], [200, '"7"'], [200, '*'], [412, '"6"'], [412, '"70"'],
     [400, '7'], [400, 'W/"7"'], [400, '"7", "8"'], [400, '""'], [400, '"-7"'],
     [400, '"seven"'], [400, ''], [400, '"0"'], [400, '"7"', '"7"'])
{
    my ($status, @match) = @$_;

    my ($r, $problem) = $api->patch('items/a', { a => 1 },
                            headers => [map { ('If-Match' => $_) } @match]);

    is $r->{status}, $status,
        (@match ? "If-Match: @match" : 'no If-Match') . ": $status";

    if ($status == 412) {
        is $r->{headers}{etag}, '"7"', 'which it has';
        like $problem->{detail}, qr/its version is 7 now: read it again/,
            'what to do';
    }

    if ($status == 428) {
        is $r->{reason}, 'Precondition Required', 'in words';
        like $problem->{detail}, qr/^If-Match is needed, with the ETag/, 'why';
    }
}


# --- Idempotency-Key

sub keyed
{
    my ($key, $body, %options) = @_;

    my ($r, $json) = ($options{by} // $api)->post($options{path} // 'items',
        $body, headers => ['Idempotency-Key' => $key]);

    return ($r, $json);
}

my ($r, $json) = keyed('k1', { a => 1 });

is $r->{status}, 201, 'made';
is $r->{headers}{'idempotency-replayed'}, undef, 'for the first time';
is $json->{acts}, 1, 'once';

for my $n (1 .. 3) {
    my ($again, $same) = keyed('k1', { a => 1 });

    is $again->{status}, 201, "again, $n";
    is_deeply $same, $json, 'the same answer';
    is $again->{headers}{$_}, $r->{headers}{$_}, "the same $_"
        for qw(etag location content-type);
    is $again->{headers}{'idempotency-replayed'}, 'true', 'it says so';
}

my ($differs, $problem) = keyed('k1', { a => 2 });

is $differs->{status}, 422, 'with another body';
like $problem->{detail}, qr/^This Idempotency-Key was used with another body/,
    'why';

is((keyed('k2', { a => 1 }))[1]{acts}, 2, 'another key');
is((keyed('k1', { a => 1 }, by => $other))[1]{acts}, 3, 'another caller');
is((keyed('k1', undef, path => 'items/a/act'))[1]{acts}, 4, 'another route');
is((keyed('k1', undef, path => 'items/b/act'))[1]{acts}, 5, 'another thing');
is((keyed('k1', undef, path => 'items/b/act'))[1]{acts}, 5, 'and again');

# what failed is not kept

is((keyed('k3', { wrong => 1 }))[0]{status}, 422, 'a mistake');
is((keyed('k3', { a => 1 }))[0]{status}, 201, 'may be mended under its key');

for (['', 400], ["\x7f", 400], ["caf\xe9", 400], ['x' x 256, 400],
     ['x' x 255, 201], ['a b "c"', 201])
{
    is((keyed($_->[0], { a => 1 }))[0]{status}, $_->[1],
       'a key of ' . length($_->[0]) . ": $_->[1]");
}

is $api->post('items', { a => 1 }, headers => [('Idempotency-Key' => 'k4') x 2])
   ->{status}, 400, 'two keys are none';

is $api->patch('items/a', { a => 1 }, headers => ['If-Match' => '"7"',
                                                  'Idempotency-Key' => ''])
   ->{status}, 200, 'PATCH has none';

# it outlives nginx

$t->stop;
$t->start;

is_deeply +(keyed('k1', { a => 1 }))[1], $json, 'after a restart, too';

$t->stop;
$t->ok_logs;

done_testing;
