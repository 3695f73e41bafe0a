
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/action/ngx_http_webhook_action_key.h"
#include "http/inbound/call/ngx_http_webhook_reply.h"
#include "http/inbound/intake/ngx_http_webhook_dedupe_key.h"


#define NGX_WEBHOOK_IDEMPOTENCY_LEN  32         /* hexadecimal digits */


ngx_int_t
ngx_webhook_action_key(ngx_webhook_act_t *act, ngx_str_t *value)
{
    u_char              *p, digest[NGX_WEBHOOK_DIGEST_LEN],
                              numbers[2 * NGX_INT_T_LEN + 2];
    ngx_str_t            pieces[3];
    ngx_webhook_call_t  *call;

    call = act->call;

    pieces[0] = call->receiver->name;

    if (call->keyed) {
        pieces[1].data = call->dedupe;
        pieces[1].len = sizeof(call->dedupe);

    } else {
        ngx_webhook_reply_id(call->request, &pieces[1]);
    }

    pieces[2].data = numbers;
    pieces[2].len = ngx_sprintf(numbers, "/%ui/%ui", act->element,
                                act->number)
                    - numbers;

    ngx_webhook_dedupe_key_digest(pieces, 3, digest);

    p = ngx_pnalloc(call->pool, NGX_WEBHOOK_IDEMPOTENCY_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_hex_dump(p, digest, NGX_WEBHOOK_IDEMPOTENCY_LEN / 2);

    value->data = p;
    value->len = NGX_WEBHOOK_IDEMPOTENCY_LEN;

    return NGX_OK;
}
