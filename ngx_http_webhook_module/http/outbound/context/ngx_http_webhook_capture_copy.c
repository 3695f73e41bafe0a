
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/context/ngx_http_webhook_capture_copy.h"

#include "core/media/webhook_inflate.h"


#define NGX_WEBHOOK_COPY_MIN    1024        /* bytes of a buffer */
#define NGX_WEBHOOK_COPY_MAX    65536

#define NGX_WEBHOOK_COPY_POOL   4096        /* so that most bodies fit in */
#define NGX_WEBHOOK_COPY_SPARE  64          /* pools kept for the next ones */


/* A copy that is decoded into another. */

typedef struct {
    ngx_pool_t          *pool;
    ngx_chain_t         *from;              /* what comes next */
    ngx_webhook_copy_t  *to;
    size_t               max;
} ngx_webhook_copy_io_t;


static ngx_uint_t ngx_webhook_memory_keep(ngx_pool_t *pool, size_t size);
static ngx_int_t ngx_webhook_copy_grow(ngx_pool_t *pool,
    ngx_webhook_copy_t *copy, size_t len, size_t max);
static const char *ngx_webhook_copy_undo(ngx_pool_t *pool,
    ngx_webhook_copy_t *from, webhook_coding_e coding, size_t max,
    ngx_webhook_copy_t **to, ngx_webhook_counter_e *counter);
static void ngx_webhook_copy_next(void *data, webhook_str_t *bytes);
static int ngx_webhook_copy_room(void *data, u_char **p, size_t *len);
static void ngx_webhook_copy_made(void *data, size_t len);


static ngx_pool_t  *ngx_webhook_memory_spare[NGX_WEBHOOK_COPY_SPARE];
static ngx_uint_t   ngx_webhook_memory_spares;


void
ngx_webhook_copy_init(ngx_webhook_copy_t *copy)
{
    ngx_memzero(copy, sizeof(ngx_webhook_copy_t));

    copy->next = &copy->first;
}


ngx_webhook_memory_t *
ngx_webhook_memory_create(ngx_log_t *log)
{
    ngx_pool_t            *pool;
    ngx_webhook_memory_t  *memory;

    if (ngx_webhook_memory_spares) {
        pool = ngx_webhook_memory_spare[--ngx_webhook_memory_spares];
        pool->log = log;

    } else {
        pool = ngx_create_pool(NGX_WEBHOOK_COPY_POOL, log);
        if (pool == NULL) {
            return NULL;
        }
    }

    memory = ngx_pcalloc(pool, sizeof(ngx_webhook_memory_t));

    if (memory == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    memory->pool = pool;
    memory->refs = 1;

    return memory;
}


void
ngx_webhook_memory_release(ngx_webhook_memory_t *memory)
{
    ngx_pool_t  *pool;

    if (memory == NULL || --memory->refs) {
        return;
    }

    pool = memory->pool;

    if (!ngx_webhook_memory_keep(pool, memory->size)) {
        ngx_webhook_cpu_destroy(pool, memory->size);
    }
}


/* Each captured request has one: to make it anew takes longer than to use it.
   What it was enlarged by is not worth keeping. */

static ngx_uint_t
ngx_webhook_memory_keep(ngx_pool_t *pool, size_t size)
{
#if (NGX_DEBUG_PALLOC) || defined(__SANITIZE_ADDRESS__)

    /* what is used after it was freed is to be found */

    return 0;

#else

    if (ngx_webhook_memory_spares == NGX_WEBHOOK_COPY_SPARE
        || size > NGX_WEBHOOK_COPY_POOL || pool->d.next || pool->cleanup)
    {
        return 0;
    }

    ngx_reset_pool(pool);

    ngx_webhook_memory_spare[ngx_webhook_memory_spares++] = pool;

    return 1;

#endif
}


ngx_int_t
ngx_webhook_copy_add(ngx_webhook_memory_t *memory, ngx_webhook_copy_t *copy,
    u_char *data, size_t len, size_t max)
{
    size_t      room;
    ngx_buf_t  *tail;

    if (copy->len > max || len > max - copy->len) {
        copy->over = 1;
        return NGX_DECLINED;
    }

    tail = copy->tail;
    room = tail ? (size_t) (tail->end - tail->last) : 0;

    if (len > room && ngx_webhook_copy_grow(memory->pool, copy, len - room,
                                 max - copy->len)
           != NGX_OK)
    {
        copy->broken = 1;
        return NGX_ERROR;
    }

    copy->len += len;
    memory->size += len;

    if (copy->hash) {
        webhook_hash_add(copy->hash, data, len);
    }

    if (room) {
        room = ngx_min(room, len);

        tail->last = ngx_cpymem(tail->last, data, room);
        data += room;
        len -= room;
    }

    if (len) {
        copy->tail->last = ngx_cpymem(copy->tail->last, data, len);
    }

    return NGX_OK;
}


/*
 * Adds a buffer of len bytes at least, and of max at most: for all that is
 * expected if that is known, else as much again as there is.
 */

static ngx_int_t
ngx_webhook_copy_grow(ngx_pool_t *pool, ngx_webhook_copy_t *copy, size_t len,
    size_t max)
{
    size_t        size;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    if (copy->expected > copy->len) {
        size = copy->expected - copy->len;

    } else {
        size = ngx_max(copy->len, NGX_WEBHOOK_COPY_MIN);
    }

    size = ngx_min(size, NGX_WEBHOOK_COPY_MAX);
    size = ngx_max(size, len);
    size = ngx_min(size, max);

    b = ngx_create_temp_buf(pool, size);
    if (b == NULL) {
        return NGX_ERROR;
    }

    cl = ngx_alloc_chain_link(pool);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    cl->buf = b;
    cl->next = NULL;

    *copy->next = cl;
    copy->next = &cl->next;
    copy->tail = b;

    return NGX_OK;
}


/* ----------------------------------------------------------- decoding --- */

ngx_uint_t
ngx_webhook_copy_coding(ngx_str_t *coding)
{
    webhook_coding_e  list[WEBHOOK_CODINGS];

    return webhook_codings(ngx_webhook_str(coding), list) == 0
           || list[0] != WEBHOOK_CODING_UNKNOWN;
}


ngx_uint_t
ngx_webhook_copy_coded(ngx_str_t *coding)
{
    webhook_coding_e  list[WEBHOOK_CODINGS];

    return webhook_codings(ngx_webhook_str(coding), list) != 0;
}


const char *
ngx_webhook_copy_decode(ngx_pool_t *pool,
    ngx_webhook_copy_t *from, ngx_str_t *coding, size_t max,
    ngx_webhook_copy_t **to, ngx_webhook_counter_e *counter)
{
    const char        *reason;
    ngx_uint_t         n;
    webhook_coding_e   list[WEBHOOK_CODINGS];

    *to = from;

    n = webhook_codings(ngx_webhook_str(coding), list);

    if (n && list[0] == WEBHOOK_CODING_UNKNOWN) {
        *counter = NGX_WEBHOOK_EVENTS_UNDECODABLE;
        return "the body has an unknown content coding";
    }

    reason = NULL;

    while (n && reason == NULL && from->len) {
        reason = ngx_webhook_copy_undo(pool, from, list[--n], max, to,
                                       counter);
        from = *to;
    }

    return reason;
}


static const char *
ngx_webhook_copy_undo(ngx_pool_t *pool, ngx_webhook_copy_t *from,
    webhook_coding_e coding, size_t max, ngx_webhook_copy_t **to,
    ngx_webhook_counter_e *counter)
{
    const char             *reason;
    webhook_inflate_t       io;
    ngx_webhook_copy_io_t   c;

    *counter = NGX_WEBHOOK_EVENTS_FAILED;

    c.pool = pool;
    c.from = from->first;
    c.max = max;

    c.to = ngx_palloc(pool, sizeof(ngx_webhook_copy_t));
    if (c.to == NULL) {
        return "no memory for decoding";
    }

    ngx_webhook_copy_init(c.to);

    io.data = &c;
    io.next = ngx_webhook_copy_next;
    io.room = ngx_webhook_copy_room;
    io.made = ngx_webhook_copy_made;
    io.exact = 0;

    switch (webhook_inflate(coding, &io, &reason)) {

    case WEBHOOK_OK:
        c.to->last = 1;
        *to = c.to;
        return NULL;

    case WEBHOOK_LIMIT:
        *counter = NGX_WEBHOOK_EVENTS_TOO_LARGE;
        return "the decoded body is over webhook_payload_max";

    case WEBHOOK_ERROR:
        *counter = NGX_WEBHOOK_EVENTS_UNDECODABLE;
        return reason;

    default:
        return reason;
    }
}


static void
ngx_webhook_copy_next(void *data, webhook_str_t *bytes)
{
    ngx_webhook_copy_io_t *c = data;

    bytes->len = 0;

    while (c->from && bytes->len == 0) {
        bytes->data = c->from->buf->pos;
        bytes->len = c->from->buf->last - c->from->buf->pos;
        c->from = c->from->next;
    }
}


static int
ngx_webhook_copy_room(void *data, u_char **p, size_t *len)
{
    ngx_webhook_copy_io_t *c = data;

    ngx_buf_t  *b;

    b = c->to->tail;
    *len = 0;

    if (b == NULL || b->last == b->end) {

        if (c->to->len == c->max) {
            return WEBHOOK_OK;
        }

        if (ngx_webhook_copy_grow(c->pool, c->to, 1, c->max - c->to->len)
            != NGX_OK)
        {
            return WEBHOOK_NOMEM;
        }

        b = c->to->tail;
    }

    *p = b->last;
    *len = b->end - b->last;

    return WEBHOOK_OK;
}


static void
ngx_webhook_copy_made(void *data, size_t len)
{
    ngx_webhook_copy_io_t *c = data;

    c->to->tail->last += len;
    c->to->len += len;
}
