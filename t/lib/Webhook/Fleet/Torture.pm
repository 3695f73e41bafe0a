package Webhook::Fleet::Torture;

# A fleet for make torture-fleet: nodes of nginx, servers of PostgreSQL, and what
# makes events and takes webhooks.
#
#     my $f = Webhook::Fleet::Torture->new(pg => $pg, nodes => 3);
#     $f->start;
#     $f->load(600);              # events a second, over all nodes
#     $f->rest;                   # no more; the last are answered
#     $f->state->{missing};       # acknowledged, and not delivered
#
# "pg" is a Webhook::Postgres or a Webhook::Fleet::Patroni.  Nodes have two workers.
# More: plain => 1 (as many nodes without a cluster), lease and beat (ms),
# workers, env => [{ ... } for each node], place => CODE of a user, retry => TEXT,
# inflight.
#
# option('RATE', 600) is a number that the caller of make may set.

use strict;
use warnings;

use Exporter qw(import);
use IPC::Open2 qw(open2);
use Test::More ();
use Time::HiRes qw(sleep time);

use Webhook::Nginx ();
use Webhook::Sandbox qw(free_port wait_for at_end kill_now);
use Webhook::Test ();

our @EXPORT_OK = qw(option figure);


sub option
{
    my ($name, $default) = @_;

    my $value = $ENV{$name} // '';

    return $value ne '' ? $value : $default;
}


# What is measured, in a form that can be found in the output.

sub figure
{
    my ($name, $format, @values) = @_;

    Test::More::note(sprintf "FIGURE %s: $format", $name, @values);
}


sub new
{
    my ($class, %args) = @_;

    my $build = Webhook::Nginx::build_dir();

    my $self = bless {
        nodes => 3, workers => 2, lease => 10000, beat => 1000, env => [],
        inflight => 64, retry => 'attempts=1000 first=1s max=2s', slow => [],
        library => "$build/ngx_http_webhook_pgsql_module.so",
        program => "$build/torture/fleet_load",
        ctl => "$build/webhookctl", api => free_port(),
        token => 'torture-of-a-fleet-0123456789', %args,
    }, $class;

    die "make torture-fleet builds $self->{program}\n"
        unless -x $self->{program} && -f $self->{library};

    $self->{place} //= sub { $self->{pg}->place($_[0]) };

    my $count = $self->{nodes};
    my ($status, $text) = $self->cluster('init');

    die "no cluster is made: $text" if $status;

    # a synchronous standby may have yet to be named
    $self->sql("UPDATE webhook.cluster SET beat = $self->{beat}");

    # and one for a copy of a node
    $self->{hooks} = [map { free_port() } 0 .. $count];
    $self->begin_load;

    $self->{list} = [map { $self->make($_) } 1 .. $count];
    $self->{others} = [map { $self->make($_, 1) } 1 .. $count]
        if $self->{plain};

    return $self;
}


sub begin_load
{
    my ($self) = @_;

    my $pid = open2($self->{out}, $self->{in}, $self->{program}, $self->{api},
                    @{$self->{hooks}});

    $self->{in}->autoflush(1);
    at_end(sub { kill_now($pid) });
}


sub make
{
    my ($self, $n, $plain, $name) = @_;

    $name //= $n;

    $self->sql("CREATE ROLE n$n LOGIN IN ROLE webhook_node")
        if !$plain && $name == $n;

    my $t = Webhook::Test->new(workers => $self->{workers},
                               log_level => 'info',
                               env => $self->{env}[$n - 1] // {});

    $t->{nginx}{ports}{api} = $self->{api};
    $t->{nginx}{ports}{hook} = $self->{hooks}[$n - 1];

    my $token = $t->file('paid.token', $self->{token});
    my $place = $self->{place}->("n$name");

    my $cluster = $plain ? '' : <<"CONF";
        webhook_cluster pgsql "$place" node=till-$name
                        lease=$self->{lease}ms heartbeat=$self->{beat}ms;
CONF

    $t->config(
        main => $plain ? '' : "load_module $self->{library};",
        events => 'worker_connections 4096;',
        http => <<"CONF",
        webhook_store %%STORE%% size=2g;
        $cluster
        webhook_event_type order.add;

        access_log         off;
        keepalive_requests 1000000;

        upstream api {
            server    127.0.0.1:%%PORT_api%%;
            keepalive 64;
        }

        webhook_endpoint erp {
            url     http://127.0.0.1:%%PORT_hook%%/hook;
            events  order.add;
            timeout connect=1s send=1s read=1s total=2s;
            retry   $self->{retry};
            limit   inflight=$self->{inflight};
        }

        webhook_receiver paid {
            model     order;
            secret    file:$token;
            action    POST /api/pay '{"id": 0}';
            log_calls on;
        }
CONF
        server => <<'CONF',
        location /web/hook/ {
            webhook_receive;
        }

        location /api/ {
            proxy_pass         http://api;
            proxy_http_version 1.1;
            proxy_set_header   Connection "";
            webhook_event      order.add POST ^/api/orders$ status=201;
        }
CONF
    );

    return { n => $n, t => $t };
}


sub start
{
    my ($self) = @_;

    $_->{t}->start for @{$self->{list}}, @{$self->{others} // []};

    return wait_for(sub { $self->joined == @{$self->{list}} }, 90);
}


sub joined
{
    my ($self) = @_;

    return $self->ask('SELECT count(*) FROM webhook.node'
                      . ' WHERE session IS NOT NULL') // 0;
}


sub node { return $_[0]{list}[$_[1] - 1] }


# A call to the receiver of a node: the status.

sub call
{
    my ($self, $n) = @_;

    return $self->node($n)->{t}->post("/web/hook/$self->{token}",
                                      '{"n": 1}')->{status};
}


# What webhookctl cluster tells: its status and its output.

sub cluster
{
    my ($self, @words) = @_;

    my $place = $self->{pg}->place('postgres');

    open my $fh, '-|', $self->{ctl}, 'cluster', "--library=$self->{library}",
        "--connect=$place", @words or die "$self->{ctl}: $!\n";

    my $text = join '', <$fh>;

    close $fh;

    return ($? >> 8, $text);
}


sub ask { return $_[0]{pg}->ask($_[1]) }


# The same, until there is a leader who takes it.

sub sql
{
    my ($self, $text) = @_;

    my $got;

    wait_for(sub { defined($got = $self->ask($text)) }, 60)
        or die "PostgreSQL does not take: $text\n";

    return $got;
}


# The load.

sub tell
{
    my ($self, $line) = @_;

    print {$self->{in}} "$line\n";

    my $out = $self->{out};
    my $got = <$out> // die "the load has ended\n";

    chomp $got;
    return $got;
}


sub load
{
    my ($self, $rate, %option) = @_;

    my $list = $option{plain} ? $self->{others} : $self->{list};
    my $conns = $option{connections} // 16;
    my @ports = map { $_->{t}->port } @$list;

    @ports = @ports[map { $_ - 1 } @{$option{nodes}}] if $option{nodes};

    $self->tell("load $rate $conns @ports");
}


sub rest { return $_[0]->tell('rest') }

sub hash { return { $_[0] =~ /(\w+)=([\d.]+)/g } }

sub state { return hash($_[0]->tell('state')) }
sub times { return hash($_[0]->tell('times')) }


# Waits until nothing that was acknowledged is missing; how long that took.

sub delivered
{
    my ($self, $seconds) = @_;

    my $begun = time;

    my $done = wait_for(sub { $self->state->{missing} == 0 }, $seconds // 60);

    return $done ? time - $begun : undef;
}


# Events of which the cluster has the history, and rows of it beyond one for
# each.

sub history
{
    my ($self) = @_;

    my $got = $self->sql('SELECT count(DISTINCT event), count(*)'
                         . ' - count(DISTINCT event) FROM webhook.history');

    return split /\|/, $got;
}


sub owed { return $_[0]->sql('SELECT count(*) FROM webhook.owed') }


# Waits until the cluster knows of so many events, and nothing is open.

sub settled
{
    my ($self, $count, $seconds) = @_;

    return wait_for(sub {
        sleep 0.3;
        ($self->history)[0] >= $count && $self->owed == 0
    }, $seconds // 120);
}


# The stores are sound, and the logs have nothing that was not expected.

sub ok_nodes
{
    my ($self) = @_;

    for my $node (@{$self->{list}}, @{$self->{others} // []}) {
        my $name = ($node->{n}) . ($node->{t}->running ? '' : ' (stopped)');

        if ($node->{t}->pid) {
            my ($status, $text) = $node->{t}->ctl('check');

            Test::More::is($status, 0, "the store of node $name is sound")
                or Test::More::diag($text);

            $node->{t}->stop;
        }

        $node->{t}->ok_logs("the log of node $name");
    }
}


1;
