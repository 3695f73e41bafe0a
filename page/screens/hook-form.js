// A hook, made or changed.

import { get, newKey, patch as change, path, post, Problem } from '../api.js';
import { t } from '../text.js';
import { disclosure, el, hash, head, held, link, outside, redraw, secret }
    from '../ui.js';
import { form } from '../form.js';
import { destinations, registry } from '../registry.js';
import { another, keeps, keepsAccess, moved } from '../hooks/anew.js';
import { eventTypes } from '../hooks/catalogue.js';
import { chooseEvents } from '../hooks/choose-events.js';
import { content, filters, firstSecret, format, headers, limits, retries,
         where } from '../hooks/members.js';
import { authorization, certificate, signatures } from '../hooks/access.js';
import { patch, unmasked } from '../hooks/settings.js';
import { tryPanel } from '../hooks/try.js';

/** @typedef {import('../main.js').Context} Context */
/** @typedef {import('../hooks/patterns.js').EventType} EventType */


/** All parts of the form, and what they say together.
 * @param {any} ep         as it is; of a new one, what to begin with
 * @param {EventType[]} types
 * @param {Context} ctx
 * @param {boolean} fresh  it is new
 * @param {() => void} changed */
function parts(ep, types, ctx, fresh, changed) {
    const events = chooseEvents({
        types, chosen: ep.events ?? [], signal: ctx.signal, changed,
        group: ctx.query.get('group') ?? undefined
    });

    const first = {
        where: where(ep, fresh && ctx.who.all_companies, () => place()),
        secret: fresh ? firstSecret() : another(ep),
        format: format(ep),
        headers: headers(ep, changed)
    };

    const more = {
        filters: filters(ep),
        retries: retries(ep),
        limits: limits(ep),
        content: content(ep),
        auth: authorization(ep),
        sign: signatures(ep),
        tls: certificate(ep, () => place())
    };

    const access = disclosure(t('hook.more_access'), 'hook-more-access',
        el('div.stack', null, more.auth.node, more.sign.node, more.tls.node));

    const all = [...Object.values(first), ...Object.values(more)];

    let said = false;       /* the API said that it goes elsewhere */
    let elsewhere = false;

    const place = () => {
        const on = keeps(ep)
            && (said || moved(ep, { ...first.where.get(), ...more.tls.get() }));

        if (on !== elsewhere) {
            elsewhere = on;
            all.forEach(p => p.anew?.(on));

            if (on && keepsAccess(ep)) {
                access.setAttribute('open', '');
            }
        }
    };

    return {
        events,

        /* it may know better, as of names that are written otherwise */

        goesElsewhere() {
            said = true;
            place();
        },

        fields: () => [...events.fields(), ...all.flatMap(p => p.fields())],

        settings: () => {
            const chosen = events.get();

            return Object.assign({ events: chosen.length ? chosen : undefined },
                                 ...all.map(p => p.get()));
        },

        body: [
            events.node, first.where.node,
            ...fresh ? [] : [first.secret.node],
            first.format.node, first.headers.node,
            ...fresh ? [first.secret.node] : [],
            disclosure(t('hook.more_filter'), 'hook-more-filter',
                       more.filters.node),
            disclosure(t('hook.more_retry'), 'hook-more-retry',
                       more.retries.node),
            disclosure(t('hook.more_limit'), 'hook-more-limit',
                       more.limits.node),
            access,
            disclosure(t('hook.more_content'), 'hook-more-content',
                       more.content.node)
        ]
    };
}


/** What is sent of settings to register them: without what is not there.
 * @param {any} settings */
const given = settings => JSON.parse(JSON.stringify(settings));


/** It was registered: its secret, this once.
 * @param {HTMLElement} root
 * @param {any} ep
 * @param {Context} ctx */
function registered(root, ep, ctx) {
    const top = head(t('hook.registered', { name: ep.name }));

    redraw(root, top, warnings(ep), itsSecret(ep),
        ep.state?.held && el('p.warning', null, held(ep.state)),
        el('div.actions', null,
           link(hash('hooks', ep.id), t('hook.open'),
                { class: 'button primary' }),
           link('#/hooks', t('hook.all'), { class: 'button' })));

    ctx.title(ep.name);
    top.querySelector('h1')?.focus();
}


/** Its secret, where it was made just now.
 * @param {any} ep */
const itsSecret = ep => ep.secret && [
    secret(ep.secret, t('hook.its_secret')),
    el('p', null, t('hook.secret_text'))
];


/** What may not be meant.
 * @param {any} ep
 * @returns {HTMLElement} */
export function warnings(ep) {
    return el('div', null, (ep.warnings ?? []).map((/** @type {any} */ w) =>
        el('p.warning', null, outside(w.detail))));
}


/** @type {import('../main.js').Screen} */
export default {
    title: 'hook.form_title',

    async mount(root, [id], ctx) {
        if (!ctx.may('company.setting')) {
            throw new Problem(403, { detail: t('hook.only_setting') });
        }

        const [types, bounds, kept] = await Promise.all([
            eventTypes(ctx.signal),
            registry('endpoints', id === undefined, ctx.signal),
            id === undefined ? null
            : get(path('endpoints', id), { signal: ctx.signal })
        ]);

        const ep = kept ? kept.data : begin(ctx);

        if (ep.source === 'nginx.conf') {
            throw new Problem(409, { detail: t('hook.in_nginx_conf') });
        }

        const fresh = kept === null;
        const key = newKey();

        const all = parts(ep, types, ctx, fresh, () => panel.refresh());
        const before = all.settings();

        const sent = async () => {
            const settings = all.settings();

            if (fresh) {
                const answer = await post('endpoints', given(settings),
                                          { key: keyOf(key, settings) });
                registered(root, answer.data, ctx);
                return;
            }

            const changes = patch(before, settings);

            if (!changes) {
                ctx.go(hash('hooks', id));
                return;
            }

            try {
                const answer = await change(path('endpoints', id), changes,
                                            { version: ep.version });

                if (answer.data.secret || answer.data.warnings?.length) {
                    saved(root, answer.data, ctx);
                } else {
                    ctx.go(hash('hooks', id));
                }

            } catch (e) {
                if (e instanceof Problem && e.errors.some(
                    (/** @type {any} */ x) => x.pointer === '/secrets'))
                {
                    all.goesElsewhere();
                }

                throw e instanceof Problem && e.status === 412
                      ? new Problem(412, { ...e.body,
                                           detail: t('hook.changed_by_other') })
                      : e;
            }
        };

        const filled = form({
            fields: () => all.fields(),
            body: all.body,
            submit: fresh ? t('hook.register') : t('hook.save'),
            send: sent,
            actions: link(fresh ? '#/hooks' : hash('hooks', id),
                          t('ui.cancel'), { class: 'button' })
        });

        const panel = tryPanel({
            types, ctx,
            chosen: () => all.events.get(),
            settings: () => tried(all.settings()),
            sending: () => sending(id, before, all.settings()),
            fail: e => {
                const mine = all.fields().map(f => f.pointer());
                const known = e.errors.some((/** @type {any} */ x) =>
                    mine.some(p => p === x.pointer
                                   || x.pointer.startsWith(`${p}/`)
                                   || p.startsWith(`${x.pointer}/`)));

                if (known) {
                    filled.fail(e);
                }

                return known;
            }
        });

        const title = fresh ? t('hook.new') : t('hook.change',
                                                { name: ep.name });
        ctx.title(title);

        root.append(
            head(title, {
                back: fresh ? ['#/hooks', t('hooks.title')]
                            : [hash('hooks', id), ep.name],
                lead: fresh ? t('hook.new_text') : null
            }),
            el('div', null, destinations(bounds)),
            el('div.columns.beside', null, filled.node, panel.node));
    }
};


/** What a new one begins with.
 * @param {Context} ctx */
function begin(ctx) {
    const event = ctx.query.get('event');

    return { format: 'json', events: event ? [event] : [] };
}


/* The same settings, sent again because no answer came, are the same
 * registration; others are another. */

/** @param {string} key
 * @param {any} settings */
function keyOf(key, settings) {
    let sum = 0;

    for (const c of JSON.stringify(settings)) {
        sum = (sum * 31 + /** @type {number} */ (c.codePointAt(0))) >>> 0;
    }

    return `${key}-${sum.toString(16)}`;
}


/** Settings as they may be tried: a secret that does not exist yet signs
 * nothing.
 * @param {any} settings */
function tried(settings) {
    const { settings: shown } = unmasked(settings);

    if (shown.secret === true || shown.secret === null) {
        delete shown.secret;
    }

    return given(shown);
}


/** Of what a test is sent: of the hook as it is kept, if nothing was changed;
 * else of what the form has, which needs all that is masked.
 * @param {string | undefined} id
 * @param {any} before
 * @param {any} settings
 * @returns {import('../hooks/try.js').Sending} */
function sending(id, before, settings) {
    if (id !== undefined && !patch(before, settings)) {
        return { id };
    }

    return unmasked(settings).masked ? { why: t('try.save_first') }
                                     : { settings: tried(settings) };
}


/** It was changed, with something to be told of it.
 * @param {HTMLElement} root
 * @param {any} ep
 * @param {Context} ctx */
function saved(root, ep, ctx) {
    const top = head(t('hook.saved', { name: ep.name }));

    redraw(root, top, warnings(ep), itsSecret(ep),
        el('div.actions', null,
           link(hash('hooks', ep.id), t('hook.open'),
                { class: 'button primary' })));

    ctx.title(ep.name);
    top.querySelector('h1')?.focus();
}
