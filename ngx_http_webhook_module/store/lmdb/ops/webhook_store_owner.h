
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Slots of processes, and take-over from those that died.
 */

#ifndef WEBHOOK_STORE_OWNER_H
#define WEBHOOK_STORE_OWNER_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Opens the file of locks and enters the gate, through which one process
   goes at a time; leaves the gate. */
int webhook_owner_open(webhook_store_t *st);
void webhook_owner_leave_gate(webhook_store_t *st);
void webhook_owner_close(webhook_store_t *st);

/* Takes a free slot; EAGAIN if there is none. */
int webhook_owner_take(webhook_store_t *st);

/* 1 if some other process holds the slot, or any slot. */
int webhook_owner_alive(webhook_store_t *st, uint32_t slot);
int webhook_owner_any(webhook_store_t *st);

/* Writes this process's row; takes over from who had the slot before, and
   from all others who died. */
int webhook_owner_start(webhook_txn_t *t);

/* Releases what this process leases and removes its row. */
int webhook_owner_end(webhook_txn_t *t);

int webhook_owner_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);
int webhook_owner_takeover(webhook_txn_t *t, webhook_op_t *op);

/* Tells whether an incarnation in a slot lives. */
int webhook_owner_known(webhook_txn_t *t, uint32_t slot, uint64_t incarnation,
    int *alive);

/* Live owners. */
int webhook_owner_count(webhook_txn_t *t, uint32_t *count);

/* The turnstile before the writer's lock, which is not fair by itself. */
void webhook_owner_turn(webhook_store_t *st, int enter);


#endif /* WEBHOOK_STORE_OWNER_H */
