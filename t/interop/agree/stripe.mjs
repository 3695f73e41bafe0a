// Stripe

import Stripe from 'stripe';

import {
    ONE_FORM, ONE_NUMBER, ONE_HEADER, BOUNDED, BYTES, agree, bodies, body,
    changed, hmac, shown,
} from './frame.mjs';

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
