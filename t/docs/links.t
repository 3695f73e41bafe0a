# Every link between the documents leads to a file that is there, and to a
# heading that is in it.

use strict;
use warnings;

use File::Basename qw(dirname);
use Test::More;

use lib 't/lib';
use Webhook::Sandbox qw(slurp);

my (%headings, $n);

for my $file (glob('*.md docs/*.md conf/examples/*.md page/*.md')) {
    for my $link (prose($file) =~ /\]\(([^)\s]+)\)/g) {
        next if $link =~ /^\w+:/;

        my ($path, $anchor) = split /#/, $link, 2;
        my $target = $path eq '' ? $file
                                 : flat(dirname($file) . "/$path");

        $n++;

        if (!-e $target) {
            fail("$file: $link is not there");

        } elsif (defined $anchor) {
            ok headings($target)->{$anchor}, "$file: $link";

        } else {
            pass("$file: $link");
        }
    }
}

cmp_ok $n, '>', 100, "$n links";

done_testing;


# The text without its blocks and its code.
sub prose
{
    my ($file) = @_;

    return slurp($file) =~ s/^ *```.*?^ *```$//msgr =~ s/`[^`\n]*`//gr;
}


# The anchors of a document, as they are made of its headings.
sub headings
{
    my ($file) = @_;

    return $headings{$file} //= do {
        my (%anchors, %times);
        my $text = slurp($file) =~ s/^ *```.*?^ *```$//msgr;

        for my $heading ($text =~ /^#+ +(.*?) *$/mg) {
            my $anchor = lc $heading =~ s/\[([^\]]*)\]\([^)]*\)/$1/gr;

            $anchor =~ s/[^\w -]//g;
            $anchor =~ tr/ /-/;

            my $times = $times{$anchor}++;

            $anchors{$times ? "$anchor-$times" : $anchor} = 1;
        }

        \%anchors;
    };
}


sub flat
{
    my ($path) = @_;

    1 while $path =~ s{(^|/)(?!\.\./)[^/]+/\.\./}{$1};

    return $path =~ s{^(?:\./)+}{}r;
}
