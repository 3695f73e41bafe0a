
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/ngx_http_webhook_secret.h"

#include <sys/mman.h>


#define NGX_WEBHOOK_SECRET_PAGES  (64 * 1024)           /* bytes a mapping */

/* Sizes of what is registered: powers of 2, up to 16 KB. */
#define NGX_WEBHOOK_SECRET_SHIFT  5
#define NGX_WEBHOOK_SECRET_SIZES  10


/* It stands at the beginning of each mapping. */

typedef struct ngx_webhook_secret_s  ngx_webhook_secret_t;

struct ngx_webhook_secret_s {
    ngx_webhook_secret_t  *next;
    size_t                 size;            /* of the mapping */
    size_t                 used;
};


/* A piece for something that was registered. */

typedef struct {
    u_char                *data;
    ngx_uint_t             slot;            /* its size */
} ngx_webhook_secret_piece_t;


static void *ngx_webhook_secret_piece(ngx_webhook_build_t *b, size_t size);
static void ngx_webhook_secret_give_back(void *data);
static ngx_webhook_secret_t *ngx_webhook_secret_map(ngx_log_t *log,
    size_t size);
static void ngx_webhook_secret_unmap(void *data);


/*
 * Of this process: pieces that were given back, each of which begins with a
 * pointer to the next one of its size, and the mapping that new ones are cut
 * from.  Thousands of things may be registered, each with a secret or two: a
 * mapping each would be too much.  These mappings stay.
 */
static void                  *ngx_webhook_secret_free[NGX_WEBHOOK_SECRET_SIZES];
static ngx_webhook_secret_t  *ngx_webhook_secret_pieces;


void *
ngx_webhook_secret_alloc(ngx_webhook_build_t *b, size_t size)
{
    u_char                *p;
    ngx_pool_cleanup_t    *cln;
    ngx_webhook_secret_t  *s;

    if (b->registered
        && size <= (size_t) 1 << (NGX_WEBHOOK_SECRET_SHIFT
                                  + NGX_WEBHOOK_SECRET_SIZES - 1))
    {
        return ngx_webhook_secret_piece(b, size);
    }

    size = ngx_align(size, NGX_ALIGNMENT);

    s = *b->secrets;

    if (s == NULL || s->size - s->used < size) {

        cln = ngx_pool_cleanup_add(b->pool, 0);
        if (cln == NULL) {
            return NULL;
        }

        s = ngx_webhook_secret_map(b->log, size);
        if (s == NULL) {
            return NULL;
        }

        cln->handler = ngx_webhook_secret_unmap;
        cln->data = s;

        s->next = *b->secrets;
        *b->secrets = s;
    }

    p = (u_char *) s + s->used;
    s->used += size;

    return p;
}


ngx_int_t
ngx_webhook_secret_move(ngx_webhook_build_t *b, ngx_str_t *dst, ngx_str_t *src)
{
    u_char  *p;

    p = ngx_webhook_secret_alloc(b, src->len + 1);

    if (p) {
        ngx_memcpy(p, src->data, src->len);

        dst->data = p;
        dst->len = src->len;
    }

    ngx_explicit_memzero(src->data, src->len);

    return p ? NGX_OK : NGX_ERROR;
}


/* Zeroed, given back and overwritten when the pool goes. */

static void *
ngx_webhook_secret_piece(ngx_webhook_build_t *b, size_t size)
{
    u_char                      *p;
    ngx_uint_t                   slot;
    ngx_pool_cleanup_t          *cln;
    ngx_webhook_secret_t        *s;
    ngx_webhook_secret_piece_t  *piece;

    slot = 0;

    while (((size_t) 1 << (NGX_WEBHOOK_SECRET_SHIFT + slot)) < size) {
        slot++;
    }

    size = (size_t) 1 << (NGX_WEBHOOK_SECRET_SHIFT + slot);

    cln = ngx_pool_cleanup_add(b->pool, sizeof(ngx_webhook_secret_piece_t));
    if (cln == NULL) {
        return NULL;
    }

    p = ngx_webhook_secret_free[slot];

    if (p) {
        ngx_webhook_secret_free[slot] = *(void **) p;
        *(void **) p = NULL;

    } else {
        s = ngx_webhook_secret_pieces;

        if (s == NULL || s->size - s->used < size) {

            s = ngx_webhook_secret_map(b->log, size);
            if (s == NULL) {
                return NULL;
            }

            ngx_webhook_secret_pieces = s;
        }

        p = (u_char *) s + s->used;
        s->used += size;
    }

    piece = cln->data;

    piece->data = p;
    piece->slot = slot;

    cln->handler = ngx_webhook_secret_give_back;

    return p;
}


static void
ngx_webhook_secret_give_back(void *data)
{
    ngx_webhook_secret_piece_t *piece = data;

    ngx_explicit_memzero(piece->data, (size_t) 1 << (NGX_WEBHOOK_SECRET_SHIFT
                                                     + piece->slot));

    *(void **) piece->data = ngx_webhook_secret_free[piece->slot];
    ngx_webhook_secret_free[piece->slot] = piece->data;
}


static ngx_webhook_secret_t *
ngx_webhook_secret_map(ngx_log_t *log, size_t size)
{
    ngx_webhook_secret_t  *s;

    size += ngx_align(sizeof(ngx_webhook_secret_t), NGX_ALIGNMENT);
    size = ngx_align(size, NGX_WEBHOOK_SECRET_PAGES);

    s = mmap(NULL, size, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1,
             0);

    if (s == MAP_FAILED) {
        ngx_log_error(NGX_LOG_EMERG, log, ngx_errno,
                      "mmap(%uz) of memory for secrets failed", size);
        return NULL;
    }

    /* workers inherit it with the mapping */

    if (madvise(s, size, MADV_DONTDUMP) == -1) {
        ngx_log_error(NGX_LOG_WARN, log, ngx_errno,
                      "madvise(MADV_DONTDUMP) failed: a core dump would show "
                      "the secrets of webhooks");
    }

    s->size = size;
    s->used = ngx_align(sizeof(ngx_webhook_secret_t), NGX_ALIGNMENT);

    return s;
}


static void
ngx_webhook_secret_unmap(void *data)
{
    size_t                 size;
    ngx_webhook_secret_t  *s = data;

    size = s->size;

    ngx_explicit_memzero(s, s->used);

    if (munmap(s, size) == -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "munmap(%p, %uz) failed", s, size);
    }
}
