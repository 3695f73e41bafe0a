# Mistakes in webhook_cpu.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_run();

done_testing;

__DATA__
=== cpu: threads=0
--- http
webhook_cpu threads=0;
--- says
[emerg] invalid "threads=0", it must be a number from 1 to 1024 in http:1

=== cpu: memory=1k
--- http
webhook_cpu memory=1k;
--- says
[emerg] invalid "memory=1k", it must be a size of 1m or more in http:1

=== cpu: unknown pool
--- http
webhook_cpu heavy;
--- says
[emerg] unknown thread pool "heavy" in http:1

=== cpu: two pools
--- http
webhook_cpu heavy light;
--- says
[emerg] invalid parameter "light", it must be "threads=" or "memory=" in http:1

=== cpu: misspelt
--- http
webhook_cpu thread=4;
--- says
[emerg] invalid parameter "thread=4", did you mean "threads="? in http:1

=== cpu: no args
--- http
webhook_cpu;
--- says
[emerg] invalid number of arguments in "webhook_cpu" directive in http:1

=== cpu: memory=64MB
--- http
webhook_cpu memory=64MB;
--- says
[emerg] invalid "memory=64MB", it must be a size of 1m or more in http:1

=== cpu: dup
--- http
webhook_cpu threads=2; webhook_cpu threads=3;
--- says
[emerg] "webhook_cpu" directive is duplicate in http:1

=== cpu: dup param
--- http
webhook_cpu threads=2 threads=3;
--- says
[emerg] invalid parameter "threads=3", "threads=" is given twice in http:1

=== cpu: off
--- http
webhook_cpu off;
--- says
[emerg] unknown thread pool "off" in http:1

=== webhook_cpu: threads of another kind
--- http
webhook_cpu threads=many;
--- says
[emerg] invalid "threads=many", it must be a number from 1 to 1024 in http:1

=== webhook_cpu: more threads than there may be
--- http
webhook_cpu threads=1025;
--- says
[emerg] invalid "threads=1025", it must be a number from 1 to 1024 in http:1

=== webhook_cpu: memory that is no size
--- http
webhook_cpu memory=lots;
--- says
[emerg] invalid "memory=lots", it must be a size of 1m or more in http:1

=== webhook_cpu: in a server
--- server
webhook_cpu threads=2;
--- says
[emerg] "webhook_cpu" directive is not allowed here in server:1
