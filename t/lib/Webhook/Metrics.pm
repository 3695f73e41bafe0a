package Webhook::Metrics;

=head1 NAME

Webhook::Metrics - what webhook_metrics answered

=head1 SYNOPSIS

    my $m = Webhook::Metrics->new($t->get('/metrics')->{body});

    is $m->value('ngx_webhook_endpoint_waiting', endpoint => 'erp'), 3;
    is $m->sum('ngx_webhook_endpoint_sends_total', endpoint => 'erp'), 12;

=head1 DESCRIPTION

Reads the text and dies of what is not its format.  value() is that of the one
sample that has these labels (and perhaps others), undef where there is none, and
dies where there are several; sum() is that of all that have them; samples() are
hashes of C<name>, C<labels> and C<value>; names() are those of all samples.

=cut

use strict;
use warnings;


sub new
{
    my ($class, $text) = @_;

    my $self = bless { samples => [], text => $text }, $class;

    for my $line (split /\n/, $text) {
        next if $line =~ /^# (?:HELP|TYPE) ngx_webhook_\w+ \S/;

        my ($name, $labels, $value) =
            $line =~ /^(\w+)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)$/
            or die "this is no sample: $line\n";

        my %labels = defined $labels
                     ? $labels =~ /(\w+)="((?:[^"\\]|\\.)*)"/g : ();

        s/\\(.)/$1 eq 'n' ? "\n" : $1/ge for values %labels;

        push @{ $self->{samples} },
             { name => $name, labels => \%labels, value => $value };
    }

    return $self;
}


sub samples
{
    my ($self, $name, %labels) = @_;

    return grep {
        my $sample = $_;

        $sample->{name} eq $name
        && !grep { ($sample->{labels}{$_} // "\0") ne $labels{$_} } keys %labels
    } @{ $self->{samples} };
}


sub value
{
    my ($self, $name, %labels) = @_;

    my @samples = $self->samples($name, %labels);

    die "there are several: $name\n" if @samples > 1;

    return @samples ? $samples[0]{value} : undef;
}


sub sum
{
    my ($self, $name, %labels) = @_;

    my $sum = 0;

    $sum += $_->{value} for $self->samples($name, %labels);

    return $sum;
}


sub names
{
    my ($self) = @_;

    my %names = map { $_->{name} => 1 } @{ $self->{samples} };

    return sort keys %names;
}


1;
