// Twilio

import * as crypto from 'node:crypto';

import twilio from 'twilio';

import {
    BOUNDED, agree, bodies, body, changed, hmac, shown,
} from './frame.mjs';

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
