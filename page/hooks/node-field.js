// Which node of a cluster a list is of.

import { t } from '../text.js';
import { el } from '../ui.js';
import { field } from '../form.js';

/** A field with the name of a node, "all", or nothing: this one.
 * @param {string} here     this node
 * @param {string} value
 * @param {string} id       what its own id begins with
 * @param {(value: string) => void} [changed]  once it is written whole
 * @returns {import('../form.js').Field} */
export function nodeField(here, value, id, changed) {
    const made = field({
        pointer: '/node', label: t('filter.node'), value,
        props: { placeholder: here, list: `${id}-nodes`, id: `${id}-node`,
                 dir: 'ltr' }
    });

    if (changed) {
        made.input.addEventListener('change', () => changed(made.get()));
    }

    made.node.append(el('datalist', { id: `${id}-nodes` },
                        el('option', { value: 'all' })));

    return made;
}
