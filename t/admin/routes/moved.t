# Who may change an endpoint may not read its secrets: they do not go along to
# another host.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new;
my ($t, $manager, $viewer) = @$s{qw(t manager viewer)};
my $other = $t->endpoint(name => 'other');


# --- with secrets of all kinds

my ($r, $ep) = $manager->post('endpoints', $s->endpoint(
    headers => [{ name => 'X-Key', value => 'key-of-the-first' },
                { name => 'X-Made', value => 'made-before ${data.n}' }],
    auth    => { type => 'bearer', token => 'token-of-the-first' },
    secret  => JSON::PP::true,
    sign    => [{ header => 'X-Sign', secret => 'sign-of-the-first' }],
));
is $r->{status}, 201, 'registered' or diag $r->{body};

my @match = (headers => ['If-Match' => '*']);

$manager->post("endpoints/$ep->{id}/pause");
$s->order(company_id => 1260, n => 1);
ok $s->delivery($manager, "endpoint=$ep->{id}&state=pending"),
    'a delivery waits';

for my $url ($other->url('/stolen'), 'https://127.0.0.1:'
             . $s->{hook}->port . '/hooks/pos',
             'http://localhost:' . $s->{hook}->port . '/hooks/pos')
{
    ($r, my $problem) = $manager->patch("endpoints/$ep->{id}",
        { url => $url, headers => [{ name => 'X-Key', value => '***' }] },
        @match);

    is $r->{status}, 422, "to $url";
    is_deeply [sort map { $_->{pointer} } @{$problem->{errors}}],
        ['/auth/token', '/headers/0/value', '/secrets', '/sign/0/secrets'],
        'each secret that is kept is told';
    like $_->{detail}, qr/^give it again: the change leads to another/, 'why'
        for @{$problem->{errors}};
}

($r, my $now) = $manager->get("endpoints/$ep->{id}");
is $now->{version}, $ep->{version}, 'nothing was changed';

($r, $now) = $manager->patch("endpoints/$ep->{id}",
    { url => $s->{hook}->url('/hooks/other') }, @match);
is $r->{status}, 200, 'another path of the same host is no other place';

($r, $now) = $manager->patch("endpoints/$ep->{id}",
    { url     => $other->url('/mine'),
      headers => [{ name => 'X-Key', value => 'my-own' }],
      auth    => { type => 'bearer', token => 'my-own-token' },
      secret  => JSON::PP::true,
      sign    => undef }, @match);
is $r->{status}, 200, 'with all of them anew' or diag $r->{body};
like $now->{secret}, qr/^whsec_/, 'and a secret that was made';
isnt $now->{secret}, $ep->{secret}, 'which is another';


# --- what waited

$manager->post("endpoints/$ep->{id}/resume");

my ($got) = @{$other->wait_requests(1)};

is $got->{path}, '/mine', 'what has waited goes there';
is $got->{headers}{'x-key'}, 'my-own', 'with what is meant for it';
is $got->{headers}{authorization}, 'Bearer my-own-token', 'and nothing else';
is $got->{headers}{'x-made'}, undef, 'not with a header that was made before';
like $got->{headers}{'webhook-hops'}, qr/^1$/, 'but with those of the event';

my $old = $s->delivery($manager, "endpoint=$ep->{id}&state=delivered");

($r) = $manager->post("deliveries/$old->{id}/replay");
is $r->{status}, 201, 'sent anew';
$other->wait_requests(2);

$manager->post("endpoints/$ep->{id}/test");
my $requests = $other->wait_requests(3);

is scalar @$requests, 3, 'and a test';
is $requests->[2]{headers}{'webhook-test'}, '1', 'which says so';

for my $request (@$requests) {
    unlike join(' ', map { @$_ } @{$request->{raw_headers}}), qr/-of-the-first|made-before/,
        'no key of the first one';
}

($r, $now) = $manager->patch("endpoints/$ep->{id}",
    { headers => [{ name => 'X-Made', value => 'new ${data.n}' }] }, @match);
is $r->{status}, 200, 'a header that is made for each event';

$s->order(company_id => 1260, n => 2);
$requests = $other->wait_requests(4);
is $requests->[3]{headers}{'x-made'}, 'new 2', 'of events from now on';
is $requests->[3]{headers}{'webhook-moved'}, undef, 'and nothing else';

$manager->post("endpoints/$ep->{id}/test",
               { event => 'order.add', data => { n => 3 } });
$requests = $other->wait_requests(5);
is $requests->[4]{headers}{'x-made'}, 'new 3', 'a test has it, too';
is $requests->[4]{headers}{'webhook-test'}, '1', 'and says that it is one';

($r, my $page) = $manager->get("deliveries?endpoint=$ep->{id}");

for my $d (@{$page->{items}}) {
    ($r) = $manager->get("deliveries/$d->{id}");
    unlike $r->{body}, qr/webhook-moved/, 'nor is shown how it is told';

    for my $how ([], ['--json']) {
        my ($status, $out) = $t->ctl('show', $d->{id}, @$how);

        is $status, 0, 'webhookctl shows it';
        unlike $out, qr/webhook-moved/, 'and not how it is told either';
    }

    ($r) = $manager->get("deliveries/$d->{id}/curl");
    unlike $r->{body}, qr/made-before|webhook-moved/,
        'no line of curl shows what was made before';
}


# --- where access tokens come from may hold a key, too

my $key = 'key-in-the-url';

($r, my $ep2) = $manager->post('endpoints', $s->endpoint(
    auth => { type => 'oauth2', client_id => 'c',
              client_secret => 'secret-of-the-client',
              token_url => $s->{hook}->url("/token?key=$key") }));
is $r->{status}, 201, 'one with access tokens' or diag $r->{body};

($r, $now) = $viewer->get("endpoints/$ep2->{id}");
is $now->{auth}{token_url}, $s->{hook}->url('/***'), 'masked for who may look';
unlike $r->{body}, qr/$key/, 'no more of it is shown';

($r, $now) = $manager->get("endpoints/$ep2->{id}");
is $now->{auth}{token_url}, $s->{hook}->url("/token?key=$key"),
    'shown to who may set it';

($r, my $problem) = $manager->patch("endpoints/$ep2->{id}",
    { auth => { token_url => $other->url('/token') } }, @match);
is $r->{status}, 422, 'the secret of the client stays';
is $problem->{errors}[0]{pointer}, '/auth/client_secret', 'where it is known';

($r) = $manager->get('audit');
unlike $r->{body}, qr/$key|-of-the-first|secret-of-the-client/,
    'the audit has none of them';

$t->stop;

my $store = join '', map { slurp($_) } grep { -f } glob($t->store . '/*');

unlike $store, qr/$key|-of-the-first|secret-of-the-client/,
    'nor has the store';

$t->ok_logs;

done_testing;


sub slurp
{
    open my $fh, '<:raw', $_[0] or die "$_[0]: $!\n";
    local $/;
    return <$fh>;
}
