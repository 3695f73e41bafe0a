# A repeat is answered as the first call was, or as "answer repeat" says.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Nginx;
use Webhook::Test qw(slurp wait_for);

my $token = 'repeat-0123456789-abcdefghi';

my $t = Webhook::Test->new(workers => 2);
my $api = $t->endpoint(name => 'api');

my %receivers = (
    kept => q{accept json form; answer ok status=201 type=text/xml 'body=<Ok n="${n}"/>';},
    bare => q{answer ok body=;},
    number => q{answer ok status=208;},
    told => q{answer ok 'body={"return_code": 1, "n": ${n}}';
        answer repeat 'body={"return_code": 2, "n": ${n}}';},
    renamed => q{answer repeat status=409;},
    long => q{answer ok 'body={"n": ${n}, "long": "${long}"}';},
    masked => q{redact card; answer ok 'body={"n": ${n}, "card": "${card}"}';},
    durable => q{mode durable; api http://127.0.0.1:%%PORT_api%%; answer accepted status=200
        'body={"errorCode": "0", "n": ${n}}';},
    ids => q{mode durable; api http://127.0.0.1:%%PORT_api%%; answer accepted status=200;},
    plain => q{},
    testing => q{mode test; api http://127.0.0.1:%%PORT_api%%; answer accepted 'body={"n": ${n}}';},
);

sub config
{
    my ($extra) = @_;

    $t->config(
        http => <<'CONF' . join('', map {
        webhook_store %%STORE%% size=64m;
        log_format status '$webhook_receiver $webhook_status $status';
        access_log logs/status.log status;
CONF
        my $rest = $extra->{$_} // $receivers{$_};
        "webhook_receiver $_ { secret $_-$token; dedupe header:webhook-id; log_calls on;\n"
            . "action POST /api/x '{\"n\": \"\${n}\"}';\n $rest\n }\n" }
            sort keys %receivers),
        server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
CONF
    );
}

config({});
$t->start;

$api->answer('*', 200);

sub call
{
    my ($name, $id, $payload) = @_;

    my $r = $t->request('POST', "/web/hook/$name-$token", $payload // '{"n": 1}',
                        headers => ['Content-Type' => 'application/json', 'webhook-id' => $id]);

    return join ' | ', $r->{status}, $r->{headers}{'content-type'} // 'none', $r->{body} // '';
}

my %first;

for my $name (qw(kept bare number durable ids plain)) {
    $first{$name} = call($name, 'a');
    is call($name, 'a', '{"n": 2}'), $first{$name}, "$name: a repeat is answered as the first";
}

is $first{kept}, '201 | text/xml | <Ok n="1"/>', 'another type and number';
is $first{bare}, '200 | none | ', 'no body';
is $first{number}, '208 | application/json | {"status": "ok"}', 'our body in another number';
is $first{durable}, '200 | application/json | {"errorCode": "0", "n": 1}', 'a durable one';
like $first{ids}, qr/^200 \| application\/json \| \{"status": "ok", "id": "[\w-]{36}"\}$/,
    'a durable one by its number alone';

is call('told', 'a'), '200 | application/json | {"return_code": 1, "n": 1}', 'the first';
is call('told', 'a', '{"n": 2}'), '200 | application/json | {"return_code": 2, "n": 2}',
    'a repeat has an answer of its own';
is call('renamed', 'a'), '200 | application/json | {"status": "ok"}', 'the first';
is call('renamed', 'a'), '409 | application/json | {"status": "ok"}', 'a repeat has a number of its own';

my $long = 'x' x 5000;

is call('long', 'a', qq({"n": 1, "long": "$long"})), qq(200 | application/json | {"n": 1, "long": "$long"}),
    'one that is too long to be kept';
is call('long', 'a', qq({"n": 2, "long": "y"})), '200 | application/json | {"n": 2, "long": "y"}',
    'is made of the repeat';
is call('masked', 'a', '{"n": 1, "card": "4111"}'), '200 | application/json | {"n": 1, "card": "4111"}',
    'one with what is redacted';
is call('masked', 'a', '{"n": 2, "card": "4111"}'), '200 | application/json | {"n": 2, "card": "4111"}',
    'too';

# --- whatever is configured now, and after a restart

config({ kept => 'answer ok body=;', bare => q{answer ok 'body={"now": 1}';},
         plain => q{answer ok 'body={"now": 1}';} });
$t->reload;

for my $name (qw(kept bare number plain)) {
    is call($name, 'a'), $first{$name}, "$name: another answer is for other calls";
}

is call('bare', 'b'), '200 | application/json | {"now": 1}', 'such as this';

$t->kill_all;
$t->start;
is call('kept', 'a'), $first{kept}, 'a kill forgets nothing';

# --- a test

is call('testing', 'a'), '202 | application/json | {"n": 1}', 'mode test';
is call('testing', 'a', '{"n": 2}'), '202 | application/json | {"n": 1}', 'has repeats, too';

# --- the history and the log

my %calls;

ok wait_for(sub {
    for my $name (qw(durable kept)) {
        my (undef, $out) = $t->ctl('calls', $name, '--json');
        $calls{$name} = [reverse map { JSON::PP::decode_json($_) } split /\n/, $out];
    }
    return @{$calls{durable}} == 2 && @{$calls{kept}} == 4;
}, 5), 'the history';

is join(' ', map { $_->{outcome} } @{$calls{durable}}), 'accepted repeat', 'of a durable one';
like $calls{durable}[0]{delivery}, qr/^[\w-]{36}\.receiver:durable$/, 'names its delivery';
is $calls{durable}[1]{delivery}, $calls{durable}[0]{delivery}, 'the repeat names the same';
is(($t->ctl('show', $calls{durable}[1]{delivery}))[0], 0, 'which is there');
is $calls{kept}[1]{answer}, '<Ok n="1"/>', 'what a repeat was answered';

# two workers write it, each after its answer

my @logged;

ok wait_for(sub {
    @logged = grep { /^kept \w+ 201$/ } split /\n/, slurp($t->prefix . '/logs/status.log') // '';
    return grep({ $_ eq 'kept ok 201' } @logged) && grep({ $_ eq 'kept repeat 201' } @logged);
}, 5), '$webhook_status' or diag "@logged";

# --- another store learns it all

$t->stop;

my $dir = $t->prefix;
my $ctl = Webhook::Nginx::build_dir() . '/webhookctl -s ' . $t->store;

is system("$ctl export > $dir/all && rm -r " . $t->store . '/*'), 0, 'exported';

$t->start;
$t->stop;

is system("$ctl import < $dir/all > $dir/imported"), 0, 'and imported'
    or diag slurp("$dir/imported");

$t->start;
is call('kept', 'a'), $first{kept}, 'the other store answers as this one did';
is call('bare', 'a'), $first{bare}, 'also without a body';

(undef, my $out) = $t->ctl('calls', 'durable', '--json');
is JSON::PP::decode_json((split /\n/, $out)[0])->{delivery}, $calls{durable}[1]{delivery},
    'and names the delivery';

$t->stop;
$t->allow(qr/open socket .* left in connection|worker process \d+ exited/);
$t->ok_logs;
done_testing;
