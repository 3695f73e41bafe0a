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

    $cut = Webhook::Cut->new(unknown => 1);

    $cut->at(2);            # the second commit from now on fails, so that
    $cut->at(2, 1);         #   nobody knows whether it was made; or it was

    my $pause = Webhook::Cut->new(pause => 1);      # see Webhook::Test::Race

    my $json = Webhook::Cut->new(json => 1);

    ($packs, $bytes) = $json->left;     # JSON made on the event loop
    $json->at(0);                       # counted anew

    my $t = Webhook::Test->new(env => $cut->env($pause));

=head2 each(NAME, STRIDE, RUN)

Calls RUN, killed at the first, the STRIDEth behind it, ... write, until nobody
is: with a key, with code that begins to count, and with code that is told what is
wrong.  Three tests.

=head2 again(CODE)

The request of the API that CODE makes, made again where there is no answer, since
the worker was killed: the first two of what CODE returned, the answer and its JSON,
and whether it had to be made again.

=cut

use strict;
use warnings;

use Exporter qw(import);
use Test::More ();

use Webhook::Nginx qw(build_dir);
use Webhook::Sandbox qw(asan temp_dir wait_for write_file);

our @EXPORT_OK = qw(again);


my %kinds = (
    unknown => ['commit', 'WEBHOOK_COMMIT'],
    pause   => ['pause', 'WEBHOOK_PAUSE'],
    json    => ['json', 'WEBHOOK_JSON'],
    full    => ['cut', 'WEBHOOK_CUT_LEFT', 'WEBHOOK_CUT_FULL'],
);


# Nothing under a sanitizer, whose library has to be the first.

sub new
{
    my ($class, %args) = @_;

    my ($kind) = grep { $args{$_} } sort keys %kinds;
    my ($name, $file, @set) = $kind ? @{$kinds{$kind}}
                                    : ('cut', 'WEBHOOK_CUT_LEFT');

    my $library = build_dir() . "/interop/libwebhook_$name.so";

    return if asan() || !-e $library;

    my $self = bless {
        library => $library,
        file => temp_dir('cut') . "/$name",
    }, $class;

    $self->{env} = { $file => $self->{file}, map { $_ => 1 } @set };

    write_file($self->{file}, "\0" x 80);
    chmod 0666, $self->{file};

    return $self;
}


sub again
{
    my ($code) = @_;
    my (@got, $again);

    wait_for(sub {
        @got = $code->();

        # one that has just begun does not know yet; one that was killed is
        # there until the master has seen that

        my $over = $got[0]{status} && $got[0]{status} != 503
                   && !($got[0]{status} == 409
                        && $got[0]{body} =~ /is in progress/);

        $again ||= !$over;
        return $over;
    }, 20);

    return (@got[0, 1], $again);
}


sub env
{
    my ($self, @others) = @_;

    return { LD_PRELOAD => join(':', map { $_->{library} } $self, @others),
             map { %{$_->{env}} } $self, @others };
}


sub at
{
    my ($self, $n, $more, $text) = @_;

    open my $out, '+<:raw', $self->{file} or die "$self->{file}: $!";
    syswrite $out, pack('QQ', $n, $more // 0) . ($text // '') . "\0";
}


sub left
{
    my ($self) = @_;

    open my $in, '<:raw', $self->{file} or die "$self->{file}: $!";
    sysread $in, my $bytes, 16;

    my @numbers = unpack 'QQ', $bytes;

    return wantarray ? @numbers : $numbers[0];
}


sub each
{
    my ($self, $name, $stride, $run) = @_;
    my ($n, $killed, $whole, @wrong) = (1, 0, 0);
    my $most = 400;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    for ( ; $n < $most && !$whole && @wrong < 4; $n += $stride) {
        $run->("$name $n", sub { $self->at($n) },
               sub { push @wrong, "$n: @_" });

        $whole = $self->left != 0;
        $killed += !$whole;
        $self->at(0);
    }

    Test::More::ok($whole, "$name: it makes fewer than $most writes");
    Test::More::cmp_ok($killed, '>', 0, "killed $killed times");
    Test::More::is_deeply(\@wrong, [],
                          'nothing is done twice, or without a record')
        or Test::More::diag(Test::More::explain(\@wrong));
}


1;
