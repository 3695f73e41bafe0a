# The API of a durable receiver is shown who calls: "header" and "auth".  What
# they say is of the configuration at the time of sending, and is kept nowhere.

use strict;
use warnings;

use JSON::PP ();
use MIME::Base64 qw(encode_base64);
use Test::More;

use lib 't/lib';
use Webhook::Test qw(slurp wait_for);

my $token = 'credentials-0123456789-abcdef';

my $t = Webhook::Test->new;
my $api = $t->endpoint(name => 'api');
my $id = $t->endpoint(name => 'id');

my @secrets = ('bearer-secret-one', 'bearer-secret-two', 'basic-secret-one',
               'client-secret-one', 'access-token-one', 'header-secret-one');

sub config
{
    my ($bearer) = @_;

    my %receivers = (
        bearer => qq{auth bearer $bearer; header X-Company 1260;
            header X-Api-Key header-secret-one; retry attempts=50 first=100ms factor=1;},
        basic => q{auth basic user=pos password=basic-secret-one;},
        oauth => q{auth oauth2 token_url=http://127.0.0.1:%%PORT_id%%/token client_id=pos
            client_secret=client-secret-one;},
        test => qq{mode test; auth bearer $bearer;},
    );

    $t->config(
        http => <<'CONF' . join('', map {
            webhook_store %%STORE%% size=64m;
            webhook_address public;
CONF
            my $mode = $receivers{$_} =~ /mode/ ? '' : 'mode durable;';
            "webhook_receiver $_ { secret $_-$token; $mode log_calls on;\n"
                . "api http://127.0.0.1:%%PORT_api%%; action POST /$_ '{}'"
                . " idempotency=Idempotency-Key;\n $receivers{$_}\n }\n" }
            sort keys %receivers),
        server => 'location ^~ /web/hook/ { webhook_receive; }',
    );
}

config('bearer-secret-one');
$t->start;

$api->answer('*', 200);
$api->answer('/bearer', (500) x 3, 200);
$id->answer('/token', { status => 200, headers => ['Content-Type' => 'application/json'],
                        body => '{"access_token": "access-token-one", "token_type": "Bearer", "expires_in": 600}' });

sub call
{
    my ($name) = @_;

    my $r = $t->request('POST', "/web/hook/$name-$token", '{}',
                        headers => ['Content-Type' => 'application/json']);

    return "$r->{status}";
}

sub sent { grep { $_->{uri} eq "/$_[0]" } @{$api->requests} }

is call($_), 202, "$_: accepted" for qw(basic oauth bearer);

ok wait_for(sub { sent('basic') && sent('oauth') && sent('bearer') }, 5), 'all are sent';

is((sent('basic'))[0]{headers}{authorization},
   'Basic ' . encode_base64('pos:basic-secret-one', ''), 'basic');
is((sent('oauth'))[0]{headers}{authorization}, 'Bearer access-token-one',
   'a token that was asked for, of a server at home');
is((sent('bearer'))[0]{headers}{authorization}, 'Bearer bearer-secret-one', 'bearer');
is((sent('bearer'))[0]{headers}{'x-company'}, 1260, 'a header');
is((sent('bearer'))[0]{headers}{'x-api-key'}, 'header-secret-one', 'another');
like((sent('bearer'))[0]{headers}{'x-request-id'}, qr/^[0-9a-f]{32}$/, 'beside those of the call');

# --- what is sent later is as the configuration says then

config('bearer-secret-two');
$t->reload;

ok wait_for(sub { grep { $_->{headers}{authorization} eq 'Bearer bearer-secret-two' }
                  sent('bearer') }, 10), 'a retry has the new token';

is call('test'), 202, 'mode test';
is scalar(sent('test')), 0, 'calls nothing';

# --- kept nowhere

my ($out, @calls);

ok wait_for(sub {
    (undef, $out) = $t->ctl('calls', '--json');
    @calls = map { JSON::PP::decode_json($_) } split /\n/, $out;
    return @calls == 4;
}, 5), 'the history';

for my $call (grep { $_->{delivery} } @calls) {
    for my $args ([], ['--json']) {
        my (undef, $shown) = $t->ctl('show', $call->{delivery}, @$args);
        like $shown, qr/$call->{receiver}/, "show $call->{receiver} @$args";
        $out .= $shown;
    }
}

$out .= ($t->ctl('export'))[1];

$t->stop;

$out .= join '', map { slurp($_) // '' } glob($t->store . '/*'),
    glob($t->prefix . '/logs/*');

unlike $out, qr/\Q$_\E/, "no \"$_\" in the history, the store and the logs" for @secrets;
unlike $out, qr/\Q${\encode_base64('pos:basic-secret-one', '')}\E/, 'nor the value of basic';

$t->allow(qr/bearer-secret|receiver:/);
$t->ok_logs;
done_testing;
