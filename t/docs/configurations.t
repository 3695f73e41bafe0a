# Every configuration in the documents is accepted by nginx -t, and nothing is
# warned of. Those that are a part of one are put where they belong; what they
# name and do not define themselves is added: files, event types, servers.

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Path qw(make_path);
use Test::More;

use lib 't/lib';
use Webhook::Nginx;
use Webhook::Sandbox qw(slurp write_file);

my $nginx = Webhook::Nginx->new(name => 'docs');
my $prefix = $nginx->prefix;
my $conf = "$prefix/conf";
my $build = Webhook::Nginx::build_dir();

make_path("$conf/webhook", "$prefix/store");


# --- the files

system('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
       'ec_paramgen_curve:P-256', '-days', '2', '-subj', '/CN=erp.example.com',
       '-passout', 'pass:of-the-key', '-keyout', "$conf/webhook/pos.key",
       '-out', "$conf/webhook/pos.pem") == 0
    or plan skip_all => 'there is no openssl';

write_file("$conf/webhook/pos.pass", "of-the-key\n");
write_file("$conf/states.map", "open 2;\n");
write_file("$conf/fastcgi_params", '');
write_file("$conf/webhook/teamcrop-events.conf",
           slurp('conf/teamcrop-events.conf'));

my ($catalogue) = slurp('conf/teamcrop-events.conf');
my %declared = map { $_ => 1 }
               $catalogue =~ /^webhook_event_type\s+([\w.]+)/gm;


my $made = 0;

sub files
{
    my ($text) = @_;

    for my $file ($text =~ m{file:([^\s;"']+)}g) {
        my $path = $file =~ m{^/} ? $file : "$conf/$file";

        next if -e $path;

        make_path(dirname($path));

        write_file($path, $file =~ /\btokens$/
                          ? 'erp sha256:' . '0' x 64 . " company.setting\n"
                          : $file =~ /\bregistry\.key$/
                          ? 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=' . "\n"
                          : $file =~ /\.token$/
                          ? sprintf("a-token-of-a-length-%06d\n", ++$made)
                          : sprintf("a-key-of-enough-bytes-for-it-%06d\n",
                                    ++$made));
    }

    chmod 0600, glob "$conf/webhook/*";
}


# --- where it belongs

my $hook = "location ^~ /web/hook/ { webhook_receive; }\n";
my $pos = "location /pos/ { internal; proxy_pass http://pos; }\n";

my $stub = "webhook_receiver stub { secret a-token-of-a-length-000000;"
           . " action POST /pos/x '{}'; }\n";

# What a document leaves out, so that nothing else is warned of.

sub http
{
    my ($http, $server, $all) = @_;

    my %named = map { $_ => 1 } $all =~ /^\s*webhook_event\s+(\w+\.[\w.]+)/gm,
                                $all =~ /^\s*emit\s+(\w+\.[\w.]+)/gm,
                                map({ grep /^\w+\.[\w.]*\w$/, split ' ' }
                                    $all =~ /^\s*events\s+([^;]+);/gm);

    delete @named{$all =~ /^\s*webhook_event_type\s+([\w.]+)/gm};

    my $types = $all =~ /teamcrop-events/
                || $all =~ /^\s*webhook_event_type/m
                ? '' : "include webhook/teamcrop-events.conf;\n";

    $types .= "webhook_event_type $_;\n"
        for grep { $types eq '' && $all !~ /teamcrop-events/
                   || !$declared{$_} } sort keys %named;

    my $text = $all =~ /^\s*resolver\s/m ? $types
                                          : "resolver 127.0.0.1;\n$types";

    $text .= "webhook_event_type customer.add;\n" if $all =~ /customer\.\*/
                                                  && $types eq '';
    $text .= "webhook_store $prefix/store size=64m;\n"
        unless $all =~ /^\s*webhook_store/m;

    $text .= "upstream pos { server 127.0.0.1:9; }\n"
             . "ssl_certificate webhook/pos.pem;\n"
             . "ssl_certificate_key webhook/pos.key;\n"
             . "ssl_password_file webhook/pos.pass;\n";

    $text .= "webhook_endpoint all { url https://all.example.com/; events *; }\n";

    $text .= $stub if $all =~ /webhook_receive;/ && $all !~ /^\s*webhook_receiver\s/m;

    my $rest = $all =~ /^\s*webhook_receiver\s/m && $all !~ /webhook_receive;/
               ? $hook : '';

    $rest .= $pos if ($rest || $all =~ /webhook_receive;/)
                     && $all !~ m{location /pos/};

    # a rule for each type, so that none is asked for in vain

    $rest .= "location /all/ { proxy_pass http://pos;\n"
             . join('', map { "webhook_event $_ POST ^/all/$_\$;\n" }
                        ("$types$all" =~ /teamcrop-events/ ? sort keys %declared
                                                      : ()),
                        $all =~ /^\s*webhook_event_type\s+([\w.]+)/gm,
                        grep { "$types$all" !~ /teamcrop-events/
                               || !$declared{$_} }
                        sort keys %named)
             . "}\n";

    return "$text$http\nserver { listen 127.0.0.1:%%PORT%%;\n$server\n$rest}\n";
}

my %whole = (
    main     => sub { my ($main, $http) = $_[0] =~ /^(.*?)http \{(.*)\}\s*$/s;
                      ($main, $http) = ($_[0], '') unless defined $http;
                      return ($main, http($http, '', $_[0])); },
    http     => sub { return ('', http($_[0], '', $_[0])) },
    server   => sub { my @lines = split /^/, $_[0];
                      my $up = join '', grep { /^limit_req_zone/ } @lines;
                      my $in = join '', grep { !/^limit_req_zone/ } @lines;
                      return ('', http($up, $in, $_[0])) },
    location => sub { return ('', http('', "location /api/ { proxy_pass"
                                           . " http://pos;\n$_[0]}\n",
                                       $_[0])) },
    endpoint => sub { return ('', http("webhook_endpoint part {\n"
                                       . "url https://erp.example.com/;\n"
                                       . "events *;\n$_[0]}\n", '', $_[0])) },
    receiver => sub { my $all = "webhook_receiver part {\n"
                                . ($_[0] =~ /^secret/m
                                   ? '' : "secret a-token-of-a-length-1;\n")
                                . ($_[0] =~ /^action/m
                                   ? '' : "action POST /pos/x '{}';\n")
                                . "$_[0]}\n";
                      return ('', http($all, '', $all)) },
);


sub try
{
    my ($where, $text) = @_;

    my ($main, $http) = $whole{$where}->($text) or return;

    $nginx->write_config("%%GLOBALS%%\n$main\nevents { }\n"
                         . "http {\n%%GLOBALS_HTTP%%\n$http\n}\n");

    my ($status, $out) = $nginx->test;

    return ($status, join "\n", grep { /^nginx: \[(?:emerg|warn|alert)\]/ }
                                split /\n/, $out);
}


my $n = 0;

for my $file ('README.md', 'conf/examples/README.md', sort glob 'docs/*.md') {
    my ($text) = slurp($file);

    while ($text =~ /^( *)```nginx\n(.*?)^ *```$/msg) {
        my $block = $2;
        my $line = 1 + (substr($text, 0, $-[0]) =~ tr/\n//);
        my (@said, $found);

        # what stands for something of the reader's, and what is this machine's;
        # the module is loaded already

        $block =~ s/^load_module [^;]*ngx_http_webhook_module\.so;//m;
        $block =~ s{modules/(ngx_http_webhook_pgsql_module\.so)}
                   {$build/$1};
        $block =~ s/sha256:(\w{4})\.\.\./"sha256:" . $1 x 16/ge;
        $block =~ s{/var/lib/nginx/webhook}{$prefix/store}g;
        $block =~ s{/var/log/nginx/}{$prefix/}g;
        $block =~ s{/etc/ssl/erp-ca\.pem}{$conf/webhook/pos.pem}g;
        $block =~ s{/etc/nginx/webhook}{$conf/webhook}g;
        $block =~ s{listen( +)(?:127\.0\.0\.1:)?(\d+)(?![\d.])}
                   {listen${1}127.0.0.1:%%PORT_$2%%}g;

        next if $block =~ m{load_module (\S+);} && !-e $1;     # without libpq

        if ($block =~ m{include\s+webhook/(stripe)\.conf}) {
            write_file("$conf/webhook/$1.conf",
                       slurp("conf/examples/$1.conf"));
            files(slurp("conf/examples/$1.conf"));
        }

        files($block);

        for my $where (qw(main http server location endpoint receiver)) {
            my ($status, $said) = try($where, $block);

            next unless defined $status;

            if ($status == 0) {
                $found = $where;
                @said = ($said);
                last;
            }

            push @said, "as $where: $said";
        }

        ok defined $found, "$file:$line: " . ($found // 'refused')
            or diag join "\n", @said;

        is $said[0], '', "$file:$line: without a warning" if defined $found;

        $n++;
    }
}

cmp_ok $n, '>=', 30, "$n configurations";

done_testing;
