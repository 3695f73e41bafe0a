// Deliveries, a row each.

import { duration, t, word } from '../text.js';
import { code, el, hash, link, outside, stateBadge, statusBadge, table, when }
    from '../ui.js';


/** Its state, and what it waits for.
 * @param {any} d
 * @param {any} [endpoint]  its own, if that is known */
export function deliveryState(d, endpoint) {
    const why = endpoint?.state?.paused ? 'paused' : d.waits;
    const waits = d.state === 'pending' && why
                  ? why === 'time' && d.due_ms > 0
                    ? t('delivery.due_in', { time: duration(d.due_ms) })
                    : word('waits', why)
                  : '';

    return el('span', null, stateBadge(d.state), waits && [' ', waits],
              d.blocks && [' ', t('delivery.blocks')]);
}


const RECEIVER = 'receiver:';

/** A way to where a delivery goes: a hook, or the API behind a receiver.
 * @param {string} id     of its endpoint
 * @param {string} name   of the hook
 * @param {string} at     the link's own id */
export function target(id, name, at) {
    return id.startsWith(RECEIVER)
           ? link(hash('receivers', id.slice(RECEIVER.length)),
                  outside(id.slice(RECEIVER.length)), { id: at })
           : link(hash('hooks', id), outside(name), { id: at });
}


/**
 * @param {any[]} deliveries
 * @param {object} o
 * @param {string} o.id
 * @param {(id: string) => string} [o.name]   of an endpoint; without it there
 *                                            is no column of it
 * @param {(id: string) => any} [o.endpoint]  as it is, if that is known
 * @param {import('../ui.js').Column} [o.first]
 * @param {import('../ui.js').Child} o.empty */
export function deliveryTable(deliveries, { id, name, endpoint, first, empty }) {
    return table({
        id, empty,
        caption: t('deliveries.caption'),
        rows: deliveries,
        columns: [
            ...first ? [first] : [],
            { label: t('delivery.event'), head: true, cell: d =>
                link(hash('deliveries', d.id), code(d.type),
                     { id: `delivery-${d.id}` }) },
            { label: t('delivery.time'), cell: d => when(d.time) },
            ...deliveries.some(d => d.node)
               ? [{ label: t('filter.node'),
                    cell: (/** @type {any} */ d) => d.node ? code(d.node)
                                                           : '–' }] : [],
            ...name ? [{ label: t('delivery.hook'),
                         cell: (/** @type {any} */ d) =>
                             target(d.endpoint, name(d.endpoint),
                                    `delivery-hook-${d.id}`) }] : [],
            { label: t('delivery.state'), cell: d =>
                deliveryState(d, endpoint?.(d.endpoint)) },
            { label: t('delivery.sends'), class: 'number',
              cell: d => d.sends },
            { label: t('delivery.answer'), cell: d =>
                [statusBadge(d.status), d.error && d.state !== 'delivered'
                                        && [' ', outside(d.error)]] }
        ]
    });
}
