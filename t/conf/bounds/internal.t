# Locations that registered receivers call have to be internal, all that can
# take such a path, in each server where receivers are called.

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Test::More;

use lib 't/lib';
use Webhook::Nginx;
use Webhook::Sandbox qw(write_file);

my $nginx = Webhook::Nginx->new(name => 'internal');

write_file($nginx->prefix . '/conf/key', encode_base64('k' x 32, ''));
chmod 0600, $nginx->prefix . '/conf/key';


my $receive = 'receive http://127.0.0.1/web/hook/;';
my @warnings;


# What "nginx -t" says of a server, without its place.

sub said
{
    my ($server, $other) = @_;

    $other = $other ? "server { listen 127.0.0.1:1; $other }" : '';

    $nginx->write_config(<<"CONF");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    resolver 127.0.0.1:9;
    webhook_store store size=16m;
    webhook_registry {
        key     file:key;
        actions /pos/ methods=POST;
        $receive
    }
    server {
        listen 127.0.0.1:%%PORT%%;
        $server
    }
    $other
}
CONF

    my ($status, $text) = $nginx->test;
    my ($emerg) = $text =~ /^nginx: \[emerg\] (.*) in \S+:\d+$/m;

    @warnings = $text =~ /^nginx: \[warn\] (.*) in \S+:\d+$/mg;

    return $status ? $emerg // "?? $text" : 'well';
}

my $hook = 'location ^~ /web/hook/ { webhook_receive; }';
my $pos = 'location ^~ /pos/ { internal; return 204; }';

sub not_internal
{
    my ($location) = @_;

    return qq(location "$location" takes what registered receivers call below )
           . '"/pos/": it has to be "internal", so that nobody can call it from outside';
}

sub regex
{
    my ($regex) = @_;

    return qq(location ~ "$regex" may take what registered receivers call )
           . 'below "/pos/", and is not "internal": write "location ^~ /pos/" '
           . 'and have it "internal"';
}

is said("$hook $pos"), 'well', 'an internal location';
is said("$hook location / { internal; return 204; }"), 'well',
    'one around it';
is_deeply \@warnings, [], 'without a warning';
is said("$hook $pos location / { return 204; }"), 'well',
    'what is not the nearest around it';
is said("$hook $pos location /po { return 204; }
         location /pos { return 204; } location = /pos { return 204; }
         location /posts/ { return 204; }"), 'well',
    'locations of other paths';

is said($hook), 'there is no location for "/pos/" in a server with '
    . '"webhook_receive": what registered receivers call needs one, which is '
    . '"internal"', 'none';
is said("$hook location /pos/ { return 204; }"), not_internal('/pos/'),
    'one that is not internal';
is said("$hook location / { return 204; }"), not_internal('/'),
    'nor one around it';
is said("$hook location /pos { return 204; }"), not_internal('/pos'),
    'also without its slash';
is said("$hook $pos location /pos/admin/ { return 204; }"),
    not_internal('/pos/admin/'), 'one below';
is said("$hook $pos location = /pos/x { return 204; }"),
    not_internal('/pos/x'), 'one path below';
is said("$hook location ^~ /pos/ { internal;
         location /pos/a/ { return 204; } location ~ a { return 204; } }"),
    'well', 'what is within one is internal, too';

is said("$hook location /pos/ { internal; return 204; }
         location ~ \\.php\$ { return 204; }"), regex('\\.php$'),
    'a regular expression that could take it';
is said("$hook $pos location ~ \\.php\$ { return 204; }"), 'well',
    'which "^~" goes before';
is said("$hook location /pos/ { internal; return 204; }
         location ~ \\.php\$ { internal; return 204; }"), 'well',
    'or that is internal itself';
is said("$hook $pos location /pos/a/ { internal; return 204; }
         location ~ \\.php\$ { return 204; }"), regex('\\.php$'),
    'which a location below lets in again';
is said("$hook location / { internal; location /pos/ { return 204; }
         location /posts { return 204; } }"), 'well', 'or around it';

is said("$hook $pos", 'location /pos/ { return 204; }'), 'well',
    'a server where no receiver is called';
is said("$hook $pos", "$hook location /pos/ { return 204; }"),
    not_internal('/pos/'), 'and another where they are';

$receive = '';

is said("$hook $pos"), 'well', 'nothing says what the URLs of receivers are';
is_deeply \@warnings, ['"actions /pos/" without "receive": the URLs of '
    . 'registered receivers are not known to anybody'], 'which is a warning';

done_testing;
