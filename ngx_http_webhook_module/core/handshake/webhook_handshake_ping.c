
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Handshakes that are asked in a body which nobody signed: what grants nothing
 * and tells nothing.
 */

#include "core/handshake/webhook_handshake_int.h"


#define WEBHOOK_HANDSHAKE_ID_DIGITS  20


/*
 * WooCommerce: POST with "webhook_id=N" as a form, without a signature, when a
 * webhook is saved; it has to be answered 200.
 */

webhook_handshake_e
webhook_handshake_woocommerce(const webhook_question_t *q,
    webhook_handshake_answer_t *a)
{
    size_t         i;
    webhook_str_t  signature;

    static const char  name[] = "webhook_id=";
    static const char  ok[] = "{\"status\": \"ok\"}";

    if (q->body.len < sizeof(name)
        || q->body.len > sizeof(name) - 1 + WEBHOOK_HANDSHAKE_ID_DIGITS
        || memcmp(q->body.data, name, sizeof(name) - 1) != 0
        || webhook_handshake_header(q, "x-wc-webhook-signature", &signature)
           != 0)
    {
        return WEBHOOK_HANDSHAKE_NONE;
    }

    for (i = sizeof(name) - 1; i < q->body.len; i++) {
        if (q->body.data[i] < '0' || q->body.data[i] > '9') {
            return WEBHOOK_HANDSHAKE_NONE;
        }
    }

    (void) webhook_buf_add(&a->body, ok, sizeof(ok) - 1);

    return WEBHOOK_HANDSHAKE_ANSWER;
}
