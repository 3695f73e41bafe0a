#!/usr/bin/perl

# Every field that something registered may have can be reached by a member of
# its JSON, and so can every parameter; and every member is in docs/members.md.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Sandbox qw(slurp);

my $src = 'ngx_http_webhook_module';

my %tables = (
    endpoint => [<$src/http/conf/endpoint/*.c>],
    receiver => [<$src/http/conf/receiver/*.c>, <$src/http/conf/caller/*.c>,
                 <$src/http/conf/answer/*.c>],
);

# What is for nginx.conf alone within a field that is not.
my %local = map { $_ => 1 } qw(
    verify= ca= cert= key= password_file= confirm=
);

# Words of the tables of members, by kind, and the names of all.
my $shared = slurp("$src/core/definition/webhook_definition_shared.c");
my $doc = slurp('docs/members.md');

for my $kind (sort keys %tables) {
    my $members = $shared
                  . slurp("$src/core/definition/webhook_definition_$kind.c");

    my (%field, %parameter, %name);

    while ($members =~ m{
               (?:member_(?:text|integer)\(|\{\s)"(\w+)",
               [^"{}]*?"([^"]*)"}gx)
    {
        my ($name, $word) = ($1, $2);

        $name{$name} = 1;

        if ($word =~ /=$/) {
            $parameter{$word} = 1;

        } elsif ($word ne '') {
            $field{$1} = 1 if $word =~ /^\+?(\w+)/;
        }
    }

    my $text = join '', map { slurp($_) } @{$tables{$kind}};
    my $fields = 0;

    while ($text =~ /\{\sngx_string\("(\w+)"\),\s*(NGX_CONF_[^,]*),\s*
                     ngx_webhook_/gx)
    {
        my ($name, $type) = ($1, $2);

        next if $type =~ /FIELD_LOCAL/;

        $fields++;
        ok $field{$name}, "$kind: a member for \"$name\"";
    }

    cmp_ok $fields, '>', 15, "$kind: its fields are found";

    my %seen;

    for my $parameter (map { /([a-z_0-9]+=)[*?]?(?= |")/g }
                       $text =~ /"(?:[a-z_0-9]+=[*?]?(?: |(?="))+)+"/g)
    {
        next if $seen{$parameter}++ || $parameter eq 'expires=';
        next if $local{$parameter} && !$parameter{$parameter};

        ok $parameter{$parameter}, "$kind: a member for \"$parameter\"";
    }

    cmp_ok scalar(keys %seen), '>', 20, "$kind: its parameters are found";

    for my $name (sort keys %name) {
        like $doc, qr/[`"]\Q$name\E[`"]/, "$kind: \"$name\" is documented";
    }
}

done_testing();
