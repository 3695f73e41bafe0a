/*
 * Elements, and what all screens are made of.  Nothing here, or anywhere, makes
 * elements of text: what comes from outside can only ever be text.
 */

import { t, word, time, ago, duration, number } from './text.js';
import { Problem } from './api.js';

const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {Node | string | number | boolean | null | undefined} Piece */
/** @typedef {Piece | Child[]} Child */
/** @typedef {Record<string, any>} Props */


/**
 * @typedef {{
 *     <K extends keyof HTMLElementTagNameMap>(name: K, props?: Props | null,
 *         ...children: Child[]): HTMLElementTagNameMap[K];
 *     (name: string, props?: Props | null, ...children: Child[]): HTMLElement;
 * }} Maker
 */

/**
 * An element: el('button.primary', { type: 'button', on: { click: f } }, 'Go').
 * Of props, "on" has listeners; "value", "checked", "selected", "open",
 * "disabled", "indeterminate" and "hidden" are properties; the rest are
 * attributes: true is an empty one, false, null and undefined are none.
 * @type {Maker}
 */
export const el = (
    /** @type {string} */ name, /** @type {Props | null | undefined} */ props,
    /** @type {Child[]} */ ...children) =>
{
    const [tag, ...classes] = name.split('.');
    return fill(document.createElement(tag), classes, props, children);
};


/** The same of SVG.
 * @param {string} name
 * @param {Props | null} [props]
 * @param {...Child} children
 * @returns {SVGElement} */
export function svg(name, props, ...children) {
    const [tag, ...classes] = name.split('.');
    return fill(document.createElementNS(SVG, tag), classes, props, children);
}


const PROPERTIES = new Set(['value', 'checked', 'selected', 'open', 'disabled',
                            'indeterminate', 'hidden']);

/** @param {any} node
 * @param {string[]} classes
 * @param {Props | null | undefined} props
 * @param {Child[]} children */
function fill(node, classes, props, children) {
    if (classes.length) {
        node.setAttribute('class', classes.join(' '));
    }

    for (const [name, value] of Object.entries(props ?? {})) {

        if (name === 'on') {
            for (const [event, handler] of Object.entries(value)) {
                node.addEventListener(event, handler);
            }

        } else if (name.startsWith('on') || name === 'style'
                   || name === 'srcdoc')
        {
            throw new Error(`"${name}" is no attribute of this page`);

        } else if (PROPERTIES.has(name)) {
            if (value !== undefined && value !== null) {
                node[name] = value;
            }

        } else if (name === 'class') {
            if (value) {
                node.setAttribute('class',
                                  [...classes, value].join(' '));
            }

        } else if (name === 'href' && !safe(value)) {
            continue;

        } else if (value !== false && value !== null && value !== undefined) {
            node.setAttribute(name, value === true ? '' : String(value));
        }
    }

    append(node, children);

    return node;
}


/** @param {any} href */
function safe(href) {
    return typeof href === 'string'
           && /^(#|https?:\/\/|blob:|[\w.-]+(\/|$))/i.test(href);
}


/** @param {Node} node
 * @param {any[]} children */
function append(node, children) {
    for (const child of children.flat(Infinity)) {
        if (child !== null && child !== undefined && child !== false) {
            node.appendChild(child instanceof Node
                             ? child
                             : document.createTextNode(String(child)));
        }
    }
}


/**
 * Puts other children in, for what is shown anew again and again: who had the
 * focus keeps it, what was open stays open, by their ids; and so do the places
 * of what can be scrolled.
 * @param {Element} node
 * @param {...Child} children
 */
export function redraw(node, ...children) {
    const active = document.activeElement;
    const focus = active && node.contains(active) ? active.id : '';

    const open = [...node.querySelectorAll('details[id][open]')]
                 .map(d => d.id);
    /** @type {[string, number][]} */
    const places = [...node.querySelectorAll('.scroll[id]')]
                   .map(d => [d.id, d.scrollLeft]);

    node.replaceChildren();
    append(node, children);

    const by = (/** @type {string} */ id) =>
        /** @type {any} */ (node.querySelector(`#${CSS.escape(id)}`));

    for (const id of open) {
        by(id)?.setAttribute('open', '');
    }

    for (const [id, left] of places) {
        const d = by(id);
        if (d) {
            d.scrollLeft = left;
        }
    }

    if (focus) {
        by(focus)?.focus({ preventScroll: true });
    }
}


let ids = 0;

/** An id that nothing else has. */
export const newId = (prefix = 'i') => `${prefix}-${++ids}`;


/* Text from outside */

/** Text that others wrote, apart from what stands around it.
 * @param {any} text */
export const outside = text => el('bdi', { dir: 'auto' }, String(text ?? ''));

/** The same where letters count: ids, types, URLs.
 * @param {any} text */
export const code = text => el('code', { dir: 'auto' }, String(text ?? ''));

/** Many lines, with a button that copies them.
 * @param {string} text
 * @param {{ label?: string, copy?: boolean }} [options] */
export function block(text, { label, copy: copied = true } = {}) {
    return el('div.block', null,
              copied && copyButton(text, label),
              el('pre.scroll', { tabindex: 0, dir: 'auto', role: 'region',
                                 'aria-label': label ?? t('ui.text') },
                 text));
}

/** JSON, or whatever it is, to be read.
 * @param {any} value JSON, or text that may be JSON */
export function pretty(value) {
    if (typeof value !== 'string') {
        return JSON.stringify(value, null, 2);
    }

    try {
        const parsed = JSON.parse(value);

        /* numbers that a double does not hold would be shown as others */

        return /\d{16}|\d[eE]|\.\d{15}/.test(value)
               ? value : JSON.stringify(parsed, null, 2);
    } catch {
        return value;
    }
}


/* Times and states */

/** How long ago, with the time itself.
 * @param {string | number | null | undefined} at */
export function when(at) {
    if (!at) {
        return el('span.none', null, '–');
    }

    const date = new Date(at);

    return el('time', { datetime: date.toISOString(), title: time(date) },
              ago(date));
}

/** Time and how long ago.
 * @param {string | number | null | undefined} at */
export function moment(at) {
    return at ? el('span', null, el('time', { datetime:
                                            new Date(at).toISOString() },
                                    time(at)), ' (', ago(at), ')')
              : el('span.none', null, '–');
}

/** @typedef {'ok' | 'warn' | 'bad' | 'busy' | 'idle'} Kind */

/** A word with a sign before it, so that it does not hang on its colour.
 * @param {Kind} kind
 * @param {string} text
 * @param {string} [title] */
export const badge = (kind, text, title) =>
    el(`span.badge.${kind}`, { title }, text);

/** @type {Record<string, Kind>} */
const STATES = {
    pending: 'idle', sending: 'busy', delivered: 'ok', dead: 'bad',
    cancelled: 'idle', running: 'busy', done: 'ok', ended: 'warn'
};

/** Of a delivery, or of a task.
 * @param {string} state */
export const stateBadge = state =>
    badge(STATES[state] ?? 'idle', word('state', state));

/** A status of HTTP.
 * @param {number | null | undefined} status */
export const statusBadge = status =>
    status ? badge(status < 300 ? 'ok' : status < 400 ? 'warn' : 'bad',
                   String(status))
           : el('span.none', null, '–');

/** Why an endpoint or a receiver does not act: by its code in the reader's
 * language, with the sentence of the API, which has the details.
 * @param {any} state as the API has it */
export function held(state) {
    const text = word('held', state.held_code);

    return !text || text === state.held_code
           ? outside(state.held)
           : [text, el('br'), el('span.hint', { dir: 'auto', lang: 'en' },
                                 state.held)];
}

/** What is wrong with an endpoint, the worst first; none: nothing is.
 * @param {any} state of an endpoint, as the API has it
 * @returns {HTMLElement[]} */
export function endpointBadges(state) {
    const late = state?.oldest_due
                 ? Date.now() - new Date(state.oldest_due).getTime() : 0;

    return /** @type {HTMLElement[]} */ ([
        state?.held && badge('bad', t('endpoint.held'), state.held),
        state?.breaker === 'open' && badge('bad', t('endpoint.open')),
        state?.dead > 0 && badge('bad', t('endpoint.dead', { n: state.dead })),
        state?.paused && badge('warn', t('endpoint.paused'),
                               state.reason ?? undefined),
        late > 60000 && !state?.paused && badge('warn', t('endpoint.late'))
    ].filter(Boolean));
}


/* Things to press */

/**
 * A button.  While what it does is under way it cannot be pressed again; what
 * goes wrong is told by notify().
 * @param {Child} label
 * @param {(event: Event) => any} act
 * @param {Props & { kind?: 'primary' | 'danger' | 'plain' }} [props]
 */
export function button(label, act, { kind, ...props } = {}) {
    const node = el('button', {
        type: 'button',
        class: kind,
        ...props,
        on: {
            click: async (/** @type {Event} */ event) => {
                if (node.getAttribute('aria-busy')) {
                    return;
                }

                node.setAttribute('aria-busy', 'true');

                try {
                    await act(event);
                } catch (e) {
                    notifyProblem(e);
                } finally {
                    node.removeAttribute('aria-busy');
                }
            }
        }
    }, label);

    return node;
}

/** A link to a screen: link('#/hooks', 'Hooks').
 * @param {string} href
 * @param {Child} label
 * @param {Props} [props] */
export const link = (href, label, props) =>
    el('a', { href, ...props }, label);

/** The fragment of a screen: hash('hooks', id), hash('deliveries', { state }).
 * @param {...(string | Record<string, any>)} parts */
export function hash(...parts) {
    const query = new URLSearchParams();
    let path = '#/';

    for (const part of parts) {
        if (typeof part === 'string') {
            path += (path === '#/' ? '' : '/') + encodeURIComponent(part);
            continue;
        }

        for (const [name, value] of Object.entries(part)) {
            if (value !== null && value !== undefined && value !== '') {
                query.set(name, String(value));
            }
        }
    }

    return String(query) ? `${path}?${query}` : path;
}

/** Copies a text.
 * @param {string | (() => string | Promise<string>)} text
 * @param {string} [what] its name, for those who do not see it */
export const copyButton = (text, what) =>
    button(t('ui.copy'), async () => {
        await copy(typeof text === 'string' ? text : await text());
        notify(t('ui.copied'));
    }, { class: 'copy', 'aria-label': what ? t('ui.copy_what', { what })
                                           : undefined });

/** @param {string} text */
async function copy(text) {
    if (navigator.clipboard) {
        await navigator.clipboard.writeText(text);
        return;
    }

    /* a page that came over http has none */

    const area = el('textarea', { class: 'away', 'aria-hidden': 'true',
                                  tabindex: -1 });
    const top = document.querySelector('dialog[open]') ?? document.body;
    const focus = document.activeElement;

    area.value = text;
    top.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();

    if (focus instanceof HTMLElement) {
        focus.focus();
    }

    if (!done) {
        throw new Error(t('ui.not_copied'));
    }
}

/** A secret, shown this once, with a button that copies it.
 * @param {string} value
 * @param {string} label */
export function secret(value, label) {
    const id = newId('secret');

    return el('div.secret', null,
              el('label', { for: id }, label),
              el('div.row', null,
                 el('input', { id, readonly: true, value, dir: 'ltr',
                               spellcheck: 'false', autocomplete: 'off',
                               on: { focus: (/** @type {any} */ e) =>
                                         e.target.select() } }),
                 copyButton(value, label)),
              el('p.hint', null, t('ui.shown_once')));
}

/** Gives the browser a file.
 * @param {string} name
 * @param {Blob | string} content */
export function download(name, content, type = 'application/octet-stream') {
    const blob = typeof content === 'string' ? new Blob([content], { type })
                                             : content;
    const href = URL.createObjectURL(blob);

    el('a', { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10000);
}


/* Tables and lists */

/**
 * @typedef {object} Column
 * @property {string} label
 * @property {(item: any, index: number) => Child} cell
 * @property {string} [class]  "number" is at the right
 * @property {boolean} [head]  it names the row
 */

/**
 * A table; on a narrow screen each row is a card, whose lines have the columns'
 * labels.  The roles are written out, since browsers forget them where a table
 * is not laid out as one.
 * @param {object} options
 * @param {string} options.caption read by those who do not see the page
 * @param {Column[]} options.columns
 * @param {any[]} options.rows
 * @param {string} [options.id]
 * @param {Child} [options.empty] what is shown where there are no rows
 * @param {(item: any) => Props} [options.row] props of its tr
 */
export function table({ caption, columns, rows, id, empty: none, row }) {
    if (rows.length === 0 && none !== undefined) {
        return none instanceof HTMLElement ? none : el('div', null, none);
    }

    return el('div.table', null,
        el('table', { id, role: 'table' },
           el('caption', null, caption),
           el('thead', { role: 'rowgroup' },
              el('tr', { role: 'row' }, columns.map(c =>
                  el('th', { scope: 'col', role: 'columnheader',
                             class: c.class }, c.label)))),
           el('tbody', { role: 'rowgroup' }, rows.map((item, i) =>
               el('tr', { role: 'row', ...row?.(item) }, columns.map(c =>
                   el(c.head ? 'th' : 'td',
                      { scope: c.head && 'row',
                        role: c.head ? 'rowheader' : 'cell',
                        class: c.class, 'data-label': c.label },
                      el('div', null, c.cell(item, i)))))))));
}

/** Names and values: [[name, value], ...]; pairs without a value are left out.
 * @param {([string, Child] | false | null | undefined)[]} pairs */
export const facts = pairs =>
    el('dl.facts', null, pairs.map(pair =>
        pair && pair[1] !== null && pair[1] !== undefined && pair[1] !== ''
        && pair[1] !== false
        && el('div', null, el('dt', null, pair[0]), el('dd', null, pair[1]))));

/** A part of a screen, with its heading.
 * @param {string} title
 * @param {...Child} children */
export function section(title, ...children) {
    const id = newId('section');

    return el('section', { 'aria-labelledby': id },
              el('h2', { id }, title), children);
}

/** What opens.
 * @param {string} summary
 * @param {string} id that it stays open by
 * @param {...Child} children */
export const disclosure = (summary, id, ...children) =>
    el('details', { id }, el('summary', { id: `${id}-summary` }, summary),
       children);


/* States of a screen */

/** There is nothing, and what can be done about it.
 * @param {string} text
 * @param {...Child} actions */
export const empty = (text, ...actions) =>
    el('div.empty', null, el('p', null, text), actions);

export const loading = () =>
    el('p.loading', { role: 'status' }, t('ui.loading'));

/** What went wrong, as a sentence for whoever reads the page.
 * @param {any} e */
export function sentence(e) {
    if (!(e instanceof Problem)) {
        return e instanceof Error ? e.message : String(e);
    }

    return e.status === 0 ? t('problem.unreachable')
         : e.status === 429 ? e.retryAfter
             ? t('problem.429_wait', { time: duration(e.retryAfter * 1000) })
             : t('problem.429')
         : e.detail || word('problem', String(e.status)) || e.message;
}

/** A part of a screen that could not be got.
 * @param {any} e
 * @param {() => any} [again] */
export function failure(e, again) {
    const status = e instanceof Problem ? e.status : 0;

    return el('div.failure', { role: 'alert' },
        el('h2', null, status === 403 ? t('problem.403.title')
                     : status === 404 ? t('problem.404.title')
                     : t('problem.title')),
        el('p', { dir: 'auto' }, sentence(e)),
        e instanceof Problem && e.requestId
        && el('p.hint', null, t('problem.request_id'), ' ',
              code(e.requestId)),
        again && button(t('ui.again'), again));
}


/**
 * What is asked for again and again: where that fails, what was got stays, and
 * what went wrong stands above it until it is well again.
 * @param {Element} area  where it is shown
 */
export function watched(area) {
    const above = el('div', { hidden: true });

    return {
        node: el('div.watched', null, above, area),

        /** @param {any} e
         * @param {() => any} again */
        failed(e, again) {
            area.querySelector(':scope > .loading')?.remove();
            above.hidden = false;
            redraw(above, failure(e, again));
        },

        well() {
            above.hidden = true;
            above.replaceChildren();
        }
    };
}


/* What is told */

/** @type {HTMLElement | undefined} */
let told;

/** The live region, which main.js puts into the page. */
export function notices() {
    told ??= el('div.notices', { role: 'status', 'aria-live': 'polite' });
    return told;
}

/** Tells what came of something: read out, and shown for a while.
 * @param {Child} text
 * @param {'ok' | 'bad'} [kind] */
export function notify(text, kind = 'ok') {
    const node = el(`p.notice.${kind}`, { dir: 'auto' }, text);

    /* a dialog makes all else deaf: the notices go where it is */

    (document.querySelector('dialog[open]') ?? document.body)
        .append(notices());

    notices().append(node);
    setTimeout(() => node.remove(), kind === 'bad' ? 12000 : 6000);
}

/** @param {any} e */
export function notifyProblem(e) {
    if (e instanceof DOMException && e.name === 'AbortError') {
        return;
    }

    if (e instanceof Problem && e.status === 401) {
        return;                         /* the login is shown */
    }

    const errors = e instanceof Problem
                   ? e.errors.map(x => `${x.pointer}: ${x.detail}`) : [];

    notify([sentence(e), errors.map(x => [el('br'), x])], 'bad');
}


/* Dialogs */

/**
 * A dialog, which has the focus until it is closed; it closes with what close()
 * is given, or with undefined.
 * @param {string} title
 * @param {(close: (value?: any) => void) => Child} build
 * @returns {Promise<any>}
 */
export function dialog(title, build) {
    return new Promise(resolve => {
        const id = newId('dialog');
        /** @type {any} */
        let result;

        /** @param {any} [value] */
        const close = value => {
            result = value;
            node.close();
        };

        const node = el('dialog', {
            'aria-labelledby': id,
            on: {
                close: () => {
                    if (node.contains(notices())) {
                        document.body.append(notices());
                    }

                    node.remove();
                    resolve(result);
                }
            }
        }, el('h2', { id, dir: 'auto' }, title), build(close));

        document.body.append(node);
        node.showModal();
    });
}

/** Asks: true if that is wanted.
 * @param {{ title: string, text: Child, action: string,
 *           kind?: 'primary' | 'danger' }} options */
export async function confirm({ title, text, action, kind = 'primary' }) {
    const answer = await dialog(title, close => [
        el('div', null, text),
        el('div.actions', null,
           button(t('ui.cancel'), () => close(false), { autofocus: true }),
           button(action, () => close(true), { kind }))
    ]);

    return answer === true;
}


/* The head of a screen */

/** Its heading, which gets the focus, and what can be done.
 * @param {Child} title
 * @param {{ lead?: Child, actions?: Child, back?: [string, string] }}
 *        [options] back: [href, label] */
export const head = (title, { lead, actions, back } = {}) =>
    el('header.head', null,
       back && el('nav', { 'aria-label': t('ui.back') },
                  link(back[0], ['← ', outside(back[1])])),
       el('div.title', null,
          el('h1', { tabindex: -1, dir: 'auto' }, title),
          actions && el('div.actions', null, actions)),
       lead && el('p.lead', null, lead));

/** "12 of 340": how much of a list is shown.
 * @param {number} n */
export const count = n => number(n);
