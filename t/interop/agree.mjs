// Calls that are right, odd or wrong in all the ways that happen: the official
// packages of npm and the module have to agree on each, but for those that say
// why not.  Prints TAP.
//
//     node agree.mjs webhook_sign_cli
//
// A case is { name, headers, body, keys, url, want }: the values of headers may
// be lists, for a header that comes more than once, which Node.js shows to a
// package as one value with ", " between.  "want" is what both have to say.  In
// a case with "why" the package says the opposite of what the module has to,
// for that reason.

import * as crypto from 'node:crypto';

import * as line from '@line/bot-sdk';
import * as octokit from '@octokit/webhooks-methods';
import { Webhook as Standard } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as Svix } from 'svix';
import twilio from 'twilio';

import { ask, end, ok, request, start } from './peer.mjs';

start(process.argv[2]);

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

async function agree(name, preset, cases, says)
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


// Standard Webhooks, by its own package and by Svix's

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

// The next letter of base64, which differs in the last bit.

function nextOf(letter)
{
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
                    + '0123456789+/';

    return letters[letters.indexOf(letter) ^ 1];
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


// Stripe

function stripes()
{
    const now = Math.floor(Date.now() / 1000);
    const key = 'whsec_dGhpcyBpcyB0ZXh0IGZvciBTdHJpcGU';
    const next = 'whsec_bmV4dA==_next_next_next_next';

    const sign = (text, { at = now, by = key } = {}) =>
        hmac('sha256', by,
             Buffer.concat([Buffer.from(`${at}.`), Buffer.from(text)]), 'hex');

    const right = sign(body);
    const other = sign(body, { by: next });

    const c = (name, want, list, more = {}) => ({
        name, want, keys: [key], body, ...more,
        headers: { 'stripe-signature': list },
    });

    const at = (name, want, value, more = {}) =>
        c(name, want, `t=${value},v1=${sign(body, { at: more.at ?? value })}`,
          more);

    return [
        c('plain', true, `t=${now},v1=${right}`),

        ...Object.entries(bodies).map(([name, text]) =>
            c(name, true, `t=${now},v1=${sign(text)}`, { body: text })),
        ...Object.entries(bodies).map(([name, text]) =>
            c(`${name}, and a blank`, false, `t=${now},v1=${sign(text)}`,
              { body: `${text} ` })),

        c('an empty body', true, `t=${now},v1=${sign('')}`,
          { body: '', why: 'the package wants a body before it looks' }),
        c('a body that is not UTF-8', true,
          `t=${now},v1=${sign(Buffer.from('{"a":"\xe9"}', 'latin1'))}`,
          { body: Buffer.from('{"a":"\xe9"}', 'latin1'), why: BYTES }),

        // lists

        c('the second', true, `t=${now},v1=${other},v1=${right}`),
        c('the first', true, `t=${now},v1=${right},v1=${other}`),
        c('none of two', false, `t=${now},v1=${other},v1=${changed(right)}`),
        c('the time last', true, `v1=${right},t=${now}`),
        c('an older version beside', true, `t=${now},v0=${other},v1=${right}`),
        c('as an older version', false, `t=${now},v0=${right}`),
        c('a version in capitals', false, `t=${now},V1=${right}`),
        c('behind an item of another name', true,
          `t=${now},scheme=v1,v1=${right}`),
        c('behind an item without a value', true, `t=${now},v1x,v1=${right}`),
        c('behind an empty item', true, `t=${now},,v1=${right}`),
        c('a comma in front', true, `,t=${now},v1=${right}`),
        c('a comma behind', true, `t=${now},v1=${right},`),
        c('behind one that is too short', true, `t=${now},v1=ab,v1=${right}`),
        c('behind one that is too long', true,
          `t=${now},v1=${other}00,v1=${right}`),
        c('behind one that is no number', true,
          `t=${now},v1=${'z'.repeat(64)},v1=${right}`),
        c('behind one of nothing', true, `t=${now},v1=,v1=${right}`,
          { why: 'the package gives up at an empty one' }),
        c('a blank behind the comma', true, `t=${now}, v1=${right}`,
          { why: 'blanks around an item of a list say nothing (RFC 9110, '
                 + 'section 5.6.1): they are passed over here' }),
        c('a blank behind "="', false, `t=${now},v1= ${right}`),
        c('a semicolon between', false, `t=${now};v1=${right}`),
        c('":" for "="', false, `t:${now},v1:${right}`),
        c('"=" behind', false, `t=${now},v1=${right}=`, { why: ONE_FORM }),
        c('the last of 50', true,
          `t=${now},${`v1=${other},`.repeat(49)}v1=${right}`),
        c('the last of 200', false,
          `t=${now},${`v1=${other},`.repeat(199)}v1=${right}`,
          { why: BOUNDED }),

        // signatures

        c('changed', false, `t=${now},v1=${changed(right)}`),
        c('in capitals', false, `t=${now},v1=${right.toUpperCase()}`),
        c('a digit less', false, `t=${now},v1=${right.slice(1)}`),
        c('a digit more', false, `t=${now},v1=${right}0`),
        c('in base64', false,
          `t=${now},v1=${Buffer.from(right, 'hex').toString('base64')}`),
        c('alone', false, right),

        // what is missing, or comes twice

        c('no header', false, undefined),
        c('an empty header', false, ''),
        c('no time', false, `v1=${right}`),
        c('no signature', false, `t=${now}`),
        c('the header twice', false,
          [`t=${now},v1=${right}`, `t=${now},v1=${right}`],
          { why: ONE_HEADER }),

        // timestamps

        at('290 s old', true, now - 290),
        at('310 s old', false, now - 310),
        at('290 s early', true, now + 290),
        at('310 s early', false, now + 310,
           { why: 'the package lets the future pass; here the window has two '
                  + 'ends' }),
        at('1970', false, 0),
        at('negative', false, -5),
        at('empty', false, ''),
        at('no number', false, 'now'),
        at('with a letter behind', false, `${now}s`,
           { at: now, why: ONE_NUMBER }),
        at('with a zero in front', false, `0${now}`,
           { at: now, why: ONE_NUMBER }),
        at('with a plus sign', false, `+${now}`, { at: now, why: ONE_NUMBER }),
        c('another time', false, `t=${now + 1},v1=${right}`),
        c('two times, the last one signed', true,
          `t=${now - 1},t=${now},v1=${right}`),
        c('two times, the first one signed', false,
          `t=${now},t=${now - 1},v1=${right}`),

        // keys

        c('another key', false, `t=${now},v1=${other}`),
        c('a key without "whsec_"', false, `t=${now},v1=${right}`,
          { keys: [key.slice(6)] }),
        c('a rotation, by the old key', true, `t=${now},v1=${right}`,
          { keys: [next, key] }),
        c('a rotation, by the new key', true, `t=${now},v1=${other}`,
          { keys: [next, key] }),
        c('a rotation, by neither', false, `t=${now},v1=${changed(right)}`,
          { keys: [next, key] }),
    ];
}

await agree('stripe', 'stripe', stripes(), ({ keys, headers, body }) =>
    keys.some((key) => {
        try {
            Stripe.webhooks.signature.verifyHeader(
                Buffer.from(body).toString(),
                shown(headers)['stripe-signature'], key, 300);
        } catch (e) {
            return false;
        }

        return true;
    }));


// GitHub

function github()
{
    const key = "It's a Secret to Everybody";
    const next = 'the next secret of this webhook';

    const sign = (text, by = key) => hmac('sha256', by, text, 'hex');

    const right = sign(body);
    const other = sign(body, next);

    const c = (name, want, value, more = {}) => ({
        name, want, keys: [key], body, ...more,
        headers: { 'x-hub-signature-256': value },
    });

    const keys = {
        'in Vietnamese': 'm\u1eadt kh\u1ea9u c\u1ee7a ch\u00fang t\u00f4i',
        'that looks like one of Standard Webhooks':
            'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        'that looks like base64': 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        'of hexadecimal digits': 'b537207f20cbfa02357cf448134da559',
        'with blanks around': ' a key with blanks around ',
        'of 300 characters': 'k'.repeat(300),
        'of one character': 'k',
    };

    return [
        c('plain', true, `sha256=${right}`),

        ...Object.entries(bodies).map(([name, text]) =>
            c(name, true, `sha256=${sign(text)}`, { body: text })),
        ...Object.entries(bodies).map(([name, text]) =>
            c(`${name}, and a blank`, false, `sha256=${sign(text)}`,
              { body: `${text} ` })),
        ...Object.entries(bodies).map(([name, text]) =>
            c(`${name}, without its end`, false, `sha256=${sign(text)}`,
              { body: text.slice(0, -1) + (text.length === 1 ? '2' : '') })),

        ...Object.entries(keys).map(([name, by]) =>
            c(`a key ${name}`, true, `sha256=${sign(body, by)}`,
              { keys: [by] })),
        ...Object.entries(keys).map(([name, by]) =>
            c(`by another than a key ${name}`, false, `sha256=${right}`,
              { keys: [by] })),

        c('GitHub\'s own example', true,
          'sha256=757107ea0eb2509fc211221cce984b8a'
          + '37570b6d7586c22c46f4379c8b043e17', { body: 'Hello, World!' }),
        c('a form', true, `sha256=${sign('payload=%7B%22a%22%3A+1%7D')}`,
          { body: 'payload=%7B%22a%22%3A+1%7D' }),
        c('an empty body', true, `sha256=${sign('')}`,
          { body: '', why: 'the package wants a body before it looks' }),
        c('a body that is not UTF-8', true,
          `sha256=${sign(Buffer.from('{"a":"\xe9"}', 'latin1'))}`,
          { body: Buffer.from('{"a":"\xe9"}', 'latin1'), why: BYTES }),

        c('changed', false, `sha256=${changed(right)}`),
        c('its last digit changed', false, `sha256=${right.slice(0, -1)}`
          + (right.endsWith('0') ? '1' : '0')),
        c('in capitals', false, `sha256=${right.toUpperCase()}`),
        c('a digit less', false, `sha256=${right.slice(1)}`),
        c('a digit more', false, `sha256=${right}0`),
        c('SHA-1', false, `sha1=${hmac('sha1', key, body, 'hex')}`),
        c('SHA-1 by the name of the other', false,
          `sha256=${hmac('sha1', key, body, 'hex')}`),
        c('SHA-512', false, `sha512=${hmac('sha512', key, body, 'hex')}`),
        c('another name', false, `sha512=${right}`),
        c('a name in capitals', false, `SHA256=${right}`),
        c('without a name', false, right),
        c('the name twice', false, `sha256=sha256=${right}`),
        c('a blank behind "="', false, `sha256= ${right}`),
        c('a blank behind', false, `sha256=${right} `),
        c('a blank in front', false, ` sha256=${right}`),
        c('in base64', false,
          `sha256=${Buffer.from(right, 'hex').toString('base64')}`),
        c('two in a list', false, `sha256=${right},sha256=${right}`),
        c('nothing but the name', false, 'sha256='),
        c('an empty header', false, ''),
        c('no header', false, undefined),
        c('the header twice', false, [`sha256=${right}`, `sha256=${right}`]),
        c('another key', false, `sha256=${other}`),
        c('a rotation, by the old key', true, `sha256=${right}`,
          { keys: [next, key] }),
        c('a rotation, by the new key', true, `sha256=${other}`,
          { keys: [next, key] }),
        c('a rotation, by neither', false, `sha256=${changed(right)}`,
          { keys: [next, key] }),
    ];
}

await agree('@octokit/webhooks-methods', 'github', github(),
    async ({ keys, headers, body }) => octokit.verifyWithFallback(
        keys[0], Buffer.from(body).toString(),
        shown(headers)['x-hub-signature-256'], keys.slice(1)));


// LINE

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


// Twilio

function twilios()
{
    const key = '12345678901234567890123456789012';
    const next = 'abcdefabcdefabcdefabcdefabcdefab';
    const url = 'https://hooks.example.com/web/hook/sms';

    const form = 'From=%2B84901234567&To=%2B66812345678&Body=Xin+ch%C3%A0o';

    // what Twilio signs: fields, as pairs in the order of the form

    const sign = (pairs, { at = url, by = key } = {}) => {
        const sorted = [...new Set(pairs.map((p) => JSON.stringify(p)))]
            .map((p) => JSON.parse(p))
            .sort(([a, x], [b, y]) => a < b ? -1 : a > b ? 1
                                      : x < y ? -1 : x > y ? 1 : 0);

        return hmac('sha1', by, at + sorted.flat().join(''), 'base64');
    };

    const of = (text, more) => sign([...new URLSearchParams(text)], more);
    const right = of(form);

    const c = (name, want, value, more = {}) => ({
        name, want, keys: [key], body: form, url, ...more,
        headers: {
            'content-type': 'application/x-www-form-urlencoded',
            ...more.headers,
            'x-twilio-signature': value,
        },
    });

    const f = (name, text, more = {}) =>
        c(name, true, of(text, more), { body: text, ...more });

    // JSON, whose digest is in the URL

    const sha256 = (text) =>
        crypto.createHash('sha256').update(text).digest('hex');

    const json = (name, want, { text = body, query, ...more } = {}) => {
        const at = `${url}?${query ?? `bodySHA256=${sha256(text)}`}`;

        return c(name, want, sign([], { at: more.signed ?? at }), {
            body: text, url: at, ...more,
            headers: { 'content-type': 'application/json' },
        });
    };

    return [
        c('plain', true, right),
        c('Twilio\'s own example', true, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', {
            keys: ['12345'], url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
            body: 'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234'
                  + '&From=%2B14158675309&To=%2B18005551212',
        }),

        f('names in another order', 'b=2&a=1&c=3'),
        f('capitals before small letters', 'b=1&B=2&a=3&A=4'),
        f('names that begin alike', 'ab=1&a=2&abc=3&a%20b=4'),
        f('a name twice', 'a=2&b=0&a=1'),
        f('a name twice with one value', 'a=1&a=1'),
        f('a name four times', 'a=b&a=B&a=&a=b'),
        f('"+" is a blank', 'Body=one+two++three+'),
        f('and %20 as well', 'Body=one%20two'),
        f('%2B is none', 'Body=1%2B1%3D2'),
        f('a value without "="', 'a&b=1'),
        f('an empty value', 'a=&b=1'),
        f('an empty name', '=x&b=1'),
        f('"=" in a value', 'a=b=c==&d=1'),
        f('empty pairs', '&&a=1&&b=2&'),
        f('Vietnamese', 'Body=' + encodeURIComponent('\u0110\u01a1n h\u00e0ng')),
        f('Thai, not escaped', 'Body=\u0e02\u0e2d\u0e1a\u0e04\u0e38\u0e13'),
        f('beyond the BMP', 'Body=%F0%9F%9B%92'),
        f('escapes in small letters', 'Body=%c3%a0%2f'),
        f('a line end', 'Body=a%0D%0Ab'),
        f('a zero byte', 'Body=a%00b'),
        f('brackets', 'Media%5B0%5D=1&Media[1]=2'),
        f('a long value', `Body=${'0123456789'.repeat(10000)}`),
        f('500 fields', Array.from({ length: 500 },
                                   (x, i) => `f${i}=${i}`).join('&')),
        f('a numeral as a name', '10=a&9=b&1=c'),
        f('no fields', ''),
        f('the type with a charset', 'a=1', { headers: {
            'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        } }),
        f('the type in capitals', 'a=1', { headers: {
            'content-type': 'Application/X-WWW-Form-Urlencoded' } }),
        f('a query in the URL', 'a=1', { url: `${url}?b=2&c=%20`,
                                         at: `${url}?b=2&c=%20` }),
        f('a port in the URL', 'a=1', {
            url: 'https://hooks.example.com:8443/sms',
            at: 'https://hooks.example.com:8443/sms' }),

        c('names sorted beyond the BMP', true,
          hmac('sha1', key, `${url}\uff5e2\u{1f6d2}1`, 'base64'),
          { body: '%F0%9F%9B%92=1&%EF%BD%9E=2',
            why: 'the package sorts by UTF-16, here bytes are sorted; Twilio '
                 + 'has ASCII names' }),
        c('an escape that is none', false,
          sign([['a', '%zz']]), { body: 'a=%zz',
            why: 'what cannot be decoded is refused here' }),
        c('more fields than any form of Twilio has', false,
          of(Array.from({ length: 2000 }, (x, i) => `f${i}=1`).join('&')),
          { body: Array.from({ length: 2000 }, (x, i) => `f${i}=1`).join('&'),
            why: BOUNDED }),

        c('a field more', false, right, { body: `${form}&More=1` }),
        c('a field less', false, right, { body: form.replace(/&To=[^&]*/, '') }),
        c('a field changed', false, right,
          { body: form.replace('84', '85') }),
        c('a name changed', false, right,
          { body: form.replace('Body=', 'body=') }),
        c('a letter moved from the value to the name, which nobody can see',
          true, of('a=bc'), { body: 'ab=c' }),
        c('another path', false, right, { url: `${url}2` }),
        c('another scheme', false, right,
          { url: url.replace('https', 'http') }),
        c('a query that was not signed', false, right, { url: `${url}?a=1` }),
        c('a slash behind the URL', false, right, { url: `${url}/` }),

        c('changed', false, changed(right)),
        c('without its padding', false, right.replace(/=+$/, '')),
        c('with a blank behind', false, `${right} `),
        c('in small letters', false, right.toLowerCase()),
        c('in hexadecimal digits', false,
          Buffer.from(right, 'base64').toString('hex')),
        c('SHA-256', false,
          hmac('sha256', key, `${url}${form}`, 'base64')),
        c('an empty header', false, ''),
        c('no header', false, undefined),
        c('the header twice', false, [right, right]),
        c('another key', false, of(form, { by: next })),
        c('a rotation, by the old key', true, right, { keys: [next, key] }),
        c('a rotation, by the new key', true, of(form, { by: next }),
          { keys: [next, key] }),

        json('JSON', true),
        json('JSON, Vietnamese', true, { text: bodies.Thai }),
        json('JSON, the digest behind another parameter', true,
             { query: `a=1&bodySHA256=${sha256(body)}` }),
        json('JSON, changed', false,
             { text: `${body} `, query: `bodySHA256=${sha256(body)}` }),
        json('JSON, another digest', false,
             { query: `bodySHA256=${sha256('x')}` }),
        json('JSON, a digest that is none', false,
             { query: 'bodySHA256=abc' }),
        json('JSON, an empty digest', false, { query: 'bodySHA256=' }),
        json('JSON, the digest in capitals', false,
             { query: `bodySHA256=${sha256(body).toUpperCase()}` }),
        json('JSON without a digest', false, { query: 'a=1' }),
        json('JSON, a digest that was not signed', false, { signed: url }),
    ];
}

await agree('twilio', 'twilio', twilios(), ({ keys, headers, body, url }) =>
    keys.some((key) => {
        const value = shown(headers)['x-twilio-signature'];

        if (/json/.test(headers['content-type'])) {
            return twilio.validateRequestWithBody(key, value, url, body);
        }

        const params = {};

        for (const [name, v] of new URLSearchParams(body)) {
            params[name] = name in params ? [params[name], v].flat() : v;
        }

        return twilio.validateRequest(key, value, url, params);
    }));

end();
