
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an operation's outputs live in: chunks, freed together.
 */

#include "store/webhook_store_memory.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>


#define WEBHOOK_MEMORY_CHUNK  1024      /* bytes, the least that is asked */


typedef struct webhook_memory_s  webhook_memory_t;

struct webhook_memory_s {
    webhook_memory_t  *next;
    unsigned char     *pos;
    size_t             left;
    size_t             total;       /* bytes of this chunk and those after */

    _Alignas(max_align_t) unsigned char  data[];
};


void *
webhook_memory_alloc(void **memory, size_t size)
{
    void  *p;

    p = webhook_memory_bytes(memory, size);

    if (p) {
        memset(p, 0, size);
    }

    return p;
}


void *
webhook_memory_bytes(void **memory, size_t size)
{
    size_t             chunk;
    unsigned char     *p;
    webhook_memory_t  *m;

    if (size > SIZE_MAX / 2) {
        return NULL;
    }

    size = (size + _Alignof(max_align_t) - 1)
           & ~(_Alignof(max_align_t) - 1);

    m = *memory;

    if (m == NULL || m->left < size) {
        chunk = size < WEBHOOK_MEMORY_CHUNK ? WEBHOOK_MEMORY_CHUNK : size;

        m = malloc(sizeof(webhook_memory_t) + chunk);
        if (m == NULL) {
            return NULL;
        }

        m->next = *memory;
        m->pos = m->data;
        m->left = chunk;
        m->total = chunk + (m->next ? m->next->total : 0);

        *memory = m;
    }

    p = m->pos;
    m->pos += size;
    m->left -= size;

    return p;
}


int
webhook_memory_text(void **memory, const webhook_str_t *from,
    webhook_str_t *to)
{
    to->len = 0;
    to->data = NULL;

    if (from->len == 0) {
        return 0;
    }

    to->data = webhook_memory_bytes(memory, from->len);
    if (to->data == NULL) {
        return ENOMEM;
    }

    to->len = from->len;
    memcpy(to->data, from->data, from->len);

    return 0;
}


size_t
webhook_memory_size(const void *memory)
{
    const webhook_memory_t  *m = memory;

    return m ? m->total : 0;
}


void
webhook_memory_free(void **memory)
{
    webhook_memory_t  *m, *next;

    for (m = *memory; m; m = next) {
        next = m->next;
        free(m);
    }

    *memory = NULL;
}
