# The five commands of README, from "git clone" to the webhook of somebody's own
# API, as they stand there; only the address of the repository and the ports are
# others.

use strict;
use warnings;

use POSIX qw(WNOHANG);
use Test::More;

use lib 't/lib';
use Webhook::Nginx qw(build_dir root_dir);
use Webhook::Sandbox qw(at_end free_port reap slurp temp_dir wait_for write_file);

my $root = root_dir();
my $build = build_dir();

plan skip_all => 'this is not a checkout of git' unless -e "$root/.git";

my ($first, $second) = slurp('README.md') =~
    /^## Try it\n.*?```sh\n(git clone .*?)```.*?```sh\n(curl .*?)```/ms;

my @commands = split /\n/, $first . $second;
is scalar @commands, 5, 'five commands';

my $api = Webhook::Nginx->new(name => 'api', module => 0);

$api->write_config(<<'CONF');
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    server {
        listen 127.0.0.1:%%PORT%%;
        default_type application/json;
        location = /api/orders { return 201 '{"id": 7, "total": "936200"}'; }
    }
}
CONF

$api->start;

my ($from, $port) = ($api->port, free_port());

s/\bREPOSITORY\b/$root/, s/127\.0\.0\.1:3000/127.0.0.1:$from/,
    s/127\.0\.0\.1:8080/127.0.0.1:$port/ for @commands;

like $commands[3], qr/API=http:\S+:$from$/, 'the API is given';
like $commands[4], qr/:$port\//, 'nginx is asked';

delete @ENV{qw(WEBHOOK_BUILD MAKEFLAGS MAKELEVEL MFLAGS)};
$ENV{PORT} = $port;

my $dir = temp_dir('five');
my $out = "$dir/out";

sub run
{
    my ($command, $where) = @_;

    return system("cd '$where' && { $command; } >> '$dir/log' 2>&1") == 0;
}

ok run($commands[0], $dir), $commands[0] or diag slurp("$dir/log");

my ($clone) = $commands[1] =~ /^cd (\S+)$/;
$clone = "$dir/$clone";
ok -e "$clone/Makefile", 'the checkout';

# It is to be this tree, with what is not committed, and what is built already
# is not built again: that is the same for both.

ok run("cd '$root' && git ls-files -z -m -o --exclude-standard | "
       . "xargs -0 -r ls -d 2> /dev/null | tar -cf - --files-from=- "
       . "| tar -xf - -C '$clone'; find '$clone' -exec touch -h -d 2020-01-01 {} +; "
       . "mkdir '$clone/build'; cp -a "
       . join(' ', map { "'$build/$_'" } qw(objs plain rooms webhookctl
                                            ngx_http_webhook_module.so))
       . " '$clone/build/'", $dir), 'with what is built' or diag slurp("$dir/log");

ok run($commands[2], $clone), $commands[2] or diag slurp("$dir/log");

# a mistake in the fourth is told before anything is built

for (['', qr/the address of your API is missing/],
     ['API=localhost:3000', qr/"localhost:3000" is not an address such as/],
     ["API=http://127.0.0.1:$from PORT=$from", qr/port $from is in use/])
{
    my ($args, $said) = @$_;

    is `cd '$clone' && make try $args 2>&1 < /dev/null | head -1` =~ $said, 1,
        "make try $args";
}

# the fourth goes on until it is interrupted

my $pid = fork // die "fork: $!\n";

if (!$pid) {
    setpgrp;
    chdir $clone;
    open STDIN, '<', '/dev/null';
    open STDOUT, '>', $out or die;
    open STDERR, '>&', \*STDOUT;
    exec 'sh', '-c', $commands[3] or exit 127;
}

at_end(sub { kill 'KILL', -$pid });

ok wait_for(sub { slurp($out) =~ /listening on/
                  || waitpid($pid, WNOHANG) == $pid }, 300), $commands[3];
like slurp($out), qr/listening on/, 'it runs' or diag slurp($out);

my $answer = `$commands[4] 2> /dev/null`;

like $answer, qr{^HTTP/1\.1 201 .*"936200"\}}s, 'the API has answered';
ok wait_for(sub { slurp($out) =~ /"936200"/ }, 20), 'and the webhook is shown';
like slurp($out), qr{POST /, 28 bytes, answered 200}, 'delivered';
like slurp($out), qr/^\s+webhook-id: \S+$/m, 'with its id';

kill 'INT', -$pid;
ok reap($pid, 20), 'Ctrl-C ends it';
ok wait_for(sub { !kill 0, -$pid }, 20), 'and all of it';

ok !-e "$clone/build/try/nginx.pid", 'nginx has ended';

done_testing;
