
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the check found wrong is told.
 */

#ifndef WEBHOOK_STORE_CHECK_REPORT_H
#define WEBHOOK_STORE_CHECK_REPORT_H

#include "store/lmdb/check/webhook_store_check_int.h"


/* The endpoint, or NULL. */
webhook_check_endpoint_t *webhook_check_find(webhook_check_ctx_t *x,
    uint64_t id);

/* Tells a fault, of an event or call if id is given. */
__attribute__((format(printf, 3, 4)))
void webhook_check_fault(webhook_check_ctx_t *x, const webhook_id_t *id,
    const char *fmt, ...);


#endif /* WEBHOOK_STORE_CHECK_REPORT_H */
