# The page's sources: ESLint with t/page/eslint.config.js, tsc with
# t/page/tsconfig.json, and what neither of them sees.

use strict;
use warnings;

use File::Path qw(remove_tree);
use Test::More;

use lib 't/lib';
use Webhook::Nginx;

my $npm = Webhook::Nginx::build_dir() . '/interop/node_modules';

my @files = sort split /\n/, `find page -type f`;
my @scripts = grep { /\.js$/ } @files;

cmp_ok scalar @scripts, '>', 20, 'there are sources';


# --- no elements of text, no looks in attributes, nothing from elsewhere

for my $file (grep { !/\.md$/ } @files) {
    my $text = slurp($file);

    unlike $text, qr/\b(?:innerHTML|outerHTML|insertAdjacentHTML|srcdoc
                      |createContextualFragment|setHTMLUnsafe|parseFromString
                      |eval|document\.write)\b(?!'|"|`)/x,
        "$file: no elements of text" unless $file eq 'page/ui.js';

    unlike $text =~ s{https?://(?:www\.w3\.org/2000/svg|schema\.getpostman\.com
                      |[\w.]*example\.(?:com|org)|127\.0\.0\.1)}{}gxr,
        qr{https?://[a-z0-9]}, "$file: nothing from elsewhere";

    unlike $text, qr/[ \t]$/m, "$file: no blanks at the ends of lines";
    unlike $text, qr/\t/, "$file: no tabs" unless $file =~ /\.json$/;
    like $text, qr/\n\z/, "$file: a line at its end";
}

my $index = slurp('page/index.html');

unlike $index, qr/\s(?:style|on\w+)=/, 'index.html: no such attributes';
unlike $index, qr/<script[^>]*>[^<]/, 'index.html: no script in it';
unlike $index, qr/<style/, 'index.html: no style in it';


# --- ESLint, which looks below its configuration only

SKIP: {
    skip "no ESLint: t/interop/install gets it", 1 unless -e "$npm/.bin/eslint";

    my $dir = "$npm/../page-lint-$$";

    mkdir $dir or die "$dir: $!\n";
    system('cp', '-r', 'page', 't/page/eslint.config.js', $dir) == 0
        or die "cp\n";

    is `cd $dir && $npm/.bin/eslint page 2>&1`, '', 'ESLint finds nothing';

    remove_tree($dir);
}

SKIP: {
    skip "no tsc: t/interop/install gets it", 1 unless -e "$npm/.bin/tsc";

    is `$npm/.bin/tsc -p t/page/tsconfig.json 2>&1`, '', 'tsc finds nothing';
}

done_testing;


sub slurp
{
    my ($file) = @_;

    open my $f, '<:raw', $file or die "$file: $!\n";
    local $/;
    return scalar <$f>;
}
