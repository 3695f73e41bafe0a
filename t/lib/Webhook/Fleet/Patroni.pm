package Webhook::Fleet::Patroni;

# Three PostgreSQL 15 under Patroni, with etcd, of a test's own: in a directory of
# its own, on free ports of 127.0.0.1, as a user that is not root.  They end with
# the test.
#
#     my $pg = Webhook::Fleet::Patroni->new or plan skip_all => '...';
#     $pg->place('n1');           # a connection string of all, of this user
#     $pg->ask('SELECT 1');       # as the superuser, at the leader: what it prints
#     $pg->leader;                # 0, 1, 2, or undef: there is none
#     $pg->kill_server(0);               # one with its Patroni, by SIGKILL
#     $pg->start(0);
#     $pg->whole;                 # waits until all stream, one synchronously
#
# new() takes sync => 0 (the standbys are asynchronous) and settings => { NAME =>
# VALUE } of PostgreSQL.

use strict;
use warnings;

use File::Path ();
use File::Temp ();
use HTTP::Tiny;
use POSIX ();
use Time::HiRes qw(sleep time);

use Webhook::Sandbox qw(free_port wait_for temp_dir at_end spawn children alive
                        slurp write_file kill_now);

my $bin = '/usr/lib/postgresql/15/bin';


sub new
{
    my ($class, %args) = @_;

    return if grep { !-x } "$bin/postgres", '/usr/bin/patroni',
                           '/usr/bin/etcd';

    my @user = getpwnam('postgres');
    @user = getpwnam('nobody') unless @user;
    return unless @user;

    my $self = bless {
        sync => $args{sync} // 1, settings => $args{settings} // {},
        uid => $user[2], gid => $user[3], servers => [],
        dir => place_of_its_own(),
    }, $class;

    chown $self->{uid}, $self->{gid}, $self->{dir} if $> == 0;

    at_end(sub { $self->end });

    my ($client, $peer) = (free_port(), free_port());

    $self->{etcd_port} = $client;
    $self->{etcd} = $self->begin('etcd', '/usr/bin/etcd',
        '--data-dir', "$self->{dir}/etcd", '--name', 'fleet',
        '--listen-client-urls', "http://127.0.0.1:$client",
        '--advertise-client-urls', "http://127.0.0.1:$client",
        '--listen-peer-urls', "http://127.0.0.1:$peer",
        '--initial-advertise-peer-urls', "http://127.0.0.1:$peer",
        '--initial-cluster', "fleet=http://127.0.0.1:$peer");

    wait_for(sub { $self->get($client, '/health') == 200 }, 60)
        or die "etcd does not start: see $self->{dir}/etcd.log\n";

    for my $n (0 .. 2) {
        push @{$self->{servers}}, {
            dir => "$self->{dir}/pg$n", port => free_port(),
            rest => free_port(),
        };

        $self->configure($n);
        $self->start($n);

        # the first makes the cluster, the others copy it

        if ($n == 0) {
            wait_for(sub { defined $self->leader
                           && defined $self->ask('SELECT 1') }, 120)
                or die "Patroni does not start: see $self->{dir}/pg0.log\n";
        }
    }

    $self->whole or die "the standbys do not follow: see $self->{dir}\n";

    return $self;
}


# In memory where there is room, since servers of a fleet do not share the disk of
# its nodes.

sub place_of_its_own
{
    my (undef, undef, undef, $free) = split ' ', (qx(df -Pk /dev/shm)
                                                  =~ /\n(.*)/ ? $1 : '');

    return temp_dir('patroni') unless ($free // 0) > 8 * 1024 * 1024;

    my $dir = File::Temp::tempdir('webhook-patroni-XXXXXX', CLEANUP => 0,
                                  DIR => '/dev/shm');

    at_end(sub { File::Path::remove_tree($dir) });

    return $dir;
}


sub configure
{
    my ($self, $n) = @_;

    my $s = $self->{servers}[$n];
    my $sync = $self->{sync} ? 'true' : 'false';

    my %settings = (
        max_connections => 100, shared_buffers => '128MB',
        wal_log_hints => 'on', wal_keep_size => '512MB', jit => 'off', dynamic_shared_memory_type => 'mmap',
        checkpoint_timeout => '60s', log_line_prefix => "'%m %u '",
        unix_socket_directories => "'$self->{dir}'",
        %{$self->{settings}},
    );

    my $parameters = join "\n", map { "        $_: $settings{$_}" }
                                    sort keys %settings;

    mkdir $s->{dir}, 0700;
    chown $self->{uid}, $self->{gid}, $s->{dir} if $> == 0;

    write_file("$self->{dir}/pg$n.yml", <<"YML");
scope: fleet
name: pg$n
restapi:
  listen: 127.0.0.1:$s->{rest}
  connect_address: 127.0.0.1:$s->{rest}
etcd3:
  host: 127.0.0.1:$self->{etcd_port}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    maximum_lag_on_failover: 1048576
    primary_start_timeout: 0
    synchronous_mode: $sync
    synchronous_mode_strict: $sync
    postgresql:
      use_pg_rewind: true
      parameters:
$parameters
  initdb:
    - encoding: UTF8
    - locale: C.UTF-8
postgresql:
  listen: 127.0.0.1:$s->{port}
  connect_address: 127.0.0.1:$s->{port}
  data_dir: $s->{dir}/data
  bin_dir: $bin
  pgpass: $self->{dir}/pgpass$n
  authentication:
    superuser: { username: postgres, password: x }
    replication: { username: replicator, password: x }
    rewind: { username: postgres, password: x }
  pg_hba:
    - local all all trust
    - host all all 127.0.0.1/32 trust
    - host replication all 127.0.0.1/32 trust
YML
}


# Runs a program as that user, in the background; it ends when this test does.

sub begin
{
    my ($self, $name, @command) = @_;

    unshift @command, 'setpriv', '--pdeathsig', 'TERM', '--'
        if -x '/usr/bin/setpriv';

    return spawn(sub {
        if ($> == 0) {
            POSIX::setgid($self->{gid});
            POSIX::setuid($self->{uid});
        }

        chdir $self->{dir};
        open STDIN, '<', '/dev/null';
        open STDOUT, '>>', "$self->{dir}/$name.log";
        open STDERR, '>&', \*STDOUT;
        $ENV{PATH} = "$bin:$ENV{PATH}";
        $ENV{HOME} = $self->{dir};
        exec { $command[0] } @command or POSIX::_exit(1);
    });
}


sub get
{
    my ($self, $port, $path) = @_;

    return HTTP::Tiny->new(timeout => 2)->get("http://127.0.0.1:$port$path")
           ->{status};
}


sub start
{
    my ($self, $n) = @_;

    $self->{servers}[$n]{pid} = $self->begin("pg$n", '/usr/bin/patroni',
                                             "$self->{dir}/pg$n.yml");
}


# The processes of the server itself, its postmaster first.

sub processes
{
    my ($self, $n) = @_;

    my ($pid) = (slurp("$self->{servers}[$n]{dir}/data/postmaster.pid") // '')
                =~ /^(\d+)/ or return;

    my $cmdline = slurp("/proc/$pid/cmdline") // '';

    return unless index($cmdline, "$self->{servers}[$n]{dir}/data") >= 0;
    return ($pid, children($pid));
}


# Those of its processes with such a title, as ps shows it.

sub titled
{
    my ($self, $n, $regex) = @_;

    return grep { (slurp("/proc/$_/cmdline") // '') =~ $regex }
                $self->processes($n);
}


sub kill_server
{
    my ($self, $n) = @_;

    my $pid = delete $self->{servers}[$n]{pid};

    if ($pid) {
        kill 'KILL', $pid;
        waitpid $pid, 0;
    }

    my ($postmaster) = $self->processes($n) or return;

    kill 'STOP', $postmaster;
    my @all = $self->processes($n);
    kill 'KILL', @all;

    wait_for(sub { !grep { alive($_) } @all }, 20);
}


# All of them, or they again.

sub stop
{
    my ($self) = @_;

    $self->kill_server($_) for 0 .. $#{$self->{servers}};
}


sub start_all
{
    my ($self) = @_;

    $self->start($_) for 0 .. $#{$self->{servers}};

    return $self->whole;
}


sub leader
{
    my ($self) = @_;

    my ($leader) = grep {
        $self->{servers}[$_]{pid}
        && $self->get($self->{servers}[$_]{rest}, '/primary') == 200
    } 0 .. $#{$self->{servers}};

    return $leader;
}


sub whole
{
    my ($self, $seconds) = @_;

    my $count = $self->{sync} ? "sync_state = 'sync'" : 'true';

    return wait_for(sub {
        my $got = $self->ask('SELECT count(*), count(*) FILTER (WHERE '
            . "$count) FROM pg_stat_replication WHERE state = 'streaming'")
            // '';
        return $got =~ /^2\|[12]$/;
    }, $seconds // 180);
}


sub place
{
    my ($self, $user) = @_;

    return 'host=' . join(',', map { '127.0.0.1' } @{$self->{servers}})
           . ' port=' . join(',', map { $_->{port} } @{$self->{servers}})
           . " user=$user dbname=postgres";
}


sub ask
{
    my ($self, $sql) = @_;

    local $ENV{PGCONNECT_TIMEOUT} = 2;
    local $ENV{PGTARGETSESSIONATTRS} = 'read-write';
    local $ENV{PGOPTIONS} = '-c statement_timeout=60000';

    open my $err, '>&', \*STDERR;
    open STDERR, '>', '/dev/null';

    my $ok = open my $fh, '-|', 'psql', '-XAtq', '-d',
                  $self->place('postgres'), '-c', $sql;

    open STDERR, '>&', $err;

    return unless $ok;

    my $got = join '', <$fh>;
    close $fh or return;

    chomp $got;
    return $got;
}


# What the servers have logged.

sub logs
{
    my ($self) = @_;

    return join '', map { slurp("$self->{dir}/pg$_.log") // '' }
                        0 .. $#{$self->{servers}};
}


sub end
{
    my ($self) = @_;

    $self->stop;
    kill_now(delete $self->{etcd});
}


1;
