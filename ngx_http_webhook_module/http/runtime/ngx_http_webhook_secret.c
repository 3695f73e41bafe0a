
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/ngx_http_webhook_secret.h"

#include <sys/mman.h>


#define NGX_WEBHOOK_SECRET_PAGES  (64 * 1024)           /* bytes a mapping */


/* It stands at the beginning of each mapping. */

typedef struct ngx_webhook_secret_s  ngx_webhook_secret_t;

struct ngx_webhook_secret_s {
    ngx_webhook_secret_t  *next;
    size_t                 size;            /* of the mapping */
    size_t                 used;
};


static ngx_webhook_secret_t *ngx_webhook_secret_map(ngx_webhook_build_t *b,
    size_t size);
static void ngx_webhook_secret_unmap(void *data);


void *
ngx_webhook_secret_alloc(ngx_webhook_build_t *b, size_t size)
{
    u_char                *p;
    ngx_webhook_secret_t  *s;

    size = ngx_align(size, NGX_ALIGNMENT);

    s = *b->secrets;

    if (s == NULL || s->size - s->used < size) {
        s = ngx_webhook_secret_map(b, size);
        if (s == NULL) {
            return NULL;
        }

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


static ngx_webhook_secret_t *
ngx_webhook_secret_map(ngx_webhook_build_t *b, size_t size)
{
    ngx_pool_cleanup_t    *cln;
    ngx_webhook_secret_t  *s;

    size += ngx_align(sizeof(ngx_webhook_secret_t), NGX_ALIGNMENT);
    size = ngx_align(size, NGX_WEBHOOK_SECRET_PAGES);

    cln = ngx_pool_cleanup_add(b->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    s = mmap(NULL, size, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1,
             0);

    if (s == MAP_FAILED) {
        ngx_log_error(NGX_LOG_EMERG, b->log, ngx_errno,
                      "mmap(%uz) of memory for secrets failed", size);
        return NULL;
    }

    /* workers inherit it with the mapping */

    if (madvise(s, size, MADV_DONTDUMP) == -1) {
        ngx_log_error(NGX_LOG_WARN, b->log, ngx_errno,
                      "madvise(MADV_DONTDUMP) failed: a core dump would show "
                      "the secrets of webhooks");
    }

    s->size = size;
    s->used = ngx_align(sizeof(ngx_webhook_secret_t), NGX_ALIGNMENT);

    cln->handler = ngx_webhook_secret_unmap;
    cln->data = s;

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
