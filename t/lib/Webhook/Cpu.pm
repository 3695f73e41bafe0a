package Webhook::Cpu;

=head1 NAME

Webhook::Cpu - time of the processor that processes take

=head1 SYNOPSIS

    use Webhook::Cpu qw(cpu_ms);

    my $before = cpu_ms($t->workers);
    ...
    cmp_ok cpu_ms($t->workers) - $before, '<', 100, 'no work';

=head1 DESCRIPTION

A test that measures has to hold on a machine that is busy with something else,
where a clock says nothing.

=head2 cpu_ms(PIDS)

Milliseconds that all threads of these processes have run so far.

=cut

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(cpu_ms);


sub cpu_ms
{
    my $sum = 0;

    for my $path (map { glob "/proc/$_/task/*/schedstat" } @_) {
        open my $file, '<', $path or next;
        $sum += (split ' ', <$file> // '0')[0];
    }

    return $sum / 1e6;
}


1;
