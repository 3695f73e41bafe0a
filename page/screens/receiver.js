/*
 * A receiver: its URL, calls to try it with, those that came, its settings.
 */

import { t, word, usec } from '../text.js';
import * as api from '../api.js';
import { el, head, held, hash, link, empty, section, facts, table, redraw,
         button, outside, code, block, pretty, when, moment, statusBadge, badge,
         notify, dialog, confirm, copyButton, download, secret, loading, newId,
         watched }
    from '../ui.js';
import { field, form } from '../form.js';
import { receiverBadges, caller, logged } from './receivers.js';
import { pause } from '../pause.js';
import { recall } from '../receivers/fresh.js';
import { collection, curl } from '../receivers/postman.js';
import { many } from '../members.js';
import { nodeField } from '../hooks/node-field.js';

/** @typedef {import('../main.js').Context} Context */

/** @type {Record<string, import('../ui.js').Kind>} */
const OUTCOMES = {
    ok: 'ok', accepted: 'ok', repeat: 'idle', skipped: 'idle',
    handshake: 'idle', dry_run: 'idle', test: 'idle', refused: 'warn',
    failed: 'bad'
};

/** What became of a call.
 * @param {string | null | undefined} outcome */
export const outcomeBadge = outcome =>
    badge(OUTCOMES[outcome ?? ''] ?? 'idle', word('outcome', outcome) || '–');


/** @type {import('../main.js').Screen} */
export default {
    title: 'receiver.title',

    async mount(root, [id], ctx) {
        const where = (/** @type {string[]} */ ...more) =>
            api.path('receivers', id, ...more);

        let { data: r, etag } = await api.get(where(), { signal: ctx.signal });

        const own = r.source !== 'nginx.conf';
        const may = own && ctx.may('company.setting');
        const made = recall(id);

        ctx.title(r.name);

        const stands = el('div.stack');
        const actions = el('div.actions');

        const draw = () => {
            redraw(stands, troubles(r));
            redraw(actions, [
                may && link(hash('receivers', id, 'edit'), t('receiver.edit'),
                            { class: 'button', id: 'edit' }),
                ctx.may('company.setting')
                && paused(r, where, (/** @type {any} */ now) => {
                    r = now;
                    draw();
                }),
                may && button(t('receiver.delete'),
                              () => remove(state, where, ctx),
                              { kind: 'danger', id: 'delete' })
            ]);
        };

        const state = {
            get r() { return r; },
            get etag() { return etag; },

            /** @param {any} answer */
            set(answer) {
                r = answer.data;
                etag = answer.etag ?? etag;
            }
        };

        draw();

        root.append(
            head(outside(r.name), {
                back: ['#/receivers', t('receivers.title')],
                lead: r.description ? outside(r.description) : undefined,
                actions
            }),
            stands,
            ...(made?.keys ?? []).map(k => secret(k, t('receiver.key.made'))),
            may ? urls(state, where, made)
            : own ? section(t('receiver.url'), code(r.url ?? '–'),
                            el('p.hint', null, t('receiver.url.viewer')))
            : section(t('receiver.url'), el('p', null,
                                            t('receiver.url.conf'))),
            ctx.may('company.setting') ? trial(r, where, may) : '',
            history(r, where, ctx),
            settings(r));
    }
};


/** How it is, and what is wrong, in sentences.
 * @param {any} r */
function troubles(r) {
    const { state } = r;

    return [
        el('p', null, receiverBadges(r).map(b => [b, ' '])),
        state?.held && el('p.warning', null, t('receiver.held.why'), ' ',
                          held(state)),
        state?.paused && el('p.warning', null,
            state.paused_by === 'store' ? t('hook.paused_store')
                                        : t('receiver.paused'), ' ',
            outside(state.reason ?? '')),
        state?.pending > 0 && el('p.hint', null,
            t('receiver.pending', { n: state.pending }))
    ];
}


/** What pauses a receiver whose actions can wait, or resumes one.
 * @param {any} r
 * @param {(...more: string[]) => string} where
 * @param {(now: any) => void} set */
function paused(r, where, set) {
    if (r.state?.paused && r.state.paused_by !== 'store') {
        return button(t('hook.resume'), async () => {
            set((await api.post(where('resume'))).data);
            notify(t('receiver.is_resumed'));
        }, { id: 'receiver-pause' });
    }

    return r.mode === 'durable' && button(t('hook.pause'), async () => {
        const now = await pause('receivers', r, t('receiver.pause.text'));

        if (now) {
            set(now);
            notify(t('receiver.is_paused'));
        }
    }, { id: 'receiver-pause' });
}


/* --- its URL --- */

/** @param {any} state
 * @param {(...more: string[]) => string} where
 * @param {import('../receivers/fresh.js').Made | null} made */
function urls(state, where, made) {
    const area = el('div.stack');
    const end = el('div');
    let known = made?.url ?? null;

    /* the server does not know what its URLs begin with: but how this one ends */

    const ends = (/** @type {any} */ answer) =>
        redraw(end, answer?.token && !answer.url
                    && [el('p.warning', null, t('receiver.url.no_receive')),
                        secret(answer.token, t('receiver.url.end'))]);

    ends(made);
    const id = newId('url');
    /** @type {any[]} */
    let others = [];

    const input = el('input', {
        id, readonly: true, dir: 'ltr', spellcheck: 'false',
        autocomplete: 'off', class: 'code',
        on: { focus: (/** @type {any} */ e) => e.target.select() }
    });

    async function reveal() {
        const { data } = await api.post(where('reveal'));

        known = data.url;
        others = data.tokens.slice(1);
        draw();

        if (known === null) {
            const { data: all } = await api.get('limits');

            throw new Error(all.registry && !all.registry.receive
                            ? t('receiver.url.no_receive')
                            : t('receiver.url.lost'));
        }

        return known;
    }

    function draw() {
        input.value = known ?? state.r.url ?? '';

        redraw(area,
            others.length > 0 && table({
                caption: t('receiver.url.others'),
                rows: others,
                columns: [
                    { label: t('receiver.url.old'), head: true,
                      cell: u => code(u.url ?? u.id) },
                    { label: t('receiver.url.until'), cell: u =>
                        u.expires ? moment(u.expires) : t('receiver.never') }
                ]
            }));
    }

    draw();

    return section(t('receiver.url'),
        el('div.field', null,
           el('label', { for: id }, t('receiver.url.label')),
           el('div.row', null, input,
              copyButton(async () => known ?? await reveal(),
                         t('receiver.url')),
              button(t('receiver.url.show'), reveal, { id: 'reveal' }),
              button(t('receiver.rotate'), async () => {
                  const answer = await rotate(state, where);

                  if (answer) {
                      state.set(answer);
                      known = answer.data.url;
                      others = [];
                      draw();
                      ends(answer.data);
                      notify(t('receiver.rotated'));
                      input.focus();
                  }
              }, { id: 'rotate' })),
           el('p.hint', null, t('receiver.url.hint'))),
        end, area);
}


/** Asks how long the old URL holds, and makes another.
 * @param {any} state
 * @param {(...more: string[]) => string} where */
function rotate(state, where) {
    return dialog(t('receiver.rotate.title'), close => {
        const other = field({
            pointer: '/overlap',
            label: t('receiver.rotate.overlap'),
            type: 'select',
            options: ['0', '1h', '24h', '7d', '30d'].map(v =>
                [v, word('overlap', v)]),
            value: '24h',
            hint: t('receiver.rotate.hint')
        });

        return form({
            fields: () => [other],
            body: [el('p', null, t('receiver.rotate.text')), other.node],
            submit: t('receiver.rotate.go'),
            actions: button(t('ui.cancel'), () => close()),

            async send() {
                const overlap = other.get();

                close(await api.post(where('rotate'),
                                     overlap === '0' ? {} : { overlap },
                                     { version: state.etag
                                                ?? state.r.version }));
            }
        }).node;
    });
}


/** @param {any} state
 * @param {(...more: string[]) => string} where
 * @param {Context} ctx */
async function remove(state, where, ctx) {
    const version = state.etag ?? state.r.version;

    if (!await confirm({
        title: t('receiver.delete.title'),
        text: [el('p', null, outside(state.r.name)),
               el('p', null, t('receiver.delete.text'))],
        action: t('receiver.delete'),
        kind: 'danger'
    })) {
        return;
    }

    try {
        await api.del(where(), { version });

    } catch (e) {
        const waiting = e instanceof api.Problem && e.status === 409
                        ? (e.body.pending ?? 0) + (e.body.sending ?? 0) : 0;

        if (!waiting || !await confirm({
            title: t('receiver.delete.title'),
            text: t('receiver.delete.waiting', { n: waiting }),
            action: t('receiver.delete.anyway'),
            kind: 'danger'
        })) {
            if (!waiting) {
                throw e;
            }

            return;
        }

        await api.del(where(), { version, query: { cancel: 1 } });
    }

    notify(t('receiver.deleted'));
    ctx.go('#/receivers');
}


/* --- tried --- */

/** @param {any} r
 * @param {(...more: string[]) => string} where
 * @param {boolean} samples  a sample can be made */
function trial(r, where, samples) {
    const result = el('div.stack', { 'aria-live': 'polite' });

    const body = field({
        pointer: '/body', label: t('receiver.try.body'), type: 'textarea',
        hint: samples ? t('receiver.try.body.hint') : undefined,
        props: { rows: 6, id: 'try-body' }
    });

    const type = field({
        pointer: '/content_type', label: t('receiver.try.type'),
        type: 'select', value: '',
        options: [['', 'application/json'],
                  ...['application/x-www-form-urlencoded', 'application/xml',
                      'text/plain'].map(v =>
                          /** @type {[string, string]} */ ([v, v]))]
    });

    const sample = async () => {
        const given = body.get();
        const { data } = await api.post(where('sample'),
                                        given.trim() ? { body: given } : {});
        return data.command;
    };

    return section(t('receiver.try'),
        el('p.hint', null, t('receiver.try.hint')),
        form({
            fields: () => [body, type],
            submit: t('receiver.try.go'),
            body: [body.node, type.node],
            actions: samples && [
                button(t('receiver.try.fill'), async () => {
                    const call = curl(await sample());
                    body.set(call.body === null ? '' : pretty(call.body));
                    body.focus();
                }, { id: 'fill' }),
                button(t('receiver.try.sample'), async () => {
                    const command = await sample();

                    result.replaceChildren(
                        el('h3', { tabindex: -1 }, t('receiver.try.sample')),
                        el('p.hint', null, t('receiver.try.sample.hint')),
                        block(command, { label: t('receiver.try.sample') }));
                    arrive(result);
                }, { id: 'sample' }),
                button(t('receiver.try.postman'), async () => {
                    const command = await sample();
                    const json = collection(r.name, r.description ?? '',
                                            command);

                    download(`${file(r.name)}.postman_collection.json`,
                             JSON.stringify(json, null, 2),
                             'application/json');
                    notify(t('receiver.try.downloaded'));
                }, { id: 'postman' })
            ],

            async send() {
                const given = { body: body.get(),
                                ...type.get() ? { content_type: type.get() }
                                              : {} };
                const { data } = await api.post(where('dry-run'), given);

                result.replaceChildren(tried(data));
                arrive(result);
            }
        }).node,
        result);
}


/** @param {HTMLElement} area */
function arrive(area) {
    const h = area.querySelector('h3');

    if (h instanceof HTMLElement) {
        h.focus();
    }
}


/** A name of a file that any system takes.
 * @param {string} name */
const file = name =>
    name.normalize('NFKD').replace(/[^\w.-]+/g, '-').replace(/^[-.]+|-+$/g, '')
        .slice(0, 64) || 'receiver';


/** What came of a dry run, or of a replay.
 * @param {any} data */
export function tried(data) {
    const answer = data.answer;
    const calls = Array.isArray(answer?.calls) ? answer.calls : null;
    const would = calls && answer.answer !== undefined ? answer.answer
                  : calls ? null : answer;

    return el('div.card', null,
        el('h3', { tabindex: -1 },
           calls ? t('receiver.tried.dry') : t('receiver.tried')),
        facts([
            [t('receiver.tried.status'), statusBadge(data.status)],
            data.error && [t('receiver.tried.error'), outside(data.error)],
            answer?.skipped && [t('receiver.tried.skipped'),
                                code(answer.condition ?? '')]
        ]),
        calls && el('h3', null, t('receiver.tried.calls',
                                  { n: calls.length })),
        calls?.map((/** @type {any} */ c) => el('div.card', null,
            el('p', null, badge('idle', c.method), ' ', code(c.uri)),
            c.template && el('p.hint', null, t('receiver.tried.template')),
            c.body !== null && c.body !== undefined
            && block(pretty(c.body), { label: t('call.action.body') }))),
        would !== null && would !== undefined && would !== ''
        && [el('h3', null, t('receiver.tried.answer')),
            block(pretty(typeof would === 'object' && 'body' in would
                         && calls ? would.body ?? would : would),
                  { label: t('receiver.tried.answer') })]);
}


/* --- calls that came --- */

/** @param {any} r
 * @param {(...more: string[]) => string} where
 * @param {Context} ctx */
function history(r, where, ctx) {
    const area = el('div.stack', null, loading());
    const watch = watched(area);

    /** @type {Record<string, string>} */
    const asked = { status: ctx.query.get('status') ?? '',
                    node: ctx.query.get('node') ?? '' };

    const change = (/** @type {string} */ name) =>
        (/** @type {string} */ value) => {
            asked[name] = value.trim();
            ctx.setQuery(asked);
            list = fresh();
            now();
        };

    const status = field({
        pointer: '/status', label: t('receiver.calls.status'), type: 'select',
        options: [['', t('receiver.calls.all')], ['2xx', '2xx'],
                  ['4xx', '4xx'], ['5xx', '5xx']],
        value: asked.status,
        props: { id: 'calls-status' },
        changed: change('status')
    });

    /* of a cluster: without it the calls are this node's */

    const node = ctx.who.node && nodeField(ctx.who.node, asked.node, 'calls',
                                           change('node'));

    const fresh = () => api.list(where('calls'), { ...asked, limit: 20 },
                                 ctx.signal);
    let list = fresh();

    function draw() {
        const on = logged(r) !== word('log_calls', 'off');

        redraw(area, table({
            caption: t('receiver.calls'),
            id: 'calls',
            rows: list.items,
            empty: empty(on || asked.status || asked.node
                         ? t('receiver.calls.empty')
                         : t('receiver.calls.off')),
            columns: [
                { label: t('receiver.calls.time'), head: true, cell: c =>
                    link(hash('receivers', r.id, 'calls', c.id), when(c.time),
                         { id: `c-${c.id}` }) },
                ...list.items.some(c => c.node)
                   ? [{ label: t('filter.node'),
                        cell: (/** @type {any} */ c) =>
                            c.node ? code(c.node) : '–' }] : [],
                { label: t('receiver.calls.outcome'),
                  cell: c => outcomeBadge(c.outcome) },
                { label: t('receiver.calls.answered'),
                  cell: c => statusBadge(c.status) },
                { label: t('receiver.calls.took'), class: 'number',
                  cell: c => usec(c.total_usec) },
                { label: t('receiver.calls.remote'),
                  cell: c => code(c.remote ?? '–') },
                { label: t('receiver.calls.error'),
                  cell: c => c.error ? outside(c.error) : '–' }
            ]
        }), !list.done && button(t('ui.more'), async () => {
            await list.more();
            draw();
        }, { id: 'more-calls' }));
    }

    const now = api.poll(async () => {
        const mine = list;

        await mine.refresh();

        if (mine === list) {
            watch.well();
            draw();
        }
    }, { signal: ctx.signal, failed: e => watch.failed(e, () => now()) });

    return section(t('receiver.calls'), el('form.filters', {
        on: { submit: (/** @type {Event} */ e) => e.preventDefault() }
    }, status.node, node && node.node), watch.node);
}


/* --- its settings --- */

/** @param {any} r */
function settings(r) {
    const texts = (/** @type {any} */ v) => many(v).map((x, i) =>
        [i ? ', ' : '', code(typeof x === 'object' ? JSON.stringify(x) : x)]);

    return section(t('receiver.settings'), facts([
        [t('receiver.settings.id'), code(r.id)],
        r.company && [word('member', 'company'), outside(r.company)],
        [word('member', 'mode'), word('member', `mode.${r.mode ?? 'sync'}`)],
        r.model && [word('member', 'model'), code(r.model)],
        many(r.models).length > 0 && [word('member', 'models'),
                                      texts(r.models)],
        r.source !== 'nginx.conf' && [t('receivers.caller'), caller(r)],
        many(r.accept).length > 0 && [word('member', 'accept'),
                                      texts(r.accept)],
        many(r.require).length > 0 && [word('member', 'require'),
                                       texts(r.require)],
        many(r.filter).length > 0 && [word('member', 'filter'),
                                      texts(r.filter)],
        many(r.skip).length > 0 && [word('member', 'skip'), texts(r.skip)],
        many(r.dedupe).length > 0 && [word('member', 'dedupe'),
                                      texts(r.dedupe)],
        ...many(r.actions).map(a => /** @type {[string, any]} */ (
            [word('member', 'actions'), [badge('idle', a.method), ' ',
                                         code(a.uri)]])),
        many(r.emit).length > 0 && [word('member', 'emit'),
                                    texts(many(r.emit).map(e => e.type))],
        [word('member', 'log_calls'), logged(r)],
        many(r.redact).length > 0 && [word('member', 'redact'),
                                      texts(r.redact)],
        r.updated && [t('receiver.settings.updated'), moment(r.updated)],
        r.by && [t('receiver.settings.by'), outside(r.by)]
    ]));
}
