// A task, watched to its end.

import { del, get, path, poll } from '../api.js';
import { t, word } from '../text.js';
import { button, el, link, hash, moment, notify, redraw, stateBadge }
    from '../ui.js';


/**
 * What is under way, how far it is, and a button that ends it.
 *
 * @param {any} first     the task, as the API answered it
 * @param {object} o
 * @param {AbortSignal} o.signal
 * @param {boolean} o.set whether the reader may end it
 * @param {(task: any) => void} [o.ended] called once it is over
 * @returns {HTMLElement}
 */
export function taskPanel(first, { signal, set, ended }) {
    const node = el('section.task', { 'aria-label': t('watch.watch') });
    const watch = new AbortController();

    signal.addEventListener('abort', () => watch.abort());

    const draw = (/** @type {any} */ task) => redraw(node, [
        el('p', null, stateBadge(task.state), ' ',
           el('strong', null, word('watch.kind', task.kind)), ' ',
           task.expected === null
           ? t('watch.done', { n: task.done })
           : t('watch.done_of', { n: task.done, of: task.expected })),
        el('progress', { max: task.expected ?? undefined,
                         value: task.state === 'done'
                                ? task.expected ?? 1
                                : task.expected === null
                                  ? undefined : task.done,
                         'aria-label': t('watch.progress') }),
        task.failed > 0
        && el('p', null, t('watch.failed', { n: task.failed })),
        task.waits && el('p', { dir: 'auto' }, task.waits),
        task.state === 'running' && task.reached
        && el('p.hint', null, t('watch.reached'), ' ', moment(task.reached)),
        el('div.actions', null,
           task.state === 'running' && set
           && button(t('watch.end'), async () => {
               await del(path('tasks', task.id));
               again();
           }, { id: `task-end-${task.id}` }),
           link(hash('tasks', task.id), t('watch.show'),
                { id: `task-show-${task.id}` }))
    ]);

    draw(first);

    const again = poll(async asked => {
        const { data } = await get(path('tasks', first.id),
                                   { signal: asked });
        draw(data);

        if (data.state !== 'running') {
            watch.abort();
            notify(data.state === 'done' ? t('watch.is_done', { n: data.done })
                                         : t('watch.is_ended',
                                             { n: data.done }));
            ended?.(data);
        }
    }, { signal: watch.signal, interval: 1000 });

    return node;
}
