# The tour of what goes out, with the keyboard alone, on a desk and on a phone, in
# each language: a hook for order.add, an order, its delivery; the hook's server
# breaks, is mended, and all that failed is sent again.

use strict;
use warnings;
use utf8;

use Test::More;

use lib 't/lib';
use Webhook::Page::Tour;
use Webhook::Routes;
use Webhook::Test qw(wait_for);

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);

tour(%$_) for Webhook::Page::Tour::looks();

done_testing;


sub tour
{
    my (%look) = @_;

    my $s = Webhook::Routes->new(http => <<'HTTP');
        webhook_event_type order.edit group=order "An order was changed";
        webhook_event_type cashflow.add group=cashbook "A receipt was recorded";
HTTP

    my $p = Webhook::Page::Tour->new($s, 'manager', %look);

    note "--- $p->{name}";

    hook($s, $p);
    order($s, $p);
    broken($s, $p);
    mended($s, $p);

    is_deeply [grep { !/the server responded with a status of 4/ }
               $p->{b}->console], [],
        'the browser had nothing to complain of';

    $p->end;
    $s->{t}->stop;
    $s->{t}->ok_logs;
}


# a hook: group order, event order.add, two headers, XML

sub hook
{
    my ($s, $p) = @_;

    my ($b, $hook) = ($p->{b}, $s->{hook});

    $p->at($p->t('menu.overview'));
    $p->menu('menu.hooks');
    $p->at($p->t('hooks.title'));
    $p->enter('#hooks-add');
    $p->at($p->t('hook.new'));

    $p->pick('fieldset select', $p->t('group.order'));
    $b->tab_to('input[type=checkbox]', 'order.add');
    $b->press('Space');
    $b->wait('return document.querySelector(".words code").textContent'
             . ' === "order.add"', 'what is chosen');

    $p->fill('#hook-name', undef, 'erp');
    $p->fill('#hook-url', undef, 'ftp://erp.example.com/');
    $p->enter('button[type=submit]', $p->t('hook.register'));
    $b->wait('const e = document.activeElement;'
             . 'return e.id === "hook-url"'
             . ' && e.getAttribute("aria-invalid") === "true"',
             'the field that is wrong');
    like $b->text('.field.wrong .error'), qr/has to begin with "http:/,
        'what the API says of it stands there';

    $b->press('Home', 'Shift+End', 'Backspace');
    $b->type($hook->url('/hooks/pos'));
    $p->pick('#hook-format', 'XML');

    for (['X-Company', '1260'], ['X-Key', 'the-key-of-somebody']) {
        my ($name, $value) = @$_;

        $p->enter('button', $p->t('hook.add_header'));
        $b->type($name);
        $b->press('Tab');
        $b->type($value);
    }

    # when it is tried again, in words

    $p->enter('summary', $p->t('hook.more_retry'));
    is $b->count('.timetable > li'), 12, 'the timetable of twelve attempts';

    like $b->text('.timetable'),
        qr/^at once\s+1 min\s+3 min\s+7 min\s.*\s34 hr 7 min$/s, 'in words'
        if $p->{name} =~ /^en/;

    $p->fill('input', $p->t('retry.attempts'), '3');
    $p->fill('input', $p->t('retry.first'), '50ms');
    is $b->count('.timetable > li'), 3, 'and that of three';

    # the very request, and a test

    $p->enter('button', $p->t('try.preview'));
    $b->wait('return document.querySelectorAll(".result pre").length === 2',
             'a preview');
    like $b->text('.result pre'), qr{^POST /hooks/pos HTTP/1\.1\n},
        'the request line';
    like $b->text('.result pre'), qr/^Content-Type: application\/xml/m,
        'it would be XML';
    like $b->js('return document.querySelectorAll(".result pre")[1].textContent'),
        qr{<total[^>]*>100000</total>}, 'of the example';

    $p->enter('button', $p->t('try.send'));
    $b->wait('return document.querySelector(".result .badge.ok")',
             'the answer to a test');
    like $b->text('.result'), qr/\Q${\ $p->t('try.succeeded')}\E.*200.*test_/s,
        'which was accepted';

    my ($got) = grep { $_->{headers}{'webhook-test'} } @{$hook->requests};
    is $got->{headers}{'x-key'}, 'the-key-of-somebody', 'with both headers';

    $p->enter('button[type=submit]', $p->t('hook.register'));
    $p->at($p->t('hook.registered', name => 'erp'));

    my $secret = $b->js('return document.querySelector(".secret input").value');

    like $secret, qr/^whsec_/, 'its secret is shown';
    $p->enter('a', $p->t('hook.open'));
    $p->at('erp');
    unlike $b->text('main'), qr/\Q$secret/, 'once';
}


# an order, and its delivery

sub order
{
    my ($s, $p) = @_;

    my ($b, $hook) = ($p->{b}, $s->{hook});

    $s->order(company_id => 1260, customer => 'Anna');
    $b->wait('return document.querySelector("#hook-last .badge.ok")',
             'the delivery of the order');

    my ($got) = grep { !$_->{headers}{'webhook-test'}
                       && $_->{path} eq '/hooks/pos' } @{$hook->requests};

    like $got->{body}, qr{<customer>Anna</customer>},
        'the order went out as XML';

    $p->enter('#hook-last a', 'order.add');
    $p->at('order.add');
    is $b->count('.timeline > li'), 1, 'with its one attempt';
    like $b->text('.timeline'), qr/200/, 'and the answer';

    $p->enter('#delivery-payload');
    $b->wait('return document.querySelector("pre")', 'the payload');
    is $b->js('return document.querySelector("pre").textContent'),
        $got->{body}, 'byte for byte';

    $p->enter('#delivery-curl');
    $b->wait('return document.querySelectorAll("pre").length === 2',
             'the curl line');
    like $b->js('return document.querySelectorAll("pre")[1].textContent'),
        qr/^curl .*WEBHOOK_SECRET/, 'with no secret in it';
}


sub broken
{
    my ($s, $p) = @_;

    my $b = $p->{b};

    $s->{hook}->answer('/hooks/pos', 500);
    $s->order(company_id => 1260, n => $_) for 1 .. 3;

    $p->menu('menu.hooks');
    $p->at($p->t('hooks.title'));
    $p->enter('#hooks-order a', 'erp');
    $p->at('erp');
    $b->wait('const e = document.querySelector("#tile-dead");'
             . 'return e && e.textContent === "3"', 'three that failed', 60);
    like $b->text('.badge.bad'), qr/\Q${\ $p->t('endpoint.dead', n => 3)}\E/,
        'the hook tells it';

    $p->enter('#tile-dead');
    $p->at($p->t('deliveries.title'));
    like $b->js('return location.hash'),
        qr/^#\/deliveries\?endpoint=ep_\w+&state=dead$/,
        'the filter is in the address';
    $b->wait('return document.querySelectorAll("#deliveries tbody tr").length'
             . ' === 3', 'the three');
    like $b->text('#deliveries tbody'),
        qr/\Q${\ $p->t('state.dead')}\E.*3.*500/s, 'how they failed';

    # one of them: each attempt

    $p->enter('#deliveries tbody a', 'order.add');
    $p->at('order.add');
    is $b->count('.timeline > li'), 3, 'each attempt is shown';
    $b->js('history.back()');
    $p->at($p->t('deliveries.title'));
}


# one that is chosen, then all that match

sub mended
{
    my ($s, $p) = @_;

    my ($b, $manager) = ($p->{b}, $s->{manager});

    $s->{hook}->answer('/hooks/pos', 200);

    $b->tab_to('#deliveries tbody input');
    $b->press('Space');
    $b->press('Shift+Tab') for 1 .. 8;
    $p->enter('#some-retry');
    $b->wait('return document.querySelectorAll("#deliveries tbody tr").length'
             . ' === 2', 'one less that failed');
    pass 'one that is chosen is retried';

    $p->enter('#all-retry');
    $b->wait('return document.querySelector("dialog[open]")', 'a question');
    is $b->text('dialog h2'), $p->t('bulk.retry_n', n => 2),
        'how many there are is asked first';

    $p->enter('dialog button.primary');
    $b->wait('const e = document.querySelector(".task .badge.ok");'
             . 'return e && e.textContent', 'the end of the task', 60);
    like $b->text('.task'),
        qr/\Q${\ $p->t('watch.done_of', n => 2, of => 2)}\E/,
        'the task has done them all';
    $b->wait('return document.querySelectorAll("#deliveries tbody tr").length'
             . ' === 0', 'none that failed');

    my ($ep) = @{($manager->get('endpoints'))[1]{items}};
    is $ep->{state}{dead}, 0, 'and so says the API';
    ok wait_for(sub {
        local $manager->{openapi};
        ($ep) = @{($manager->get('endpoints'))[1]{items}};
        return $ep->{state}{delivered} == 4;
    }), 'all are delivered';
}
