
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/bounds/ngx_http_webhook_conf_bounds_receiver.h"
#include "http/model/ngx_http_webhook_bounds.h"

#include "core/template/webhook_token.h"


#define NGX_WEBHOOK_BOUNDS_LIST  512        /* bytes of prefixes in a message */


static ngx_int_t ngx_webhook_bounds_action(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_webhook_action_t *action);
static ngx_int_t ngx_webhook_bounds_path(ngx_webhook_build_t *b,
    ngx_str_t *text, ngx_str_t *path, ngx_str_t *start);
static u_char *ngx_webhook_bounds_byte(u_char *p, u_char *last, u_char *byte);
static ngx_int_t ngx_webhook_bounds_outside(ngx_webhook_build_t *b,
    ngx_webhook_action_t *action);
static ngx_int_t ngx_webhook_bounds_idempotency(ngx_webhook_build_t *b,
    ngx_webhook_action_t *action);
static ngx_int_t ngx_webhook_bounds_emit(ngx_webhook_build_t *b,
    ngx_webhook_emit_t *emit);


ngx_int_t
ngx_webhook_bounds_receiver(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    if (b->bounds == NULL || (b->bounds->actions.nelts == 0 && !b->idle)) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &rcv->source_pos,
                             "no receiver can be registered: there is no "
                             "\"actions\" in webhook_registry {}, which would "
                             "say what receivers may call");
        return NGX_ERROR;
    }

    rcv->bounds = b->bounds;
    rcv->company = b->company;
    rcv->held = b->held;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_bounds_receiver_check(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    ngx_int_t              rc;
    ngx_uint_t             i;
    ngx_webhook_emit_t    *emit;
    ngx_webhook_action_t  *action;

    if (b->idle) {
        return NGX_OK;
    }

    rc = NGX_OK;

    action = rcv->actions.elts;

    for (i = 0; i < rcv->actions.nelts; i++) {

        if (ngx_webhook_bounds_action(b, rcv, &action[i]) != NGX_OK
            || ngx_webhook_bounds_idempotency(b, &action[i]) != NGX_OK)
        {
            rc = NGX_ERROR;
        }
    }

    if (rcv->lookup
        && ngx_webhook_bounds_action(b, rcv, rcv->lookup) != NGX_OK)
    {
        rc = NGX_ERROR;
    }

    emit = rcv->emits.elts;

    for (i = 0; i < rcv->emits.nelts; i++) {
        if (ngx_webhook_bounds_emit(b, &emit[i]) != NGX_OK) {
            rc = NGX_ERROR;
        }
    }

    return rc;
}


/*
 * The prefix has to stand before the first value, so that it is known now; what
 * values may make of the rest is looked at when they are there.
 */

static ngx_int_t
ngx_webhook_bounds_action(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv,
    ngx_webhook_action_t *action)
{
    ngx_str_t               path, start, *methods;
    ngx_uint_t              i;
    ngx_webhook_actions_t  *actions;

    if (ngx_webhook_bounds_path(b, &action->uri_text, &path, &start)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    methods = NULL;
    actions = rcv->bounds->actions.elts;

    for (i = 0; i < rcv->bounds->actions.nelts; i++) {

        if (start.len < actions[i].prefix.len
            || !webhook_reach_below(ngx_webhook_str(&path),
                                    ngx_webhook_str(&actions[i].prefix)))
        {
            continue;
        }

        if (!(actions[i].methods & action->method)) {
            methods = &actions[i].methods_text;
            continue;
        }

        if (rcv->company.len == 0 || actions[i].company.len) {
            return NGX_OK;
        }

        ngx_webhook_build_at(NGX_LOG_EMERG, b, &action->source_pos,
                             "\"%V\" may not be called: \"actions %V\" has no "
                             "\"company=\", by which the API would be told "
                             "that the receiver is a company's",
                             &action->uri_text, &actions[i].prefix);
        return NGX_ERROR;
    }

    if (methods == NULL) {
        return ngx_webhook_bounds_outside(b, action);
    }

    ngx_webhook_build_at(NGX_LOG_EMERG, b, &action->source_pos,
                         "\"%V\" may not be called by %V: the methods of a "
                         "registered receiver are \"%V\" there",
                         &action->uri_text, &action->method_name, methods);

    return NGX_ERROR;
}


/*
 * The path of a URI's template as nginx would have it, with one letter for each
 * value, and what of it stands before the first.
 */

static ngx_int_t
ngx_webhook_bounds_path(ngx_webhook_build_t *b, ngx_str_t *text,
    ngx_str_t *path, ngx_str_t *start)
{
    u_char           *p, *last, *dst;
    webhook_token_t   token;

    dst = ngx_pnalloc(b->temp_pool, text->len);
    if (dst == NULL) {
        return NGX_ERROR;
    }

    path->data = dst;
    ngx_str_null(start);

    p = text->data;
    last = p + text->len;

    while (p < last && *p != '?') {

        if (*p == '$' && last - p > 1 && p[1] == '{'
            && webhook_token_read(p, last, 0, &token) == WEBHOOK_OK)
        {
            if (start->data == NULL) {
                start->data = path->data;
                start->len = dst - path->data;
            }

            *dst++ = 'x';
            p += token.len;
            continue;
        }

        p = ngx_webhook_bounds_byte(p, last, dst++);
    }

    path->len = dst - path->data;

    if (start->data == NULL) {
        *start = *path;
    }

    return NGX_OK;
}


/* One byte, decoded; returns what is behind it. */

static u_char *
ngx_webhook_bounds_byte(u_char *p, u_char *last, u_char *byte)
{
    ngx_int_t  c;

    if (*p == '%' && last - p > 2) {
        c = ngx_hextoi(p + 1, 2);

        if (c != NGX_ERROR) {
            *byte = (u_char) c;
            return p + 3;
        }
    }

    *byte = *p;

    return p + 1;
}


static ngx_int_t
ngx_webhook_bounds_outside(ngx_webhook_build_t *b,
    ngx_webhook_action_t *action)
{
    u_char                  list[NGX_WEBHOOK_BOUNDS_LIST], *p, *last;
    ngx_str_t               text;
    ngx_uint_t              i;
    ngx_webhook_actions_t  *actions;

    p = list;
    last = list + sizeof(list);

    actions = b->bounds->actions.elts;

    for (i = 0; i < b->bounds->actions.nelts; i++) {
        p = ngx_slprintf(p, last, "%s\"%V\"", i ? " or " : "",
                         &actions[i].prefix);
    }

    text.data = list;
    text.len = p - list;

    ngx_webhook_build_at(NGX_LOG_EMERG, b, &action->source_pos,
                         "\"%V\" may not be called: the URI of a registered "
                         "receiver's action has to begin with %V, before its "
                         "first value, and to have no empty, \".\" or \"..\" "
                         "segment", &action->uri_text, &text);

    return NGX_ERROR;
}


/* Names of headers can mean much to an API, whatever their values. */

static ngx_int_t
ngx_webhook_bounds_idempotency(ngx_webhook_build_t *b,
    ngx_webhook_action_t *action)
{
    size_t      len;
    ngx_str_t  *name;

    name = &action->idempotency;
    len = sizeof("Idempotency-Key") - 1;

    if (name->len == 0
        || (name->len >= len
            && ngx_strncasecmp(name->data + name->len - len,
                               (u_char *) "Idempotency-Key", len)
               == 0))
    {
        return NGX_OK;
    }

    ngx_webhook_build_at(NGX_LOG_EMERG, b, &action->source_pos,
                         "\"idempotency=%V\" can be used only in nginx.conf: "
                         "the header of a registered receiver's action has a "
                         "name that ends in \"Idempotency-Key\"", name);

    return NGX_ERROR;
}


static ngx_int_t
ngx_webhook_bounds_emit(ngx_webhook_build_t *b, ngx_webhook_emit_t *emit)
{
    if (ngx_webhook_bounds_emits(b->bounds, &emit->type_name)) {
        return NGX_OK;
    }

    ngx_webhook_build_at(NGX_LOG_EMERG, b, &emit->source_pos,
                         "\"%V\" may not be emitted: it is none of the event "
                         "types in \"emit\" of webhook_registry {}",
                         &emit->type_name);

    return NGX_ERROR;
}
