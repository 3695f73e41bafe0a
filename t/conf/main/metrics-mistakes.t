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
[emerg] invalid number of arguments in "webhook_metrics" directive in server:1

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
