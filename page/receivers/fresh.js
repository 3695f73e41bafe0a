/*
 * The URL of a receiver that was made or rotated a moment ago: it is in the
 * answer alone, and shown on the receiver's own screen.
 */

/** @type {{ id: string, url: string, keys: string[] } | null} */
let made = null;

/** @param {any} answer of "create" or "rotate" */
export function remember(answer) {
    made = typeof answer?.url === 'string'
           ? { id: answer.id, url: answer.url,
               keys: typeof answer.secret === 'string' ? [answer.secret] : [] }
           : null;
}

/** What was made of that receiver, once.
 * @param {string} id */
export function recall(id) {
    const found = made?.id === id ? made : null;
    made = null;
    return found;
}
