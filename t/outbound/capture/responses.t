# Responses of every form: the client gets its own bytes, the endpoint the
# payload, whatever lies between.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(sha256_hex);
use IO::Compress::Deflate qw(deflate);
use IO::Compress::Gzip qw(gzip);
use IO::Compress::RawDeflate qw(rawdeflate);
use Test::More;
use Webhook::Test qw(slurp wait_for);

my $json = 'application/json';
my $order = slurp('conf/demo/order.add.json');
my $large = '[' . join(',', map { qq({"n":$_,"text":"line $_"}) } 1 .. 12000)
            . ']';

sub packed
{
    my ($how, $text) = @_;

    my $out;
    $how->(\$text, \$out) or die 'cannot compress';

    return $out;
}

my $gzipped = packed(\&gzip, $order);

# name, answer of the API, payload, its type
my @cases = (
    [ 'length', { body => $order, type => $json }, $order, $json ],
    [ 'charset', { body => '{"a":1}', type => "$json; charset=utf-8" },
      '{"a":1}', $json ],
    [ 'problem', { body => '{"a":1}', type => 'application/problem+json' },
      '{"a":1}', $json ],
    [ 'chunked', { body => $order, type => $json, chunked => 1 },
      $order, $json ],
    [ 'pieces', { type => $json, chunked => ['{', '"a": [', '1', ', 2]', '}'],
                  body => '{"a": [1, 2]}' }, '{"a": [1, 2]}', $json ],
    [ 'trickle', { body => '{"slow": "1234567890"}', type => $json,
                   trickle => [64, 0.01] }, '{"slow": "1234567890"}', $json ],
    [ 'close', { type => $json, keepalive => 0, no_length => 1,
                 body => '{"until": "close"}' }, '{"until": "close"}', $json ],
    [ 'empty', { body => '', type => $json }, '{}', $json ],
    [ 'empty-chunked', { body => '', type => 'text/plain', chunked => 1 },
      '{}', $json ],
    [ 'xml', { body => '<a>1</a>', type => 'text/xml; charset=utf-8' },
      '<a>1</a>', 'text/xml; charset=utf-8' ],
    [ 'text', { body => 'a line', type => 'text/plain' },
      'a line', 'text/plain' ],
    [ 'html-json', { body => " \r\n{\"a\": 1.0}\n", type => 'text/html' },
      " \r\n{\"a\": 1.0}\n", $json ],
    [ 'html-almost', { body => '{"a": 1', type => 'text/html' },
      '{"a": 1', 'text/html' ],
    [ 'bare-json', { body => '[1, 2]' }, '[1, 2]', $json ],
    [ 'bare-text', { body => 'no type' },
      'no type', 'application/octet-stream' ],
    [ 'gzip', { body => $gzipped, type => $json, coding => 'gzip' },
      $order, $json ],
    [ 'x-gzip', { body => $gzipped, type => $json, coding => 'X-GZIP',
                  chunked => 1 }, $order, $json ],
    [ 'members', { body => packed(\&gzip, '{"a":') . packed(\&gzip, '1}'),
                   type => $json, coding => 'gzip' }, '{"a":1}', $json ],
    [ 'deflate', { body => packed(\&deflate, $order), type => $json,
                   coding => 'deflate' }, $order, $json ],
    [ 'raw', { body => packed(\&rawdeflate, $order), type => $json,
               coding => 'deflate' }, $order, $json ],
    [ 'identity', { body => '{"a":2}', type => $json, coding => 'identity' },
      '{"a":2}', $json ],
    [ 'gzip-empty', { body => '', type => $json, coding => 'gzip' },
      '{}', $json ],
    [ 'large', { body => $large, type => $json }, $large, $json ],
    [ 'large-gzip', { body => packed(\&gzip, $large), type => $json,
                      coding => 'gzip', chunked => 1 }, $large, $json ],
    [ 'none', { status => 204 }, '{}', $json ],
    [ 'created', { status => 201, body => '{"id": 7}', type => $json },
      '{"id": 7}', $json ],
);

my $t = Webhook::Test->new(http2 => 1);

my %answers;

for my $case (@cases) {
    my ($name, $a) = @$case;
    my @headers;

    push @headers, 'Content-Type' => $a->{type} if $a->{type};
    push @headers, 'Content-Encoding' => $a->{coding} if $a->{coding};

    my %answer = (status => $a->{status} // 200, body => $a->{body} // '',
                  headers => \@headers);

    for my $key (qw(chunked trickle keepalive)) {
        $answer{$key} = $a->{$key} if defined $a->{$key};
    }

    if ($a->{no_length}) {
        $answer{raw} = "HTTP/1.1 200 OK\r\nContent-Type: $a->{type}\r\n"
                       . "Connection: close\r\n\r\n$a->{body}";
    }

    $answers{"/$name"} = [\%answer];
}

my $api = $t->endpoint(name => 'api', answers => \%answers);
my $hook = $t->endpoint(name => 'erp');

my @ways = map {
    my $commit = $_;
    map { ["$commit-$_", "webhook_commit ${commit}_response;", $_] }
        qw(on off)
} qw(before after);

my $locations = join '', map {
    my ($name, $commit, $buffering) = @$_;

    <<"CONF";
        location /$name/ {
            proxy_pass http://127.0.0.1:%%PORT_api%%/;
            proxy_http_version 1.1;
            proxy_buffering $buffering;
            proxy_buffer_size 2k;
            proxy_buffers 4 2k;
            proxy_busy_buffers_size 4k;
            proxy_temp_path temp_$name;
            $commit
            webhook_event thing.seen * ^/;
            add_header X-Id \$webhook_id always;
            add_header X-Event \$webhook_event always;
        }
CONF
} @ways;

$t->config(http => <<'CONF', server => $locations);
    log_format hook '$uri $webhook_event $webhook_id $webhook_status';
    access_log logs/hook.log hook;

    webhook_store %%STORE%% size=256m;
    webhook_event_type thing.seen "It was asked for";

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_erp%%/hooks;
        events thing.*;
    }
CONF

$t->start;

my %want;
my $id;

for my $way (@ways) {
    for my $http2 (0, 1) {
        for my $case (@cases) {
            my ($name, $a, $payload, $type) = @$case;

            my $what = "$way->[0] " . ($http2 ? 'h2' : 'h1') . " $name";

            my $r = $t->curl('GET', "/$way->[0]/$name", undef,
                             http2 => $http2);

            is $r->{exit}, 0, "$what: whole";
            is $r->{status}, $a->{status} // 200, "$what: status";
            is sha256_hex($r->{body} // ''), sha256_hex($a->{body} // ''),
               "$what: the client's bytes";

            $id = $r->{headers}{'x-id'};
            like $id, qr/^[0-9a-f-]{36}$/, "$what: id";
            is $r->{headers}{'x-event'}, 'thing.seen', "$what: event";

            $want{$id} = [$what, $payload, $type];
        }

        for my $name (qw(length chunked gzip none)) {
            my $what = "$way->[0] " . ($http2 ? 'h2' : 'h1') . " HEAD $name";

            my $r = $t->curl('HEAD', "/$way->[0]/$name", undef,
                             http2 => $http2, options => ['-I']);

            is $r->{exit}, 0, "$what: whole";
            is $r->{status}, $name eq 'none' ? 204 : 200, "$what: status";

            $want{$r->{headers}{'x-id'}} = [$what, '{}', $json];
        }
    }
}

my $sent = $hook->wait_requests(scalar keys %want, 20);

is scalar @$sent, scalar keys %want, 'as many webhooks as responses';

for my $request (@$sent) {
    my $id = $request->{headers}{'webhook-id'};
    my ($what, $payload, $type) = @{$want{$id} // ['unknown', '', '']};

    is sha256_hex($request->{body}), sha256_hex($payload), "$what: payload";
    is $request->{headers}{'content-type'}, $type, "$what: type";
}

is sha256_hex($order),
   '54d5b1601f567230a945bb2709cd9d03333137fbd4a28e17bf90d715e9e7e866',
   'the order is the published one';

# The access log: every id with its state at that time.

my %logged = wait_for(sub {
    my %l = map { m{^/(\w+)-\S+ thing\.seen (\S+) (\w+)$} ? ($2 => "$1 $3")
                                                          : () }
            split /\n/, slurp($t->prefix . '/logs/hook.log');
    return keys %l == keys %want ? \%l : undef;
}) ? map { m{^/(\w+)-\S+ thing\.seen (\S+) (\w+)$} ? ($2 => "$1 $3") : () }
     split /\n/, slurp($t->prefix . '/logs/hook.log') : ();

is_deeply [sort keys %logged], [sort keys %want], 'all ids are logged';
is_deeply [grep { $logged{$_} !~ /^(?:before committed|after pending)$/ }
                keys %logged],
          [], 'with their states';

$t->stop;
unlike $t->error_log, qr/event lost/, 'none was lost';
$t->ok_logs;

done_testing;
