// What was kept, removed for good: of a company, of one event, of one call.

import { path, post } from '../api.js';
import { t } from '../text.js';
import { confirm, el, hash, link, notify, outside, redraw, section }
    from '../ui.js';
import { field, form } from '../form.js';

/** What can be meant: its name, the question that is asked before, and the
 * members of the request, [name, label, hint].
 * @type {() => Record<string, { name: string, sure: string,
 *                               members: [string, string, string][] }>} */
const kinds = () => ({
    company: {
        name: t('purge.company'), sure: t('purge.company_sure'),
        members: [['company', t('purge.company_label'),
                   t('purge.company_hint')]]
    },
    event: {
        name: t('purge.event'), sure: t('purge.event_sure'),
        members: [['event', t('purge.event_label'), t('purge.event_hint')]]
    },
    call: {
        name: t('purge.call'), sure: t('purge.call_sure'),
        members: [['call', t('purge.call_label'), t('purge.call_hint')]]
    }
});


/** For those alone who may do all for all companies. */
export function purge() {
    const all = kinds();
    const place = el('div', { 'aria-live': 'polite' });
    const box = el('div.stack');
    let meant = all.company;
    /** @type {import('../form.js').Field[]} */
    let values = [];

    const kind = field({
        pointer: '/what', label: t('purge.what'), type: 'select',
        value: 'company',
        options: Object.entries(all).map(([name, k]) =>
            /** @type {[string, string]} */ ([name, k.name])),
        props: { id: 'purge-what' },
        changed: name => {
            meant = all[name];
            redraw(place);
            ask();
        }
    });

    const ask = () => {
        values = meant.members.map(([name, label, hint]) => field({
            pointer: `/${name}`, label, hint, required: true,
            props: { id: `purge-${name}`, dir: 'ltr' },
            read: text => text.trim()
        }));

        redraw(box, values.map(v => v.node));
    };

    const send = async () => {
        const lacks = values.find(v => !v.get());

        redraw(place);

        if (lacks) {
            lacks.error(t('purge.empty'));
            lacks.focus();
            return;
        }

        const body = Object.fromEntries(meant.members.map(
            ([name], i) => [name, values[i].get()]));

        if (!await confirm({
            title: t('purge.title'),
            text: [meant.members.map(([, label], i) =>
                       el('p', null, label, ': ', outside(values[i].get()))),
                   el('p', null, meant.sure)],
            action: t('purge.go'), kind: 'danger'
        })) {
            return;
        }

        const { status, data } = await post(path('purge'), body);
        const told = status === 202 ? t('purge.begun') : t('purge.done');

        ask();
        redraw(place, el('p', null, told, ' ',
            status === 202 && link(hash('tasks', data.id), t('watch.show'),
                                   { id: 'purge-task' })));
        notify(told);
    };

    ask();

    return section(t('purge.title'),
        el('p.hint', null, t('purge.text')),
        form({
            fields: () => [kind, ...values],
            body: [kind.node, box],
            submit: t('purge.go'),
            send
        }).node,
        place);
}
