
# XML: what another reader makes of it.  xmllint accepts the XML of order.add
# and of 10,000 generated documents, and reads the same text and numbers from
# it; all of them come back as the JSON that they were.

use strict;
use warnings;


use Encode qw(decode encode);
use File::Temp ();
use JSON::PP ();
use Test::More;


my $build = $ENV{WEBHOOK_BUILD} || 'build';
my $cli = "$build/interop/webhook_xml_cli";
my $order = 't/data/order.add.json';
my $documents = 10_000;
my $seed = $ENV{WEBHOOK_SEED} || 20170623;

plan skip_all => "xmllint is not installed"
    if system('command -v xmllint > /dev/null') != 0;

my $dir = File::Temp->newdir;


sub slurp {
    my $file = shift;

    open my $f, '<:raw', $file or die "$file: $!";
    local $/;

    return scalar <$f>;
}


sub spew {
    my ($file, $bytes) = @_;

    open my $f, '>:raw', $file or die "$file: $!";
    print $f $bytes;
    close $f or die "$file: $!";

    return $file;
}


# Runs a command with a file as its input: its exit status and its output.

sub run {
    my ($in, @command) = @_;

    my $out = "$dir/out";
    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        open STDIN, '<', $in or exit 99;
        open STDOUT, '>', $out or exit 99;
        open STDERR, '>', "$dir/err" or exit 99;
        exec @command or exit 99;
    }

    waitpid $pid, 0;

    return ($?, slurp($out));
}


# What xmllint makes of an XPath, without the line feed that it adds.

sub xpath {
    my ($file, $path) = @_;

    my ($rc, $out) = run('/dev/null', 'xmllint', '--nonet', '--xpath', $path,
                         $file);
    chomp $out;

    return $rc == 0 ? $out : undef;
}


# An order, whole.

{
    my ($rc, $xml) = run($order, $cli, 'xml', 'order.add');
    is $rc, 0, 'order.add: is written as XML';

    my $begin = qq{<?xml version="1.0" encoding="UTF-8"?>\n}
                . qq{<order.add type="object">}
                . qq{<company_id type="number">1260</company_id>};

    is substr($xml, 0, length $begin), $begin,
        'order.add: begins as documented';

    my $file = spew("$dir/order.xml", $xml);
    my ($ok) = run('/dev/null', 'xmllint', '--nonet', '--noout', $file);
    is $ok, 0, 'order.add: xmllint accepts it';

    # every scalar, as another parser reads it

    my $data = JSON::PP->new->utf8->allow_bignum->decode(slurp($order));
    my ($count, $wrong) = (0, 0);
    my %want;

    my $see;
    $see = sub {
        my ($value, $path) = @_;

        if (ref $value eq 'HASH') {
            $see->($value->{$_}, "$path/$_") for sort keys %$value;

        } elsif (!ref $value || ref($value) =~ /^Math/) {
            $want{$path} = "$value";
        }
    };
    $see->($data, '/order.add');

    my @paths = sort keys %want;
    my $values = join ", '|#|', ", map { "string($_)" } @paths;
    my $got = xpath($file, "concat($values)");
    my @got = split /\|#\|/, decode('UTF-8', $got // ''), -1;

    is scalar @got, scalar @paths, 'order.add: all values are found';
    is_deeply { map { ($paths[$_] => $got[$_]) } 0 .. $#got }, \%want,
        'order.add: xmllint reads each text and number as it was';

    is xpath($file, 'string(/order.add/error/@type)'), 'array',
        'order.add: an empty array says what it is';

    my ($back, $json) = run($file, $cli, 'json');
    is $back, 0, 'order.add: is read again';
    spew("$dir/order.json", $json);

    my ($same) = run('/dev/null', $cli, 'same', $order, "$dir/order.json");
    is $same, 0, 'order.add: comes back as it was';

    is_deeply(JSON::PP->new->utf8->decode($json),
              JSON::PP->new->utf8->decode(slurp($order)),
              'order.add: another reader of JSON agrees');
}


# Many, odd ones.

{
    mkdir "$dir/many" or die "mkdir: $!";

    my ($rc) = run('/dev/null', $cli, 'make', $seed, $documents, "$dir/many");
    is $rc, 0, "$documents documents of seed $seed are mapped and come back"
        or diag slurp("$dir/err");

    my ($accepted, $at) = (0, 1);

    while ($at <= $documents) {
        my $last = $at + 999 < $documents ? $at + 999 : $documents;
        my ($status) = run('/dev/null', 'xmllint', '--nonet', '--noout',
                           map { "$dir/many/$_.xml" } $at .. $last);

        $accepted += $last - $at + 1 if $status == 0;
        diag substr slurp("$dir/err"), 0, 1000 if $status != 0;

        $at = $last + 1;
    }

    is $accepted, $documents, 'xmllint accepts each';

    # written again by xmllint: other quotes, other references, same document

    my ($again, $same, $every) = (0, 0, 50);

    for (my $n = $every; $n <= $documents; $n += $every) {
        my ($status, $xml) = run('/dev/null', 'xmllint', '--nonet',
                                 '--encode', 'US-ASCII',
                                 "$dir/many/$n.xml");
        next if $status != 0;

        $again++;
        spew("$dir/again.xml", $xml);

        my ($read, $json) = run("$dir/again.xml", $cli, 'json');
        next if $read != 0;

        spew("$dir/again.json", $json);

        my ($cmp) = run('/dev/null', $cli, 'same', "$dir/many/$n.json",
                        "$dir/again.json");
        $same++ if $cmp == 0;
    }

    is $again, $documents / $every, 'xmllint writes some of them anew';
    is $same, $documents / $every, '... and they still say the same';
}


# What is refused.

{
    my $bomb = join '', "<?xml version=\"1.0\"?>\n<!DOCTYPE a [\n",
        "<!ENTITY a0 \"ha\">\n",
        (map { my $b = $_ - 1; "<!ENTITY a$_ \"" . "&a$b;" x 10 . "\">\n" }
             1 .. 12),
        "]>\n<a>&a12;</a>\n";

    my %refused = (
        'entities in entities' => $bomb,
        'a file as an entity'  => '<!DOCTYPE a [<!ENTITY f SYSTEM '
                                  . '"file:///etc/passwd">]><a>&f;</a>',
        'a document type elsewhere' => '<!DOCTYPE a SYSTEM "a.dtd"><a/>',
        'an unknown entity'    => '<a>&nbsp;</a>',
        'nothing'              => '',
        'too many levels'      => '<a>' x 66 . '</a>' x 66,
    );

    for my $name (sort keys %refused) {
        my $file = spew("$dir/bad.xml", $refused{$name});
        my ($rc, $out) = run($file, $cli, 'json');

        is $rc >> 8, 1, "refused: $name";
        is $out, '', "refused, with no output: $name";
    }
}

done_testing();
