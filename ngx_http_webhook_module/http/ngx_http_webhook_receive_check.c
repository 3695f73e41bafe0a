
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Is a call what its receiver asks for?  Everything that can be said against
 * it is found here, and all of its actions are rendered, before the first of
 * them is called.
 */


#include "ngx_http_webhook_receive_int.h"
#include "ngx_http_webhook_lookup.h"


/* What a template may make of a payload, beside the payload itself. */

#define NGX_HTTP_WEBHOOK_ACTION_MAX  1048576


/* 0, or the status to answer with its sentence. */

typedef ngx_uint_t (*ngx_http_webhook_check_pt)(ngx_http_webhook_call_t *call,
    ngx_str_t *error);


static ngx_int_t ngx_http_webhook_check_step(ngx_http_webhook_call_t *call,
    ngx_http_webhook_check_pt check);
static ngx_uint_t ngx_http_webhook_check_type(ngx_http_webhook_call_t *call,
    ngx_str_t *error);
static ngx_uint_t ngx_http_webhook_check_charset(u_char *p, u_char *last);
static ngx_uint_t ngx_http_webhook_check_json(ngx_http_webhook_call_t *call,
    ngx_str_t *error);
static ngx_uint_t ngx_http_webhook_check_require(
    ngx_http_webhook_call_t *call, ngx_str_t *error);
static ngx_uint_t ngx_http_webhook_check_target(
    ngx_http_webhook_call_t *call, ngx_str_t *error);
static ngx_uint_t ngx_http_webhook_check_actions(
    ngx_http_webhook_call_t *call, ngx_str_t *error);
static ngx_uint_t ngx_http_webhook_check_shown(ngx_http_webhook_call_t *call,
    ngx_str_t *error);
static ngx_uint_t ngx_http_webhook_check_uri(ngx_http_webhook_act_t *act,
    ngx_str_t *error);
static ngx_uint_t ngx_http_webhook_check_render(ngx_http_webhook_call_t *call,
    webhook_template_t *tpl, size_t max, ngx_str_t *text,
    webhook_error_t *err);
static int ngx_http_webhook_check_lookup(void *ctx,
    const webhook_path_t *path, webhook_value_t *v);
static void ngx_http_webhook_check_printable(ngx_str_t *text);


/* Names for the target that a sender may use instead. */

static const struct {
    webhook_str_t  name;
    webhook_str_t  other;
} ngx_http_webhook_other_names[] = {
    { webhook_str("_id"),    webhook_str("id") },
    { webhook_str("_model"), webhook_str("model") }
};


ngx_uint_t
ngx_http_webhook_receive_check_headers(ngx_http_webhook_call_t *call,
    ngx_str_t *error)
{
    ngx_http_request_t           *r;
    ngx_http_webhook_receiver_t  *receiver;

    r = call->request;
    receiver = call->receiver;

    if (receiver == NULL) {
        ngx_str_set(error, "There is no such hook");
        return NGX_HTTP_NOT_FOUND;
    }

    if (receiver->mode == NGX_HTTP_WEBHOOK_MODE_DISABLED) {
        ngx_str_set(error, "This hook is switched off; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    if (r->method != NGX_HTTP_POST) {
        ngx_str_set(error, "A hook is called with the method POST");
        return NGX_HTTP_NOT_ALLOWED;
    }

    if (r->headers_in.content_length_n > (off_t) receiver->body_max) {
        ngx_http_webhook_receive_say(r, error,
                                     "The body is larger than %uz bytes",
                                     receiver->body_max);
        return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    }

    call->dry_run = ngx_http_webhook_receive_dry_run(r);

    /* where calls are verified, that comes first */

    return receiver->verify ? 0 : ngx_http_webhook_check_type(call, error);
}


ngx_int_t
ngx_http_webhook_receive_type(ngx_http_webhook_call_t *call)
{
    if (!call->receiver->verify) {
        /* the headers told before the body was read */
        return NGX_OK;
    }

    return ngx_http_webhook_check_step(call, ngx_http_webhook_check_type);
}


ngx_int_t
ngx_http_webhook_receive_parse(ngx_http_webhook_call_t *call)
{
    return ngx_http_webhook_check_step(call, ngx_http_webhook_check_json);
}


ngx_int_t
ngx_http_webhook_receive_require(ngx_http_webhook_call_t *call)
{
    return ngx_http_webhook_check_step(call, ngx_http_webhook_check_require);
}


ngx_int_t
ngx_http_webhook_receive_target(ngx_http_webhook_call_t *call)
{
    return ngx_http_webhook_check_step(call, ngx_http_webhook_check_target);
}


ngx_int_t
ngx_http_webhook_receive_render(ngx_http_webhook_call_t *call)
{
    return ngx_http_webhook_check_step(call, ngx_http_webhook_check_actions);
}


static ngx_int_t
ngx_http_webhook_check_step(ngx_http_webhook_call_t *call,
    ngx_http_webhook_check_pt check)
{
    ngx_str_t   error;
    ngx_uint_t  status;

    status = check(call, &error);

    return status ? ngx_http_webhook_call_set(call, status, &error) : NGX_OK;
}


/* application/json, text/json or anything +json, in UTF-8. */

static ngx_uint_t
ngx_http_webhook_check_type(ngx_http_webhook_call_t *call, ngx_str_t *error)
{
    u_char              *p, *last, *end;
    size_t               len;
    ngx_int_t            rc;
    ngx_uint_t           json;
    webhook_value_t      coding;
    ngx_http_request_t  *r;

    static const webhook_str_t  name = webhook_str("Content-Encoding");

    r = call->request;

    rc = ngx_http_webhook_lookup_header(r, &name, &coding);

    if (rc != NGX_OK) {
        ngx_str_set(error, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    if (!coding.missing
        && coding.span.len
        && (coding.span.len != sizeof("identity") - 1
            || ngx_strncasecmp(coding.span.data, (u_char *) "identity",
                               sizeof("identity") - 1)
               != 0))
    {
        ngx_str_set(error, "The body has to be sent without the header "
                           "'Content-Encoding', uncompressed");
        return NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;
    }

    json = 0;

    if (r->headers_in.content_type) {
        p = r->headers_in.content_type->value.data;
        last = p + r->headers_in.content_type->value.len;

        for (end = p; end < last; end++) {
            if (*end == ';' || *end == ' ' || *end == '\t') {
                break;
            }
        }

        len = end - p;

        if ((len == sizeof("application/json") - 1
             && ngx_strncasecmp(p, (u_char *) "application/json", len) == 0)
            || (len == sizeof("text/json") - 1
                && ngx_strncasecmp(p, (u_char *) "text/json", len) == 0)
            || (len > sizeof("a/+json") - 1
                && ngx_strlchr(p, end, '/') != NULL
                && ngx_strncasecmp(end - (sizeof("+json") - 1),
                                   (u_char *) "+json", sizeof("+json") - 1)
                   == 0))
        {
            json = ngx_http_webhook_check_charset(end, last);
        }
    }

    if (!json) {
        ngx_str_set(error, "The body has to be JSON in UTF-8: add the header "
                           "'Content-Type: application/json'");
        return NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;
    }

    return 0;
}


/* True if the parameters name no charset but UTF-8. */

static ngx_uint_t
ngx_http_webhook_check_charset(u_char *p, u_char *last)
{
    u_char  *value;

    for ( ;; ) {

        while (p < last && (*p == ' ' || *p == '\t' || *p == ';')) {
            p++;
        }

        if (p == last) {
            return 1;
        }

        value = p;

        while (p < last && *p != ';') {
            p++;
        }

        if ((size_t) (p - value) < sizeof("charset=") - 1
            || ngx_strncasecmp(value, (u_char *) "charset=",
                               sizeof("charset=") - 1)
               != 0)
        {
            continue;
        }

        value += sizeof("charset=") - 1;

        if (value < p && *value == '"') {
            value++;
        }

        if ((size_t) (p - value) < sizeof("utf-8") - 1
            || ngx_strncasecmp(value, (u_char *) "utf-8", sizeof("utf-8") - 1)
               != 0)
        {
            return 0;
        }

        value += sizeof("utf-8") - 1;

        if (value < p && *value != '"' && *value != ' ' && *value != '\t') {
            return 0;
        }
    }
}


static ngx_uint_t
ngx_http_webhook_check_json(ngx_http_webhook_call_t *call, ngx_str_t *error)
{
    int                    rc;
    ngx_str_t              text;
    ngx_http_request_t    *r;
    webhook_json_error_t   err;
    webhook_json_value_t   root;

    r = call->request;

    text.data = call->body;
    text.len = call->body_len;

    if (text.len == 0) {
        ngx_str_set(error, "The body is empty: it has to be a JSON object");
        return NGX_HTTP_BAD_REQUEST;
    }

    rc = webhook_json_read(ngx_http_webhook_str(&text),
                           &call->receiver->limits, &call->doc, &err);

    switch (rc) {

    case WEBHOOK_OK:
        break;

    case WEBHOOK_NOMEM:
        ngx_str_set(error, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;

    case WEBHOOK_LIMIT:
        ngx_http_webhook_receive_say(r, error,
                             "The JSON of the body is over a limit: %s, "
                             "at byte %uz", err.what, err.offset);
        return NGX_HTTP_BAD_REQUEST;

    default:
        ngx_http_webhook_receive_say(r, error,
                             "The body is not JSON: %s, at byte %uz",
                             err.what, err.offset);
        return NGX_HTTP_BAD_REQUEST;
    }

    webhook_json_root(call->doc, &root);

    if (root.type != WEBHOOK_JSON_OBJECT) {
        ngx_str_set(error, "The body has to be a JSON object");
        return NGX_HTTP_BAD_REQUEST;
    }

    return 0;
}


static ngx_uint_t
ngx_http_webhook_check_require(ngx_http_webhook_call_t *call,
    ngx_str_t *error)
{
    u_char                       *p, *last;
    ngx_uint_t                    i, n;
    webhook_path_t              **path;
    webhook_value_t               v;
    const webhook_str_t          *name;
    ngx_http_request_t           *r;
    ngx_http_webhook_receiver_t  *receiver;

    r = call->request;
    receiver = call->receiver;

    path = receiver->require.elts;
    n = receiver->require.nelts;

    for (i = 0; i < n; i++) {

        if (ngx_http_webhook_check_lookup(call, path[i], &v) != WEBHOOK_OK) {
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

    p = ngx_pnalloc(r->pool, NGX_HTTP_WEBHOOK_ERROR_MAX);
    if (p == NULL) {
        ngx_str_set(error, "Missing required fields");
        return NGX_HTTP_WEBHOOK_UNPROCESSABLE;
    }

    error->data = p;
    last = p + NGX_HTTP_WEBHOOK_ERROR_MAX;

    p = ngx_slprintf(p, last, "Missing required field%s: ", n > 1 ? "s" : "");

    for (i = 0; i < n; i++) {
        name = webhook_path_text(path[i]);

        p = ngx_slprintf(p, last, "%s'%*s'",
                         i == 0 ? "" : i < n - 1 ? ", " : " and ",
                         name->len, name->data);
    }

    error->len = p - error->data;

    return NGX_HTTP_WEBHOOK_UNPROCESSABLE;
}


static ngx_uint_t
ngx_http_webhook_check_target(ngx_http_webhook_call_t *call, ngx_str_t *error)
{
    ngx_str_t                     text;
    ngx_uint_t                    status;
    webhook_error_t               err;
    ngx_http_request_t           *r;
    ngx_http_webhook_receiver_t  *receiver;

    r = call->request;
    receiver = call->receiver;

    if (receiver->target_id) {

        status = ngx_http_webhook_check_render(call, receiver->target_id,
                                               NGX_HTTP_WEBHOOK_ERROR_MAX,
                                               &text, &err);
        if (status) {
            ngx_http_webhook_receive_say(r, error, "No valid target id: %s",
                                         err.text);
            return status;
        }

        if (text.len == 0) {
            ngx_str_set(error, "The payload names no target: "
                               "its id is missing");
            return NGX_HTTP_WEBHOOK_UNPROCESSABLE;
        }
    }

    if (receiver->target_model) {

        status = ngx_http_webhook_check_render(call, receiver->target_model,
                                               NGX_HTTP_WEBHOOK_ERROR_MAX,
                                               &text, &err);
        if (status) {
            ngx_http_webhook_receive_say(r, error, "No valid target model: %s",
                                         err.text);
            return status;
        }

        if (text.len == 0) {
            ngx_str_set(error, "The payload names no target: "
                               "its model is missing");
            return NGX_HTTP_WEBHOOK_UNPROCESSABLE;
        }

        if (receiver->model.len
            && (text.len != receiver->model.len
                || ngx_memcmp(text.data, receiver->model.data, text.len) != 0))
        {
            if (text.len > 64) {
                text.len = 64;
            }

            ngx_http_webhook_check_printable(&text);

            ngx_http_webhook_receive_say(r, error,
                                 "This hook is for '%V', not for '%V'",
                                 &receiver->model, &text);
            return NGX_HTTP_WEBHOOK_UNPROCESSABLE;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_webhook_check_actions(ngx_http_webhook_call_t *call,
    ngx_str_t *error)
{
    ngx_uint_t                    i, status;
    webhook_error_t               err;
    ngx_http_request_t           *r;
    ngx_http_webhook_act_t       *act;
    ngx_http_webhook_action_t    *action;
    ngx_http_webhook_receiver_t  *receiver;

    r = call->request;
    receiver = call->receiver;

    action = receiver->actions.elts;

    call->acts = ngx_pcalloc(r->pool, receiver->actions.nelts
                                      * sizeof(ngx_http_webhook_act_t));
    if (call->acts == NULL) {
        ngx_str_set(error, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    for (i = 0; i < receiver->actions.nelts; i++) {
        act = &call->acts[i];

        act->call = call;
        act->number = i + 1;
        act->method = action[i].method;
        act->method_name = action[i].method_name;

        status = ngx_http_webhook_check_render(call, action[i].uri,
                                               NGX_HTTP_WEBHOOK_URI_MAX,
                                               &act->uri, &err);
        if (status) {
            goto failed;
        }

        status = ngx_http_webhook_check_uri(act, error);
        if (status) {
            return status;
        }

        if (action[i].body) {
            status = ngx_http_webhook_check_render(call, action[i].body,
                                     call->body_len
                                     + NGX_HTTP_WEBHOOK_ACTION_MAX,
                                     &act->body, &err);
            if (status) {
                goto failed;
            }

            act->has_body = 1;
        }
    }

    call->nacts = receiver->actions.nelts;

    return ngx_http_webhook_check_shown(call, error);

failed:

    ngx_http_webhook_receive_say(r, error, "%s", err.text);

    return status;
}


/*
 * Once more for the history and for a dry run, where values are redacted.  What
 * cannot be rendered with a mask in the place of a value is masked as a whole.
 */

static ngx_uint_t
ngx_http_webhook_check_shown(ngx_http_webhook_call_t *call, ngx_str_t *error)
{
    ngx_uint_t                    i, status;
    webhook_error_t               err;
    ngx_http_webhook_act_t       *act;
    ngx_http_webhook_action_t    *action;
    ngx_http_webhook_receiver_t  *receiver;

    receiver = call->receiver;
    action = receiver->actions.elts;

    for (i = 0; i < call->nacts; i++) {
        act = &call->acts[i];

        act->shown_uri = act->uri;
        act->shown_body = act->body;

        if (receiver->redact.nelts == 0
            || (receiver->log_calls == NGX_HTTP_WEBHOOK_LOG_OFF
                && !call->dry_run))
        {
            continue;
        }

        call->hide = 1;

        status = ngx_http_webhook_check_render(call, action[i].uri,
                                               NGX_HTTP_WEBHOOK_URI_MAX,
                                               &act->shown_uri, &err);

        if (status == NGX_HTTP_WEBHOOK_UNPROCESSABLE) {
            ngx_str_set(&act->shown_uri, "***");
            status = 0;
        }

        if (status == 0 && action[i].body) {
            status = ngx_http_webhook_check_render(call, action[i].body,
                                     call->body_len
                                     + NGX_HTTP_WEBHOOK_ACTION_MAX,
                                     &act->shown_body, &err);

            if (status == NGX_HTTP_WEBHOOK_UNPROCESSABLE) {
                ngx_str_set(&act->shown_body, "\"***\"");
                status = 0;
            }
        }

        call->hide = 0;

        if (status) {
            ngx_http_webhook_receive_say(call->request, error, "%s", err.text);
            return status;
        }
    }

    return 0;
}


/*
 * A location may pass the URI on as it was rendered, but it may as well decode
 * it and put it together anew.  What would then end a segment or begin a
 * parameter of one cannot be allowed in a value.
 */

static ngx_uint_t
ngx_http_webhook_check_uri(ngx_http_webhook_act_t *act, ngx_str_t *error)
{
    u_char              *p, *last, *dst;
    ngx_int_t            ch;
    ngx_http_request_t  *r;

    r = act->call->request;

    p = act->uri.data;
    last = p + act->uri.len;

    if (p == last || *p != '/') {
        ngx_str_set(error, "The URI of an action has to begin with a slash");
        return NGX_HTTP_WEBHOOK_UNPROCESSABLE;
    }

    dst = ngx_pnalloc(r->pool, act->uri.len);
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
            ngx_http_webhook_receive_say(r, error,
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


/* Renders into the request's pool; 0 or the status, with *err filled in. */

static ngx_uint_t
ngx_http_webhook_check_render(ngx_http_webhook_call_t *call,
    webhook_template_t *tpl, size_t max, ngx_str_t *text,
    webhook_error_t *err)
{
    int                  rc;
    webhook_buf_t        buf;
    ngx_http_request_t  *r;

    r = call->request;

    ngx_memzero(err, sizeof(webhook_error_t));
    webhook_buf_init(&buf, max);

    rc = webhook_template_render(tpl, ngx_http_webhook_check_lookup, call,
                                 &buf, err);

    if (rc == WEBHOOK_OK) {
        text->len = buf.len;
        text->data = ngx_pnalloc(r->pool, buf.len);

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


/* webhook_lookup_pt: the payload, and header., query. and var. */

static int
ngx_http_webhook_check_lookup(void *ctx, const webhook_path_t *path,
    webhook_value_t *v)
{
    ngx_http_webhook_call_t *call = ctx;

    ngx_int_t              rc;
    ngx_uint_t             i;
    webhook_str_t          name;
    const webhook_str_t   *first, *text;
    ngx_http_request_t    *r;
    webhook_json_value_t   root, found;

    static const webhook_str_t  mask = webhook_str("***");

    r = call->request;

    if (call->hide && ngx_http_webhook_receive_hides(call->receiver, path)) {
        ngx_memzero(v, sizeof(webhook_value_t));
        v->is_text = 1;
        v->span = mask;
        return WEBHOOK_OK;
    }

    first = webhook_path_step(path, 0);

    if (webhook_path_steps(path) > 1) {

        /* a name may have dots of its own */

        text = webhook_path_text(path);
        name.data = text->data + first->len + 1;
        name.len = text->len - first->len - 1;

        rc = NGX_DECLINED;

        if (first->len == sizeof("header") - 1
            && ngx_memcmp(first->data, "header", first->len) == 0)
        {
            rc = ngx_http_webhook_lookup_header(r, &name, v);

        } else if (first->len == sizeof("query") - 1
                   && ngx_memcmp(first->data, "query", first->len) == 0)
        {
            rc = ngx_http_webhook_lookup_query(r, &name, v);

        } else if (first->len == sizeof("var") - 1
                   && ngx_memcmp(first->data, "var", first->len) == 0)
        {
            rc = ngx_http_webhook_lookup_variable(r, &name, v);
        }

        if (rc != NGX_DECLINED) {
            return rc == NGX_OK ? WEBHOOK_OK : WEBHOOK_NOMEM;
        }
    }

    if (webhook_path_find(path, 0, call->doc, NULL, &found) == WEBHOOK_OK) {
        webhook_value_from_json(v, &found);
        return WEBHOOK_OK;
    }

    if (webhook_path_steps(path) == 1) {
        webhook_json_root(call->doc, &root);

        for (i = 0; i < sizeof(ngx_http_webhook_other_names)
                        / sizeof(ngx_http_webhook_other_names[0]); i++)
        {
            if (webhook_str_eq(first, &ngx_http_webhook_other_names[i].name)
                && webhook_json_member(call->doc, &root,
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


/*
 * True where the header X-Webhook-Dry-Run or the argument dry_run is there,
 * with a value or without, unless it says no: who asks for it in another way
 * than ours shall not find that it was real.
 */

ngx_uint_t
ngx_http_webhook_receive_dry_run(ngx_http_request_t *r)
{
    u_char           *p, *last, *end, *eq;
    size_t            len;
    ngx_str_t         value;
    ngx_uint_t        i;
    webhook_value_t   v;

    static const webhook_str_t  header = webhook_str("X-Webhook-Dry-Run");

    static ngx_str_t  no[] = {
        ngx_string("0"),
        ngx_string("false"),
        ngx_string("no"),
        ngx_string("off")
    };

    if (ngx_http_webhook_lookup_header(r, &header, &v) != NGX_OK) {
        return 1;
    }

    if (!v.missing) {
        value.data = v.span.data;
        value.len = v.span.len;
        goto found;
    }

    p = r->args.data;
    last = p + r->args.len;
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


void ngx_cdecl
ngx_http_webhook_receive_say(ngx_http_request_t *r, ngx_str_t *text,
    const char *fmt, ...)
{
    u_char   *p;
    va_list   args;

    p = ngx_pnalloc(r->pool, NGX_HTTP_WEBHOOK_ERROR_MAX);
    if (p == NULL) {
        ngx_str_null(text);
        return;
    }

    text->data = p;

    va_start(args, fmt);
    p = ngx_vslprintf(p, p + NGX_HTTP_WEBHOOK_ERROR_MAX, fmt, args);
    va_end(args);

    text->len = p - text->data;

    ngx_http_webhook_check_printable(text);
}


/* A log line is one line; what is not UTF-8 is mended where JSON is made. */

static void
ngx_http_webhook_check_printable(ngx_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] < 0x20 || text->data[i] == 0x7f) {
            text->data[i] = ' ';
        }
    }
}
