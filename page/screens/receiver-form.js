/*
 * A receiver that is made, or changed: all of its members.
 */

import { t } from '../text.js';
import * as api from '../api.js';
import { el, head, hash, link, empty, section, disclosure, newId, notify,
         failure } from '../ui.js';
import { form, rows } from '../form.js';
import { actions, registry } from '../registry.js';
import { part, difference, many } from '../members.js';
import * as table from '../receivers/members.js';
import { verify, handshake } from '../receivers/verify.js';
import { remember } from '../receivers/fresh.js';

/** @typedef {import('../members.js').Part} Part */
/** @typedef {import('../members.js').Member} Member */


/** Parts of a receiver's members, in sections.
 * @param {any} old
 * @param {boolean} anyone  a company can be named
 * @param {import('../registry.js').Registry} may  what can be registered
 */
function build(old, anyone, may) {
    /** @type {Map<string, Part>} */
    const made = new Map();
    const where = { texts: '', at: () => '' };

    const add = (/** @type {Member} */ m) => {
        const p = part(m, old[m.name], { ...where,
            changed: m.name === 'mode' ? () => look() : undefined });

        made.set(m.name, p);
        return p.node;
    };

    /* what nginx.conf does not let it have is not offered */

    const offered = (/** @type {Member} */ m) =>
        m.name !== 'mode' || may.durable || old.mode === 'durable' ? m
        : { ...m, options: m.options?.filter(o => o !== 'durable') };

    const basics = table.basics.map(offered).map(add);

    if (anyone && !old.id) {
        basics.push(add({ name: 'company', kind: 'text', hint: true }));
    }

    const caller = verify(old.verify, {
        changed: p => {
            if (p?.accept) {
                accept(p.accept);
            }
        }
    });

    made.set('verify', caller);

    const questions = rows({
        legend: t('receiver.handshake'),
        add: t('receiver.handshake.add'),
        values: many(old.handshake),
        fresh: () => ({}),
        max: 16,
        row: (v, index) => handshake(v, () => `/handshake/${index()}`)
    });

    made.set('handshake', {
        node: questions.node, fields: questions.fields,
        get: () => questions.get().length ? questions.get() : undefined
    });

    const calls = table.calls.map(add);
    const deeds = table.deeds.filter(m =>
        m.name !== 'emit' || may.emit.length || old.emit).map(add);
    const answers = table.answers.map(add);
    const bounds = table.bounds.map(add);
    const later = section(t('receiver.part.durable'), table.durable.map(add));

    const fold = (/** @type {string} */ title, /** @type {any[]} */ ...list) =>
        disclosure(title, newId('part'), el('div.stack', null, list));

    const nodes = [
        section(t('receiver.part.basics'), basics),
        section(t('receiver.part.caller'),
                el('p.hint', null, t('receiver.part.caller.hint')),
                caller.node,
                fold(t('receiver.handshake'),
                     el('p.hint', null, t('receiver.handshake.hint')),
                     questions.node)),
        section(t('receiver.part.calls'), calls.slice(0, 2),
                fold(t('receiver.more'), ...calls.slice(2))),
        section(t('receiver.part.deeds'),
                el('p.hint', null, t('receiver.part.deeds.hint')),
                actions(may), deeds),
        later,
        fold(t('receiver.part.answers'), ...answers),
        fold(t('receiver.part.bounds'), ...bounds)
    ];

    /* what is written is not folded away */

    for (const d of nodes.flatMap(n => [n, ...n.querySelectorAll('details')])) {
        if (d instanceof HTMLDetailsElement && filled(d)) {
            d.open = true;
        }
    }

    function look() {
        later.hidden = made.get('mode')?.get() !== 'durable';
    }

    /** @param {HTMLDetailsElement} d */
    function filled(d) {
        return [...d.querySelectorAll('input, textarea')].some(
            i => i instanceof HTMLInputElement && i.type === 'checkbox'
                 ? i.checked : /** @type {any} */ (i).value !== '');
    }

    /** @param {string[]} kinds */
    function accept(kinds) {
        const boxes = made.get('accept')?.fields() ?? [];

        table.calls[0].options?.forEach((name, i) => {
            boxes[i].set(kinds.includes(name));
        });
    }

    look();

    return {
        nodes,
        fields: () => [...made.values()].flatMap(p => p.fields()),

        get() {
            /** @type {Record<string, any>} */
            const out = {};

            for (const [name, p] of made) {
                const v = later.hidden
                          && table.durable.some(m => m.name === name)
                          ? undefined : p.get();

                if (v !== undefined) {
                    out[name] = v;
                }
            }

            return out;
        }
    };
}


export default {
    title: 'receiver.form.title',

    /** @param {HTMLElement} root
     * @param {string[]} params
     * @param {import('../main.js').Context} ctx */
    async mount(root, [id], ctx) {
        const back = /** @type {[string, string]} */ (
            id ? [hash('receivers', id), t('receiver.back')]
               : ['#/receivers', t('receivers.title')]);

        if (!ctx.may('company.setting')) {
            root.append(head(t('receiver.form.title'), { back }),
                        failure(new api.Problem(403,
                                    { detail: t('receiver.form.403') })));
            return;
        }

        /** @type {any} */
        let old = {};
        /** @type {string | null} */
        let version = null;

        if (id) {
            const answer = await api.get(api.path('receivers', id),
                                         { signal: ctx.signal });
            old = answer.data;
            version = answer.etag;
        }

        if (old.source === 'nginx.conf') {
            root.append(head(el('bdi', null, old.name), { back }),
                        empty(t('receiver.conf')));
            return;
        }

        const may = await registry('receivers', !id, ctx.signal);
        const made = build(old, ctx.who.all_companies, may);
        const before = made.get();
        let key = api.newKey();
        let sent = '';

        const title = id ? [t('receiver.form.edit'), ' ',
                            el('bdi', { dir: 'auto' }, old.name)]
                         : t('receiver.form.new');

        const f = form({
            fields: made.fields,
            body: made.nodes,
            submit: id ? t('form.save') : t('receiver.form.make'),
            actions: link(back[0], t('ui.cancel'), { class: 'button' }),

            async send() {
                const now = made.get();

                if (id) {
                    const { data } = await api.patch(
                        api.path('receivers', id), difference(before, now),
                        { version });
                    warn(data);

                    remember(data);

                    ctx.go(hash('receivers', id));
                    return;
                }

                /* what was not answered is the same when it is sent again */

                if (JSON.stringify(now) !== sent) {
                    key = api.newKey();
                    sent = JSON.stringify(now);
                }

                const { data } = await api.post('receivers', now, { key });

                remember(data);
                warn(data);
                notify(t('receiver.made'));
                ctx.go(hash('receivers', data.id));
            }
        });

        root.append(head(title, { back }), f.node);
    }
};


/** @param {any} data */
function warn(data) {
    for (const w of data.warnings ?? []) {
        notify(`${w.pointer}: ${w.detail}`, 'bad');
    }
}
