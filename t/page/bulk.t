# What is done to many at once: all that a search finds, sent again one by one,
# also where the company has asked too often, and stopped; answers that are lost
# on their way, and are asked for again with the same key; and what was kept,
# removed for good.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Page::Shop;
use Webhook::Test qw(wait_for);

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

my $s = Webhook::Routes->new;
my ($t, $manager, $hook) = @$s{qw(t manager hook)};
my $page = bless { s => $s }, 'Webhook::Page::Shop';

$hook->answer('/hooks/pos', 500);

my (undef, $ep) = $manager->post('endpoints',
                                 $s->endpoint(retry => { attempts => 1 }));

$s->order(company_id => 1260, customer => $_) for qw(Anna Anna Bob Anna Bob);

ok wait_for(sub { figures()->{dead} == 5 }), 'five orders that failed';

$hook->answer('/hooks/pos', 200);

my $b = $page->browser(token => 'manager', stub => 1);


# --- all that a search finds

search('Anna');

# what is waited for by the API is waited for here
$b->stub({ method => 'POST', path => '/retry$', status => 429, times => 1,
           headers => { 'Retry-After' => '1' } });

$b->tab_to('#all-retry');
$b->press('Enter');
$b->wait('return document.querySelector("dialog[open]")', 'a question');
like $b->text('dialog h2'), qr/^Retry all 3 that match$/,
    'they are counted by looking for them';
is scalar $b->asked('/retry$'), 0, 'before anything is done';

$b->tab_to('dialog button.primary');
$b->press('Enter');
$b->wait('return [...document.querySelectorAll(".notice")].some('
         . 'e => e.textContent === "Done for 3 deliveries.")', 'the end of it');

my @asked = $b->asked('/retry$');
is_deeply [map { $_->{status} } @asked], [429, 200, 200, 200],
    'one after the other, and what was too much once more';
is scalar(grep { $_->{path} eq $asked[0]{path} } @asked), 2,
    'the one that it was';
ok wait_for(sub { figures()->{delivered} == 3 }), 'they are delivered';
is figures()->{dead}, 2, 'and the others are left alone';


# --- it can be stopped

search('Bob');

$b->stub({ method => 'POST', path => '/retry$', status => 429,
           headers => { 'Retry-After' => '600' } });
$b->tab_to('#all-retry');
$b->press('Enter');
$b->wait('return document.querySelector("dialog[open]")', 'a question');
$b->tab_to('dialog button.primary');
$b->press('Enter');
$b->wait('return document.querySelector("main").innerText'
         . '.includes("10 min")', 'how long it waits');
is $b->count('#all-retry'), 0, 'nothing else is begun meanwhile';
ok $b->js('return document.activeElement.id === "bulk-stop"'),
    'what stops it has the focus';
$b->press('Enter');
$b->wait('return document.querySelector("#all-retry")', 'the end of it');
is figures()->{dead}, 2, 'nothing was done';
$b->stub;


# --- an answer is lost: the same is asked again, which is under way yet

my ($dead) = @{($manager->get("deliveries?endpoint=$ep->{id}&state=dead"))[1]
               {items}};

$page->show($b, "#/deliveries/$dead->{id}");
$b->stub({ method => 'POST', path => '/replay$', lost => 1, status => 0,
           times => 1 },
         { method => 'POST', path => '/replay$', status => 409, times => 1,
           headers => { 'Retry-After' => '1' } });
$b->tab_to('#delivery-replay');
$b->press('Enter');
$b->wait("return !location.hash.includes('$dead->{id}')", 'the new delivery');

@asked = $b->asked('/replay$');
is_deeply [map { $_->{status} } @asked], [201, 409, 201],
    'it is asked for until there is an answer';
is scalar(keys %{{ map { $_->{key} => 1 } @asked }}), 1,
    'with the same key';

my @all = @{($manager->get("deliveries?endpoint=$ep->{id}"))[1]{items}};
is scalar @all, 6, 'and done once';
ok wait_for(sub { figures()->{delivered} == 4 }), 'it is delivered';

# a 409 that is an answer is told

$page->show($b, "#/hooks/$ep->{id}");
$b->stub({ method => 'POST', path => '/pause$', status => 409, times => 1,
           headers => { 'Retry-After' => '1' } });
$b->tab_to('#hook-pause');
$b->press('Enter');
$b->wait('return document.querySelector("dialog[open]")', 'a question');
$b->tab_to('dialog button[type=submit]');
$b->press('Enter');
$b->wait('return document.querySelector("dialog .failure:not([hidden])")',
         'what is wrong');
like $b->text('dialog .failure'), qr/It is a 409/,
    'what was not lost is not asked for again';
is scalar $b->asked('/pause$'), 1, 'at all';
$b->press('Escape');

$page->show($b, '#/settings');
$b->wait('return document.querySelector("main").innerText'
         . '.includes("Hooks per event")', 'the limits');
like $b->text('main'), qr/Hooks\s+1 of 100\b/, 'how many hooks are left';
like $b->text('main'), qr/Tests\s+30 in 1 min; 30 left/, 'and tests';
is $b->count('#purge-what'), 0, 'who has a company removes nothing';
$b->end;


# --- removed for good

my ($receiver) = ($manager->post('receivers', $s->receiver))[1];

$b = $page->browser;
$page->show($b, '#/settings');

# an id that is none: what the API says stands at the field

$b->choose('#purge-what', 'One event');
$b->tab_to('#purge-event');
$b->type('order.add');
$b->press('Enter');
sure();
$b->wait('return document.activeElement.id === "purge-event"'
         . ' && document.activeElement.getAttribute("aria-invalid")',
         'the field that is wrong');
like $b->text('.field.wrong .error'), qr/it has to be an id/,
    'what is wrong with it';

$b->press('Home', 'Shift+End', 'Backspace');
$b->type($all[0]{event});
$b->press('Enter');
sure();
$b->wait('return document.querySelector("main").innerText'
         . '.includes("It was removed.")', 'the end of it');
is(($manager->get("deliveries/$all[0]{id}"))[0]{status}, 404,
   'one event is gone');

# none is asked for

$b->choose('#purge-what', 'One call');
$b->tab_to('#purge-call');
$b->press('Enter');
$b->wait('return document.querySelector(".field.wrong .error").textContent',
         'a word on the empty field');
is $b->count('dialog'), 0, 'nothing is asked';

# whatever has a value, as a task, whose events are counted before

$b->choose('#purge-what', 'Everything with a value');
$b->tab_to('#purge-path');
$b->type('customer');
$b->tab_to('#purge-value');
$b->type('Bob');
$b->press('Enter');
$b->wait('return document.querySelector("dialog[open]")', 'a question');
like $b->text('dialog'), qr/Value: Bob.*\b2 events/s, 'how many there are';
sure();
$b->wait('return document.querySelector("#purge-task")', 'a task');

ok wait_for(sub {
    local $manager->{openapi};
    return @{($manager->get("deliveries?endpoint=$ep->{id}"))[1]{items}} == 3;
}), 'what has the value is gone, and the rest is there';

# a company, as a task

$b->choose('#purge-what', 'All of a company');
$b->tab_to('#purge-company');
$b->type('1260');
$b->press('Enter');
$b->wait('return document.querySelector("dialog[open]")', 'a question');
like $b->text('dialog'), qr/1260/, 'which one is asked first';
$b->press('Escape');
$b->wait('return !document.querySelector("dialog")', 'no question');
is scalar @{($manager->get("deliveries?endpoint=$ep->{id}"))[1]{items}}, 3,
    'nothing is removed without it';

$b->tab_to('#purge-company');
$b->press('Enter');
sure();
$b->wait('return document.querySelector("#purge-task")', 'a task');
$b->tab_to('#purge-task');
$b->press('Enter');
$b->wait('const e = document.querySelector("main .badge");'
         . 'return e && e.textContent === "Done"', 'the end of the task');
is scalar @{($manager->get("deliveries?endpoint=$ep->{id}"))[1]{items}}, 0,
    'all of the company is gone';

is_deeply [grep { !/the server responded with a status of 4/ } $b->console], [],
    'the browser had nothing to complain of';

$b->end;
$t->stop;
$t->ok_logs;

done_testing;


sub figures
{
    local $manager->{openapi};

    return ($manager->get("endpoints/$ep->{id}"))[1]{state};
}


sub search
{
    my ($text) = @_;

    $page->show($b, "#/deliveries?q=$text");
    $b->wait('return document.querySelectorAll("#deliveries tbody tr").length'
             . ' > 1', "deliveries with $text");
}


sub sure
{
    $b->wait('return document.querySelector("dialog[open]")', 'a question');
    $b->tab_to('dialog button.danger');
    $b->press('Enter');
    $b->wait('return !document.querySelector("dialog")', 'an answer');
}
