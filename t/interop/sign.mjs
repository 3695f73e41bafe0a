// What npm's packages sign, we verify, but not with one bit changed; what we
// sign, they verify.  Prints TAP.
//
//     node sign.mjs webhook_sign_cli

import * as crypto from 'node:crypto';

import * as octokit from '@octokit/webhooks-methods';
import { Webhook as Standard } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as Svix } from 'svix';

import { ask, end, hex, ok, request, start } from './peer.mjs';

start(process.argv[2]);

function passes(f)
{
    try {
        f();
        return true;
    } catch (e) {
        return false;
    }
}

// Right as it is; and with each bit of body and headers flipped, refused.

async function verifies(name, call)
{
    const headers = Object.entries(call.headers)
        .map(([n, v]) => [n, Buffer.from(v)]);
    const body = Buffer.from(call.body);

    const whole = await ask(request(call, headers, body));

    if (!ok(whole.ok, `${name}: is accepted`)) {
        console.log(`# ${JSON.stringify(whole)}`);
        return;
    }

    const places = [['body', body], ...headers];

    for (const [place, bytes] of places) {
        const taken = [];

        for (let i = 0; i < bytes.length * 8; i++) {
            bytes[i >> 3] ^= 1 << (i & 7);
            taken.push(ask(request(call, headers, body)));
            bytes[i >> 3] ^= 1 << (i & 7);
        }

        const wrong = (await Promise.all(taken)).filter((a) => a.ok !== false);

        ok(wrong.length === 0,
           `${name}: ${taken.length} bits flipped in ${place} are refused`);
    }

    const other = { ...call, keys: [call.other] };

    ok((await ask(request(other, headers, body))).ok === false,
       `${name}: another key refuses it`);
}

async function signed(what)
{
    const answer = await ask({ do: 'sign', ...what,
                               body: hex(what.body) });

    if (answer.error) {
        console.log(`# ${answer.error}`);
    }

    return answer.value ?? '';
}

const now = Math.floor(Date.now() / 1000);
const whsec = (n) => 'whsec_' + crypto.randomBytes(n).toString('base64');

const bodies = [
    '{"test": 2432232314}',
    '{"type":"order.add","data":{"id":7,"note":"\u0110\u01a1n h\u00e0ng '
    + '\u2014 \u20ab 100.000 \u{1f6d2}"}}',
    JSON.stringify({ id: 'evt_1', object: 'event', rows: Array(40).fill('x') }),
];


// Standard Webhooks, under both of its names

for (const [name, Package, prefix] of [
    ['standardwebhooks', Standard, 'webhook'], ['svix', Svix, 'svix'],
]) {
    for (const [i, body] of bodies.entries()) {
        const key = whsec(24 + 20 * i);
        const id = `msg_${crypto.randomUUID()}`;
        const wh = new Package(key);

        const headers = {
            [`${prefix}-id`]: id,
            [`${prefix}-timestamp`]: String(now),
            [`${prefix}-signature`]: wh.sign(id, new Date(now * 1000), body),
        };

        await verifies(`${name} ${i + 1}`, {
            preset: 'standard', keys: [key], other: whsec(24), now, headers,
            body,
        });

        const ours = { ...headers };

        ours[`${prefix}-signature`] = await signed({
            keys: [key], id, timestamp: now, body,
        });

        ok(passes(() => wh.verify(body, ours)),
           `${name} ${i + 1}: verifies ours`);
        ok(ours[`${prefix}-signature`] === headers[`${prefix}-signature`],
           `${name} ${i + 1}: which is the same`);
        ok(!passes(() => wh.verify(body + ' ', ours)),
           `${name} ${i + 1}: and refuses it for another body`);

        // rotation: old and new key, and one of the other algorithm

        const pair = crypto.generateKeyPairSync('ed25519');
        const seed = Buffer.from(
            pair.privateKey.export({ format: 'jwk' }).d, 'base64url');
        const next = whsec(32);

        ours[`${prefix}-signature`] = await signed({
            keys: ['whsk_' + seed.toString('base64'), key, next], id,
            timestamp: now, body,
        });

        ok(passes(() => wh.verify(body, ours))
           && passes(() => new Package(next).verify(body, ours)),
           `${name} ${i + 1}: both keys of a rotation verify ours`);
    }
}


// ed25519, which neither package has: Node's own

for (const [i, body] of bodies.entries()) {
    const pair = crypto.generateKeyPairSync('ed25519');
    const jwk = pair.privateKey.export({ format: 'jwk' });
    const seed = Buffer.from(jwk.d, 'base64url');
    const pub = Buffer.from(jwk.x, 'base64url');

    const id = `msg_${i}`;
    const text = Buffer.from(`${id}.${now}.${body}`);
    const value = 'v1a,'
                  + crypto.sign(null, text, pair.privateKey).toString('base64');

    const other = crypto.generateKeyPairSync('ed25519').publicKey
        .export({ format: 'jwk' }).x;

    await verifies(`ed25519 ${i + 1}`, {
        preset: 'standard', keys: ['whpk_' + pub.toString('base64')], now,
        other: 'whpk_' + Buffer.from(other, 'base64url').toString('base64'),
        headers: { 'webhook-id': id, 'webhook-timestamp': String(now),
                   'webhook-signature': value },
        body,
    });

    const ours = await signed({
        keys: ['whsk_' + Buffer.concat([seed, pub]).toString('base64')], id,
        timestamp: now, body,
    });

    ok(ours === value, `ed25519 ${i + 1}: ours is the same`);
    ok(crypto.verify(null, text, pair.publicKey,
                     Buffer.from(ours.slice(4), 'base64')),
       `ed25519 ${i + 1}: and is verified`);
}


// Stripe

const stripe = new Stripe('sk_test_0');

for (const [i, body] of bodies.entries()) {
    const key = whsec(24);
    const header = stripe.webhooks.generateTestHeaderString({
        payload: body, secret: key, timestamp: now,
    });

    await verifies(`stripe ${i + 1}`, {
        preset: 'stripe', keys: [key], other: whsec(24), now,
        headers: { 'stripe-signature': header }, body,
    });

    const text = `stripe key ${i}`;
    const v1 = await signed({
        keys: [text], timestamp: now, body,
        scheme: { string: '{timestamp}.{body}' },
    });

    ok(passes(() => stripe.webhooks.constructEvent(
           body, `t=${now},v1=${v1}`, text)),
       `stripe ${i + 1}: verifies ours`);
    ok(!passes(() => stripe.webhooks.constructEvent(
           body + ' ', `t=${now},v1=${v1}`, text)),
       `stripe ${i + 1}: and refuses it for another body`);
}


// GitHub

for (const [i, body] of bodies.entries()) {
    const key = `It's a Secret to Everybody ${i}`;

    await verifies(`@octokit ${i + 1}`, {
        preset: 'github', keys: [key], other: 'not that', now,
        headers: { 'x-hub-signature-256': await octokit.sign(key, body) },
        body,
    });

    const ours = await signed({
        keys: [key], body, scheme: { prefix: 'sha256=' },
    });

    ok(await octokit.verify(key, body, ours),
       `@octokit ${i + 1}: verifies ours`);
    ok(!await octokit.verify(key, body + ' ', ours),
       `@octokit ${i + 1}: and refuses it for another body`);
}

end();
