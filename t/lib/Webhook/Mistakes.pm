package Webhook::Mistakes;

=head1 NAME

Webhook::Mistakes - what nginx -t says to somebody who writes a configuration

=head1 SYNOPSIS

    use Webhook::Mistakes;

    mistakes_right('a store that is small', store => 'webhook_store s size=1m;');
    mistakes_run();

    __DATA__
    === two stores
    --- store
    webhook_store a size=16m;
    webhook_store b size=16m;
    --- says
    [emerg] "webhook_store" directive is duplicate in store:2

=head1 DESCRIPTION

Each part of a configuration is a file of its own, whose name is that of the
part; a case says in which parts its configuration is another than the one that
is right, and what nginx says then, to the letter, with file and line.

The parts: main, store, types, endpoint, http, server, rules (of a location
/api/), hook (the location of webhook_receive), pos (a location that actions
lead to), and receiver, which is what stands within a webhook_receiver.

=head2 mistakes_right($name, %parts)

Nothing is said of such a configuration.

=head2 mistakes_wrong($name, $says, %parts)

One case: this is said of such a configuration.

=head2 mistakes_file($name, $text)

A file in webhook/, which nobody but its owner may read.

=head2 mistakes_run()

All cases of the test's DATA.

=cut

use strict;
use warnings;

use Exporter qw(import);
use Test::More ();

use Webhook::Nginx;
use Webhook::Sandbox qw(write_file);

our @EXPORT = qw(mistakes_right mistakes_wrong mistakes_file mistakes_run);

my %whole = (
    main     => '',
    store    => 'webhook_store store size=16m;',
    types    => "webhook_event_type order.add;\nwebhook_event_type order.edit;",
    endpoint => 'webhook_endpoint erp { url http://127.0.0.1:9; events order.*; }',
    http     => '',
    receiver => '',
    server   => '',
    rules    => "webhook_event order.add  POST ^/api/orders\$;\n"
                . 'webhook_event order.edit PUT  ^/api/orders/\d+$;',
    hook     => 'location ^~ /web/hook/ { webhook_receive; }',
    pos      => 'location /pos/ { internal; proxy_pass http://127.0.0.1:9; }',
);

my $nginx = Webhook::Nginx->new(name => 'mistakes');
my $conf = $nginx->prefix . '/conf';

mkdir "$conf/webhook";

for (['erp.key', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 0600],
     ['open.key', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 0644],
     ['empty.key', '', 0600])
{
    my ($name, $text, $mode) = @$_;

    write_file("$conf/webhook/$name", $text);
    chmod $mode, "$conf/webhook/$name";
}


sub mistakes_file
{
    my ($name, $text) = @_;

    write_file("$conf/webhook/$name", $text);
    chmod 0600, "$conf/webhook/$name";
}


sub mistakes_right
{
    my ($name, %part) = @_;

    my ($status, $text) = says(%part);

    Test::More::is($status, 0, "$name: taken");
    Test::More::is($text, '', "$name: nothing is said of it");
}


sub mistakes_run
{
    my $cases = do { local $/; <main::DATA> };

    for my $case (split /^=== /m, $cases) {
        next unless $case =~ /\S/;

        my ($name, @parts) = split /\n--- /, $case;

        my %part = map { /^(\w+)\n(.*?)\s*\z/s ? ($1 => $2) : () } @parts;
        my $want = delete $part{says};

        mistakes_wrong($name, $want, %part);
    }
}


sub mistakes_wrong
{
    my ($name, $want, %part) = @_;

    my ($status, $text) = says(%part);

    Test::More::is($text, $want, $name);
    Test::More::is($status ? 1 : 0, $want =~ /\[emerg\]/ ? 1 : 0,
                   "$name: " . ($status ? 'refused' : 'taken'));
}


# What nginx -t says: its lines, without the date and the like.

sub says
{
    my (%part) = (%whole, @_);

    exists $whole{$_} or die "a mistake has no part \"$_\"\n" for keys %part;

    if ($part{receiver} ne '') {
        $part{receiver} = "webhook_receiver r {\n"
                          . "secret 0123456789abcdefghij0123;\n"
                          . "$part{receiver}\n}\n";

    } elsif ($part{http} !~ /webhook_receiver/) {
        $part{hook} = '';
    }

    write_file("$conf/$_", "$part{$_}\n") for keys %part;

    $nginx->write_config(<<"CONF");
%%GLOBALS%%
include main;
events { }
http {
    %%GLOBALS_HTTP%%
    include store;
    include types;
    include endpoint;
    include http;
    include receiver;
    server {
        listen 127.0.0.1:%%PORT%%;
        include server;
        location /api/ {
            proxy_pass http://127.0.0.1:9;
            include rules;
        }
        include hook;
        include pos;
    }
}
CONF

    my ($status, $text) = $nginx->test;

    my $prefix = $nginx->prefix;

    # A line stands on the terminal, and one with its date in the error log.

    my @lines = grep { /^nginx: \[/ } split /\n/, $text;

    s/^nginx: //, s/\Q$prefix\E\/conf\///g, s/\Q$prefix\E/PREFIX/g for @lines;

    return ($status, join("\n", @lines));
}


1;
