# docs/api.md has a section for each route of docs/openapi.json, and no other;
# and its lines of curl do what they say, in a shell.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Nginx qw(root_dir);
use Webhook::Routes;
use Webhook::Test qw(slurp wait_for);

my $s = Webhook::Routes->new(registry => <<'CONF');
            confirm on;
            durable_api http://127.0.0.1:%%PORT_api%%;
CONF
my ($t, $root, $manager) = @$s{qw(t root manager)};


# --- the sections

my (%lines, $route);
my $shell = 0;

for my $line (split /\n/, slurp(root_dir() . '/docs/api.md')) {

    $route = $1 if $line =~ /^### ((?:GET|POST|PATCH|DELETE) \S+)$/;

    if ($line =~ /^```(sh)?/) {
        $shell = $route && $1 && !exists $lines{$route};
        $lines{$route} = '' if $shell;

    } elsif ($shell) {
        $lines{$route} .= "$line\n";
    }
}

my %routes = map {
    my $path = $_->{path} eq '/' ? './' : substr $_->{path}, 1;
    ("$_->{method} $path" => $_);
} $s->{openapi}->operations;

is_deeply [sort keys %lines], [sort keys %routes],
    'each route has a line of curl';


# --- what they are about

$s->{hook}->answer('*', 200);

my (undef, $ep) = $root->post('endpoints', $s->endpoint);
$root->post("endpoints/$ep->{id}/approve", undef,
            headers => ['If-Match' => '*']);

my (undef, $rc) = $root->post('receivers', $s->receiver);
my (undef, $later) = $root->post('receivers', $s->receiver(mode => 'durable'));
my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};

$t->request('POST', $path, '{"name": "Anna"}',
            headers => ['Content-Type' => 'application/json']);

$s->{hook}->answer('/hooks/pos', 500);
$s->order;

my $dead = $s->delivery($root, "endpoint=$ep->{id}&state=dead");
my $call;

wait_for(sub {
    local $root->{openapi};
    my (undef, $page) = $root->get("receivers/$rc->{id}/calls");
    return $call = $page->{items}[0];
});

my (undef, $task) = $root->post('deliveries/replay',
    { filter => { endpoint => $ep->{id}, state => 'delivered' } });

my %set = (
    API      => 'http://127.0.0.1:' . $t->port . '/webhook',
    TOKEN    => $s->token('root'),
    EP       => $ep->{id},
    RC       => $rc->{id},
    DELIVERY => $dead->{id},
    CALL     => $call->{id},
    TASK     => $task->{id},
);


# of other things than these
my %other = ('POST receivers/{id}/pause' => { RC => $later->{id} });


# --- the lines, those that take things away at the end

my %late = (
    'PATCH endpoints/{id}'  => -1,              # while its version is 1 or 2
    'POST purge'            => 1,
    'POST deliveries/{id}/cancel' => 1,
    'DELETE endpoints/{id}' => 2,
    'DELETE receivers/{id}' => 2,
);

my %may = (
    # nothing waits any more
    'POST deliveries/{id}/cancel' => qr/^(?:2..|409)$/,
    # example.com is not there
    'POST endpoints/test'         => qr/^(?:2..|422)$/,
);

for my $name (sort { ($late{$a} // 0) <=> ($late{$b} // 0) || $a cmp $b }
              keys %lines)
{
    my ($status, $text) = run($lines{$name}, %{$other{$name} // {}});

    like $status, $may{$name} // qr/^2..$/, $name or diag("$status $text");
}


# Runs a line as it stands, with a curl that tells the status, too.

sub run
{
    my ($line, %more) = @_;

    my %all = (%set, %more);
    my $set = join '', map { "$_='$all{$_}'\n" } sort keys %all;

    # the version is what it is by now
    $line =~ s/'If-Match: "1"'/'If-Match: *'/;

    my $file = $t->file('line.sh', <<"SH");
$set
cd "@{[$t->prefix]}"
curl() { command curl -w '\\n%{http_code}\\n' "\$@"; }
$line
SH
    my $out = qx{/bin/sh $file 2>&1};

    my ($text, $status) = $out =~ /\A(.*?)\n?([0-9]{3})\n\z/s;

    return ($status // 0, $text // $out);
}


$t->stop;
$t->ok_logs;

done_testing;
