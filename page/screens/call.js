/*
 * A call that came: what was sent, what was done, what was answered; and made
 * again.
 */

import { t, usec } from '../text.js';
import * as api from '../api.js';
import { el, head, hash, link, section, facts, button, outside, code, block,
         pretty, moment, statusBadge, badge, confirm, notify }
    from '../ui.js';
import { outcomeBadge, tried } from './receiver.js';

/** A text that was kept, or why there is none.
 * @param {any} of
 * @param {string} name
 * @param {string} label */
function kept(of, name, label) {
    const raw = of[`${name}_base64`];

    return raw ? [el('p.hint', null, t('call.binary')), block(raw, { label })]
           : of[name] ? block(pretty(of[name]), { label })
           : el('p.none', null, of[name] === null ? t('call.hidden')
                                                  : t('call.none'));
}


/** @type {import('../main.js').Screen} */
export default {
    title: 'call.title',

    async mount(root, [id, call], ctx) {
        const where = api.path('receivers', id, 'calls', call);
        const [{ data: c }, { data: r }] = await Promise.all([
            api.get(where, { signal: ctx.signal }),
            api.get(api.path('receivers', id), { signal: ctx.signal })
        ]);
        const result = el('div.stack', { 'aria-live': 'polite' });

        const elsewhere = c.node && c.node !== ctx.who.node;

        const replay = ctx.may('company.setting')
            && (elsewhere
            ? el('p.hint', null, t('call.replay_there', { node: c.node }))
            : button(t('call.replay'), async () => {
                if (!await confirm({
                    title: t('call.replay.title'),
                    text: t('call.replay.text'),
                    action: t('call.replay')
                })) {
                    return;
                }

                const { data } = await api.post(
                    api.path('receivers', id, 'calls', call, 'replay'));

                result.replaceChildren(tried(data));
                notify(data.status < 300 ? t('call.replayed')
                                         : t('call.replay.failed'),
                       data.status < 300 ? 'ok' : 'bad');

                const h = result.querySelector('h3');

                if (h instanceof HTMLElement) {
                    h.focus();
                }
            }, { kind: 'primary', id: 'replay' }));

        root.append(
            head(t('call.title'), {
                back: [hash('receivers', id), r.name],
                actions: replay
            }),
            result,
            facts([
                [t('call.time'), moment(c.time)],
                [t('call.outcome'), outcomeBadge(c.outcome)],
                [t('call.status'), statusBadge(c.status)],
                c.error && [t('call.error'), outside(c.error)],
                [t('call.took'), usec(c.total_usec)],
                [t('call.remote'), code(c.remote ?? '–')],
                c.verified && c.verified !== 'off'
                && [t('call.verified'), outside(c.verified)],
                c.content_type && [t('call.type'), code(c.content_type)],
                c.company && [t('call.company'), outside(c.company)],
                c.node && [t('filter.node'), code(c.node)],
                c.delivery && [t('call.delivery'),
                               link(hash('deliveries', c.delivery),
                                    code(c.delivery))],
                [t('call.id'), code(c.id)]
            ]),
            section(t('call.in'),
                    el('h3', null, t('call.body')),
                    kept(c, 'body', t('call.body')),
                    el('h3', null, t('call.headers')),
                    kept(c, 'headers', t('call.headers'))),
            section(t('call.actions'),
                    c.actions?.length
                    ? c.actions.map(action)
                    : el('p.none', null, t('call.actions.none'))),
            section(t('call.answer'),
                    kept(c, 'answer', t('call.answer'))));
    }
};


/** @param {any} a */
function action(a) {
    return el('div.card', null,
        el('p', null, badge('idle', a.method), ' ',
           code(a.uri ?? a.uri_base64 ?? '***')),
        facts([
            [t('call.action.status'), statusBadge(a.status)],
            [t('call.took'), usec(a.total_usec)]
        ]),
        a.body || a.body_base64
        ? kept(a, 'body', t('call.action.body')) : '');
}
