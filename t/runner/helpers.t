# The helpers of the other tests, on what nginx has of its own.

use strict;
use warnings;

use lib 't/lib';
use File::Path qw(remove_tree);
use Test::More;
use Time::HiRes qw(time sleep);

use Webhook::Nginx ();
use Webhook::Sandbox qw(alive);
use Webhook::Test qw(wait_for free_port slurp);
use Webhook::Test::Client ();
use Webhook::Test::Endpoint ();

my $t = Webhook::Test->new(module => 0, workers => 2, http2 => 1);


subtest 'ports' => sub {
    my %seen;

    $seen{free_port()}++ for 1 .. 50;

    is scalar keys %seen, 50, 'none is given twice';

    my ($low) = split ' ', slurp('/proc/sys/net/ipv4/ip_local_port_range');
    ok !(grep { $_ >= $low } keys %seen), 'none is for outgoing connections';
};


subtest 'an endpoint records' => sub {
    my $hook = $t->endpoint;
    my $client = Webhook::Test::Client->new(port => $hook->port);

    my $body = join '', map { chr } 0 .. 255;
    my $before = time;

    my $r = $client->request('POST', '/a/b?c=d', $body,
                             headers => ['X-Two' => 1, 'X-Two' => 2]);
    is $r->{status}, 200;

    $r = $client->request('POST', '/chunked', undef,
                          chunked => ['ab', 'c' x 100_000]);
    is $r->{status}, 200;

    my $requests = $hook->wait_requests(2);
    my $one = $requests->[0];

    is @$requests, 2;
    is $one->{method}, 'POST';
    is $one->{path}, '/a/b';
    is $one->{query}, 'c=d';
    is $one->{headers}{'x-two'}, '1, 2';
    is_deeply [grep { $_->[0] eq 'X-Two' } @{$one->{raw_headers}}],
              [['X-Two', 1], ['X-Two', 2]];
    ok $one->{body} eq $body, 'every byte of the body';
    ok $one->{time} >= $before && $one->{time} <= time, 'its time';
    is length $requests->[1]{body}, 100_002;
    is $requests->[1]{conn}, $one->{conn}, 'on the same connection';
    is $requests->[1]{seq}, 1;
    is $hook->connections, 1;
};


subtest 'an endpoint answers as it is told' => sub {
    my $hook = $t->endpoint(answers => { '/new' => 201 });
    my $client = Webhook::Test::Client->new(port => $hook->port,
                                            timeout => 0.5);
    my $ask = sub { return $client->request('POST', $_[0], 'x') };

    is $ask->('/new')->{status}, 201;

    $hook->answer('/seq', 500, { status => 503,
                                 headers => ['Retry-After' => 7],
                                 body => 'later' }, 200);

    is $ask->('/seq')->{status}, 500;

    my $r = $ask->('/seq');
    is $r->{status}, 503;
    is $r->{headers}{'retry-after'}, 7;
    is $r->{body}, 'later';

    is $ask->('/seq')->{status}, 200;
    is $ask->('/seq')->{status}, 200, 'the last one repeats';
    is $ask->('/other')->{status}, 200, 'what has none of its own';

    $hook->answer('*', 404);
    is $ask->('/other')->{status}, 404;

    $hook->answer('/late', { delay => 0.2 });
    my $begun = time;
    is $ask->('/late')->{status}, 200;
    cmp_ok time - $begun, '>=', 0.2;

    $hook->answer('/close', { close => 1 });
    $r = $ask->('/close');
    is $r->{status}, 0;

    $hook->answer('/reset', { reset => 1 });
    like $ask->('/reset')->{error}, qr/reset/i;

    $hook->answer('/hang', { hang => 1 });
    is $ask->('/hang')->{error}, 'timed out';

    $hook->answer('/part', { body => 'hello', partial => 40 });
    $r = $ask->('/part');
    is $r->{status}, 200;
    ok !$r->{complete}, 'an answer cut short';

    $hook->answer('/chunked', { chunked => ['ab', 'c'] });
    $r = $ask->('/chunked');
    is $r->{body}, 'abc';
    is $r->{headers}{'transfer-encoding'}, 'chunked';

    $hook->answer('/slow', { body => 'abc', trickle => [10, 0.005] });
    is $ask->('/slow')->{body}, 'abc';

    $hook->answer('/raw', { raw => "nonsense\r\n\r\n" });
    is $ask->('/raw')->{error}, 'not HTTP';

    $hook->answer('/last', { keepalive => 0 });
    is $ask->('/last')->{headers}{connection}, 'close';

    $hook->answer('/early', { early => 1, status => 413 });
    $client->close;
    $client->connect;
    $client->send("POST /early HTTP/1.1\r\nHost: x\r\n"
                  . "Content-Length: 100\r\n\r\n");
    $client->read_answer($r = { body => '' }, 'POST');
    is $r->{status}, 413, 'before the body';
};


subtest 'an endpoint that goes away and comes back' => sub {
    my $hook = $t->endpoint;
    my $client = Webhook::Test::Client->new(port => $hook->port);

    is $client->request('GET', '/')->{status}, 200;

    $hook->stop_listening;
    is $client->request('GET', '/')->{status}, 200, 'what is open stays';

    $hook->drop;
    like $client->request('GET', '/')->{error}, qr/refused/;

    $hook->listen;
    is $client->request('GET', '/')->{status}, 200;

    $client->close;
    ok wait_for(sub { grep { $_->{kind} eq 'close' } @{$hook->events} }),
       'it notes who closes';

    is $hook->count, 3;
};


subtest 'TLS' => sub {
    plan skip_all => 'IO::Socket::SSL is missing'
        unless eval { require IO::Socket::SSL };

    my $tls = $t->tls;
    my $ask = sub {
        my ($certificate, %options) = @_;

        my $hook = $t->endpoint(tls => $certificate);
        my $r = Webhook::Test::Client->new(
                    port => $hook->port,
                    tls => { ca => $tls->file, verify => 1, %options },
                )->request('POST', '/', 'x' x 50_000);

        return ($r, $hook);
    };

    my ($r, $hook) = $ask->($tls->good);
    is $r->{status}, 200;
    is $hook->requests->[0]{tls}{sni}, 'localhost';
    is $hook->requests->[0]{length}, 50_000;

    is +($ask->($tls->expired))[0]{status}, 0, 'expired';
    is +($ask->($tls->wrong_name))[0]{status}, 0, 'a wrong name';
    is +($ask->($tls->good, ca => Webhook::Test::Tls->new->file))[0]{status},
       0, 'an unknown authority';

    my $both = { %{$tls->good}, ca => $tls->file };
    my $client = $tls->client;

    is +($ask->($both))[0]{status}, 0, 'no certificate of the client';
    is +($ask->($both, %$client))[0]{status}, 200, 'and one';
};


subtest 'nginx' => sub {
    my $api = $t->api(records => {
        'sale.order' => { 7 => { id => 7, currency => 'EUR' } },
    });

    my $hook = $t->endpoint(name => 'hook', unix => $t->prefix . '/hook');

    $t->backend(fast => 'location / { return 200 fast; }');

    $t->config(server => <<'CONF');
        location /pos/ { proxy_pass http://127.0.0.1:%%PORT_api%%; }
        location /fast { proxy_pass http://127.0.0.1:%%PORT_fast%%; }
        location /hook { proxy_pass http://unix:%%PREFIX%%/hook; }
        location /bad  { root /nowhere; }
CONF

    is +($t->test)[0], 0, 'nginx -t';

    $t->start;
    is scalar $t->workers, 2;

    my $r = $t->request('PATCH', '/pos/sale.order/7', '{"currency": "USD"}');
    is $r->{status}, 200;
    is $api->record('sale.order', 7)->{currency}, 'USD';

    $r = $t->post('/pos/res.partner', '{"name": "A"}');
    is $r->{status}, 201;
    is $r->{headers}{location}, '/pos/res.partner/1';
    is $t->get('/pos/res.partner/2')->{status}, 404;
    is $t->post('/pos/res.partner', '{"name"')->{status}, 400;
    is $api->count, 4;

    is $t->get('/fast')->{body}, 'fast';
    is $t->get('/hook')->{status}, 200;
    is $hook->count, 1, 'over a Unix socket';

    $r = $t->curl('POST', '/hook', 'abc', http2 => 1);
    is $r->{version}, 2;
    is $hook->wait_requests(2)->[1]{body}, 'abc';

    my $mark = $t->mark;
    is $t->get('/bad')->{status}, 404;
    like $t->wait_log(qr/open\(\)/, 2, $mark), qr/No such file/;
};


subtest 'reload' => sub {
    my @before = $t->workers;

    $t->config(server => 'location / { return 200 new; }');
    ok $t->reload, 'a good configuration';
    is $t->get('/')->{body}, 'new', 'in force at once';

    ok $t->wait_gone(\@before), 'the old workers go';
    is scalar $t->workers, 2;

    $t->config(server => 'nonsense;');
    ok !$t->reload, 'a bad one';
    is $t->get('/')->{body}, 'new', 'the old one stays';

    ok $t->problems, 'an [emerg] is a problem';
    $t->allow(qr/unknown directive "nonsense"/);
    ok !$t->problems, 'unless it was expected';
};


subtest 'load, kill -9 and restart' => sub {
    my $hook = $t->endpoint(name => 'target', answers => { '*' => 201 });

    $t->config(server => <<'CONF');
        location / { proxy_pass http://127.0.0.1:%%PORT_target%%; }
CONF
    $t->stop;
    $t->start;

    my $load = $t->load(rate => 400, connections => 4, request => sub {
        return ('POST', "/orders/$_[0]", qq({"n": $_[0]}));
    });

    ok wait_for(sub { @{$load->answers} >= 100 }), 'answers come';

    my @pids = ($t->pid, $t->workers);
    ok $t->kill_all;
    ok !(grep { alive($_) } @pids), 'all are gone';
    ok !$t->running;

    $t->start;

    my $n = @{$load->answers};
    ok wait_for(sub { @{$load->answers} >= $n + 100 }), 'and again';

    my @seen = grep { $_->{status} } @{$load->stop};
    my %got = map { $_->{path} => 1 } @{$hook->requests};

    ok !(grep { $_->{status} != 201 } @seen), 'as it was answered';
    ok !(grep { !$got{"/orders/$_->{n}"} } @seen),
       'none was seen that had not come';

    $load = $t->load(rate => 1000, limit => 50,
                     request => sub { return ('GET', '/') });
    ok $load->wait(5), 'a limit';
    is @{$load->stop}, 50;
};


subtest 'a port that is taken' => sub {
    my $other = Webhook::Nginx->new(module => 0);
    my $port = $t->port;

    $other->write_config(<<"CONF");
%%GLOBALS%%
events { }
http {
    %%GLOBALS_HTTP%%
    server { listen 127.0.0.1:$port; }
}
CONF

    ok !$other->try_start, 'nginx does not start';
    like $other->error_log, qr/Address already in use/;
};


subtest 'DNS' => sub {
    my $dns = $t->dns('hook.test' => ['127.0.0.1'], 'silent.test' => 'silent');

    $t->config(server => <<'CONF');
        resolver 127.0.0.1:%%PORT_dns%% valid=1s ipv6=off;
        resolver_timeout 500ms;
        location / {
            proxy_pass http://$arg_name:%%PORT_target%%;
        }
CONF
    ok $t->reload;

    is $t->get('/?name=hook.test')->{status}, 201;
    is $t->get('/?name=lost.test')->{status}, 502;
    is $t->get('/?name=silent.test')->{status}, 502;
    is $dns->count('hook.test'), 1;
};


subtest 'what is left when a test ends' => sub {

    # a test that ends in each of these ways, and tells what it had
    my $lib = Webhook::Nginx::root_dir() . '/t/lib';
    my $program = <<'PERL';
        use strict;
        use warnings;
        use Webhook::Test;

        $| = 1;

        my $t = Webhook::Test->new(module => 0);
        my $hook = $t->endpoint;

        $t->config(server => 'location / { return 204; }')->start;

        print join(' ', $t->prefix, $t->pid, $t->workers, $hook->{pid}), "\n";

        my $how = shift;

        die "as told\n" if $how eq 'die';
        kill $how, $$ unless $how eq 'end';
        sleep 60 unless $how eq 'end';
PERL

    for my $how (qw(end die TERM INT HUP KILL)) {
        my $pid = open my $fh, '-|' or do {
            open STDERR, '>', '/dev/null';
            exec $^X, "-I$lib", '-e', $program, $how;
        };

        my ($dir, @pids) = split ' ', <$fh>;
        close $fh;

        ok wait_for(sub { !grep { alive($_) } @pids }, 5),
           "$how: no process";

        # nobody is there to remove it after SIGKILL
        if ($how eq 'KILL') {
            remove_tree($1) if $dir =~ m{^(.*/webhook-\d+-\w+)/};
            next;
        }

        ok !-e $dir, "$how: no directory";
    }
};


ok $t->stop, 'it stops';
ok !$t->running, 'for good';
$t->ok_logs;

done_testing;
