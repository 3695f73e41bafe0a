
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * One challenge:
 *
 *   POST, {"type": "webhook.challenge", "webhook_challenge": "..."}  -->
 *   <--  200, and the text alone, or {"webhook_challenge": "..."}
 *   approved, if it is still of the version that was asked
 *
 * A server that sends back whatever it gets does not confirm anything by that, nor
 * does one that echoes the "challenge" of other senders.
 */

#include "http/admin/registry/ngx_http_webhook_registry.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_challenge.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_test_limit.h"
#include "http/outbound/attempt/ngx_http_webhook_probe.h"
#include "http/outbound/delivery/ngx_http_webhook_event.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>


#define NGX_WEBHOOK_CHALLENGE_BYTES   24        /* random ones */
#define NGX_WEBHOOK_CHALLENGE_LEN     (2 * NGX_WEBHOOK_CHALLENGE_BYTES)
#define NGX_WEBHOOK_CHALLENGE_ANSWER  256       /* bytes of it */
#define NGX_WEBHOOK_CHALLENGE_ID      "test_"
#define NGX_WEBHOOK_CHALLENGE_BODY                                            \
    "{\"type\":\"" NGX_WEBHOOK_CHALLENGE_TYPE "\",\"webhook_challenge\":\""


typedef struct {
    ngx_webhook_challenge_t   public;           /* first member */
    ngx_pool_t               *pool;
    ngx_webhook_main_conf_t  *wmcf;
    ngx_webhook_object_t     *object;           /* held */
    ngx_webhook_probe_t       probe;
    u_char                    text[NGX_WEBHOOK_CHALLENGE_LEN];
} ngx_webhook_challenge_ctx_t;


static ngx_int_t ngx_webhook_challenge_make(ngx_webhook_challenge_ctx_t *ctx);
static void ngx_webhook_challenge_answered(ngx_webhook_probe_t *probe);
static ngx_uint_t ngx_webhook_challenge_echoed(
    ngx_webhook_challenge_ctx_t *ctx, ngx_str_t *answer);
static ngx_uint_t ngx_webhook_challenge_is(ngx_webhook_challenge_ctx_t *ctx,
    const u_char *text, size_t len);
static void ngx_webhook_challenge_approved(ngx_webhook_registry_change_t *c);
static void ngx_webhook_challenge_end(ngx_webhook_challenge_ctx_t *ctx,
    ngx_webhook_challenge_e result);
static void ngx_webhook_challenge_free(ngx_webhook_challenge_ctx_t *ctx);


ngx_int_t
ngx_webhook_challenge_send(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_object_t *object,
    void (*handler)(ngx_webhook_challenge_t *ch), void *data)
{
    ngx_int_t                     rc;
    ngx_pool_t                   *pool;
    ngx_webhook_challenge_ctx_t  *ctx;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, ngx_cycle->log);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    ctx = ngx_pcalloc(pool, sizeof(ngx_webhook_challenge_ctx_t));

    if (ctx == NULL) {
        ngx_destroy_pool(pool);
        return NGX_ERROR;
    }

    ctx->public.handler = handler;
    ctx->public.data = data;
    ctx->pool = pool;
    ctx->wmcf = wmcf;
    ctx->object = object;

    ngx_webhook_held_hold(object->held);

    rc = ngx_webhook_challenge_make(ctx);

    if (rc == NGX_OK) {
        rc = ngx_webhook_probe_send(&ctx->probe);
    }

    if (rc != NGX_OK) {
        ngx_webhook_challenge_free(ctx);
    }

    return rc;
}


static ngx_int_t
ngx_webhook_challenge_make(ngx_webhook_challenge_ctx_t *ctx)
{
    u_char               *p, random[NGX_WEBHOOK_CHALLENGE_BYTES];
    webhook_rendition_t  *r;
    ngx_webhook_probe_t  *probe;

    static const webhook_str_t  json = webhook_str("application/json");
    static const webhook_str_t  test = webhook_str(NGX_WEBHOOK_TEST_HEADER);

    probe = &ctx->probe;
    r = &probe->rendition;

    if (RAND_bytes(random, sizeof(random)) != 1
        || ngx_webhook_event_id(&probe->wire) != NGX_OK)
    {
        return NGX_ERROR;
    }

    (void) ngx_hex_dump(ctx->text, random, sizeof(random));

    r->content_type = json;
    r->headers = test;

    r->body.len = sizeof(NGX_WEBHOOK_CHALLENGE_BODY "\"}") - 1
                  + NGX_WEBHOOK_CHALLENGE_LEN;
    r->body.data = ngx_pnalloc(ctx->pool, r->body.len);

    probe->id.len = sizeof(NGX_WEBHOOK_CHALLENGE_ID) - 1 + WEBHOOK_ID_TEXT_LEN;
    probe->id.data = ngx_pnalloc(ctx->pool, probe->id.len);

    if (r->body.data == NULL || probe->id.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(r->body.data, NGX_WEBHOOK_CHALLENGE_BODY,
                   sizeof(NGX_WEBHOOK_CHALLENGE_BODY) - 1);
    p = ngx_cpymem(p, ctx->text, NGX_WEBHOOK_CHALLENGE_LEN);
    ngx_memcpy(p, "\"}", 2);

    p = ngx_cpymem(probe->id.data, NGX_WEBHOOK_CHALLENGE_ID,
                   sizeof(NGX_WEBHOOK_CHALLENGE_ID) - 1);
    webhook_id_text(&probe->wire, p);

    ngx_str_set(&probe->type, NGX_WEBHOOK_CHALLENGE_TYPE);

    probe->wmcf = ctx->wmcf;
    probe->endpoint = ctx->object->endpoint;
    probe->answer_max = NGX_WEBHOOK_CHALLENGE_ANSWER;
    probe->longest = NGX_WEBHOOK_CHALLENGE_LONGEST;
    probe->pool = ctx->pool;
    probe->log = ngx_cycle->log;
    probe->handler = ngx_webhook_challenge_answered;
    probe->data = ctx;

    return NGX_OK;
}


/* -------------------------------------------------------------- answer --- */

static void
ngx_webhook_challenge_answered(ngx_webhook_probe_t *probe)
{
    ngx_webhook_exchange_t         *x;
    ngx_webhook_challenge_ctx_t    *ctx;
    ngx_webhook_registry_change_t  *c;

    ctx = probe->data;
    x = probe->exchange;

    ctx->public.status = x->status;

    if (x->fault != NGX_WEBHOOK_FAULT_NONE) {
        ctx->public.error = x->error;

        ngx_webhook_challenge_end(ctx, NGX_WEBHOOK_CHALLENGE_SILENT);
        return;
    }

    if (x->status != NGX_HTTP_OK
        || !ngx_webhook_challenge_echoed(ctx, &x->answer))
    {
        ngx_str_set(&ctx->public.error, "the challenge was not echoed: the "
                    "answer has to be a 200 with its text, or "
                    "{\"webhook_challenge\": \"...\"}, and nothing else");

        ngx_webhook_challenge_end(ctx, NGX_WEBHOOK_CHALLENGE_SILENT);
        return;
    }

    c = ngx_webhook_registry_change_create(ctx->wmcf, ngx_cycle->log);

    if (c == NULL) {
        ngx_webhook_challenge_end(ctx, NGX_WEBHOOK_CHALLENGE_UNKEPT);
        return;
    }

    c->action = NGX_WEBHOOK_REGISTRY_APPROVE;
    c->kind = WEBHOOK_OBJECT_ENDPOINT;
    c->id = ctx->object->id;
    c->expect = ctx->object->version;
    c->handler = ngx_webhook_challenge_approved;
    c->data = ctx;

    ngx_str_set(&c->by, "challenge");

    ngx_webhook_registry_change_post(c);
}


static ngx_uint_t
ngx_webhook_challenge_echoed(ngx_webhook_challenge_ctx_t *ctx,
    ngx_str_t *answer)
{
    u_char      *p, *last;
    json_t      *json, *text;
    ngx_uint_t   echoed;

    p = answer->data;
    last = p + answer->len;

    while (p < last && (*p == ' ' || *p == CR || *p == LF || *p == '\t')) {
        p++;
    }

    while (p < last && (last[-1] == ' ' || last[-1] == CR || last[-1] == LF
                        || last[-1] == '\t'))
    {
        last--;
    }

    if (p == last || *p != '{') {
        return ngx_webhook_challenge_is(ctx, p, last - p);
    }

    json = json_loadb((char *) p, last - p, 0, NULL);
    text = json_object_get(json, "webhook_challenge");

    echoed = json_object_size(json) == 1 && json_is_string(text)
             && ngx_webhook_challenge_is(ctx,
                                    (const u_char *) json_string_value(text),
                                    json_string_length(text));

    json_decref(json);

    return echoed;
}


static ngx_uint_t
ngx_webhook_challenge_is(ngx_webhook_challenge_ctx_t *ctx, const u_char *text,
    size_t len)
{
    return len == NGX_WEBHOOK_CHALLENGE_LEN
           && CRYPTO_memcmp(text, ctx->text, len) == 0;
}


static void
ngx_webhook_challenge_approved(ngx_webhook_registry_change_t *c)
{
    ngx_webhook_challenge_e       result;
    ngx_webhook_challenge_ctx_t  *ctx;

    ctx = c->data;

    switch (c->result) {

    case NGX_WEBHOOK_REGISTRY_OK:
        result = NGX_WEBHOOK_CHALLENGE_ECHOED;
        break;

    case NGX_WEBHOOK_REGISTRY_STALE:
    case NGX_WEBHOOK_REGISTRY_NOT_FOUND:
        result = NGX_WEBHOOK_CHALLENGE_CHANGED;
        break;

    default:
        result = NGX_WEBHOOK_CHALLENGE_UNKEPT;
        break;
    }

    ngx_webhook_registry_change_destroy(c);

    ngx_webhook_challenge_end(ctx, result);
}


static void
ngx_webhook_challenge_end(ngx_webhook_challenge_ctx_t *ctx,
    ngx_webhook_challenge_e result)
{
    ctx->public.result = result;

    if (result == NGX_WEBHOOK_CHALLENGE_CHANGED) {
        ngx_str_set(&ctx->public.error, "the endpoint was changed before it "
                    "answered, and has to be asked again");

    } else if (result == NGX_WEBHOOK_CHALLENGE_UNKEPT) {
        ngx_str_set(&ctx->public.error, "the challenge was echoed, but that "
                    "could not be kept");
    }

    ctx->public.handler(&ctx->public);

    ngx_webhook_challenge_free(ctx);
}


static void
ngx_webhook_challenge_free(ngx_webhook_challenge_ctx_t *ctx)
{
    ngx_webhook_held_release(ctx->object->held);
    ngx_destroy_pool(ctx->pool);
}
