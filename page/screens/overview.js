import { t } from '../text.js';
import { head } from '../ui.js';

/** @type {import('../main.js').Screen} */
export default {
    title: 'menu.overview',

    mount(root) {
        root.append(head(t('menu.overview')));
    }
};
