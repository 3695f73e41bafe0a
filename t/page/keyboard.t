# The tour of what goes out, with the keyboard alone: a hook for order.add, an
# order, its delivery; the hook's server breaks, is mended, and all that failed
# is sent again.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Page::Browser;
use Webhook::Routes;
use Webhook::Test qw(wait_for);

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

my $s = Webhook::Routes->new(http => <<'HTTP');
        webhook_event_type order.edit group=order "An order was changed";
        webhook_event_type cashflow.add group=cashbook "A receipt was recorded";
HTTP

my ($t, $manager, $hook) = @$s{qw(t manager hook)};
my $b = Webhook::Page::Browser->new;

# a heading that has the focus: the screen is there
my $arrived = 'return document.activeElement.tagName === "H1"'
              . ' && !document.querySelector("main > .loading")'
              . ' && document.activeElement.textContent';


sub at_screen
{
    my ($title) = @_;

    return $b->wait("$arrived === " . JSON::PP->new->allow_nonref
                                              ->encode($title),
                    "a screen \"$title\"");
}


# --- who it is

$b->go('http://127.0.0.1:' . $t->port . '/webhook/');
$b->wait('return document.activeElement.type === "password"',
         'a question for the token');
$b->type('token-of-nobody-0123456789');
$b->press('Enter');
$b->wait('return document.querySelector(".login .error").textContent',
         'a word on the wrong token');

$b->press('Tab', 'Shift+Tab');
$b->type($s->token('manager'));
$b->press('Enter');
at_screen('Overview');
pass 'the manager is known';


# --- a hook: group order, event order.add, two headers, XML

$b->tab_to('.menu a', 'Hooks');
$b->press('Enter');
at_screen('Hooks');

$b->tab_to('#hooks-add');
$b->press('Enter');
at_screen('Add a hook');

$b->choose('fieldset select', 'Orders');
$b->tab_to('input[type=checkbox]', 'order.add');
$b->press('Space');
$b->wait('return document.querySelector(".words code").textContent'
         . ' === "order.add"', 'what is chosen');

$b->tab_to('#hook-name');
$b->type('erp');
$b->tab_to('#hook-url');
$b->type('ftp://erp.example.com/');
$b->tab_to('button[type=submit]', 'Add the hook');
$b->press('Enter');
$b->wait('const e = document.activeElement;'
         . 'return e.id === "hook-url"'
         . ' && e.getAttribute("aria-invalid") === "true"',
         'the field that is wrong');
like $b->text('.field.wrong .error'), qr/has to begin with "http:/,
    'what the API says of it stands there';

$b->press('Home', 'Shift+End', 'Backspace');
$b->type($hook->url('/hooks/pos'));
$b->choose('#hook-format', 'XML');

for (['X-Company', '1260'], ['X-Key', 'the-key-of-somebody']) {
    my ($name, $value) = @$_;

    $b->tab_to('button', 'Add a header');
    $b->press('Enter');
    $b->type($name);
    $b->press('Tab');
    $b->type($value);
}

# when it is tried again, in words

$b->tab_to('summary', 'When it fails');
$b->press('Enter');
like $b->text('.timetable'),
    qr/^at once\s+1 min\s+3 min\s+7 min\s.*\s34 hr 7 min$/s,
    'the timetable of twelve attempts';

$b->tab_to('input', 'Total attempts');
$b->type('3');
$b->tab_to('input', 'First wait');
$b->type('50ms');
like $b->text('.timetable'), qr/^at once\s+50 ms\s+150 ms$/,
    'and that of three';

# the very request, and a test

$b->tab_to('button', 'Preview the request');
$b->press('Enter');
$b->wait('return document.querySelectorAll(".result pre").length === 2',
         'a preview');
like $b->text('.result pre'), qr{^POST /hooks/pos HTTP/1\.1\n},
    'the request line';
like $b->text('.result pre'), qr/^Content-Type: application\/xml/m,
    'it would be XML';
like $b->js('return document.querySelectorAll(".result pre")[1].textContent'),
    qr{<total[^>]*>100000</total>}, 'of the example';

$b->tab_to('button', 'Send a test');
$b->press('Enter');
$b->wait('return document.querySelector(".result .badge.ok")',
         'the answer to a test');
like $b->text('.result'), qr/Accepted.*200.*test_/s, 'which was accepted';

my ($got) = grep { $_->{headers}{'webhook-test'} } @{$hook->requests};
is $got->{headers}{'x-key'}, 'the-key-of-somebody', 'with both headers';

$b->tab_to('button[type=submit]', 'Add the hook');
$b->press('Enter');
at_screen('erp was added');
my $secret = $b->js('return document.querySelector(".secret input").value');
like $secret, qr/^whsec_/, 'its secret is shown';

$b->tab_to('a', 'Show the hook');
$b->press('Enter');
at_screen('erp');
unlike $b->text('main'), qr/\Q$secret/, 'once';


# --- an order, and its delivery

$s->order(company_id => 1260, customer => 'Anna');
$b->wait('return document.querySelector("#hook-last .badge.ok")',
         'the delivery of the order');

($got) = grep { !$_->{headers}{'webhook-test'} && $_->{path} eq '/hooks/pos' }
         @{$hook->requests};
like $got->{body}, qr{<customer>Anna</customer>}, 'the order went out as XML';

$b->tab_to('#hook-last a', 'order.add');
$b->press('Enter');
at_screen('order.add');
is $b->count('.timeline > li'), 1, 'with its one attempt';
like $b->text('.timeline'), qr/200/, 'and the answer';

$b->tab_to('button', 'Show the payload');
$b->press('Enter');
$b->wait('return document.querySelector("pre")', 'the payload');
is $b->js('return document.querySelector("pre").textContent'), $got->{body},
    'byte for byte';

$b->tab_to('button', 'Show as a curl line');
$b->press('Enter');
$b->wait('return document.querySelectorAll("pre").length === 2',
         'the curl line');
like $b->js('return document.querySelectorAll("pre")[1].textContent'),
    qr/^curl .*WEBHOOK_SECRET/, 'with no secret in it';


# --- it breaks

$hook->answer('/hooks/pos', 500);
$s->order(company_id => 1260, n => $_) for 1 .. 3;

$b->tab_to('.menu a', 'Hooks');
$b->press('Enter');
at_screen('Hooks');
$b->tab_to('#hooks-order a', 'erp');
$b->press('Enter');
at_screen('erp');
$b->wait('const e = document.querySelector("#tile-dead");'
         . 'return e && e.textContent === "3"', 'three that failed', 60);
like $b->text('.badge.bad'), qr/3 failed/, 'the hook tells it';

$b->tab_to('#tile-dead');
$b->press('Enter');
at_screen('Deliveries');
like $b->js('return location.hash'), qr/^#\/deliveries\?endpoint=ep_\w+&state=dead$/,
    'the filter is in the address';
$b->wait('return document.querySelectorAll("#deliveries tbody tr").length'
         . ' === 3', 'the three');
like $b->text('#deliveries tbody'), qr/Failed.*3.*500/s, 'how they failed';

# one of them: each attempt

$b->tab_to('#deliveries tbody a', 'order.add');
$b->press('Enter');
at_screen('order.add');
is $b->count('.timeline > li'), 3, 'each attempt is shown';
$b->js('history.back()');
at_screen('Deliveries');


# --- it is mended: one that is chosen, then all that match

$hook->answer('/hooks/pos', 200);

$b->tab_to('#deliveries tbody input');
$b->press('Space');
$b->press('Shift+Tab') for 1 .. 8;
$b->tab_to('#some-retry');
$b->press('Enter');
$b->wait('return document.querySelectorAll("#deliveries tbody tr").length'
         . ' === 2', 'one less that failed');
pass 'one that is chosen is retried';

$b->tab_to('#all-retry');
$b->press('Enter');
$b->wait('return document.querySelector("dialog[open]")', 'a question');
like $b->text('dialog h2'), qr/^Retry all 2 that match$/,
    'how many there are is asked first';

$b->tab_to('dialog button.primary');
$b->press('Enter');
$b->wait('const e = document.querySelector(".task .badge");'
         . 'return e && e.textContent === "Done"', 'the end of the task', 60);
like $b->text('.task'), qr/2 of 2 done/, 'the task has done them all';
$b->wait('return document.querySelectorAll("#deliveries tbody tr").length'
         . ' === 0', 'none that failed');

my ($ep) = @{($manager->get('endpoints'))[1]{items}};
is $ep->{state}{dead}, 0, 'and so says the API';
ok wait_for(sub {
    local $manager->{openapi};
    ($ep) = @{($manager->get('endpoints'))[1]{items}};
    return $ep->{state}{delivered} == 4;
}), 'all are delivered';


# --- nothing that the browser complains of

is_deeply [grep { !/the server responded with a status of 4/ } $b->console], [],
    'the browser had nothing to complain of';

$b->end;
$t->stop;
$t->ok_logs;

done_testing;
