# What nginx.conf lets be registered: a form offers that alone, and where nothing
# can be registered it is not even shown; a receiver whose address the server does
# not know; a server that is paused as a whole.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Page::Shop;
use Webhook::Test qw(asan);

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

# the others of this folder have the sanitizers see what the page asks for
plan skip_all => 'what is looked at here is the browser' if asan();

my $s = Webhook::Routes->new;
my $p = bless { s => $s }, 'Webhook::Page::Shop';
my $b = $p->browser(token => 'manager', stub => 1);

my (undef, $limits) = $s->{manager}->get('limits');
my (undef, $ep) = $s->{manager}->post('endpoints', $s->endpoint);
my (undef, $rc) = $s->{manager}->post('receivers', $s->receiver);


# as the server would say it with another configuration
sub limited
{
    my ($screen, $registry, %more) = @_;

    my $body = { %$limits, %more, registry => $registry
                 && { %{$limits->{registry}}, %$registry } };

    $b->stub({ path => '/limits$', status => 200, body => $body,
               times => 1000 });
    $p->show($b, $screen);
}


for (['#/hooks/new', undef, qr/add webhook_registry/],
     ['#/receivers/new', undef, qr/add webhook_registry/],
     ['#/hooks/new', { secrets => JSON::PP::false }, qr/a key/],
     ['#/receivers/new', { actions => [] }, qr/add actions/],
     ['#/hooks/new', {}, qr/There are 5 already/,
      endpoints => { limit => 5, used => 5, left => 0 }])
{
    my ($screen, $registry, $why, %more) = @$_;

    limited($screen, $registry, %more);
    like $b->text('main .failure'), $why, "$screen: $why";
    is $b->count('main form'), 0, 'and no form to be filled in for nothing';
}

# one that is there can be changed, however many there are

limited("#/hooks/$ep->{id}/edit", {},
        endpoints => { limit => 1, used => 1, left => 0 });
is $b->count('main form'), 1, 'what is there is changed all the same';

limited('#/hooks/new', { schemes => ['https'], ports => [443, 8443],
                         confirm => JSON::PP::true });
like $b->text('main'), qr/Allowed: https . ports 443, 8443/,
    'where hooks may go';
like $b->text('main'), qr/after the destination has been confirmed/,
    'and what they need';

limited('#/receivers/new', { durable => JSON::PP::false, emit => [] });
like $b->text('main'), qr{Actions may call: POST /pos/},
    'what receivers may call';
is $b->count('option[value=durable]'), 0, 'no mode that cannot be had';
unlike $b->text('main'), qr/Add an event/, 'nor events';

limited('#/receivers/new', { durable => JSON::PP::true,
                             emit => ['contact.*'] });
is $b->count('option[value=durable]'), 1, 'what can be had is offered';
like $b->text('main'), qr/Add an event/, 'all of it';


# --- a receiver without an address

$b->stub({ path => '/limits$', status => 200, times => 1000,
           body => { %$limits, registry => { %{$limits->{registry}},
                                             receive => undef } } },
         { method => 'POST', path => '/reveal$', status => 200, times => 1000,
           body => { url => undef, tokens => [{ id => 't1', url => undef,
                     created => undef, expires => undef }] } });
$p->show($b, "#/receivers/$rc->{id}");
$b->tab_to('#reveal');
$b->press('Enter');
$b->wait('return document.querySelector(".notice.bad")', 'what is wrong');
like $b->text('.notice.bad'), qr/add receive to webhook_registry/,
    'why nobody knows its URL';

$b->stub({ method => 'POST', path => '/rotate$', status => 200, times => 1,
           body => { %$rc, url => undef, token => 'the-end-of-its-url' } });
$b->tab_to('#rotate');
$b->press('Enter');
$b->wait('return document.querySelector("dialog[open] select")', 'a question');
$b->tab_to('dialog button[type=submit]');
$b->press('Enter');
$b->wait('return document.querySelector("main .secret input")?.value'
         . ' === "the-end-of-its-url"', 'the end of it, this once');
pass 'what is known of it is shown';
$b->stub;


# --- all is paused, which no button of a hook ends

$p->show($b, "#/hooks/$ep->{id}");
is $b->text('#hook-pause'), 'Pause', 'it is not paused';

my ($status) = $s->{t}->ctl('pause', '--all');
is $status, 0, 'an operator pauses all';

$b->wait('return document.querySelector("main .warning")', 'a word on it');
like $b->text('main .warning'), qr/^Everything on this server is paused/,
    'that it is not the hook';
is $b->text('#hook-pause'), 'Pause', 'nothing pretends to end that';

$b->end;
$s->{t}->stop;

done_testing;
