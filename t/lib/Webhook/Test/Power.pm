package Webhook::Test::Power;

=head1 NAME

Webhook::Test::Power - the power is cut while nginx writes to a store

=head1 SYNOPSIS

    my $power = Webhook::Test::Power->new($t) or plan skip_all => '...';

    $power->on;
    $t->start;
    ...
    $t->kill_all;
    $power->cut;

=head1 DESCRIPTION

A library that is loaded before nginx notes all that is written to the files of
the store, and all that is synced.  The files themselves are written to as ever,
for LMDB reads them; cut() makes them what they could be on the disk after a
power cut at the instant at which nginx was killed: each sector that was written
and not synced by then is as it was before, or as one of the writes left it, by
chance.  A name that was made or removed is durable once the directory was
synced, and may be so before; that of a file which was renamed is so at once.
The machine has another boot afterwards.

=head2 new(TEST)

Nothing where the library was not built, or under a sanitizer, whose own library
has to be the first.

=head2 on(), off()

What is in the store is on the disk now, and what happens from the next start on
is noted, or not.

=head2 cut(KIND, SYNCS)

KIND is how much of what was not synced is there nevertheless: 0: nothing, 1: all,
else some.  SYNCS: 0 for a disk that lies when it is told to sync.  Returns the
number of writes that were noted, and of those that were not synced.

=cut

use strict;
use warnings;

use Webhook::Nginx qw(build_dir);
use Webhook::Sandbox qw(asan temp_dir write_file);

my $magic = 0x9d1f0c5a << 32 | 0xe6b37248;
my $mark = pack 'Q', $magic;
my $head = 48;
my $sector = 512;

my ($write, $wrote, $sync, $synced, $name, $gone, $names, $named, $size)
    = (1 .. 9);


sub new
{
    my ($class, $t) = @_;

    my $library = build_dir() . '/interop/libwebhook_power.so';

    return if asan() || !-e $library;

    my $dir = temp_dir('power');

    write_file("$dir/notes", '');

    return bless {
        t => $t, store => $t->store, library => $library, base => $dir,
        notes => "$dir/notes", boot => 0,
    }, $class;
}


sub on
{
    my ($self) = @_;

    $self->{files} = {};

    unlink glob("$self->{base}/file.*"), glob("$self->{store}.gone.*");
    write_file($self->{notes}, '');

    for my $path (glob "$self->{store}/*") {
        next if $path =~ /lock\.mdb$/;

        my ($file, $inode) = ($path =~ m{([^/]+)$}, (stat $path)[1]);

        $self->{files}{$inode} = { name => $file, named => 1 };
        copy($path, "$self->{base}/file.$inode");
    }

    $self->{t}->nginx->{env} = {
        LD_PRELOAD => $self->{library},
        WEBHOOK_POWER => $self->{notes},
        WEBHOOK_POWER_STORE => $self->{store},
        WEBHOOK_POWER_BOOT => sprintf('%08x-0000-4000-8000-000000000000',
                                      ++$self->{boot}),
    };

    return $self;
}


sub off
{
    my ($self) = @_;

    $self->{t}->nginx->{env} = {};

    return $self;
}


sub copy
{
    my ($from, $to) = @_;

    system('cp', '--sparse=always', '--preserve=ownership,mode', $from, $to)
        == 0 or die "$from cannot be copied to $to\n";
}


# The notes: CODE is called with each.

sub notes
{
    my ($self, $code) = @_;

    open my $in, '<:raw', $self->{notes} or die "$self->{notes}: $!\n";

    my $bytes = do { local $/; <$in> };
    my $at = 0;

    while (($at = index $bytes, $mark, $at) >= 0) {

        last if length($bytes) - $at < $head;

        my (undef, $kind, $flags, $inode, $offset, $len, $number)
            = unpack 'QLLQQQQ', substr $bytes, $at, $head;
        my $end = $at + $head + $len;

        # one whose process was killed as it was written has its end missing
        if ($end > length $bytes
            || ($end < length $bytes && substr($bytes, $end, 8) ne $mark))
        {
            $at += $head;
            next;
        }

        $code->({ kind => $kind, flags => $flags, inode => $inode,
                  offset => $offset, number => $number,
                  data => substr($bytes, $at + $head, $len) });
        $at = $end;
    }
}


sub cut
{
    my ($self, $kind, $syncs) = @_;

    my ($files, $number, %open, @gone) = ($self->{files}, 0);

    # what was written, in order, until it is synced

    $self->notes(sub {
        my ($note) = @_;

        my $is = $note->{kind};
        my $file = $files->{$note->{inode}} //= {};

        if ($is == $write) {
            $open{$note->{number}} = $note;
            push @{$file->{writes}}, $note;
            $number++;

        } elsif ($is == $wrote) {
            my $was = delete $open{$note->{number}} or return;

            $was->{data} = substr $was->{data}, 0, $note->{offset};
            $was->{done} = 1;
            $was->{safe} = $was->{flags} && ($syncs // 1);

        } elsif ($is == $sync) {
            $open{$note->{number}} = [grep { $_->{done} }
                                           @{$file->{writes} // []}];

        } elsif ($is == $synced) {
            my $done = delete $open{$note->{number}} or return;

            $_->{safe} = $syncs // 1 for @$done;
            $self->settle($note->{inode}, $file);

        } elsif ($is == $size) {
            $file->{size} = $note->{offset}
                if ($file->{size} // 0) < $note->{offset};

        } elsif ($is == $name) {
            %$file = (name => $note->{data});

        } elsif ($is == $gone) {
            $file->{gone} = $note->{data};
            push @gone, $file;

        } elsif ($is == $names) {
            $open{$note->{number}} = [map { [$_, $_->{gone}] } values %$files];

        } elsif ($is == $named) {

            for my $pair (@{ delete $open{$note->{number}} // [] }) {
                my ($one, $was) = @$pair;

                $one->{named} = 1;
                $one->{lost} = 1 if defined $was;
            }
        }
    });

    my $left = 0;

    for my $inode (sort { $a <=> $b } keys %$files) {
        $left += $self->image($inode, $files->{$inode}, $kind);
    }

    unlink glob "$self->{store}.gone.*";

    return ($number, $left);
}


# Writes what is durable, as far as there is nothing before it that is not.

sub settle
{
    my ($self, $inode, $file) = @_;

    my $writes = $file->{writes} // [];
    my $out;

    while (@$writes && $writes->[0]{safe}) {
        my $one = shift @$writes;

        $out //= $self->base($inode);
        put($out, $one->{offset}, $one->{data});
    }
}


sub base
{
    my ($self, $inode) = @_;

    my $path = "$self->{base}/file.$inode";

    open my $out, -e $path ? '+<:raw' : '+>:raw', $path or die "$path: $!\n";

    return $out;
}


sub put
{
    my ($out, $offset, $data) = @_;

    sysseek $out, $offset, 0;
    (syswrite($out, $data) // -1) == length $data or die "a write: $!\n";
}


# Makes the file what it could be; the number of writes that were not synced.

sub image
{
    my ($self, $inode, $file, $kind) = @_;

    my ($path) = grep { ((stat $_)[1] // 0) == $inode }
                      glob("$self->{store}/*"), "$self->{store}.gone.$inode";

    return 0 unless defined $path && ($path !~ /lock\.mdb$/);

    my $some = sub { return $kind == 1 || ($kind > 1 && rand() < 0.5); };
    my $left = 0;
    my $to = $path;

    if ($path =~ /\.gone\.\d+$/) {
        return 0 if $file->{lost} || $some->();

        # that it was removed is not known to the disk
        $to = "$self->{store}/$file->{gone}";

    } elsif (!$file->{named} && !$some->()) {
        unlink $path;
        return 0;
    }

    my $out = $self->base($inode);

    for my $one (@{$file->{writes} // []}) {

        if ($one->{safe}) {
            put($out, $one->{offset}, $one->{data});
            next;
        }

        $left++;

        my ($at, $end) = ($one->{offset},
                          $one->{offset} + length $one->{data});

        while ($at < $end) {
            my $next = (int($at / $sector) + 1) * $sector;
            $next = $end if $next > $end;

            put($out, $at, substr $one->{data}, $at - $one->{offset},
                                  $next - $at) if $some->();
            $at = $next;
        }
    }

    truncate $out, $file->{size} if ($file->{size} // 0) > -s $out;
    close $out;

    my (undef, undef, $mode, undef, $uid, $gid) = stat $path;
    my $new = "$self->{base}/new";

    copy("$self->{base}/file.$inode", $new);
    chown $uid, $gid, $new;
    chmod $mode & 07777, $new;

    system('mv', '-f', $new, $to) == 0 or die "$to cannot be written\n";

    return $left;
}


1;
