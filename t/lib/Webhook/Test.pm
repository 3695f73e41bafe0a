package Webhook::Test;

=head1 NAME

Webhook::Test - nginx with the module, a legacy API and endpoints, for a test

=head1 SYNOPSIS

    use strict;
    use warnings;

    use Test::More;
    use Webhook::Test qw(wait_for);

    my $t = Webhook::Test->new(workers => 2);

    my $api  = $t->api;
    my $hook = $t->endpoint(name => 'erp', answers => { '*' => [500, 200] });

    $t->config(
        http => <<'CONF',
            webhook_store %%STORE%% size=64m;
            webhook_event_type order.add group=order "An order was created";

            webhook_endpoint erp {
                url    http://127.0.0.1:%%PORT_erp%%/hooks/pos;
                events order.add;
                retry  attempts=3 first=50ms;
            }
    CONF
        server => <<'CONF',
            location /api/ {
                proxy_pass http://127.0.0.1:%%PORT_api%%/;
                webhook_event order.add POST ^/api/orders$ status=201;
            }
    CONF
    );

    $t->start;

    my $r = $t->request('POST', '/api/orders', '{"total": 100000}');
    is $r->{status}, 201;

    my $requests = $hook->wait_requests(2);
    is scalar @$requests, 2, 'sent again after a 500';
    is $requests->[1]{body}, $r->{body};
    is $requests->[1]{headers}{'webhook-attempt'}, 2;

    $t->reload or die;

    my ($status, $out) = $t->ctl('list', '--state=delivered');
    like $out, qr/order\.add/;

    $t->stop;
    $t->ok_logs;

    done_testing;

=head1 DESCRIPTION

Each object has a temporary directory of its own and free ports of 127.0.0.1,
so tests run side by side.  At the end of the test, whatever ends it, everything
it started is stopped and the directory removed.  An [alert], [emerg] or [crit]
in the error log, or a report of a sanitizer, that nothing has allowed makes the
test fail, by ok_logs() or else by its exit status.

The parts are documented where they are: L<Webhook::Nginx> (start, reload,
kill, logs, and the environment), L<Webhook::Test::Endpoint> (what it records
and how it may answer), L<Webhook::Test::Api>, L<Webhook::Test::Client>,
L<Webhook::Test::Load>, L<Webhook::Test::Tls>, L<Webhook::Test::Dns>,
L<Webhook::Sandbox>.  C<wait_for>, C<free_port>, C<temp_dir>, C<at_end>,
C<deadline>, C<slurp> and C<asan> of the last are exported from here where asked
for.

=head2 new(OPTIONS)

C<workers> (1), C<log_level> ('info'), C<module> (1: load it), C<http2> (0:
listen on C<%%PORT_h2%%> for HTTP/2 too), C<skip> (1: skip the whole test where
the module was not built; else that is an error).

=head2 Parts

=over

=item endpoint(OPTIONS), api(OPTIONS)

A recording endpoint, an API; C<name> ('endpoint', 'api') makes their port
C<%%PORT_name%%> in the configuration.

=item backend(NAME, SERVER, OPTIONS)

A second, plain nginx, started at once, for what a Perl process is too slow for;
SERVER is what stands in its server block, as in C<location / { return 204; }>.
Its port is C<%%PORT_name%%>; a L<Webhook::Nginx>.

=item tls()

A certificate authority: C<< $t->tls->good >> is a certificate.

=item dns(NAME => [ADDRESS, ...], ...)

A DNS server on C<%%PORT_dns%%>.

=item load(OPTIONS)

Steady load, to the port of the server unless C<port> is given.

=back

=head2 Configuration

=over

=item config(main => TEXT, events => TEXT, http => TEXT, server => TEXT)

Writes nginx.conf: TEXT in the main context, the events block, the http block,
and in a server that listens on C<%%PORT%%>.

=item write_config(TEXT)

The whole of it, see L<Webhook::Nginx>.

=item file(NAME, TEXT)

Writes a file in the prefix (C<%%PREFIX%%/NAME>), readable by the workers;
returns its path.

=item store()

The path that C<%%STORE%%> stands for.

=back

Placeholders: C<%%PORT%%>, C<%%PORT_NAME%%>, C<%%PREFIX%%>, C<%%STORE%%>,
C<%%GLOBALS%%>, C<%%GLOBALS_HTTP%%>.

=head2 Running

start(), try_start(), test(), reload(), stop(), kill_all(), signal(), pid(),
workers(), running(), error_log(), access_log(), mark(), wait_log(), allow(),
problems(), port(), prefix() are those of L<Webhook::Nginx>.

=over

=item request(METHOD, URI, BODY, OPTIONS)

One request on a connection of its own, see L<Webhook::Test::Client>.

=item get(URI), post(URI, BODY)

=item client(OPTIONS)

A client of the server's port.

=item curl(METHOD, URI, BODY, http2 => 1, headers => [...], options => [...])

The same by curl: C<status>, C<version>, C<headers>, C<body>, C<exit>.

=item hold_store(CODE, MODE)

Runs CODE while nobody can write to the store, as if its disk hung, nor to its
journals, if these are because of TEST_NGINX_JOURNAL; with the mode C<open>,
while another process has it open.  Returns what CODE does.

=item at_once(CODE)

Runs CODE while the workers are stopped, so that what it sends is there at once,
however slow the test is, when they go on.

=item ctl(ARGS)

Runs C<webhookctl -s STORE ARGS>; returns (exit status, stdout, stderr).

=item ok_logs(NAME)

A test that the log has no problems().

=back

=cut

use strict;
use warnings;

use Exporter qw(import);
use File::Path qw(make_path);
use IPC::Open2 qw(open2);
use Test::More ();

use Webhook::Nginx ();
use Webhook::Sandbox qw(wait_for free_port temp_dir at_end deadline slurp
                        write_file asan reap);

our @EXPORT_OK = qw(wait_for free_port temp_dir at_end deadline slurp asan);

my @all;


sub new
{
    my ($class, %args) = @_;

    my $skip = delete $args{skip};
    my $http2 = delete $args{http2};

    my $path = Webhook::Nginx::module_path();

    if (($args{module} // 1) && $path && !-e $path) {
        Test::More::plan(skip_all => "no $path") if $skip;
        die "there is no $path: run make first\n";
    }

    my $self = bless {
        nginx => Webhook::Nginx->new(%args),
        http2 => $http2,
    }, $class;

    push @all, $self;

    return $self;
}


for my $method (qw(start try_start test reload upgrade stop kill_all signal pid workers
                   running error_log access_log mark wait_log allow problems
                   port prefix config_file wait_gone))
{
    no strict 'refs';

    *$method = sub {
        my ($self, @args) = @_;
        return $self->{nginx}->$method(@args);
    };
}


sub nginx { return $_[0]{nginx}; }

sub store { return "$_[0]{nginx}{prefix}/store"; }


# Parts.

sub endpoint
{
    my ($self, %args) = @_;

    require Webhook::Test::Endpoint;

    return $self->part(Webhook::Test::Endpoint->new(name => 'endpoint',
                                                    %args));
}


sub api
{
    my ($self, %args) = @_;

    require Webhook::Test::Api;

    return $self->part(Webhook::Test::Api->new(name => 'api', %args));
}


sub part
{
    my ($self, $part) = @_;

    # one on a Unix socket has none
    $self->{nginx}{ports}{$part->{name}} = $part->port
        if defined $part->port;

    return $part;
}


sub backend
{
    my ($self, $name, $server, %args) = @_;

    my $nginx = Webhook::Nginx->new(name => $name, module => 0, %args);

    $nginx->{ports} = { %{$self->{nginx}{ports}} };
    delete $nginx->{ports}{''};

    $nginx->write_config(<<"CONF");
%%GLOBALS%%
events { worker_connections 4096; }
http {
    %%GLOBALS_HTTP%%
    access_log off;
    keepalive_requests 1000000;
    server {
        listen 127.0.0.1:%%PORT%% backlog=4096;
        $server
    }
}
CONF

    $nginx->start;

    $self->{nginx}{ports}{$name} = $nginx->port;
    push @{$self->{backends}}, $nginx;

    return $nginx;
}


sub tls
{
    my ($self) = @_;

    require Webhook::Test::Tls;

    return $self->{tls} //= Webhook::Test::Tls->new;
}


sub dns
{
    my ($self, %names) = @_;

    require Webhook::Test::Dns;

    my $dns = Webhook::Test::Dns->new(%names);

    $self->{nginx}{ports}{dns} = $dns->port;

    return $dns;
}


sub load
{
    my ($self, %args) = @_;

    require Webhook::Test::Load;

    return Webhook::Test::Load->new(port => $self->port, %args);
}


# Configuration.

sub config
{
    my ($self, %part) = @_;

    my %text = map { $_ => $part{$_} // '' } qw(main events http server);
    my $listen = 'listen 127.0.0.1:%%PORT%%;';

    if ($self->{http2}) {
        my ($minor, $patch) = version();

        $listen .= $minor > 25 || $minor == 25 && $patch >= 1
                   ? "\n        listen 127.0.0.1:%%PORT_h2%%; http2 on;"
                   : "\n        listen 127.0.0.1:%%PORT_h2%% http2;";
    }

    $text{events} .= "\n    worker_connections 1024;"
        unless $text{events} =~ /worker_connections/;

    return $self->write_config(<<"CONF");
%%GLOBALS%%
$text{main}
events {
    $text{events}
}
http {
    %%GLOBALS_HTTP%%
$text{http}
    server {
        $listen
        server_name localhost;
$text{server}
    }
}
CONF
}


sub write_config
{
    my ($self, $text) = @_;

    my $store = $self->store;
    $text =~ s/%%STORE%%/$store/g;

    $self->{nginx}->write_config($text);

    return $self;
}


# Of nginx: the second and the third number.

sub version
{
    my $binary = Webhook::Nginx::nginx_binary();
    my ($minor, $patch) = qx($binary -v 2>&1) =~ m{/1\.(\d+)\.(\d+)};

    return ($minor // 22, $patch // 0);
}


sub file
{
    my ($self, $name, $text) = @_;

    my $path = $self->prefix . "/$name";

    if ($path =~ m{^(.*)/}) {
        make_path($1);
    }

    write_file($path, $text);
    chmod 0644, $path;

    return $path;
}


# Running.

sub client
{
    my ($self, %args) = @_;

    require Webhook::Test::Client;

    return Webhook::Test::Client->new(port => $self->port, %args);
}


sub request
{
    my ($self, $method, $uri, $body, %options) = @_;

    my %args = map { exists $options{$_} ? ($_ => delete $options{$_}) : () }
                   qw(port timeout unix tls);

    return $self->client(%args)->request($method, $uri, $body, close => 1,
                                         %options);
}


sub get { return $_[0]->request('GET', $_[1]); }


sub at_once
{
    my ($self, $code) = @_;

    my @workers = $self->workers;

    kill 'STOP', @workers;

    my $done = eval { $code->(); 1 };
    my $error = $@;

    kill 'CONT', @workers;

    die $error unless $done;
}


sub post
{
    my ($self, $uri, $body, %options) = @_;

    $options{headers} //= ['Content-Type' => 'application/json'];

    return $self->request('POST', $uri, $body, %options);
}


sub hold_store
{
    my ($self, $code, @mode) = @_;

    my $program = Webhook::Nginx::build_dir() . '/interop/webhook_store_hold';
    my $pid = open2(my $out, my $in, $program, $self->store, @mode);

    die "$program does not hold the store\n"
        unless (<$out> // '') eq "held\n";

    $self->{nginx}->hold(1) unless @mode;

    my @r = eval { $code->() };
    my $error = $@;

    $self->{nginx}->hold(0) unless @mode;
    close $in;
    waitpid $pid, 0;

    die $error if $error;

    return @r;
}


# Runs a program; returns (exit status, stdout, stderr).

sub run
{
    my ($self, @command) = @_;

    my $dir = $self->{run_dir} //= temp_dir('run');
    my $pid = fork // die "fork: $!\n";

    if (!$pid) {
        open STDIN, '<', -e "$dir/in" ? "$dir/in" : '/dev/null';
        open STDOUT, '>', "$dir/out";
        open STDERR, '>', "$dir/err";
        exec { $command[0] } @command or POSIX::_exit(127);
    }

    # reaped here, so that its status is not lost
    my $done = wait_for(sub { waitpid($pid, POSIX::WNOHANG()) == $pid }, 60);
    my $status = $?;

    if (!$done) {
        kill 'KILL', $pid;
        waitpid $pid, 0;
        $status = 9;
    }

    return ($status & 127 ? 128 + ($status & 127) : $status >> 8,
            slurp("$dir/out"), slurp("$dir/err"));
}


sub curl
{
    my ($self, $method, $uri, $body, %options) = @_;

    my $port = $options{port}
               // ($options{http2} ? $self->port('h2') : $self->port);
    my @headers = @{$options{headers} // []};
    my @command = ('curl', '-sS', '-i', '--max-time', deadline(10));

    push @command, $method eq 'HEAD' ? '-I' : ('-X', $method);
    push @command, '--http2-prior-knowledge' if $options{http2};
    push @command, '-H', 'Expect:', '-H', 'Host: localhost';

    while (my ($name, $value) = splice @headers, 0, 2) {
        push @command, '-H', "$name: $value";
    }

    if (defined $body) {
        $self->{run_dir} //= temp_dir('run');
        write_file("$self->{run_dir}/body", $body);
        push @command, '--data-binary', "\@$self->{run_dir}/body";
    }

    my ($exit, $out, $error)
        = $self->run(@command, @{$options{options} // []},
                     "http://127.0.0.1:$port$uri");

    my %r = (exit => $exit, error => $error, status => 0, body => $out,
             headers => {});

    while ($out =~ s{\A(HTTP/(\S+) (\d+).*?\r\n)\r\n}{}s) {
        @r{qw(version status body)} = ($2, $3, $out);
        $r{headers} = {};

        for my $line (split /\r\n/, $1) {
            $r{headers}{lc $1} = $2 if $line =~ /^([^:\s]+):\s*(.*)/;
        }

        last if $3 >= 200;
    }

    return \%r;
}


sub ctl
{
    my ($self, @args) = @_;

    my $program = Webhook::Nginx::build_dir() . (asan() ? '/asan' : '')
                  . '/webhookctl';

    return $self->run($program, '-s', $self->store, @args);
}


sub ok_logs
{
    my ($self, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    $self->{checked} = 1;

    my @problems = $self->problems;

    Test::More::ok(!@problems, $name // 'no alerts and no sanitizer reports')
        or Test::More::diag(join "\n", @problems);
}


END {
    for my $self (@all) {
        next unless $self->{nginx}{owner} == $$;

        $self->stop('TERM', 3);

        my $failing = !Test::More->builder->is_passing;

        if (!$self->{checked} && (my @problems = $self->problems)) {
            print STDERR "# in the error log:\n",
                         map { s/^/# /mgr . "\n" } @problems;
            $? ||= 1;
        }

        if ($failing || $?) {
            my @lines = grep { /\[(?:warn|error|crit|alert|emerg)\]/ }
                             split /\n/, $self->error_log;

            splice @lines, 0, @lines - 30 if @lines > 30;

            print STDERR map { "# log: $_\n" } @lines;
        }
    }
}


1;
