
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The rows of journals: in "meta", under "journal" and the journal's id.
 */

#ifndef WEBHOOK_STORE_KEPT_ROW_H
#define WEBHOOK_STORE_KEPT_ROW_H

#include "store/journal/webhook_journal.h"
#include "store/lmdb/files/webhook_store_slots.h"
#include "store/lmdb/handle/webhook_store_handle.h"


/* Rows that are looked at in one go: each process that has the store open may
   have one, and those of processes that are gone stand among them. */

#define WEBHOOK_KEPT_ROWS  (WEBHOOK_SLOTS_MAX + 64)


typedef enum {
    WEBHOOK_KEPT_ROW_OPEN = 0,
    WEBHOOK_KEPT_ROW_DONE,              /* the tables have it all: it goes */
    WEBHOOK_KEPT_ROW_ASIDE              /* the same, but is to be looked at */
} webhook_kept_row_e;


typedef struct {
    unsigned char       id[WEBHOOK_JOURNAL_ID];     /* in the key */
    uint64_t            incarnation;    /* of its owner */
    uint32_t            slot;
    uint64_t            applied;        /* sequence that the tables have */
    uint64_t            cleaned;        /* number of purges behind which it has
                                           nothing of what was purged */
    webhook_kept_row_e  state;
    unsigned            damaged:1;
} webhook_kept_row_t;


int webhook_kept_row_get(webhook_txn_t *t, const unsigned char *id,
    webhook_kept_row_t *row);
int webhook_kept_row_put(webhook_txn_t *t, const webhook_kept_row_t *row);
int webhook_kept_row_del(webhook_txn_t *t, const unsigned char *id);

/* Rows by id, WEBHOOK_KEPT_ROWS at most; damaged ones are passed over, and
   *damaged tells that there are some. */
int webhook_kept_row_list(webhook_txn_t *t, webhook_kept_row_t *rows,
    uint32_t *count, unsigned *damaged);

/* How often something was purged while there were journals. */
int webhook_kept_row_purges(webhook_txn_t *t, uint64_t *purges);
int webhook_kept_row_purged(webhook_txn_t *t);

/* Removes them all. */
int webhook_kept_row_clear(webhook_txn_t *t);

/* Damaged ones go into quarantine. */
int webhook_kept_row_quarantine(webhook_txn_t *t);


#endif /* WEBHOOK_STORE_KEPT_ROW_H */
