
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The journal of this process, as the files of the room share it.
 */

#ifndef WEBHOOK_STORE_KEPT_INT_H
#define WEBHOOK_STORE_KEPT_INT_H

#include "store/journal/webhook_journal.h"
#include "store/journal/webhook_journal_clean.h"
#include "store/journal/webhook_journal_read.h"
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
    uint64_t           cleaned;         /* number of purges behind which it has
                                           nothing of what was purged */
    uint64_t           cleaning;        /* that number, once it is overwritten */
    webhook_journal_clean_t  clean;     /* as far as it is */
    unsigned           stalled:1;
    unsigned           damaged:1;
    unsigned           told:1;          /* that it is stalled */
};


/* A journal that is over: its file has been removed, renamed or never been
   there, and the row, which said so, is to go. */

typedef struct {
    unsigned char          id[WEBHOOK_JOURNAL_ID];
    webhook_kept_row_e     state;       /* of the row */
} webhook_kept_over_t;


#define WEBHOOK_KEPT_OVERS  64          /* in a step */


/* What is put out of journals: what was found and read without the writer's
   lock, and what a step did with it. */

struct webhook_kept_look_s {
    uint64_t               again;       /* engine time before which no journal
                                           is read: there was no room, or it
                                           failed */
    unsigned char          last[WEBHOOK_JOURNAL_ID];    /* that was read last */

    unsigned               open:1;      /* "last" is at hand: */
    unsigned               own:1;       /* it is this process's */
    int                    fd;          /* if not: locked */
    uint64_t               upto;        /* if so: sequence that somebody was
                                           told of, as it was read */
    webhook_journal_read_t  read;

    webhook_kept_over_t    over[WEBHOOK_KEPT_OVERS];
    uint32_t               overs;
    unsigned               full:1;      /* there are more */
    unsigned               quarantine:1;    /* a row is damaged */

    /* of the step, in force at its commit */
    unsigned               tried:1;     /* it was not committed yet */
    unsigned               close:1;     /* "last" is not needed any more: */
    unsigned               ended:1;     /* all of it is put */
    unsigned               damaged:1;   /* but for what cannot be read */
    uint32_t               lost;        /* files that were not there */
    unsigned char          missing[WEBHOOK_JOURNAL_ID];     /* one of them */
};


#endif /* WEBHOOK_STORE_KEPT_INT_H */
