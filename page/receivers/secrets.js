/*
 * Keys of a receiver's callers: those that are kept, of which nobody sees more
 * than a hint, and new ones.
 */

import { t } from '../text.js';
import { el, code, moment } from '../ui.js';
import { field, rows } from '../form.js';
import { many } from '../members.js';

/** @typedef {import('../members.js').Part} Part */

/**
 * @param {any} value "secrets" of a member, as the API shows it
 * @param {object} o
 * @param {() => string} o.at       the pointer of the member around
 * @param {boolean} [o.make]        the server can make one
 * @param {boolean} [o.ends]        they can have an end
 * @param {boolean} [o.begin]       there is a row for a new one already
 * @param {number} [o.lines]        what is pasted has so many
 * @returns {Part}
 */
export function secrets(value, { at, make, ends, begin, lines = 1 }) {
    const kept = many(value);
    const here = () => `${at()}/secrets`;

    const made = rows({
        legend: t('receiver.secrets'),
        add: t('receiver.secrets.add'),
        values: kept.length || !begin ? kept : [{}],
        fresh: () => ({}),
        max: 8,
        row: (v, index) => v.id ? old(v, () => `${here()}/${index()}`, ends)
                                : fresh(() => `${here()}/${index()}`, make,
                                        lines)
    });

    return {
        node: made.node,
        fields: made.fields,
        get: () => {
            const all = made.get().filter(Boolean);
            return all.length ? all : undefined;
        }
    };
}


/** @param {any} v
 * @param {() => string} at
 * @param {boolean | undefined} ends */
function old(v, at, ends) {
    const until = ends ? field({
        pointer: () => `${at()}/expires`,
        label: t('receiver.secrets.expires'),
        type: 'datetime-local',
        value: v.expires ? local(v.expires) : ''
    }) : null;

    const before = until?.get();

    return {
        node: el('div.stack', null,
            el('p', null, code(v.hint ?? v.id), ' ',
               v.created ? [t('receiver.secrets.since'), ' ',
                            moment(v.created)] : ''),
            until?.node),

        get: () => !until || until.get() === before ? { id: v.id }
                   : { id: v.id, expires: until.get()
                         ? new Date(until.get()).toISOString() : null },

        fields: until ? [until] : []
    };
}


/** A time as an input shows it, where the reader is.
 * @param {string} at */
function local(at) {
    const d = new Date(at);
    return new Date(d.getTime() - d.getTimezoneOffset() * 60000)
           .toISOString().slice(0, 16);
}


/** @param {() => string} at
 * @param {boolean | undefined} make
 * @param {number} lines */
function fresh(at, make, lines) {
    const given = field({
        pointer: () => `${at()}/secret`,
        label: t('receiver.secrets.new'),
        type: lines > 1 ? 'textarea' : 'text',
        props: { class: 'code', ...lines > 1 ? { rows: lines } : {} }
    });

    const own = make ? field({
        pointer: () => `${at()}/generate`,
        label: t('receiver.secrets.make'),
        type: 'checkbox',
        changed: on => {
            given.node.hidden = on;
        }
    }) : null;

    return {
        node: el('div.stack', null, given.node, own?.node),
        get: () => own?.get() ? { generate: true }
                   : given.get() ? { secret: given.get() } : null,
        fields: own ? [given, own] : [given]
    };
}
