
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/notice/ngx_http_webhook_notice.h"


/* of this process */
static ngx_webhook_notice_pt  ngx_webhook_notice_handler;
static ngx_uint_t             ngx_webhook_notice_kinds;


ngx_uint_t
ngx_webhook_notice_wanted(ngx_webhook_notice_e kind)
{
    return (ngx_webhook_notice_kinds >> kind) & 1;
}


void
ngx_webhook_notice(ngx_webhook_notice_t *notice)
{
    if (ngx_webhook_notice_wanted(notice->kind)) {
        ngx_webhook_notice_handler(notice);
    }
}


void
ngx_webhook_notice_hear(ngx_webhook_notice_pt handler, ngx_uint_t kinds)
{
    ngx_webhook_notice_handler = handler;
    ngx_webhook_notice_kinds = handler ? kinds : 0;
}
