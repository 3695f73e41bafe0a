# Requests that nobody would send by mistake: paths, queries, headers and bodies
# that were changed at random, byte by byte.  Whatever comes, the answer is one,
# no worker dies, and nothing is done in the name of somebody who may not.
# HOSTILE_REQUESTS sets their number, HOSTILE_SEED the numbers that are drawn.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Api;
use Webhook::Nginx;
use Webhook::Openapi;
use Webhook::Test qw(asan);

my $module = Webhook::Nginx::build_dir()
             . '/interop/ngx_http_webhook_api_test_module.so';

plan skip_all => "make interop builds $module" unless -e $module;

my $count = $ENV{HOSTILE_REQUESTS} // (asan() ? 1000 : 3000);
my $seed = $ENV{HOSTILE_SEED} // 20261128;

srand $seed;

my $t = Webhook::Test->new;

Webhook::Api::tokens($t, root => ['the-token-of-root', 'company.setting'],
                         view => ['the-token-of-view', 'company.view']);

$t->config(main => "load_module $module;", http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=16m;
    webhook_tokens file:%%PREFIX%%/tokens;
    webhook_api_test on;
    log_not_found off;
CONF
    location /webhook/ {
        webhook_api;
    }
    location /routes/ {
        webhook_api;
        webhook_permission 1 name=$http_x_name;
    }
CONF

$t->start;

my ($worker) = $t->workers;


# --- what is changed

my $json = JSON::PP->new->canonical;

my @paths = ('items', 'items?color=red&limit=3&n=25',
             'items?n=25&cursor=HVGoSLRCvTzoYb_ZCgAAAAAAAAA', 'items/a',
             'items/special', 'items/a/act', 'items/a/payload/1', 'import',
             'wait', 'whoami', 'health', 'openapi.json', '');
my @methods = qw(GET POST PATCH DELETE HEAD OPTIONS PUT);
my @headers = ('Authorization: Bearer the-token-of-root',
               'Authorization: Bearer the-token-of-view',
               'Content-Type: application/json',
               'Content-Type: application/merge-patch+json; charset=utf-8',
               'If-Match: "7"', 'If-Match: *', 'Idempotency-Key: once-more',
               'Accept: text/html, application/json;q=0.5',
               'Origin: http://localhost', 'Sec-Fetch-Site: same-origin',
               'X-Webhook-Request: 1', 'X-Name: somebody',
               'Content-Encoding: identity');
my @bodies = ('{"a": [1, 2, {"b": null}], "c": "\u00e9"}', '{}',
              '{"wrong": true}', $json->encode({ map { ($_ => [$_]) } 1 .. 50 }));
my @bits = ("\0", "\r", "\n", '%', '%00', '%2f', '..', '//', '"', '\\', '<',
            '{', '[' x 40, '&', '=', ';', ',', '*', "\xff", "\xc3\xa9", '9' x 30,
            'x' x 500, '-1', '\ud800', '\u0000', ' ');


sub any { return $_[rand @_]; }


sub changed
{
    my ($text) = @_;

    for (1 .. 1 + int rand 3) {
        my $at = int rand(1 + length $text);
        my $how = rand;

        if ($how < 0.4) {
            substr $text, $at, 0, any(@bits);

        } elsif ($how < 0.6) {
            substr $text, $at, 1 + int rand 3, '';

        } elsif ($how < 0.8) {
            substr $text, $at, 1, chr int rand 256 if $at < length $text;

        } else {
            $text .= substr $text, $at;
        }
    }

    return $text;
}


sub maybe { return rand() < 0.3 ? changed($_[0]) : $_[0]; }


my (%seen, @wrong);

for my $n (1 .. $count) {
    my $prefix = rand() < 0.5 ? '/webhook/' : '/routes/';
    my $path = $prefix . maybe(any(@paths));
    my $body = rand() < 0.5 ? maybe(any(@bodies)) : '';
    my @sent = map { maybe($_) } grep { rand() < 0.4 } @headers;

    my $request = any(@methods) . " $path HTTP/1.1\r\nHost: localhost\r\n"
                  . "Connection: close\r\n"
                  . join('', map { "$_\r\n" } @sent);

    if (rand() < 0.2) {
        $request .= "Transfer-Encoding: chunked\r\n\r\n"
                    . maybe(sprintf("%x\r\n%s\r\n0\r\n\r\n", length $body,
                                    $body));
    } else {
        $request .= 'Content-Length: ' . length($body) . "\r\n\r\n$body";
    }

    my $answer = $t->client(timeout => 5)->raw($request);

    # nginx itself closes on what is no request, or takes it for HTTP/0.9
    next unless $answer =~ m{^HTTP/1};

    my ($status, $head, $text) = $answer =~ m{\AHTTP/1\.1 (\d{3}).*?\r\n(.*?)\r\n\r\n(.*)\z}s;

    $status //= 'none';
    $seen{$status}++;

    my $type = ($head // '') =~ /^Content-Type: ([^\r]*)/m ? $1 : '';

    my $fault = $status !~ /^[24]/ && $status ne '304' ? 'its status'
        : $status =~ /^2/ && $head !~ /^Cache-Control: no-store\r?$/m
            ? 'what may be kept'
        : $type =~ /json/ && length $text && !eval { $json->decode($text) }
            ? 'its JSON'
        : "@sent" !~ /the-token-of|X-Webhook-Request: 1|same-origin|localhost/
          && $status =~ /^20[12]/ && $request =~ /^(?:POST|PATCH|DELETE)/
            ? 'that it was done' : undef;

    push @wrong, "$fault: " . substr($request, 0, 400) . "\n-> "
                 . substr($answer, 0, 400) if defined $fault;
}

is_deeply \@wrong, [], "$count requests, seed $seed";

ok $seen{$_}, "some were answered with $_" for 200, 400, 401, 403, 404,
                                               405, 415;

is_deeply [$t->workers], [$worker], 'the worker is the same';

is $t->request('GET', '/webhook/whoami', undef,
               headers => [Authorization => 'Bearer the-token-of-root'])
   ->{status}, 200, 'and works';

$t->stop;
$t->ok_logs;

done_testing;
