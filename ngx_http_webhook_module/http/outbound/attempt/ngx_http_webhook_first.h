
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The first attempts of an event that is put, as far as it has leases.  On the
 * event loop; "job" is the first member of a ngx_webhook_shared_job_t, which
 * they hold.
 */

#ifndef NGX_WEBHOOK_FIRST_H
#define NGX_WEBHOOK_FIRST_H

#include "http/outbound/schedule/ngx_http_webhook_job.h"


/* Begins those that have leases before the store has the event, which may be
   put meanwhile; what was reserved for them is used. */
void ngx_webhook_first_early(ngx_webhook_job_t *job);

/* Begins the others, once it was put.  1 if some got no lease, and wait. */
ngx_uint_t ngx_webhook_first_leased(ngx_webhook_job_t *job);


#endif /* NGX_WEBHOOK_FIRST_H */
