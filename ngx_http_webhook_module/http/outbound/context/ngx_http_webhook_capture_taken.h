
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a thread that settles matches was given of the request, which may be
 * gone before it is done.
 */

#ifndef NGX_WEBHOOK_CAPTURE_TAKEN_H
#define NGX_WEBHOOK_CAPTURE_TAKEN_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"


struct ngx_webhook_settle_s {
    ngx_webhook_work_t      *work;
    ngx_webhook_settle_t    *next;              /* of the capture's */

    ngx_webhook_capture_t   *capture;           /* NULL: it is gone */
    ngx_webhook_match_t    **origins;           /* its matches, by the index of
                                                   ours */
    ngx_webhook_capture_t    view;              /* what the thread sees */
    ngx_webhook_match_t     *matches;           /* of it */
    ngx_uint_t               n;
    ngx_webhook_memory_t    *memory;            /* of the bodies */
    u_char                   digest[WEBHOOK_HASH_LEN];
    ngx_int_t                digested;          /* NGX_OK: that of the
                                                   request's body is there */
    ngx_array_t              taken;             /* of ..._taken_t: variables */
    ngx_webhook_registered_waiter_t  waiter;    /* for who is registered */
    size_t                   cost;              /* bytes that wait with it */
    ngx_str_t                company;           /* whose turn it takes, if
                                                   judged; empty: nobody's */
    unsigned                 waits:1;           /* and the work is not posted */
    unsigned                 large:1;           /* it is to be */
    unsigned                 judged:1;          /* for expressions alone */
};


/* What was taken of a variable; NGX_ERROR if it was not. */
ngx_int_t ngx_webhook_capture_taken_variable(ngx_webhook_settle_t *settle,
    const webhook_str_t *name, webhook_value_t *v);

/* The digest of the request's body, if a match wanted it: NGX_OK or not. */
ngx_int_t ngx_webhook_capture_taken_digest(ngx_webhook_settle_t *settle,
    u_char digest[WEBHOOK_HASH_LEN]);

/* The matches go; what is made of them is put all the same. */
void ngx_webhook_capture_taken_forget(ngx_webhook_capture_t *capture);


#endif /* NGX_WEBHOOK_CAPTURE_TAKEN_H */
