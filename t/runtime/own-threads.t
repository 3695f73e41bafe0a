#
# A worker has its own threads, each with a name and without signals; all of them
# end with it, whatever they are doing.

use strict;
use warnings;

use lib 't/lib';

use IO::Socket::INET ();
use POSIX qw(:signal_h);
use Test::More;

use Webhook::Test qw(wait_for slurp);


# The threads of a worker, by their names, with the signals that they block.

sub threads
{
    my ($t) = @_;

    my ($worker) = $t->workers;
    my %threads;

    for my $task (glob "/proc/$worker/task/*") {
        chomp(my $name = slurp("$task/comm") // next);

        my ($blocked) = (slurp("$task/status") // '') =~ /^SigBlk:\s*(\w+)/m;

        push @{ $threads{$name} }, hex substr $blocked // 0, -8;
    }

    return \%threads;
}


sub blocked { return $_[0] >> ($_[1] - 1) & 1; }


# The store is held by somebody, and a thread waits for it: a worker that exits
# waits for the thread.

sub end_waits
{
    my ($t) = @_;

    my @pids = $t->nginx->family;
    my @clients;

    $t->hold_store(sub {
        for my $n (1 .. 4) {
            my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                               PeerPort => $t->port)
                or die "connect: $!\n";

            $client->print("POST /api/orders?n=x$n HTTP/1.0\r\n"
                           . "Content-Length: 2\r\n\r\n{}");
            $client->flush;
            push @clients, $client;
        }

        ok wait_for(sub {
            ($t->get('/status')->{body} // '') =~ /Writing: (\d+)/ && $1 > 4;
        }, 20), 'four wait for the store';

        $t->signal('QUIT');

        ok wait_for(sub { !Webhook::Nginx::accepts($t->port) }, 20),
           'the worker exits';
    });

    is scalar(grep { (<$_> // '') =~ m{^HTTP/1.1 200} } @clients), 4,
       'what was under way is answered';
    ok $t->nginx->wait_gone(\@pids, 20), 'then it is gone';
}


for my $more (0, 1) {
    my $what = $more ? 'with a journal and a log' : 'a store';
    my $t = Webhook::Test->new(workers => 1);
    my $hook = $t->endpoint(name => 'hook');

    my $store = $more ? 'size=64m journal=1m' : 'size=64m journal=off';
    my $log = $more ? 'webhook_log logs/sends.log json flush=10ms;' : '';

    $t->config(http => <<"CONF", server => <<'CONF2');
    webhook_store %%STORE%% $store;
    webhook_event_type order.add;
    $log

    webhook_endpoint hook {
        url    http://127.0.0.1:%%PORT_hook%%/;
        events order.*;
    }
CONF
    location = /status { stub_status; }
    location /api/ {
        webhook_event order.add POST ^/api/orders$;
        return 200 '{"n": "$arg_n"}';
    }
CONF2

    $t->start;

    my $threads = threads($t);
    my @names = ('webhook notes', 'webhook reads', 'webhook store');

    push @names, 'webhook journal', 'webhook log' if $more;

    is join(', ', grep { /^webhook/ } sort keys %$threads),
       join(', ', sort @names), "$what: its threads";

    for my $name (@names) {
        my $mask = $threads->{$name} // [];

        is scalar(@$mask), 1, "$what: $name: there is one";
        is join(' ', grep { !blocked($mask->[0] // 0, $_) }
                          SIGHUP, SIGTERM, SIGQUIT, SIGUSR1, SIGCHLD,
                          SIGALRM), '',
           "$what: $name: signals are for the event loop";
        ok !blocked($mask->[0] // 0, SIGSEGV), "$what: $name: but a fault is not";
    }

    # many hand-overs, with reads beside them

    my $load = $t->load(
        connections => 8, limit => 400,
        request => sub { return ('POST', "/api/orders?n=$_[0]", '{}') },
    );

    $load->wait(60);
    is scalar(grep { $_->{status} == 200 } @{ $load->stop }), 400,
       "$what: all are answered";
    is scalar(@{ $hook->wait_requests(400, 60) }), 400, "$what: and delivered";

    ok wait_for(sub {
        my @lines = split /\n/, slurp($t->prefix . '/logs/sends.log') // '';
        return @lines == 400;
    }, 20), "$what: the log has them" if $more;

    end_waits($t) if !$more;

    $t->stop;
    $t->ok_logs;

    is +($t->ctl('check'))[0], 0, "$what: the store is sound";
}


done_testing;
