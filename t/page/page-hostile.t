# What others wrote is text on every screen: names, errors, payloads, answers that
# look like elements, and marks that turn the direction of what is around them.

use strict;
use warnings;
use utf8;

use Encode qw(encode_utf8);
use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Page::Browser;
use Webhook::Routes;
use Webhook::Test qw(wait_for);

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

binmode Test::More->builder->$_, ':encoding(UTF-8)'
    for qw(output failure_output todo_output);

# quotes of nginx.conf stand around it, too
my $img = '<img src=x onerror=window.hurt=1>';
my $turn = "\x{202e}";
my $evil = "$img$turn</script><script>window.hurt=1</script>";

my $conf = encode_utf8($evil);

my $s = Webhook::Routes->new(http => <<"HTTP");
        webhook_event_type evil.add group=evil
            'example={"text": "$conf"}' "$conf";
HTTP

my ($t, $manager, $hook) = @$s{qw(t manager hook)};
my $json = JSON::PP->new->utf8;


# --- things with such names, and what becomes of them

$hook->answer('/hooks/pos', { status => 500, body => $conf });

my ($r, $ep) = $manager->post('endpoints', $s->endpoint(
    name => "hook $evil", description => $evil,
    url => $hook->url('/hooks/pos'),
    headers => [{ name => 'X-Evil', value => $img }],
    filter => ["data.text != '$img'"],
    retry => { attempts => 2, first => '50ms' }));
is $r->{status}, 201, 'a hook' or diag $r->{body};

($r, my $rc) = $manager->post('receivers', $s->receiver(
    name => "receiver $evil", description => $evil, model => 'a',
    actions => [{ method => 'POST', uri => '/pos/res.partner',
                  body => { name => '${name}' } }]));
is $r->{status}, 201, 'a receiver' or diag $r->{body};

$s->order(company_id => 1260, text => $evil);

my $d = $s->delivery($manager, "endpoint=$ep->{id}&state=dead");

ok $d, 'a delivery, which fails';

my ($path) = $rc->{url} =~ m{^http://[^/]+(/.*)$};

$t->request('POST', $path, $json->encode({ name => $evil }),
            headers => ['Content-Type' => 'application/json',
                        'X-Evil' => '<img src=x onerror=window.hurt=1>']);

my $call;

ok wait_for(sub {
    local $manager->{openapi};
    (undef, my $calls) = $manager->get("receivers/$rc->{id}/calls");
    return $call = $calls->{items}[0];
}), 'a call';

$manager->post("endpoints/$ep->{id}/pause", { reason => $evil });

(undef, my $task) = $manager->post('deliveries/retry',
    { filter => { endpoint => $ep->{id}, state => 'dead' } });
ok $task->{id}, 'a task';

$manager->patch("endpoints/$ep->{id}", { description => "more $evil" },
                headers => ['If-Match' => '*']);


# --- every screen

my $b = Webhook::Page::Browser->new;

$b->cdp('Page.addScriptToEvaluateOnNewDocument', { source => <<'JS' });
    window.violations = [];
    document.addEventListener('securitypolicyviolation', e =>
        window.violations.push(e.violatedDirective + ' ' + e.sample));
JS

$b->go('http://127.0.0.1:' . $t->port . '/webhook/');
$b->wait('return document.activeElement.type === "password"',
         'a question for the token');
$b->type($s->token('root'));
$b->press('Enter');

# text that turns what is behind it stands in an element of its own direction
my $loose = <<'JS';
    const found = [];
    const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);

    while (all.nextNode()) {
        const parent = all.currentNode.parentElement;

        if (all.currentNode.data.includes('\u202e')
            && !parent.closest('bdi, [dir], option, textarea, script'))
        {
            found.push(parent.outerHTML.slice(0, 200));
        }
    }

    return found;
JS

# nothing that can be seen is still to come
my $calm = '![...document.querySelectorAll("main .loading")]'
           . '.some(l => l.checkVisibility())';

my %shows = map { $_ => 1 } '', 'hooks', "hooks/$ep->{id}", 'deliveries',
    'receivers', "receivers/$rc->{id}",
    "receivers/$rc->{id}/calls/$call->{id}", 'events', 'tasks',
    "tasks/$task->{id}", 'audit';

for my $screen ('', 'hooks', 'hooks/new', "hooks/$ep->{id}",
                "hooks/$ep->{id}/edit", 'deliveries', "deliveries/$d->{id}",
                'receivers', 'receivers/new', "receivers/$rc->{id}",
                "receivers/$rc->{id}/edit",
                "receivers/$rc->{id}/calls/$call->{id}", 'events', 'tasks',
                "tasks/$task->{id}", 'audit', 'settings',
                'deliveries?q=%3Cimg%20src=x%20onerror=window.hurt=1%3E',
                'hooks/%3Cimg%20src=x%20onerror=window.hurt=1%3E',
                '%3Cimg%20src=x%20onerror=window.hurt=1%3E')
{
    $b->js('document.activeElement.blur(); location.hash = "#/"'
           . ' + arguments[0]', $screen);
    $b->wait('const h = document.activeElement;'
             . 'return /^H[12]$/.test(h.tagName)'
             . " && $calm",
             "screen \"$screen\"");

    # what is got when it is asked for
    $b->js('document.querySelectorAll("main details").forEach('
           . 'd => { d.open = true; })');
    $b->wait("return $calm", "all of screen \"$screen\"");

    ok !$b->js('return window.hurt'), "\"$screen\": nothing was run";
    is $b->count('img'), 0, 'there is no image';
    is_deeply $b->js('return window.violations'), [], 'no policy was hurt';
    is_deeply $b->js($loose), [], 'nothing is turned by what others wrote';

    next unless $shows{$screen};

    like $b->js('return document.body.textContent'), qr/\Q$img\E/,
        'it is shown as text';
}


# --- answers of the API, and what is told

$b->js('location.hash = "#/receivers/new"');
$b->wait('return document.activeElement.tagName === "H1"', 'the form');
$b->tab_to('input', 'Name');
$b->js('document.execCommand("insertText", false, arguments[0])', $evil);
$b->tab_to('button', 'Add an action');
$b->press('Enter');
$b->tab_to('input', 'API path');
$b->js('document.execCommand("insertText", false, arguments[0])', "/$evil");
$b->press('Enter');
$b->wait('return [...document.querySelectorAll(".error, .failure")]'
         . '.some(e => e.textContent)', 'an error');
ok !$b->js('return window.hurt'), 'an error that quotes it runs nothing';
is $b->count('img'), 0, 'and makes no image';
is_deeply $b->js($loose), [], 'and turns nothing';

is_deeply [grep { !/whoami|Failed to load resource/ } $b->console], [],
    'the browser has nothing to complain of';

$b->end;
$t->stop;
$t->ok_logs;

done_testing;
