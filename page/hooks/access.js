// Who sends, as far as an endpoint is shown it: authorization, signatures in
// headers of another form, the name of its certificate.

import { t } from '../text.js';
import { el } from '../ui.js';
import { field, group, rows } from '../form.js';
import { kept, leadsElsewhere } from './anew.js';
import { compact } from './settings.js';

/** @typedef {import('./members.js').Part} Part */
/** @typedef {import('../form.js').Field} Field */

/** Members of "auth" by its type: what is secret is shown as ***. */
const AUTH = /** @type {const} */ ({
    bearer: ['token'],
    basic: ['user', 'password'],
    oauth2: ['token_url', 'client_id', 'client_secret', 'scope', 'audience']
});


/** @param {any} ep
 * @returns {Part} */
export function authorization(ep) {
    const labels = {
        token: t('auth.token'), user: t('auth.user'),
        password: t('auth.password'), token_url: t('auth.token_url'),
        client_id: t('auth.client_id'),
        client_secret: t('auth.client_secret'), scope: t('auth.scope'),
        audience: t('auth.audience')
    };

    const type = field({
        pointer: '/auth/type', label: t('auth.type'), type: 'select',
        value: ep.auth?.type ?? '',
        options: [['', t('auth.none')], ['bearer', t('auth.bearer')],
                  ['basic', t('auth.basic')], ['oauth2', t('auth.oauth2')]],
        changed: () => tell()
    });

    /** @type {Record<string, Field>} */
    const fields = Object.fromEntries(Object.entries(labels).map(
        ([name, label]) => [name, field({
            pointer: `/auth/${name}`, label, value: ep.auth?.[name],
            props: { dir: 'ltr' },
            changed: name === 'token_url' ? () => ask() : undefined
        })]));

    const values = Object.fromEntries(Object.entries(fields).map(
        ([name, f]) => [name, kept(f)]));
    let elsewhere = false;

    /* where access tokens come from is a place, too */

    const ask = () => {
        const on = elsewhere || leadsElsewhere(ep.auth?.token_url,
                                               fields.token_url.get().trim());

        Object.values(values).forEach(value => value.anew(on));
    };

    /** @type {() => readonly string[]} */
    const wanted = () => AUTH[/** @type {keyof typeof AUTH} */ (type.get())]
                         ?? [];

    const tell = () => {
        for (const [name, f] of Object.entries(fields)) {
            f.node.hidden = !wanted().includes(name);
        }
    };

    tell();

    return {
        node: group(t('hook.auth'), type.node,
                    Object.values(fields).map(f => f.node)),
        fields: () => [type, ...Object.values(fields)],
        get: () => ({
            auth: type.get() === '' ? undefined : compact({
                type: type.get(),
                ...Object.fromEntries(wanted().map(name =>
                    [name, values[name].get().trim()]))
            })
        }),
        anew(on) {
            elsewhere = on;
            ask();
        }
    };
}


/** @param {any} ep
 * @returns {Part} */
export function signatures(ep) {
    /** @type {Set<HTMLElement>} what is said of secrets that are kept */
    const hints = new Set();
    let elsewhere = false;

    const say = (/** @type {HTMLElement} */ hint) => {
        hint.textContent = elsewhere ? t('anew.value') : t('sign.secret_kept');
    };

    const list = rows({
        legend: t('hook.sign'), add: t('hook.add_sign'),
        values: ep.sign ?? [], fresh: () => ({}), max: 8,
        row: (value, index) => {
            /** @type {(name: string, label: string, more?: any) => Field} */
            const one = (name, label, more) => field({
                pointer: () => `/sign/${index()}/${name}`, label,
                value: value[name], props: { dir: 'ltr' }, ...more
            });

            const hint = value.secrets && el('span');

            /* what is said of one that is kept stands here, too */

            const secret = one('secret', t('sign.secret'), {
                hint,
                pointer: () => `/sign/${index()}/secret${
                    hint && secret.get() === '' ? 's' : ''}`
            });

            if (hint) {
                hints.add(hint);
                say(hint);
            }

            const fields = {
                header: one('header', t('sign.header')),
                algorithm: one('algorithm', t('sign.algorithm'),
                               { type: 'select',
                                 value: (value.algorithm ?? '')
                                        .replace('sha256', ''),
                                 options: [['', 'sha256'], ['sha1', 'sha1'],
                                           ['sha512', 'sha512']] }),
                encoding: one('encoding', t('sign.encoding'),
                              { type: 'select',
                                value: (value.encoding ?? '')
                                       .replace('hex', ''),
                                options: [['', 'hex'], ['HEX', 'HEX'],
                                          ['base64', 'base64']] }),
                prefix: one('prefix', t('sign.prefix')),
                template: one('template', t('sign.template'),
                              { props: { placeholder: '{body}',
                                         dir: 'ltr' } })
            };

            return {
                node: el('div.columns', null, fields.header.node, secret.node,
                         fields.algorithm.node, fields.encoding.node,
                         fields.prefix.node, fields.template.node),
                fields: [fields.header, secret, fields.algorithm,
                         fields.encoding, fields.prefix, fields.template],
                get: () => compact({
                    ...Object.fromEntries(Object.entries(fields).map(
                        ([name, f]) => [name, f.get()])),
                    secret: secret.get(),
                    secrets: secret.get() ? undefined : value.secrets
                })
            };
        }
    });

    return {
        node: list.node, fields: list.fields,
        get: () => ({ sign: compact(list.get()) }),
        anew(on) {
            elsewhere = on;
            hints.forEach(say);
        }
    };
}


/** @param {any} ep
 * @param {() => void} changed
 * @returns {Part} */
export function certificate(ep, changed) {
    const name = field({ pointer: '/tls/name', label: t('hook.tls_name'),
                         hint: t('hook.tls_hint'), value: ep.tls?.name,
                         changed, props: { dir: 'ltr' } });

    return {
        node: name.node,
        fields: () => [name],
        get: () => ({ tls: compact({ name: name.get().trim() }) })
    };
}
