
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Locks that tell who has a store open.
 */

#ifndef WEBHOOK_STORE_SLOTS_H
#define WEBHOOK_STORE_SLOTS_H

#include "store/lmdb/handle/webhook_store_handle.h"


#define WEBHOOK_SLOTS_MAX  512          /* owners at a time */

/* Opens the file of locks and takes the lock of who opens a store, which one
   process at a time has; leaves that lock. */
int webhook_slots_open(webhook_lmdb_t *st);
void webhook_slots_opened(webhook_lmdb_t *st);
void webhook_slots_close(webhook_lmdb_t *st);

/* Takes a free slot; EAGAIN if there is none. */
int webhook_slots_take(webhook_lmdb_t *st);

/* 1 if some other process holds the slot, or any slot. */
int webhook_slots_alive(webhook_lmdb_t *st, uint32_t slot);
int webhook_slots_any(webhook_lmdb_t *st);

/* The turnstile before the writer's lock, which is not fair by itself. */
void webhook_slots_turn(webhook_lmdb_t *st, int enter);


#endif /* WEBHOOK_STORE_SLOTS_H */
