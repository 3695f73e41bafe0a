# The stand-ins of the demo: a small API that keeps records in files, and an
# endpoint that writes down what it gets.  Both live in nginx's own Perl, so
# that the demo needs nothing else.

package Demo;

use strict;
use warnings;

use nginx;
use JSON::PP ();
use Time::HiRes ();

my $json = JSON::PP->new->utf8->canonical->pretty->indent_length(2);


# The working directory of a worker is not the prefix: the demo says where.

sub root { return $ENV{WEBHOOK_DEMO} }


sub slurp {
    my ($file) = @_;

    open my $in, '<:raw', $file or return undef;
    local $/;

    return scalar <$in>;
}


sub spew {
    my ($file, $text) = @_;

    open my $out, '>:raw', "$file.$$" or die "$file: $!";
    print {$out} $text;
    close $out or die "$file: $!";

    rename "$file.$$", $file or die "$file: $!";
}


sub body {
    my ($r) = @_;

    my $body = $r->request_body;

    return $body if defined $body;

    my $file = $r->request_body_file;

    return defined $file ? slurp($file) : '';
}


sub answer {
    my ($r, $status, $text) = @_;

    $r->status($status);
    $r->header_out('Content-Length', length $text);
    $r->send_http_header('application/json');
    $r->print($text) unless $r->header_only;

    return OK;
}


# ------------------------------------------------------------ the API

sub api {
    my ($r) = @_;

    return api_act($r, '') if $r->request_method =~ /^(GET|HEAD|DELETE)$/;

    return OK if $r->has_request_body(\&api_body);

    return api_act($r, '');
}


sub api_body {
    my ($r) = @_;

    return api_act($r, body($r));
}


# /api/MODEL and /api/MODEL/ID; orders are the model that tills know.  The
# API gives back an order as it came, byte for byte.

sub api_act {
    my ($r, $body) = @_;

    my $method = $r->request_method;

    my ($model, $id) = $r->uri =~ m{^/api/([a-z.]+)(?:/(\d+))?$}
        or return answer($r, 404, qq({"error": "no such thing"}\n));

    my $dir = root() . "/api/$model";

    mkdir $dir;

    if ($method eq 'POST' && !defined $id) {
        my $new = eval { $json->decode($body) };

        return answer($r, 400, qq({"error": "not JSON"}\n))
            unless ref $new eq 'HASH';

        if ($model ne 'orders') {
            my @ids = map { m{/(\d+)\.json$} ? $1 : () } glob "$dir/*.json";
            my $max = 0;

            for (@ids) { $max = $_ if $_ > $max }

            $new->{id} = $max + 1;
            $body = $json->encode($new);
        }

        my $key = $new->{id} // 0;

        return answer($r, 422, qq({"error": "id is not a number"}\n))
            unless $key =~ /^\d+$/;

        spew("$dir/$key.json", $body);

        return answer($r, 201, $body);
    }

    return answer($r, 405, qq({"error": "method not allowed"}\n))
        unless defined $id;

    my $old = slurp("$dir/$id.json");

    return answer($r, 404, qq({"error": "no record $id of $model"}\n))
        unless defined $old;

    return answer($r, 200, $old) if $method eq 'GET' || $method eq 'HEAD';

    if ($method eq 'PATCH' || $method eq 'PUT') {
        my $new = eval { $json->decode($body) };

        return answer($r, 400, qq({"error": "not JSON"}\n))
            unless ref $new eq 'HASH';

        $old = $method eq 'PUT' ? {} : $json->decode($old);
        $body = $json->encode({ %$old, %$new, id => 0 + $id });

        spew("$dir/$id.json", $body);

        return answer($r, 200, $body);
    }

    return answer($r, 405, qq({"error": "method not allowed"}\n));
}


# ------------------------------------------------------- the endpoint

sub endpoint {
    my ($r) = @_;

    return OK if $r->has_request_body(\&endpoint_body);

    return endpoint_body($r);
}


sub endpoint_body {
    my ($r) = @_;

    my $body = body($r);
    my $head = $r->request_method . ' ' . $r->uri . "\n";

    for my $name ('Host', 'User-Agent', 'Content-Type', 'Content-Length',
                  'Tc-Webhook-Event', 'webhook-id', 'webhook-timestamp',
                  'webhook-attempt', 'webhook-signature', 'X-Company')
    {
        my $value = $r->header_in($name);

        $head .= "$name: $value\n" if defined $value;
    }

    my $file = sprintf '%s/endpoint/%.6f', root(), Time::HiRes::time();

    spew("$file.body", $body);
    spew("$file.head", $head);

    return answer($r, 200, qq({"thanks": true}\n));
}


1;
