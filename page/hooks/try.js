// Trying a hook before anything happens: an event to do it with, and what can
// be done with it.

import { get, path, post, Problem } from '../api.js';
import { t, time } from '../text.js';
import { button, el, failure, newId, notify, redraw, section } from '../ui.js';
import { field } from '../form.js';
import { endpointNames, example } from './catalogue.js';
import { read, write } from './exact.js';
import { matchesAny } from './patterns.js';
import { readXml } from './xml.js';
import { filterResult, previewResult, testResult } from './results.js';

/** @typedef {import('./patterns.js').EventType} EventType */

/**
 * @typedef {object} Trying
 * @property {EventType[]} types
 * @property {() => string[]} chosen     patterns that the hook asks for
 * @property {import('../main.js').Context} ctx
 * @property {() => Sending} sending     what a test is sent of
 * @property {() => any} [settings]      of a form, for preview and conditions;
 *                                       without it there is the test alone
 * @property {(e: any) => boolean} [fail] shows what is wrong at fields of the
 *                                       form; false: it has none of it
 */

/** @typedef {{ id: string } | { settings: any } | { why: string }} Sending */


/** @param {Trying} o */
export function tryPanel(o) {
    const { types, chosen, ctx } = o;
    const out = el('div', { 'aria-live': 'polite' });
    const stored = el('div');

    const event = field({
        pointer: '/event', label: t('try.event'), type: 'select',
        props: { id: newId('try-event') },
        changed: () => fill()
    });

    const data = field({
        pointer: '/data', label: t('try.data'), type: 'textarea',
        hint: t('try.data_hint'), props: { rows: 8, class: 'code' }
    });

    let shown = '';

    /** Those types that the hook asks for now. */
    const refresh = () => {
        const wanted = types.filter(e => matchesAny(chosen(), e.type));
        const some = wanted.length ? wanted : types;
        const names = some.map(e => e.type).join(' ');

        if (names === shown) {
            return;
        }

        const before = event.get();
        shown = names;

        redraw(event.input, some.map(e =>
            el('option', { value: e.type }, e.type)));

        if (some.some(e => e.type === before)) {
            event.set(before);
        } else {
            event.set(some[0]?.type);
            fill();
        }
    };

    const fill = async () => {
        redraw(stored);
        const type = types.find(e => e.type === event.get());

        try {
            data.set(await example(type, ctx.signal));
            data.error('');
        } catch (e) {
            if (!ctx.signal.aborted) {
                data.error(e instanceof Error ? e.message : String(e));
            }
        }
    };

    /** Of the event as it is; undefined: its data are not JSON. */
    const given = () => {
        const text = data.get().trim();

        data.error('');

        if (text === '') {
            return { event: event.get() };
        }

        try {
            return { event: event.get(), data: read(text) };
        } catch {
            data.error(t('try.not_json'));
            data.focus();
            return undefined;
        }
    };

    /** @param {string} to
     * @param {any} body
     * @param {(result: any) => HTMLElement} show */
    const ask = async (to, body, show) => {
        const event = given();

        if (!event) {
            return;
        }

        try {
            const answer = await post(to, write({ ...body, ...event }),
                                      { signal: ctx.signal });
            redraw(out, show(answer.data));
        } catch (e) {
            redraw(out);

            if (!(e instanceof Problem) || e.status === 401) {
                throw e;
            }

            wrong(e);
        }
    };

    /* the settings are a member of what was sent */

    const wrong = (/** @type {Problem} */ e) => {
        for (const error of e.errors) {
            error.pointer = error.pointer.replace(/^\/endpoint/, '');
        }

        for (const f of [event, data]) {
            const mine = e.errors.filter(x => x.pointer === f.pointer());
            f.error(mine.map(x => x.detail).join('\n'));
        }

        const rest = e.errors.filter(x => x.pointer !== '/event'
                                          && x.pointer !== '/data');

        if (rest.length && o.fail?.(e)) {
            return;
        }

        redraw(out, failure(e), rest.map(x =>
            el('p.error', { dir: 'auto' }, `${x.pointer}: ${x.detail}`)));
    };

    const send = async () => {
        const sending = o.sending();

        if ('why' in sending) {
            redraw(out, el('p.hint', null, sending.why));
            notify(sending.why, 'bad');
        } else if ('id' in sending) {
            await ask(path('endpoints', sending.id, 'test'), {}, testResult);
        } else {
            await ask('endpoints/test', { endpoint: sending.settings },
                      testResult);
        }
    };

    const node = section(t('try.title'),
        el('p.hint', null, t('try.text')),
        event.node,
        ctx.may('payload')
        && el('div.actions', null,
              button(t('try.example'), fill),
              button(t('try.stored'), () => choose(stored, event.get(), ctx,
                  text => {
                      data.set(text);
                      data.error('');
                  }))),
        stored,
        data.node,
        el('div.actions', null,
           o.settings && [
               button(t('try.preview'), () =>
                   ask('endpoints/preview', { endpoint: o.settings?.() },
                       previewResult)),
               button(t('try.filter'), () =>
                   ask('endpoints/filter-test', { endpoint: o.settings?.() },
                       filterResult))
           ],
           button(t('try.send'), send, { kind: o.settings ? undefined
                                                          : 'primary' })),
        out);

    refresh();

    return { node, refresh };
}


/** A choice of what was sent of such events; the data of one that is chosen.
 * @param {HTMLElement} into
 * @param {string} type
 * @param {import('../main.js').Context} ctx
 * @param {(text: string) => void} take */
async function choose(into, type, ctx, take) {
    const [{ data }, names] = await Promise.all([
        get('deliveries', { query: { event: type, limit: 20 },
                            signal: ctx.signal }),
        endpointNames(ctx.signal)
    ]);

    if (data.items.length === 0) {
        redraw(into, el('p.hint', null, t('try.none_stored')));
        return;
    }

    const pick = field({
        pointer: '/stored', label: t('try.which'), type: 'select',
        options: [['', t('try.choose')],
                  ...data.items.map((/** @type {any} */ d) =>
                      /** @type {[string, string]} */
                      ([d.id, `${time(d.time)} – ${names.name(d.endpoint)}`]))],
        changed: async id => {
            pick.error('');

            if (id === '') {
                return;
            }

            try {
                const delivery = data.items.find(
                    (/** @type {any} */ d) => d.id === id);

                take(await dataOf(id, names.by.get(delivery.endpoint), ctx));
            } catch (e) {
                pick.error(e instanceof Error ? e.message : String(e));
            }
        }
    });

    redraw(into, pick.node);
    pick.focus();
}


/** The data of an event, out of what was sent of it.
 * @param {string} id     of a delivery
 * @param {any} endpoint  whose it is, if that is known
 * @param {import('../main.js').Context} ctx */
async function dataOf(id, endpoint, ctx) {
    const { data } = await get(path('deliveries', id, 'payload'),
                               { raw: true, signal: ctx.signal });
    const text = await data.text();
    let payload;

    try {
        payload = text.startsWith('<') ? readXml(text) : read(text);
    } catch {
        throw new Error(t('try.stored_not_json'));
    }

    const envelope = endpoint?.envelope?.type ?? endpoint?.envelope;

    if ((envelope === 'standard' || envelope === 'cloudevents')
        && payload?.data !== undefined)
    {
        payload = payload.data;
    }

    return write(payload, 2);
}
