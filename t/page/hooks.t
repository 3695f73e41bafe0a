# A hook with all that one can have: changed, tried, paused, rotated, deleted.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Browser;
use Webhook::Routes;
use Webhook::Test qw(wait_for);

plan skip_all => Webhook::Browser::missing() if Webhook::Browser::missing();

my $s = Webhook::Routes->new;
my ($t, $manager, $hook) = @$s{qw(t manager hook)};
my $b = Webhook::Browser->new;
my $page = 'http://127.0.0.1:' . $t->port . '/webhook/';

my (undef, $ep) = $manager->post('endpoints', $s->endpoint(
    name      => '<img src=x onerror=alert(1)>',
    headers   => [{ name => 'X-A', value => 'value-of-a' },
                  { name => 'X-B', value => 'value-of-b' }],
    format    => 'xml',
    filter    => ['data.total > 1000', 'data.id exists'],
    envelope  => { type => 'cloudevents', source => '//pos' },
    order_by  => { path => 'data.id', on_dead => 'block' },
    auth      => { type => 'basic', user => 'pos', password => 'password-1' },
    sign      => [{ header => 'X-Sig', encoding => 'base64',
                    secret => 'whsec_' . 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2' }],
    success   => ['2xx', 404],
    retry     => { attempts => 5, first => '1h', gone => 'ignore' },
    limit     => { inflight => 2, rate => '100r/s' },
    breaker   => { failures => 7 },
    timeout   => { total => '20s', read => '10s' },
    body      => { id => '${data.id}', text => 'a "b"' },
    secret    => JSON::PP::true,
));

ok $ep->{id}, 'it is registered';
my $id = $ep->{id};


sub click
{
    my ($selector, $text) = @_;

    my $what = JSON::PP->new->encode([$selector, $text]);

    $b->wait("const [selector, text] = $what;"
             . 'const e = [...document.querySelectorAll(selector)].find('
             . 'e => text === null || e.textContent.trim().startsWith(text));'
             . 'if (e) { e.click(); } return Boolean(e)',
             "$selector " . ($text // ''));
}


# the field that has such a label gets a value
sub fill
{
    my ($label, $value) = @_;

    ok $b->js(<<'JS', $label, $value), "the field \"$label\"";
        const [label, value] = arguments;
        const name = [...document.querySelectorAll('label')]
                     .find(l => l.textContent.startsWith(label));
        const e = name && document.getElementById(name.htmlFor);
        if (!e) { return false; }
        e.value = value;
        e.dispatchEvent(new Event('input'));
        e.dispatchEvent(new Event('change'));
        return true;
JS
}


sub shows
{
    my ($screen, $selector) = @_;

    $b->js('location.hash = arguments[0]', $screen);
    $b->wait("return document.querySelector('main $selector')",
             "$selector in $screen");
}


sub now { return ($manager->get("endpoints/$id"))[1]; }


$b->go($page);
$b->wait('return document.activeElement.type === "password"', 'the login');
$b->type($s->token('manager'));
$b->press('Enter');
$b->wait('return !document.body.classList.contains("out")', 'the page');


# --- what is written nowhere but as text

shows("#/hooks/$id", '.tiles');
is $b->text('h1'), '<img src=x onerror=alert(1)>', 'its name is text';
is $b->count('main img'), 0, 'and no element';


# --- nothing is sent of what was not changed

shows("#/hooks/$id/edit", '#hook-name');
click('button[type=submit]');
$b->wait('return document.querySelector("main .tiles")', 'its screen again');
is now()->{version}, 1, 'what was not changed is not sent';


# --- tried before it is saved

shows("#/hooks/$id/edit", '#hook-name');
fill('Condition', 'data.total > 200000');
click('button', 'Try the conditions');
$b->wait('return document.querySelector(".result table")', 'the conditions');
like $b->text('.result'), qr/would not be sent.*200000\s+no\s.*exists\s+yes/s,
    'which conditions hold';

$s->order(company_id => 1260, total => 300000);
ok wait_for(sub {
    local $manager->{openapi};
    (($manager->get("deliveries?endpoint=$id"))[1])->{items}[0];
}, 10), 'an order is stored';

click('button', 'Take a stored event');
$b->wait('return [...document.querySelectorAll("label")]'
         . '.some(l => l.textContent === "Stored event")', 'a choice of events');
$b->js('const e = [...document.querySelectorAll("label")]'
       . '.find(l => l.textContent === "Stored event").control;'
       . 'e.selectedIndex = 1; e.dispatchEvent(new Event("change"));');
$b->wait('return document.querySelector("textarea.code").value'
         . '.includes("a \\\\\\"b\\\\\\"")', 'what was sent of it');
pass 'a stored event is taken, though it was sent as XML in an envelope';

fill('Data', '{"total": 300000, "id": 1}');
click('button', 'Try the conditions');
$b->wait('return document.querySelector(".result .badge.ok")'
         . ' && document.querySelector(".result").innerText'
         . '.includes("would be sent")', 'conditions that hold');
pass 'with other data they hold';

click('button', 'Preview the request');
$b->wait('return document.querySelectorAll(".result pre").length === 2',
         'a preview');
unlike $b->text('main'), qr/value-of-|password-1/, 'no secret is shown';

click('button', 'Send a test');
$b->wait('return document.querySelector("main").innerText'
         . '.includes("save first, then test")', 'a word on what is masked');


# --- a mistake stands at its field, and is put right

fill('Condition', 'data.total >');
click('button[type=submit]');
$b->wait('return document.querySelector("form .field.wrong .error")'
         . ' && document.activeElement.getAttribute("aria-invalid")',
         'what is wrong');
like $b->text('form .field.wrong .error'), qr/a value is missing at offset 12/,
    'in the sentence of nginx -t';

fill('Condition', 'data.total > 5');
fill('One at a time by', '');
fill('Attempts in all', '');
click('button[type=submit]');
$b->wait('return document.querySelector("main .tiles")', 'its screen');

my $after = now();
is $after->{version}, 2, 'it is changed';
is_deeply $after->{filter}, ['data.total > 5', 'data.id exists'],
    'a condition is another';
is $after->{order_by}, undef, 'what was emptied is gone';
is_deeply $after->{retry}, { first => '1h', gone => 'ignore' },
    'of an object, too';
is_deeply [@$after{qw(envelope limit breaker timeout success body)}],
    [@$ep{qw(envelope limit breaker timeout success body)}],
    'the rest is as it was';

fill('Data', '{"total": 7, "id": 1}');
click('button', 'Send a test');
$b->wait('return document.querySelector(".result .badge.ok")', 'a test');
my ($got) = grep { $_->{headers}{'webhook-test'} } @{$hook->requests};
is_deeply [map { $got->{headers}{$_} } qw(x-a x-b)],
    ['value-of-a', 'value-of-b'], 'headers that were masked are what they were';
ok $got->{headers}{'x-sig'}, 'and it is signed';


# --- somebody else was faster

shows("#/hooks/$id/edit", '#hook-name');
$manager->patch("endpoints/$id", { description => 'of another' },
                headers => ['If-Match' => '*']);
fill('Name', 'erp');
click('button[type=submit]');
$b->wait('return document.querySelector("form > .failure:not([hidden])")',
         'a word on it');
like $b->text('form > .failure'), qr/Somebody else has changed/,
    'what somebody else changed is not overwritten';


# --- another secret

shows("#/hooks/$id", '#hook-rotate');
click('#hook-rotate');
$b->wait('return document.querySelector("dialog form")', 'a question');
click('dialog button[type=submit]');
my $secret = $b->wait('const e = document.querySelector("dialog .secret input");'
                      . 'return e && e.value', 'the secret');
like $secret, qr/^whsec_/, 'it is shown';
click('dialog button', 'Close');
$b->wait('return document.querySelectorAll("#hook-secrets tbody tr").length'
         . ' === 2', 'two secrets');
unlike $b->text('body'), qr/\Q$secret/, 'once';


# --- paused, and deleted though something waits

click('#hook-pause');
$b->wait('return document.querySelector("dialog input")', 'a question');
$b->type("we move \x{202e}elsewhere");
$b->press('Enter');
$b->wait('return document.querySelector("main .badge.warn")', 'it is paused');
is $b->js('return document.querySelector("main .warning bdi").textContent'),
    "we move \x{202e}elsewhere", 'for a reason, which stands apart';
is now()->{state}{paused}, JSON::PP::true, 'the API says so, too';

$s->order(company_id => 1260) for 1 .. 2;
$b->wait('const e = document.querySelector("#tile-pending");'
         . 'return e && e.textContent >= "2"', 'what waits');

click('#hook-delete');
$b->wait('return document.querySelector("dialog[open]")', 'a question');
$b->press('Escape');
$b->wait('return !document.querySelector("dialog")', 'no question');
is now()->{id}, $id, 'who thinks better of it has lost nothing';

click('#hook-delete');
click('dialog button.danger', 'Delete');
$b->wait('return document.querySelector("#delete-anyway")', 'another question');
like $b->text('dialog'), qr/2 deliveries still wait/, 'which tells what waits';
click('#delete-anyway');
$b->wait('return location.hash === "#/hooks"', 'all hooks');

my ($r) = $manager->get("endpoints/$id");
is $r->{status}, 404, 'it is gone';

shows("#/hooks/$id", '.failure');
like $b->text('main'), qr/Not found/, 'and so says the page';

$b->end;
$t->stop;
$t->ok_logs;

done_testing;
