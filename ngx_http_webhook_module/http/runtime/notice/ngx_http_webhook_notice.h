
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the module has to say of itself: an endpoint was paused, a delivery is
 * dead.  Who sees it happen says so here; what becomes of it is the business of
 * a room that stands higher, which makes an event of it where somebody asks for
 * such.  Where nobody does this costs a comparison.  Event loop.
 */

#ifndef NGX_WEBHOOK_NOTICE_H
#define NGX_WEBHOOK_NOTICE_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "core/base/webhook_id.h"


typedef enum {
    NGX_WEBHOOK_NOTICE_PAUSED = 0,          /* webhook.endpoint.paused */
    NGX_WEBHOOK_NOTICE_RESUMED,             /* webhook.endpoint.resumed */
    NGX_WEBHOOK_NOTICE_DISABLED,            /* webhook.endpoint.disabled */
    NGX_WEBHOOK_NOTICE_DEAD,                /* webhook.delivery.dead */
    NGX_WEBHOOK_NOTICE_HIGH,                /* webhook.store.high */
    NGX_WEBHOOK_NOTICE_FAILED,              /* webhook.receiver.failed */
    NGX_WEBHOOK_NOTICES
} ngx_webhook_notice_e;


/* What is not known is zero or empty.  All of it is the caller's. */

typedef struct {
    ngx_webhook_notice_e   kind;
    uint64_t               subject;         /* webhook_id_name() of the endpoint
                                               or receiver; 0: the store */
    ngx_str_t              id;              /* its id: of what was configured,
                                               its name */
    ngx_str_t              name;            /* as people call it */
    ngx_str_t              company;         /* empty: none */
    ngx_str_t              reason;          /* a sentence, with no secret */

    webhook_id_t          *event;           /* DEAD: of which event */
    ngx_str_t              type;
    ngx_uint_t             sends;           /* DEAD: that were made */
    ngx_uint_t             status;          /* DEAD, FAILED: of the answer */
    uint64_t               used;            /* HIGH: bytes */
    uint64_t               size;
} ngx_webhook_notice_t;

typedef void (*ngx_webhook_notice_pt)(ngx_webhook_notice_t *notice);


/* 1 if somebody wants to know of such: what is only made for a notice need not
   be made else. */
ngx_uint_t ngx_webhook_notice_wanted(ngx_webhook_notice_e kind);

/* Says it; returns at once. */
void ngx_webhook_notice(ngx_webhook_notice_t *notice);

/* When a worker begins: who hears of the kinds in these bits, 1 << kind; NULL:
   nobody. */
void ngx_webhook_notice_hear(ngx_webhook_notice_pt handler, ngx_uint_t kinds);


#endif /* NGX_WEBHOOK_NOTICE_H */
