#!/usr/bin/perl

# The library of a cluster on PostgreSQL, as nginx and webhookctl load it; and
# what an operator does by the latter.

use strict;
use warnings;

use lib 't/lib';

use IPC::Open3 qw(open3);
use Test::More;
use Webhook::Nginx;
use Webhook::Postgres;

my $build = Webhook::Nginx::build_dir();
my $library = "$build/ngx_http_webhook_pgsql_module.so";

plan skip_all => 'the library was not built: there is no libpq'
    unless -f $library;

my $pg = Webhook::Postgres->new;

plan skip_all => 'there is no server of PostgreSQL 15' unless $pg;


sub ctl
{
    my (@words) = @_;

    my $pid = open3(my $in, my $out, undef, "$build/webhookctl", 'cluster',
                    "--library=$library", @words);
    close $in;
    my $text = join '', <$out>;
    waitpid $pid, 0;

    return ($? >> 8, $text);
}


# what nginx -t says of a configuration that begins with these lines
sub nginx
{
    my (@lines) = @_;

    my $dir = File::Temp::tempdir(CLEANUP => 1);

    open my $fh, '>', "$dir/nginx.conf" or die;
    print $fh map { "$_\n" } @lines, "pid $dir/pid;", "error_log stderr;",
        'events { }';
    close $fh;

    my $pid = open3(my $in, my $out, undef, 'nginx', '-t', '-p', $dir, '-e',
                    'stderr', '-c', "$dir/nginx.conf");
    close $in;
    my $text = join '', <$out>;
    waitpid $pid, 0;

    return ($? >> 8, $text);
}


subtest 'nginx loads it' => sub {
    my $main = "$build/ngx_http_webhook_module.so";

    for my $order ([$library], [$main, $library], [$library, $main]) {
        my ($status, $text) = nginx(map { "load_module $_;" } @$order);
        is $status, 0, 'whatever is loaded before or after it'
            or diag $text;
    }
};

subtest 'where the cluster is' => sub {
    my $main = "$build/ngx_http_webhook_module.so";
    my $says = sub {
        my ($place) = @_;

        return (nginx((map { "load_module $_;" } $main, $library), 'http {',
                      qq(webhook_cluster pgsql "$place" node=n1;), '}'))[1];
    };

    like $says->('nonsense'),
        qr/\[emerg\] .*"webhook_cluster" cannot read where PostgreSQL is: missing "=" after "nonsense" in connection info string in \S+:\d+$/m,
        'what is not understood is told, with file and line';
    unlike $says->('host=a password=a secret-word'), qr/secret-word/,
        'but no part of a password';
    like $says->('host=' . join(',', 1 .. 17)),
        qr/more than 16 hosts/, 'and too many servers';
};

my @root = ('--connect=' . $pg->place('postgres'));

subtest 'mistakes' => sub {
    is +(ctl('init'))[0], 2, 'no place';
    like +(ctl('init'))[1], qr/--connect/, 'it is told';
    is +(ctl(@root, 'drain'))[0], 2, 'no node';
    is +(ctl(@root, 'status', 'x'))[0], 2, 'a node too many';
    is +(ctl('--connect=nonsense', 'status'))[0], 1, 'no connection string';
    like +(ctl('--connect=host=/nowhere password=secret-word', 'status'))[1],
        qr/unavailable/, 'nothing is there';
    unlike +(ctl('--connect=host=/nowhere password=secret-word', 'status'))[1],
        qr/secret-word/, 'a password is not shown';
    like +(ctl(@root, 'status'))[1], qr/wrong schema/, 'no cluster';
};

subtest 'a cluster' => sub {
    my ($status, $text) = ctl(@root, 'init');
    is $status, 0, 'init';
    like $text, qr/^schema 8, 8 migrations$/m, 'the schema is made';

    ($status, $text) = ctl(@root, 'init');
    like $text, qr/^schema 8, 0 migrations$/m, 'once';
    ($status, $text) = ctl(@root, 'migrate');
    like $text, qr/^schema 8, 0 migrations$/m, 'migrate';

    $pg->ask('CREATE ROLE n1 LOGIN IN ROLE webhook_node');
    $pg->ask("INSERT INTO webhook.node (name, role, incarnation, fenced)"
             . " VALUES ('till-7', 'n1', 'x', true)");
    $pg->ask("INSERT INTO webhook.shipped (node, role) SELECT id, 'n1'"
             . " FROM webhook.node WHERE name = 'till-7'");

    my @node = ('--connect=' . $pg->place('n1'));

    ($status, $text) = ctl(@node, 'status');
    is $status, 0, 'status, as a node';
    like $text, qr/^till-7 .* given up /m, 'it tells of each';

    ($status, $text) = ctl(@node, '--json', 'status');
    like $text, qr/"node": ?"till-7"/, 'as JSON';

    is +(ctl(@node, 'drain', 'till-7'))[0], 1, 'a node may not drain others';
    ($status, $text) = ctl(@root, 'drain', 'till-7');
    is $status, 0, 'drain';
    like $text, qr/^till-7 is given up: 0 deliveries/, 'what it had is told';
    is +(ctl(@root, 'drain', 'till-8'))[0], 1, 'one that there is not';

    my $epoch = $pg->ask('SELECT epoch FROM webhook.cluster');
    is +(ctl(@root, 'restored'))[0], 2, 'restored needs --yes';
    is $pg->ask('SELECT epoch FROM webhook.cluster'), $epoch, 'or nothing is';
    is +(ctl(@root, '--yes', 'restored'))[0], 0, 'with it';
    isnt $pg->ask('SELECT epoch FROM webhook.cluster'), $epoch,
        'it is a new epoch';
};

done_testing;
