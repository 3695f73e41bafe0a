package Webhook::Test::Journal;

=head1 NAME

Webhook::Test::Journal - a test runs over the journal of its store

=head1 SYNOPSIS

    TEST_NGINX_JOURNAL=8m

=head1 DESCRIPTION

With this in the environment each C<webhook_store> in a configuration gets a
C<journal=> of so many bytes, or of what its C<size=> allows, unless it has one
or is smaller than 16m; one of 16m is made as large as it has to be.  A store
that has C<journal=off> stays as it is.

=head2 journaled(TEXT)

The text of a configuration, with that.

=head2 store_of(TEXT)

The path of the store if it has a journal because of this; else nothing.

=head2 journals(PATH, PREFIX)

How many processes that live have a journal of the store, which PATH names,
relative to PREFIX.

=cut

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(journaled store_of journals);

my %unit = ('' => 1, k => 1024, m => 1024 ** 2, g => 1024 ** 3);

my $part = 32;
my $least = 1024 ** 2;

my $directive = qr/^(?!\s*\#)(.*?\bwebhook_store[ \t]+)([^\s;{}]+)
                   ([^;{}\n]*);/xm;


sub wanted { return bytes($ENV{TEST_NGINX_JOURNAL}); }


sub journaled
{
    my ($text) = @_;

    return $text unless wanted();

    $text =~ s/$directive/"$1$2" . options($3) . ';'/ge;

    return $text;
}


sub options
{
    my ($options) = @_;

    return $options if $options =~ /\bjournal=/;

    if ($options !~ /\bsize=/) {
        return "$options journal=$ENV{TEST_NGINX_JOURNAL}";
    }

    my ($size) = $options =~ /\bsize=(\d+[kmg])(?=\s|$)/;
    my $bytes = bytes($size) or return $options;

    return $options if $bytes < $part * $least / 2;

    if ($bytes < $part * $least) {
        $bytes = $part * $least;
        $options =~ s/\bsize=\Q$size\E/size=32m/;
    }

    my $journal = $bytes / $part < wanted() ? $bytes / $part : wanted();

    return "$options journal=" . int($journal / 1024) . 'k';
}


sub store_of
{
    my ($text) = @_;

    return unless wanted() && $text =~ $directive;

    my ($path, $options) = ($2, $3);

    return $options =~ /\bjournal=\d/ ? $path : ();
}


sub journals
{
    my ($path, $prefix) = @_;

    require Webhook::Nginx;

    $path = "$prefix/$path" unless $path =~ m{^/};

    my $ctl = Webhook::Nginx::build_dir() . '/webhookctl';
    my $text = qx($ctl -s $path stats 2>&1);

    my ($all) = $text =~ /^journals +(\d+) /m;
    my ($left) = $text =~ /^journals .*, (\d+) of them/m;

    return ($all // 0) - ($left // 0);
}


sub bytes
{
    my ($size) = @_;

    return 0 unless ($size // '') =~ /^(\d+)([kmg]?)$/;

    return $1 * $unit{$2};
}


1;
