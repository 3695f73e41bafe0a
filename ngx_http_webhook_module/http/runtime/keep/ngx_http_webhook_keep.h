
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events that somebody waits for are kept in the store's journal, on a thread of
 * the same pool, and go to their batch afterwards: one synced append is awaited
 * instead of a commit, which goes on meanwhile for those before.  While the
 * thread is away the next append gathers.  What the journal does not take goes
 * to its batch all the same.
 */

#ifndef NGX_WEBHOOK_KEEP_H
#define NGX_WEBHOOK_KEEP_H

#include "http/model/ngx_http_webhook.h"


/* In a worker, behind the store queue's; does nothing without "journal=".
   NGX_ERROR on lack of memory. */
ngx_int_t ngx_webhook_keep_init(ngx_cycle_t *cycle,
    ngx_webhook_main_conf_t *wmcf);

/* At its exit, before the store queue's: what was under way is a batch's. */
void ngx_webhook_keep_exit(void);


#endif /* NGX_WEBHOOK_KEEP_H */
