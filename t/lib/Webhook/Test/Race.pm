package Webhook::Test::Race;

=head1 NAME

Webhook::Test::Race - somebody is faster: two requests in two workers

=head1 SYNOPSIS

    my $race = Webhook::Test::Race->new
        or plan skip_all => 'make interop builds what stops a worker';

    my $s = Webhook::Routes->new(workers => 2, env => $race->env);

    my ($faster, $slower) = $race->run($s, 'manager', '{"name":"erp',
        ['PATCH', "endpoints/$id", { description => 'x' }, 'If-Match' => '*'],
        ['POST', 'registry', $items, 'Idempotency-Key' => 'y']);

The slower one's worker stops where it is about to read the JSON that begins with
this text, or to make some by a format that does; it goes on once the faster one is
answered by the other worker.  Where it comes to the wrong worker, or that is killed
before, nobody is faster: then it is to be tried again.

=head2 env(OTHERS)

As L<Webhook::Cut> has it.

=cut

use strict;
use warnings;

use JSON::PP ();

use Webhook::Cut;
use Webhook::Test qw(wait_for);
use Webhook::Test::Client;

my $json = JSON::PP->new->utf8->canonical;


sub new
{
    my ($class) = @_;

    my $pause = Webhook::Cut->new(pause => 1) or return;

    return bless { pause => $pause }, $class;
}


sub env
{
    my ($self, @others) = @_;

    return $self->{pause}->env(@others);
}


sub run
{
    my ($self, $s, $who, $text, $faster, $slower) = @_;

    my $t = $s->{t};
    my $pause = $self->{pause};
    my ($one, $other) = $t->workers;

    # All comes to the other one, which has what is registered by then; and which
    # may have been killed, where that is what is tried.  The one may have been
    # stopped while it had the store's lock: not for long.

    kill 'STOP', $one;
    my $first = begin($s, $who, 'GET', 'endpoints');
    soon(sub { $first->came });
    kill 'CONT', $one;
    $first->end;

    $pause->at($other, 1, $text);
    kill 'STOP', $one;

    my $waits = begin($s, $who, @$slower);
    my $there = sub { ($pause->left)[1] == 2 || $waits->came
                      || !grep { $_ == $other } $t->workers };

    soon($there);
    kill 'CONT', $one;

    die "it did not come to \"$text\"\n" unless wait_for($there, 20);

    # else the faster one would stand there, which reads the same text
    $pause->at(0, 0, '') if ($pause->left)[1] != 2;

    my $answer = begin($s, $who, @$faster)->end;

    $pause->at(0, 0, '');

    return ($answer, $waits->end);
}


# Within a second, or what takes as long on a busy machine, if so.

sub soon
{
    my ($code) = @_;

    wait_for($code, 1);
}


sub begin
{
    my ($s, $who, $method, $what, $body, @headers) = @_;

    my $client = Webhook::Test::Client->new(port => $s->{t}->port);

    push @headers, 'Content-Type' => 'application/json' if $body;

    $client->begin($method, "/webhook/$what",
                   $body ? $json->encode($body) : undef,
                   headers => [Authorization => 'Bearer ' . $s->token($who),
                               @headers]);

    return $client;
}


1;
