
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an operation's outputs live in: chunks, freed together.
 */

#ifndef WEBHOOK_STORE_MEMORY_H
#define WEBHOOK_STORE_MEMORY_H

#include <stddef.h>

#include "core/base/webhook_str.h"


/* Bytes that live until webhook_memory_free(), zeroed or not; or NULL. */
void *webhook_memory_alloc(void **memory, size_t size);
void *webhook_memory_bytes(void **memory, size_t size);

/* Copies a text; 0 or ENOMEM. */
int webhook_memory_text(void **memory, const webhook_str_t *from,
    webhook_str_t *to);

/* The bytes that webhook_memory_free() gives back. */
size_t webhook_memory_size(const void *memory);

void webhook_memory_free(void **memory);


#endif /* WEBHOOK_STORE_MEMORY_H */
