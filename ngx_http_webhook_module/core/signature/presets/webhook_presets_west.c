
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Presets: Europe and America.
 *
 * A window is what the sender asks for.  Where one sends again for hours and
 * may then send the first signature again, it is as long as that, since what is
 * refused for its age is lost.
 */

#include "core/signature/presets/webhook_presets_int.h"


#define WEBHOOK_HOUR  3600
#define WEBHOOK_DAY   (24 * WEBHOOK_HOUR)


const webhook_preset_t  webhook_presets_west[] = {

    /* its delivery ids are no repeat ids: those of one second are the same */

    { .name = webhook_str("woocommerce"),
      .signature = { .name = webhook_str("x-wc-webhook-signature") },
      .encoding = WEBHOOK_ENCODING_BASE64 },

    /* of Paddle Billing; Paddle Classic had another one */

    { .name = webhook_str("paddle"),
      .signature = { .name = webhook_str("paddle-signature") },
      .timestamp = { WEBHOOK_PLACE_ITEM, .name = webhook_str("ts") },
      .list = webhook_str(";"),
      .pair = webhook_str("="),
      .item = webhook_str("h1"),
      .string = webhook_str("{timestamp}:{body}"),
      .window = 300,
      .ok = { .status = 200 } },

    { .name = webhook_str("calendly"),
      .signature = { .name = webhook_str("calendly-webhook-signature") },
      .timestamp = { WEBHOOK_PLACE_ITEM, .name = webhook_str("t") },
      .list = webhook_str(","),
      .pair = webhook_str("="),
      .item = webhook_str("v1"),
      .string = webhook_str("{timestamp}.{body}"),
      .window = 180 },

    { .name = webhook_str("twitch"),
      .signature = {
          .name = webhook_str("twitch-eventsub-message-signature") },
      .timestamp = {
          .name = webhook_str("twitch-eventsub-message-timestamp") },
      .id = { .name = webhook_str("twitch-eventsub-message-id") },
      .prefix = webhook_str("sha256="),
      .string = webhook_str("{id}{timestamp}{body}"),
      .unit = WEBHOOK_UNIT_ISO,
      .window = 600 },

    /* an event is sent again for ten minutes */

    { .name = webhook_str("discord"),
      .kind = WEBHOOK_VERIFY_PUBLIC_KEY,
      .signature = { .name = webhook_str("x-signature-ed25519") },
      .timestamp = { .name = webhook_str("x-signature-timestamp") },
      .string = webhook_str("{timestamp}{body}"),
      .key = WEBHOOK_KEY_AS_PUBLIC,
      .window = 900,
      .ok = { .status = 204, .body = webhook_str("") } },

    { .name = webhook_str("sendgrid"),
      .kind = WEBHOOK_VERIFY_PUBLIC_KEY,
      .signature = {
          .name = webhook_str("x-twilio-email-event-webhook-signature") },
      .timestamp = {
          .name = webhook_str("x-twilio-email-event-webhook-timestamp") },
      .string = webhook_str("{timestamp}{body}"),
      .encoding = WEBHOOK_ENCODING_BASE64,
      .key = WEBHOOK_KEY_AS_PUBLIC,
      .window = 300 },

    /* the third version of its signature; the first two are plain digests */

    { .name = webhook_str("hubspot"),
      .signature = { .name = webhook_str("x-hubspot-signature-v3") },
      .timestamp = { .name = webhook_str("x-hubspot-request-timestamp") },
      .string = webhook_str("{method}{url}{body}{timestamp}"),
      .encoding = WEBHOOK_ENCODING_BASE64,
      .unit = WEBHOOK_UNIT_MS,
      .window = 300,
      .verify = webhook_verify_hubspot },

    /* sent again for eight hours, unless it was answered 200 */

    { .name = webhook_str("mailgun"),
      .signature = { WEBHOOK_PLACE_FIELD,
                     .name = webhook_str("signature.signature") },
      .timestamp = { WEBHOOK_PLACE_FIELD,
                     .name = webhook_str("signature.timestamp") },
      .id = { WEBHOOK_PLACE_FIELD, .name = webhook_str("signature.token") },
      .string = webhook_str("{timestamp}{id}"),
      .window = 9 * WEBHOOK_HOUR,
      .ok = { .status = 200 } },

    /* sent again for three days */

    { .name = webhook_str("paypal"),
      .kind = WEBHOOK_VERIFY_PUBLIC_KEY,
      .signature = { .name = webhook_str("paypal-transmission-sig") },
      .timestamp = { .name = webhook_str("paypal-transmission-time") },
      .id = { .name = webhook_str("paypal-transmission-id") },
      .string = webhook_str("{id}|{timestamp}|{app}|{body.crc32}"),
      .encoding = WEBHOOK_ENCODING_BASE64,
      .key = WEBHOOK_KEY_AS_PUBLIC,
      .unit = WEBHOOK_UNIT_ISO,
      .window = 4 * WEBHOOK_DAY },

    { .name = webhook_str("adyen"),
      .signature = { WEBHOOK_PLACE_FIELD,
                     .name = webhook_str("notificationItems") },
      .string = webhook_str("{field.NotificationRequestItem.pspReference?}"
                    ":{field.NotificationRequestItem.originalReference?}"
                    ":{field.NotificationRequestItem.merchantAccountCode?}"
                    ":{field.NotificationRequestItem.merchantReference?}"
                    ":{field.NotificationRequestItem.amount.value?}"
                    ":{field.NotificationRequestItem.amount.currency?}"
                    ":{field.NotificationRequestItem.eventCode?}"
                    ":{field.NotificationRequestItem.success?}"),
      .encoding = WEBHOOK_ENCODING_BASE64,
      .key = WEBHOOK_KEY_AS_HEX,
      .check = webhook_adyen_check,
      .verify = webhook_verify_adyen,
      .ok = { 200, webhook_str("text/plain"), webhook_str("[accepted]") } },

    { .name = webhook_str("xero"),
      .signature = { .name = webhook_str("x-xero-signature") },
      .encoding = WEBHOOK_ENCODING_BASE64,
      .ok = { .status = 200, .body = webhook_str("") },
      .error = { .body = webhook_str("") } },

    { .name = { 0, NULL } }
};
