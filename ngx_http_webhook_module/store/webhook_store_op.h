
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Operations by themselves; webhook_op_free() is the callers'.
 */

#ifndef WEBHOOK_STORE_OP_H
#define WEBHOOK_STORE_OP_H

#include "store/webhook_store.h"


/* Makes an operation as it was before it ran. */
void webhook_op_reset(webhook_op_t *op);


#endif /* WEBHOOK_STORE_OP_H */
