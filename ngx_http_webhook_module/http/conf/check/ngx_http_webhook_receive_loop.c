
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Looks for actions that would call a receiver.  That can never work, and what
 * they have behind the prefix may be a token, which is to be shown nowhere.
 */


#include "http/conf/check/ngx_http_webhook_receive_loop.h"
#include "http/conf/check/ngx_http_webhook_conf_walk.h"


static ngx_int_t ngx_webhook_loop_action(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_webhook_action_t *action);
static ngx_uint_t ngx_webhook_loop_below(ngx_webhook_receive_location_t *loc,
    ngx_str_t *start, ngx_uint_t more);


ngx_int_t
ngx_webhook_receive_loop(ngx_webhook_build_t *b)
{
    return ngx_webhook_walk_actions(b, ngx_webhook_loop_action);
}


static ngx_int_t
ngx_webhook_loop_action(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv,
    ngx_webhook_action_t *action)
{
    u_char                          *dst;
    ngx_str_t                        start;
    ngx_uint_t                       i, more;
    ngx_webhook_receive_location_t  *loc;

    /* those that are made later are of another host */

    if (action != rcv->lookup && rcv->api) {
        return NGX_OK;
    }

    dst = ngx_pnalloc(b->temp_pool, action->uri_text.len);
    if (dst == NULL) {
        return NGX_ERROR;
    }

    more = ngx_webhook_receive_start(&action->uri_text, dst, &start);

    loc = b->wmcf->receive_locations.elts;

    for (i = 0; i < b->wmcf->receive_locations.nelts; i++) {

        if (!ngx_webhook_loop_below(&loc[i], &start, more)) {
            continue;
        }

        ngx_webhook_build_at(NGX_LOG_EMERG, b, &action->source_pos,
                             "webhook_receiver \"%V\" calls a URI "
                             "below \"%V\", where \"webhook_receive\" "
                             "stands: a receiver cannot call one", &rcv->name,
                             &loc[i].prefix);
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_uint_t
ngx_webhook_receive_start(ngx_str_t *text, u_char *dst, ngx_str_t *start)
{
    u_char     *p, *last;
    ngx_int_t   c;

    p = text->data;
    last = p + text->len;

    start->data = dst;

    while (p < last && *p != '?') {

        if (*p == '$' && last - p > 1 && p[1] == '{') {
            start->len = dst - start->data;
            return 1;
        }

        if (*p == '%' && last - p > 2) {
            c = ngx_hextoi(p + 1, 2);

            if (c != NGX_ERROR) {
                *dst++ = (u_char) c;
                p += 3;
                continue;
            }
        }

        *dst++ = *p++;
    }

    start->len = dst - start->data;

    return 0;
}


/* True if the URI is surely no ordinary location's. */

static ngx_uint_t
ngx_webhook_loop_below(ngx_webhook_receive_location_t *loc, ngx_str_t *start,
    ngx_uint_t more)
{
    size_t       len;
    ngx_str_t   *name;
    ngx_uint_t   i;

    if (loc->regex
        || start->len < loc->prefix.len
        || ngx_memcmp(start->data, loc->prefix.data, loc->prefix.len) != 0)
    {
        return 0;
    }

    name = loc->others.elts;

    for (i = 0; i < loc->others.nelts; i++) {

        len = name[i].len;

        if (start->len < len) {

            if (!more) {
                continue;
            }

            len = start->len;
        }

        if (ngx_memcmp(start->data, name[i].data, len) == 0) {
            return 0;
        }
    }

    return 1;
}
