# Keys with dots, blanks, quotes and dollars, and those named as a root: wherever
# a path may stand.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use JSON::PP ();
use Webhook::Test qw(wait_for);

my $token = 'paths-0p1n-1256789-abcdefghijk';

my $t = Webhook::Test->new;
my $api = $t->endpoint(name => 'api');

my %receivers = (
    keys => q~require fields."System.State" 'fields."First Name"';
        filter  "fields.'System.State' in (Active, 'To Do')";
        target  id=${fields."System.Id"|int};
        dedupe  body:fields."System.Id";
        action  PUT /api/item/${fields."System.Id"|int}?n=${fields."a/?b"}
                '{"state": "${fields."System.State"}", "x": "<${fields."First Name"}>",
                  "ref": "${"$ref"}", "q": ${fields."it\'s".count|int},
                  "none": "${fields."a}|b"|default:d}"}';
        capture made response."New.Id";
        action  POST /api/made/${made} "when=fields.\"System.State\" == Active";~,
    roots => q~action POST /api/x '{"a": "${payload.header.id}", "b": "${"header".id}",
            "c": "${header.X-A}", "d": "${header.id}", "e": "${payload.query}",
            "f": "${payload.own.0}", "g": "${"payload".own}"}';~,
    all => q~action POST /api/x '{"all": ${payload}, "x": "${payload.payload.y}"}';~,
    each => q~for_each root.lines; action POST /api/x
            '{"a": "${payload.id}", "b": "${payload.header}", "c": "${"header"}"}';~,
    hidden => q~log_calls on; redact fields."Card.Pin" "\"header\".key" payload.header.more
                query."a.b" header."X-Tenant";
        action POST /api/x '{"a": "${fields."Card.Pin"}", "b": "${payload.header.key}",
            "c": "${"header".more}", "d": "${fields.other}", "e": "${"fields"."Card.Pin"}",
            "f": "${header.x-tenant}", "g": "${payload.fields."Card.Pin"}"}';~,
);

$t->config(
    http => "webhook_store %%STORE%% size=64m;\n" . join('', map {
        "webhook_receiver $_ { secret $_-$token;\n $receivers{$_}\n }\n" }
        sort keys %receivers),
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
CONF
);

$t->start;

$api->answer('*', { body => '{"New.Id": 12}',
                    headers => ['Content-Type' => 'application/json'] });

my $n = 0;

sub call
{
    my ($name, $payload, $args, @headers) = @_;

    my $r = $t->request('POST', "/web/hook/$name-$token" . ($args // ''),
                        $payload,
                        headers => ['Content-Type' => 'application/json',
                                    @headers]);

    my $all = $api->requests;
    my @new = @$all[$n .. $#$all];

    $n = @$all;
    return ($r, @new);
}

sub error { JSON::PP::decode_json($_[0]{body})->{error} }

my $item = '{"fields": {"System.State": "Active", "First Name": "Ann",
    "System.Id": "7", "a/?b": "1/2", "it\'s": {"count": "3"}}, "$ref": [1 ]}';

my ($r, @q) = call('keys', $item);

is $r->{status}, 200, 'keys in quotes' or diag $r->{body};
is $q[0]{uri}, '/api/item/7?n=1%2F2', 'in a URI';
is $q[0]{body}, '{"state": "Active", "x": "<Ann>",
                  "ref": [1 ], "q": 3,
                  "none": "d"}', 'in a body';
is $q[1]{uri}, '/api/made/12', 'in what is captured, and in a condition';

($r, @q) = call('keys', $item);
is "$r->{status} " . @q, '200 0', 'in dedupe';

($r) = call('keys', '{"fields": {"System": {"State": "Active"}}}');
is $r->{status}, 422, 'a key with a dot is no path';
is error($r), q{Missing required fields: 'fields."System.State"'}
              . q{ and 'fields."First Name"'}, 'and told as it was written';

($r) = call('keys', '{"fields": {"System.State": "Done", "First Name": "Ann",
    "System.Id": 8}}');
like error($r), qr/^The call does not meet the condition: fields\.'System/,
     'in a filter';

($r) = call('keys', '{"fields": {"System.State": "To Do", "First Name": "Ann",
    "System.Id": "x"}}');
like error($r), qr/fields\."System\.Id"/, 'in a target';

($r, @q) = call('roots', '{"header": {"id": 1}, "query": "q", "own": [2]}', '',
                'X-A' => 'h');
is $q[0]{body}, '{"a": 1, "b": 1,
            "c": "h", "d": null, "e": "q",
            "f": 2, "g": null}', 'fields that are named as a root';

($r, @q) = call('roots', '{"header": {"id": 1}, "payload": {"own": [3]}}');
is $q[0]{body}, '{"a": null, "b": 1,
            "c": null, "d": null, "e": null,
            "f": 3, "g": [3]}', 'a field of the name "payload" comes first';

($r, @q) = call('all', '{"a" : 1}');
is $q[0]{body}, '{"all": {"a" : 1}, "x": null}', 'all of the payload';

($r, @q) = call('all', '{"payload": {"payload": {"y": 2}}}');
is $q[0]{body}, '{"all": {"payload": {"y": 2}}, "x": 2}',
    'or the field of that name';

($r, @q) = call('each', '{"id": 1, "lines": [{"header": 2},
                                               {"payload": {"id": 3}}]}');
is $q[0]{body}, '{"a": 1, "b": null, "c": 2}', 'of an element';
is $q[1]{body}, '{"a": 3, "b": null, "c": null}', 'which may have the field';

# What is redacted, however it is written.

my $secret = '{"fields": {"Card.Pin": "p1n-12", "other": "o"},
    "header": {"key": "k3yk3y", "more": "m0rem0re"}}';

($r) = call('hidden', $secret, '?dry_run=1&a.b=s3cret', 'X-Tenant' => 't3nant');

is_deeply JSON::PP::decode_json($r->{body})->{calls}[0]{body},
    { a => '***', b => '***', c => '***', d => 'o', e => '***', f => '***',
      g => '***' }, 'a dry run shows none of it';

($r) = call('hidden', $secret, '?a.b=s3cret', 'X-Tenant' => 't3nant');
is $r->{status}, 200, 'called';

my $out = wait_for(sub {
    my ($rc, $text) = $t->ctl('calls', 'hidden', '--json');
    return 2 == split(/\n/, $text) ? $text : undef;
}, 5);

like $out, qr/\*\*\*/, 'the history';
unlike $out, qr/p1n-12|k3yk3y|m0rem0re|t3nant|s3cret/, 'shows none of it either';
unlike $t->nginx->error_log, qr/p1n-12|k3yk3y|m0rem0re|t3nant|s3cret/, 'nor a log';

$t->stop;
$t->ok_logs;

done_testing;
