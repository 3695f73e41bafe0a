
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The presets of general use, and the first there were.
 */

#include "core/signature/presets/webhook_presets_int.h"


static const char *webhook_basic_check(const webhook_verifier_t *verifier);


const webhook_preset_t  webhook_presets_core[] = {

    /* Standard Webhooks; some senders still give the headers their older
       names */

    { .name = webhook_str("standard"),
      .signature = { .name = webhook_str("webhook-signature"),
                     .other = webhook_str("svix-signature") },
      .timestamp = { .name = webhook_str("webhook-timestamp"),
                     .other = webhook_str("svix-timestamp") },
      .id = { .name = webhook_str("webhook-id"),
              .other = webhook_str("svix-id") },
      .list = webhook_str(" "),
      .pair = webhook_str(","),
      .item = webhook_str("v1"),
      .public = webhook_str("v1a"),
      .string = webhook_str("{id}.{timestamp}.{body}"),
      .encoding = WEBHOOK_ENCODING_BASE64,
      .key = WEBHOOK_KEY_AS_STANDARD,
      .window = 300 },

    { .name = webhook_str("github"),
      .signature = { .name = webhook_str("x-hub-signature-256") },
      .id = { .name = webhook_str("x-github-delivery") },
      .prefix = webhook_str("sha256="),
      .encoding = WEBHOOK_ENCODING_HEX_LOWER },

    { .name = webhook_str("stripe"),
      .signature = { .name = webhook_str("stripe-signature") },
      .timestamp = { WEBHOOK_PLACE_ITEM, .name = webhook_str("t") },
      .list = webhook_str(","),
      .pair = webhook_str("="),
      .item = webhook_str("v1"),
      .string = webhook_str("{timestamp}.{body}"),
      .encoding = WEBHOOK_ENCODING_HEX_LOWER,
      .window = 300,
      .whsec = 1 },

    { .name = webhook_str("shopify"),
      .signature = { .name = webhook_str("x-shopify-hmac-sha256") },
      .id = { .name = webhook_str("x-shopify-webhook-id") },
      .encoding = WEBHOOK_ENCODING_BASE64 },

    { .name = webhook_str("slack"),
      .signature = { .name = webhook_str("x-slack-signature") },
      .timestamp = { .name = webhook_str("x-slack-request-timestamp") },
      .prefix = webhook_str("v0="),
      .string = webhook_str("v0:{timestamp}:{body}"),
      .encoding = WEBHOOK_ENCODING_HEX_LOWER,
      .window = 300 },

    { .name = webhook_str("square"),
      .signature = { .name = webhook_str("x-square-hmacsha256-signature") },
      .string = webhook_str("{url}{body}"),
      .encoding = WEBHOOK_ENCODING_BASE64 },

    /* the body's fields follow the URL, or the URL has its digest */

    { .name = webhook_str("twilio"),
      .signature = { .name = webhook_str("x-twilio-signature") },
      .string = webhook_str("{url}{body}"),
      .digest = WEBHOOK_DIGEST_SHA1,
      .encoding = WEBHOOK_ENCODING_BASE64,
      .verify = webhook_verify_twilio,
      .ok = { .status = 200, .type = webhook_str("text/xml"),
              .body = webhook_str("<Response/>") } },

    { .name = webhook_str("zoom"),
      .signature = { .name = webhook_str("x-zm-signature") },
      .timestamp = { .name = webhook_str("x-zm-request-timestamp") },
      .prefix = webhook_str("v0="),
      .string = webhook_str("v0:{timestamp}:{body}"),
      .encoding = WEBHOOK_ENCODING_HEX_LOWER,
      .window = 300 },

    { .name = webhook_str("linear"),
      .signature = { .name = webhook_str("linear-signature") },
      .timestamp = { WEBHOOK_PLACE_FIELD,
                     .name = webhook_str("webhookTimestamp") },
      .encoding = WEBHOOK_ENCODING_HEX_LOWER,
      .unit = WEBHOOK_UNIT_MS,
      .window = 60 },

    { .name = webhook_str("gitlab"),
      .kind = WEBHOOK_VERIFY_TOKEN,
      .signature = { .name = webhook_str("x-gitlab-token") } },

    { .name = webhook_str("basic"),
      .kind = WEBHOOK_VERIFY_TOKEN,
      .signature = { .name = webhook_str("authorization") },
      .prefix = webhook_str("Basic "),
      .encoding = WEBHOOK_ENCODING_BASE64,
      .check = webhook_basic_check },

    { .name = webhook_str("bearer"),
      .kind = WEBHOOK_VERIFY_TOKEN,
      .signature = { .name = webhook_str("authorization") },
      .prefix = webhook_str("Bearer ") },

    /* any other: all by parameters */

    { .name = webhook_str("hmac"),
      .key = WEBHOOK_KEY_AS_STANDARD,
      .window = 300 },

    { .name = webhook_str("hash"),
      .kind = WEBHOOK_VERIFY_HASH,
      .string = webhook_str("{body}{key}"),
      .window = 300 },

    { .name = webhook_str("public"),
      .kind = WEBHOOK_VERIFY_PUBLIC_KEY,
      .encoding = WEBHOOK_ENCODING_BASE64,
      .key = WEBHOOK_KEY_AS_PUBLIC,
      .window = 300 },

    { .name = webhook_str("token"),
      .kind = WEBHOOK_VERIFY_TOKEN },

    { .name = { 0, NULL } }
};


static const char *
webhook_basic_check(const webhook_verifier_t *verifier)
{
    unsigned              i;
    const webhook_key_t  *key;

    for (i = 0; i < verifier->nkeys; i++) {
        key = &verifier->keys[i];

        if (memchr(key->bytes, ':', key->len) == NULL) {
            return "the key has no colon between name and password";
        }
    }

    return NULL;
}
