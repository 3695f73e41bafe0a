/*
 * Who looks at the page, its language, what the server says of itself; export
 * and import of what is registered.
 */

import { t, word, number, bytes, percent } from '../text.js';
import * as api from '../api.js';
import { el, head, facts, section, button, table, badge, outside, code,
         download, notify, sentence, confirm, newId, failure, redraw }
    from '../ui.js';
import { languageChoice, leave } from '../main.js';
import { limits } from '../settings/limits.js';
import { purge } from '../settings/purge.js';

const AT_ONCE = 200;            /* items that an import takes */


/** @type {import('../main.js').Screen} */
export default {
    title: 'menu.settings',

    async mount(root, params, ctx) {
        const [index, stats] = await Promise.all([
            api.get('./', { signal: ctx.signal }),
            api.get('stats', { signal: ctx.signal })
        ]);

        const health = el('span', null, t('ui.loading'));

        root.append(
            head(t('menu.settings')),
            el('div.columns', null,
               person(ctx),
               section(t('settings.language'), languageChoice())),
            server(index.data, stats.data, health),
            limits(ctx.signal),
            ctx.may('company.setting') && registry(ctx) || '',
            ctx.operator ? purge() : '');

        api.poll(async signal => {
            await api.get('health', { signal });
            redraw(health, badge('ok', t('settings.healthy')));
        }, {
            signal: ctx.signal, interval: 10000,
            failed: e => redraw(health, badge('bad', t('settings.unhealthy'),
                                              sentence(e)))
        });
    }
};


/** @param {import('../main.js').Context} ctx */
function person(ctx) {
    const { who } = ctx;

    return section(t('settings.you'),
        facts([
            [t('settings.name'), who.name ? outside(who.name) : '–'],
            [t('settings.company'),
             who.all_companies ? t('settings.all_companies')
                               : outside(who.company)],
            [t('settings.may'),
             el('ul', null, who.permissions.map((/** @type {string} */ p) =>
                 el('li', null, word('permission', p))))],
            [t('settings.by'), who.token ? t('settings.by_token')
                                         : t('settings.by_server')]
        ]),
        who.token && el('div.actions', null,
                        button(t('settings.leave'), leave, { id: 'leave' })));
}


/** @param {any} index
 * @param {any} stats
 * @param {HTMLElement} health */
function server(index, stats, health) {
    const { store } = stats;

    return section(t('settings.server'),
        facts([
            [t('settings.health'), health],
            [t('settings.version'), code(index.version)],
            [t('settings.api'), [code(api.base.href), ' ']],
            [t('settings.endpoints'), number(stats.endpoints.count)],
            store && [t('settings.store'),
                      t('settings.store_used', {
                          used: bytes(store.used), size: bytes(store.size),
                          part: percent(store.used / store.size) })],
            store?.journals > 0
            && [t('settings.journals'),
                t('settings.store_used', {
                    used: bytes(store.journal_used),
                    size: bytes(store.journal_bytes),
                    part: percent(store.journal_used
                                  / store.journal_bytes) })],
            store && [t('settings.events'), number(store.events)],
            store && [t('settings.calls'), number(store.calls)],
            store?.quarantine > 0
            && [t('settings.quarantine'), badge('bad',
                                                number(store.quarantine))]
        ]),
        el('div.actions', null,
           button(t('settings.openapi'), async () => {
               const { data } = await api.get(index.openapi, { raw: true });
               download('openapi.json', data);
           })));
}


/** @param {import('../main.js').Context} ctx */
function registry(ctx) {
    const result = el('div.stack', { 'aria-live': 'polite' });
    const id = newId('file');

    const input = el('input', {
        id, type: 'file', accept: '.json,application/json',
        'aria-describedby': `${id}-hint`
    });

    const take = async () => {
        const file = input.files?.[0];

        if (!file) {
            input.focus();
            throw new Error(t('settings.choose_file'));
        }

        const items = itemsOf(await file.text());

        if (!await confirm({
            title: t('settings.import'),
            text: el('p', null, t('settings.import_sure',
                                  { n: items.length })),
            action: t('settings.import')
        })) {
            return;
        }

        /** @type {any[]} */
        const done = [];

        try {
            for (let i = 0; i < items.length; i += AT_ONCE) {
                const { data } = await api.post('registry',
                    { items: items.slice(i, i + AT_ONCE) },
                    { signal: ctx.signal });
                done.push(...data.items);
                redraw(result, imported(items, done));
            }
        } catch (e) {
            redraw(result, imported(items, done), failure(e));
            return;
        }

        const n = done.filter(x => x.result === 'failed').length;

        notify(n ? t('settings.import_failed', { n })
                 : t('settings.import_done', { n: done.length }),
               n ? 'bad' : 'ok');
    };

    return section(t('settings.registry'),
        el('p.hint', null, t('settings.registry_hint')),
        el('div.actions', null,
           button(t('settings.export'), async () => {
               const all = api.list('registry', { limit: AT_ONCE },
                                    ctx.signal);
               do {
                   await all.more();
               } while (!all.done);

               download('webhooks.json',
                        JSON.stringify({ items: all.items }, null, 2) + '\n',
                        'application/json');
               notify(t('settings.exported', { n: all.items.length }));
           }, { id: 'export' })),
        el('div.field', null,
           el('label', { for: id }, t('settings.file')), input,
           el('p.hint', { id: `${id}-hint` }, t('settings.file_hint'))),
        el('div.actions', null, button(t('settings.import'), take,
                                       { id: 'import' })),
        result);
}


/** @param {string} text */
function itemsOf(text) {
    /** @type {any} */
    let parsed;

    try {
        parsed = JSON.parse(text);
    } catch {
        throw new Error(t('settings.not_json'));
    }

    const items = Array.isArray(parsed) ? parsed : parsed?.items;

    if (!Array.isArray(items) || !items.length) {
        throw new Error(t('settings.no_items'));
    }

    return items;
}


/** @param {any[]} items as they were in the file
 * @param {any[]} done */
function imported(items, done) {
    return table({
        caption: t('settings.import'),
        rows: done,
        columns: [
            { label: t('settings.thing'), head: true,
              cell: (x, i) => outside(items[i]?.name ?? x.id ?? '–') },
            { label: t('settings.kind'), cell: x => word('kind', x.kind) },
            { label: t('settings.result'), cell: x =>
                badge(x.result === 'failed' ? 'bad' : 'ok',
                      word('imported', x.result)) },
            { label: t('settings.detail'), cell: x =>
                [x.detail ? outside(x.detail) : '',
                 (x.errors ?? []).map((/** @type {any} */ e) =>
                     el('p', null, code(e.pointer), ' ',
                        outside(e.detail)))] }
        ]
    });
}
