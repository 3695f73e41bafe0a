
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which deliveries a task is about.
 */

#include "store/lmdb/tasks/webhook_store_task_walk.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/walk/webhook_store_filter.h"
#include "store/lmdb/walk/webhook_store_walk.h"


static int webhook_task_retried(const webhook_delivery_row_t *d);
static int webhook_task_waits(const webhook_delivery_row_t *d);
static int webhook_task_finished(const webhook_delivery_row_t *d);


void
webhook_task_walk(webhook_walk_t *w, webhook_task_kind_e kind,
    const webhook_filter_t *f, uint32_t rows)
{
    webhook_walk_init(w, f, rows);

    w->oldest = 1;

    switch (kind) {

    case WEBHOOK_TASK_RETRY:
        w->meant = webhook_task_retried;
        break;

    case WEBHOOK_TASK_CANCEL:
        w->meant = webhook_task_waits;
        break;

    case WEBHOOK_TASK_REPLAY:
        w->meant = webhook_task_finished;
        break;

    case WEBHOOK_TASK_PURGE:

        /* an event need not have a delivery */

        w->events = f->endpoint == 0 && f->state == -1 && f->most == 0;
        break;
    }
}


static int
webhook_task_retried(const webhook_delivery_row_t *d)
{
    return d->state != WEBHOOK_SENDING && d->state != WEBHOOK_DELIVERED;
}


static int
webhook_task_waits(const webhook_delivery_row_t *d)
{
    return d->state == WEBHOOK_PENDING || d->blocks;
}


static int
webhook_task_finished(const webhook_delivery_row_t *d)
{
    return d->state != WEBHOOK_PENDING && d->state != WEBHOOK_SENDING;
}
