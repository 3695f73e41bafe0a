// When a delivery is sent: the gaps of "retry".

import { parseDuration } from '../text.js';

const CAP = 3650 * 86400000;            // ten years, as the module has it

export const DEFAULTS = { attempts: 12, first: '1m', factor: 2 };


/**
 * When the sends of a delivery are, counted from its first, if each fails at once.
 *
 * @param {{ attempts?: unknown, first?: unknown, factor?: unknown, max?: unknown } | null} retry
 * @returns {number[] | null} milliseconds, 0 first; null: a member of it is wrong
 */
export function timetable(retry) {
    /** @type {Record<string, any>} */
    const given = { ...DEFAULTS, ...stripped(retry ?? {}) };
    const attempts = Number(given.attempts);
    const first = parseDuration(given.first);
    const factor = Number(given.factor);
    const max = given.max === undefined ? CAP : parseDuration(given.max);

    if (!Number.isInteger(attempts) || attempts < 1 || attempts > 1000
        || Number.isNaN(first) || Number.isNaN(max) || !(factor >= 1 && factor <= 100))
    {
        return null;
    }

    const times = [0];
    let gap = Math.min(first, max);
    let now = 0;

    while (times.length < attempts) {
        now += Math.max(1, Math.floor(gap));
        times.push(now);
        gap = Math.min(gap * factor, max, CAP);
    }

    return times;
}


/**
 * Those of the times that are worth a line: the first, and the last.
 *
 * @param {number[]} times
 * @param {number} [most]
 * @returns {{ head: number[], last: number | null }} last: behind what is left out
 */
export function shortened(times, most = 12) {
    if (times.length <= most) {
        return { head: times, last: null };
    }

    return { head: times.slice(0, 6), last: times[times.length - 1] };
}


/**
 * @param {Record<string, any>} object
 * @returns {Record<string, any>} without what is not given
 */
function stripped(object) {
    return Object.fromEntries(Object.entries(object).filter(
        ([, value]) => value !== undefined && value !== null && value !== ''));
}
