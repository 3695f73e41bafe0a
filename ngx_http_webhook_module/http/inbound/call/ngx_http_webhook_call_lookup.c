
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/call/ngx_http_webhook_call_lookup.h"
#include "http/inbound/call/ngx_http_webhook_kept.h"
#include "http/inbound/call/ngx_http_webhook_redact.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"
#include "http/runtime/ngx_http_webhook_metrics.h"

#include "core/path/webhook_way.h"


/* What conditions may take, as webhook_condition_eval() counts it: of
   nginx.conf 10 ms, of a receiver that was registered 5 ms; and some more for
   each byte, since lists are long where their body is. */

#define NGX_WEBHOOK_LOOKUP_WORK        WEBHOOK_CONDITION_WORK
#define NGX_WEBHOOK_LOOKUP_REGISTERED  (WEBHOOK_CONDITION_WORK / 2)

/* bytes on the stack in which most of what is rendered has room */

#define NGX_WEBHOOK_LOOKUP_ROOM        512


static int ngx_webhook_lookup_find(ngx_webhook_call_t *call,
    const webhook_path_t *path, webhook_value_t *v);
static ngx_uint_t ngx_webhook_lookup_element(ngx_webhook_call_t *call,
    const webhook_path_t *path, webhook_value_t *v,
    webhook_json_value_t **from, uint32_t *skip);
static ngx_int_t ngx_webhook_lookup_other(ngx_webhook_call_t *call,
    const webhook_str_t *name, webhook_json_value_t *from,
    webhook_json_value_t *found);
static ngx_uint_t ngx_webhook_lookup_extracted(ngx_webhook_call_t *call,
    const webhook_str_t *name, webhook_value_t *v);
static ngx_int_t ngx_webhook_lookup_request(ngx_webhook_call_t *call,
    const webhook_path_t *path, webhook_value_t *v);


/* Names for the target that a sender may use instead. */

static const struct {
    webhook_str_t  name;
    webhook_str_t  other;
} ngx_webhook_other_names[] = {
    { webhook_str("_id"),    webhook_str("id") },
    { webhook_str("_model"), webhook_str("model") }
};


int
ngx_webhook_call_condition(ngx_webhook_call_t *call,
    const webhook_condition_t *condition)
{
    int  rc;

    if (!call->judging) {
        call->judging = 1;
        call->work = (call->receiver->bounds ? NGX_WEBHOOK_LOOKUP_REGISTERED
                                             : NGX_WEBHOOK_LOOKUP_WORK)
                     + call->payload.len * WEBHOOK_CONDITION_WORK_BYTE;
    }

    rc = webhook_condition_eval(condition, ngx_webhook_call_lookup, call,
                                &call->work);

    if (rc == WEBHOOK_LIMIT) {
        ngx_webhook_count(NGX_WEBHOOK_CALLS_UNJUDGED, 1);
    }

    return rc;
}


ngx_uint_t
ngx_webhook_call_lookup_text(ngx_webhook_call_t *call, webhook_template_t *tpl,
    size_t max, ngx_str_t *text, webhook_error_t *err)
{
    int                  rc;
    u_char               room[NGX_WEBHOOK_LOOKUP_ROOM];
    webhook_buf_t        buf;

    ngx_memzero(err, sizeof(webhook_error_t));
    webhook_buf_init_over(&buf, max, room, sizeof(room));

    rc = webhook_template_render(tpl, ngx_webhook_call_lookup, call, &buf,
                                 err);

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
        return NGX_WEBHOOK_UNPROCESSABLE;

    case WEBHOOK_NOMEM:
        webhook_error_set(err, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;

    default:
        return NGX_WEBHOOK_UNPROCESSABLE;
    }
}


/* What cannot be rendered with a mask in the place of a value is masked as a
   whole. */

ngx_uint_t
ngx_webhook_call_lookup_redacted(ngx_webhook_call_t *call,
    webhook_template_t *tpl, size_t max, char *mask, ngx_str_t *text,
    webhook_error_t *err)
{
    ngx_uint_t  status;

    call->hide = 1;

    status = ngx_webhook_call_lookup_text(call, tpl, max, text, err);

    call->hide = 0;

    if (status == NGX_WEBHOOK_UNPROCESSABLE) {
        text->data = (u_char *) mask;
        text->len = ngx_strlen(mask);
        return 0;
    }

    return status;
}


int
ngx_webhook_call_lookup(void *ctx, const webhook_path_t *path,
    webhook_value_t *v)
{
    ngx_webhook_call_t *call = ctx;

    int         rc;
    ngx_uint_t  hidden;

    static const webhook_str_t  mask = webhook_str("***");

    hidden = call->receiver->redact.nelts
             && ngx_webhook_redact_applies(call->receiver, path);

    if (call->hide
        && (hidden || ngx_webhook_call_lookup_secret(call->receiver, path)))
    {
        ngx_memzero(v, sizeof(webhook_value_t));
        v->is_text = 1;
        v->span = mask;
        return WEBHOOK_OK;
    }

    rc = ngx_webhook_lookup_find(call, path, v);

    v->hidden = hidden;
    v->strict = 1;

    return rc;
}


ngx_uint_t
ngx_webhook_call_lookup_secret(ngx_webhook_receiver_t *receiver,
    const webhook_path_t *path)
{
    webhook_str_t  name;

    static const webhook_str_t  header = webhook_str("header");

    if (webhook_path_steps(path) < 2
        || !webhook_str_eq(webhook_path_root(path), &header))
    {
        return 0;
    }

    webhook_path_rest(path, 1, &name);

    return ngx_webhook_redact_header(receiver, ngx_webhook_nstr(&name));
}


static int
ngx_webhook_lookup_find(ngx_webhook_call_t *call, const webhook_path_t *path,
    webhook_value_t *v)
{
    uint32_t               skip;
    ngx_int_t              rc;
    ngx_uint_t             steps;
    const webhook_str_t   *first;
    webhook_json_value_t   root, found, *from;

    static const webhook_str_t  name_payload = webhook_str("payload");

    first = webhook_path_root(path);
    steps = webhook_path_steps(path);

    if (steps > 1) {
        rc = ngx_webhook_lookup_request(call, path, v);

        if (rc != NGX_DECLINED) {
            return rc == NGX_OK ? WEBHOOK_OK : WEBHOOK_NOMEM;
        }

    } else if (ngx_webhook_lookup_extracted(call, first, v)) {
        return WEBHOOK_OK;
    }

    webhook_json_root(call->doc, &root);

    from = &root;
    skip = 0;

    if (call->receiver->for_each
        && ngx_webhook_lookup_element(call, path, v, &from, &skip))
    {
        return WEBHOOK_OK;
    }

    if (webhook_path_find(path, skip, call->doc, from, &found) == WEBHOOK_OK) {
        webhook_value_from_json(v, &found);
        return WEBHOOK_OK;
    }

    if (skip == 0 && webhook_str_eq(first, &name_payload)
        && webhook_json_member(call->doc, from, &name_payload, &found)
           != WEBHOOK_OK)
    {
        /* no field is in the way of what names all of the payload */

        if (webhook_path_find(path, 1, call->doc, &root, &found)
            == WEBHOOK_OK)
        {
            webhook_value_from_json(v, &found);
            return WEBHOOK_OK;
        }

    } else if (steps == 1
               && ngx_webhook_lookup_other(call, first, from, &found) == NGX_OK)
    {
        webhook_value_from_json(v, &found);
        return WEBHOOK_OK;
    }

    webhook_value_from_json(v, NULL);

    return WEBHOOK_OK;
}


/*
 * Of a list: where a path begins, and how many of its steps say so; true if it
 * is the number of the element, which is then the value.
 */

static ngx_uint_t
ngx_webhook_lookup_element(ngx_webhook_call_t *call, const webhook_path_t *path,
    webhook_value_t *v, webhook_json_value_t **from, uint32_t *skip)
{
    ngx_uint_t            n;
    const webhook_str_t  *first;

    static const webhook_str_t  root = webhook_str("root");
    static const webhook_str_t  index = webhook_str("index");

    first = webhook_path_root(path);

    if (webhook_str_eq(first, &root)) {
        *skip = 1;
        return 0;
    }

    /* the list is not known yet, or has no element to look at */

    if (call->whole || call->elements == NULL) {
        return 0;
    }

    if (webhook_path_steps(path) == 1 && webhook_str_eq(first, &index)) {
        ngx_memzero(v, sizeof(webhook_value_t));

        v->type = WEBHOOK_JSON_NUMBER;
        v->span.data = call->index;
        v->span.len = ngx_sprintf(call->index, "%ui", call->element)
                      - call->index;

        return 1;
    }

    n = call->receiver->for_each_levels - 1;

    if (n && webhook_way_up(path, 1)) {
        *skip = webhook_way_up(path, n);
        *from = &call->outer[call->element * n + *skip - 1];

        return 0;
    }

    *from = &call->elements[call->element];

    return 0;
}


static ngx_int_t
ngx_webhook_lookup_other(ngx_webhook_call_t *call, const webhook_str_t *name,
    webhook_json_value_t *from, webhook_json_value_t *found)
{
    ngx_uint_t  i;

    for (i = 0; i < sizeof(ngx_webhook_other_names)
                    / sizeof(ngx_webhook_other_names[0]); i++)
    {
        if (webhook_str_eq(name, &ngx_webhook_other_names[i].name)
            && webhook_json_member(call->doc, from,
                                   &ngx_webhook_other_names[i].other, found)
               == WEBHOOK_OK)
        {
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


/* A payload cannot speak for what the API has answered: these come first. */

static ngx_uint_t
ngx_webhook_lookup_extracted(ngx_webhook_call_t *call,
    const webhook_str_t *name, webhook_value_t *v)
{
    ngx_str_t   *captured;
    ngx_uint_t   i;

    captured = call->receiver->captures.elts;

    for (i = 0; i < call->receiver->captures.nelts; i++) {

        if (!webhook_str_eq(name, ngx_webhook_str(&captured[i]))) {
            continue;
        }

        if (call->extracted) {
            *v = call->extracted[i];

        } else {
            webhook_value_from_json(v, NULL);
        }

        return 1;
    }

    return 0;
}


/* header., query., var.; NGX_DECLINED for other roots. */

static ngx_int_t
ngx_webhook_lookup_request(ngx_webhook_call_t *call, const webhook_path_t *path,
    webhook_value_t *v)
{
    webhook_str_t         name;
    const webhook_str_t  *first;

    static const webhook_str_t  header = webhook_str("header");
    static const webhook_str_t  query = webhook_str("query");
    static const webhook_str_t  var = webhook_str("var");

    first = webhook_path_root(path);

    /* a name may have dots of its own */

    webhook_path_rest(path, 1, &name);

    if (webhook_str_eq(first, &header)) {
        return ngx_webhook_lookup_lines(call->pool,
                                       &call->request->headers_in.headers,
                                       &name, v);
    }

    if (webhook_str_eq(first, &query)) {
        return ngx_webhook_lookup_query(
                               ngx_webhook_str(ngx_webhook_kept_query(call)),
                               call->pool, &name, v);
    }

    if (webhook_str_eq(first, &var) && call->taken) {
        return ngx_webhook_lookup_taken(call->taken, &name, v);
    }

    if (webhook_str_eq(first, &var)) {
        return ngx_webhook_lookup_variable(call->request, &name, v);
    }

    return NGX_DECLINED;
}
