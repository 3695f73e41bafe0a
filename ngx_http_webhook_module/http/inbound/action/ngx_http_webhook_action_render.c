
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * All that can be rendered is, before the first action is called.
 */


#include "http/inbound/action/ngx_http_webhook_action_render.h"
#include "http/inbound/call/ngx_http_webhook_call_lookup.h"
#include "http/inbound/call/ngx_http_webhook_message.h"


#define NGX_WEBHOOK_ACTS_MAX    4096            /* of one call */
#define NGX_WEBHOOK_URI_MAX     8192            /* bytes of an action's URI */

/* What a template may make of a payload, beside the payload itself. */

#define NGX_WEBHOOK_ACTION_MAX  1048576

/* And all of a call's together, beside four times the payload: a template may
   name the whole of it for each element of a list. */

#define NGX_WEBHOOK_ACTIONS_MAX  16777216


static ngx_uint_t ngx_webhook_render_all(ngx_webhook_call_t *call,
    ngx_str_t *error);
static ngx_uint_t ngx_webhook_render_one(ngx_webhook_call_t *call,
    ngx_webhook_action_t *action, ngx_uint_t number, ngx_str_t *error);
static ngx_uint_t ngx_webhook_render_taken(ngx_webhook_act_t *act,
    ngx_str_t *error);
static ngx_uint_t ngx_webhook_render_redacted(ngx_webhook_act_t *act,
    ngx_str_t *error);
static ngx_uint_t ngx_webhook_render_uri(ngx_webhook_act_t *act,
    ngx_str_t *error);
static ngx_uint_t ngx_webhook_render_bound(ngx_webhook_act_t *act,
    ngx_str_t *error);


ngx_int_t
ngx_webhook_action_render(ngx_webhook_call_t *call)
{
    ngx_str_t   error;
    ngx_uint_t  status;

    status = ngx_webhook_render_all(call, &error);

    return status ? ngx_webhook_call_set(call, status, &error) : NGX_OK;
}


/* First of all the targets' look-ups, then each element's actions. */

static ngx_uint_t
ngx_webhook_render_all(ngx_webhook_call_t *call, ngx_str_t *error)
{
    ngx_uint_t               i, n, max, elements, status;
    ngx_webhook_action_t    *action;
    ngx_webhook_receiver_t  *receiver;

    receiver = call->receiver;

    elements = call->elements ? call->nelements : 1;

    max = elements * (receiver->actions.nelts + (receiver->lookup ? 1 : 0));

    if (max > NGX_WEBHOOK_ACTS_MAX) {
        ngx_webhook_message(call, error,
                            "The call would make %ui requests; it "
                            "may make %d", max,
                            NGX_WEBHOOK_ACTS_MAX);
        return NGX_WEBHOOK_UNPROCESSABLE;
    }

    n = receiver->captures.nelts;

    call->acts = ngx_pcalloc(call->pool,
                             (max + 1) * sizeof(ngx_webhook_act_t));

    call->extracted = ngx_pcalloc(call->pool,
                                  (n + 1) * sizeof(webhook_value_t));

    if (call->acts == NULL || call->extracted == NULL) {
        ngx_str_set(error, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    for (i = 0; i < n; i++) {
        call->extracted[i].missing = 1;
    }

    if (receiver->lookup) {

        for (i = 0; i < elements; i++) {
            call->element = i;

            status = ngx_webhook_render_one(call, receiver->lookup, 0, error);
            if (status) {
                return status;
            }
        }

        call->nlookups = call->nacts;
    }

    action = receiver->actions.elts;

    for (i = 0; i < elements; i++) {
        call->element = i;

        for (n = 0; n < receiver->actions.nelts; n++) {
            status = ngx_webhook_render_one(call, &action[n], n + 1, error);
            if (status) {
                return status;
            }
        }
    }

    call->element = 0;

    return 0;
}


static ngx_uint_t
ngx_webhook_render_one(ngx_webhook_call_t *call, ngx_webhook_action_t *action,
    ngx_uint_t number, ngx_str_t *error)
{
    ngx_str_t           which;
    ngx_uint_t          status;
    ngx_webhook_act_t  *act;

    act = &call->acts[call->nacts];

    act->call = call;
    act->action = action;
    act->number = number;
    act->element = call->element;
    act->method = action->method;
    act->method_name = action->method_name;

    if (action->late) {
        act->redacted_uri = action->uri_text;
        call->nacts++;
        return 0;
    }

    status = ngx_webhook_action_render_act(act, error);

    if (status) {

        if (call->elements) {
            ngx_webhook_message(call, &which,
                                "%V (element %ui of %ui)", error,
                                call->element + 1, call->nelements);
            *error = which;
        }

        return status;
    }

    if (!act->skipped) {
        call->nacts++;

    } else {
        ngx_memzero(act, sizeof(ngx_webhook_act_t));
    }

    return 0;
}


ngx_uint_t
ngx_webhook_action_render_act(ngx_webhook_act_t *act, ngx_str_t *error)
{
    ngx_uint_t             status;
    webhook_error_t        err;
    ngx_webhook_call_t    *call;
    ngx_webhook_action_t  *action;

    call = act->call;
    action = act->action;

    call->element = act->element;
    act->rendered = 1;

    if (action->when) {

        switch (ngx_webhook_call_condition(call, action->when)) {

        case 1:
            break;

        case WEBHOOK_NOMEM:
            ngx_str_set(error, "Out of memory; nothing was done");
            return NGX_HTTP_SERVICE_UNAVAILABLE;

        case WEBHOOK_LIMIT:
            ngx_webhook_message_warn(call,
                                     "the condition of action %ui ran "
                                     "into the limits of regular "
                                     "expressions", act->number);

            /* fall through */

        default:
            act->skipped = 1;
            return 0;
        }
    }

    status = ngx_webhook_call_lookup_text(call, action->uri,
                                          NGX_WEBHOOK_URI_MAX, &act->uri,
                                          &err);
    if (status) {
        goto failed;
    }

    status = ngx_webhook_render_uri(act, error);
    if (status) {
        return status;
    }

    if (action->body == NULL) {
        return ngx_webhook_render_taken(act, error);
    }

    status = ngx_webhook_call_lookup_text(call, action->body, call->payload.len
                                          + NGX_WEBHOOK_ACTION_MAX, &act->body,
                                          &err);
    if (status) {
        goto failed;
    }

    act->has_body = 1;

    return ngx_webhook_render_taken(act, error);

failed:

    ngx_webhook_message(call, error, "%s", err.text);

    return status;
}


/* What is rendered is kept until the call ends, so that it is counted. */

static ngx_uint_t
ngx_webhook_render_taken(ngx_webhook_act_t *act, ngx_str_t *error)
{
    size_t               max;
    ngx_uint_t           status;
    ngx_webhook_call_t  *call;

    call = act->call;

    status = ngx_webhook_render_redacted(act, error);
    if (status) {
        return status;
    }

    call->rendered += act->uri.len + act->body.len;

    if (act->redacted_body.data != act->body.data) {
        call->rendered += act->redacted_body.len;
    }

    max = 4 * call->payload.len + NGX_WEBHOOK_ACTIONS_MAX;

    if (call->rendered > max) {
        ngx_webhook_message(call, error,
                            "The requests that the call makes would be larger "
                            "than %uz bytes together", max);
        return NGX_WEBHOOK_UNPROCESSABLE;
    }

    return 0;
}


/*
 * Once more for the history, a dry run and error texts, where values are
 * redacted.
 */

static ngx_uint_t
ngx_webhook_render_redacted(ngx_webhook_act_t *act, ngx_str_t *error)
{
    ngx_uint_t               status;
    webhook_error_t          err;
    ngx_webhook_call_t      *call;
    ngx_webhook_receiver_t  *receiver;

    call = act->call;
    receiver = call->receiver;

    act->redacted_uri = act->uri;
    act->redacted_body = act->body;

    if (receiver->redact.nelts == 0) {
        return 0;
    }

    status = ngx_webhook_call_lookup_redacted(call, act->action->uri,
                                              NGX_WEBHOOK_URI_MAX, "***",
                                              &act->redacted_uri, &err);

    if (status == 0 && act->has_body
        && (receiver->log_calls != NGX_WEBHOOK_LOG_OFF || call->dry_run))
    {
        status = ngx_webhook_call_lookup_redacted(call, act->action->body,
                                                call->payload.len
                                                + NGX_WEBHOOK_ACTION_MAX,
                                                "\"***\"", &act->redacted_body,
                                                &err);
    }

    if (status) {
        ngx_webhook_message(call, error, "%s", err.text);
    }

    return status;
}


/*
 * A location may pass the URI on as it was rendered, but it may as well decode
 * it and put it together anew.  What would then end a segment or begin a
 * parameter of one cannot be allowed in a value.
 */

static ngx_uint_t
ngx_webhook_render_uri(ngx_webhook_act_t *act, ngx_str_t *error)
{
    u_char              *p, *last, *dst;
    ngx_int_t            ch;

    p = act->uri.data;
    last = p + act->uri.len;

    if (p == last || *p != '/') {
        ngx_str_set(error, "The URI of an action has to begin with a slash");
        return NGX_WEBHOOK_UNPROCESSABLE;
    }

    dst = ngx_pnalloc(act->call->pool, act->uri.len);
    if (dst == NULL) {
        ngx_str_set(error, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    act->path.data = dst;

    for ( /* void */ ; p < last; p++) {

        if (*p == '?') {
            act->args.data = p + 1;
            act->args.len = last - p - 1;
            break;
        }

        if (*p != '%') {
            *dst++ = *p;
            continue;
        }

        ch = (last - p > 2) ? ngx_hextoi(p + 1, 2) : NGX_ERROR;

        if (ch < 0x20 || ch == 0x7f || ch == '/' || ch == '\\' || ch == ';') {
            ngx_webhook_message(act->call, error,
                      "A value for the path of action %ui has a character "
                      "that cannot stand there: a slash, backslash, semicolon "
                      "or control character", act->number);
            return NGX_WEBHOOK_UNPROCESSABLE;
        }

        *dst++ = (u_char) ch;
        p += 2;
    }

    act->path.len = dst - act->path.data;

    return ngx_webhook_render_bound(act, error);
}


/* Where one of a receiver that was registered may lead, whatever the values. */

static ngx_uint_t
ngx_webhook_render_bound(ngx_webhook_act_t *act, ngx_str_t *error)
{
    const ngx_webhook_bounds_t  *bounds;

    bounds = act->call->receiver->bounds;

    if (bounds == NULL) {
        return 0;
    }

    act->bound = ngx_webhook_bounds_actions(bounds, act->method, &act->path);

    if (act->bound
        && (act->bound->company.len || act->call->receiver->company.len == 0))
    {
        return 0;
    }

    ngx_webhook_message(act->call, error,
                        "A value for the path of action %ui leads where the "
                        "receiver may not call", act->number);

    return NGX_WEBHOOK_UNPROCESSABLE;
}
