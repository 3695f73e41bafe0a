// What is done to several deliveries at once: to those that are chosen, one by
// one, and to all that match, as a task.

import { list, newKey, path, pause, post, Problem } from '../api.js';
import { duration, t } from '../text.js';
import { button, confirm, el, moment, notify, notifyProblem, redraw, sentence }
    from '../ui.js';

/** @typedef {'retry' | 'cancel' | 'replay'} Kind */

const MOST = 1000;          /* deliveries found by a search that are taken */

/** Their words. @type {(kind: Kind) => { some: string, all: string,
 *  title: (n: number, least: boolean) => string, text: string }} */
export const words = kind => ({
    retry: {
        some: t('bulk.retry'), all: t('bulk.retry_all'),
        title: (/** @type {number} */ n, /** @type {boolean} */ least) =>
            least ? t('bulk.retry_least', { n }) : t('bulk.retry_n', { n }),
        text: t('bulk.retry_text')
    },
    cancel: {
        some: t('bulk.cancel'), all: t('bulk.cancel_all'),
        title: (/** @type {number} */ n, /** @type {boolean} */ least) =>
            least ? t('bulk.cancel_least', { n }) : t('bulk.cancel_n', { n }),
        text: t('bulk.cancel_text')
    },
    replay: {
        some: t('bulk.replay'), all: t('bulk.replay_all'),
        title: (/** @type {number} */ n, /** @type {boolean} */ least) =>
            least ? t('bulk.replay_least', { n }) : t('bulk.replay_n', { n }),
        text: t('bulk.replay_text')
    }
})[kind];


/** Which of them make sense of deliveries in a state; of any without one.
 * @param {string} state
 * @returns {Kind[]} */
export function kindsOf(state) {
    switch (state) {
    case 'pending':
        return ['retry', 'cancel'];
    case 'sending':
        return [];
    case 'delivered':
        return ['replay'];
    case 'cancelled':
        return ['retry', 'replay'];
    default:
        return ['retry', 'cancel', 'replay'];
    }
}


/** Counts, asks, and begins: the task, or null.
 * @param {Kind} kind
 * @param {Record<string, any>} filter
 * @returns {Promise<any>} */
export async function allThatMatch(kind, filter) {
    const to = path('deliveries', kind);
    const { data } = await post(to, { filter, dry_run: true });

    if (data.count === 0 && data.complete) {
        notify(t('bulk.none'));
        return null;
    }

    const { title, text } = words(kind);
    const label = title(data.count, !data.complete);

    const wanted = await confirm({
        title: label, text: el('p', null, text), action: label,
        kind: kind === 'cancel' ? 'danger' : 'primary'
    });

    return wanted ? (await post(to, { filter }, { key: newKey() })).data
                  : null;
}


/** Whether it can be done to a delivery as it is.
 * @param {Kind} kind
 * @param {any} d */
const possible = (kind, d) =>
    kind === 'cancel' ? d.state === 'pending' || d.blocks
    : kind === 'retry' ? d.state !== 'sending' && d.state !== 'delivered'
    : d.state !== 'pending' && d.state !== 'sending';


/** What ends it, by a button or with the screen.  The button has the focus, for
 * what was pressed goes away meanwhile.
 * @param {HTMLElement} place
 * @param {AbortSignal} signal */
function stopping(place, signal) {
    const stop = new AbortController();
    const end = () => button(t('bulk.stop'), () => stop.abort(),
                             { id: 'bulk-stop' });

    signal.addEventListener('abort', () => stop.abort());
    redraw(place, end());
    place.querySelector('button')?.focus();

    return { end, stopped: stop.signal };
}


/** @param {number} ms */
const waiting = ms => t('bulk.waits', { time: duration(ms) });


/** Asks again where a company has asked for more than it may in a minute: once
 * that is over, unless it is stopped before.
 * @template T
 * @param {() => Promise<T>} ask
 * @param {AbortSignal} stopped
 * @param {(ms: number) => void} waits  told how long it is
 * @returns {Promise<T | undefined>} undefined: it was stopped */
async function patient(ask, stopped, waits) {
    while (!stopped.aborted) {
        try {
            return await ask();

        } catch (e) {
            if (!(e instanceof Problem) || e.status !== 429 || !e.retryAfter) {
                throw e;
            }

            waits(e.retryAfter * 1000);
            await pause(e.retryAfter * 1000, stopped).catch(() => {});
        }
    }
}


/** All that a search finds, which is no filter of a task: looked for to its
 * end, or until the reader says that it is enough, and asked for.
 * @param {Kind} kind
 * @param {Record<string, any>} query
 * @param {HTMLElement} place  where it is shown how far it is
 * @param {AbortSignal} signal
 * @returns {Promise<string[] | null>} ids; null: nothing is wanted */
export async function allFound(kind, query, place, signal) {
    const { end, stopped } = stopping(place, signal);
    const found = list('deliveries', { ...query, limit: 200 }, signal);
    /** @type {string[]} */
    const ids = [];
    let looked = 0;

    try {
        while (!found.done && !stopped.aborted && ids.length < MOST) {
            const page = await patient(() => found.more(), stopped, ms =>
                redraw(place, el('p', null, waiting(ms), ' ', end())));

            if (!page) {
                break;
            }

            ids.push(...page.filter(d => possible(kind, d)).map(d => d.id));
            looked += found.page.searched?.deliveries ?? page.length;

            redraw(place, el('p', null, t('bulk.found', { n: ids.length }), ' ',
                t('deliveries.searched', { n: looked }),
                found.page.searched?.until
                && [' ', t('deliveries.back_to'), ' ',
                    moment(found.page.searched.until)], ' ', end()));
        }
    } finally {
        redraw(place);
    }

    if (signal.aborted) {
        return null;
    }

    if (ids.length === 0) {
        notify(t('bulk.none'));
        return null;
    }

    const all = found.done && ids.length <= MOST;
    const those = ids.slice(0, MOST);
    const label = words(kind).title(those.length, false);

    const wanted = await confirm({
        title: label, action: label,
        text: [el('p', null, words(kind).text),
               !all && el('p.warning', null, t('bulk.not_all')),
               el('p.hint', null, t('bulk.stay'))],
        kind: kind === 'cancel' ? 'danger' : 'primary'
    });

    return wanted ? those : null;
}


/** Does it to each of some; what came of it is told, and of whom it did not.
 * @param {Kind} kind
 * @param {string[]} ids
 * @param {HTMLElement} place  where it is shown how far it is
 * @param {AbortSignal} signal */
export async function each(kind, ids, place, signal) {
    /** @type {{ id: string, why: string }[]} */
    const failed = [];
    const { end, stopped } = stopping(place, signal);
    let n = 0;

    const at = () => t('bulk.at', { n: n + 1, of: ids.length });

    while (n < ids.length && !stopped.aborted) {
        const id = ids[n];

        redraw(place, el('p', null, at(), ' ', end()));

        try {
            const done = await patient(
                () => post(path('deliveries', id, kind), undefined, { signal }),
                stopped, ms => redraw(place, el('p', null, at(), ' ',
                                                waiting(ms), ' ', end())));

            if (!done) {
                break;
            }

        } catch (e) {
            if (signal.aborted) {
                return;
            }

            if (!(e instanceof Problem) || e.status === 401
                || e.status === 0)
            {
                notifyProblem(e);
                break;
            }

            failed.push({ id, why: sentence(e) });
        }

        n++;
    }

    redraw(place, failed.length > 0 && el('div.failure', null,
        el('p', null, t('bulk.failed', { n: failed.length })),
        el('ul', null, failed.slice(0, 20).map(f =>
            el('li', { dir: 'auto' }, `${f.id}: ${f.why}`)))));

    notify(t('bulk.done', { n: n - failed.length }),
           failed.length ? 'bad' : 'ok');
}
