// What is done to several deliveries at once: to those that are chosen, one by
// one, and to all that match, as a task.

import { newKey, path, post, Problem } from '../api.js';
import { t } from '../text.js';
import { button, confirm, el, notify, notifyProblem, redraw, sentence }
    from '../ui.js';

/** @typedef {'retry' | 'cancel' | 'replay'} Kind */

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


/** Does it to each of some; what came of it is told, and of whom it did not.
 * @param {Kind} kind
 * @param {string[]} ids
 * @param {HTMLElement} place  where it is shown how far it is
 * @param {AbortSignal} signal */
export async function each(kind, ids, place, signal) {
    /** @type {{ id: string, why: string }[]} */
    const failed = [];
    let stop = false;
    let n = 0;

    const end = button(t('bulk.stop'), () => {
        stop = true;
    }, { id: 'bulk-stop' });

    for (const id of ids) {
        if (stop || signal.aborted) {
            break;
        }

        redraw(place, el('p', null, t('bulk.at', { n: n + 1,
                                                   of: ids.length }), ' ',
                         end));

        try {
            await post(path('deliveries', id, kind), undefined, { signal });

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
