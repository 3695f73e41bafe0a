# Lists in lists: for_each through several levels, and what of them is redacted.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use JSON::PP ();
use Webhook::Test qw(wait_for);

my $token = 'lists-0123456789-abcdefghijk';

my $t = Webhook::Test->new;
my $api = $t->endpoint(name => 'api');

my %receivers = (
    talk => q{for_each entry[].changes[].value.messages[] max=4; require id;
        action POST /api/${index} '{"id": "${id}", "to": "${parent.value.to}",
            "account": "${parent.parent.id}", "far": "${parent.parent.parent}",
            "all": "${root.object}", "own": "${"parent"}"}';},
    open => q{for_each a[].b; action POST /api/${index} '{"v": "${v}", "n": "${parent.n}"}';},
    top => q{for_each root[].items[]; action POST /api/${index} '{"v": "${v}", "n": "${parent.n}"}';},
    named => q{for_each payload.a[].b[]; action POST /api/${index} '{"v": "${v}"}';},
    form => q{accept form json; for_each items[]; action POST /api/${index} '{"v": ${root."items[]"}}';},
    single => q{for_each items; action POST /api/${index} '{"p": "${parent.id}"}';},
    xml => q{accept xml; for_each o.group[].line[]; action POST /api/${index} '{"n": "${parent.@n}"}';},
    hidden => q{log_calls on; for_each a[].b[]; redact a[].b[].pin a[].key;
        action POST /api/${index} '{"p": "${pin}", "k": "${parent.key}", "v": "${v}",
            "w": "${parent.b.0.pin}", "x": "${root.a.0.key}", "y": "${parent.n}"}';},
    hidden_one => q{log_calls on; for_each lines; redact lines[].pin;
        action POST /api/${index} '{"p": "${pin}", "v": "${v}", "all": "${root.lines}"}';},
    hidden_root => q{log_calls on; for_each root; redact root[].pin;
        action POST /api/${index} '{"p": "${pin}", "v": "${v}"}';},
    hidden_list => q{log_calls on; for_each lines; redact lines;
        action POST /api/${index} '{"p": "${pin}", "i": "${index}", "o": "${root.open}"}';},
    hidden_fail => q{log_calls on; for_each a[].b[]; redact a[].b[].pin;
        action POST /api/fail '{"p": "${pin}"}';},
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

$api->answer('*', 200);
$api->answer('/api/fail', { status => 500, body => 'the pin was 47114711471147 or pin-0815' });

my $n = 0;

sub call
{
    my ($name, $payload, %more) = @_;

    my $r = $t->request('POST', "/web/hook/$name-$token" . ($more{args} // ''),
                        $payload, headers => ['Content-Type' =>
                                      $more{type} // 'application/json']);

    my $all = $api->requests;
    my @new = @$all[$n .. $#$all];

    $n = @$all;
    return ($r, @new);
}

sub error { JSON::PP::decode_json($_[0]{body})->{error} }
sub bodies { join '; ', map { $_->{body} =~ s/\s+/ /gr } @_ }

my $talk = '{"object": "w", "entry": [
    {"id": "E1", "changes": [
        {"value": {"to": "A", "messages": [{"id": 1}, {"id": 2, "parent": 9}]}},
        {"value": {"to": "B", "statuses": [{"id": 7}]}},
        {"value": {"to": "C", "messages": null}},
        {"value": {"to": "D", "messages": []}}]},
    {"id": "E2"},
    {"id": "E3", "changes": [{"value": {"to": "F", "messages": [{"id": 3}]}}]}]}';

my ($r, @q) = call('talk', $talk);

is $r->{body}, '{"status": "ok", "elements": 3}', 'elements of all lists';
is bodies(@q),
    '{"id": 1, "to": "A", "account": "E1", "far": null, "all": "w", "own": null}; '
    . '{"id": 2, "to": "A", "account": "E1", "far": null, "all": "w", "own": 9}; '
    . '{"id": 3, "to": "F", "account": "E3", "far": null, "all": "w", "own": null}',
    'each with those around it';
is join(' ', map { $_->{uri} } @q), '/api/0 /api/1 /api/2', 'numbered in a row';

for my $case (
    ['{"entry": [{"changes": [{"value": {"messages": []}}]}]}', 200],
    ['{"entry": [{"changes": [{"value": {"statuses": []}}]}]}', 422,
     qr/^The payload has no list 'entry\[\]\.changes\[\]\.value\.messages\[\]'$/],
    ['{"entry": [{"changes": [{"value": {"messages": null}}]}]}', 422,
     qr/^The payload has no list/],
    ['{"entry": []}', 422, qr/^The payload has no list/],
    ['{}', 422, qr/^The payload has no list/],
    ['[]', 422, qr/^The payload has no list/],
    ['{"entry": [{"changes": [{"value": {"messages": [{"id": 1}, {"id": 2}]}},
        {"value": {"messages": [{"id": 3}, {"id": 4}, {"id": 5}]}}]}]}', 422,
     qr/^The lists have 5 elements; a call may have 4$/],
    ['{"entry": [{"changes": [{"value": {"messages": [{"id": 1}, {}]}}]}]}', 422,
     qr/^Missing required field: 'id' \(element 2 of 2\)$/])
{
    ($r, @q) = call('talk', $case->[0]);
    is $r->{status}, $case->[1], "status of $case->[0]";
    like error($r), $case->[2], 'and why' if $case->[2];
    is scalar @q, 0, 'and nothing is called';
}

($r, @q) = call('talk', '{"entry": {"id": "E", "changes": {"value": {"to": "A",
    "messages": {"id": 1}}}}}');
is bodies(@q), '{"id": 1, "to": "A", "account": "E", "far": null, "all": null, '
               . '"own": null}', 'what is no list is its only element';

($r, @q) = call('open', '{"a": [{"n": 1, "b": [{"v": 2}, {"v": 3}]},
    {"n": 4, "b": [{"v": 5}]}]}');
is bodies(@q), '{"v": 2, "n": 1}; {"v": 3, "n": 1}; {"v": 5, "n": 4}',
    'the last list needs no brackets';

($r, @q) = call('top', '[{"n": 1, "items": [{"v": 2}]}, {"n": 3, "items": [{"v": 4}]}]');
is bodies(@q), '{"v": 2, "n": 1}; {"v": 4, "n": 3}', 'of a payload that is a list';

($r, @q) = call('named', '{"a": [{"b": [{"v": 1}]}]}');
is bodies(@q), '{"v": 1}', '"payload" is all of it';
($r, @q) = call('named', '{"payload": {"a": {"b": {"v": 2}}}, "a": {"b": {"v": 3}}}');
is bodies(@q), '{"v": 2}', 'or the field of that name';

($r, @q) = call('form', 'items%5B%5D=x&items%5B%5D=y',
                type => 'application/x-www-form-urlencoded');
is $r->{body}, '{"status": "ok", "elements": 2}', 'a key that ends in brackets';
is bodies($q[0]), '{"v": ["x","y"]}', 'is there as it is'
    or diag $q[0]{body};
($r, @q) = call('form', '{"items": [1, 2, 3]}');
is $r->{body}, '{"status": "ok", "elements": 3}', 'one without comes first';

($r, @q) = call('single', '{"items": [{"parent": {"id": 5}}]}');
is bodies(@q), '{"p": 5}', 'of one list "parent" is a field';

($r, @q) = call('xml', '<o><group n="1"><line>a</line><line>b</line></group>'
                       . '<group n="2"><line>c</line></group></o>',
                type => 'text/xml');
is bodies(@q), '{"n": "1"}; {"n": "1"}; {"n": "2"}', 'lists of XML';

# redact

sub history
{
    my ($name, $n) = @_;

    return wait_for(sub {
        my ($rc, $text) = $t->ctl('calls', $name, '--json');
        return $n == split(/\n/, $text) ? $text : undef;
    }, 5);
}


sub hidden
{
    my ($name, $payload, $want, $secrets) = @_;

    my ($r) = call($name, $payload, args => '?dry_run=1');

    is_deeply [map { $_->{body} } @{JSON::PP::decode_json($r->{body})->{calls}}],
              $want, "$name: a dry run shows none of it" or diag $r->{body};

    ($r, @q) = call($name, $payload);

    my $out = history($name, 2);

    like $out, qr/\*\*\*/, "$name: the history";
    unlike $out, $secrets, "$name: shows none of it";
}

hidden('hidden', '{"a": [{"n": 1, "key": "s3cr3t", "b": [{"pin": 47114711471147, "v": 1},
    {"pin": "pin-0815", "v": 2}]}, {"key": "k3yk3y", "b": {"pin": {"x": 98769876987698}}}]}',
    [{ p => '***', k => '***', v => 1, w => '***', x => '***', y => 1 },
     { p => '***', k => '***', v => 2, w => '***', x => '***', y => 1 },
     { p => '***', k => '***', v => undef, w => '***', x => '***', y => undef }],
    qr/s3cr3t|47114711471147|pin-0815|k3yk3y|98769876987698/);

hidden('hidden_one', '{"lines": [{"pin": 47114711471147, "v": 1}, {"pin": "pin-0815"}]}',
    [{ p => '***', v => 1, all => '***' },
     { p => '***', v => undef, all => '***' }], qr/47114711471147|pin-0815/);

hidden('hidden_list', '{"lines": [{"pin": 47114711471147}], "open": 1}',
    [{ p => '***', i => 0, o => 1 }], qr/47114711471147/);

hidden('hidden_root', '[{"pin": 47114711471147, "v": 1}, {"pin": "pin-0815"}]',
    [{ p => '***', v => 1 }, { p => '***', v => undef }], qr/47114711471147|pin-0815/);

($r) = call('hidden_fail', '{"a": [{"b": [{"pin": 47114711471147}, {"pin": "pin-0815"}]}]}');
is $r->{status}, 502, 'an action that fails';

my $out = history('hidden_fail', 1);
unlike $out, qr/47114711471147|pin-0815/, 'what the API repeats of any element is masked';

($r) = call('hidden_fail', '{"a": [{"b": [{"pin": 47114711471147, "pin": 1}]}]}');
$out = history('hidden_fail', 2);
unlike $out, qr/47114711471147/, 'a key that stands twice is not shown';
like $out, qr/not kept: it has fields that are redacted/, 'nor what has it';

$t->stop;
unlike $t->nginx->error_log, qr/47114711471147|pin-0815|s3cr3t|k3yk3y/, 'nor does a log';

done_testing;
