/*
 * Tasks: what is done to many deliveries, and how far it is.
 */

import { t, word, number, percent } from '../text.js';
import * as api from '../api.js';
import { el, head, hash, link, empty, table, redraw, button, outside, code,
         when, moment, stateBadge, confirm, notify, loading, newId, watched }
    from '../ui.js';
import { endpointNames } from '../hooks/catalogue.js';

/** @param {any} task */
export const under = task => task.state === 'running';

/** Which deliveries a task is about, with a link to their hook.
 * @param {any} task
 * @param {(id: string) => string} name  of an endpoint */
export function meant(task, name) {
    const f = task.filter ?? {};
    const words = [
        f.event && [t('task.filter.event'), ' ', code(f.event)],
        f.endpoint && [t('task.filter.endpoint'), ' ',
                       f.endpoint.startsWith('receiver:')
                       ? link(hash('receivers', f.endpoint.slice(9)),
                              code(f.endpoint.slice(9)))
                       : link(hash('hooks', f.endpoint),
                              outside(name(f.endpoint)))],
        f.state && word('state', f.state),
        f.status && [t('task.filter.status'), ' ', code(f.status)],
        f.since && [t('task.filter.since'), ' ', moment(f.since)],
        f.until && [t('task.filter.until'), ' ', moment(f.until)],
        f.company && [t('task.filter.company'), ' ', outside(f.company)]
    ].filter(Boolean);

    return words.length ? words.map((w, i) => [i ? ' · ' : '', w])
                        : t('task.filter.all');
}

/** How far a task is: a bar, and the figures.
 * @param {any} task */
export function progress(task) {
    const id = newId('progress');
    const { done, expected } = task;
    const whole = expected === null || expected === undefined
                  ? null : Math.max(expected, done);

    return el('div.progress', null,
        under(task) || whole
        ? el('progress', {
            'aria-labelledby': id,
            max: whole === null ? undefined : whole || 1,
            value: whole === null ? undefined : whole ? done : 1
        }) : '',
        el('span.number', { id },
           whole === null ? t('task.done', { n: done })
           : [t('task.done_of', { n: done, whole: number(whole) }),
              whole ? ` (${percent(done / whole)})` : '']),
        task.failed > 0 && el('span', null, ' · ',
                              t('task.failed', { n: task.failed })));
}

/** Ends one, where that is wanted.
 * @param {any} task
 * @param {() => any} then */
export const stopButton = (task, then) =>
    button(t('task.stop'), async () => {
        if (await confirm({ title: t('task.stop.title'),
                            text: t('task.stop.text'),
                            action: t('task.stop'), kind: 'danger' }))
        {
            await api.del(api.path('tasks', task.id));
            notify(t('task.stopped'));
            await then();
        }
    }, { kind: 'danger', id: `stop-${task.id}` });


/** @type {import('../main.js').Screen} */
export default {
    title: 'tasks.title',

    async mount(root, params, ctx) {
        const list = api.list('tasks', { limit: 20 }, ctx.signal);
        const area = el('div.stack', null, loading());
        const watch = watched(area);
        const may = ctx.may('company.setting');
        const names = await endpointNames(ctx.signal);

        function draw() {
            redraw(area, table({
                caption: t('tasks.title'),
                id: 'tasks',
                rows: list.items,
                empty: empty(t('tasks.empty')),
                columns: [
                    { label: t('tasks.what'), head: true, cell: x =>
                        link(hash('tasks', x.id), word('task_kind', x.kind),
                             { id: `t-${x.id}` }) },
                    { label: t('tasks.of'), cell: x => meant(x, names.name) },
                    { label: t('tasks.state'), cell: x => stateBadge(x.state) },
                    { label: t('tasks.progress'), cell: progress },
                    { label: t('tasks.begun'), cell: x => when(x.created) },
                    { label: t('tasks.by'),
                      cell: x => x.by ? outside(x.by) : '–' },
                    ...may && list.items.some(under) ? [{
                        label: t('tasks.act'),
                        cell: (/** @type {any} */ x) =>
                            under(x) ? stopButton(x, now) : ''
                    }] : []
                ]
            }), !list.done && button(t('ui.more'), async () => {
                await list.more();
                draw();
            }, { id: 'more' }));
        }

        root.append(head(t('tasks.title'), { lead: t('tasks.lead') }),
                    watch.node);

        const now = api.poll(async () => {
            await list.refresh();
            watch.well();
            draw();
        }, { signal: ctx.signal, failed: e => watch.failed(e, () => now()) });
    }
};
