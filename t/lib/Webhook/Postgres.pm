package Webhook::Postgres;

# A PostgreSQL of a test's own: in a directory of its own, on a unix socket there,
# as a user that is not root.  It ends with the test.
#
#     my $pg = Webhook::Postgres->new or plan skip_all => '...';
#     $pg->place('n1');           # a connection string, of this user
#     $pg->ask('SELECT 1');       # as the superuser: what it prints
#     $pg->dump; $pg->load($file, ROLE, ...);
#
# new(tcp => 1) listens on 127.0.0.1 as well, for anybody: $pg->port.
# new(tls => CERTIFICATE) takes one of Webhook::Test::Tls: it then listens on
# 127.0.0.1, for those with TLS and a password, too: $pg->port.

use strict;
use warnings;

use File::Temp ();
use POSIX ();
use Time::HiRes qw(sleep time);

use Webhook::Sandbox ();

my $bin = '/usr/lib/postgresql/15/bin';


sub new
{
    my ($class, %args) = @_;

    return unless -x "$bin/postgres";

    my @user = getpwnam('postgres');
    @user = getpwnam('nobody') unless @user;
    return unless @user;

    my $dir = File::Temp::tempdir('webhook-pg-XXXXXX', TMPDIR => 1,
                                  CLEANUP => 1);
    chmod 0711, $dir;
    chown $user[2], $user[3], $dir if $> == 0;

    my $self = bless { dir => $dir, uid => $user[2], gid => $user[3],
                       owner => $$ }, $class;

    $self->run("$bin/initdb", '-D', "$dir/data", qw(-U postgres -A trust -N
                                                    --locale=C.UTF-8))
        or die "initdb failed: see $dir\n";

    $self->listen_tls($args{tls}) if $args{tls};
    $self->listen_tcp if $args{tcp};
    $self->start;

    return $self;
}


sub listen_tcp
{
    my ($self) = @_;

    $self->{port} = Webhook::Sandbox::free_port();
    $self->{settings} = ["port=$self->{port}", 'listen_addresses=127.0.0.1'];
}


sub listen_tls
{
    my ($self, $tls) = @_;

    $self->{port} = Webhook::Sandbox::free_port();

    for my $what (qw(cert key)) {
        my $file = "$self->{dir}/data/server.$what";

        Webhook::Sandbox::write_file($file,
                                     Webhook::Sandbox::slurp($tls->{$what}));
        chmod 0600, $file;
        chown $self->{uid}, $self->{gid}, $file if $> == 0;
    }

    open my $hba, '>', "$self->{dir}/data/pg_hba.conf" or die "pg_hba: $!\n";
    print $hba "local all all trust\n",
               "hostssl all all 127.0.0.1/32 scram-sha-256\n";
    close $hba;

    $self->{settings} = ['ssl=on', 'ssl_cert_file=server.cert',
                         'ssl_key_file=server.key', "port=$self->{port}",
                         'listen_addresses=127.0.0.1'];
}


# Runs a program as that user; 1 if it succeeded.

sub run
{
    my ($self, @command) = @_;

    my $pid = $self->begin(@command);
    waitpid $pid, 0;

    return $? == 0;
}


sub begin
{
    my ($self, @command) = @_;

    my $pid = fork // die "fork: $!\n";
    return $pid if $pid;

    if ($> == 0) {
        POSIX::setgid($self->{gid});
        POSIX::setuid($self->{uid});
    }

    chdir $self->{dir};
    open STDOUT, '>>', "$self->{dir}/log";
    open STDERR, '>&', \*STDOUT;
    exec { $command[0] } @command or POSIX::_exit(1);
}


sub start
{
    my ($self) = @_;

    $self->{pid} = $self->begin("$bin/postgres", '-D', "$self->{dir}/data",
        '-k', $self->{dir}, '-c', 'fsync=off',
        map { ('-c', $_) } @{$self->{settings} // ['listen_addresses=']});

    for (my $end = time + 60; time < $end; sleep 0.1) {
        return 1 if defined $self->ask('SELECT 1');
    }

    die "PostgreSQL does not start\n";
}


sub stop
{
    my ($self) = @_;

    my $pid = delete $self->{pid} or return;

    kill 'INT', $pid;
    waitpid $pid, 0;
}


sub place
{
    my ($self, $user) = @_;

    my $port = $self->{port} ? " port=$self->{port}" : '';

    return "host=$self->{dir}$port user=$user dbname=postgres";
}


sub port { return $_[0]{port} }


sub ask
{
    my ($self, $sql) = @_;

    open my $fh, '-|', 'psql', '-XAtq', '-d', $self->place('postgres'), '-c',
        "$sql" or return;
    my $got = join '', <$fh>;
    close $fh or return;

    chomp $got;
    return $got;
}


# Loads a dump that gzip has packed; these roles have to be there.

sub load
{
    my ($self, $file, @roles) = @_;

    $self->ask("CREATE ROLE $_ NOLOGIN") for @roles;

    open my $from, '-|', 'gzip', '-dc', $file or die "gzip: $!\n";
    my $text = do { local $/; <$from> };
    close $from or die "$file cannot be read\n";

    open my $to, '|-', 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-o',
        '/dev/null', '-d', $self->place('postgres') or die "psql: $!\n";
    print $to $text;
    close $to or die "$file cannot be loaded\n";
}


# What a database has, as a text that can be loaded; or its schema alone.

sub dump
{
    my ($self, @options) = @_;

    open my $fh, '-|', "$bin/pg_dump", '-n', 'webhook', @options, '-d',
        $self->place('postgres') or die "pg_dump: $!\n";
    my $text = do { local $/; <$fh> };
    close $fh or die "pg_dump failed\n";

    # which an older psql does not know
    $text =~ s/^\\(?:un)?restrict .*\n//mg;

    return $text;
}


sub DESTROY
{
    my ($self) = @_;

    local ($?, $!);
    $self->stop if $self->{owner} == $$;
}


1;
