
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Presets: other senders.
 */

#include "core/signature/presets/webhook_presets_int.h"


const webhook_preset_t  webhook_presets_rest[] = {

    { .name = webhook_str("asana"),
      .signature = { .name = webhook_str("x-hook-signature") },
      .encoding = WEBHOOK_ENCODING_HEX_LOWER },

    { .name = webhook_str("trello"),
      .signature = { .name = webhook_str("x-trello-webhook") },
      .string = webhook_str("{body}{url}"),
      .digest = WEBHOOK_DIGEST_SHA1,
      .encoding = WEBHOOK_ENCODING_BASE64 },

    { .name = webhook_str("dropbox"),
      .signature = { .name = webhook_str("x-dropbox-signature") },
      .encoding = WEBHOOK_ENCODING_HEX_LOWER },

    /* an older edition of its manual had the body first */

    { .name = webhook_str("zendesk"),
      .signature = { .name = webhook_str("x-zendesk-webhook-signature") },
      .timestamp = { .name =
                     webhook_str("x-zendesk-webhook-signature-timestamp") },
      .id = { .name = webhook_str("x-zendesk-webhook-invocation-id") },
      .string = webhook_str("{timestamp}{body}"),
      .encoding = WEBHOOK_ENCODING_BASE64,
      .unit = WEBHOOK_UNIT_ISO,
      .window = 300 },

    { .name = webhook_str("telegram"),
      .kind = WEBHOOK_VERIFY_TOKEN,
      .signature = { .name = webhook_str("x-telegram-bot-api-secret-token") } },

    { .name = webhook_str("bitbucket"),
      .signature = { .name = webhook_str("x-hub-signature") },
      .id = { .name = webhook_str("x-request-uuid") },
      .prefix = webhook_str("sha256="),
      .encoding = WEBHOOK_ENCODING_HEX_LOWER },

    /* a header for each key of the account */

    { .name = webhook_str("docusign"),
      .signature = { .name = webhook_str("x-docusign-signature-") },
      .encoding = WEBHOOK_ENCODING_BASE64,
      .numbered = 1 },

    /* the body is not signed */

    { .name = webhook_str("mercadopago"),
      .signature = { .name = webhook_str("x-signature") },
      .timestamp = { WEBHOOK_PLACE_ITEM, .name = webhook_str("ts") },
      .id = { .name = webhook_str("x-request-id") },
      .list = webhook_str(","),
      .pair = webhook_str("="),
      .item = webhook_str("v1"),
      .string = webhook_str("id:{query.data.id?};"
                            "request-id:{header.x-request-id?};"
                            "ts:{timestamp};"),
      .encoding = WEBHOOK_ENCODING_HEX_LOWER,
      .unit = WEBHOOK_UNIT_AUTO,
      .verify = webhook_verify_mercadopago },

    /* no window is prescribed, and a call may be sent again for long */

    { .name = webhook_str("cashfree"),
      .signature = { .name = webhook_str("x-webhook-signature") },
      .timestamp = { .name = webhook_str("x-webhook-timestamp") },
      .string = webhook_str("{timestamp}{body}"),
      .encoding = WEBHOOK_ENCODING_BASE64,
      .unit = WEBHOOK_UNIT_AUTO },

    /* fields of the body, which of them its type says */

    { .name = webhook_str("sns"),
      .kind = WEBHOOK_VERIFY_PUBLIC_KEY,
      .signature = { WEBHOOK_PLACE_FIELD, .name = webhook_str("Signature") },
      .encoding = WEBHOOK_ENCODING_BASE64,
      .key = WEBHOOK_KEY_AS_PUBLIC,
      .app = 1,
      .body = 1,
      .check = webhook_sns_check,
      .verify = webhook_verify_sns },

    /* in each notification of a list, all of which the history hides */

    { .name = webhook_str("msgraph"),
      .kind = WEBHOOK_VERIFY_TOKEN,
      .signature = { WEBHOOK_PLACE_FIELD, .name = webhook_str("value") },
      .body = 1,
      .verify = webhook_verify_msgraph },

    { .name = { 0, NULL } }
};
