/*
 * One task, watched to its end.
 */

import { t, word } from '../text.js';
import * as api from '../api.js';
import { el, head, facts, redraw, outside, code, moment, stateBadge, notify,
         watched } from '../ui.js';
import { endpointNames } from '../hooks/catalogue.js';
import { under, meant, progress, stopButton } from './tasks.js';


/** @type {import('../main.js').Screen} */
export default {
    title: 'task.title',

    async mount(root, [id], ctx) {
        const where = api.path('tasks', id);
        const [first, names] = await Promise.all([
            api.get(where, { signal: ctx.signal }), endpointNames(ctx.signal)
        ]);
        const area = el('div.stack');
        const watch = watched(area);
        const stop = new AbortController();
        let task = first.data;
        const running = under(task);

        ctx.signal.addEventListener('abort', () => stop.abort());

        function draw() {
            redraw(area,
                facts([
                    [t('tasks.state'), stateBadge(task.state)],
                    [t('tasks.progress'), progress(task)],
                    [t('tasks.of'), meant(task, names.name)],
                    task.waits && [t('task.waits'), outside(task.waits)],
                    task.reached && under(task)
                    && [t('task.reached'), moment(task.reached)],
                    [t('tasks.begun'), moment(task.created)],
                    task.ended && [t('task.ended'), moment(task.ended)],
                    task.by && [t('tasks.by'), outside(task.by)],
                    task.company && [t('call.company'), outside(task.company)],
                    [t('call.id'), code(task.id)]
                ]),
                under(task) && ctx.may('company.setting')
                && el('div.actions', null, stopButton(task, () => now())));
        }

        root.append(head(word('task_kind', task.kind),
                         { back: ['#/tasks', t('tasks.title')] }),
                    watch.node);
        draw();

        const now = running ? api.poll(async signal => {
            const was = under(task);

            task = (await api.get(where, { signal })).data;
            watch.well();
            draw();

            if (was && !under(task)) {
                notify(t('task.over', { what: word('task_kind', task.kind),
                                        state: word('state', task.state) }));
            }

            if (!under(task)) {
                stop.abort();
            }
        }, { signal: stop.signal, interval: 1000,
             failed: e => watch.failed(e, () => now()) })
            : () => {};
    }
};
