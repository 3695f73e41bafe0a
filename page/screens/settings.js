import { t } from '../text.js';
import { head } from '../ui.js';

/** @type {import('../main.js').Screen} */
export default {
    title: 'menu.settings',

    mount(root) {
        root.append(head(t('menu.settings')));
    }
};
