// Deliveries: filters, several at once, all that match.

import { list, poll } from '../api.js';
import { t, word } from '../text.js';
import { button, el, empty, head, loading, moment, notifyProblem, redraw,
         section, watched } from '../ui.js';
import { field, form } from '../form.js';
import { allFound, allThatMatch, each, kindsOf, words }
    from '../hooks/bulk.js';
import { endpointNames, eventTypes } from '../hooks/catalogue.js';
import { deliveryTable } from '../hooks/delivery-table.js';
import { nodeField } from '../hooks/node-field.js';
import { taskPanel } from '../hooks/task.js';

/** @typedef {import('../main.js').Context} Context */

const NAMES = ['endpoint', 'event', 'state', 'status', 'since', 'until', 'q',
               'company', 'node'];
const STATES = ['pending', 'sending', 'delivered', 'dead', 'cancelled'];


/** A time of the API as the browser's field has it, which is local.
 * @param {string} at */
function local(at) {
    const date = new Date(at);

    return Number.isNaN(date.getTime()) ? ''
           : new Date(date.getTime() - date.getTimezoneOffset() * 60000)
             .toISOString().slice(0, 16);
}


/** @param {string} text of the field */
const utc = text => text ? new Date(text).toISOString() : '';


/** The form of the filters.
 * @param {Record<string, string>} asked
 * @param {any} names    of endpoints
 * @param {any[]} types
 * @param {Context} ctx
 * @param {() => void} changed */
function filterForm(asked, names, types, ctx, changed) {
    /** @type {[string, string][]} */
    const hooks = names.items.map((/** @type {any} */ ep) => [ep.id, ep.name]);

    if (asked.endpoint && hooks.every(([id]) => id !== asked.endpoint)) {
        hooks.push([asked.endpoint, names.name(asked.endpoint)]);
    }

    const datalist = el('datalist', { id: 'filter-events' },
                        types.map(e => el('option', { value: e.type })));

    /** @type {Record<string, import('../form.js').Field>} */
    const fields = {
        endpoint: field({
            pointer: '/endpoint', label: t('delivery.hook'), type: 'select',
            value: asked.endpoint, props: { id: 'filter-endpoint' },
            options: [['', t('filter.any')], ...hooks]
        }),
        event: field({
            pointer: '/event', label: t('delivery.event'), value: asked.event,
            props: { list: 'filter-events', placeholder: 'order.*',
                     id: 'filter-event', dir: 'ltr' }
        }),
        state: field({
            pointer: '/state', label: t('delivery.state'), type: 'select',
            value: asked.state, props: { id: 'filter-state' },
            options: [['', t('filter.any')],
                      ...STATES.map(s => /** @type {[string, string]} */
                          ([s, word('state', s)]))]
        }),
        status: field({
            pointer: '/status', label: t('filter.status'),
            value: asked.status,
            props: { placeholder: '5xx', dir: 'ltr', id: 'filter-status' }
        }),
        since: field({
            pointer: '/since', label: t('filter.since'),
            type: 'datetime-local', value: asked.since && local(asked.since),
            read: utc
        }),
        until: field({
            pointer: '/until', label: t('filter.until'),
            type: 'datetime-local', value: asked.until && local(asked.until),
            read: utc
        }),
        q: field({
            pointer: '/q', label: t('filter.q'), type: 'search',
            value: asked.q, props: { maxlength: 128, id: 'filter-q' }
        })
    };

    if (ctx.who.all_companies) {
        fields.company = field({ pointer: '/company',
                                 label: t('hook.company'),
                                 value: asked.company });
    }

    /* of a cluster: without it the deliveries are this node's */

    if (ctx.who.node) {
        fields.node = nodeField(ctx.who.node, asked.node, 'filter');
    }

    const take = () => {
        for (const [name, f] of Object.entries(fields)) {
            asked[name] = String(f.get()).trim();
        }

        changed();
    };

    const made = form({
        fields: () => Object.values(fields),
        body: [Object.values(fields).map(f => f.node), datalist],
        submit: t('filter.go'),
        send: take,
        actions: button(t('filter.clear'), () => {
            for (const f of Object.values(fields)) {
                f.set('');
            }

            take();
        })
    });

    made.node.classList.add('filters');

    return made;
}


/** @type {import('../main.js').Screen} */
export default {
    title: 'deliveries.title',

    async mount(root, params, ctx) {
        const set = ctx.may('company.setting');

        /** @type {Record<string, string>} */
        const asked = Object.fromEntries(NAMES.map(
            name => [name, ctx.query.get(name) ?? '']));

        const [names, types] = await Promise.all([
            endpointNames(ctx.signal), eventTypes(ctx.signal)
        ]);

        if (asked.endpoint) {
            await names.learn([asked.endpoint]);
        }

        /** @type {Set<string>} */
        const chosen = new Set();
        let all = list('deliveries', asked, ctx.signal);
        let busy = false;               /* something is done to several */

        const tools = el('div.stack');
        const progress = el('div', { 'aria-live': 'polite' });
        const tasks = el('div.stack');
        const shown = el('div.stack', null, loading());
        const watch = watched(shown);

        const drawTools = () => {
            if (!set || busy) {
                redraw(tools);
                return;
            }

            redraw(tools,
                chosen.size > 0 && el('div.row', { role: 'group',
                        'aria-label': t('bulk.chosen_group') },
                    el('span', null, t('bulk.chosen', { n: chosen.size })),
                    kindsOf('').map(kind =>
                        button(words(kind).some, () => some(kind),
                               { id: `some-${kind}` })),
                    button(t('bulk.unchoose'), () => {
                        chosen.clear();
                        draw();
                        focus('deliveries-all');
                    }, { id: 'some-none' })),
                el('div.row', { role: 'group',
                                'aria-label': t('bulk.all_group') },
                   why() ? el('p.hint', null, why())
                         : kindsOf(asked.state).map(kind =>
                               button(words(kind).all, () => every(kind),
                                      { id: `all-${kind}` }))));
        };

        /** Why all that match cannot be meant. */
        const why = () =>
            asked.q ? ''
            : asked.node ? t('bulk.needs_here')
            : !ctx.who.all_companies && !asked.endpoint
              ? t('bulk.needs_hook')
            : NAMES.every(name => !asked[name]) ? t('bulk.needs_filter') : '';

        /* nothing else is begun meanwhile */

        const alone = async (/** @type {() => Promise<any>} */ act) => {
            busy = true;
            drawTools();

            try {
                await act();
            } finally {
                busy = false;
                drawTools();
            }

            await fresh();
            focus('deliveries-all');
        };

        const some = (/** @type {any} */ kind) => alone(async () => {
            const ids = [...chosen];

            chosen.clear();
            await each(kind, ids, progress, ctx.signal);
        });

        const found = (/** @type {any} */ kind) => alone(async () => {
            const ids = await allFound(kind, asked, progress, ctx.signal);

            if (ids) {
                await each(kind, ids, progress, ctx.signal);
            }
        });

        const every = async (/** @type {any} */ kind) => {
            if (asked.q) {
                await found(kind);
                return;
            }

            const task = await allThatMatch(kind, Object.fromEntries(
                NAMES.filter(name => asked[name])
                     .map(name => [name, asked[name]])));

            if (task) {
                tasks.prepend(taskPanel(task, { signal: ctx.signal, set,
                                                ended: () => fresh().catch(notifyProblem) }));
            }
        };

        const box = (/** @type {any} */ d) => el('input', {
            type: 'checkbox', id: `choose-${d.id}`, checked: chosen.has(d.id),
            'aria-label': t('bulk.choose', { event: d.type,
                                             hook: names.name(d.endpoint) }),
            on: {
                change: (/** @type {any} */ e) => {
                    if (e.target.checked) {
                        chosen.add(d.id);
                    } else {
                        chosen.delete(d.id);
                    }

                    drawTools();
                    drawAll();
                }
            }
        });

        /* chooses all that are shown, or none */

        const whole = el('input', {
            type: 'checkbox', id: 'deliveries-all',
            on: {
                change: () => {
                    for (const d of all.items) {
                        if (whole.checked) {
                            chosen.add(d.id);
                        } else {
                            chosen.delete(d.id);
                        }
                    }

                    draw();
                }
            }
        });

        const wholeBox = el('div.field.check', null, whole,
            el('label', { for: 'deliveries-all' }, t('bulk.choose_all')));

        const drawAll = () => {
            const n = all.items.filter(d => chosen.has(d.id)).length;

            whole.checked = n > 0 && n === all.items.length;
            whole.indeterminate = n > 0 && n < all.items.length;
        };

        const draw = () => {
            const page = all.page;

            drawTools();
            wholeBox.hidden = !set || all.items.length === 0;

            redraw(shown,
                deliveryTable(all.items, {
                    id: 'deliveries', name: names.name,
                    endpoint: of => names.by.get(of),
                    first: set ? { label: t('bulk.choice'), cell: box }
                               : undefined,
                    empty: empty(NAMES.some(name => asked[name])
                                 ? t('deliveries.none_match')
                                 : t('deliveries.empty'))
                }),
                page?.searched && el('p.hint', null,
                    t('deliveries.searched', { n: page.searched.deliveries }),
                    page.searched.until
                    && [' ', t('deliveries.back_to'), ' ',
                        moment(page.searched.until)]),
                !all.done && el('div.actions', null,
                    button(t('ui.more'), async () => {
                        await all.more();
                        draw();
                    }, { id: 'deliveries-more' }),
                    el('span.hint', null,
                       t('deliveries.shown', { n: all.items.length }))));

            drawAll();
        };

        const fresh = async () => {
            await all.refresh();
            draw();
        };

        const filters = filterForm(asked, names, types, ctx, () => {
            ctx.setQuery(asked);
            chosen.clear();
            all = list('deliveries', asked, ctx.signal);
            redraw(shown, loading());
            again();
        });

        root.append(
            head(t('deliveries.title'), { lead: t('deliveries.lead') }),
            filters.node,
            section(t('deliveries.list'), tools, progress, tasks, wholeBox,
                    watch.node));

        const again = poll(async () => {
            const mine = all;

            if (mine.next === undefined) {
                await mine.more();
            } else if (mine.pages === 1 && chosen.size === 0 && !asked.q) {
                await mine.refresh();
            } else {

                /* nothing moves under a choice, and a search is work */

                return;
            }

            await names.learn(mine.items.map(d => d.endpoint));

            if (mine === all) {
                watch.well();
                draw();
            }
        }, { signal: ctx.signal, failed: e => watch.failed(e, () => again()) });
    }
};


/** @param {string} id */
const focus = id => document.getElementById(id)?.focus();
