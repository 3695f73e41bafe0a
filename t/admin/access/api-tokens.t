# Bearer tokens of webhook_tokens: who they are, what they may, when they end.

use strict;
use warnings;

use POSIX qw(strftime);
use Test::More;

use lib 't/lib';
use Webhook::Api;
use Webhook::Openapi;
use Webhook::Test;

my $t = Webhook::Test->new;
my $openapi = Webhook::Openapi->new;

my $past = strftime('%Y-%m-%dT%H:%M:%SZ', gmtime(time - 10));
my $future = strftime('%Y-%m-%d', gmtime(time + 3 * 86400));

Webhook::Api::tokens($t,
    root     => ['the-token-of-root', 'company.setting'],
    manager  => ['the-token-of-the-manager', 'company.setting',
                 'company=1260', "expires=$future"],
    monitor  => ['the-token-of-the-monitor', 'company.view',
                 'company=shop-7.vn'],
    former   => ['the-token-of-somebody-else', 'company.setting',
                 "expires=$past"],
);

$t->config(http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=16m;
    webhook_tokens file:%%PREFIX%%/tokens;
CONF
    location /webhook/ {
        webhook_api;
        # what a variable says does not count where there is a token
        webhook_permission $arg_setting company=$arg_company name=$arg_name;
    }
    location /public/ {
        webhook_api health=public;
    }
CONF

$t->start;


sub api
{
    my ($token, @rest) = @_;

    return Webhook::Api->new($t, token => $token, openapi => $openapi, @rest);
}


sub says
{
    my ($token) = @_;

    my (undef, $who) = api($token)->get('whoami');

    $_ = $_ ? 1 : 0 for @$who{qw(all_companies token)};

    return $who;
}


is_deeply says('the-token-of-root'), {
    name => 'root', company => undef, all_companies => 1, token => 1,
    permissions => [qw(company.setting company.view payload)],
}, 'without company= of all';

is_deeply says('the-token-of-the-manager'), {
    name => 'manager', company => '1260', all_companies => 0, token => 1,
    permissions => [qw(company.setting company.view payload)],
}, 'company.setting may do all, in its company';

is_deeply says('the-token-of-the-monitor'), {
    name => 'monitor', company => 'shop-7.vn', all_companies => 0, token => 1,
    permissions => ['company.view'],
}, 'company.view may read, and sees no payload';


for (['one that has ended', 'the-token-of-somebody-else'],
     ['one that is unknown', 'the-token-of-nobody'],
     ['one that is longer', 'the-token-of-root1'],
     ['one that is shorter', 'the-token-of-roo'],
     ['one in capital letters', 'THE-TOKEN-OF-ROOT'],
     ['its digest', 'sha256:1e0d'],
     ['none at all', ''],
     ['one of 8000 bytes', 'x' x 7000])
{
    my ($name, $token) = @$_;

    my ($r, $problem) = api($token)->get('whoami?');

    is $r->{status}, 401, $name;
    is $r->{headers}{'www-authenticate'}, 'Bearer error="invalid_token"',
        "$name: it is told why";
    is $problem->{detail}, 'The bearer token is unknown or has ended',
        "$name: the sentence";

    $r = api($token)->get('whoami?setting=1&company=1&name=me');

    is $r->{status}, 401, "$name: variables are not asked";
}

my $r = Webhook::Api->new($t, openapi => $openapi,
         headers => [Authorization => 'bearer   the-token-of-root  '])
     ->get('whoami');

is $r->{status}, 200, 'the word is written in any case, with any blanks';

($r) = Webhook::Api->new($t, openapi => $openapi)->get('whoami');

is $r->{status}, 401, 'no credentials';
is $r->{headers}{'www-authenticate'}, 'Bearer', 'how they are given';

$r = Webhook::Api->new($t, openapi => $openapi,
         headers => [Authorization => 'Basic dTpw'])->get('whoami');

is $r->{status}, 401, 'another scheme is none';


# --- without variables, and health=public

my $public = Webhook::Api->new($t, prefix => '/public/',
                 openapi => Webhook::Openapi->new(prefix => '/public/'));

is $public->get('whoami')->{status}, 401, 'no variables: 401';
is $public->get('health')->{status}, 200, 'health=public: for anybody';
is $public->request('HEAD', 'health')->{status}, 200, 'by HEAD, too';
is $public->request('POST', 'health', '')->{status}, 401, 'but not by POST';
is $public->get('healthy')->{status}, 401, 'and nothing else';
is $public->get('health/')->{status}, 401, 'and nothing like it';
is(Webhook::Api->new($t)->get('health')->{status}, 401,
   'where it is not public, it is not');


# --- nothing of a token is told

my $log = $t->error_log;

unlike $log, qr/the-token-of/, 'no token is in the log';
like $log, qr/a bearer token that is unknown or has ended/,
    'but that there was a wrong one';

# nginx itself logs two of them, at level "info"

like(Webhook::Api->new($t, token => 'the-token-of-root')->get('whoami',
         headers => [Authorization => 'Bearer the-token-of-the-manager'])
     ->{status}, qr/^40[01]$/, 'two tokens are none');

$t->stop;
$t->ok_logs;

done_testing;
