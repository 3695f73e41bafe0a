// The members of an endpoint, as fields of a form: each part has its node, its
// fields, and what it says of the settings.

import { t, duration, word } from '../text.js';
import { code, el, redraw } from '../ui.js';
import { field, group, rows } from '../form.js';
import { shortened, timetable } from './schedule.js';
import { kept } from './anew.js';
import { compact, listed } from './settings.js';

/** @typedef {import('../form.js').Field} Field */

/**
 * @typedef {object} Part
 * @property {HTMLElement} node
 * @property {() => Field[]} fields
 * @property {() => Record<string, any>} get members; what is empty is undefined
 * @property {(on: boolean) => void} [anew] whether secrets that are kept do not
 *                                          go along
 */


/** A number where it is one; else the text, for the API to say what is wrong.
 * @param {string} text */
const numeric = text => text.trim() === '' || Number.isNaN(Number(text))
                        ? text.trim() : Number(text);


/**
 * An object of texts and numbers: retry, timeout, limit ...
 * @param {string} name    of the member
 * @param {string} legend
 * @param {any} value
 * @param {(Partial<Parameters<typeof field>[0]> & { name: string,
 *          label: string })[]} members
 * @param {HTMLElement} [more]
 * @returns {Part} */
function object(name, legend, value, members, more) {
    const fields = members.map(({ name: member, type = 'text', ...rest }) =>
        ({ member, number: type === 'number', field: field({
            pointer: `/${name}/${member}`,
            type: type === 'number' ? 'text' : type,
            value: value?.[member],
            ...rest,
            props: { ...rest.props,
                     inputmode: type === 'number' ? 'decimal' : undefined }
        }) }));

    return {
        node: group(legend, el('div.columns', null,
                               fields.map(f => f.field.node)), more),
        fields: () => fields.map(f => f.field),
        get: () => ({
            [name]: compact(Object.fromEntries(fields.map(f =>
                [f.member, f.number ? numeric(f.field.get())
                                    : f.field.get().trim()])))
        })
    };
}


/** When it is sent again, in words.
 * @param {any} retry */
export function timetableText(retry) {
    const times = timetable(retry);

    if (times === null) {
        return null;
    }

    const { head, last } = shortened(times);
    const words = head.map(ms => ms === 0 ? t('retry.at_once')
                                          : duration(ms));

    if (last !== null) {
        words.push('…', duration(last));
    }

    return { words, n: times.length, whole: duration(times[times.length - 1]) };
}


/** The same, to be shown.
 * @param {any} retry */
export function timetableNode(retry) {
    const table = timetableText(retry);

    return table === null
           ? el('p.hint', null, t('retry.wrong'))
           : el('div', null,
                el('p', null, t('retry.sends', { n: table.n,
                                                 whole: table.whole })),
                el('ol.timetable', { 'aria-label': t('retry.timetable') },
                   table.words.map(w => el('li', null, w))));
}


/** Name, description, company, URL.
 * @param {any} ep
 * @param {boolean} company whether it can be chosen
 * @param {() => void} changed
 * @returns {Part} */
export function where(ep, company, changed) {
    const name = field({ pointer: '/name', label: t('hook.name'),
                         required: true, value: ep.name,
                         hint: t('hook.name_hint'),
                         props: { maxlength: 255, id: 'hook-name' } });
    const url = field({ pointer: '/url', label: t('hook.url'), type: 'url',
                        required: true, value: ep.url,
                        hint: t('hook.url_hint'), changed,
                        props: { id: 'hook-url', dir: 'ltr' } });
    const description = field({ pointer: '/description',
                                label: t('hook.description'),
                                value: ep.description,
                                props: { maxlength: 1024 } });
    const whose = field({ pointer: '/company', label: t('hook.company'),
                          hint: t('hook.company_hint') });

    const fields = [name, url, description, ...company ? [whose] : []];

    return {
        node: group(t('hook.where'), fields.map(f => f.node)),
        fields: () => fields,
        get: () => ({
            name: name.get().trim() || undefined,
            url: url.get().trim() || undefined,
            description: description.get().trim() || undefined,
            ...company ? { company: whose.get().trim() || undefined } : {}
        })
    };
}


/** Format and envelope.
 * @param {any} ep
 * @returns {Part} */
export function format(ep) {
    const given = typeof ep.envelope === 'object' ? ep.envelope ?? {}
                                                  : { type: ep.envelope };
    const kind = given.type === 'cloudevents' && given.mode === 'binary'
                 ? 'cloudevents-binary' : given.type ?? 'none';

    const form = field({
        pointer: '/format', label: t('hook.format'), type: 'select',
        value: ep.format ?? '',
        options: [['json', 'JSON'], ['xml', 'XML'], ['', t('hook.as_it_is')]],
        props: { id: 'hook-format' }
    });

    const envelope = field({
        pointer: '/envelope', label: t('hook.envelope'), type: 'select',
        value: kind, hint: t('hook.envelope_hint'),
        options: ['none', 'standard', 'cloudevents', 'cloudevents-binary',
                  'nightpos'].map(v => [v, word('envelope', v)]),
        changed: () => tell()
    });

    const source = field({ pointer: '/envelope/source',
                           label: t('hook.source'), value: given.source,
                           hint: t('hook.source_hint') });

    const tell = () => {
        source.node.hidden = !envelope.get().startsWith('cloudevents');
    };

    tell();

    return {
        node: group(t('hook.how'), form.node, envelope.node, source.node),
        fields: () => [form, envelope, source],
        get: () => {
            const type = envelope.get();
            const from = source.get().trim();
            const cloud = type.startsWith('cloudevents');

            return {
                format: form.get() || undefined,
                envelope: type === 'none' ? undefined
                    : !cloud || (type === 'cloudevents' && !from) ? type
                    : compact({ type: 'cloudevents', source: from,
                                mode: type === 'cloudevents-binary'
                                      ? 'binary' : undefined })
            };
        }
    };
}


/** Headers of its own.
 * @param {any} ep
 * @param {() => void} changed
 * @returns {Part} */
export function headers(ep, changed) {
    /** @type {((on: boolean) => void)[]} */
    const values = [];

    const list = rows({
        legend: t('hook.headers'), add: t('hook.add_header'),
        values: ep.headers ?? [], fresh: () => ({}), changed,
        row: (value, index) => {
            const name = field({ pointer: () => `/headers/${index()}/name`,
                                 label: t('hook.header_name'),
                                 value: value.name });
            const text = field({ pointer: () => `/headers/${index()}/value`,
                                 label: t('hook.header_value'),
                                 value: value.value });
            const same = kept(text);

            values.push(same.anew);

            return {
                node: el('div.columns', null, name.node, text.node),
                fields: [name, text],
                get: () => ({ name: name.get().trim(), value: same.get() })
            };
        }
    });

    if (ep.headers?.length) {
        list.node.append(el('p.hint', null, t('hook.masked')));
    }

    return {
        node: list.node, fields: list.fields,
        get: () => {
            const all = list.get().filter(h => h.name || h.value);
            return { headers: all.length ? all : undefined };
        },
        anew: on => values.forEach(value => value(on))
    };
}


/** The secret of one that is new.
 * @returns {Part} */
export function firstSecret() {
    const own = field({ pointer: '/secret', label: t('hook.own_secret'),
                        hint: t('hook.own_secret_hint'),
                        props: { dir: 'ltr' } });
    const which = field({
        pointer: '/secrets', label: t('hook.secret'), type: 'select',
        value: 'make', hint: t('hook.secret_hint'),
        options: [['make', t('hook.secret_make')],
                  ['own', t('hook.secret_own')],
                  ['none', t('hook.secret_none')]],
        changed: () => tell()
    });

    const tell = () => {
        own.node.hidden = which.get() !== 'own';
    };

    tell();

    return {
        node: group(t('hook.signature'), which.node, own.node),
        fields: () => [which, own],
        get: () => ({
            secret: which.get() === 'make' ? true
                    : which.get() === 'own' ? own.get().trim() : undefined
        })
    };
}


/** Conditions.
 * @param {any} ep
 * @returns {Part} */
export function filters(ep) {
    const list = rows({
        legend: t('hook.filter'), add: t('hook.add_filter'),
        values: listed(ep.filter), fresh: () => '',
        row: (value, index) => {
            const text = field({ pointer: () => `/filter/${index()}`,
                                 label: t('hook.condition'), value,
                                 props: { dir: 'ltr' } });
            return { node: text.node, fields: [text],
                     get: () => text.get().trim() };
        }
    });

    list.node.append(el('p.hint', null, t('hook.filter_hint'), ' ',
                        code('data.total >= 100000')));

    return {
        node: list.node, fields: list.fields,
        get: () => ({ filter: compact(list.get()) })
    };
}


/** What counts as delivered, and how often it is tried.
 * @param {any} ep
 * @returns {Part} */
export function retries(ep) {
    const success = field({
        pointer: '/success', label: t('hook.success'),
        hint: t('hook.success_hint'), value: listed(ep.success).join(','),
        props: { placeholder: '200', dir: 'ltr' }
    });

    const shown = el('div', { 'aria-live': 'polite' });
    const tell = () => redraw(shown, timetableNode(retry.get().retry));

    const retry = object('retry', t('hook.retry'), ep.retry, [
        { name: 'attempts', label: t('retry.attempts'), type: 'number',
          props: { placeholder: '12' }, changed: () => tell() },
        { name: 'first', label: t('retry.first'), hint: t('hook.time_hint'),
          props: { placeholder: '1m' }, changed: () => tell() },
        { name: 'factor', label: t('retry.factor'), type: 'number',
          props: { placeholder: '2' }, changed: () => tell() },
        { name: 'max', label: t('retry.max'), changed: () => tell() },
        { name: 'jitter', label: t('retry.jitter'), type: 'number',
          hint: t('retry.jitter_hint'), props: { placeholder: '0' } },
        { name: 'retry_after', label: t('retry.retry_after'),
          props: { placeholder: '1h' } },
        { name: 'gone', label: t('retry.gone'), type: 'select',
          value: ep.retry?.gone === 'ignore' ? 'ignore' : '',
          options: [['', t('retry.gone_pause')],
                    ['ignore', t('retry.gone_ignore')]] },
        { name: 'disable_after', label: t('retry.disable_after'),
          hint: t('retry.disable_hint'), props: { placeholder: 'off' } }
    ], shown);

    tell();

    return {
        node: el('div.stack', null, success.node, retry.node),
        fields: () => [success, ...retry.fields()],
        get: () => ({
            success: success.get().replace(/\s+/g, '') || undefined,
            ...retry.get()
        })
    };
}


/** How much it can bear, and what is waited for.
 * @param {any} ep
 * @returns {Part} */
export function limits(ep) {
    const parts = [
        object('limit', t('hook.limit'), ep.limit, [
            { name: 'inflight', label: t('limit.inflight'), type: 'number',
              props: { placeholder: '64' } },
            { name: 'rate', label: t('limit.rate'),
              hint: t('limit.rate_hint') },
            { name: 'burst', label: t('limit.burst'), type: 'number' }
        ]),
        object('timeout', t('hook.timeout'), ep.timeout, [
            { name: 'connect', label: t('timeout.connect'),
              props: { placeholder: '5s' } },
            { name: 'send', label: t('timeout.send'),
              props: { placeholder: '5s' } },
            { name: 'read', label: t('timeout.read'),
              props: { placeholder: '15s' } },
            { name: 'total', label: t('timeout.total'),
              props: { placeholder: '15s' } }
        ]),
        object('breaker', t('hook.breaker'), ep.breaker, [
            { name: 'failures', label: t('breaker.failures'),
              type: 'number' },
            { name: 'percent', label: t('breaker.percent'), type: 'number' },
            { name: 'window', label: t('breaker.window'),
              props: { placeholder: '1m' } },
            { name: 'hold', label: t('breaker.hold'),
              props: { placeholder: '30s' } }
        ])
    ];

    return joined(parts);
}


/** Order, and a body of its own.
 * @param {any} ep
 * @returns {Part} */
export function content(ep) {
    const order = typeof ep.order_by === 'object' ? ep.order_by ?? {}
                                                  : { path: ep.order_by };
    const path = field({ pointer: '/order_by', label: t('hook.order_by'),
                         hint: t('hook.order_hint'), value: order.path,
                         props: { placeholder: 'data.id', dir: 'ltr' } });
    const dead = field({
        pointer: '/order_by/on_dead', label: t('hook.on_dead'),
        type: 'select', value: order.on_dead === 'block' ? 'block' : '',
        options: [['', t('hook.on_dead_skip')],
                  ['block', t('hook.on_dead_block')]]
    });

    const json = ep.body !== undefined && ep.body !== null
                 && typeof ep.body !== 'string';
    const body = field({
        pointer: '/body', label: t('hook.body'), type: 'textarea',
        hint: t('hook.body_hint'),
        value: json ? JSON.stringify(ep.body, null, 2) : ep.body,
        props: { dir: 'ltr' }
    });

    return {
        node: el('div.stack', null,
                 group(t('hook.order'), path.node, dead.node), body.node),
        fields: () => [path, dead, body],
        get: () => {
            const by = path.get().trim();
            const text = body.get().trim();

            return {
                order_by: !by ? undefined
                    : dead.get() === 'block' ? { path: by, on_dead: 'block' }
                    : by,
                body: !text ? undefined : json ? parsed(text) : body.get()
            };
        }
    };
}


/** @param {string} text */
function parsed(text) {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}


/** @param {Part[]} parts
 * @returns {Part} */
function joined(parts) {
    return {
        node: el('div.stack', null, parts.map(p => p.node)),
        fields: () => parts.flatMap(p => p.fields()),
        get: () => Object.assign({}, ...parts.map(p => p.get()))
    };
}
