/*
 * The event catalogue: what happens here, by group, and who listens.
 */

import { t, word, compare } from '../text.js';
import * as api from '../api.js';
import { el, head, hash, link, empty, outside, code, block,
         disclosure, failure, loading, redraw } from '../ui.js';
import { field } from '../form.js';
import { example } from '../hooks/catalogue.js';

/** @typedef {{ type: string, group: string, description: string,
 *              example: boolean, listeners: { id: string, name: string }[],
 *              listeners_count?: number }} Type */


/** What an event's data look like: got when somebody wants to see it.
 * @param {Type} type
 * @param {AbortSignal} signal */
function exampleOf(type, signal) {
    const inside = el('div');

    const d = disclosure(t('events.example'), `example-${type.type}`, inside);

    const get = async () => {
        inside.replaceChildren(loading());

        try {
            inside.replaceChildren(block(await example(type, signal),
                                         { label: t('events.example') }));
        } catch (e) {
            inside.replaceChildren(failure(e, get));
        }
    };

    d.addEventListener('toggle', () => {
        if (d instanceof HTMLDetailsElement && d.open && !inside.firstChild) {
            get();
        }
    });

    return d;
}


/** @param {Type} type
 * @param {import('../main.js').Context} ctx */
function card(type, ctx) {
    const more = (type.listeners_count ?? 0) - type.listeners.length;

    return el('div.card', null,
        el('div.title', null,
           el('h3', null, type.description ? [outside(type.description), ' ']
                                           : '',
              code(type.type)),
           ctx.may('company.setting')
           && link(hash('hooks', 'new', { event: type.type }),
                   t('events.hook'), { class: 'button',
                                       'aria-label': t('events.hook.of',
                                           { type: type.type }) })),
        el('p', null, type.listeners.length === 0
            ? el('span.none', null, t('events.nobody'))
            : [t('events.listeners'), ' ',
               type.listeners.map((l, i) =>
                   [i ? ', ' : '', link(hash('hooks', l.id),
                                        outside(l.name))]),
               more > 0 && [' ', t('events.more', { n: more })]]),
        type.example ? exampleOf(type, ctx.signal)
                     : el('p.hint', null, t('events.no_example')));
}


/** @type {import('../main.js').Screen} */
export default {
    title: 'events.title',

    async mount(root, params, ctx) {
        const { data } = await api.get('events', { signal: ctx.signal });
        /** @type {Type[]} */
        const types = data.items;
        const area = el('div.stack');

        const search = field({
            pointer: '/q', label: t('events.search'), type: 'search',
            value: ctx.query.get('q') ?? '',
            props: { id: 'search' },
            changed: v => {
                ctx.setQuery({ q: v });
                draw();
            }
        });

        function draw() {
            const q = search.get().trim().toLocaleLowerCase();
            /** @type {Map<string, Type[]>} */
            const groups = new Map();

            for (const type of types) {
                const text = [type.type, type.group, type.description]
                             .join('\n').toLocaleLowerCase();

                if (text.includes(q)) {
                    groups.set(type.group, [...groups.get(type.group) ?? [],
                                            type]);
                }
            }

            redraw(area, groups.size === 0
                ? empty(types.length ? t('events.none') : t('events.empty'))
                : [...groups].sort(([a], [b]) => compare(a, b)).map(
                    ([group, list]) => el('section', null,
                        el('h2', null, group
                                      ? outside(word('group', group))
                                      : t('group.none')),
                        list.sort((a, b) => compare(a.type, b.type))
                            .map(type => card(type, ctx)))));
        }

        root.append(head(t('events.title'), { lead: t('events.lead') }),
                    types.length > 5
                    ? el('form.filters', {
                        on: { submit: (/** @type {Event} */ e) =>
                                  e.preventDefault() }
                    }, search.node) : '',
                    area);
        draw();
    }
};
