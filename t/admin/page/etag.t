# ETags of the page's files: who has a file is told so, and is not sent it again;
# the bytes are those of page/.

use strict;
use warnings;

use IO::Uncompress::Gunzip qw(gunzip $GunzipError);
use Test::More;

use lib 't/lib';
use Webhook::Test;

my $t = Webhook::Test->new;

$t->config(http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=16m;
CONF
    location /webhook/ { webhook_api; webhook_permission 1; }
CONF

$t->start;

my @files = grep { $_ ne 'page/index.html' }
            split /\n/, `find page -type f ! -name '*.md'`;

cmp_ok scalar @files, '>', 20, 'there are files';

my %tags;

for my $file (sort @files) {
    my $plain = get("/webhook/$file", 'Accept-Encoding' => 'identity');
    my $gzip = get("/webhook/$file", 'Accept-Encoding' => 'gzip');

    open my $f, '<:raw', $file or die "$file: $!\n";
    my $bytes = do { local $/; <$f> };

    is $plain->{body}, $bytes, "$file, as it is";

    gunzip(\$gzip->{body} => \my $unpacked) or die "$file: $GunzipError\n";
    is $unpacked, $bytes, 'and compressed';

    my $tag = $gzip->{headers}{etag};

    isnt $plain->{headers}{etag}, $tag, 'by an ETag of its own';
    ok !$tags{$tag}++, 'which no other file has';

    my $again = get("/webhook/$file", 'Accept-Encoding' => 'gzip',
                    'If-None-Match' => "\"0\", $tag");

    is $again->{status}, 304, 'it has not changed';
    is $again->{body}, '', 'and is not sent again';
    is $again->{headers}{etag}, $tag, 'with its ETag';
    is $again->{headers}{'cache-control'}, 'no-cache', 'to be asked for again';
    is $again->{headers}{vary}, 'Accept-Encoding', 'by its coding';
}

my $page = get('/webhook/', Accept => 'text/html');

is $page->{status}, 200, 'the page';
is get('/webhook/', Accept => 'text/html',
       'If-None-Match' => $page->{headers}{etag})->{status}, 304,
    'has not changed either';
is get('/webhook/', Accept => 'application/json',
       'If-None-Match' => $page->{headers}{etag})->{status}, 200,
    'which is nothing to the API';

done_testing;


sub get
{
    my ($path, @headers) = @_;

    return $t->request('GET', $path, undef, headers => \@headers);
}
