
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The journal of this process, as the files of the room share it.
 */

#ifndef WEBHOOK_STORE_KEPT_INT_H
#define WEBHOOK_STORE_KEPT_INT_H

#include "store/journal/webhook_journal.h"
#include "store/lmdb/kept/webhook_store_kept.h"
#include "store/lmdb/kept/webhook_store_kept_row.h"


typedef enum {
    WEBHOOK_KEPT_NONE = 0,              /* there is no file */
    WEBHOOK_KEPT_MADE,                  /* it has no row yet */
    WEBHOOK_KEPT_OPEN,
    WEBHOOK_KEPT_FAILED                 /* what is in it is put, and it goes */
} webhook_kept_e;


struct webhook_kept_s {
    size_t             size;            /* as asked for */
    webhook_journal_t  journal;         /* unless NONE */
    char               path[4096];      /* of its file */
    char               data[4096];      /* of data.mdb, ... */
    ino_t              data_ino;        /* ... as it was when it was made */
    dev_t              data_dev;
    uint64_t           tried;           /* to make it: seconds of a clock that
                                           does not step */

    pthread_mutex_t    mutex;           /* of what follows */
    webhook_kept_e     state;
    uint64_t           last;            /* sequence that somebody was told of */
    unsigned           allowed;         /* something may be kept */

    /* of the thread that has the store */
    uint64_t           applied;         /* sequence that the tables have */
    unsigned           stalled:1;
    unsigned           damaged:1;
    unsigned           told:1;          /* that it is stalled */
};


/* Makes the file: 0 or an errno. */
int webhook_kept_make(webhook_lmdb_t *st);

/* State and last sequence. */
webhook_kept_e webhook_kept_state(webhook_kept_t *k, uint64_t *last);

/* Sets up the row of this process's journal, open. */
void webhook_kept_row_own(webhook_lmdb_t *st, uint64_t applied,
    webhook_kept_row_t *row);


#endif /* WEBHOOK_STORE_KEPT_INT_H */
