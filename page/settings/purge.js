// What was kept, removed for good: of a company, of whoever has a value in a
// payload, of one event, of one call.

import { path, post } from '../api.js';
import { t } from '../text.js';
import { confirm, el, hash, link, notify, outside, redraw, section }
    from '../ui.js';
import { field, form } from '../form.js';

/**
 * What can be meant.
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} sure     what is said before it is done
 * @property {boolean} [many]  it is a task, whose events are counted before
 * @property {{ name: string, label: string, hint: string,
 *              left?: boolean }[]} members
 *           of the request; left: it may be left empty
 */

/** @type {() => Record<string, Kind>} */
const kinds = () => ({
    company: {
        name: t('purge.company'), sure: t('purge.company_sure'), many: true,
        members: [{ name: 'company', label: t('purge.company_label'),
                    hint: t('purge.company_hint') }]
    },
    value: {
        name: t('purge.value'), sure: t('purge.value_sure'), many: true,
        members: [{ name: 'path', label: t('purge.path_label'),
                    hint: t('purge.path_hint') },
                  { name: 'value', label: t('purge.value_label'),
                    hint: t('purge.value_hint') },
                  { name: 'company', label: t('purge.company_label'),
                    hint: t('purge.company_left'), left: true }]
    },
    event: {
        name: t('purge.event'), sure: t('purge.event_sure'),
        members: [{ name: 'event', label: t('purge.event_label'),
                    hint: t('purge.event_hint') }]
    },
    call: {
        name: t('purge.call'), sure: t('purge.call_sure'),
        members: [{ name: 'call', label: t('purge.call_label'),
                    hint: t('purge.call_hint') }]
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
        values = meant.members.map(({ name, label, hint, left }) => field({
            pointer: `/${name}`, label, hint, required: !left,
            props: { id: `purge-${name}`, dir: 'ltr' },
            read: text => text.trim()
        }));

        redraw(box, values.map(v => v.node));
    };

    /** How many events, in sentences.
     * @param {Record<string, string>} body */
    const counted = async body => {
        const { data } = await post(path('purge'), { ...body, dry_run: true });
        const { count, complete, unread } = data;

        return [el('p', null, complete ? t('purge.events', { n: count })
                                       : t('purge.events_least',
                                           { n: count })),
                unread > 0 && el('p.warning', null,
                                 t('purge.unread', { n: unread }))];
    };

    const send = async () => {
        const lacks = values.find((v, i) => !v.get()
                                            && !meant.members[i].left);

        redraw(place);

        if (lacks) {
            lacks.error(t('purge.empty'));
            lacks.focus();
            return;
        }

        const given = meant.members.map((m, i) => ({ ...m,
                                                     is: values[i].get() }))
                                   .filter(m => m.is);
        const body = Object.fromEntries(given.map(m => [m.name, m.is]));
        const events = meant.many && await counted(body);

        if (!await confirm({
            title: t('purge.title'),
            text: [given.map(m => el('p', null, m.label, ': ', outside(m.is))),
                   events,
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
