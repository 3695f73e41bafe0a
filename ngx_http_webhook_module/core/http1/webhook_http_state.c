
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How the reading of an answer ends, from its head or from its body.
 */

#include "core/http1/webhook_http_int.h"


webhook_http_result_e
webhook_http_bad(webhook_http_t *h, const char *error)
{
    h->error = error;
    h->keep = 0;

    return WEBHOOK_HTTP_BAD;
}


int
webhook_http_enough(webhook_http_t *h)
{
    if (!h->keep && h->body_len == h->body_max) {
        return 1;
    }

    return h->seen > WEBHOOK_HTTP_BODY_MAX && h->body_len == h->body_max;
}
