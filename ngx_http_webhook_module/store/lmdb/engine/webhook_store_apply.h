
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A batch of operations.
 */

#ifndef WEBHOOK_STORE_APPLY_H
#define WEBHOOK_STORE_APPLY_H

#include "store/webhook_store.h"


/* webhook_store_apply(), of an open store. */
void webhook_apply(void *data, webhook_op_t **ops, uint32_t count);


#endif /* WEBHOOK_STORE_APPLY_H */
