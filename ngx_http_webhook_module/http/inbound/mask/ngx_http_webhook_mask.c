
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The first handler of the first phase looks at the path below each location
 * that receives.  A stretch of it that could be a token takes the whole path
 * out of the request line and the unparsed URI, which is what access and error
 * logs show and what subrequests copy; and out of the URI as well, before a
 * rewrite rule or a variable can copy it, unless it may be that of an ordinary
 * location below ours.  The token of a receiver is always taken out of the
 * URI, and out of the memory where it was read.
 *
 * Receivers that were registered are looked for among those of the newest
 * change: where this worker does not have it yet, the phase waits for it.
 *
 * A request that core refuses while it reads the headers, or a body that it
 * reads early, never gets to that phase: it is masked by the first log handler,
 * by its text alone.
 */


#include "http/inbound/mask/ngx_http_webhook_mask.h"
#include "http/inbound/mask/ngx_http_webhook_mask_early.h"
#include "http/inbound/mask/ngx_http_webhook_receive_location.h"
#include "http/inbound/mask/ngx_http_webhook_mask_line.h"
#include "http/inbound/mask/ngx_http_webhook_referer.h"
#include "http/inbound/mask/ngx_http_webhook_url_token_like.h"
#include "http/inbound/call/ngx_http_webhook_kept.h"
#include "http/model/ngx_http_webhook_url_token.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"
#include "http/runtime/ngx_http_webhook_held.h"


#define NGX_WEBHOOK_TOKENS_MAX  8           /* looked up in one path */


/* A request that waits for what was registered. */

typedef struct {
    ngx_webhook_registered_waiter_t  waiter;
    ngx_http_request_t              *request;
    unsigned                         failed:1;
} ngx_webhook_mask_wait_t;


typedef struct {
    ngx_webhook_receiver_t  *receiver;          /* whose URL it is, or NULL */
    ngx_webhook_object_t    *object;            /* if it was registered: also
                                                   one without a receiver; or
                                                   NULL */
    unsigned                 known:1;           /* a token of one is there */
    unsigned                 suspect:1;         /* what could be one is */
} ngx_webhook_mask_seen_t;


static ngx_int_t ngx_webhook_mask_below(ngx_http_request_t *r,
    ngx_webhook_receive_location_t *loc, ngx_webhook_registered_t *set,
    ngx_uint_t failed);
static ngx_int_t ngx_webhook_mask_await(ngx_http_request_t *r,
    ngx_webhook_main_conf_t *wmcf, ngx_uint_t *failed);
static void ngx_webhook_mask_woken(ngx_webhook_registered_waiter_t *waiter);
static void ngx_webhook_mask_forget(void *data);
static void ngx_webhook_mask_object(ngx_webhook_call_t *call,
    ngx_webhook_object_t *object, ngx_str_t *token);
static void ngx_webhook_mask_look(ngx_http_request_t *r, u_char *p,
    ngx_webhook_registered_t *set, ngx_webhook_mask_seen_t *seen);
static ngx_int_t ngx_webhook_mask_text(ngx_http_request_t *r);


ngx_int_t
ngx_webhook_mask_init(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
{
    if (ngx_webhook_mask_line_init(cf, wmcf) != NGX_OK
        || ngx_webhook_mask_early_init(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_receive_location_init(cf, wmcf);
}


ngx_int_t
ngx_webhook_mask_request(ngx_http_request_t *r)
{
    ngx_int_t                       rc;
    ngx_uint_t                      failed;
    ngx_webhook_main_conf_t        *wmcf;
    ngx_webhook_registered_t       *set;
    ngx_webhook_receive_location_t *loc;

    if (r != r->main) {
        return NGX_DECLINED;
    }

    if (ngx_webhook_mask_early_end(r) == NGX_ERROR) {
        return ngx_webhook_mask_line_blank(r);
    }

    ngx_webhook_referer(r);

    loc = ngx_webhook_receive_location_find(r, &r->uri);
    if (loc == NULL) {
        return NGX_DECLINED;
    }

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);

    if (wmcf->registry == NULL) {
        return ngx_webhook_mask_below(r, loc, NULL, 0);
    }

    failed = 0;

    if (ngx_webhook_mask_await(r, wmcf, &failed) == NGX_AGAIN) {
        return NGX_AGAIN;
    }

    set = ngx_webhook_registered_hold(wmcf);

    rc = ngx_webhook_mask_below(r, loc, set, failed);

    ngx_webhook_registered_release(set);

    return rc;
}


/* Masks what stands below a location that receives. */

static ngx_int_t
ngx_webhook_mask_below(ngx_http_request_t *r,
    ngx_webhook_receive_location_t *loc, ngx_webhook_registered_t *set,
    ngx_uint_t failed)
{
    u_char                   *p;
    ngx_str_t                 path, rest, uri;
    ngx_webhook_call_t       *call;
    ngx_webhook_mask_seen_t   seen;

    p = r->uri.data + loc->prefix.len;

    ngx_webhook_mask_look(r, p, set, &seen);

    if (!seen.suspect) {
        return NGX_DECLINED;
    }

    call = ngx_webhook_call_make(r);

    if (call == NULL
        || ngx_webhook_mask_line_path(r, &loc->prefix, &path) != NGX_OK)
    {
        return ngx_webhook_mask_line_blank(r);
    }

    call->receiver = seen.receiver;

    rest.data = p;
    rest.len = r->uri.data + r->uri.len - p;

    if (seen.object) {
        ngx_webhook_mask_object(call, seen.object, &rest);
    }

    if (failed && (seen.object || seen.receiver == NULL)) {
        call->unready = "what is registered is not known";
    }

    if (seen.receiver) {

        if (ngx_webhook_kept_token(call, &rest) != NGX_OK) {
            return ngx_webhook_mask_line_blank(r);
        }
    }

    if (seen.known) {
        uri = r->uri;
        ngx_webhook_mask_line_wipe(r);

        /* it may stand apart from where it was read */
        ngx_memset(uri.data, '*', uri.len);
    }

    if (seen.known || !ngx_webhook_receive_location_other(loc, &r->uri)) {
        r->uri = path;
        ngx_http_set_exten(r);
        call->path = path;
        call->masked_uri = 1;
    }

    if (ngx_webhook_kept_args(call) != NGX_OK
        || ngx_webhook_mask_line(r, &path) != NGX_OK)
    {
        return ngx_webhook_mask_line_blank(r);
    }

    call->masked = 1;

    return NGX_DECLINED;
}


/*
 * NGX_AGAIN: the phases go on here once what is registered is known.  Whoever
 * waits is a client that may leave.
 */

static ngx_int_t
ngx_webhook_mask_await(ngx_http_request_t *r, ngx_webhook_main_conf_t *wmcf,
    ngx_uint_t *failed)
{
    ngx_event_t              *rev;
    ngx_pool_cleanup_t       *cln;
    ngx_webhook_mask_wait_t  *wait;

    if (!ngx_webhook_registered_behind(wmcf)) {
        return NGX_OK;
    }

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_webhook_mask_forget) {
            break;
        }
    }

    if (cln == NULL) {
        cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_webhook_mask_wait_t));

        if (cln == NULL) {
            *failed = 1;
            return NGX_OK;
        }

        ngx_memzero(cln->data, sizeof(ngx_webhook_mask_wait_t));
        cln->handler = ngx_webhook_mask_forget;
    }

    wait = cln->data;

    if (wait->failed) {
        *failed = 1;
        return NGX_OK;
    }

    wait->request = r;
    wait->waiter.handler = ngx_webhook_mask_woken;
    wait->waiter.data = wait;

    if (ngx_webhook_registered_await(wmcf, &wait->waiter) != NGX_AGAIN) {
        return NGX_OK;
    }

    rev = r->connection->read;

    if (rev->ready) {
        ngx_post_event(rev, &ngx_posted_events);

    } else if (ngx_handle_read_event(rev, 0) != NGX_OK) {
        ngx_webhook_registered_forget(&wait->waiter);
        *failed = 1;
        return NGX_OK;
    }

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    return NGX_AGAIN;
}


static void
ngx_webhook_mask_woken(ngx_webhook_registered_waiter_t *waiter)
{
    ngx_connection_t         *c;
    ngx_http_request_t       *r;
    ngx_webhook_mask_wait_t  *wait;

    wait = waiter->data;
    r = wait->request;
    c = r->connection;

    wait->failed = waiter->failed;

    ngx_http_set_log_request(c->log, r);

    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;

    ngx_http_core_run_phases(r);
    ngx_http_run_posted_requests(c);
}


static void
ngx_webhook_mask_forget(void *data)
{
    ngx_webhook_mask_wait_t *wait = data;

    ngx_webhook_registered_forget(&wait->waiter);
}


/* The call is one of a receiver that was registered, which it holds. */

static void
ngx_webhook_mask_object(ngx_webhook_call_t *call, ngx_webhook_object_t *object,
    ngx_str_t *token)
{
    ngx_webhook_url_token_digest(token, call->digest);

    call->held = object->held;
    ngx_webhook_held_hold(call->held);

    call->version = object->version;
    call->unready = object->reason;

    if (object->receiver == NULL && call->unready == NULL) {
        call->unready = "it cannot be built";
    }
}


/* Looks for tokens in the path from p on. */

static void
ngx_webhook_mask_look(ngx_http_request_t *r, u_char *p,
    ngx_webhook_registered_t *set, ngx_webhook_mask_seen_t *seen)
{
    u_char                   *first, *last;
    ngx_str_t                 stretch;
    ngx_uint_t                n;
    ngx_webhook_object_t     *object;
    ngx_webhook_receiver_t   *found;
    ngx_webhook_main_conf_t  *wmcf;

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);

    ngx_memzero(seen, sizeof(ngx_webhook_mask_seen_t));

    first = p;
    last = r->uri.data + r->uri.len;
    n = 0;

    while (ngx_webhook_token_like_stretch(&p, last, &stretch)) {

        if (stretch.len < NGX_WEBHOOK_TOKEN_LIKE_MIN) {
            continue;
        }

        seen->suspect = 1;

        if (stretch.len < NGX_WEBHOOK_URL_TOKEN_MIN
            || n++ == NGX_WEBHOOK_TOKENS_MAX)
        {
            continue;
        }

        object = NULL;
        found = ngx_webhook_receiver_by_token(wmcf, &stretch);

        if (found == NULL && set) {
            object = ngx_webhook_registered_by_token(set, &stretch);
            found = object ? object->receiver : NULL;
        }

        if (found == NULL && object == NULL) {
            continue;
        }

        seen->known = 1;

        /* the URL of a receiver ends with its token */

        if (stretch.data == first && stretch.data + stretch.len == last) {
            seen->receiver = found;
            seen->object = object;
        }
    }
}


/*
 * An error page for a request that was refused while its headers were read, or
 * its body early: the handler above has not seen it.  One with a name still has
 * the request's own URI.
 */

ngx_int_t
ngx_webhook_mask_late(ngx_http_request_t *r)
{
    ngx_str_t                        path;
    ngx_webhook_call_t              *call;
    ngx_webhook_receive_location_t  *loc;

    if (r != r->main
        || !r->internal
        || ngx_webhook_call_get(r) != NULL)
    {
        return NGX_DECLINED;
    }

    (void) ngx_webhook_mask_early_end(r);
    ngx_webhook_referer(r);

    if (ngx_webhook_mask_text(r) != NGX_OK) {
        return ngx_webhook_mask_line_blank(r);
    }

    call = ngx_webhook_call_get(r);
    loc = call ? ngx_webhook_receive_location_find(r, &r->uri) : NULL;

    if (loc) {

        if (ngx_webhook_mask_line_path(r, &loc->prefix, &path) != NGX_OK) {
            return ngx_webhook_mask_line_blank(r);
        }

        r->uri = path;
        ngx_http_set_exten(r);
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_webhook_mask_log(ngx_http_request_t *r)
{
    ngx_uint_t               refused;
    ngx_webhook_call_t      *call;
    ngx_webhook_loc_conf_t  *wlcf;

    if (r != r->main) {
        return NGX_OK;
    }

    refused = (ngx_webhook_mask_early_end(r) == NGX_OK
               || r->internal || !r->valid_location);

    if (refused) {
        ngx_webhook_referer(r);
    }

    call = ngx_webhook_call_get(r);
    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (wlcf->receive) {

        /* refused before its handler: by limit_req, deny or the like */

        if (call == NULL) {
            call = ngx_webhook_call_make(r);
        }

        if (call == NULL
            || ngx_webhook_mask_all(call) != NGX_OK)
        {
            (void) ngx_webhook_mask_line_blank(r);
        }

        return NGX_OK;
    }

    if (call == NULL && refused) {

        if (ngx_webhook_mask_text(r) != NGX_OK) {
            (void) ngx_webhook_mask_line_blank(r);
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_mask_all(ngx_webhook_call_t *call)
{
    ngx_str_t                path;
    ngx_http_request_t      *r;
    ngx_webhook_loc_conf_t  *wlcf;

    r = call->request;

    if (call->masked && call->masked_uri) {
        return NGX_OK;
    }

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);

    if (ngx_webhook_mask_line_path(r, &wlcf->prefix, &path) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!call->masked) {

        if (ngx_webhook_mask_line(r, &path) != NGX_OK) {
            return NGX_ERROR;
        }

        call->masked = 1;
    }

    if (!call->masked_uri) {
        r->uri = path;
        ngx_http_set_exten(r);
        call->masked_uri = 1;
    }

    return NGX_OK;
}


/*
 * Masks by the text of the request line alone.  Where core gave up before it
 * knew the server, the locations of all of them count.
 */

static ngx_int_t
ngx_webhook_mask_text(ngx_http_request_t *r)
{
    u_char              *p, *last;
    ngx_str_t            line, stars;
    ngx_webhook_call_t  *call;

    line = r->request_line;

    if (line.data == NULL && r->request_start && r->header_in) {

        for (p = r->request_start; p < r->header_in->last; p++) {
            if (*p == CR || *p == LF) {
                break;
            }
        }

        line.data = r->request_start;
        line.len = p - line.data;
    }

    if (line.data == NULL) {

        /* HTTP/2 has none before its headers are complete */

        line = r->unparsed_uri;
        p = line.data;

    } else {
        p = ngx_strlchr(line.data, line.data + line.len, ' ');
    }

    if (p == NULL) {
        return NGX_OK;
    }

    last = line.data + line.len;

    if (!ngx_webhook_token_like(r, line.data, last)) {
        return NGX_OK;
    }

    /* a request line that began with something else than a method */

    if (ngx_webhook_token_like_text(line.data, p)) {
        p = line.data;
    }

    call = ngx_webhook_call_make(r);
    if (call == NULL) {
        return NGX_ERROR;
    }

    line.len = p - line.data;

    p = ngx_pnalloc(r->pool, line.len + sizeof(" ***") - 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    last = ngx_cpymem(p, line.data, line.len);
    last = ngx_cpymem(last, " ***", sizeof(" ***") - 1);

    line.data = p;
    line.len = last - p;

    ngx_str_set(&stars, "***");

    ngx_webhook_mask_line_set(r, &line, &stars);

    if (!r->internal) {
        r->uri = stars;
        ngx_str_null(&r->args);
        ngx_str_null(&r->exten);
    }

    call->masked = 1;
    call->masked_uri = 1;

    return NGX_OK;
}
