// Hooks, by the groups of their events.

import { list, poll } from '../api.js';
import { compare, number, t, word } from '../text.js';
import { badge, button, code, disclosure, el, empty, endpointBadges, failure,
         hash, head, link, loading, block, outside, redraw, section, table,
         watched }
    from '../ui.js';
import { field } from '../form.js';
import { byGroup, matchesAny } from '../hooks/patterns.js';
import { eventTypes, example } from '../hooks/catalogue.js';

/** @typedef {import('../hooks/patterns.js').EventType} EventType */


/** @param {any[]} hooks
 * @param {string} key that keeps ids apart
 * @param {boolean} companies */
function hookTable(hooks, key, companies) {
    const sorted = [...hooks].sort((a, b) => compare(a.name, b.name));

    return table({
        id: `hooks-${key}`,
        caption: t('hooks.caption'),
        rows: sorted,
        columns: [
            { label: t('hook.name'), head: true, cell: ep => [
                link(hash('hooks', ep.id), outside(ep.name),
                     { id: `hook-${key}-${ep.id}` }),
                ep.source === 'nginx.conf'
                && [' ', badge('idle', t('hook.configured'))],
                companies && ep.company && [' ', code(ep.company)]
            ] },
            { label: t('hook.events'), cell: ep =>
                el('ul.words', null, (ep.events ?? []).map(
                    (/** @type {string} */ e) => el('li', null, code(e)))) },
            { label: t('hook.url'), cell: ep => code(ep.url ?? '') },
            { label: t('hook.state'), cell: ep => {
                const wrong = endpointBadges(ep.state);
                return wrong.length
                       ? el('ul.words', null, wrong.map(b => el('li', null, b)))
                       : badge('ok', t('hook.well'));
            } },
            { label: t('hook.waiting'), class: 'number', cell: ep =>
                owed(ep, 'pending', key) },
            { label: t('hook.dead'), class: 'number', cell: ep =>
                owed(ep, 'dead', key) }
        ]
    });
}


/** @param {any} ep
 * @param {'pending' | 'dead'} state
 * @param {string} key */
function owed(ep, state, key) {
    const n = ep.state?.[state] ?? 0;

    return n ? link(hash('deliveries', { endpoint: ep.id, state }), number(n),
                    { id: `hook-${key}-${state}-${ep.id}`,
                      'aria-label': t('hook.owed', { n, state:
                                            word('state', state) }) })
             : number(0);
}


export default {
    title: 'hooks.title',

    /** @param {HTMLElement} root
     * @param {string[]} params
     * @param {import('../main.js').Context} ctx */
    mount(root, params, ctx) {
        const set = ctx.may('company.setting');
        const companies = ctx.who.all_companies;
        const asked = { group: ctx.query.get('group') ?? '',
                        event: ctx.query.get('event') ?? '' };

        /** @type {EventType[]} */
        let types = [];
        const hooks = list('endpoints', { limit: 200 }, ctx.signal);

        const picker = el('div');
        const shown = el('div', null, loading());
        const watch = watched(shown);
        const about = el('div.about');

        root.append(
            head(t('hooks.title'), {
                lead: t('hooks.lead'),
                actions: set && link('#/hooks/new', t('hooks.add'),
                                     { class: 'button primary',
                                       id: 'hooks-add' })
            }),
            picker, about, watch.node);

        const pick = () => {
            const groups = byGroup(types);
            const choices = asked.group === ''
                            ? types : groups.get(asked.group) ?? [];

            const group = field({
                pointer: '/group', label: t('hooks.group'), type: 'select',
                value: asked.group,
                options: [['', t('hooks.all_groups')],
                          ...[...groups.keys()].map(g =>
                              /** @type {[string, string]} */
                              ([g, word('group', g) || t('group.none')]))],
                props: { id: 'hooks-group' },
                changed: value => {
                    asked.group = value;
                    asked.event = '';
                    ctx.setQuery(asked);
                    pick();
                    draw();
                    document.getElementById('hooks-group')?.focus();
                }
            });

            const event = field({
                pointer: '/event', label: t('hooks.event'), type: 'select',
                value: asked.event,
                options: [['', t('hooks.all_events')], ...choices.map(e =>
                    /** @type {[string, string]} */
                    ([e.type, e.description ? `${e.type} – ${e.description}`
                                            : e.type]))],
                props: { id: 'hooks-event' },
                changed: value => {
                    asked.event = value;
                    ctx.setQuery(asked);
                    tell();
                    draw();
                }
            });

            redraw(picker, el('form.filters', {
                on: { submit: (/** @type {Event} */ e) => e.preventDefault() }
            }, group.node, event.node));
            tell();
        };

        /* the event that was picked */

        const tell = () => {
            const type = types.find(e => e.type === asked.event);

            if (!type) {
                redraw(about);
                return;
            }

            const text = el('div', null, loading());
            const sample = disclosure(t('hooks.example'), 'hooks-example',
                                      text);

            const get = async () => {
                try {
                    redraw(text, block(await example(type, ctx.signal),
                                       { label: t('hooks.example') }));
                } catch (e) {
                    redraw(text, failure(e, get));
                }
            };

            sample.addEventListener('toggle', get, { once: true });

            redraw(about, section(type.type,
                type.description && el('p', null, outside(type.description)),
                type.example ? sample : el('p.hint', null,
                                           t('hooks.no_example')),
                set && el('p', null,
                          link(hash('hooks', 'new', { event: type.type }),
                               t('hooks.add_for', { event: type.type }),
                               { class: 'button',
                                 id: 'hooks-add-for' }))));
        };

        const draw = () => {
            if (hooks.next === undefined) {
                return;
            }

            if (hooks.items.length === 0) {
                redraw(shown, empty(t('hooks.empty'),
                                    set && link('#/hooks/new', t('hooks.add'),
                                                { class: 'button primary',
                                                  id: 'hooks-add-first' })));
                return;
            }

            const pieces = asked.event ? ofEvent() : ofGroups();

            redraw(shown, pieces.length ? pieces
                          : empty(t('hooks.none_here'),
                                  set && link(hash('hooks', 'new', asked),
                                              t('hooks.add'),
                                              { id: 'hooks-add-here' })),
                   !hooks.done && button(t('ui.more'), async () => {
                       await hooks.more();
                       draw();
                   }, { id: 'hooks-more' }));
        };

        const ofEvent = () => {
            const those = hooks.items.filter(ep => matchesAny(ep.events ?? [],
                                                              asked.event));
            return those.length
                   ? [section(t('hooks.of_event'),
                              hookTable(those, 'event', companies))] : [];
        };

        const ofGroups = () => {
            const pieces = [];
            const found = new Set();

            for (const [group, members] of byGroup(types)) {
                const those = hooks.items.filter(ep => members.some(
                    e => matchesAny(ep.events ?? [], e.type)));

                those.forEach(ep => found.add(ep));

                if (those.length && (!asked.group || asked.group === group)) {
                    pieces.push(section(word('group', group) || t('group.none'),
                                        hookTable(those, group, companies)));
                }
            }

            const rest = hooks.items.filter(ep => !found.has(ep));

            if (rest.length && !asked.group) {
                pieces.push(section(t('hooks.of_no_group'),
                                    hookTable(rest, '-', companies)));
            }

            return pieces;
        };

        const learn = () => eventTypes(ctx.signal).then(found => {
            types = found;
            pick();
            draw();
        }, e => ctx.signal.aborted || redraw(picker, failure(e, learn)));

        learn();

        const again = poll(async () => {
            if (hooks.next === undefined) {
                await hooks.more();
            } else {
                await hooks.refresh();
            }

            watch.well();
            draw();
        }, {
            signal: ctx.signal,
            interval: 10000,
            failed: e => watch.failed(e, () => again())
        });
    }
};
