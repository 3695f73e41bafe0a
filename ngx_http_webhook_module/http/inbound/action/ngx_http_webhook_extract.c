
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/action/ngx_http_webhook_extract.h"
#include "http/inbound/call/ngx_http_webhook_message.h"


#define NGX_WEBHOOK_CAPTURE_MAX  65536          /* bytes of an answer that is
                                                   captured from */


static ngx_int_t ngx_webhook_extract_value(ngx_webhook_act_t *act,
    ngx_webhook_extracted_t *extracted, webhook_json_doc_t *doc,
    webhook_value_t *v);


void
ngx_webhook_extract_keep(ngx_webhook_act_t *act, u_char *p, size_t len)
{
    u_char  *kept;
    size_t   size;

    if (act->action->captures.nelts == 0 || act->too_large || act->no_memory) {
        return;
    }

    if (len > NGX_WEBHOOK_CAPTURE_MAX - act->kept_len) {
        act->too_large = 1;
        return;
    }

    if (len > act->kept_size - act->kept_len) {

        size = ngx_max(2 * act->kept_size, act->kept_len + len);
        size = ngx_max(size, 1024);

        kept = ngx_pnalloc(act->call->pool, size);
        if (kept == NULL) {
            act->no_memory = 1;
            return;
        }

        if (act->kept_len) {
            ngx_memcpy(kept, act->kept, act->kept_len);
            (void) ngx_pfree(act->call->pool, act->kept);
        }

        act->kept = kept;
        act->kept_size = size;
    }

    ngx_memcpy(act->kept + act->kept_len, p, len);
    act->kept_len += len;
}


ngx_int_t
ngx_webhook_extract(ngx_webhook_act_t *act,
    ngx_str_t *error)
{
    int                       rc;
    ngx_str_t                 text;
    ngx_uint_t                i;
    webhook_json_doc_t       *doc;
    const webhook_str_t      *path;
    ngx_webhook_call_t       *call;
    ngx_webhook_extracted_t  *extracted;

    if (act->action->captures.nelts == 0) {
        return NGX_OK;
    }

    call = act->call;

    if (act->too_large) {
        ngx_webhook_message(call, error,
                             "The API's answer to action %ui is larger than "
                             "the %d bytes that values are captured from",
                             act->number, NGX_WEBHOOK_CAPTURE_MAX);
        return NGX_ERROR;
    }

    text.data = act->kept;
    text.len = act->kept_len;

    doc = NULL;
    rc = act->no_memory ? WEBHOOK_NOMEM
                        : webhook_json_read(ngx_webhook_str(&text), NULL, &doc,
                                            NULL);

    if (rc == WEBHOOK_NOMEM) {
        ngx_webhook_message(call, error,
                             "There was no memory to read the API's answer "
                             "to action %ui", act->number);
        return NGX_ERROR;
    }

    extracted = act->action->captures.elts;

    for (i = 0; i < act->action->captures.nelts; i++) {

        if (ngx_webhook_extract_value(act, &extracted[i], doc,
                                      &call->extracted[extracted[i].index])
            == NGX_OK)
        {
            continue;
        }

        path = webhook_path_text(extracted[i].path);

        ngx_webhook_message(call, error,
                             doc ? "The API's answer to action %ui has no "
                                    "'%*s'"
                                  : "The API's answer to action %ui is not "
                                    "JSON and has no '%*s'",
                             act->number, path->len, path->data);

        webhook_json_free(doc);
        return NGX_ERROR;
    }

    webhook_json_free(doc);

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_extract_value(ngx_webhook_act_t *act,
    ngx_webhook_extracted_t *extracted, webhook_json_doc_t *doc,
    webhook_value_t *v)
{
    u_char                *p;
    ngx_pool_t            *pool;
    webhook_value_t        found;
    webhook_json_value_t   value;

    pool = act->call->pool;

    ngx_memzero(&found, sizeof(webhook_value_t));

    if (webhook_path_step(extracted->path, 0)->len == sizeof("status") - 1) {

        p = ngx_pnalloc(pool, NGX_INT_T_LEN);
        if (p == NULL) {
            return NGX_ERROR;
        }

        found.type = WEBHOOK_JSON_NUMBER;
        found.span.data = p;
        found.span.len = ngx_sprintf(p, "%ui", act->status) - p;

        *v = found;

        return NGX_OK;
    }

    if (doc == NULL) {
        return NGX_ERROR;
    }

    if (webhook_path_steps(extracted->path) == 1) {
        webhook_json_root(doc, &value);

    } else if (webhook_path_find(extracted->path, 1, doc, NULL, &value)
               != WEBHOOK_OK
               || value.type == WEBHOOK_JSON_NULL)
    {
        return NGX_ERROR;
    }

    webhook_value_from_json(&found, &value);

    p = ngx_pnalloc(pool, found.span.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, found.span.data, found.span.len);
    found.span.data = p;

    *v = found;

    return NGX_OK;
}
