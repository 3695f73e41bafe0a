# Profiles, modes, and what the history and a dry run show.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp wait_for);

my $token = 'profile-057123456756789-abcdefgh';
my $key = 'a-key-of-enough-bytes-for-everybody';

my $t = Webhook::Test->new;
my $api = $t->api;

$api->answer($_, 200) for '*', '/pos/order/7';

$t->config(
    http => <<"CONF",
        webhook_store %%STORE%% size=64m;

        webhook_receiver usd {
            model   sale.order;
            secret  usd-$token;
            profile nightpos;
            target  id=\${_id|int} model=\${_model};
            action  PATCH /pos/order/\${_id|int} '{"currency": "USD"}';
        }
        webhook_receiver contact {
            secret  contact-$token;
            profile nightpos;
            require name email;
            action  POST /pos/contact '{"name": "\${name}"}';
        }
        webhook_receiver signed {
            secret  signed-$token;
            profile nightpos;
            verify  gitlab $key;
            limit   body=1k;
            action  POST /pos/contact '{}';
        }
        webhook_receiver strict {
            secret  strict-$token;
            profile strict;
            mode    sync;
            action  POST /pos/contact '{}';
        }
        webhook_receiver off {
            secret  off-$token;
            mode    disabled;
            log_calls on;
            action  POST /pos/contact '{}';
        }
        webhook_receiver trial {
            secret  trial-$token;
            mode    test;
            require name;
            log_calls on;
            action  POST /pos/contact '{"name": "\${name}"}';
        }
        webhook_receiver errors {
            secret  errors-$token;
            log_calls errors;
            require name;
            action  POST /pos/contact '{"name": "\${name}"}';
        }
        webhook_receiver private {
            secret  private-$token;
            log_calls on;
            redact  card.number header.X-Api-Token header.X-From
                    var.http_x_from pin;
            redact  lines.0;
            action  POST /pos/pay/\${card.number}?from=\${var.http_x_from}
                    '{"card": \${card}, "number": "\${card.number}",
                      "name": "\${name}", "pin": \${pin|int},
                      "t": "\${header.x-api-token}"}';
            action  POST /pos/pay/\${name}/\${card.holder} '{"n": "\${card.number}"}';
        }
CONF
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /pos/ {
            internal; proxy_pass http://127.0.0.1:%%PORT_api%%;
        }
CONF
);

$t->start;

sub call
{
    my ($name, $body, %o) = @_;

    return $t->request($o{method} // 'POST',
        "/web/hook/$name-$token" . ($o{query} // ''), $body,
        headers => ['Content-Type' => $o{type} // 'application/json',
                    @{$o{headers} // []}]);
}

sub nightpos
{
    my ($r, $status, $word, $name) = @_;
    is "$r->{status} $r->{body}", qq($status {"status": "$word"}), $name;
}

sub history
{
    my ($name, $n) = @_;
    my @calls;

    wait_for(sub {
        my ($rc, $out) = $t->ctl('calls', $name, '--json', '--limit=100');
        @calls = map { JSON::PP->new->utf8->decode($_) } split /\n/, $out;
        return @calls >= $n;
    }, 10);

    # the oldest first
    return reverse @calls;
}


# --- nightpos: 200, 404 and 500, as its document says

nightpos call('usd', '{"_model": "sale.order", "_id": "7"}'), 200, 'ok',
    'an update (I19)';
nightpos call('contact', '{"name": "Ann", "email": "a@example.com"}'), 200,
    'ok', 'a record (I20)';
is $api->count, 2, 'both were done';

nightpos call('usd', '{"_model": "sale.order", "_id": "7/../1"}'), 500,
    'error', 'a bad id';
nightpos call('usd', '{"_model": "res.partner", "_id": 7}'), 500, 'error',
    'another model';
nightpos call('contact', '{"name": "Ann"}'), 500, 'error', 'a missing field';
nightpos call('contact', '['), 500, 'error', 'not JSON';
nightpos call('contact', '{}', type => 'text/plain'), 500, 'error', 'no JSON';
nightpos call('contact', undef, method => 'GET'), 500, 'error', 'GET';
nightpos call('signed', '{}'), 500, 'error', 'not signed';
nightpos call('signed', '{"a": "' . 'x' x 2000 . '"}'), 500, 'error',
    'too large';
is call('nobody-at-all', '{}')->{status}, 404, 'no such hook';
is $api->count, 2, 'nothing was called';

nightpos call('signed', '{}', headers => ['X-Gitlab-Token' => $key]), 200,
    'ok', 'signed';
$api->answer('/pos/contact', 500);
nightpos call('contact', '{"name": "Ann", "email": "a@example.com"}'), 500,
    'error', 'an API that fails';
like call('strict', '{}')->{body}, qr/"error": "The API answered 500 /,
    'strict tells more';
is call('strict', '{}')->{status}, 502, 'and with its number';
is call('contact', '{"name": "A", "email": "b"}', query => '?dry_run=1')
    ->{status}, 200, 'a dry run';
$api->answer('/pos/contact', 200);


# --- modes

my $before = $api->count;

my $r = call('off', '{}');
is $r->{status}, 503, 'mode disabled';
like $r->{body}, qr/"This hook is disabled; nothing was done"/;
is call('off', undef, method => 'GET')->{status}, 503, 'whatever the method';

is call('trial', '{"name": "Ann"}')->{body}, '{"status": "ok"}',
    'mode test: answers as real';
is call('trial', '{}')->{status}, 422, 'and refuses as real';
is $api->count, $before, 'but neither called anything';

my @calls = history('trial', 2);
is "$calls[0]{outcome} $calls[0]{error}", 'test ', 'the history tells';
is $calls[0]{actions}[0]{body}, '{"name": "Ann"}', 'what would have been';
is scalar(@{[history('off', 2)]}), 2, 'calls of a disabled one are kept';


# --- log_calls errors

call('errors', '{"name": "Ann"}');
call('errors', '{}');
call('errors', '{"name": "Ann"}');
call('errors', '[');

@calls = history('errors', 2);
is join(' ', map { $_->{status} } @calls), '422 400', 'log_calls errors';


# --- redact

my $pay = '{"name": "Ann", "pin": 571234567, "card": {"number": "4111-1111",'
          . ' "holder": "ann"}, "lines": [{"x": "qqqqqq"}, 2]}';
my @headers = (headers => ['X-Api-Token' => 'api-token-1',
    'Authorization' => 'Bearer bearer-1', 'Cookie' => 'c=cookie-1',
    'X-From' => 'from-1', 'X-Other' => 'other-1']);

is call('private', $pay, @headers)->{status}, 200, 'a call with private fields';

my ($seen) = grep { $_->{uri} =~ /4111/ } @{$api->requests};
is $seen->{uri}, '/pos/pay/4111-1111?from=from-1', 'the API sees all';
like $seen->{body}, qr/"pin": 571234567, *\s*"t": "api-token-1"/;

my $dry = call('private', $pay, @headers, query => '?dry_run=1')->{body};
ok eval { JSON::PP->new->decode($dry); 1 }, 'a dry run is JSON' or diag $dry;
unlike $dry, qr/4111|571234567|api-token|from-1/, 'and masks them';
like $dry, qr{/pos/pay/Ann/ann}, 'shows the others';

call('private', '{"pin": 5719988776', @headers);

@calls = history('private', 3);
my $all = JSON::PP->new->canonical->encode(\@calls);

unlike $all, qr/4111|571234567|5719988776|qqqqqq|api-token|bearer-1|cookie-1|from-1/,
    'nothing of it is in the history';
is $calls[0]{body}, '{"name": "Ann", "pin": "***", "card": {"number": "***",'
    . ' "holder": "ann"}, "lines": ["***", 2]}', 'the body';
like $calls[0]{headers}, qr/^X-Other: other-1$/m, 'headers';
like $calls[0]{headers}, qr/^Authorization: \*\*\*$/m, 'credentials';
is $calls[0]{verified}, 'off', 'how it was verified';
is $calls[0]{answer}, '{"status": "ok"}', 'what was answered';
is $calls[0]{actions}[0]{uri}, '/pos/pay/%2A%2A%2A?from=%2A%2A%2A'
    if $calls[0]{actions}[0]{uri} =~ /%2A/;
like $calls[2]{body}, qr/^\(not kept: /, 'a body that could not be read';

my $files = join '', map { slurp($_) // '' } glob $t->store . '/*';
ok $files !~ /4111-1111|bearer-1|api-token-1|cookie-1|\Q$token\E/,
    'nor in its files';

$t->stop;
$t->ok_logs;
done_testing;
