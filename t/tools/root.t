#
# webhookctl, called by root, of a store whose owner is somebody else and may
# not be honest: it follows no link of his, writes nothing as root into his
# directory, and what root wants to have written is root's.

use strict;
use warnings;

use lib 't/lib';

use Cwd ();
use Test::More;

use Webhook::Sandbox qw(write_file);
use Webhook::Test qw(wait_for slurp temp_dir);


my ($uid, $gid) = (getpwnam 'nobody')[2, 3];

plan skip_all => 'only root can be another' if $> != 0 || !defined $uid;

my $t = Webhook::Test->new;

$t->endpoint(name => 'hook', answers => { '*' => [500] });
$t->api;

$t->config(http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=16m;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_hook%%/;
        events order.add;
        retry  attempts=1;
    }
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%/;
        webhook_event order.add POST ^/api/orders$ status=201;
    }
CONF

$t->start;
$t->post('/api/orders', '{"total": 1}');

ok wait_for(sub { ($t->ctl('list', '--state=dead'))[1] =~ /order\.add/ }, 20),
   'a store with something in it';

$t->stop;

my $store = $t->store;
my @names = qw(data.mdb lock.mdb owners);

chown $uid, 0, $store;
chown $uid, $gid, map { "$store/$_" } @names;

sub files
{
    my ($dir) = @_;

    return join "\n", map {
        my @s = lstat;
        sprintf '%s %o %d %d %d', $_, @s[2, 4, 5, 7];
    } sort glob "$dir/* $dir/.??*";
}

# Refused, and told why; nothing is there that was not, or is another's.

sub refused
{
    my ($like, $name, @args) = @_;

    my $outside = temp_dir('outside');
    my ($before) = files($store);
    my ($status, $out, $err) = $t->ctl(@args);

    is $status, 1, "$name: refused";
    like $err, $like, "$name: and told why";
    is files($store), $before, "$name: the store's directory as it was";
}


# --- it is the owner who works

for my $command (['list'], ['pause', 'erp'], ['resume', 'erp'], ['check']) {
    my ($status, $out, $err) = $t->ctl(@$command);

    is $status, 0, "@$command" or diag $err;
}

unlink "$store/lock.mdb", "$store/owners";

is +($t->ctl('pause', 'erp'))[0], 0, 'files that have to be made';

for my $name (@names) {
    my @s = stat "$store/$name";

    is_deeply [$s[2] & 07777, @s[4, 5]], [0600, $uid, $gid],
              "$name: the owner's, and of no group of root's";
}


# --- links, of files that root may write

my $root = temp_dir('root');

for my $name (@names) {
    for my $to ("$root/file", "$root/none") {
        write_file("$root/file", "keep me\n");

        rename "$store/$name", "$store/$name.away";
        symlink $to, "$store/$name" or die "symlink: $!";

        for my $command (['pause', 'erp'], ['list'], ['check']) {
            my ($status, $out, $err) = $t->ctl(@$command);

            is $status, 1, "$name is a link: @$command";
            like $err, qr{/\Q$name\E" is a link|there is no store},
                 "$name is a link: it is told";
        }

        unlink "$store/$name";
        rename "$store/$name.away", "$store/$name";
    }
}

is slurp("$root/file"), "keep me\n", 'what they led to is as it was';
ok !-e "$root/none", 'and nothing was made there';

mkdir "$root/s", 0700;
rename $store, "$store.away";
symlink "$root/s", $store or die "symlink: $!";

is +(lstat $store)[4], 0, q(root's own link to a directory);

rename "$store.away", "$root/real";
unlink $store;
symlink "$root/real", $store or die "symlink: $!";

is +($t->ctl('list'))[0], 0, 'is followed';

# lchown() for links
system('chown', '-h', $uid, $store) == 0 or die "chown -h: $?";

my ($status, $out, $err) = $t->ctl('list');

is $status, 1, 'that of another is not';
like $err, qr/through a link that does not belong to root/, 'and told why';

unlink $store;
rename "$root/real", $store or die "rename: $!";


# --- what is odd

chmod 0777, $store;
refused(qr/can be written to by others/, 'a directory for all', 'list');
chmod 0700, $store;

chown 0, 0, "$store/data.mdb";
refused(qr/data\.mdb" belongs to user 0 /, 'a file of root', 'list');
refused(qr/chown it/, 'a file of root, to write', 'pause', 'erp');
chown $uid, $gid, "$store/data.mdb";

chown 0, 0, $store;
refused(qr/belongs to user $uid /, 'a directory of root', 'pause', 'erp');
chown $uid, 0, $store;


# --- a backup is the caller's

my $cwd = Cwd::getcwd();

chdir $root or die "chdir: $!";

for my $file ("$root/copy", 'relative') {
    ($status, $out, $err) = $t->ctl('backup', $file);

    is $status, 0, "backup $file" or diag $err;
    like $out, qr/is copied to \Q$file\E/, 'which is told';

    my @s = stat "$root/" . ($file =~ s{.*/}{}r);

    is_deeply [$s[2] & 07777, $s[4]], [0600, 0], "root's alone";
    ok $s[7] > 4096, 'with something in it';
}

chdir $cwd or die "chdir: $!";

symlink "$root/none", "$root/link" or die "symlink: $!";

refused(qr/is not overwritten/, 'over a copy', 'backup', "$root/copy");
refused(qr/is not overwritten/, 'over a link', 'backup', "$root/link");
refused(qr/in the store itself/, 'into the store', 'backup', "$store/copy");
refused(qr/cannot be copied/, 'nowhere', 'backup', "$root/no/copy");
refused(qr/cannot be copied/, 'no name', 'backup', "$root/");

ok !-e "$root/none", 'a link is not followed';

mkdir "$root/his", 0700;
chown $uid, $gid, "$root/his";
symlink $root, "$root/his/link" or die "symlink: $!";
system('chown', '-h', $uid, "$root/his/link") == 0 or die "chown -h: $?";

refused(qr/through a link that does not belong to root/, q(over another's link),
        'backup', "$root/his/link/new");
ok !-e "$root/new", 'nor that of a directory';

# What is no store is no copy either.

rename "$store/data.mdb", "$store/data.away";
write_file("$store/data.mdb", 'x' x 8192);
chown $uid, $gid, "$store/data.mdb";

is +($t->ctl('backup', "$root/half"))[0], 1, 'a store that cannot be read';
ok !-e "$root/half", 'leaves no half of a copy';

rename "$store/data.away", "$store/data.mdb";

is +($t->ctl('check'))[0], 0, 'the store is whole';

chown 0, 0, $store, map { "$store/$_" } @names;

is +($t->ctl('check'))[0], 0, q(a store of root's own);

chmod 0770, $store;
chown 0, $gid, $store;
refused(qr/can be written to by others/, q(root's, for a group), 'list');

done_testing;
