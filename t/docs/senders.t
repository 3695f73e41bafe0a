# The table of senders, docs/senders.md: each preset that the binary knows has
# its row there, an example that uses it, and a vector among the unit tests; and
# what the table names is there.

use strict;
use warnings;

use File::Find qw(find);
use Test::More;

use lib 't/lib';
use Webhook::Nginx;
use Webhook::Sandbox qw(slurp);


# --- what the binary knows

my $nginx = Webhook::Nginx->new(name => 'senders');

$nginx->write_config(<<'CONF');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    webhook_receiver usd {
        secret a-token-of-a-length-000000;
        verify nobody a-key-of-enough-bytes-for-it;
        action POST /pos/x '{}';
    }
}
CONF

my ($status, $out) = $nginx->test;

isnt $status, 0, 'a preset that is none is refused';

my ($list) = $out =~ /unknown preset "nobody": it is one of (.*?) in \S+:\d+$/m;

my %known = map { $_ => 1 } split /, | and /, $list // '';

cmp_ok scalar(keys %known), '>=', 13, 'and those there are are named';


# --- the table

my $table = slurp('docs/senders.md');

my @columns = ('sender', 'preset', 'verified by', 'needs', 'handshake',
               'wants', 'example');

my ($head) = $table =~ /^(\| sender .*)$/m;

is $head, '| ' . join(' | ', @columns) . ' |', 'the columns';

my (%row, %linked, %general, @senders);

for my $line ($table =~ /^(\| .*`.*\.conf\).*)$/mg) {
    my @cells = map { s/^\s+|\s+$//gr } split /(?<!\\)\|/, $line =~ s/^\|//r;

    is scalar(@cells), @columns, "$cells[0]: as many cells as columns";

    push @senders, $cells[0];

    my ($preset) = $cells[1] =~ /^`(\w+)`$/;

    ok defined $preset && $known{$preset}, "$cells[0]: its preset is known"
        or next;

    ok $cells[2] ne '' && $cells[3] ne '',
        "$cells[0]: how it is verified, and what it needs";

    my ($name) = $cells[6] =~ m{^\[(\w+)\.conf\]\(\.\./conf/examples/\1\.conf\)$};

    ok defined $name && -e "conf/examples/$name.conf",
        "$cells[0]: its example is there" or next;

    ok !$linked{$name}++, "$cells[0]: and is no other's";

    my ($verify) = slurp("conf/examples/$name.conf") =~ /^\s*(verify\s[^;]*);/m;

    like $verify, qr/^verify\s+\Q$preset\E\s/, "$cells[0]: which uses $preset";

    $row{$preset}++;
    $general{$preset} = 1 if $cells[0] =~ /^any /;

    # what the sender signs the receiver has to be told

    is $cells[3] =~ /`\Q$_=\E`/ ? 1 : 0, $verify =~ /\s"?\Q$_\E=/ ? 1 : 0,
        "$cells[0]: $_= in the table and in the example"
        for qw(url app header);

    my ($handshake) = slurp("conf/examples/$name.conf")
                      =~ /^\s*(handshake\s+\w+)/m;

    if (defined $handshake) {
        like $cells[4], qr/`\Q$handshake\E\b/, "$cells[0]: its handshake";

    } else {
        unlike $cells[4], qr/`handshake /, "$cells[0]: no handshake";
    }
}

is_deeply \@senders, [sort { lc $a cmp lc $b } @senders],
    'the senders stand in order';


# --- everything is in it

my $vectors = '';

find({ no_chdir => 1,
       wanted => sub { $vectors .= slurp($_) if /\.[ch]$/ } },
     't/unit/core/signature');

for my $name (sort keys %known) {
    ok $row{$name}, "$name is in the table";
    like $vectors, qr/"\Q$name\E"/, "$name has a vector"
        unless $general{$name};
}

for my $file (glob 'conf/examples/*.conf') {
    my ($name) = $file =~ m{([^/]+)\.conf$};

    ok $linked{$name}, "$file is in the table" unless $name =~ /^allow-/;
}

done_testing;
