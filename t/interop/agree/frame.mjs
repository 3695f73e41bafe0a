// What the calls of all packages have in common.
//
// A case is { name, headers, body, keys, url, want }: the values of headers may
// be lists, for a header that comes more than once, which Node.js shows to a
// package as one value with ", " between.  "want" is what both have to say.  In
// a case with "why" the package says the opposite of what the module has to,
// for that reason.

import * as crypto from 'node:crypto';

import { ask, ok, request } from '../peer.mjs';

const LEAST = 50;

const ONE_FORM = 'a signature has one form here: what is not of it is '
                 + 'another signature, which nobody made';
const ONE_NUMBER = 'a timestamp is digits here, and nothing else: what is '
                   + 'signed is what came';
const ONE_HEADER = 'which of two headers is meant, the sender and we may see '
                   + 'differently';
const BOUNDED = 'headers and lists are bounded here';
const BYTES = 'the package reads the body as UTF-8, and puts U+FFFD for what '
              + 'is none; here its bytes count';
const SHOWN = 'keys are taken here as senders show them';

const body = '{"test": 2432232314}';

// What any body may be.

const bodies = {
    'Vietnamese and beyond the BMP':
        '{"note":"\u0110\u01a1n h\u00e0ng \u2014 \u20ab 100.000 \u{1f6d2}"}',
    'Thai': '{"note":"\u0e02\u0e2d\u0e1a\u0e04\u0e38\u0e13"}',
    'CRLF and blanks': '{\r\n  "a" : 1\r\n}\r\n',
    'no JSON': 'a=1&b=2',
    'a byte order mark': '\ufeff{"a":1}',
    'a zero byte': '{"a":"\0"}',
    'escapes': '{"a":"\\u00e9\\/"}',
    '300 kB': JSON.stringify({ rows: Array(30000).fill('0123456') }),
    'one character': '1',
};

const hmac = (digest, key, text, encoding) =>
    crypto.createHmac(digest, key).update(text).digest(encoding);

const changed = (text) => text.replace(/[0-9a-zA-Z]/,
    (c) => c === 'A' ? 'B' : 'A');

// The next letter of base64, which differs in the last bit.

function nextOf(letter)
{
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
                    + '0123456789+/';

    return letters[letters.indexOf(letter) ^ 1];
}

async function passes(f)
{
    try {
        return await f() !== false;
    } catch (e) {
        return false;
    }
}

// What Node.js shows of headers, and what came.

const shown = (headers) => Object.fromEntries(
    Object.entries(headers).filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, [value].flat().join(', ')]));

const came = (headers) => Object.entries(headers)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => [value].flat().map((v) => [name, v]));

// Each case at the module and at the package, which "says" calls.

export async function agree(name, preset, cases, says)
{
    for (const c of cases) {
        const answer = await ask(request(
            { preset, keys: c.module ?? c.keys, url: c.url,
              now: Math.floor(Date.now() / 1000) },
            came(c.headers), Buffer.from(c.body)));

        if (answer.error === 'no such preset') {
            console.log(`Bail out! there is no preset "${preset}"`);
            process.exit(1);
        }

        // a key that is none refuses all

        const ours = answer.ok ?? false;
        const theirs = await passes(() => says(c));

        const good = ok(ours === c.want && theirs === (c.why ? !ours : ours),
                        `${name}: ${c.name}: ${c.want ? 'taken' : 'refused'}`
                        + (c.why ? `, but not by the package: ${c.why}` : ''));

        if (!good) {
            console.log(`# module: ${JSON.stringify(answer)}, `
                        + `package: ${theirs}`);
        }
    }

    ok(cases.length >= LEAST, `${name}: ${cases.length} calls`);
}

export { ONE_FORM, ONE_NUMBER, ONE_HEADER, BOUNDED, BYTES, SHOWN, bodies, body,
         changed, hmac, nextOf, shown };
