# What receivers may not be that were registered: where their actions lead is
# judged when they are made, by "actions", "emit" and "durable_api" of
# webhook_registry {}; and what these may not be.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Nginx;
use Webhook::Sandbox qw(write_file slurp wait_for);

my $module = Webhook::Nginx::build_dir()
             . '/interop/ngx_http_webhook_build_test_module.so';

plan skip_all => "make interop builds $module" unless -e $module;

my $token = 'tok_0123456789abcdefghij';

my $nginx = Webhook::Nginx->new(name => 'bounds');


# What is built of things, each [kind, name, fields]: a list of [lines].

sub built
{
    my (@given) = @_;

    my $file = $nginx->prefix . '/given';

    unlink "$file.out";
    write_file($file, join '', map { join("\n", map { join "\t", @$_ }
                                               [$_->[0], $_->[1]],
                                               @$_[2 .. $#$_]) . "\n\n" }
                                   @given);

    $nginx->write_config(<<"CONF");
%%GLOBALS%%
load_module $module;
events { }
http {
    %%GLOBALS_HTTP%%
    resolver 127.0.0.1:9;
    webhook_store store size=16m;
    webhook_event_type order.add;
    webhook_event_type order.edit;
    webhook_event_type invoice.add;
    webhook_build_test $file;
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { return 404; }
    }
}
CONF

    $nginx->start;

    wait_for(sub { (slurp("$file.out") // '') =~ /^end$/m }, 10);

    $nginx->stop;

    my $text = slurp("$file.out") // '';

    ok $text =~ s/^end\n\z//m, 'the builder came to its end';

    return map { my ($head, @lines) = split /\n/; [@lines] }
           split /\n\n/, $text;
}


sub problem
{
    my ($lines) = @_;

    my ($problem) = grep { /^problem\t/ } @$lines;

    return (split /\t/, $problem // "\t\t", 3)[1, 2];
}


my @bounds = (bounds => '-', [actions => '/pos/', 'methods=POST,PATCH'],
              [actions => '/stock/', 'methods=GET,PUT'], [emit => 'order.*'],
              [durable_api => 'http://127.0.0.1:9/api/']);

sub rcv
{
    return [receiver => 'x', [secret => $token], @_];
}

my $post = [action => 'POST', '/pos/x', '{}'];

# Without "actions" there is none.

my ($none) = built(rcv($post));

is_deeply [problem($none)],
    ['', 'no receiver can be registered: there is no "actions" in '
         . 'webhook_registry {}, which would say what receivers may call'],
    'nothing is said of actions: no receiver';

# What is within the bounds.

my @right = (
    rcv($post),
    rcv([action => 'PATCH', '/pos/a/${id}?b=${c}', '{}']),
    rcv([action => 'POST', '/p%6fs/x']),
    rcv([action => 'PUT', '/stock/${id}', '{}']),
    rcv([action => 'POST', '/pos/'], [target => 'id=${a}', 'model=b',
                                     'lookup=GET /stock/${a}']),
    rcv([action => 'POST', '/pos/x', '{}', 'idempotency=Idempotency-Key']),
    rcv([action => 'POST', '/pos/x', '{}', 'idempotency=x-idempotency-key']),
    rcv($post, [emit => 'order.add']),
    rcv($post, [mode => 'durable'], [retry => 'attempts=3']),
    rcv($post, [mode => 'test']),
);

my @of = built(\@bounds, @right);

is scalar(@of), scalar(@right), 'bounds are well';

for my $i (0 .. $#right) {
    my $what = join ' ', map { @$_ } @{$right[$i]}[3 .. $#{$right[$i]}];

    is_deeply [grep { /^(?:problem|refused)/ } @{$of[$i]}], [],
        "$what: it may";
}

my ($durable) = grep { grep { /^api\t/ } @$_ } @of;

is_deeply [grep { /^(?:api|url|key|prefix)\t/ } @$durable],
    ["api\treceiver:x", "url\thttp://127.0.0.1:9/api/",
     "key\thttp://127.0.0.1:9", "prefix\t/api"],
    'a durable one has the API of the registry, at the connections of all';

# What is not.  The prefix has to stand before the first value.

my $outside = 'the URI of a registered receiver\'s action has to begin with '
              . '"/pos/" or "/stock/", before its first value, and to have no '
              . 'empty, "." or ".." segment';

my @wrong = (
    (map { [rcv([action => 'POST', $_]), action =>
            qq("$_" may not be called: $outside)] }
        '/', '/pos', '/posx/y', '/admin/x', '//pos/x', '/POS/x',
        '/${a}', '/po${a}/x', '/pos${a}/x', '/${a}/pos/x',
        '/pos//x', '/pos/./x', '/pos/x/.', '/pos/%2e%2e/x', '/pos/.%2e/x',
        '/pos/%2E%2E', '/pos/%252e%252e/x', '/pos/x/%2e%2e/%2e%2e/y',
        '/pos/..;a/x', '/pos/..%3ba/x', '/pos/x%5c..%5cy', '/pos/%0a',
        '/pos/%2fx', '/pos/${a}/%2e%2e/x'),
    [rcv([action => 'POST', '/pos/../x']), action =>
     'invalid URI "/pos/../x" of an action: it must begin with "/" and have '
     . 'no ".." segment'],
    [rcv([action => 'DELETE', '/pos/x']), action =>
     '"/pos/x" may not be called by DELETE: the methods of a registered '
     . 'receiver are "POST,PATCH" there'],
    [rcv([action => 'POST', '/stock/x']), action =>
     '"/stock/x" may not be called by POST: the methods of a registered '
     . 'receiver are "GET,PUT" there'],
    [rcv([action => '${method}', '/pos/x']), action =>
     'invalid method "${method}" of an action, it is written as in "POST"'],
    [rcv($post, [target => 'id=${a}', 'model=b', 'lookup=GET /pos/${a}']),
     target =>
     '"/pos/${a}" may not be called by GET: the methods of a registered '
     . 'receiver are "POST,PATCH" there'],
    [rcv($post, [target => 'id=${a}', 'model=b', 'lookup=GET /admin/${a}']),
     target => qq("/admin/\${a}" may not be called: $outside)],
    (map { [rcv([action => 'POST', '/pos/x', '{}', "idempotency=$_"]),
            action =>
            qq("idempotency=$_" can be used only in nginx.conf: the header )
            . 'of a registered receiver\'s action has a name that ends in '
            . '"Idempotency-Key"'] }
        'X-User', 'X-Company', 'X-Idempotency-Key-2'),
    [rcv($post, [emit => 'invoice.add']), emit =>
     '"invoice.add" may not be emitted: it is none of the event types in '
     . '"emit" of webhook_registry {}'],
    (map { [rcv($post, $_), $_->[0] =>
            qq("$_->[0]" can be set only in nginx.conf)] }
        [api => 'http://127.0.0.1:9'], [shadow => 'http://127.0.0.1:9'],
        [header => 'X-Company', '7'], [auth => 'bearer', 'abcdefghijklmnop'],
        [tls => 'name=a.example']),
);

@of = built(\@bounds, map { $_->[0] } @wrong);

is scalar(@of), scalar(@wrong), 'each is answered';

for my $i (0 .. $#wrong) {
    my ($thing, $field, $text) = @{$wrong[$i]};
    my $what = join ' ', map { @$_ } @$thing[3 .. $#$thing];

    is_deeply [problem($of[$i])], [$field, $text], "$what: refused";
}

# Nothing is emitted unless that is said, nothing is durable without an API.

my @least = (bounds => '-', [actions => '/', 'methods=POST']);

@of = built(\@least, rcv($post, [emit => 'order.add']),
            rcv($post, [mode => 'durable']), rcv([action => 'POST', '/any']));

is((problem($of[0]))[1],
   '"order.add" may not be emitted: it is none of the event types in "emit" '
   . 'of webhook_registry {}', 'no "emit": no event');
is((problem($of[1]))[1],
   'webhook_receiver "x" has "mode durable", and there is no "durable_api" in '
   . 'webhook_registry {}', 'no "durable_api": none is durable');
is_deeply [grep { /^problem/ } @{$of[2]}], [], '"/" is all of it';

# The company that a receiver is registered for.

@of = built([bounds => '1260', [actions => '/pos/', 'methods=POST',
                                'company=header:X-Company']], rcv($post));

is_deeply [grep { /^company/ } @{$of[0]}], ["company\t1260"],
    'a receiver is its company\'s';

# What bounds may not be.

my @mistakes = (
    (map { [[actions => $_, 'methods=POST'], actions =>
            qq(invalid "$_": what actions may call is the beginning of a )
            . 'path, from slash to slash, without escapes, as "/pos/"'] }
        'pos/', '/pos', '/../', '/p%6fs/', '/pos//', '/pos;a/', '/pos?/'),
    [[actions => '/pos/', 'company=header:X-Company'], actions =>
     '"actions /pos/" needs "methods=", as "methods=POST,PATCH"'],
    [[actions => '/pos/', 'methods=POST,'], actions =>
     'invalid method "" in "methods=POST,", which is written as in '
     . '"methods=POST,PATCH"'],
    [[actions => '/pos/', 'methods=post'], actions =>
     'invalid method "post" in "methods=post", which is written as in '
     . '"methods=POST,PATCH"'],
    (map { [[actions => '/pos/', 'methods=POST', "company=$_"], actions =>
            qq(invalid "company=$_": it names a header of the requests to )
            . 'the API, as "company=header:X-Company"'] }
        'X-Company', 'header:Host', 'header:X-Request-ID', 'header:a b',
        'header:Content-Length', 'header:webhook-hops'),
    [[emit => 'order..add'], emit =>
     'invalid event type "order..add", it is written as in "order.add" or '
     . '"order.*"'],
    [[durable_api => 'ftp://a'], durable_api =>
     'a URL has to begin with "http://" or "https://" and name a host'],
    [[durable_api => 'http://127.0.0.1:9/?a'], durable_api =>
     '"durable_api" directive has a URL with arguments, which actions have'],
    (map { [[receive => $_], receive =>
            '"receive" is what stands in front of the secrets of receivers '
            . 'and ends with a slash, as "https://hooks.example.com/web/hook/"'
           ] }
        'https://a.example', 'https://a.example/x', 'https://a.example/?a/'),
);

@of = built(map { [bounds => '-', $_->[0]] } @mistakes);

is scalar(@of), scalar(@mistakes), 'each of these is answered';

for my $i (0 .. $#mistakes) {
    my ($line, $field, $text) = @{$mistakes[$i]};

    is_deeply [problem($of[$i])], [$field, $text], "@$line: refused";
}

# With companies, each "actions" says how the API is told.

@of = built([bounds => '1260', [actions => '/pos/', 'methods=POST',
                                'company=header:X-Company'],
             [actions => '/stock/', 'methods=POST']]);

is((problem($of[0]))[1],
   '"actions /stock/" needs "company=header:NAME": what is registered may be '
   . 'a company\'s, and the API has to be told whose call it is',
   'companies need a header');

done_testing;
