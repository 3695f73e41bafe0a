// One hook: how it does, what it is set to, its secrets.

import { get, path, poll, post } from '../api.js';
import { ringCharts } from '../chart.js';
import { number, t, word } from '../text.js';
import { badge, button, el, empty, endpointBadges, hash, head, held, link,
         moment, notify, outside, redraw, section, watched } from '../ui.js';
import { field } from '../form.js';
import { deliveryTable } from '../hooks/delivery-table.js';
import { eventTypes } from '../hooks/catalogue.js';
import { remove, rotate, secretTable, settingsList }
    from '../hooks/hook-parts.js';
import { tryPanel } from '../hooks/try.js';
import { pause } from '../pause.js';

/** @typedef {import('../main.js').Context} Context */


/** How many wait, and the like, each a way to them.
 * @param {any} ep */
function figures(ep) {
    const state = ep.state ?? {};

    /** @type {(label: string, n: number, of?: string) => HTMLElement} */
    const tile = (label, n, of) => el('div.tile', null,
        el('dt', null, label),
        el('dd', null, of && n ? link(hash('deliveries', { endpoint: ep.id,
                                                           state: of }),
                                      number(n), { id: `tile-${of}` })
                               : number(n ?? 0)));

    return el('dl.tiles', null,
        tile(word('state', 'pending'), state.pending, 'pending'),
        tile(word('state', 'sending'), state.sending, 'sending'),
        tile(word('state', 'dead'), state.dead, 'dead'),
        tile(t('hook.delivered_ever'), state.delivered, 'delivered'),
        tile(t('hook.cancelled_ever'), state.cancelled, 'cancelled'));
}


/** Whether it is held because it has not said that it wants events: nothing
 * else is mended by a challenge, or by being approved.
 * @param {any} ep */
const unconfirmed = ep => /^unconfirmed/.test(ep.state?.held_code ?? '');


/** What is wrong, in sentences.
 * @param {any} ep */
function troubles(ep) {
    const wrong = endpointBadges(ep.state);

    return [
        wrong.length ? el('p', null, wrong.map(b => [b, ' ']))
                     : el('p', null, badge('ok', t('hook.well'))),
        ep.state?.held && el('p.warning', null, t('hook.held'), ' ',
                             held(ep.state)),
        ep.state?.paused && el('p.warning', null,
            ep.state.paused_by === 'store' ? t('hook.paused_store')
                                           : t('hook.paused'), ' ',
            outside(ep.state.reason ?? '')),
        ep.state?.oldest_due && el('p.hint', null, t('hook.oldest_due'), ' ',
                                   moment(ep.state.oldest_due))
    ];
}


/** Charts of what came of its sends, over a time that can be chosen.
 * @param {string} id
 * @param {Context} ctx */
function charts(id, ctx) {
    const asked = { range: ctx.query.get('range') ?? '24h' };
    const place = el('div.columns');
    const watch = watched(place);

    const range = field({
        pointer: '/range', label: t('hook.range'), type: 'select',
        value: asked.range,
        options: [['1h', t('range.1h')], ['24h', t('range.24h')],
                  ['7d', t('range.7d')]],
        changed: value => {
            asked.range = value;
            ctx.setQuery(asked);
            again();
        }
    });

    const again = poll(async signal => {
        const wanted = asked.range;
        const { data } = await get(path('endpoints', id, 'stats'),
                                   { query: { range: wanted }, signal });

        watch.well();

        if (wanted === asked.range) {
            redraw(place, ringCharts('hook', data));
        }
    }, { signal: ctx.signal, interval: 10000,
         failed: e => watch.failed(e, () => again()) });

    return section(t('hook.charts'), el('div.row', null, range.node),
                   watch.node);
}


/** @type {import('../main.js').Screen} */
export default {
    title: 'hook.title',

    async mount(root, [id], ctx) {
        const set = ctx.may('company.setting');
        const [first, types] = await Promise.all([
            get(path('endpoints', id), { signal: ctx.signal }),
            set ? eventTypes(ctx.signal) : []
        ]);

        let ep = first.data;
        const own = ep.source === 'registered';

        const state = el('div.stack');
        const actions = el('div.actions');
        const settings = el('div');
        const secrets = el('div');
        const deliveries = el('div');
        const watch = watched(deliveries);
        let version = -1;

        const draw = (/** @type {any} */ now) => {
            ep = now;
            redraw(state, troubles(ep), figures(ep));
            redraw(actions, set && buttons());

            if (ep.version !== version) {
                version = ep.version;
                redraw(settings, settingsList(ep));
                redraw(secrets, secretTable(ep));
            }
        };

        const buttons = () => [
            own && link(hash('hooks', id, 'edit'), t('hook.edit'),
                        { class: 'button', id: 'hook-edit' }),
            ep.state?.paused && ep.state.paused_by !== 'store'
            ? button(t('hook.resume'), async () => {
                draw((await post(path('endpoints', id, 'resume'))).data);
                notify(t('hook.is_resumed'));
            }, { id: 'hook-pause' })
            : button(t('hook.pause'), async () => {
                const now = await pause('endpoints', ep, t('pause.text'));

                if (now) {
                    draw(now);
                    notify(t('hook.is_paused'));
                }
            }, { id: 'hook-pause' }),
            own && unconfirmed(ep)
            && button(t('hook.challenge'), async () => {
                const { data } = await post(path('endpoints', id,
                                                 'challenge'));

                draw((await get(path('endpoints', id))).data);

                if (data.confirmed) {
                    notify(t('hook.is_confirmed'));
                } else {
                    notify(t('hook.not_confirmed', { why: data.error }),
                           'bad');
                }
            }, { id: 'hook-challenge' }),
            own && ctx.operator && unconfirmed(ep)
            && button(t('hook.approve'), async () => {
                draw((await post(path('endpoints', id, 'approve'), undefined,
                                 { version: ep.version })).data);
                notify(t('hook.is_approved'));
            }, { id: 'hook-approve' }),
            own && button(t('hook.delete'), async () => {
                if (await remove(ep)) {
                    notify(t('hook.is_deleted', { name: ep.name }));
                    ctx.go('#/hooks');
                }
            }, { id: 'hook-delete', kind: 'danger' })
        ];

        ctx.title(ep.name);

        root.append(
            head(outside(ep.name), { actions,
                                     back: ['#/hooks', t('hooks.title')] }),
            ...own ? [] : [el('p.hint', null, t('hook.in_nginx_conf'))],
            state,
            charts(id, ctx),
            section(t('hook.deliveries'), watch.node,
                el('p', null, link(hash('deliveries', { endpoint: id }),
                                   t('hook.all_deliveries'),
                                   { id: 'hook-deliveries' }))),
            section(t('hook.settings'), settings),
            ...own ? [section(t('hook.secrets'), secrets,
                set && el('div.actions', null,
                    button(t('hook.rotate'), async () => {
                        const now = await rotate(ep);

                        if (now) {
                            draw(now);
                            notify(t('hook.is_rotated'));
                        }
                    }, { id: 'hook-rotate' })))] : [],
            ...set ? [tryPanel({ types, ctx, chosen: () => ep.events ?? [],
                                 sending: () => ({ id }) }).node] : []);

        draw(ep);

        const again = poll(async signal => {
            draw((await get(path('endpoints', id), { signal })).data);

            const { data } = await get('deliveries', {
                query: { endpoint: id, limit: 10 }, signal
            });

            watch.well();
            redraw(deliveries, deliveryTable(data.items, {
                id: 'hook-last', endpoint: () => ep,
                empty: empty(t('hook.no_deliveries'))
            }));
        }, { signal: ctx.signal,
             failed: e => watch.failed(e, () => again()) });
    }
};
