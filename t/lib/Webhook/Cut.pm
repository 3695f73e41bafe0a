package Webhook::Cut;

=head1 NAME

Webhook::Cut - the worker is killed that makes the Nth write to the store

=head1 SYNOPSIS

    my $cut = Webhook::Cut->new
        or plan skip_all => 'make interop builds what kills';

    my $t = Webhook::Test->new(env => $cut->env);

    $cut->at(7);            # the seventh write or sync from now on
    ...
    $cut->left;             # 0: somebody was killed

    $cut = Webhook::Cut->new(full => 1);

    $cut->at(1);            # from now on the disk has no room for the store
    $cut->at(0);            # now it has

=cut

use strict;
use warnings;

use Webhook::Nginx qw(build_dir);
use Webhook::Sandbox qw(asan temp_dir write_file);


# Nothing under a sanitizer, whose library has to be the first.

sub new
{
    my ($class, %args) = @_;

    my $library = build_dir() . '/interop/libwebhook_cut.so';

    return if asan() || !-e $library;

    my $self = bless {
        library => $library,
        full => $args{full},
        file => temp_dir('cut') . '/left',
    }, $class;

    write_file($self->{file}, "\0" x 8);
    chmod 0666, $self->{file};

    return $self;
}


sub env
{
    my ($self) = @_;

    return { LD_PRELOAD => $self->{library}, WEBHOOK_CUT_LEFT => $self->{file},
             $self->{full} ? (WEBHOOK_CUT_FULL => 1) : () };
}


sub at
{
    my ($self, $n) = @_;

    open my $out, '+<:raw', $self->{file} or die "$self->{file}: $!";
    syswrite $out, pack('Q', $n);
}


sub left
{
    my ($self) = @_;

    open my $in, '<:raw', $self->{file} or die "$self->{file}: $!";
    sysread $in, my $bytes, 8;

    return unpack 'Q', $bytes;
}


1;
