package Test::Nginx::Socket;

=encoding utf-8

=head1 NAME

Webhook::Socket - tests of nginx as tables, in the format of
Test::Nginx::Socket

=head1 SYNOPSIS

    # t/conf/example.t
    use lib 't/lib';
    use Test::Nginx::Socket;

    plan tests => repeat_each() * (3 * blocks() - 1);

    master_on();
    workers(2);
    no_shuffle();
    no_long_string();

    run_tests();

    __DATA__

    === TEST 1: a rule makes an event
    --- http_config
        webhook_store $TEST_NGINX_SERVER_ROOT/store_temp size=16m;
        webhook_event_type order.add "An order was created";
    --- config
        location /api/ {
            webhook_event order.add POST ^/api/orders$;
            return 201 "{}\n";
        }
    --- more_headers
    Content-Type: application/json
    --- request
    POST /api/orders
    {"total": 100000}
    --- error_code: 201
    --- response_body
    {}
    --- no_error_log
    [error]



    === TEST 2: an unknown type
    --- config
        webhook_event order.lost POST ^/api/orders$;
    --- must_die
    --- error_log eval
    qr/unknown event type "order\.lost" in \S+nginx\.conf:\d+/

=head1 DESCRIPTION

Knows of the format of OpenResty's Test::Nginx::Socket what our tests use, with
the same meaning, so that they run with that one too.  It stands on Test::Base,
whose filters (C<eval>, C<chomp>, ...), C<ONLY>, C<SKIP> and C<LAST> there are.

nginx is started anew for each block that has a C<config> section, in a
temporary directory; one without goes on with the nginx before it.  Blocks are
shuffled unless no_shuffle() says not to.  Each listens on a free port of
127.0.0.1, or on TEST_NGINX_PORT.

Counts, for C<plan>: the status of each request is one test, always (200 where
C<error_code> is not given); C<response_body> and its like are one; each header
in C<response_headers> is one; each pattern of C<error_log>, C<no_error_log>,
C<access_log> and C<no_access_log> is one, for each request; C<must_die> is one
and then there are no requests.  C<'no_plan'> saves counting.

An [alert], an [emerg] (unless C<must_die>), or a sanitizer's report fails a
test more, unless C<error_log> or C<no_error_log> has the level (C<[alert>) in a
pattern.  Positive log patterns are waited for, up to three seconds.

Under TEST_NGINX_ASAN the module under AddressSanitizer runs; see
L<Webhook::Nginx> for this and other variables of the environment.
TEST_NGINX_LOAD_MODULES, a list of files, replaces our module.

=head2 Sections

=over

=item config, http_config, main_config, post_main_config, server_name

what stands in the server block, in http, in front of it, behind it.  In the
first four, in user_files and in response_body, C<$TEST_NGINX_NAME> stands for
the environment variable: TEST_NGINX_SERVER_PORT, TEST_NGINX_SERVER_ROOT,
TEST_NGINX_HTML_DIR are always set; TEST_NGINX_RAND_PORT_1 and so on are free
ports, the same in all of a block.  It is not expanded in C<request>.

The directories *_temp and *_cache, html and logs under the server root are
empty at the beginning of each block.

=item request

C<METHOD URI>, and the body after it, without the space around it; more packets
and more requests by C<eval>, as in C<["GET /a", ["POST /b\nx=", {value =E<gt>
"1", delay_before =E<gt> 0.2}]]>: then each expectation is a list too

=item pipelined_requests eval

a list of requests on one connection

=item raw_request, raw_request_middle_delay

bytes, or a list of packets

=item more_headers

lines; a list by C<eval> where there are several requests

=item http2

the request goes by HTTP/2, with curl

=item timeout, abort, shutdown, ignore_response, wait

seconds (or C<50ms>) for the client; do not fail when they are over; shut down
the socket after sending; do not look at the answer; sleep before the logs are
looked at

=item error_code, error_code_like, response_body, response_body_like,
response_body_unlike, response_body_filters, response_headers (C<! Name>: not
there), response_headers_like, raw_response_headers_like,
raw_response_headers_unlike

=item error_log, no_error_log, grep_error_log, grep_error_log_out, access_log,
no_access_log

lines are looked for as they stand; C<eval> for regexes.  Only what is new since
the last request counts, but for access_log.

=item shutdown_error_log, no_shutdown_error_log

the whole log once nginx was stopped

=item must_die

nginx must not start; with a number, with this exit status

=item log_level (default: debug), user_files, init, post_setup_server_root,
skip_nginx (C<2: E<lt> 1.23.0: reason>), skip_eval (C<2: Perl>), suppress_stderr

=back

=head2 Functions

repeat_each, plan, run_tests, no_shuffle, no_long_string, workers,
worker_connections, master_on, master_off, master_process_enabled, log_level,
timeout, env_to_nginx, no_root_location, config_preamble, server_name,
server_addr, server_port, server_port_for_client, server_root, html_dir,
check_accum_error_log, add_block_preprocessor, add_response_body_check,
add_cleanup_handler, add_test_cleanup_handler, bail_out, is_str.

=cut

use strict;
use warnings;

use Test::Base -base;

use File::Path qw(make_path remove_tree);
use List::Util qw(shuffle);
use Time::HiRes qw(sleep);

use Webhook::Nginx ();
use Webhook::Test::Journal qw(journaled);
use Webhook::Sandbox qw(deadline free_port temp_dir slurp write_file);
use Webhook::Socket::Check ();
use Webhook::Socket::Config ();
use Webhook::Socket::Http ();

our @EXPORT = qw(
    plan run_tests repeat_each no_shuffle no_long_string workers
    worker_connections master_on master_off master_process_enabled log_level
    timeout env_to_nginx no_root_location config_preamble server_name
    server_addr server_port server_port_for_client server_root html_dir
    check_accum_error_log add_block_preprocessor add_response_body_check
    add_cleanup_handler add_test_cleanup_handler bail_out is_str
);

# Test::Base notes every die, caught ones too, to be silent at the end.
delete $SIG{__DIE__};

my %set = (
    repeat_each          => 1,
    workers              => 1,
    worker_connections   => 64,
    log_level            => $ENV{TEST_NGINX_LOG_LEVEL} || 'debug',
    timeout              => $ENV{TEST_NGINX_TIMEOUT} || 3,
    server_name          => 'localhost',
    server_addr          => '127.0.0.1',
    config_preamble      => '',
    master               => $ENV{TEST_NGINX_MASTER_PROCESS} || 'off',
    shuffle              => !$ENV{TEST_NGINX_NO_SHUFFLE},
    root_location        => 1,
    accumulate           => $ENV{TEST_NGINX_CHECK_ACCUM_ERR_LOG},
    server_port          => $ENV{TEST_NGINX_SERVER_PORT}
                            || $ENV{TEST_NGINX_PORT} || free_port(),
);

my (@preprocessors, @body_checks, @cleanup, @test_cleanup, @env);
my ($nginx, $version, $log_at);

my $given_root = $ENV{TEST_NGINX_SERVROOT};
my $root = $given_root // temp_dir('servroot');

$set{server_port_for_client} = $ENV{TEST_NGINX_CLIENT_PORT}
                               || $set{server_port};

$ENV{TEST_NGINX_SERVER_ROOT} = $root;
$ENV{TEST_NGINX_SERVROOT}    = $root;
$ENV{TEST_NGINX_SERVER_PORT} = $set{server_port};
$ENV{TEST_NGINX_PORT}      //= $set{server_port};
$ENV{TEST_NGINX_HTML_DIR}  //= "$root/html";


# Settings: without an argument the present value.

for my $name (qw(repeat_each workers worker_connections log_level timeout
                 server_name server_addr server_port server_port_for_client))
{
    no strict 'refs';

    *$name = sub {
        $set{$name} = $_[0] if @_;
        return $set{$name};
    };
}


sub no_shuffle() { $set{shuffle} = 0; }

# long strings are shown as they are
sub no_long_string() { }

sub master_on() { $set{master} = 'on'; }

sub master_off() { $set{master} = 'off'; }

sub no_root_location() { $set{root_location} = 0; }

sub check_accum_error_log() { $set{accumulate} = 1; }

sub config_preamble($) { $set{config_preamble} = $_[0]; }

sub server_root() { return $root; }

sub html_dir() { return "$root/html"; }

sub add_block_preprocessor(&) { unshift @preprocessors, $_[0]; }

sub add_response_body_check($) { push @body_checks, $_[0]; }

sub add_cleanup_handler($) { unshift @cleanup, $_[0]; }

sub add_test_cleanup_handler($) { unshift @test_cleanup, $_[0]; }


sub master_process_enabled(@)
{
    $set{master} = $_[0] ? 'on' : 'off' if @_;

    return $set{master};
}


sub env_to_nginx(@)
{
    for my $value (@_) {
        die "env_to_nginx: bad value: $value\n"
            if $value !~ /^[A-Za-z_]/ || $value =~ /\n/;

        push @env, $value;
    }
}


sub is_str(@)
{
    my ($got, $want, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    return ref $want eq 'Regexp' ? Test::More::like($got, $want, $name)
                                 : Test::More::is($got, $want, $name);
}


sub bail_out(@)
{
    stop();
    Test::More::BAIL_OUT(join '', @_);
}


# The run.

sub run_tests()
{
    my $binary = Webhook::Nginx::nginx_binary();

    my $said = qx($binary -v 2>&1);

    $said =~ m{/(\d+)\.(\d+)\.(\d+)}
        or bail_out("what version is $binary: $said");

    $version = Webhook::Socket::Config::number($1, $2, $3);

    my @blocks = blocks();
    @blocks = shuffle(@blocks) if $set{shuffle};

    for my $block (@blocks) {
        for my $code (@preprocessors) {
            $code->($block);
        }

        $block->set_value(name => "$0 " . $block->name);

        eval { run_block($block); 1 } or bail_out($block->name, " - $@");

        for my $code (@test_cleanup) {
            $code->($block);
        }
    }

    stop();

    for my $code (@cleanup) {
        $code->();
    }
}


# Where the block is not for this nginx: how many tests, and why.

sub skipped
{
    my ($block) = @_;

    if (defined(my $skip = $block->skip_nginx)) {
        my ($count, $op, $v1, $v2, $v3, $why) = $skip =~
            /^\s*(\d+)\s*:\s*([<>]=?)\s*(\d+)\.(\d+)\.(\d+)
             (?:\s*:\s*(.*?))?\s*$/x
            or die "--- skip_nginx: $skip\n";

        my $other = Webhook::Socket::Config::number($v1, $v2, $v3);
        my %holds = ('<'  => $version <  $other, '>'  => $version >  $other,
                     '<=' => $version <= $other, '>=' => $version >= $other);

        return ($count, $why || "nginx $op $v1.$v2.$v3") if $holds{$op};
    }

    if (defined(my $skip = $block->skip_eval)) {
        my ($count, $code) = $skip =~ /^\s*(\d+)\s*:\s*(.*)/s
            or die "--- skip_eval: $skip\n";

        my $true = eval "package main; $code";
        die "--- skip_eval: $@" if $@;

        return ($count, 'skip_eval') if $true;
    }

    return;
}


sub run_block
{
    my ($block) = @_;

    my $name = $block->name;
    my %ports;
    my $expand = sub { return expand($_[0], \%ports) };

    if (my ($count, $why) = skipped($block)) {
        SKIP: {
            Test::More::skip("$name - $why", $count * $set{repeat_each});
        }
        return;
    }

    if (defined $block->config) {
        stop();
        prepare($block, $expand);

        if (defined $block->must_die) {
            for my $repeat (0 .. $set{repeat_each} - 1) {
                must_die($block, $repeat, $expand);
            }
            return;
        }

        $nginx->start;
        $nginx->{block} = $block;

    } elsif (!$nginx) {
        die "the first block needs --- config\n";
    }

    if (defined $block->init) {
        eval 'package main; ' . $block->init;
        die "--- init: $@" if $@;
    }

    $log_at = 0;

    for my $repeat (0 .. $set{repeat_each} - 1) {
        Webhook::Socket::Config::user_files($block, $expand, $root)
            if $repeat;
        run_requests($block, $repeat, $expand);
    }
}


sub expand
{
    my ($text, $ports) = @_;

    return $text unless defined $text && !ref $text;

    $text =~ s{\$(TEST_NGINX_[_A-Z0-9]+)}{
        my $name = $1;
        my $value = $name =~ /^TEST_NGINX_RAND_PORT_\d+$/
                    ? $ports->{$name} //= free_port() : $ENV{$name};

        $value // die "there is no $name in the environment\n";
    }ge;

    # as the original has it
    $text =~ s/\$ServerPort(?:ForClient)?\b/$set{server_port}/g;

    return $text;
}


# Directories, files and the configuration of a block.

sub prepare
{
    my ($block, $expand) = @_;

    if (-d $root) {
        remove_tree("$root/conf", "$root/html", "$root/logs",
                    glob("$root/*_temp"), glob("$root/*_cache"));
        remove_tree(glob "$root/*") unless defined $given_root;
    }

    make_path("$root/conf", "$root/html", "$root/logs");

    my $user = $ENV{TEST_NGINX_WORKER_USER}
               // ($> == 0 ? 'nobody nogroup' : '');

    $nginx = Webhook::Nginx->new(name => 'nginx', prefix => $root,
                                 workers => $set{workers}, user => $user);

    write_file("$root/html/index.html", '<html><head><title>It works!</title>'
               . '</head><body>It works!</body></html>');

    if (defined $block->post_setup_server_root) {
        eval 'package main; ' . $block->post_setup_server_root;
        die "--- post_setup_server_root: $@" if $@;
    }

    Webhook::Socket::Config::user_files($block, $expand, $root);

    my $text = journaled(Webhook::Socket::Config::text($block, $expand,
        %set, root => $root, version => $version, user => $user,
        env => \@env));

    # what start() waits for
    my $i = 0;
    $nginx->{ports} = { map { $i++ => $_ }
                            $text =~ /^\s*listen\s+127\.0\.0\.1:(\d+)/mg };

    write_file($nginx->config_file, $text);
    $nginx->{text} = $text;
}


sub must_die
{
    my ($block, $repeat, $expand) = @_;

    my $name = $block->name;
    my $want = $block->must_die;

    $log_at = 0 if !$repeat;

    my $started = $nginx->try_start;
    my $status = $nginx->{status} // 0;

    if ($started || !defined $nginx->{status}) {
        Test::More::fail("$name - die as expected");
        Test::More::diag('nginx started');
        $nginx->stop('TERM');

    } elsif ($status & 127) {
        Test::More::fail("$name - nginx died by signal " . ($status & 127));

    } elsif ($want =~ /^\s*(\d+)\s*$/) {
        Test::More::is($status >> 8, $1,
                       "$name - die with the expected exit code");

    } else {
        Test::More::isnt($status, 0, "$name - die as expected");
    }

    my %c = (block => $block, name => $name, repeat => $repeat,
             expand => $expand, index => 0, many => 0);

    Webhook::Socket::Check::error_log(\%c, \&new_error_lines);
    sanitizers($name);
}


# What a request got, and what stands in the logs by then.

sub run_requests
{
    my ($block, $repeat, $expand) = @_;

    my $name = $block->name;
    my $seconds = seconds($block->timeout) // $set{timeout};
    my @connections = Webhook::Socket::Http::requests($block,
                                          $set{server_name}, $expand);

    my $pipelined = $block->pipelined_requests;
    my $many = $pipelined ? @$pipelined : @connections;
    my $index = 0;

    for my $packets (@connections) {
        my $bytes = exchange($block, $packets, deadline($seconds));
        my $head = $packets->[0]{value} =~ /^\s*HEAD\s/;

        for my $i (1 .. ($pipelined ? $many : 1)) {
            my ($response, $left)
                = Webhook::Socket::Http::parse_response($bytes, $head);

            my %c = (block => $block, name => $name, repeat => $repeat,
                     expand => $expand, index => $index++,
                     many => $many > 1, response => $response);

            check(\%c);

            $bytes = $left;
        }
    }
}


sub check
{
    my ($c) = @_;

    my ($block, $response) = @$c{qw(block response)};
    my $ignore = defined $block->ignore_response;

    if (!$ignore) {
        Webhook::Socket::Check::status($c);
        Webhook::Socket::Check::headers($c);
        Webhook::Socket::Check::body($c);

        if ($response->{broken} && !defined $block->abort) {
            Test::More::diag("$c->{name} - $response->{broken}");
        }

        for my $code (@body_checks) {
            $code->($block, $response->{content}, $c->{index}, $c->{repeat},
                    0);
        }
    }

    my $pause = seconds($block->wait);
    sleep $pause if $pause;

    Webhook::Socket::Check::error_log($c, \&new_error_lines);
    sanitizers($c->{name});

    return if $ignore;

    my $at = 0;
    my $read = sub { return lines_from("$root/logs/access.log", \$at) };

    Webhook::Socket::Check::access_log($c, $read);
}


sub seconds
{
    my ($text) = @_;

    return undef unless defined $text && length $text;
    return $1 / 1000 if $text =~ /^\s*([\d.]+)ms\s*$/;
    return $1 if $text =~ /^\s*([\d.]+)s?\s*$/;

    die "not a time: $text\n";
}


sub exchange
{
    my ($block, $packets, $seconds) = @_;

    return by_curl($block, $packets, $seconds) if defined $block->http2;

    my ($bytes, $late, $error) = Webhook::Socket::Http::send_packets($packets,
        address      => $set{server_addr},
        port         => $set{server_port_for_client},
        timeout      => $seconds,
        middle_delay => scalar $block->raw_request_middle_delay,
        shutdown     => scalar $block->shutdown,
    );

    if ($error) {
        Test::More::fail($block->name . " - $error");

    } elsif ($late && !defined $block->abort) {
        Test::More::fail('ERROR: client socket timed out - ' . $block->name);
    }

    return $bytes // '';
}


# HTTP/2: the same request, said by curl.

sub by_curl
{
    my ($block, $packets, $seconds) = @_;

    my $bytes = join '', map { $_->{value} } @$packets;
    my ($head, $body) = split /\r\n\r\n/, $bytes, 2;
    my ($line, @headers) = split /\r\n/, $head;
    my ($method, $uri) = split ' ', $line;

    my @command = ('curl', '-sS', '-i', '--http2-prior-knowledge',
                   '--max-time', $seconds,
                   $method eq 'HEAD' ? '-I' : ('-X', $method));

    push @command, map { ('-H', $_) } grep { !/^Connection:/i } @headers;

    if (length $body) {
        write_file("$root/conf/curl.body", $body);
        push @command, '-H', 'Content-Type:' unless $head =~ /^Content-Type:/mi;
        push @command, '--data-binary', "\@$root/conf/curl.body";
    }

    my $pid = open my $fh, '-|', @command,
                   "http://$set{server_addr}:$set{server_port_for_client}$uri";
    die "curl: $!\n" unless $pid;

    my $answer = do { local $/; <$fh> };
    close $fh;

    Test::More::fail($block->name . ' - curl exited with ' . ($? >> 8))
        if $? && !defined $block->abort;

    return $answer // '';
}


sub new_error_lines
{
    $log_at = 0 if $set{accumulate};

    return lines_from("$root/logs/error.log", \$log_at);
}


# The whole lines after an offset, which moves on.

sub lines_from
{
    my ($file, $at) = @_;

    my $text = substr slurp($file) // '', $$at;

    $text =~ s/[^\n]*\z//;
    $$at += length $text;

    return $text =~ /^.*\n/mg;
}


my %reported;


sub sanitizers
{
    my ($name) = @_;

    for my $file (glob("$root/logs/asan.*"), "$root/logs/stdout") {
        my $report = Webhook::Nginx::sanitizer_report(slurp($file) // '')
            // next;

        next if $reported{$report}++;

        Test::More::fail("$name - a sanitizer has reported");
        Test::More::diag($report);
    }
}


# Ends the nginx of the last block, and looks at what it said while it ended.

sub stop
{
    my $old = $nginx // return;

    undef $nginx;

    my $block = $old->{block};

    return unless $old->running && $block;

    my $name = $block->name;

    Test::More::fail("$name - nginx did not stop") unless $old->stop;

    my $whole = 0;
    my @lines = lines_from("$root/logs/error.log", \$whole);
    my %c = (block => $block, name => $name, repeat => 0);

    Webhook::Socket::Check::one_log(\%c, 'error.log', 'shutdown_error_log',
                                    'no_shutdown_error_log', \@lines);

    my $at = $log_at;
    Webhook::Socket::Check::alerts(\%c,
                            lines_from("$root/logs/error.log", \$at));
    sanitizers($name);
}


1;
