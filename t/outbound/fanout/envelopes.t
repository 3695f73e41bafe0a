# The record that an event is about, in envelopes; CloudEvents' fields.

use strict;
use warnings;

use lib 't/lib';

use Test::More;
use Webhook::Test qw(slurp);

my $json = 'application/json';

my $t = Webhook::Test->new;

my $api = $t->endpoint(name => 'api', answers => {
    '*'     => [{ body => '{"id": 7, "_id": "old", "name": "x"}',
                  headers => ['Content-Type' => $json] }],
    '/list' => [{ body => '[1, 2]', headers => ['Content-Type' => $json] }],
    '/long' => [{ body => '{"id": "' . ('i' x 5000) . '"}',
                  headers => ['Content-Type' => $json] }],
});
my $hook = $t->endpoint(name => 'erp');

$t->config(http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=64m;
    webhook_event_type sale.edit "";
    webhook_event_type sale.one "";
    webhook_event_type 2nd.event "";

    webhook_endpoint night {
        url      http://127.0.0.1:%%PORT_erp%%/night;
        events   sale.* 2nd.event;
        envelope nightpos;
    }

    webhook_endpoint night_xml {
        url      http://127.0.0.1:%%PORT_erp%%/night_xml;
        events   sale.* 2nd.event;
        envelope nightpos;
        format   xml;
    }

    webhook_endpoint cloud {
        url      http://127.0.0.1:%%PORT_erp%%/cloud;
        events   sale.edit;
        envelope cloudevents source=urn:pos:1;
    }

    webhook_endpoint binary {
        url      http://127.0.0.1:%%PORT_erp%%/binary;
        events   sale.edit;
        envelope cloudevents mode=binary source=urn:pos:1;
        header   X-Own ${event.type};
    }

    webhook_endpoint host {
        url      http://127.0.0.1:%%PORT_erp%%/host;
        events   sale.edit;
        envelope cloudevents;
    }

    webhook_endpoint std {
        url      http://127.0.0.1:%%PORT_erp%%/std;
        events   sale.edit;
        envelope standard;
    }
CONF
    location /sale/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event sale.edit PUT ^/sale/(\w+)$
                      model=sale.order id=response.id;
    }

    location /uri/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event sale.one PUT ^/uri/(\w+)/(?<no>\w+)$
                      model=${uri.1}.line id=S-${uri.no};
    }

    location /sent/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event sale.one PUT ^/sent/ id=request.order.0.id;
    }

    location /number {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event sale.one PUT ^/number 'id=${request.id|int}'
                      model=sale.order;
    }

    location /made {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event sale.one PUT ^/made 'body={"no": "${response.id}"}'
                      id=data.no;
    }

    location /second {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event 2nd.event PUT ^/second;
    }
CONF

$t->start;

my $seen = 0;

sub put {
    my ($uri, $body, $n) = @_;

    my $r = $t->request('PUT', $uri, $body, headers => ['Content-Type', $json]);

    is $r->{status}, 200, "PUT $uri";

    my $all = $hook->wait_requests($seen + $n);

    is @$all - $seen, $n, "$uri: $n sent";

    my %by = map { (substr($_->{path}, 1) => $_) } @$all[$seen .. $#$all];

    $seen = @$all;

    return \%by;
}

my $time = qr/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;

my $r = put('/sale/7', '{}', 6);

is $r->{night}{body},
   '{"_model":"sale.order","_id":7,"_action":"sale.edit",'
   . '"id":7,"name":"x"}', 'nightpos: fields before the payload, _id replaced';
is $r->{night}{headers}{'content-type'}, $json, 'as JSON';
is $r->{night_xml}{body},
   qq(<?xml version="1.0" encoding="UTF-8"?>\n<sale.edit type="object">)
   . '<_model>sale.order</_model><_id type="number">7</_id>'
   . '<_action>sale.edit</_action><id type="number">7</id><name>x</name>'
   . '</sale.edit>',
     'nightpos as XML';

my $event = qr/"specversion":"1\.0","id":"[0-9a-f-]{36}"/;

like $r->{cloud}{body},
     qr/^\{$event,"source":"urn:pos:1","type":"sale\.edit","subject":"7",
        "time":"$time","datacontenttype":"application\/json",
        "data":\{"id":\ 7,\ "_id":\ "old",\ "name":\ "x"\}\}$/x,
     'a CloudEvent, its record the subject';
is $r->{cloud}{headers}{'ce-id'}, undef, 'structured: no such headers';

my $h = $r->{binary}{headers};

is $h->{'ce-specversion'}, '1.0', 'binary: version';
is $h->{'ce-id'}, $h->{'webhook-id'}, 'id';
is $h->{'ce-source'}, 'urn:pos:1', 'source';
is $h->{'ce-type'}, 'sale.edit', 'type';
is $h->{'ce-subject'}, '7', 'subject';
like $h->{'ce-time'}, qr/^$time$/, 'time';
is $h->{'x-own'}, 'sale.edit', 'beside own headers';
is $h->{'content-type'}, $json, 'Content-Type of the payload';
is $r->{binary}{body}, '{"id": 7, "_id": "old", "name": "x"}', 'the payload';

like $r->{host}{body}, qr{"source":"//[^"]+"}, 'source: this host';
like $r->{std}{body},
     qr/^\{"type":"sale\.edit","timestamp":"$time","data":\{"id": 7,/,
     'standard has no record';

my ($stamp) = $r->{std}{body} =~ /"timestamp":"($time)"/;
is $h->{'ce-time'}, $stamp, 'one time in all';

$r = put('/sale/list', '{}', 6);
is $r->{night}{body},
   '{"_model":"sale.order","_action":"sale.edit","data":[1, 2]}',
   'nightpos of what is no object, and without the id';
is $r->{binary}{headers}{'ce-subject'}, undef, 'no subject without an id';

# An id that is too long fails those that tell it.

$r = put('/sale/long', '{}', 1);
is join(' ', keys %$r), 'std', 'others are sent';
like $t->nginx->error_log,
     qr/is not sent to "cloud": the model or id is longer than 4096 bytes/,
     'the log says why the rest is not';

# Where they come from.

$r = put('/uri/sale/12', '{}', 2);
like $r->{night}{body},
     qr/^\{"_model":"sale\.line","_id":"S-12","_action":"sale\.one"/,
     'templates of captures';

$r = put('/sent/1', '{"order": [{"id": "0012"}]}', 2);
like $r->{night}{body}, qr/^\{"_id":"0012","_action"/,
     'a path of the request; zeros stay';

$r = put('/number', '{"id": "0012"}', 2);
like $r->{night}{body}, qr/^\{"_model":"sale\.order","_id":12,/, 'a filter';

$r = put('/made', '{}', 2);
is $r->{night}{body}, '{"_id":7,"_action":"sale.one","no":7}',
   'data is what the rule made';

$r = put('/second', '{}', 2);
like $r->{night_xml}{body}, qr/<item key="2nd\.event" type="object">/,
     'the root of a type that is no name';

$t->request('PUT', '/number', '{"id": "x"}',
            headers => ['Content-Type', $json]);
like $t->nginx->wait_log(qr/event lost/) // '', qr/"sale\.one" .*no endpoint/,
     'an id that is no number, and nobody is left';
like $t->nginx->error_log, qr/is not sent to "night": .*request\.id/,
     'the log names the path';

$t->stop;
$t->ok_logs;

# What is not taken.

my @wrong = (
    ['webhook_event sale.one PUT ^/ id=nothing.id;',
     qr/invalid path "nothing\.id": it must begin with/],
    ['webhook_event sale.one PUT ^/ id=;', qr/invalid parameter "id="/],
    ['webhook_event sale.one PUT ^/ id=uri.1;', qr/no such capture/],
    ['webhook_event sale.one PUT ^/ id=data.a id=data.b;',
     qr/invalid parameter "id=data\.b"/],
    ['webhook_event sale.one PUT ^/ model=${data.a|wrong};',
     qr/invalid model template/],
    ['webhook_event sale.one PUT ^/ model=${var.lost};',
     qr/unknown variable in "var\.lost"/],
    ['webhook_idempotency "X Y";', qr/"X Y" is neither a header name/],
    ['webhook_idempotency a; webhook_idempotency b;', qr/is duplicate/],
);

for my $wrong (@wrong) {
    my ($text, $re) = @$wrong;

    $t->config(http => <<"CONF");
    webhook_store %%STORE%% size=64m;
    webhook_event_type sale.one "";
    $text
CONF

    my ($status, $out) = $t->nginx->test;
    isnt $status, 0, "refused: $text";
    like $out, $re, 'and why';
}

# More forms than an event can have.

my $many = join '', map { <<"CONF" } 1 .. 65;
    webhook_endpoint e$_ {
        url    http://127.0.0.1:1/;
        events sale.one;
        header X-Id "$_ \${data.id}";
    }
CONF

$t->config(http => <<"CONF");
    webhook_store %%STORE%% size=64m;
    webhook_event_type sale.one "";
    webhook_event sale.one PUT ^/;
    $many
CONF

my ($status, $out) = $t->nginx->test;
isnt $status, 0, 'more than 64 forms';
like $out, qr/endpoints of event type "sale\.one" are sent it in more than 64/,
     'and why';

done_testing;
