
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/ngx_http_webhook_held.h"


typedef struct {
    ngx_queue_t    dead;            /* those that nobody holds */
    ngx_event_t    event;           /* posted while there are any */
    ngx_log_t     *log;
} ngx_webhook_helds_t;


static void ngx_webhook_held_handler(ngx_event_t *ev);
static void ngx_webhook_held_reap(void);


static ngx_webhook_helds_t  ngx_webhook_helds;


void
ngx_webhook_held_init(ngx_log_t *log)
{
    ngx_memzero(&ngx_webhook_helds, sizeof(ngx_webhook_helds_t));

    ngx_queue_init(&ngx_webhook_helds.dead);

    ngx_webhook_helds.log = log;
    ngx_webhook_helds.event.handler = ngx_webhook_held_handler;
    ngx_webhook_helds.event.log = log;
}


void
ngx_webhook_held_exit(void)
{
    if (ngx_webhook_helds.log == NULL) {
        return;                     /* init was not called */
    }

    if (ngx_webhook_helds.event.posted) {
        ngx_delete_posted_event(&ngx_webhook_helds.event);
    }

    ngx_webhook_held_reap();
}


ngx_webhook_held_t *
ngx_webhook_held_create(size_t pool_size)
{
    ngx_pool_t          *pool;
    ngx_webhook_held_t  *held;

    pool = ngx_create_pool(pool_size, ngx_webhook_helds.log);
    if (pool == NULL) {
        return NULL;
    }

    held = ngx_pcalloc(pool, sizeof(ngx_webhook_held_t));

    if (held == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    held->pool = pool;
    held->refs = 1;

    return held;
}


void
ngx_webhook_held_release(ngx_webhook_held_t *held)
{
    if (held == NULL || --held->refs) {
        return;
    }

    ngx_queue_insert_tail(&ngx_webhook_helds.dead, &held->queue);

    if (!ngx_webhook_helds.event.posted) {
        ngx_post_event(&ngx_webhook_helds.event, &ngx_posted_next_events);
    }
}


static void
ngx_webhook_held_handler(ngx_event_t *ev)
{
    ngx_webhook_held_reap();
}


/* What is forgotten may let go of others, which then follow. */

static void
ngx_webhook_held_reap(void)
{
    ngx_queue_t         *q;
    ngx_webhook_held_t  *held;

    while (!ngx_queue_empty(&ngx_webhook_helds.dead)) {
        q = ngx_queue_head(&ngx_webhook_helds.dead);
        held = ngx_queue_data(q, ngx_webhook_held_t, queue);

        ngx_queue_remove(q);

        if (held->forget) {
            held->forget(held);
        }

        ngx_destroy_pool(held->pool);
    }
}
