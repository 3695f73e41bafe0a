
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A payload whose JSON in a string cannot be read is not kept in the history
 * where something is redacted: nobody knows what stands in it.
 */


#include "http/inbound/content/ngx_http_webhook_parse_json.h"
#include "http/inbound/call/ngx_http_webhook_message.h"

#include "core/json/webhook_json_text.h"


static ngx_uint_t ngx_webhook_parse_json_path(ngx_webhook_call_t *call,
    const webhook_path_t *path, ngx_str_t *error);
static ngx_uint_t ngx_webhook_parse_json_string(ngx_webhook_call_t *call,
    const webhook_path_t *path, const webhook_str_t *span, webhook_buf_t *out,
    webhook_str_t *text, ngx_str_t *error);
static ngx_uint_t ngx_webhook_parse_json_place(ngx_webhook_call_t *call,
    const webhook_str_t *span, const webhook_str_t *text, ngx_str_t *error);
static ngx_uint_t ngx_webhook_parse_json_failed(ngx_webhook_call_t *call,
    const webhook_path_t *path, int rc, webhook_json_error_t *err,
    ngx_str_t *error);


ngx_uint_t
ngx_webhook_parse_json(ngx_webhook_call_t *call, ngx_str_t *error)
{
    ngx_uint_t        i, status;
    webhook_path_t  **path;

    path = call->receiver->parse_json.elts;

    for (i = 0; i < call->receiver->parse_json.nelts; i++) {

        status = ngx_webhook_parse_json_path(call, path[i], error);

        if (status) {
            webhook_json_free(call->doc);
            call->doc = NULL;
            return status;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_webhook_parse_json_path(ngx_webhook_call_t *call,
    const webhook_path_t *path, ngx_str_t *error)
{
    ngx_uint_t            status;
    webhook_buf_t         out;
    webhook_str_t         text;
    webhook_json_value_t  found;

    if (webhook_path_find(path, 0, call->doc, NULL, &found) != WEBHOOK_OK
        || found.type != WEBHOOK_JSON_STRING
        || found.span.len == 2)
    {
        return 0;
    }

    /* no text is longer than what says it */

    webhook_buf_init(&out, found.span.len);

    status = ngx_webhook_parse_json_string(call, path, &found.span, &out,
                                           &text, error);
    if (status == 0) {
        status = ngx_webhook_parse_json_place(call, &found.span, &text, error);
    }

    webhook_buf_free(&out);

    return status;
}


/* What a string holds, which has to be JSON as a whole: it could bring a member
   or an end of its own else. */

static ngx_uint_t
ngx_webhook_parse_json_string(ngx_webhook_call_t *call,
    const webhook_path_t *path, const webhook_str_t *span, webhook_buf_t *out,
    webhook_str_t *text, ngx_str_t *error)
{
    int                    rc;
    webhook_json_doc_t    *doc;
    webhook_json_error_t   err;

    err.what = "it has half of a surrogate pair";
    err.offset = 0;

    rc = webhook_json_whole(span) ? webhook_json_decode(span, out)
                                  : WEBHOOK_ERROR;

    if (rc == WEBHOOK_OK) {

        text->data = out->data;
        text->len = out->len;

        if (text->len >= 3 && ngx_memcmp(text->data, "\xef\xbb\xbf", 3) == 0) {
            text->data += 3;
            text->len -= 3;
        }

        rc = webhook_json_read(text, &call->receiver->limits, &doc, &err);
    }

    if (rc != WEBHOOK_OK) {
        return ngx_webhook_parse_json_failed(call, path, rc, &err, error);
    }

    webhook_json_free(doc);

    return 0;
}


static ngx_uint_t
ngx_webhook_parse_json_place(ngx_webhook_call_t *call,
    const webhook_str_t *span, const webhook_str_t *text, ngx_str_t *error)
{
    int                    rc;
    u_char                *p, *last;
    ngx_str_t              payload;
    webhook_json_error_t   err;

    payload.len = call->payload.len - span->len + text->len;

    payload.data = ngx_pnalloc(call->pool, payload.len);

    if (payload.data == NULL) {
        return ngx_webhook_parse_json_failed(call, NULL, WEBHOOK_NOMEM, &err,
                                             error);
    }

    last = call->payload.data + call->payload.len;

    p = ngx_cpymem(payload.data, call->payload.data,
                   span->data - call->payload.data);
    p = ngx_cpymem(p, text->data, text->len);

    ngx_memcpy(p, span->data + span->len, last - (span->data + span->len));

    webhook_json_free(call->doc);
    call->doc = NULL;

    call->payload = payload;

    rc = webhook_json_read(ngx_webhook_str(&call->payload),
                           &call->receiver->limits, &call->doc, &err);

    return rc == WEBHOOK_OK
           ? 0 : ngx_webhook_parse_json_failed(call, NULL, rc, &err, error);
}


/* Without a path it is the whole that is too much. */

static ngx_uint_t
ngx_webhook_parse_json_failed(ngx_webhook_call_t *call,
    const webhook_path_t *path, int rc, webhook_json_error_t *err,
    ngx_str_t *error)
{
    const webhook_str_t  *name;

    if (rc == WEBHOOK_NOMEM) {
        ngx_str_set(error, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    if (path == NULL) {
        ngx_webhook_message(call, error,
                            "The JSON of the body is over a limit with that "
                            "in its strings: %s", err->what);
        return NGX_HTTP_BAD_REQUEST;
    }

    name = webhook_path_text(path);

    ngx_webhook_message(call, error,
                        rc == WEBHOOK_LIMIT
                        ? "The JSON in '%*s' is over a limit: %s, at byte %uz"
                        : "What is in '%*s' is not JSON: %s, at byte %uz",
                        name->len, name->data, err->what, err->offset);

    return NGX_HTTP_BAD_REQUEST;
}
