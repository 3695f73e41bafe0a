# webhook_commit before_response: the client has the end of a response only
# when its events are on disk.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(sha256_hex);
use IO::Select;
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(sleep time);
use Webhook::Test qw(slurp wait_for deadline);

my $json = 'application/json';
my $text = '"' . ('x' x 100_000) . '"';

my $t = Webhook::Test->new(http2 => 1);

my $api = $t->endpoint(name => 'api', answers => {
    '*'      => [{ body => '{"n": 1}', headers => ['Content-Type' => $json] }],
    '/none'  => [204],
    '/large' => [{ body => $text, headers => ['Content-Type' => $json] }],
    '/chunked' => [{ body => '{"n": 2}', chunked => ['{"n"', ': 2}'],
                     headers => ['Content-Type' => $json] }],
});
my $hook = $t->endpoint(name => 'erp');

$t->file('html/file.json', $text);

my $big = join(' ', map { "header-line-$_" } 1 .. 200);

$t->config(http => <<'CONF', server => <<"CONF");
    log_format hook '$request $status [$webhook_event] [$webhook_id] $webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";
    webhook_event_type a.two "";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hooks;
        events *;
    }
CONF
    root html;
    sendfile on;

    location /api/ {
        webhook_event a.one * ^/;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location /off/ {
        webhook_event a.one * ^/;
        proxy_buffering off;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location /two/ {
        webhook_event a.one * ^/;
        webhook_event a.two * ^/ 'body={}';
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location /tail/ {
        webhook_event a.one * ^/ 'body={}';
        webhook_payload_max 1k;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location /after/ {
        webhook_commit after_response;
        webhook_event a.one * ^/;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location = /return {
        webhook_event a.one * ^/;
        return 200 "a line";
    }

    location = /empty {
        webhook_event a.one * ^/;
        add_header X-Big "$big";
        postpone_output 0;
        return 200;
    }

    location = /file.json {
        webhook_event a.one * ^/;
        default_type $json;
    }

    location = /gzip/file.json {
        webhook_event a.one * ^/;
        default_type $json;
        alias html/file.json;
        gzip on;
        gzip_types *;
    }

    location = /slow/file.json {
        webhook_event a.one * ^/;
        default_type $json;
        alias html/file.json;
        limit_rate 300k;
    }

    location = /posted {
        webhook_event a.one * ^/;
        post_action \@action;
        return 200 "posted";
    }

    location \@action {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location = /free {
        return 200 "free";
    }
CONF

$t->start;

sub open_client
{
    my ($bytes, $port) = @_;

    my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                  PeerPort => $port // $t->port)
        or die "cannot connect: $!";

    print $s $bytes if defined $bytes;

    return $s;
}


# What comes within so many seconds, or until the end.

sub comes
{
    my ($s, $seconds, $enough) = @_;

    my $end = time + deadline($seconds);
    my $got = '';
    my $select = IO::Select->new($s);

    while ((my $left = $end - time) > 0) {
        last if $enough && $enough->($got);
        next unless $select->can_read($left);
        sysread($s, $got, 65536, length $got) or last;
    }

    return $got;
}


sub get
{
    my ($uri, %with) = @_;

    my $method = $with{method} // 'GET';
    my $version = $with{version} // '1.1';
    my $more = $with{headers} // '';
    my $close = $with{keep} ? '' : "Connection: close\r\n";

    return "$method $uri HTTP/$version\r\nHost: x\r\n$close$more\r\n";
}


# The commits are held, so no response may end; another location answers.

my %forms = (
    'proxied'        => get('/api/x'),
    'proxied HEAD'   => get('/api/x', method => 'HEAD'),
    'proxied 204'    => get('/api/none', method => 'DELETE'),
    'unbuffered'     => get('/off/x'),
    'chunked'        => get('/api/chunked'),
    'chunked, 1.0'   => get('/off/chunked', version => '1.0'),
    'large'          => get('/api/large'),
    'two events'     => get('/two/x'),
    'all but a byte' => get('/tail/large'),
    'return'         => get('/return'),
    'return HEAD'    => get('/return', method => 'HEAD'),
    'an empty one'   => get('/empty'),
    'a file'         => get('/file.json'),
    'a file HEAD'    => get('/file.json', method => 'HEAD'),
    'to gzip'        => get('/gzip/file.json',
                            headers => "Accept-Encoding: gzip\r\n"),
    'rate'           => get('/slow/file.json'),
    'post_action'    => get('/posted'),
);

my (%sockets, %early);
my $events = 0;

$t->hold_store(sub {
    for my $name (sort keys %forms) {
        $sockets{$name} = open_client($forms{$name});
    }

    my $free = $t->get('/free');
    is $free->{body}, 'free', 'others are answered meanwhile';

    my $after = $t->get('/after/x');
    is $after->{body}, '{"n": 1}', 'so are those that commit after it';

    # all but the one after it, which has ended, have come to the API

    wait_for(sub { $api->count >= 10 });
    sleep deadline(0.5);

    is $hook->count, 0, 'nothing is sent';

    for my $name (sort keys %forms) {
        my $all = $name =~ /byte/ ? length($text) - 1
                  : $name eq 'unbuffered' ? length('{"n": 1}') - 1
                  : $name eq 'chunked, 1.0' ? length '{"n": 2}' : 0;

        $early{$name} = !$all ? comes($sockets{$name}, 0.02)
                        : comes($sockets{$name}, 5, sub {
                            $_[0] =~ /\r\n\r\n(.*)/s && length($1) >= $all;
                        });

        if ($name =~ /HEAD|204|empty/) {
            is length $early{$name}, 0, "$name: held";

        } elsif ($all) {
            my ($body) = $early{$name} =~ /\r\n\r\n(.*)/s;
            is length($body // ''), $all, "$name: its end is held";

        } else {
            my ($body) = $early{$name} =~ /\r\n\r\n(.*)/s;
            is length($body // ''), 0, "$name: held";
        }
    }
});

for my $name (sort keys %forms) {
    my $got = $early{$name} . comes($sockets{$name}, 10);
    my ($head, $body) = $got =~ /^(.*?)\r\n\r\n(.*)$/s;

    like $head, qr{^HTTP/1\.1 20[04] }, "$name: answered";

    my $want = $name =~ /HEAD|204|empty/ ? '' : $name =~ /return/ ? 'a line'
               : $name =~ /post/ ? 'posted'
               : $name =~ /chunked/ ? '{"n": 2}'
               : $name =~ /large|byte|file|rate/ ? $text : '{"n": 1}';

    if ($name eq 'chunked') {
        $body =~ s/[0-9a-f]+\r\n(.*?)\r\n/$1/sg;
    }

    if ($name eq 'to gzip') {
        like $head, qr/Content-Encoding: gzip/, "$name: packed behind us";
        next;
    }

    is sha256_hex($body), sha256_hex($want), "$name: whole";
}

$events = keys(%forms) + 2;

is scalar @{$hook->wait_requests($events)}, $events, 'and now all are sent';


# The same over HTTP/2: streams of one connection.

sub curl_h2
{
    my (@paths) = @_;

    my $port = $t->port('h2');

    my $pid = open my $out, '-|', 'curl', '-sS', '--max-time', deadline(20),
        '--stderr', '/dev/null', '--http2-prior-knowledge', '-Z',
        '--parallel-immediate', map { "http://127.0.0.1:$port$_" } @paths;

    return ($pid, $out);
}

my @h2 = qw(/api/x /api/none /off/x /api/chunked /api/large /two/x /tail/large
            /return /empty /file.json);
my ($pid, $out);

$t->hold_store(sub {
    my $before = $api->count;

    ($pid, $out) = curl_h2(@h2);

    wait_for(sub { $api->count == $before + 7 });
    sleep deadline(0.5);

    is $hook->count, $events, 'h2: nothing is sent';

    my @done = grep { m{ HTTP/2\.0 } } split /\n/,
                    slurp($t->prefix . '/logs/hook.log');
    is scalar @done, 0, 'h2: no stream is done';
});

my $got = do { local $/; <$out> };
close $out;

is $? >> 8, 0, 'h2: all streams end well';
is length $got, 3 * length($text) + 6 + 4 * 8, 'h2: with all their bytes';

$events += @h2 + 1;
is scalar @{$hook->wait_requests($events)}, $events, 'h2: all are sent';


# Pipelined requests on a kept connection are answered in order.

my $s = open_client(get('/api/x', keep => 1) . get('/return', keep => 1)
                    . get('/api/none', keep => 1)
                    . get('/return', keep => 1, method => 'HEAD')
                    . get('/file.json', keep => 1) . get('/free'));

$got = comes($s, 10);

is_deeply [$got =~ m{HTTP/1\.1 (\d+)}g], [200, 200, 204, 200, 200, 200],
          'pipelined';
is index($got, $text) > 0, 1, 'with their bodies';
like $got, qr/\r\n\r\nfree$/, 'to the end';

$events += 5;
is scalar @{$hook->wait_requests($events)}, $events, 'pipelined: sent';


# Clients that leave while the store works: the event is kept all the same.

sub left
{
    return scalar grep { / pending$/ && !m{/after/} }
                       split /\n/, slurp($t->prefix . '/logs/hook.log');
}

$t->hold_store(sub {
    my $before = $api->count;

    my @s = map { open_client(get($_)) } '/api/x', '/return', '/posted',
                '/file.json', '/tail/large';
    push @s, open_client(get('/api/none', method => 'DELETE'));

    ($pid, $out) = curl_h2('/api/x', '/api/none');

    wait_for(sub { $api->count == $before + 5 });
    sleep deadline(0.5);

    is left(), 0, 'they wait';

    close $_ for @s;
    kill 'KILL', $pid;
    close $out;

    wait_for(sub { left() == 8 });
    is left(), 8, 'they left, and were pending';
});

$events += 8;
is scalar @{$hook->wait_requests($events)}, $events, 'their events are sent';

is $t->get('/api/x')->{status}, 200, 'it goes on';
$events++;


# A reload while responses are held.

my @s;

$t->hold_store(sub {
    @s = map { open_client(get($_)) } '/api/x', '/return', '/file.json';
    sleep deadline(0.5);
    $t->signal('HUP');
    sleep deadline(0.5);
});

for my $s (@s) {
    like comes($s, 10), qr{^HTTP/1\.1 200 .*(?:\}|line|")$}s,
         'answered by the old worker';
}

$events += 3;
is scalar @{$hook->wait_requests($events)}, $events, 'and sent';

ok wait_for(sub { $t->get('/api/x')->{status} == 200 }), 'the new one works';

$t->stop;
$t->ok_logs;

done_testing;

