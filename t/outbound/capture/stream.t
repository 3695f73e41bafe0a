# Responses that stream pass as they come, whatever rule matches them; what an
# event waits for is their end alone.  The upstream is this process: it says no
# more before the client has what it said.

use strict;
use warnings;

use lib 't/lib';

use IO::Select;
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(time);
use Webhook::Test qw(slurp wait_for deadline);

my $t = Webhook::Test->new;
my $hook = $t->endpoint(name => 'erp');

my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 16)
    or die "cannot listen: $!";

my $up = '127.0.0.1:' . $listen->sockport;

# Rules, and whether they read the response.

my %rules = (
    none    => ['', 0],
    other   => ['webhook_event a.one PUT ^/;', 0],
    reads   => ['webhook_event a.one * ^/;', 1],
    alone   => [q(webhook_event a.one * ^/ 'body={"a": 1}';), 0],
    request => ['webhook_event a.one * ^/ payload=request;', 0],
    both    => ['webhook_event a.one * ^/; '
                . q(webhook_event a.two * ^/ 'body={"a": 1}';), 1],
);

my $locations = join '', map {
    my $name = $_;

    map {
        my ($commit, $more) = @$_;

        "    location /$name/$commit/ {\n"
        . "        $rules{$name}[0]\n"
        . "        webhook_commit ${commit}_response;\n"
        . "        proxy_pass http://$up;\n"
        . "        location /$name/$commit/off/ {\n"
        . "            proxy_pass http://$up;\n"
        . "            proxy_buffering off;\n"
        . "        }\n"
        . "    }\n";

    } ['before'], ['after']
} sort keys %rules;

$t->config(http => <<'CONF', server => <<"CONF");
    log_format hook '$request_uri $status [$webhook_event] $webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";
    webhook_event_type a.two "";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hooks;
        events *;
    }
CONF
    proxy_http_version 1.1;
    proxy_read_timeout 300s;
    send_timeout 300s;
$locations
    location = /metrics {
        access_log off;
        webhook_metrics;
    }
CONF

$t->start;


# A request, and the upstream's connection that it came to.

sub begin
{
    my ($path, $head, $version) = @_;

    my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $t->port)
        or die "cannot connect: $!";

    $version //= '1.1';
    print $client "GET $path HTTP/$version\r\nHost: x\r\n"
                  . "Connection: close\r\n\r\n";

    IO::Select->new($listen)->can_read(deadline(20)) or die 'nobody came';

    my $server = $listen->accept or die "cannot accept: $!";
    my $got = '';

    while ($got !~ /\r\n\r\n/) {
        sysread $server, $got, 4096, length $got or die 'no request';
    }

    print $server "HTTP/1.1 200 OK\r\nConnection: close\r\n$head\r\n";
    $server->flush;

    return { client => $client, server => $server, got => '' };
}


sub say
{
    my ($c, $bytes) = @_;

    $c->{server}->print($bytes);
    $c->{server}->flush;
}


# Waits until the client has something, or its connection ended.

sub has
{
    my ($c, $re, $seconds) = @_;

    my $end = time + deadline($seconds // 20);
    my $select = IO::Select->new($c->{client});

    while ($c->{got} !~ $re && (my $left = $end - time) > 0) {
        next unless $select->can_read($left);

        if (!sysread $c->{client}, $c->{got}, 65536, length $c->{got}) {
            $c->{closed} = 1;
            last;
        }
    }

    return $c->{got} =~ $re;
}


# All that there is until the client's connection ends.

sub rest
{
    my ($c) = @_;

    return has($c, qr/(?!)/) || $c->{got};
}


sub chunk { return sprintf "%x\r\n%s\r\n", length $_[0], $_[0]; }


my $events = 0;

sub sent
{
    my ($n, $what) = @_;

    $events += $n;
    is scalar @{$hook->wait_requests($events, 20)}, $events, $what;
}


# All kinds of streams, for all rules.

my %streams = (
    'X-Accel-Buffering' => ['', "X-Accel-Buffering: no\r\n"],
    'proxy_buffering'   => ['off/', "Content-Type: text/plain\r\n"],
    'event stream'      => ['off/', "Content-Type: text/event-stream\r\n"],
    'ndjson'            => ['', "Content-Type: application/x-ndjson\r\n"
                                . "X-Accel-Buffering: no\r\n"],
);

for my $commit (qw(before after)) {
    for my $rule (sort keys %rules) {
        my $n = $rule =~ /none|other/ ? 0 : $rule eq 'both' ? 2 : 1;

        for my $name (sort keys %streams) {
            my ($sub, $head) = @{$streams{$name}};
            my $what = "$commit $rule, $name";

            my $c = begin("/$rule/$commit/$sub",
                          "${head}Transfer-Encoding: chunked\r\n");

            ok has($c, qr/\r\n\r\n/), "$what: header";

            if ($n && !$rules{$rule}[1]) {
                sent($n, "$what: the event came with the header");
            }

            for my $i (1 .. 3) {
                say($c, chunk("data: $i\n\n"));
                ok has($c, qr/data: $i\n\n/), "$what: event $i";
            }

            say($c, "0\r\n\r\n");
            like rest($c), qr/\r\n0\r\n\r\n$/, "$what: its end";

            if ($rules{$rule}[1]) {
                sent($n, "$what: the event came with the end");

                my ($whole) = grep { $_->{body} =~ /^data/ }
                              @{$hook->requests}[$events - $n .. $events - 1];
                is $whole->{body}, join('', map { "data: $_\n\n" } 1 .. 3),
                   "$what: and has all of it";
            }
        }
    }
}


# The store does not answer: all but the end passes, of whatever form.

my %ends = (
    'chunked' => ["Transfer-Encoding: chunked\r\n", [map { chunk($_) } 'a' .. 'c'],
                  "0\r\n\r\n", qr/\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n$/,
                  qr/c\r\n0\r\n\r\n$/],
    'at once' => ["Transfer-Encoding: chunked\r\n", [],
                  join('', map { chunk($_) } 'abc') . "0\r\n\r\n",
                  qr/\r\n\r\n3\r\nabc\r\n$/, qr/abc\r\n0\r\n\r\n$/],
    'length'  => ["Content-Length: 3\r\n", ['a', 'b'], 'c',
                  qr/\r\n\r\nab$/, qr/\r\n\r\nabc$/],
    'length at once' => ["Content-Length: 3\r\n", [], 'abc',
                  qr/\r\n\r\nab$/, qr/\r\n\r\nabc$/],
    'close'   => ['', ['a', 'b'], 'c', qr/\r\n\r\nabc$/, qr/\r\n\r\nabc$/],
);

for my $rule (qw(reads alone both)) {
    for my $name (sort keys %ends) {
        my ($head, $parts, $end, $early, $whole) = @{$ends{$name}};
        my $what = "held: $rule, $name";
        my $c;

        my $version = $name eq 'close' ? '1.0' : '1.1';

        $t->hold_store(sub {
            $c = begin("/$rule/before/off/", $head, $version);
            has($c, qr/\r\n\r\n/);

            for my $i (0 .. $#$parts) {
                say($c, $parts->[$i]);
                my $have = join '.*', ('a' .. 'c')[0 .. $i];
                ok has($c, qr/\r\n\r\n.*$have/s), "$what: part $i";
            }

            say($c, $end);
            close $c->{server};

            ok has($c, $early), "$what: all but the end";

            has($c, qr/(?!)/, 0.2);
            like $c->{got}, $early, "$what: and no more";
            ok !$c->{closed}, "$what: nor is it closed";
        });

        like rest($c), $whole, "$what: the end";
        sent($rule eq 'both' ? 2 : 1, "$what: sent");
    }
}


# Of one that is no stream a small body leaves in one piece, a larger one as far
# as it came.

for my $size (3, 4096, 4097) {
    my $body = 'a' x ($size - 1) . 'z';
    my $c;

    $t->hold_store(sub {
        $c = begin('/alone/before/', "Content-Length: $size\r\n");
        say($c, $body);
        close $c->{server};

        my $early = $size > 4096 ? qr/\r\n\r\na{@{[$size - 1]}}$/ : qr/^$/;

        ok has($c, $early), "$size bytes: what passes";
        has($c, qr/(?!)/, 0.2);
        like $c->{got}, $early, "$size bytes: and no more";
    });

    like rest($c), qr/\r\n\r\n\Q$body\E$/, "$size bytes: the end";
    sent(1, "$size bytes: sent");
}


# More than was announced is none of it, and nothing waits for it.

my $c = begin('/reads/before/off/', "Content-Length: 3\r\n");
say($c, 'abcdef');
close $c->{server};
like rest($c), qr/\r\n\r\nabc$/, 'more than was announced';
sent(1, 'more than was announced: sent');


# Clients that leave, and upstreams that do.

sub status
{
    my ($path, $n) = @_;

    wait_for(sub {
        my @lines = grep { m{^\Q$path\E } }
                         split /\n/, slurp($t->prefix . '/logs/hook.log');
        return @lines == $n && $lines[-1];
    });
}

for my $commit (qw(before after)) {
    for my $rule (qw(reads alone request both)) {
        for my $who (qw(client server)) {
            my $what = "$commit $rule, the $who leaves";
            my $path = "/$rule/$commit/off/$who";
            my $mark = $t->mark;

            my $c = begin($path, "Transfer-Encoding: chunked\r\n");
            say($c, chunk("data: 1\n\n"));
            ok has($c, qr/data: 1/), "$what: it has begun";

            if ($rule =~ /alone|request|both/) {
                sent(1, "$what: what reads no response is an event");
            }

            close $c->{$who};
            ok status($path, 1), "$what: logged";

            if ($rule =~ /reads|both/) {
                ok $t->wait_log(qr/event lost: "a\.one".*cut short/, 5, $mark),
                   "$what: what reads it is none, and told";
            }
        }
    }
}

is scalar @{$hook->wait_quiet(0.3)}, $events, 'and no more than that';


# The last byte came, the end did not: nobody waits for it for ever.

$c = begin('/reads/before/off/', "Content-Length: 3\r\n");
say($c, 'abc');
like rest($c), qr/\r\n\r\nabc$/, 'a length is the end';
close $c->{server};
sent(1, 'a length is the end: sent');

my $metrics = $t->get('/metrics')->{body};

like $metrics, qr/^ngx_webhook_events_cut_short_total 8$/m, 'counted';
like $metrics, qr/^ngx_webhook_events_failed_total 0$/m, 'none is lost else';

$t->stop;
$t->ok_logs;

done_testing;
