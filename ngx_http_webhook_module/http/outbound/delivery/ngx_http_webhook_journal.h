
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Who puts into the store what stands in journals: the workers.  Whichever looks
 * first does it, of workers that are gone; each of its own.  Event loop.
 */

#ifndef NGX_WEBHOOK_JOURNAL_H
#define NGX_WEBHOOK_JOURNAL_H

#include "http/runtime/ngx_http_webhook_store_queue.h"


/* kept is 1 if workers have journals; put is called when some were put: their
   deliveries can be claimed. */
void ngx_webhook_journal_init(ngx_log_t *log, ngx_uint_t kept,
    void (*put)(void));

/* Has the store look, not more often than every 250 ms: to be called every now
   and then. */
void ngx_webhook_journal_look(void);

/* In a worker that exits: nothing new is kept, so that what the store holds for
   that goes back. */
void ngx_webhook_journal_leave(void);


#endif /* NGX_WEBHOOK_JOURNAL_H */
