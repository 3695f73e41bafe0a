
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/check/ngx_http_webhook_conf_walk.h"


ngx_int_t
ngx_webhook_walk_actions(ngx_webhook_build_t *b, ngx_webhook_walk_pt handler)
{
    ngx_uint_t                i, n;
    ngx_webhook_action_t     *action;
    ngx_webhook_receiver_t  **rcv;

    rcv = b->wmcf->receivers.elts;

    for (i = 0; i < b->wmcf->receivers.nelts; i++) {

        if (rcv[i]->lookup && handler(b, rcv[i], rcv[i]->lookup) != NGX_OK) {
            return NGX_ERROR;
        }

        action = rcv[i]->actions.elts;

        for (n = 0; n < rcv[i]->actions.nelts; n++) {
            if (handler(b, rcv[i], &action[n]) != NGX_OK) {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}
