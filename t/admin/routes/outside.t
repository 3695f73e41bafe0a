# Attempts from outside: what a registrant must not reach, and what others wrote
# that must stay what it is.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new(
    registry => '',
    address  => 'public',
    server   => <<'CONF',
        location /secret/ {
            internal;
            proxy_pass http://127.0.0.1:%%PORT_api%%/secret/;
        }
CONF
);

my ($t, $root, $manager, $other) = @$s{qw(t root manager other)};


# --- endpoints that lead to this host

for my $url ('http://127.0.0.1:' . $s->{hook}->port . '/',
             'http://127.1/', 'http://2130706433/', 'http://0x7f.1/',
             'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://0.0.0.0/',
             'http://169.254.169.254/latest/meta-data/',
             'http://10.0.0.1/', 'http://unix:/tmp/x.sock:/',
             'unix:/tmp/x.sock', 'ftp://erp.example.com/', 'file:///etc/passwd',
             "http://erp.example.com/\r\nX: y", 'http://user:pw@127.0.0.1/')
{
    my ($r, $problem) = $manager->post('endpoints',
                                       $s->endpoint(url => $url));

    # what is written as a number is a name, which leads nowhere: it is judged
    # when it is looked up
    next if $r->{status} == 201 && tested($problem->{id});

    is $r->{status}, 422, "refused: $url" or diag($r->{body});
    is $problem->{errors}[0]{pointer}, '/url', 'for its URL';
}


sub tested
{
    my ($id) = @_;

    my (undef, $result) = $manager->post("endpoints/$id/test");

    ok !$result->{succeeded}, 'or connected to by nobody';
    is $result->{status}, undef, 'and no answer is shown';

    return 1;
}

for my $field ({ address => 'any' }, { allow => ['127.0.0.0/8'] },
               { proxy => 'http://127.0.0.1:3128' },
               { tls => { ca => '/etc/passwd' } },
               { headers => [{ name => 'Authorization', value => 'x' }] },
               { headers => [{ name => 'Content-Length', value => '1' }] },
               { headers => [{ name => 'X', value => "a\r\nY: b" }] },
               { headers => [{ name => 'X', value => '${var.remote_addr}' }] },
               { filter => ['header.cookie exists'] },
               { body => { a => '${query.key}' } },
               { order_by => 'request.id' }, { order_by => 'header.cookie' },
               { unknown => 1 })
{
    my ($name) = keys %$field;
    my ($r, $problem) = $manager->post('endpoints',
        $s->endpoint(url => 'https://erp.example.com/', %$field));

    is $r->{status}, 422, 'refused: ' . JSON::PP->new->encode($field);
    like $problem->{errors}[0]{pointer}, qr{^/$name}, 'for that'
        unless $name eq 'unknown';
}


# --- receivers that lead elsewhere

for my $action ({ uri => '/secret/x' }, { uri => '/api/orders' },
                { uri => '/pos/../secret/x' }, { uri => '/pos/%2e%2e/secret/x' },
                { uri => '/pos/%2E./secret/x' }, { uri => '//secret/x' },
                { uri => '/pos/..%2fsecret/x' }, { uri => '/webhook/endpoints' },
                { uri => '${name}' }, { method => 'DELETE' },
                { method => '${name}' })
{
    my ($r) = $manager->post('receivers', $s->receiver(
        actions => [{ method => 'POST', uri => '/pos/res.partner', %$action }]));

    is $r->{status}, 422, 'refused: ' . JSON::PP->new->encode($action);
}

for my $field ({ target => { id => '${id}', model => 'm',
                             lookup => '/secret/${target.id}' } },
               { api => 'http://127.0.0.1/' }, { shadow => 'http://127.0.0.1/' },
               { emit => [{ type => 'order.add' }] })
{
    my ($r) = $manager->post('receivers', $s->receiver(%$field));

    is $r->{status}, 422, 'refused: ' . JSON::PP->new->encode($field);
}

# what a template makes of a call
my (undef, $rc) = $manager->post('receivers', $s->receiver(
    require => ['where'],
    actions => [{ method => 'POST', uri => '/pos/${where}' }],
));

my ($path) = ($rc->{url} // '') =~ m{^http://[^/]+(/.*)$};
ok $path, 'a receiver whose action goes where a call says';

for my $where ('../secret/x', '..%2fsecret/x', '%2e%2e/secret/x', '..\\secret',
               "x\r\nHost: y", '..;/secret')
{
    my $r = $t->request('POST', $path, JSON::PP->new->encode(
        { where => $where }), headers => ['Content-Type' => 'application/json']);

    ok !grep({ $_->{path} =~ m{/secret} } @{$s->{api}->requests}),
        "\"$where\": the API behind is not reached elsewhere";
}


# --- names, ids, companies

my ($r, $mine) = $manager->post('endpoints',
    $s->endpoint(name => 'twice', url => 'https://erp.example.com/'));
is $r->{status}, 201, 'a name';

($r) = $manager->post('endpoints',
    $s->endpoint(name => 'twice', url => 'https://erp.example.com/'));
is $r->{status}, 409, 'is one in its company';

($r) = $other->post('endpoints',
    $s->endpoint(name => 'twice', url => 'https://erp.example.com/'));
is $r->{status}, 201, 'and free in another';

($r) = $manager->post('endpoints', $s->endpoint(
    url => 'https://erp.example.com/', company => '4711'));
isnt $r->{status}, 201, 'nothing is registered for another company';

($r) = $manager->post('endpoints', $s->endpoint(
    url => 'https://erp.example.com/', id => 'ep_mine'));
isnt(JSON::PP->new->decode($r->{body})->{id}, 'ep_mine',
    'ids are made by the server');

$manager->del("endpoints/$mine->{id}", headers => ['If-Match' => '*']);
is $manager->get("endpoints/$mine->{id}")->{status}, 404, 'gone';

for my $id ('a%2fb', "a\x{1}b", 'x' x 300,
            'configured')
{
    isnt scalar($manager->get('endpoints/' . ($id =~ s/\x01/%01/r)))
        ->{status}, 200, 'no such endpoint';
}


# --- what others wrote, in lines for a shell, in lists, in problems

my $markup = qq{</script><script>alert(1)</script>'"`id`\$(id)\x{202e}};

($r, my $named) = $manager->post('endpoints', $s->endpoint(
    url => 'https://erp.example.com/', description => $markup,
    name => qq(<img src=x onerror=alert(1)>)));
is $r->{status}, 201, 'markup in a name and a description';
like $r->{headers}{'content-type'}, qr{^application/json}, 'is JSON';
is $r->{headers}{'x-content-type-options'}, 'nosniff', 'and nothing else';

($r) = $manager->get('endpoints?company=%3Cscript%3E');
is $r->{status}, 400, 'markup in a query';
like $r->{headers}{'content-type'}, qr{^application/problem\+json}, 'is told';

($r) = $manager->get('deliveries?state=%3Cscript%3E');
is $r->{status}, 400, 'in a state';

($r) = $manager->get("deliveries/%3Cscript%3Ealert(1)%3C/script%3E");
is $r->{status}, 404, 'in an id';

$t->stop;
$t->allow(qr/is not allowed|refused/);
$t->ok_logs;

done_testing;
