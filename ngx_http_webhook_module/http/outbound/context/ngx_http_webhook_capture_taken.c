
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/context/ngx_http_webhook_capture_taken.h"


ngx_int_t
ngx_webhook_capture_taken_variable(ngx_webhook_settle_t *settle,
    const webhook_str_t *name, webhook_value_t *v)
{
    return ngx_webhook_lookup_taken(&settle->taken, name, v);
}


ngx_int_t
ngx_webhook_capture_taken_digest(ngx_webhook_settle_t *settle,
    u_char digest[WEBHOOK_HASH_LEN])
{
    ngx_memcpy(digest, settle->digest, WEBHOOK_HASH_LEN);

    return settle->digested;
}


void
ngx_webhook_capture_taken_forget(ngx_webhook_capture_t *capture)
{
    ngx_webhook_settle_t  *settle;

    for (settle = capture->works; settle; settle = settle->next) {
        settle->capture = NULL;

        if (!settle->waits) {
            ngx_webhook_work_desert(settle->work);
        }
    }

    capture->works = NULL;
}
