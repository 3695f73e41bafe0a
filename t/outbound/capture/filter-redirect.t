# A filter behind ours that refuses a response whose end, or body, was held:
# xslt, of what is no XML. Its error page, be it nginx's own, another location
# or a named one, goes out as without rules; the event of the API's response is
# kept once.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Nginx qw(loads);
use Webhook::Sandbox qw(slurp);
use Webhook::Test;

my $xslt = '/usr/lib/nginx/modules/ngx_http_xslt_filter_module.so';

plan skip_all => 'no xslt filter for this nginx' unless loads($xslt);

my %rule = (
    none    => '',
    read    => 'webhook_event a.one GET ^/read/;',
    unread  => 'webhook_event a.one GET ^/unread/ \'body={"a": 1}\';',
    stream  => 'proxy_buffering off; webhook_event a.one GET ^/stream/;',
    late    => 'webhook_commit after_response;'
               . ' webhook_event a.one GET ^/late/;',
);

my %page = (
    own      => '',
    uri      => 'error_page 500 /page;',
    status   => 'error_page 500 =200 /page;',
    named    => 'error_page 500 =202 @page;',
    proxied  => 'error_page 500 =203 /proxied;',
    counted  => 'error_page 500 =200 /counted;',
    redirect => 'error_page 500 =302 http://127.0.0.1/there;',
);

my $t = Webhook::Test->new(http2 => 1);
my $erp = $t->endpoint(name => 'erp');

my $bad = '<a><b>' . 'x' x 100_000 . '</a>';

$t->backend(api => <<"CONF");
    default_type application/xml;
    location / { return 200 '<a>no end'; }
    location /large/ { root @{[$t->prefix]}/www; }
    location /page { default_type text/plain; return 200 "from behind\\n"; }
CONF

$t->file('www/large/bad', $bad);
$t->file('style.xsl', <<'XSL');
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="text"/><xsl:template match="/">well</xsl:template>
</xsl:stylesheet>
XSL

my $server = join '', map {
    my $rule = $_;
    join '', map { <<"CONF" } sort keys %page;
    location /$rule/$_/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        xslt_types application/xml;
        xslt_stylesheet %%PREFIX%%/style.xsl;
        $rule{$rule}
        $page{$_}
    }
CONF
} sort keys %rule;

$t->config(
    main   => "load_module $xslt;\n",
    http   => <<'CONF',
    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one;
    webhook_event_type a.page;
    webhook_endpoint erp { url http://127.0.0.1:%%PORT_erp%%/; events *; }
    log_format w '$request_uri $status $webhook_event $webhook_status';
    access_log %%PREFIX%%/logs/w.log w;
CONF
    server => $server . <<'CONF');
    location = /page { internal; return 200 "a page\n"; }
    location = /proxied {
        internal; proxy_pass http://127.0.0.1:%%PORT_api%%/page;
    }
    location = /counted {
        internal;
        proxy_pass http://127.0.0.1:%%PORT_api%%/page;
        webhook_event a.page * ^/counted$;
    }
    location @page { return 200 "a named page\n"; }
CONF

$t->start;
$t->allow(qr/xmlParseChunk/);

for my $size ('', 'large/bad') {
    for my $page (sort keys %page) {

        my $plain = $t->request('GET', "/none/$page/$size");

        for my $rule (qw(read unread stream late)) {
            my $uri = "/$rule/$page/$size";

            for my $how (0, 1) {
                my $got = $how ? $t->curl('GET', $uri, undef, http2 => 1)
                               : $t->request('GET', $uri);

                is $got->{status}, $plain->{status},
                    "$uri: the status" . ($how ? ' by HTTP/2' : '');
                is $got->{body}, $plain->{body}, 'and the body';
            }
        }
    }
}

is $t->get("/read/own/$_")->{status}, 500, 'it answers on' for 1 .. 3;

$t->stop;

my $log = slurp($t->prefix . '/logs/w.log');

for my $line (grep { m{^/(?:read|unread|stream|late)/} } split /\n/, $log) {
    my ($uri, $status, $event, $became) = split ' ', $line;

    is $event, 'a.one', "$uri: one event, of the response";

    # It passes as it comes, and the filter may give it up before its end.

    like $became, $uri =~ m{^/(?:stream|late)/.*/large/}
                  ? qr/^(?:committed|pending|failed)$/
                  : $uri =~ m{^/late/} ? qr/^pending$/ : qr/^committed$/,
        "which is $became";
}

$t->ok_logs;

done_testing;
