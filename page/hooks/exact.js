// JSON whose numbers stay what they are: a double does not hold all of them,
// such as ids of 20 digits, and writes others in its own way.

/* Nobody can write a text that begins so: it is another one each time. */

const MARK = `number-${Array.from(crypto.getRandomValues(new Uint8Array(12)),
                                  b => b.toString(16)).join('')}:`;

const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
const MARKED = new RegExp(`"${MARK}([^"]+)"`, 'g');


/**
 * What a JSON text says.  Numbers that would come out otherwise are texts in
 * it, which write() knows.
 *
 * @param {string} text
 * @returns {any}
 * @throws {SyntaxError} it is none
 */
export function read(text) {
    const plain = JSON.parse(text);
    let exact = true;

    const marked = text.replace(TOKENS, token => {
        if (token.startsWith('"') || String(Number(token)) === token) {
            return token;
        }

        exact = false;
        return `"${MARK}${token}"`;
    });

    return exact ? plain : JSON.parse(marked);
}


/**
 * The JSON text of what read() returned, or of what was made of it.
 *
 * @param {any} value
 * @param {number} [indent]
 * @returns {string}
 */
export const write = (value, indent) =>
    JSON.stringify(value, null, indent).replace(MARKED, '$1');
