
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Text: views of nginx's strings and of ours, and what may stand in a log.
 */

#ifndef NGX_WEBHOOK_TEXT_H
#define NGX_WEBHOOK_TEXT_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "core/json/webhook_show.h"
#include "core/base/webhook_str.h"


/* The two string types have one layout, so that views pass without a copy. */

static ngx_inline webhook_str_t *
ngx_webhook_str(const ngx_str_t *s)
{
    return (webhook_str_t *) s;
}


static ngx_inline ngx_str_t *
ngx_webhook_nstr(const webhook_str_t *s)
{
    return (ngx_str_t *) s;
}


_Static_assert(sizeof(ngx_str_t) == sizeof(webhook_str_t)
               && offsetof(ngx_str_t, data) == offsetof(webhook_str_t, data),
               "ngx_str_t and webhook_str_t differ");


/*
 * Text from outside as it may stand in a log line, in memory of the caller's;
 * a long one is cut.
 */

typedef struct {
    ngx_str_t                         text;
    u_char                            data[1024];
} ngx_webhook_redacted_t;

static ngx_inline ngx_str_t *
ngx_webhook_redacted(ngx_webhook_redacted_t *redacted, const u_char *data,
    size_t len)
{
    redacted->text.data = redacted->data;
    redacted->text.len = webhook_show(redacted->data, sizeof(redacted->data),
                                      data, len);
    return &redacted->text;
}


#endif /* NGX_WEBHOOK_TEXT_H */
