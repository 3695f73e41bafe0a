# The configurations of the guide for PHP applications, with a FastCGI
# application behind: try_files leads every request to index.php, and the rules
# are about the path that the client asked for.

use strict;
use warnings;

use File::Path qw(make_path);
use IO::Socket::UNIX;
use JSON::PP qw(decode_json);
use POSIX ();
use Socket qw(SOMAXCONN);
use Test::More;

use lib 't/lib';
use Webhook::Sandbox qw(at_end kill_now slurp spawn temp_dir write_file);
use Webhook::Test;


# Answers each request with the path that the application saw, and with the
# status that X-Status asks for: one request for each connection.

sub application
{
    my ($listener) = @_;

    while (my $socket = $listener->accept) {
        my ($params, $body) = ('', '');

        while (1) {
            my ($type, $content) = record($socket) or last;

            $params .= $content if $type == 4;

            if ($type == 5) {
                last if $content eq '';
                $body .= $content;
            }
        }

        my %param = pairs($params);

        my $answer = JSON::PP->new->canonical->encode({
            id => 7, script => $param{SCRIPT_FILENAME},
            method => $param{REQUEST_METHOD}, query => $param{QUERY_STRING},
            body => $body });

        my $status = $param{HTTP_X_STATUS} // 201;
        my $text = "Status: $status X\r\nContent-Type: application/json\r\n\r\n"
                   . $answer;

        print $socket pack('CCnnCx', 1, 6, 1, length $text, 0), $text,
                      pack('CCnnCx', 1, 6, 1, 0, 0),
                      pack('CCnnCx NCxxx', 1, 3, 1, 8, 0, 0, 0);
        close $socket;
    }
}


sub record
{
    my ($socket) = @_;

    my (undef, $type, undef, $len, $padding) = unpack 'CCnnC',
        exactly($socket, 8) // return;
    my $content = exactly($socket, $len) // return;

    exactly($socket, $padding) // return;

    return ($type, $content);
}


sub exactly
{
    my ($socket, $len) = @_;
    my $bytes = '';

    while (length $bytes < $len) {
        sysread $socket, $bytes, $len - length $bytes, length $bytes or return;
    }

    return $bytes;
}


sub pairs
{
    my ($bytes) = @_;
    my (@found, @len);

    while (length $bytes) {

        @len = map {
            ord $bytes < 128 ? ord substr $bytes, 0, 1, ''
                             : 0x7fffffff & unpack 'N', substr $bytes, 0, 4, ''
        } 1, 2;

        push @found, map { substr $bytes, 0, $_, '' } @len;
    }

    return @found;
}


my $temp = temp_dir('php');
my $listener = IO::Socket::UNIX->new(Local => "$temp/php.sock",
                                     Listen => SOMAXCONN)
    or die "$temp/php.sock: $!\n";

chmod 0777, "$temp/php.sock";

my $pid = spawn(sub {
    my $parent = getppid;

    # it goes when the test does, however that ends
    local $SIG{ALRM} = sub { POSIX::_exit(0) if getppid != $parent; alarm 1; };
    alarm 1;

    while (1) { application($listener); }
});

at_end(sub { kill_now($pid); });

my @blocks = grep { /fastcgi_pass/ }
             slurp('docs/outbound.md') =~ /```nginx\n(.*?)```/sg;

is scalar @blocks, 2, 'the guide has two configurations for PHP';

my %cases = (
    wordpress => [
        ['POST', '/wp-json/wc/v3/orders', 201, 'order.add'],
        ['POST', '/wp-json/wc/v3/orders/?per_page=1', 201, 'order.add'],
        ['POST', '/wp-json/wc/v3/orders', 200, ''],
        ['POST', '/wp-json/wp/v2/posts', 201, 'post.add'],
        ['PUT', '/wp-json/wc/v3/orders/7', 200, 'order.edit'],
        ['PUT', '/wp-json/wc/v3/orders/7/notes', 200, ''],
        ['POST', '/index.php', 201, ''],
    ],
    app => [
        ['POST', '/api/orders', 201, 'order.add'],
        ['POST', '/api/orders?x=/api/orders/7', 201, 'order.add'],
        ['PATCH', '/api/orders/7', 200, 'order.edit'],
        ['PATCH', '/api/orders/x', 200, ''],
        ['POST', '/api/order', 201, ''],
    ],
);

for my $block (@blocks) {
    my ($root) = $block =~ m{root /var/www/([^;]+);};
    my ($name) = $root =~ m{^(\w+)};

    my $t = Webhook::Test->new;
    my $erp = $t->endpoint(name => 'erp');
    my $www = $t->prefix . "/www/$root";

    make_path($www);
    write_file("$www/index.php", "<?php\n");
    write_file($t->prefix . '/conf/fastcgi_params', <<'CONF');
fastcgi_param QUERY_STRING   $query_string;
fastcgi_param REQUEST_METHOD $request_method;
fastcgi_param CONTENT_TYPE   $content_type;
fastcgi_param CONTENT_LENGTH $content_length;
CONF

    my $prefix = $t->prefix;

    $block =~ s{/var/www}{$prefix/www}g;
    $block =~ s{unix:/run/php/php-fpm\.sock}{unix:$temp/php.sock}g;
    $block =~ s{listen 80;}{listen 127.0.0.1:%%PORT_php%%;};
    $block =~ s{server_name [^;]+;}{};

    $t->config(http => <<"CONF" . $block);
        webhook_store %%STORE%% size=64m;
        webhook_event_type order.add;
        webhook_event_type order.edit;
        webhook_event_type post.add;
        webhook_event_type last.one;

        webhook_endpoint erp {
            url    http://127.0.0.1:%%PORT_erp%%/;
            events *;
        }

        log_format php '\$request \$status \$webhook_event \$webhook_status';
        access_log %%PREFIX%%/logs/php.log php;
CONF

    $t->start;

    unlike $t->error_log, qr/\[warn\].*(?:never matches|not match)/,
        "$name: rules that can match";

    my $n = 0;

    for my $case (@{$cases{$name}}) {
        my ($method, $uri, $status, $type) = @$case;

        my $got = $t->client(port => $t->port('php'))->request(
            $method, $uri, '{"total": 5}',
            headers => ['Content-Type' => 'application/json',
                        'X-Status' => $status]);

        is $got->{status}, $status, "$name: $method $uri";

        my $answer = decode_json($got->{body});

        is $answer->{script}, "$www/index.php", 'index.php answered it';
        is $answer->{method}, $method, 'with the method';
        is $answer->{body}, '{"total": 5}', 'and the body';

        if ($type ne '') {
            my $event = $erp->wait_requests(++$n)->[$n - 1];

            is $event->{headers}{'tc-webhook-event'}, $type, "makes a $type";
            is $event->{body}, $got->{body}, 'whose payload is the answer';
        }
    }

    # The access log tells of each request, and so of those that make none.

    my @want = map { "$_->[0] $_->[1] HTTP/1.1 $_->[2] "
                     . ($_->[3] eq '' ? '- -' : "$_->[3] committed") }
               @{$cases{$name}};

    $t->stop;

    is slurp("$prefix/logs/php.log"), join('', map { "$_\n" } @want),
        "$name: each made what it should, and no more";
    is scalar @{$erp->requests}, $n, "$name: $n were sent";

    $t->ok_logs;
}

done_testing;
