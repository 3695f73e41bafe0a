#
# What a receiver redacts is shown nowhere: not in the answer to the caller,
# not in the error log, not in the history, whatever goes wrong and whatever
# the API says of it.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use Test::More;

use Webhook::Test qw(wait_for slurp);


my $number = '4111-SeCrEt "1" é/&';
my $json = JSON::PP->new->utf8(0)->canonical;

my $t = Webhook::Test->new;

# An API that repeats what it got, in several ways.

my $api = $t->endpoint(name => 'api', code => sub {
    my ($r) = @_;
    my $body = $r->{body};

    return { status => 500, body => '{"msg": "no: ' . uc($body) . '"}' }
        if $r->{path} =~ m{/upper};
    return { status => 404, body => "no route for $r->{uri}, sorry" }
        if $r->{path} =~ m{/route};
    return { status => 500, body => 'x' x (512 - 9 - length '{"c":"')
                                    . substr($body, 0, 6) . '4111-SeCrEt' }
        if $r->{path} =~ m{/cut};
    return { status => 500, body => "bad: $body\n[emerg] fake" }
        if $r->{path} =~ m{/fail};
    return { status => 201, body => $body };
});

my $hook = $t->endpoint(name => 'hook', answers => { '*' => [500] });

my $id = 0;
my %secret;

sub receiver
{
    my ($name, $text) = @_;

    $secret{$name} = sprintf 'secret-of-%s-%s', $name, 'x' x 20;

    return "webhook_receiver $name { secret $secret{$name};"
           . " redact card.number pins header.X-Pin query.pin; log_calls on;"
           . " $text }\n";
}

$t->config(http => join('', <<'CONF',
    webhook_store %%STORE%% size=16m;
    webhook_event_type pay.done;
    webhook_map known { a b; }
    webhook_endpoint all {
        url    http://127.0.0.1:%%PORT_hook%%/;
        events pay.done;
    }
CONF
    receiver(int => q[action POST /api/x '{"c":"${card.number|int}"}';]),
    receiver(bool => q[action POST /api/x '{"c":"${card.number|bool}"}';]),
    receiver(date => q[action POST /api/x '{"c":"${card.number|date}"}';]),
    receiver(number => q[action POST /api/x '{"c":"${card.number|number}"}';]),
    receiver(upper => q[action POST /api/x '{"c":"${card.number|upper|int}"}';]),
    receiver(list => q[action POST /api/x '{"c":"${pins|int}"}';]),
    receiver(header => q[action POST /api/x '{"c":"${header.X-Pin|int}"}';]),
    receiver(query => q[action POST /api/x '{"c":"${query.pin|int}"}';]),
    receiver(model => q[model pos; target model=${card.number};
                        action POST /api/x '{"c":1}';]),
    receiver(models => q[models a b; target model=x-${card.number};
                         action POST /api/x '{"c":1}';]),
    receiver(fail => q[action POST /api/fail '{"c":"${card.number}"}';]),
    receiver(shout => q[action POST /api/upper '{"c":"${card.number}"}';]),
    receiver(pins => q[action POST /api/fail '{"c":${pins}}';]),
    receiver(pin => q[action POST /api/fail '{"c":"${header.X-Pin}"}';]),
    receiver(cut => q[action POST /api/cut '{"c":"${card.number}"}';]),
    receiver(on => q[action POST /api/fail '{"c":"${card.number}"}'
                     on_error=continue;]),
    receiver(uri => q[action POST /api/route?n=${header.X-Pin} '{}';]),
    receiver(path => q[action POST /api/route/${header.X-Pin} '{}';]),
    receiver(short => q[action POST /api/fail '{"c":${short}}';
                        redact short;]),
    receiver(each => q[for_each lines max=4; redact lines pin;
                       action POST /api/fail '{"c":"${pin}"}';]),
    receiver(emit => q[emit pay.done 'body={"c":"${card.number|int}"}';]),
    receiver(shadow => q[shadow http://127.0.0.1:%%PORT_api%%;
                         action POST /api/ok/${header.X-Pin} '{}';]),
    receiver(late => q[mode durable; api http://127.0.0.1:%%PORT_api%%;
                       retry attempts=1;
                       action POST /fail '{"c":"${card.number}"}';]),
    receiver(id => q[redact id; action POST /api/fail/${_id} '{}';]),
    receiver(own => q[redact _id; action POST /api/fail '{"c":"${id}"}';]),
    receiver(key => q[redact lines[]."model"; for_each lines max=4;
                      action POST /api/fail '{"c":"${_model}"}';]),
    receiver(open => q[action POST /api/fail '{"c":"${open}"}';]),
), server => <<'CONF');
    location ^~ /web/hook/ { webhook_receive; }
    location /api/ { proxy_pass http://127.0.0.1:%%PORT_api%%/; }
CONF

my ($tested, $warned) = $t->test;

for my $name (qw(uri path shadow id)) {
    like $warned, qr/\[warn\].* URI of action 1 of webhook_receiver "$name" has /,
         "nginx -t warns of a value in a URI: $name";
}

unlike $warned, qr/action 1 of webhook_receiver "fail"/, 'and of no other';

$t->start;

my $payload = $json->encode({
    card => { number => $number },
    pins => ['pin-SeCrEt-1', { x => 'pin-SeCrEt-2' }],
    lines => [{ pin => 'pin-SeCrEt-3', model => 'the-model-SeCrEt' }, { pin => 'pin-SeCrEt-4' }],
    short => 7,
    id => 'the-id-SeCrEt',
    open => 'can-be-seen',
});

utf8::encode($payload);

sub call
{
    my ($name) = @_;

    return $t->request('POST', "/web/hook/$secret{$name}?pin=pin-SeCrEt-6",
                       $payload,
                       headers => ['Content-Type' => 'application/json',
                                   'X-Pin' => 'pin-SeCrEt-5']);
}

my %want = (
    int => [422, qr/'card\.number' is not an integer"/],
    bool => [422, qr/'card\.number' is neither true nor false"/],
    date => [422, qr/'card\.number' is no date"/],
    number => [422, qr/'card\.number' is not a number"/],
    upper => [422, qr/'card\.number' is not an integer"/],
    list => [422, qr/'pins' is not an integer"/],
    header => [422, qr/'header\.X-Pin' is not an integer"/],
    query => [422, qr/'query\.pin' is not an integer"/],
    model => [422, qr/This hook is for 'pos', not for '\*\*\*'/],
    models => [422, qr/This hook is not for 'x-\*\*\*'/],
    fail => [502, qr/answered 500 to action 1 of 1 \(POST \/api\/fail\)/,
             qr/\/api\/fail\): bad: \{"c":"\*\*\*"\} \[emerg\] fake/],
    shout => [502, qr/answered 500/,
              qr/: \{"msg": "no: \{"C":"\*\*\*"\}"\}/],
    pins => [502, qr/answered 500/,
             qr/bad: \{"c":\["\*\*\*", ?\{"x": ?"\*\*\*"\}\]\}/],
    pin => [502, qr/answered 500/, qr/bad: \{"c":"\*\*\*"\}/],
    cut => [502, qr/answered 500/, qr/xxx\{"c":"\*\*\*[,"]/],
    on => [200, qr/"failed": 1/, qr/bad: \{"c":"\*\*\*"\}.*; going on/],
    uri => [502, qr/\(POST \/api\/route\)/,
            qr/no route for \/route\?n=\*\*\*, sorry/],
    path => [502, qr/\(POST \/api\/route\/%2A%2A%2A\)/,
             qr/no route for \/route\/\*\*\*, sorry/],
    short => [502, qr/answered 500/, qr/\(POST \/api\/fail\): \*\*\*[,"]/],
    each => [502, qr/for element 1 of 2/, qr/bad: \{"c":"\*\*\*"\}/],
    emit => [422, qr/The event 'pay.done' could not be made: 'card\.number' /],
    shadow => [200, qr/"ok"/, qr/shadow answered 201 to POST \/api\/ok\/%2A/],
    late => [202, qr/"id"/, qr/webhook delivery .*is dead/],
    id => [422, qr/./],
    own => [502, qr/answered 500/, qr/bad: \{"c":"\*\*\*"\}/],
    key => [502, qr/for element 1 of 2/],
    open => [502, qr/answered 500/, qr/bad: \{"c":"can-be-seen"\}/],
);

for my $name (sort keys %want) {
    my ($status, $body, $log) = @{$want{$name}};
    my $r = call($name);

    is $r->{status}, $status, "$name: status";
    like $r->{body}, $body, "$name: what the caller is told";
    unlike $r->{body}, qr/secret/i, "$name: and not more";

    next unless $log;

    ok wait_for(sub { $t->error_log =~ $log }, 20), "$name: the error line"
        or diag join "\n", grep { /receiver/ } split /\n/, $t->error_log;
}

# What nginx's own lines say of a request is not ours: names of hooks are
# masked, and no upstream failed here.

my @lines = grep { !/\[debug\]/ && /pin-secret|4111-|the-(?:id|model)-|secret-1|secret "1/i }
                 split /\n/, $t->error_log;

is_deeply \@lines, [], 'no line of the error log shows one';

for my $name (sort keys %want) {
    my $out = '';

    ok wait_for(sub {
        $out = ($t->ctl('--json', 'calls', $name))[1];
        return $out =~ /\S/;
    }, 5), "$name: is in the history";

    my $more = $name eq 'short' ? qr/short\\?": ?7/
               : $name =~ /^(?:id|own)$/ ? qr/the-id-secret/i
               : $name eq 'key' ? qr/the-model-secret/i
               : $name eq 'each' ? qr/pin-secret/i : qr/(?!)/;

    unlike $out, qr/pin-secret-[1256]|4111-|$more/i, "$name: which shows none";
}

my $show = ($t->ctl('--json', 'list', '--endpoint=receiver:late'))[1];
my ($event) = $show =~ /"id": ?"([^".]+)/;

$show = ($t->ctl('show', $event))[1];

like $show, qr/500/, 'a durable call: the attempt';
unlike $show, qr/pin-secret|4111-/i, 'which keeps no answer';

$t->stop;
$t->allow(qr/ \[emerg\] fake/);
$t->ok_logs;

done_testing;
