# How often a screen asks: every 2 seconds, every 10 in a tab that nobody sees, ever
# more seldom while it fails; never two questions at a time.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Page::Browser;
use Webhook::Routes;
use Webhook::Test qw(asan);

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

# the others of this folder have the sanitizers see what the page asks for
plan skip_all => 'what is looked at here is the browser' if asan();

my $s = Webhook::Routes->new;
my $b = Webhook::Page::Browser->new;

$b->go('http://127.0.0.1:' . $s->{t}->port . '/webhook/');
$b->wait('return document.querySelector(".login")', 'the page');

# time does not go by, and is told
is_deeply $b->js(<<'JS'), [2000, 0, 4000, 8000, 16000, 32000, 60000, 60000,
    return (async () => {
        const { poll } = await import(new URL('page/api.js', location.href));
        const real = window.setTimeout;
        const end = new AbortController();
        const waits = [];
        let n = 0, busy = 0, most = 0, hidden = false;

        Object.defineProperty(document, 'hidden', { get: () => hidden });
        window.setTimeout = (f, ms) => {
            waits.push(ms);
            return real(f, 0);
        };

        await new Promise(done => poll(async () => {
            most = Math.max(most, ++busy);
            await new Promise(f => real(f, 5));
            busy--;
            n++;

            if (n === 2) {              /* somebody comes back meanwhile */
                document.dispatchEvent(new Event('visibilitychange'));
            }

            hidden = n === 10;

            if (n === 12) {
                end.abort();
                done();
            }

            if (n > 2 && n < 9) {
                throw new Error('no');
            }
        }, { signal: end.signal, failed: () => {} }));

        window.setTimeout = real;
        return [...waits, most];
    })();
JS
    2000, 10000, 2000, 1], 'how long it waits, and one at a time';

$b->end;
$s->{t}->stop;

done_testing;
