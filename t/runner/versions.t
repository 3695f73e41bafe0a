# What "make test-versions" says of what it cannot try, or what does not build.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Sandbox qw(temp_dir write_file);

my $work = temp_dir('versions');

$work .= '/work';

my ($status, $said) = run(KINDS => 'gcc-other');

isnt $status, 0, 'a kind that is unknown';
like $said, qr/"gcc-other" is none of gcc-dynamic, gcc-static/, 'is named';

($status, $said) = run(NGINX_TREES => "$work/none");

isnt $status, 0, 'a tree that is not there';
like $said, qr{no nginx sources in \Q$work\E/none}, 'is named';

SKIP: {
    skip 'no apt-get', 3 if !grep { -x "$_/apt-get" } split /:/, $ENV{PATH};

    ($status, $said) = run(NGINX_VERSIONS => '1.22.1',
                           DEB_MIRROR => "file:$work/mirror",
                           DEB_SUITES => 'bookworm');

    isnt $status, 0, 'nothing was tried';
    like $said, qr/^debian-1\.22\.1: NOT TESTED: no suite of bookworm has it: /m,
        'a version that cannot be had';
    like $said, qr/^0 of 0 builds passed, versions not tested: 1$/m,
        'and is counted';
}

SKIP: {
    skip 'root can', 2 if !$>;

    ($status, $said) = run(NGINX_SUITES => 'trixie');

    isnt $status, 0, 'another Debian, by somebody who is not root';
    like $said, qr/^trixie: NOT TESTED: only root can /m, 'is not tried';
}

SKIP: {
    skip 'only root', 2 if $>;

    ($status, $said) = run(NGINX_SUITES => 'trixie',
                           DEB_MIRROR => "file:$work/mirror");

    isnt $status, 0, 'another Debian, from a mirror that has it not';
    like $said, qr/^trixie: NOT MADE, see \Q$work\E\S+$/m, 'is told';
}

my $tree = "$work/tree";

system('mkdir', '-p', "$tree/src/core", "$tree/src/http/v3") == 0 or die;
write_file("$tree/src/core/nginx.h", qq(#define NGINX_VERSION "1.99.9"\n));
write_file("$tree/configure", "#!/bin/sh\necho it cannot be done\nexit 1\n");
chmod 0755, "$tree/configure";

($status, $said) = run(NGINX_TREES => $tree);

isnt $status, 0, 'a tree that cannot be built';
like $said, qr/^it cannot be done$/m, 'and why';

for my $kind (qw(gcc-dynamic gcc-static nginx.org)) {
    like $said, qr/^nginx-1\.99\.9 \Q$kind\E, HTTP\/3: NOT BUILT, see /m, $kind;
}

like $said, qr/^0 of 3 builds passed, versions not tested: 0$/m, 'none passed';

done_testing;


sub run
{
    my %env = (NGINX_VERSIONS => '', NGINX_TREES => '',
               NGINX_SUITES => '',
               KINDS => 'gcc-dynamic gcc-static nginx.org', @_);

    my $pid = open my $fh, '-|';
    die "fork: $!\n" unless defined $pid;

    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        $ENV{$_} = $env{$_} for keys %env;
        exec 'tools/test-versions', $work or die "tools/test-versions: $!\n";
    }

    my $out = do { local $/; <$fh> };
    close $fh;

    return ($?, $out);
}
