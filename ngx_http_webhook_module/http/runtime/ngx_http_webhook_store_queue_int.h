
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the store queue's files: store_queue.c is the event loop's side,
 * store_queue_thread.c the thread's.
 */

#ifndef NGX_WEBHOOK_STORE_QUEUE_INT_H
#define NGX_WEBHOOK_STORE_QUEUE_INT_H

#include "http/runtime/ngx_http_webhook_store_queue.h"


#define NGX_WEBHOOK_STORE_QUEUE_MAX    1024     /* operations a task */


/* What the thread sees.  Between post and completion it is the thread's. */

typedef struct {
    webhook_store_t           *store;
    webhook_store_options_t    options;
    uint64_t                   tried;           /* usec, last try to open */
    webhook_store_news_t       news;
    uint64_t                   usec;            /* that the batch took */
    ngx_uint_t                 count;
    webhook_op_t              *ops[NGX_WEBHOOK_STORE_QUEUE_MAX];

    uint32_t                 (*more)(void *data);   /* operations join */
    void                      *data;
} ngx_webhook_store_queue_ctx_t;


/* Fills in what the store is opened with. */
void ngx_webhook_store_queue_options(ngx_webhook_store_queue_ctx_t *ctx,
    ngx_webhook_main_conf_t *wmcf, ngx_log_t *log);

/* The job that reads, and is to go alone now, of those that wait; or NULL, and
   all that write go.  What reads may take milliseconds, and for what is written
   somebody waits; so reads go in turns with writes ("wrote": these had the last
   turn). */
ngx_queue_t *ngx_webhook_store_queue_read(ngx_queue_t *waiting,
    ngx_uint_t wrote);
ngx_uint_t ngx_webhook_store_queue_reads(ngx_queue_t *q);

/* Opens the store: NGX_OK, or NGX_ERROR, logged. */
ngx_int_t ngx_webhook_store_queue_open(ngx_webhook_store_queue_ctx_t *ctx);

/* Applies the operations.  On a thread of the pool, and at exit on the main
   one. */
void ngx_webhook_store_queue_thread(void *data, ngx_log_t *log);


#endif /* NGX_WEBHOOK_STORE_QUEUE_INT_H */
