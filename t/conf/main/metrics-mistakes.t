# Mistakes about webhook_metrics.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

mistakes_run();

done_testing;

__DATA__
=== metrics and proxy_pass
--- server
location = /metrics { webhook_metrics; proxy_pass http://127.0.0.1:9; }
--- says
[emerg] location "/metrics" has "webhook_metrics" and another directive that answers requests in server:1

=== metrics after proxy_pass
--- server
location = /metrics { proxy_pass http://127.0.0.1:9; webhook_metrics; }
--- says
[emerg] location "/metrics" has "webhook_metrics" and another directive that answers requests in server:1

=== metrics and return
--- server
location = /metrics { return 200 x; webhook_metrics; }
--- says
[emerg] location "/metrics" has "webhook_metrics" and a "return" that answers requests in server:1

=== metrics twice
--- server
location = /metrics { webhook_metrics; webhook_metrics; }
--- says
[emerg] "webhook_metrics" directive is duplicate in server:1

=== metrics and stub_status
--- server
location = /metrics { webhook_metrics; stub_status; }
--- says
[emerg] location "/metrics" has "webhook_metrics" and another directive that answers requests in server:1

=== metrics on
--- server
location = /metrics { webhook_metrics on; }
--- says
[emerg] invalid parameter "on", it must be "labels=" in server:1

=== two parameters
--- server
location = /metrics { webhook_metrics labels=1 labels=2; }
--- says
[emerg] invalid number of arguments in "webhook_metrics" directive in server:1

=== labels= that is no number
--- server
location = /metrics { webhook_metrics labels=many; }
--- says
[emerg] invalid "labels=many", it must be a number from 0 to 20000 in server:1

=== labels= that is too much
--- server
location = /metrics { webhook_metrics labels=20001; }
--- says
[emerg] invalid "labels=20001", it must be a number from 0 to 20000 in server:1

=== labels= that differ
--- server
location = /metrics { webhook_metrics labels=5; }
location = /more { webhook_metrics; }
--- says
[emerg] "labels=" is 5 in server:1, and has to be the same everywhere in server:2

=== metrics in server
--- server
webhook_metrics;
--- says
[emerg] "webhook_metrics" directive is not allowed here in server:1

=== metrics and try_files
--- server
location = /metrics { webhook_metrics; try_files $uri /index.html; }
--- says
[emerg] location "/metrics" has "webhook_metrics" and "try_files" that answers requests in server:1

=== metrics and receive
--- server
location /m/ { webhook_receive; webhook_metrics; }
--- says
[emerg] location "/m/" has "webhook_metrics" and another directive that answers requests in server:1
