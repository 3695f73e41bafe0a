/*
 * How things stand: what is in trouble first, then figures and charts.  The
 * rings of the API have what was sent, how long that took, and how many waited;
 * since when the oldest one waits, and within which time most requests end, it
 * knows of now alone, so those charts begin when the screen is opened.
 */

import { t, number, percent, duration, ago } from '../text.js';
import * as api from '../api.js';
import { el, head, link, hash, table, section, empty, redraw,
         endpointBadges, outside, badge, watched, when, newId }
    from '../ui.js';
import { chart, ringCharts } from '../chart.js';

const RANGES = ['1h', '24h', '7d'];
const KEPT = 300;                   /* points of what is seen live */

/**
 * What was seen at a time.
 * @typedef {object} Seen
 * @property {number} time
 * @property {number | null} due    ms that the oldest waits
 * @property {number | null} median ms
 * @property {number | null} high   ms: 95 of 100 are quicker
 */


/** @type {import('../main.js').Screen} */
export default {
    title: 'menu.overview',

    async mount(root, params, ctx) {
        let range = ctx.query.get('range') ?? '';

        if (!RANGES.includes(range)) {
            range = '1h';
        }

        /** @type {Seen[]} */
        const seen = [];
        /** @type {any} */
        let before = null;

        const body = el('div.stack');
        const watch = watched(body);
        const id = newId('range');

        const choice = el('div.row', null,
            el('label', { for: id }, t('overview.range')),
            el('select', {
                id,
                on: {
                    change(/** @type {any} */ event) {
                        range = event.target.value;
                        ctx.setQuery({ range: range === '1h' ? '' : range });
                        ask();
                    }
                }
            }, RANGES.map(r => el('option', { value: r, selected: r === range },
                                  rangeName(r)))));

        root.append(head(t('menu.overview'), { actions: choice }),
                    watch.node);

        /** @param {AbortSignal} signal */
        const look = async signal => {
            const asked = range;
            const { data } = await api.get('stats', { query: { range: asked },
                                                      signal });

            if (asked !== range) {
                return;
            }

            remember(seen, data, before);
            before = data;
            watch.well();
            redraw(body, draw(data, seen, range, ctx));
        };

        await look(ctx.signal);

        const ask = api.poll(look, {
            signal: ctx.signal, later: true,
            failed: e => watch.failed(e, () => ask())
        });
    }
};


/** @param {string} range */
const rangeName = range => range === '1h' ? t('overview.hour')
                         : range === '24h' ? t('overview.day')
                         : t('overview.week');


/** @param {any} stats
 * @param {Seen[]} seen
 * @param {string} range
 * @param {import('../main.js').Context} ctx */
function draw(stats, seen, range, ctx) {
    if (!stats.endpoints.count && !stats.ever.sends) {
        return [
            empty(t('overview.empty'),
                  ctx.may('company.setting')
                  && link('#/hooks/new', t('overview.add'),
                          { class: 'button primary', id: 'overview-add' }))
        ];
    }

    return [
        stats.paused && el('p.warning', null, t('overview.paused')),
        stats.store?.full && el('p.warning', null, t('overview.full')),
        trouble(stats),
        tiles(stats, range),
        section(t('overview.sent', { range: rangeName(range) }),
                stats.rings?.left_out > 0
                && el('p.warning', null, t('overview.left_out',
                                           { n: stats.rings.left_out })),
                el('div.columns', null,
                   stats.rings ? ringCharts('sent', stats.rings)
                               : el('p.none', null,
                                    t('chart.nothing_sent')))),
        section(t('overview.live'),
                el('p.hint', null, t('overview.live_hint')),
                el('div.columns', null, live(stats, seen)))
    ];
}


/** @param {any} stats */
function trouble(stats) {
    const rows = stats.trouble ?? [];

    if (!rows.length) {
        return el('p', null, badge('ok', t('overview.fine')));
    }

    return section(t('overview.trouble'), table({
        caption: t('overview.trouble'),
        rows,
        columns: [
            {
                label: t('overview.endpoint'), head: true,
                cell: e => link(hash('hooks', e.id), outside(e.name),
                                { id: `trouble-${e.id}` })
            },
            { label: t('overview.state'), cell: e => endpointBadges(e) },
            {
                label: t('overview.waiting'), class: 'number',
                cell: e => link(hash('deliveries', { endpoint: e.id,
                                                     state: 'pending' }),
                                number(e.pending + e.sending),
                                { id: `trouble-pending-${e.id}` })
            },
            {
                label: t('overview.dead'), class: 'number',
                cell: e => link(hash('deliveries', { endpoint: e.id,
                                                     state: 'dead' }),
                                number(e.dead), { id: `trouble-dead-${e.id}` })
            },
            { label: t('overview.oldest'), cell: e => when(e.oldest_due) }
        ]
    }));
}


/** @param {any} stats
 * @param {string} range */
function tiles(stats, range) {
    const totals = stats.rings?.totals ?? { sends: 0, failed: 0 };
    const minutes = { '1h': 60, '24h': 1440, '7d': 10080 }[range] ?? 60;
    const times = stats.latency && quantiles(stats.latency);
    const { count, paused, open } = stats.endpoints;

    /** @type {[string, any, any?][]} */
    const all = [
        [t('overview.waiting'),
         number(stats.deliveries.pending + stats.deliveries.sending),
         stats.deliveries.sending
         ? t('overview.sending', { n: stats.deliveries.sending }) : ''],
        [t('overview.oldest'),
         stats.oldest_due ? ago(stats.oldest_due) : t('overview.none_due')],
        [t('overview.success'),
         totals.sends ? percent((totals.sends - totals.failed) / totals.sends)
                      : '–',
         rangeName(range)],
        [t('overview.rate'),
         t('overview.per_minute', {
             rate: number(totals.sends / minutes,
                          { maximumFractionDigits: 1 }) }),
         t('overview.sends', { n: totals.sends })],
        [t('overview.latency'), times ? duration(times.median) : '–',
         times ? t('overview.high', { time: duration(times.high) })
               : stats.latency ? '' : t('overview.no_latency')],
        [t('overview.dead'),
         link(hash('deliveries', { state: 'dead' }),
              number(stats.deliveries.dead), { id: 'overview-dead' })],
        [t('overview.endpoints'),
         link('#/hooks', number(count), { id: 'overview-hooks' }),
         [paused ? t('overview.n_paused', { n: paused }) : '',
          open ? t('overview.n_open', { n: open }) : '']
         .filter(Boolean).join(', ')]
    ];

    if (stats.store) {
        all.push([t('overview.store'),
                  percent(stats.store.used / stats.store.size),
                  t('overview.events', { n: stats.store.events })]);
    }

    return el('dl.tiles', null, all.map(([name, value, hint]) =>
        el('div.tile', null, el('dt', null, name),
           el('dd', null, value,
              hint && el('div.hint', null, hint)))));
}


/** @param {any} stats
 * @param {Seen[]} seen */
function live(stats, seen) {
    const times = seen.map(s => s.time);
    const ms = (/** @type {number} */ n) => duration(n);

    return [
        chart({
            id: 'oldest', title: t('overview.oldest'), times, kind: 'line',
            format: ms, empty: t('overview.none_due'),
            series: [{ name: t('overview.oldest'), color: 4,
                       values: seen.map(s => s.due) }]
        }),
        stats.latency && chart({
            id: 'latency', title: t('overview.latency'), times, kind: 'line',
            format: ms, empty: t('chart.nothing_sent'),
            series: [
                { name: t('overview.median'), color: 1,
                  values: seen.map(s => s.median) },
                { name: t('overview.high_of'), color: 3,
                  values: seen.map(s => s.high) }
            ]
        })
    ];
}


/** @param {Seen[]} seen
 * @param {any} stats
 * @param {any} before */
function remember(seen, stats, before) {
    const now = Date.now();
    const since = stats.latency && before?.latency
                  && quantiles(stats.latency, before.latency);

    seen.push({
        time: now,
        due: stats.oldest_due
             ? Math.max(0, now - new Date(stats.oldest_due).getTime()) : null,
        median: since ? since.median : null,
        high: since ? since.high : null
    });

    if (seen.length > KEPT) {
        seen.shift();
    }
}


/** Of how long sends took, in ms; null: there were none.  Between the bounds of
 * a bucket a time is taken to be anywhere.
 * @param {any} latency
 * @param {any} [before] what had been counted then */
function quantiles(latency, before) {
    const counts = latency.buckets.map((/** @type {any} */ b,
                                        /** @type {number} */ i) =>
        b.count - (before?.buckets[i]?.count ?? 0));
    const sum = counts.reduce((/** @type {number} */ a,
                               /** @type {number} */ b) => a + b, 0);

    if (sum <= 0) {
        return null;
    }

    const at = (/** @type {number} */ part) => {
        let left = part * sum;

        for (let i = 0; i < counts.length; i++) {
            if (counts[i] >= left && counts[i] > 0) {
                const low = i ? latency.buckets[i - 1].upto_usec : 0;
                const high = latency.buckets[i].upto_usec ?? low;
                return (low + (high - low) * left / counts[i]) / 1000;
            }

            left -= counts[i];
        }

        return 0;
    };

    return { median: at(0.5), high: at(0.95) };
}
