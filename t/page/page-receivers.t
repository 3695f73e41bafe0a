# The tour of what comes in, with the keyboard alone: a receiver is made, tried,
# called at the URL that was copied; its URL is rotated, with and without overlap;
# a call is replayed; a sample and a Postman collection are what they say.

use strict;
use warnings;

use HTTP::Tiny ();
use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Page::Browser;
use Webhook::Routes;
use Webhook::Test qw(wait_for temp_dir slurp);

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

my $s = Webhook::Routes->new;
my ($t, $api) = @$s{qw(t api)};
my $b = Webhook::Page::Browser->new;
my $json = JSON::PP->new->utf8;
my $http = HTTP::Tiny->new(proxy => undef, http_proxy => undef);
my $base = 'http://127.0.0.1:' . $t->port;

# a heading that has the focus: the screen is there
my $arrived = 'return document.activeElement.tagName === "H1"'
              . ' && !document.querySelector("main .loading")'
              . ' && document.activeElement.textContent';


sub at_screen
{
    my ($title) = @_;

    return $b->wait("$arrived === " . JSON::PP->new->allow_nonref
                                              ->encode($title),
                    "a screen \"$title\"");
}


sub enter
{
    my ($selector, $text) = @_;

    $b->tab_to($selector, $text);
    $b->press('Enter');
}


sub fill
{
    my ($selector, $label, $text) = @_;

    $b->tab_to($selector, $label);
    $b->type($text);
}


sub call
{
    my ($url, $body) = @_;

    return $http->post($url, {
        headers => { 'Content-Type' => 'application/json' },
        content => $body,
    })->{status};
}


sub asked
{
    return scalar grep { $_->{path} eq '/pos/res.partner' }
                  @{$api->requests};
}


# --- in

$b->go("$base/webhook/");
$b->wait('return document.activeElement.type === "password"',
         'a question for the token');
$b->type($s->token('manager'));
$b->press('Enter');
$b->wait($arrived, 'the first screen');

enter('.menu a', 'Receivers');
at_screen('Receivers');
like $b->text('.empty'), qr/no receivers yet/, 'there is none, and how to make one';


# --- a receiver is made, with a mistake

enter('#new');
at_screen('New receiver');

fill('input', 'Name', 'contact');
pick('Which calls', 'All');
fill('textarea', 'Required fields', 'name');
enter('button', 'Add an action');
$b->wait('return document.activeElement.labels?.[0]?.textContent'
         . '.startsWith("Method")', 'the focus in the action');
fill('input', 'API path', '/elsewhere/');
fill('textarea', 'Body', '{"name": "${name}"}');
enter('button[type=submit]', 'Create');

$b->wait('const e = document.activeElement;'
         . 'return e.getAttribute("aria-invalid") === "true"'
         . ' && e.labels[0].textContent.startsWith("API path")',
         'the field that is wrong, with the focus');
like $b->js('return document.getElementById(document.activeElement'
            . '.getAttribute("aria-describedby").split(" ").pop()).textContent'),
    qr/elsewhere/, 'and what is wrong';

$b->press('Home', 'Shift+End', 'Backspace');
$b->type('/pos/res.partner');
$b->press('Enter');
at_screen('contact');
pass 'it is made';


# --- its URL is copied, and called

my $input = 'input[readonly]';

$b->cdp('Browser.grantPermissions', { origin => $base,
    permissions => ['clipboardReadWrite', 'clipboardSanitizedWrite'] });

my $first = copied();
like $first, qr{^\Q$base\E/web/hook/\S{20,}$}, 'its URL is copied';
is $b->js('return document.querySelector(arguments[0]).value', $input), $first,
    'as it is shown';
is call($first, '{"name": "Anna"}'), 200, 'it is called';
is asked(), 1, 'and calls the API';


# --- tried, without a call

fill('textarea', 'Payload', '{"name": "Binh"}');
enter('button[type=submit]', 'Dry run');
$b->wait('return document.activeElement.textContent'
         . ' === "What this call would do"', 'what a dry run says');
like $b->text('[aria-live] .card'),
    qr{POST\s+/pos/res\.partner.*"name": "Binh"}s, 'what would be called';
is asked(), 1, 'and nothing is';


# --- a sample, for a shell

$b->tab_to('#sample');
$b->press('Enter');
$b->wait('return document.activeElement.textContent === "curl command"',
         'a line of curl');

my $line = $b->text('[aria-live] pre');
my $shell = $t->file('sample.sh', "$line\n");

like scalar(qx{/bin/sh $shell 2>/dev/null}), qr{^HTTP/1\.1 200}m,
    'a shell makes the call';
is $api->requests->[-1]{body}, '{"name": "Binh"}', 'to the letter';


# --- a collection for Postman

my $folder = temp_dir('downloads');

$b->cdp('Browser.setDownloadBehavior', { behavior => 'allow',
                                         downloadPath => $folder });
$b->tab_to('#postman');
$b->press('Enter');

my $file = "$folder/contact.postman_collection.json";

ok wait_for(sub { -s $file }), 'a collection is downloaded';

my $collection = $json->decode(slurp($file));
my $request = $collection->{item}[0]{request};
my %header = map { lc $_->{key} => $_->{value} } @{$request->{header}};

is $collection->{info}{schema},
    'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    'of version 2.1';
is $request->{url}{raw}, $first, 'with the URL';
is join('/', "http://$request->{url}{host}[0]", @{$request->{url}{path}})
    =~ s{^(http://127)}{$1.0.0.1:$request->{url}{port}}r, $first, 'in parts';
is $request->{body}{raw}, '{"name": "Binh"}', 'the payload';
is $request->{body}{options}{raw}{language}, 'json', 'which is JSON';
is $http->request($request->{method}, $request->{url}{raw}, {
    headers => \%header, content => $request->{body}{raw},
})->{status}, 200, 'and it does call';


# --- another URL: the old one holds on, and is gone

rotate('for 24');

my $second = copied();

isnt $second, $first, 'it has another URL';
is call($first, '{"name": "Chi"}'), 200, 'the old one holds';
is call($second, '{"name": "Dao"}'), 200, 'the new one too';

enter('#reveal');
$b->wait('return document.querySelector("main table code")'
         . '?.textContent.startsWith("http")', 'the older URL');
is $b->text('main table code'), $first, 'which is shown';

rotate('not');

my $third = copied();

is call($first, '{"name": "Em"}'), 404, 'the old one is gone';
is call($second, '{"name": "Giang"}'), 404, 'so is the other';
is call($third, '{"name": "Ha"}'), 200, 'the new one works';


# --- the history, and a call made again

$b->wait('return document.querySelectorAll("#calls tbody tr").length >= 6',
         'the calls, as they come');
enter('#calls a');
at_screen('Call');
like $b->text('main'), qr/"name": "Ha"/, 'what came in';
like $b->text('main'), qr{POST\s+/pos/res\.partner}, 'what was done';

my $before = asked();

enter('#replay');
$b->wait('return document.querySelector("dialog[open]")', 'a question');
enter('dialog button', 'Replay');
$b->wait('return document.activeElement.textContent === "What came of it"',
         'what came of it');
is asked(), $before + 1, 'it was made again';
is $api->requests->[-1]{body}, '{"name": "Ha"}', 'as it came';


# --- changed

enter('nav[aria-label=Back] a');
at_screen('contact');
enter('#edit');
at_screen('Edit contact');
fill('input', 'Description', 'People from the shop');
enter('button[type=submit]', 'Save');
at_screen('contact');
like $b->text('.lead'), qr/People from the shop/, 'it has a description';

my (undef, $is) = $s->{manager}->get('receivers');
my ($rc) = grep { $_->{name} eq 'contact' } @{$is->{items}};

is $rc->{description}, 'People from the shop', 'as the API says';
is_deeply $rc->{require}, ['name'], 'and the rest is what it was';
is $rc->{log_calls}, 'on', 'all of it';


# --- who did it

enter('.menu a', 'Audit log');
at_screen('Audit log');
like $b->text('#audit'), qr/URL shown/, 'the audit knows who saw the URL';
like $b->text('#audit'), qr/Replayed.*Call/, 'and who replayed';


# --- deleted

enter('.menu a', 'Receivers');
at_screen('Receivers');
enter('#receivers a', 'contact');
at_screen('contact');
enter('#delete');
$b->wait('return document.querySelector("dialog[open]")', 'a question');
enter('dialog button', 'Delete');
at_screen('Receivers');
is call($third, '{"name": "Khoa"}'), 404, 'deleted, its URL is gone';

is_deeply [grep { !/whoami|receivers - .* 422/ } $b->console], [],
    'the browser has nothing to complain of';

$b->end;
$t->stop;
$t->ok_logs;

done_testing;


sub pick
{
    my ($label, $text) = @_;

    $b->tab_to('select', $label);
    $b->type($text);

    like $b->js('return document.activeElement.selectedOptions[0].textContent'),
        qr/^\Q$text\E/, "$label: $text";
}


sub copied
{
    $b->tab_to('button.copy');
    $b->press('Enter');
    $b->wait('return [...document.querySelectorAll(".notice")]'
             . '.some(n => n.textContent === "Copied.")', 'that it was copied');
    $b->js('document.querySelectorAll(".notice").forEach(n => n.remove())');

    return $b->js('return navigator.clipboard.readText()');
}


sub rotate
{
    my ($overlap) = @_;

    enter('#rotate');
    $b->wait('return document.querySelector("dialog[open] select")',
             'a question');
    pick('The old URL keeps working', $overlap);
    enter('dialog button[type=submit]', 'Rotate');
    $b->wait('return !document.querySelector("dialog")'
             . ' && document.activeElement.matches("input[readonly]")',
             'another URL');
}
