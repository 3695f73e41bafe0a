# docs/openapi.json: it is what is built in, whole, and has the very routes that
# there are.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Api;
use Webhook::Nginx qw(root_dir);
use Webhook::Openapi;
use Webhook::Sandbox qw(slurp);
use Webhook::Test;

my $root = root_dir();
my $openapi = Webhook::Openapi->new;
my $file = $openapi->{file};


# --- the file itself

is $file->{openapi}, '3.1.0', 'OpenAPI 3.1';

my (%id, $refs);

sub refs
{
    my ($it, $at) = @_;

    if (ref $it eq 'ARRAY') {
        refs($it->[$_], "$at/$_") for 0 .. $#$it;
        return;
    }

    return unless ref $it eq 'HASH';

    if (defined $it->{'$ref'} && !ref $it->{'$ref'}) {
        ok eval { $openapi->resolve($it) }, "$at: $it->{'$ref'}";
    }

    refs($it->{$_}, "$at/$_") for sort keys %$it;

    return;
}

refs($file, '#');

my %named = map { $_->{name} => 1 } @{$file->{tags}};

for my $op ($openapi->operations) {

    my $name = "$op->{method} $op->{path}";
    my $is = $op->{operation};

    like $op->{id}, qr/^[a-z][A-Za-z]+$/, "$name: its name";
    ok !$id{$op->{id} // ''}++, "$name: its name is its own";
    like $is->{summary}, qr/^[A-Z]/, "$name: a summary";
    like $op->{permission}, qr/^(?:company\.view|company\.setting|payload)$/,
        "$name: who may";
    ok $named{$is->{tags}[0] // ''}, "$name: its tag";
    is_deeply $is->{responses}{default},
        { '$ref' => '#/components/responses/Problem' }, "$name: problems";

    my %parameter = map { my $p = $openapi->resolve($_);
                          ("$p->{in} $p->{name}" => $p) }
                        @{$is->{parameters} // []};

    is_deeply [sort grep { /^path / } keys %parameter],
        [map { "path $_" } sort $op->{path} =~ /\{(\w+)\}/g],
        "$name: the values of its path";

    ok $is->{requestBody}{content}{'application/json'}{schema},
        "$name: the schema of its body" if $is->{requestBody};
}


# --- what is served

my $t = Webhook::Test->new;

Webhook::Api::tokens($t, root => ['the-token-of-root', 'company.setting']);

$t->config(http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=16m;
    webhook_tokens file:%%PREFIX%%/tokens;
CONF
    location /webhook/ { webhook_api; }
CONF

$t->start;

my $api = Webhook::Api->new($t, token => 'the-token-of-root',
                            openapi => $openapi);

my ($r) = $api->get('openapi.json');

is $r->{body}, slurp("$root/docs/openapi.json"), 'it is built in';

my (undef, $index) = $api->get('');
is $index->{api}, 1, 'the version of the API';
is $index->{openapi}, 'openapi.json', 'leads to it';

my (undef, $health) = $api->get('health');
is_deeply $health, { status => 'ok' }, 'the store answers';


# --- the same routes

for my $op ($openapi->operations) {

    my $path = substr $op->{path}, 1;

    $path =~ s/\{\w+\}/x/g;

    my $allow = $t->request('OPTIONS', "/webhook/$path", undef,
                    headers => [Authorization => 'Bearer the-token-of-root'])
                ->{headers}{allow} // '';

    ok $allow =~ /\b$op->{method}\b/, "$op->{method} $op->{path} is a route"
        or diag("Allow: $allow");
}

my %has = map { ("$_->{method} $_->{path}" => 1) } $openapi->operations;

for my $source (split /\n/, qx(find $root/ngx_http_webhook_module/http/admin -name '*.c')) {

    my $text = slurp($source);

    while ($text =~ /\{\s*NGX_HTTP_(\w+),\s*ngx_string\("([^"]*)"\),\s*NGX_WEBHOOK/g) {
        ok $has{"$1 /$2"}, "$1 /$2 is in the file";
    }
}

$t->stop;
$t->ok_logs;

done_testing;
