// Pausing a hook or a receiver.

import { path, post } from './api.js';
import { t } from './text.js';
import { button, dialog, el } from './ui.js';
import { field, form } from './form.js';


/** Asks why, and pauses it.
 * @param {'endpoints' | 'receivers'} kind
 * @param {any} thing
 * @param {string} text  what becomes of what comes then
 * @returns {Promise<any>} it as it is then; undefined: it was left */
export function pause(kind, thing, text) {
    return dialog(t('pause.title', { name: thing.name }), close => {
        const reason = field({ pointer: '/reason', label: t('pause.reason'),
                               props: { maxlength: 255 } });

        return form({
            fields: () => [reason],
            body: [el('p', null, text), reason.node],
            submit: t('pause.go'),
            actions: button(t('ui.cancel'), () => close()),
            send: async () => {
                const why = reason.get().trim();

                close((await post(path(kind, thing.id, 'pause'),
                                  why ? { reason: why } : undefined)).data);
            }
        }).node;
    });
}
