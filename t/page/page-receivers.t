# The tour of what comes in, with the keyboard alone, on a desk and on a phone, in
# each language: a receiver is made, tried, called at the URL that was copied; its
# URL is rotated, with and without overlap; a call is replayed; a sample and a
# Postman collection are what they say.

use strict;
use warnings;
use utf8;

use HTTP::Tiny ();
use JSON::PP ();
use Test::More;

use lib 't/lib';
use Webhook::Page::Tour;
use Webhook::Routes;
use Webhook::Test qw(wait_for temp_dir slurp);

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);

my $json = JSON::PP->new->utf8;
my $http = HTTP::Tiny->new(proxy => undef, http_proxy => undef);

# of the tour that is under way
my ($s, $p, $b, $api);

tour(%$_) for Webhook::Page::Tour::looks();

done_testing;


sub tour
{
    my (%look) = @_;

    $s = Webhook::Routes->new(
        registry => 'durable_api http://127.0.0.1:%%PORT_api%%;');
    $api = $s->{api};

    # where a link leads, after the token was asked for
    $p = Webhook::Page::Tour->new($s, 'manager', %look,
                                  fragment => '#/receivers?from=a-colleague');
    $b = $p->{b};

    note "--- $p->{name}";

    $p->at($p->t('receivers.title'));
    is $b->js('return location.hash'), '#/receivers?from=a-colleague',
        'a link leads to its screen';
    is $b->text('.empty p'), $p->t('receivers.empty'),
        'there is none, and how to make one';

    made();

    my $first = called();

    tried();
    sample($first);
    rotated($first);
    replayed();
    changed();
    audited();
    paused();
    deleted();

    is_deeply [grep { !/whoami|receivers - .* 422/ } $b->console], [],
        'the browser has nothing to complain of';

    $p->end;
    $s->{t}->stop;
    $s->{t}->ok_logs;
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


# with a mistake

sub made
{
    $p->enter('#new');
    $p->at($p->t('receiver.form.new'));

    $p->fill('input', $p->t('member.name'), 'contact');
    $p->pick('select', $p->t('member.log_calls.calls.on'),
             $p->t('member.log_calls.calls'));
    $p->fill('textarea', $p->t('member.require'), 'name');
    $p->enter('button', $p->t('member.actions.add'));
    $b->wait('return document.activeElement.tagName === "SELECT"',
             'the focus in the action');
    $p->fill('input', $p->t('member.actions.uri'), '/elsewhere/');
    $p->fill('textarea', $p->t('member.actions.body'),
             '{"name": "${name}"}');
    $p->enter('button[type=submit]', $p->t('receiver.form.make'));

    $b->wait('const e = document.activeElement;'
             . 'return e.getAttribute("aria-invalid") === "true"'
             . ' && e.value === "/elsewhere/"',
             'the field that is wrong, with the focus');
    like $b->js('return document.getElementById(document.activeElement'
                . '.getAttribute("aria-describedby").split(" ").pop())'
                . '.textContent'),
        qr/elsewhere/, 'and what is wrong';

    $b->press('Home', 'Shift+End', 'Backspace');
    $b->type('/pos/res.partner');
    $b->press('Enter');
    $p->at('contact');
    pass 'it is made';
}


# its URL is copied, and called

sub called
{
    my $origin = 'http://127.0.0.1:' . $s->{t}->port;

    $b->cdp('Browser.grantPermissions', { origin => $origin,
        permissions => ['clipboardReadWrite', 'clipboardSanitizedWrite'] });

    my $url = copied();

    like $url, qr{^\Q$origin\E/web/hook/\S{20,}$}, 'its URL is copied';
    is $b->js('return document.querySelector("input[readonly]").value'), $url,
        'as it is shown';
    is call($url, '{"name": "Anna"}'), 200, 'it is called';
    is asked(), 1, 'and calls the API';

    return $url;
}


# without a call

sub tried
{
    $p->fill('textarea', $p->t('receiver.try.body'), '{"name": "Binh"}');
    $p->enter('button[type=submit]', $p->t('receiver.try.go'));
    arrived('receiver.tried.dry');
    like $b->text('[aria-live] .card'),
        qr{POST\s+/pos/res\.partner.*"name": "Binh"}s, 'what would be called';
    is asked(), 1, 'and nothing is';
}


# for a shell, and for Postman

sub sample
{
    my ($url) = @_;

    $p->enter('#sample');
    arrived('receiver.try.sample');

    my $line = $b->text('[aria-live] pre');
    my $shell = $s->{t}->file('sample.sh', "$line\n");

    like scalar(qx{/bin/sh $shell 2>/dev/null}), qr{^HTTP/1\.1 200}m,
        'a shell makes the call';
    is $api->requests->[-1]{body}, '{"name": "Binh"}', 'to the letter';

    my $folder = temp_dir('downloads');

    $b->cdp('Browser.setDownloadBehavior', { behavior => 'allow',
                                             downloadPath => $folder });
    $p->enter('#postman');

    my $file = "$folder/contact.postman_collection.json";

    ok wait_for(sub { -s $file }), 'a collection is downloaded';

    my $collection = $json->decode(slurp($file));
    my $request = $collection->{item}[0]{request};
    my %header = map { lc $_->{key} => $_->{value} } @{$request->{header}};

    is $collection->{info}{schema},
        'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
        'of version 2.1';
    is $request->{url}{raw}, $url, 'with the URL';
    is join('/', "http://$request->{url}{host}[0]", @{$request->{url}{path}})
        =~ s{^(http://127)}{$1.0.0.1:$request->{url}{port}}r, $url, 'in parts';
    is $request->{body}{raw}, '{"name": "Binh"}', 'the payload';
    is $request->{body}{options}{raw}{language}, 'json', 'which is JSON';
    is $http->request($request->{method}, $request->{url}{raw}, {
        headers => \%header, content => $request->{body}{raw},
    })->{status}, 200, 'and it does call';
}


# the old one holds on, and is gone

sub rotated
{
    my ($first) = @_;

    rotate('overlap.24h');

    my $second = copied();

    isnt $second, $first, 'it has another URL';
    is call($first, '{"name": "Chi"}'), 200, 'the old one holds';
    is call($second, '{"name": "Dao"}'), 200, 'the new one too';

    $p->enter('#reveal');
    $b->wait('return document.querySelector("main table code")'
             . '?.textContent.startsWith("http")', 'the older URL');
    is $b->text('main table code'), $first, 'which is shown';

    rotate('overlap.0');

    my $third = copied();

    is call($first, '{"name": "Em"}'), 404, 'the old one is gone';
    is call($second, '{"name": "Giang"}'), 404, 'so is the other';
    is call($third, '{"name": "Ha"}'), 200, 'the new one works';
    $s->{url} = $third;
}


# the history, and a call made again

sub replayed
{
    $b->wait('return document.querySelectorAll("#calls tbody tr").length >= 6',
             'the calls, as they come');
    $p->enter('#calls a');
    $p->at($p->t('call.title'));
    like $b->text('main'), qr/"name": "Ha"/, 'what came in';
    like $b->text('main'), qr{POST\s+/pos/res\.partner}, 'what was done';

    my $before = asked();

    $p->enter('#replay');
    $b->wait('return document.querySelector("dialog[open]")', 'a question');
    $p->enter('dialog button', $p->t('call.replay'));
    arrived('receiver.tried');
    is asked(), $before + 1, 'it was made again';
    is $api->requests->[-1]{body}, '{"name": "Ha"}', 'as it came';
}


sub changed
{
    $p->enter("nav[aria-label=\"${\ $p->t('ui.back')}\"] a");
    $p->at('contact');
    $p->enter('#edit');
    $p->at($p->t('receiver.form.edit') . ' contact');
    $p->fill('input', $p->t('member.description'), 'People from the shop');
    $p->enter('button[type=submit]', $p->t('form.save'));
    $p->at('contact');
    like $b->text('.lead'), qr/People from the shop/, 'it has a description';

    my (undef, $is) = $s->{manager}->get('receivers');
    my ($rc) = grep { $_->{name} eq 'contact' } @{$is->{items}};

    is $rc->{description}, 'People from the shop', 'as the API says';
    is_deeply $rc->{require}, ['name'], 'and the rest is what it was';
    is $rc->{log_calls}, 'on', 'all of it';
}


sub audited
{
    $p->menu('menu.audit');
    $p->at($p->t('audit.title'));
    like $b->text('#audit'), qr/\Q${\ $p->t('audit_action.reveal')}\E/,
        'the audit knows who saw the URL';
    like $b->text('#audit'), qr/\Q${\ $p->t('audit_action.replay')}\E.*
                               \Q${\ $p->t('audit_kind.call')}\E/x,
        'and who replayed';
}


# one whose actions can wait, and are done when it is resumed

sub paused
{
    my (undef, $rc) = $s->{manager}->post('receivers', $s->receiver(
        name => 'later', mode => 'durable'));

    $p->menu('menu.receivers');
    $p->at($p->t('receivers.title'));
    $p->enter('#receivers a', 'contact');
    $p->at('contact');
    ok !$b->js('return !!document.querySelector("#receiver-pause")'),
        'what acts before it answers cannot be paused';

    $p->menu('menu.receivers');
    $p->at($p->t('receivers.title'));
    $p->enter('#receivers a', 'later');
    $p->at('later');
    $p->enter('#receiver-pause');
    $b->wait('return document.querySelector("dialog[open]")', 'a question');
    $p->fill('dialog input', $p->t('pause.reason'), 'the API moves');
    $p->enter('dialog button[type=submit]');
    $b->wait('return document.querySelector("p.warning")', 'that it is paused');
    like $b->text('p.warning'),
        qr/^\Q${\ $p->t('receiver.paused')}\E\s+the API moves$/, 'and why';

    my $before = asked();

    is call($rc->{url}, '{"name": "Lan"}'), 202, 'it is called';
    is asked(), $before, 'which waits';

    $p->enter('#receiver-pause', $p->t('hook.resume'));
    $b->wait('return !document.querySelector("p.warning")',
             'that it goes on');
    ok wait_for(sub { asked() == $before + 1 }), 'and is done';
}


sub deleted
{
    $p->menu('menu.receivers');
    $p->at($p->t('receivers.title'));
    $p->enter('#receivers a', 'contact');
    $p->at('contact');
    $p->enter('#delete');
    $b->wait('return document.querySelector("dialog[open]")', 'a question');
    $p->enter('dialog button.danger');
    $p->at($p->t('receivers.title'));
    is call($s->{url}, '{"name": "Khoa"}'), 404, 'deleted, its URL is gone';
}


# a heading that has the focus

sub arrived
{
    my ($key) = @_;

    return $b->wait('return document.activeElement.textContent === '
                    . JSON::PP->new->allow_nonref->encode($p->t($key)),
                    $p->t($key));
}


sub copied
{
    my $copied = JSON::PP->new->allow_nonref->encode($p->t('ui.copied'));

    $p->enter('button.copy');
    $b->wait('return [...document.querySelectorAll(".notice")]'
             . ".some(n => n.textContent === $copied)", 'that it was copied');
    $b->js('document.querySelectorAll(".notice").forEach(n => n.remove())');

    return $b->js('return navigator.clipboard.readText()');
}


sub rotate
{
    my ($overlap) = @_;

    $p->enter('#rotate');
    $b->wait('return document.querySelector("dialog[open] select")',
             'a question');
    $p->pick('select', $p->t($overlap), $p->t('receiver.rotate.overlap'));
    $p->enter('dialog button[type=submit]', $p->t('receiver.rotate.go'));
    $b->wait('return !document.querySelector("dialog")'
             . ' && document.activeElement.matches("input[readonly]")',
             'another URL');
}
