/*
 * What may be registered here, which nginx.conf says.
 */

import { get, Problem } from './api.js';
import { t } from './text.js';
import { code, el } from './ui.js';

/**
 * @typedef {object} Registry
 * @property {boolean} secrets     there is a key
 * @property {string[]} schemes
 * @property {number[] | null} ports  null: any
 * @property {boolean} confirm     a destination has to be confirmed
 * @property {{ uri: string, methods: string }[]} actions
 *                                 where receivers may lead
 * @property {string[]} emit       event types that receivers may make
 * @property {boolean} durable     calls may be kept, and done later
 * @property {string | null} receive  what URLs of receivers begin with
 */


/** Asks for it; where nothing of the kind can be registered that is a Problem
 * which says why.
 * @param {'endpoints' | 'receivers'} kind
 * @param {boolean} fresh  one more is to be registered
 * @param {AbortSignal} signal
 * @returns {Promise<Registry>} */
export async function registry(kind, fresh, signal) {
    const { data } = await get('limits', { signal });
    const r = data.registry;

    const why = !r ? t('registry.none')
                : !r.secrets ? t('registry.no_key')
                : kind === 'receivers' && !r.actions.length
                  ? t('registry.no_actions')
                : fresh && data[kind].left === 0
                  ? t('registry.full', { n: data[kind].limit }) : '';

    if (why) {
        throw new Problem(409, { detail: why });
    }

    return r;
}


/** Where hooks may lead, in sentences.
 * @param {Registry} r */
export const destinations = r => [
    el('p.hint', null, t('registry.schemes'), ' ', code(r.schemes.join(', ')),
       r.ports && [' · ', t('registry.ports'), ' ',
                   code(r.ports.join(', '))]),
    r.confirm && el('p.hint', null, t('registry.confirm'))
];


/** What actions of receivers may call.
 * @param {Registry} r */
export const actions = r =>
    el('p.hint', null, t('registry.actions'), ' ', r.actions.map((a, i) =>
        [i ? ', ' : '', code(`${a.methods} ${a.uri}`)]));
