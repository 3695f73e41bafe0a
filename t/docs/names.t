# What the documents for those who work on the module name is there: files and
# folders of the tree, functions, targets of make, links; and the ways of an
# event and of a call go through no file a third time.

use strict;
use warnings;

use File::Basename qw(dirname);
use Test::More;

use lib 't/lib';
use Webhook::Sandbox qw(slurp);

my $src = 'ngx_http_webhook_module';
my @documents = ('README.md', 'CONTRIBUTING.md', 'docs/architecture.md');

# What looks like a name of the tree, and is none.
my %elsewhere = map { $_ => 1 } qw(
    build/ build/asan/ multipart/form-data application/x-www-form-urlencoded
    assert() abort() recv()
);

my %source = map { $_ => slurp($_) }
             map { chomp; $_ } `find $src tools bench fuzz t/lib/c -name '*.[ch]'`;

my %function;

while (my ($file, $text) = each %source) {
    $function{$_}{$file} = 1 for $text =~ /^(\w+)\([^;]*?\)\s*\n\{/gm;
}

my $make = join '', map { slurp($_) } 'Makefile', glob 'make/*.mk';


for my $document (@documents) {
    subtest $document => sub {
        my $text = slurp($document);

        for my $link ($text =~ /\]\(([^)\s]+)\)/g) {
            next if $link =~ /^\w+:/ || $link =~ /^#/;

            my $path = dirname($document) . '/' . ($link =~ s/#.*//r);
            ok -e $path, "the link to $link";
        }

        # Blocks are told from the text by their fences.
        my @parts = split /^```.*$/m, $text;
        my @blocks = @parts[grep { $_ % 2 } 0 .. $#parts];
        my $prose = join '', @parts[grep { $_ % 2 == 0 } 0 .. $#parts];

        my %seen;

        for my $code (grep { !$seen{$_}++ } $prose =~ /`([^`\n]+)`/g) {
            is_there($code);
        }

        for my $target (map { /^\s*make +([a-z][\w-]*)(?![\w=])/gm } @blocks) {
            ok $make =~ /^(?:\.PHONY:.*\s)?\Q$target\E(?:\s|:)/m,
               "make $target";
        }
    };
}


# Targets and variables of make in all documents.

subtest 'make' => sub {
    for my $document ('README.md', 'CONTRIBUTING.md', glob 'docs/*.md') {
        my $text = slurp($document);
        my @commands = map { /^(?:sudo )?make +(.*)/mg }
                       $text =~ /^```sh\n(.*?)^```/msg;

        push @commands, $text =~ /`make +([^`\n]*)`/g;

        for my $command (@commands) {
            my @words = map { s/=.*//r } grep { !/^-/ }
                        map { s/^"|"$//gr }
                        ($command =~ s/(?:^|\s)(?:#|&&).*//r) =~ /((?:"[^"]*"|[^\s"])+)/g;

            for my $word (@words) {
                ok $make =~ /^(?:\.PHONY:(?:.*\\\n)?.*\s)?\Q$word\E(?:\s|:)/m
                   || $make =~ /\$\(\Q$word\E\)|^\Q$word\E\s*[:?]?=/m,
                   "$document: make $command: $word";
            }
        }
    }
};


subtest 'the ways' => sub {
    my $text = slurp('docs/architecture.md');

    for my $way ('The way of an event', 'The way of a call') {
        my ($section) = $text =~ /^### \Q$way\E\n(.*?)(?=^##)/ms;
        my @steps = ($section // '') =~ /^\d+\. `([\w.\/]+):\w+`/gm;
        my %times;

        cmp_ok scalar @steps, '>', 5, "$way: it has steps";
        $times{$_}++ for @steps;

        is join(' ', grep { $times{$_} > 2 } sort keys %times), '',
           "$way: no file is entered a third time";
    }
};


subtest 'README.md: the map' => sub {
    my $text = slurp('README.md');

    for my $dir (map { s{/$}{}r } glob '*/') {
        next if $dir eq 'build' || (-e '.git' && !`git ls-files $dir 2>/dev/null`);
        like $text, qr/`\Q$dir\E\/`/, "$dir/ is on it";
    }
};

done_testing;


sub is_there
{
    my ($code) = @_;

    # the end of a name, or one to be chosen
    return if $elsewhere{$code} || $code =~ /^[._]|\.\.\./;
    return if $code =~ /\b(?:ROOM|NAME|UNIT|VERSION)\b|_(?:UNIT|NAME)_/;

    if ($code =~ m{^([\w./-]+\.[ch]):(\w+)$}) {
        my ($file, $name) = ($1, $2);
        my $path = found($file);

        return fail("$code: there is no such file") if !$path;
        ok $function{$name}{$path}, $code;

    } elsif ($code =~ /^(\w+)\(\)$/) {
        ok scalar(grep { $function{$_} } $1, "webhook_$1", "ngx_webhook_$1",
                                         "ngx_http_webhook_$1"), $code;

    } elsif ($code =~ m{^[\w./-]+$} && $code !~ m{^/}
             && ($code =~ m{^[\w.-]+/$} || $code =~ m{^\w[\w.-]*/[\w./-]+$}
                 || $code =~ m{\.(?:[ch]|md|mk|pm|t)$}))
    {
        ok found($code), $code;

    } elsif ($code =~ /^make ([a-z][\w-]*)$/) {
        my $target = $1;

        ok $make =~ /^(?:\.PHONY:.*\s)?\Q$target\E(?:\s|:)/m, $code;
    }
}


# A path from the top, from the sources, or the end of one.
sub found
{
    my ($path) = @_;

    for my $dir ('', "$src/", "$src/http/") {
        return $dir . $path if -e $dir . $path;
    }

    if ($path =~ m{^[^/]+\.[ch]$}) {
        my @all = grep { m{/\Q$path\E$} || m{/(?:ngx_http_)?webhook_\Q$path\E$} }
                  keys %source;
        return $all[0] if @all == 1;
    }

    return;
}
