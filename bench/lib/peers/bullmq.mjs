// A service with BullMQ before an API, for bench/peers: a POST is sent on to the
// API, its answer becomes a job, and the caller has the answer once the job is
// in Redis.  A worker posts jobs to the endpoint.
//
//     node bullmq.mjs MODULES serve|work REDIS-PORT API-PORT HOOK-PORT PORT

import http from 'node:http';
import { createRequire } from 'node:module';

const [modules, role, redis, api, hook, port] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { Queue, Worker } = require('bullmq');

const connection = { host: '127.0.0.1', port: Number(redis),
                     maxRetriesPerRequest: null };
const agent = new http.Agent({ keepAlive: true, maxSockets: 128 });

function post(to, path, body)
{
    return new Promise((resolve, reject) => {
        const request = http.request({
            host: '127.0.0.1', port: to, path, method: 'POST', agent,
            headers: { 'Content-Type': 'application/json',
                       'Content-Length': Buffer.byteLength(body) },
        }, (answer) => {
            const parts = [];

            answer.on('data', (part) => parts.push(part));
            answer.on('end', () => resolve(Buffer.concat(parts)));
        });

        request.on('error', reject);
        request.end(body);
    });
}

if (role === 'work') {
    new Worker('events', (job) => post(Number(hook), '/hook', job.data.body),
               { connection, concurrency: 64, removeOnComplete: { count: 0 } });

} else {
    const queue = new Queue('events', { connection,
        defaultJobOptions: { removeOnComplete: true } });

    http.createServer((request, response) => {
        const parts = [];

        request.on('data', (part) => parts.push(part));
        request.on('end', async () => {
            try {
                const answer = await post(Number(api), request.url,
                                          Buffer.concat(parts));

                await queue.add('event', { body: answer.toString() });

                response.writeHead(200, { 'Content-Type': 'application/json',
                                          'Content-Length': answer.length });
                response.end(answer);

            } catch (error) {
                response.writeHead(500);
                response.end(String(error));
            }
        });
    }).listen(Number(port), '127.0.0.1');
}
