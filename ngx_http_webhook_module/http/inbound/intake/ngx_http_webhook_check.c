
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/intake/ngx_http_webhook_check.h"
#include "http/inbound/intake/ngx_http_webhook_elements.h"
#include "http/inbound/intake/ngx_http_webhook_input.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"
#include "http/inbound/call/ngx_http_webhook_call_lookup.h"
#include "http/inbound/call/ngx_http_webhook_kept.h"
#include "http/inbound/call/ngx_http_webhook_message.h"


/* 0, or the status to answer with its sentence. */

typedef ngx_uint_t (*ngx_webhook_check_pt)(ngx_webhook_call_t *call,
    ngx_str_t *error);


static ngx_int_t ngx_webhook_check_step(ngx_webhook_call_t *call,
    ngx_webhook_check_pt check);
static ngx_int_t ngx_webhook_check_elements(ngx_webhook_call_t *call,
    ngx_webhook_check_pt check);
static ngx_uint_t ngx_webhook_check_filter(
    ngx_webhook_call_t *call, ngx_str_t *error);
static ngx_uint_t ngx_webhook_check_require(ngx_webhook_call_t *call,
    ngx_str_t *error);
static ngx_uint_t ngx_webhook_check_target(
    ngx_webhook_call_t *call, ngx_str_t *error);
static ngx_uint_t ngx_webhook_check_model(ngx_webhook_call_t *call,
    ngx_str_t *text, ngx_str_t *error);
static ngx_uint_t ngx_webhook_check_method(ngx_webhook_call_t *call,
    ngx_str_t *error);
static ngx_uint_t ngx_webhook_check_dry_run(ngx_webhook_call_t *call);


ngx_uint_t
ngx_webhook_check_headers(ngx_webhook_call_t *call, ngx_str_t *error)
{
    ngx_uint_t               status;
    ngx_http_request_t      *r;
    ngx_webhook_receiver_t  *receiver;

    r = call->request;
    receiver = call->receiver;

    if (receiver == NULL) {
        ngx_str_set(error, "There is no such hook");
        return NGX_HTTP_NOT_FOUND;
    }

    if (receiver->mode == NGX_WEBHOOK_MODE_DISABLED) {
        ngx_str_set(error, "This hook is disabled; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    status = ngx_webhook_check_method(call, error);
    if (status) {
        return status;
    }

    if (r->headers_in.content_length_n > (off_t) receiver->body_max) {
        ngx_webhook_message(call, error,
                            "The body is larger than %uz bytes",
                            receiver->body_max);
        return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    }

    call->dry_run = ngx_webhook_check_dry_run(call);

    /* where calls are verified, that comes first, and reads the same kind */

    call->kind = ngx_webhook_input_media(r);

    return receiver->verify ? 0 : ngx_webhook_input_kind(call, error);
}


/* POST; or GET, where the query may be the payload. */

static ngx_uint_t
ngx_webhook_check_method(ngx_webhook_call_t *call, ngx_str_t *error)
{
    ngx_uint_t           accept;
    ngx_http_request_t  *r;

    r = call->request;
    accept = call->receiver->accept;

    if (r->method == NGX_HTTP_POST && (accept & NGX_WEBHOOK_ACCEPT_BODY)) {
        return 0;
    }

    if (r->method == NGX_HTTP_GET && (accept & NGX_WEBHOOK_ACCEPT_QUERY)) {

        if (r->headers_in.content_length_n > 0 || r->headers_in.chunked) {
            ngx_str_set(error, "A GET is called with its query, and has no "
                               "body");
            return NGX_HTTP_BAD_REQUEST;
        }

        if (ngx_webhook_kept_query(call)->len > call->receiver->body_max) {
            ngx_webhook_message(call, error,
                                "The query is larger than %uz bytes",
                                call->receiver->body_max);
            return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
        }

        return 0;
    }

    if (!(accept & NGX_WEBHOOK_ACCEPT_QUERY)) {
        ngx_str_set(error, "A hook is called with the method POST");

    } else if (accept & NGX_WEBHOOK_ACCEPT_BODY) {
        ngx_str_set(error, "This hook is called with the method POST or GET");

    } else {
        ngx_str_set(error, "This hook is called with the method GET");
    }

    return NGX_HTTP_NOT_ALLOWED;
}


ngx_int_t
ngx_webhook_check_type(ngx_webhook_call_t *call)
{
    if (!call->receiver->verify) {
        /* the headers told before the body was read */
        return NGX_OK;
    }

    return ngx_webhook_check_step(call, ngx_webhook_input_kind);
}


ngx_int_t
ngx_webhook_check_payload(ngx_webhook_call_t *call)
{
    return ngx_webhook_check_step(call, ngx_webhook_input_read);
}


/* A call of which no more is to be known is answered as one that succeeded. */

ngx_int_t
ngx_webhook_check_skip(ngx_webhook_call_t *call)
{
    int                    rc;
    ngx_str_t              error;
    ngx_uint_t             i;
    ngx_webhook_filter_t  *skip;

    skip = call->receiver->skips.elts;

    for (i = 0; i < call->receiver->skips.nelts; i++) {

        call->whole = 1;

        rc = ngx_webhook_call_condition(call, skip[i].condition);
        call->whole = 0;

        switch (rc) {

        case 0:
            continue;

        case 1:
            call->skipped = &skip[i].text;
            ngx_webhook_message(call, &call->detail, "Skipped: %V",
                                call->skipped);
            return ngx_webhook_call_set(call, NGX_HTTP_OK, NULL);

        case WEBHOOK_LIMIT:

            /* rather done than passed over */

            ngx_webhook_message_warn(call,
                                     "a condition of skip ran into the "
                                     "limits of regular expressions");
            continue;

        default:
            ngx_str_set(&error, "Out of memory; nothing was done");
            return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                        &error);
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_check_lists(ngx_webhook_call_t *call)
{
    return call->receiver->for_each
           ? ngx_webhook_check_step(call, ngx_webhook_elements) : NGX_OK;
}


ngx_int_t
ngx_webhook_check_fields(ngx_webhook_call_t *call)
{
    return ngx_webhook_check_elements(call, ngx_webhook_check_require);
}


ngx_int_t
ngx_webhook_check_filters(ngx_webhook_call_t *call)
{
    return ngx_webhook_check_elements(call, ngx_webhook_check_filter);
}


ngx_int_t
ngx_webhook_check_targets(ngx_webhook_call_t *call)
{
    return ngx_webhook_check_elements(call, ngx_webhook_check_target);
}


static ngx_int_t
ngx_webhook_check_step(ngx_webhook_call_t *call, ngx_webhook_check_pt check)
{
    ngx_str_t   error;
    ngx_uint_t  status;

    status = check(call, &error);

    return status ? ngx_webhook_call_set(call, status, &error) : NGX_OK;
}


/* The same for each element of a list. */

static ngx_int_t
ngx_webhook_check_elements(ngx_webhook_call_t *call,
    ngx_webhook_check_pt check)
{
    ngx_str_t   error, which;
    ngx_uint_t  status;

    if (call->elements == NULL) {
        return ngx_webhook_check_step(call, check);
    }

    for (call->element = 0; call->element < call->nelements; call->element++)
    {
        status = check(call, &error);

        if (status) {
            ngx_webhook_message(call, &which,
                                "%V (element %ui of %ui)", &error,
                                call->element + 1, call->nelements);
            return ngx_webhook_call_set(call, status, &which);
        }
    }

    call->element = 0;

    return NGX_OK;
}


static ngx_uint_t
ngx_webhook_check_filter(ngx_webhook_call_t *call, ngx_str_t *error)
{
    ngx_uint_t               i;
    ngx_webhook_filter_t    *filter;
    ngx_webhook_receiver_t  *receiver;

    receiver = call->receiver;
    filter = receiver->filters.elts;

    for (i = 0; i < receiver->filters.nelts; i++) {

        switch (ngx_webhook_call_condition(call, filter[i].condition)) {

        case 1:
            continue;

        case WEBHOOK_NOMEM:
            ngx_str_set(error, "Out of memory; nothing was done");
            return NGX_HTTP_SERVICE_UNAVAILABLE;

        case WEBHOOK_LIMIT:
            ngx_webhook_message_warn(call,
                                     "a filter ran into the limits of "
                                     "regular expressions");

            /* fall through */

        default:
            ngx_webhook_message(call, error,
                                "The call does not meet the "
                                "condition: %V", &filter[i].text);
            return NGX_WEBHOOK_UNPROCESSABLE;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_webhook_check_require(ngx_webhook_call_t *call, ngx_str_t *error)
{
    u_char                  *p, *last;
    ngx_uint_t               i, n;
    webhook_path_t         **path;
    webhook_value_t          v;
    const webhook_str_t     *name;
    ngx_webhook_receiver_t  *receiver;

    receiver = call->receiver;

    path = receiver->require.elts;
    n = receiver->require.nelts;

    for (i = 0; i < n; i++) {

        if (ngx_webhook_call_lookup(call, path[i], &v)
            != WEBHOOK_OK)
        {
            ngx_str_set(error, "Out of memory; nothing was done");
            return NGX_HTTP_SERVICE_UNAVAILABLE;
        }

        if (webhook_value_empty(&v)) {
            break;
        }
    }

    if (i == n) {
        return 0;
    }

    /* the whole list: it says what a call has to have, not what is missing */

    p = ngx_pnalloc(call->pool, NGX_WEBHOOK_ERROR_MAX);
    if (p == NULL) {
        ngx_str_set(error, "Missing required fields");
        return NGX_WEBHOOK_UNPROCESSABLE;
    }

    error->data = p;
    last = p + NGX_WEBHOOK_ERROR_MAX;

    p = ngx_slprintf(p, last, "Missing required field%s: ", n > 1 ? "s" : "");

    for (i = 0; i < n; i++) {
        name = webhook_path_text(path[i]);

        p = ngx_slprintf(p, last, "%s'%*s'",
                         i == 0 ? "" : i < n - 1 ? ", " : " and ",
                         name->len, name->data);
    }

    error->len = p - error->data;

    return NGX_WEBHOOK_UNPROCESSABLE;
}


static ngx_uint_t
ngx_webhook_check_target(ngx_webhook_call_t *call, ngx_str_t *error)
{
    ngx_str_t                text;
    ngx_uint_t               status;
    webhook_error_t          err;
    ngx_webhook_receiver_t  *receiver;

    receiver = call->receiver;

    if (receiver->target_id) {

        status = ngx_webhook_call_lookup_text(call, receiver->target_id,
                                              NGX_WEBHOOK_ERROR_MAX, &text,
                                              &err);
        if (status) {
            ngx_webhook_message(call, error, "No valid target id: %s",
                                err.text);
            return status;
        }

        if (text.len == 0) {
            ngx_str_set(error, "The payload names no target: the id is "
                               "missing");
            return NGX_WEBHOOK_UNPROCESSABLE;
        }
    }

    if (receiver->target_model) {

        status = ngx_webhook_call_lookup_text(call, receiver->target_model,
                                              NGX_WEBHOOK_ERROR_MAX, &text,
                                              &err);
        if (status) {
            ngx_webhook_message(call, error,
                                "No valid target model: %s",
                                err.text);
            return status;
        }

        if (text.len == 0) {
            ngx_str_set(error, "The payload names no target: the model is "
                               "missing");
            return NGX_WEBHOOK_UNPROCESSABLE;
        }

        return ngx_webhook_check_model(call, &text, error);
    }

    return 0;
}


static ngx_uint_t
ngx_webhook_check_model(ngx_webhook_call_t *call, ngx_str_t *text,
    ngx_str_t *error)
{
    ngx_str_t               *model;
    ngx_uint_t               i, n;
    webhook_error_t          err;
    ngx_webhook_receiver_t  *receiver;

    receiver = call->receiver;

    model = receiver->models.elts;
    n = receiver->models.nelts;

    if (receiver->model.len) {
        model = &receiver->model;
        n = 1;
    }

    for (i = 0; i < n; i++) {
        if (text->len == model[i].len
            && ngx_memcmp(text->data, model[i].data, text->len) == 0)
        {
            return 0;
        }
    }

    if (n == 0) {
        return 0;
    }

    if (receiver->redact.nelts
        && ngx_webhook_call_lookup_redacted(call, receiver->target_model,
                                            NGX_WEBHOOK_ERROR_MAX, "***", text,
                                            &err)
           != 0)
    {
        ngx_str_set(error, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    if (text->len > 64) {
        text->len = 64;
    }

    if (n == 1) {
        ngx_webhook_message(call, error, "This hook is for '%V', not for '%V'",
                            model, text);

    } else {
        ngx_webhook_message(call, error,
                            "This hook is not for '%V'", text);
    }

    return NGX_WEBHOOK_UNPROCESSABLE;
}


/*
 * True where the header X-Webhook-Dry-Run or the argument dry_run is there,
 * with a value or without, unless it says no: who asks for it in another way
 * than ours shall not find that it was real.
 */

static ngx_uint_t
ngx_webhook_check_dry_run(ngx_webhook_call_t *call)
{
    u_char           *p, *last, *end, *eq;
    size_t            len;
    ngx_str_t         value, *query;
    ngx_uint_t        i;
    webhook_value_t   v;

    static const webhook_str_t  header = webhook_str("X-Webhook-Dry-Run");

    static ngx_str_t  no[] = {
        ngx_string("0"),
        ngx_string("false"),
        ngx_string("no"),
        ngx_string("off")
    };

    if (ngx_webhook_lookup_header(call->request, &header, &v) != NGX_OK) {
        return 1;
    }

    if (!v.missing) {
        value.data = v.span.data;
        value.len = v.span.len;
        goto found;
    }

    query = ngx_webhook_kept_query(call);

    p = query->data;
    last = p + query->len;
    len = sizeof("dry_run") - 1;

    for ( /* void */ ; p < last; p = end + 1) {

        end = ngx_strlchr(p, last, '&');
        if (end == NULL) {
            end = last;
        }

        eq = ngx_strlchr(p, end, '=');
        if (eq == NULL) {
            eq = end;
        }

        if ((size_t) (eq - p) == len
            && ngx_strncasecmp(p, (u_char *) "dry_run", len) == 0)
        {
            value.data = eq < end ? eq + 1 : end;
            value.len = end - value.data;
            goto found;
        }
    }

    return 0;

found:

    for (i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        if (value.len == no[i].len
            && ngx_strncasecmp(value.data, no[i].data, value.len) == 0)
        {
            return 0;
        }
    }

    return 1;
}
