
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * May an object be made, changed or removed?
 */

#ifndef WEBHOOK_STORE_OBJECT_MAY_H
#define WEBHOOK_STORE_OBJECT_MAY_H

#include "store/lmdb/objects/webhook_store_object_int.h"


/* Sets x->refused, the result and what it tells of the reason, if it may not.
   Where there is no room what is finished goes; nothing else is written. */
int webhook_object_may(webhook_txn_t *t, webhook_object_todo_t *x);


#endif /* WEBHOOK_STORE_OBJECT_MAY_H */
