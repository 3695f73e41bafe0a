// Secrets of a hook that is to go elsewhere: none goes along, so those that are
// kept are given anew.

import { t } from '../text.js';
import { el } from '../ui.js';
import { firstSecret } from './members.js';

/** @typedef {import('../form.js').Field} Field */
/** @typedef {import('./members.js').Part} Part */

const MASK = '***';


/** Whether a URL leads to another scheme, host or port.  What nobody can read,
 * and what is not written to its end, leads nowhere.
 * @param {string | undefined} was
 * @param {string | undefined} now */
export function leadsElsewhere(was, now) {
    if (!was || !now || !URL.canParse(was) || !URL.canParse(now)) {
        return false;
    }

    const [a, b] = [new URL(was), new URL(now)];

    return /^https?:$/.test(b.protocol)
           && (a.protocol !== b.protocol || a.host !== b.host);
}


/** Whether a hook would go elsewhere: what its certificate has to be for
 * counts, too.
 * @param {any} was
 * @param {any} now */
export const moved = (was, now) =>
    leadsElsewhere(was.url, now.url)
    || (was.tls?.name ?? '') !== (now.tls?.name ?? '');


/**
 * A field whose value is kept, and not shown.  Where it does not go along the
 * field is empty; left so, the API says that it is missing.
 *
 * @param {Field} field
 * @returns {{ get: () => string, anew: (on: boolean) => void }}
 */
export function kept(field) {
    const masked = field.get() === MASK;
    let asked = false;

    return {
        get: () => asked && field.get() === '' ? MASK : field.get(),

        anew(on) {
            if (!masked || on === asked) {
                return;
            }

            asked = on;

            if (field.get() === (on ? MASK : '')) {
                field.set(on ? '' : MASK);
            }

            if (on) {
                field.input.setAttribute('placeholder', t('anew.value'));
            } else {
                field.input.removeAttribute('placeholder');
            }
        }
    };
}


/** What is said of it, and the choice of a secret in place of one that is
 * kept.
 * @param {any} ep
 * @returns {Part} */
export function another(ep) {
    const choice = ep.secrets?.length ? firstSecret() : null;
    const text = el('p.warning', { id: 'hook-anew', hidden: true },
                    t('anew.text'));
    const told = el('div', { 'aria-live': 'polite' }, text);
    let on = false;

    if (choice) {
        choice.node.hidden = true;
    }

    return {
        node: el('div.stack', null, told, choice?.node),
        fields: () => on && choice ? choice.fields() : [],

        /* none is wanted: the one that is kept goes */

        get: () => on && choice ? { secret: choice.get().secret ?? null } : {},

        anew(now) {
            on = now;
            text.hidden = !on;

            if (choice) {
                choice.node.hidden = !on;
            }
        }
    };
}


/** Whether anything is kept that does not go along.
 * @param {any} ep */
export const keeps = ep =>
    Boolean(ep.secrets?.length || ep.headers?.length || keepsAccess(ep));

/** The same of what stands apart in the form.
 * @param {any} ep */
export const keepsAccess = ep =>
    Boolean(ep.auth?.type || ep.sign?.length);
