# A shadow is called as well, and changes nothing.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Test qw(wait_for slurp);

my $token = 'shadow-0123456789-abcdefghi';

my $t = Webhook::Test->new;
my $api = $t->endpoint(name => 'api');
my $copy = $t->endpoint(name => 'copy');

my %receivers = (
    both => q{shadow http://127.0.0.1:%%PORT_copy%%/copy; action POST /api/a/${id|int} '{"n": "${n}"}';
        action DELETE /api/b; action GET /api/c "when=n == 2";},
    test => q{mode test; shadow copy; action PATCH /api/t '{}';},
    dry  => q{shadow copy; action PATCH /api/t '{}';},
);

$t->config(
    http => <<'CONF' . join('', map {
        upstream copy { server 127.0.0.1:%%PORT_copy%%; }
CONF
        "webhook_receiver $_ { secret $_-$token;\n $receivers{$_}\n }\n" }
        sort keys %receivers),
    server => <<'CONF',
        location ^~ /web/hook/ { webhook_receive; }
        location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location = /metrics { webhook_metrics; }
CONF
);

$t->start;

$api->answer('*', 200);
$copy->answer('*', 200);
$copy->answer('/copy/api/b', 500);

sub call
{
    my ($name, $payload, $args) = @_;

    return $t->request('POST', "/web/hook/$name-$token" . ($args // ''), $payload // '{}',
                       headers => ['Content-Type' => 'application/json']);
}

is call('both', '{"id": "7", "n": 1}')->{status}, 200, 'a call';

my $q = $copy->wait_requests(2);
is join(' ', map { "$_->{method} $_->{uri}" } @$q),
    'POST /copy/api/a/7 DELETE /copy/api/b', 'is repeated to the copy, in order';
is $q->[0]{body}, '{"n": 1}', 'with its body';
is $q->[0]{headers}{'x-request-id'}, $api->requests->[0]{headers}{'x-request-id'},
    'and request id';
is $q->[0]{headers}{'x-webhook-shadow'}, 1, 'and what it is';

ok wait_for(sub { $t->error_log =~ /receiver "both": its shadow answered 500 to DELETE \/copy\/api\/b/ }, 3),
    'its answers are logged' if $t->can('error_log');

my $metrics = wait_for(sub {
    my $m = $t->request('GET', '/metrics')->{body};
    $m =~ /^ngx_webhook_shadows_failed_total 1$/m ? $m : undef;
}, 3) // '';
like $metrics, qr/^ngx_webhook_shadows_ok_total 1$/m, 'and counted';

my $before = @{$api->requests};
is call('test', '{}')->{body}, '{"status": "ok"}', 'mode test answers as real';
ok wait_for(sub { grep { "$_->{method} $_->{uri}" eq 'PATCH /api/t' } @{$copy->requests} }, 3),
    'and calls the shadow';
is scalar @{$api->requests}, $before, 'alone';

my $seen = @{$copy->wait_quiet(0.2)};
call('dry', '{}', '?dry_run=1');
is scalar @{$copy->wait_quiet(0.3)}, $seen, 'a dry run calls no shadow';

# --- slow, and down

$copy->answer('/copy/api/a/8', { hang => 1 });
is call('both', '{"id": 8, "n": 1}')->{status}, 200, 'a copy that hangs';
unlike $t->error_log, qr{its shadow .*/copy/api/a/8}, 'is not waited for';

ok wait_for(sub {
    grep { $_->{uri} eq '/copy/api/a/8' } @{$copy->requests};
}, 20), 'though it was called';
$copy->release;

$copy->command('close_listener');
is call('both', '{"id": 9, "n": 1}')->{status}, 200, 'nor one that is down';
is call('both', '{"id": 9, "n": 1}')->{status}, 200, 'ever';

$t->stop;
$t->ok_logs;

done_testing;
