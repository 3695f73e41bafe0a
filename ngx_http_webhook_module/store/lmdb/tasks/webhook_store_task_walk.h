
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which deliveries a task is about.
 */

#ifndef WEBHOOK_STORE_TASK_WALK_H
#define WEBHOOK_STORE_TASK_WALK_H

#include "store/lmdb/walk/webhook_store_walk.h"


/* Begins the walk of such a task where the filter's cursor is, over so many
   rows at most; the filter has to outlive it. */
void webhook_task_walk(webhook_walk_t *w, webhook_task_kind_e kind,
    const webhook_filter_t *f, uint32_t rows);


#endif /* WEBHOOK_STORE_TASK_WALK_H */
