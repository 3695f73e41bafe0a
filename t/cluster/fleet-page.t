#!/usr/bin/perl

# The page of one node shows the deliveries and calls of all, by node; and what is
# done to those of another node is asked of that one, which is told.

use strict;
use warnings;

use lib 't/lib';

use Test::More;

use Webhook::Fleet;
use Webhook::Page::Shop;
use Webhook::Test qw(wait_for);

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

my $fleet = Webhook::Fleet->new(nodes => 2, routes => 1, lease => '30s');

plan skip_all => 'there is no libpq, or no server of PostgreSQL 15'
    unless $fleet;

ok $fleet->start, 'all have joined';

my ($one, $two) = $fleet->nodes;
my %api = map { $_->{n} => $_->{s}{manager} } $one, $two;

# one that was delivered, one that waits, and a call, all at one

my $ep = made(endpoints => $one->{s}->endpoint(
    name => 'erp', retry => { attempts => 50, first => '1h' }));
my $rc = made(receivers => $one->{s}->receiver(name => 'shop'));

is $one->{s}->order(company_id => 1260)->{status}, 201, 'an order at one';
my $delivered = one_of('deliveries?node=all&state=delivered');

$one->{hook}->answer('*', { status => 500 });

is $one->{s}->order(company_id => 1260)->{status}, 201, 'one that waits';
my $waits = one_of('deliveries?node=all&state=pending', 'sends');

is $one->{t}->request('POST', $rc->{url} =~ m{(/web/hook/.*)},
        '{"name": "Ann"}', headers => ['Content-Type' => 'application/json'])
    ->{status}, 200, 'a call';
my $call = one_of("receivers/$rc->{id}/calls?node=all");

# at two

my $page = bless { s => $two->{s} }, 'Webhook::Page::Shop';
my $b = $page->browser(token => 'manager');

# calls

$page->show($b, "#/receivers/$rc->{id}");
is rows('calls'), 0, 'two has had no call';

filter('#calls-node', 'all');
at_last('calls', 1, 'that of one is in the list of all');
like $b->text('#calls'), qr/till-1/, 'with its node';

filter('#calls-node', 'till-2');
at_last('calls', 0, 'and not in that of two');

$page->show($b, "#/receivers/$rc->{id}/calls/$call");
like $b->text('main'), qr/till-1/, 'it is shown with its node';
is $b->count('#replay'), 0, 'and cannot be made again here';

# deliveries

$page->show($b, '#/deliveries');
is rows('deliveries'), 0, 'nor a delivery';

filter('#filter-node', 'till-1');
at_last('deliveries', 2, 'one has two');

$page->show($b, "#/deliveries/$delivered");
like $b->text('main'), qr/till-1/, 'it is shown with its node';
is $b->count('#delivery-replay'), 0, 'and cannot be replayed here';

$page->show($b, "#/deliveries/$waits");
$b->tab_to('#delivery-retry');
$b->press('Enter');
noticed('till-1', 'its node is asked to retry it');

ok wait_for(sub { (shown($waits)->{sends} // 0) == 2 }, 60),
    'which does it';

$b->tab_to('#delivery-cancel');
$b->press('Enter');
$b->wait('return document.querySelector("dialog[open]")', 'a question');
$b->tab_to('dialog button.danger');
$b->press('Enter');
noticed('till-1', 'its node is asked to cancel it');

ok wait_for(sub { shown($waits)->{state} eq 'cancelled' }, 60),
    'which does that';
$b->wait('return document.querySelector("main .badge")'
         . '.textContent.includes("Cancelled")', 'the page to show it');

is_deeply [grep { !/whoami/ } $b->console], [],
    'the browser has nothing to complain of';

$b->end;

for my $node ($fleet->nodes) {
    $node->{t}->stop;
    $node->{t}->ok_logs;
}

done_testing;


# Registers something at one, and waits until two has it.

sub made
{
    my ($what, $settings) = @_;

    my ($r, $got) = $api{1}->post($what, $settings);

    is $r->{status}, 201, "$what: one is made" or diag $r->{body};

    ok wait_for(sub {
        local $api{2}{openapi};
        my ($there) = $api{2}->get("$what/$got->{id}");
        return $there->{status} == 200;
    }, 60), 'two has it';

    return $got;
}


# The id of the only one in a list that two is asked for; with a member that is
# not 0.

sub one_of
{
    my ($path, $member) = @_;

    my $found;

    local $api{2}{openapi};

    ok wait_for(sub {
        my (undef, $got) = $api{2}->get($path);

        my @items = @{$got->{items} // []};

        $found = $items[0]{id}
            if @items == 1 && (!$member || $items[0]{$member});

        return $found;
    }, 60), $path;

    return $found;
}


sub shown
{
    local $api{2}{openapi};
    my (undef, $got) = $api{2}->get("deliveries/$_[0]");

    return $got;
}


sub rows { return $b->count("#$_[0] tbody tr") }


sub at_last
{
    my ($table, $n, $name) = @_;

    ok $b->wait("return document.querySelectorAll('#$table tbody tr').length"
                . " === $n", $name), $name;

    return;
}


sub filter
{
    my ($selector, $text) = @_;

    $b->tab_to($selector);
    $b->press('Home', 'Shift+End', 'Backspace');
    $b->type($text);
    $b->press('Enter');

    return;
}


sub noticed
{
    my ($text, $name) = @_;

    ok $b->wait('return [...document.querySelectorAll(".notice")].some('
                . "e => e.textContent.includes('$text'))", $name), $name;
    $b->js('for (const e of document.querySelectorAll(".notice")) e.remove()');

    return;
}
