
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Attempts: from a lease to its outcome in the store.  Event loop.
 */

#ifndef NGX_WEBHOOK_ATTEMPT_H
#define NGX_WEBHOOK_ATTEMPT_H

#include "http/outbound/schedule/ngx_http_webhook_job.h"


/* Sends what is leased; takes a reference to the job.  If it cannot be sent
   from here, it is released in the store. */
void ngx_webhook_attempt_start(webhook_lease_t *lease,
    ngx_webhook_shared_job_t *shared);

#define NGX_WEBHOOK_LEASE_MARGIN  60000     /* ms over the total time-out:
                                               takes in waits for the store; a
                                               death is seen by the owner's
                                               lock, sooner */

/* lease: length in ms of the leases asked for.  NGX_ERROR on lack of memory. */
ngx_int_t ngx_webhook_attempt_init(ngx_webhook_main_conf_t *wmcf,
    ngx_cycle_t *cycle, uint64_t lease);

/* The same length, from now on. */
void ngx_webhook_attempt_lease(uint64_t lease);

/* Ends what is under way; it is released in the store. */
void ngx_webhook_attempt_exit(void);


#endif /* NGX_WEBHOOK_ATTEMPT_H */
