
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/try/ngx_http_webhook_try.h"


#define NGX_WEBHOOK_TRY_WHOLE  1024


ngx_int_t
ngx_webhook_try_kept(ngx_webhook_try_t *t, const webhook_call_t *call)
{
    static u_char  unkept[] = "(not kept";

    if (call->outcome == WEBHOOK_CALL_HANDSHAKE) {
        ngx_str_set(&t->error, "the call was a question of its sender, and is "
                               "not made again");
        return NGX_DECLINED;
    }

    /* what is kept of a longer one is whole kilobytes ("log_calls body=") */

    if (call->body.len % NGX_WEBHOOK_TRY_WHOLE == 0
        || (call->body.len >= sizeof(unkept) - 1
            && ngx_memcmp(call->body.data, unkept, sizeof(unkept) - 1) == 0))
    {
        ngx_str_set(&t->error, "the body of the call is not kept whole: see \"body=\" of \"log_calls\"");
        return NGX_DECLINED;
    }

    if (t->receiver && t->receiver->redact.nelts) {
        ngx_str_set(&t->error, "fields of the receiver's calls are redacted: "
                               "what they were is not known any more");
        return NGX_DECLINED;
    }

    t->type = *ngx_webhook_nstr(&call->content_type);
    t->body = *ngx_webhook_nstr(&call->body);

    return NGX_OK;
}
