
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Copies of bodies in counted memory, bounded, and their decoding.
 */

#ifndef NGX_WEBHOOK_CAPTURE_COPY_H
#define NGX_WEBHOOK_CAPTURE_COPY_H

#include "http/runtime/ngx_http_webhook_cpu.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


/*
 * The memory of copies.  It is counted, for what a thread makes of them may
 * take longer than the request lives.
 */

typedef struct {
    ngx_pool_t                        *pool;
    ngx_uint_t                         refs;
    size_t                             size;    /* of the copies */
} ngx_webhook_memory_t;


/* A copy of a body, in as few buffers as can be. */

typedef struct {
    ngx_chain_t                       *first;
    ngx_chain_t                      **next;    /* end of the chain */
    ngx_buf_t                         *tail;
    size_t                             len;
    size_t                             expected;    /* len to come, or 0 */
    webhook_hash_t                    *hash;    /* of what it has, or NULL */

    unsigned                           last:1;  /* it is whole */
    unsigned                           over:1;  /* larger than the limit */
    unsigned                           broken:1;    /* no memory */
} ngx_webhook_copy_t;


void ngx_webhook_copy_init(ngx_webhook_copy_t *copy);

/* Memory with one reference, or NULL; the last one frees it. */
ngx_webhook_memory_t *ngx_webhook_memory_create(ngx_log_t *log);

void ngx_webhook_memory_release(ngx_webhook_memory_t *memory);

/* Adds bytes, all or none: NGX_OK; NGX_DECLINED where the copy would be
   larger than max (over is set), NGX_ERROR on lack of memory (broken is). */
ngx_int_t ngx_webhook_copy_add(ngx_webhook_memory_t *memory,
    ngx_webhook_copy_t *copy, u_char *data, size_t len, size_t max);

/* True if a content coding is none or one that can be decoded. */
ngx_uint_t ngx_webhook_copy_coding(ngx_str_t *coding);

/* True if it is one that has to be decoded. */
ngx_uint_t ngx_webhook_copy_coded(ngx_str_t *coding);

/*
 * Makes *to from a copy in a content coding, of max bytes at most.  *to is
 * from itself where there is nothing to decode.  Returns NULL, or what is
 * wrong, and what it counts as.
 */
const char *ngx_webhook_copy_decode(ngx_pool_t *pool, ngx_webhook_copy_t *from,
    ngx_str_t *coding, size_t max, ngx_webhook_copy_t **to,
    ngx_webhook_counter_e *counter);


#endif /* NGX_WEBHOOK_CAPTURE_COPY_H */
