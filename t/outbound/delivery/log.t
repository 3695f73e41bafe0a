#
# webhook_log: one line an attempt, in JSON or as a format says; what may not
# stand in a line is escaped; the file is opened anew by USR1; nothing is lost at
# a stop, and what cannot be written is told.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use Test::More;

use Webhook::Metrics;
use Webhook::Test qw(wait_for slurp);


my $t = Webhook::Test->new(workers => 2);

my $hook = $t->endpoint(name => 'hook', answers => {
    '/good'   => [200],
    '/flaky'  => [500, 200],
    '/dead'   => [{ status => 404 }],
});

my $nobody = Webhook::Test::free_port();

sub configure
{
    my ($log) = @_;

    $t->config(http => <<"CONF", server => <<'CONF2');
    webhook_store %%STORE%% size=32m;
    webhook_event_type a.good;
    webhook_event_type a.flaky;
    webhook_event_type a.dead;
    webhook_event_type a.nobody;

    webhook_log $log;

    webhook_endpoint good {
        url    http://127.0.0.1:%%PORT_hook%%/good?token=hunter3;
        events a.good;
        header X-Key hunter4;
        secret whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz;
    }
    webhook_endpoint flaky {
        url    http://127.0.0.1:%%PORT_hook%%/flaky;
        events a.flaky;
        retry  first=20ms;
    }
    webhook_endpoint dead {
        url    http://127.0.0.1:%%PORT_hook%%/dead;
        events a.dead;
        retry  attempts=1;
    }
    webhook_endpoint nobody {
        url    http://127.0.0.1:$nobody/;
        events a.nobody;
        retry  attempts=1;
    }
CONF
    location /api/ {
        webhook_event a.good   POST ^/api/good$;
        webhook_event a.flaky  POST ^/api/flaky$;
        webhook_event a.dead   POST ^/api/dead$;
        webhook_event a.nobody POST ^/api/nobody$;
        return 200 '{"a": "b"}';
    }
    location = /metrics { webhook_metrics; }
CONF2

    return;
}

my $file = $t->prefix . '/webhook.log';

sub lines
{
    my @lines = map { split /\n/, slurp($_) } grep { -e } @_ ? @_ : $file;

    return @lines;
}

sub wait_lines
{
    my ($n) = @_;

    ok wait_for(sub { my @lines = lines(); return @lines >= $n }, 20),
       "$n lines come";

    return lines();
}


configure("$file json");

$t->start;

$t->post("/api/$_", '{}') for qw(good flaky dead nobody);

my @lines = wait_lines(5);

is scalar @lines, 5, 'a line an attempt';

my %lines;

for my $line (@lines) {
    my $l = eval { JSON::PP->new->utf8->decode($line) };

    ok $l, 'each is JSON' or diag $line;
    push @{ $lines{ $l->{endpoint} } }, $l;
}

# Workers write when they like.

@$_ = sort { $a->{attempt} <=> $b->{attempt} } @$_ for values %lines;

my ($good) = @{ $lines{good} };
my ($request) = grep { $_->{path} eq '/good' } @{ $hook->requests };

is_deeply [sort keys %$good], [sort qw(time delivery id type endpoint attempt
          outcome status address bytes connect tls first_byte total next error
          trace_id span_id pid)], 'its members';
is $good->{id}, $request->{headers}{'webhook-id'}, 'id';
is $good->{delivery}, "$good->{id}.good", 'delivery';
is $good->{type}, 'a.good', 'type';
is $good->{attempt}, 1, 'attempt';
is $good->{outcome}, 'delivered', 'outcome';
is $good->{status}, 200, 'status';
is $good->{address}, '127.0.0.1:' . $hook->port, 'address';
is $good->{bytes}, $request->{length} // length $request->{body}, 'bytes';
is $good->{error}, undef, 'no error';
is $good->{next}, undef, 'nothing comes next';
like $good->{time}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'time';
like $good->{total}, qr/^\d+\.\d+$/, 'total';
is $good->{tls}, undef, 'no tls';
is "00-$good->{trace_id}-$good->{span_id}-01",
   $request->{headers}{traceparent}, 'the trace is that which was sent';
ok((grep { $_ == $good->{pid} } $t->workers), 'pid');

is_deeply [map { $_->{outcome} } @{ $lines{flaky} }], ['failed', 'delivered'],
          'one that failed and came again';
is_deeply [map { $_->{attempt} } @{ $lines{flaky} }], [1, 2], 'numbers';
cmp_ok $lines{flaky}[0]{next}, '>', 0, 'when it comes again';
isnt $lines{flaky}[0]{span_id}, $lines{flaky}[1]{span_id}, 'spans differ';
is $lines{flaky}[0]{trace_id}, $lines{flaky}[1]{trace_id}, 'in one trace';

is $lines{dead}[0]{outcome}, 'dead', 'a dead one';
is $lines{dead}[0]{status}, 404, 'and why';
is $lines{nobody}[0]{status}, undef, 'no answer';
like $lines{nobody}[0]{error}, qr/\w/, 'and why';

unlike join("\n", @lines), qr/hunter|whsec|MDEy/, 'there is no secret in it';


# USR1: the file that was is left as it is.

rename $file, "$file.1" or die "rename: $!";

$t->post('/api/good', '{}');
$hook->wait_requests(5);
$t->signal('USR1');

ok wait_for(sub { -e $file }, 20), 'a new file';

$t->post('/api/good', '{}');

wait_for(sub { return lines($file, "$file.1") == 7 }, 20);

is scalar(lines($file, "$file.1")), 7, 'each line is in one of them';
cmp_ok scalar(lines()), '>=', 1, 'the new one is written to';


# What waits is written at the end.

configure("$file json buffer=64k flush=1m");
ok $t->reload, 'a reload';

my $before = lines();

$t->post('/api/good', '{}') for 1 .. 20;
$hook->wait_requests(26);

is scalar(lines()), $before, 'lines gather';

$t->stop;

is scalar(lines()), $before + 20, 'and are written when nginx stops';


# A format.

unlink $file;

configure(q{%%PREFIX%%/webhook.log '$endpoint "$type" ${attempt}: $outcome}
          . q{ $status $tls' flush=10ms});
$t->start;
$t->post('/api/nobody', '{}');

is_deeply [wait_lines(1)], ['nobody "a.nobody" 1: dead - -'], 'a format';


# What cannot be written is told and counted.

SKIP: {
    skip 'there is no /dev/full', 2 unless -e '/dev/full';

    configure('/dev/full json flush=10ms');
    $t->allow(qr/lines of webhook_log "\/dev\/full" are lost/);
    ok $t->reload, 'a disk that is full';

    $t->post('/api/good', '{}');

    ok $t->wait_log(qr/\d+ lines of webhook_log "\/dev\/full" are lost \(28: /,
                    20), 'it is told';
    ok wait_for(sub {
        return Webhook::Metrics->new($t->get('/metrics')->{body})
               ->value('ngx_webhook_log_lines_lost_total') > 0;
    }, 20), 'and counted';
}

$t->stop;
$t->ok_logs;

done_testing;
