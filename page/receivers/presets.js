/**
 * The presets of "verify": whose they are, what the key is called where the
 * sender shows it (in the sender's own words, which no catalogue translates),
 * and what else has to be said.
 *
 *   url      the URL is signed, as the sender knows it
 *   app      what the sender calls that which stands in {app}
 *   place    one of header, query and field says where the signature stands
 *   string   what is signed can be told
 *   kind     "token": nothing is signed; "public": a public key; else a secret
 *   make     a key can be made here, for it is entered at the sender
 *   accept   what such calls bring, where it is not JSON alone
 *
 * @typedef {{
 *   name: string, who: string, key: string, group: 'any'|'asia'|'world',
 *   url?: boolean, app?: string, place?: boolean, string?: boolean,
 *   kind?: 'token'|'public', make?: boolean, accept?: string[]
 * }} Preset
 */

/** @type {Preset[]} */
export const presets = [
    { name: 'standard', who: 'Standard Webhooks, Svix', group: 'any',
      key: 'whsec_…, whpk_…', make: true },
    { name: 'hmac', who: 'HMAC', group: 'any', key: 'Secret', place: true,
      string: true, make: true },
    { name: 'hash', who: 'SHA-256 + key', group: 'any', key: 'Secret',
      place: true, string: true, make: true },
    { name: 'public', who: 'ed25519, ECDSA, RSA', group: 'any',
      key: 'PEM', place: true, string: true, kind: 'public' },
    { name: 'token', who: 'Token', group: 'any', key: 'Token', place: true,
      kind: 'token', make: true },
    { name: 'basic', who: 'Authorization: Basic', group: 'any',
      key: 'name:password', kind: 'token' },
    { name: 'bearer', who: 'Authorization: Bearer', group: 'any',
      key: 'Token', kind: 'token', make: true },

    { name: 'haravan', who: 'Haravan', group: 'asia', key: 'Client secret' },
    { name: 'kbank', who: 'KBank (K-Payment Gateway)', group: 'asia',
      key: 'Secret key' },
    { name: 'kiotviet', who: 'KiotViet', group: 'asia', key: 'Secret',
      make: true },
    { name: 'lazada', who: 'Lazada', group: 'asia', key: 'App secret',
      app: 'App key' },
    { name: 'line', who: 'LINE', group: 'asia', key: 'Channel secret' },
    { name: 'momo', who: 'MoMo', group: 'asia', key: 'Secret key',
      app: 'Access key' },
    { name: 'omise', who: 'Omise, Opn Payments', group: 'asia',
      key: 'Webhook secret' },
    { name: 'sapo', who: 'Sapo', group: 'asia', key: 'Client secret' },
    { name: 'sepay', who: 'SePay', group: 'asia', key: 'whsec_…' },
    { name: 'shopee', who: 'Shopee', group: 'asia', key: 'Push partner key',
      url: true },
    { name: 'tiktok', who: 'TikTok Shop', group: 'asia', key: 'App secret',
      app: 'App key' },
    { name: 'vnpay', who: 'VNPAY', group: 'asia', key: 'Hash secret',
      accept: ['query'] },
    { name: 'zalo', who: 'Zalo Official Account', group: 'asia',
      key: 'OA Secret Key', app: 'App ID' },
    { name: 'zalopay', who: 'ZaloPay', group: 'asia', key: 'key2' },

    { name: 'adyen', who: 'Adyen', group: 'world', key: 'HMAC key' },
    { name: 'asana', who: 'Asana', group: 'world', key: 'X-Hook-Secret' },
    { name: 'bitbucket', who: 'Bitbucket', group: 'world', key: 'Secret',
      make: true },
    { name: 'calendly', who: 'Calendly', group: 'world', key: 'Signing key' },
    { name: 'cashfree', who: 'Cashfree', group: 'world',
      key: 'Client secret' },
    { name: 'discord', who: 'Discord', group: 'world', key: 'Public key',
      kind: 'public' },
    { name: 'docusign', who: 'Docusign', group: 'world', key: 'Connect key' },
    { name: 'dropbox', who: 'Dropbox', group: 'world', key: 'App secret' },
    { name: 'github', who: 'GitHub, Meta (WhatsApp, Messenger, Instagram)',
      group: 'world', key: 'Secret, App secret', make: true },
    { name: 'gitlab', who: 'GitLab', group: 'world', key: 'Secret token',
      kind: 'token', make: true },
    { name: 'hubspot', who: 'HubSpot', group: 'world', key: 'Client secret',
      url: true },
    { name: 'linear', who: 'Linear', group: 'world', key: 'Signing secret' },
    { name: 'mailgun', who: 'Mailgun', group: 'world',
      key: 'HTTP webhook signing key' },
    { name: 'mercadopago', who: 'Mercado Pago', group: 'world',
      key: 'Secret signature' },
    { name: 'msgraph', who: 'Microsoft Graph, SharePoint', group: 'world',
      key: 'clientState', kind: 'token', make: true },
    { name: 'paddle', who: 'Paddle', group: 'world', key: 'pdl_ntfset_…' },
    { name: 'paypal', who: 'PayPal', group: 'world', key: 'PEM',
      app: 'Webhook ID', kind: 'public' },
    { name: 'sendgrid', who: 'SendGrid', group: 'world',
      key: 'Verification Key', kind: 'public' },
    { name: 'shopify', who: 'Shopify', group: 'world', key: 'Client secret' },
    { name: 'slack', who: 'Slack', group: 'world', key: 'Signing Secret' },
    { name: 'sns', who: 'Amazon SNS', group: 'world', key: 'PEM',
      app: 'Topic ARN', kind: 'public', accept: ['json', 'text'] },
    { name: 'square', who: 'Square', group: 'world', key: 'Signature Key',
      url: true },
    { name: 'stripe', who: 'Stripe', group: 'world',
      key: 'Signing secret, whsec_…' },
    { name: 'telegram', who: 'Telegram', group: 'world',
      key: 'secret_token', kind: 'token', make: true },
    { name: 'trello', who: 'Trello', group: 'world', key: 'Secret',
      url: true },
    { name: 'twilio', who: 'Twilio', group: 'world', key: 'Auth Token',
      url: true, accept: ['form'] },
    { name: 'twitch', who: 'Twitch EventSub', group: 'world', key: 'secret',
      make: true },
    { name: 'woocommerce', who: 'WooCommerce', group: 'world', key: 'Secret',
      make: true },
    { name: 'xero', who: 'Xero', group: 'world', key: 'Webhooks key' },
    { name: 'zendesk', who: 'Zendesk', group: 'world',
      key: 'Signing secret' },
    { name: 'zoom', who: 'Zoom', group: 'world', key: 'Secret Token' },
];

/** @type {Map<string, Preset>} */
const byName = new Map(presets.map((p) => [p.name, p]));

/**
 * @param {string|null|undefined} name
 * @returns {Preset|undefined}
 */
export function preset(name) {
    return name ? byName.get(name) : undefined;
}
