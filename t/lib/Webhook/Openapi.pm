package Webhook::Openapi;

=head1 NAME

Webhook::Openapi - answers of the API held against docs/openapi.json

=head1 SYNOPSIS

    my $openapi = Webhook::Openapi->new;

    my $r = $t->request('GET', '/webhook/whoami');
    $openapi->holds('GET', '/webhook/whoami', $r);      # a test

    for my $op ($openapi->operations) {
        print "$op->{method} $op->{path} needs $op->{permission}\n";
    }

=head1 DESCRIPTION

The file is the one source of names and types, so a test asks it whether an
answer is right: its status, its type, and its JSON, all of it: a member that the
schema does not name is a fault too, unless the schema says
"additionalProperties".

=head2 new(prefix => '/webhook/')

=head2 holds(METHOD, URI, ANSWER, NAME)

A test that the answer (of Webhook::Test::Client) is one of those that the file
has for this route; whatever the status, a problem is one.  Says what is wrong.

=head2 faults(METHOD, URI, ANSWER)

The same as a list of sentences.

=head2 operations()

A hash for each: C<method>, C<path> ("/endpoints/{id}"), C<id>, C<permission>,
C<operation>, as it stands in the file.

=head2 find(METHOD, URI)

The one of them that is meant, or nothing.

=head2 resolve(HASH)

What a "$ref" leads to.

=cut

use strict;
use warnings;

use JSON::PP ();
use Test::More ();

use Webhook::Nginx qw(root_dir);

my $json = JSON::PP->new->utf8;


sub new
{
    my ($class, %args) = @_;

    my $file = root_dir() . '/docs/openapi.json';

    open my $fh, '<:raw', $file or die "$file: $!\n";
    local $/;

    return bless { prefix => '/webhook/', %args,
                   file   => $json->decode(scalar <$fh>) }, $class;
}


sub operations
{
    my ($self) = @_;

    my @all;

    for my $path (sort keys %{$self->{file}{paths}}) {

        my $item = $self->{file}{paths}{$path};

        for my $method (sort keys %$item) {
            next unless $method =~ /^(?:get|post|patch|put|delete)$/;

            push @all, {
                method     => uc $method,
                path       => $path,
                id         => $item->{$method}{operationId},
                permission => $item->{$method}{'x-permission'},
                operation  => $item->{$method},
            };
        }
    }

    return @all;
}


sub find
{
    my ($self, $method, $uri) = @_;

    my ($path) = $uri =~ m{^\Q$self->{prefix}\E([^?]*)} or return;

    my @found = sort { $a->{path} =~ tr/{// <=> $b->{path} =~ tr/{// }
                grep {
                    my $pattern = join '[^/]+', map { quotemeta }
                                  split /\{[^}]*\}/, $_->{path}, -1;

                    $_->{method} eq ($method eq 'HEAD' ? 'GET' : $method)
                        && "/$path" =~ /^$pattern$/;
                } $self->operations;

    return $found[0];
}


sub resolve
{
    my ($self, $it) = @_;

    while (ref $it eq 'HASH' && $it->{'$ref'}) {
        my $at = $self->{file};

        for my $name (split m{/}, substr $it->{'$ref'}, 2) {
            $at = $at->{$name} // die "$it->{'$ref'}: there is no $name\n";
        }

        $it = $at;
    }

    return $it;
}


sub holds
{
    my ($self, $method, $uri, $r, $name) = @_;

    my @faults = $self->faults($method, $uri, $r);

    return Test::More::ok(!@faults, $name // "$method $uri: a $r->{status} as "
                                             . 'in openapi.json')
        || (Test::More::diag(map { "  $_\n" } @faults), 0);
}


sub faults
{
    my ($self, $method, $uri, $r) = @_;

    my $op = $self->find($method, $uri);

    return "there is no $method $uri in the file"
        if !$op && $r->{status} < 400;

    my $responses = $op ? $op->{operation}{responses}
                        : { default => { '$ref' =>
                                         '#/components/responses/Problem' } };
    my $response = $responses->{$r->{status}};

    if (!$response) {
        return "there is no answer with $r->{status}" if $r->{status} < 400;
        $response = $responses->{default};
    }

    $response = $self->resolve($response)
        or return "there is no answer with $r->{status}";

    my @faults = map { "there is no $_" }
                 grep { !defined $r->{headers}{lc $_} }
                 sort keys %{$response->{headers} // {}};

    my ($type) = ($r->{headers}{'content-type'} // '') =~ /^([^;]*)/;

    if (!$response->{content}) {
        push @faults, 'it has a body' if length($r->{body} // '');
        return @faults;
    }

    my $content = $response->{content}{$type}
        or return @faults, "it is $type, which the file does not have";

    return @faults if $method eq 'HEAD' || !$content->{schema}
                      || $type !~ /json$/;

    my $body = eval { $json->decode($r->{body}) };

    return @faults, "it is not JSON: $@" unless defined $body;

    return @faults, $self->judge($content->{schema}, $body, '');
}


# What is wrong with a value, by a schema.

sub judge
{
    my ($self, $schema, $value, $at) = @_;

    return () if ref $schema ne 'HASH';

    if ($schema->{'$ref'}) {
        my %rest = %$schema;
        delete $rest{'$ref'};

        $schema = { %{$self->resolve($schema)}, %rest };
    }

    my @faults;

    for my $any (grep { $schema->{$_} } qw(anyOf oneOf)) {
        my @each = map { [$self->judge($_, $value, $at)] } @{$schema->{$any}};

        push @faults, "$at: it is none of \"$any\": "
                      . join('; ', map { $_->[0] } @each)
            unless grep { !@$_ } @each;
    }

    my $type = type_of($value);

    if (defined $schema->{type}) {
        my @types = ref $schema->{type} ? @{$schema->{type}} : $schema->{type};

        return @faults, "$at: it is $type, and should be @types"
            unless grep { $_ eq $type
                          || $_ eq 'number' && $type eq 'integer' } @types;
    }

    push @faults, "$at: it is not \"$schema->{const}\""
        if defined $schema->{const} && $value ne $schema->{const};

    push @faults, "$at: \"" . ($value // 'null') . '" is none of the enum'
        if $schema->{enum}
           && !grep { ($_ // "\0") eq ($value // "\0") } @{$schema->{enum}};

    if ($type eq 'string') {
        push @faults, "$at: \"$value\" is not /$schema->{pattern}/"
            if defined $schema->{pattern} && $value !~ /$schema->{pattern}/;

    } elsif ($type eq 'integer' || $type eq 'number') {
        push @faults, "$at: $value is too small"
            if defined $schema->{minimum} && $value < $schema->{minimum};
        push @faults, "$at: $value is too large"
            if defined $schema->{maximum} && $value > $schema->{maximum};

    } elsif ($type eq 'array') {
        push @faults, map { $self->judge($schema->{items}, $value->[$_],
                                         "$at/$_") } 0 .. $#$value;

    } elsif ($type eq 'object') {
        push @faults, $self->judge_object($schema, $value, $at);
    }

    return @faults;
}


sub judge_object
{
    my ($self, $schema, $value, $at) = @_;

    my ($known, $required) = ({}, []);

    $self->members($schema, $known, $required);

    my @faults = map { "$at: \"$_\" is missing" }
                 grep { !exists $value->{$_} } @$required;

    for my $name (sort keys %$value) {

        if (exists $known->{$name}) {
            push @faults, $self->judge($known->{$name}, $value->{$name},
                                       "$at/$name");
            next;
        }

        my $more = $schema->{additionalProperties};

        # "type": "object" alone says nothing of its members
        $more //= !%$known;

        if (ref $more eq 'HASH') {
            push @faults, $self->judge($more, $value->{$name}, "$at/$name");

        } elsif (!$more) {
            push @faults, "$at: the file does not have \"$name\"";
        }
    }

    return @faults;
}


# The members that a schema names, also in those that it is made of.

sub members
{
    my ($self, $schema, $known, $required) = @_;

    $schema = $self->resolve($schema);

    %$known = (%$known, %{$schema->{properties} // {}});
    push @$required, @{$schema->{required} // []};

    $self->members($_, $known, $required) for @{$schema->{allOf} // []};

    for my $one (map { @{$schema->{$_} // []} } qw(anyOf oneOf)) {
        $self->members($one, $known, []);
    }

    return;
}


sub type_of
{
    my ($value) = @_;

    return 'null' unless defined $value;
    return 'boolean' if JSON::PP::is_bool($value);
    return 'array' if ref $value eq 'ARRAY';
    return 'object' if ref $value eq 'HASH';

    # whether it was written as a number
    my $text = JSON::PP->new->allow_nonref->encode($value);

    return 'string' if $text =~ /^"/;
    return $text =~ /^-?[0-9]+$/ ? 'integer' : 'number';
}


1;
