
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The answers: JSON always, also in the place of the page that core would
 * send where a request is refused before it gets to its receiver.
 */


#include "http/inbound/call/ngx_http_webhook_call.h"
#include "http/inbound/action/ngx_http_webhook_act.h"
#include "http/inbound/call/ngx_http_webhook_reply.h"


static ngx_int_t ngx_http_webhook_answer_make(ngx_http_webhook_call_t *call);
static ngx_int_t ngx_http_webhook_answer_send(ngx_http_webhook_call_t *call);
static ngx_int_t ngx_http_webhook_answer_dry(ngx_http_webhook_call_t *call,
    ngx_str_t *json);
static void ngx_http_webhook_answer_later(ngx_http_webhook_act_t *act,
    webhook_buf_t *b);
static void ngx_http_webhook_answer_why(ngx_uint_t status, ngx_str_t *text);


static ngx_str_t  ngx_http_webhook_answer_type =
    ngx_string("application/json");


ngx_int_t
ngx_http_webhook_receive_answer(ngx_http_webhook_call_t *call)
{
    ngx_http_request_t  *r;

    r = call->request;

    if (call->gone) {
        r->connection->error = 1;
        call->rc = NGX_HTTP_CLIENT_CLOSED_REQUEST;
        return NGX_OK;
    }

    call->rc = ngx_http_webhook_answer_make(call) == NGX_OK
               ? ngx_http_webhook_answer_send(call)
               : NGX_HTTP_INTERNAL_SERVER_ERROR;

    return NGX_OK;
}


/*
 * The text of an answer.  It is made before the call is kept in its history;
 * what is already there was made by a step.
 */

ngx_int_t
ngx_http_webhook_receive_compose(ngx_http_webhook_call_t *call)
{
    (void) ngx_http_webhook_answer_make(call);

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_answer_make(ngx_http_webhook_call_t *call)
{
    ngx_uint_t  nightpos;

    nightpos = call->receiver
               && call->receiver->profile == NGX_HTTP_WEBHOOK_PROFILE_NIGHTPOS;

    if (nightpos && !call->handshake) {

        if (call->status < NGX_HTTP_SPECIAL_RESPONSE) {
            call->told = NGX_HTTP_OK;

        } else if (call->status == NGX_HTTP_NOT_FOUND) {
            call->told = NGX_HTTP_NOT_FOUND;

        } else {
            call->told = NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

    } else {
        call->told = call->status;
    }

    if (call->answer.data) {
        return NGX_OK;
    }

    if (call->status < NGX_HTTP_SPECIAL_RESPONSE) {
        ngx_str_set(&call->answer, "{\"status\": \"ok\"}");
        return NGX_OK;
    }

    if (nightpos) {
        ngx_str_set(&call->answer, "{\"status\": \"error\"}");
        return NGX_OK;
    }

    return ngx_http_webhook_reply_error(call->request, &call->error,
                                        &call->answer);
}


static ngx_int_t
ngx_http_webhook_answer_send(ngx_http_webhook_call_t *call)
{
    ngx_int_t            rc;
    ngx_buf_t           *b;
    ngx_str_t            allow;
    ngx_chain_t          out;
    ngx_http_request_t  *r;

    r = call->request;

    if (call->told == NGX_HTTP_NOT_ALLOWED) {

        ngx_str_set(&allow, "POST");

        if (ngx_http_webhook_reply_header(r, "Allow", &allow) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    if (call->challenge.len
        && ngx_http_webhook_reply_header(r, "WWW-Authenticate",
                                         &call->challenge)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.status = call->told;
    r->headers_out.content_length_n = call->answer.len;
    r->headers_out.content_type = call->answer_type.len
                                  ? call->answer_type
                                  : ngx_http_webhook_answer_type;
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    if (call->answer.len == 0) {
        r->header_only = 1;
    }

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


ngx_int_t
ngx_http_webhook_receive_dry(ngx_http_webhook_call_t *call)
{
    ngx_str_t  error;

    if (!call->dry_run) {
        return NGX_OK;
    }

    if (ngx_http_webhook_answer_dry(call, &call->answer) == NGX_OK) {
        return ngx_http_webhook_call_set(call, NGX_HTTP_OK, NULL);
    }

    ngx_str_set(&error, "Out of memory; nothing was done");

    return ngx_http_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                     &error);
}


static ngx_int_t
ngx_http_webhook_answer_dry(ngx_http_webhook_call_t *call, ngx_str_t *json)
{
    ngx_uint_t               i;
    webhook_buf_t            b;
    ngx_http_webhook_act_t  *act;

    webhook_buf_init(&b, 0);

    webhook_buf_add(&b, "{\"status\": \"ok\", \"dry_run\": true, \"calls\": [",
            sizeof("{\"status\": \"ok\", \"dry_run\": true, \"calls\": [") - 1);

    for (i = 0; i < call->nacts; i++) {
        act = &call->acts[i];

        if (i) {
            webhook_buf_add(&b, ", ", 2);
        }

        webhook_buf_add(&b, "{\"method\": ", sizeof("{\"method\": ") - 1);
        ngx_http_webhook_reply_quoted(&b, &act->method_name);

        webhook_buf_add(&b, ", \"uri\": ", sizeof(", \"uri\": ") - 1);

        if (!act->rendered) {
            ngx_http_webhook_answer_later(act, &b);
            continue;
        }

        ngx_http_webhook_reply_quoted(&b, &act->shown_uri);

        webhook_buf_add(&b, ", \"body\": ", sizeof(", \"body\": ") - 1);

        if (act->has_body) {
            webhook_buf_add(&b, act->shown_body.data,
                            act->shown_body.len);

        } else {
            webhook_buf_add(&b, "null", 4);
        }

        webhook_buf_byte(&b, '}');
    }

    webhook_buf_add(&b, "]}", 2);

    return ngx_http_webhook_reply_text(call->pool, &b, json);
}


/* An action that waits for the answers of others: its templates. */

static void
ngx_http_webhook_answer_later(ngx_http_webhook_act_t *act, webhook_buf_t *b)
{
    ngx_http_webhook_reply_quoted(b, &act->action->uri_text);

    webhook_buf_add(b, ", \"body\": ", sizeof(", \"body\": ") - 1);

    if (act->action->body) {
        ngx_http_webhook_reply_quoted(b, &act->action->body_text);

    } else {
        webhook_buf_add(b, "null", 4);
    }

    webhook_buf_add(b, ", \"template\": true}",
                    sizeof(", \"template\": true}") - 1);
}


/*
 * A response to a main request in a receiving location that is none of ours is
 * core's: an error page, unless the configuration has its own, which stands in
 * another location.
 */

ngx_int_t
ngx_http_webhook_receive_instead_header(ngx_http_request_t *r)
{
    ngx_str_t                     error;
    ngx_http_webhook_call_t      *call;
    ngx_http_webhook_loc_conf_t  *wlcf;

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (!wlcf->receive
        || r->headers_out.status < NGX_HTTP_BAD_REQUEST
        || r->header_sent)
    {
        return NGX_OK;
    }

    call = ngx_http_webhook_call_make(r);
    if (call == NULL) {
        return NGX_ERROR;
    }

    if (call->status || call->replaced) {
        return NGX_OK;
    }

    ngx_http_webhook_answer_why(r->headers_out.status, &error);

    if (ngx_http_webhook_reply_error(r, &error, &call->instead)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);

    r->headers_out.content_length_n = call->instead.len;
    r->headers_out.content_type = ngx_http_webhook_answer_type;
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    ngx_str_null(&r->headers_out.charset);

    call->replaced = 1;

    return NGX_OK;
}


/* True where in is core's page; *out is what to send in its place. */

ngx_uint_t
ngx_http_webhook_receive_instead_body(ngx_http_request_t *r, ngx_chain_t *in,
    ngx_chain_t **out)
{
    ngx_buf_t                    *b;
    ngx_chain_t                  *cl;
    ngx_http_webhook_call_t      *call;
    ngx_http_webhook_loc_conf_t  *wlcf;

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (!wlcf->receive) {
        return 0;
    }

    call = ngx_http_webhook_call_get(r);

    if (call == NULL || !call->replaced) {
        return 0;
    }

    *out = NULL;

    for (cl = in; cl; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
        cl->buf->file_pos = cl->buf->file_last;
    }

    if (in == NULL || call->instead.len == 0) {
        return 1;
    }

    b = ngx_calloc_buf(r->pool);
    cl = ngx_alloc_chain_link(r->pool);

    if (b == NULL || cl == NULL) {

        /* the connection ends short of the length that was told */

        r->connection->error = 1;
        return 1;
    }

    b->pos = call->instead.data;
    b->last = b->pos + call->instead.len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    cl->buf = b;
    cl->next = NULL;

    ngx_str_null(&call->instead);

    *out = cl;

    return 1;
}


static void
ngx_http_webhook_answer_why(ngx_uint_t status, ngx_str_t *text)
{
    switch (status) {

    case NGX_HTTP_BAD_REQUEST:
        ngx_str_set(text, "The request is malformed");
        break;

    case NGX_HTTP_UNAUTHORIZED:
        ngx_str_set(text, "Credentials are missing or wrong");
        break;

    case NGX_HTTP_FORBIDDEN:
        ngx_str_set(text, "Access is denied");
        break;

    case NGX_HTTP_NOT_FOUND:
        ngx_str_set(text, "There is no such hook");
        break;

    case NGX_HTTP_NOT_ALLOWED:
        ngx_str_set(text, "A hook is called with the method POST");
        break;

    case NGX_HTTP_REQUEST_ENTITY_TOO_LARGE:
        ngx_str_set(text, "The body is too large");
        break;

    case NGX_HTTP_TOO_MANY_REQUESTS:
        ngx_str_set(text, "Too many calls at a time");
        break;

    case NGX_HTTP_INTERNAL_SERVER_ERROR:
        ngx_str_set(text, "The server could not handle the call");
        break;

    case NGX_HTTP_SERVICE_UNAVAILABLE:
        ngx_str_set(text, "The server takes no calls at the moment; "
                          "nothing was done");
        break;

    default:
        ngx_str_set(text, "The call was refused");
        break;
    }
}
