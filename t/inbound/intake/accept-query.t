
# accept query: a GET whose query is the payload, as VNPay sends it.  It is
# verified, and no log, variable or history shows it unless it may.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(hmac_sha256_hex);
use JSON::PP ();
use Test::More;
use Webhook::Test qw(wait_for slurp);

my $token = '0123456789-abcdefgh';
my $key = 'a plain secret that is long enough to be one';

my $t = Webhook::Test->new(workers => 1);

chmod 0600, $t->file('sign.key', "$key\n");

my $api = $t->endpoint(name => 'api');

$t->config(http => <<"CONF", server => <<'CONF');
    webhook_store %%STORE%% size=64m;

    log_format shown '\$request|\$request_uri|\$args|\$arg_vnp_TxnRef|'
                     '\$query_string|\$webhook_status';
    access_log logs/shown.log shown;

    webhook_receiver vnpay {
        secret vnpay-$token;
        accept query;
        require vnp_TxnRef;
        dedupe body:vnp_TxnRef;
        log_calls on;
        action POST /api/x '{"ref": "\${vnp_TxnRef}", "info": "\${query.vnp_Info}",
                             "at": "\${vnp_PayDate|date:+07:00}"}';
    }

    webhook_receiver signed {
        secret signed-$token;
        accept json query;
        verify hmac file:../sign.key header=X-Sign;
        action POST /api/x '{"a": "\${a}"}';
    }

    webhook_receiver url {
        secret url-$token;
        accept query;
        verify hmac file:../sign.key header=X-Sign "template={url} {body}"
               url=https://hooks.example.com/web/hook/;
        action POST /api/x '{"a": "\${a}"}';
    }

    webhook_receiver hidden {
        secret hidden-$token;
        accept query;
        redact query.pin code;
        log_calls on;
        limit body=64;
        action POST /api/x?pin=\${pin} '{"code": "\${query.code}",
                                         "n": "\${n|int}"}';
    }

    webhook_receiver meta {
        secret meta-$token;
        accept query;
        handshake meta token=a-token-of-theirs-that-is-long;
        action POST /api/x '{"a": "\${a}"}';
    }

    webhook_receiver both {
        secret both-$token;
        verify hmac file:../sign.key header=X-Sign "template={url} {body}"
               url=https://hooks.example.com/web/hook/;
        handshake meta token=a-token-of-theirs-that-is-long;
        action POST /api/x '{"a": \${a}, "tenant": "\${query.tenant}"}';
    }

    webhook_receiver post {
        secret post-$token;
        action POST /api/x '{"a": 1}';
    }
CONF
    location ^~ /web/hook/ { webhook_receive; }
    location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%/; }
CONF

$t->start;

my $n = 0;
my $json = JSON::PP->new->canonical->utf8;

sub get
{
    my ($name, $query, @headers) = @_;

    return $t->request('GET', "/web/hook/$name-$token"
                              . (defined $query ? "?$query" : ''), undef,
                       headers => [@headers]);
}

sub comes
{
    my ($what, $r, $want) = @_;

    is $r->{status}, 200, $what or diag $r->{body};
    is_deeply $json->decode($api->wait_requests(++$n)->[-1]{body}), $want,
              "$what: what comes";
}

sub refused
{
    my ($what, $r, $status, $like, $allow) = @_;

    is $r->{status}, $status, "refused: $what";
    is $r->{headers}{allow}, $allow, "$what: Allow";
    like $r->{body}, $like, "$what: why";
}

my $query = 'vnp_TxnRef=SeCrEt1&vnp_Info=Thanh+to%C3%A1n&vnp_PayDate='
            . '20240501100000';

comes('a query', get('vnpay', $query),
      { ref => 'SeCrEt1', info => "Thanh to\x{e1}n",
        at => '2024-05-01T03:00:00Z' });

is get('vnpay', $query)->{status}, 200, 'a repeat';

refused('nothing', get('vnpay'), 400, qr/The query is empty/);
refused('nothing that is needed', get('vnpay', 'a=b'), 422, qr/vnp_TxnRef/);
refused('half an escape', get('vnpay', 'vnp_TxnRef=%4'), 400,
        qr/The query is not a form/);
refused('no UTF-8', get('vnpay', 'vnp_TxnRef=%A1'), 400,
        qr/The query is not a form/);
refused('POST', $t->request('POST', "/web/hook/vnpay-$token", '{}', headers =>
                            ['Content-Type' => 'application/json']), 405,
        qr/called with the method GET/, 'GET');
refused('a body', $t->request('GET', "/web/hook/vnpay-$token?$query", '{}',
                              headers => ['Content-Type' => 'text/plain']),
        400, qr/has no body/);
refused('GET elsewhere', get('post', 'a=SeCrEt2'), 405,
        qr/called with the method POST/, 'POST');

# A dry run calls nothing, and asks for it in the query as well.

my $r = get('vnpay', "$query&dry_run=1");

is $r->{status}, 200, 'a dry run';
like $r->{body}, qr/"dry_run": true.*"ref": "SeCrEt1"/s, 'tells what it would do';

# What is signed is the query.

comes('signed', get('signed', 'a=1', 'X-Sign', hmac_sha256_hex('a=1', $key)),
      { a => '1' });
refused('another query', get('signed', 'a=2', 'X-Sign',
                             hmac_sha256_hex('a=1', $key)), 401, qr/signature/);
refused('the signature of nothing', get('signed', 'a=2', 'X-Sign',
                                 hmac_sha256_hex('', $key)), 401, qr/signature/);
refused('DELETE', $t->request('DELETE', "/web/hook/signed-$token", undef,
                              headers => []), 405, qr/method POST or GET/,
        'GET, POST');
comes('JSON beside it', $t->request('POST', "/web/hook/signed-$token",
      '{"a": 2}', headers => ['Content-Type' => 'application/json', 'X-Sign',
                              hmac_sha256_hex('{"a": 2}', $key)]), { a => 2 });

my $url = "https://hooks.example.com/web/hook/url-$token?a=1";

# The name of an argument is taken in its case, as a signature over it is.

comes('another case', get('vnpay', 'VNP_INFO=other&vnp_TxnRef=r2&vnp_Info=own'
                                   . '&vnp_PayDate=20240501100000'),
      { ref => 'r2', info => 'own', at => '2024-05-01T03:00:00Z' });

comes('signed with the URL', get('url', 'a=1', 'X-Sign',
                                 hmac_sha256_hex("$url a=1", $key)), { a => '1' });
refused('with another', get('url', 'a=2', 'X-Sign',
                            hmac_sha256_hex("$url a=1", $key)), 401, qr/signature/);

# What is redacted has two names.

comes('redacted', get('hidden', 'pin=SeCrEt3&code=SeCrEt4&n=1'),
      { code => 'SeCrEt4', n => 1 });
refused('an error', get('hidden', 'n=SeCrEt5'), 422, qr/'n' is not an integer/);
refused('more than may be', get('hidden', 'a=' . 'b' x 80), 413,
        qr/The query is larger than 64 bytes/);

$r = get('hidden', 'pin=SeCrEt3&code=SeCrEt4&n=1&dry_run=1');
unlike $r->{body}, qr/SeCrEt[34]/, 'a dry run shows none of it';

# A question of Meta's is answered, and all others are calls.

$r = get('meta', 'hub.mode=subscribe&hub.challenge=12345&hub.verify_token='
                 . 'a-token-of-theirs-that-is-long');

is $r->{status}, 200, 'a handshake';
is $r->{body}, '12345', 'is answered';

comes('a call', get('meta', 'a=1'), { a => '1' });

# Whatever the method, and whether the token is known: nothing is shown.

for my $method (qw(HEAD OPTIONS POST PUT)) {
    for my $name (qw(vnpay meta)) {
        $t->request($method, "/web/hook/$name-$token?vnp_Amount=SeCrEt6"
                             . '&hub.verify_token=SeCrEt7', undef,
                    headers => []);
    }

    is $t->request($method, "/web/hook/rotated-$token?vnp_Amount=SeCrEt8",
                   undef, headers => [])->{status}, 404,
       "$method: an unknown token";
}

is get('rotated', 'vnp_Amount=SeCrEt8')->{status}, 404, 'a rotated token';

# What is masked is still what a call has.

comes('POST to one with a handshake',
      $t->request('POST', "/web/hook/both-$token?tenant=SeCrEt9", '{"a": 3}',
                  headers => ['Content-Type' => 'application/json', 'X-Sign',
                  hmac_sha256_hex("https://hooks.example.com/web/hook/"
                                  . "both-$token?tenant=SeCrEt9 {\"a\": 3}",
                                  $key)]),
      { a => 3, tenant => 'SeCrEt9' });

my ($hidden, $vnpay) = ('', '');

ok wait_for(sub {
    $hidden = ($t->ctl('--json', 'calls', 'hidden'))[1];
    $vnpay = ($t->ctl('--json', 'calls', 'vnpay'))[1];
    return (() = $hidden =~ /\n/g) >= 3 && $vnpay =~ /SeCrEt1/;
}, 10), 'the history has what came';
unlike $hidden, qr/SeCrEt[34]/, 'but for what is redacted';

$t->stop;

# Nothing of a query is in a log.

my $log = slurp($t->prefix . '/logs/shown.log');

like $log, qr{GET /web/hook/\*\*\*\?\*\*\* HTTP}, 'the line is masked';
unlike $log, qr/vnp_|SeCrEt[13-9]|a=1|hub\./, 'and nothing of it is shown';
unlike $t->error_log, qr/vnp_TxnRef=|SeCrEt1|SeCrEt[34]/, 'nor in the error log';

done_testing;
