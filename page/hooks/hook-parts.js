// Parts of a hook's screen that ask something: its secrets, and its end.

import { del, newKey, path, post, Problem } from '../api.js';
import { number, t } from '../text.js';
import { badge, button, code, dialog, el, facts, moment, outside, secret,
         table } from '../ui.js';
import { field, form } from '../form.js';
import { listed } from './settings.js';
import { timetableNode } from './members.js';


/** What it is set to; what is not is left out.
 * @param {any} ep */
export function settingsList(ep) {
    const envelope = ep.envelope?.type ?? ep.envelope;
    const order = ep.order_by?.path ?? ep.order_by;
    /** @type {(o: any) => import('../ui.js').Child} */
    const words = o => o && Object.keys(o).length
                       ? code(Object.entries(o).map(([k, v]) => `${k}=${v}`)
                              .join(' ')) : null;

    return el('div.stack', null,
        facts([
            [t('hook.url'), ep.url && code(ep.url)],
            [t('hook.description'), ep.description && outside(ep.description)],
            [t('hook.company'), ep.company && code(ep.company)],
            [t('hook.events'), el('ul.words', null, listed(ep.events).map(e =>
                el('li', null, code(e))))],
            [t('hook.headers'), ep.headers?.length
                ? el('ul.words', null, ep.headers.map(
                      (/** @type {any} */ h) => el('li', null,
                          code(`${h.name}: ${h.value}`)))) : null],
            [t('hook.format'), ep.format?.toUpperCase() ?? t('hook.as_it_is')],
            [t('hook.envelope'), envelope && code(envelope)],
            [t('hook.filter'), listed(ep.filter).length
                ? el('ul', null, listed(ep.filter).map(f =>
                      el('li', null, code(f)))) : null],
            [t('hook.success'), ep.source !== 'nginx.conf'
                                && code(listed(ep.success).join(',')
                                        || '200')],
            [t('hook.retry'), ep.source !== 'nginx.conf'
                              && timetableNode(ep.retry)],
            [t('hook.limit'), words(ep.limit)],
            [t('hook.timeout'), words(ep.timeout)],
            [t('hook.breaker'), words(ep.breaker)],
            [t('hook.order_by'), order && code(order)],
            [t('hook.auth'), ep.auth?.type && code(ep.auth.type)],
            [t('hook.sign'), ep.sign?.length
                ? el('ul.words', null, ep.sign.map((/** @type {any} */ s) =>
                      el('li', null, code(s.header)))) : null],
            [t('hook.tls_name'), ep.tls?.name && code(ep.tls.name)],
            [t('hook.body'), ep.body !== undefined && ep.body !== null
                ? code(typeof ep.body === 'string'
                       ? ep.body : JSON.stringify(ep.body)) : null],
            [t('hook.created'), ep.created && moment(ep.created)],
            [t('hook.updated'), ep.updated && moment(ep.updated)],
            [t('hook.by'), ep.by && outside(ep.by)],
            [t('hook.version'), ep.version && number(ep.version)]
        ]));
}


/** Its secrets, without what is secret.
 * @param {any} ep */
export const secretTable = ep => table({
    id: 'hook-secrets',
    caption: t('hook.secrets'),
    rows: ep.secrets ?? [],
    empty: el('p.hint', null, t('hook.no_secrets')),
    columns: [
        { label: t('secret.id'), head: true, cell: s => code(s.id) },
        { label: t('secret.hint'), cell: s => s.hint ? code(s.hint) : '–' },
        { label: t('secret.created'), cell: s => moment(s.created) },
        { label: t('secret.expires'), cell: s =>
            s.expires === null || s.expires === undefined
            ? t('secret.never')
            : new Date(s.expires).getTime() < Date.now()
              ? badge('warn', t('secret.ended')) : moment(s.expires) }
    ]
});


/** Asks how, and makes another secret, which is shown once.
 * @param {any} ep
 * @returns {Promise<any>} the endpoint as it is then; undefined: it was left */
export function rotate(ep) {
    const key = newKey();

    return dialog(t('rotate.title'), close => {
        const overlap = field({
            pointer: '/overlap', label: t('rotate.overlap'), type: 'select',
            value: '24h', hint: t('rotate.overlap_hint'),
            options: [['', t('rotate.at_once')], ['1h', t('rotate.1h')],
                      ['24h', t('rotate.24h')], ['7d', t('rotate.7d')],
                      ['30d', t('rotate.30d')]]
        });
        const own = field({ pointer: '/secret', label: t('rotate.own'),
                            hint: t('rotate.own_hint'),
                            props: { dir: 'ltr' } });

        /** @type {any} */
        let answer;

        const asked = form({
            fields: () => [overlap, own],
            body: [overlap.node, own.node],
            submit: t('rotate.go'),
            actions: button(t('ui.cancel'), () => close()),
            send: async () => {
                answer = (await post(path('endpoints', ep.id, 'rotate'), {
                    ...overlap.get() ? { overlap: overlap.get() } : {},
                    ...own.get().trim() ? { secret: own.get().trim() } : {}
                }, { version: ep.version, key })).data;

                if (!answer.secret) {
                    close(answer);
                    return;
                }

                const done = button(t('hook.close'), () => close(answer),
                                    { kind: 'primary' });

                asked.node.replaceWith(
                    el('div.stack', null,
                       secret(answer.secret, t('hook.its_secret')),
                       el('p', null, t('hook.secret_text')),
                       el('div.actions', null, done)));
                done.focus();
            }
        });

        return asked.node;
    });
}


/** Asks, and deletes it; where deliveries wait, asks again with their number.
 * @param {any} ep
 * @returns {Promise<boolean>} whether it is gone */
export async function remove(ep) {
    return await dialog(t('delete.title', { name: ep.name }), close => {
        const place = el('div', { 'aria-live': 'polite' });

        /** @param {boolean} cancel */
        const go = async cancel => {
            try {
                await del(path('endpoints', ep.id),
                          { version: ep.version,
                            query: { cancel: cancel ? 1 : null } });
                close(true);

            } catch (e) {
                if (!(e instanceof Problem) || e.status !== 409
                    || e.body.pending === undefined)
                {
                    throw e;
                }

                const anyway = button(t('delete.give_up'), () => go(true),
                                      { kind: 'danger', id: 'delete-anyway' });

                place.replaceChildren(
                    el('p.warning', null,
                       t('delete.owed', { n: e.body.pending }), ' ',
                       e.body.sending > 0
                       ? t('delete.sending', { n: e.body.sending }) : ''),
                    el('div.actions', null, anyway));
                anyway.focus();
            }
        };

        return [
            el('p', null, t('delete.text')),
            place,
            el('div.actions', null,
               button(t('ui.cancel'), () => close(false), { autofocus: true }),
               button(t('delete.go'), () => go(false), { kind: 'danger' }))
        ];
    }) === true;
}
