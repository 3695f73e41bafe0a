# Each example of conf/examples is accepted by nginx -t as it stands, and its
# receiver asks for a signature.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp);

my @examples = map { m{([^/]+)\.conf$} ? $1 : () } glob 'conf/examples/*.conf';
my @receivers = grep { !/^allow-/ } @examples;

my %key = (
    standard => 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    basic    => 'shop:a-password-of-some-length',
    public   => 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
    adyen    => '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2A',
    discord  => 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68'
                . 'f707511a',
    sendgrid => 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC'
                . '+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1F'
                . 'wCM/QmGUhA==',
    omise    => 'YS1rZXktb2YtZW5vdWdoLWJ5dGVzLWZvci1ldmVyeWJvZHk=',
);

$key{paypal} = $key{sendgrid};

# SNS's certificate

{
    my $dir = Webhook::Test->new->prefix;

    system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -batch"
           . " -subj /CN=sns.amazonaws.com -keyout $dir/sns.key"
           . " -out $dir/sns.pem 2> $dir/openssl.log") == 0
        or plan skip_all => 'there is no openssl';

    $key{sns} = slurp("$dir/sns.pem");
}

# each alone, and then all of them

for my $set ((map { [$_] } @receivers), \@receivers) {
    my $t = Webhook::Test->new;
    my $api = $t->api;
    my @keys;

    for my $name (@$set) {
        my $text = slurp("conf/examples/$name.conf");
        my %files = map { $_ => 1 } $text =~ m{file:(webhook/[\w.]+)}g;

        $t->file("$name.conf", $text);

        for my $file (sort keys %files) {
            my $content = $file =~ /\.token$/ ? "$name-0123456789-abcdefgh"
                          : $key{$name} // "a-key-of-enough-bytes-for-$name";
            mkdir $t->prefix . '/conf/webhook';
            $t->file("conf/$file", "$content\n");
            chmod 0600, $t->prefix . "/conf/$file";
        }
    }

    $t->config(
        http => "webhook_store %%STORE%% size=64m;\n"
                . join('', map { "include ../$_.conf;\n" } @$set),
        server => <<'CONF',
            location ^~ /web/hook/ {
                webhook_receive;
                client_max_body_size 25m;
            }
            location /pos/ {
                internal; proxy_pass http://127.0.0.1:%%PORT_api%%;
            }
CONF
    );

    my $what = @$set > 1 ? 'all' : $set->[0];

    $t->start;
    pass "$what: accepted";

    unlike slurp($t->prefix . '/logs/error.log'), qr/\[warn\]/,
        "$what: without a warning";

    for my $name (@$set) {
        my @call = slurp("conf/examples/$name.conf") =~ /^\s*accept\s+query;/m
            ? ('GET', "/web/hook/$name-0123456789-abcdefgh?a=1")
            : ('POST', "/web/hook/$name-0123456789-abcdefgh", '{}',
               headers => ['Content-Type' => 'application/json']);

        is $t->request(@call)->{status}, 401,
            "$what: $name asks for a signature";
    }

    is $api->count, 0, "$what: nothing was called";

    $t->stop;
    $t->ok_logs($what);
}

# the lists of addresses

for my $name (grep { /^allow-/ } @examples) {
    my $t = Webhook::Test->new;

    $t->file("$name.conf", slurp("conf/examples/$name.conf"));
    $t->config(server => <<"CONF");
        location ^~ /web/hook/ { webhook_receive; include ../$name.conf; }
CONF
    $t->start;

    is $t->request('POST', '/web/hook/0123456789-0123456789', '{}')->{status},
        403, "$name: others are refused";

    $t->stop;
}

done_testing;
