# Calls of one turn of the event loop: all of them are looked at first, and then
# requests to the API, and answers, go out one behind the other.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Digest::SHA qw(hmac_sha256_hex);
use IO::Socket::INET ();
use Webhook::Sandbox ();
use Webhook::Test qw(slurp wait_for);
use Webhook::Test::Client ();

my $token = 'turn-0123456789-abcdefghijk';
my $key = 'a-key-that-both-know-of';
my $body = '{"id": 1}';

my $server = IO::Socket::INET->new(Listen => 8, LocalAddr => '127.0.0.1')
    or die "listen: $!\n";

my $dead = Webhook::Sandbox::free_port();

my $t = Webhook::Test->new;

$t->config(
    http => <<"CONF",
        webhook_receiver away {
            secret away-$token;
            verify github $key;
            action POST /away/x '{"id": \${id}}';
        }
        webhook_receiver slow {
            secret slow-$token;
            verify github $key;
            action POST /slow/x '{"id": \${id}}';
        }
CONF
    server => <<"CONF",
        location ^~ /web/hook/ { webhook_receive; }
        location /away/ {
            internal;
            rewrite_log on;
            rewrite ^/away/ /gone break;
            proxy_pass http://127.0.0.1:$dead;
        }
        location /slow/ {
            internal;
            proxy_pass http://127.0.0.1:@{[$server->sockport]};
        }
CONF
);

$t->start;

my ($worker) = $t->workers;
my @clients = map { Webhook::Test::Client->new(port => $t->port) } 1 .. 2;


# What the log says of each of these texts, in this order.

sub order
{
    my ($from, %texts) = @_;
    my $log = substr $t->error_log, $from;
    my %at = map { $_ => index $log, $texts{$_} } keys %texts;

    return join ' ', sort { $at{$a} <=> $at{$b} } grep { $at{$_} >= 0 } keys %at;
}


sub begin
{
    my ($client, $name, $with) = @_;

    $client->begin('POST', "/web/hook/$name-$token", $body, headers => [
        'Content-Type' => 'application/json',
        'X-Hub-Signature-256' => 'sha256=' . hmac_sha256_hex($body, $with),
    ]);
}


# The worker finds both at once, in this order, since it stood still meanwhile:
# connections that it knows already.

sub at_once
{
    my (@begin) = @_;

    kill 'STOP', $worker;
    wait_for(sub { (slurp("/proc/$worker/stat") // '') =~ /^\d+ \(.*\) T / }, 10)
        or die "the worker does not stop\n";

    $_->() for @begin;
    kill 'CONT', $worker;
}


begin($_, 'away', 'none of its keys') for @clients;
is $_->end->{status}, 401, 'a connection that is kept' for @clients;

my $from = $t->mark;

at_once(sub { begin($clients[0], 'away', $key) },
        sub { begin($clients[1], 'away', 'none of its keys') });

is $clients[0]->end->{status}, 502, 'an API that is not there';
is $clients[1]->end->{status}, 401, 'a signature that is wrong';

is order($from, request => 'rewritten data: "/gone"', refused => 'signature'),
   'refused request',
   'the request to the API went out behind what came in with it';

$from = $t->mark;

begin($clients[0], 'slow', $key);

my $api = $server->accept or die "accept: $!\n";

sysread $api, my $got, 65536;
like $got, qr{^POST /slow/x HTTP/}, 'the API is asked';

at_once(sub { syswrite $api, "HTTP/1.1 500 No\r\nConnection: close\r\n\r\n";
              close $api },
        sub { begin($clients[1], 'away', 'none of its keys') });

is $clients[0]->end->{status}, 502, 'an API that fails';
is $clients[1]->end->{status}, 401, 'a signature that is wrong';

is order($from, answer => 'The API answered 500', refused => 'signature'),
   'refused answer', 'the answer went out behind what came in with it';

$t->stop;
$t->ok_logs;

done_testing;
