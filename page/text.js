/*
 * Words, numbers and times, in the reader's language.
 *
 * A catalogue is flat: "hook.add": "Add a hook".  {name} in a text is replaced
 * by args.name.  Where a number decides on the form, there are "key#one",
 * "key#other" ... (the categories of Intl.PluralRules), chosen by args.n.
 */

export const languages = /** @type {const} */ ({
    en: 'English',
    vi: 'Tiếng Việt',
    th: 'ไทย'
});

/** @typedef {keyof typeof languages} Language */

/** @type {Language} */
export let language = 'en';

/** @type {Record<string, string>} */
let catalogue = {};

let plural = new Intl.PluralRules('en');
let collator = new Intl.Collator('en');

const STORED = 'webhook.language';


/** Which language to begin with: the one chosen before, or the browser's.
 * @returns {Language} */
export function preferred() {
    /** @type {(string | null)[]} */
    const wanted = [...navigator.languages];

    try {
        wanted.unshift(localStorage.getItem(STORED));
    } catch { /* storage is off: the browser's language it is */ }

    for (const tag of wanted) {
        const base = tag?.toLowerCase().split('-')[0];
        if (base && base in languages) {
            return /** @type {Language} */ (base);
        }
    }

    return 'en';
}


/** Loads a catalogue and makes it the one in use; chosen: by the reader, and
 * remembered in this browser.
 * @param {Language} name */
export async function use(name, chosen = false) {
    const answer = await fetch(new URL(`lang/${name}.json`, import.meta.url),
                               { credentials: 'same-origin' });

    if (!answer.ok) {
        throw new Error(`lang/${name}.json: ${answer.status}`);
    }

    catalogue = await answer.json();
    language = name;
    plural = new Intl.PluralRules(name);
    collator = new Intl.Collator(name, { numeric: true });
    formats.clear();
    document.documentElement.lang = name;

    if (chosen) {
        try {
            localStorage.setItem(STORED, name);
        } catch { /* it holds until the page is left */ }
    }
}


/** The text of a key.
 * @param {string} key
 * @param {Record<string, any>} [args] */
export function t(key, args) {
    let text = catalogue[key];

    if (args && typeof args.n === 'number') {
        text = catalogue[`${key}#${plural.select(args.n)}`]
               ?? catalogue[`${key}#other`] ?? text;
    }

    if (text === undefined) {
        return key;
    }

    return text.replace(/\{(\w+)\}/g, (all, name) => {
        const value = args?.[name];
        return value === undefined ? all
             : typeof value === 'number' ? number(value) : String(value);
    });
}


/** The word for a value that the API has: word('state', 'dead') is the text of
 * "state.dead"; what has none stays as it is.
 * @param {string} family
 * @param {string | null | undefined} value */
export function word(family, value) {
    if (value === null || value === undefined) {
        return '';
    }

    return catalogue[`${family}.${value}`] ?? value;
}


/** For sort().
 * @param {string} a
 * @param {string} b */
export const compare = (a, b) => collator.compare(a, b);


/** @type {Map<string, any>} */
const formats = new Map();

/** @param {string} kind
 * @param {any} options */
function format(kind, options) {
    const name = kind + JSON.stringify(options);
    let f = formats.get(name);

    if (!f) {
        f = kind === 'number' ? new Intl.NumberFormat(language, options)
          : kind === 'time' ? new Intl.DateTimeFormat(language, options)
          : new Intl.RelativeTimeFormat(language, options);
        formats.set(name, f);
    }

    return f;
}


/** 12,345
 * @param {number} n
 * @param {Intl.NumberFormatOptions} [options] */
export function number(n, options = {}) {
    return format('number', options).format(n);
}


/** 0.978: 97.8%
 * @param {number} part */
export function percent(part) {
    return number(part, { style: 'percent',
                          maximumFractionDigits: part > 0.99 && part < 1 ? 2
                                                                         : 1 });
}


/** 1.2 kB
 * @param {number} n */
export function bytes(n) {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
    let i = 0;

    while (n >= 1000 && i < units.length - 1) {
        n /= 1000;
        i++;
    }

    return number(n, { style: 'unit', unit: units[i],
                       unitDisplay: i ? 'short' : 'long',
                       maximumFractionDigits: n < 10 && i ? 1 : 0 });
}


/** How long: 2 h 5 min, 3.2 s, 45 ms.
 * @param {number} ms */
export function duration(ms) {
    /** @type {(n: number, name: string, digits?: number) => string} */
    const unit = (n, name, digits = 0) =>
        number(n, { style: 'unit', unit: name, unitDisplay: 'short',
                    maximumFractionDigits: digits });

    if (ms < 1000) {
        return unit(ms, 'millisecond', ms < 10 ? 1 : 0);
    }

    const s = ms / 1000;

    if (s < 60) {
        return unit(s, 'second', s < 10 ? 1 : 0);
    }

    /** @type {(s: number, big: number, a: string, small: number,
               b: string) => string} */
    const two = (n, big, a, small, b) => {
        let high = Math.floor(n / big);
        let low = Math.round((n - high * big) / small);

        if (low * small >= big) {
            high++;
            low = 0;
        }

        return low ? `${unit(high, a)} ${unit(low, b)}` : unit(high, a);
    };

    if (s < 3600) {
        return two(s, 60, 'minute', 1, 'second');
    }

    if (s < 86400 * 2) {
        return two(s, 3600, 'hour', 60, 'minute');
    }

    return two(s, 86400, 'day', 3600, 'hour');
}


/** A length of time as the API's settings write it (90, "90s", "1h30m",
 * "24h", "7d") in ms; NaN: it is none.
 * @param {string | number} text */
export function parseDuration(text) {
    /** @type {Record<string, number>} */
    const units = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
    const all = String(text).trim();

    if (/^\d+$/.test(all)) {
        return Number(all) * 1000;
    }

    if (!/^(\d+(ms|[smhdw])\s*)+$/.test(all)) {
        return NaN;
    }

    let sum = 0;

    for (const [, n, unit] of all.matchAll(/(\d+)(ms|[smhdw])/g)) {
        sum += Number(n) * units[unit];
    }

    return sum;
}


/** Phases of an attempt come in microseconds.
 * @param {number | null | undefined} n */
export const usec = n => n === null || n === undefined ? '' : duration(n / 1000);


/** A time of the API, with date and seconds.
 * @param {string | number | Date} at */
export function time(at, options = {}) {
    return format('time', { dateStyle: 'medium', timeStyle: 'medium',
                            ...options }).format(new Date(at));
}


/** Hour and minute alone, or the day, for axes.
 * @param {string | number | Date} at
 * @param {boolean} [days] */
export function shortTime(at, days = false) {
    return format('time', days ? { month: 'short', day: 'numeric' }
                               : { hour: '2-digit', minute: '2-digit' })
           .format(new Date(at));
}


/** 3 minutes ago, in 2 hours.
 * @param {string | number | Date} at */
export function ago(at, now = Date.now()) {
    const s = (new Date(at).getTime() - now) / 1000;
    const f = format('relative', { numeric: 'auto' });
    const size = Math.abs(s);

    return size < 60 ? f.format(Math.round(s), 'second')
         : size < 3600 ? f.format(Math.round(s / 60), 'minute')
         : size < 86400 ? f.format(Math.round(s / 3600), 'hour')
         : f.format(Math.round(s / 86400), 'day');
}
