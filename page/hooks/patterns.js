// Event types, groups, and the patterns that an endpoint asks for them with.

/** @typedef {{ type: string, group: string, description: string, example: boolean,
 *              listeners: { id: string, name: string }[], listeners_count?: number }} EventType */


/**
 * Whether a pattern covers a type: "order.*" covers order.add, "*" all but the
 * module's own events.
 *
 * @param {string} pattern
 * @param {string} type
 */
export function matches(pattern, type) {
    if (pattern === '*') {
        return !type.startsWith('webhook.');
    }

    return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1))
                                  : pattern === type;
}


/**
 * @param {string[]} patterns
 * @param {string} type
 */
export function matchesAny(patterns, type) {
    return patterns.some((pattern) => matches(pattern, type));
}


/**
 * The types by their groups, in the order in which they are declared.
 *
 * @param {EventType[]} types
 * @returns {Map<string, EventType[]>}
 */
export function byGroup(types) {
    /** @type {Map<string, EventType[]>} */
    const groups = new Map();

    for (const type of types) {
        const group = type.group || '';

        groups.set(group, [...groups.get(group) ?? [], type]);
    }

    return groups;
}


/**
 * Patterns that stand for several types of a group: "order.*" where two or more
 * begin like that.
 *
 * @param {EventType[]} types
 */
export function prefixes(types) {
    /** @type {Map<string, number>} */
    const counts = new Map();

    for (const { type } of types) {
        const word = type.slice(0, type.indexOf('.') + 1);

        if (word) {
            counts.set(word, (counts.get(word) ?? 0) + 1);
        }
    }

    return [...counts].filter(([, count]) => count > 1).map(([word]) => `${word}*`);
}
