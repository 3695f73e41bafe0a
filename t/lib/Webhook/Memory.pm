package Webhook::Memory;

=head1 NAME

Webhook::Memory - what processes have in memory, for tests that look for secrets

=head1 DESCRIPTION

    use Webhook::Memory qw(can_look found_in has ways);

=over

=item can_look()

whether memory can be looked into here

=item found_in(PID, NAME => [TEXT, ...], ...)

looks for texts in all memory of a process but for the pages of files, which no
core dump has unless it is told to, and which can be looked into as files.
Returns two hashes of NAME: in memory that a core dump has, the names of the
maps; and in memory that it leaves out, how often.

=item has(BYTES, [TEXT, ...])

how often the texts stand in the bytes

=item ways(TEXT)

a text in the ways in which it may be written: as it is, in base64 (wherever in a
longer text it begins), in hexadecimal digits, escaped as in a URL

=back

=cut

use strict;
use warnings;
no warnings 'portable';

use Exporter qw(import);
use MIME::Base64 qw(encode_base64);

our @EXPORT_OK = qw(can_look found_in has ways);


sub can_look
{
    open my $self, '<:raw', "/proc/$$/mem" or return 0;
    return 1;
}


sub found_in
{
    my ($pid, %texts) = @_;
    my (%dumped, %kept);

    for my $map (maps($pid)) {
        my $bytes = memory($pid, $map);

        # most of it is zeros, which are in no text
        $bytes =~ tr/\0//s;

        for my $name (keys %texts) {
            my $n = has($bytes, $texts{$name});

            next if !$n;

            if ($map->{dontdump}) {
                $kept{$name} += $n;

            } else {
                $dumped{$name} .= " $map->{name}";
            }
        }
    }

    return (\%dumped, \%kept);
}


sub has
{
    my ($bytes, $texts) = @_;
    my $n = 0;

    for my $text (@$texts) {
        my $at = -1;

        $n++ while ($at = index $bytes, $text, $at + 1) >= 0;
    }

    return $n;
}


sub ways
{
    my ($text) = @_;
    my @ways = ($text);

    # in base64 three bytes are four letters: what stands before and behind
    # changes the letters at the ends

    for my $before (0 .. 2) {
        my $letters = encode_base64('x' x $before . $text, '');

        $letters =~ s/=+$//;
        $letters = substr $letters, (0, 2, 3)[$before];
        $letters = substr $letters, 0, length($letters) - 2;
        push @ways, $letters;

        (my $url = $letters) =~ tr{+/}{-_};
        push @ways, $url if $url ne $letters;
    }

    my $hex = unpack 'H*', $text;
    push @ways, $hex, uc $hex;

    for my $format ('%%%02X', '%%%02x') {
        (my $escaped = $text) =~ s/([^A-Za-z0-9_.~-])/sprintf $format, ord $1/ge;
        push @ways, $escaped if $escaped ne $text;
    }

    return \@ways;
}


sub maps
{
    my ($pid) = @_;
    my @maps;

    open my $in, '<', "/proc/$pid/smaps" or die "/proc/$pid/smaps: $!";

    while (<$in>) {
        if (/^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)/) {
            push @maps, { from => hex $1, to => hex $2, may => $3,
                          name => $4 || 'anonymous' };

        } elsif (/^VmFlags:.*\bdd\b/) {
            $maps[-1]{dontdump} = 1;
        }
    }

    # what is private and can be written to may be a copy of a file's

    return grep { $_->{may} =~ /^r/ && $_->{name} !~ /^\[v/
                  && ($_->{name} !~ m{^/(?!dev/zero)} || $_->{may} =~ /^rw.p/)
                } @maps;
}


sub memory
{
    my ($pid, $map) = @_;

    open my $in, '<:raw', "/proc/$pid/mem" or die "/proc/$pid/mem: $!";
    sysseek $in, $map->{from}, 0 or return '';

    my $bytes = '';
    my $left = $map->{to} - $map->{from};

    while ($left > 0) {
        my $n = sysread $in, $bytes, $left, length $bytes;
        last if !$n;
        $left -= $n;
    }

    return $bytes;
}


1;
