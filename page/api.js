/*
 * The API, and nothing else: requests with the token, problems, lists, what is
 * asked again and again.
 */

import { t } from './text.js';

/** Where the API is: this file is in page/ below it. */
export const base = new URL('../', import.meta.url);

/** @type {string | null} in memory alone: a reload asks again */
let token = null;

/** @type {() => void} */
let unknown = () => {};


/** @param {string | null} value */
export function setToken(value) {
    token = value;
}


/** What is called where an answer is a 401.
 * @param {() => void} handler */
export function onUnknown(handler) {
    unknown = handler;
}


/** What the API refused, or that it could not be reached (status 0). */
export class Problem extends Error {

    /** @param {number} status
     * @param {any} [body]
     * @param {Headers} [headers] */
    constructor(status, body, headers) {
        super(body?.detail || body?.title || `HTTP ${status}`);

        this.name = 'Problem';
        this.status = status;
        /** @type {string} */
        this.detail = body?.detail ?? '';
        /** @type {string} */
        this.title = body?.title ?? '';
        /** @type {{ pointer: string, detail: string }[]} */
        this.errors = Array.isArray(body?.errors) ? body.errors : [];
        /** @type {string | null} */
        this.requestId = body?.request_id ?? null;
        /** what else it says, such as the counts of a 409 */
        this.body = body ?? {};
        /** s @type {number | null} */
        this.retryAfter = Number(headers?.get('retry-after')) || null;
    }
}


/** A key for Idempotency-Key: one for what a person meant once. */
export function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('');
}


/**
 * @typedef {object} Options
 * @property {Record<string, string | number | null | undefined>} [query]
 *           those that are empty are left out
 * @property {string | number | null} [version] for If-Match; '*': any
 * @property {string} [key] for Idempotency-Key; else one is made for a POST
 * @property {AbortSignal} [signal]
 * @property {string | null} [as] this token instead of the one in use
 * @property {boolean} [raw] the body is wanted as a Blob
 */

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {any} data   JSON, a Blob (raw), or null
 * @property {string | null} etag
 * @property {Headers} headers
 */

/** @param {string} path
 * @param {Options['query']} [query] */
export function url(path, query) {
    const u = new URL(path, base);

    for (const [name, value] of Object.entries(query ?? {})) {
        if (value !== null && value !== undefined && value !== '') {
            u.searchParams.set(name, String(value));
        }
    }

    return u;
}


/** @param {string} method
 * @param {string} path
 * @param {any} [body] a text is JSON already
 * @param {Options} [options]
 * @returns {Promise<Answer>} */
export async function request(method, path, body, options = {}) {
    /** @type {Record<string, string>} */
    const headers = { Accept: options.raw ? '*/*' : 'application/json' };
    const bearer = options.as === undefined ? token : options.as;

    if (bearer) {
        headers.Authorization = `Bearer ${bearer}`;
    }

    if (method === 'POST') {
        headers['Idempotency-Key'] = options.key ?? newKey();
    }

    if (options.version !== undefined && options.version !== null) {
        const v = String(options.version);
        headers['If-Match'] = v === '*' || v.startsWith('"') ? v : `"${v}"`;
    }

    if (body !== undefined) {
        headers['Content-Type'] = method === 'PATCH'
                                  ? 'application/merge-patch+json'
                                  : 'application/json';
    }

    const answer = await send(url(path, options.query), {
        method,
        headers,
        body: body === undefined || typeof body === 'string'
              ? body : JSON.stringify(body),
        signal: options.signal,
        cache: 'no-store',
        credentials: 'same-origin',
        redirect: 'manual'
    });

    /* a redirect is a login that stands in front, and wants to be seen */

    if (answer.status === 401 || answer.type === 'opaqueredirect') {
        /* an old token says nothing of the one in use now */

        if (options.as === undefined && bearer === token) {
            unknown();
        }
        throw new Problem(401, await json(answer), answer.headers);
    }

    if (!answer.ok) {
        throw new Problem(answer.status, await json(answer), answer.headers);
    }

    return {
        status: answer.status,
        data: answer.status === 204 ? null
              : options.raw ? await answer.blob() : await answer.json(),
        etag: answer.headers.get('etag'),
        headers: answer.headers
    };
}


/* What got lost on its way is sent once more, with the same key where it has
   one, so that nothing is done twice.  While the first is still under way that
   is a 409, and then what it was answered. */

const LONGEST = 3600000;        /* ms that something may be under way */

/** @param {URL} to
 * @param {RequestInit} init */
async function send(to, init) {
    const until = Date.now() + LONGEST;
    let again = false;

    for (;;) {
        try {
            const answer = await fetch(to, init);
            const wait = Number(answer.headers.get('retry-after'));

            if (!again || answer.status !== 409 || !wait
                || Date.now() > until)
            {
                return answer;
            }

            await pause(wait * 1000, init.signal);

        } catch (e) {
            if (init.signal?.aborted) {
                throw e;
            }

            if (again || init.method === 'PATCH' || init.method === 'DELETE') {
                throw new Problem(0, { detail: String(e) });
            }

            again = true;
        }
    }
}


/** Waits; rejects where that is aborted.
 * @param {number} ms
 * @param {AbortSignal | null} [signal]
 * @returns {Promise<void>} */
export const pause = (ms, signal) => new Promise((done, stop) => {
    const end = () => {
        clearTimeout(timer);
        stop(signal?.reason);
    };

    const timer = setTimeout(() => {
        signal?.removeEventListener('abort', end);
        done();
    }, ms);

    if (signal?.aborted) {
        end();
    } else {
        signal?.addEventListener('abort', end, { once: true });
    }
});


/** @param {Response} answer */
async function json(answer) {
    try {
        return await answer.json();
    } catch {
        return null;
    }
}


/** @param {string} path
 * @param {Options} [options] */
export const get = (path, options) => request('GET', path, undefined, options);

/** @param {string} path
 * @param {any} [body]
 * @param {Options} [options] */
export const post = (path, body, options) =>
    request('POST', path, body, options);

/** @param {string} path
 * @param {any} body
 * @param {Options} options with version */
export const patch = (path, body, options) =>
    request('PATCH', path, body, options);

/** @param {string} path
 * @param {Options} [options] with version, but for tasks */
export const del = (path, options) =>
    request('DELETE', path, undefined, options);


/** A path of parts that may have any letters: path('endpoints', id).  "." and
 * ".." would be other paths, and are nobody's id.
 * @param {...string} parts */
export const path = (...parts) => parts.map(part => {
    if (part === '.' || part === '..') {
        throw new Problem(404, { detail: t('problem.404') });
    }

    return encodeURIComponent(part);
}).join('/');


/**
 * A list, page by page: items has all that were got.  more() gets the next
 * page and returns what it had; refresh() begins anew, with as many pages as
 * there were.
 * @param {string} where
 * @param {Options['query']} [query]
 * @param {AbortSignal} [signal]
 */
export function list(where, query = {}, signal) {
    const self = {
        /** @type {any[]} */
        items: [],
        /** @type {string | null | undefined} undefined: nothing was got yet */
        next: undefined,
        pages: 0,
        /** @type {any} the last page, with all that it has */
        page: null,

        get done() {
            return self.next === null;
        },

        async more() {
            if (self.done) {
                return [];
            }

            const { data } = await get(where, { query: { ...query,
                                                         cursor: self.next },
                                                signal });
            self.items.push(...data.items);
            self.next = data.next;
            self.page = data;
            self.pages++;

            return data.items;
        },

        async refresh() {
            const fresh = list(where, query, signal);

            do {
                await fresh.more();
            } while (!fresh.done && fresh.pages < self.pages);

            self.items = fresh.items;
            self.next = fresh.next;
            self.page = fresh.page;
            self.pages = fresh.pages;
        }
    };

    return self;
}


const SHOWN = 2000;         /* ms between two questions */
const HIDDEN = 10000;       /* the same in a tab that is not seen */
const SLOWEST = 60000;      /* where it fails again and again */

/**
 * Calls ask() now, and again as long as the signal lets it: every 2 s, every
 * 10 s in a hidden tab, ever more seldom while it fails.  Never two at a time.
 * failed() is told each Problem.  later: not now, but then.  The function that is
 * returned asks at once.
 * @param {(signal: AbortSignal) => Promise<any>} ask
 * @param {{ signal: AbortSignal, interval?: number, later?: boolean,
 *           failed?: (problem: any) => void }} options
 */
export function poll(ask, { signal, interval = SHOWN, later, failed }) {
    /** @type {number | undefined} */
    let timer;
    let busy = false, again = false, failures = 0;

    const wait = () => {
        const calm = document.hidden ? Math.max(HIDDEN, interval) : interval;
        return Math.min(Math.max(calm, SLOWEST), calm * 2 ** failures);
    };

    const now = async () => {
        clearTimeout(timer);

        if (signal.aborted) {
            return;
        }

        if (busy) {
            again = true;
            return;
        }

        busy = true;

        try {
            await ask(signal);
            failures = 0;

        } catch (e) {
            if (signal.aborted) {
                return;
            }

            failures++;

            if (failed) {
                failed(e);
            } else {
                console.error(e);
            }

        } finally {
            busy = false;
        }

        if (!signal.aborted) {
            timer = setTimeout(now, again ? 0 : wait());
            again = false;
        }
    };

    document.addEventListener('visibilitychange', () => {
        if (!document.hidden) {
            now();
        }
    }, { signal });

    signal.addEventListener('abort', () => clearTimeout(timer));

    if (later) {
        timer = setTimeout(now, wait());
    } else {
        now();
    }

    return now;
}
