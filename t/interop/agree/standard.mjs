// Standard Webhooks, by its own package and by Svix's

import { Webhook as Standard } from 'standardwebhooks';
import { Webhook as Svix } from 'svix';

import {
    ONE_FORM, ONE_NUMBER, ONE_HEADER, BOUNDED, BYTES, SHOWN, agree, bodies, body,
    changed, hmac, nextOf, shown,
} from './frame.mjs';

function standard(prefix)
{
    const now = Math.floor(Date.now() / 1000);
    const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const next = 'whsec_' + Buffer.alloc(32, 'n').toString('base64');
    const odd = Buffer.alloc(25, 'o').toString('base64');
    const bytes = (key) => Buffer.from(key.replace('whsec_', ''), 'base64');

    const sign = (text, { id = 'msg_1', at = now, key = whsec } = {}) =>
        hmac('sha256', bytes(key),
             Buffer.concat([Buffer.from(`${id}.${at}.`), Buffer.from(text)]),
             'base64');

    const right = sign(body);
    const other = sign(body, { key: next });

    const c = (name, want, list, more = {}) => ({
        name, want, keys: [whsec], body, ...more,
        headers: {
            [`${prefix}-id`]: 'msg_1',
            [`${prefix}-timestamp`]: String(now),
            [`${prefix}-signature`]: list,
            ...Object.fromEntries(Object.entries(more.headers ?? {})
                .map(([n, v]) => [`${prefix}-${n}`, v])),
        },
    });

    // with another id or timestamp

    const at = (name, want, value, more = {}) =>
        c(name, want, `v1,${sign(body, { at: more.at ?? value })}`,
          { ...more, headers: { timestamp: value } });

    const id = (name, want, value, more = {}) =>
        c(name, want, `v1,${sign(body, { id: value })}`,
          { ...more, headers: { id: value } });

    // one whose base64 is not the same in another alphabet

    let n = 0;

    while (!/[+/]/.test(sign(`${n}`))) {
        n++;
    }

    const many = (count) => Array(count).fill(`v1,${other}`).join(' ')
                            + ` v1,${right}`;

    return [
        c('plain', true, `v1,${right}`),

        ...Object.entries(bodies).map(([name, text]) =>
            c(name, true, `v1,${sign(text)}`, { body: text })),
        ...Object.entries(bodies).map(([name, text]) =>
            c(`${name}, and a blank`, false, `v1,${sign(text)}`,
              { body: `${text} ` })),

        c('an empty body', true, `v1,${sign('')}`, { body: '' }),
        c('a body that is not UTF-8', true,
          `v1,${sign(Buffer.from('{"a":"\xe9"}', 'latin1'))}`,
          { body: Buffer.from('{"a":"\xe9"}', 'latin1'), why: BYTES }),

        // lists

        c('the second', true, `v1,${other} v1,${right}`),
        c('the first', true, `v1,${right} v1,${other}`),
        c('none of two', false, `v1,${other} v1,${changed(right)}`),
        c('behind another version', true, `v2,${other} v1,${right}`),
        c('before ed25519', true,
          `v1,${right} v1a,${Buffer.alloc(64, 1).toString('base64')}`),
        c('behind ed25519', true,
          `v1a,${Buffer.alloc(64, 1).toString('base64')} v1,${right}`),
        c('as another version', false, `v2,${right}`),
        c('as ed25519', false, `v1a,${right}`),
        c('a version in capitals', false, `V1,${right}`),
        c('behind what is no base64', true, `v1,*** v1,${right}`),
        c('behind one that is too short', true, `v1,AAAA v1,${right}`),
        c('behind one that is too long', true, `v1,${other}AAAA v1,${right}`),
        c('behind one of nothing', true, `v1, v1,${right}`),
        c('behind one without a version', true, `${other} v1,${right}`),
        c('behind an empty version', true, `,${other} v1,${right}`),
        c('behind a comma', true, `, v1,${right}`),
        c('without a version', false, right),
        c('two blanks', true, `v1,${other}  v1,${right}`),
        c('a blank in front', true, ` v1,${right}`),
        c('a blank behind', true, `v1,${right} `),
        c('blanks alone', false, '  '),
        c('a tab between', false, `v1,${other}\tv1,${right}`),
        c('a comma between', false, `v1,${other},v1,${right}`),
        c('a comma behind', false, `v1,${right},`, { why: ONE_FORM }),
        c('"=" for the comma', false, `v1=${right}`),
        c('the last of 64', true, many(63)),
        c('the last of 200', false, many(199), { why: BOUNDED }),

        // signatures

        c('changed', false, `v1,${changed(right)}`),
        c('without its padding', false, `v1,${right.replace(/=+$/, '')}`),
        c('in the other alphabet', false,
          `v1,${sign(`${n}`).replace(/\+/g, '-').replace(/\//g, '_')}`,
          { body: `${n}` }),
        c('in small letters', false, `v1,${right.toLowerCase()}`),
        c('in hexadecimal digits', false,
          `v1,${Buffer.from(right, 'base64').toString('hex')}`),
        c('with a bit behind its end', false,
          `v1,${right.replace(/.=$/, (s) => nextOf(s[0]) + '=')}`),
        c('empty', false, ''),

        // what is missing, or comes twice

        c('no signature', false, undefined),
        c('no id', false, `v1,${right}`, { headers: { id: undefined } }),
        c('no timestamp', false, `v1,${right}`,
          { headers: { timestamp: undefined } }),
        c('an empty id', false, `v1,${sign(body, { id: '' })}`,
          { headers: { id: '' } }),
        c('the signature twice', false, [`v1,${right}`, `v1,${right}`],
          { why: ONE_HEADER }),
        c('the id twice', false, `v1,${right}`,
          { headers: { id: ['msg_1', 'msg_1'] } }),
        c('the timestamp twice', false, `v1,${right}`,
          { headers: { timestamp: [String(now), String(now)] },
            why: ONE_HEADER }),

        // timestamps

        at('290 s old', true, String(now - 290)),
        at('310 s old', false, String(now - 310)),
        at('290 s early', true, String(now + 290)),
        at('310 s early', false, String(now + 310)),
        at('1970', false, '0'),
        at('negative', false, '-5'),
        at('in milliseconds', false, `${now}000`),
        at('no number', false, 'now'),
        at('empty', false, ''),
        at('a date', false, new Date(now * 1000).toISOString()),
        at('with a letter behind', false, `${now}s`,
           { at: now, why: ONE_NUMBER }),
        at('with a fraction', false, `${now}.5`, { at: now, why: ONE_NUMBER }),
        at('with a plus sign', false, `+${now}`, { at: now, why: ONE_NUMBER }),
        at('with a zero in front', false, `0${now}`,
           { at: now, why: ONE_NUMBER }),
        c('another timestamp', false, `v1,${right}`,
          { headers: { timestamp: String(now + 1) } }),

        // ids

        id('of 256 characters', true, 'm'.repeat(256)),
        id('of 257 characters', false, 'm'.repeat(257), { why: BOUNDED }),
        id('with a full stop', false, 'msg.1',
           { why: 'the specification forbids it, since it separates what is '
                  + 'signed' }),
        id('with a blank', false, 'msg 1',
           { why: 'an id goes into logs and keys: visible ASCII' }),
        c('another id', false, `v1,${right}`, { headers: { id: 'msg_2' } }),

        // keys

        c('another key', false, `v1,${other}`),
        c('a rotation, by the old key', true, `v1,${right}`,
          { keys: [next, whsec] }),
        c('a rotation, by the new key', true, `v1,${other}`,
          { keys: [next, whsec] }),
        c('a rotation, by both', true, `v1,${right} v1,${other}`,
          { keys: [next, whsec] }),
        c('a rotation, by neither', false, `v1,${changed(right)}`,
          { keys: [next, whsec] }),
        c('a key without "whsec_"', true, `v1,${right}`,
          { keys: [whsec.slice(6)], module: [`base64:${whsec.slice(6)}`] }),
        c('a bare key', false, `v1,${right}`,
          { keys: [whsec.slice(6)],
            why: 'text is text here, and nginx -t warns of what looks like '
                 + 'base64' }),
        c('a key without its padding', true,
          `v1,${sign(body, { key: `whsec_${odd}` })}`,
          { keys: [`whsec_${odd.replace(/=+$/, '')}`] }),
        c('a key with "v1," in front', true, `v1,${right}`,
          { keys: [`v1,${whsec}`], why: SHOWN }),
        c('a key that is no base64', false, `v1,${right}`,
          { keys: ['whsec_***'] }),
    ];
}

for (const [name, Package, prefix] of [
    ['standardwebhooks', Standard, 'webhook'], ['svix', Svix, 'svix'],
]) {
    await agree(name, 'standard', standard(prefix), ({ keys, headers, body }) =>
        keys.some((key) => {
            try {
                new Package(key).verify(Buffer.from(body), shown(headers));
            } catch (e) {
                // the body is parsed once the signature has held
                return e instanceof SyntaxError;
            }

            return true;
        }));
}
