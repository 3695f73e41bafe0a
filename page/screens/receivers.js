/*
 * All receivers.
 */

import { t, word } from '../text.js';
import * as api from '../api.js';
import { el, head, hash, link, empty, table, redraw, failure, button, badge,
         outside, code, loading } from '../ui.js';
import { preset } from '../receivers/presets.js';

/** What is the matter with one, and what it does with calls.
 * @param {any} r */
export function receiverBadges(r) {
    const mode = r.mode ?? 'sync';

    return [
        r.state?.held && badge('bad', t('receiver.held'), r.state.held),
        r.state?.paused && badge('warn', t('endpoint.paused'),
                                 r.state.reason ?? undefined),
        mode === 'disabled' ? badge('warn', word('mode', mode))
        : mode === 'test' ? badge('idle', word('mode', mode))
        : badge('ok', word('mode', mode))
    ].filter(Boolean);
}

/** Who may call it, in a word.
 * @param {any} r */
export function caller(r) {
    const name = r.verify?.preset;

    return !name ? t('receiver.verify.none')
           : preset(name)?.who ?? name;
}

/** Which calls are kept, in a word.
 * @param {any} r */
export const logged = r =>
    word('log_calls', typeof r.log_calls === 'object'
                      ? r.log_calls?.calls ?? 'off' : r.log_calls ?? 'off');


/** @type {import('../main.js').Screen} */
export default {
    title: 'receivers.title',

    async mount(root, params, ctx) {
        const list = api.list('receivers', { limit: 100 }, ctx.signal);
        const area = el('div.stack', null, loading());
        const may = ctx.may('company.setting');

        const make = may && link('#/receivers/new', t('receivers.new'),
                                 { class: 'button primary', id: 'new' });

        function draw() {
            redraw(area, table({
                caption: t('receivers.title'),
                id: 'receivers',
                rows: list.items,
                empty: empty(t('receivers.empty'),
                             may && link('#/receivers/new', t('receivers.new'),
                                         { class: 'button' })),
                columns: [
                    { label: t('receivers.name'), head: true, cell: r => [
                        link(hash('receivers', r.id), outside(r.name),
                             { id: `r-${r.id}` }),
                        r.description && el('p.hint', null,
                                            outside(r.description))] },
                    { label: t('receivers.state'), cell: receiverBadges },
                    { label: t('receivers.caller'), cell: r =>
                        r.source === 'nginx.conf' ? '–' : caller(r) },
                    { label: t('receivers.log'), cell: logged },
                    ...ctx.who.all_companies ? [{
                        label: t('receivers.company'),
                        cell: (/** @type {any} */ r) =>
                            r.source === 'nginx.conf' ? code('nginx.conf')
                            : r.company ? outside(r.company) : '–'
                    }] : []
                ]
            }), !list.done && button(t('ui.more'), async () => {
                await list.more();
                draw();
            }, { id: 'more' }));
        }

        root.append(head(t('receivers.title'), { lead: t('receivers.lead'),
                                                 actions: make }), area);

        try {
            await list.more();
            draw();
        } catch (e) {
            redraw(area, failure(e, () => ctx.go(location.hash)));
        }
    }
};
