
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An open store and a transaction of it.
 *
 * Unless said otherwise, a function that returns int returns 0, or what LMDB or
 * the system said (an MDB_ code or an errno); then the transaction must be
 * aborted.  A damaged row is MDB_CORRUPTED.  What an operation may meet in
 * daily life (STALE, FULL ...) is no such error: it is put in op->result, and
 * nothing has been changed then.
 */

#ifndef WEBHOOK_STORE_HANDLE_H
#define WEBHOOK_STORE_HANDLE_H

#include <lmdb.h>
#include <pthread.h>
#include <sys/types.h>

#include "store/webhook_store.h"
#include "store/lmdb/layout/webhook_store_row_ship.h"
#include "store/lmdb/handle/webhook_store_pack_note.h"


#define WEBHOOK_EXPIRE_PAGES  400       /* freed in a step, about */


/* The oldest reader, and the freed pages that are of no use because of it. */

typedef struct {
    uint64_t                  txn;          /* what it reads; 0: there is
                                               none */
    uint32_t                  pid;
    uint64_t                  since;        /* engine time when it was seen
                                               first */
    uint64_t                  looked;       /* engine time */
    unsigned                  logged:1;     /* the log names it */
    unsigned                  warned:1;     /* so did a warning */

    uint64_t                  from;         /* rows of the free list that are
                                               in the sum */
    uint64_t                  upto;
    uint64_t                  pages;        /* the sum */
    uint64_t                  used;         /* bytes in use, as of then */
} webhook_readers_t;


/* How much a company has waiting. */

#define WEBHOOK_BACKLOGS  256

typedef struct {
    uint64_t                  company;      /* 0: the row is free */
    uint32_t                  endpoints;    /* that it has */
    uint64_t                  waits;        /* when counted, and what was put
                                               here since */
    uint64_t                  counted;      /* engine time */
} webhook_backlog_t;


typedef struct webhook_lmdb_s  webhook_lmdb_t;
typedef struct webhook_kept_s  webhook_kept_t;      /* store/lmdb/kept */
typedef struct webhook_kept_look_s  webhook_kept_look_t;    /* there too */
typedef struct webhook_kept_seen_s  webhook_kept_seen_t;    /* there too */
typedef struct webhook_credit_s  webhook_credit_t;  /* store/lmdb/credit */
typedef struct webhook_note_s  webhook_note_t;      /* store/lmdb/note */
typedef struct webhook_glance_s  webhook_glance_t;  /* webhook_store_glance.h */


struct webhook_lmdb_s {
    char                     *path;
    uint64_t                  size;         /* as configured, 0: as it is */
    uint64_t                  keep;
    uint64_t                  keep_bytes;
    uint32_t                  high_water;
    uint32_t                  warn_water;     /* percent, as was asked for */
    uint32_t                  warn_mark;      /* percent, below the mark */
    uint64_t                  dedupe_rows;  /* at most; 0: by the size */
    uint64_t                  dedupe_logged; /* engine time; 0: never */
    uint64_t                  idempotency_rows;     /* at most; 0: as large
                                                       as the store is */
    uint64_t                  idempotency_logged;   /* that there is no room:
                                                       engine time */
    unsigned                  keep_history:1;
    unsigned                  readonly:1;
    unsigned                  admin:1;
    unsigned                  copy:1;

    void                    (*log)(void *ctx, webhook_store_log_e level,
                                   const char *text);
    uint64_t                (*clock)(void *ctx);
    uint64_t                (*wall)(void *ctx);     /* NULL: the machine's */
    int                     (*synced)(void *ctx);
    void                     *ctx;
    char                      boot[64];
    uint64_t                  synced_since; /* engine time, 0: it is not */
    uint64_t                  reminded;     /* the same, of a doubted clock */

    unsigned                  replaced:1;   /* they are not where they were */

    uint32_t                  format;       /* that it has */
    unsigned                  migrating:1;  /* on its way from that to ours */
    uint32_t                  changes;      /* of a migration at a time */
    unsigned                  file:1;       /* path is a file, to be read */
    unsigned                  forgot:1;     /* an endpoint's limits are gone */
    uint64_t                  quarantine;   /* rows there, when last seen */
    unsigned                  explained:1;  /* the log has the reason */
    pid_t                     others;       /* one of those that have it open
                                               too, -1 if that is unknown */

    webhook_store_more_pt     more;         /* see webhook_store_gather() */
    void                     *more_ctx;

    char                     *data;         /* path of the file that is open;
                                               NULL: nobody looked yet */
    ino_t                     data_ino;     /* what it is */
    dev_t                     data_dev;

    MDB_env                  *env;
    MDB_dbi                   dbi[WEBHOOK_DBS];
    uint32_t                  absent;       /* bits: tables that an older
                                               format has not; to read it */
    MDB_txn                  *reader;       /* reset between uses */
    size_t                    page;         /* bytes */

    int64_t                   offset;       /* engine time - clock */

    int                       owners;       /* the file, -1: none */
    int                       slot;         /* -1: none */
    uint64_t                  incarnation;  /* 0: none */
    uint64_t                 *revoked;      /* mapped; NULL: they are not, see
                                               webhook_store_revoked.h */
    uint64_t                  checked;      /* readers, engine time */

    uint64_t                  looked;       /* at the size, engine time */

    uint64_t                  limit;        /* bytes it may hold */
    uint64_t                  mark;         /* high water, bytes */
    unsigned                  warned:1;     /* told that it fills */
    unsigned                  full:1;       /* told that it refuses */
    uint64_t                  warned_time;  /* engine time; last it was so */
    unsigned                  failed:1;     /* told that the disk is full */
    unsigned                  works:1;      /* an event was kept since */
    unsigned                  fixed:1;      /* its file takes no room ahead */
    uint64_t                  failed_time;
    uint64_t                  ahead;        /* bytes the file has for sure */
    uint64_t                  full_time;
    webhook_readers_t         readers;
    uint64_t                  pinned;       /* bytes, as of the last look */
    uint64_t                  seldom;       /* pages of tables that are seldom
                                               written to, ... */
    uint64_t                  seldom_time;  /* ... as of then; 0: not known */
    uint64_t                  dropped;      /* dead letters, for the news */
    uint64_t                  dropped_unlogged;
    uint64_t                  dropped_time; /* engine time; 0: never told */
    uint64_t                  wanted;       /* bytes that a batch had no room
                                               for at once */
    uint64_t                  least;        /* the least of what was wanted */
    unsigned                  again:1;      /* what is refused is tried once
                                               more */

    unsigned                  paused:1;     /* for the news */
    uint32_t                  tasks;        /* the same */
    webhook_pack_t            pack;

    int                       error;        /* last one logged, and when */
    uint64_t                  error_time;

    uint64_t                  change;       /* for the news */
    uint64_t                  keep_audit;   /* ms */
    uint64_t                  ring_look;    /* engine time of the next walk */
    uint64_t                  ring_pos;     /* an endpoint's id: where it is */
    webhook_id_source_t       ids;          /* of events that are made here */
    unsigned char             task_row[WEBHOOK_KEY_DELIVERY];
    unsigned                  task_bad:1;   /* a step failed for that row, which
                                               is damaged */
    unsigned                  task_lost:2;  /* so often steps of this task could
                                               not read what it is about */
    webhook_id_t              task_id;

    uint64_t                  orphans;      /* ms, 0: never */
    uint64_t                  orphan_look;  /* engine time of the next walk */
    uint64_t                  orphan_pos;   /* an endpoint's id: where it is */
    uint64_t                  orphan_logged; /* the last one that was */
    unsigned char             ship_pos[WEBHOOK_SHIP_CURSOR];
                                            /* where the walk over what waits
                                               for a number is; zero: at its
                                               begin */
    unsigned                  ship_clean:1; /* it met no number of an epoch
                                               before */
    uint64_t                  ship_back;    /* the entry up to which SHIP_BACK
                                               came */
    uint64_t                  asides;       /* state.asides, when a claim of */
    uint64_t                  asides_list;  /* these last saw that none of them
                                               is aside */

    webhook_backlog_t         backlogs[WEBHOOK_BACKLOGS];

    webhook_kept_t           *kept;         /* this process's journal; NULL:
                                               it has none */
    webhook_kept_look_t      *kept_look;    /* journals whose events are put;
                                               NULL: there were none yet */
    webhook_kept_seen_t      *kept_seen;    /* what STATS found in journals;
                                               NULL: it looks at all */
    webhook_credit_t         *credit;       /* slots that it holds; NULL where
                                               it has no journal */
    webhook_note_t           *note;         /* NULL: no outcome is noted */
    webhook_glance_t         *glance;       /* NULL: none */

    webhook_lmdb_t           *beside;       /* it reads while this one does
                                               what it will; NULL: none */
    unsigned                  shares:1;     /* it is that of another: the files
                                               are not its own */
    pthread_mutex_t           reading;      /* if so: it reads, or has to let
                                               the files go */

    /* endpoints that the current transaction has read */
    webhook_endpoint_row_t  **rows;
    uint32_t                  rows_count;
    uint32_t                  rows_made;    /* allocated, for reuse */
    uint32_t                  rows_size;    /* of the array */
    uint32_t                 *hash;         /* place in rows + 1 */
    uint32_t                  hash_size;    /* a power of two */
};


typedef struct {
    webhook_lmdb_t           *st;
    MDB_txn                  *txn;
    uint64_t                  now;          /* engine time */
    uint64_t                  age;          /* the time by which the age of
                                               what is kept is told */
    webhook_state_row_t       state;
    uint32_t                  minute;       /* wall, since 1970; 0: not asked
                                               for yet */
    uint64_t                  used;         /* bytes, kept roughly */
    uint64_t                  map;          /* bytes the file may have */
    uint64_t                  tail;         /* of them behind its last page */
    uint64_t                  room;         /* bytes that may be written to */
    uint64_t                  wanted;       /* bytes that there was no room
                                               for */
    uint64_t                  least;        /* the least of what was wanted */
    uint32_t                  pages;        /* freed to make room */
    uint32_t                  dropped;      /* dead letters that went before
                                               their time */
    MDB_cursor               *cursors[WEBHOOK_DBS];     /* that walk */
    MDB_cursor               *points[WEBHOOK_DBS];  /* of single rows */
    uint32_t                  touched;      /* bits: tables of which a row was
                                               read or written */
    unsigned                  write:1;
    unsigned                  dirty:1;      /* something was written */
    unsigned                  measured:1;   /* used is set */
    unsigned                  roughly:1;    /* and may be too much */
    unsigned                  refused:1;    /* something was, as full */
    unsigned                  pinned:1;     /* and it was the pages that a
                                               reader keeps */
    unsigned                  roomy:2;      /* room is set: 1 at least so,
                                               2 exactly */
    unsigned                  unknown:1;    /* if the commit was done */
    unsigned                  paused:1;     /* nothing may be leased */

    uint64_t                  kept;         /* up to here the journal's events
                                               are put; 0: none was */
    unsigned                  kept_stop:1;  /* the next one cannot be */
    unsigned                  kept_row:1;   /* the journal's row is written */
    unsigned                  kept_made:1;  /* it is the first one */
    unsigned                  kept_drop:1;  /* or the last one */
    unsigned                  kept_step:1;  /* what journals hold was put */
    unsigned                  purged:1;     /* an event, before its time */

    webhook_cluster_row_t     cluster;      /* by webhook_outbox_cluster() */
    unsigned                  cluster_read:1;
    unsigned                  cluster_dirty:1;
} webhook_txn_t;


/* 1 if what LMDB said means that the files are damaged. */

static inline int
webhook_handle_damaged(int rc)
{
    return rc == MDB_INVALID || rc == MDB_CORRUPTED
           || rc == MDB_PAGE_NOTFOUND || rc == MDB_INCOMPATIBLE;
}


#endif /* WEBHOOK_STORE_HANDLE_H */
