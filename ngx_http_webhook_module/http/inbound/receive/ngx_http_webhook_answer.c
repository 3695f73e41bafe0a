
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/receive/ngx_http_webhook_answer.h"
#include "http/inbound/answer/ngx_http_webhook_answer_own.h"
#include "http/inbound/call/ngx_http_webhook_reply.h"
#include "http/inbound/action/ngx_http_webhook_act.h"


static ngx_int_t ngx_webhook_answer_dry(ngx_webhook_call_t *call,
    ngx_str_t *json);
static void ngx_webhook_answer_later(ngx_webhook_act_t *act, webhook_buf_t *b);
static ngx_int_t ngx_webhook_answer_make(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_answer_ours(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_answer_add_would(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_answer_skipped(ngx_webhook_call_t *call,
    ngx_str_t *json);
static void ngx_webhook_answer_allow(ngx_webhook_call_t *call,
    ngx_str_t *allow);
static ngx_int_t ngx_webhook_answer_send(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_answer_harmless(ngx_http_request_t *r);
static void ngx_webhook_answer_content(ngx_webhook_call_t *call);


static ngx_str_t  ngx_webhook_answer_type =
    ngx_string("application/json");


ngx_int_t
ngx_webhook_answer_dry_run(ngx_webhook_call_t *call)
{
    ngx_str_t  error;

    if (!call->dry_run) {
        return NGX_OK;
    }

    if (ngx_webhook_answer_dry(call, &call->answer) == NGX_OK) {
        return ngx_webhook_call_set(call, NGX_HTTP_OK, NULL);
    }

    ngx_str_set(&error, "Out of memory; nothing was done");

    return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE, &error);
}


static ngx_int_t
ngx_webhook_answer_dry(ngx_webhook_call_t *call, ngx_str_t *json)
{
    ngx_uint_t          i;
    webhook_buf_t       b;
    ngx_webhook_act_t  *act;

    webhook_buf_init(&b, 0);

    webhook_buf_add(&b, "{\"status\": \"ok\", \"dry_run\": true, \"calls\": [",
            sizeof("{\"status\": \"ok\", \"dry_run\": true, \"calls\": [") - 1);

    for (i = 0; i < call->nacts; i++) {
        act = &call->acts[i];

        if (i) {
            webhook_buf_add(&b, ", ", 2);
        }

        webhook_buf_add(&b, "{\"method\": ", sizeof("{\"method\": ") - 1);
        ngx_webhook_reply_quoted(&b, &act->method_name);

        webhook_buf_add(&b, ", \"uri\": ", sizeof(", \"uri\": ") - 1);

        if (!act->rendered) {
            ngx_webhook_answer_later(act, &b);
            continue;
        }

        ngx_webhook_reply_quoted(&b, &act->redacted_uri);

        webhook_buf_add(&b, ", \"body\": ", sizeof(", \"body\": ") - 1);

        if (act->has_body) {
            webhook_buf_add(&b, act->redacted_body.data,
                            act->redacted_body.len);

        } else {
            webhook_buf_add(&b, "null", 4);
        }

        webhook_buf_byte(&b, '}');
    }

    webhook_buf_add(&b, "]}", 2);

    return ngx_webhook_reply_text(call->pool, &b, json);
}


/* An action that waits for the answers of others: its templates. */

static void
ngx_webhook_answer_later(ngx_webhook_act_t *act, webhook_buf_t *b)
{
    ngx_webhook_reply_quoted(b, &act->action->uri_text);

    webhook_buf_add(b, ", \"body\": ", sizeof(", \"body\": ") - 1);

    if (act->action->body) {
        ngx_webhook_reply_quoted(b, &act->action->body_text);

    } else {
        webhook_buf_add(b, "null", 4);
    }

    webhook_buf_add(b, ", \"template\": true}",
                    sizeof(", \"template\": true}") - 1);
}


/*
 * The text of an answer.  It is made before the call is kept in its history;
 * what is already there was made by a step.
 */

ngx_int_t
ngx_webhook_answer_compose(ngx_webhook_call_t *call)
{
    (void) ngx_webhook_answer_make(call);

    return NGX_OK;
}


ngx_int_t
ngx_webhook_answer(ngx_webhook_call_t *call)
{
    ngx_http_request_t  *r;

    r = call->request;

    if (call->aborted) {
        r->connection->error = 1;
        call->rc = NGX_HTTP_CLIENT_CLOSED_REQUEST;
        return NGX_OK;
    }

    call->rc = ngx_webhook_answer_make(call) == NGX_OK
               ? ngx_webhook_answer_send(call)
               : NGX_HTTP_INTERNAL_SERVER_ERROR;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_answer_make(ngx_webhook_call_t *call)
{
    call->answered = call->prescribed
                     ? call->prescribed
                     : ngx_webhook_answer_profile(call, call->status);

    if (call->unrendered.len) {
        ngx_log_error(NGX_LOG_ERR, call->request->connection->log, 0,
                      "webhook receiver \"%V\": an \"answer\" could not be "
                      "made, the usual one was sent: "
                      "%V", &call->receiver->name,
                      &call->unrendered);
        ngx_str_null(&call->unrendered);
    }

    if (call->answer.data == NULL && ngx_webhook_answer_ours(call) != NGX_OK) {
        return NGX_ERROR;
    }

    return call->would.len ? ngx_webhook_answer_add_would(call) : NGX_OK;
}


static ngx_int_t
ngx_webhook_answer_ours(ngx_webhook_call_t *call)
{
    if (call->skipped
        && call->receiver->profile != NGX_WEBHOOK_PROFILE_NIGHTPOS)
    {
        return ngx_webhook_answer_skipped(call, &call->answer);
    }

    if (call->status < NGX_HTTP_SPECIAL_RESPONSE) {
        ngx_str_set(&call->answer, "{\"status\": \"ok\"}");
        return NGX_OK;
    }

    if (call->receiver
        && call->receiver->profile == NGX_WEBHOOK_PROFILE_NIGHTPOS)
    {
        ngx_str_set(&call->answer, "{\"status\": \"error\"}");
        return NGX_OK;
    }

    return ngx_webhook_reply_error(call->request, &call->error, &call->answer);
}


/* A dry run is answered by ours, and what would be answered is a member of
   that, which is an object. */

static ngx_int_t
ngx_webhook_answer_add_would(ngx_webhook_call_t *call)
{
    webhook_buf_t  b;

    webhook_buf_init(&b, 0);

    webhook_buf_add(&b, call->answer.data, call->answer.len - 1);
    webhook_buf_add(&b, ", \"answer\": ", sizeof(", \"answer\": ") - 1);
    webhook_buf_add(&b, call->would.data, call->would.len);
    webhook_buf_byte(&b, '}');

    ngx_str_null(&call->would);

    return ngx_webhook_reply_text(call->request->pool, &b, &call->answer);
}


/* What is not for us; a dry run tells by which condition. */

static ngx_int_t
ngx_webhook_answer_skipped(ngx_webhook_call_t *call, ngx_str_t *json)
{
    webhook_buf_t  b;

    if (!call->dry_run) {
        ngx_str_set(json, "{\"status\": \"ok\", \"skipped\": true}");
        return NGX_OK;
    }

    webhook_buf_init(&b, 0);

    webhook_buf_add(&b, "{\"status\": \"ok\", \"dry_run\": true, "
                    "\"skipped\": true, \"condition\": ",
                    sizeof("{\"status\": \"ok\", \"dry_run\": true, "
                           "\"skipped\": true, \"condition\": ") - 1);
    ngx_webhook_reply_quoted(&b, call->skipped);

    webhook_buf_add(&b, ", \"calls\": []}", sizeof(", \"calls\": []}") - 1);

    return ngx_webhook_reply_text(call->pool, &b, json);
}


/* The methods that the hook is called with; POST where there is none. */

static void
ngx_webhook_answer_allow(ngx_webhook_call_t *call, ngx_str_t *allow)
{
    ngx_uint_t  accept;

    accept = call->receiver ? call->receiver->accept : NGX_WEBHOOK_ACCEPT_JSON;

    if (!(accept & NGX_WEBHOOK_ACCEPT_QUERY)) {
        ngx_str_set(allow, "POST");

    } else if (accept & NGX_WEBHOOK_ACCEPT_BODY) {
        ngx_str_set(allow, "GET, POST");

    } else {
        ngx_str_set(allow, "GET");
    }
}


static ngx_int_t
ngx_webhook_answer_send(ngx_webhook_call_t *call)
{
    ngx_int_t            rc;
    ngx_buf_t           *b;
    ngx_str_t            allow;
    ngx_uint_t           i;
    ngx_chain_t          out;
    ngx_http_request_t  *r;

    r = call->request;

    if (call->answered == NGX_HTTP_NOT_ALLOWED) {

        ngx_webhook_answer_allow(call, &allow);

        if (ngx_webhook_reply_header(r, "Allow", &allow) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    if (call->challenge.len && ngx_webhook_reply_header(r, "WWW-Authenticate",
                                    &call->challenge)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    for (i = 0; i < call->nheaders; i++) {
        if (ngx_webhook_reply_header(r, (char *) call->headers[i].key.data,
                                     &call->headers[i].value)
            != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    if (call->receiver && call->receiver->bounds
        && ngx_webhook_answer_harmless(r) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_webhook_answer_content(call);

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = call->answer.data;
    b->last = b->pos + call->answer.len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


/* What strangers have a receiver answer is never a page of this origin. */

static ngx_int_t
ngx_webhook_answer_harmless(ngx_http_request_t *r)
{
    static ngx_str_t  csp = ngx_string("default-src 'none'; sandbox");
    static ngx_str_t  nosniff = ngx_string("nosniff");

    if (ngx_webhook_reply_header(r, "Content-Security-Policy", &csp) != NGX_OK
        || ngx_webhook_reply_header(r, "X-Content-Type-Options", &nosniff)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_webhook_answer_content(ngx_webhook_call_t *call)
{
    u_char              *p;
    ngx_str_t           *type;
    ngx_http_request_t  *r;

    r = call->request;

    r->headers_out.status = call->answered;
    r->headers_out.content_length_n = call->answer.len;

    if (call->answer.len == 0) {
        r->header_only = 1;
    }

    type = &call->answer_type;

    if (type->len == 0 && (call->answer.len || !call->own)) {
        type = &ngx_webhook_answer_type;
    }

    /* one that tells its charset is not given another */

    p = ngx_strlchr(type->data, type->data + type->len, ';');

    r->headers_out.content_type = *type;
    r->headers_out.content_type_len = p ? (size_t) (p - type->data)
                                        : type->len;
    r->headers_out.content_type_lowcase = NULL;
}
