// LINE

import * as line from '@line/bot-sdk';

import {
    ONE_FORM, ONE_HEADER, agree, bodies, body, changed, hmac, nextOf, shown,
} from './frame.mjs';

function lines()
{
    const key = '8c570fa6dd201bb328f1c1eac23a96d8';
    const next = '0123456789abcdef0123456789abcdef';

    const sign = (text, by = key) => hmac('sha256', by, text, 'base64');

    const right = sign(body);
    const other = sign(body, next);

    const c = (name, want, value, more = {}) => ({
        name, want, keys: [key], body, ...more,
        headers: { 'x-line-signature': value },
    });

    let n = 0;

    while (!/[+/]/.test(sign(`${n}`))) {
        n++;
    }

    const events = '{"destination":"U8e742f61d673b39c7fff3cecb7536ef0",'
                   + '"events":[]}';

    return [
        c('plain', true, right),
        c('LINE\'s question at "Verify"', true, sign(events),
          { body: events }),

        ...Object.entries(bodies).map(([name, text]) =>
            c(name, true, sign(text), { body: text })),
        ...Object.entries(bodies).map(([name, text]) =>
            c(`${name}, and a blank`, false, sign(text),
              { body: `${text} ` })),
        ...Object.entries(bodies).map(([name, text]) =>
            c(`${name}, without its end`, false, sign(text),
              { body: text.slice(0, -1) + (text.length === 1 ? '2' : '') })),

        c('an empty body', true, sign(''), { body: '' }),
        c('a body that is not UTF-8', true,
          sign(Buffer.from('{"a":"\xe9"}', 'latin1')),
          { body: Buffer.from('{"a":"\xe9"}', 'latin1') }),

        c('changed', false, changed(right)),
        c('changed at its end', false,
          right.replace(/..=$/, (s) => (s[0] === 'A' ? 'B' : 'A') + s.slice(1))),
        c('with a bit behind its end', false,
          right.replace(/.=$/, (s) => nextOf(s[0]) + '='), { why: ONE_FORM }),
        c('without its padding', false, right.replace(/=+$/, ''),
          { why: ONE_FORM }),
        c('with more padding', false, `${right}=`, { why: ONE_FORM }),
        c('in the other alphabet', false,
          sign(`${n}`).replace(/\+/g, '-').replace(/\//g, '_'),
          { body: `${n}`, why: ONE_FORM }),
        c('with a blank in it', false, right.replace(/^(.{8})/, '$1 '),
          { why: ONE_FORM }),
        c('in small letters', false, right.toLowerCase()),
        c('in hexadecimal digits', false,
          Buffer.from(right, 'base64').toString('hex')),
        c('too short', false, right.slice(4)),
        c('too long', false, `AAAA${right}`),
        c('SHA-1', false, hmac('sha1', key, body, 'base64')),
        c('SHA-512', false, hmac('sha512', key, body, 'base64')),
        c('with a name', false, `sha256=${right}`),
        c('the key itself', false, key),
        c('an empty header', false, ''),
        c('no header', false, undefined),
        c('the header twice', false, [right, right],
          { why: 'of two the package sees the first one, as Node.js reads '
                 + 'base64 to its padding; ' + ONE_HEADER }),
        c('two, the wrong one first', false, [changed(right), right]),
        c('another key', false, other),
        c('a key in capitals', false, right, { keys: [key.toUpperCase()] }),
        c('the bytes of the key', false,
          sign(body, Buffer.from(key, 'hex'))),
        c('a rotation, by the old key', true, right, { keys: [next, key] }),
        c('a rotation, by the new key', true, other, { keys: [next, key] }),
        c('a rotation, by neither', false, changed(right),
          { keys: [next, key] }),
    ];
}

await agree('@line/bot-sdk', 'line', lines(), ({ keys, headers, body }) =>
    keys.some((key) => line.validateSignature(
        Buffer.from(body), key, shown(headers)['x-line-signature'])));
