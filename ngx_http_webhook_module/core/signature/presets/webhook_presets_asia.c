
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Presets: Viet Nam, Thailand and around.
 *
 * SCB's payment confirmation is not among them: no signature, token or list of
 * addresses is published for it.
 */

#include "core/signature/presets/webhook_presets_int.h"


const webhook_preset_t  webhook_presets_asia[] = {

    /* LINE Messaging API */

    { .name = webhook_str("line"),
      .signature = { .name = webhook_str("x-line-signature") },
      .encoding = WEBHOOK_ENCODING_BASE64 },

    /* Shopee Open Platform; the key is that of pushes, which newer apps have
       beside the partner key */

    { .name = webhook_str("shopee"),
      .signature = { .name = webhook_str("authorization") },
      .string = webhook_str("{url}|{body}"),
      .ok = { .status = 200, .body = webhook_str("") },
      .repeat = { .status = 200, .body = webhook_str("") } },

    { .name = webhook_str("lazada"),
      .signature = { .name = webhook_str("authorization") },
      .string = webhook_str("{app}{body}") },

    /* TikTok Shop, which is no part of TikTok for Developers */

    { .name = webhook_str("tiktok"),
      .signature = { .name = webhook_str("authorization") },
      .string = webhook_str("{app}{body}") },

    { .name = webhook_str("haravan"),
      .signature = { .name = webhook_str("x-haravan-hmacsha256") },
      .encoding = WEBHOOK_ENCODING_BASE64 },

    /* the other name is of the time when Sapo was Bizweb */

    { .name = webhook_str("sapo"),
      .signature = { .name = webhook_str("x-sapo-hmac-sha256"),
                     .other = webhook_str("x-bizweb-hmac-sha256") },
      .encoding = WEBHOOK_ENCODING_BASE64 },

    { .name = webhook_str("kiotviet"),
      .signature = { .name = webhook_str("x-hub-signature") } },

    /* what is signed is written as a query, but nothing in it is escaped */

    { .name = webhook_str("momo"),
      .signature = { WEBHOOK_PLACE_FIELD, .name = webhook_str("signature") },
      .string = webhook_str("accessKey={app}"
                            "&amount={field.amount}"
                            "&extraData={field.extraData}"
                            "&message={field.message}"
                            "&orderId={field.orderId}"
                            "&orderInfo={field.orderInfo}"
                            "&orderType={field.orderType}"
                            "&partnerCode={field.partnerCode}"
                            "&payType={field.payType}"
                            "&requestId={field.requestId}"
                            "&responseTime={field.responseTime}"
                            "&resultCode={field.resultCode}"
                            "&transId={field.transId}"),
      .ok = { .status = 204 },
      .repeat = { .status = 204 } },

    /*
     * VNPAY 2.1.0, a GET.  Its query comes as VNPAY has signed it but for the
     * order; parameters without a value are signed as well, so that nobody can
     * add one.
     */

    { .name = webhook_str("vnpay"),
      .signature = { WEBHOOK_PLACE_QUERY,
                     .name = webhook_str("vnp_SecureHash") },
      .string = webhook_str("{sorted_query}"),
      .sorted = { .without = webhook_str("vnp_SecureHashType"),
                  .write = WEBHOOK_SORTED_RAW },
      .digest = WEBHOOK_DIGEST_SHA512,
      .ok = { .status = 200, .type = webhook_str("application/json"),
              .body = webhook_str("{\"RspCode\": \"00\", "
                                  "\"Message\": \"Confirm Success\"}") },
      .repeat = { .status = 200, .type = webhook_str("application/json"),
                  .body = webhook_str("{\"RspCode\": \"02\", "
                                      "\"Message\": "
                                      "\"Order already confirmed\"}") },
      .error = { .type = webhook_str("application/json"),
                 .body = webhook_str("{\"RspCode\": \"99\", "
                                     "\"Message\": \"${error}\"}") } },

    /* "data" is a string of JSON */

    { .name = webhook_str("zalopay"),
      .signature = { WEBHOOK_PLACE_FIELD, .name = webhook_str("mac") },
      .string = webhook_str("{field.data}"),
      .ok = { .status = 200, .type = webhook_str("application/json"),
              .body = webhook_str("{\"return_code\": 1, "
                                  "\"return_message\": \"success\"}") },
      .repeat = { .status = 200, .type = webhook_str("application/json"),
                  .body = webhook_str("{\"return_code\": 2, "
                                      "\"return_message\": \"repeat\"}") },
      .error = { .type = webhook_str("application/json"),
                 .body = webhook_str("{\"return_code\": 0, "
                                     "\"return_message\": \"${error}\"}") } },

    /*
     * Zalo Official Account.  The timestamp is the event's own, and what was
     * not answered is sent again for 12 hours: no window.
     */

    { .name = webhook_str("zalo"),
      .kind = WEBHOOK_VERIFY_HASH,
      .signature = { .name = webhook_str("x-zevent-signature") },
      .timestamp = { WEBHOOK_PLACE_FIELD, .name = webhook_str("timestamp") },
      .prefix = webhook_str("mac="),
      .string = webhook_str("{app}{body}{timestamp}{key}"),
      .unit = WEBHOOK_UNIT_MS },

    { .name = webhook_str("sepay"),
      .signature = { .name = webhook_str("x-sepay-signature") },
      .timestamp = { .name = webhook_str("x-sepay-timestamp") },
      .prefix = webhook_str("sha256="),
      .string = webhook_str("{timestamp}.{body}"),
      .window = 300,
      .whsec = 1,
      .ok = { .status = 200, .type = webhook_str("application/json"),
              .body = webhook_str("{\"success\": true}") },
      .repeat = { .status = 200, .type = webhook_str("application/json"),
                  .body = webhook_str("{\"success\": true}") },
      .error = { .type = webhook_str("application/json"),
                 .body = webhook_str("{\"success\": false, "
                                     "\"message\": \"${error}\"}") } },

    /* Omise, Opn Payments: two signatures while a secret is rolled */

    { .name = webhook_str("omise"),
      .signature = { .name = webhook_str("omise-signature") },
      .timestamp = { .name = webhook_str("omise-signature-timestamp") },
      .list = webhook_str(", "),
      .string = webhook_str("{timestamp}.{body}"),
      .key = WEBHOOK_KEY_AS_BASE64,
      .window = 300 },

    /* KBank's K-Payment Gateway; other fields are not signed, and the amount is
       with four decimals */

    { .name = webhook_str("kbank"),
      .kind = WEBHOOK_VERIFY_HASH,
      .signature = { WEBHOOK_PLACE_FIELD, .name = webhook_str("checksum") },
      .string = webhook_str("{field.id}{field.amount}{field.currency}"
                            "{field.status}{field.transaction_state}{key}"),
      .encoding = WEBHOOK_ENCODING_HEX_LOWER,
      .verify = webhook_verify_kbank },

    { .name = { 0, NULL } }
};
