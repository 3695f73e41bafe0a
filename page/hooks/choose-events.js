// Teamcrop's way to choose events: a group, and of it the events.

import { t, word } from '../text.js';
import { block, button, code, disclosure, el, failure, loading, newId, notify,
         outside, redraw } from '../ui.js';
import { field, group } from '../form.js';
import { example } from './catalogue.js';
import { byGroup, matchesAny, prefixes } from './patterns.js';

/** @typedef {import('./patterns.js').EventType} EventType */


/**
 * @param {object} o
 * @param {EventType[]} o.types
 * @param {string[]} o.chosen     patterns to begin with
 * @param {string} [o.group]      the group to begin with
 * @param {AbortSignal} o.signal
 * @param {() => void} o.changed
 * @returns {{ node: HTMLElement, get: () => string[],
 *             fields: () => import('../form.js').Field[] }}
 */
export function chooseEvents({ types, chosen, group: first, signal, changed }) {
    const groups = byGroup(types);
    const patterns = [...chosen];
    const known = types.find(e => matchesAny(patterns, e.type));
    const list = el('div.choices');
    const picked = el('div', { 'aria-live': 'polite' });

    const choice = field({
        pointer: '/events', label: t('hook.group'), type: 'select',
        hint: t('hook.group_hint'),
        value: first || known?.group || [...groups.keys()][0],
        options: [...groups.keys()].map(g =>
            /** @type {[string, string]} */
            ([g, word('group', g) || t('group.none')])),
        changed: () => draw()
    });

    const other = field({
        pointer: '/events/other', label: t('hook.pattern'),
        hint: t('hook.pattern_hint')
    });

    /** @param {string} pattern
     * @param {boolean} on */
    const turn = (pattern, on) => {
        const at = patterns.indexOf(pattern);

        if (on && at < 0) {
            patterns.push(pattern);
        } else if (!on && at >= 0) {
            patterns.splice(at, 1);
        }

        choice.error('');
        tell();
        changed();
    };

    /** @param {string} pattern
     * @param {import('../ui.js').Child} label
     * @param {import('../ui.js').Child} [more] */
    const box = (pattern, label, more) => {
        const id = `event-${pattern}`;

        return el('div.choice', null,
            el('div.field.check', null,
               el('input', {
                   id, type: 'checkbox', checked: patterns.includes(pattern),
                   on: { change: (/** @type {any} */ e) =>
                             turn(pattern, e.target.checked) }
               }),
               el('label', { for: id }, label)),
            more);
    };

    const draw = () => {
        const members = groups.get(choice.get()) ?? [];

        redraw(list,
            members.map(e => box(e.type,
                [code(e.type), e.description && [' – ',
                                                 outside(e.description)]],
                e.example && exampleOf(e, signal))),
            prefixes(members).map(p => box(p,
                [code(p), ' – ', t('hook.all_of', { prefix: p.slice(0, -2) })]
            )));
    };

    const tell = () => redraw(picked, patterns.length
        ? [el('p', null, t('hook.chosen')),
           el('ul.words', null, patterns.map(p =>
               el('li', null, code(p), ' ',
                  button(t('form.remove'), () => {
                      turn(p, false);
                      draw();
                      choice.focus();
                  }, { 'aria-label': `${t('form.remove')}: ${p}`,
                       id: `chosen-${p}`, kind: 'plain' }))))]
        : el('p.hint', null, t('hook.none_chosen')));

    const add = button(t('hook.add_pattern'), () => {
        const pattern = other.get().trim();

        if (pattern === '') {
            other.focus();
            return;
        }

        turn(pattern, true);
        other.set('');
        draw();
        notify(t('hook.chose', { event: pattern }));
    });

    draw();
    tell();

    return {
        node: group(t('hook.events'), choice.node, list, picked,
                    disclosure(t('hook.other_pattern'), newId('pattern'),
                               other.node, add)),
        get: () => [...patterns],
        fields: () => [choice, other]
    };
}


/** @param {EventType} type
 * @param {AbortSignal} signal */
function exampleOf(type, signal) {
    const text = el('div', null, loading());
    const node = disclosure(t('hook.example'), `example-${type.type}`, text);

    node.addEventListener('toggle', async () => {
        try {
            redraw(text, block(await example(type, signal),
                               { label: t('hook.example') }));
        } catch (e) {
            redraw(text, failure(e));
        }
    }, { once: true });

    return node;
}
