# What endpoints are sent: formats, body and header templates, envelopes; each
# form made once, and what happens where one cannot be made.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Webhook::Test qw(slurp wait_for);

my $json = 'application/json';

my $order = '{"id": 12345678901234567890, "price": 0.10, "name": "Linh \u00e9", '
            . '"tags": ["a"], "none": null}';
my $xml = qq(<?xml version="1.0"?>\n<order no="7"><id>7</id><l>a</l><l>b</l>)
          . '</order>';
my $form = 'id=7&name=Linh+%C3%A9&tag=a&tag=b';
my $parts = join "\r\n", '--xx', 'Content-Disposition: form-data; name="id"',
                 '', '7', '--xx--', '';
my $deep = ('[' x 80) . (']' x 80);

sub typed { return [{ body => $_[1], headers => ['Content-Type' => $_[0]] }]; }

my $t = Webhook::Test->new;

my $api = $t->endpoint(name => 'api', answers => {
    '/json'   => typed($json, $order),
    '/xml'    => typed('application/xml; charset=utf-8', $xml),
    '/soap'   => typed('application/soap+xml', $xml),
    '/form'   => typed('application/x-www-form-urlencoded', $form),
    '/parts'  => typed('multipart/form-data; boundary=xx', $parts),
    '/text'   => typed('text/plain', '42'),
    '/bytes'  => typed('application/pdf', "\x00\xff%PDF"),
    '/empty'  => [{ status => 204 }],
    '/broken' => typed($json, '{"id": '),
    '/badxml' => typed('text/xml', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'),
    '/badform' => typed('application/x-www-form-urlencoded', 'a=%zz'),
    '/deep'   => typed($json, $deep),
    '/spread' => typed($json, '[' . ('1,' x 30_000) . '1]'),
});
my $hook = $t->endpoint(name => 'erp');

# Endpoints by name, each at a path of its own.

my %endpoint = (
    plain    => '',
    json     => 'format json;',
    xml      => 'format xml;',
    std      => 'envelope standard;',
    std_xml  => 'envelope standard; format xml;',
    ce       => 'envelope cloudevents source=/pos;',
    ceb      => 'envelope cloudevents mode=binary source=/pos;',
    ceb_xml  => 'envelope cloudevents mode=binary source=/pos; format xml;',
    np       => 'envelope nightpos;',
    body     => q(body '{"i": "${data.id}", "m": "${var.request_method}", "q": "${request.why}"}';),
    body_xml => q(body '{"i": "${data.id}"}'; format xml;),
    body_std => q(body '{"i": "${data.id}"}'; envelope standard;),
    header   => 'header X-Id "id ${data.id}"; header X-Fix fixed;',
    header2  => 'header X-Id "id ${data.id}"; header X-Type ${event.type};',
    map { ("twin$_" => '') } 1 .. 6
);

is scalar keys %endpoint, 20, 'twenty endpoints';

my $http = '';

for my $name (sort keys %endpoint) {
    my $own = $endpoint{$name};

    $http .= <<"CONF";
    webhook_endpoint $name {
        url    http://127.0.0.1:%%PORT_erp%%/$name;
        events a.one;
        $own
    }
CONF
}

# Those that fail now and then have an event of their own.

$http .= <<'CONF';
    webhook_endpoint ok {
        url    http://127.0.0.1:%%PORT_erp%%/ok;
        events b.*;
    }

    webhook_endpoint needs {
        url    http://127.0.0.1:%%PORT_erp%%/needs;
        events b.one c.only;
        body   '{"id": "${data.id|required}"}';
    }

    webhook_endpoint head {
        url    http://127.0.0.1:%%PORT_erp%%/head;
        events b.one;
        header X-Name ${data.name};
    }

    webhook_endpoint asks {
        url    http://127.0.0.1:%%PORT_erp%%/asks;
        events b.two;
        header X-Why ${request.why};
    }

    webhook_endpoint looks {
        url    http://127.0.0.1:%%PORT_erp%%/looks;
        events b.three;
        header X-Id ${response.id};
    }
CONF

$t->config(http => <<"CONF", server => <<'CONF');
    log_format hook '\$request [\$webhook_event] \$webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=64m;
    webhook_event_type a.one "";
    webhook_event_type b.one "";
    webhook_event_type b.two "";
    webhook_event_type b.three "";
    webhook_event_type c.only "";
$http
CONF
    location = /metrics { webhook_metrics; }

    location /all/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event a.one * ^/all/;
    }

    location /part/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event a.one * ^/part/ payload=response.order.l.1
                      "when=response.order.@no == 7" "when=data == b";
    }

    location /sent/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/json;
        webhook_event a.one * ^/sent/ payload=request "when=data.id == 7";
    }

    location /made/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event a.one * ^/made/ 'body={"id": "${response.order.id|int}"}';
    }

    location /fails/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event b.one POST ^/fails/ payload=request;
    }

    location /only/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event c.only POST ^/only/ payload=request;
    }

    location /asks/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event b.two POST ^/asks/;
        webhook_payload_max 200;
    }

    location /looks/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event b.three POST ^/looks/ payload=request;
        webhook_payload_max 40;
    }
CONF

$t->start;

my $seen = 0;
my $id = qr/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/;
my $time = qr/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;

# The requests that came since the last look, by endpoint.

sub came {
    my ($n) = @_;

    my $all = $hook->wait_requests($seen + $n);

    is @$all - $seen, $n, "$n sent";

    my %by = map { (substr($_->{path}, 1) => $_) } @$all[$seen .. $#$all];

    $seen = @$all;

    return \%by;
}

# What the error log says since the last look.

my $mark = 0;

sub told {
    my $log = $t->nginx->error_log($mark);

    $mark = $t->nginx->mark;

    return $log;
}

sub sent {
    my ($r, $type, $body, $what) = @_;

    is $r->{headers}{'content-type'}, $type, "$what: type";

    ref $body ? like($r->{body}, $body, "$what: body")
              : is($r->{body}, $body, "$what: body");
}

my $xmlt = 'application/xml; charset=utf-8';
my $decl = qq(<?xml version="1.0" encoding="UTF-8"?>\n);

# ------------------------------------------------------------------ JSON ---

$t->post('/all/json', '{"why": "because"}');
my $r = came(20);

my $as_xml = $decl . '<a.one type="object">'
    . '<id type="number">12345678901234567890</id>'
    . '<price type="number">0.10</price><name>Linh ' . "\xc3\xa9" . '</name>'
    . '<tags type="array"><item>a</item></tags><none type="null"/></a.one>';

sent $r->{plain}, $json, $order, 'JSON as it is';
sent $r->{"twin$_"}, $json, $order, "twin $_" for 1 .. 6;
sent $r->{json}, $json, $order, 'JSON for format json';
sent $r->{xml}, $xmlt, $as_xml, 'JSON for format xml';
sent $r->{std}, $json,
     qr/^\{"type":"a\.one","timestamp":"$time","data":\Q$order\E\}$/,
     'envelope standard';
sent $r->{std_xml}, $xmlt,
     qr{^\Q$decl\E<a\.one\ type="object"><type>a\.one</type><timestamp>$time
        </timestamp><data><id\ type="number">12345678901234567890</id>.*
        </data></a\.one>$}x,
     'envelope standard as XML';
like $r->{ce}{headers}{'content-type'}, qr{^application/cloudevents\+json},
     'a structured CloudEvent';
like $r->{ce}{body}, qr{^\{"specversion":"1\.0","id":"$id","source":"/pos",
     "type":"a\.one","time":"$time","datacontenttype":"application/json",
     "data":\Q$order\E\}$}x, 'its body';
sent $r->{ceb}, $json, $order, 'a binary CloudEvent';
is $r->{ceb}{headers}{'ce-source'}, '/pos', 'its source';
is $r->{ceb}{headers}{'ce-type'}, 'a.one', 'its type';
is $r->{ceb}{headers}{'ce-id'}, $r->{ceb}{headers}{'webhook-id'}, 'its id';
sent $r->{ceb_xml}, $xmlt, $as_xml, 'a binary CloudEvent as XML';
is $r->{ceb_xml}{headers}{'ce-specversion'}, '1.0', 'with its headers';
is $r->{plain}{headers}{'ce-id'}, undef, 'no such headers elsewhere';
sent $r->{np}, $json, qr/^\{"_action":"a\.one","id":1234567890.*"none":null\}$/,
     'nightpos without a record';
sent $r->{body}, $json,
     '{"i": 12345678901234567890, "m": "POST", "q": "because"}', 'own body';
sent $r->{body_xml}, $xmlt, $decl . '<a.one type="object">'
     . '<i type="number">12345678901234567890</i></a.one>', 'own body as XML';
sent $r->{body_std}, $json,
     qr/"data":\{"i": 12345678901234567890\}\}$/, 'own body in an envelope';
sent $r->{header}, $json, $order, 'own headers';
is $r->{header}{headers}{'x-id'}, 'id 12345678901234567890', 'rendered';
is $r->{header}{headers}{'x-fix'}, 'fixed', 'and constant';
is $r->{header2}{headers}{'x-type'}, 'a.one', 'of the event';
is $r->{plain}{headers}{'x-id'}, undef, 'and not of another';

my %ids = map { ($_->{headers}{'webhook-id'} => 1) } values %$r;

is scalar keys %ids, 1, 'all of one event';

my ($status, $out) = $t->ctl('show', (keys %ids)[0]);
is $status, 0, 'webhookctl shows it';

# ----------------------------------------------------------- XML and forms ---

my $of_xml = '{"order":{"@no":"7","id":"7","l":["a","b"]}}';

$t->post('/all/xml', '{}');
$r = came(20);

sent $r->{plain}, $xmlt, $xml, 'XML as it is';
sent $r->{xml}, $xmlt, $xml, 'XML for format xml';
sent $r->{json}, $json, $of_xml, 'XML for format json';
sent $r->{std}, $json, qr/"data":\Q$of_xml\E\}$/, 'XML in an envelope';
sent $r->{ceb}, $xmlt, $xml, 'XML in a binary CloudEvent';
sent $r->{body}, $json, '{"i": null, "m": "POST", "q": null}',
     'a template sees mapped XML';
is $r->{header}{headers}{'x-id'}, 'id', 'a header too';

$t->post('/all/soap', '{}');
$r = came(20);

sent $r->{plain}, 'application/soap+xml', $xml, 'another XML as it is';
sent $r->{json}, $json, $of_xml, 'another XML for format json';

my $of_form = qq({"id":"7","name":"Linh \xc3\xa9","tag":["a","b"]});

$t->post('/all/form', '{}');
$r = came(20);

sent $r->{plain}, 'application/x-www-form-urlencoded', $form,
     'a form as it is';
sent $r->{json}, $json, $of_form, 'a form for format json';
sent $r->{xml}, $xmlt,
     $decl . '<a.one type="object"><id>7</id>' . "<name>Linh \xc3\xa9</name>"
     . '<tag type="array"><item>a</item><item>b</item></tag></a.one>',
     'a form for format xml';
sent $r->{np}, $json, qr/^\{"_action":"a\.one","id":"7"/, 'a form, nightpos';
is $r->{header}{headers}{'x-id'}, 'id 7', 'a header of a form';

$t->post('/all/parts', '{}');
$r = came(20);

sent $r->{plain}, 'multipart/form-data; boundary=xx', $parts,
     'a multipart form as it is';
sent $r->{json}, $json, '{"id":"7"}', 'a multipart form for format json';

# ------------------------------------------------------------- the others ---

$t->post('/all/text', '{}');
$r = came(20);

sent $r->{$_}, 'text/plain', '42', "text for $_" for qw(plain json xml);
sent $r->{std}, $json, qr/"data":"42"\}$/, 'text in an envelope';

$t->post('/all/bytes', '{}');
$r = came(20);

sent $r->{$_}, 'application/pdf', "\x00\xff%PDF", "bytes for $_"
    for qw(plain json xml);
sent $r->{std}, $json, qr/"data_base64":"AP8lUERG"\}$/, 'bytes in an envelope';

$t->post('/all/empty', '{}');
$r = came(20);

sent $r->{plain}, $json, '{}', 'nothing';
sent $r->{xml}, $xmlt, $decl . '<a.one type="object"/>', 'nothing, as XML';

$mark = $t->nginx->mark;
$t->post('/all/broken', '{}');
$r = came(20);

sent $r->{$_}, $json, '{"id": ', "broken JSON for $_" for qw(plain json xml);
sent $r->{std}, $json, qr/"data":"\{\\"id\\": "\}$/, 'and in an envelope';

my $log = told();
like $log, qr/\[warn\].*"a\.one" $id cannot be mapped .*: the body is not JSON/,
     'the log says so';
unlike $log, qr/\[error\]/, 'without an error';

$t->post('/all/badxml', '{}');
$r = came(20);

sent $r->{json}, 'text/xml', qr/^<!DOCTYPE/, 'XML that is refused goes as it is';
like told(), qr/cannot be mapped .*: the body is not well-formed/,
     'the log says so';

$t->post('/all/badform', '{}');
$r = came(20);

sent $r->{json}, 'application/x-www-form-urlencoded', 'a=%zz',
     'a form that is none goes as it is';
like told(), qr/cannot be mapped .*: the body is not a form/,
     'the log says so';

# ---------------------------------------------------------- parts, request ---

$t->post('/part/xml', '{}');
$r = came(20);

sent $r->{plain}, $json, '"b"', 'a part of mapped XML';
sent $r->{xml}, $xmlt, $decl . '<a.one type="string">b</a.one>', 'as XML';

$t->post('/made/xml', '{}');
$r = came(20);

sent $r->{plain}, $json, '{"id": 7}', "a rule's body of mapped XML";
sent $r->{body}, $json, qr/^\{"i": 7,/, 'data is what the rule made';
is $r->{header}{headers}{'x-id'}, 'id 7', 'in headers too';

$t->request('POST', '/sent/1', 'id=7&why=so',
            headers => ['Content-Type', 'application/x-www-form-urlencoded']);
$r = came(20);

sent $r->{plain}, 'application/x-www-form-urlencoded', 'id=7&why=so',
     'the form that was sent';
sent $r->{json}, $json, '{"id":"7","why":"so"}', 'as JSON';
sent $r->{body}, $json, qr/"q": "so"/, 'root request of a form';

$t->request('POST', '/sent/2', '{"id": 7}',
            headers => ['Content-Type', 'application/x-www-form-urlencoded']);
$r = came(20);

sent $r->{plain}, 'application/x-www-form-urlencoded', '{"id": 7}',
     'JSON sent as a form goes as it is';
sent $r->{json}, $json, '{"id": 7}', 'and is JSON for format json';

# ---------------------------------------------------------------- failures ---

sub metric {
    my ($name) = @_;

    return $t->get('/metrics')->{body} =~ /^$name (\d+)$/m ? $1 : -1;
}

$mark = $t->nginx->mark;

my $a = $t->request('POST', '/fails/json', '{"name": "x"}',
                    headers => ['Content-Type', $json]);
$r = came(2);

is $a->{status}, 200, 'the client has its answer';
is $a->{body}, $order, 'whole';
is join(' ', sort keys %$r), 'head ok', 'one fails, the others do not';
$log = told();
like $log, qr/\[error\].*"b\.one" $id is not sent to "needs": .*data\.id/,
     'the log says why';

$t->request('POST', '/fails/json', '{"id": 1, "name": "a\nb"}',
            headers => ['Content-Type', $json]);
$r = came(2);

is join(' ', sort keys %$r), 'needs ok', 'a header that cannot be';
like told(), qr/is not sent to "head": /, 'is told of';

$t->request('POST', '/only/json', '{}', headers => ['Content-Type', $json]);
$log = wait_for(sub { my $l = slurp($t->prefix . '/logs/hook.log');
                      $l =~ m{/only/} && $l });
like $log, qr{/only/json HTTP/1\.1 \[c\.only\] failed$}m,
     'none could be made: the event failed';
like told(), qr/webhook event lost: "c\.only" .*for no endpoint/,
     'and is lost aloud';

# An endpoint that looks at the request goes without where it was too large.

$t->request('POST', '/asks/empty', '{"why": "' . ('y' x 300) . '"}',
            headers => ['Content-Type', $json]);
$r = came(1);

is join(' ', keys %$r), 'ok', 'the others do not need the request';
like told(),
     qr/is not sent to "asks": the request's body is over webhook_payload_max/,
     'the log says what was missing';

$t->request('POST', '/asks/empty', '{"why": "me"}',
            headers => ['Content-Type', $json]);
$r = came(2);
is $r->{asks}{headers}{'x-why'}, 'me', 'a request that fits';

# The same for a response.

$a = $t->request('POST', '/looks/json', '{"n": 1}',
                 headers => ['Content-Type', $json]);
$r = came(1);

is $a->{body}, $order, 'a response over the limit goes on';
is join(' ', keys %$r), 'ok', 'the others do not need the response';
like told(),
     qr/is not sent to "looks": the response's body is over webhook_payload_max/,
     'the log says what was missing';

# Too deep for a reader, not for those who do not read.

$t->post('/all/deep', '{}');
$r = came(15);

sent $r->{plain}, $json, $deep, 'deep JSON goes as it is';
like told(), qr/is not sent to "body": the body is JSON that is/,
     'a template cannot see into it';

# Much is made of little.

$t->post('/all/spread', '{}');
$r = came(20);
is length($r->{xml}{body}), length($decl) + length('<a.one type="array">')
   + 30_001 * length('<item type="number">1</item>') + length('</a.one>'),
   'XML is larger than what it is made of';

is metric('ngx_webhook_deliveries_unmade_total'), 10, 'each is counted';

$t->stop;
$t->ok_logs;

done_testing;
