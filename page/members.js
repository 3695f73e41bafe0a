/*
 * Parts of a form that are made of a table of members: each knows the pointer
 * of its member, gives its value as the API wants it, and undefined where that
 * is the default.
 */

import { t, word } from './text.js';
import { el, disclosure, newId } from './ui.js';
import { field, group, rows } from './form.js';

/** @typedef {import('./form.js').Field} Field */

/**
 * @typedef {object} Part
 * @property {HTMLElement} node
 * @property {() => any} get
 * @property {() => Field[]} fields
 */

/**
 * One member.  Its label is the word "member.PATH", its hint
 * "member.PATH.hint"; options have "member.PATH.OPTION".  PATH is as in
 * "actions.method".
 *
 *   text      a text; "" is the default
 *   number    a number where it is one; else the text, of which the API says
 *             what is wrong
 *   area      a text of many lines, such as a template
 *   lines     a list of texts, one a line
 *   words     a list of texts, with blanks or commas between them
 *   select    one of the options, the first of which is the default
 *   checks    a list of options
 *   object    members; first: the name of that which a text stands for
 *   list      rows of members, or of texts
 *
 * @typedef {object} Member
 * @property {string} name
 * @property {'text' | 'number' | 'area' | 'lines' | 'words' | 'select'
 *            | 'checks' | 'object' | 'list'} kind
 * @property {boolean} [required]
 * @property {boolean} [hint]
 * @property {string[]} [options]
 * @property {string[]} [fallback]   what checks are where nothing is set
 * @property {Member[]} [of]
 * @property {string} [first]
 * @property {boolean} [folded]      of an object: it opens
 * @property {string} [example]      shown where nothing is written yet
 * @property {number} [rows]
 * @property {string} [main]  of a list: whom a mistake in a row is about
 */

/** @param {any} value
 * @returns {any[]} */
export const many = value =>
    value === undefined || value === null ? []
    : Array.isArray(value) ? value : [value];

/** @param {any} value */
const plain = value =>
    typeof value === 'object' && value !== null && !Array.isArray(value);

const NUMBER = /^\d{1,15}(\.\d{1,9})?$/;

/** @param {any} value JSON as a text, and a text as it is */
const text = value =>
    value === undefined || value === null ? ''
    : typeof value === 'object' ? JSON.stringify(value, null, 2)
    : String(value);


/**
 * The part of a member.
 * @param {Member} member
 * @param {any} value
 * @param {{ texts: string, at: () => string,
 *           changed?: (value: any) => void }} where
 *        texts is what stands before a name in PATH, at() the pointer of the
 *        object that the member is in
 * @returns {Part}
 */
export function part(member, value, where) {
    const { name, kind } = member;

    if (kind === 'object') {
        return object(member, value, where);
    }

    if (kind === 'list') {
        return list(member, value, where);
    }

    if (kind === 'checks') {
        return checks(member, value, where);
    }

    const texts = where.texts + name;

    /** @type {Parameters<typeof field>[0]} */
    const o = {
        pointer: () => `${where.at()}/${name}`,
        label: word('member', texts),
        hint: member.hint && word('member', `${texts}.hint`),
        required: member.required,
        changed: where.changed,
        props: { placeholder: member.example }
    };

    if (kind === 'select') {
        const options = member.options ?? [];
        const known = text(value);

        return one(field({
            ...o,
            type: 'select',
            props: {},
            options: [...options, ...options.includes(known) || known === ''
                                     ? [] : [known]]
                     .map(v => [v, v === '' ? t('receiver.default')
                                   : options.includes(v)
                                     ? word('member', `${texts}.${v}`)
                                   : v]),
            value: known || options[0],
            read: v => v === options[0] && !member.required ? undefined : v
        }));
    }

    if (kind === 'lines') {
        return one(field({
            ...o,
            type: 'textarea',
            props: { rows: member.rows ?? 3, placeholder: member.example },
            value: many(value).map(text).join('\n'),
            read: v => some(String(v).split('\n'))
        }));
    }

    if (kind === 'words') {
        return one(field({
            ...o,
            value: many(value).map(text).join(' '),
            read: v => some(String(v).split(/[\s,]+/))
        }));
    }

    if (kind === 'area') {
        return one(field({
            ...o,
            type: 'textarea',
            props: { rows: member.rows ?? 5, class: 'code',
                     placeholder: member.example },
            value: text(value),
            read: v => v.trim() === '' ? undefined : v
        }));
    }

    return one(field({
        ...o,
        value: text(value),
        props: { placeholder: member.example,
                 inputmode: kind === 'number' ? 'numeric' : undefined },
        read: v => v.trim() === '' ? undefined
                   : kind === 'number' && NUMBER.test(v.trim())
                     ? Number(v) : v.trim()
    }));
}


/** @param {string[]} list */
function some(list) {
    const filled = list.map(x => x.trim()).filter(x => x !== '');
    return filled.length ? filled : undefined;
}


/** @param {Field} f
 * @returns {Part} */
const one = f => ({ node: f.node, get: f.get, fields: () => [f] });


/**
 * Parts of many members, as one whose value has those that are set.
 * @param {Member[]} members
 * @param {any} value
 * @param {Parameters<typeof part>[2]} where
 */
export function parts(members, value, where) {
    const made = members.map(m => /** @type {[string, Part]} */ (
                                  [m.name, part(m, value?.[m.name], where)]));

    return {
        by: new Map(made),
        nodes: made.map(([, p]) => p.node),
        fields: () => made.flatMap(([, p]) => p.fields()),

        get() {
            /** @type {Record<string, any>} */
            const out = {};

            for (const [name, p] of made) {
                const v = p.get();
                if (v !== undefined) {
                    out[name] = v;
                }
            }

            return out;
        }
    };
}


/** @param {Member} member
 * @param {any} value
 * @param {Parameters<typeof part>[2]} where
 * @returns {Part} */
function object(member, value, where) {
    const texts = where.texts + member.name;
    const { first } = member;

    const inner = parts(member.of ?? [],
                        plain(value) || !first ? value : { [first]: value },
                        { texts: `${texts}.`,
                          at: () => `${where.at()}/${member.name}`,
                          changed: where.changed });

    const what = [member.hint && el('p.hint', null,
                                    word('member', `${texts}.hint`)),
                  inner.nodes];

    const node = member.folded
                 ? disclosure(word('member', texts), newId('part'),
                              el('div.stack', null, what))
                 : group(word('member', texts), what);

    if (member.folded && Object.keys(inner.get()).length) {
        node.setAttribute('open', '');
    }

    return {
        node,
        fields: inner.fields,

        get() {
            const out = inner.get();
            const names = Object.keys(out);

            /* the rest says nothing of what is off */

            if (first && out[first] === undefined
                && member.of?.[0].kind === 'select')
            {
                return undefined;
            }

            return names.length === 0 ? undefined
                   : first && names.length === 1 && names[0] === first
                     ? out[first] : out;
        }
    };
}


/** @param {Member} member
 * @param {any} value
 * @param {Parameters<typeof part>[2]} where
 * @returns {Part} */
function list(member, value, where) {
    const texts = where.texts + member.name;

    const made = rows({
        legend: word('member', texts),
        add: word('member', `${texts}.add`),
        values: many(value),
        fresh: () => ({}),
        changed: () => where.changed?.(undefined),

        row(v, index) {
            const inner = parts(member.of ?? [],
                plain(v) || !member.first ? v : { [member.first]: v },
                { texts: `${texts}.`, changed: where.changed,
                  at: () => `${where.at()}/${member.name}/${index()}` });

            /* what is seldom needed opens */

            const folded = (member.of ?? []).filter(m => m.folded
                                                         && m.kind !== 'object'
                                                         && m.kind !== 'list');
            const hidden = folded.map(m => inner.by.get(m.name)?.node);
            const more = folded.length > 0
                         && disclosure(t('receiver.more'), newId('part'),
                                    el('div.stack', null,
                                       /** @type {any} */ (hidden)));

            if (more && folded.some(m => inner.by.get(m.name)?.get()
                                         !== undefined))
            {
                more.setAttribute('open', '');
            }

            const whole = row(() => `${where.at()}/${member.name}/${index()}`,
                              () => inner.by.get(member.main ?? '')
                                         ?.fields()[0]);

            return {
                node: el('div.stack', null, whole.node,
                         inner.nodes.filter(n => !hidden.includes(n)), more),
                get: inner.get,

                /* those of rows in rows come and go */

                get fields() {
                    return [...inner.fields(), whole];
                }
            };
        }
    });

    return {
        node: made.node,
        fields: made.fields,
        get: () => {
            const all = made.get();
            return all.length ? all : undefined;
        }
    };
}


/**
 * What is wrong with a row as a whole stands at its head, and the focus goes to
 * what it is most likely about.
 * @param {() => string} pointer
 * @param {() => Field | undefined} main
 * @returns {Field}
 */
function row(pointer, main) {
    const id = newId('row');
    const node = el('p.error', { id, dir: 'auto' });

    return {
        node, pointer,
        input: null,
        get: () => undefined,
        set: () => {},

        error(text) {
            const input = main()?.input;

            node.textContent = text;

            if (text) {
                input?.setAttribute('aria-invalid', 'true');
                input?.setAttribute('aria-describedby', [
                    ...(input.getAttribute('aria-describedby') ?? '')
                       .split(' ').filter((/** @type {string} */ x) =>
                           x !== id), id].join(' '));
            }
        },

        focus: () => main()?.focus()
    };
}


/** @param {Member} member
 * @param {any} value
 * @param {Parameters<typeof part>[2]} where
 * @returns {Part} */
function checks(member, value, where) {
    const texts = where.texts + member.name;
    const fallback = member.fallback ?? [];
    const chosen = many(value).length ? many(value) : fallback;

    const boxes = (member.options ?? []).map(option => ({
        option,
        field: field({
            pointer: () => `${where.at()}/${member.name}`,
            label: word('member', `${texts}.${option}`),
            type: 'checkbox',
            value: chosen.includes(option),
            changed: where.changed
        })
    }));

    return {
        node: group(word('member', texts),
                    member.hint && el('p.hint', null,
                                      word('member', `${texts}.hint`)),
                    el('div.checks', null, boxes.map(b => b.field.node))),
        fields: () => boxes.map(b => b.field),

        get() {
            const on = boxes.filter(b => b.field.get()).map(b => b.option);

            return on.length === fallback.length
                   && on.every(x => fallback.includes(x))
                   || on.length === 0 ? undefined : on;
        }
    };
}


/**
 * What changes one value into the other, by RFC 7396: members that are gone are
 * null.
 * @param {Record<string, any>} from
 * @param {Record<string, any>} to
 */
export function difference(from, to) {
    /** @type {Record<string, any>} */
    const out = {};

    for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
        const a = from[name];
        const b = to[name];

        if (JSON.stringify(a) === JSON.stringify(b)) {
            continue;
        }

        out[name] = b === undefined ? null
                    : plain(a) && plain(b) ? difference(a, b)
                    : b;
    }

    return out;
}
