# What an endpoint can verify: webhook-signature by Standard Webhooks with
# several keys, keys that end, ed25519, HMAC headers of any form; and that no
# key is found where it has no business.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(hmac_sha1_hex hmac_sha256 hmac_sha256_hex hmac_sha512);
use MIME::Base64 qw(decode_base64 encode_base64);
use Test::More;

use Webhook::Test qw(wait_for deadline slurp temp_dir asan);

my $body = '{"id": 7, "name": "Phở bò", "total": 12345678901234567890.10}';

# keys; their texts stand nowhere else

my %raw = map { $_ => substr "<$_: bytes of a secret key, thirty-two>", 0, 32 }
          qw(one two old env lit);

my %key = map { $_ => 'whsec_' . encode_base64($raw{$_}, '') } keys %raw;

$raw{$_} = $key{$_} = "a plain secret of $_, long enough to be one"
    for qw(hmac512 url);

my $written = 'a-secret-in-the-configuration';

my ($private, $public) = ed25519();

my $t = Webhook::Test->new;

my $api = $t->backend(api => <<"CONF");
    location / {
        default_type application/json;
        return 201 '$body';
    }
CONF

my $hook = $t->endpoint(name => 'hook', answers => {
    '*' => [200],
    '/again' => [500, 503, 200],
    '/ends' => [500],
});

for my $name (keys %key) {
    chmod 0600, $t->file("$name.key", "$key{$name}\n");
}

chmod 0600, $t->file('private.key', $private ? "$private\n" : "$key{one}\n");

$ENV{WEBHOOK_TEST_SECRET} = $key{env};

my $ends = time + 6;
my $url = 'http://127.0.0.1:%%PORT_hook%%';

$t->config(
    http => <<"CONF",
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;

    webhook_endpoint none   { events *; url $url/none; }
    webhook_endpoint one    { events *; url $url/one;
                              secret file:../one.key; }
    webhook_endpoint two    { events *; url $url/two;
                              secret file:../two.key;
                              secret file:../one.key expires=2100-01-31; }
    webhook_endpoint ended  { events *; url $url/ended;
                              secret file:../old.key expires=2020-02-29;
                              secret file:../one.key
                                            expires=2100-01-31T12:00:00Z; }
    webhook_endpoint both   { events *; url $url/both;
                              secret file:../one.key;
                              secret file:../private.key; }
    webhook_endpoint env    { events *; url $url/env;
                              secret env:WEBHOOK_TEST_SECRET; }
    webhook_endpoint lit    { events *; url $url/lit; secret $key{lit};
                              sign hmac header=X-Lit secret=$written;
                              auth basic user=pos password=$written; }
    webhook_endpoint again  { events *; url $url/again;
                              secret file:../one.key;
                              retry attempts=3 first=1100ms factor=1; }
    webhook_endpoint ends   { events *; url $url/ends;
                              secret file:../two.key;
                              secret file:../one.key expires=$ends;
                              sign hmac header=X-Ends
                                   secret=file:../one.key expires=$ends
                                   secret=file:../two.key;
                              retry attempts=20 first=500ms factor=1; }
    webhook_endpoint never  { events *; url $url/never;
                              secret file:../old.key expires=1000000000; }
    webhook_endpoint hmac   { events *; url $url/hmac?a=b;
                              sign hmac header=X-Hub-Signature-256
                                   prefix=sha256= secret=file:../one.key;
                              sign hmac header=X-Wide algorithm=sha512
                                   encoding=base64
                                   "template={id}|{timestamp}|{body}"
                                   secret=file:../hmac512.key;
                              sign hmac header=X-Url algorithm=sha1
                                   encoding=HEX prefix=v0= "template={url}{body}"
                                   secret=file:../url.key; }
CONF
    server => <<'CONF',
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
CONF
);

my ($status, $shown) = $t->test('-T');

is $status, 0, 'nginx -T' or diag $shown;
unlike $shown, qr/\Q$key{lit}\E/, 'a secret written into the configuration'
                                  . ' is masked';
like $shown, qr/url \S+\/lit; secret \*+;\s+sign hmac header=X-Lit secret=\*+;/,
     'and the rest stands';
unlike $shown, qr/\Q$written\E/, 'so is one behind a parameter';
unlike $shown, qr/\Q$key{one}\E|\Q$key{env}\E/, 'others are not shown';

like $shown, qr/a secret that expired at "2020-02-29" has no effect in .*:\d+/,
     'a key that has ended is warned of';

$t->start;

is $t->post('/api/orders', '{}')->{status}, 201, 'the order is accepted';

my %n = (again => 3, ends => 10);
my @once = qw(none one two ended both env lit hmac);

ok wait_for(sub {
    my %seen = seen();

    return !grep { @{ $seen{$_} || [] } < ($n{$_} || 1) } @once, keys %n;
}, 30), 'all endpoints were told';

# one that goes on after the end of its key

wait_for(sub {
    my %seen = seen();
    my @late = grep { $_->{headers}{'webhook-timestamp'} > $ends }
               @{ $seen{ends} };

    return @late > 1;
}, 30);

my %seen = seen();

ok !$seen{never}, 'nothing is sent where all keys have ended';
ok $t->wait_log(qr/the secrets of webhook endpoint "never" have expired/),
   'the log says so';

$t->allow(qr/the secrets of webhook endpoint "never" have expired/);

is $seen{none}[0]{headers}{'webhook-signature'}, undef, 'no key, no signature';
is $seen{none}[0]{headers}{'webhook-id'}, $seen{one}[0]{headers}{'webhook-id'},
   'but an id';

is_deeply [signatures($seen{one}[0])], [made('one', $seen{one}[0])], 'one key';
is_deeply [signatures($seen{two}[0])],
          [made('two', $seen{two}[0]), made('one', $seen{two}[0])],
          'two keys, in the order of the configuration';
is_deeply [signatures($seen{ended}[0])], [made('one', $seen{ended}[0])],
          'a key that has ended does not sign';
is_deeply [signatures($seen{env}[0])], [made('env', $seen{env}[0])],
          'a key from the environment';
is_deeply [signatures($seen{lit}[0])], [made('lit', $seen{lit}[0])],
          'a key from the configuration';

is $seen{lit}[0]{headers}{'x-lit'}, hmac_sha256_hex($body, $written),
   'and one behind a parameter';
is $seen{lit}[0]{headers}{authorization},
   'Basic ' . encode_base64("pos:$written", ''), 'which authorizes too';

my @again = @{ $seen{again} };

for my $request (@again) {
    is_deeply [signatures($request)], [made('one', $request)],
              "send $request->{headers}{'webhook-attempt'} is signed anew";
}

is scalar(keys %{ { map { $_->{headers}{'webhook-id'} => 1 } @again } }), 1,
   'the id stays';
cmp_ok $again[1]{headers}{'webhook-timestamp'}, '>',
       $again[0]{headers}{'webhook-timestamp'}, 'the timestamp does not';
isnt $again[1]{headers}{'webhook-signature'},
     $again[0]{headers}{'webhook-signature'}, 'nor the signature';

my (@before, @after);

for my $request (@{ $seen{ends} }) {
    my $past = $request->{headers}{'webhook-timestamp'} >= $ends;
    my @want = map { made($_, $request) } $past ? 'two' : qw(two one);

    push @{ $past ? \@after : \@before },
         join(' ', signatures($request)) eq join(' ', @want)
         && $request->{headers}{'x-ends'}
            eq hmac_sha256_hex($body, $raw{$past ? 'two' : 'one'});
}

ok @before && !(grep { !$_ } @before), 'both keys sign until one ends';
ok @after && !(grep { !$_ } @after), 'one does from then on, at the very send';

# generic HMAC

my $request = $seen{hmac}[0];
my $h = $request->{headers};

is $h->{'webhook-signature'}, undef, 'no "secret", no webhook-signature';
is $h->{'x-hub-signature-256'}, 'sha256=' . hmac_sha256_hex($body, $raw{one}),
   'a header as GitHub\'s';
is $h->{'x-wide'},
   encode_base64(hmac_sha512("$h->{'webhook-id'}|$h->{'webhook-timestamp'}"
                             . "|$body", $raw{hmac512}), ''),
   'SHA-512, base64, a template';
is $h->{'x-url'},
   'v0=' . uc hmac_sha1_hex("http://127.0.0.1:" . $hook->port
                            . "/hmac?a=b$body", $raw{url}),
   'SHA-1, capital letters, the URL';

# ed25519

SKIP: {
    skip 'openssl makes no ed25519 keys', 3 unless $private;

    my ($v1, $v1a, @more) = signatures($seen{both}[0]);

    is $v1, made('one', $seen{both}[0]), 'an HMAC and';
    is scalar @more, 0, 'one more';
    like $v1a, qr/^v1a,/, 'a signature by ed25519';
    ok verify($seen{both}[0], substr $v1a, 4), 'which openssl verifies';

    $seen{both}[0]{body} .= ' ';
    ok !verify($seen{both}[0], substr $v1a, 4), 'but not of another body';
}

# npm's

SKIP: {
    my $dir = "$ENV{WEBHOOK_BUILD}/interop/node_modules";

    skip 'npm\'s packages are not installed; t/interop/install does that', 2
        unless $ENV{WEBHOOK_BUILD} && -d "$dir/svix"
               && -d "$dir/standardwebhooks";

    for my $package (qw(standardwebhooks svix)) {
        my %told;

        for my $name (qw(one two ended env lit again)) {
            my $n = $name eq 'again' ? 2 : 0;
            my $key = $key{$name} && $name ne 'two' ? $name : 'one';

            $told{$name} = npm($package, $key{$key}, $seen{$name}[$n]);
        }

        is_deeply \%told, { map { $_ => "ok\n" } keys %told },
                  "$package verifies";

        $seen{two}[0]{body} =~ s/7/8/;
        isnt npm($package, $key{one}, $seen{two}[0]), "ok\n",
             "and not what was changed";
        $seen{two}[0]{body} =~ s/8/7/;
    }
}

# Where keys are: in pages that no core dump has, and nowhere else.

SKIP: {
    skip 'a sanitizer has memory of its own', 1 if asan();

    my ($worker) = $t->workers;
    my $places = places($worker, \%raw, \%key);

    skip 'the memory of the worker cannot be read', 1 unless $places;

    is_deeply $places, { map { $_ => ['dontdump'] } keys %raw },
              'keys are in memory for secrets alone';
}

# Keys in no log, of any level that is written here.

my $log = slurp($t->prefix . '/logs/error.log');

unlike $log, qr/\Q$written\E/, 'what the configuration has is not logged';

for my $name (keys %key) {
    ok index($log, $key{$name}) == -1 && index($log, $raw{$name}) == -1,
       "the key \"$name\" is not logged";
}

$t->stop;

ok !grep({ index(slurp($_), $key{one}) != -1
           || index(slurp($_), $raw{one}) != -1 } glob $t->store . '/*'),
   'nor stored';

$t->allow(qr/webhook delivery .* is dead/);
$t->ok_logs;

done_testing;


sub seen
{
    my %seen;

    for my $request (@{ $hook->requests }) {
        push @{ $seen{ substr $request->{path}, 1 } }, $request;
    }

    return %seen;
}


sub signatures
{
    my ($request) = @_;

    return split / /, $request->{headers}{'webhook-signature'} // '';
}


# What is signed, as the specification says it.

sub signed
{
    my ($request) = @_;

    my $h = $request->{headers};

    return join '.', $h->{'webhook-id'}, $h->{'webhook-timestamp'},
                     $request->{body};
}


sub made
{
    my ($name, $request) = @_;

    my $secret = decode_base64($key{$name} =~ s/^whsec_//r);

    return 'v1,' . encode_base64(hmac_sha256(signed($request), $secret), '');
}


# ("whsk_...", file of the public key), or nothing.

sub ed25519
{
    my $dir = temp_dir();

    system("openssl genpkey -algorithm ed25519 -outform DER -out $dir/key"
           . " 2>/dev/null && openssl pkey -inform DER -in $dir/key -pubout"
           . " -out $dir/pub 2>/dev/null && openssl pkey -inform DER"
           . " -in $dir/key -pubout -outform DER -out $dir/pub.der"
           . " 2>/dev/null") == 0 or return;

    # the seed and the public key are the last 32 bytes of each

    my $seed = substr slurp("$dir/key"), -32;
    my $pub = substr slurp("$dir/pub.der"), -32;

    return ('whsk_' . encode_base64($seed . $pub, ''), "$dir/pub");
}


sub verify
{
    my ($request, $signature) = @_;

    my $dir = temp_dir();

    spew("$dir/text", signed($request));
    spew("$dir/sig", decode_base64($signature));

    return system("openssl pkeyutl -verify -pubin -inkey $public -rawin"
                  . " -in $dir/text -sigfile $dir/sig >/dev/null 2>&1") == 0;
}


sub spew
{
    my ($file, $text) = @_;

    open my $fh, '>:raw', $file or die "$file: $!\n";
    print $fh $text;
    close $fh or die "$file: $!\n";
}


sub npm
{
    my ($package, $key, $request) = @_;

    my $file = "$ENV{WEBHOOK_BUILD}/interop/verify-$$.mjs";
    my $dir = temp_dir();

    spew("$dir/body", $request->{body});

    # node looks for packages beside the script

    spew($file, <<"JS");
import { readFileSync } from 'node:fs';
import { Webhook } from '$package';

try {
    new Webhook('$key').verify(readFileSync('$dir/body', 'utf8'), {
        'webhook-id': '$request->{headers}{'webhook-id'}',
        'webhook-timestamp': '$request->{headers}{'webhook-timestamp'}',
        'webhook-signature': '$request->{headers}{'webhook-signature'}',
    });
    console.log('ok');
} catch (e) {
    console.log(e.message);
}
JS

    my $out = `node $file 2>&1`;

    unlink $file;

    return $out;
}


# { key => [kinds of memory that hold it] } of a process; undef if it cannot
# be read.

sub places
{
    my ($pid, @texts) = @_;

    open my $maps, '<', "/proc/$pid/smaps" or return;
    open my $mem, '<:raw', "/proc/$pid/mem" or return;

    my (@regions, %found);

    while (<$maps>) {
        if (/^([0-9a-f]+)-([0-9a-f]+) (....)/) {
            no warnings 'portable';
            push @regions, { from => hex $1, to => hex $2, mode => $3 };

        } elsif (/^VmFlags:(.*)/) {
            $regions[-1]{kind} = $1 =~ /\bdd\b/ ? 'dontdump' : 'ordinary';
        }
    }

    for my $region (@regions) {
        next unless $region->{mode} =~ /^rw/;

        my $size = $region->{to} - $region->{from};

        next if $size > 256 * 1024 * 1024;

        sysseek $mem, $region->{from}, 0 or next;
        sysread($mem, my $bytes, $size) or next;

        for my $set (@texts) {
            for my $name (keys %$set) {
                # of the variables that a shell passed on, the kernel has some
                next if $name eq 'env' && $set->{$name} =~ /^whsec_/;

                $found{$name}{ $region->{kind} } = 1
                    if index($bytes, $set->{$name}) != -1;
            }
        }
    }

    return unless %found;

    return { map { $_ => [sort keys %{ $found{$_} }] } keys %found };
}
