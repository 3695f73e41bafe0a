// The settings of an endpoint: what is sent of them to change it.

/** @typedef {Record<string, any>} Settings */


/**
 * Without members that are empty: undefined, '', {} and [].
 *
 * @param {any} value
 * @returns {any} undefined: nothing is left
 */
export function compact(value) {
    if (Array.isArray(value)) {
        const list = value.map(compact).filter((item) => item !== undefined);

        return list.length ? list : undefined;
    }

    if (value === '' || value === null || value === undefined) {
        return undefined;
    }

    if (typeof value !== 'object') {
        return value;
    }

    const pairs = Object.entries(value).map(([name, item]) => [name, compact(item)])
                        .filter(([, item]) => item !== undefined);

    return pairs.length ? Object.fromEntries(pairs) : undefined;
}


/**
 * The merge patch (RFC 7396) that makes `now` of `before`: what is gone is null,
 * lists are whole.
 *
 * @param {Settings} before
 * @param {Settings} now
 * @returns {Settings | undefined} undefined: they are alike
 */
export function patch(before, now) {
    /** @type {Settings} */
    const changes = {};

    for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
        const was = before[name];
        const is = now[name];

        if (is === undefined) {
            if (was !== undefined) {
                changes[name] = null;
            }

        } else if (isObject(was) && isObject(is)) {
            const inner = patch(was, is);

            if (inner) {
                changes[name] = inner;
            }

        } else if (!same(was, is)) {
            changes[name] = is;
        }
    }

    return Object.keys(changes).length ? changes : undefined;
}


/**
 * Whether two values say the same, whatever the order of their members.
 *
 * @param {any} a
 * @param {any} b
 * @returns {boolean}
 */
export function same(a, b) {
    if (Array.isArray(a) && Array.isArray(b)) {
        return a.length === b.length && a.every((item, i) => same(item, b[i]));
    }

    if (isObject(a) && isObject(b)) {
        return patch(a, b) === undefined;
    }

    return a === b;
}


/**
 * Settings as they are tried, where nothing that is stored may be used: texts in
 * place of what is masked, and no secret that is kept.
 *
 * @param {Settings} settings
 * @returns {{ settings: Settings, masked: boolean }} masked: something was replaced
 */
export function unmasked(settings) {
    let masked = false;

    /** @type {(value: any) => any} */
    const replace = (value) => {
        if (value === '***') {
            masked = true;
            return 'not-shown-here';
        }

        if (Array.isArray(value)) {
            return value.map(replace);
        }

        return isObject(value)
               ? Object.fromEntries(Object.entries(value).map(
                   ([name, item]) => [name, replace(item)]))
               : value;
    };

    const { secrets, sign, ...rest } = settings;

    if (secrets || sign) {
        masked = true;
    }

    return { settings: replace(rest), masked };
}


/**
 * What the API has as one text or a list, as a list.
 *
 * @param {any} value
 * @returns {any[]}
 */
export function listed(value) {
    return value === undefined || value === null ? []
           : Array.isArray(value) ? value : [value];
}


/** @type {(value: any) => boolean} */
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
