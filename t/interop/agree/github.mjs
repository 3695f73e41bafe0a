// GitHub

import * as octokit from '@octokit/webhooks-methods';

import { BYTES, agree, bodies, body, changed, hmac, shown } from './frame.mjs';

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
