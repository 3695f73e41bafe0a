// The module's XML, read back: docs/xml.md says how JSON is written in it.

import { read } from './exact.js';

/** @typedef {{ name: string, attributes: Record<string, string>,
 *              children: Element[], text: string }} Element */

/** @type {Record<string, string>} */
const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: '\'' };


/** The value that a document of this mapping says, as read() of exact.js has it.
 * @param {string} text
 * @returns {any}
 * @throws {SyntaxError} it is none */
export function readXml(text) {
    const root = parse(text);

    if (!root.attributes.type) {
        throw new SyntaxError('no XML of this mapping');
    }

    return value(root);
}


/** @param {string} text
 * @returns {Element} */
function parse(text) {
    const tokens = text.replace(/^\uFEFF?\s*(<\?[^>]*\?>)?\s*/, '')
        .matchAll(/<(\/?)([\w.-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)|</g);

    /** @type {Element} */
    const top = { name: '', attributes: {}, children: [], text: '' };
    const open = [top];

    for (const [all, close, name, attributes, empty, words] of tokens) {
        const in_ = open[open.length - 1];

        if (words !== undefined) {
            in_.text += plain(words);

        } else if (name === undefined) {
            throw new SyntaxError(`"${all}" in XML`);

        } else if (close) {
            if (open.length === 1 || in_.name !== name) {
                throw new SyntaxError(`</${name}> in XML`);
            }
            open.pop();

        } else {
            const one = { name, children: [], text: '',
                          attributes: Object.fromEntries(
                              [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)]
                              .map(([, key, v]) => [key, plain(v)])) };
            in_.children.push(one);

            if (!empty) {
                open.push(one);
            }
        }
    }

    if (open.length !== 1 || top.children.length !== 1 || top.text.trim()) {
        throw new SyntaxError('no XML document');
    }

    return top.children[0];
}


/** @param {string} text */
function plain(text) {
    return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
        (all, decimal, hex, name) =>
            decimal ? String.fromCodePoint(Number(decimal))
            : hex ? String.fromCodePoint(parseInt(hex, 16))
            : ENTITIES[name] ?? all);
}


/** @param {Element} e
 * @returns {any} */
function value(e) {
    const type = e.attributes.type ?? (e.children.length ? 'object' : 'string');

    switch (type) {
    case 'null':
        return null;
    case 'number':
    case 'boolean':
        return read(e.text);
    case 'array':
        return e.children.map(value);
    case 'object':
        return Object.fromEntries(e.children.map(c => [key(c), value(c)]));
    default:
        return e.attributes.escaped === 'true' ? JSON.parse(`"${e.text}"`)
                                               : e.text;
    }
}


/** @param {Element} e */
const key = e => e.attributes.key
    ?? (e.attributes['escaped-key'] === undefined ? e.name
        : JSON.parse(`"${e.attributes['escaped-key']}"`));
