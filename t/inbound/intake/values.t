
# Values as senders write them: the API gets the right one, or the call is
# refused.  No value is changed in silence.

use strict;
use warnings;
use utf8;

use lib 't/lib';

use Encode qw(encode);
use Test::More;
use Webhook::Test;

my $token = '0123456789-abcdefgh';

my $form = 'application/x-www-form-urlencoded';
my $json = 'application/json';

my $word = "สวัสดี ฿5";
my $viet = "Tiếng Việt";

# windows-1258 has letters and tones apart, and Perl makes no two of one

my $tones = "Ti\xea\xecng Vi\xea\xf2t";

sub escaped { join '', map { sprintf '%%%02X', ord } split //, $_[0] }

sub parts
{
    my ($head, $content, $eol) = @_;

    $eol //= "\r\n";

    return join $eol, '--XX', 'Content-Disposition: form-data; name="v"',
                ($head ? $head : ()), '', $content, '--XX--', '';
}

# name, type, body, and what v is at the API, or the status and error

my @cases = (

    # charsets of a form

    ['tis-620', "$form; charset=tis-620", 'v=' . encode('cp874', $word), $word],
    ['escaped', "$form; charset=TIS-620", 'v=' . escaped(encode('cp874', $word)),
     $word],
    ['windows-874', "$form; charset=windows-874",
     'v=' . encode('cp874', $word), $word],
    ['what could be UTF-8', "$form; charset=tis-620", "v=\xc3\xa1", "รก"],
    ['windows-1258', "$form; charset=windows-1258", "v=$tones", $viet],
    ['UTF-8', $form, 'v=' . encode('UTF-8', $word), $word],
    ['utf8', "$form; charset=utf8", 'v=' . encode('UTF-8', $word), $word],
    ['us-ascii', "$form; charset=us-ascii", 'v=a+b', 'a b'],
    ['_charset_', $form, 'v=' . encode('cp874', $word) . '&_charset_=tis-620',
     $word],
    ['a mark', $form, "\xef\xbb\xbfv=a", 'a'],

    ['no UTF-8', $form, 'v=' . encode('cp874', $word), 400, qr/not of its char/],
    ['no such charset', "$form; charset=nonsense", 'v=a', 415, qr/charset/],
    ['no such character', "$form; charset=tis-620", "v=\xff", 400, qr/not of/],
    ['no ASCII', "$form; charset=us-ascii", "v=\xc3\xa9", 400, qr/not of/],
    ['UTF-16', "$form; charset=utf-16", encode('UTF-16', 'v=a'), 415,
     qr/charset/],
    ['UTF-16 by its mark', $form, encode('UTF-16', 'v=a'), 400, qr/not of/],

    # of parts

    ['a part in tis-620', 'multipart/form-data; boundary=XX',
     parts('Content-Type: text/plain; charset=tis-620',
           encode('cp874', $word)), $word],
    ['a part in UTF-16', 'multipart/form-data; boundary=XX',
     parts('Content-Type: text/plain; charset=utf-16',
           encode('UTF-16', $word)), $word],
    ['all parts', 'multipart/form-data; charset=windows-874; boundary=XX',
     parts('', encode('cp874', $word)), $word],
    ['a part with a mark', 'multipart/form-data; boundary=XX',
     parts('', "\xef\xbb\xbfa"), 'a'],
    ['lines that end in LF', 'multipart/form-data; boundary=XX',
     parts('Content-Type: text/plain', "a\nb", "\n"), "a\nb"],
    ['a mark before the parts', 'multipart/form-data; boundary=XX',
     "\xef\xbb\xbf" . parts('', 'a'), 'a'],

    ['a part that is not UTF-8', 'multipart/form-data; boundary=XX',
     parts('', encode('cp874', $word)), 400, qr/not of its charset/],
    ['a part in none', 'multipart/form-data; boundary=XX',
     parts('Content-Type: text/plain; charset=x', 'a'), 415, qr/charset/],
    ['lines that end in both', 'multipart/form-data; boundary=XX',
     parts('', 'a', "\n") =~ s/a\n/a\r\n/r, 400, qr/lines end in/],
    ['an encoded part', 'multipart/form-data; boundary=XX',
     parts('Content-Transfer-Encoding: base64', 'YQ=='), 400,
     qr/Content-Transfer-Encoding/],

    # of JSON and XML

    ['JSON in tis-620', "$json; charset=tis-620",
     encode('cp874', qq({"v": "$word"})), $word],
    ['which could be UTF-8', "$json; charset=tis-620", qq({"v": "\xc3\xa1"}),
     "รก"],
    ['JSON in windows-1258', "$json; charset=windows-1258",
     qq({"v": "$tones"}), $viet],
    ['JSON in UTF-16', "$json; charset=utf-16",
     encode('UTF-16LE', qq({"v": "$word"})), $word],
    ['JSON with a mark', $json, encode('UTF-8', qq(\x{feff}{"v": "$word"})),
     $word],
    ['JSON as text', 'text/plain; charset=UTF-8',
     encode('UTF-8', qq({"v": "$word"})), $word],
    ['XML in tis-620', 'text/xml; charset=tis-620',
     encode('cp874', "<a><v>$word</v></a>"), $word],
    ['whatever it says', 'text/xml; charset=windows-874',
     encode('cp874', qq(<?xml version="1.0" encoding="utf-8"?>)
                     . "<a><v>$word</v></a>"), $word],
    ['XML in UTF-8', 'text/xml; charset=utf-8',
     encode('UTF-8', qq(<?xml version="1.0" encoding="iso-8859-1"?>)
                     . "<a><v>$word</v></a>"), $word],

    ['XML that does not say', 'text/xml', encode('cp874', "<a><v>$word</v></a>"),
     400, qr/not XML/],
    ['XML in none', 'text/xml; charset=x', '<a><v>1</v></a>', 415, qr/charset/],
    ['HTML is no text', 'text/html', '{"v": "a"}', 415, qr/text\/plain/],
);

my $t = Webhook::Test->new(workers => 1);
my $api = $t->endpoint(name => 'api');

$t->config(http => <<"CONF", server => <<'CONF');
    webhook_receiver value {
        secret value-$token;
        accept json form multipart xml text;
        action POST /api/x '{"v": "\${v}\${a.v}"}';
    }

    webhook_receiver query {
        secret query-$token;
        action POST /api/x '{"v": "\${query.v}", "w": "\${query.a-b}"}';
    }

    webhook_receiver header {
        secret header-$token;
        action POST /api/x '{"v": "<\${header.X-V}>"}';
    }

    webhook_receiver uri {
        secret uri-$token;
        action POST /api/x?v=\${v} '{}';
    }

    webhook_receiver upper {
        secret upper-$token;
        action POST /api/x '{"v": "\${v|upper}"}';
    }

    webhook_receiver copy {
        secret copy-$token;
        action POST /api/x '{"v": "\${v}"}';
    }

    webhook_receiver date {
        secret date-$token;
        action POST /api/x '{"v": "\${v|date}"}';
    }

    webhook_receiver hanoi {
        secret hanoi-$token;
        action POST /api/x '{"v": "\${v|date:+07:00}"}';
    }
CONF
    location ^~ /web/hook/ { webhook_receive; }
    location /api/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%/; }
CONF

$t->start;

my $n = 0;

sub call
{
    my ($name, $type, $body, %o) = @_;

    return $t->request('POST', "/web/hook/$name-$token" . ($o{query} // ''),
                       $body, headers => ['Content-Type' => $type,
                                          @{$o{headers} // []}]);
}

# What came, or what is said of it.

sub comes
{
    my ($what, $r, $want) = @_;

    is $r->{status}, 200, $what or diag $r->{body};

    if ($r->{status} == 200) {
        is $api->wait_requests(++$n)->[-1]{body}, encode('UTF-8', $want),
           "$what: what comes";
    }
}

sub refused
{
    my ($what, $r, $status, $like) = @_;

    is $r->{status}, $status, "refused: $what";
    like $r->{body}, $like, "$what: why";
}

for my $case (@cases) {
    my ($what, $type, $body, $value, $like) = @$case;
    my $r = call('value', $type, $body);

    if ($like) {
        refused($what, $r, $value, $like);

    } else {
        comes($what, $r, '{"v": "' . ($value =~ s/\n/\\n/r) . '"}');
    }
}

# A query is a form.

comes('a blank', call('query', $json, '{}', query => '?v=a+b%2Bc&a%2Db=1'),
      '{"v": "a b+c", "w": "1"}');
comes('a name that is escaped', call('query', $json, '{}',
                                     query => '?a%2db=%31&%76=x'),
      '{"v": "x", "w": "1"}');
comes('a name in capitals is another', call('query', $json, '{}',
                                            query => '?V=x&a-b=1'),
      '{"v": null, "w": "1"}');
comes('a percent sign', call('query', $json, '{}', query => '?v=100%+and%2'),
      '{"v": "100% and%2", "w": null}');
comes('no value', call('query', $json, '{}', query => '?v&a=b'),
      '{"v": "", "w": null}');
comes('UTF-8', call('query', $json, '{}', query => '?v=%E0%B8%81'),
      '{"v": "ก", "w": null}');
refused('no UTF-8', call('query', $json, '{}', query => '?v=%A1'), 422,
        qr/'query\.v' is not UTF-8/);

comes('a header', call('header', $json, '{}', headers => ['X-V' => "\xc3\xa9"]),
      '{"v": "<é>"}');
refused('no UTF-8', call('header', $json, '{}', headers => ['X-V' => "\xe9"]),
        422, qr/'header\.X-V' is not UTF-8/);

# Half of a pair is no character: as JSON it goes as it came, as text it
# would be another.

my $half = '{"v": "a\ud83d"}';

comes('half of a pair', call('copy', $json, $half), '{"v": "a\ud83d"}');
refused('in a URI', call('uri', $json, $half), 422, qr/half of a surrogate/);
refused('through a filter', call('upper', $json, $half), 422,
        qr/half of a surrogate/);
comes('a pair', call('upper', $json, '{"v": "a\ud83d\ude00"}'), '{"v": "A😀"}');

# Dates

for my $date (
    ['"20240501100000"' => '2024-05-01T10:00:00Z', '2024-05-01T03:00:00Z'],
    ['20240501100000' => '2024-05-01T10:00:00Z', '2024-05-01T03:00:00Z'],
    ['"202405011000"' => '2024-05-01T10:00:00Z', '2024-05-01T03:00:00Z'],
    ['"20240501"' => '2024-05-01T00:00:00Z', '2024-04-30T17:00:00Z'],
    ['1714557600' => '2024-05-01T10:00:00Z', '2024-05-01T10:00:00Z'],
    ['"1714557600000"' => '2024-05-01T10:00:00Z', '2024-05-01T10:00:00Z'],
    ['"2024-05-01T10:00:00Z"' => '2024-05-01T10:00:00Z',
     '2024-05-01T10:00:00Z'])
{
    my ($value, $utc, $hanoi) = @$date;

    comes("date $value", call('date', $json, qq({"v": $value})),
          qq({"v": "$utc"}));
    comes("date $value in a zone", call('hanoi', $json, qq({"v": $value})),
          qq({"v": "$hanoi"}));
}

for my $value (qw("20241301100000" "01052024" "20052024" "25670501100000"
                  "240501100000" 17145576 171455760000 0 2024))
{
    refused("date $value", call('date', $json, qq({"v": $value})), 422,
            qr/'v' is no date/);
}

# A call more shows that those which were refused made none.

comes('one more', call('copy', $json, '{"v": 1}'), '{"v": 1}');
is scalar @{$api->requests}, $n, 'none of the others called the API';

$t->stop;

done_testing;
