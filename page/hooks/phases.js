// How long each phase of a send took.

import { phases } from '../chart.js';
import { t, usec } from '../text.js';

/** @typedef {{ connect_usec?: number, tls_usec?: number,
 *              first_byte_usec?: number, total_usec?: number }} Timed */


/** A bar of its phases, one after the other; as long as the whole is of
 * "longest".
 * @param {Timed} timed
 * @param {number} [longest] microseconds */
export function phaseBar(timed, longest) {
    const connect = timed.connect_usec ?? 0;
    const tls = timed.tls_usec ?? 0;
    const wait = timed.first_byte_usec ?? 0;
    const rest = Math.max(0, (timed.total_usec ?? 0) - connect - tls - wait);

    /** @type {{ label: string, value: number, color: 1 | 2 | 3 | 4 | 5 }[]} */
    const parts = [
        { label: t('phase.connect'), value: connect, color: 1 },
        { label: t('phase.tls'), value: tls, color: 2 },
        { label: t('phase.wait'), value: wait, color: 3 },
        { label: t('phase.rest'), value: rest, color: 4 }
    ];

    return phases(parts.filter(p => p.value > 0), usec, longest);
}
