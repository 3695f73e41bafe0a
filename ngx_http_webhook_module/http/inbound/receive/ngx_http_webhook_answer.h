
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The answer to a call: JSON always.
 */

#ifndef NGX_WEBHOOK_ANSWER_H
#define NGX_WEBHOOK_ANSWER_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Step: answers a dry run.  Any thread. */
ngx_int_t ngx_webhook_answer_dry_run(ngx_webhook_call_t *call);

/* Last steps: the first makes the text of the answer where call->answer is not
   set; the other sends it, and call->rc is what that returned.  Event loop. */
ngx_int_t ngx_webhook_answer_compose(ngx_webhook_call_t *call);
ngx_int_t ngx_webhook_answer(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_ANSWER_H */
