// What many screens ask for: event types with their examples, and hooks' names.

import { get, list, path, Problem } from '../api.js';
import { read, write } from './exact.js';

/** @typedef {import('./patterns.js').EventType} EventType */


/** All event types.
 * @param {AbortSignal} [signal]
 * @returns {Promise<EventType[]>} */
export async function eventTypes(signal) {
    return (await get('events', { signal })).data.items;
}


/** What an event's data look like, as text; '' where there is no example.
 * @param {{ type: string, example: boolean } | undefined} type
 * @param {AbortSignal} [signal] */
export async function example(type, signal) {
    if (!type?.example) {
        return '';
    }

    const { data } = await get(path('events', type.type, 'example'),
                               { raw: true, signal });

    return write(read(await data.text()).data, 2);
}


/** Endpoints by id: as many as one answer has, and those that learn() asked
 * for; name() says what to call one.
 * @param {AbortSignal} [signal] */
export async function endpointNames(signal) {
    const all = list('endpoints', { limit: 200 }, signal);

    await all.more();

    /** @type {Map<string, any>} those that are gone are null */
    const by = new Map(all.items.map(ep => [ep.id, ep]));

    return {
        items: all.items,
        by,
        name: (/** @type {string} */ id) => by.get(id)?.name ?? id,

        /** Asks for some that are not known yet.
         * @param {string[]} ids */
        async learn(ids) {
            const those = [...new Set(ids)].filter(
                id => !by.has(id) && !id.startsWith('receiver:'));

            for (const id of those.slice(0, 20)) {
                try {
                    by.set(id, (await get(path('endpoints', id),
                                          { signal })).data);
                } catch (e) {
                    if (!(e instanceof Problem) || e.status !== 404) {
                        throw e;
                    }
                    by.set(id, null);
                }
            }
        }
    };
}
