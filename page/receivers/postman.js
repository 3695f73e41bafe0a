/**
 * A call of a receiver as a Postman collection (v2.1), made of the line of
 * curl that the API answers to "sample".
 */

const schema
    = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';

/**
 * The words of a line for a shell: single and double quotes, and a backslash
 * before one character.
 *
 * @param {string} line
 * @returns {string[]}
 */
export function words(line) {
    /** @type {string[]} */
    const out = [];
    let word = '';
    let some = false;

    for (let i = 0; i < line.length; i++) {
        const c = line[i];

        if (c === "'") {
            const end = line.indexOf("'", i + 1);
            const stop = end < 0 ? line.length : end;

            word += line.slice(i + 1, stop);
            some = true;
            i = stop;

        } else if (c === '"') {
            some = true;

            for (i++; i < line.length && line[i] !== '"'; i++) {
                if (line[i] === '\\' && '"\\$`\n'.includes(line[i + 1])) {
                    i++;
                }

                word += line[i];
            }

        } else if (c === '\\') {
            i++;

            if (line[i] !== '\n' && i < line.length) {
                word += line[i];
                some = true;
            }

        } else if (/\s/.test(c)) {

            if (some || word) {
                out.push(word);
            }

            word = '';
            some = false;

        } else {
            word += c;
        }
    }

    if (some || word) {
        out.push(word);
    }

    return out;
}

/**
 * What a line of curl asks for.
 *
 * @param {string} line
 * @returns {{method: string, url: string, headers: {key: string, value:
 *     string}[], body: string|null}}
 */
export function curl(line) {
    const list = words(line);
    /** @type {{key: string, value: string}[]} */
    const headers = [];
    let method = '';
    let url = '';
    /** @type {string|null} */
    let body = null;

    for (let i = 1; i < list.length; i++) {
        const w = list[i];

        if (w === '-X' || w === '--request') {
            method = list[++i] ?? '';

        } else if (w === '-H' || w === '--header') {
            const header = list[++i] ?? '';
            const at = header.indexOf(':');

            if (at > 0) {
                headers.push({ key: header.slice(0, at).trim(),
                               value: header.slice(at + 1).trim() });
            }

        } else if (/^(-d|--data|--data-raw|--data-binary)$/.test(w)) {
            body = (body === null ? '' : body + '&') + (list[++i] ?? '');

        } else if (w === '--url') {
            url = list[++i] ?? '';

        } else if (/^https?:\/\//.test(w)) {
            url = w;
        }
    }

    return { method: method || (body === null ? 'GET' : 'POST'), url, headers,
             body };
}

/**
 * @param {string} name of the receiver
 * @param {string} description
 * @param {string} line of curl
 * @returns {object}
 */
export function collection(name, description, line) {
    const call = curl(line);
    const url = new URL(call.url);
    const type = call.headers.find((h) => /^content-type$/i.test(h.key));
    const json = !type || /json/i.test(type.value);

    /** @type {Record<string, any>} */
    const request = {
        method: call.method,
        header: call.headers.map((h) => ({ ...h, type: 'text' })),
        url: {
            raw: call.url,
            protocol: url.protocol.replace(':', ''),
            host: url.hostname.split('.'),
            ...(url.port ? { port: url.port } : {}),
            path: url.pathname.split('/').slice(1),
            ...(url.search ? {
                query: [...url.searchParams].map(([key, value]) =>
                    ({ key, value })),
            } : {}),
        },
        description,
    };

    if (call.body !== null) {
        request.body = {
            mode: 'raw',
            raw: call.body,
            options: { raw: { language: json ? 'json' : 'text' } },
        };
    }

    return {
        info: { name, description, schema },
        item: [{ name, request, response: [] }],
    };
}
