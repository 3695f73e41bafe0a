#
# webhookctl changes what is in a store: beside live workers, while nginx is
# down, and as the owner of the files whoever calls it.

use strict;
use warnings;

use lib 't/lib';

use IO::Handle;
use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use POSIX ();
use Test::More;

use Webhook::Test qw(wait_for deadline slurp temp_dir asan);


my $t = Webhook::Test->new(workers => 2);

my $binary = "bytes \xff\x00\x1b[31m that are no text";

my $api = $t->endpoint(name => 'api', answers => {
    '/api/orders' => [{ status => 201, body => '{"id": 1, "note": "Phở"}',
                        headers => ['Content-Type' => 'application/json'] }],
    '/api/binary' => [{ status => 201, body => $binary,
                        headers => ['Content-Type' => 'application/x-any'] }],
});

# An endpoint that refuses until it is told to take.

my $hook = $t->endpoint(name => 'hook', answers => {
    '/good' => [200],
    '/bad' => [500],
});

$t->config(
    http => <<'CONF',
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;
    webhook_event_type order.raw;

    webhook_endpoint good {
        url    http://127.0.0.1:%%PORT_hook%%/good;
        events order.*;
    }
    webhook_endpoint bad {
        url    http://127.0.0.1:%%PORT_hook%%/bad;
        events order.add;
        retry  attempts=1;
    }
CONF
    server => <<'CONF',
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$ status=201;
        webhook_event order.raw POST ^/api/binary$ status=201;
    }
CONF
);

$t->start;

sub ok_ctl
{
    my ($status, $out, $err) = $t->ctl(@_);

    is $status, 0, "@_" or diag $err;

    return $out;
}

sub not_ctl
{
    my ($want, $like, @args) = @_;
    my ($status, $out, $err) = $t->ctl(@args);

    is $status, $want, "@args: refused";
    like $err, $like, "@args: and told why";
}

sub objects { return map { JSON::PP::decode_json($_) }
                     split /\n/, ok_ctl(@_, '--json'); }

sub wait_ended
{
    my ($n) = @_;

    ok wait_for(sub {
        my ($status, $out) = $t->ctl('list', '--json');

        return $n == grep { /"state":"(?:delivered|dead|cancelled)"/ }
                     split /\n/, $out;
    }, 20), "$n deliveries have ended"
        or diag +($t->ctl('list'))[1];
}

sub at_hook
{
    my ($uri) = @_;

    return scalar grep { $_->{uri} eq $uri } @{ $hook->requests };
}

is $t->post('/api/orders', '{}')->{status}, 201, 'an order' for 1 .. 3;
is $t->post('/api/binary', '{}')->{status}, 201, 'and bytes';

wait_ended(7);

my @dead = objects('list', '--state=dead');
my ($good) = objects('list', '--state=delivered', '--endpoint=good');

is scalar @dead, 3, 'three are dead';


# --- words

my $none = '01890000-0000-7000-8000-000000000000';

not_ctl(2, qr/^webhookctl retry: takes EVENT\.ENDPOINT\.\.\., or a filter/, 'retry');
not_ctl(2, qr/is not EVENT/, 'retry', 'x');
not_ctl(2, qr/names no endpoint/, 'retry', $dead[0]{event});
not_ctl(2, qr/is not EVENT/, 'retry', $dead[0]{id}, 'x');
not_ctl(1, qr/there is no delivery/, 'retry', "$none.good");
not_ctl(1, qr/there is no delivery/, 'cancel', "$none.good");
not_ctl(1, qr/replay sends it again/, 'retry', $good->{id});
not_ctl(1, qr/is finished/, 'cancel', $good->{id});
not_ctl(1, qr/there is no endpoint "none"/, 'pause', 'none');
not_ctl(1, qr/there is no endpoint "none"/, 'resume', 'none');
not_ctl(2, qr/needs an endpoint, or --all/, 'pause');
not_ctl(2, qr/255 bytes/, 'pause', 'good', '--reason=' . 'x' x 256);
not_ctl(2, qr/--state is delivered, dead or cancelled/, 'replay', '--state=pending');
not_ctl(2, qr/missing: .*backup FILE/, 'backup');
not_ctl(2, qr/--since and --until take/, 'replay', '--since=soon');

is scalar(objects('list', '--state=dead')), 3, 'and nothing was done';


# --- retry, of one and of several, beside live workers

is at_hook('/bad'), 3, 'one send each';

like ok_ctl('retry', $dead[0]{id}), qr/^\Q$dead[0]{id}\E is due now$/m,
     'it is told';

ok wait_for(sub { at_hook('/bad') == 4 }, 10), 'it is sent again';

wait_ended(7);

ok_ctl('retry', map { $_->{id} } @dead);

ok wait_for(sub { at_hook('/bad') == 7 }, 10), 'all of them are';

wait_ended(7);

my ($shown) = objects('show', $dead[0]{id});

is scalar @{ $shown->{deliveries}[0]{attempts} }, 3, 'its history has three';

my @words = map { $_->{id} } @dead[0, 1];

my ($status, $out, $err) = $t->ctl('retry', $words[0], "$none.bad", $words[1]);

is $status, 1, 'one of several that is not there';
is scalar(() = $out =~ /is due now/g), 2, 'the others are done';

wait_ended(7);


# --- pause, resume, cancel

ok_ctl('pause', 'good', '--reason=they asked');

like ok_ctl('stats'), qr/they asked/, 'stats tell of the pause';

my $was = at_hook('/good');

is $t->post('/api/orders', '{}')->{status}, 201, 'an order meanwhile'
    for 1 .. 2;

my @waits;

ok wait_for(sub {
    @waits = objects('list', '--state=pending', '--endpoint=good');
    return @waits == 2;
}, 10), 'deliveries wait';

ok_ctl('cancel', $waits[0]{id});

my ($given_up) = objects('list', '--state=cancelled', '--endpoint=good');

is $given_up->{id}, $waits[0]{id}, 'one is cancelled';
is at_hook('/good'), $was, 'nothing was sent';

ok_ctl('resume', 'good');

ok wait_for(sub { at_hook('/good') == $was + 1 }, 10),
   'the other goes out';

wait_ended(11);


# --- replay: counts, wants to be told, does it

like ok_ctl('replay', '--dry-run', '--state=dead', '--endpoint=bad'),
     qr/^5 dead deliveries to bad would be sent again$/, 'a dry run';

$was = at_hook('/bad');

not_ctl(2, qr/^webhookctl replay: nothing was done: without a terminal this needs --yes/, 'replay',
        '--state=dead', '--endpoint=bad');

is at_hook('/bad'), $was, 'nothing is sent unasked';

my ($counted) = objects('replay', '--state=dead', '--endpoint=bad',
                        '--yes');

is_deeply $counted, { count => 5, replayed => 5 }, 'five are replayed';

ok wait_for(sub { at_hook('/bad') == $was + 5 }, 10),
   'and sent';

wait_ended(11);

is ok_ctl('replay', '--yes', '--event=order.raw', '--dry-run'),
   "1 finished deliveries of order.raw would be sent again\n", 'by type';
is ok_ctl('replay', '--yes', '--since=2100-01-01'),
   "0 finished deliveries will be sent again\n", 'of no time';


# --- check, export, backup

like ok_ctl('check'), qr/^\d+ rows, 0 faults$/, 'sound while it is in use';

my %export = map { $_->{id} => $_ } grep { $_->{kind} eq 'delivery' }
             map { JSON::PP::decode_json($_) } split /\n/, ok_ctl('export');

is scalar keys %export, 11, 'all are exported';

my ($raw) = grep { $_->{type} eq 'order.raw' } values %export;

is decode_base64($raw->{body_base64}), $binary, 'bytes as base64';
is $raw->{content_type}, 'application/x-any', 'with their type';

my $one = $export{ $dead[0]{id} };

is $one->{body}, qq({"id": 1, "note": "Ph\x{1edf}"}), 'text as text';
is scalar @{ $one->{attempts} }, $one->{sends}, 'with all attempts';

is scalar(grep { /"kind":"delivery"/ }
          split /\n/, ok_ctl('export', '--endpoint=good', '--limit=2')), 2,
   'a part of it';
unlike ok_ctl('export'), qr/[^\x20-\x7e\n\x80-\xff]/, 'no control byte';

my $dir = temp_dir('copies');

my $copy = "$dir/data.mdb";

like ok_ctl('backup', $copy), qr/is copied to/, 'a backup';

my @stat = stat $copy;

is $stat[2] & 07777, 0600, 'mode 0600';
is $stat[4], $>, 'of who asked for it';

not_ctl(1, qr/is not overwritten/, 'backup', $copy);
not_ctl(1, qr/cannot be copied/, 'backup', "$dir/none/x");


# --- while nginx is down

$t->stop;

my %mode = map { $_ => (stat $t->store . "/$_")[4] }
           qw(data.mdb lock.mdb owners);

ok_ctl('retry', $dead[2]{id});
ok_ctl('pause', 'bad', '--reason=down');

my ($pending) = objects('list', '--state=pending');

is $pending->{id}, $dead[2]{id}, 'it waits for nginx';

like ok_ctl('check'), qr/ 0 faults$/, 'sound when it is stopped';

is_deeply { map { $_ => (stat $t->store . "/$_")[4] } keys %mode }, \%mode,
          'the files are whose they were';

$was = at_hook('/bad');
$t->start;

is $t->post('/api/orders', '{}')->{status}, 201, 'the workers go on';
is scalar(objects('list', '--state=pending', '--endpoint=bad')), 2,
   'and the pause holds';

ok_ctl('resume', 'bad');

ok wait_for(sub { at_hook('/bad') == $was + 2 }, 10),
   'until it is ended';

wait_ended(13);
$t->stop;


# --- the copy is a store

my $store = $t->store;

rename "$store/data.mdb", "$store/data.mdb.was";
rename $copy, "$store/data.mdb";
chown +(stat $store)[4, 5], "$store/data.mdb";
unlink "$store/lock.mdb";

is scalar(objects('list')), 11, 'the backup holds what it held then';
like ok_ctl('check'), qr/ 0 faults$/, 'and is sound';

$t->start;

is $t->post('/api/orders', '{}')->{status}, 201, 'workers use it';

wait_ended(13);
$t->stop;


# --- no store, no right

for my $command (['retry', $dead[0]{id}], ['check'], ['export'],
                 ['replay', '--yes'], ['backup', "$dir/x"])
{
    my ($status, $out, $err) = $t->run(program(), '-s', "$dir/none",
                                       @$command);

    is $status, 1, "$command->[0]: no store";
    like $err, qr/there is no store/, "$command->[0]: it is told";
}

ok !-e "$dir/none", 'and none is made';

sub program
{
    return Webhook::Nginx::build_dir() . (asan() ? '/asan' : '')
           . '/webhookctl';
}

SKIP: {
    my $owner = (stat $t->store . '/data.mdb')[4];
    my ($other) = grep { defined && $_ != $owner }
                  map { scalar getpwnam $_ } qw(nobody daemon bin);

    skip 'only root can be another', 4 if $> != 0 || !defined $other;

    my $to = "$dir/webhookctl";

    chmod 0755, $dir;
    $t->run('cp', program(), $to);
    chmod 0755, $to;

    for my $command (['retry', $dead[0]{id}], ['list']) {
        my ($status, $out, $err) = as($other, $to, '-s', $t->store,
                                      @$command);

        is $status, 1, "$command->[0]: as another";
        like $err, qr/cannot look at|cannot (?:read|write)/,
             "$command->[0]: it is told";
    }
}

# Runs a program as another user; it needs no more than its own files.

sub as
{
    my ($uid, @command) = @_;

    pipe my $read, my $write or die "pipe: $!";

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        open STDERR, '>&', $write;
        open STDOUT, '>', '/dev/null';
        POSIX::setgid($uid);
        $) = "$uid $uid";
        POSIX::setuid($uid);
        exec @command or POSIX::_exit(127);
    }

    close $write;

    my $err = do { local $/; <$read> };

    waitpid $pid, 0;

    return ($? >> 8, '', $err);
}


# --- a damaged store is told, and not touched

{
    open my $file, '+<:raw', $t->store . '/data.mdb' or die $!;
    print $file "garbage\n" x 1200;
    close $file;

    for my $command (['retry', $dead[0]{id}], ['check']) {
        my ($status, $out, $err) = $t->ctl(@$command);

        is $status, 1, "$command->[0]: damaged";
        like $err, qr/cannot be opened/, "$command->[0]: it is told";
    }

    is scalar(glob $t->store . '/data.mdb.damaged*'), undef,
       'it is not set aside';
}

$t->ok_logs;

done_testing;
