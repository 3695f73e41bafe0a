/*
 * The page: which screen is shown, what stands around it, and who looks at it.
 */

import * as text from './text.js';
import { t } from './text.js';
import * as api from './api.js';
import { el, link, failure, loading, notices, notifyProblem, sentence, newId }
    from './ui.js';

/**
 * What a screen is given.
 * @typedef {object} Context
 * @property {any} who              as whoami answers
 * @property {(permission: string) => boolean} may
 *           'company.setting', 'company.view', 'payload'
 * @property {boolean} operator     may do all, for all companies
 * @property {URLSearchParams} query    of the fragment, behind its "?"
 * @property {(query: Record<string, any>) => void} setQuery
 *           changes the fragment's query, without showing the screen anew; what
 *           is empty is left out
 * @property {(hash: string, replace?: boolean) => void} go  to another screen
 * @property {(text: string) => void} title  of the browser's window
 * @property {AbortSignal} signal   aborted when the screen ends
 */

/**
 * A screen's module: export default { title: 'key', mount }.
 * @typedef {object} Screen
 * @property {string} title         a key of the catalogue
 * @property {(root: HTMLElement, params: string[], ctx: Context) =>
 *           (void | (() => void)) | Promise<void | (() => void)>} mount
 *           params are the {parts} of the path, decoded; what it returns is
 *           called when it ends
 */

/** Path, module, and where the menu stands meanwhile.
 * @type {[RegExp, () => Promise<{ default: Screen }>, string][]} */
const ROUTES = [
    [/^$/, () => import('./screens/overview.js'), ''],
    [/^hooks$/, () => import('./screens/hooks.js'), 'hooks'],
    [/^hooks\/new$/, () => import('./screens/hook-form.js'), 'hooks'],
    [/^hooks\/([^/]+)$/, () => import('./screens/hook.js'), 'hooks'],
    [/^hooks\/([^/]+)\/edit$/, () => import('./screens/hook-form.js'), 'hooks'],
    [/^deliveries$/, () => import('./screens/deliveries.js'), 'deliveries'],
    [/^deliveries\/([^/]+)$/, () => import('./screens/delivery.js'),
     'deliveries'],
    [/^receivers$/, () => import('./screens/receivers.js'), 'receivers'],
    [/^receivers\/new$/, () => import('./screens/receiver-form.js'),
     'receivers'],
    [/^receivers\/([^/]+)$/, () => import('./screens/receiver.js'),
     'receivers'],
    [/^receivers\/([^/]+)\/edit$/, () => import('./screens/receiver-form.js'),
     'receivers'],
    [/^receivers\/([^/]+)\/calls\/([^/]+)$/, () => import('./screens/call.js'),
     'receivers'],
    [/^events$/, () => import('./screens/events.js'), 'events'],
    [/^tasks$/, () => import('./screens/tasks.js'), 'tasks'],
    [/^tasks\/([^/]+)$/, () => import('./screens/task.js'), 'tasks'],
    [/^audit$/, () => import('./screens/audit.js'), 'audit'],
    [/^settings$/, () => import('./screens/settings.js'), 'settings']
];

/** [path, key of its name] */
const MENU = [
    ['', 'menu.overview'],
    ['hooks', 'menu.hooks'],
    ['deliveries', 'menu.deliveries'],
    ['receivers', 'menu.receivers'],
    ['events', 'menu.events'],
    ['tasks', 'menu.tasks'],
    ['audit', 'menu.audit'],
    ['settings', 'menu.settings']
];

/** @type {any} */
let who = null;

/** @type {AbortController} of the screen that is shown */
let shown = new AbortController();

/** @type {void | (() => void)} */
let end;

const main = el('main', { id: 'main', tabindex: -1 });
const menu = el('nav.menu', { id: 'menu' });
const person = el('p.person');


/** The fragment, in its parts. */
function place() {
    const all = location.hash.replace(/^#\/?/, '');
    const mark = all.indexOf('?');

    return {
        path: mark < 0 ? all : all.slice(0, mark),
        query: new URLSearchParams(mark < 0 ? '' : all.slice(mark + 1))
    };
}


/** Shows the screen of the fragment. */
async function show() {
    const { path, query } = place();

    shown.abort();

    if (end) {
        end();
        end = undefined;
    }

    const mine = shown = new AbortController();

    if (!who) {
        login();
        return;
    }

    const route = ROUTES.find(([pattern]) => pattern.test(path));
    drawMenu(route ? route[2] : null);
    main.replaceChildren(loading());

    if (!route) {
        main.replaceChildren(failure(new api.Problem(404,
            { detail: t('problem.404') })));
        arrive(t('problem.404.title'));
        return;
    }

    const params = (route[0].exec(path) ?? []).slice(1).map(part => {
        try {
            return decodeURIComponent(part);
        } catch {
            return part;
        }
    });

    try {
        const screen = (await route[1]()).default;

        if (mine.signal.aborted) {
            return;
        }

        const root = el('div.screen');
        const title = t(screen.title);

        setTitle(title);

        const ended = await screen.mount(root, params,
                                         context(query, mine.signal));

        if (mine.signal.aborted) {
            ended?.();
            return;
        }

        end = ended;
        main.replaceChildren(root);
        arrive();

    } catch (e) {
        if (mine.signal.aborted) {
            return;
        }

        main.replaceChildren(failure(e, show));
        arrive(t('problem.title'));
    }
}


/** @param {URLSearchParams} query
 * @param {AbortSignal} signal
 * @returns {Context} */
function context(query, signal) {
    const may = (/** @type {string} */ permission) =>
        who.permissions.includes(permission);

    return {
        who, may, query, signal,
        operator: who.all_companies && may('company.setting'),
        title: setTitle,

        setQuery(values) {
            const next = new URLSearchParams();

            for (const [name, value] of Object.entries(values)) {
                if (value !== null && value !== undefined && value !== '') {
                    next.set(name, String(value));
                }
            }

            const { path } = place();
            const search = String(next);

            history.replaceState(null, '',
                                 `#/${path}${search ? `?${search}` : ''}`);
        },

        go(hash, replace = false) {
            if (replace) {
                history.replaceState(null, '', hash);
                show();
            } else if (location.hash === hash) {
                show();
            } else {
                location.hash = hash;
            }
        }
    };
}


/** @param {string} title */
function setTitle(title) {
    document.title = `${title} – ${t('page.title')}`;
}


/** Who came to a screen by keyboard or ear is at its heading.
 * @param {string} [title] */
function arrive(title) {
    if (title) {
        setTitle(title);
    }

    const h = main.querySelector('h1, h2');

    if (h instanceof HTMLElement) {
        h.tabIndex = -1;
        h.focus({ preventScroll: true });
    } else {
        main.focus({ preventScroll: true });
    }

    scrollTo(0, 0);
}


/** @param {string | null} current */
function drawMenu(current) {
    menu.setAttribute('aria-label', t('menu.label'));
    menu.replaceChildren(el('ul', null, MENU.map(([path, key]) =>
        el('li', null, link(`#/${path}`, t(key), {
            'aria-current': path === current && 'page' })))));

    menu.classList.remove('open');
    toggle.setAttribute('aria-expanded', 'false');
    toggle.textContent = t('menu.label');

    person.replaceChildren(who?.name ? el('bdi', { dir: 'auto' }, who.name)
                                     : '',
                           who?.company ? [' · ', who.company].join('') : '');
}


/** On a narrow screen the menu is behind it. */
const toggle = el('button.toggle', {
    type: 'button', 'aria-controls': 'menu', 'aria-expanded': 'false',
    on: {
        click() {
            const open = menu.classList.toggle('open');
            toggle.setAttribute('aria-expanded', String(open));
        }
    }
});


/* Login, where nothing that stands in front tells who it is */

function login() {
    menu.replaceChildren();
    person.replaceChildren();
    document.body.classList.add('out');

    const id = newId('token');
    const wrong = el('p.error', { id: `${id}-error`, role: 'alert' });

    const input = el('input', { id, type: 'password', required: true,
                                autocomplete: 'off', spellcheck: 'false',
                                autocapitalize: 'off',
                                'aria-describedby':
                                    `${id}-hint ${id}-error` });

    const go = el('button.primary', { type: 'submit' }, t('login.go'));

    const form = el('form.login', {
        novalidate: true,
        on: {
            submit: async (/** @type {Event} */ event) => {
                event.preventDefault();

                const token = input.value.trim();
                wrong.textContent = '';

                if (!token || /[^\x21-\x7e]/.test(token)) {
                    wrong.textContent = t('login.empty');
                    input.focus();
                    return;
                }

                try {
                    const { data } = await api.get('whoami', { as: token });
                    api.setToken(token);
                    enter(data);
                } catch (e) {
                    wrong.textContent =
                        e instanceof api.Problem && e.status === 401
                        ? t('login.unknown') : sentence(e);
                    input.focus();
                    input.select();
                }
            }
        }
    },
        el('h1', { tabindex: -1 }, t('login.title')),
        el('p', null, t('login.text')),
        el('div.field', null,
           el('label', { for: id }, t('login.token')),
           input,
           el('p.hint', { id: `${id}-hint` }, t('login.hint')),
           wrong),
        el('div.actions', null, go),
        el('p.hint', null, t('login.session')),
        el('div.actions', null, reloadButton()),
        languageChoice());

    main.replaceChildren(form);
    setTitle(t('login.title'));
    input.focus();
}


/** Somebody is known now.
 * @param {any} answer of whoami */
function enter(answer) {
    who = answer;
    document.body.classList.remove('out');
    show();
}


/** Ends what the token is for. */
export function leave() {
    api.setToken(null);
    who = null;
    show();
}


/** To choose the language by; settings.js has it, too. */
export function languageChoice() {
    const id = newId('language');

    return el('div.field.language', null,
        el('label', { for: id }, t('settings.language')),
        el('select', {
            id,
            on: {
                async change(/** @type {any} */ event) {
                    try {
                        await text.use(event.target.value, true);
                        dress();
                        show();
                    } catch (e) {
                        notifyProblem(e);
                    }
                }
            }
        }, Object.entries(text.languages).map(([name, label]) =>
            el('option', { value: name, lang: name,
                           selected: name === text.language }, label))));
}


const brand = el('a.brand', { href: '#/' });
const skip = el('a.skip', {
    href: '#main',
    on: {
        click(/** @type {Event} */ event) {
            event.preventDefault();     /* the fragment is a screen's */
            main.focus();
        }
    }
});

/** What is written around the screens. */
function dress() {
    brand.textContent = t('page.title');
    skip.textContent = t('menu.skip');
}


async function start() {
    document.body.replaceChildren(
        skip,
        el('header.top', null, brand, person, toggle),
        el('div.frame', null, menu, main),
        notices());

    /* both at once: one does not need the other */

    const asked = api.get('whoami', { as: null })
        .then(answer => answer.data, (/** @type {any} */ e) => e);

    try {
        await text.use(text.preferred());
    } catch (e) {
        console.error(e);
    }

    dress();

    const answer = await asked;

    api.onUnknown(() => {
        if (who?.token) {
            leave();
        } else if (who) {
            ended();
        }
    });

    addEventListener('hashchange', show);

    if (!(answer instanceof Error)) {
        enter(answer);

    } else if (answer instanceof api.Problem && answer.status === 401) {
        show();

    } else {
        refused(answer);
    }
}


/** @param {'primary'} [kind] */
const reloadButton = kind => el('button', {
    type: 'button', class: kind, on: { click: () => location.reload() }
}, t('login.reload'));


/** Whom the server knew by itself, as by a cookie, it does not know any more: a
 * token is not what he has. */
function ended() {
    const again = reloadButton('primary');

    leave();
    main.replaceChildren(el('div.login', null,
        el('h1', { tabindex: -1 }, t('login.ended')),
        el('p', null, t('login.ended.text')),
        el('div.actions', null, again,
           el('button', { type: 'button', on: { click: login } },
              t('login.instead')))));
    setTitle(t('login.ended'));
    again.focus();
}


/** Who is known and may not even look, or the server is away.
 * @param {any} e */
function refused(e) {
    document.body.classList.add('out');
    main.replaceChildren(
        failure(e, () => location.reload()),
        e instanceof api.Problem && e.status === 403
        ? el('div.login', null, el('p', null, t('problem.403.help')),
             el('div.actions', null,
                el('button', { type: 'button', on: { click: login } },
                   t('login.instead')))) : '');
    arrive(t('problem.title'));
}


start();
