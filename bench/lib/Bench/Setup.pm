package Bench::Setup;

# A proxy that is measured on one processor, while who loads it, the API and the
# endpoint run on the others.
#
#     my $setup = Bench::Setup->new(size => 2048, connections => 64,
#                                   seconds => 4);
#     my $nginx = $setup->nginx('plain', '', 'location / { ... }');
#     my $m = $setup->measure($nginx, '/path');
#     print "$m->{speed} a second, $m->{cpu} us each, $m->{busy} of the processor";
#
# With sync => USEC all files are in memory, where a sync takes so long, so that
# what a disk does meanwhile for others makes no difference.

use strict;
use warnings;

use Bench qw(build cpu busy load delivered);
use Webhook::Nginx ();
use Webhook::Sandbox qw(spawn kill_now at_end free_port wait_for slurp);


sub new
{
    my ($class, %o) = @_;

    my ($under, @rest) = cores();

    die "this needs two processors: one for what is measured, and one for "
        . "whoever loads it\n" if !@rest;

    my $self = bless { %o, under => $under, rest => join(',', @rest) }, $class;

    place($self->{rest});
    in_memory() if $self->{sync};

    $self->{api} = $self->sink($o{size});

    return $self;
}


# The processors that this process may use.

sub cores
{
    my ($list) = (slurp('/proc/self/status') // '')
                 =~ /^Cpus_allowed_list:\s*(\S+)/m or return 0;

    return map { /(\d+)-(\d+)/ ? ($1 .. $2) : $_ } split /,/, $list;
}


# Folders of files from now on; before the first one.

sub in_memory
{
    my $dir = '/dev/shm';

    -d $dir && -w $dir or die "there is no $dir to have files in memory\n";

    $ENV{TMPDIR} = $dir;

    return;
}


# What is begun in code writes to files that are synced so slowly.

sub slowly
{
    my ($self, $code) = @_;

    local %ENV = %ENV;

    if ($self->{sync}) {
        $ENV{LD_PRELOAD} = build() . '/interop/libwebhook_sync.so';
        $ENV{WEBHOOK_SYNC} = $self->{sync};
    }

    return $code->();
}


# This process, and its children from now on, run on these.

sub place
{
    my ($list) = @_;

    system("taskset -p -c $list $$ > /dev/null") == 0
        or die "taskset failed\n";
}


# What is begun in code runs on the processor that is measured.

sub under
{
    my ($self, $code) = @_;

    place($self->{under});

    my $result = eval { $code->() };
    my $error = $@;

    place($self->{rest});
    die $error if $error;

    return $result;
}


# A server that answers each request at once with so many bytes; its port.

sub sink
{
    my ($self, $body) = @_;

    my $port = free_port();
    my $pid = spawn(sub { exec build() . '/bench_sink', $port, $body });

    at_end(sub { kill_now($pid) });

    wait_for(sub { Webhook::Nginx::accepts($port) }, 10)
        or die "bench_sink does not listen\n";

    return $port;
}


# nginx on the processor that is measured: $http is text for http{}, $server for
# its server; before() is called with it before it starts.

sub nginx
{
    my ($self, $name, $http, $server, $before) = @_;

    my $nginx = Webhook::Nginx->new(name => $name, log_level => 'error',
                                    module => $http =~ /webhook_/ ? 1 : 0);

    $nginx->write_config(<<"CONF");
%%GLOBALS%%
events { worker_connections 4096; }
http {
    %%GLOBALS_HTTP%%
    access_log off;
    keepalive_requests 1000000000;
    upstream api {
        server 127.0.0.1:$self->{api};
        keepalive 128;
        keepalive_requests 1000000000;
    }
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    $http
    server {
        listen 127.0.0.1:%%PORT%% backlog=1024;
        $server
    }
}
CONF

    $before->($nginx) if $before;

    $self->under(sub { $self->slowly(sub { $nginx->start }) });

    return $nginx;
}


# Loads an nginx; with endpoint => NAME until all its events are delivered.
# Returns requests or deliveries a second (speed), microseconds of the processor
# for each (cpu), and the share of the processor that was in use (busy).

sub measure
{
    my ($self, $nginx, $path, %more) = @_;

    my @pids = ($nginx->pid, $nginx->workers);
    my $cpu = cpu(@pids);
    my @busy = busy($self->{under});

    my $run = sub {
        load($nginx->port, $path, connections => $self->{connections},
             seconds => $self->{seconds}, script => $more{script});
    };

    my $load = $more{endpoint} ? delivered($nginx, $more{endpoint}, $run)
                               : $run->();

    my @now = busy($self->{under});
    my $n = $load->{delivered} // $load->{requests};

    die "nothing was measured\n" if !$n;

    return {
        speed => $load->{delivered_rate} // $load->{rate},
        cpu => (cpu(@pids) - $cpu) / $n,
        busy => ($now[0] - $busy[0]) / (($now[1] - $busy[1]) || 1),
        count => $n,
    };
}


1;
