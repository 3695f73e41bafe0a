# Mistakes about webhook_log and webhook_trace.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_run();

done_testing;

__DATA__
=== twice
--- http
webhook_log a.log;
webhook_log b.log;
--- says
[emerg] "webhook_log" directive is duplicate in http:2

=== off and another
--- http
webhook_log off;
webhook_log b.log;
--- says
[emerg] "webhook_log" directive is duplicate in http:2

=== off with a format
--- http
webhook_log off json;
--- says
[emerg] "webhook_log" directive has parameters where it is "off" in http:1

=== without a store
--- store

--- endpoint

--- rules

--- http
webhook_log a.log json;
--- says
[emerg] "webhook_log" needs a "webhook_store", and there is none in http:1

=== syslog
--- http
webhook_log syslog:server=127.0.0.1 json;
--- says
[emerg] "syslog:server=127.0.0.1" cannot be the log: it must be a file without variables in its name in http:1

=== a variable in the name
--- http
webhook_log $host.log json;
--- says
[emerg] "$host.log" cannot be the log: it must be a file without variables in its name in http:1

=== nginx's variables
--- http
webhook_log a.log '$endpoint $host';
--- says
[emerg] "$host" is no variable of an attempt in http:1

=== a brace that is not closed
--- http
webhook_log a.log '${endpoint $status';
--- says
[emerg] "${endpoint" is no variable of an attempt in http:1

=== a dollar alone
--- http
webhook_log a.log 'five $ more';
--- says
[emerg] "$" is no variable of an attempt in http:1

=== a small buffer
--- http
webhook_log a.log json buffer=1k;
--- says
[emerg] invalid "buffer=1k", it must be a size from 16k to 64m in http:1

=== a long time
--- http
webhook_log a.log flush=1h;
--- says
[emerg] invalid "flush=1h", it must be a time from 1ms to 1m in http:1

=== another parameter
--- http
webhook_log a.log json gzip=1;
--- says
[emerg] invalid parameter "gzip=1", it must be "buffer=" or "flush=" in http:1

=== the file of a buffered access log
--- http
access_log a.log combined buffer=32k;
webhook_log a.log;
--- says
[emerg] "PREFIX/a.log" is the file of another log that is buffered in http:2

=== and of one that comes later
--- http
webhook_log a.log;
access_log a.log combined buffer=32k;
--- says
[emerg] the file of "webhook_log" is that of another log that is buffered, too in http:1

=== in a server
--- server
webhook_log a.log;
--- says
[emerg] "webhook_log" directive is not allowed here in server:1

=== trace with a word
--- server
webhook_trace maybe;
--- says
[emerg] invalid value "maybe" in "webhook_trace" directive, it must be "on" or "off" in server:1
