# Byte ranges of responses that rules match.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Webhook::Test qw(slurp wait_for);

my $t = Webhook::Test->new(http2 => 1);

my $body = '0123456789' x 10;
my @text = ('Content-Type' => 'text/plain');

my $api = $t->endpoint(name => 'api', answers => {
    '*'     => [{ body => $body, headers => [@text, 'Accept-Ranges' => 'bytes'] }],
    '/206'  => [{ status => 206, body => '234', headers =>
                  [@text, 'Content-Range' => 'bytes 2-4/100'] }],
});
my $hook = $t->endpoint(name => 'erp');

$t->file('html/file', $body);
$t->file('html/empty', '');

my %rules = (
    reads => 'webhook_event a.one * ^/;',
    alone => q(webhook_event a.two * ^/ 'body={"status": "${var.status}"}';),
    both  => 'webhook_event a.one * ^/; '
             . q(webhook_event a.two * ^/ 'body={"status": "${var.status}"}';),
    416   => q(webhook_event a.two * ^/ status=206,416 'body={}';),
);

my $locations = join '', map {
    my $commit = $_;

    map {
        "    location /$commit/$_/ {\n"
        . "        $rules{$_}\n"
        . "        webhook_commit ${commit}_response;\n"
        . "        alias html/;\n"
        . "        location /$commit/$_/api/ {\n"
        . "            proxy_pass http://127.0.0.1:%%PORT_api%%/;\n"
        . "        }\n"
        . "    }\n";

    } sort keys %rules

} qw(before after);

$t->config(http => <<'CONF', server => <<"CONF");
    log_format hook '$request_method $request_uri $status [$webhook_event] $webhook_status';
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
$locations
    location /plain/ {
        alias html/;
        location /plain/api/ {
            proxy_pass http://127.0.0.1:%%PORT_api%%/;
        }
    }

    location = /metrics {
        access_log off;
        webhook_metrics;
    }
CONF

$t->start;

my ($events, $partial) = (0, 0);

sub ask
{
    my ($method, $uri, $range) = @_;

    return $t->curl($method, $uri, undef,
                    headers => defined $range ? ['Range' => $range] : []);
}

# What differs between two responses to one request.

sub shows
{
    my ($r) = @_;

    my %h = %{$r->{headers}};
    delete $h{date};
    $h{'content-type'} =~ s/boundary=\S+// if $h{'content-type'};

    my $body = $r->{body};
    $body =~ s/^--\d+/--/mg;

    return { status => $r->{status}, body => $body, %h };
}

my @ranges = (undef, 'bytes=2-4', 'bytes=-3,4-5', 'bytes=500-');

for my $commit (qw(before after)) {
    for my $rule (qw(reads alone both 416)) {
        for my $path (qw(file api/x)) {
            for my $method (qw(GET HEAD)) {
                for my $range (@ranges) {
                    my $what = "$commit $rule $method $path "
                               . ($range // 'whole');
                    my $mark = $t->mark;

                    my $plain = ask($method, "/plain/$path", $range);
                    my $r = ask($method, "/$commit/$rule/$path", $range);

                    is_deeply shows($r), shows($plain),
                              "$what: as without the rule";

                    my $whole = $r->{status} == 200;
                    my $n = $rule eq '416' ? 0 : $rule eq 'reads' ? $whole
                            : $rule eq 'alone' ? 1 : 1 + $whole;

                    $events += $n;
                    is scalar @{$hook->wait_requests($events)}, $events,
                       "$what: events";

                    if (!$whole && $rule =~ /reads|both/) {
                        $partial++;

                        ok $t->wait_log(qr/lost: "a\.one" \S+ the response is/,
                                        5, $mark), "$what: told";
                    }
                }
            }
        }
    }
}


# An empty body has no ranges at all.

for my $rule (qw(reads alone)) {
    my $r = ask('GET', "/before/$rule/empty", 'bytes=2-3');
    is $r->{status}, 416, "empty, $rule";
}

$partial++;
$events++;


# Other methods: what reads a response has the whole of it.

my $r = ask('DELETE', '/before/reads/api/x', 'bytes=2-4');
is $r->{status}, 200, 'DELETE';
is $r->{body}, $body, 'DELETE: whole';
$events++;

# An upstream's own.

$r = ask('GET', '/before/both/api/206', 'bytes=2-4');
is $r->{status}, 206, 'from the API';
is $r->{body}, '234', 'from the API: passes';
$events++;
$partial++;

is scalar @{$hook->wait_requests($events)}, $events, 'these too';


# A HEAD with a range does not wait for the store, one without does.

$t->hold_store(sub {
    $r = ask('HEAD', '/before/reads/file', 'bytes=2-4');
    is $r->{status}, 206, 'HEAD with a range: answered at once';

    $r = ask('HEAD', '/before/alone/file', 'bytes=500-');
    is $r->{status}, 416, 'HEAD with no good range: answered at once';
});

$events++;
$partial++;

is scalar @{$hook->wait_requests($events)}, $events, 'and its event is kept';
is scalar @{$hook->wait_quiet(0.3)}, $events, 'and no more than that';


# What is kept is what the whole response was: rules match what it was.

my %bodies;
$bodies{$_->{headers}{'tc-webhook-event'}}{$_->{body}}++
    for @{$hook->requests};

is_deeply [sort keys %{$bodies{'a.one'}}], [$body, '{}'],
          'the whole, or nothing of a HEAD';

like $t->get('/metrics')->{body},
     qr/^ngx_webhook_events_partial_total $partial$/m, 'counted';

$t->stop;
$t->ok_logs;

done_testing;
