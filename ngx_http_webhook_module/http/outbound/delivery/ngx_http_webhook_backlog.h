
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events that wait for room in a full store.  Event loop.
 */

#ifndef NGX_WEBHOOK_BACKLOG_H
#define NGX_WEBHOOK_BACKLOG_H

#include "http/outbound/delivery/ngx_http_webhook_event.h"


/* put: puts an event again. */
void ngx_webhook_backlog_init(ngx_webhook_main_conf_t *wmcf, ngx_log_t *log,
    void (*put)(ngx_webhook_event_t *event));

/* Puts all that wait once more, for the last time. */
void ngx_webhook_backlog_exit(void);

/* 1 if an event that found the store full waits, and is put again; 0 if it
   does not wait, or no more. */
ngx_uint_t ngx_webhook_backlog_put(ngx_webhook_event_t *event);

/* 1 if a new event waits behind others, lest it overtakes them. */
ngx_uint_t ngx_webhook_backlog_behind(ngx_webhook_event_t *event);

/* An event that may have waited is kept, or given up. */
void ngx_webhook_backlog_end(ngx_webhook_event_t *event, ngx_uint_t kept);


#endif /* NGX_WEBHOOK_BACKLOG_H */
