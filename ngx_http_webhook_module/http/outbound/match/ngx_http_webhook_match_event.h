
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * From a match to an event, and what became of it.
 */

#ifndef NGX_WEBHOOK_MATCH_EVENT_H
#define NGX_WEBHOOK_MATCH_EVENT_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/* Of one match: FAILED, DROPPED, SKIPPED, or with its event: PENDING, or MADE
   in a work.  Any thread. */
void ngx_webhook_match_event_settle(ngx_webhook_match_t *match);

/* Puts an event; match is NULL where nobody waits for it. */
void ngx_webhook_match_put(ngx_webhook_match_t *match,
    ngx_webhook_event_t *event);


#endif /* NGX_WEBHOOK_MATCH_EVENT_H */
