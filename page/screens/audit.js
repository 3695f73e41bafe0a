/*
 * The audit: who did what, when, and from what to what.
 */

import { t, word } from '../text.js';
import * as api from '../api.js';
import { el, head, hash, link, empty, table, redraw, button, outside, code,
         when, loading } from '../ui.js';
import { field, form } from '../form.js';

const KINDS = ['endpoint', 'receiver', 'delivery', 'deliveries', 'call',
               'task', 'event', 'company', 'value', 'store', 'row', 'rows'];

const ACTIONS = ['create', 'update', 'rotate', 'delete', 'challenge',
                 'approve', 'pause', 'resume', 'test', 'reveal', 'sample',
                 'dry-run', 'retry', 'cancel', 'replay', 'purge', 'end', 'clock',
                 'quarantine', 'restore', 'import'];


/** Where the thing is, if it has a screen.
 * @param {any} r */
function thing(r) {
    const label = r.name ? outside(r.name) : r.id ? code(r.id) : '–';
    const place = r.action === 'delete' || !r.id ? null
                  : r.kind === 'endpoint' ? hash('hooks', r.id)
                  : r.kind === 'receiver' ? hash('receivers', r.id)
                  : r.kind === 'delivery' ? hash('deliveries', r.id)
                  : r.kind === 'deliveries' || r.kind === 'task'
                    ? hash('tasks', r.id)
                  : null;

    return place ? link(place, label, { id: `a-${r.number}` }) : label;
}


/** @param {any} v a value of a member */
const value = v => v === null || v === undefined ? el('span.none', null, '–')
                   : code(typeof v === 'object' ? JSON.stringify(v) : v);

/** What changed: from, to.
 * @param {any} r */
function changes(r) {
    const list = r.changes ?? [];

    if (list.length === 0) {
        return r.cut ? t('audit.cut')
               : r.filter || r.result
                 ? code(JSON.stringify(r.filter ?? r.result)) : '';
    }

    const one = (/** @type {any} */ c) => el('li', null,
        code(String(c.pointer ?? '').replace(/^\//, '')), ': ',
        value(c.from), ' → ', value(c.to));

    return list.length > 3
           ? el('details', { id: `changes-${r.number}` },
                el('summary', null, t('audit.changes', { n: list.length })),
                el('ul', null, list.map(one)))
           : el('ul', null, list.map(one));
}


/** @type {import('../main.js').Screen} */
export default {
    title: 'audit.title',

    async mount(root, params, ctx) {
        const area = el('div.stack', null, loading());

        const choice = (/** @type {string} */ name,
                        /** @type {string} */ label,
                        /** @type {string[]} */ values,
                        /** @type {string} */ family) => field({
            pointer: `/${name}`, label, type: 'select',
            value: ctx.query.get(name) ?? '',
            options: [['', t('audit.all')], ...values.map(v =>
                /** @type {[string, string]} */ ([v, word(family, v)]))],
            props: { id: `audit-${name}` }
        });

        const filters = {
            by: field({ pointer: '/by', label: t('audit.by'), type: 'search',
                        value: ctx.query.get('by') ?? '',
                        props: { id: 'audit-by' } }),
            kind: choice('kind', t('audit.kind'), KINDS, 'audit_kind'),
            action: choice('action', t('audit.action'), ACTIONS,
                           'audit_action'),
            id: field({ pointer: '/id', label: t('audit.id'), type: 'search',
                        value: ctx.query.get('id') ?? '',
                        props: { id: 'audit-id' } })
        };

        const query = () => Object.fromEntries(Object.entries(filters).map(
            ([name, f]) => [name, f.get().trim()]));

        let list = api.list('audit', query(), ctx.signal);

        function draw() {
            redraw(area, table({
                caption: t('audit.title'),
                id: 'audit',
                rows: list.items,
                empty: empty(list.done ? t('audit.empty') : t('audit.none')),
                columns: [
                    { label: t('audit.time'), cell: r => when(r.time) },
                    { label: t('audit.by'),
                      cell: r => r.by ? outside(r.by) : '–' },
                    { label: t('audit.what'), head: true, cell: r =>
                        [word('audit_action', r.action), ' · ',
                         word('audit_kind', r.kind)] },
                    { label: t('audit.thing'), cell: thing },
                    { label: t('audit.change'), cell: changes },
                    ...ctx.who.all_companies ? [{
                        label: t('audit.company'),
                        cell: (/** @type {any} */ r) =>
                            r.company ? outside(r.company) : '–'
                    }] : []
                ]
            }), !list.done && button(t('audit.more'), async () => {
                await list.more();
                draw();
            }, { id: 'more' }));
        }

        async function look() {
            list = api.list('audit', query(), ctx.signal);
            await list.more();
            draw();
        }

        const f = form({
            fields: () => Object.values(filters),
            body: Object.values(filters).map(x => x.node),
            submit: t('audit.go'),

            async send() {
                ctx.setQuery(query());
                await look();
            }
        });

        f.node.className = 'filters';

        root.append(head(t('audit.title'), { lead: t('audit.lead') }), f.node,
                    area);

        await look();
    }
};
