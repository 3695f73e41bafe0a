/*
 * Forms that know the API's members: each field has the JSON pointer of its
 * member, and what the API says of that pointer stands at the field.
 */

import { t } from './text.js';
import { Problem } from './api.js';
import { el, newId, sentence, notifyProblem, button } from './ui.js';

/** @typedef {import('./ui.js').Child} Child */

/**
 * @typedef {object} Field
 * @property {HTMLElement} node     to be put into the form
 * @property {any} input            the control itself
 * @property {() => string} pointer
 * @property {() => any} get        text, true or false, or what "read" makes
 * @property {(value: any) => void} set
 * @property {(text: string) => void} error   '': none
 * @property {() => void} focus
 */

/**
 * A field: a label, a control, a hint, and room for what is wrong.
 * @param {object} o
 * @param {string | (() => string)} o.pointer '/url'; a function where rows move
 * @param {string} o.label
 * @param {Child} [o.hint]
 * @param {'text' | 'url' | 'number' | 'password' | 'datetime-local' | 'search'
 *         | 'textarea' | 'select' | 'checkbox'} [o.type]
 * @param {any} [o.value]
 * @param {[string, string][]} [o.options] of a select: [value, label]
 * @param {Record<string, any>} [o.props]  more attributes of the control
 * @param {boolean} [o.required]
 * @param {(value: any) => void} [o.changed] at each change
 * @param {(value: any) => any} [o.read] makes of its value what get() returns
 * @returns {Field}
 */
export function field(o) {
    const { pointer, label, hint, type = 'text', value, options, required } = o;
    const id = o.props?.id ?? newId('field');
    const at = typeof pointer === 'function' ? pointer : () => pointer;
    const box = type === 'checkbox';

    const common = {
        id,
        required,
        'aria-describedby': `${hint ? `${id}-hint ` : ''}${id}-error`,
        spellcheck: 'false',
        autocomplete: 'off',
        ...o.props
    };

    /** @type {any} */
    const input =
        type === 'textarea' ? el('textarea', { rows: 4, dir: 'auto',
                                               ...common })
        : type === 'select' ? el('select', common, (options ?? []).map(
              ([v, text]) => el('option', { value: v }, text)))
        : el('input', { type, dir: box ? undefined : 'auto', ...common });

    const get = () => {
        const raw = box ? input.checked : input.value;
        return o.read ? o.read(raw) : raw;
    };

    const set = (/** @type {any} */ v) => {
        if (box) {
            input.checked = Boolean(v);
        } else {
            input.value = v ?? '';
        }
    };

    if (value !== undefined && value !== null) {
        set(value);
    }

    if (o.changed) {
        input.addEventListener(box || type === 'select' ? 'change' : 'input',
                               () => o.changed?.(get()));
    }

    const wrong = el('p.error', { id: `${id}-error`, dir: 'auto' });

    const name = el('label', { for: id }, label,
                    required && el('span.required', { 'aria-hidden': 'true' },
                                   ' *'));

    const node = el(`div.field${box ? '.check' : ''}`, null,
                    box ? [input, name] : [name, input],
                    hint && el('p.hint', { id: `${id}-hint` }, hint),
                    wrong);

    return {
        node, input, get, set,
        pointer: at,

        error(text) {
            wrong.textContent = text;
            node.classList.toggle('wrong', text !== '');

            if (text) {
                input.setAttribute('aria-invalid', 'true');
            } else {
                input.removeAttribute('aria-invalid');
            }
        },

        focus() {
            input.focus();
        }
    };
}


/** Fields that belong together.
 * @param {string} legend
 * @param {...Child} children */
export const group = (legend, ...children) =>
    el('fieldset', null, el('legend', null, legend), children);


/**
 * A form.  fields() are those that it has now; send() does what it is for, and
 * whatever it throws is shown: errors of a Problem at the fields of their
 * pointers, or of the nearest member above, all else at the top.
 * @param {object} o
 * @param {() => Field[]} o.fields
 * @param {Child} o.body           what is in it: nodes of fields, and others
 * @param {string} o.submit        the label of its button
 * @param {() => any} o.send
 * @param {Child} [o.actions]      more buttons
 * @param {string} [o.prefix]      before the API's pointers: '/endpoint'
 * @returns {{ node: HTMLFormElement, fail: (e: any) => void,
 *             clear: () => void }}
 */
export function form({ fields, body, submit, send, actions, prefix = '' }) {
    const top = el('div.failure', { role: 'alert', tabindex: -1,
                                    hidden: true });

    const clear = () => {
        top.hidden = true;
        top.replaceChildren();

        for (const f of fields()) {
            f.error('');
        }
    };

    const fail = (/** @type {any} */ e) => {
        if (e instanceof Problem && e.status === 401) {
            notifyProblem(e);
            return;
        }

        clear();

        const all = fields();
        const errors = e instanceof Problem ? e.errors : [];
        /** @type {Map<Field, string[]>} */
        const found = new Map();
        const rest = [];

        for (const { pointer, detail } of errors) {
            const p = pointer.startsWith(prefix)
                      ? pointer.slice(prefix.length) : pointer;
            const f = nearest(all, p);

            if (f) {
                found.set(f, [...found.get(f) ?? [], detail]);
            } else {
                rest.push(p ? `${p}: ${detail}` : detail);
            }
        }

        for (const [f, details] of found) {
            f.error(details.join('\n'));
        }

        if (rest.length || !errors.length) {
            top.hidden = false;
            top.append(el('p', { dir: 'auto' }, sentence(e)),
                       ...rest.map(x => el('p', { dir: 'auto' }, x)));
            top.focus();
            return;
        }

        const first = all.find(f => found.has(f));
        const folded = first?.node.closest('details:not([open])');

        folded?.setAttribute('open', '');
        first?.focus();
    };

    const go = el('button.primary', { type: 'submit' }, submit);

    const node = el('form', {
        novalidate: true,
        on: {
            submit: async (/** @type {Event} */ event) => {
                event.preventDefault();

                if (go.getAttribute('aria-busy')) {
                    return;
                }

                go.setAttribute('aria-busy', 'true');

                try {
                    clear();
                    await send();
                } catch (e) {
                    fail(e);
                } finally {
                    go.removeAttribute('aria-busy');
                }
            }
        }
    }, top, body, el('div.actions', null, go, actions));

    return { node, fail, clear };
}


/** @param {Field[]} fields
 * @param {string} pointer
 * @returns {Field | undefined} */
function nearest(fields, pointer) {
    for (let p = pointer; p !== ''; p = p.slice(0, p.lastIndexOf('/'))) {
        const f = fields.find(x => x.pointer() === p);
        if (f) {
            return f;
        }
    }

    return fields.find(f => f.pointer().startsWith(`${pointer}/`)
                            && pointer !== '');
}


/**
 * Rows that can be added and taken away: headers, filters, actions.
 * @param {object} o
 * @param {string} o.legend
 * @param {string} o.add          the label of the button that adds one
 * @param {any[]} o.values
 * @param {(value: any, index: () => number) => { node: HTMLElement, get: () => any,
 *          fields: Field[] }} o.row   index() is its place among the others
 * @param {() => any} [o.fresh]   the value of one that is added
 * @param {number} [o.max]
 * @param {() => void} [o.changed]
 * @returns {{ node: HTMLElement, get: () => any[], fields: () => Field[] }}
 */
export function rows({ legend, add, values, row, fresh, max = 64, changed }) {
    /** @type {{ node: HTMLElement, get: () => any, fields: Field[],
     *           outer: HTMLElement }[]} */
    const made = [];
    const list = el('div.rows');

    const make = (/** @type {any} */ value, focus = false) => {
        /** @type {any} */
        const one = {};
        const inner = row(value, () => made.indexOf(one));

        const remove = button(t('form.remove'), () => {
            const i = made.indexOf(one);
            made.splice(i, 1);
            one.outer.remove();
            (made[i]?.fields[0] ?? { focus: () => more.focus() }).focus();
            more.hidden = false;
            changed?.();
        }, { 'aria-label': t('form.remove_nth', { legend,
                                                  n: made.length + 1 }) });

        /* "fields" may be a getter, where those of a row come and go */

        Object.defineProperties(one, Object.getOwnPropertyDescriptors(inner));
        one.outer = el('div.rows-row', null, inner.node, remove);

        made.push(one);
        list.append(one.outer);
        more.hidden = made.length >= max;

        if (focus) {
            inner.fields[0]?.focus();
            changed?.();
        }
    };

    const more = button(add, () => make(fresh?.(), true));

    for (const value of values) {
        make(value);
    }

    return {
        node: el('fieldset', null, el('legend', null, legend), list, more),
        get: () => made.map(one => one.get()),
        fields: () => made.flatMap(one => one.fields)
    };
}
