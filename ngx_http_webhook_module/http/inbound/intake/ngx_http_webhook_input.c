
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/intake/ngx_http_webhook_input.h"
#include "http/inbound/content/ngx_http_webhook_content.h"
#include "http/inbound/content/ngx_http_webhook_parse_json.h"
#include "http/inbound/call/ngx_http_webhook_kept.h"
#include "http/inbound/call/ngx_http_webhook_message.h"
#include "http/model/ngx_http_webhook_verifier.h"

#include "core/charset/webhook_charset.h"
#include "core/media/webhook_media.h"


/* What a body may become, beside six times its length (an escape). */

#define NGX_WEBHOOK_PAYLOAD_MORE  65536

/* How much more it costs to read than JSON does, in quarters. */

#define NGX_WEBHOOK_PAYLOAD_DEAR  12


static ngx_uint_t ngx_webhook_input_unknown(ngx_webhook_call_t *call,
    ngx_str_t *error);
static ngx_uint_t ngx_webhook_input_signed(ngx_webhook_call_t *call);
static ngx_uint_t ngx_webhook_input_json(ngx_webhook_call_t *call);
static ngx_uint_t ngx_webhook_payload_utf8(
    ngx_webhook_call_t *call, ngx_str_t *error);
static ngx_uint_t ngx_webhook_input_convert(ngx_webhook_call_t *call,
    ngx_str_t *error);
static ngx_uint_t ngx_webhook_input_text(
    ngx_webhook_call_t *call, ngx_str_t *error);


ngx_uint_t
ngx_webhook_input_kind(ngx_webhook_call_t *call, ngx_str_t *error)
{
    ngx_uint_t  status;

    status = ngx_webhook_content_check(call, error);
    if (status) {
        return status;
    }

    call->kind = ngx_webhook_input_media(call->request);

    if (call->kind & call->receiver->accept) {
        return 0;
    }

    return ngx_webhook_input_unknown(call, error);
}


void
ngx_webhook_input_query(ngx_webhook_call_t *call)
{
    ngx_str_t  *query;

    query = ngx_webhook_kept_query(call);

    call->body = query->data;
    call->body_len = query->len;
    call->joined = query->len;
}


/* 0 for what is none of these. */

ngx_uint_t
ngx_webhook_input_media(ngx_http_request_t *r)
{
    if (r->method == NGX_HTTP_GET) {
        return NGX_WEBHOOK_ACCEPT_QUERY;
    }

    if (r->headers_in.content_type == NULL) {
        return 0;
    }

    switch (webhook_media(
                      ngx_webhook_str(&r->headers_in.content_type->value),
                      WEBHOOK_MEDIA_STRICT))
    {
    case WEBHOOK_MEDIA_XML:
        return NGX_WEBHOOK_ACCEPT_XML;

    case WEBHOOK_MEDIA_JSON:
        return NGX_WEBHOOK_ACCEPT_JSON;

    case WEBHOOK_MEDIA_FORM:
        return NGX_WEBHOOK_ACCEPT_FORM;

    case WEBHOOK_MEDIA_MULTIPART:
        return NGX_WEBHOOK_ACCEPT_MULTIPART;

    case WEBHOOK_MEDIA_TEXT:
        return NGX_WEBHOOK_ACCEPT_TEXT;

    default:
        return 0;
    }
}


/* The answer names the headers that would do. */

static ngx_uint_t
ngx_webhook_input_unknown(ngx_webhook_call_t *call, ngx_str_t *error)
{
    u_char      *p, *last;
    ngx_uint_t   i, n, accept;

    static const struct {
        ngx_uint_t   kind;
        const char  *what;
        const char  *type;
    } kinds[] = {
        { NGX_WEBHOOK_ACCEPT_JSON, "JSON in UTF-8", "application/json" },
        { NGX_WEBHOOK_ACCEPT_FORM, "a form",
          "application/x-www-form-urlencoded" },
        { NGX_WEBHOOK_ACCEPT_MULTIPART, "a form with parts",
          "multipart/form-data" },
        { NGX_WEBHOOK_ACCEPT_XML, "XML", "application/xml" },
        { NGX_WEBHOOK_ACCEPT_TEXT, "JSON as text", "text/plain" }
    };

    accept = call->receiver->accept;

    p = ngx_pnalloc(call->pool, NGX_WEBHOOK_ERROR_MAX);
    if (p == NULL) {
        ngx_str_set(error, "The body is of a type that is not accepted");
        return NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;
    }

    error->data = p;
    last = p + NGX_WEBHOOK_ERROR_MAX;

    p = ngx_slprintf(p, last, "The body has to be ");

    for (i = 0, n = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (accept & kinds[i].kind) {
            p = ngx_slprintf(p, last, "%s%s", n++ ? " or " : "",
                             kinds[i].what);
        }
    }

    p = ngx_slprintf(p, last, ": add the header 'Content-Type: ");

    for (i = 0, n = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (accept & kinds[i].kind) {
            p = ngx_slprintf(p, last, "%s%s", n++ ? "' or '" : "",
                             kinds[i].type);
        }
    }

    p = ngx_slprintf(p, last, "'");

    error->len = p - error->data;

    return NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;
}


size_t
ngx_webhook_input_cost(ngx_webhook_call_t *call)
{
    size_t                   times;
    ngx_uint_t               i;
    ngx_webhook_emit_t      *emit;
    ngx_webhook_receiver_t  *receiver;

    receiver = call->receiver;

    /* a mask looks through all members; each endpoint may want another form;
       what a string holds is decoded and read, and then the whole once more */

    times = 4 + receiver->redact.nelts / 2 + 12 * receiver->parse_json.nelts;

    emit = receiver->emits.elts;

    for (i = 0; i < receiver->emits.nelts; i++) {
        times += emit[i].type->endpoints.nelts;
    }

    if (ngx_webhook_input_media(call->request)
        & (NGX_WEBHOOK_ACCEPT_XML|NGX_WEBHOOK_ACCEPT_FORM))
    {
        times += NGX_WEBHOOK_PAYLOAD_DEAR;
    }

    return call->body_len / 4 * times;
}


ngx_uint_t
ngx_webhook_input_read(ngx_webhook_call_t *call,
    ngx_str_t *error)
{
    ngx_uint_t             status;
    webhook_json_value_t   root;

    if (call->body_len == 0) {
        ngx_str_set(error, "The body is empty: it has to be a JSON object");

        if (call->kind == NGX_WEBHOOK_ACCEPT_QUERY) {
            ngx_str_set(error, "The query is empty: it has to be the payload");

        } else if (!ngx_webhook_input_json(call)) {
            ngx_str_set(error, "The body is empty");
        }

        return NGX_HTTP_BAD_REQUEST;
    }

    call->payload.data = call->body;
    call->payload.len = call->body_len;

    status = ngx_webhook_input_json(call)
             ? ngx_webhook_payload_utf8(call, error)
             : ngx_webhook_input_convert(call, error);

    if (status) {
        return status;
    }

    status = ngx_webhook_input_text(call, error);

    if (status == 0 && call->receiver->parse_json.nelts) {
        status = ngx_webhook_parse_json(call, error);
    }

    if (status) {
        return status;
    }

    if (call->receiver->for_each) {
        return 0;
    }

    webhook_json_root(call->doc, &root);

    if (root.type != WEBHOOK_JSON_OBJECT) {
        ngx_str_set(error, "The body has to be a JSON object");
        return NGX_HTTP_BAD_REQUEST;
    }

    return 0;
}


static ngx_uint_t
ngx_webhook_input_json(ngx_webhook_call_t *call)
{
    return (call->kind & (NGX_WEBHOOK_ACCEPT_JSON|NGX_WEBHOOK_ACCEPT_TEXT))
           != 0;
}


/* The body is proved, and the Content-Type is not. */

static ngx_uint_t
ngx_webhook_input_signed(ngx_webhook_call_t *call)
{
    ngx_webhook_verify_t  *verify;

    verify = call->receiver->verify;

    return verify && verify->verifier.preset->kind != WEBHOOK_VERIFY_TOKEN;
}


/* JSON without a byte order mark, whatever charset it came in. */

static ngx_uint_t
ngx_webhook_payload_utf8(ngx_webhook_call_t *call, ngx_str_t *error)
{
    int                  rc;
    const char          *what;
    webhook_buf_t        out;
    webhook_str_t        label, text;
    ngx_http_request_t  *r;

    r = call->request;

    webhook_charset_label(
                    ngx_webhook_str(&r->headers_in.content_type->value),
                    &label);

    webhook_buf_init(&out, 6 * call->body_len + NGX_WEBHOOK_PAYLOAD_MORE);

    rc = webhook_charset_text(ngx_webhook_str(&call->payload), &label,
                              ngx_webhook_input_signed(call)
                              ? WEBHOOK_CHARSET_SIGNED : WEBHOOK_CHARSET_STRICT,
                              &out, &text, &what);

    if (rc == WEBHOOK_OK) {
        call->payload = *ngx_webhook_nstr(&text);

        if (out.data) {
            call->payload.data = ngx_pnalloc(call->pool, text.len + 1);

            if (call->payload.data) {
                ngx_memcpy(call->payload.data, text.data, text.len);

            } else {
                rc = WEBHOOK_NOMEM;
            }
        }
    }

    webhook_buf_free(&out);

    switch (rc) {

    case WEBHOOK_OK:
        return 0;

    case WEBHOOK_CHARSET_UNKNOWN:
    case WEBHOOK_ERROR:
        ngx_webhook_message(call, error, "The JSON cannot be brought "
                            "to UTF-8: %s", what);

        return rc == WEBHOOK_ERROR ? NGX_HTTP_BAD_REQUEST
                                   : NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;

    default:
        ngx_str_set(error, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }
}


/* Makes JSON of another kind of body. */

static ngx_uint_t
ngx_webhook_input_convert(ngx_webhook_call_t *call, ngx_str_t *error)
{
    int                     rc;
    webhook_buf_t           buf;
    webhook_str_t           text, type;
    webhook_media_e         media;
    ngx_http_request_t     *r;
    webhook_xml_limits_t    limits;
    webhook_media_error_t   err;

    r = call->request;

    text.data = call->body;
    text.len = call->body_len;

    ngx_memzero(&type, sizeof(webhook_str_t));

    if (call->kind != NGX_WEBHOOK_ACCEPT_QUERY) {
        type = *ngx_webhook_str(&r->headers_in.content_type->value);
    }

    switch (call->kind) {

    case NGX_WEBHOOK_ACCEPT_FORM:
    case NGX_WEBHOOK_ACCEPT_QUERY:
        media = WEBHOOK_MEDIA_FORM;
        break;

    case NGX_WEBHOOK_ACCEPT_MULTIPART:
        media = WEBHOOK_MEDIA_MULTIPART;
        break;

    default:
        media = WEBHOOK_MEDIA_XML;
        break;
    }

    ngx_memzero(&limits, sizeof(webhook_xml_limits_t));

    limits.max_depth = call->receiver->limits.max_depth;
    limits.max_nodes = call->receiver->limits.max_values;

    webhook_buf_init(&buf, 6 * call->body_len + NGX_WEBHOOK_PAYLOAD_MORE);

    rc = webhook_media_json(media, ngx_webhook_input_signed(call)
                                   ? WEBHOOK_MEDIA_SIGNED
                                   : WEBHOOK_MEDIA_STRICT,
                            &type, &text, &limits, &buf, &err);

    if (rc == WEBHOOK_OK) {
        call->payload.len = buf.len;
        call->payload.data = ngx_pnalloc(call->pool, buf.len);

        if (call->payload.data) {
            ngx_memcpy(call->payload.data, buf.data, buf.len);

        } else {
            rc = WEBHOOK_NOMEM;
        }
    }

    webhook_buf_free(&buf);

    switch (rc) {

    case WEBHOOK_OK:
        return 0;

    case WEBHOOK_NOMEM:
        ngx_str_set(error, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;

    case WEBHOOK_LIMIT:
        ngx_str_set(error, "The body is over a limit: it has too many values, "
                           "or is too deep");
        return NGX_HTTP_BAD_REQUEST;
    }

    if (call->kind != NGX_WEBHOOK_ACCEPT_XML) {
        ngx_webhook_message(call, error, "The %s is not a form: %s",
                            call->kind == NGX_WEBHOOK_ACCEPT_QUERY ? "query"
                                                                   : "body",
                            err.what ? err.what : "it is cut short");

    } else if (err.line) {
        ngx_webhook_message(call, error, "The body is not XML: %s, on "
                            "line %uz", err.what, err.line);

    } else {
        ngx_webhook_message(call, error, "The body is not XML: %s", err.what);
    }

    return err.charset ? NGX_HTTP_UNSUPPORTED_MEDIA_TYPE
                       : NGX_HTTP_BAD_REQUEST;
}


static ngx_uint_t
ngx_webhook_input_text(ngx_webhook_call_t *call, ngx_str_t *error)
{
    webhook_json_error_t  err;

    switch (webhook_json_read(ngx_webhook_str(&call->payload),
                              &call->receiver->limits, &call->doc, &err))
    {
    case WEBHOOK_OK:
        return 0;

    case WEBHOOK_NOMEM:
        ngx_str_set(error, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;

    case WEBHOOK_LIMIT:
        ngx_webhook_message(call, error,
                            "The JSON of the body is over a limit: %s, "
                            "at byte %uz", err.what, err.offset);
        return NGX_HTTP_BAD_REQUEST;

    default:
        ngx_webhook_message(call, error,
                            "The body is not JSON: %s, at byte %uz", err.what,
                            err.offset);
        return NGX_HTTP_BAD_REQUEST;
    }
}
