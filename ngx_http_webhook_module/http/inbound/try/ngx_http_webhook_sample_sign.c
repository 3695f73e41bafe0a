
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A sample is signed with the receiver's first key, at the time at which it is
 * made.  What is a secret itself stands in no line: $WEBHOOK_SECRET takes its
 * place.
 */

#include "http/inbound/try/ngx_http_webhook_sample_int.h"
#include "http/model/ngx_http_webhook_verifier.h"

#include "core/base/webhook_id.h"


#define NGX_WEBHOOK_SAMPLE_VALUE  1400          /* bytes of a header */


static int ngx_webhook_sample_no_header(void *data, const webhook_str_t *name,
    webhook_str_t *value);
static ngx_int_t ngx_webhook_sample_unsigned(ngx_webhook_sample_t *s);
static ngx_int_t ngx_webhook_sample_id(ngx_webhook_sample_t *s,
    webhook_str_t *id);
static ngx_int_t ngx_webhook_sample_url(ngx_webhook_sample_t *s,
    webhook_str_t *url);
static ngx_int_t ngx_webhook_sample_standard(ngx_webhook_sample_t *s,
    webhook_verify_call_t *call, webhook_str_t *id);
static ngx_int_t ngx_webhook_sample_row(ngx_webhook_sample_t *s,
    webhook_verify_call_t *call, webhook_str_t *id);
static ngx_int_t ngx_webhook_sample_name(ngx_webhook_sample_t *s,
    const webhook_preset_t *preset, webhook_str_t *name);
static ngx_int_t ngx_webhook_sample_header(ngx_webhook_sample_t *s,
    const webhook_str_t *name, u_char *value, size_t len);


ngx_int_t
ngx_webhook_sample_sign(ngx_webhook_sample_t *s)
{
    webhook_str_t              id, body;
    webhook_verify_call_t      call;
    ngx_webhook_verify_t      *verify;
    const webhook_preset_t    *preset;

    static const webhook_str_t  standard = webhook_str("standard");

    verify = s->receiver->verify;
    preset = verify->verifier.preset;

    if (preset->signature.in != WEBHOOK_PLACE_HEADER) {
        return ngx_webhook_sample_unsigned(s);
    }

    if (preset->kind == WEBHOOK_VERIFY_TOKEN) {
        s->headers[s->n].name = preset->signature.name;
        s->headers[s->n].value = preset->prefix;
        s->headers[s->n++].secret = 1;

        return NGX_OK;
    }

    if (ngx_webhook_sample_id(s, &id) != NGX_OK) {
        return NGX_ERROR;
    }

    body = *ngx_webhook_str(&s->body);

    ngx_memzero(&call, sizeof(webhook_verify_call_t));

    call.header = ngx_webhook_sample_no_header;
    call.method = s->query.len ? (webhook_str_t) webhook_str("GET")
                               : (webhook_str_t) webhook_str("POST");
    call.query = *ngx_webhook_str(&s->query);
    call.body = &body;
    call.pieces = 1;
    call.now = ngx_time();

    if (ngx_webhook_sample_url(s, &call.url) != NGX_OK) {
        return NGX_ERROR;
    }

    if (webhook_str_eq(&preset->name, &standard)) {
        return ngx_webhook_sample_standard(s, &call, &id);
    }

    if (preset->verify || preset->kind == WEBHOOK_VERIFY_PUBLIC_KEY) {
        return ngx_webhook_sample_unsigned(s);
    }

    return ngx_webhook_sample_row(s, &call, &id);
}


static int
ngx_webhook_sample_no_header(void *data, const webhook_str_t *name,
    webhook_str_t *value)
{
    return 0;
}


static ngx_int_t
ngx_webhook_sample_unsigned(ngx_webhook_sample_t *s)
{
    ngx_str_set(s->error, "nobody but the sender can sign a call of this "
                          "receiver");

    return NGX_DECLINED;
}


static ngx_int_t
ngx_webhook_sample_id(ngx_webhook_sample_t *s, webhook_str_t *id)
{
    u_char               *p;
    webhook_id_t          number;
    webhook_id_source_t   ids;

    ngx_memzero(&ids, sizeof(webhook_id_source_t));

    if (webhook_id_make(&ids, (uint64_t) ngx_time() * 1000000, &number)
        != WEBHOOK_OK)
    {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(s->pool, WEBHOOK_ID_TEXT_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    webhook_id_text(&number, p);

    id->data = p;
    id->len = WEBHOOK_ID_TEXT_LEN;

    return NGX_OK;
}


/* As the sender knows it, by "url=" of verify. */

static ngx_int_t
ngx_webhook_sample_url(ngx_webhook_sample_t *s, webhook_str_t *url)
{
    u_char                *p;
    ngx_webhook_verify_t  *verify;

    verify = s->receiver->verify;

    if (!verify->need_url) {
        return NGX_OK;
    }

    p = ngx_pnalloc(s->pool, verify->url.len + s->token.len + 1
                             + s->query.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    url->data = p;

    p = ngx_cpymem(p, verify->url.data, verify->url.len);

    if (verify->need_token) {
        p = ngx_cpymem(p, s->token.data, s->token.len);
    }

    if (s->query.len) {
        *p++ = '?';
        p = ngx_cpymem(p, s->query.data, s->query.len);
    }

    url->len = p - url->data;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_sample_standard(ngx_webhook_sample_t *s,
    webhook_verify_call_t *call, webhook_str_t *id)
{
    u_char                   value[WEBHOOK_SIGN_STANDARD_MAX],
                             text[NGX_TIME_T_LEN];
    size_t                   len;
    webhook_message_t        m;
    ngx_webhook_verify_t    *verify;
    const webhook_preset_t  *preset;

    verify = s->receiver->verify;
    preset = verify->verifier.preset;

    ngx_memzero(&m, sizeof(webhook_message_t));

    m.id = *id;
    m.timestamp = call->now;
    m.body = call->body;
    m.pieces = 1;

    if (webhook_sign_standard(verify->keys.keys, 1, &m, value, sizeof(value),
                              &len)
        != WEBHOOK_OK)
    {
        return ngx_webhook_sample_unsigned(s);
    }

    if (ngx_webhook_sample_header(s, &preset->id.name, id->data, id->len)
        != NGX_OK
        || ngx_webhook_sample_header(s, &preset->timestamp.name, text,
                               ngx_sprintf(text, "%T", (time_t) call->now)
                               - text)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_sample_header(s, &preset->signature.name, value, len);
}


/* One signature, alone or as an item, and what else it signs. */

static ngx_int_t
ngx_webhook_sample_row(ngx_webhook_sample_t *s, webhook_verify_call_t *call,
    webhook_str_t *id)
{
    u_char                  *p, *last;
    u_char                   out[WEBHOOK_SIGN_HMAC_MAX],
                             value[NGX_WEBHOOK_SAMPLE_VALUE];
    size_t                   len;
    ngx_int_t                rc;
    ngx_str_t                made;
    webhook_buf_t            stamp;
    webhook_str_t            name;
    ngx_webhook_verify_t    *verify;
    const webhook_preset_t  *preset;

    verify = s->receiver->verify;
    preset = verify->verifier.preset;

    webhook_buf_init(&stamp, 0);

    if (webhook_verifier_sign(&verify->verifier, call, id, &stamp, out, &len)
        != WEBHOOK_OK)
    {
        webhook_buf_free(&stamp);
        return ngx_webhook_sample_unsigned(s);
    }

    made.data = out;
    made.len = len;

    p = value;
    last = value + sizeof(value);

    if (preset->timestamp.in == WEBHOOK_PLACE_ITEM) {
        p = ngx_slprintf(p, last, "%V%c%*s%c",
                         ngx_webhook_nstr(&preset->timestamp.name),
                         *preset->pair.data, stamp.len, stamp.data,
                         *preset->list.data);
    }

    if (preset->pair.len) {
        p = ngx_slprintf(p, last, "%V%c", ngx_webhook_nstr(&preset->item),
                         *preset->pair.data);
    }

    p = ngx_slprintf(p, last, "%V", &made);

    rc = NGX_OK;

    if (preset->timestamp.name.len
        && preset->timestamp.in == WEBHOOK_PLACE_HEADER)
    {
        rc = ngx_webhook_sample_header(s, &preset->timestamp.name, stamp.data,
                                       stamp.len);
    }

    webhook_buf_free(&stamp);

    if (rc == NGX_OK && preset->id.name.len
        && preset->id.in == WEBHOOK_PLACE_HEADER)
    {
        rc = ngx_webhook_sample_header(s, &preset->id.name, id->data, id->len);
    }

    if (rc != NGX_OK || ngx_webhook_sample_name(s, preset, &name) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_sample_header(s, &name, value, p - value);
}


/* Of those that are numbered the first will do. */

static ngx_int_t
ngx_webhook_sample_name(ngx_webhook_sample_t *s,
    const webhook_preset_t *preset, webhook_str_t *name)
{
    u_char  *p;

    *name = preset->signature.name;

    if (!preset->numbered) {
        return NGX_OK;
    }

    p = ngx_pnalloc(s->pool, name->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, name->data, name->len);
    p[name->len] = '1';

    name->data = p;
    name->len++;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_sample_header(ngx_webhook_sample_t *s, const webhook_str_t *name,
    u_char *value, size_t len)
{
    u_char                 *p;
    webhook_curl_header_t  *h;

    if (s->n == NGX_WEBHOOK_SAMPLE_HEADERS) {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(s->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, value, len);

    h = &s->headers[s->n++];

    h->name = *name;
    h->value.data = p;
    h->value.len = len;

    return NGX_OK;
}
