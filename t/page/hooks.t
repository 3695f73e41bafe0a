# A hook with all that one can have: changed, tried, moved, paused, rotated,
# deleted.

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Page::Browser;
use Webhook::Routes;
use Webhook::Test qw(wait_for);

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

# a double does not hold it, and would say 9007199254740992
my $large = '9007199254740993';

my $s = Webhook::Routes->new(registry => 'confirm on;', http => <<"HTTP");
        webhook_event_type order.large group=order
            'example={"id": $large, "total": 1.0}' "A large number";
HTTP
my ($t, $manager, $hook) = @$s{qw(t manager hook)};
my $other = $t->endpoint(name => 'other');
my $b = Webhook::Page::Browser->new;
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
    body      => { id => '${data.id}', n => '${data.n}', text => 'a "b"' },
    secret    => JSON::PP::true,
));

ok $ep->{id}, 'it is registered';
my $id = $ep->{id};

approve();
my $version = now()->{version};


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


# what is in such a group, and has such labels, gets values
sub fill_in
{
    my ($legend, $label, @values) = @_;

    is $b->js(<<'JS', $legend, $label, \@values), scalar @values,
        const [legend, label, values] = arguments;
        const set = [...document.querySelectorAll('fieldset')].find(
            f => f.firstElementChild.textContent.startsWith(legend));
        const found = [...set.querySelectorAll('label')]
                      .filter(l => l.textContent.startsWith(label))
                      .map(l => document.getElementById(l.htmlFor));
        values.forEach((value, i) => {
            found[i].value = value;
            found[i].dispatchEvent(new Event('input'));
        });
        return found.length;
JS
        "\"$label\" in \"$legend\"";
}


# the messages at fields of such a group
sub wrong
{
    return $b->js(<<'JS', @_);
        const set = [...document.querySelectorAll('fieldset')].find(
            f => f.firstElementChild.textContent.startsWith(arguments[0]));
        return [...set.querySelectorAll('.field.wrong .error')]
               .filter(e => e.textContent.startsWith('give it again')).length;
JS
}


sub now { return ($manager->get("endpoints/$id"))[1]; }


sub approve
{
    my ($r) = $s->{root}->post("endpoints/$id/approve", undef,
                               headers => ['If-Match' => '*']);
    is $r->{status}, 200, 'an operator approves it' or diag $r->{body};
}


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
is now()->{version}, $version, 'what was not changed is not sent';


# --- tried before it is saved

shows("#/hooks/$id/edit", '#hook-name');
fill('Condition', 'data.total > 200000');
click('button', 'Test the conditions');
$b->wait('return document.querySelector(".result table")', 'the conditions');
like $b->text('.result'), qr/would not be sent.*200000\s+no\s.*exists\s+yes/s,
    'which conditions hold';

$s->order(company_id => 1260, total => 300000, n => $large + 0);
ok wait_for(sub {
    local $manager->{openapi};
    (($manager->get("deliveries?endpoint=$id"))[1])->{items}[0];
}, 10), 'an order is stored';

click('button', 'Use a stored event');
$b->wait('return [...document.querySelectorAll("label")]'
         . '.some(l => l.textContent === "Stored event")', 'a choice of events');
$b->js('const e = [...document.querySelectorAll("label")]'
       . '.find(l => l.textContent === "Stored event").control;'
       . 'e.selectedIndex = 1; e.dispatchEvent(new Event("change"));');
$b->wait('return document.querySelector("textarea.code").value'
         . '.includes("a \\\\\\"b\\\\\\"")', 'what was sent of it');
pass 'a stored event is taken, though it was sent as XML in an envelope';
like $b->js('return document.querySelector("textarea.code").value'),
    qr/"n": $large\b/, 'with the numbers that it has';

fill('Data', qq({"total": 300000, "id": 1, "n": $large}));
click('button', 'Test the conditions');
$b->wait('return document.querySelector(".result .badge.ok")'
         . ' && document.querySelector(".result").innerText'
         . '.includes("would be sent")', 'conditions that hold');
pass 'with other data they hold';

click('button', 'Preview the request');
$b->wait('return document.querySelectorAll(".result pre").length === 2',
         'a preview');
like $b->text('main'), qr/\Q$large/, 'with the number that was written';
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
fill('Total attempts', '');
click('button[type=submit]');
$b->wait('return document.querySelector("main .tiles")', 'its screen');

my $after = now();
is $after->{version}, $version + 1, 'it is changed';
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
my $got = (grep { $_->{headers}{'webhook-test'} } @{$hook->requests})[-1];
is_deeply [map { $got->{headers}{$_} } qw(x-a x-b)],
    ['value-of-a', 'value-of-b'], 'headers that were masked are what they were';
ok $got->{headers}{'x-sig'}, 'and it is signed';


# --- moved, where no secret goes along

is $b->count('#hook-challenge'), 0, 'nothing has to be confirmed';

shows("#/hooks/$id/edit", '#hook-anew[hidden]');
fill('URL', $hook->url('/hooks/elsewhere'));
is $b->count('#hook-anew[hidden]'), 1, 'another path is the same place';
fill('URL', $other->url('/mine'));
is $b->count('#hook-anew:not([hidden])'), 1, 'another port is another place';
is $b->count('#hook-more-access[open]'), 1, 'where it signs in is shown';
unlike $b->js('return [...document.querySelectorAll("input")]'
              . '.map(e => e.value).join()'), qr/\*\*\*/,
    'what is kept is to be given anew';

fill('URL', $ep->{url});
is $b->count('#hook-anew[hidden]'), 1, 'back again';
like $b->js('return [...document.querySelectorAll("input")]'
            . '.map(e => e.value).join()'), qr/\*\*\*.*\*\*\*.*\*\*\*/,
    'what is kept is kept';

fill('URL', $other->url('/mine'));
click('button[type=submit]');
$b->wait('return document.querySelector("form .field.wrong .error")',
         'what is missing');
is_deeply [map { wrong($_) } 'Custom headers', 'Authorization',
           'Signatures in other'], [2, 1, 1], 'is said at its fields';

fill_in('Custom headers', 'Value', 'another-a', 'another-b');
fill_in('Authorization', 'Password', 'another-password');
fill_in('Signatures in other', 'Secret', 'another-secret-of-16');
click('button[type=submit]');
my $made = $b->wait('const e = document.querySelector("main .secret input");'
                    . 'return e && e.value', 'the secret that was made');
like $made, qr/^whsec_/, 'which is shown';
is now()->{url}, $other->url('/mine'), 'it is moved';

shows("#/hooks/$id", '#hook-challenge');
unlike $b->text('body'), qr/\Q$made/, 'the secret is shown once';
click('#hook-challenge');
$b->wait('return document.body.innerText.includes("It is not confirmed:")',
         'who does not echo it');
like $b->text('main .warning'),
    qr/The new destination has not been confirmed yet\..*is not confirmed/s,
    'why it is held, in the reader\'s language and the server\'s words';

fill('Data', '{"total": 7, "id": 1}');
click('button', 'Send a test');
$b->wait('return document.querySelector(".result .badge.ok")', 'a test');
$got = $other->requests->[-1];
is_deeply [map { $got->{headers}{$_} } qw(x-a x-b)],
    ['another-a', 'another-b'], 'what was given anew is sent';

approve();
$b->wait('return !document.querySelector("#hook-challenge")',
         'nothing to confirm');


# --- numbers of examples

$b->js('location.hash = "#/events"');
$b->wait('const d = document.getElementById("example-order.large");'
         . 'if (d) { d.open = true; } return Boolean(d)', 'the catalogue');
like $b->wait('const e = document.getElementById("example-order.large")'
              . '.querySelector("pre"); return e && e.textContent',
              'an example'), qr/"id": $large,\s+"total": 1\.0\b/,
    'an example has the numbers that it was given';


# --- somebody else was faster

shows("#/hooks/$id/edit", '#hook-name');
$manager->patch("endpoints/$id", { description => 'of another' },
                headers => ['If-Match' => '*']);
fill('Name', 'erp');
click('button[type=submit]');
$b->wait('return document.querySelector("form > .failure:not([hidden])")',
         'a word on it');
like $b->text('form > .failure'), qr/Someone else has changed/,
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
like $b->text('dialog'), qr/2 deliveries are still waiting/, 'which tells what waits';
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
