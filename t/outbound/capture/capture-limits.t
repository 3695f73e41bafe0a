# What is no event is told and counted, and its response passes all the same.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(sha256_hex);
use IO::Compress::Gzip qw(gzip);
use Test::More;
use Webhook::Test qw(slurp wait_for);

my $json = 'application/json';

my $fits = '"' . ('x' x 65534) . '"';
my $over = '"' . ('x' x 65535) . '"';
my $huge = '"' . ('0123456789' x 60000) . '"';

sub packed
{
    my ($text) = @_;

    gzip(\$text, \my $out) or die;

    return $out;
}

my @json = (headers => ['Content-Type' => $json]);
my @gzip = (headers => ['Content-Type' => $json, 'Content-Encoding' => 'gzip']);

my %answers = (
    '/fits'         => { body => $fits, @json },
    '/fits-chunked' => { body => $fits, chunked => 1, @json },
    '/fits-gzip'    => { body => packed($fits), @gzip },
    '/over'         => { body => $over, @json },
    '/over-chunked' => { body => $over, chunked => 1, @json },
    '/over-gzip'    => { body => packed($over), @gzip },
    '/huge'         => { body => $huge, @json },
    '/huge-chunked' => { body => $huge, chunked => 1, @json },
    '/huge-gzip'    => { body => packed($huge), chunked => 1, @gzip },
    '/bomb'         => { body => packed("\0" x 10_000_000), @gzip },
    '/br'           => { body => 'whatever', headers =>
                         ['Content-Type' => $json,
                          'Content-Encoding' => 'br'] },
    '/two'          => { body => 'whatever', headers =>
                         ['Content-Type' => $json,
                          'Content-Encoding' => 'gzip, br'] },
    '/broken'       => { body => "\x1f\x8b\x08\0\0\0\0\0\0\3"
                                   . ("\xff" x 50), @gzip },
    '/truncated'    => { body => substr(packed($fits), 0, 60), @gzip },
    '/part'         => { status => 206, body => '{"a"', headers =>
                         ['Content-Type' => $json,
                          'Content-Range' => 'bytes 0-3/7'] },
    '/cut-length'   => { raw => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n"
                                . "Content-Type: $json\r\n\r\n"
                                . '{"half": ' },
    '/cut-chunked'  => { raw => "HTTP/1.1 200 OK\r\nContent-Type: $json\r\n"
                                . "Transfer-Encoding: chunked\r\n\r\n"
                                . "9\r\n{\"half\": \r\n" },
    '/cut-huge'     => { raw => "HTTP/1.1 200 OK\r\nContent-Type: $json\r\n"
                                . "Transfer-Encoding: chunked\r\n\r\n"
                                . "186a0\r\n" . ('x' x 100_000) . "\r\n" },
);

my $t = Webhook::Test->new(http2 => 1);

my $api = $t->endpoint(name => 'api',
                       answers => { map { $_ => [$answers{$_}] }
                                        keys %answers });
my $hook = $t->endpoint(name => 'erp');

my @ways = map { my $commit = $_; map { "$commit-$_" } qw(on off) }
               qw(before after);

my $locations = join '', map {
    my ($commit, $buffering) = split /-/;

    map {
        my ($name, $rule) = @$_;

        <<"CONF";
        location /$commit-$buffering-$name/ {
            proxy_pass http://127.0.0.1:%%PORT_api%%/;
            proxy_http_version 1.1;
            proxy_buffering $buffering;
            proxy_temp_path temp_$commit;
            webhook_commit ${commit}_response;
            webhook_payload_max 64k;
            add_header X-Id \$webhook_id always;
            $rule
        }
CONF
    } ['response', 'webhook_event thing.seen * ^/;'],
      ['other', q(webhook_event thing.seen * ^/ 'body={"id": "${event.id}"}';)]
} @ways;

$locations .= <<'CONF';
        location = /metrics {
            access_log off;
            webhook_metrics;
        }
CONF

$t->config(http => <<'CONF', server => $locations);
    log_format hook '$webhook_id $webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=256m;
    webhook_event_type thing.seen "It was answered";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hooks;
        events *;
    }
CONF

$t->start;

my (%want, %payload, %counted, %cut);

my @counters = (
    [qr/over webhook_payload_max/ => 'too_large'],
    [qr/decoded|coding/           => 'undecodable'],
    [qr/cut short/                => 'cut_short'],
    [qr/part of a whole/          => 'partial'],
);

# A body that the rule does not look at may be of any size and form, and need
# not come to its end.

my %reasons = (
    '/over' => "the response's body is over webhook_payload_max",
    '/huge' => "the response's body is over webhook_payload_max",
    '/over-chunked' => "the response's body is over webhook_payload_max",
    '/huge-chunked' => "the response's body is over webhook_payload_max",
    '/over-gzip' => 'the decoded body is over webhook_payload_max',
    '/huge-gzip' => 'the decoded body is over webhook_payload_max',
    '/bomb' => 'the decoded body is over webhook_payload_max',
    '/br' => 'the response has an unknown content coding',
    '/two' => 'the response has an unknown content coding',
    '/broken' => 'the body cannot be decoded',
    '/truncated' => 'the body ends within its content coding',
    '/part' => 'the response is a part of a whole',
    '/cut-length' => 'the response was cut short',
    '/cut-chunked' => 'the response was cut short',

    # over the limit before it ended
    '/cut-huge' => "the response's body is over webhook_payload_max",
);

for my $way (@ways) {
    for my $rule (qw(response other)) {
        for my $http2 (0, 1) {
            for my $path (sort keys %answers) {
                my $a = $answers{$path};
                my $what = "$way $rule " . ($http2 ? 'h2' : 'h1') . " $path";
                my $mark = $t->mark;
                my $begun = Time::HiRes::time();

                my $r = $t->curl('GET', "/$way-$rule$path", undef,
                                 http2 => $http2);
                my $id = $r->{headers}{'x-id'} // '';

                cmp_ok Time::HiRes::time() - $begun, '<', 40,
                       "$what: before a time-out";

                if ($path =~ /cut/) {
                    isnt $r->{exit}, 0, "$what: the client sees it, too";

                    my ($part) = $a->{raw} =~ /(\{"half": |x{9}x*)/;

                    # over HTTP/2 a reset may overtake what came before it

                    if ($http2) {
                        is index($part, $r->{body}), 0,
                           "$what: and gets no more than there is";
                    } else {
                        is sha256_hex($r->{body}), sha256_hex($part),
                           "$what: and gets what there is";
                    }

                } else {
                    is $r->{exit}, 0, "$what: whole";
                    is sha256_hex($r->{body}), sha256_hex($a->{body}),
                       "$what: the client's bytes";
                }

                my $reason = $rule eq 'response' ? $reasons{$path} : undef;

                if ($reason) {
                    my $line = $t->wait_log(qr/event lost: "thing\.seen"/, 5,
                                            $mark) // '';

                    like $line, qr/"thing\.seen" ([0-9a-f-]+): \Q$reason\E/,
                         "$what: $reason";

                    my ($lost) = $line =~ /"thing\.seen" ([0-9a-f-]+):/;

                    is $id, $lost, "$what: the id" if $id;

                    # what is decoded on a thread is logged before that

                    $want{$lost // ''} = $path eq '/bomb' && $way =~ /after/
                                         ? 'pending' : 'failed';

                    my ($counter) = grep { $reason =~ $_->[0] } @counters;
                    $counted{$counter->[1]}++;

                } else {
                    if ($path =~ /cut/) {

                        # nothing was held, so the log may come first; and the
                        # client may not have the header that has the id

                        my $got = $hook->wait_requests(1 + keys %payload);

                        ($id) = grep { !exists $payload{$_} }
                                map { $_->{headers}{'webhook-id'} } @$got;
                        $id //= '';
                        $cut{$id} = 1;
                    }

                    $want{$id} = $way =~ /before/ ? 'committed' : 'pending';
                    $payload{$id} = $rule eq 'other' ? qq({"id": "$id"})
                                                     : $fits;
                }
            }
        }
    }
}

my $sent = $hook->wait_requests(scalar keys %payload, 20);

is_deeply { map { $_->{headers}{'webhook-id'} => sha256_hex($_->{body}) }
                @$sent },
          { map { $_ => sha256_hex($payload{$_}) } keys %payload },
          'the others are sent';

sub logged
{
    return { map { /^(\S+) (\w+)$/ ? ($1 => $cut{$1} ? $want{$1} : $2) : () }
             split /\n/, slurp($t->prefix . '/logs/hook.log') };
}

wait_for(sub { keys %{logged()} == keys %want });
is_deeply logged(), \%want, 'the access log says which';

my %metrics = $t->get('/metrics')->{body}
              =~ /^ngx_webhook_events_(\w+)_total (\d+)$/mg;

$counted{committed} = keys %payload;

is_deeply { map { $_ => $metrics{$_} } keys %counted }, \%counted,
          'the counters say how many';

$t->stop;
$t->ok_logs;

done_testing;
