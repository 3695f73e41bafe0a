package Webhook::Test::Api;

=head1 NAME

Webhook::Test::Api - a small legacy API that keeps what it is told

=head1 SYNOPSIS

    my $api = Webhook::Test::Api->new(records => {
        'sale.order' => { 7 => { id => 7, currency => 'EUR' } },
    });

    # PATCH /pos/sale.order/7 {"currency": "USD"}   through nginx, and then

    is $api->record('sale.order', 7)->{currency}, 'USD';

=head1 DESCRIPTION

A L<Webhook::Test::Endpoint>, so requests(), answer() and all the rest are
there; where no answer was set for a path, the last parts of the path are a
collection and an id:

=over

=item POST .../COLLECTION

creates a record: 201 with the record, its C<id> counted from 1, and a
C<Location>

=item GET .../COLLECTION

lists them

=item GET, PATCH, PUT, DELETE .../COLLECTION/ID

200 with the record, 204 for DELETE, 404 where there is none

=back

A body that is no JSON object gets 400.

=head2 new(records => { COLLECTION => { ID => RECORD } }, OPTIONS)

=head2 record(COLLECTION, ID), records(COLLECTION)

What the API holds now: a hash, or hashes by id.

=head2 set(COLLECTION, ID, RECORD)

=cut

use strict;
use warnings;

use JSON::PP ();

use parent 'Webhook::Test::Endpoint';


sub new
{
    my ($class, %args) = @_;

    my $records = delete $args{records} // {};
    my $json = JSON::PP->new->canonical->utf8->allow_nonref;

    return $class->SUPER::new(
        name    => 'api',
        code    => sub { return handle($records, $json, @_) },
        control => sub {
            my ($collection, $id, $record) = @_;

            $records->{$collection}{$id} = $record if $record;

            return defined $id ? $records->{$collection}{$id}
                               : $records->{$collection} // {};
        },
        %args,
    );
}


sub record
{
    my ($self, $collection, $id) = @_;

    return $self->call($collection, $id);
}


sub records
{
    my ($self, $collection) = @_;

    return $self->call($collection);
}


sub set
{
    my ($self, $collection, $id, $record) = @_;

    return $self->call($collection, $id, $record);
}


sub reply
{
    my ($json, $status, $value, @headers) = @_;

    return { status => $status, body => $json->encode($value),
             headers => ['Content-Type' => 'application/json', @headers] };
}


# In the child.

sub handle
{
    my ($records, $json, $request) = @_;

    my $method = $request->{method};
    my @path = grep { length } split m{/}, $request->{path};
    my $id = @path > 1 && $path[-1] =~ /^\d+$/ ? pop @path : undef;
    my $all = $records->{$path[-1] // ''} //= {};
    my $sent = {};

    if ($method =~ /^(?:POST|PUT|PATCH)$/ && length $request->{body}) {
        $sent = eval { $json->decode($request->{body}) };

        if (ref $sent ne 'HASH') {
            return reply($json, 400, { error => 'not a JSON object' });
        }
    }

    if (!defined $id) {

        if ($method eq 'POST') {
            my ($last) = sort { $b <=> $a } keys %$all, 0;

            $id = $last + 1;
            $all->{$id} = { %$sent, id => $id };

            return reply($json, 201, $all->{$id},
                         Location => "$request->{path}/$id");
        }

        if ($method eq 'GET' || $method eq 'HEAD') {
            return reply($json, 200,
                         [map { $all->{$_} } sort { $a <=> $b } keys %$all]);
        }

        return reply($json, 405, { error => 'method' });
    }

    return reply($json, 404, { error => 'no such record' })
        unless $all->{$id};

    if ($method eq 'DELETE') {
        delete $all->{$id};
        return { status => 204 };
    }

    if ($method eq 'PATCH') {
        $all->{$id} = { %{$all->{$id}}, %$sent };

    } elsif ($method eq 'PUT') {
        $all->{$id} = { %$sent, id => $id + 0 };

    } elsif ($method ne 'GET' && $method ne 'HEAD') {
        return reply($json, 405, { error => 'method' });
    }

    return reply($json, 200, $all->{$id});
}


1;
