package Webhook::Socket::Config;

=head1 NAME

Webhook::Socket::Config - nginx.conf and files for a block of Webhook::Socket

=head1 DESCRIPTION

=head2 text(BLOCK, EXPAND, SETTINGS)

nginx.conf.  SETTINGS are those of the run, C<root>, C<version>, C<user>, and
C<env>, a list.

=head2 user_files(BLOCK, EXPAND, ROOT)

Writes the files of the section C<user_files>: C<E<gt>E<gt>E<gt> NAME> and its
text, under html/ unless NAME begins with a slash; or [[NAME, TEXT], ...].

=head2 number(MAJOR, MINOR, PATCH)

A version that can be compared.

=cut

use strict;
use warnings;

use File::Path qw(make_path);

use Webhook::Nginx ();
use Webhook::Sandbox qw(write_file);


sub number { return sprintf '%d.%03d%03d', @_; }


sub user_files
{
    my ($block, $expand, $root) = @_;

    my $files = $block->user_files // return;

    if (!ref $files) {
        my @parts = split /^>>> (\S+)[^\n]*\n/m, $files;
        shift @parts;

        my @list;
        push @list, [splice @parts, 0, 2] while @parts;
        $files = \@list;
    }

    for my $file (@$files) {
        my ($name, $text) = @$file;
        my $path = $name =~ m{^/} ? $name : "$root/html/$name";

        make_path($1) if $path =~ m{^(.*)/};
        write_file($path, $expand->($text // ''));
    }
}


sub modules
{
    my $given = $ENV{TEST_NGINX_LOAD_MODULES};

    return split ' ', $given if defined $given;

    my $module = Webhook::Nginx::module_path();

    return -e $module ? $module : ();
}


sub text
{
    my ($block, $expand, %set) = @_;

    my $root = $set{root};

    my %part = map { $_ => $expand->(scalar $block->$_) // '' }
                   qw(config http_config main_config post_main_config);

    my $level = $block->log_level // $set{log_level};
    my $name = $block->server_name // $set{server_name};
    my $user = $set{user} ? "user $set{user};" : '';
    my $load = join "\n", map { "load_module $_;" } modules();
    my $env = join '', map { /\s/ ? "env '$_';\n" : "env $_;\n" }
                           'LD_PRELOAD', 'ASAN_OPTIONS', @{$set{env}};
    my $root_location = $set{root_location}
        ? "location / { root $root/html; index index.html index.htm; }" : '';

    my ($listen, $http2) = ('', '');

    if (defined $block->http2) {
        if ($set{version} >= number(1, 25, 1)) {
            $http2 = 'http2 on;';
        } else {
            $listen = ' http2';
        }
    }

    my $temp = join "\n    ",
        map { "${_}_temp_path $root/${_}_temp;" }
        grep { $part{http_config} !~ /\b${_}_temp_path\b/ }
        qw(client_body proxy fastcgi scgi uwsgi);

    $name =~ s/(['\\])/\\$1/g;

    return <<"CONF";
$load
worker_processes $set{workers};
master_process $set{master};
error_log $root/logs/error.log $level;
pid $root/logs/nginx.pid;
$user
$env
$part{main_config}

http {
    access_log $root/logs/access.log;
    $temp

    default_type text/plain;
    keepalive_timeout 68s;

$part{http_config}

    server {
        listen $set{server_addr}:$set{server_port}$listen;
        $http2
        server_name '$name';
        client_max_body_size 30M;

$set{config_preamble}
$part{config}

        $root_location
    }
}

$part{post_main_config}

events {
    accept_mutex off;
    worker_connections $set{worker_connections};
}
CONF
}


1;
