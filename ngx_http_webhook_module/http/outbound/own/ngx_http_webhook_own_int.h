
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * own.c makes the event, own_payload.c what it says.
 */

#ifndef NGX_WEBHOOK_OWN_INT_H
#define NGX_WEBHOOK_OWN_INT_H

#include "http/outbound/own/ngx_http_webhook_own.h"
#include "http/runtime/notice/ngx_http_webhook_notice.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


/* Fills in who it is about, where that is registered: texts last as long as the
   set, which may be NULL. */
void ngx_webhook_own_find(ngx_webhook_notice_t *notice,
    ngx_webhook_registered_t *set);

/* Appends the JSON of a notice. */
void ngx_webhook_own_payload(ngx_webhook_notice_t *notice,
    webhook_buf_t *out);


#endif /* NGX_WEBHOOK_OWN_INT_H */
