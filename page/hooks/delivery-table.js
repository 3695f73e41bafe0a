// Deliveries, a row each.

import { duration, t, word } from '../text.js';
import { code, el, hash, link, outside, stateBadge, statusBadge, table, when }
    from '../ui.js';


/** Its state, and what it waits for.
 * @param {any} d */
export function deliveryState(d) {
    const waits = d.state === 'pending' && d.waits
                  ? d.waits === 'time' && d.due_ms > 0
                    ? t('delivery.due_in', { time: duration(d.due_ms) })
                    : word('waits', d.waits)
                  : '';

    return el('span', null, stateBadge(d.state), waits && [' ', waits],
              d.blocks && [' ', t('delivery.blocks')]);
}


/**
 * @param {any[]} deliveries
 * @param {object} o
 * @param {string} o.id
 * @param {(id: string) => string} [o.name]   of an endpoint; without it there
 *                                            is no column of it
 * @param {import('../ui.js').Column} [o.first]
 * @param {import('../ui.js').Child} o.empty */
export function deliveryTable(deliveries, { id, name, first, empty }) {
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
            ...name ? [{ label: t('delivery.hook'),
                         cell: (/** @type {any} */ d) =>
                             link(hash('hooks', d.endpoint),
                                  outside(name(d.endpoint)),
                                  { id: `delivery-hook-${d.id}` }) }] : [],
            { label: t('delivery.state'), cell: deliveryState },
            { label: t('delivery.sends'), class: 'number',
              cell: d => d.sends },
            { label: t('delivery.answer'), cell: d =>
                [statusBadge(d.status), d.error && d.state !== 'delivered'
                                        && [' ', outside(d.error)]] }
        ]
    });
}
