# A call that is made again by the API: what is kept of it whole, verification and
# repeats that are passed over, and what the API behind is told.  And what is
# shown of a call to whom.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new(registry => <<'CONF');
            durable_api http://127.0.0.1:%%PORT_api%%;
CONF
my ($t, $manager, $viewer) = @$s{qw(t manager viewer)};


# Registers a receiver that passes a name on.

sub register
{
    my (%members) = @_;

    my ($r, $rc) = $manager->post('receivers', $s->receiver(
        actions => [{ method => 'POST', uri => '/pos/res.partner',
                      body => { name => '${name}' },
                      idempotency => 'Idempotency-Key' }], %members));

    is $r->{status}, 201, 'a receiver' or diag $r->{body};

    ($rc->{path}) = $rc->{url} =~ m{^http://[^/]+(/.*)$};

    return $rc;
}

sub call
{
    my ($rc, $body, @headers) = @_;

    return $t->request('POST', $rc->{path}, $body,
        headers => ['Content-Type' => 'application/json', @headers]);
}

# The last N calls of it, the oldest first.

sub calls
{
    my ($rc, $n, $api) = @_;

    my $items;

    wait_for(sub {
        local $manager->{openapi};
        (undef, my $page) = ($api // $manager)->get("receivers/$rc->{id}/calls");
        $items = $page->{items};
        return @$items >= $n;
    });

    is scalar @$items, $n, "$n in the history";

    return reverse @$items;
}

sub replay
{
    my ($rc, $call) = @_;

    return $manager->post("receivers/$rc->{id}/calls/$call->{id}/replay");
}

sub sent { return @{$s->{api}->requests} }


# --- what the API gets

my $rc = register(verify => { preset => 'gitlab', secret => 'shibboleth' },
                  dedupe => 'hash');

is call($rc, '{"name": "Anna"}')->{status}, 401, 'a call that is not verified';

my $r = call($rc, '{"name": "Anna"}', 'X-Gitlab-Token' => 'shibboleth');
is $r->{status}, 200, 'one that is' or diag $r->{body};
is call($rc, '{"name": "Anna"}', 'X-Gitlab-Token' => 'shibboleth')->{status},
    200, 'its repeat';
is scalar sent(), 1, 'which calls nobody';

my ($refused, $first, $repeat) = calls($rc, 3);

is $first->{outcome}, 'ok', 'the call';
is $repeat->{outcome}, 'repeat', 'and its repeat';

for my $n (2, 3) {
    ($r, my $made) = replay($rc, $first);
    is $r->{status}, 200, 'it is made again' or diag $r->{body};
    is $made->{status}, 200, 'unsigned, and though it is known';
    is scalar sent(), $n, 'the API is called';
}

my @got = sent();

is $_->{body}, '{"name":"Anna"}', 'with the same' for @got;
is_deeply [map { $_->{headers}{'x-webhook-replay'} } @got],
    [undef, $first->{id}, $first->{id}], 'it is told which call is made again';

my %keys = map { $_->{headers}{'idempotency-key'} => 1 } @got;
is scalar keys %keys, 3, 'each time under another key';
like $_, qr/^[0-9a-f]{32}$/, 'of digits' for keys %keys;

my @all = calls($rc, 5);
is_deeply [map { $_->{verified} } @all[3, 4]], ['replay', 'replay'],
    'the history tells of both';

($r, my $made) = replay($rc, $refused);
is $made->{status}, 200, 'one that was refused is made again, too';

is call($rc, '{"name": "Anna"}', 'X-Gitlab-Token' => 'shibboleth')->{status},
    200, 'the sender repeats it once more';
is scalar sent(), 4, 'and it is known as ever';


# --- of a delivery

my $durable = register(mode => 'durable');

is call($durable, '{"name": "Binh"}')->{status}, 202, 'a call is accepted';
($first) = calls($durable, 1);

ok wait_for(sub { sent() == 5 }), 'and delivered';

($r, $made) = replay($durable, $first);
is $made->{status}, 202, 'it is accepted again';

ok wait_for(sub { sent() == 6 }), 'and delivered again';
is_deeply [map { $_->{headers}{'x-webhook-replay'} } (sent())[4, 5]],
    [undef, $first->{id}], 'the API is told which call it was';
isnt +(sent())[4]{headers}{'idempotency-key'},
    (sent())[5]{headers}{'idempotency-key'}, 'under another key';


# --- what is whole: the bytes that came, however many

my $short = register(log_calls => { calls => 'on', body => '1k' },
                     require => [], dedupe => 'hash');
my %body = (
    'of a kilobyte' => '{"name": "' . 'x' x 1012 . '"}',
    'of a byte less' => '{"name": "' . 'x' x 1011 . '"}',
    'of a byte more' => '{"name": "' . 'x' x 1013 . '"}',
);

is length $body{'of a kilobyte'}, 1024, 'a body of just what is kept';

my $n = 0;
my $before = sent();

for my $what ('of a kilobyte', 'of a byte less', 'of a byte more') {
    is call($short, $body{$what})->{status}, 200, "a call $what";

    my $last = (calls($short, ++$n))[-1];

    ($r, my $again) = replay($short, $last);

    if ($what eq 'of a byte more') {
        is $r->{status}, 409, 'is not made again';
        like $again->{detail}, qr/^what came in is not kept whole/, 'told why';
        next;
    }

    is $r->{status}, 200, 'is made again' or diag $r->{body};
    is +(sent())[-1]{body}, (sent())[-2]{body}, 'to the byte';
    calls($short, ++$n);
}

# an empty one is whole: it is answered as it was

$r = call($short, '');
my $empty = (calls($short, ++$n))[-1];
is $empty->{status}, $r->{status}, 'an empty body';

($r, my $again) = replay($short, $empty);
is $r->{status}, 200, 'is made again' or diag $r->{body};
is $again->{status}, $empty->{status}, 'and answered as it was';
calls($short, ++$n);


# --- nor what is redacted

my $redacted = register(redact => ['name']);

is call($redacted, '{"name": "Chi"}')->{status}, 200, 'a call with a secret';
($first) = calls($redacted, 1);

(undef, my $whole) = $manager->get("receivers/$redacted->{id}/calls/"
                                   . $first->{id});
unlike $whole->{body}, qr/Chi/, 'which is not kept';

my $count = sent();
($r, $again) = replay($redacted, $first);
is $r->{status}, 409, 'is not made again';
like $again->{detail}, qr/"redact"/, 'told why';

($r) = $manager->patch("receivers/$redacted->{id}", { redact => [] },
                       headers => ['If-Match' => '*']);
is $r->{status}, 200, 'once nothing is redacted any more';

($r) = replay($redacted, $first);
is $r->{status}, 409, 'what was is lost all the same';
is scalar sent(), $count, 'nothing was called';


# --- what the API said is a payload

my $strict = register(name => 'strict');

$s->{api}->answer('/pos/res.partner', { status => 422,
    body => '{"error": "anna@example.com is taken"}' });
isnt call($strict, '{"name": "Anna"}')->{status}, 200, 'a call that fails';
$s->{api}->answer('/pos/res.partner', 201);

my ($failed) = calls($strict, 1);
like $failed->{error},
    qr{^The API answered 422 to action 1 of 1 \(POST /pos/res\.partner\): .*anna\@example},
    'the manager sees what the API said';

(my $seen) = calls($strict, 1, $viewer);
is $seen->{error}, 'The API answered 422 to action 1 of 1',
    'the viewer sees what became of it';

($r, $seen) = $viewer->get("receivers/$strict->{id}/calls/$failed->{id}");
is $seen->{error}, 'The API answered 422 to action 1 of 1', 'and here';
unlike $r->{body}, qr/anna|partner/i, 'nothing of what came back or went on';

is call($strict, '{"title": "Anna"}')->{status}, 422, 'a call without a name';
($failed, my $own) = calls($strict, 2, $viewer);
like $own->{error}, qr/name/, 'our own words are for everybody';

my $each = register(name => 'each', require => [], for_each => 'people',
    actions => [{ method => 'POST', uri => '/pos/${name}',
                  body => { name => '${name}' } }]);

$s->{api}->answer('/pos/Dung', { status => 500, body => 'Dung broke it' });
call($each, '{"people": [{"name": "Em"}, {"name": "Dung"}]}');

($seen) = calls($each, 1, $viewer);
is $seen->{error}, 'The API answered 500 to action 1 of 1, for element 2 of 2; '
    . 'those before it were done', 'of one of a list';


# --- whoever sees a secret address is in the audit

my @once = (headers => ['Idempotency-Key' => 'reveal-it']);
my @urls = map { ($manager->post("receivers/$rc->{id}/reveal", undef,
                                 @once))[1]{url} } 1 .. 2;
is_deeply \@urls, [($rc->{url}) x 2], 'it is shown twice';

(undef, my $audit) = $manager->get('audit?kind=receiver&action=reveal');
is scalar @{$audit->{items}}, 2, 'and the audit has both';


# --- a sample: an empty body is one

($r, my $sample) = $manager->post("receivers/$short->{id}/sample",
                                  { body => '' });
is $r->{status}, 200, 'a sample of an empty body';
unlike $sample->{command}, qr/example/, 'has nothing made up';

($r, my $problem) = $manager->post("receivers/$short->{id}/sample",
                                   { body => 'x' x 5000 });
is $r->{status}, 422, 'one of a long body';
is_deeply $problem->{errors}, [{ pointer => '/body',
    detail => 'it has 5000 bytes, and a command takes up to 4096' }],
    'points at it, with the bound';

($r, $problem) = $manager->post("receivers/$short->{id}/sample",
                                { body => { name => 'x' x 4096 } });
is $problem->{errors}[0]{pointer}, '/body', 'so does one that is no text';

($r, $sample) = $manager->post("receivers/$short->{id}/sample",
                               { body => 'x' x 4096 });
is $r->{status}, 200, 'one of as many bytes as it takes';
like $sample->{command}, qr/x{4096}/, 'is not cut';

($r, $problem) = $manager->post("receivers/$short->{id}/sample",
                                { body => "bell \a" });
is $r->{status}, 422, 'one of bytes that no command has';
like $problem->{errors}[0]{detail}, qr/^it has control characters/, 'why';

my $small = register(limit => { body => '1k' });

for my $route (qw(sample dry-run)) {
    ($r, $problem) = $manager->post("receivers/$small->{id}/$route",
                                    { body => 'x' x 1025 });
    is $r->{status}, 422, "$route of more than the receiver takes"
        or diag $r->{body};
    is_deeply $problem->{errors}, [{ pointer => '/body',
        detail => 'it has 1025 bytes, and the receiver takes up to 1024: '
                  . 'a longer call is answered 413' }],
        'points at it, with the bound';
}

($r, my $dry) = $manager->post("receivers/$small->{id}/dry-run",
    { body => '{"name": "' . 'x' x 1012 . '"}' });
is $dry->{status}, 200, 'a dry run of as many' or diag $r->{body};

($r, $problem) = $manager->post("receivers/$small->{id}/dry-run",
    { body => '{}', content_type => 'x' x 256 });
is_deeply [$r->{status}, $problem->{errors}[0]{pointer}],
    [422, '/content_type'], 'a long type';
like $problem->{errors}[0]{detail}, qr/of up to 255 bytes/, 'with its bound';

$t->stop;
$t->allow(qr/The API answered 422/);
$t->ok_logs;

done_testing;
