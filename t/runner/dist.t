# Releases: a tarball of what is committed, the same for everybody, with the
# version that the tree has in four places, and what has changed.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Sandbox qw(slurp temp_dir write_file);

my $name = 'ngx_http_webhook_module';
my $temp = temp_dir('dist');
my $tree = "$temp/tree";
my $out = "$temp/out";

plan skip_all => 'no git' if system('git --version > /dev/null 2>&1') != 0;

delete @ENV{qw(GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE)};
$ENV{HOME} = $temp;
$ENV{GIT_CONFIG_NOSYSTEM} = 1;
$ENV{GIT_CEILING_DIRECTORIES} = $temp;
$ENV{"GIT_$_"} = 'An Nguyen' for qw(AUTHOR_NAME COMMITTER_NAME);
$ENV{"GIT_$_"} = 'an@example.com' for qw(AUTHOR_EMAIL COMMITTER_EMAIL);

my @files = ("$name/core/base/webhook_version.h", 'CHANGELOG.md',
             'debian/changelog', 'docs/webhookctl.1');

for my $file (@files) {
    my ($dir) = "$tree/$file" =~ m{^(.*)/};

    system('mkdir', '-p', $dir) == 0 or die;
    write_file("$tree/$file", slurp($file));
}

my ($version) = slurp($files[0]) =~ /WEBHOOK_VERSION\s+"([^"]+)"/;


# --- this tree, as it is

ok slurp('CHANGELOG.md') =~ /^## \Q$version\E \((?:unreleased|\d{4}-\d\d-\d\d)\)$/m,
    'the top entry of CHANGELOG.md has the version of the sources';


# --- a tree that is not released

write_file("$tree/CHANGELOG.md", <<"MD");
# Changes

## $version (unreleased)

Something new.

### Added

- This.

## 0.0.1 (2020-01-01)

- That.
MD

isnt dist(), 0, 'what is no checkout';
like slurp("$temp/log"), qr/is not a checkout of git/, 'is refused';

git('init -q -b main .');
git('add .');
git('commit -q -m first');

is dist(), 0, 'a snapshot' or diag slurp("$temp/log");

my $id = substr git('rev-parse HEAD'), 0, 10;
my ($snapshot) = glob "$out/*.tar.gz";

like $snapshot, qr{/\Q$name-$version\E-\d{8}\.\Q$id\E\.tar\.gz$},
    'has the day and the id of the commit in its name';
is join(' ', sort map { s{.*/}{}r } glob "$out/*"),
    join(' ', map { my $base = $snapshot =~ s{.*/|\.tar\.gz$}{}gr; "$base.$_" }
              qw(md sha256 tar.gz)), 'three files';
is system("cd '$out' && sha256sum --quiet -c *.sha256"), 0, 'the digests are theirs';
is slurp((glob "$out/*.md")[0]), "\nSomething new.\n\n### Added\n\n- This.\n\n",
    'what has changed is the top entry';

my $prefix = $snapshot =~ s{.*/|\.tar\.gz$}{}gr;

is join(' ', sort grep { !m{/$} } split /\n/, `tar -tf '$snapshot'`),
    join(' ', sort map { "$prefix/$_" } @files), 'the sources, in a folder of that name';

my $bytes = slurp($snapshot);

git('checkout -q --detach');
is dist(), 0, 'once more';
ok slurp($snapshot) eq $bytes, 'the same bytes';
git('checkout -q main');


# --- what is refused

sub refused
{
    my ($what, $said, $file, $from, $to) = @_;
    my $text = slurp("$tree/$file");

    write_file("$tree/$file", $text =~ s/$from/$to/r);
    git('commit -q -a -m wrong');
    isnt dist(), 0, $what;
    like slurp("$temp/log"), $said, "$what is told";
    ok slurp($snapshot) eq $bytes, "$what: no file is made";
    git('reset -q --hard HEAD~1');
}

refused('another version in debian/changelog',
    qr/debian\/changelog has version 9\.9\.9, and the sources \Q$version\E/,
    'debian/changelog', qr/\(\Q$version\E\)/, '(9.9.9)');
refused('another version in CHANGELOG.md',
    qr/the top entry of CHANGELOG\.md is not.*9\.9\.9/s,
    'CHANGELOG.md', qr/## \Q$version\E/, '## 9.9.9');
refused('another version on the manual page', qr/run "make pages"/,
    'docs/webhookctl.1', qr/\Q$version\E"/, '9.9.9"');

write_file("$tree/new", '');
isnt dist(), 0, 'a file that git does not know';
like slurp("$temp/log"), qr/these are not committed: \?\? new/, 'is told';
unlink "$tree/new";


# --- a release

is dist('--release'), 0, 'a release' or diag slurp("$temp/log");
ok -e "$out/$name-$version.tar.gz", 'has its version as its name';
like slurp("$temp/log"), qr/git push --follow-tags/, 'it tells what publishes it';

my $committed = git('show HEAD:CHANGELOG.md');

like $committed, qr/\A# Changes\n\n## \Q$version\E \(\d{4}-\d\d-\d\d\)\n/,
    'its day is written';
like $committed, qr/^## 0\.0\.1 \(2020-01-01\)$/m, 'and no other';
like git('show HEAD:debian/changelog'), qr/^ -- .*>  \w{3}, \d\d \w{3} \d{4} [\d:]+ \+0000$/m,
    'in debian/changelog, too';
is git("rev-parse v$version^{commit}"), git('rev-parse HEAD'), 'the commit is tagged';
is git('status --porcelain'), '', 'nothing is left to commit';

is dist(), 0, 'the tarball of a release, once more';
isnt dist('--release'), 0, 'a second release';
like slurp("$temp/log"), qr/\Q$version\E was released on \d/, 'is refused';

# such as this file, if there is one already
git('reset -q --hard HEAD~1');
isnt dist('--release'), 0, 'a release of a version that is tagged';
like slurp("$temp/log"), qr/there is a tag v\Q$version\E/, 'is refused';
is git('status --porcelain'), '', 'and nothing is changed';

done_testing;


sub dist
{
    return system("tools/dist '$tree' '$out' @_ > '$temp/log' 2>&1");
}


sub git
{
    my ($args) = @_;
    my $text = `cd '$tree' && git $args`;

    die "git $args\n" if $?;
    chomp $text;

    return $text;
}
