# Text from outside forges no line of the error log, and an expression at its
# limit loses nothing in silence.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Webhook::Test;

my $json = 'application/json';
my $line = '2026/01/01 00:00:00 [warn] 1#1: a line';

my $t = Webhook::Test->new(workers => 1);

my $api = $t->endpoint(name => 'api', answers => {
    '*' => [{ body => '{"x": 1}', headers => ['Content-Type' => $json] }],
});
my $hook = $t->endpoint(name => 'erp', answers => {
    '*' => [{ raw => "HTTP/1.1 200 \x1b[31m\r\nA\x1bB: 1\r\n\n" }],
});

$t->config(http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";
    webhook_event_type b.one "";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hook;
        events a.*;
        body   '{"n": "${request.n|int}"}';
    }

    webhook_receiver in {
        secret aaaaaaaaaaaaaaaaaaaaaaaa;
        action POST /api/x '{"n": "${n|int}"}';
    }
CONF
    location /re {
        webhook_event a.one POST ^/re/([a-z]+)*(/x)?$;
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location /int {
        webhook_event a.one POST ^/int 'body={"n": "${request.n|int}"}';
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location /body {
        webhook_event a.one POST ^/body;
        proxy_pass http://127.0.0.1:%%PORT_api%%;
    }

    location ^~ /web/hook/ { webhook_receive; }
    location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%/; }
    location = /metrics { webhook_metrics; }
CONF

$t->start;

sub unjudged {
    return $t->get('/metrics')->{body}
           =~ /^ngx_webhook_events_unjudged_total (\d+)$/m ? $1 : undef;
}

# None of our lines has what was sent, and there is one that tells of it.

sub told {
    my ($regex, $mark, $what) = @_;

    ok $t->nginx->wait_log($regex, 10, $mark), "$what: told";

    my $log = $t->nginx->error_log($mark);

    unlike $log, qr/^\Q$line\E/m, "$what: no line of its own";
    unlike $log, qr/[\0-\x08\x0b-\x1f\x7f]/, "$what: no control character";
}

my $mark = $t->nginx->mark;
my $path = '/re/' . 'a' x 40 . '%0a' . $line =~ s/ /%20/gr =~ s/#/%23/gr;

is $t->post($path, '{}')->{status}, 200, 'an expression at its limit';
told(qr/\[error\].*the regular expression of webhook event "a\.one" in \S+:\d+ ran into its match limit on ".*\\x0A/, $mark, 'the path');
is unjudged(), 1, 'and counted';

my $value = "{\"n\": \"evil\\n$line\\u001b[31m\"}";

for my $uri (qw(/int /body)) {
    $mark = $t->nginx->mark;
    $t->post($uri, $value);
    told(qr/\[error\].*webhook event.*evil/, $mark, "a value, $uri");
}

$mark = $t->nginx->mark;
$t->post('/web/hook/aaaaaaaaaaaaaaaaaaaaaaaa', $value);
told(qr/webhook receiver "in": .*evil/, $mark, 'a call');

$mark = $t->nginx->mark;
$t->post('/body', '{"n": "7"}');
ok $hook->wait_requests(1), 'sent';
$t->stop;
unlike $t->nginx->error_log($mark), qr/[\0-\x08\x0b-\x1f\x7f]/,
       'an answer: no control character';
$t->ok_logs;

done_testing;
