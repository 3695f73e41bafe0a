#!/usr/bin/perl

# webhookctl for trying out: send makes the calls that each preset's sender
# makes, which a receiver of nginx and listen verify; follow tells what happens.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET;
use JSON::PP ();
use Test::More;

use Webhook::Sandbox qw(write_file spawn reap kill_now free_port);
use Webhook::Test qw(wait_for slurp temp_dir asan);


my $program = Webhook::Nginx::build_dir() . (asan() ? '/asan' : '')
              . '/webhookctl';
my $dir = temp_dir('try');

# --- the presets, with the key of each

my %key = map { $_ => "a-key-of-$_-that-is-long-enough" }
          qw(github stripe shopify slack square twilio zoom linear gitlab
             bearer hmac other);

$key{standard} = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
$key{basic} = 'shop:pass:word';

my %words = (
    hmac => 'hmac header=X-Sig',
    other => 'hmac header=X-Sig encoding=base64 prefix=v1= algorithm=sha512 '
             . 'template={id}.{timestamp}.{body} timestamp=X-Time id=X-Id',
);

my @presets = sort keys %key;
my %token = map { $_ => "token-of-$_-0123456789" } @presets;
my $receivers = '';

for my $preset (@presets) {
    my $words = $words{$preset} // $preset;
    my ($name, $rest) = split / /, $words, 2;
    my $url = $preset =~ /square|twilio/
              ? ' url=http://127.0.0.1:%%PORT%%/web/hook/' : '';

    $rest = join ' ', map { qq("$_") } split / /, $rest // '';
    write_file("$dir/$preset.key", "$key{$preset}\n");
    chmod 0600, "$dir/$preset.key";

    $receivers .= <<"CONF";
    webhook_receiver $preset {
        secret $token{$preset};
        verify $name file:$dir/$preset.key $rest$url;
        action POST /pos/x '{}';
        log_calls on;
    }
CONF
}

my $t = Webhook::Test->new(workers => 1);

my $sink = $t->endpoint(name => 'hook', answers => { '*' => [200] });

$t->endpoint(name => 'api', answers => {
    '/api/orders' => [{ status => 201, body => '{"id": 1}',
                        headers => ['Content-Type' => 'application/json'] }],
});

my $port = free_port();

$t->config(
    http => <<"CONF",
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_hook%%/erp;
        events order.*;
    }
    webhook_endpoint try {
        url    http://127.0.0.1:$port/try;
        events order.*;
        secret file:$dir/standard.key;
    }
$receivers
CONF
    server => <<'CONF',
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
    location ^~ /web/hook/ { webhook_receive; }
    location /pos/ { internal; return 200 '{}'; }
CONF
);

$t->start;

my $base = 'http://127.0.0.1:' . $t->nginx->port . '/web/hook';

# A program in the background, with its output in a file; waits until it says
# that it is ready.

sub background
{
    my ($name, $ready, @args) = @_;

    my $pid = spawn(sub {
        open STDOUT, '>', "$dir/$name.out" or die $!;
        open STDERR, '>', "$dir/$name.err" or die $!;
        exec $program, @args or die "exec: $!";
    });

    ok wait_for(sub { -e "$dir/$name.err"
                      && slurp("$dir/$name.err") =~ $ready }, 20),
       "$name is ready" or diag slurp("$dir/$name.err");

    return $pid;
}

sub ended
{
    my ($pid, $name) = @_;
    my $status;

    ok wait_for(sub { $status = $?, 1 if waitpid($pid, 1) == $pid }, 20),
       "$name ends";

    return $status;
}

sub lines
{
    my ($name) = @_;

    return map { JSON::PP::decode_json($_) }
           grep { /\}$/ } split /\n/, slurp("$dir/$name.out");
}


# --- a receiver takes what send signs, by each preset

for my $preset (@presets) {
    my @verify = ("--verify=" . ($words{$preset} // $preset),
                  "--key=file:$dir/$preset.key");

    my ($status, $out, $err) = $t->run($program, 'send',
        "$base/$token{$preset}", @verify, '--json');

    is $status, 0, "$preset: taken" or diag $err, $out;
    is JSON::PP::decode_json($out)->{status}, 200, "$preset: 200";
    unlike $out, qr/\Q$key{$preset}\E/, "$preset: the key is not shown";

    # with another key it is not

    my $wrong = $preset eq 'basic' ? 'shop:wrong-word-and-long'
                                   : 'another-key-that-is-long-enough';

    ($status, $out, $err) = $t->run($program, 'send',
        "$base/$token{$preset}", $verify[0], "--key=text:$wrong");

    is $status, 1, "$preset: not with another key";
    like $out, qr/^status 401 in /m, "$preset: 401";
}

my ($status, $out, $err) = $t->run($program, 'send',
                                   "$base/$token{github}");

is $status, 1, 'unsigned';
like $out, qr/^status 401/m, 'is refused';


# --- listen verifies what send signs

for my $preset (@presets) {
    my @verify = ("--verify=" . ($words{$preset} // $preset),
                  "--key=file:$dir/$preset.key");

    push @verify, '--url=https://shop.example.com/hook'
        if $preset =~ /square|twilio/;

    my $pid = background("listen-$preset", qr/^listening on http/, 'listen',
                         '--address=0', '--limit=2', '--json', @verify);

    my ($at) = slurp("$dir/listen-$preset.err") =~ m{(http://\S+)/};

    like $at, qr/^http:\/\/127\.0\.0\.1:\d+$/, "$preset: on the loopback";

    $t->run($program, 'send', "$at/hook", @verify, '-H', 'X-More: yes');
    $t->run($program, 'send', "$at/hook", @verify[0, 2 .. $#verify],
            '--key=' . ($preset eq 'basic' ? 'a:b' : 'no') . 'x' x 30);

    is ended($pid, "listen of $preset"), 0, "$preset: after two calls";

    my ($good, $bad) = lines("listen-$preset");

    is $good->{verified}, 'ok', "$preset: verified";
    is $good->{status}, 200, "$preset: and taken";
    is_deeply [map { $_->{value} } grep { $_->{name} eq 'X-More' }
               @{ $good->{headers} }], ['yes'], "$preset: a header of one's own";
    like $good->{body}, qr/"test": ?true/, "$preset: the body";
    isnt $bad->{verified}, 'ok', "$preset: another key is not";
    is $bad->{status}, 401, "$preset: and refused";
}


# --- what listen shows and records, and what it bounds

{
    my $pid = background('plain', qr/^listening on/, 'listen', '--address=0',
                         "--record=$dir/record", '--answer=503');
    my ($at) = slurp("$dir/plain.err") =~ m{:(\d+)/};

    my $call = sub {
        my ($bytes, $part) = @_;

        my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$at")
            or die "connect: $!";

        print $socket $bytes;
        shutdown $socket, 1;

        return join '', <$socket>;
    };

    like $call->("POST /a?b=1 HTTP/1.1\r\nHost: x\r\nX-Evil: \e[31mred\r\n"
                 . "Content-Length: 9\r\n\r\n\e[2Jforged"),
         qr/^HTTP\/1\.1 503 /, '--answer';
    like $call->("POST /chunks HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                 . "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"),
         qr/^HTTP\/1\.1 503 /, 'chunks';

    for my $case (
        ["garbage\r\n\r\n", 400, 'no request'],
        ["POST / HTTP/1.1\r\nno header\r\n\r\n", 400, 'no header'],
        ["POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400, 'no length'],
        ["POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413,
         'too long a body'],
        ["POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc", 400, 'cut short'],
        ["POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
         400, 'two lengths'],
        ["POST / HTTP/1.1\r\nContent-Length: 1\r\n"
         . "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, 'both'],
        ["POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400,
         'no chunk'],
        ["POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
         . "fffffff\r\nx", 413, 'too long a chunk'],
        ["POST / HTTP/1.1\r\nX: " . 'x' x 40000, 431, 'too long a head'],
        ["POST / HTTP/1.1\r\n" . "X: 1\r\n" x 200 . "\r\n", 400,
         'too many headers'],
    ) {
        my ($bytes, $want, $name) = @$case;

        like $call->($bytes), qr/^HTTP\/1\.1 $want /, $name;
    }

    kill TERM => $pid;

    is ended($pid, 'listen'), 0, 'TERM ends it well';

    my $shown = slurp("$dir/plain.out");

    unlike $shown, qr/[^\x20-\x7e\n\x80-\xff]/, 'no control byte is shown';
    like $shown, qr/^\S+ 127\.0\.0\.1 POST \/a\?b=1, 9 bytes, answered 503$/m,
         'a line for a call';
    like $shown, qr/^  X-Evil: \\x1b\[31mred$/m, 'its headers';
    like $shown, qr/^    \\x1b\[2Jforge/m, 'and its body';

    my @record = map { JSON::PP::decode_json($_) }
                 split /\n/, slurp("$dir/record");

    is $record[0]{uri}, '/a?b=1', 'recorded';
    is $record[0]{verified}, undef, 'nothing was to be verified';
    is $record[1]{body}, 'abc0123456789', 'chunks, put together';
    is +(stat "$dir/record")[2] & 07777, 0600, 'mode 0600';
}

for my $case (
    [['listen', '--address=host.example:1'], qr/--address is/],
    [['listen', '--address=x'], qr/--address is/],
    [['listen', '--address=65536'], qr/--address is/],
    [['listen', '--address=99999'], qr/--address is/],
    [['listen', '--address=127.0.0.1:'], qr/--address is/],
    [['listen', '--address='], qr/--address is/],
    [['listen', '--address=' . 'x' x 300 . ':0'], qr/--address is/],
    [['listen', '--url=http://x/'], qr/--url needs --verify/],
    [['send', 'http://127.0.0.1:1/', '--url=http://x/'],
     qr/--url needs --verify/],
    [['send', 'http://127.0.0.1:1/', '--ca=/etc/none'], qr/--ca is only for https/],
    [['send', 'http://127.0.0.1:65536/'], qr/is not the URL/],
    [['listen', '--answer=99'], qr/--answer is/],
    [['listen', '--verify=nobody', '--key=x'], qr/unknown preset "nobody"/],
    [['listen', '--verify=github'], qr/needs a key/],
    [['listen', '--key=x'], qr/--key needs --verify/],
    [['listen', '--verify=square', '--key=x'], qr/add --url/],
    [['listen', '--verify=hmac', '--key=x'], qr/where the signature is/],
    [['listen', '--verify=hmac header=x no=1', '--key=x'],
     qr/unknown parameter "no=1"/],
    [['listen', '--verify=github', '--key=env:NO_SUCH_NAME'],
     qr/no "NO_SUCH_NAME" in the environment/],
    [['listen', '--verify=github', "--key=file:$dir/none"], qr/cannot read/],
    [['listen', '--verify=basic', '--key=nocolon'], qr/no colon/],
    [['send', 'ftp://x/'], qr/is not the URL/],
    [['send', 'http://u@x/'], qr/is not the URL/],
    [['send', 'http://x:y/'], qr/is not the URL/],
    [['send', "http://127.0.0.1:1/", '-H', "Host: y"], qr/--header is/],
    [['send', "http://127.0.0.1:1/", '-H', "X: y\nZ: 1"], qr/--header is/],
) {
    my ($args, $like) = @$case;

    ($status, $out, $err) = $t->run($program, @$args);

    is $status, 2, "@$args: refused";
    like $err, qr/^webhookctl $args->[0]: .*$like/, "@$args: told";
}

($status, $out, $err) = $t->run($program, 'send', 'http://127.0.0.1:1/');

is $status, 1, 'nobody listens';
like $err, qr/cannot connect to 127\.0\.0\.1 port 1: /, 'and that is told';

write_file("$dir/body", '{"from": "file"}');


# --- events of nginx at listen, and follow

{
    my $listen = background('try', qr/^listening on/, 'listen',
        "--address=$port", '--json', '--verify=standard',
        "--key=file:$dir/standard.key");
    my $follow = background('follow', qr/^following/, '-s', $t->store,
                            'follow');
    my $json = background('json', qr/^/, '-s', $t->store, 'follow', '--json',
                          '--since=1d');

    is $t->post('/api/orders', '{}')->{status}, 201, 'an order';

    ok wait_for(sub { lines('try') }, 30), 'it comes';

    is +(lines('try'))[0]{verified}, 'ok', 'signed by nginx';

    ok wait_for(sub {
        2 == grep { $_->{delivery} && $_->{delivery}{state} eq 'delivered' }
             lines('json');
    }, 30), 'follow tells of both deliveries';

    ok wait_for(sub { 2 == (() = slurp("$dir/follow.out")
                                 =~ /^delivered .* order\.add /mg) }, 30),
       'to people too';

    is system($program, 'send', "$base/$token{bearer}", "$dir/body",
              '--verify=bearer', "--key=file:$dir/bearer.key", '--json') >> 8,
       0, 'a call';

    ok wait_for(sub {
        grep { $_->{call} && $_->{call}{body} eq '{"from": "file"}' }
             lines('json');
    }, 30), 'follow tells of calls';
    ok wait_for(sub { slurp("$dir/follow.out") =~ /in: \{"from": "file"\}/ },
                30), 'to people';

    unlike slurp("$dir/follow.out"), qr/token-of-github/,
           'what was before is not told';
    cmp_ok scalar(grep { $_->{call} } lines('json')), '>',
           scalar @presets, '--since tells of it';

    kill INT => $_ for $follow, $json, $listen;

    is ended($_, 'follow or listen'), 0, 'INT ends it well'
        for $follow, $json, $listen;

    ($status, $out, $err) = $t->ctl('follow', '--receiver=x', '--state=dead');

    is $status, 2, 'two kinds of filters';
    like $err, qr/use one or the other/, 'are told';
}

$t->ok_logs;

done_testing;
