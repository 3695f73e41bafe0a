/*
 * The members of a receiver that the form has, in its parts.
 */

/** @typedef {import('../members.js').Member} Member */

/** What it is.
 * @type {Member[]} */
export const basics = [
    { name: 'name', kind: 'text', required: true, hint: true },
    { name: 'description', kind: 'text' },
    { name: 'model', kind: 'text', hint: true, example: 'sale.order' },
    { name: 'mode', kind: 'select', hint: true,
      options: ['sync', 'durable', 'test', 'disabled'] },
    { name: 'log_calls', kind: 'object', first: 'calls', hint: true, of: [
        { name: 'calls', kind: 'select', options: ['off', 'errors', 'on'] },
        { name: 'body', kind: 'text', hint: true, example: '8k' }
    ] }
];

/** What a call has to be.
 * @type {Member[]} */
export const calls = [
    { name: 'accept', kind: 'checks', fallback: ['json'],
      options: ['json', 'form', 'multipart', 'xml', 'text', 'query',
                'gzip'] },
    { name: 'require', kind: 'lines', hint: true, example: 'name\nemail' },
    { name: 'filter', kind: 'lines', hint: true,
      example: 'amount >= 100', rows: 2 },
    { name: 'skip', kind: 'lines', hint: true, example: 'type == test',
      rows: 2 },
    { name: 'dedupe', kind: 'object', first: 'by', hint: true, of: [
        { name: 'by', kind: 'text', hint: true, example: 'header:webhook-id' },
        { name: 'ttl', kind: 'text', hint: true, example: '7d' }
    ] },
    { name: 'target', kind: 'object', folded: true, hint: true, of: [
        { name: 'id', kind: 'text', example: '${_id|int}' },
        { name: 'model', kind: 'text', example: '${_model}' },
        { name: 'lookup', kind: 'text', hint: true,
          example: 'GET /pos/${_model}/${_id}' },
        { name: 'missing', kind: 'select', options: ['404', '422'] }
    ] },
    { name: 'for_each', kind: 'object', first: 'path', folded: true,
      hint: true, of: [
        { name: 'path', kind: 'text', example: 'order.lines' },
        { name: 'max', kind: 'number', example: '100' }
    ] },
    { name: 'models', kind: 'lines', hint: true, rows: 2 },
    { name: 'parse_json', kind: 'lines', hint: true, rows: 2,
      example: 'payload' }
];

/** What it does.
 * @type {Member[]} */
export const deeds = [
    { name: 'actions', kind: 'list', main: 'uri', of: [
        { name: 'method', kind: 'select', required: true,
          options: ['POST', 'PATCH', 'PUT', 'DELETE', 'GET'] },
        { name: 'uri', kind: 'text', required: true, hint: true,
          example: '/pos/res.partner' },
        { name: 'body', kind: 'area', hint: true,
          example: '{"name": "${name}", "email": "${email}"}' },
        { name: 'when', kind: 'text', folded: true, hint: true,
          example: 'status == paid' },
        { name: 'on_error', kind: 'select', folded: true,
          options: ['stop', 'continue'] },
        { name: 'timeout', kind: 'text', folded: true, example: '10s' },
        { name: 'idempotency', kind: 'text', folded: true, hint: true,
          example: 'Idempotency-Key' },
        { name: 'capture', kind: 'list', main: 'name', of: [
            { name: 'name', kind: 'text', required: true, example: 'new_id' },
            { name: 'path', kind: 'text', required: true,
              example: 'response.id' }
        ] }
    ] },
    { name: 'emit', kind: 'list', main: 'type', of: [
        { name: 'type', kind: 'text', required: true,
          example: 'contact.add' },
        { name: 'body', kind: 'area', rows: 3 },
        { name: 'when', kind: 'text' }
    ] }
];

/** What the caller is answered.
 * @type {Member[]} */
export const answers = [
    { name: 'profile', kind: 'select', hint: true,
      options: ['strict', 'nightpos'] },
    { name: 'answer', kind: 'list', main: 'body', of: [
        { name: 'calls', kind: 'select', required: true,
          options: ['ok', 'accepted', 'repeat', 'skipped', 'error', '4xx',
                    '5xx'] },
        { name: 'status', kind: 'number', example: '200' },
        { name: 'type', kind: 'text', example: 'application/json' },
        { name: 'body', kind: 'area', rows: 3 }
    ] }
];

/** What is kept from whom, and how much may come.
 * @type {Member[]} */
export const bounds = [
    { name: 'redact', kind: 'lines', hint: true, example: 'card.number' },
    { name: 'limit', kind: 'object', folded: true, of: [
        { name: 'inflight', kind: 'number' },
        { name: 'rate', kind: 'text', example: '600r/m' },
        { name: 'body', kind: 'text', example: '1m' },
        { name: 'depth', kind: 'number', example: '64' },
        { name: 'values', kind: 'number', example: '65536' }
    ] },
    { name: 'probe', kind: 'checks', hint: true, options: ['head', 'get'] }
];

/** How calls are made that were kept.
 * @type {Member[]} */
export const durable = [
    { name: 'order_by', kind: 'text', hint: true, example: 'email' },
    { name: 'success', kind: 'words', hint: true, example: '2xx' },
    { name: 'retry', kind: 'object', of: [
        { name: 'attempts', kind: 'number', example: '12' },
        { name: 'first', kind: 'text', example: '1m' },
        { name: 'factor', kind: 'number', example: '2' },
        { name: 'max', kind: 'text' },
        { name: 'jitter', kind: 'number', example: '0.1' },
        { name: 'retry_after', kind: 'text' },
        { name: 'gone', kind: 'text' }
    ] },
    { name: 'timeout', kind: 'object', folded: true, of: [
        { name: 'connect', kind: 'text' },
        { name: 'send', kind: 'text' },
        { name: 'read', kind: 'text' },
        { name: 'total', kind: 'text' }
    ] },
    { name: 'breaker', kind: 'object', folded: true, of: [
        { name: 'failures', kind: 'number' },
        { name: 'percent', kind: 'text' },
        { name: 'window', kind: 'text' },
        { name: 'hold', kind: 'text' }
    ] }
];

/** Parameters of "verify", beside the preset and its keys.
 * @type {Member[]} */
export const parameters = [
    { name: 'app', kind: 'text' },
    { name: 'url', kind: 'text', hint: true,
      example: 'https://hooks.example.com/web/hook/' },
    { name: 'header', kind: 'text', hint: true, example: 'X-Signature' },
    { name: 'query', kind: 'text', hint: true },
    { name: 'field', kind: 'text', hint: true },
    { name: 'string', kind: 'text', hint: true, example: '{body}' },
    { name: 'tolerance', kind: 'text', hint: true, example: '5m' },
    { name: 'digest', kind: 'select',
      options: ['', 'sha256', 'sha1', 'sha384', 'sha512'] },
    { name: 'encoding', kind: 'select',
      options: ['', 'hex', 'HEX', 'base64', 'base64url'] },
    { name: 'prefix', kind: 'text', hint: true, example: 'sha256=' },
    { name: 'timestamp', kind: 'text', hint: true, example: 'X-Timestamp' },
    { name: 'unit', kind: 'select',
      options: ['', 's', 'ms', 'iso', 'auto'] },
    { name: 'id', kind: 'text', hint: true },
    { name: 'list', kind: 'text' },
    { name: 'pair', kind: 'text' },
    { name: 'item', kind: 'text' },
    { name: 'key', kind: 'select',
      options: ['', 'text', 'standard', 'base64', 'hex', 'public'] },
    { name: 'content', kind: 'select', options: ['', 'sent', 'decoded'] },
    { name: 'template', kind: 'text' },
    { name: 'algorithm', kind: 'text' }
];
