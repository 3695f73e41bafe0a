# What is in debian/: shell that sh and shellcheck accept, the version of the
# sources, what the makefile installs, and the packages that a build needs.

use strict;
use warnings;

use File::Basename qw(basename);
use Test::More;

use lib 't/lib';
use Webhook::Sandbox qw(slurp temp_dir write_file);

my $temp = temp_dir('packages');
my $shellcheck = grep { -x "$_/shellcheck" } split /:/, $ENV{PATH};

my @scripts = glob 'debian/*.postinst debian/*.prerm debian/*.postrm';
my ($control, $tests) = map { slurp($_) } 'debian/control', 'debian/tests/control';
my @packages = $control =~ /^Package: (\S+)/mg;

cmp_ok scalar @scripts, '>=', 3, 'scripts of maintainers';


# --- scripts

for my $script (@scripts) {
    my $text = slurp($script);

    like $text, qr{\A#!/bin/sh\n\nset -e\n}, "$script ends at an error";
    is scalar(() = $text =~ /^#DEBHELPER#$/mg), 1, "$script has its place for debhelper";

    is_shell($script);

    my ($package) = basename($script) =~ /^(.*)\./;
    ok grep({ $_ eq $package } @packages), "$script is of a package";
}

for my $test (map { split /[\s,]+/ } $tests =~ /^Tests: (.*)/mg) {
    ok -x "debian/tests/$test", "debian/tests/$test can be run";
    is_shell("debian/tests/$test");
}

# what is wrong is found

write_file("$temp/bad.sh", "#!/bin/sh\nif true; then\n");
isnt system("sh -n $temp/bad.sh 2> /dev/null"), 0, 'sh refuses what is no shell';


# --- versions

my ($version) = slurp('ngx_http_webhook_module/core/base/webhook_version.h')
                =~ /WEBHOOK_VERSION\s+"([^"]+)"/;
my ($source, $packaged) = slurp('debian/changelog') =~ /\A(\S+) \(([^)]+)\)/;

is $packaged, $version, 'the version of the packages is that of the sources';
is $source, ($control =~ /^Source: (\S+)/m)[0], 'one source package';


# --- what they contain

my %install = map { $_ => 1 } map { split } map { slurp($_) }
              glob 'debian/*.install debian/not-installed';
my $root = "$temp/root";
my $build = "$temp/build";

mkdir $build;
write_file("$build/$_", '') for 'ngx_http_webhook_module.so', 'webhookctl',
                                 'ngx_http_webhook_pgsql_module.so';

{
    local @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};

    is system("make -s BUILD=$build DESTDIR=$root ENABLE=no install-files > $temp/log 2>&1"),
        0, 'make install-files' or diag slurp("$temp/log");
}

my @files = map { chomp; substr $_, 1 + length $root }
            `find $root -type f`;
my @missed = grep {
    my $file = $_;
    !grep { $file eq $_ || index($file, "$_/") == 0 } keys %install;
} @files;

cmp_ok scalar @files, '>', 50, 'files are installed';
is "@missed", '', 'each is in a package';

for my $path (grep { m{/} } keys %install) {
    ok -e "$root/$path", "$path is installed";
}


# --- what a build needs

my ($depends) = $control =~ /^Build-Depends: (.*?)^\S/ms;
my ($build_deps) = slurp('tools/install-deps') =~ /^build="(.*?)"/ms;
my ($deb_deps) = slurp('tools/install-deps') =~ /^package="(.*?)"/ms;
my %deps = map { $_ => 1 } map { split } $build_deps, $deb_deps;

for my $library (grep { /^lib|-dev$/ } $depends =~ /([a-z0-9.+-]+)/g) {
    ok $deps{$library}, "tools/install-deps package installs $library";
}



# --- who publishes them, and of what tree they are

my $tree = "$temp/tree";
my $bin = "$temp/bin";

system('mkdir', '-p', "$tree/debian", "$tree/build/old", "$tree/out", $bin) == 0
    or die;
write_file("$tree/debian/$_", slurp("debian/$_")) for qw(control changelog);
write_file("$tree/$_", '') for 'a source', 'build/old/object';

# in place of the program that builds them
write_file("$bin/dpkg-buildpackage", "#!/bin/sh\n" . <<'SH');
find . -type f | sort > ../files
cp debian/control debian/changelog ..
: > ../one.deb
SH
chmod 0755, "$bin/dpkg-buildpackage";

sub deb_build
{
    my ($maintainer) = @_;

    local $ENV{PATH} = "$bin:$ENV{PATH}";
    local $ENV{DEB_MAINTAINER} = $maintainer;

    return system("tools/deb-build $tree $tree/out > $temp/log 2>&1");
}

is deb_build(''), 0, 'the packages are built' or diag slurp("$temp/log");
is slurp("$tree/out/files"), "./a source\n./debian/changelog\n./debian/control\n",
    'of the sources, without what is built';
is slurp("$tree/out/control"), slurp('debian/control'), 'by nobody';

is deb_build('An Nguyen <an@example.com>'), 0, 'the packages of somebody';
like slurp("$tree/out/control"), qr/^Maintainer: An Nguyen <an\@example\.com>$/m,
    'are theirs';
like slurp("$tree/out/changelog"),
    qr/\A.*?\n -- An Nguyen <an\@example\.com>  \w{3}, \d\d /s,
    'as is the version';

isnt deb_build('An Nguyen'), 0, 'an address is needed';
like slurp("$temp/log"), qr/"An Nguyen" is not "NAME <ADDRESS>"/, 'which is told';

done_testing;


sub is_shell
{
    my ($file) = @_;

    is system('sh', '-n', $file), 0, "$file: sh";

    SKIP: {
        skip 'no shellcheck', 1 if !$shellcheck;

        my $said = `shellcheck -x -s sh $file`;
        is $said, '', "$file: shellcheck";
    }
}
