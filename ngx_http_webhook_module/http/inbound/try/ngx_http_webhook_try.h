
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Calls that nobody made: a dry run of a body, and a call of the history that
 * is made again.  Such a call takes the steps of any other from its payload on:
 * it is not verified, no repeat of another, and it has no headers, no query and
 * no token.  It is made on behalf of a request of another kind, whose answer it
 * is not; its actions are subrequests of that one, in the server that the
 * receiver is called by.
 *
 * Event loop only.
 */

#ifndef NGX_WEBHOOK_TRY_H
#define NGX_WEBHOOK_TRY_H

#include "http/model/ngx_http_webhook.h"


typedef struct ngx_webhook_try_s  ngx_webhook_try_t;

typedef void (*ngx_webhook_try_pt)(ngx_webhook_try_t *t);

struct ngx_webhook_try_s {
    ngx_http_request_t      *request;       /* a main one, whose body was read;
                                               one try each */
    ngx_webhook_receiver_t  *receiver;      /* held by the try */
    ngx_str_t                type;          /* Content-Type; empty: JSON */
    ngx_str_t                body;          /* lasts as long as the request */
    ngx_str_t                replayed;      /* the id of the call in the
                                               history; empty: a dry run */
    ngx_webhook_try_pt       handler;       /* called once, maybe before
                                               ngx_webhook_try() returns; not
                                               at all once the request is gone
                                               */
    void                    *data;

    /* What came of it, as long as the request lasts. */
    ngx_uint_t               status;        /* that a caller would get */
    ngx_str_t                answer;        /* and its body; of a dry run what
                                               would be called, as JSON */
    ngx_str_t                answer_type;   /* empty: JSON */
    ngx_str_t                error;         /* a sentence; empty: it went well
                                               */
};


/*
 * Begins one.  NGX_OK: the handler was or will be called.  NGX_ERROR: there is
 * no memory, and it will not; NGX_DECLINED: as below.
 */
ngx_int_t ngx_webhook_try(ngx_webhook_try_t *t);

/*
 * Can it be begun?  Of t the request and the receiver are set.  NGX_OK; or
 * NGX_DECLINED, with a sentence in t->error: such a receiver's calls cannot be
 * made so, since it looks at headers or the query.
 */
ngx_int_t ngx_webhook_try_able(ngx_webhook_try_t *t);

/*
 * A call of the history as it can be made again: NGX_OK with type and body of
 * t set to what was kept; NGX_DECLINED, with a sentence in t->error, where it
 * is not kept whole, or redacted.
 */
ngx_int_t ngx_webhook_try_kept(ngx_webhook_try_t *t,
    const webhook_call_t *call);


#endif /* NGX_WEBHOOK_TRY_H */
