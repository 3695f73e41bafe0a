// One delivery: what was sent, when, and what came of it.

import { get, path, poll, post } from '../api.js';
import { bytes, number, t, usec } from '../text.js';
import { block, button, code, confirm, copyButton, download, el, facts,
         hash, head, moment, notify, outside, pretty, redraw, section,
         statusBadge, badge, watched } from '../ui.js';
import { deliveryState, target } from '../hooks/delivery-table.js';
import { kindsOf } from '../hooks/bulk.js';
import { phaseBar } from '../hooks/phases.js';

/** @typedef {import('../main.js').Context} Context */

const SHOWN = 262144;                   /* bytes of a payload, at most */


/** Its sends, the newest first.
 * @param {any} d */
function timeline(d) {
    const attempts = [...d.attempts].reverse();
    const longest = Math.max(1, ...attempts.map(a => a.total_usec ?? 0));

    return attempts.length === 0
        ? el('p.hint', null, t('delivery.no_attempts'))
        : el('ol.timeline', { reversed: true }, attempts.map(a =>
            el('li.card', null,
               el('div.row', null,
                  el('strong', null, t('delivery.attempt',
                                       { n: a.number })),
                  a.status ? statusBadge(a.status)
                           : badge('bad', t('delivery.no_answer')),
                  moment(a.time)),
               a.error && el('p', null, outside(a.error)),
               phaseBar(a, longest),
               facts([[t('delivery.address'), a.address && code(a.address)],
                      [t('delivery.took'), a.total_usec
                                           ? usec(a.total_usec) : null]]),
               answer(a))));
}


/** @param {any} a */
function answer(a) {
    const text = a.answer ?? a.answer_base64;

    if (text === null && !('answer_base64' in a)) {
        return el('p.hint', null, t('delivery.answer_hidden'));
    }

    return text ? el('details', { id: `answer-${a.number}` },
                     el('summary', null, t('delivery.its_answer')),
                     block(pretty(text), { label: t('delivery.its_answer') }))
                : null;
}


/** What is sent, as far as it was made with the event.
 * @param {any} d */
function request(d) {
    const r = d.request;

    return r === null
        ? el('p.hint', null, t('delivery.no_request'))
        : facts([
            [t('delivery.line'), r.line && code(r.line)],
            [t('delivery.type'), r.content_type && code(r.content_type)],
            [t('hook.headers'), r.headers?.length
                ? el('ul', null, r.headers.map((/** @type {any} */ h) =>
                      el('li', null, code(`${h.name}: ${h.value}`)))) : null],
            [t('delivery.length'), bytes(r.body_length)]
        ]);
}


/** The payload, once it is asked for.
 * @param {any} d
 * @param {Context} ctx */
function payload(d, ctx) {
    const place = el('div.stack');

    const got = async () => (await get(path('deliveries', d.id, 'payload'),
                                       { raw: true,
                                         signal: ctx.signal })).data;

    const xml = /xml/.test(d.request?.content_type ?? '');
    const json = /json/.test(d.request?.content_type ?? '');

    return [
        el('div.actions', null,
           button(t('delivery.show_payload'), async () => {
               /** @type {Blob} */
               const blob = await got();
               const text = await blob.slice(0, SHOWN).text();

               redraw(place,
                   block(pretty(text), { label: t('delivery.payload') }),
                   blob.size > SHOWN
                   && el('p.hint', null, t('delivery.cut',
                                           { size: bytes(SHOWN),
                                             of: bytes(blob.size) })));
           }, { id: 'delivery-payload' }),
           button(t('delivery.download'), async () => {
               download(`${d.event}.${json ? 'json' : xml ? 'xml' : 'bin'}`,
                        await got());
           }, { id: 'delivery-download' })),
        place
    ];
}


/** The same request as a line for a shell, once it is asked for.
 * @param {any} d
 * @param {Context} ctx */
function curl(d, ctx) {
    const place = el('div.stack');

    return [
        el('div.actions', null,
           button(t('delivery.show_curl'), async () => {
               const { data } = await get(path('deliveries', d.id, 'curl'),
                                          { signal: ctx.signal });
               redraw(place,
                   block(data.command, { label: t('delivery.curl') }),
                   el('p.hint', null, t('delivery.curl_secret')),
                   data.payload
                   && el('p.hint', null, t('delivery.curl_payload')),
                   data.left_out?.length > 0
                   && el('p.hint', null, t('delivery.curl_left'), ' ',
                         code(data.left_out.join(', '))));
           }, { id: 'delivery-curl' })),
        place
    ];
}


/** What came of asking for something: it was done, or its node was asked.
 * @param {import('../api.js').Answer} answer
 * @param {(now: any) => void} draw
 * @param {string} text  that it was done */
function asked({ status, data }, draw, text) {
    if (status === 202) {
        notify(t('delivery.node_asked', { node: data.node }));

    } else {
        draw(data);
        notify(text);
    }
}


/** What can be done with it as it is.
 * @param {any} d
 * @param {(now: any) => void} draw
 * @param {Context} ctx */
function actions(d, draw, ctx) {
    const kinds = kindsOf(d.state);
    const elsewhere = kinds.includes('replay') && d.node
                      && d.node !== ctx.who.node;

    return [
        kinds.includes('retry') && button(t('delivery.retry'), async () => {
            asked(await post(path('deliveries', d.id, 'retry')), draw,
                  t('delivery.is_retried'));
        }, { id: 'delivery-retry', kind: 'primary' }),

        elsewhere && el('p.hint', null,
                        t('delivery.replay_there', { node: d.node })),

        kinds.includes('replay') && !elsewhere && button(t('delivery.replay'), async () => {
            const { data } = await post(path('deliveries', d.id, 'replay'));

            notify(t('delivery.is_replayed'));
            ctx.go(hash('deliveries', data.id));
        }, { id: 'delivery-replay' }),

        kinds.includes('cancel') && button(t('delivery.cancel'), async () => {
            const sure = await confirm({
                title: t('delivery.cancel_title'),
                text: el('p', null, t('bulk.cancel_text')),
                action: t('delivery.cancel'), kind: 'danger'
            });

            if (sure) {
                asked(await post(path('deliveries', d.id, 'cancel')), draw,
                      t('delivery.is_cancelled'));
            }
        }, { id: 'delivery-cancel', kind: 'danger' })
    ];
}


/** @type {import('../main.js').Screen} */
export default {
    title: 'delivery.title',

    async mount(root, [id], ctx) {
        const set = ctx.may('company.setting');
        const first = (await get(path('deliveries', id),
                                 { signal: ctx.signal })).data;

        /* its hook may be gone: then it is called by its id */

        const endpoint = await get(path('endpoints', first.endpoint),
                                   { signal: ctx.signal })
                               .then(answer => answer.data, () => null);
        const name = endpoint?.name ?? first.endpoint;

        const does = el('div.actions');
        const state = el('div');
        const attempts = el('div');
        const watch = watched(attempts);
        let sends = -1;

        const draw = (/** @type {any} */ d) => {
            redraw(does, set && actions(d, draw, ctx));
            redraw(state,
                el('p', null, deliveryState(d, endpoint)),
                facts([
                    [t('delivery.hook'), target(d.endpoint, name,
                                                'delivery-hook')],
                    [t('hook.company'), d.company && code(d.company)],
                    [t('filter.node'), d.node && code(d.node)],
                    [t('delivery.time'), moment(d.time)],
                    [t('delivery.last_send'), d.last_send
                                              && moment(d.last_send)],
                    [t('delivery.finished'), d.finished
                                             && moment(d.finished)],
                    [t('delivery.sends'), number(d.sends)],
                    [t('delivery.error'), d.error && outside(d.error)],
                    [t('delivery.order'), d.order_key && code(d.order_key)],
                    [t('delivery.id'), [code(d.id), ' ',
                        copyButton(d.id, t('delivery.id'))]],
                    [t('delivery.webhook_id'), [code(d.webhook_id), ' ',
                        copyButton(d.webhook_id, t('delivery.webhook_id'))]]
                ]));

            if (d.attempts.length !== sends) {
                sends = d.attempts.length;
                redraw(attempts, timeline(d));
            }
        };

        ctx.title(first.type);

        root.append(
            head(code(first.type), {
                actions: does, back: ['#/deliveries', t('deliveries.title')]
            }),
            state,
            section(t('delivery.attempts'), watch.node),
            section(t('delivery.request'), request(first),
                ...ctx.may('payload')
                   ? [...payload(first, ctx),
                      ...set ? curl(first, ctx) : []]
                   : [el('p.hint', null, t('delivery.payload_hidden'))]));

        draw(first);

        const again = poll(async signal => {
            const { data } = await get(path('deliveries', id), { signal });

            watch.well();
            draw(data);
        }, { signal: ctx.signal, failed: e => watch.failed(e, () => again()) });
    }
};
