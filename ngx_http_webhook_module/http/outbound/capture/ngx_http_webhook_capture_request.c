
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/capture/ngx_http_webhook_capture_int.h"


static ngx_int_t ngx_http_webhook_capture_request_filter(
    ngx_http_request_t *r, ngx_chain_t *in);
static ngx_http_webhook_capture_t *ngx_http_webhook_capture_request_ask(
    ngx_http_request_t *r, ngx_http_webhook_loc_conf_t *wlcf);
static ngx_uint_t ngx_http_webhook_capture_request_none(
    ngx_http_request_t *r);


static ngx_http_request_body_filter_pt
                             ngx_http_webhook_capture_next_request_body_filter;


void
ngx_http_webhook_capture_request_init(void)
{
    ngx_http_webhook_capture_next_request_body_filter =
                                             ngx_http_top_request_body_filter;
    ngx_http_top_request_body_filter = ngx_http_webhook_capture_request_filter;
}


/*
 * Copies the body as it comes in: filters behind us, and the upstream where
 * requests are not buffered, consume it, and a large one goes to a file, which
 * may not be read here.
 */

static ngx_int_t
ngx_http_webhook_capture_request_filter(ngx_http_request_t *r,
    ngx_chain_t *in)
{
    ngx_buf_t                    *b;
    ngx_chain_t                  *cl;
    ngx_http_webhook_copy_t      *copy;
    ngx_http_webhook_capture_t   *capture;
    ngx_http_webhook_loc_conf_t  *wlcf;

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (wlcf->rules == NULL || in == NULL || r != r->main) {
        return ngx_http_webhook_capture_next_request_body_filter(r, in);
    }

    capture = ngx_http_webhook_capture_request_ask(r, wlcf);

    if (capture == NULL || !(capture->wanted || capture->hashing)) {
        return ngx_http_webhook_capture_next_request_body_filter(r, in);
    }

    copy = &capture->request.copy;

    for (cl = in; cl; cl = cl->next) {
        b = cl->buf;

        if (ngx_buf_in_memory(b) && b->pos != b->last) {

            if (capture->wanted && !copy->over && !copy->broken) {
                (void) ngx_http_webhook_copy_add(capture->memory, copy,
                                                 b->pos, b->last - b->pos,
                                                 wlcf->payload_max);
            }

            if (capture->hashing) {
                webhook_hash_add(&capture->hash, b->pos, b->last - b->pos);
            }
        }

        if (b->last_buf) {
            copy->last = capture->wanted;
            capture->hashed = capture->hashing;
        }
    }

    return ngx_http_webhook_capture_next_request_body_filter(r, in);
}


/* Once for a request: does a rule that may match want its body, or is a repeat
   of it to be known by that? */

static ngx_http_webhook_capture_t *
ngx_http_webhook_capture_request_ask(ngx_http_request_t *r,
    ngx_http_webhook_loc_conf_t *wlcf)
{
    off_t                         len;
    ngx_str_t                     path;
    ngx_uint_t                    i, keyed;
    ngx_http_webhook_rule_t     **rule;
    ngx_http_webhook_capture_t   *capture;

    capture = ngx_http_webhook_capture_find(r);

    if (capture && capture->asked) {
        return capture;
    }

    keyed = ngx_http_webhook_capture_keyed(r, wlcf);

    rule = wlcf->rules->elts;

    for (i = 0; i < wlcf->rules->nelts; i++) {
        if ((rule[i]->want_request || keyed)
            && (rule[i]->methods == 0 || (rule[i]->methods & r->method)))
        {
            break;
        }
    }

    if (i == wlcf->rules->nelts) {
        return NULL;
    }

    capture = ngx_http_webhook_capture_get(r);
    if (capture == NULL) {
        return NULL;
    }

    capture->asked = 1;

    for ( /* void */ ; i < wlcf->rules->nelts; i++) {

        if ((rule[i]->want_request || (keyed && !capture->hashing))
            && ngx_http_webhook_rule_match(r, rule[i], &path) == NGX_OK)
        {
            capture->wanted |= rule[i]->want_request;
            capture->hashing = keyed;

            if (capture->wanted) {
                break;
            }
        }
    }

    if (capture->hashing) {
        webhook_hash_init(&capture->hash);
    }

    len = r->headers_in.content_length_n;

    if (capture->wanted && len > 0) {

        if (len > (off_t) wlcf->payload_max) {
            capture->request.copy.over = 1;

        } else {
            capture->request.copy.expected = (size_t) len;
        }
    }

    return capture;
}


ngx_uint_t
ngx_http_webhook_capture_request_whole(ngx_http_webhook_capture_t *capture)
{
    ngx_http_request_t  *r;

    r = capture->r;

    if (capture->request.copy.over || capture->request.copy.broken) {
        return 0;
    }

    if (capture->request.copy.last) {
        return 1;
    }

    if (!ngx_http_webhook_capture_request_none(r)) {
        return 0;
    }

    capture->request.copy.last = 1;

    return 1;
}


/* True if the request has no body. */

static ngx_uint_t
ngx_http_webhook_capture_request_none(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    if (r->headers_in.chunked) {
        return 0;
    }

    /* content_length_n counts down while a body is discarded */

    h = r->headers_in.content_length;

    return h == NULL || ngx_atoof(h->value.data, h->value.len) == 0;
}


ngx_uint_t
ngx_http_webhook_capture_request_comes(ngx_http_webhook_capture_t *capture)
{
    ngx_http_request_t  *r;

    r = capture->r;

    if (ngx_http_webhook_capture_request_whole(capture)) {
        return 0;
    }

    return r->reading_body || (r->request_body == NULL && !r->discard_body);
}


const char *
ngx_http_webhook_capture_request(ngx_http_webhook_capture_t *capture,
    ngx_http_webhook_counter_e *counter)
{
    ngx_chain_t              *cl;
    ngx_http_request_t       *r;
    ngx_http_webhook_copy_t  *copy;

    r = capture->r;
    copy = &capture->request.copy;

    if (ngx_http_webhook_capture_request_whole(capture)) {
        return NULL;
    }

    *counter = NGX_HTTP_WEBHOOK_EVENTS_FAILED;

    if (capture->wanted || r->reading_body) {

        if (copy->over) {
            *counter = NGX_HTTP_WEBHOOK_EVENTS_TOO_LARGE;
            return "the request's body is over webhook_payload_max";
        }

        return copy->broken ? "no memory for the request's body"
                            : "the request's body did not come in whole";
    }

    if (r->discard_body || r->request_body == NULL) {
        return "the request's body was not read";
    }

    /*
     * It was read before an internal redirect to the rules that want it: what
     * is still in memory serves.
     */

    if (r->request_body->temp_file || r->request_body->bufs == NULL) {
        return "the request's body was read before a redirect";
    }

    for (cl = r->request_body->bufs; cl; cl = cl->next) {

        switch (ngx_http_webhook_copy_add(capture->memory, copy, cl->buf->pos,
                                          cl->buf->last - cl->buf->pos,
                                          capture->max))
        {
        case NGX_OK:
            break;

        case NGX_DECLINED:
            *counter = NGX_HTTP_WEBHOOK_EVENTS_TOO_LARGE;
            return "the request's body is over webhook_payload_max";

        default:
            return "no memory for the request's body";
        }
    }

    if (r->headers_in.content_length_n >= 0
        && (off_t) copy->len != r->headers_in.content_length_n)
    {
        return "the request's body was read before a redirect";
    }

    copy->last = 1;

    return NULL;
}


ngx_int_t
ngx_http_webhook_capture_request_digest(ngx_http_webhook_capture_t *capture,
    u_char digest[WEBHOOK_HASH_LEN])
{
    off_t                len;
    ngx_chain_t         *cl;
    webhook_hash_t       hash;
    ngx_http_request_t  *r;

    if (capture->work) {
        return ngx_http_webhook_settle_digest(capture->work, digest);
    }

    r = capture->r;

    if (capture->hashed) {

        /* another rule may ask too */

        hash = capture->hash;
        webhook_hash_end(&hash, digest);

        return NGX_OK;
    }

    webhook_hash_init(&hash);

    if (ngx_http_webhook_capture_request_none(r)) {
        webhook_hash_end(&hash, digest);
        return NGX_OK;
    }

    if (r->reading_body || r->discard_body || r->request_body == NULL
        || r->request_body->temp_file || r->request_body->bufs == NULL)
    {
        return NGX_DECLINED;
    }

    /* It was read before an internal redirect to the rules that ask. */

    len = 0;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {

        if (!ngx_buf_in_memory(cl->buf)) {
            return NGX_DECLINED;
        }

        len += cl->buf->last - cl->buf->pos;
        webhook_hash_add(&hash, cl->buf->pos, cl->buf->last - cl->buf->pos);
    }

    if (len != r->headers_in.content_length_n) {
        return NGX_DECLINED;
    }

    webhook_hash_end(&hash, digest);

    return NGX_OK;
}
