// The command that signs and verifies for the tests beside npm's packages, and
// TAP.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const waiting = [];
let count = 0;
let failed = 0;
let cli;

// Starts webhook_sign_cli.

export function start(path)
{
    cli = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });

    createInterface({ input: cli.stdout })
        .on('line', (line) => waiting.shift()(JSON.parse(line)));

    cli.on('exit', (code) => {
        if (waiting.length) {
            console.log(`Bail out! ${path} ended with ${code}`);
            process.exit(1);
        }
    });
}

export function ask(request)
{
    cli.stdin.write(JSON.stringify(request) + '\n');
    return new Promise((resolve) => waiting.push(resolve));
}

export function ok(good, name)
{
    count++;
    failed += good ? 0 : 1;
    console.log(`${good ? 'ok' : 'not ok'} ${count} - ${name}`);
    return good;
}

export function end()
{
    cli.stdin.end();
    console.log(`1..${count}`);
    process.exitCode = failed ? 1 : 0;
}

export const hex = (bytes) => Buffer.from(bytes).toString('hex');

// A call as text: headers and body, the key that they are checked with.

export function request(call, headers, body)
{
    return {
        do: 'verify', preset: call.preset, keys: call.keys, now: call.now,
        ...(call.url === undefined ? {} : { url: call.url }),
        headers: headers.map(([name, value]) => [name, hex(value)]),
        body: hex(body),
    };
}
