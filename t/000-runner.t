# The runner itself, on what nginx has of its own.

use Test::Nginx::Socket;

plan tests => repeat_each() * 4;

no_shuffle();
no_long_string();

run_tests();

__DATA__

=== TEST 1: hello
--- config
    location = /hello {
        return 200 "hello\n";
    }
--- request
GET /hello
--- response_body
hello



=== TEST 2: die
--- config
    location = /t {
        return a b c;
    }
--- must_die
--- error_log
invalid number of arguments in "return" directive
