#!/usr/bin/perl

# webhookctl backup and restore: a copy takes the place of the store, and
# nothing of it is sent until somebody says so.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use Test::More;

use Webhook::Sandbox qw(write_file);
use Webhook::Test qw(wait_for slurp temp_dir asan);


my $t = Webhook::Test->new(workers => 2);

$t->endpoint(name => 'api', answers => {
    '/api/orders' => [{ status => 201, body => '{"id": 1}',
                        headers => ['Content-Type' => 'application/json'] }],
});

my $hook = $t->endpoint(name => 'hook', answers => { '*' => [200] });

my @conf = (
    http => <<'CONF',
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_hook%%/erp;
        events order.*;
    }
CONF
    server => <<'CONF',
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
    location = /metrics { webhook_metrics; }
CONF
);

$t->config(@conf);

my $program = Webhook::Nginx::build_dir() . (asan() ? '/asan' : '')
              . '/webhookctl';
my $store = $t->store;

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

sub metric
{
    my ($name) = @_;

    return ($t->get('/metrics')->{body} =~ /^$name (\d+)$/m)[0];
}

sub states { return join ' ', sort map { $_->{state} } objects('list'); }

# The workers have asked the store many times for something to send since.

sub ok_scans
{
    my ($name) = @_;
    my $was = metric('ngx_webhook_store_batches_total');

    ok wait_for(sub { metric('ngx_webhook_store_batches_total') > $was + 20 },
                30), $name;
}

sub sent { return scalar @{ $hook->requests }; }

$t->start;

is ok_ctl('pause', 'erp'), "erp pauses\n", 'the endpoint pauses';
is $t->post('/api/orders', '{}')->{status}, 201, 'an order' for 1 .. 3;

ok wait_for(sub { states() eq 'pending pending pending' }, 20), 'they wait';

my $dir = temp_dir('copies');
my $copy = "$dir/copy";

my ($made) = objects('backup', $copy);

is $made->{file}, $copy, 'a copy';
is $made->{bytes}, -s $copy, 'of so many bytes';

is system("$program -s $store backup - > $dir/output"), 0, 'backup -';
is system("TMPDIR=$dir $program -s $store backup - | cat > $dir/pipe"), 0,
   'into a pipe';
is_deeply [sort map { s{.*/}{}r } glob "$dir/*"], [qw(copy output pipe)],
          'no file is left of that';

for my $file ("$dir/output", "$dir/pipe") {
    like qx($program -s $file check), qr/ 0 faults$/, "$file is a store";
}

{
    my ($status, $out, $err) = $t->run('/bin/sh', '-c',
        "TMPDIR=$dir/none $program -s $store backup - | cat");

    like $err, qr/cannot make a file in "\Q$dir\E\/none"/,
         'no place for a copy is told';
}

not_ctl(1, qr/^webhookctl restore: .*is in use \(process \d+\): stop nginx/m,
        'restore', $copy);

ok_ctl('resume', 'erp');

ok wait_for(sub { sent() == 3 }, 20), 'the orders are sent';
ok wait_for(sub { states() eq 'delivered delivered delivered' }, 20),
   'and that is known';

$t->stop;


# --- what is no copy

write_file("$dir/text", 'x' x 8192);
write_file("$dir/short", 'x');

sub files { return join ' ', map { s{.*/}{}r } sort glob "$store/*"; }

my $before = files();
my $data = slurp("$store/data.mdb");

not_ctl(1, qr/is not a store written by backup/, 'restore', "$dir/text");
not_ctl(1, qr/is not a store written by backup/, 'restore', "$dir/short");
not_ctl(1, qr/is not a file/, 'restore', $dir);
not_ctl(1, qr/cannot read/, 'restore', "$dir/none");

{
    my $bad = slurp($copy);

    substr $bad, 4096 * 2, length($bad) - 4096 * 2, '';
    write_file("$dir/cut", $bad);

    not_ctl(1, qr/nothing was restored/, 'restore', "$dir/cut");
}

# what comes through a pipe may end before its end

{
    my $bad = slurp($copy);

    for my $pages (1, 2, 5) {
        write_file("$dir/cut", substr $bad, 0, length($bad) - 4096 * $pages);

        not_ctl(1, qr/cut short: it has \d+ bytes of \d+.*nothing was rest/s,
                'restore', "$dir/cut");
    }
}

# and who waits for it may have enough of that

for my $signal (qw(INT TERM HUP)) {
    pipe my $from, my $to or die "pipe: $!\n";

    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        close $to;
        open STDIN, '<&', $from or die "stdin: $!\n";
        open STDERR, '>', "$dir/stopped" or die "stderr: $!\n";
        $SIG{$_} = 'DEFAULT' for qw(INT TERM HUP);
        exec $program, '-s', $store, 'restore', '-' or die "$program: $!\n";
    }

    close $from;
    syswrite $to, slurp($copy);

    ok wait_for(sub { glob "$store/restore.*" }, 20), "$signal: it reads";
    ok kill($signal, $pid), 'is stopped';
    waitpid $pid, 0;

    is $? >> 8, 1, 'and ends';
    like slurp("$dir/stopped"), qr/interrupted.*nothing was restored/s,
         'which it tells';
}

is files(), $before, 'nothing is left of these';
ok slurp("$store/data.mdb") eq $data, 'and the store is as it was';


# --- restored, it sends nothing

my ($restored) = objects('restore', $copy);

like $restored->{replaced}, qr/^data\.mdb\.replaced-\d+T\d+Z-\d+$/,
     'what was there is kept';
is $restored->{paused}, JSON::PP::true, 'it is paused';
ok -e "$store/$restored->{replaced}", 'as a file beside it';
ok slurp("$store/$restored->{replaced}") eq $data, 'with all that was in it';
is_deeply [map { (stat "$store/data.mdb")[$_] & 07777 } 2], [0600],
          'mode 0600';
is +(stat "$store/data.mdb")[4], (stat $store)[4], "the directory's owner's";
is scalar(() = glob "$store/restore*"), 0, 'nothing else is left';
like ok_ctl('check'), qr/ 0 faults$/, 'the store is sound';

like ok_ctl('stats'), qr/^paused +nothing is sent until "webhookctl resume --all"; since .*: restored from \Q$copy\E$/m,
     'stats say so';

# The endpoint's own pause is of the copy; it is ended, so that the store's
# alone is left.

ok_ctl('resume', 'erp');

is_deeply [map { $_->{waits} } objects('list')], [('paused') x 3],
          'so does the list';

$t->start;

is $t->post('/api/orders', '{}')->{status}, 201, 'an order is taken';

ok wait_for(sub { states() eq join ' ', ('pending') x 4 }, 20),
   'and kept with the others';
ok wait_for(sub { metric('ngx_webhook_store_paused') }, 20),
   'the metrics say that it is paused';

ok_scans('workers look what there is to send');

is sent(), 3, 'they send nothing';

ok_ctl('retry', map { $_->{id} } objects('list'));
$t->nginx->reload;

is $t->post('/api/orders', '{}')->{status}, 201, 'one more';
ok_scans('nor after a reload, by hand');

is sent(), 3, 'still nothing';
is states(), join(' ', ('pending') x 5), 'all of it waits';

is ok_ctl('resume', '--all'), "the store goes on\n", 'resume --all';

ok wait_for(sub { sent() == 8 }, 30), 'all is sent';
ok wait_for(sub { states() eq join ' ', ('delivered') x 5 }, 20), 'once';
ok wait_for(sub { metric('ngx_webhook_store_paused') == 0 }, 20),
   'the metrics, too, know';
is ok_ctl('resume', '--all'), "the store was not paused as a whole\n",
   'there is nothing to resume';


# --- pause --all, beside live workers

is_deeply [objects('pause', '--all', '--reason=they move')],
          [{ endpoint => undef, paused => JSON::PP::true }], 'pause --all';

is $t->post('/api/orders', '{}')->{status}, 201, 'an order meanwhile';
ok_scans('workers look again');

is sent(), 8, 'nothing is sent';
is_deeply [map { $_->{waits} } objects('list', '--state=pending')],
          ['paused'], 'it waits';

ok_ctl('resume', '--all');

ok wait_for(sub { sent() == 9 }, 30), 'it is sent then';

not_ctl(2, qr/needs an endpoint, or --all/, 'pause');
not_ctl(2, qr/needs an endpoint, or --all/, 'pause', 'erp', '--all');

$t->stop;


# --- into an empty directory, from a pipe; the right owner

my $empty = temp_dir('empty');

chmod 0700, $empty;

my $uid = $> == 0 ? (getpwnam 'nobody')[2] : $>;

chown $uid, -1, $empty if $> == 0;

is system("cat $copy | $program -s $empty restore - > /dev/null"), 0,
   'into an empty directory';
is +(stat "$empty/data.mdb")[4], $uid, 'for its owner';
is scalar(grep { (stat)[4] != $uid } glob "$empty/*"), 0, 'all of it';

{
    my ($status, $out, $err) = $t->run($program, '-s', "$empty/none",
                                       'restore', $copy);

    is $status, 1, 'a directory that is not there';
    like $err, qr/No such file/, 'told';
    ok !-e "$empty/none", 'and not made';
}


# --- of an older format

{
    my $old = temp_dir('old');

    chmod 0700, $old;
    is system("gzip -dc t/data/store-1.mdb.gz > $dir/old"), 0,
       'a store of format 1';
    is system("$program -s $old restore $dir/old > /dev/null"), 0,
       'is restored';

    my ($status, $out, $err) = $t->run($program, '-s', $old, 'check');

    like $out, qr/ 0 faults$/, 'and sound';

    ($status, $out, $err) = $t->run($program, '-s', $old, 'stats');

    like $out, qr/^paused +nothing is sent/m, 'and paused';
}

SKIP: {
    skip 'only root can be another', 6 if $> != 0;

    # what root alone can read is read by root, and becomes the owner's

    my $other = temp_dir('other');

    chmod 0700, $other;
    chown $uid, -1, $other;

    is system("$program -s $other restore $copy > /dev/null"), 0,
       'a file that root alone can read';
    is join(' ', map { s{.*/}{}r } glob "$other/*"), 'data.mdb owners',
       'is all that there is then';
    is scalar(grep { (stat)[4] != $uid } glob "$other/*"), 0,
       "and the owner's";

    # the owner of the directory may not have the backup followed to root's

    symlink '/etc/passwd', "$empty/data.mdb.x";
    rename "$empty/data.mdb", "$empty/data.away";
    symlink "$dir/victim", "$empty/data.mdb" or die $!;

    my ($status, $out, $err) = $t->run($program, '-s', $empty, 'restore',
                                       $copy);

    is $status, 1, 'a link in place of the store';
    like $err, qr/is a link/, 'is told';
    ok !-e "$dir/victim", 'and not followed';
}

my $log = join '', map { slurp($_) } glob "$t->{nginx}{prefix}/logs/error*";

like $log, qr/\[warn\].*is paused: events are stored.*resume --all/,
     'the log told of the pause';

$t->ok_logs;

done_testing;
