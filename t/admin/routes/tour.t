# The tour: a manager registers an endpoint and a receiver, sees what becomes of
# an order and of a call, breaks things and mends them.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Routes;
use Webhook::Test qw(wait_for);

my $s = Webhook::Routes->new;
my ($t, $manager, $viewer) = @$s{qw(t manager viewer)};


# --- an endpoint for order.add, with two headers, XML and a secret

my ($r, $ep) = $manager->post('endpoints', $s->endpoint(
    name    => 'erp',
    format  => 'xml',
    headers => [{ name => 'X-Company', value => '1260' },
                { name => 'X-Key', value => 'the-key-of-somebody' }],
    secret  => JSON::PP::true,
));

is $r->{status}, 201, 'an endpoint is registered';
like $ep->{id}, qr/^ep_[a-z0-9]{26}$/, 'its id';
is $r->{headers}{location}, "/webhook/endpoints/$ep->{id}", 'where it is';
is $r->{headers}{etag}, '"1"', 'its version';
is $ep->{company}, '1260', 'it is of the company of who registered it';
like $ep->{secret}, qr/^whsec_/, 'a secret was made, and is shown';
is $ep->{by}, 'manager', 'by whom';

($r, my $seen) = $manager->get("endpoints/$ep->{id}");
is $r->{status}, 200, 'it is there';
is $seen->{secret}, undef, 'the secret is shown once';
is_deeply [map { $_->{value} } @{$seen->{headers}}], ['***', '***'],
    'values of headers are not shown';
is $seen->{url}, $s->{hook}->url('/hooks/pos'), 'its URL is, to who may set it';

($r, $seen) = $viewer->get("endpoints/$ep->{id}");
like $seen->{url}, qr{^http://127\.0\.0\.1:\d+/\*\*\*$},
    'but not to who may look';


# --- an order

my $order = $s->order(company_id => 1260, customer => 'Anna');
is $order->{status}, 201, 'an order goes through the proxy';

my ($got) = grep { $_->{path} eq '/hooks/pos' }
            @{$s->{hook}->wait_requests(2)};

ok $got, 'it is delivered';
is $got->{headers}{'x-company'}, '1260', 'with the one header';
is $got->{headers}{'x-key'}, 'the-key-of-somebody', 'and the other';
like $got->{headers}{'content-type'}, qr{^application/xml}, 'as XML';
like $got->{body}, qr{<customer>Anna</customer>}, 'with its data';
ok $got->{headers}{'webhook-signature'}, 'signed';

my $d = $s->delivery($manager, "endpoint=$ep->{id}&state=delivered");
ok $d, 'the manager finds the delivery';
is $d->{company}, '1260', 'of the company';
is $d->{id}, "$d->{event}.$ep->{id}", 'its id';

($r, my $all) = $manager->get('deliveries');
is_deeply [map { $_->{endpoint} } @{$all->{items}}], [$ep->{id}],
    'what goes to endpoints of nginx.conf is not shown to a company';

($r, my $full) = $manager->get("deliveries/$d->{id}");
is $r->{status}, 200, 'one delivery';
is scalar @{$full->{attempts}}, 1, 'it has one attempt';
is $full->{attempts}[0]{status}, 200, 'which was accepted';
is $full->{webhook_id}, $got->{headers}{'webhook-id'}, 'its webhook-id';

($r) = $manager->get("deliveries/$d->{id}/payload");
is $r->{status}, 200, 'its payload';
is $r->{body}, $got->{body}, 'byte for byte';
is $r->{headers}{'content-type'}, 'application/octet-stream', 'as bytes';
like $r->{headers}{'content-security-policy'}, qr/sandbox/, 'in a sandbox';

($r) = $viewer->get("deliveries/$d->{id}/payload");
is $r->{status}, 403, 'which not everybody may see';

($r, my $stats) = $manager->get("endpoints/$ep->{id}/stats?range=1h");
is $stats->{totals}{delivered}, 1, 'it is counted';


# --- it breaks

$s->{hook}->answer('/hooks/pos', 500);
$s->order(company_id => 1260, n => $_) for 1 .. 3;

ok wait_for(sub {
    local $manager->{openapi};
    my (undef, $page) = $manager->get("deliveries?endpoint=$ep->{id}"
                                      . '&state=dead');
    return @{$page->{items}} == 3;
}), 'three deliveries are dead';

($r, $seen) = $manager->get("endpoints/$ep->{id}");
is $seen->{state}{dead}, 3, 'as the endpoint says';

($r, my $count) = $manager->post('deliveries/retry',
    { filter => { endpoint => $ep->{id}, state => 'dead' },
      dry_run => JSON::PP::true });
is $r->{status}, 200, 'how many would be retried';
is $count->{count}, 3, 'all of them';

$s->{hook}->answer('/hooks/pos', 200);

my @once = (headers => ['Idempotency-Key' => 'retry-of-today']);
my $bulk = { filter => { endpoint => $ep->{id}, state => 'dead' } };

($r, my $task) = $manager->post('deliveries/retry', $bulk, @once);
is $r->{status}, 202, 'all that match are retried';
is $task->{expected}, 3, 'as many';

($r, my $again) = $manager->post('deliveries/retry', $bulk, @once);
is $again->{id}, $task->{id}, 'the request, repeated, is the same task';

ok wait_for(sub {
    local $manager->{openapi};
    (undef, $task) = $manager->get("tasks/$task->{id}");
    return $task->{state} eq 'done';
}), 'the task ends';
is $task->{done}, 3, 'it has done them all';

ok wait_for(sub {
    local $manager->{openapi};
    (undef, $seen) = $manager->get("endpoints/$ep->{id}");
    return $seen->{state}{delivered} == 4;
}), 'and they are delivered';


# --- paused and resumed

($r, $seen) = $manager->post("endpoints/$ep->{id}/pause",
                             { reason => 'we move' });
is $seen->{state}{paused}, JSON::PP::true, 'it is paused';
is $seen->{state}{reason}, 'we move', 'for a reason';

$s->order(company_id => 1260);
$d = $s->delivery($manager, "endpoint=$ep->{id}&state=pending");
ok $d, 'an order waits';

($r, $full) = $manager->post("deliveries/$d->{id}/cancel");
is $full->{state}, 'cancelled', 'it is given up';

($r, $full) = $manager->post("deliveries/$d->{id}/retry");
is $full->{state}, 'pending', 'or not';

($r, $seen) = $manager->post("endpoints/$ep->{id}/resume");
is $seen->{state}{paused}, JSON::PP::false, 'it is resumed';

ok wait_for(sub {
    local $manager->{openapi};
    (undef, $full) = $manager->get("deliveries/$d->{id}");
    return $full->{state} eq 'delivered';
}), 'and the order goes out';

($r, my $new) = $manager->post("deliveries/$d->{id}/replay");
is $r->{status}, 201, 'it is sent anew';
is $new->{webhook_id}, $full->{webhook_id}, 'under the same webhook-id';
isnt $new->{id}, $full->{id}, 'as another delivery';
is $r->{headers}{location}, "/webhook/deliveries/$new->{id}", 'which is there';


# --- changed, and deleted

($r, $seen) = $manager->patch("endpoints/$ep->{id}", { format => 'json' });
is $r->{status}, 428, 'what is changed has to be known';

($r, $seen) = $manager->patch("endpoints/$ep->{id}", { format => 'json' },
                              headers => ['If-Match' => '"1"']);
is $r->{status}, 200, 'its format is changed';
is $r->{headers}{etag}, '"2"', 'to another version';

$s->order(company_id => 1260, customer => 'Binh');

ok wait_for(sub {
    ($got) = grep { $_->{path} eq '/hooks/pos' && $_->{body} =~ /Binh/ }
             @{$s->{hook}->requests};
    return $got;
}), 'the next order';
is(JSON::PP->new->utf8->decode($got->{body})->{customer}, 'Binh',
   'is JSON');
is $got->{headers}{'x-key'}, 'the-key-of-somebody',
    'with the headers that were left out of the change';

($r, $seen) = $manager->patch("endpoints/$ep->{id}", { url => 'ftp://a/' },
                              headers => ['If-Match' => '"2"']);
is $r->{status}, 422, 'a mistake';
is $seen->{errors}[0]{pointer}, '/url', 'and where it is';

ok wait_for(sub {
    local $manager->{openapi};
    (undef, $seen) = $manager->get("endpoints/$ep->{id}");
    return !$seen->{state}{pending} && !$seen->{state}{sending};
}), 'nothing waits any more';

$manager->del("endpoints/$ep->{id}", headers => ['If-Match' => '"2"']);
($r) = $manager->get("endpoints/$ep->{id}");
is $r->{status}, 404, 'deleted';


# --- a receiver

($r, my $rc) = $manager->post('receivers', $s->receiver(name => 'contact'));
is $r->{status}, 201, 'a receiver is registered' or diag($r->{body});
like $rc->{url}, qr{^http://127\.0\.0\.1:\d+/web/hook/\S{20,}$}, 'its URL';

sub call
{
    my ($url, $body) = @_;

    my ($path) = $url =~ m{^http://[^/]+(/.*)$};

    return $t->request('POST', $path, $body,
                       headers => ['Content-Type' => 'application/json']);
}

is call($rc->{url}, '{"name": "Chi"}')->{status}, 200, 'it is called';

($got) = grep { $_->{path} eq '/pos/res.partner' } @{$s->{api}->requests};
ok $got, 'and calls the API';
is $got->{headers}{'x-company'}, '1260', 'which is told whose call it is';

($r, $seen) = $manager->get("receivers/$rc->{id}");
unlike $r->{body}, qr/\Q${\ ($rc->{url} =~ m{([^\/]+)$})}\E/,
    'its URL is shown once';

($r, my $urls) = $manager->post("receivers/$rc->{id}/reveal");
is $urls->{url}, $rc->{url}, 'and when it is asked for';

($r, my $rotated) = $manager->post("receivers/$rc->{id}/rotate",
    { overlap => '1h' }, headers => ['If-Match' => $r->{headers}{etag}
                                                   // '"1"']);
is $r->{status}, 200, 'it gets another URL';
isnt $rotated->{url}, $rc->{url}, 'which is another';
is call($rc->{url}, '{"name": "Dao"}')->{status}, 200, 'the old one holds';
is call($rotated->{url}, '{"name": "Em"}')->{status}, 200, 'the new one too';

($r, $urls) = $manager->post("receivers/$rc->{id}/reveal");
is_deeply [map { $_->{url} } @{$urls->{tokens}}], [$rotated->{url}, $rc->{url}],
    'both are shown, the newest first';
is $urls->{url}, $rotated->{url}, 'which is the one to call';
($r, my $newest) = $manager->post("receivers/$rc->{id}/sample");
like $newest->{command}, qr/\Q$rotated->{url}\E/, 'also by a sample';

($r, my $last) = $manager->post("receivers/$rc->{id}/rotate", undef,
                                headers => ['If-Match' => '"2"']);
is $r->{status}, 200, 'and another, at once';
is call($rc->{url}, '{"name": "Giang"}')->{status}, 404, 'the first is gone';
is call($rotated->{url}, '{"name": "Ha"}')->{status}, 404, 'the second too';
is call($last->{url}, '{"name": "Khoa"}')->{status}, 200, 'the last holds';

my $calls;

ok wait_for(sub {
    local $manager->{openapi};
    ($r, $calls) = $manager->get("receivers/$rc->{id}/calls");
    return @{$calls->{items}} == 4;
}), 'its calls are listed';

($r, my $call) = $manager->get("receivers/$rc->{id}/calls/"
                               . $calls->{items}[0]{id});
is $call->{body}, '{"name": "Khoa"}', 'one of them';
is $call->{actions}[0]{status}, 201, 'and what it did';

($r, $call) = $viewer->get("receivers/$rc->{id}/calls/"
                           . $calls->{items}[0]{id});
is $call->{body}, undef, 'whose payload not everybody sees';

my $before = @{$s->{api}->requests};

($r, my $dry) = $manager->post("receivers/$rc->{id}/dry-run",
                               { body => { name => 'Lan' } });
is $r->{status}, 200, 'a dry run';
like $r->{body}, qr{/pos/res\.partner}, 'says what would be called';
is scalar @{$s->{api}->requests}, $before, 'and nothing is';

($r, $dry) = $manager->post("receivers/$rc->{id}/dry-run",
                            { body => { title => 'Lan' } });
is $dry->{status}, 422, 'of what is not right';

($r, my $made) = $manager->post("receivers/$rc->{id}/calls/"
                                . "$calls->{items}[0]{id}/replay");
is $r->{status}, 200, 'a call is made again';
is $made->{status}, 200, 'and goes well';
is scalar @{$s->{api}->requests}, $before + 1, 'once';

($r, my $sample) = $manager->post("receivers/$rc->{id}/sample",
                                  { body => { name => "it's `id` \$(id)" } });
is $r->{status}, 200, 'a sample';

my $shell = $t->file('sample.sh', $sample->{command} . "\n");
like scalar(qx{/bin/sh $shell 2>/dev/null}), qr{^HTTP/1\.1 200}m,
    'which a shell makes';
is $s->{api}->requests->[-1]{body}, '{"name":"it\'s `id` $(id)"}',
    'to the letter';

($r) = $manager->del("receivers/$rc->{id}", headers => ['If-Match' => '"3"']);
is $r->{status}, 204, 'deleted';
is call($last->{url}, '{"name": "Minh"}')->{status}, 404, 'and gone';


# --- who did it

($r, my $audit) = $manager->get('audit');
my %done = map { ($_->{kind} . ' ' . $_->{action}) => 1 } @{$audit->{items}};

ok $done{$_}, "the audit has $_"
    for 'endpoint create', 'endpoint update', 'endpoint delete',
        'endpoint pause', 'endpoint resume', 'deliveries retry',
        'delivery retry', 'delivery cancel', 'delivery replay',
        'receiver create', 'receiver rotate', 'receiver reveal',
        'receiver sample', 'receiver dry-run', 'receiver delete',
        'call replay';
is_deeply [grep { ($_->{company} // '') ne '1260' } @{$audit->{items}}], [],
    'of the company alone';
unlike $r->{body}, qr/the-key-of-somebody|whsec_/, 'without a secret';

($r, $audit) = $manager->get('audit?kind=receiver&action=rotate&limit=1');
is scalar @{$audit->{items}}, 1, 'a page of those of a kind';
($r, my $rest) = $manager->get('audit?kind=receiver&action=rotate&limit=1'
                               . "&cursor=$audit->{next}");
is_deeply [map { "$_->{kind} $_->{action} $_->{id}" } @{$audit->{items}},
                                                      @{$rest->{items}}],
    [("receiver rotate $rc->{id}") x 2], 'and the next one';
($r, $rest) = $manager->get('audit?by=nobody');
is_deeply $rest->{items}, [], 'who did nothing';

($r, $audit) = $s->{other}->get('audit');
is_deeply $audit->{items}, [], 'another company sees nothing of it';

$t->stop;
$t->ok_logs;

done_testing;
