
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Decides matches: once all is known, or nothing more will be.
 */

#ifndef NGX_WEBHOOK_MATCH_SETTLE_H
#define NGX_WEBHOOK_MATCH_SETTLE_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/*
 * Decides the matches that are open: all of them, where nothing more will
 * come, or else those that wait for no body any more.  Puts events into the
 * store, and counts them in capture->pending.  Large bodies go to a thread
 * first, which counts as one.
 */
void ngx_webhook_match_settle(ngx_webhook_capture_t *capture,
    ngx_uint_t all);

/* No end of the response came: decides what is open and can do without its
   body, and fails the rest. */
void ngx_webhook_match_settle_cut(ngx_webhook_capture_t *capture);

/* Its body cannot be had: fails those that cannot do without it, and tells
   the others. */
void ngx_webhook_match_settle_spoil(ngx_webhook_capture_t *capture,
    ngx_webhook_counter_e counter, const char *reason);


#endif /* NGX_WEBHOOK_MATCH_SETTLE_H */
