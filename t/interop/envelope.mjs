// What the cloudevents package makes of our envelopes.  Prints TAP.
//
//     node envelope.mjs webhook_envelope_cli ORDER.json

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

import { HTTP } from 'cloudevents';

const [cli, file] = process.argv.slice(2);
const order = readFileSync(file);
const ms = 1498187860007;
let count = 0;
let failed = 0;

function ok(good, name)
{
    count++;
    failed += good ? 0 : 1;
    console.log(`${good ? 'ok' : 'not ok'} ${count} - ${name}`);
}

function is(got, want, name)
{
    ok(isDeepStrictEqual(got, want), name);

    if (!isDeepStrictEqual(got, want)) {
        console.log(`#  got: ${JSON.stringify(got)}`);
        console.log(`# want: ${JSON.stringify(want)}`);
    }
}

// The message as it would be received, headers and body.

function message(kind, payload, type, subject = 'sale.order/7')
{
    const run = spawnSync(cli, [kind, '018f2a3b-1', 'https://pos.example.com/',
                                'order.add', subject, String(ms), type],
                          { input: payload });

    if (run.status !== 0) {
        throw new Error(`${cli}: ${run.stderr}`);
    }

    const end = run.stdout.indexOf('\r\n\r\n');
    const headers = {};

    for (const line of run.stdout.subarray(0, end).toString().split('\r\n')) {
        const colon = line.indexOf(': ');
        headers[line.slice(0, colon)] = line.slice(colon + 2);
    }

    return { headers, body: run.stdout.subarray(end + 4) };
}

// The attributes, checked by the package.

function attributes(event, name)
{
    ok(event.validate(), `${name}: is a valid event`);
    is([event.specversion, event.id, event.source, event.type, event.subject,
        new Date(event.time).getTime()],
       ['1.0', '018f2a3b-1', 'https://pos.example.com/', 'order.add',
        'sale.order/7', ms],
       `${name}: its attributes`);
}

for (const kind of ['cloudevents', 'cloudevents-binary']) {
    let got = message(kind, order, 'json');

    ok(HTTP.isEvent({ headers: got.headers, body: got.body.toString() }),
       `${kind}: is taken for an event`);

    let event = HTTP.toEvent({ headers: got.headers,
                               body: got.body.toString() });
    attributes(event, kind);
    is(event.data, JSON.parse(order), `${kind}: the order`);
    is(event.datacontenttype, 'application/json', `${kind}: its type`);

    ok(got.body.includes(order.toString().trim()),
       `${kind}: not one byte of the order is changed`);

    // null is no data to the package, and in binary mode a number is text

    for (const payload of ['[1,2]', '"text"', '{}', '[null,7]']) {
        got = message(kind, payload, 'json');
        event = HTTP.toEvent({ headers: got.headers,
                               body: got.body.toString() });
        is(event.data, JSON.parse(payload), `${kind}: ${payload}`);
    }
}

{
    const bytes = Buffer.from([0, 1, 0xff, 0xfe, 0x0d, 0x0a, 0x80]);
    const got = message('cloudevents', bytes, 'application/octet-stream');
    const event = HTTP.toEvent({ headers: got.headers,
                                 body: got.body.toString() });

    attributes(event, 'bytes');
    is(event.datacontenttype, 'application/octet-stream', 'bytes: their type');
    is(Buffer.from(event.data_base64 ?? '', 'base64').toString('hex'),
       bytes.toString('hex'), 'bytes: as they were');
}

{
    const subject = 'Nguyễn "50%"\r\nx-evil: 1';
    const got = message('cloudevents-binary', order, 'json', subject);

    is(Object.keys(got.headers).sort(),
       ['ce-id', 'ce-source', 'ce-specversion', 'ce-subject', 'ce-time',
        'ce-type', 'content-type'], 'headers: no value adds one');
    is(decodeURIComponent(got.headers['ce-subject']), subject,
       'headers: percent-encoded text is what it was');
}

console.log(`1..${count}`);
process.exit(failed ? 1 : 0);
