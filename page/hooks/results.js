// What came of trying a hook: a test send, a preview, its conditions.

import { t } from '../text.js';
import { badge, block, code, el, facts, outside, pretty, statusBadge, table }
    from '../ui.js';
import { phaseBar } from './phases.js';


/** The answer to a test send.
 * @param {any} result of endpoints/.../test */
export function testResult(result) {
    return el('div.result', null,
        el('p', null,
           result.succeeded ? badge('ok', t('try.succeeded'))
                            : badge('bad', t('try.failed')),
           ' ', result.status ? statusBadge(result.status) : null,
           result.error && [' ', outside(result.error)]),
        facts([
            [t('try.id'), code(result.id)],
            [t('try.event'), result.event && code(result.event)],
            [t('try.address'), result.address && code(result.address)]
        ]),
        phaseBar(result),
        result.answer
        ? block(pretty(result.answer), { label: t('try.answer') })
        : el('p.hint', null, t('try.no_answer')));
}


/** The very request that would be sent.
 * @param {any} preview of endpoints/preview */
export function previewResult(preview) {
    const url = new URL(preview.url);
    const lines = [
        `${preview.method} ${url.pathname}${url.search} HTTP/1.1`,
        `Host: ${url.host}`,
        preview.content_type && `Content-Type: ${preview.content_type}`,
        `Content-Length: ${preview.body_length}`,
        ...preview.headers.map((/** @type {any} */ h) =>
            `${h.name}: ${h.value}`)
    ].filter(Boolean);

    return el('div.result', null,
        block(lines.join('\n'), { label: t('try.request') }),
        preview.body !== undefined
        ? block(preview.body, { label: t('try.body') })
        : preview.body_base64
          ? [el('p.hint', null, t('try.body_bytes')),
             block(preview.body_base64, { label: t('try.body') })]
          : el('p.hint', null, t('try.no_body')),
        el('p.hint', null, t('try.at_send')));
}


/** Which conditions hold.
 * @param {any} result of endpoints/filter-test */
export function filterResult(result) {
    return el('div.result', null,
        el('p', null, result.matches ? badge('ok', t('try.matches'))
                                     : badge('warn', t('try.matches_not'))),
        table({
            caption: t('try.conditions'),
            rows: result.filters,
            empty: el('p.hint', null, t('try.no_conditions')),
            columns: [
                { label: t('try.condition'), head: true,
                  cell: f => code(f.filter) },
                { label: t('try.holds'),
                  cell: f => f.holds === null
                             ? badge('idle', t('try.unknown'))
                             : f.holds ? badge('ok', t('try.yes'))
                                       : badge('warn', t('try.no')) }
            ]
        }));
}
