# All screens, wide and light, and on a phone in the dark, in each language: axe
# finds nothing, nothing is wider than the window, nothing is cut; and what others
# wrote is text, wherever it stands.

use strict;
use warnings;
use utf8;

use Test::More;

use lib 't/lib';
use Webhook::Nginx;
use Webhook::Page::Shop;
use Webhook::Test qw(slurp asan);

plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

# the others of this folder have the sanitizers see what the page asks for
plan skip_all => 'what is looked at here is the browser' if asan();

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);

my $axe = Webhook::Nginx::build_dir() . '/interop/node_modules/axe-core/axe.min.js';
my $source = -e $axe ? slurp($axe) : '';

diag 'no axe-core: t/interop/install gets it' unless $source;

my $evil = "<img src=x onerror=window.hit=1> \x{202E}evil\x{202C} "
           . "\x{627}\x{644}\x{645}\x{62A}\x{62C}\x{631}";

my $p = Webhook::Page::Shop->new(evil => $evil);

# what reaches out of the window but for what can be scrolled, and what is cut
my $layout = <<'JS';
    const faults = [];
    const root = document.documentElement;

    if (root.scrollWidth > root.clientWidth) {
        faults.push(`the page is ${root.scrollWidth} wide`);
    }

    for (const e of document.body.querySelectorAll('*')) {
        const box = e.getBoundingClientRect();
        const style = getComputedStyle(e);
        const name = `${e.tagName} ${e.className} ${e.textContent.slice(0, 40)}`;

        if (!box.width || !box.height || style.visibility === 'hidden'
            || style.clipPath !== 'none'
            || e.closest('.scroll, pre, textarea, select, input, caption, thead, .away, .skip, svg'))
        {
            continue;
        }

        if (box.right > root.clientWidth + 1 && !e.closest('.table')) {
            faults.push(`out of the window: ${name}`);
        }

        if (['hidden', 'clip'].includes(style.overflowX)
            && e.scrollWidth > e.clientWidth + 1)
        {
            faults.push(`cut: ${name}`);
        }
    }

    return faults.slice(0, 5).join('\n');
JS

# elements that a text has become, and texts that turn what is around them
my $text = <<'JS';
    const faults = [];

    if (window.hit || document.querySelector('main img, main script')) {
        faults.push('a text has become an element');
    }

    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);

    while (walk.nextNode()) {
        const e = walk.currentNode.parentElement;

        if (/[\u202e\u0627]/.test(walk.currentNode.data)
            && !e.closest('bdi, [dir=auto], option, title'))
        {
            faults.push(`it turns its neighbours: ${e.outerHTML.slice(0, 200)}`);
        }
    }

    return faults.slice(0, 5).join('\n');
JS

my $check = <<'JS';
    return axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a',
                                         'wcag21aa', 'wcag22aa'] })
        .then(r => r.violations.map(v =>
            `${v.id}: ${v.help}\n${v.nodes.slice(0, 3).map(n => `  ${n.html.slice(0, 200)} ${
                (n.any[0] ?? n.all[0] ?? n.none[0])?.message ?? ''}`)
                .join('\n')}`).join('\n'));
JS

for my $look ({ language => 'en', width => 1200 },
              { language => 'vi', width => 360, dark => 1 },
              { language => 'th', width => 360 },
              { language => 'en', width => 1200, dark => 1, token => 'watcher' })
{
    my $b = $p->browser(%$look, height => 800);
    my $name = join ' ', map { "$_=$look->{$_}" } sort keys %$look;
    my $evils = 0;

    is $b->js('return document.documentElement.lang'), $look->{language},
        "$name: in its language";

    $b->js($source . ';window.axe = axe') if $source;

    for my $screen ($p->screens) {
        $p->show($b, $screen);

        # all that can be opened
        $b->js('for (const d of document.querySelectorAll("main details"))'
               . ' { d.open = true; }');
        $p->shown($b);

        is $b->js($layout), '', "$name $screen: nothing is cut";
        is $b->js($text), '', "$name $screen: texts are texts";
        is $b->js($check), '', "$name $screen: axe" if $source;

        $evils++ if index($b->text('main'), '<img src=x') >= 0;
    }

    cmp_ok $evils, '>', 8, "$name: they are seen";

    is_deeply [grep { !/Failed to load resource/ } $b->console], [],
        "$name: the browser says nothing";

    $b->end;
}

done_testing;
