
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Answers as a receiver wants them, or as its sender prescribes: "answer".
 * What cannot be made is answered by ours.
 */

#ifndef NGX_WEBHOOK_ANSWER_OWN_H
#define NGX_WEBHOOK_ANSWER_OWN_H

#include "http/inbound/call/ngx_http_webhook_call.h"


#define NGX_WEBHOOK_ANSWER_MAX  65536           /* bytes of a body */


/*
 * Last step, before the others: where the receiver has an answer for such a
 * call, sets call->own, and of answer, answer_type, prescribed and shown what
 * it names.  Of a dry run it sets call->would instead.  Any thread; and whether
 * that is worth one.
 */
ngx_int_t ngx_webhook_answer_own(ngx_webhook_call_t *call);
ngx_uint_t ngx_webhook_answer_own_heavy(ngx_webhook_call_t *call);

/* The number that goes out where the receiver's profile, and no answer, has a
   say in it: status is ours.  Any thread. */
ngx_uint_t ngx_webhook_answer_profile(ngx_webhook_call_t *call,
    ngx_uint_t status);

/*
 * Makes ready what is kept for repeats of a call of which it is not known yet
 * that it succeeds, with this status of ours: it is set as by the step, or
 * forgotten where it would have to be rendered.  Event loop.
 */
void ngx_webhook_answer_own_later(ngx_webhook_call_t *call,
    ngx_uint_t status);

/* Forgets all that was set of an answer. */
void ngx_webhook_answer_own_forget(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_ANSWER_OWN_H */
