# Settings of mapping, repeats, shadows and events: what nginx -t refuses.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Test;

my $token = 'settings-0123456789-abcdefg';

# what is written in a receiver, or beside it, and the message

my @wrong = (
    ['accept yaml; action POST /x;', undef, 'invalid "yaml", it must be "json", "form"'],
    ['accept json; accept form; action POST /x;', undef, '"accept" directive is duplicate'],
    ['for_each a max=0; action POST /x;', undef, 'invalid "max=0", it must be from 1 to 1000'],
    ['for_each a min=1; action POST /x;', undef, 'invalid parameter "min=1"'],
    ['for_each a; for_each b; action POST /x;', undef, '"for_each" directive is duplicate'],
    ['capture a response.id; action POST /x;', undef, '"capture" directive has no "action" before it'],
    ['action POST /x; capture a request.id;', undef, '"request.id" cannot be captured'],
    ['action POST /x; capture a status.x;', undef, '"status.x" cannot be captured'],
    ['action POST /x; capture root response;', undef, '"root" cannot be captured: it has a meaning'],
    ['action POST /x; capture 1a response;', undef, 'invalid name "1a"'],
    ['action POST /x; capture a response; capture a status;', undef, '"capture" directive is duplicate'],
    ['action POST /x/${a}; capture a response.id;', undef, 'an action names "a" before it was captured'],
    [q{action POST /x "when=a == 1"; action POST /y; capture a response.id;}, undef,
     'an action names "a" before it was captured'],
    ['action POST /x on_error=ignore;', undef, 'invalid "on_error=ignore"'],
    ['action POST /x timeout=2d;', undef, 'invalid time "timeout=2d"'],
    ['action POST /x idempotency=Host;', undef, '"Host" cannot be a header of an action'],
    ['action POST /x when==;', undef, 'invalid condition'],
    [q{action POST /x '{}' 'body={}';}, undef, 'has more than one body'],
    ['action POST /x body=file:nosuch.json;', undef, 'open() "'],
    ['model a; models b c; action POST /x;', undef, 'has both "model" and "models"'],
    ['target id=${id} missing=404; action POST /x;', undef, 'has a "missing=" without a "lookup="'],
    ['target "lookup=GET /x" missing=500; action POST /x;', undef, 'invalid "missing=500"'],
    ['target "lookup=POST /x"; action POST /x;', undef, 'invalid "lookup=POST /x"'],
    ['target "lookup=GET x"; action POST /x;', undef, 'invalid URI "x"'],
    ['target "lookup=GET /x/${var.lost}"; action POST /x;', undef, 'unknown variable in "var.lost"'],
    [q{action POST /x "when=var.lost == 1";}, undef, 'unknown variable in "var.lost"'],
    ['dedupe cookie:a; action POST /x;', undef, 'invalid "cookie:a", it must be "header:NAME"'],
    ['dedupe hash ttl=0; action POST /x;', undef, 'invalid time "ttl=0"'],
    ['dedupe hash; dedupe hash; action POST /x;', undef, '"dedupe" directive is duplicate'],
    ['shadow http://127.0.0.1:1/?a=1; action POST /x;', undef, 'has a URL with arguments'],
    ['shadow ftp://127.0.0.1/; action POST /x;', undef, 'a URL has to begin with "http://"'],
    ['emit no.such;', undef, 'unknown event type "no.such"'],
    ['emit order.add "body=[";', undef, 'invalid body template'],
    ['emit order.add what=1;', undef, 'invalid parameter "what=1"'],
    ['action POST /x/${a|map:b};', undef, 'unknown table in "map:b": define it by "webhook_map"'],
    ['action POST /x;', 'webhook_map a { b c; b d; }', '"b" is given twice in the table'],
    ['action POST /x;', 'webhook_map a { default c; default d; }', '"default" is given twice in the table'],
    ['action POST /x;', 'webhook_map a { b c d; }', 'a row of a table has two texts, and "b" has 3'],
    ['action POST /x;', 'webhook_map a { b c; } webhook_map a { }', 'webhook_map "a", defined in'],
    ['action POST /x;', 'webhook_map a/b { }', 'invalid name "a/b"'],
);

sub refused
{
    my ($receiver, $http, $why, $store) = @_;

    my $t = Webhook::Test->new;

    $t->config(
        http => ($store // 'webhook_store %%STORE%% size=64m; webhook_event_type order.add;')
                . ($http // '') . "\nwebhook_receiver x { secret x-$token; $receiver }\n",
        server => 'location ^~ /web/hook/ { webhook_receive; }',
    );

    my $started = eval { $t->start; 1 };
    my $error = $@;

    ok !$started, "refused: $receiver " . ($http // '');
    like $error, qr/\Q$why\E/, 'and why';

    $t->stop if $started;
    $t->allow(qr/emerg/);
}

refused(@$_) for @wrong;

refused("$_ action POST /x;", undef, 'needs a "webhook_store", and there is none', '')
    for 'dedupe hash;', 'mode durable; api http://127.0.0.1:1;';

done_testing;
