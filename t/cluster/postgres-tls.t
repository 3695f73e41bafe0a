#!/usr/bin/perl

# The connection to PostgreSQL is encrypted, and the server is one that a private
# authority vouches for: else the node does not join.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Nginx;
use Webhook::Postgres;
use Webhook::Test qw(wait_for);
use Webhook::Test::Tls;

my $build = Webhook::Nginx::build_dir();
my $library = "$build/ngx_http_webhook_pgsql_module.so";

plan skip_all => 'the library was not built: there is no libpq'
    unless -f $library;

my $ca = Webhook::Test::Tls->new;
my $other = Webhook::Test::Tls->new('other');

my $pg = Webhook::Postgres->new(
    tls => $ca->certificate('pg', names => ['127.0.0.1']));

plan skip_all => 'there is no server of PostgreSQL 15' unless $pg;

system("$build/webhookctl", 'cluster', "--library=$library",
       '--connect=' . $pg->place('postgres'), 'init') == 0
    or BAIL_OUT('no cluster is made');

$pg->ask('UPDATE webhook.cluster SET beat = 500');

for my $n (1 .. 4) {
    $pg->ask("CREATE ROLE n$n LOGIN PASSWORD 'password-of-$n'"
             . ' IN ROLE webhook_node');
}


sub node
{
    my ($n, $words) = @_;

    my $t = Webhook::Test->new;
    my $port = $pg->port;
    my $file = $t->file('pg.pass', "password-of-$n\n");

    chmod 0600, $file;

    $t->config(
        main => "load_module $library;",
        http => <<"CONF",
        webhook_store %%STORE%% size=16m;
        webhook_cluster pgsql "port=$port user=n$n dbname=postgres $words"
                        password=file:$file node=till-$n
                        lease=8s heartbeat=500ms;
CONF
    );

    $t->start;

    return $t;
}


sub joined
{
    my ($n) = @_;

    return wait_for(sub {
        $pg->ask("SELECT count(*) FROM webhook.node WHERE session IS NOT NULL"
                 . " AND name = 'till-$n'")
    }, 30);
}

my $verify = 'sslmode=verify-full sslrootcert=' . $ca->file;

my $good = node(1, "host=127.0.0.1 $verify");

ok joined(1), 'a server that the authority vouches for, and a password';
is $pg->ask("SELECT count(*) > 0 FROM pg_stat_ssl JOIN pg_stat_activity USING"
            . " (pid) WHERE ssl AND usename = 'n1'"), 't', 'by TLS';
unlike $good->error_log, qr/password-of/, 'the password is not logged';

for my $case (
    [2, 'host=127.0.0.1 sslmode=verify-full sslrootcert=' . $other->file,
     qr/certificate verify failed/, 'another authority'],
    [3, "host=localhost hostaddr=127.0.0.1 $verify",
     qr/does not match host name/, 'another name'],
    [4, 'host=127.0.0.1 sslmode=disable', qr/no encryption/, 'without TLS'],
) {
    my ($n, $words, $error, $what) = @$case;
    my $t = node($n, $words);

    like $t->wait_log(qr/webhook cluster: .*away/, 30) // '', $error,
        "$what: it is told";
    is $pg->ask("SELECT count(*) FROM webhook.node WHERE name = 'till-$n'"), 0,
        'and the node does not join';
    $t->stop;
}

$good->stop;
$good->ok_logs;

done_testing;
