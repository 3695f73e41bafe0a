/*
 * What is shown once of a receiver that was made or rotated a moment ago: its
 * URL, or the end of it where the server does not know what it begins with, and
 * the key of its caller.  It is in the answer alone, and shown on the receiver's
 * own screen.
 */

/** @typedef {{ id: string, url: string | null, token: string | null,
 *              keys: string[] }} Made */

/** @type {Made | null} */
let made = null;

/** @param {any} answer of "create", "update" or "rotate" */
export function remember(answer) {
    made = {
        id: answer.id,
        url: typeof answer.token === 'string' ? answer.url ?? null : null,
        token: answer.token ?? null,
        keys: typeof answer.secret === 'string' ? [answer.secret] : []
    };
}

/** What was made of that receiver, once.
 * @param {string} id */
export function recall(id) {
    const found = made?.id === id ? made : null;
    made = null;
    return found;
}
