package Webhook::Nginx;

=head1 NAME

Webhook::Nginx - one nginx in a directory of its own

=head1 SYNOPSIS

    use Webhook::Nginx;

    my $nginx = Webhook::Nginx->new(name => 'api', module => 0);

    $nginx->write_config(<<'CONF');
    %%GLOBALS%%
    events { }
    http {
        %%GLOBALS_HTTP%%
        server {
            listen 127.0.0.1:%%PORT%%;
            location / { return 200 '{"id": 1}'; }
        }
    }
    CONF

    $nginx->start;
    print "it listens on ", $nginx->port, "\n";
    $nginx->stop;

=head1 DESCRIPTION

Runs nginx in the foreground (C<daemon off>) as a child of the test, in a
temporary prefix (F<conf>, F<logs>, F<html>), on free ports of 127.0.0.1.  All
of it goes away when the test ends, however it ends: by signals too, and where
the test itself is killed by SIGKILL, nginx gets a SIGTERM from the kernel.

As root the workers run as C<nobody>, so that a file which only root can
reach is noticed; the prefix is theirs.

=head2 Environment

=over

=item WEBHOOK_BUILD

the build directory (default: F<build/> of the checkout), which holds
F<ngx_http_webhook_module.so>, F<asan/ngx_http_webhook_module.so> and
F<webhookctl>

=item TEST_NGINX_ASAN

if true, the module under AddressSanitizer runs

=item TEST_NGINX_JOURNAL

the stores of the tests have a journal, see L<Webhook::Test::Journal>

=item TEST_NGINX_STATIC

if true, nginx has the module in it, and loads none

=item TEST_NGINX_BINARY

nginx (default: the first in PATH, or F</usr/sbin/nginx>)

=item WEBHOOK_KEEP

if true, the temporary directories stay, and their names are told

=item WEBHOOK_TIME

multiplies every deadline (for valgrind and slow machines; default: 1, under
AddressSanitizer 3)

=back

=head2 Functions

C<build_dir()>, C<module_path()>, which is empty where nginx has the module in
it, C<nginx_binary()>, C<root_dir()> (of the
checkout), C<asan_env()> and C<loads()> are exported where asked for.
C<asan_env()> is what has to be in front of an nginx that a test starts by itself
(C<env VAR=VALUE ...>): nothing where the module is not under AddressSanitizer.
C<loads(PATH)> says whether this nginx takes another dynamic module, which may
be missing or one of another version.

=head2 Methods

=over

=item new(OPTIONS)

C<name> ('nginx'), C<module> (1: load ours), C<workers> (1), C<log_level>
('info'), C<binary> (a path), C<user> (of the workers), C<env> (a hash),
C<prefix>; C<daemon> (0: with 1 it runs in the background, as upgrade() needs it).

=item prefix()

The directory.

=item port(NAME)

The port that C<%%PORT_NAME%%> stands for; without a name that of C<%%PORT%%>.

=item write_config(TEXT)

Writes F<conf/nginx.conf>.  C<%%PORT%%> and C<%%PORT_NAME%%> are ports (the
same at each use), C<%%PREFIX%%> the directory, C<%%GLOBALS%%> what the main
context needs (load_module, user, worker_processes, error_log, pid) and
C<%%GLOBALS_HTTP%%> what http needs (access_log, temporary paths).

=item test(ARGS)

C<nginx -t>, or with ARGS such as C<-T>: returns (exit status, output).

=item start()

Starts it and waits until the master has written its pid and every port of the
configuration that is ours accepts; dies with the error log if it does not.

=item try_start(SECONDS)

Like start(), but returns false where nginx exits instead.

=item reload()

SIGHUP, and waits until workers of a new generation are there and the old ones
take no more connections (they may live on; see wait_gone()); false if the
configuration was refused.

=item upgrade()

A binary upgrade, of a nginx that is a C<daemon>: SIGUSR2, waits for the workers of
the new binary, SIGQUIT to the old master, waits until all of the old one is gone.
From then on pid() is the new one.  False where it does not come so far.

=item stop(SIGNAL)

Sends SIGQUIT, or SIGNAL, and waits until all of nginx is gone; after 10 s
it is killed and false is returned.

=item kill_all(SIGNAL)

SIGKILL, or SIGNAL, to the master and all workers at one instant, none
restarted in between; waits until they are gone.

=item signal(SIGNAL)

Sends it to the master.

=item pid(), workers(), running()

The master's pid; the pids of its workers (not of cache processes, and not of
those that shut down: workers(1) has them too).

=item wait_gone([PID, ...], SECONDS)

Waits until these processes are gone.

=item error_log(FROM), access_log()

Their text; error_log(FROM) from an offset on, mark() is the present end.

=item wait_log(REGEX, SECONDS, FROM)

Waits until a line matches; returns it.

=item hold(ON)

Nobody can write to journals that are there because of TEST_NGINX_JOURNAL, or
they can again.

=item allow(REGEX)

An alert or the like that is expected.

=item problems()

Lines at [alert], [emerg] and [crit] that were not allowed, and what sanitizers
have found.

=back

=cut

use strict;
use warnings;

use Cwd ();
use Exporter qw(import);
use Fcntl qw(SEEK_SET);
use File::Path qw(make_path);
use File::Spec ();
use POSIX qw(WNOHANG setsid);

use Webhook::Test::Journal qw(journaled store_of journals);
use Webhook::Sandbox qw(free_port wait_for temp_dir at_end spawn children alive
                       slurp write_file asan);

our @EXPORT_OK = qw(root_dir build_dir module_path nginx_binary asan_env
                    loads);

my $root = Cwd::abs_path(__FILE__);
$root =~ s{/t/lib/Webhook/Nginx\.pm$}{};


# Where things are.

sub root_dir { return $root; }

my $build = Cwd::abs_path($ENV{WEBHOOK_BUILD} || "$root/build")
            || "$root/build";

sub build_dir { return $build; }


sub module_path
{
    return '' if $ENV{TEST_NGINX_STATIC};

    return build_dir() . (asan() ? '/asan' : '')
           . '/ngx_http_webhook_module.so';
}


sub nginx_binary
{
    my $binary = $ENV{TEST_NGINX_BINARY} || 'nginx';

    return $binary if $binary =~ m{/};

    for my $dir (File::Spec->path, '/usr/sbin', '/usr/local/sbin') {
        return "$dir/$binary" if -x "$dir/$binary";
    }

    die "there is no $binary in PATH\n";
}


sub loads
{
    my ($module) = @_;

    return 0 unless -f $module;

    my $nginx = Webhook::Nginx->new(name => 'loads', module => 0);

    $nginx->write_config("load_module $module;\n%%GLOBALS%%\n"
                         . "events { }\n");

    my ($status) = $nginx->test;

    return $status == 0;
}


sub new
{
    my ($class, %args) = @_;

    my $self = bless {
        name      => 'nginx',
        module    => 1,
        workers   => 1,
        log_level => 'info',
        ports     => {},
        allowed   => [],
        env       => {},
        owner     => $$,
        %args,
    }, $class;

    $self->{binary} //= nginx_binary();
    $self->{prefix} //= temp_dir($self->{name});
    $self->{user}   //= $> == 0 ? 'nobody nogroup' : '';

    make_path(map { "$self->{prefix}/$_" } qw(conf logs html));

    $self->own($self->{prefix}, "$self->{prefix}/logs",
               "$self->{prefix}/html");

    at_end(sub { $self->destroy; });

    return $self;
}


# Gives files to the user of the workers.

sub own
{
    my ($self, @files) = @_;

    return unless $self->{user};

    my ($user) = split ' ', $self->{user};
    my (undef, undef, $uid, $gid) = getpwnam $user;

    chown $uid, $gid, @files;
}


sub prefix { return $_[0]{prefix}; }

sub config_file { return "$_[0]{prefix}/conf/nginx.conf"; }


sub port
{
    my ($self, $name) = @_;

    return $self->{ports}{$name // ''} //= free_port();
}


sub globals
{
    my ($self) = @_;

    my $text = '';

    if ($self->{module}) {
        my $path = module_path();
        $text .= "load_module $path;\n" if $path;
    }

    $text .= "user $self->{user};\n" if $self->{user};

    $text .= "worker_processes $self->{workers};\n"
           . "error_log $self->{prefix}/logs/error.log $self->{log_level};\n"
           . "pid $self->{prefix}/logs/nginx.pid;\n";

    # for a binary upgrade, which hands on what is named only
    $text .= "env LD_PRELOAD;\nenv ASAN_OPTIONS;\n" if asan();

    return $text;
}


sub globals_http
{
    my ($self) = @_;

    my $text = "access_log $self->{prefix}/logs/access.log;\n"
             . "default_type text/plain;\n";

    my %path = (client_body => 'client_body_temp_path',
                map { $_ => "${_}_temp_path" } qw(proxy fastcgi scgi uwsgi));

    for my $name (sort keys %path) {
        $text .= "$path{$name} $self->{prefix}/${name}_temp;\n";
    }

    return $text;
}


sub expand
{
    my ($self, $text) = @_;

    $text =~ s/%%GLOBALS%%/$self->globals/ge;
    $text =~ s/%%GLOBALS_HTTP%%/$self->globals_http/ge;
    $text =~ s/%%PREFIX%%/$self->{prefix}/g;
    $text =~ s/%%PORT%%/$self->port/ge;
    $text =~ s/%%PORT_(\w+?)%%/$self->port($1)/ge;

    return $text;
}


sub write_config
{
    my ($self, $text) = @_;

    $text = $self->expand($text);

    $self->{text} = $self->{module} ? journaled($text) : $text;
    $self->{journaled} = $self->{text} ne $text;

    write_file($self->config_file, $self->{text});

    return $self;
}


# What has to stand before the module under AddressSanitizer is loaded.

sub asan_env
{
    my ($log) = @_;

    return unless asan();

    chomp(my $lib = qx(gcc -print-file-name=libasan.so));

    my $options = 'detect_leaks=0:detect_odr_violation=0'
                  . ':abort_on_error=1:disable_coredump=1';

    $options .= ":log_path=$log" if defined $log;

    return ("LD_PRELOAD=$lib", "ASAN_OPTIONS=$options");
}


# The command line.

sub command
{
    my ($self, @args) = @_;

    my %env = map { /^(\w+)=(.*)$/s } $self->{module}
              ? asan_env("$self->{prefix}/logs/asan") : ();

    for my $more ($self->{env}, $self->{journaled} ? $self->hold_env : {}) {
        $env{LD_PRELOAD} = join ':', grep { defined } $env{LD_PRELOAD},
                                                      $more->{LD_PRELOAD}
            if defined $more->{LD_PRELOAD};

        %env = (%env, %$more, LD_PRELOAD => $env{LD_PRELOAD});
    }

    my @env = map { "$_=$env{$_}" } grep { defined $env{$_} } sort keys %env;

    return (@env ? ('env', @env) : (), $self->{binary},
            '-p', "$self->{prefix}/",
            '-e', "$self->{prefix}/logs/error.log",
            '-c', $self->config_file, @args);
}


# A journal that a test does not know of can be held with its store.

sub hold_env
{
    my ($self) = @_;

    my $library = build_dir() . '/interop/libwebhook_hold.so';

    return {} unless -e $library;

    $self->hold(0);

    return { LD_PRELOAD => $library, WEBHOOK_HOLD => $self->hold_file };
}


sub hold_file { return "$_[0]{prefix}/logs/hold"; }


sub hold
{
    my ($self, $on) = @_;

    return unless $self->{journaled};

    # written to, and not made anew: it is mapped
    open my $file, -e $self->hold_file ? '+<' : '>', $self->hold_file
        or die $self->hold_file . ": $!\n";
    syswrite $file, $on ? "\1" : "\0";
}


sub test
{
    my ($self, @args) = @_;

    my @command = $self->command(@args ? @args : '-t');

    my $pid = open my $fh, '-|';
    die "fork: $!\n" unless defined $pid;

    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        exec { $command[0] } @command or POSIX::_exit(127);
    }

    my $output = do { local $/; <$fh> };
    close $fh;

    return ($? >> 8, $output);
}


sub start
{
    my ($self) = @_;

    return $self if $self->try_start;

    my $log = $self->error_log($self->{started_at});
    my $said = slurp("$self->{prefix}/logs/stdout") // '';

    die "nginx ($self->{name}) did not start:\n$said$log\n";
}


sub try_start
{
    my ($self, $seconds) = @_;

    die "$self->{name} runs already\n" if $self->{pid};

    $self->{started_at} = $self->mark;
    unlink "$self->{prefix}/logs/nginx.pid";

    my @command = $self->command('-g', $self->{daemon} ? 'daemon on;'
                                                       : 'daemon off;');

    # a SIGTERM from the kernel when this test is gone without a word
    unshift @command, 'setpriv', '--pdeathsig', 'TERM', '--'
        if !$self->{daemon} && -x '/usr/bin/setpriv';

    my $prefix = $self->{prefix};

    $self->{pid} = spawn(sub {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$prefix/logs/stdout" or die "$prefix: $!\n";
        open STDERR, '>&', \*STDOUT;

        exec { $command[0] } @command or die "$command[0]: $!\n";
    });

    if ($self->{daemon}) {
        $self->guard;
        return 0 unless $self->daemon_pid;
    }

    my @ports = $self->listens;

    my $up = wait_for(sub {
        return 'exited' unless $self->running;

        return unless -s "$prefix/logs/nginx.pid" && $self->workers_up;

        @ports = grep { !accepts($_) } @ports;

        return !@ports;
    }, $seconds // 10);

    if ($up && $up ne 'exited') {
        $self->wait_journals;
        return 1;
    }

    if ($self->{pid}) {
        $self->stop('KILL');
    }

    return 0;
}


# The first process ends once it has made the one in the background.

sub daemon_pid
{
    my ($self) = @_;

    waitpid delete $self->{pid}, 0;
    $self->{status} = $?;

    return if $?;

    return wait_for(sub { $self->{pid} = $self->pid_in('nginx.pid') }, 10);
}


# The pid in one of its files, if that is one of ours.

sub pid_in
{
    my ($self, $file) = @_;

    my $pid = slurp("$self->{prefix}/logs/$file") // '';
    my $cmdline = $pid =~ /^(\d+)$/ ? slurp("/proc/$1/cmdline") // '' : '';

    return $cmdline =~ /^nginx: master.*\Q$self->{prefix}\E/s ? $pid + 0 : 0;
}


# One in the background has a process that ends it when this test is gone without
# a word, which closes the pipe.

sub guard
{
    my ($self) = @_;

    return if $self->{guard};

    pipe my $read, my $write or die "pipe: $!\n";

    spawn(sub {
        close $write;
        setsid();
        sysread $read, my $end, 1;
        kill 'TERM', grep { $_ } map { $self->pid_in($_) }
                                 qw(nginx.pid nginx.pid.oldbin);
    });

    $self->{guard} = $write;
}


sub upgrade
{
    my ($self, $seconds) = @_;

    my $old = $self->{pid};
    my @before = ($old, $self->workers(1));

    $self->signal('USR2') or die "$self->{name} does not run\n";

    my $new;

    wait_for(sub {
        $new = $self->pid_in('nginx.pid');
        return unless $new && $new != $old
                      && $self->pid_in('nginx.pid.oldbin') == $old;

        local $self->{pid} = $new;
        return $self->workers_up;
    }, $seconds // 20) or return 0;

    kill 'QUIT', $old;
    $self->{pid} = $new;

    return $self->wait_gone(\@before, $seconds // 20);
}


# What a worker is told of before its journal takes something does not go there,
# which is no fault.  A test may have a store that cannot be opened, or that
# nobody uses.

sub wait_journals
{
    my ($self) = @_;

    return unless $self->{journaled};

    my $text = $self->{text};
    my ($store) = store_of($text);
    my ($n) = $text =~ /^worker_processes\s+(\d+);/m;

    return unless defined $store;

    wait_for(sub { journals($store, $self->{prefix}) >= ($n // 1) }, 2);
}


# The ports of 127.0.0.1 that the configuration listens on, where they are ours.

sub listens
{
    my ($self) = @_;

    my $text = $self->{text} // slurp($self->config_file);
    my %ours = map { $_ => 1 } values %{$self->{ports}};

    my %found;

    while ($text =~ /^\s*listen\s+127\.0\.0\.1:(\d+)([^;]*);/mg) {
        $found{$1} = 1 if $ours{$1} && $2 !~ /\b(?:udp|quic)\b/;
    }

    return keys %found;
}


# Asks the kernel: a connection would leave a line in the log.

sub accepts
{
    my ($port) = @_;

    my $want = sprintf ':%04X 00000000:0000 0A ', $port;

    return index(slurp('/proc/net/tcp') // '', $want) >= 0;
}


sub workers_up
{
    my ($self) = @_;

    my $text = $self->{text} // slurp($self->config_file);

    return 1 if $text =~ /^\s*master_process\s+off;/m;

    # all of them: tests remember who they are
    my ($n) = $text =~ /^worker_processes\s+(\d+);/m;
    my @workers = $self->workers;

    return @workers >= ($n // 1);
}


sub pid { return $_[0]{pid}; }


sub running
{
    my ($self) = @_;

    return 0 unless $self->{pid};

    if ($self->{daemon}) {
        delete $self->{pid} unless alive($self->{pid});
        return $self->{pid} ? 1 : 0;
    }

    if (waitpid($self->{pid}, WNOHANG) == $self->{pid}) {
        $self->{status} = $?;
        delete $self->{pid};
        return 0;
    }

    return 1;
}


sub workers
{
    my ($self, $all) = @_;

    return unless $self->{pid};

    return grep {
        my $title = slurp("/proc/$_/cmdline") // '';
        $title =~ ($all ? qr/^nginx: worker process/
                        : qr/^nginx: worker process\0*$/);
    } children($self->{pid});
}


sub signal
{
    my ($self, $signal) = @_;

    return $self->{pid} && kill $signal, $self->{pid};
}


sub reload
{
    my ($self, $seconds) = @_;

    my %before = map { $_ => 1 } $self->workers(1);
    my $mark = $self->mark;

    $self->signal('HUP') or die "$self->{name} does not run\n";

    my $result = wait_for(sub {
        return 'refused' if $self->error_log($mark) =~ /\[emerg\]/;

        # the old ones still take connections until they shut down
        my @now = $self->workers;
        return !(grep { $before{$_} } @now) && @now >= $self->{workers}
               ? 'reloaded' : 0;
    }, $seconds // 10);

    return ($result // '') eq 'reloaded';
}


# Waits until the workers in the list are gone.

sub wait_gone
{
    my ($self, $pids, $seconds) = @_;

    # looked at first and reaped then: what ends in between is not forgotten
    return wait_for(sub {
        my $left = grep { alive($_) } @$pids;
        $self->running;
        return !$left;
    }, $seconds // 10);
}


sub family
{
    my ($self) = @_;

    my @pids = $self->{pid} ? ($self->{pid}) : ();

    # where the binary was upgraded, its new master
    push @pids, grep { $_ && $_ != ($self->{pid} // 0) }
                map { $self->pid_in($_) } qw(nginx.pid nginx.pid.oldbin);

    return @pids, map { children($_) } @pids;
}


sub stop
{
    my ($self, $signal, $seconds) = @_;

    my @pids = $self->family;
    return 1 unless @pids;

    my @masters = grep { $_ == ($self->{pid} // 0)
                         || (slurp("/proc/$_/cmdline") // '')
                            =~ /^nginx: master/ } @pids;

    kill $signal // 'QUIT', @masters;

    my $gone = $self->wait_gone(\@pids, $seconds // 10);

    if (!$gone) {
        kill 'KILL', grep { alive($_) } @pids, $self->family;
        $self->wait_gone(\@pids, 10);
    }

    return $gone ? 1 : 0;
}


sub kill_all
{
    my ($self, $signal) = @_;

    # a stopped master starts no worker while they are listed
    my @masters = $self->{pid} ? ($self->{pid}) : ();
    kill 'STOP', @masters;

    my @pids = $self->family;

    kill $signal // 'KILL', @pids;
    kill 'CONT', grep { alive($_) } @masters;

    return $self->wait_gone(\@pids, 10);
}


sub mark { return -s "$_[0]{prefix}/logs/error.log" || 0; }


sub error_log
{
    my ($self, $from) = @_;

    open my $fh, '<:raw', "$self->{prefix}/logs/error.log" or return '';
    seek $fh, $from, SEEK_SET if $from;

    local $/;
    return scalar <$fh> // '';
}


sub access_log
{
    my ($self) = @_;

    return slurp("$self->{prefix}/logs/access.log") // '';
}


sub wait_log
{
    my ($self, $regex, $seconds, $from) = @_;

    return wait_for(sub {
        my ($line) = grep { /$regex/ } split /\n/, $self->error_log($from);
        return $line;
    }, $seconds);
}


sub allow
{
    my ($self, @regexes) = @_;

    push @{$self->{allowed}}, @regexes;

    return $self;
}


sub problems
{
    my ($self) = @_;

    my @found = grep { /\[(?:alert|emerg|crit)\]/ } split /\n/,
                     $self->error_log;

    for my $file (glob("$self->{prefix}/logs/asan.*"),
                  "$self->{prefix}/logs/stdout")
    {
        push @found, sanitizer_report(slurp($file) // '');
    }

    for my $regex (@{$self->{allowed}}) {
        @found = grep { !/$regex/ } @found;
    }

    return @found;
}


# The beginnings of what sanitizers and valgrind say.

sub sanitizer_report
{
    my ($text) = @_;

    return unless $text =~ /(.*(?:ERROR: \w*Sanitizer|runtime error:
                                 |WARNING: \w*Sanitizer
                                 |Invalid\ (?:read|write)\ of\ size).*
                             (?:\n.*){0,24})/x;
    return $1;
}


sub destroy
{
    my ($self) = @_;

    $self->stop('TERM', 3);
}


1;
