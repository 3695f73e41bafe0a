
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is finished goes: for its age, and to make room.
 */

#ifndef WEBHOOK_STORE_EXPIRE_H
#define WEBHOOK_STORE_EXPIRE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* As webhook_space_take(); where there is no room, what is finished makes some
   if it may.  What is not taken is added to t->wanted. */
int webhook_expire_take(webhook_txn_t *t, size_t bytes, int *taken);

/* A transaction's part in that: removes what is finished until so many bytes
   may be taken, or enough pages are freed; where nothing is, waits for those of
   the transactions before.  *go_on is set if the transaction is worth its
   commit. */
int webhook_expire_round(webhook_txn_t *t, uint64_t bytes, int *go_on);

/* After a commit: dead letters that went before their time. */
void webhook_expire_committed(webhook_txn_t *t);

/* A finished thing that is to go, if there is one (*found): because of its age,
   whatever it is; because of all their bytes, or because the store with so many
   bytes more is nearly at the mark where it takes nothing any more, by class.
   And removes it. */
int webhook_expire_first(webhook_txn_t *t, size_t bytes, unsigned char *key,
    int *found);
int webhook_expire_remove(webhook_txn_t *t, const unsigned char *key,
    uint32_t *pages);

/* The first row of a table by the time that its keys begin with, if that time
   has come; *found tells.  key_len is that of the table's keys. */
int webhook_expire_ended(webhook_txn_t *t, webhook_db_e db,
    unsigned char *key, size_t key_len, int *found);


#endif /* WEBHOOK_STORE_EXPIRE_H */
