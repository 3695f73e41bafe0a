# The catalogues: each has every word that the page uses, in the forms that its
# language needs, with the same places for values; none has one that nothing
# uses.

use strict;
use warnings;
use utf8;

use JSON::PP ();
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);

my %forms = (en => [qw(one other)], vi => ['other'], th => ['other']);


my (%texts, %keys);

for my $language (sort keys %forms) {
    my $text = slurp("page/lang/$language.json");
    my $all = JSON::PP->new->decode($text);

    $texts{$language} = $all;
    $keys{$language} = { map { s/#.*//r => 1 } keys %$all };

    my $written = () = $text =~ /^"[^"]+": "/mg;

    is $written, scalar keys %$all, "$language: none stands twice";

    is_deeply [grep { $all->{$_} !~ /\S/ } sort keys %$all], [],
        "$language: none is empty";

    is_deeply [grep { my ($key, $form) = split /#/;
                      defined $form && (!grep { $_ eq $form }
                                        @{$forms{$language}}
                                        or exists $all->{$key}) }
               sort keys %$all], [],
        "$language: forms that it has";

    is_deeply [grep { my $key = $_;
                      !exists $all->{$key}
                      && grep { !exists $all->{"$key#$_"} }
                         @{$forms{$language}} }
               sort keys %{$keys{$language}}], [],
        "$language: all of its forms";
}

for my $language (qw(vi th)) {
    is_deeply [sort keys %{$keys{$language}}], [sort keys %{$keys{en}}],
        "$language: the same words as in English";

    my ($here, $en) = @texts{$language, 'en'};

    is_deeply [grep { places($here->{$_} // $here->{"$_#other"})
                      ne places($en->{$_} // $en->{"$_#other"}) }
               sort keys %{$keys{en}}], [],
        "$language: the same places for values";

    # names and examples may be the same, sentences not
    is_deeply [grep { my $text = $here->{$_} // '';
                      $text eq ($en->{$_} // '')
                      && (() = $text =~ s/[{.]\w+}?//gr =~ /\b[a-z]{3,}\b/g) > 3 }
               sort keys %$here], [],
        "$language: in that language";
}


# --- what is used

my (%used, %families, %quoted);

for my $file (sort split /\n/, `find page -name '*.js'`) {
    my $code = slurp($file) =~ s{/\*.*?\*/}{}gsr;

    while ($code =~ /\bt\(\s*'([^']+)'/g) {
        push @{$used{$1}}, $file;
    }

    while ($code =~ /\bword\(\s*'([^']+)'/g) {
        $families{$1} = 1;
    }

    $quoted{$1} = 1 while $code =~ /'([a-z_]+(?:\.[A-Za-z0-9_]+)+)'/g;
}

is_deeply [map { "$_ in @{$used{$_}}" }
           grep { !$keys{en}{$_} } sort keys %used], [],
    'all that is used is there';

my $families = join '|', map { quotemeta } sort keys %families;

is_deeply [grep { !$used{$_} && !$quoted{$_} && !/^(?:$families)\./ }
           sort keys %{$keys{en}}], [],
    'and all that is there is used';

# what the audit has: a word and a filter for each

my %audit = (audit_kind => {}, audit_action => {});

for my $file (sort split /\n/,
              `find ngx_http_webhook_module/http/admin -name '*.c'`)
{
    my $code = slurp($file);

    while ($code =~ /"(call|company|deliver(?:y|ies)|endpoint|event|receiver
                       |task|value)\.([a-z-]+)"/gx)
    {
        next if "$1.$2" =~ /^company\.(?:setting|view)$/;
        $audit{audit_kind}{$1} = $audit{audit_action}{$2} = 1;
    }

    next unless $code =~ /ngx_webhook_registry_actions\[\] = \{(.*?)\};/s;

    # a try is in no audit
    $audit{audit_action}{$_} = 1
        for grep { $_ ne 'try' } $1 =~ /"([a-z-]+)"/g;
}

cmp_ok scalar keys %{$audit{audit_action}}, '>', 12, 'what is recorded';

my $audit = slurp('page/screens/audit.js');

for my $family (sort keys %audit) {
    is_deeply [grep { !$keys{en}{"$family.$_"} || $audit !~ /'$_'/ }
               sort keys %{$audit{$family}}], [],
        "$family: a word and a filter for each";
}

is_deeply [grep { my $family = $_; !grep { /^\Q$family\E\./ } keys %{$keys{en}} }
           sort keys %families], [],
    'each family of words has some';

done_testing;


sub places
{
    my ($text) = @_;

    my %places = map { $_ => 1 } ($text // '') =~ /\{(\w+)\}/g;

    return join ' ', sort keys %places;
}


sub slurp
{
    my ($file) = @_;

    open my $f, '<:encoding(UTF-8)', $file or die "$file: $!\n";
    local $/;
    return scalar <$f>;
}
