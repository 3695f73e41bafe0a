# A worker is killed at the Nth write to the store or sync of it, for every N,
# while things are registered, changed, rotated, removed and sealed anew: what was
# answered is there, what was not is there whole or not at all, and the same
# request with the same Idempotency-Key ends well.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_base64);
use JSON::PP ();
use MIME::Base64 qw(decode_base64 encode_base64);
use Test::More;

use lib 't/lib';
use Webhook::Cut qw(again);
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $cut = Webhook::Cut->new
    or plan skip_all => 'make interop builds what kills; no sanitizer has it';

# "make soak" takes every N
my $stride = $ENV{WEBHOOK_TEST_STRIDE} // 9;

my $most = 1000;
my $true = JSON::PP::true;

my $s = Webhook::Routes->new(env => $cut->env,
    keys => { 'other.key' => 'o' x 32 },
    registry => 'key file:%%PREFIX%%/other.key;');

my ($t, $root, $hook) = @$s{qw(t root hook)};

delete $root->{openapi};

$t->allow(qr/worker process \d+ exited on signal 9/);

my ($killed, @wrong);


# --- all of it

my $n = 1;

for ( ; $n < $most; $n += $stride) {
    my $whole = round($n);

    last if @wrong > 3 || ($whole && $n > 20);
}

ok $n < $most, "a round makes fewer than $n writes";
cmp_ok $killed, '>', 20 / $stride, "killed $killed times";
is_deeply \@wrong, [], 'nothing is lost, and nothing half there'
    or diag explain \@wrong;


# --- sealed with another key

($killed, @wrong) = (0);

my @kept = map { made("kept $_", "/kept/$_") } 1 .. 3;
my ($r, $rc) = again(sub { $root->post('receivers', $s->receiver(
                                           company => '1260')) });
my @keys = ('k', 'o');
my $done = qr/\d+ registered objects were sealed with the first "key"/;

for ($n = 1; $n < $most; $n += $stride) {
    my $mark = $t->mark;

    @keys = reverse @keys;
    keys_are(@keys);
    $cut->at($n);
    $t->reload;

    my $told = $t->wait_log($done, 20, $mark);

    $killed += my $cut_now = $cut->left == 0;
    $cut->at(0);

    push @wrong, "$n: not all are sealed anew" unless $told;

    # not one that was sealed by halves

    for my $ep (@kept) {
        my ($r, $now) = again(sub { $root->get("endpoints/$ep->{id}") });

        push @wrong, "$n: $ep->{id}: $r->{status} $r->{body}"
            if $r->{status} != 200 || defined $now->{state}{held}
               || $now->{version} != 1;
    }

    sent($n, map { [$_, "/kept/$_->{n}"] } @kept) or push @wrong, "$n: sent";

    my ($revealed, $url) = again(sub {
        $root->post("receivers/$rc->{id}/reveal") });

    push @wrong, "$n: $revealed->{body}" if ($url->{url} // '') ne $rc->{url};

    last if @wrong > 3 || (!$cut_now && $n > 3);
}

cmp_ok $killed, '>', 3 / $stride, "killed $killed times";
is_deeply \@wrong, [], 'sealed anew, or as they were, and none by halves'
    or diag explain \@wrong;

# what is left of the old key is nothing

keys_are($keys[0], 'n');
ok $t->reload, 'the old key goes';

for my $ep (@kept) {
    my (undef, $now) = $root->get("endpoints/$ep->{id}");

    is $now->{state}{held}, undef, "$ep->{name} acts";
}

$t->stop;

my (undef, $check) = $t->ctl('check');
like $check, qr/ 0 faults$/m, 'the store is sound';

$t->ok_logs;

done_testing;


# One round of changes; true where nobody was killed.

sub round
{
    my ($n) = @_;
    my ($r, $got, $again, $ep, $rc);
    my @once = (headers => ['Idempotency-Key' => "make $n"]);
    my $wrong = sub { push @wrong, "$n: " . join ' ', @_; };

    $cut->at($n);

    # an endpoint

    $ep = made("round $n", "/round/$n") or return $wrong->('not made');

    # changed

    my @match = (headers => ['If-Match' => '"1"']);

    ($r, $got, $again) = again(sub { $root->patch("endpoints/$ep->{id}",
        { description => "of $n" }, @match) });

    $wrong->('changed:', $r->{status}, $r->{body})
        unless $r->{status} == 200 || ($again && $r->{status} == 412);

    (undef, $got) = again(sub { $root->get("endpoints/$ep->{id}") });

    $wrong->('not changed') unless ($got->{version} // 0) == 2
        && $got->{description} eq "of $n" && !defined $got->{state}{held};

    # rotated: what was answered is what it is signed with

    @match = (headers => ['If-Match' => '"2"',
                          'Idempotency-Key' => "rotate $n"]);

    ($r, $got) = again(sub { $root->post("endpoints/$ep->{id}/rotate",
                                         {}, @match) });

    $wrong->('rotated:', $r->{status}, $r->{body}) if $r->{status} != 200;

    $ep->{secret} = $got->{secret};

    sent($n, [$ep, "/round/$n"]) or $wrong->('not sent, or wrongly signed');

    # a receiver, whose URL is the one that was answered

    ($r, $rc) = again(sub { $root->post('receivers', $s->receiver(
        name => "round $n", company => '1260'), @once) });

    $wrong->('receiver:', $r->{status}, $r->{body}) if $r->{status} != 201;
    $wrong->('its URL') if called($rc->{url}) != 200;

    @match = (headers => ['If-Match' => '"1"',
                          'Idempotency-Key' => "rotate $n"]);

    ($r, $got) = again(sub { $root->post("receivers/$rc->{id}/rotate", {},
                                         @match) });

    $wrong->('receiver rotated:', $r->{status}, $r->{body})
        if $r->{status} != 200;
    $wrong->('its old URL') if called($rc->{url}) != 404;
    $wrong->('its new URL') if called($got->{url} // '/') != 200;

    # removed

    for (["receivers/$rc->{id}", 2], ["endpoints/$ep->{id}?cancel=1", 3]) {
        my ($path, $version) = @$_;

        ($r, undef, $again) = again(sub { $root->del($path,
            headers => ['If-Match' => qq("$version")]) });

        $wrong->('removed:', $r->{status}, $r->{body})
            unless $r->{status} == 204 || ($again && $r->{status} == 404);

        (my $bare = $path) =~ s/\?.*//;

        ($r) = again(sub { $root->get($bare) });
        $wrong->('it is still there') if $r->{status} != 404;
    }

    my $whole = $cut->left != 0;

    $cut->at(0);
    $killed += !$whole;

    # each of it once in the audit

    my (undef, $audit) = again(sub { $root->get('audit?limit=20') });

    for my $id ($ep->{id}, $rc->{id}) {
        my $did = join ' ', map { $_->{action} }
                  grep { ($_->{id} // '') eq $id } reverse @{$audit->{items}};

        my $want = $id eq $ep->{id} ? 'create update rotate delete'
                                    : 'create rotate delete';

        $wrong->("$id: $did") if $did ne $want;
    }

    return $whole;
}


# An endpoint, made once.

sub made
{
    my ($name, $path) = @_;

    my ($r, $ep) = again(sub { $root->post('endpoints', $s->endpoint(
        name => $name, url => $hook->url($path), secret => $true,
        company => '1260',
        headers => [{ name => 'X-Of', value => "value of $name" }]),
        headers => ['Idempotency-Key' => "make $name"]) });

    if ($r->{status} != 201) {
        push @wrong, "$name: $r->{status} $r->{body}";
        return;
    }

    ($ep->{n}) = $path =~ m{([^/]+)$};
    $ep->{of} = "value of $name";

    my (undef, $page) = again(sub { $root->get('endpoints?limit=200') });

    push @wrong, "$name: not there once"
        if grep({ $_->{name} eq $name } @{$page->{items}}) != 1;

    return $ep;
}


# An order is sent to these, with their headers and signed with their secrets.

sub sent
{
    my ($n, @to) = @_;
    my $r;

    ($r) = again(sub { $s->order(company_id => 1260, n => $n) });

    return 0 if $r->{status} != 201;

    for (@to) {
        my ($ep, $path) = @$_;

        wait_for(sub {
            grep { $_->{path} eq $path && $_->{body} =~ /"n":"?$n\b/
                   && ($_->{headers}{'x-of'} // '') eq $ep->{of}
                   && signed($ep->{secret}, $_) } @{$hook->requests};
        }, 20) or return 0;
    }

    return 1;
}


sub signed
{
    my ($secret, $got) = @_;

    (my $key = $secret // '') =~ s/^whsec_//;

    my $h = $got->{headers};
    my $want = hmac_sha256_base64(join('.', $h->{'webhook-id'},
                                       $h->{'webhook-timestamp'}, $got->{body}),
                                  decode_base64($key));

    return ($h->{'webhook-signature'} // '') =~ /\bv1,\Q$want\E=?/;
}


sub called
{
    my ($url) = @_;

    my ($path) = $url =~ m{^http://[^/]+(/.*)$} or return 0;

    my ($r) = again(sub { $t->request('POST', $path, '{"name": "Anna"}',
        headers => ['Content-Type' => 'application/json']) });

    return $r->{status};
}


sub keys_are
{
    my @of = @_;

    for my $name (qw(registry.key other.key)) {
        chmod 0600, $t->file($name, encode_base64(shift(@of) x 32, ''));
    }
}
