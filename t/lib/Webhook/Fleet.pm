package Webhook::Fleet;

# Nodes of nginx with a PostgreSQL between them, for tests and for make run-fleet.
#
#     my $fleet = Webhook::Fleet->new(nodes => 3) or plan skip_all => '...';
#     # pg => a Webhook::Postgres, place => sub { the connection string of a role };
#     # libraries => [...]: of PostgreSQL, of each node, where it is another
#     # daemon => 1: they run in the background, see Webhook::Nginx
#     # workers of each; a Webhook::Test::Endpoint named "hook" that all send to;
#     # more in "erp", and in http
#     Webhook::Fleet->new(workers => 4, hook => $hook, erp => '...', http => '...');
#
#     $fleet->start;
#     my $node = $fleet->node(1);     # { n, t, hook }: a Webhook::Test, and where
#                                     # its endpoint "erp" sends to
#     $fleet->order($node);           # makes an event there: the status
#     $fleet->rows('owed');           # rows of a table of the cluster
#     $fleet->metric($node, 'cluster_away');
#
# With "dump" the database is what that file (pg_dump, gzip) has, and not a new one.
# $fleet->add(4) is one more node.
#
# With "routes" each node is a Webhook::Routes, with an API where things can be
# registered: its {s}.

use strict;
use warnings;

use Webhook::Nginx;
use Webhook::Postgres;
use Webhook::Routes;
use Webhook::Test qw(wait_for);


sub new
{
    my ($class, %args) = @_;

    my $build = Webhook::Nginx::build_dir();

    my $self = bless {
        library => "$build/ngx_http_webhook_pgsql_module.so",
        ctl     => "$build/webhookctl",
        count   => $args{nodes} // 3,
        lease   => $args{lease} // '8s',
        beat    => $args{beat} // 500,          # ms
        workers => $args{workers} // 2,
        others  => $args{libraries} // [],
        daemon  => $args{daemon} // 0,
        hook    => $args{hook},
        erp     => $args{erp} // '',
        http    => $args{http} // '',
        routes  => $args{routes},
        retry   => $args{retry} // 'attempts=100 first=500ms max=1s',
    }, $class;

    return unless -f $self->{library};

    $self->{pg} = $args{pg} // Webhook::Postgres->new or return;
    $self->{place} = $args{place} // sub { $self->{pg}->place($_[0]) };

    if ($args{dump}) {
        $self->{pg}->load($args{dump}, 'webhook_owner', 'webhook_node');

    } else {
        my ($status, $text) = $self->ctl('init');

        die "no cluster is made: $text" if $status;
    }

    $self->{pg}->ask("UPDATE webhook.cluster SET beat = $self->{beat}");

    $self->add($_) for 1 .. $self->{count};

    return $self;
}


# One more node, which is returned.

sub add
{
    my ($self, $n) = @_;

    $self->{pg}->ask("CREATE ROLE n$n LOGIN IN ROLE webhook_node");

    push @{$self->{nodes}}, $self->{routes} ? $self->make_routes($n)
                                            : $self->make($n);

    return $self->{nodes}[-1];
}


# What webhookctl cluster tells: its status and its output.

sub ctl
{
    my ($self, @words) = @_;

    return $self->ctl_at($self->{pg}, @words);
}


sub ctl_at
{
    my ($self, $pg, @words) = @_;

    my $place = $pg->place('postgres');

    open my $fh, '-|', $self->{ctl}, 'cluster', "--library=$self->{library}",
        "--connect=$place", @words or die "$self->{ctl}: $!\n";

    my $text = join '', <$fh>;

    close $fh;

    return ($? >> 8, $text);
}


sub make
{
    my ($self, $n) = @_;

    my $t = Webhook::Test->new(workers => $self->{workers},
                               daemon => $self->{daemon});

    $t->backend(api => <<'CONF');
        location / {
            default_type application/json;
            return 201 '{"id": 1}';
        }
CONF

    my $hook = $self->{hook} ? $t->part($self->{hook})
                             : $t->endpoint(name => 'hook');
    my $place = $self->{place}->("n$n");
    my $library = $self->{others}[$n - 1] // $self->{library};

    $t->config(
        main => "load_module $library;",
        http => <<"CONF",
        webhook_store %%STORE%% size=64m;
        webhook_cluster pgsql "$place" node=till-$n
                        lease=$self->{lease} heartbeat=$self->{beat}ms;
        webhook_event_type order.add;

        webhook_endpoint erp {
            url     http://127.0.0.1:%%PORT_hook%%/hook;
            events  order.add;
            timeout connect=1s send=1s read=1s total=1s;
            retry   $self->{retry};
            $self->{erp}
        }

        $self->{http}
CONF
        server => <<'CONF',
        location /api/ {
            proxy_pass http://127.0.0.1:%%PORT_api%%/;
            webhook_event order.add POST ^/api/orders$ status=201;
        }
        location = /metrics { webhook_metrics; }
CONF
    );

    return { n => $n, t => $t, hook => $hook };
}


# It is started.

sub make_routes
{
    my ($self, $n) = @_;

    my $place = $self->{place}->("n$n");

    my $s = Webhook::Routes->new(
        workers => $self->{workers},
        main => "load_module $self->{library};",
        http => "webhook_cluster pgsql \"$place\" node=till-$n"
                . " lease=$self->{lease} heartbeat=$self->{beat}ms;",
    );

    $s->{t}->allow(qr/webhook cluster/);

    return { n => $n, t => $s->{t}, hook => $s->{hook}, s => $s };
}


sub start
{
    my ($self) = @_;

    if (!$self->{routes}) {
        $_->{t}->start for @{$self->{nodes}};
    }

    return wait_for(sub {
        $self->rows('node', 'session IS NOT NULL') == $self->{count}
    }, 90);
}


sub pg    { return $_[0]{pg} }
sub node  { return $_[0]{nodes}[$_[1] - 1] }
sub nodes { return @{$_[0]{nodes}} }


sub order
{
    my ($self, $node) = @_;

    return $node->{t}->request('POST', '/api/orders', '{"n": 1}')->{status};
}


# A metric of a node.

sub metric
{
    my ($self, $node, $name) = @_;

    my $text = $node->{t}->request('GET', '/metrics')->{body} // '';

    return $text =~ /^ngx_webhook_\Q$name\E (\S+)$/m ? $1 : undef;
}


sub rows
{
    my ($self, $table, $where) = @_;

    return $self->{pg}->ask("SELECT count(*) FROM webhook.$table"
                            . ($where ? " WHERE $where" : '')) // -1;
}


1;
