
# The Authorization of requests: bearer tokens and passwords from files, and
# tokens of OAuth 2.0 by client credentials, asked for, kept, renewed.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use Test::More;

use Webhook::Test qw(wait_for deadline);
use Webhook::Test::Proxy;


my $t = Webhook::Test->new(workers => 1);

my $ca = $t->tls;
my $ca_file = $ca->file;

my $hook = $t->endpoint(name => 'hook', answers => {
    '/stale'  => [200, 401, 200],
    '/never'  => [401],
    '/late'   => [{ status => 401, delay => 0.2 }],
    '/static' => [401],
    '/again'  => [401, 401, 200],
});

# What the authorization server says, by its path; %d is the count of tokens.

my %say = (
    token   => '{"access_token": "tok-%d", "token_type": "Bearer",'
               . ' "expires_in": 3600}',
    scoped  => '{"access_token": "tok-%d", "token_type": "bearer",'
               . ' "expires_in": "3600", "scope": "a b"}',
    brief   => '{"access_token": "tok-%d", "expires_in": 1}',
    escaped => '{"access_token": "tok-\u0025d-\u002Fx", "x": [1e400, "\u0000"],'
               . ' "expires_in": null, "token_type": null}',

    nobody  => [401, '{"error": "invalid_client", "x": "tok-secret"}'],
    rude    => [400, '{"error": "a\r\nb tok-secret"}'],
    html    => '<html>tok-secret</html>',
    empty   => '{"access_token": ""}',
    none    => '{"token": "tok-secret"}',
    number  => '{"access_token": 7}',
    array   => '["tok-secret"]',
    mac     => '{"access_token": "tok-secret", "token_type": "mac"}',
    crlf    => '{"access_token": "tok-secret\r\nX: y"}',
    zero    => '{"access_token": "tok-secret\u0000"}',
    raw     => "{\"access_token\": \"tok-secret\0\"}",
    space   => '{"access_token": "tok secret"}',
    utf8    => "{\"access_token\": \"tok-secret\xc3\xa9\"}",
    large   => '{"access_token": "' . 'x' x 8193 . '"}',
    huge    => '{"access_token": "x", "y": "' . 'y' x 20000 . '"}',
    deep    => '{"access_token": "x", "y": ' . '[' x 9 . ']' x 9 . '}',
    server  => [500, 'tok-secret'],
    moved   => [302, ''],
);

my ($count, $second) = (0, 0);

my $idp = $t->endpoint(name => 'idp', code => sub {
    my ($r) = @_;

    my ($name) = $r->{path} =~ m{^/(\w+)};
    my $say = $say{$name} // $say{token};
    my ($status, $body) = ref $say ? @$say : (200, $say);

    if ($name eq 'hang' || ($name eq 'second' && $second++)) {
        return { hang => 1 };
    }

    $count++;
    $body =~ s/%d/$count/;

    return { status => $status, body => $body,
             headers => ['Content-Type' => 'application/json'] };
});

my $safe = $t->endpoint(name => 'safe', tls => $ca->good, code => sub {
    return { body => '{"access_token": "tok-safe", "expires_in": 60}' };
});

my $proxy = Webhook::Test::Proxy->new;

$t->file('bearer.token', "bearer-t0ken.x/y+z=\n");
$t->file('basic.pass', "basic pässword\n");
$t->file('client.secret', "client/s3cret+1\n");

sub oauth2
{
    my ($path, @more) = @_;

    return "auth oauth2 token_url=http://127.0.0.1:%%PORT_idp%%/$path"
           . ' client_id=nginx:id client_secret=file:client.secret'
           . " @more;";
}

my $patient = 'timeout connect=60s send=60s read=60s total=60s;';

# name => [settings, the Authorization that comes or what the log says]

my %case = (
    bearer  => ['auth bearer file:bearer.token;',
                'Bearer bearer-t0ken.x/y+z='],
    basic   => ['auth basic user=shop password=file:basic.pass;',
                qr/^Basic \S+$/],
    without => ['', undef],
    static  => ['auth bearer file:bearer.token;',
                'Bearer bearer-t0ken.x/y+z=', qr/status 401$/],

    token   => [oauth2('token'), qr/^Bearer tok-\d+$/],
    scoped  => [oauth2('scoped?a=1', '"scope=read write"',
                       'audience=https://api.test/'), qr/^Bearer tok-\d+$/],
    escaped => [oauth2('escaped'), 'Bearer tok-%d-/x'],
    safe    => ['auth oauth2 token_url=https://127.0.0.1:%%PORT_safe%%/'
                . " client_id=a client_secret=file:client.secret ca=$ca_file;",
                'Bearer tok-safe'],
    proxied => [oauth2('token') . ' proxy http://127.0.0.1:'
                . $proxy->port . ';', qr/^Bearer tok-\d+$/],

    strange => ['auth oauth2 token_url=https://127.0.0.1:%%PORT_safe%%/'
                . ' client_id=a client_secret=file:client.secret;', undef,
                qr/the certificate of "127\.0\.0\.1" is refused/],
    refused => ['auth oauth2 token_url=http://127.0.0.1:1/'
                . ' client_id=a client_secret=file:client.secret;', undef,
                qr/no connection: connect\(\) failed/],
    hang    => [oauth2('hang') . ' timeout total=300ms;', undef,
                qr/timed out after 300 ms in total while reading an answer$/],
    nobody  => [oauth2('nobody'), undef, qr/status 401, invalid_client$/],
    rude    => [oauth2('rude'), undef, qr/status 400$/],
    server  => [oauth2('server'), undef, qr/status 500$/],
    moved   => [oauth2('moved'), undef, qr/status 302$/],
    html    => [oauth2('html'), undef, qr/the answer is not JSON: /],
    raw     => [oauth2('raw'), undef, qr/the answer is not JSON: /],
    huge    => [oauth2('huge'), undef, qr/the answer is not JSON: /],
    deep    => [oauth2('deep'), undef, qr/the answer is not JSON: /],
    array   => [oauth2('array'), undef, qr/the answer is no JSON object$/],
    none    => [oauth2('none'), undef, qr/the answer has none$/],
    number  => [oauth2('number'), undef, qr/the answer has none$/],
    mac     => [oauth2('mac'), undef, qr/it is not of type "Bearer"$/],

    (map { ($_ => [oauth2($_), undef,
                 qr/it is empty, too long, or cannot stand in a header$/]) }
         qw(empty crlf zero space utf8 large)),
);

my @all = sort keys %case;
my %more = (
    many   => oauth2('token') . $patient,
    brief  => oauth2('brief'),
    stale  => oauth2('token') . $patient,
    never  => oauth2('token') . $patient,
    again  => oauth2('token') . $patient . 'retry attempts=2 first=10ms;',
    late   => oauth2('second') . ' timeout total=500ms;',
    failing => oauth2('nobody') . 'retry attempts=3 first=10ms factor=1;',
    pending => oauth2('hang') . $patient,
);

my @names = (@all, sort keys %more);

my $types = join '', map { "webhook_event_type t.$_;\n" } @names;
my $rules = join '', map { "webhook_event t.$_ POST ^/e/$_\$;\n" } @names;

my $endpoints = join '', map {
    my $settings = $more{$_} // $case{$_}[0];
    my $retry = $settings =~ /retry/ ? '' : 'retry attempts=1;';

    <<"CONF"
    webhook_endpoint $_ {
        url    http://127.0.0.1:%%PORT_hook%%/$_;
        events t.$_;
        $retry
        $settings
    }
CONF
} @names;

$endpoints =~ s/file:([\w.]+)/file:%%PREFIX%%\/$1/g;

$t->config(
    main => 'worker_shutdown_timeout 300ms;',
    http => <<"CONF",
    webhook_store %%STORE%% size=64m;

    $types
    $endpoints
CONF
    server => <<"CONF",
    location = /metrics { webhook_metrics; }

    location /e/ {
        return 200 '{"id": 1}';
        $rules
    }
CONF
);

$t->start;


sub metric
{
    my ($name) = @_;

    return $t->get('/metrics')->{body} =~ /^ngx_webhook_${name}_total (\d+)$/m
           ? $1 : undef;
}

sub over { return metric('sends_delivered') + metric('sends_dead'); }

sub deliver
{
    my ($name, $n) = @_;

    $n //= 1;

    my $before = over();

    $t->post("/e/$name", '{}') for 1 .. $n;

    wait_for(sub { over() >= $before + $n }, 15)
        or diag "no end of $name";
}

sub got
{
    my ($path) = @_;

    return grep { $_->{path} eq $path } @{$hook->requests};
}

sub authorization { return map { $_->{headers}{authorization} } got(@_); }

sub why
{
    my ($name) = @_;

    my @why = $t->error_log =~
                  /\.$name \(t\.$name\) is dead after \d+ sends: ([^\n]*)/g;

    return $why[-1];
}


$t->post("/e/$_", '{}') for @all;

ok wait_for(sub { over() >= @all }, 20), 'all deliveries are over';
is metric('sends_released'), 0, 'nothing is taken for a fault of ours';

for my $name (@all) {
    my (undef, $header, $reason) = @{$case{$name}};
    my @got = authorization("/$name");

    if (!$reason) {
        is why($name), undef, "$name: delivered";
    } elsif ($header) {
        like why($name) // 'no line', qr/^$reason/, "$name: the log tells why";
    } elsif ($name eq 'hang') {

        # the send's own time ends with that of the fetch: either may be first

        like why($name) // 'no line',
             qr/^status\ 0,\ (?:no\ token\ from\ "127\.0\.0\.1:\d+":\ $reason
                |timed\ out\ after\ 300\ ms\ in\ total\ while\ waiting
                 \ for\ a\ token$)/x,
             "$name: the log tells why";
    } else {
        like why($name) // 'no line',
             qr/^status 0, no token from "127\.0\.0\.1:\d+": $reason/,
             "$name: the log tells why";
    }

    if (!$header) {
        is_deeply \@got, $reason ? [] : [undef], "$name: no Authorization";
    } elsif (ref $header) {
        is scalar(@got), 1, "$name: sent";
        like $got[0], $header, "$name: with its Authorization";
    } else {
        is_deeply \@got, [$header], "$name: sent with its Authorization";
    }
}

my ($basic) = authorization('/basic');

is decode_base64($basic =~ s/^Basic //r), 'shop:basic pässword',
   'user and password';

my ($request) = got('/token');

is $request->{body}, '{"id": 1}', 'the body is sent whole';
is scalar(grep { lc $_->[0] eq 'authorization' } @{$request->{raw_headers}}),
   1, 'one header';


# The request for a token.

my ($ask) = grep { $_->{uri} eq '/scoped?a=1' } @{$idp->requests};

is $ask->{method}, 'POST', 'a POST to the URL';
is $ask->{headers}{'content-type'}, 'application/x-www-form-urlencoded',
   'of a form';
is $ask->{body}, 'grant_type=client_credentials&scope=read%20write'
                 . '&audience=https%3A%2F%2Fapi.test%2F', 'with all there is';
is decode_base64($ask->{headers}{authorization} =~ s/^Basic //r),
   'nginx%3Aid:client%2Fs3cret%2B1', 'the client, by HTTP Basic';
is $ask->{headers}{host}, '127.0.0.1:' . $idp->port, 'Host';

is scalar(grep { $_->{to} eq '127.0.0.1:' . $idp->port } @{$proxy->asked}), 1,
   "the endpoint's proxy is asked for its authorization server too";


# One token does for all, and for long.

my $fetched = metric('tokens_fetched');

deliver('many', 20);

is scalar(got('/many')), 20, 'many sends';
is metric('tokens_fetched'), $fetched + 1, 'by one token';
is keys(%{{ map { ($_ => 1) } authorization('/many') }}), 1, 'the same';

deliver('many');

is metric('tokens_fetched'), $fetched + 1, 'and it is kept';

deliver('brief');
ok wait_for(sub {
    deliver('brief');
    return keys(%{{ map { ($_ => 1) } authorization('/brief') }}) > 1;
}, 10), 'until its time is over';


# An endpoint that does not take it any more.

deliver('stale');
$fetched = metric('tokens_fetched');
deliver('stale');

my @tokens = authorization('/stale');

is scalar(@tokens), 3, 'after a 401 it is sent once more';
is $tokens[0], $tokens[1], 'the first token was used again';
isnt $tokens[1], $tokens[2], 'and then a new one';
is metric('tokens_fetched'), $fetched + 1, 'that was asked for';
is join(' ', map { $_->{headers}{'webhook-attempt'} } got('/stale')), '1 1 1',
   'in one attempt';
is why('stale'), undef, 'it is delivered';

$fetched = metric('tokens_fetched');
deliver('never');

is scalar(got('/never')), 2, 'one that takes none gets two requests';
is metric('tokens_fetched'), $fetched + 2, 'with two tokens';
is why('never'), 'status 401', 'the second answer counts';

deliver('never', 3);

is scalar(got('/never')), 5, 'and then one for each delivery';
is metric('tokens_fetched'), $fetched + 2, 'with no token more';

deliver('again');

is join(' ', map { $_->{headers}{'webhook-attempt'} } got('/again')), '1 1 2',
   'the next attempt comes by the schedule';

deliver('late');

like why('late'),
     qr/^status 0, timed out after 500 ms in total while waiting for a token$/,
     'a new token has to come in what is left of the time';


# A server that gives none is not asked again at once, and each attempt counts.

my $failed = metric('tokens_failed');

deliver('failing');

like $t->error_log, qr/\.failing \(t\.failing\) is dead after 3 sends: /,
     'attempts without a token count';
ok metric('tokens_failed') - $failed < 3, 'but not each of them asks';
is scalar(got('/failing')), 0, 'nothing is sent';


# Nothing secret is told.

my ($status, $history) = $t->ctl('list', '--json');

for my $id ($t->error_log =~ /webhook delivery (\S+) \(t\./g) {
    my (undef, $out) = $t->ctl('show', $id, '--json');
    $history .= $out;
}

my $secrets = qr/tok-\w|s3cret|t0ken|p.ssword|Y2xpZW50|c2hvcD|bmdpbng/;

unlike $t->error_log, $secrets, 'the log has no secrets';
unlike $history, $secrets, 'nor has the history';


# Workers that go while a send waits for a token: it counts as no attempt.

my $pending = $idp->count;

$t->post('/e/pending', '{}');
$idp->wait_requests($pending + 1, 5);

is $idp->count, $pending + 1, 'a token is asked for';

ok $t->stop('QUIT'), 'worker_shutdown_timeout ends the wait';

my ($id) = map { $_->{id} } grep { $_->{endpoint} eq 'pending' }
           map { JSON::PP::decode_json($_) } grep { /\S/ }
           split /\n/, ($t->ctl('list', '--state=pending', '--json'))[1];

ok defined $id, 'the delivery is pending';

($status, my $shown) = $t->ctl('show', $id // '', '--json');

is_deeply JSON::PP::decode_json($shown)->{deliveries}[0]{attempts} // [], [],
          'without an attempt';

$t->start;
$idp->wait_requests($pending + 2, 10);

is $idp->count, $pending + 2, 'it is sent again';

ok $t->stop('TERM'), 'a worker that goes at once';
$t->ok_logs;


# What cannot work is an error of the configuration.

sub check
{
    my ($settings, $want, $warned) = @_;

    my $bad = Webhook::Test->new;

    $bad->file('a.secret', "some-secret-text\n");

    $bad->config(http => <<"CONF");
    webhook_store %%STORE%% size=16m;
    webhook_event_type t.a;

    webhook_endpoint erp {
        url    http://93.184.215.14/;
        events t.a;
        $settings
    }
CONF

    $bad->allow(qr/\[emerg\]/);

    my ($status, $out) = $bad->test;

    if ($warned) {
        is $status, 0, "$settings: accepted";
    } else {
        isnt $status, 0, "$settings: refused";
    }

    like $out, $want, "$settings: the message";
    unlike $out, qr/some-secret/, "$settings: without the secret";
}

my $client = 'client_id=a client_secret=file:%%PREFIX%%/a.secret';

check("address public; auth oauth2 token_url=http://127.0.0.1/ $client;",
      qr/address 127\.0\.0\.1 is not allowed: loopback in /);
check("auth oauth2 token_url=http://localhost/ $client;",
      qr/\[warn\] .*the client secret goes to "localhost" without TLS in /, 1);
check("auth oauth2 token_url=ftp://a.test/ $client;",
      qr/"token_url=" that does not begin with "https:\/\/"/);
check('auth oauth2 token_url=http://127.0.0.1/ client_id=a;',
      qr/needs "token_url=", "client_id=" and "client_secret="/);
check('auth bearer file:%%PREFIX%%/nothing;', qr/nothing/);
check('auth bearer file:%%PREFIX%%/a.secret; header Authorization x;',
      qr/"auth" and a "header Authorization"/);

done_testing;
