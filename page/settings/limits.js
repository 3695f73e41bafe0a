// How much there may be, and what of it is left for the reader.

import { get } from '../api.js';
import { duration, number, t } from '../text.js';
import { facts, failure, loading, redraw, section, el } from '../ui.js';


/** @param {{ limit: number | null, used: number | null,
 *            left: number | null }} of */
const used = of =>
    of.limit === null ? of.used === null ? null : number(of.used)
    : of.used === null ? number(of.limit)
    : t('limits.used', { n: of.used, limit: of.limit });


/** So many in a time.
 * @param {{ limit: number | null, left: number | null,
 *            seconds: number | null }} of */
const rate = of =>
    of.limit === null || of.seconds === null ? null
    : [t('limits.rate', { n: of.limit, time: duration(of.seconds * 1000) }),
       of.left === null ? '' : `; ${t('limits.left', { n: of.left })}`];


/** @param {AbortSignal} signal */
export function limits(signal) {
    const place = el('div', null, loading());

    const ask = async () => {
        try {
            const { data } = await get('limits', { signal });

            redraw(place, facts([
                [t('limits.endpoints'), used(data.endpoints)],
                [t('limits.receivers'), used(data.receivers)],
                [t('limits.backlog'), used(data.backlog)],
                [t('limits.requests'), rate(data.requests)],
                [t('limits.tests'), rate(data.tests)],
                [t('limits.together'), number(data.tests.together)],
                [t('limits.fanout'), data.fanout !== null
                                     && number(data.fanout)],
                [t('limits.tasks'), number(data.tasks)]
            ]));
        } catch (e) {
            if (!signal.aborted) {
                redraw(place, failure(e, ask));
            }
        }
    };

    ask();

    return section(t('limits.title'), place);
}
