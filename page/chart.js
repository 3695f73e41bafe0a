/*
 * Charts: SVG without words in it, since it is stretched to the width that there
 * is, with words around it, and always the figures behind it in a table.
 */

import { t, number, percent, duration, shortTime, time } from './text.js';
import { el, svg, table, disclosure } from './ui.js';

const W = 600, H = 120;

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {1 | 2 | 3 | 4 | 5} color  of the page's colours
 * @property {(number | null)[]} values one for each time; null: there is none
 */

/**
 * @typedef {object} Chart
 * @property {string} id       of its own on the screen
 * @property {string} title
 * @property {(string | number)[]} times
 * @property {Series[]} series
 * @property {(n: number) => string} format of a value
 * @property {'bars' | 'line'} [kind]  bars stand on each other; lines do not
 * @property {number} [max]    the top of the scale; else the largest value
 * @property {string} [empty]  said instead where nothing has a value
 */

/** A chart over time.
 * @param {Chart} chart
 * @returns {HTMLElement} */
export function chart({ id, title, times, series, format, kind = 'bars', max,
                        empty })
{
    const known = series.some(s => s.values.some(v => v !== null));
    const top = max ?? ceiling(kind === 'bars'
        ? Math.max(0, ...times.map((_, i) =>
              series.reduce((sum, s) => sum + (s.values[i] ?? 0), 0)))
        : Math.max(0, ...series.flatMap(s => s.values.map(v => v ?? 0))));

    const drawing = svg('svg.chart', { viewBox: `0 0 ${W} ${H}`,
                                       preserveAspectRatio: 'none',
                                       'aria-hidden': 'true',
                                       focusable: 'false' },
        [0.25, 0.5, 0.75].map(y => svg('line.grid', { x1: 0, x2: W, y1: y * H,
                                                      y2: y * H })),
        kind === 'bars' ? bars(times, series, top) : lines(times, series, top));

    const days = times.length > 1
                 && new Date(times[times.length - 1]).getTime()
                    - new Date(times[0]).getTime() > 2 * 86400000;

    return el('figure.figure', { 'aria-labelledby': `${id}-title` },
        el('figcaption', { id: `${id}-title` }, title),
        series.length > 1 && el('ul.legend', null, series.map(s =>
            el(`li.color${s.color}`, null, s.name))),
        known
        ? [el('div.plot', null,
              el('div.scale', { 'aria-hidden': 'true' },
                 el('span', null, format(top)), el('span', null, format(0))),
              drawing),
           el('div.axis', { 'aria-hidden': 'true' },
              [0, Math.floor((times.length - 1) / 2), times.length - 1]
              .filter((x, i, all) => x >= 0 && all.indexOf(x) === i)
              .map(i => el('span', null, shortTime(times[i], days)))),
           behind(id, () => figures(title, times, series, format))]
        : el('p.none', null, empty ?? t('chart.empty')));
}


/* The table is made when somebody wants to see it, since charts are drawn anew
   every other second; and at once where it was open before. */

/** @param {string} id
 * @param {() => HTMLElement} make */
function behind(id, make) {
    const before = document.getElementById(`${id}-table`);
    const box = el('div.scroll', { id: `${id}-scroll`, tabindex: 0,
                                   role: 'region',
                                   'aria-label': t('chart.figures') });
    const node = disclosure(t('chart.table'), `${id}-table`, box);

    const fill = () => {
        if (!box.firstChild) {
            box.append(make());
        }
    };

    if (before instanceof HTMLDetailsElement && before.open) {
        fill();
    } else {
        node.addEventListener('toggle', fill);
    }

    return node;
}


/** @param {string} title
 * @param {(string | number)[]} times
 * @param {Series[]} series
 * @param {(n: number) => string} format */
function figures(title, times, series, format) {
    return table({
        caption: title,
        rows: times.map((at, i) => ({ at, i }))
              .filter(r => series.some(s => s.values[r.i])).reverse(),
        empty: t('chart.zero'),
        columns: [
            { label: t('chart.time'), head: true, cell: r => time(r.at) },
            ...series.map(s => ({
                label: s.name, class: 'number',
                cell: (/** @type {any} */ r) => {
                    const v = s.values[r.i];
                    return v === null ? '–' : format(v);
                }
            }))
        ]
    });
}


/** The next number that is round.
 * @param {number} n */
function ceiling(n) {
    if (n <= 0) {
        return 1;
    }

    const unit = 10 ** Math.floor(Math.log10(n));

    return [1, 2, 5, 10].map(x => x * unit).find(x => x >= n) ?? n;
}


/** @param {any[]} times
 * @param {Series[]} series
 * @param {number} top */
function bars(times, series, top) {
    const width = W / Math.max(1, times.length);
    const under = times.map(() => 0);

    return series.map(s => svg(`g.color${s.color}`, null,
        s.values.map((v, i) => {
            if (!v) {
                return null;
            }

            const height = v / top * H;
            under[i] += height;

            return svg('rect', { x: round(i * width + width * 0.1),
                                 y: round(H - under[i]),
                                 width: round(width * 0.8),
                                 height: round(Math.max(height, 0.5)) });
        })));
}


/** @param {any[]} times
 * @param {Series[]} series
 * @param {number} top */
function lines(times, series, top) {
    const step = W / Math.max(1, times.length - 1);

    return series.map(s => {
        /** @type {string[]} */
        const parts = [];
        let pen = false;

        s.values.forEach((v, i) => {
            if (v === null) {
                pen = false;
                return;
            }

            const x = round(i * step), y = round(H - v / top * H);

            /* a value between two that are not there is a short stroke */

            parts.push(pen ? `L${x} ${y}` : `M${round(x - 3)} ${y}H${x}`);
            pen = true;
        });

        return svg(`path.color${s.color}`, { d: parts.join('') });
    });
}


/** @param {number} n */
const round = n => Math.round(n * 10) / 10;


/**
 * Points of the API's rings, with those that it leaves out because nothing
 * happened.
 * @param {any} rings
 * @returns {{ time: number, sends: number, failed: number, delivered: number,
 *             dead: number, waiting: number | null, mean: number | null,
 *             longest: number | null }[]} mean, longest: ms
 */
export function ringPoints(rings) {
    const step = rings.step_minutes * 60000;
    const from = new Date(rings.from).getTime();
    const until = new Date(rings.until).getTime();
    const points = [];
    const got = new Map(rings.points.map((/** @type {any} */ p) =>
        [Math.round((new Date(p.time).getTime() - from) / step), p]));

    let waiting = rings.waiting ?? null;

    for (let i = 0; from + i * step < until; i++) {
        const p = got.get(i);
        const sends = p?.sends ?? 0;

        waiting = p ? p.waiting : waiting;

        points.push({ time: from + i * step, sends,
                      failed: p?.failed ?? 0, delivered: p?.delivered ?? 0,
                      dead: p?.dead ?? 0, waiting,
                      mean: sends && p.took_usec
                            ? p.took_usec / sends / 1000 : null,
                      longest: sends && p.took_usec
                               ? p.longest_usec / 1000 : null });
    }

    return points;
}


/** The charts of rings: what was sent and what came of it, how much of it
 * succeeded, how many waited, and how long a request took.
 * @param {string} id
 * @param {any} rings */
export function ringCharts(id, rings) {
    const points = ringPoints(rings);
    const times = points.map(p => p.time);

    return [
        chart({
            id: `${id}-sends`, title: t('chart.sends'), times,
            format: n => number(n),
            series: [
                { name: t('chart.succeeded'), color: 1,
                  values: points.map(p => p.sends - p.failed) },
                { name: t('chart.failed'), color: 2,
                  values: points.map(p => p.failed) }
            ],
            empty: t('chart.nothing_sent')
        }),
        chart({
            id: `${id}-success`, title: t('chart.success'), times, kind: 'line',
            max: 1, format: percent,
            series: [
                { name: t('chart.success'), color: 1,
                  values: points.map(p => p.sends
                      ? (p.sends - p.failed) / p.sends : null) }
            ],
            empty: t('chart.nothing_sent')
        }),
        chart({
            id: `${id}-waiting`, title: t('chart.waiting'), times, kind: 'line',
            format: n => number(n), empty: t('chart.empty'),
            series: [{ name: t('chart.waiting'), color: 4,
                       values: points.map(p => p.waiting) }]
        }),
        chart({
            id: `${id}-latency`, title: t('chart.latency'), times,
            kind: 'line', format: duration, empty: t('chart.nothing_sent'),
            series: [
                { name: t('chart.mean'), color: 1,
                  values: points.map(p => p.mean) },
                { name: t('chart.longest'), color: 3,
                  values: points.map(p => p.longest) }
            ]
        })
    ];
}


/**
 * Parts of a whole, one behind the other: the phases of an attempt.
 * @param {{ label: string, value: number, color: 1 | 2 | 3 | 4 | 5 }[]} parts
 * @param {(n: number) => string} format
 * @param {number} [whole] what the full width is; else their sum
 */
export function phases(parts, format, whole) {
    const sum = parts.reduce((all, p) => all + p.value, 0);
    const full = Math.max(whole ?? sum, 1);
    let x = 0;

    return el('div.phases', null,
        svg('svg.phase-bar', { viewBox: '0 0 1000 10',
                               preserveAspectRatio: 'none',
                               'aria-hidden': 'true', focusable: 'false' },
            parts.map(p => {
                const width = p.value / full * 1000;
                const at = x;
                x += width;
                return svg(`rect.color${p.color}`, { x: round(at), y: 0,
                                                     width: round(width),
                                                     height: 10 });
            })),
        el('ul.legend', null, parts.map(p =>
            el(`li.color${p.color}`, null, p.label, ' ',
               el('span.number', null, format(p.value))))));
}
