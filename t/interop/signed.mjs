// Calls that npm's packages sign: prints a JSON object a line, { name, headers,
// body }, for t/inbound/verify/signed.t to send.
//
//     node signed.mjs WHSEC TEXT

import * as octokit from '@octokit/webhooks-methods';
import { Webhook as Standard } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as Svix } from 'svix';

const [whsec, text] = process.argv.slice(2);
const now = Math.floor(Date.now() / 1000);
const body = '{"n": "\u0110\u01a1n h\u00e0ng \u{1f6d2}"}';

function show(name, headers)
{
    console.log(JSON.stringify({ name, headers, body }));
}

for (const [Package, prefix] of [[Standard, 'webhook'], [Svix, 'svix']]) {
    show('standard', {
        [`${prefix}-id`]: 'msg_1',
        [`${prefix}-timestamp`]: String(now),
        [`${prefix}-signature`]:
            new Package(whsec).sign('msg_1', new Date(now * 1000), body),
    });
}

show('stripe', {
    'Stripe-Signature': Stripe.webhooks.generateTestHeaderString({
        payload: body, secret: text, timestamp: now,
    }),
});

show('github', { 'X-Hub-Signature-256': await octokit.sign(text, body) });
