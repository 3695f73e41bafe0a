
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "ngx_http_webhook_capture_int.h"


#define NGX_HTTP_WEBHOOK_TYPE_MAX  255      /* bytes of a Content-Type */


/* What is to be sent. */

typedef struct {
    ngx_chain_t                *chain;
    size_t                      len;
    ngx_str_t                   type;

    ngx_chain_t                 link;       /* of one piece */
    ngx_buf_t                   buf;
    webhook_buf_t               rendered;
} ngx_http_webhook_payload_t;


static void ngx_http_webhook_match_settle(ngx_http_webhook_match_t *match);
static ngx_int_t ngx_http_webhook_match_when(ngx_http_webhook_match_t *match);
static ngx_int_t ngx_http_webhook_match_payload(
    ngx_http_webhook_match_t *match, ngx_http_webhook_payload_t *payload);
static ngx_int_t ngx_http_webhook_match_render(
    ngx_http_webhook_match_t *match, ngx_http_webhook_payload_t *payload);
static ngx_int_t ngx_http_webhook_match_part(ngx_http_webhook_match_t *match,
    ngx_http_webhook_copy_t *copy, ngx_http_webhook_payload_t *payload);
static void ngx_http_webhook_match_whole(ngx_http_webhook_match_t *match,
    ngx_http_webhook_body_t *body, ngx_http_webhook_payload_t *payload);
static void ngx_http_webhook_payload_piece(
    ngx_http_webhook_payload_t *payload, u_char *data, size_t len);
static ngx_uint_t ngx_http_webhook_type_is_json(ngx_pool_t *pool,
    ngx_http_webhook_body_t *body);
static void ngx_http_webhook_match_put(ngx_http_webhook_match_t *match,
    ngx_http_webhook_payload_t *payload);
static void ngx_http_webhook_match_kept(ngx_http_webhook_event_t *event,
    webhook_store_result_e result);
static void ngx_http_webhook_request_header(ngx_http_request_t *r,
    ngx_http_webhook_body_t *body);
static int ngx_http_webhook_early_path(void *ctx, const webhook_path_t *path);


static ngx_str_t  ngx_http_webhook_type_json = ngx_string("application/json");
static ngx_str_t  ngx_http_webhook_type_octets =
    ngx_string("application/octet-stream");


void
ngx_http_webhook_capture_settle(ngx_http_webhook_capture_t *capture)
{
    ngx_http_webhook_match_t  *match;

    for (match = capture->matches; match; match = match->next) {
        if (match->state == NGX_HTTP_WEBHOOK_MATCH_OPEN) {
            ngx_http_webhook_match_settle(match);
        }
    }

    /* What reading made is not in the pool, and can be large. */

    ngx_http_webhook_copy_free(&capture->request.copy);
    ngx_http_webhook_copy_free(&capture->response.copy);

    if (capture->request.plain) {
        ngx_http_webhook_copy_free(capture->request.plain);
    }

    if (capture->response.plain) {
        ngx_http_webhook_copy_free(capture->response.plain);
    }
}


static void
ngx_http_webhook_match_settle(ngx_http_webhook_match_t *match)
{
    ngx_http_webhook_rule_t     *rule;
    ngx_http_webhook_capture_t  *capture;
    ngx_http_webhook_payload_t   payload;

    rule = match->rule;
    capture = match->capture;

    if (rule->need_request
        && ngx_http_webhook_capture_body(capture,
                                         NGX_HTTP_WEBHOOK_PAYLOAD_REQUEST)
           == NULL)
    {
        ngx_http_webhook_match_fail(match, capture->request.counter,
                                    capture->request.reason);
        return;
    }

    if (rule->need_response
        && ngx_http_webhook_capture_body(capture,
                                         NGX_HTTP_WEBHOOK_PAYLOAD_RESPONSE)
           == NULL)
    {
        ngx_http_webhook_match_fail(match, capture->response.counter,
                                    capture->response.reason);
        return;
    }

    switch (ngx_http_webhook_match_when(match)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        match->state = NGX_HTTP_WEBHOOK_MATCH_DROPPED;
        return;

    default:
        ngx_http_webhook_match_fail(match, NGX_HTTP_WEBHOOK_EVENTS_FAILED,
                             match->reason ? match->reason : "no memory");
        return;
    }

    if (rule->endpoints.nelts == 0) {
        match->state = NGX_HTTP_WEBHOOK_MATCH_SKIPPED;
        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_EVENTS_SKIPPED, 1);
        return;
    }

    webhook_buf_init(&payload.rendered, capture->max);

    if (ngx_http_webhook_match_payload(match, &payload) == NGX_OK) {
        ngx_http_webhook_match_put(match, &payload);
    }

    webhook_buf_free(&payload.rendered);
}


ngx_http_webhook_copy_t *
ngx_http_webhook_capture_body(ngx_http_webhook_capture_t *capture,
    ngx_http_webhook_payload_e which)
{
    ngx_http_webhook_body_t  *body;

    body = (which == NGX_HTTP_WEBHOOK_PAYLOAD_REQUEST) ? &capture->request
                                                       : &capture->response;
    if (body->known) {
        return body->plain;
    }

    body->known = 1;

    if (which == NGX_HTTP_WEBHOOK_PAYLOAD_REQUEST) {

        ngx_http_webhook_request_header(capture->r, body);

        body->reason = ngx_http_webhook_capture_request(capture,
                                                        &body->counter);
        if (body->reason) {
            return NULL;
        }
    }

    body->reason = ngx_http_webhook_copy_decode(capture->r->pool, &body->copy,
                                                &body->coding, capture->max,
                                                &body->plain, &body->counter);
    if (body->reason) {
        body->plain = NULL;
    }

    return body->plain;
}


static void
ngx_http_webhook_request_header(ngx_http_request_t *r,
    ngx_http_webhook_body_t *body)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    if (r->headers_in.content_type) {
        body->type = r->headers_in.content_type->value;
    }

    part = &r->headers_in.headers.part;
    header = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            header = part->elts;
            i = 0;
        }

        if (header[i].key.len == sizeof("Content-Encoding") - 1
            && ngx_strncasecmp(header[i].key.data,
                               (u_char *) "Content-Encoding",
                               sizeof("Content-Encoding") - 1)
               == 0)
        {
            body->coding = header[i].value;
            break;
        }
    }
}


/* --------------------------------------------------------- conditions --- */

/* NGX_OK if all hold, NGX_DECLINED if one does not, NGX_ERROR. */

static ngx_int_t
ngx_http_webhook_match_when(ngx_http_webhook_match_t *match)
{
    ngx_uint_t             i;
    webhook_condition_t  **when;

    when = match->rule->when.elts;

    for (i = 0; i < match->rule->when.nelts; i++) {

        switch (webhook_condition_eval(when[i],
                                       ngx_http_webhook_capture_lookup, match))
        {
        case 1:
            break;

        case WEBHOOK_LIMIT:
            ngx_log_error(NGX_LOG_WARN, match->capture->r->connection->log, 0,
                          "a condition of webhook event \"%V\" ran into its "
                          "match limit and does not hold",
                          &match->rule->type->name);

            /* fall through */

        case 0:
            return NGX_DECLINED;

        default:
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_uint_t
ngx_http_webhook_match_early(ngx_http_webhook_match_t *match)
{
    ngx_uint_t             i;
    webhook_condition_t  **when;

    when = match->rule->when.elts;

    for (i = 0; i < match->rule->when.nelts; i++) {

        if (webhook_condition_paths(when[i], ngx_http_webhook_early_path,
                                    match->capture)
            == 0
            && webhook_condition_eval(when[i], ngx_http_webhook_capture_lookup,
                                      match)
               == 0)
        {
            return 0;
        }
    }

    return 1;
}


/* 1 if the value may not be known before the response has ended. */

static int
ngx_http_webhook_early_path(void *ctx, const webhook_path_t *path)
{
    const webhook_str_t         *root;
    ngx_http_webhook_capture_t  *capture = ctx;

    root = webhook_path_step(path, 0);

    if (root->len == 3 && ngx_strncmp(root->data, "uri", 3) == 0) {
        return 0;
    }

    if (root->len == 7 && ngx_strncmp(root->data, "request", 7) == 0) {
        return !ngx_http_webhook_capture_request_whole(capture);
    }

    return 1;
}


/* ------------------------------------------------------------ payload --- */

/* NGX_OK, or NGX_ERROR where the match has failed. */

static ngx_int_t
ngx_http_webhook_match_payload(ngx_http_webhook_match_t *match,
    ngx_http_webhook_payload_t *payload)
{
    ngx_http_webhook_body_t     *body;
    ngx_http_webhook_copy_t     *copy;
    ngx_http_webhook_capture_t  *capture;

    if (match->rule->body) {
        return ngx_http_webhook_match_render(match, payload);
    }

    capture = match->capture;

    copy = ngx_http_webhook_capture_body(capture, match->rule->payload);

    body = (match->rule->payload == NGX_HTTP_WEBHOOK_PAYLOAD_REQUEST)
           ? &capture->request : &capture->response;

    if (copy == NULL) {
        ngx_http_webhook_match_fail(match, body->counter, body->reason);
        return NGX_ERROR;
    }

    if (match->rule->payload_path) {
        return ngx_http_webhook_match_part(match, copy, payload);
    }

    ngx_http_webhook_match_whole(match, body, payload);

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_match_render(ngx_http_webhook_match_t *match,
    ngx_http_webhook_payload_t *payload)
{
    webhook_error_t              err;
    ngx_http_webhook_counter_e   counter;

    err.text[0] = '\0';
    counter = NGX_HTTP_WEBHOOK_EVENTS_FAILED;

    switch (webhook_template_render(match->rule->body,
                                    ngx_http_webhook_capture_lookup, match,
                                    &payload->rendered, &err))
    {
    case WEBHOOK_OK:
        ngx_http_webhook_payload_piece(payload, payload->rendered.data,
                                       payload->rendered.len);
        payload->type = ngx_http_webhook_type_json;
        return NGX_OK;

    case WEBHOOK_LIMIT:
        match->reason = "the rendered body is over webhook_payload_max";
        counter = NGX_HTTP_WEBHOOK_EVENTS_TOO_LARGE;
        break;

    case WEBHOOK_ERROR:
        match->reason = err.text;
        break;

    default:
        if (match->reason == NULL) {
            match->reason = "no memory";
        }
    }

    ngx_http_webhook_match_fail(match, counter, match->reason);

    match->reason = NULL;

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_webhook_match_part(ngx_http_webhook_match_t *match,
    ngx_http_webhook_copy_t *copy, ngx_http_webhook_payload_t *payload)
{
    const char            *reason;
    webhook_json_value_t   value;

    switch (ngx_http_webhook_copy_json(match->capture->r->pool, copy)) {

    case WEBHOOK_OK:
        if (webhook_path_find(match->rule->payload_path, 0, copy->doc, NULL,
                              &value)
            == WEBHOOK_OK)
        {
            ngx_http_webhook_payload_piece(payload, value.span.data,
                                           value.span.len);
            payload->type = ngx_http_webhook_type_json;
            return NGX_OK;
        }

        reason = "the body has nothing at the path of payload=";
        break;

    case WEBHOOK_ERROR:
        reason = "the body is not JSON, which payload= with a path needs";
        break;

    case WEBHOOK_LIMIT:
        reason = "the body's JSON is nested too deeply";
        break;

    default:
        reason = "no memory";
    }

    ngx_http_webhook_match_fail(match, NGX_HTTP_WEBHOOK_EVENTS_FAILED, reason);

    return NGX_ERROR;
}


static void
ngx_http_webhook_match_whole(ngx_http_webhook_match_t *match,
    ngx_http_webhook_body_t *body, ngx_http_webhook_payload_t *payload)
{
    u_char      *p, *last;
    ngx_uint_t   clean;

    if (body->plain->len == 0) {
        ngx_http_webhook_payload_piece(payload, (u_char *) "{}", 2);
        payload->type = ngx_http_webhook_type_json;
        return;
    }

    payload->chain = body->plain->first;
    payload->len = body->plain->len;

    if (ngx_http_webhook_type_is_json(match->capture->r->pool, body)) {
        payload->type = ngx_http_webhook_type_json;
        return;
    }

    /* It becomes a header of ours. */

    clean = body->type.len && body->type.len <= NGX_HTTP_WEBHOOK_TYPE_MAX;

    last = body->type.data + body->type.len;

    for (p = body->type.data; clean && p < last; p++) {
        if (*p < 0x20 || *p == 0x7f) {
            clean = 0;
        }
    }

    payload->type = clean ? body->type : ngx_http_webhook_type_octets;
}


static void
ngx_http_webhook_payload_piece(ngx_http_webhook_payload_t *payload,
    u_char *data, size_t len)
{
    ngx_memzero(&payload->buf, sizeof(ngx_buf_t));

    payload->buf.pos = data;
    payload->buf.last = data + len;
    payload->buf.memory = 1;

    payload->link.buf = &payload->buf;
    payload->link.next = NULL;

    payload->chain = &payload->link;
    payload->len = len;
}


/*
 * JSON is what says so; and what says nothing of worth, as many an old API
 * does (no type, text/plain, text/html), and reads as an object or an array.
 */

static ngx_uint_t
ngx_http_webhook_type_is_json(ngx_pool_t *pool, ngx_http_webhook_body_t *body)
{
    u_char       *p, *last;
    size_t        len;
    ngx_chain_t  *cl;

    p = body->type.data;
    last = ngx_strlchr(p, p + body->type.len, ';');

    if (last == NULL) {
        last = p + body->type.len;
    }

    while (last > p && (last[-1] == ' ' || last[-1] == '\t')) {
        last--;
    }

    len = last - p;

    if (len >= 5 && ngx_strncasecmp(last - 5, (u_char *) "+json", 5) == 0) {
        return 1;
    }

    switch (len) {

    case 0:
        break;

    case 9:
        if (ngx_strncasecmp(p, (u_char *) "text/json", 9) == 0) {
            return 1;
        }

        if (ngx_strncasecmp(p, (u_char *) "text/html", 9) == 0) {
            break;
        }

        return 0;

    case 10:
        if (ngx_strncasecmp(p, (u_char *) "text/plain", 10) == 0) {
            break;
        }

        return 0;

    case 16:
        return ngx_strncasecmp(p, (u_char *) "application/json", 16) == 0;

    default:
        return 0;
    }

    for (cl = body->plain->first; cl; cl = cl->next) {

        for (p = cl->buf->pos; p < cl->buf->last; p++) {

            switch (*p) {

            case ' ':
            case '\t':
            case CR:
            case LF:
                break;

            case '{':
            case '[':
                return ngx_http_webhook_copy_json(pool, body->plain)
                       == WEBHOOK_OK;

            default:
                return 0;
            }
        }
    }

    return 0;
}


/* -------------------------------------------------------------- store --- */

static void
ngx_http_webhook_match_put(ngx_http_webhook_match_t *match,
    ngx_http_webhook_payload_t *payload)
{
    uint64_t                     *endpoint;
    ngx_uint_t                    i;
    ngx_http_request_t           *r;
    ngx_http_webhook_form_t       form;
    ngx_http_webhook_rule_t      *rule;
    ngx_http_webhook_event_t     *event;
    ngx_http_webhook_capture_t   *capture;
    ngx_http_webhook_delivery_t  *deliveries;

    rule = match->rule;
    capture = match->capture;
    r = capture->r;

    ngx_memzero(&form, sizeof(ngx_http_webhook_form_t));

    form.content_type = payload->type;
    form.body = payload->chain;
    form.body_len = payload->len;

    event = NULL;
    endpoint = rule->endpoints.elts;

    deliveries = ngx_pcalloc(r->pool, rule->endpoints.nelts
                                      * sizeof(ngx_http_webhook_delivery_t));

    if (deliveries) {

        for (i = 0; i < rule->endpoints.nelts; i++) {
            deliveries[i].endpoint = endpoint[i];
        }

        event = ngx_http_webhook_event_create(&match->id, match->wall,
                                              &rule->type->name, &form, 1,
                                              deliveries,
                                              rule->endpoints.nelts,
                                              r->connection->log);
    }

    if (event == NULL) {
        ngx_http_webhook_match_fail(match, NGX_HTTP_WEBHOOK_EVENTS_FAILED,
                                    "no memory");
        return;
    }

    match->state = NGX_HTTP_WEBHOOK_MATCH_PENDING;

    event->handler = ngx_http_webhook_match_kept;

    if (!capture->after) {
        event->data = match;
        match->event = event;
        capture->pending++;
    }

    ngx_http_webhook_courier_put(event);
}


/* The courier has counted it; the request may be gone. */

static void
ngx_http_webhook_match_kept(ngx_http_webhook_event_t *event,
    webhook_store_result_e result)
{
    u_char                       text[WEBHOOK_ID_TEXT_LEN];
    ngx_log_t                   *log;
    ngx_str_t                    id;
    ngx_uint_t                   kept;
    webhook_op_put_event_t      *put;
    ngx_http_webhook_match_t    *match;
    ngx_http_webhook_capture_t  *capture;

    match = event->data;

    kept = (result == WEBHOOK_STORE_OK || result == WEBHOOK_STORE_DUPLICATE);

    if (!kept) {
        put = &event->hold.job.op.u.put_event;

        webhook_id_text(&put->id, text);
        id.data = text;
        id.len = WEBHOOK_ID_TEXT_LEN;

        log = ngx_cycle->log;

        if (match) {
            log = match->capture->r->connection->log;
            ngx_http_set_log_request(log, match->capture->r);
        }

        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "webhook event lost: \"%V\" %V: %s",
                      ngx_http_webhook_nstr(&put->type), &id,
                      webhook_store_result_text(result));
    }

    if (match == NULL) {
        return;
    }

    capture = match->capture;

    match->event = NULL;
    match->state = kept ? NGX_HTTP_WEBHOOK_MATCH_COMMITTED
                        : NGX_HTTP_WEBHOOK_MATCH_FAILED;

    if (--capture->pending == 0) {
        ngx_http_webhook_capture_wake(capture);
    }
}


void
ngx_http_webhook_match_fail(ngx_http_webhook_match_t *match,
    ngx_http_webhook_counter_e counter, const char *reason)
{
    match->state = NGX_HTTP_WEBHOOK_MATCH_FAILED;

    ngx_log_error(NGX_LOG_ERR, match->capture->r->connection->log, 0,
                  "webhook event lost: \"%V\" %V: %s",
                  &match->rule->type->name, &match->id_text, reason);

    ngx_http_webhook_count(counter, 1);
}
