# Endpoints and receivers that are built while nginx runs, from a list of fields
# and their text: they become what those of nginx.conf do, value by value, and
# what is wrong with them is said in the very sentence of "nginx -t".

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Nginx;
use Webhook::Sandbox qw(write_file slurp wait_for);

my $module = Webhook::Nginx::build_dir()
             . '/interop/ngx_http_webhook_build_test_module.so';

plan skip_all => "make interop builds $module" unless -e $module;

my $key = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
my $token = 'tok_0123456789abcdefghij';

my $nginx = Webhook::Nginx->new(name => 'given');
my $conf = $nginx->prefix . '/conf';


# A field in nginx.conf, and in a list of fields.

sub quoted
{
    my ($word) = @_;

    $word =~ s/([\\'])/\\$1/g;

    return "'$word'";
}


sub as_conf
{
    my ($kind, $name, @fields) = @_;

    return "webhook_$kind $name {\n"
           . join('', map { my ($field, @words) = @$_;
                            "$field " . join(' ', map { quoted($_) } @words)
                            . ";\n" } @fields)
           . "}\n";
}


sub as_given
{
    my ($kind, $name, @fields) = @_;

    return join("\n", map { join "\t", @$_ } [$kind, $name], @fields) . "\n\n";
}


sub config
{
    my ($things, $file) = @_;

    my $test = $file ? "load_module $module;" : '';
    my $line = $file ? "webhook_build_test $file;" : '';

    write_file("$conf/things", $things);

    $nginx->write_config(<<"CONF");
%%GLOBALS%%
$test
events { }
http {
    %%GLOBALS_HTTP%%
    resolver 127.0.0.1:9;
    webhook_store store size=16m;
    webhook_event_type order.add;
    webhook_event_type order.edit;
    webhook_map unit { KGM kilogram; default piece; }
    upstream farm { server 127.0.0.1:9; }
    $line
    include things;
    server {
        listen 127.0.0.1:%%PORT%%;
        location /api/ {
            proxy_pass http://127.0.0.1:9;
            webhook_event order.add POST ^/api/orders\$;
            webhook_event order.edit PUT ^/api/orders/\\d+\$;
        }
        location ^~ /web/hook/ { webhook_receive; }
        location /pos/ { internal; proxy_pass http://127.0.0.1:9; }
    }
}
CONF
}


# Receivers may do all that these things try to do, but for what is wrong.

my @bounds = (bounds => '-',
              [actions => '/pos/', 'methods=GET,POST,PUT'], [emit => '*']);


# What the builder makes of them: a list of things, each [kind, name, lines].

sub built
{
    my ($conf_things, @given) = @_;

    my $file = $nginx->prefix . '/given';

    unlink "$file.out";
    write_file($file, join '', map { as_given(@$_) } \@bounds, @given);

    config($conf_things, $file);

    $nginx->start;

    wait_for(sub { (slurp("$file.out") // '') =~ /^end$/m }, 10);

    $nginx->stop;

    my $text = slurp("$file.out") // '';

    ok $text =~ s/^end\n\z//m, 'the builder came to its end';

    return map {
        my ($head, @lines) = split /\n/;
        [(split /\t/, $head), @lines];
    } split /\n\n/, $text;
}


# The first sentence of "nginx -t", without its place.

sub sentence
{
    my ($things) = @_;

    config($things);

    my ($status, $text) = $nginx->test;

    my ($emerg) = $text =~ /^nginx: \[emerg\] (.*) in \S+:\d+$/m;

    return $status ? $emerg // "?? $text" : undef;
}


my @url = ([url => 'http://127.0.0.1:9/hook?a=b'], [events => 'order.*']);

my @right = (
    [endpoint => 'plain', @url],
    [endpoint => 'name', [url => 'https://erp.example.com/hook'],
     [events => 'order.add', 'order.edit']],
    [endpoint => 'tls', [url => 'https://127.0.0.1:9'],
     [events => '*'], [tls => 'name=erp.example.com']],
    [endpoint => 'sent', @url, [format => 'xml'], [envelope => 'standard'],
     [body => '{"id": "${data.id}", "unit": "${data.unit|map:unit}"}'],
     [header => 'X-Company', '7'], [header => 'X-Id', '${event.id}'],
     [header => 'User-Agent', 'erp'],
     [filter => 'data.total > 10'], [filter => 'event.type == "order.add"'],
     [order_by => 'data.id', 'on_dead=block']],
    [endpoint => 'cloud', @url,
     [envelope => 'cloudevents', 'mode=binary', 'source=//erp']],
    [endpoint => 'signed', @url,
     [secret => $key, 'expires=2099-01-31'], [secret => 'text:abcdefghijklmnopqrstuvwxyz=01'],
     [sign => 'hmac', 'header=X-Sign', 'secret=abcdefghijklmnop',
      'algorithm=sha512', 'encoding=base64']],
    [endpoint => 'bearer', @url, [auth => 'bearer', 'abcdefghijklmnop']],
    [endpoint => 'basic', @url,
     [auth => 'basic', 'user=erp', 'password=abcdefghijklmnop']],
    [endpoint => 'oauth', @url,
     [auth => 'oauth2', 'token_url=https://id.example.com/token',
      'client_id=erp', 'client_secret=abcdefghijklmnop', 'scope=a b']],
    [endpoint => 'limits', @url, [success => '200,202'],
     [timeout => 'connect=1s', 'total=1m'],
     [limit => 'inflight=8', 'rate=30r/m', 'burst=3'],
     [retry => 'attempts=5', 'first=2s', 'factor=1.5', 'max=1h',
      'jitter=0.2', 'retry_after=off', 'gone=ignore', 'disable_after=5d'],
     [breaker => 'failures=5', 'percent=50%', 'window=1m', 'hold=10s']],
    [receiver => 'contact', [secret => $token, 'expires=2099-01-31'],
     [description => 'Create a contact'], [model => 'res.partner'],
     [profile => 'nightpos'], [log_calls => 'errors'],
     [redact => 'card.number', 'name'],
     [limit => 'body=64k', 'depth=8', 'values=100', 'inflight=4'],
     [require => 'name', 'email'], [filter => 'name != ""'],
     [skip => '!(type in (order, "part order")) || test == true'],
     [skip => 'fields."a.b" exists'], [redact => 'lines[].pin', '"$x".y'],
     [accept => 'json', 'form'], [dedupe => 'header:webhook-id', 'ttl=1d'],
     [parse_json => 'payload', 'payload.actions.0.value'],
     [action => 'POST', '/pos/res.partner', '{"name": "${name}"}',
      'when=email != ""', 'on_error=continue', 'timeout=5s'],
     [capture => 'partner', 'response.id'],
     [action => 'PUT', '/pos/res.partner/${partner}', '{"id": ${partner}}'],
     [emit => 'order.add', 'body={"a": "${name}"}', 'when=name == "b"']],
    [receiver => 'signed', [secret => "${token}B"],
     [verify => 'hmac', 'header=X-Sign', $key],
     [target => 'id=${name}', 'model=res.partner',
      'lookup=GET /pos/res.partner/${name}', 'missing=422'],
     [for_each => 'root.entry[]."a.b".lines[]', 'max=5'],
     [dedupe => 'body:id'],
     [action => 'POST', '/pos/x', '{}']],
    [receiver => 'meta', [secret => "${token}C"],
     [verify => 'github', 'key=standard', $key],
     [handshake => 'meta', "token=$key"],
     [action => 'POST', '/pos/x', '{}']],
    [receiver => 'params', [secret => "${token}E"],
     [verify => 'hmac', 'field=a.sign', 'list=,', 'pair==', 'item=s', 'app=7',
      'timestamp=item:t', 'id=query:id', 'unit=ms', 'digest=sha512',
      'encoding=base64url', 'key=standard', 'tolerance=1m',
      'url=https://hooks.example.com/in/',
      'string={app}{timestamp}{id}{path}{field.a.b?}{sorted_fields}', $key],
     [action => 'POST', '/pos/x', '{}']],
    [receiver => 'token', [secret => "${token}F"],
     [verify => 'token', 'query=key', $token],
     [action => 'POST', '/pos/x', '{}']],
    [receiver => 'asked', [secret => "${token}X"],
     [handshake => 'msgraph'], [handshake => 'cloudevents', 'origin=a.example',
      'origin=*.b.example', 'rate=7'], [handshake => 'dropbox'],
     [handshake => 'asana'], [probe => 'head', 'get'],
     [action => 'POST', '/pos/x', '{}']],
    [receiver => 'slack', [secret => "${token}Y"],
     [verify => 'slack', 'abcdefghijklmnopqrstuvwxyz'],
     [action => 'POST', '/pos/x', '{}']],
    [receiver => 'off', [secret => "${token}D"], [mode => 'disabled'],
     [action => 'POST', '/pos/x', '{}']],
    [receiver => 'tested', [secret => "${token}T"], [mode => 'test'],
     [dedupe => 'hash'], [redact => 'card'],
     [answer => 'ok', 'status=201', 'type=text/xml', 'body=<A b="${card}"/>'],
     [answer => 'repeat', 'body='], [answer => 'skipped', 'status=204'],
     [answer => '422', 'status=409'],
     [answer => '4xx', 'type=text/plain', 'body=${error}'],
     [answer => 'error', 'status=200', 'body={"code": ${status}}'],
     [action => 'POST', '/pos/x', '{}']],
    [receiver => 'zipped', [secret => "${token}G"],
     [accept => 'text', 'query', 'gzip'],
     [action => 'POST', '/pos/x?a=${a}', '{}']],
);

my @all = built(join('', map { as_conf(@$_) } @right), @right);

my %of = map { ("$_->[0] $_->[1]" => [@$_[2 .. $#$_]]) } @all;

# Names of endpoints and of receivers are two lists: "signed" is in both, and
# what the second makes is compared alone.

for my $thing (@right) {
    my ($kind, $name) = @$thing;

    next if $name eq 'signed';

    ok @{$of{"built $name"} // []} > 20, "$kind $name: it is built";
    is_deeply $of{"built $name"}, $of{"conf $name"},
        "$kind $name: as that of nginx.conf";
}

for my $kind (0, 1) {
    my @conf = grep { $_->[0] eq 'conf' && $_->[1] eq 'signed' } @all;
    my @built = grep { $_->[0] eq 'built' && $_->[1] eq 'signed' } @all;

    is_deeply [@{$built[$kind]}[2 .. $#{$built[$kind]}]],
              [@{$conf[$kind]}[2 .. $#{$conf[$kind]}]],
              "signed, the " . ($kind ? 'receiver' : 'endpoint')
              . ': as that of nginx.conf';
}

# Mistakes: one in each thing, in the fields that are given beside the right
# ones, or instead of them.

my @rcv = ([secret => $token], [action => 'POST', '/pos/x', '{}']);

my @wrong = (
    (map { [endpoint => 'x', @url, $_] }
        [url => 'http://127.0.0.1:9'],
        [urls => 'http://127.0.0.1:9'],
        [proxy_pass => 'http://127.0.0.1:9'],
        [events => 'order..add'],
        [events => 'invoice.*'],
        [success => 'ok'],
        [success => '200', '202'],
        [timeout => 'read=1d'],
        [timeout => 'raed=1s'],
        [tls => 'name=erp.example.com'],
        [format => 'yaml'],
        [envelope => 'paper'],
        [envelope => 'cloudevents', 'source=a b'],
        [body => '{"id": ${data.id'],
        [body => '{"id": ${order.id}}'],
        [body => '{"id": "${data.id|map:units}"}'],
        [header => 'Content-Length', '1'],
        [header => 'X-A'],
        [header => 'X-A', '${nothing.at.all}'],
        [filter => 'data.total >'],
        [filter => '$data.total > 10'],
        [order_by => '${data.id}'],
        [order_by => 'data.id', 'on_dead=bury'],
        [secret => 'short'],
        [secret => $key, 'expires=soon'],
        [secret => $key, 'until=2099-01-31'],
        [secret => '$webhook_key'],
        [secret => 'File:/etc/key'],
        [secret => '/etc/nginx/erp.key'],
        [sign => 'rsa', 'header=X-Sign'],
        [sign => 'hmac', 'secret=abcdefghijklmnop'],
        [sign => 'hmac', 'header=X-Sign', 'secret=abcdefghijklmnop',
         'algorithm=md2'],
        [auth => 'bearer', 'Bearer abcdefghijk'],
        [auth => 'basic', 'user=erp'],
        [auth => 'oauth2', 'token_url=http://a', 'client_id=a'],
        [auth => 'digest', 'abcdefghijk'],
        [limit => 'inflight=0'],
        [limit => 'burst=3'],
        [limit => 'rate=100'],
        [retry => 'attempts=5000'],
        [retry => 'first=1h', 'max=1m'],
        [breaker => 'hold=1m'],
        [breaker => 'failures=3', 'window=1m']),
    [endpoint => 'x', [events => 'order.*']],
    [endpoint => 'x', [url => 'ftp://127.0.0.1'], [events => 'order.*']],
    [endpoint => 'x', [url => 'http://a@b/'], [events => 'order.*']],
    [endpoint => 'x', [url => 'http://127.0.0.1/#a'], [events => 'order.*']],
    [endpoint => 'x', [url => 'http://127.0.0.1:99999/'],
     [events => 'order.*']],
    [endpoint => 'x', [url => 'http://${host}/'], [events => 'order.*']],
    [endpoint => 'x', @url, [header => 'X-Sign', 'a'],
     [sign => 'hmac', 'header=X-Sign', 'secret=abcdefghijklmnop']],
    (map { [receiver => 'x', @rcv, $_] }
        [secret => 'short'],
        [secret => 'sha256:12'],
        [mode => 'later'],
        [profile => 'lax'],
        [limit => 'body=1g'],
        [limit => 'bodies=1k'],
        [redact => '$name'],
        [require => 'a,b'],
        [require => 'header:X-A'],
        [filter => 'name ='],
        [filter => '(name == 1'],
        [skip => 'name in 1'],
        [skip => '"name == 1'],
        [require => 'a."b"c'],
        [require => '"a,b'],
        [for_each => 'a[].a[].a[].a[].a[].a[].a[].a[].a[]'],
        [accept => 'yaml'],
        [parse_json => 'header.X-A'],
        [parse_json => 'a..b'],
        [for_each => 'lines', 'max=0'],
        [dedupe => 'id'],
        [dedupe => 'hash', 'ttl=0'],
        [action => 'post', '/pos/x'],
        [action => 'POST', 'pos/x'],
        [action => 'POST', '/pos/../x'],
        [action => 'POST', '/pos/{id}'],
        [action => 'POST', '/pos/x', '{"a": ${b}'],
        [action => 'POST', '/pos/x', '{}', 'on_error=retry'],
        [capture => 'a.b', 'response.id'],
        [capture => 'header', 'response.id'],
        [target => 'id=${a', 'model=b'],
        [target => 'id=${a}', 'model=b', 'missing=500'],
        [verify => 'hubgit', $key],
        [verify => 'github'],
        [verify => 'hmac', $key],
        [verify => 'gitlab', 'string={body}', $key],
        [verify => 'hmac', 'header=X-A', 'query=a', $key],
        [verify => 'hmac', 'header=X-A', 'string={bod}', $key],
        [verify => 'hmac', 'header=X-A', 'unit=us', $key],
        [verify => 'hmac', 'header=X-A', 'key=abc', $key],
        [handshake => 'telegram'],
        [handshake => 'meta'],
        [handshake => 'zoom'],
        [handshake => 'sns'],
        [handshake => 'cloudevents', 'rate=5'],
        [handshake => 'asana', 'token=a-token-of-sixteen'],
        [probe => 'post'],
        [answer => 'fine', 'body='],
        [answer => '200', 'body='],
        [answer => 'ok'],
        [answer => 'ok', 'status=302'],
        [answer => 'ok', 'status=204', 'body={}'],
        [answer => 'ok', 'type=text/html', 'body=a'],
        [answer => 'ok', 'type=xml', 'body=a'],
        [answer => 'ok', 'type=text/csv', 'body=${a}'],
        [answer => 'ok', 'type=text/xml', 'body=<a>'],
        [answer => 'ok', 'body={"a": ${b}'],
        [answer => 'ok', 'body={"a": "${b|map:units}"}'],
        [emit => 'invoice.add'],
        [emit => 'order.add', 'body={"a": ${b}'],
        [retry => 'attempts=3'],
        [order_by => '$id'],
        [modes => 'sync']),
    [receiver => 'x', [action => 'POST', '/pos/x', '{}']],
    [receiver => 'x', [secret => $token]],
);

my @said = built('', @wrong);

is scalar(@said), scalar(@wrong), 'each is answered';

for my $i (0 .. $#wrong) {
    my ($kind, $name, @fields) = @{$wrong[$i]};
    my $field = $fields[-1];
    my $what = "$kind: @$field";

    my ($problem) = grep { /^problem\t/ } @{$said[$i]};
    my $sentence = sentence(as_conf(@{$wrong[$i]}));

    isnt $sentence, undef, "$what: nginx -t refuses it";

    my (undef, $of, $text) = split /\t/, $problem // "\t\t", 3;

    is $text, $sentence, "$what: the same sentence";
    ok $of eq '' || grep({ $_->[0] eq $of } @fields),
        "$what: of a field that was given";
}

# What is registered is read on behind a mistake, so that all of them are told: a
# field of the same name meets what the first one left.

my @behind = ((map { @$_ > 2 ? [@$_, $_->[-1]] : $_ } @wrong),
    (map { [receiver => 'x', @rcv, [$_ => 'a..b'], [$_ => 'c']] }
        qw(parse_json redact require)),
    [receiver => 'x', @rcv, [filter => 'a ='], [filter => 'a == 1']],
    [receiver => 'x', @rcv, [capture => 'a', '..'],
     [capture => 'b', 'response.id']],
    [endpoint => 'x', @url, [filter => 'a ='], [filter => 'data.a == 1']],
    [endpoint => 'x', @url, [header => 'X-A', '${'], [header => 'X-B', 'a']]);

is scalar(built('', @behind)), scalar(@behind), 'and with more behind a mistake';

# What is for nginx.conf alone.

my $alone = 'can be set only in nginx.conf';

write_file("$conf/key", $key);

my @refused = (
    [[endpoint => 'x', @url, [secret => 'file:key']],
     secret => qr/only in nginx\.conf/],
    [[endpoint => 'x', @url, [secret => 'env:PATH']],
     secret => qr/only in nginx\.conf/],
    [[endpoint => 'x', @url, [auth => 'bearer', 'file:key']],
     auth => qr/only in nginx\.conf/],
    [[endpoint => 'x', @url, [body => 'file:key']], body => qr/$alone/],
    [[endpoint => 'x', @url, [address => 'any']], address => qr/$alone/],
    [[endpoint => 'x', @url, [allow => '10.0.0.0/8']], allow => qr/$alone/],
    [[endpoint => 'x', @url, [deny => '10.0.0.0/8']], deny => qr/$alone/],
    [[endpoint => 'x', @url, [proxy => 'http://127.0.0.1:9']],
     proxy => qr/$alone/],
    [[endpoint => 'x', @url, [tls => 'ca=key']], tls => qr/$alone/],
    [[endpoint => 'x', @url, [tls => 'verify=off']], tls => qr/$alone/],
    [[endpoint => 'x', @url, [tls => 'cert=key', 'key=key']],
     tls => qr/$alone/],
    [[endpoint => 'x', @url,
      [auth => 'oauth2', 'token_url=https://a/', 'client_id=a',
       'client_secret=abcdefghij', 'ca=key']], auth => qr/$alone/],
    [[endpoint => 'x', [url => 'http://unix:/tmp/a'], [events => '*']],
     url => qr/$alone/],
    [[endpoint => 'x', @url, [header => 'Authorization', 'a']],
     header => qr/set by "auth"/],
    [[endpoint => 'x', @url, [header => 'X-A', '${var.remote_addr}']],
     header => qr/must begin with "data", "event" or "now"/],
    [[endpoint => 'x', @url, [filter => 'request.id == 1']],
     filter => qr/must begin with "data", "event" or "now"/],
    [[endpoint => 'x', @url, [order_by => 'uri.1']],
     order_by => qr/must begin with "data", "event" or "now"/],
    [[receiver => 'x', @rcv, [shadow => 'http://127.0.0.1:9']],
     shadow => qr/$alone/],
    [[receiver => 'x', @rcv, [api => 'http://127.0.0.1:9']], api => qr/$alone/],
    [[receiver => 'x', @rcv, [header => 'X-A', 'a']], header => qr/$alone/],
    [[receiver => 'x', @rcv, [auth => 'bearer', 'abcdefghijklmnop']],
     auth => qr/$alone/],
    [[receiver => 'x', @rcv, [tls => 'name=a.example']], tls => qr/$alone/],
    [[receiver => 'x', [secret => 'file:key'], $rcv[1]],
     secret => qr/only in nginx\.conf/],
    [[receiver => 'x', @rcv, [verify => 'github', 'file:key']],
     verify => qr/only in nginx\.conf/],
    [[receiver => 'x', @rcv, [answer => 'ok', 'body=file:key']],
     answer => qr/only in nginx\.conf/],
    [[receiver => 'x', @rcv, [answer => 'ok', 'body={"a": "${header.X-A}"}']],
     answer => qr/only in nginx\.conf/],
    [[receiver => 'x', @rcv, [require => 'header.X-A']],
     '' => qr/only in nginx\.conf/],
    [[receiver => 'x', @rcv, [skip => 'a == 1 || header.X-A == 1']],
     '' => qr/only in nginx\.conf/],
    [[receiver => 'x', @rcv,
      [action => 'POST', '/pos/x', '{"a": "${var.remote_addr}"}']],
     action => qr/only in nginx\.conf/],
    [[receiver => 'x', @rcv,
      [action => 'POST', '/pos/x?a=${query.b}', '{}']],
     action => qr/only in nginx\.conf/],
);

@said = built('', (map { $_->[0] } @refused),
              [endpoint => 'farm', [url => 'http://farm/'], [events => '*']],
              [endpoint => 'all', [url => 'ftp://a'], [evnts => 'a'],
               [format => 'yaml'], [success => 'ok']],
              [endpoint => 'many', map { [format => "a$_"] } 1 .. 40]);

for my $i (0 .. $#refused) {
    my ($thing, $field, $like) = @{$refused[$i]};
    my ($problem) = grep { /^problem\t/ } @{$said[$i]};
    my (undef, $of, $text) = split /\t/, $problem // "\t\t", 3;
    my $what = join ' ', $thing->[0], @{$thing->[-1]};

    like $text, $like, "$what: refused";
    is $of, $field, "$what: at its field";
}

# The name of an upstream {} is a host like others.

my ($farm) = grep { $_->[1] eq 'farm' } @said;

is_deeply [grep { /^(?:servers|resolver)\t/ } @$farm],
          ["servers\t0", "resolver\t1"], 'an upstream {} is not reached';

my ($every) = grep { $_->[1] eq 'all' } @said;

is_deeply [map { (split /\t/)[1] } grep { /^problem/ } @$every],
          ['evnts', 'format', 'success'], 'all that is wrong is told at once';

my ($many) = grep { $_->[1] eq 'many' } @said;

is scalar(grep { /^problem/ } @$many), 32, 'and no more than that';

done_testing;
