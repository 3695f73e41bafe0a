
# webhook_receiver: target, require and action.

use lib 't/lib';
use Test::Nginx::Socket;
use Webhook::Conf;

plan 'no_plan';

conf_defaults(
    config => 'location ^~ /web/hook/ { webhook_receive; }',
    http   => "webhook_store store_temp size=16m;\n",
);

run_tests();

__DATA__

=== TEST 1: a target without parameters
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    target;
}
--- must_die
--- error_log eval
qr/invalid number of arguments in "target" directive in \S+webhook\.conf:4$/m



=== TEST 2: a target of something else
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    target name=${a};
}
--- must_die
--- error_log eval
qr/invalid parameter "name=\$\{a\}", .+ in \S+webhook\.conf:4$/m



=== TEST 3: an empty id
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    target id=;
}
--- must_die
--- error_log eval
qr/invalid parameter "id=", it has no value in \S+webhook\.conf:4$/m



=== TEST 4: two ids
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    target id=${a} id=${b};
}
--- must_die
--- error_log eval
qr/invalid parameter "id=\$\{b\}", .+ in \S+webhook\.conf:4$/m



=== TEST 5: a target with an unknown filter
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    target id=${_id|numeral};
}
--- must_die
--- error_log eval
qr/invalid target template: .* in \S+webhook\.conf:4$/m



=== TEST 6: a target of an unknown variable
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    target id=${var.lost};
}
--- must_die
--- error_log eval
qr/unknown variable in "var\.lost" in \S+webhook\.conf:1$/m



=== TEST 7: nothing is required
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    require;
}
--- must_die
--- error_log eval
qr/invalid number of arguments in "require" directive in \S+webhook\.conf:4$/m



=== TEST 8: a path with an empty step
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    require a..b;
}
--- must_die
--- error_log eval
qr/invalid path "a\.\.b": .* in \S+webhook\.conf:4$/m



=== TEST 9: a path that is empty
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    require "";
}
--- must_die
--- error_log eval
qr/invalid path "": a path is empty in \S+webhook\.conf:4$/m



=== TEST 10: more fields than there may be
--- user_files eval
">>> webhook.conf\nwebhook_receiver usd {\n    require" . ' a' x 65 . ";\n}\n"
--- must_die
--- error_log eval
qr/webhook_receiver "usd" requires more than 64 fields in \S+webhook\.conf:2$/m



=== TEST 11: an action without a URI
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST;
}
--- must_die
--- error_log eval
qr/invalid number of arguments in "action" directive in \S+webhook\.conf:4$/m



=== TEST 12: an action with too many words
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST /pos '"a"' a;
}
--- must_die
--- error_log eval
qr/invalid parameter "a", .+ in \S+webhook\.conf:4$/m



=== TEST 13: an action with the method post
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action post /pos;
}
--- must_die
--- error_log eval
qr/invalid method "post" of an action, it is written as in "POST" in \S+webhook\.conf:4$/m



=== TEST 14: an action with the method *
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action * /pos;
}
--- must_die
--- error_log eval
qr/invalid method "\*" of an action, it is written as in "POST" in \S+webhook\.conf:4$/m



=== TEST 15: an action with the method PURGE
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action PURGE /pos;
}
--- must_die
--- error_log eval
qr/invalid method "PURGE" of an action, it is written as in "POST" in \S+webhook\.conf:4$/m



=== TEST 16: an action with the method POST,PUT
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST,PUT /pos;
}
--- must_die
--- error_log eval
qr/invalid method "POST,PUT" of an action, it is written as in "POST" in \S+webhook\.conf:4$/m



=== TEST 17: an action on pos/x
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST pos/x;
}
--- must_die
--- error_log eval
qr/invalid URI "pos\/x" of an action: it must begin with "\/" and have no "\.\." segment in \S+webhook\.conf:4$/m



=== TEST 18: an action on ${a}
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST ${a};
}
--- must_die
--- error_log eval
qr/invalid URI "\$\{a\}" of an action: it must begin with "\/" and have no "\.\." segment in \S+webhook\.conf:4$/m



=== TEST 19: an action on @named
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST @named;
}
--- must_die
--- error_log eval
qr/invalid URI "\@named" of an action: it must begin with "\/" and have no "\.\." segment in \S+webhook\.conf:4$/m



=== TEST 20: an action on http://127.0.0.1/
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST http://127.0.0.1/;
}
--- must_die
--- error_log eval
qr/invalid URI "http:\/\/127\.0\.0\.1\/" of an action: it must begin with "\/" and have no "\.\." segment in \S+webhook\.conf:4$/m



=== TEST 21: an action on ""
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST "";
}
--- must_die
--- error_log eval
qr/invalid URI "" of an action: it must begin with "\/" and have no "\.\." segment in \S+webhook\.conf:4$/m



=== TEST 22: an action on /pos/..
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST /pos/..;
}
--- must_die
--- error_log eval
qr/invalid URI "\/pos\/\.\." of an action: it must begin with "\/" and have no "\.\." segment in \S+webhook\.conf:4$/m



=== TEST 23: an action on /pos/../x
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST /pos/../x;
}
--- must_die
--- error_log eval
qr/invalid URI "\/pos\/\.\.\/x" of an action: it must begin with "\/" and have no "\.\." segment in \S+webhook\.conf:4$/m



=== TEST 24: an action on /../x/${a}
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST /../x/${a};
}
--- must_die
--- error_log eval
qr/invalid URI "\/\.\.\/x\/\$\{a\}" of an action: it must begin with "\/" and have no "\.\." segment in \S+webhook\.conf:4$/m



=== TEST 25: a URI with a space
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST "/pos/a b";
}
--- must_die
--- error_log eval
qr/invalid URI template: a URI has a space, a control character, "#" or a broken "%XX" behind offset 0 in \S+webhook\.conf:4$/m



=== TEST 26: a URI with a fragment
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST /pos#a;
}
--- must_die
--- error_log eval
qr/invalid URI template: a URI has a space, a control character, "#" or a broken "%XX" behind offset 0 in \S+webhook\.conf:4$/m



=== TEST 27: a URI with a line end
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST "/pos\r\nX: 1";
}
--- must_die
--- error_log eval
qr/invalid URI template: a URI has a space, a control character, "#" or a broken "%XX" behind offset 0 in \S+webhook\.conf:4$/m



=== TEST 28: a URI with a broken escape
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST /pos/%zz;
}
--- must_die
--- error_log eval
qr/invalid URI template: a URI has a space, a control character, "#" or a broken "%XX" behind offset 0 in \S+webhook\.conf:4$/m



=== TEST 29: a URI with an unknown filter
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST /pos/${a|b};
}
--- must_die
--- error_log eval
qr/invalid URI template: .* in \S+webhook\.conf:4$/m



=== TEST 30: a URI with an unknown variable
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST /pos/${var.lost};
}
--- must_die
--- error_log eval
qr/unknown variable in "var\.lost" in \S+webhook\.conf:4$/m



=== TEST 31: a body that is not JSON
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST /pos '{"a": }';
}
--- must_die
--- error_log eval
qr/invalid body template: the template is not JSON: .* in \S+webhook\.conf:4$/m



=== TEST 32: a body with an unknown variable
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST /pos '{"a": "${var.lost}"}';
}
--- must_die
--- error_log eval
qr/unknown variable in "var\.lost" in \S+webhook\.conf:4$/m



=== TEST 33: a body from a file that is not there
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /pos/x;
    action POST /pos file:lost.json;
}
--- must_die
--- error_log eval
qr/open\(\) "\S+lost\.json" failed \(2: No such file or directory\) in \S+webhook\.conf:4$/m



=== TEST 34: more actions than there may be
--- user_files eval
">>> webhook.conf\nwebhook_receiver usd {\n" . "    action POST /pos;\n" x 33 . "}\n"
--- must_die
--- error_log eval
qr/webhook_receiver "usd" has more than 32 actions in \S+webhook\.conf:34$/m



=== TEST 35: an action on a receiver
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /web/hook/abcdefghijklmnopqrst;
}
--- must_die
--- error_log eval
qr{webhook_receiver "usd" calls a URI below "/web/hook/", where "webhook_receive" stands: a receiver cannot call one in \S+webhook\.conf:3$}m
--- no_error_log
klmnop



=== TEST 36: an action on a receiver, by a value
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /web/hook/${a};
}
--- must_die
--- error_log eval
qr{webhook_receiver "usd" calls a URI below "/web/hook/", where "webhook_receive" stands: a receiver cannot call one in \S+webhook\.conf:3$}m
--- no_error_log
klmnop



=== TEST 37: an action on a receiver, escaped
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /web/%68ook/abcdefghijklmnopqrst?a=${b};
}
--- must_die
--- error_log eval
qr{webhook_receiver "usd" calls a URI below "/web/hook/", where "webhook_receive" stands: a receiver cannot call one in \S+webhook\.conf:3$}m
--- no_error_log
klmnop



=== TEST 38: a look-up on a receiver
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    target id=${_id} "lookup=GET /web/hook/${_id|int}";
    action POST /pos/x;
}
--- must_die
--- error_log eval
qr{webhook_receiver "usd" calls a URI below "/web/hook/", where "webhook_receive" stands: a receiver cannot call one in \S+webhook\.conf:3$}m
--- no_error_log
klmnop



=== TEST 39: an action below it, on an ordinary location
--- config
location ^~ /web/hook/ { webhook_receive; }
location ^~ /web/hook/api/ { return 200; }
location = /t { return 200 "ok\n"; }
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /web/hook/api/x;
}



=== TEST 40: an action that may be on one
--- config
location ^~ /web/hook/ { webhook_receive; }
location ^~ /web/hook/api/ { return 200; }
location = /t { return 200 "ok\n"; }
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /web/hook/${a}/x;
}



=== TEST 41: an action beside it
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /web/hooks/x;
}



=== TEST 42: an action beside the ordinary location
--- config
location ^~ /web/hook/ { webhook_receive; }
location ^~ /web/hook/api/ { return 200; }
location = /t { return 200 "ok\n"; }
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    action POST /web/hook/ap;
}
--- must_die
--- error_log eval
qr{webhook_receiver "usd" calls a URI below "/web/hook/", where "webhook_receive" stands: a receiver cannot call one in \S+webhook\.conf:3$}m
--- no_error_log
klmnop



=== TEST 43: a durable action on another host
--- user_files
>>> webhook.conf
webhook_receiver usd {
    secret abcdefghijklmnopqrst;
    mode durable;
    api http://127.0.0.1:9;
    action POST /web/hook/abcdefghijklmnopqrst;
}
