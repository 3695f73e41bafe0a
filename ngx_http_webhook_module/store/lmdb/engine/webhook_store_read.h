
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A read beside what is written.
 */

#ifndef WEBHOOK_STORE_READ_H
#define WEBHOOK_STORE_READ_H

#include "store/webhook_store.h"


/* webhook_store_read(), of an open store. */
int webhook_read(void *data, webhook_op_t *op, uint64_t *change);


#endif /* WEBHOOK_STORE_READ_H */
