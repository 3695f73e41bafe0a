/*
 * Who may call: the preset of a sender, its keys, and what that preset needs.
 */

import { t, word } from '../text.js';
import { el, disclosure, newId, outside } from '../ui.js';
import { field } from '../form.js';
import { parts, many, part } from '../members.js';
import { presets, preset } from './presets.js';
import { parameters } from './members.js';
import { secrets } from './secrets.js';

/** @typedef {import('../members.js').Part} Part */
/** @typedef {import('./presets.js').Preset} Preset */

/** The presets in their groups, as a select has them.
 * @param {string} chosen */
function choices(chosen) {
    /** @type {any[]} */
    const out = [el('option', { value: '', selected: chosen === '' },
                    t('receiver.verify.none'))];

    for (const name of ['any', 'asia', 'world']) {
        out.push(el('optgroup', { label: word('preset_group', name) },
            presets.filter(p => p.group === name).map(p =>
                el('option', { value: p.name, selected: p.name === chosen },
                   p.name === 'bearer' || p.name === 'basic'
                   || p.name === 'standard' || p.group !== 'any'
                   ? p.who : word('preset', p.name)))));
    }

    if (chosen && !preset(chosen)) {
        out.push(el('option', { value: chosen, selected: true }, chosen));
    }

    return out;
}


/** What a preset needs of the parameters.
 * @param {Preset | undefined} p */
function needs(p) {
    return [p?.app && 'app', p?.url && 'url',
            ...p?.place ? ['header', 'query', 'field'] : [],
            p?.string && 'string'];
}


/**
 * @param {any} value  "verify" of a receiver, or nothing
 * @param {{ changed?: (preset: Preset | undefined) => void }} [o]
 * @returns {Part}
 */
export function verify(value, { changed } = {}) {
    const begin = value?.preset ?? '';
    const inside = el('div.stack');
    /** @type {{ get: () => any, fields: () => any[] }} */
    let inner;

    const choice = field({
        pointer: '/verify/preset',
        label: t('receiver.verify.preset'),
        hint: t('receiver.verify.preset.hint'),
        type: 'select',
        changed: () => {
            build();
            changed?.(preset(choice.get()));
        }
    });

    choice.input.append(...choices(begin));

    function build() {
        const name = choice.get();
        const p = preset(name);
        const given = name === begin ? value : null;

        if (name === '') {
            inner = { get: () => undefined, fields: () => [] };
            inside.replaceChildren(el('p.hint', null,
                                      t('receiver.verify.none.hint')));
            return;
        }

        const keys = secrets(given?.secrets, {
            at: () => '/verify', make: p?.make, ends: true, begin: true,
            lines: p?.kind === 'public' ? 6 : 1
        });

        const all = parts(parameters, given, {
            texts: 'verify.', at: () => '/verify'
        });

        const wanted = needs(p);
        const others = parameters.map(m => m.name)
                                 .filter(n => !wanted.includes(n));
        const node = (/** @type {any} */ n) =>
            /** @type {HTMLElement} */ (all.by.get(n)?.node);

        const more = disclosure(t('receiver.more'), newId('verify'),
                                el('div.stack', null, others.map(node)));

        if (others.some(n => all.by.get(n)?.get() !== undefined)) {
            more.setAttribute('open', '');
        }

        inner = {
            fields: () => [...keys.fields(), ...all.fields()],
            get: () => {
                const list = keys.get();
                return { preset: name, ...list ? { secrets: list } : {},
                         ...all.get() };
            }
        };

        inside.replaceChildren(
            ...p ? [el('p.hint', null,
                       t('receiver.verify.key_is'), ' ', outside(p.key),
                       p.app ? [' · ', t('receiver.verify.app_is'), ' ',
                                outside(p.app)] : '')] : [],
            keys.node, ...wanted.filter(Boolean).map(node), more);
    }

    build();

    return {
        node: el('div.stack', null, choice.node, inside),
        get: () => inner.get(),
        fields: () => [choice, ...inner.fields()]
    };
}


const SHAKES = ['meta', 'cloudevents', 'msgraph', 'dropbox', 'asana'];

/**
 * Questions that senders ask before they call: a row each.
 * @param {any} value
 * @param {() => string} at
 */
export function handshake(value, at) {
    const v = typeof value === 'string' ? { type: value } : value ?? {};
    const inside = el('div.stack');
    /** @type {Part[]} */
    let inner = [];

    const choice = field({
        pointer: () => `${at()}/type`,
        label: t('receiver.handshake.type'),
        type: 'select',
        options: [...SHAKES, ...!v.type || SHAKES.includes(v.type) ? []
                                                                 : [v.type]]
                 .map(name => [name, word('handshake', name)]),
        value: v.type ?? 'meta',
        changed: () => build()
    });

    function build() {
        const type = choice.get();
        const given = type === v.type ? v : {};
        const where = { texts: 'handshake.', at };

        inner = type === 'meta'
                ? [secrets(given.secrets, { at, begin: true })]
                : type === 'cloudevents'
                ? [part({ name: 'origins', kind: 'lines', hint: true,
                          example: 'eventgrid.azure.net' }, given.origins,
                        where),
                   part({ name: 'rate', kind: 'number' }, given.rate, where)]
                : [];

        inside.replaceChildren(...inner.map(p => p.node));
    }

    build();

    return {
        node: el('div.stack', null, choice.node, inside),

        get() {
            const type = choice.get();
            const [a, b] = inner.map(p => p.get());

            return type === 'meta' ? { type, ...a ? { secrets: a } : {} }
                   : type === 'cloudevents'
                     ? { type, ...a ? { origins: many(a) } : {},
                         ...b === undefined ? {} : { rate: b } }
                   : { type };
        },

        get fields() {
            return [choice, ...inner.flatMap(p => p.fields())];
        }
    };
}
