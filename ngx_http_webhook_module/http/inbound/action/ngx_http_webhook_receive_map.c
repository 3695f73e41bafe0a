
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Mapping: what the templates of a receiver find in a call, and its actions
 * with their templates rendered.  All that can be rendered is, before the
 * first action is called.
 */


#include "http/inbound/call/ngx_http_webhook_call.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"


/* What a template may make of a payload, beside the payload itself. */

#define NGX_HTTP_WEBHOOK_ACTION_MAX  1048576


static ngx_uint_t ngx_http_webhook_map_acts(ngx_http_webhook_call_t *call,
    ngx_str_t *error);
static ngx_uint_t ngx_http_webhook_map_act(ngx_http_webhook_call_t *call,
    ngx_http_webhook_action_t *action, ngx_uint_t number, ngx_str_t *error);
static ngx_uint_t ngx_http_webhook_map_shown(ngx_http_webhook_act_t *act,
    ngx_str_t *error);
static ngx_uint_t ngx_http_webhook_map_uri(ngx_http_webhook_act_t *act,
    ngx_str_t *error);
static int ngx_http_webhook_map_lookup(ngx_http_webhook_call_t *call,
    const webhook_path_t *path, webhook_value_t *v);
static ngx_uint_t ngx_http_webhook_map_captured(ngx_http_webhook_call_t *call,
    const webhook_str_t *name, webhook_value_t *v);
static ngx_int_t ngx_http_webhook_map_request(ngx_http_webhook_call_t *call,
    const webhook_path_t *path, webhook_value_t *v);


/* Names for the target that a sender may use instead. */

static const struct {
    webhook_str_t  name;
    webhook_str_t  other;
} ngx_http_webhook_other_names[] = {
    { webhook_str("_id"),    webhook_str("id") },
    { webhook_str("_model"), webhook_str("model") }
};


ngx_int_t
ngx_http_webhook_receive_render(ngx_http_webhook_call_t *call)
{
    ngx_str_t   error;
    ngx_uint_t  status;

    status = ngx_http_webhook_map_acts(call, &error);

    return status ? ngx_http_webhook_call_set(call, status, &error) : NGX_OK;
}


/* First of all the targets' look-ups, then each element's actions. */

static ngx_uint_t
ngx_http_webhook_map_acts(ngx_http_webhook_call_t *call, ngx_str_t *error)
{
    ngx_uint_t                    i, n, max, elements, status;
    ngx_http_webhook_action_t    *action;
    ngx_http_webhook_receiver_t  *receiver;

    receiver = call->receiver;

    elements = call->elements ? call->nelements : 1;

    max = elements * (receiver->actions.nelts + (receiver->lookup ? 1 : 0));

    if (max > NGX_HTTP_WEBHOOK_ACTS_MAX) {
        ngx_http_webhook_receive_say(call, error,
                                     "The call would make %ui requests; it "
                                     "may make %d", max,
                                     NGX_HTTP_WEBHOOK_ACTS_MAX);
        return NGX_HTTP_WEBHOOK_UNPROCESSABLE;
    }

    n = receiver->captures.nelts;

    call->acts = ngx_pcalloc(call->pool,
                             (max + 1) * sizeof(ngx_http_webhook_act_t));

    call->captured = ngx_pcalloc(call->pool,
                                 (n + 1) * sizeof(webhook_value_t));

    if (call->acts == NULL || call->captured == NULL) {
        ngx_str_set(error, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    for (i = 0; i < n; i++) {
        call->captured[i].missing = 1;
    }

    if (receiver->lookup) {

        for (i = 0; i < elements; i++) {
            call->element = i;

            status = ngx_http_webhook_map_act(call, receiver->lookup, 0,
                                              error);
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
            status = ngx_http_webhook_map_act(call, &action[n], n + 1, error);
            if (status) {
                return status;
            }
        }
    }

    call->element = 0;

    return 0;
}


static ngx_uint_t
ngx_http_webhook_map_act(ngx_http_webhook_call_t *call,
    ngx_http_webhook_action_t *action, ngx_uint_t number, ngx_str_t *error)
{
    ngx_str_t                which;
    ngx_uint_t               status;
    ngx_http_webhook_act_t  *act;

    act = &call->acts[call->nacts];

    act->call = call;
    act->action = action;
    act->number = number;
    act->element = call->element;
    act->method = action->method;
    act->method_name = action->method_name;

    if (action->late) {
        act->shown_uri = action->uri_text;
        call->nacts++;
        return 0;
    }

    status = ngx_http_webhook_receive_render_act(act, error);

    if (status) {

        if (call->elements) {
            ngx_http_webhook_receive_say(call, &which,
                                         "%V (element %ui of %ui)", error,
                                         call->element + 1, call->nelements);
            *error = which;
        }

        return status;
    }

    if (!act->skipped) {
        call->nacts++;

    } else {
        ngx_memzero(act, sizeof(ngx_http_webhook_act_t));
    }

    return 0;
}


ngx_uint_t
ngx_http_webhook_receive_render_act(ngx_http_webhook_act_t *act,
    ngx_str_t *error)
{
    ngx_uint_t                  status;
    webhook_error_t             err;
    ngx_http_webhook_call_t    *call;
    ngx_http_webhook_action_t  *action;

    call = act->call;
    action = act->action;

    call->element = act->element;
    act->rendered = 1;

    if (action->when) {

        switch (webhook_condition_eval(action->when,
                                       ngx_http_webhook_receive_lookup, call))
        {
        case 1:
            break;

        case WEBHOOK_NOMEM:
            ngx_str_set(error, "Out of memory; nothing was done");
            return NGX_HTTP_SERVICE_UNAVAILABLE;

        case WEBHOOK_LIMIT:
            ngx_http_webhook_receive_warn(call,
                                          "the condition of action %ui ran "
                                          "into the limits of regular "
                                          "expressions", act->number);

            /* fall through */

        default:
            act->skipped = 1;
            return 0;
        }
    }

    status = ngx_http_webhook_receive_text(call, action->uri,
                                           NGX_HTTP_WEBHOOK_URI_MAX, &act->uri,
                                           &err);
    if (status) {
        goto failed;
    }

    status = ngx_http_webhook_map_uri(act, error);
    if (status) {
        return status;
    }

    if (action->body == NULL) {
        return ngx_http_webhook_map_shown(act, error);
    }

    status = ngx_http_webhook_receive_text(call, action->body,
                                           call->payload.len
                                           + NGX_HTTP_WEBHOOK_ACTION_MAX,
                                           &act->body, &err);
    if (status) {
        goto failed;
    }

    act->has_body = 1;

    return ngx_http_webhook_map_shown(act, error);

failed:

    ngx_http_webhook_receive_say(call, error, "%s", err.text);

    return status;
}


/*
 * Once more for the history, a dry run and error texts, where values are
 * redacted.
 */

static ngx_uint_t
ngx_http_webhook_map_shown(ngx_http_webhook_act_t *act, ngx_str_t *error)
{
    ngx_uint_t                    status;
    webhook_error_t               err;
    ngx_http_webhook_call_t      *call;
    ngx_http_webhook_receiver_t  *receiver;

    call = act->call;
    receiver = call->receiver;

    act->shown_uri = act->uri;
    act->shown_body = act->body;

    if (receiver->redact.nelts == 0) {
        return 0;
    }

    status = ngx_http_webhook_receive_shown_text(call, act->action->uri,
                                                 NGX_HTTP_WEBHOOK_URI_MAX,
                                                 "***", &act->shown_uri, &err);

    if (status == 0 && act->has_body
        && (receiver->log_calls != NGX_HTTP_WEBHOOK_LOG_OFF || call->dry_run))
    {
        status = ngx_http_webhook_receive_shown_text(call, act->action->body,
                                                call->payload.len
                                                + NGX_HTTP_WEBHOOK_ACTION_MAX,
                                                "\"***\"", &act->shown_body,
                                                &err);
    }

    if (status) {
        ngx_http_webhook_receive_say(call, error, "%s", err.text);
    }

    return status;
}


/*
 * A location may pass the URI on as it was rendered, but it may as well decode
 * it and put it together anew.  What would then end a segment or begin a
 * parameter of one cannot be allowed in a value.
 */

static ngx_uint_t
ngx_http_webhook_map_uri(ngx_http_webhook_act_t *act, ngx_str_t *error)
{
    u_char              *p, *last, *dst;
    ngx_int_t            ch;

    p = act->uri.data;
    last = p + act->uri.len;

    if (p == last || *p != '/') {
        ngx_str_set(error, "The URI of an action has to begin with a slash");
        return NGX_HTTP_WEBHOOK_UNPROCESSABLE;
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
            ngx_http_webhook_receive_say(act->call, error,
                      "A value for the path of action %ui has a character "
                      "that cannot stand there: a slash, backslash, semicolon "
                      "or control character", act->number);
            return NGX_HTTP_WEBHOOK_UNPROCESSABLE;
        }

        *dst++ = (u_char) ch;
        p += 2;
    }

    act->path.len = dst - act->path.data;

    return 0;
}


ngx_uint_t
ngx_http_webhook_receive_text(ngx_http_webhook_call_t *call,
    webhook_template_t *tpl, size_t max, ngx_str_t *text,
    webhook_error_t *err)
{
    int                  rc;
    webhook_buf_t        buf;

    ngx_memzero(err, sizeof(webhook_error_t));
    webhook_buf_init(&buf, max);

    rc = webhook_template_render(tpl, ngx_http_webhook_receive_lookup, call,
                                 &buf, err);

    if (rc == WEBHOOK_OK) {
        text->len = buf.len;
        text->data = ngx_pnalloc(call->pool, buf.len);

        if (text->data) {
            ngx_memcpy(text->data, buf.data, buf.len);

        } else {
            rc = WEBHOOK_NOMEM;
        }
    }

    webhook_buf_free(&buf);

    switch (rc) {

    case WEBHOOK_OK:
        return 0;

    case WEBHOOK_LIMIT:
        webhook_error_set(err, "What an action would send is larger than "
                          "%zu bytes", max);
        return NGX_HTTP_WEBHOOK_UNPROCESSABLE;

    case WEBHOOK_NOMEM:
        webhook_error_set(err, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;

    default:
        return NGX_HTTP_WEBHOOK_UNPROCESSABLE;
    }
}


/* What cannot be rendered with a mask in the place of a value is masked as a
   whole. */

ngx_uint_t
ngx_http_webhook_receive_shown_text(ngx_http_webhook_call_t *call,
    webhook_template_t *tpl, size_t max, char *mask, ngx_str_t *text,
    webhook_error_t *err)
{
    ngx_uint_t  status;

    call->hide = 1;

    status = ngx_http_webhook_receive_text(call, tpl, max, text, err);

    call->hide = 0;

    if (status == NGX_HTTP_WEBHOOK_UNPROCESSABLE) {
        text->data = (u_char *) mask;
        text->len = ngx_strlen(mask);
        return 0;
    }

    return status;
}


int
ngx_http_webhook_receive_lookup(void *ctx, const webhook_path_t *path,
    webhook_value_t *v)
{
    ngx_http_webhook_call_t *call = ctx;

    int         rc;
    ngx_uint_t  hidden;

    static const webhook_str_t  mask = webhook_str("***");

    hidden = call->receiver->redact.nelts
             && ngx_http_webhook_receive_hides(call->receiver, path);

    if (call->hide && hidden) {
        ngx_memzero(v, sizeof(webhook_value_t));
        v->is_text = 1;
        v->span = mask;
        return WEBHOOK_OK;
    }

    rc = ngx_http_webhook_map_lookup(call, path, v);

    v->hidden = hidden;

    return rc;
}


static int
ngx_http_webhook_map_lookup(ngx_http_webhook_call_t *call,
    const webhook_path_t *path, webhook_value_t *v)
{
    ngx_int_t              rc;
    ngx_uint_t             i, steps;
    const webhook_str_t   *first;
    webhook_json_value_t   root, found, *from;

    static const webhook_str_t  name_root = webhook_str("root");
    static const webhook_str_t  name_index = webhook_str("index");

    first = webhook_path_step(path, 0);
    steps = webhook_path_steps(path);

    if (steps > 1) {
        rc = ngx_http_webhook_map_request(call, path, v);

        if (rc != NGX_DECLINED) {
            return rc == NGX_OK ? WEBHOOK_OK : WEBHOOK_NOMEM;
        }

    } else if (ngx_http_webhook_map_captured(call, first, v)) {
        return WEBHOOK_OK;
    }

    webhook_json_root(call->doc, &root);
    from = &root;

    if (call->elements) {

        if (webhook_str_eq(first, &name_root)) {

            if (steps == 1) {
                webhook_value_from_json(v, &root);

            } else if (webhook_path_find(path, 1, call->doc, NULL, &found)
                       == WEBHOOK_OK)
            {
                webhook_value_from_json(v, &found);

            } else {
                webhook_value_from_json(v, NULL);
            }

            return WEBHOOK_OK;
        }

        if (!call->whole
            && steps == 1 && webhook_str_eq(first, &name_index))
        {
            ngx_memzero(v, sizeof(webhook_value_t));

            v->type = WEBHOOK_JSON_NUMBER;
            v->span.data = call->index;
            v->span.len = ngx_sprintf(call->index, "%ui", call->element)
                          - call->index;

            return WEBHOOK_OK;
        }

        /* a list may be empty, which has no element to look at */

        if (!call->whole) {
            from = &call->elements[call->element];
        }
    }

    if (webhook_path_find(path, 0, call->doc, from, &found) == WEBHOOK_OK) {
        webhook_value_from_json(v, &found);
        return WEBHOOK_OK;
    }

    if (steps == 1) {

        for (i = 0; i < sizeof(ngx_http_webhook_other_names)
                        / sizeof(ngx_http_webhook_other_names[0]); i++)
        {
            if (webhook_str_eq(first, &ngx_http_webhook_other_names[i].name)
                && webhook_json_member(call->doc, from,
                                       &ngx_http_webhook_other_names[i].other,
                                       &found)
                   == WEBHOOK_OK)
            {
                webhook_value_from_json(v, &found);
                return WEBHOOK_OK;
            }
        }
    }

    webhook_value_from_json(v, NULL);

    return WEBHOOK_OK;
}


/* A payload cannot speak for what the API has answered: these come first. */

static ngx_uint_t
ngx_http_webhook_map_captured(ngx_http_webhook_call_t *call,
    const webhook_str_t *name, webhook_value_t *v)
{
    ngx_str_t   *captured;
    ngx_uint_t   i;

    captured = call->receiver->captures.elts;

    for (i = 0; i < call->receiver->captures.nelts; i++) {

        if (!webhook_str_eq(name, ngx_http_webhook_str(&captured[i]))) {
            continue;
        }

        if (call->captured) {
            *v = call->captured[i];

        } else {
            webhook_value_from_json(v, NULL);
        }

        return 1;
    }

    return 0;
}


/* header., query., var.; NGX_DECLINED for other roots. */

static ngx_int_t
ngx_http_webhook_map_request(ngx_http_webhook_call_t *call,
    const webhook_path_t *path, webhook_value_t *v)
{
    webhook_str_t         name;
    const webhook_str_t  *first, *text;

    static const webhook_str_t  header = webhook_str("header");
    static const webhook_str_t  query = webhook_str("query");
    static const webhook_str_t  var = webhook_str("var");

    first = webhook_path_step(path, 0);

    /* a name may have dots of its own */

    text = webhook_path_text(path);
    name.data = text->data + first->len + 1;
    name.len = text->len - first->len - 1;

    if (webhook_str_eq(first, &header)) {
        return ngx_http_webhook_lookup_lines(call->pool,
                                       &call->request->headers_in.headers,
                                       &name, v);
    }

    if (webhook_str_eq(first, &query)) {
        return ngx_http_webhook_lookup_query(call->request, call->pool, &name,
                                             v);
    }

    if (webhook_str_eq(first, &var) && call->taken) {
        return ngx_http_webhook_lookup_taken(call->taken, &name, v);
    }

    if (webhook_str_eq(first, &var)) {
        return ngx_http_webhook_lookup_variable(call->request, &name, v);
    }

    return NGX_DECLINED;
}
