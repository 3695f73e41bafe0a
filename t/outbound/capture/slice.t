# A location with "slice" makes one response of many: rules that read none of it
# are put when its header passes, and the client has all of it.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Webhook::Test;

my $t = Webhook::Test->new(http2 => 1);

my $body = join '', map { sprintf "%07d\n", $_ } 0 .. 999;

my $api = $t->endpoint(name => 'api', code => sub {
    my ($request) = @_;

    my ($from, $to) = ($request->{headers}{range} // '')
                      =~ /^bytes=(\d+)-(\d*)$/;

    return { body => $body } unless defined $from;

    $to = length($body) - 1 if $to eq '' || $to > length($body) - 1;

    return { status => 206, body => substr($body, $from, $to - $from + 1),
             headers => ['Content-Type'  => 'text/plain', 'ETag' => '"x"',
                         'Content-Range' => "bytes $from-$to/"
                                            . length $body] };
});

my $hook = $t->endpoint(name => 'erp');

$t->config(http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";
    webhook_event_type a.two "";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hooks;
        events *;
    }

    webhook_event a.one * ^/;
    webhook_event a.two * ^/ 'body={"a": 1}';
CONF
    send_timeout 30s;

    location /s {
        slice 1k;
        proxy_set_header Range $slice_range;
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
    }

    location /off/ {
        webhook_event off;

        location /off/below {
            return 200 "off";
        }

        location /off/own {
            webhook_event a.two * ^/ 'body={"a": 2}';
            return 200 "own";
        }
    }
CONF

$t->start;

my $events = 0;

for my $http2 (0, 1) {
    for ([undef, 200, $body], ['bytes=0-9', 206, substr $body, 0, 10],
         ['bytes=1020-2060', 206, substr $body, 1020, 1041],
         ['bytes=9000-', 416])
    {
        my ($range, $status, $want) = @$_;
        my $what = "slice, h2 $http2, " . ($range // 'whole');

        my $r = $t->curl('GET', '/s', undef, http2 => $http2,
                         headers => defined $range ? [Range => $range] : []);

        is $r->{exit}, 0, "$what: whole";
        is $r->{status}, $status, "$what: status";
        is $r->{body}, $want, "$what: body" if defined $want;

        is scalar @{$hook->wait_requests(++$events)}, $events,
           "$what: an event";
    }
}

$t->hold_store(sub {
    my $r = $t->curl('GET', '/s');

    is $r->{exit}, 0, 'nothing is held';
    is $r->{body}, $body, 'nothing is held: the body';
});

$events++;

is $t->get('/off/below')->{body}, 'off', 'a rule that was taken back';
is $t->get('/off/own')->{body}, 'own', 'and another below';
$events++;

is scalar @{$hook->wait_requests($events)}, $events, 'events';
is scalar @{$hook->wait_quiet(0.3)}, $events, 'and no more than that';

is_deeply [sort map { $_->{body} } @{$hook->requests}],
          [('{"a": 1}') x ($events - 1), '{"a": 2}'], 'of the right rules';

$t->stop;
$t->ok_logs;

done_testing;
