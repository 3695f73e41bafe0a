
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/capture/ngx_http_webhook_capture_request.h"
#include "http/outbound/context/ngx_http_webhook_capture_copy.h"
#include "http/outbound/context/ngx_http_webhook_capture_idempotency.h"
#include "http/outbound/match/ngx_http_webhook_match_rule.h"


static ngx_int_t ngx_webhook_capture_request_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_webhook_capture_t *ngx_webhook_capture_request_ask(
    ngx_http_request_t *r, ngx_webhook_loc_conf_t *wlcf);
static ngx_webhook_capture_t *ngx_webhook_capture_request_all(
    ngx_http_request_t *r, ngx_webhook_loc_conf_t *wlcf, size_t *max);
static size_t ngx_webhook_capture_request_max(ngx_http_request_t *r);
static void ngx_webhook_capture_request_begin(ngx_http_request_t *r,
    ngx_webhook_capture_t *capture, size_t max);


static ngx_http_request_body_filter_pt
                             ngx_webhook_capture_next_request_body_filter;


void
ngx_webhook_capture_request_init(void)
{
    ngx_webhook_capture_next_request_body_filter =
                                             ngx_http_top_request_body_filter;
    ngx_http_top_request_body_filter = ngx_webhook_capture_request_filter;
}


/*
 * Copies the body as it comes in: filters behind us, and the upstream where
 * requests are not buffered, consume it, and a large one goes to a file, which
 * may not be read here.
 */

static ngx_int_t
ngx_webhook_capture_request_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    size_t                     max;
    ngx_buf_t                 *b;
    ngx_chain_t               *cl;
    ngx_webhook_copy_t        *copy;
    ngx_webhook_capture_t     *capture;
    ngx_webhook_loc_conf_t    *wlcf;
    ngx_http_core_srv_conf_t  *cscf;

    if (in == NULL || r != r->main) {
        return ngx_webhook_capture_next_request_body_filter(r, in);
    }

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    if (r->loc_conf == cscf->ctx->loc_conf && !r->internal) {
        capture = ngx_webhook_capture_request_all(r, wlcf, &max);

    } else if (wlcf->rules) {
        max = wlcf->payload_max;
        capture = ngx_webhook_capture_request_ask(r, wlcf);

    } else {
        return ngx_webhook_capture_next_request_body_filter(r, in);
    }

    if (capture == NULL || !(capture->wanted || capture->hashing)) {
        return ngx_webhook_capture_next_request_body_filter(r, in);
    }

    copy = &capture->request.copy;

    for (cl = in; cl; cl = cl->next) {
        b = cl->buf;

        if (ngx_buf_in_memory(b) && b->pos != b->last) {

            if (capture->wanted && !copy->over && !copy->broken) {
                (void) ngx_webhook_copy_add(capture->memory, copy, b->pos,
                                            b->last - b->pos, max);
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

    return ngx_webhook_capture_next_request_body_filter(r, in);
}


/* Once for a request: does a rule that may match want its body, or is a repeat
   of it to be known by that? */

static ngx_webhook_capture_t *
ngx_webhook_capture_request_ask(ngx_http_request_t *r,
    ngx_webhook_loc_conf_t *wlcf)
{
    ngx_str_t                path;
    ngx_uint_t               i, keyed;
    ngx_webhook_rule_t     **rule;
    ngx_webhook_capture_t   *capture;

    capture = ngx_webhook_capture_find(r);

    if (capture && capture->decided) {
        return capture;
    }

    rule = wlcf->rules->elts;

    for (i = 0; i < wlcf->rules->nelts; i++) {
        if (rule[i]->methods == 0 || (rule[i]->methods & r->method)) {
            break;
        }
    }

    if (i == wlcf->rules->nelts) {
        return NULL;
    }

    keyed = ngx_webhook_capture_keyed(r, wlcf);

    for ( /* void */ ; i < wlcf->rules->nelts; i++) {
        if ((rule[i]->want_request || keyed)
            && (rule[i]->methods == 0 || (rule[i]->methods & r->method)))
        {
            break;
        }
    }

    if (i == wlcf->rules->nelts) {
        return NULL;
    }

    capture = ngx_webhook_capture_get(r);
    if (capture == NULL) {
        return NULL;
    }

    capture->decided = 1;

    for ( /* void */ ; i < wlcf->rules->nelts; i++) {

        if ((rule[i]->want_request || (keyed && !capture->hashing))
            && ngx_webhook_match_rule(r, rule[i], &path) == NGX_OK)
        {
            capture->wanted |= rule[i]->want_request;
            capture->hashing = keyed;

            if (capture->wanted) {
                break;
            }
        }
    }

    ngx_webhook_capture_request_begin(r, capture, wlcf->payload_max);

    return capture;
}


/*
 * The same where the location is not known, and so neither are its rules: nginx
 * since 1.31.5 may read the body before (client_body_early_read).  If some rule
 * wants one, all are copied, up to the largest size that any location allows.
 */

static ngx_webhook_capture_t *
ngx_webhook_capture_request_all(ngx_http_request_t *r,
    ngx_webhook_loc_conf_t *wlcf, size_t *max)
{
    ngx_webhook_capture_t  *capture;

    capture = ngx_webhook_capture_find(r);

    if (capture) {
        *max = capture->max;
        return capture;
    }

    *max = ngx_webhook_capture_request_max(r);

    if (*max == 0) {
        return NULL;
    }

    capture = ngx_webhook_capture_get(r);
    if (capture == NULL) {
        return NULL;
    }

    capture->max = *max;
    capture->decided = 1;
    capture->early = 1;
    capture->wanted = 1;
    capture->hashing = ngx_webhook_capture_keyed(r, wlcf);

    ngx_webhook_capture_request_begin(r, capture, *max);

    return capture;
}


/* 0: no rule wants a request's body. */

static size_t
ngx_webhook_capture_request_max(ngx_http_request_t *r)
{
    void                    ***conf;
    size_t                     max;
    ngx_uint_t                 i;
    ngx_webhook_rule_t       **rule;
    ngx_webhook_loc_conf_t    *wlcf;
    ngx_webhook_main_conf_t   *wmcf;

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);

    rule = wmcf->rules.elts;

    for (i = 0; i < wmcf->rules.nelts; i++) {
        if (rule[i]->want_request) {
            break;
        }
    }

    if (i == wmcf->rules.nelts) {
        return 0;
    }

    max = 0;
    conf = wmcf->locations.elts;

    for (i = 0; i < wmcf->locations.nelts; i++) {
        wlcf = conf[i][ngx_http_webhook_module.ctx_index];

        if (wlcf->rules) {
            max = ngx_max(max, wlcf->payload_max);
        }
    }

    return max;
}


static void
ngx_webhook_capture_request_begin(ngx_http_request_t *r,
    ngx_webhook_capture_t *capture, size_t max)
{
    off_t  len;

    if (capture->hashing) {
        webhook_hash_init(&capture->hash);
    }

    len = r->headers_in.content_length_n;

    if (capture->wanted && len > 0) {

        if (len > (off_t) max) {
            capture->request.copy.over = 1;

        } else {
            capture->request.copy.expected = (size_t) len;
        }
    }
}
