# Signed calls, end to end: those that are right are done, those with one bit
# changed anywhere are refused with 401 and nothing is called.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha1_base64 hmac_sha256 hmac_sha256_base64
                   hmac_sha256_hex hmac_sha512_hex);
use File::Copy qw(copy);
use JSON::PP ();
use MIME::Base64 qw(decode_base64 encode_base64);
use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp wait_for);

my $token = 'verify-0123456789-abcdefgh';
my $random = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
my $new = 'bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleQ==';
my $text = 'a-key-of-enough-bytes-for-everybody';

my $t = Webhook::Test->new(http2 => 1);
my $api = $t->api;

$api->answer('*', 200);

$t->file('standard.key', "whsec_$random\n");
$t->file('text.key', "$text\n");
$t->file('basic.key', "shop:$text:with:colons\n");
chmod 0600, map { $t->prefix . "/$_.key" } qw(standard text basic);
$ENV{WEBHOOK_TEST_KEY} = $text;

my %verify = (
    standard => 'standard file:../standard.key',
    rotated  => "standard file:../standard.key expires=2001-01-01 whsec_$new",
    both     => "standard file:../standard.key expires=2286-11-20T17:46:40Z"
                . " whsec_$new",
    ended    => "standard file:../standard.key expires=2001-01-01",
    narrow   => 'standard file:../standard.key tolerance=5s',
    public   => 'standard whpk_1SiAwo9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOirw=',
    github   => 'github file:../text.key',
    stripe   => 'stripe file:../text.key',
    shopify  => 'shopify file:../text.key',
    slack    => 'slack file:../text.key',
    square   => 'square file:../text.key url=https://hooks.example.com/in/',
    fixed    => 'square signature-key url=https://webhook.site/webhooks',
    sms      => 'twilio 12345 url=https://mycompany.com/myapp.php',
    twilio   => 'twilio file:../text.key url=https://hooks.example.com/in/',
    zoom     => 'zoom file:../text.key',
    linear   => 'linear file:../text.key',
    gitlab   => 'gitlab env:WEBHOOK_TEST_KEY',
    basic    => 'basic file:../basic.key',
    bearer   => 'bearer file:../text.key',
    hmac     => 'hmac file:../text.key header=X-Sig',
    hmac512  => 'hmac file:../text.key header=X-Sig algorithm=sha512'
                . ' encoding=hex prefix=v1= timestamp=X-Time id=X-Id'
                . ' "template={id}|{timestamp}|{body}" tolerance=1m',
    hmacurl  => 'hmac file:../text.key header=X-Sig encoding=base64'
                . ' "template={url}{body}" url=https://hooks.example.com/in/',
);

$t->config(
    main => 'env WEBHOOK_TEST_KEY;',
    http => 'webhook_store %%STORE%% size=64m;'
            . join('', map { <<"CONF" } sort keys %verify) . <<"MORE",
        webhook_receiver $_ {
            secret $_-$token;
            verify $verify{$_};
            accept json form;
            action POST /pos/$_ '{"n": "\${n}"}';
            log_calls on;
        }
CONF
        webhook_receiver unsigned {
            secret unsigned-$token;
            action POST /pos/unsigned '{}';
            log_calls on;
        }
MORE
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location ^~ /mirrored/ {
            webhook_receive; mirror /mirror;
            client_body_buffer_size 1k;
        }
        location = /mirror { internal; return 204; }
        location /pos/ {
            internal; proxy_pass http://127.0.0.1:%%PORT_api%%;
            proxy_http_version 1.1; proxy_set_header Connection "";
        }
CONF
);

$t->start;

my $client = $t->client;
my $json = '{"n": 7}';


sub called { return scalar grep { $_->{uri} =~ m{^/pos/} } @{$api->requests}; }

sub call
{
    my ($name, $body, $headers, %options) = @_;

    my $r = $client->request('POST',
        ($options{prefix} // '/web/hook') . "/$name-$token"
        . ($options{query} // ''), $body,
        headers => ['Content-Type' => $options{type} // 'application/json',
                    @$headers],
        $options{chunked} ? (chunked => $options{chunked}) : ());

    return wantarray ? ($r->{status}, $r) : $r->{status};
}

sub standard
{
    my ($body, %o) = @_;

    my $id = $o{id} // 'msg_p5jXN8AQM9LWM0D4loKWxJek';
    my $now = $o{now} // time;
    my $sig = encode_base64(hmac_sha256("$id.$now.$body",
                            decode_base64($o{key} // $random)), '');

    return ["webhook-id" => $id, 'webhook-timestamp' => $now,
            'webhook-signature' => "v1,$sig"];
}

sub padded { my ($b64) = @_; return $b64 . '=' x (-length($b64) % 4); }

my $url = 'https://hooks.example.com/in/';

my %sign = (
    standard => sub { standard($_[0]) },
    both     => sub { standard($_[0]) },
    github   => sub { ['X-Hub-Signature-256' =>
                       'sha256=' . hmac_sha256_hex($_[0], $text)] },
    stripe   => sub { my $now = time;
                      ['Stripe-Signature' => "t=$now,v1="
                       . hmac_sha256_hex("$now.$_[0]", $text)] },
    shopify  => sub { ['X-Shopify-Hmac-Sha256' =>
                       padded(hmac_sha256_base64($_[0], $text))] },
    slack    => sub { my $now = time;
                      ['X-Slack-Request-Timestamp' => $now,
                       'X-Slack-Signature' => 'v0='
                       . hmac_sha256_hex("v0:$now:$_[0]", $text)] },
    square   => sub { ['x-square-hmacsha256-signature' =>
                       padded(hmac_sha256_base64("${url}square-$token$_[0]",
                                                 $text))] },
    twilio   => sub { my $sha = Digest::SHA::sha256_hex($_[0]);
                      ['X-Twilio-Signature' =>
                       padded(hmac_sha1_base64("${url}twilio-$token?bodySHA256"
                                               . "=$sha", $text))] },
    zoom     => sub { my $now = time;
                      ['x-zm-request-timestamp' => $now,
                       'x-zm-signature' => 'v0='
                       . hmac_sha256_hex("v0:$now:$_[0]", $text)] },
    linear   => sub { ['Linear-Signature' => hmac_sha256_hex($_[0], $text)] },
    gitlab   => sub { ['X-Gitlab-Token' => $text] },
    basic    => sub { ['Authorization' => 'Basic '
                       . encode_base64("shop:$text:with:colons", '')] },
    bearer   => sub { ['Authorization' => "Bearer $text"] },
    hmac     => sub { ['X-Sig' => hmac_sha256_hex($_[0], $text)] },
    hmac512  => sub { my $now = time;
                      ['X-Id' => 'id-1', 'X-Time' => $now, 'X-Sig' => 'v1='
                       . hmac_sha512_hex("id-1|$now|$_[0]", $text)] },
    hmacurl  => sub { ['X-Sig' => padded(hmac_sha256_base64(
                       "${url}hmacurl-$token?a=1&b=%20$_[0]", $text))] },
);

my %query = (
    twilio => sub { '?bodySHA256=' . Digest::SHA::sha256_hex($_[0]) },
    hmacurl => sub { '?a=1&b=%20' },
);

sub body { return $_[0] eq 'linear'
           ? '{"n":7,"webhookTimestamp":' . time . '000}' : $json; }

sub query { my ($name, $body) = @_;
            return $query{$name} ? $query{$name}->($body) : ''; }


# --- as they should be

my $done = 0;

for my $name (sort keys %sign) {
    my $body = body($name);
    my $headers = $sign{$name}->($body);
    my @how = (query => query($name, $body));

    is call($name, $body, $headers, @how), 200, "$name: accepted";
    is call($name, $body, $headers, @how, chunked => [split //, $body]), 200,
        "$name: in pieces";
    $done += 2;

    # without its signature, and with a header twice

    for my $i (map { 2 * $_ } 0 .. @$headers / 2 - 1) {
        my @without = @$headers;
        my @twice = @$headers;
        splice @without, $i, 2;
        push @twice, @$headers[$i, $i + 1];

        my ($status, $r) = call($name, $body, \@without, @how);
        is $status, 401, "$name: without $headers->[$i]";
        like $r->{body}, qr/^\{"status": "error", "error": "The call is not accepted: [^"]+; nothing was done", "request_id": "[0-9a-f]{32}"\}$/,
            'the answer';
        # two lines of Authorization are refused, and logged, by nginx itself
        is call($name, $body, \@twice, @how), 401,
            "$name: $headers->[$i] twice" if $name !~ /^b.*r|^basic/;
    }
}

is called(), $done, 'these alone were called';


# --- the published vectors whose time does not matter

my $vectors = JSON::PP->new->decode(slurp('t/data/signature-vectors.json'));

{
    my ($square) = grep { $_->{preset} eq 'square' } @$vectors;
    is call('fixed', $square->{body}, [%{$square->{headers}}]), 200,
        'the vector of square';
    is call('fixed', $square->{body}, [%{$square->{headers}}],
            query => '?a=1'), 401, 'with a query that it does not know';

    my ($twilio) = grep { $_->{preset} eq 'twilio' } @$vectors;
    my $form = join '&', map { my $v = $twilio->{form}{$_};
                               $v =~ s/(\W)/sprintf '%%%02X', ord $1/ge;
                               "$_=$v" } sort keys %{$twilio->{form}};
    my @how = (type => 'application/x-www-form-urlencoded',
               query => '?foo=1&bar=2');

    is call('sms', $form, [%{$twilio->{headers}}], @how), 200,
        'the vector of twilio, a form';
    is call('sms', "$form&More=1", [%{$twilio->{headers}}], @how), 401,
        'with one more field';
    is call('sms', $form, [%{$twilio->{headers}}], @how[0, 1],
            query => '?foo=1'), 401, 'with another query';
    $done += 2;
}


# --- over HTTP/2

{
    my @good = (http2 => 1, headers => ['Content-Type' => 'application/json',
                                        @{$sign{github}->($json)}]);

    is $t->curl('POST', "/web/hook/github-$token", $json, @good)->{status},
        200, 'HTTP/2';
    is $t->curl('POST', "/web/hook/github-$token", "$json ", @good)->{status},
        401, 'HTTP/2, another body';
    $done++;
}


# --- keys

my $old = standard($json);
my $young = standard($json, key => $new);

is call('rotated', $json, $young), 200, 'a key beside one that ended';
is call('rotated', $json, $old), 401, 'the one that ended';
is call('both', $json, $young), 200, 'two keys: the new one';
is call('both', $json, $old), 200, 'and the old one';
is call('both', $json, [@$old[0 .. 4], "$young->[5] $old->[5]"]), 200,
    'a list of signatures';
is call('ended', $json, $old), 401, 'no key is left';
like +(call('ended', $json, $old))[1]{body}, qr/key/, 'and says so';
$done += 4;

is call('public', '{"test": 2432232314}', [
    'webhook-id' => 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp' => 1614265330,
    'webhook-signature' => 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5Bd'
                           . 'qzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==']),
    401, 'ed25519: an old one is refused for its time';


# --- replay windows

for my $case ([-290, 200], [-320, 401], [290, 200], [320, 401]) {
    my ($offset, $status) = @$case;
    is call('standard', $json, standard($json, now => time + $offset)),
        $status, "$offset s from now";
    $done++ if $status == 200;
}

is call('narrow', $json, standard($json, now => time - 60)), 401, 'a tolerance';
is call('narrow', $json, standard($json)), 200, 'within it';
$done++;

{
    my $now = time - 120;
    is call('hmac512', $json, ['X-Id' => 'id-1', 'X-Time' => $now,
        'X-Sig' => 'v1=' . hmac_sha512_hex("id-1|$now|$json", $text)]), 401,
        'hmac: outside of its window';
}


# --- nothing is done before: a call that is wrong in every way

{
    my ($status, $r) = call('github', '[', [], type => 'text/plain');
    is $status, 401, 'neither signed nor JSON';
    unlike $r->{body}, qr/JSON|Content-Type/, 'nothing is told of the rest';

    is call('github', '[', $sign{github}->('['), type => 'text/plain'), 415,
        'signed, but of no known type';
    is call('github', '[', $sign{github}->('[')), 400, 'signed, not JSON';
    is call('github', '', $sign{github}->('')), 400, 'signed, empty';
    is call('github', '', []), 401, 'empty';
    is call('github', $json, [], query => '?dry_run=1'), 401,
        'a dry run has to be signed';
    is $t->request('GET', "/web/hook/github-$token")->{status}, 405, 'GET';

    my ($basic, $b) = call('basic', $json, []);
    is $b->{headers}{'www-authenticate'},
        'Basic realm="hook", charset="UTF-8"', 'basic: who it asks for';
    is $basic, 401;
}

is called(), $done, 'nothing else was called';

# a body that another module has put into a file

{
    my $large = '{"n": "' . 'x' x 100_000 . '"}';
    is call('github', $large, $sign{github}->($large), prefix => '/mirrored'),
        200, 'a body in a file';
    is call('github', $large . ' ', $sign{github}->($large),
            prefix => '/mirrored'), 401, 'a byte more';
    $done++;
}


# --- what npm's packages sign

my @foreign = foreign();

for my $f (@foreign) {
    my @headers = %{$f->{headers}};
    my $first = (sort keys %{$f->{headers}})[-1];

    my $body = $f->{body};
    utf8::encode($body);

    is call($f->{name}, $body, \@headers), 200, "$first by its package";
    $done++;
}

sub foreign
{
    my $dir = ($ENV{WEBHOOK_BUILD} || 'build') . '/interop';

    if (!-d "$dir/node_modules/\@octokit"
        || !grep { -x "$_/node" } split /:/, $ENV{PATH})
    {
        diag 'without node and its packages; t/interop/install installs them';
        return;
    }

    copy("t/interop/$_", "$dir/$_") or die "$dir/$_: $!\n"
        for qw(signed.mjs package.json);

    my ($rc, $out, $err) = $t->run('node', "$dir/signed.mjs",
                                   "whsec_$random", $text);
    is $rc, 0, 'the packages sign' or diag $err;

    return map { JSON::PP->new->utf8->decode($_) } split /\n/, $out;
}


# --- single bits

my %flip = map { $_ => 1 } qw(standard github stripe slack square);

my @flip = map { my $body = body($_); [$_, $body, $sign{$_}->($body)] }
           sort keys %flip;

for my $f (@foreign) {
    my $body = $f->{body};
    utf8::encode($body);
    push @flip, [$f->{name}, $body, [%{$f->{headers}}]];
}

for my $flip (@flip) {
    my ($name, $body, $headers) = @$flip;
    my ($refused, $wrong) = (0, 0);

    for my $i (0 .. 8 * length($body) - 1) {
        my $b = $body;
        vec($b, $i, 1) ^= 1;
        call($name, $b, $headers) == 401 ? $refused++ : $wrong++;
    }

    for my $h (map { 2 * $_ + 1 } 0 .. @$headers / 2 - 1) {
        for my $i (0 .. 8 * length($headers->[$h]) - 1) {
            my @h = @$headers;
            vec($h[$h], $i, 1) ^= 1;

            # these three end a header's line, and make no other value of it
            next if $h[$h] =~ /[\0\r\n]/;

            my $status = call($name, $body, \@h);
            if ($status == 401) { $refused++; next; }

            # hexadecimal digits have two cases
            if (lc $h[$h] eq lc $headers->[$h]) { $done++; next; }

            diag "$name: $h[$h - 1]: $h[$h]: $status";
            $wrong++;
        }
    }

    is $wrong, 0, "$name: $refused flipped bits were refused";
}

is called(), $done, 'and called nothing';


# --- no upstream sees a key or a signature

{
    my $seen = JSON::PP->new->allow_nonref->allow_blessed->encode(
        [map { [%{$_->{headers}}, $_->{uri}, $_->{body}] }
         @{$api->requests}]);

    ok $seen !~ /\Q$text\E|\Q$random\E|signature|authorization|x-gitlab/i,
        'nothing of it went to the API';
    ok $seen !~ /\Q$token\E/, 'nor a token';
}


# --- the history

$t->stop;

my ($rc, $out) = $t->ctl('calls', 'github', '--json', '--limit=1000');
is $rc, 0;
like $out, qr/"status": ?401/, 'refused calls are kept';
unlike $out, qr/\Q$text\E/, 'no key';

my $hex = hmac_sha256_hex('[', $text);
ok slurp($t->prefix . '/logs/error.log') !~ /\Q$text\E|\Q$random\E|\Q$hex\E/,
    'no key and no expected signature in the log';

$t->ok_logs;
done_testing;
