// What the page's sources are held to; t/page/static.t runs it.

import js from '@eslint/js';
import globals from 'globals';

const html = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'srcdoc',
              'cssText'];

export default [
    js.configs.recommended,
    {
        files: ['**/*.js'],

        languageOptions: {
            ecmaVersion: 2022,
            sourceType: 'module',
            globals: globals.browser
        },

        linterOptions: { reportUnusedDisableDirectives: 'error' },

        rules: {
            'array-callback-return': 'error',
            'consistent-return': 'off',
            'curly': 'error',
            'eqeqeq': 'error',
            'max-len': ['error', { code: 100, ignoreUrls: true }],
            'max-lines': ['error', { max: 700 }],
            'no-constructor-return': 'error',
            'no-eval': 'error',
            'no-implied-eval': 'error',
            'no-new-func': 'error',
            'no-restricted-globals': ['error', 'event', 'name', 'status',
                                      'alert', 'prompt'],
            'no-restricted-properties': ['error',
                ...html.map(property => ({
                    property, message: 'the page makes no elements of text'
                })),
                { object: 'document', property: 'write' },
                { object: 'document', property: 'cookie' }],
            'no-restricted-syntax': ['error',
                {
                    selector: 'MemberExpression[property.name="style"]'
                              + '[object.name!="e"]',
                    message: 'looks are in style.css'
                }],
            'no-unused-vars': ['error', { args: 'after-used',
                                          argsIgnorePattern: '^(_|root$|params$)' }],
            'no-var': 'error',
            'object-shorthand': 'error',
            'prefer-const': 'error'
        }
    }
];
