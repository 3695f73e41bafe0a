
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Calls whose body is large take most of their steps on a thread of
 * webhook_cpu.  What may be done there:
 *
 *   - the call may be changed, but for what is said to be the event loop's;
 *   - the request is read and not changed: no header is added, nothing is
 *     taken from its pool, no variable is evaluated but by call->taken;
 *   - memory is of call->pool, and log lines are of ngx_webhook_message_warn()
 *     or go to call->log;
 *   - nothing is waited for, and nothing of the event loop is called: no timer,
 *     no counter of a receiver, no store, no other call.
 *
 * A function that may be called there says "any thread" where it is declared;
 * all others are the event loop's, on which nothing of a call is touched while
 * it is away but what the call's state says to be the event loop's.
 */

#ifndef NGX_WEBHOOK_CALL_WORK_H
#define NGX_WEBHOOK_CALL_WORK_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* True where the steps of the call belong on a thread: for its body; or, of
   steps that judge conditions, for regular expressions that somebody
   registered; or, of the step that makes events, for those of who asks for
   them. */
ngx_uint_t ngx_webhook_call_work_heavy(ngx_webhook_call_t *call);
ngx_uint_t ngx_webhook_call_work_judging(ngx_webhook_call_t *call);
ngx_uint_t ngx_webhook_call_work_emitting(ngx_webhook_call_t *call);

/* Bytes that the call's body takes once its next steps were taken on a
   thread. */
size_t ngx_webhook_call_work_size(ngx_webhook_call_t *call);

/* Status and sentence where bodies that wait for a thread leave no room for
   one of size bytes, else 0. */
ngx_uint_t ngx_webhook_call_work_crowded(ngx_webhook_call_t *call, off_t size,
    ngx_str_t *error);

/* The same where calls of the receiver's company that are small, and wait for a
   thread to judge conditions there, leave none. */
ngx_uint_t ngx_webhook_call_work_late(ngx_webhook_call_t *call,
    ngx_str_t *error);

/* Gives the call a pool of its own, NGX_OK or NGX_ERROR; and frees what is in
   it, on a thread. */
ngx_int_t ngx_webhook_call_work_own(ngx_webhook_call_t *call);
void ngx_webhook_call_work_disown(ngx_webhook_call_t *call);

/*
 * Has run() called on a thread, and back() with its result on the event loop:
 * NGX_AGAIN; or NGX_DECLINED on lack of memory, or where a small call of a
 * receiver of nginx.conf would wait behind too many others.
 */
ngx_int_t ngx_webhook_call_work(ngx_webhook_call_t *call,
    ngx_int_t (*run)(ngx_webhook_call_t *call),
    void (*back)(ngx_webhook_call_t *call, ngx_int_t rc));


#endif /* NGX_WEBHOOK_CALL_WORK_H */
