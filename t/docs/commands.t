# The commands of webhookctl in the documents: each is one that it understands,
# with options that it knows.  None of them finds a store, so that they change
# nothing and end at once; what is wrong with a command line is found before.

use strict;
use warnings;

use Test::More;
use Text::ParseWords qw(shellwords);

use lib 't/lib';
use Webhook::Test qw(slurp asan);

my $t = Webhook::Test->new;
my $program = Webhook::Nginx::build_dir() . (asan() ? '/asan' : '')
              . '/webhookctl';
my $nothing = $t->prefix . '/nothing';
my $key = $t->file('a.key', 'a-key-of-enough-bytes-for-it');

# what a document has in the place of something of the reader's
my $event = '019ab0c2-6c5e-7d61-a3f5-0c1f0e7b9a11';
my %placeholder = (
    'EVENT.ENDPOINT'    => "$event.erp",
    'EVENT.ENDPOINT...' => "$event.erp",
    NAME                => 'erp',
    COMMAND             => 'list',
    FILE                => "$nothing.mdb",
    PRESET              => 'standard',
    URL                 => 'http://127.0.0.1:1/hook',
);

my $n = 0;

for my $file ('README.md', 'CONTRIBUTING.md', sort glob 'docs/*.md') {
    my $text = slurp($file);

    # what "make pages" makes is a synopsis, and is held by its own test
    $text =~ s/^<!-- made by "make pages" -->\n(.*?)^<!-- made until here -->$/
               $1 =~ tr{\n}{}cdr/emsg;

    while ($text =~ /^```(?:sh|console)\n(.*?)^```$/msg) {
        my ($block, $line) = ($1, line($text, $-[0]) + 1);

        $block =~ s/\\\n\s*/ /g;

        for my $command (split /\n/, $block) {
            runs("$file:$line", $1)
                if $command =~ /^(?:[\$#] )?(webhookctl .*?)\s*(?:#.*)?$/;
        }
    }

    while ($text =~ /`(webhookctl [a-z-][^`\n]*)`/g) {
        runs("$file:" . line($text, $-[0]), $1);
    }
}

cmp_ok $n, '>', 40, "$n commands";

done_testing;


sub runs
{
    my ($where, $command) = @_;

    # of a table, of a pipe each by itself, and where the output goes
    $command =~ s/\\\|/|/g;

    for my $one (split /\s+\|\s+/, $command) {
        my ($name, @words) = shellwords($one =~ s/\s*[<>]+\s*\S+//gr);

        next if $name ne 'webhookctl';

        next if grep { /^\[/ } @words;              # a synopsis

        @words = map { word($_) } @words;

        # a command that is only named
        push @words, '--help' if @words == 1;

        # these ask for no store: one begins nothing without its file, the
        # others reach nobody
        my ($verb) = grep { !/^-/ } @words;

        s{^https?://[\w.]+/}{http://127.0.0.1:1/} for $verb eq 'send' ? @words
                                                                      : ();
        push @words, "--record=$nothing/record" if $verb eq 'listen';

        my ($status, undef, $err) = $t->run($program, @words,
            $verb =~ /^(?:listen|send|token|receiver-url|help)$/
            || grep({ $_ eq '-s' } @words) ? () : ('-s', $nothing));

        isnt $status, 2, "$where: $one" or diag $err;
        $n++;
    }
}


sub word
{
    my ($word) = @_;

    return $placeholder{$word} if defined $placeholder{$word};

    $word =~ s/^(--[a-z-]+=)(\S+)$/$1 . ($placeholder{$2} || $2)/e;
    $word =~ s/^--key=file:.*/--key=file:$key/;
    $word =~ s/=\.\.\.$/=erp/;

    return $word;
}


sub line
{
    my ($text, $offset) = @_;

    return 1 + (substr($text, 0, $offset) =~ tr/\n//);
}
