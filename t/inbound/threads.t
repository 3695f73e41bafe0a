#
# Large calls, which are worked at on threads: they come to the same as small
# ones; callers leave and workers exit meanwhile; too many of them are refused.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(hmac_sha256_hex);
use IO::Select;
use IO::Socket::INET;
use Test::More;

use Webhook::Test qw(wait_for deadline slurp asan);

$SIG{PIPE} = 'IGNORE';


my $token = 'threads-0123456789-abcdefghi';
my $key = 'key-of-the-one-that-signs';

my %receivers = (
    maps    => q{redact card; log_calls on; require a; filter "a == 1";
        target id=n; dedupe body:n;
        action PUT /api/${n|int}?q=${query.q} '{"a": "${a}", "c": "${card}",
            "h": "${header.x-two}", "v": "${var.request_method}",
            "u": "${var.arg_q}"}' idempotency=Idempotency-Key;
        action POST /api/echo '{"w": "${none|default:x}"}' "when=a == 1";
        capture got response.got; action POST /api/end '{"got": "${got}"}';},
    fails   => q{redact card; log_calls on; action POST /api/fails '{}';},
    lines   => q{for_each l max=100; log_calls on;
        action POST /api/line/${index} '{"v": "${v}", "r": "${root.n}",
            "q": "${query.q}"}';},
    signed  => qq{verify hmac "text:$key" header=x-sign; log_calls on;
        action POST /api/signed '{"a": "\${a}"}';},
    basic   => q{verify basic user:text:pass-0123456789-abc;
        action POST /api/basic '{}';},
    durable => q{mode durable; api http://127.0.0.1:%%PORT_api%%/base; order_by n;
        dedupe header:webhook-id; action POST /later/${n|int}
            '{"a": "${a}", "v": "${var.arg_q}"}' idempotency=Idempotency-Key;},
    emits   => q{emit big.call 'body={"n": "${n}", "by": "${var.webhook_receiver}"}';},
    test    => q{mode test; redact card; log_calls on;
        action POST /api/x '{"a": "${a}"}';},
    answers => q{redact card; log_calls on; require a;
        answer ok 'body={"a": "${a}", "c": "${card}", "u": "${var.arg_q}", "x": "${e}"}';
        answer error status=200 type=text/xml
            'body=<E s="${status}" u="${var.arg_q}">${n} ${error}</E>';
        action POST /api/x '{"a": "${a}"}';},
    slow    => q{accept xml; action POST /api/slow '{"n": "${r.n}"}';},
);

my $t = Webhook::Test->new(workers => 1, http2 => 1);
my $api = $t->endpoint(name => 'api');
my $erp = $t->endpoint(name => 'erp');

$t->config(
    main => "worker_shutdown_timeout 60s;\n",
    http => <<'CONF' . join('', map {
    client_max_body_size 64m;
    webhook_store %%STORE%% size=1g;
    webhook_cpu threads=1 memory=1m;
    webhook_event_type big.call;
    webhook_endpoint erp {
        url     http://127.0.0.1:%%PORT_erp%%/;
        events  big.call;
        header  X-Arg ${var.arg_q};
        body    '{"n": "${data.n}", "m": "${var.request_method}"}';
    }
CONF
        "webhook_receiver $_ { secret $_-$token;"
        . " limit body=64m values=16000000;\n $receivers{$_}\n }\n" }
        sort keys %receivers),
    server => <<'CONF',
    location ^~ /hook/ { webhook_receive; }
    location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
    location = /metrics { webhook_metrics; }
CONF
);

$t->start;

$api->answer('*', 200);
$api->answer('/api/echo', { body => '{"got": "the answer"}' });
$api->answer('/api/fails', { status => 500,
                             body => '{"card": "4111111111111111"}' });
$erp->answer('*', 200);


sub counter
{
    my ($name) = @_;

    return $t->get('/metrics')->{body} =~ /^ngx_webhook_${name}_total (\d+)/m
           ? $1 : 0;
}


# --- the same as a small call

# What came of one: its answer, what the API got, what is in the history.

my $id = 0;

sub outcome
{
    my ($name, $body, @headers) = @_;

    my $before = $api->count;
    my $r = $t->request('POST', "/hook/$name-$token?q=a%20b", $body,
                        timeout => deadline(60),
                        headers => ['Content-Type' => 'application/json',
                                    'X-Two' => 'one', 'X-Two' => 'two',
                                    @headers]);
    my @seen;

    $api->wait_requests($before + 1) if $name eq 'durable';

    @seen = map {
        my $headers = $_->{headers};

        join ' ', $_->{method}, $_->{uri}, $_->{body},
             map { "$_=" . ($headers->{$_} // '') }
                 qw(content-type content-length)
    } @{$api->requests}[$before .. $api->count - 1];

    my $answer = $r->{body} // '';
    $answer =~ s/"(request_id|id)": "[^"]+"//g;

    return { status => $r->{status}, answer => $answer, api => \@seen,
             challenge => $r->{headers}{'www-authenticate'} };
}

my $filler = '"z": "' . 'x' x 600_000 . '"';

for (['maps', q({"a": 1, "n": %d, "card": "4111111111111111")],
     ['maps', q({"a": 2, "n": %d)],
     ['maps', q({"n": %d)],
     ['maps', q({"a": 1)],
     ['maps', q({"a": 1, "n": %d, "card": "4111111111111111"),
      'X-Webhook-Dry-Run' => 1],
     ['maps', q({"a": 1, "n": %d, broken)],
     ['fails', q({"a": 1, "n": %d, "card": "4111111111111111")],
     ['answers', q({"a": 1, "n": %d, "card": "4111111111111111")],
     ['answers', q({"n": 3, "card": "4111111111111111")],
     ['answers', q({"a": 1, "card": "4111111111111111"),
      'X-Webhook-Dry-Run' => 1],
     ['lines', q({"n": 5, "l": [{"v": 1}, {"v": "two"}, {"v": {"x": 3}}])],
     ['lines', q({"n": 5, "l": [])],
     ['lines', q({"n": 5)],
     ['signed', q({"a": 1), 'X-Sign' => 'sign'],
     ['signed', q({"a": 1), 'X-Sign' => '0' x 64],
     ['signed', q({"a": 1)],
     ['basic', q({"a": 1)],
     ['durable', q({"a": 1, "n": 7), 'webhook-id' => 'id'],
     ['durable', q({"a": 1, "n": 7)],
     ['emits', q({"n": 8)],
     ['test', q({"a": 1)])
{
    my ($name, $start, @headers) = @$_;

    my @outcomes = map {
        my $body = $start . ($_ ? ", $filler}" : ', "z": ""}');
        my @own = @headers;

        $id++;
        $body =~ s/%d/4000 + $id/e;

        $own[1] = hmac_sha256_hex($body, $key) if @own && $own[1] eq 'sign';
        $own[1] .= $id if @own && $own[0] eq 'webhook-id';

        my $o = outcome($name, $body, @own);

        s/\b4\d\d\d\b/ID/g, s/at byte \d+/at BYTE/
            for $o->{answer}, @{$o->{api}};
        $o;
    } 0, 1;

    is_deeply $outcomes[1], $outcomes[0],
        "$name, $start: the same (" . $outcomes[0]{status} . ')';
}

my $requests = $erp->wait_requests(2);

is $requests->[1]{body}, $requests->[0]{body}, 'events: the same';
is $requests->[1]{headers}{'x-arg'}, 'a%20b', 'with variables';
is $requests->[1]{headers}{'x-arg'}, $requests->[0]{headers}{'x-arg'},
   'the same';

my ($status, $calls) = $t->ctl('calls', '--limit=200', '--json');

is $status, 0, 'the history';

unlike $calls . slurp($t->prefix . '/logs/error.log'), qr/4111111111111111/,
       'nothing that is redacted is shown';

SKIP: {
    my $r = $t->curl('POST', "/hook/maps-$token?q=1", qq({"a":1,"n":1,$filler}),
                     http2 => 1,
                     headers => ['Content-Type' => 'application/json']);

    skip 'curl without HTTP/2', 1 if $r->{exit} == 2;

    is $r->{status}, 200, 'HTTP/2';
}


# --- many at a time: all but the last byte is there, then the rest comes

# XML takes long.

my $xml = '<r><n>1</n>' . join('', map { "<k$_>1</k$_>" } 1 .. 60_000) . '</r>';


sub begin_calls
{
    my ($n) = @_;

    my @sockets;

    for (1 .. $n) {
        my $s = IO::Socket::INET->new('127.0.0.1:' . $t->nginx->port) or die;

        my $text = "POST /hook/slow-$token HTTP/1.1\r\nHost: a\r\n"
                   . "Content-Type: application/xml\r\nConnection: close\r\n"
                   . 'Content-Length: ' . length($xml) . "\r\n\r\n"
                   . substr $xml, 0, -1;

        while (length $text) {
            my $sent = syswrite $s, $text or last;
            substr $text, 0, $sent, '';
        }

        push @sockets, $s;
    }

    return @sockets;
}


sub end_calls
{
    syswrite $_, '>' for @_;
}


sub answers
{
    return map {
        my ($s, $text) = ($_, '');

        while (IO::Select->new($s)->can_read(deadline(60))) {
            sysread $s, $text, 65536, length $text or last;
        }

        $text;
    } @_;
}


sub slow { return scalar grep { $_->{path} eq '/api/slow' } @{$api->requests}; }

my ($ok, $refused, @refusals) = (0, 0);

wait_for(sub {
    my @sockets = begin_calls(6);

    end_calls(@sockets);

    for (answers(@sockets)) {
        $ok++ if /^HTTP\S+ 200/;
        push @refusals, $_ if /^HTTP\S+ 503/;
    }

    return @refusals;
}, deadline(60));

cmp_ok scalar @refusals, '>', 0, 'beyond the bound calls are refused';
like $refusals[0], qr/^Retry-After: \d+\r$/m, 'and are told to come again';
like $refusals[0], qr/Too many large calls wait .*; nothing was done/, 'why';
is slow(), $ok, 'nothing was done';
is counter('calls_crowded'), scalar @refusals, 'it is counted';
like slurp($t->prefix . '/logs/error.log'),
     qr/"slow": Too many large calls wait/, 'and told';


# Callers that leave.

my $before = slow();
my @sockets = begin_calls(1);

end_calls(@sockets);
close $_ for @sockets;

ok wait_for(sub { slow() == $before + 1 }, deadline(30)),
   'a call whose caller left is done';


# --- workers that exit

sub configure
{
    my ($timeout) = @_;

    my $file = $t->nginx->config_file;
    my $text = slurp($file);

    $text =~ s/memory=1m/memory=64m/;
    $text =~ s/worker_shutdown_timeout \S+;/worker_shutdown_timeout $timeout;/;

    open my $out, '>', $file or die;
    print $out $text;
    close $out;
}

configure('60s');
ok $t->reload, 'a reload';

$before = slow();
@sockets = begin_calls(6);
end_calls(@sockets);
ok $t->reload, 'another, while threads work';

is scalar(grep { /^HTTP\S+ 200/ } answers(@sockets)), 6,
   'all of their calls are done';
is slow(), $before + 6, 'once each';

configure('1ms');
ok $t->reload, 'a reload, workers that exit do not wait';

@sockets = begin_calls(6);
end_calls(@sockets);
ok $t->reload, 'another, while threads work';

$ok = grep { /^HTTP\S+ 200/ } answers(@sockets);

cmp_ok $ok, '<=', 6, "$ok of 6 calls are answered";

ok wait_for(sub { my @workers = $t->workers; @workers == 1 }, deadline(30)),
   'the worker exits';

@sockets = begin_calls(6);
end_calls(@sockets);

my @pids = ($t->pid, $t->workers);

$t->signal('TERM');

answers(@sockets);

ok $t->wait_gone(\@pids, deadline(30)), 'nginx ends while threads work';

$t->ok_logs;

done_testing;
