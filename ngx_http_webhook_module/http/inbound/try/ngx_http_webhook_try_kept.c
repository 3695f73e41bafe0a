
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/try/ngx_http_webhook_try.h"


#define NGX_WEBHOOK_TRY_WHOLE  1024


static ngx_uint_t ngx_webhook_try_cut(ngx_webhook_try_t *t,
    const webhook_call_t *call);


ngx_int_t
ngx_webhook_try_kept(ngx_webhook_try_t *t, const webhook_call_t *call)
{
    if (call->outcome == WEBHOOK_CALL_HANDSHAKE) {
        ngx_str_set(&t->error, "the call was a question of its sender, and is "
                               "not made again");
        return NGX_DECLINED;
    }

    if (call->known ? !call->whole : ngx_webhook_try_cut(t, call)) {
        ngx_str_set(&t->error, "what came in is not kept whole, as it came: "
                               "see \"body=\" of \"log_calls\", and "
                               "\"redact\"");
        return NGX_DECLINED;
    }

    t->type = *ngx_webhook_nstr(&call->content_type);
    t->body = *ngx_webhook_nstr(&call->body);

    return NGX_OK;
}


/*
 * Of a call that an older version kept it is not known whether its body is
 * whole.  What is kept of a longer one is whole kilobytes ("log_calls body=").
 */

static ngx_uint_t
ngx_webhook_try_cut(ngx_webhook_try_t *t, const webhook_call_t *call)
{
    static u_char  unkept[] = "(not kept";

    return call->body.len % NGX_WEBHOOK_TRY_WHOLE == 0
           || (call->body.len >= sizeof(unkept) - 1
               && ngx_memcmp(call->body.data, unkept, sizeof(unkept) - 1) == 0)
           || (t->receiver && t->receiver->redact.nelts);
}
