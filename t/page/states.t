# What each screen shows where there is nothing, where something goes wrong, where
# the reader may not, and where nobody knows the reader any more; and that it goes
# on from there.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Page::Shop;
use Webhook::Test qw(asan);

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

# the others of this folder have the sanitizers see what the page asks for
plan skip_all => 'what is looked at here is the browser' if asan();

my $p = Webhook::Page::Shop->new(
    http   => <<'CONF',
        map $uri $closed { default 0; }
        map $cookie_session $may { default ""; of-the-clerk 1; }
CONF
    server => <<'CONF');
        location /closed/ {
            webhook_api;
            webhook_permission $closed view=$closed name=clerk;
        }

        location /cookie/ {
            webhook_api;
            webhook_permission $may name=$cookie_session;
        }
CONF

my $b = $p->browser(stub => 1);

# all that screens ask for, but who it is
my $any = '^/webhook/(?!page/|whoami)';

# those that show nothing but a form ask for nothing
my @asking = grep { !m{^#/(?:nowhere|receivers/new)$} } $p->screens;

my $heading = 'return document.querySelector("main .failure h2")?.textContent';
my $failure = '.failure:not([hidden])';         # forms have room for one


# --- something is wrong, and then is not

for my $case ([503, 'That did not work', 'It is a 503'],
              [0, 'That did not work', 'cannot be reached'],
              [403, 'Not allowed', 'It is a 403'])
{
    my ($status, $title, $text) = @$case;

    for my $screen (@asking) {
        $b->stub({ path => $any, status => $status, times => 1000 });
        $p->show($b, $screen);
        $b->wait("$heading === '$title'", "$title on $screen");

        like $b->text('main .failure'), qr/\Q$text/,
            "$screen: what is wrong (" . ($status || 'no server') . ')';
        is $b->count("main $failure:not(:has(button))"), 0,
            'each with a way to try again';

        $b->stub;
        $b->js('for (const e of document.querySelectorAll("main .failure button"))'
               . ' { e.click(); }');
        $b->wait('const m = document.querySelector("main");'
                 . 'return m.querySelector("h1")'
                 . " && !m.querySelector('$failure, .loading:not(details *)')",
                 "$screen again");
    }
}


# --- nobody knows the reader any more: a token, and the same screen

for my $screen (@asking) {
    $p->show($b, '#/nowhere');
    $b->stub({ path => $any, status => 401, times => 1000 });
    $b->js('location.hash = arguments[0]', $screen);
    $b->wait('return document.activeElement.type === "password"',
             "$screen: a question for the token");
    is $b->count('.menu a'), 0, "$screen: nothing else is shown";

    $b->stub;
    $b->type($p->{s}->token('root'));
    $b->press('Enter');
    $p->shown($b);
    is $b->js('return location.hash'), $screen, 'and then the screen';
    is $b->count("main $failure"), 0, 'as it was';
}

# in the middle of it

for (['#/', '.tiles'], ['#/hooks', '#hooks-order'],
     ["#/hooks/$p->{bad}", '#hook-last'], ['#/deliveries', '#deliveries'],
     ["#/deliveries/$p->{dead}", '.timeline'], ['#/tasks', '#tasks'],
     ["#/receivers/$p->{receiver}", '#calls'])
{
    my ($screen, $what) = @$_;

    $p->show($b, $screen);
    $b->wait("return document.querySelector('main $what')", $what);
    $b->stub({ path => $any, status => 503, times => 1000 });

    # who comes back to the tab sees what is there now
    $b->js('document.dispatchEvent(new Event("visibilitychange"))');
    $b->wait("return document.querySelector('main $failure')",
             "a failure on $screen");
    is $b->count("main $what"), 1, "$screen: what was got stays";
    $b->stub;
    $b->js('for (const e of document.querySelectorAll("main .failure button"))'
           . ' { e.click(); }');
    $b->wait("return !document.querySelector('main $failure')",
             "none on $screen");
    is $b->count("main $what"), 1, 'and goes on';
}

$p->show($b, '#/');
$b->stub({ path => $any, status => 401, times => 1000 });
$b->wait('return document.activeElement.type === "password"',
         'a question for the token');
pass 'a screen that asks again and again notes it, too';

$b->end;


# who came with a cookie has no token: the server's own login is what helps

$b = Webhook::Page::Browser->new;

my $cookies = $p->url =~ s{webhook/$}{cookie/}r;

$b->cdp('Network.setCookie', { url => $cookies, name => 'session',
                               value => 'of-the-clerk' });
$b->go($cookies);
$b->wait('return document.querySelector("main .tiles")', 'the overview');
$b->cdp('Network.deleteCookies', { url => $cookies, name => 'session' });
$b->wait('return document.activeElement.textContent === "Reload"',
         'what ends a session');
like $b->text('main'), qr/^Your session has ended/, 'a session ends';
is $b->count('.menu a'), 0, 'nothing else is shown';
$b->js('window.before = true');
$b->press('Enter');
$b->wait('return !window.before && document.activeElement.type === "password"',
         'the page anew');
pass 'the page is loaded again';
$b->end;


# --- who may only look, and who may not even that

$b = $p->browser(token => 'watcher');

for my $screen ('#/hooks/new', "#/hooks/$p->{hook}/edit", '#/receivers/new',
                "#/receivers/$p->{receiver}/edit")
{
    $p->show($b, $screen);
    $b->wait("$heading === 'Not allowed'", "a refusal on $screen");
    like $b->text('main .failure'), qr/company\.setting/,
        "$screen: what is needed";
    is $b->count('main form'), 0, 'and no form';
}

for my $screen ('#/', '#/hooks', "#/hooks/$p->{hook}", '#/deliveries',
                "#/deliveries/$p->{dead}", '#/receivers',
                "#/receivers/$p->{receiver}", '#/tasks', '#/settings')
{
    $p->show($b, $screen);
    is $b->count('main button.danger, main .button.primary,'
                 . ' main button.primary:not(.filters *)'), 0,
        "$screen: nothing that changes something";
}

$b->end;

$b = Webhook::Page::Browser->new;
$b->go($p->url =~ s{webhook/$}{closed/}r);
$b->wait("$heading === 'Not allowed'", 'a refusal');
like $b->text('main'), qr/company\.view or company\.setting/,
    'who may not even look is told what to ask for';
$b->tab_to('button', 'Sign in with a token');
$b->press('Enter');
$b->wait('return document.activeElement.type === "password"',
         'a question for the token');
$b->type($p->{s}->token('root'));
$b->press('Enter');
$p->shown($b);
like $b->text('h1'), qr/^Overview$/, 'or comes in by a token';
$b->end;


# --- there is nothing yet

my $s = Webhook::Routes->new;
my $empty = bless { s => $s }, 'Webhook::Page::Shop';

$b = $empty->browser(token => 'manager', stub => 1);

for (['#/', 'There are no hooks yet'],
     ['#/hooks', 'There are no hooks yet'],
     ['#/hooks?event=order.add', 'There are no hooks yet'],
     ['#/deliveries', 'There are no deliveries yet'],
     ['#/deliveries?state=dead', 'No delivery matches'],
     ['#/receivers', 'There are no receivers yet'],
     ['#/tasks', 'There are no tasks'],
     ['#/audit?by=nobody', 'No change matches'])
{
    my ($screen, $text) = @$_;

    $empty->show($b, $screen);
    $b->wait('return document.querySelector("main .empty")?.textContent'
             . ".startsWith('$text')", "\"$text\" on $screen");
    pass "$screen: $text";
}

$b->stub({ path => '^/webhook/events$', status => 200,
           body => { items => [], next => undef }, times => 1000 });
$empty->show($b, '#/events');
like $b->text('main .empty'), qr/^There are no event types/,
    '#/events: there are no types';
$b->stub;

my ($api) = $s->{manager};
my ($r, $ep) = $api->post('endpoints', $s->endpoint);
(undef, my $rc) = $api->post('receivers', $s->receiver);

for (["#/hooks/$ep->{id}", 'Nothing has been sent to it yet'],
     ["#/receivers/$rc->{id}", 'No calls yet'])
{
    my ($screen, $text) = @$_;

    $empty->show($b, $screen);
    $b->wait('return [...document.querySelectorAll("main .empty")].some(e =>'
             . " e.textContent.startsWith('$text'))", "\"$text\" on $screen");
    pass "$screen: $text";
}

is_deeply [grep { !/the server responded with a status of 4/ } $b->console], [],
    'the browser had nothing to complain of';

$b->end;


# --- a company with more hooks than charts add up

my $more = Webhook::Routes->new(
    workers => 1, quota => 'endpoints=200 requests=100000r/m');

($r) = $more->{manager}->post('registry', { items => [
    map { { kind => 'endpoint', %{$more->endpoint} } } 1 .. 103] });
is $r->{status}, 200, 'a hundred hooks, and three' or diag $r->{body};

$more->order(company_id => 1260);
$more->delivery($more->{manager}, 'state=delivered');

my $many = bless { s => $more }, 'Webhook::Page::Shop';

for (['manager', 1], ['root', 0]) {
    my ($who, $warned) = @$_;

    $b = $many->browser(token => $who);
    $b->wait('return document.querySelector("main .columns")', 'charts');

    my $told = () = $b->text('main')
                    =~ /3 hooks are not included in these charts/g;
    is $told, $warned, "$who is told what charts leave out, if they do";
    $b->end;
}

$_->{t}->stop for $p->{s}, $s, $more;

done_testing;
