
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Sends: from a lease to its outcome in the store.  Event loop.
 */

#ifndef NGX_HTTP_WEBHOOK_SEND_H
#define NGX_HTTP_WEBHOOK_SEND_H

#include "http/outbound/attempt/ngx_http_webhook_job.h"


/* Sends what is leased; takes a reference to hold.  If it cannot be sent from
   here, it is released in the store. */
void ngx_http_webhook_send_start(webhook_lease_t *lease,
    ngx_http_webhook_hold_t *hold);

/* lease: length in ms of the leases asked for. */
void ngx_http_webhook_send_init(ngx_http_webhook_main_conf_t *wmcf,
    ngx_log_t *log, uint64_t lease);

/* Ends what is under way; it is released in the store. */
void ngx_http_webhook_send_exit(void);


#endif /* NGX_HTTP_WEBHOOK_SEND_H */
