
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An OBJECT under way.
 */

#ifndef WEBHOOK_STORE_OBJECT_INT_H
#define WEBHOOK_STORE_OBJECT_INT_H

#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/layout/webhook_store_row_object.h"


typedef struct {
    webhook_op_t          *op;
    webhook_op_object_t   *o;
    unsigned char          key[WEBHOOK_KEY_OBJECT];
    unsigned char          buf[WEBHOOK_ROW_MAX];
    webhook_object_row_t   row;         /* as it is, and then as it will be */
    unsigned               found:1;     /* it is or was there */
    unsigned               refused:1;   /* op->result is set */
    unsigned               was:1;       /* it was removed before */
    unsigned               gone:1;      /* it will be removed */
} webhook_object_todo_t;


#endif /* WEBHOOK_STORE_OBJECT_INT_H */
