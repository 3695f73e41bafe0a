
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The headers of an action, which the API gets.
 */

#include "http/inbound/action/ngx_http_webhook_act.h"
#include "http/inbound/action/ngx_http_webhook_action_key.h"
#include "http/inbound/call/ngx_http_webhook_reply.h"
#include "http/runtime/ngx_http_webhook_hops.h"


/* A header that is the same for all, with what core looks for it by. */

typedef struct {
    ngx_str_t     key;
    u_char       *small;
    ngx_uint_t    hash;                     /* 0: not made yet */
} ngx_webhook_act_name_t;


static ngx_int_t ngx_webhook_act_told(ngx_http_request_t *sr,
    ngx_webhook_act_t *act);
static ngx_int_t ngx_webhook_act_header(ngx_http_request_t *sr,
    ngx_webhook_act_name_t *name, ngx_str_t *value, ngx_table_elt_t **header);
static ngx_int_t ngx_webhook_act_header_own(ngx_http_request_t *sr,
    ngx_str_t *key, ngx_str_t *value);


#define ngx_webhook_act_name(name, small)                                     \
    { ngx_string(name), (u_char *) small, 0 }


static ngx_webhook_act_name_t  ngx_webhook_act_host =
    ngx_webhook_act_name("Host", "host");
static ngx_webhook_act_name_t  ngx_webhook_act_type =
    ngx_webhook_act_name("Content-Type", "content-type");
static ngx_webhook_act_name_t  ngx_webhook_act_length =
    ngx_webhook_act_name("Content-Length", "content-length");
static ngx_webhook_act_name_t  ngx_webhook_act_id =
    ngx_webhook_act_name("X-Request-ID", "x-request-id");
static ngx_webhook_act_name_t  ngx_webhook_act_replay =
    ngx_webhook_act_name("X-Webhook-Replay", "x-webhook-replay");
static ngx_webhook_act_name_t  ngx_webhook_act_hops =
    ngx_webhook_act_name(NGX_WEBHOOK_HOPS_HEADER, NGX_WEBHOOK_HOPS_HEADER);
static ngx_str_t  ngx_webhook_act_json = ngx_string("application/json");


/*
 * Nothing of the caller's headers but Host: neither its credentials nor what
 * would change the API's answer.
 */

ngx_int_t
ngx_webhook_act_headers(ngx_http_request_t *sr, ngx_webhook_act_t *act)
{
    off_t                   len;
    u_char                 *p;
    ngx_str_t               value, *host;
    ngx_table_elt_t        *h;
    ngx_http_headers_in_t  *in, *main;

    in = &sr->headers_in;
    main = &act->call->request->headers_in;

    ngx_memzero(in, sizeof(ngx_http_headers_in_t));

    if (ngx_list_init(&in->headers, sr->pool, 8, sizeof(ngx_table_elt_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    in->server = main->server;
    in->content_length_n = -1;
    in->keep_alive_n = -1;

    host = main->host ? &main->host->value : &main->server;

    if (host->len && ngx_webhook_act_header(sr, &ngx_webhook_act_host, host,
                                  &in->host)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webhook_reply_id(act->call->request, &value);

    if (value.len && ngx_webhook_act_header(sr, &ngx_webhook_act_id, &value,
                                  &h)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (act->action->idempotency.len) {

        if (ngx_webhook_action_key(act, &value) != NGX_OK
            || ngx_webhook_act_header_own(sr, &act->action->idempotency,
                                          &value)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_webhook_act_told(sr, act) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!act->has_body
        && (act->method & (NGX_HTTP_GET|NGX_HTTP_HEAD|NGX_HTTP_DELETE
                           |NGX_HTTP_OPTIONS)))
    {
        return NGX_OK;
    }

    len = act->has_body ? (off_t) act->body.len : 0;

    p = ngx_pnalloc(sr->pool, NGX_OFF_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value.data = p;
    value.len = ngx_sprintf(p, "%O", len) - p;

    if (ngx_webhook_act_header(sr, &ngx_webhook_act_length, &value,
                               &in->content_length)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    in->content_length_n = len;

    if (!act->has_body) {
        return NGX_OK;
    }

    return ngx_webhook_act_header(sr, &ngx_webhook_act_type,
                                  &ngx_webhook_act_json, &in->content_type);
}


/* Whose call it is, where it was registered; which one it repeats; and how many
   webhooks led to it. */

static ngx_int_t
ngx_webhook_act_told(ngx_http_request_t *sr, ngx_webhook_act_t *act)
{
    u_char                  *p;
    ngx_str_t                value;
    ngx_table_elt_t         *h;
    ngx_webhook_receiver_t  *receiver;

    receiver = act->call->receiver;

    if (act->bound && act->bound->company.len && receiver->company.len
        && ngx_webhook_act_header_own(sr, (ngx_str_t *) &act->bound->company,
                                      &receiver->company)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (act->call->replayed.len
        && ngx_webhook_act_header(sr, &ngx_webhook_act_replay,
                                  &act->call->replayed, &h)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (act->call->hops == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(sr->pool, NGX_INT_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value.data = p;
    value.len = ngx_sprintf(p, "%ui", act->call->hops) - p;

    return ngx_webhook_act_header(sr, &ngx_webhook_act_hops, &value, &h);
}


static ngx_int_t
ngx_webhook_act_header(ngx_http_request_t *sr, ngx_webhook_act_name_t *name,
    ngx_str_t *value, ngx_table_elt_t **header)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&sr->headers_in.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    if (name->hash == 0) {
        name->hash = ngx_hash_key(name->small, name->key.len);
    }

    h->hash = name->hash;
    h->lowcase_key = name->small;
    h->key = name->key;
    h->value = *value;

    *header = h;

    return NGX_OK;
}


/* One that the configuration names. */

static ngx_int_t
ngx_webhook_act_header_own(ngx_http_request_t *sr, ngx_str_t *key,
    ngx_str_t *value)
{
    ngx_table_elt_t         *h;
    ngx_webhook_act_name_t   name;

    name.key = *key;

    name.small = ngx_pnalloc(sr->pool, key->len);
    if (name.small == NULL) {
        return NGX_ERROR;
    }

    name.hash = ngx_hash_strlow(name.small, key->data, key->len);

    return ngx_webhook_act_header(sr, &name, value, &h);
}
