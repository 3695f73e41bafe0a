
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the rooms of the store share among themselves; nobody else includes
 * it.  From the ground up:
 *
 *   clock     the store's own time
 *   row       rows and their records: webhook_store_row.h
 *   txn       a transaction, and reading and writing rows in it
 *   room      the pages that can be written to now, and who keeps others
 *   space     how full the store is
 *   pack      rows that lie thinly, moved together
 *   blob      bytes of any length, in pieces of one page
 *   finished  the index of what is over, and the bytes that takes
 *   endpoint  endpoints, and when each wants to be looked at
 *   orphan    endpoints that no configuration names
 *   gate      whether one may be sent to now: limit, rate, pause, breaker
 *   repair    rows that cannot be read; quarantine: where they are kept
 *   order     deliveries that wait for an earlier one of their key
 *   queue     due deliveries and leases: claim, complete
 *   event     put; the forms of an event
 *   owner     slots of processes, and take-over
 *   idempotency  events whose request was repeated
 *   known     what is known of repeats, for another store
 *   expire, history, calls     as their operations
 *   env       opens, resizes and sets aside the files
 *   migrate   brings an older store to the format of today
 *   store     open, apply, close
 *
 * Unless said otherwise, a function that returns int returns 0, or what LMDB
 * or the system said (an MDB_ code or an errno); then the transaction must be
 * aborted.  A damaged row is MDB_CORRUPTED.  What an operation may meet in
 * daily life (STALE, FULL ...) is no such error: it is put in op->result, and
 * nothing has been changed then.
 */

#ifndef WEBHOOK_STORE_INTERNAL_H
#define WEBHOOK_STORE_INTERNAL_H

#include <errno.h>
#include <lmdb.h>
#include <sys/types.h>

#include "store/webhook_store.h"
#include "store/webhook_store_memory.h"
#include "store/webhook_store_op.h"
#include "store/lmdb/rows/webhook_store_row.h"


#define WEBHOOK_STORE_SIZE_DEFAULT  ((uint64_t) 1024 * 1024 * 1024)
#define WEBHOOK_STORE_RESERVE_MIN   (4 * 1024 * 1024)
#define WEBHOOK_STORE_HIGH_WATER    90          /* percent */
#define WEBHOOK_STORE_WARN_WATER    75

#define WEBHOOK_STORE_READERS       512
#define WEBHOOK_STORE_SLOTS         512         /* owners at a time */

#define WEBHOOK_STORE_ROWS          10000       /* looked at in a LIST */
#define WEBHOOK_STORE_BODY_MAX      ((size_t) 128 * 1024 * 1024)
#define WEBHOOK_STORE_GROUP_BYTES   ((size_t) 32 * 1024 * 1024)

#define WEBHOOK_DEDUPE_ANSWER       4096

#define WEBHOOK_EXPIRE_PAGES        400     /* freed in a step, about */
#define WEBHOOK_STORE_CHANGES       1024    /* of a migration at a time */


/* ---------------------------------------------------- store and txn --- */

/* The oldest reader, and the freed pages that are of no use because of it. */

typedef struct {
    uint64_t                  txn;          /* what it reads; 0: there is
                                               none */
    uint32_t                  pid;
    uint64_t                  since;        /* engine time when it was seen
                                               first */
    uint64_t                  looked;       /* engine time */
    unsigned                  told:1;       /* the log names it */
    unsigned                  warned:1;     /* so did a warning */

    uint64_t                  from;         /* rows of the free list that are
                                               in the sum */
    uint64_t                  upto;
    uint64_t                  pages;        /* the sum */
    uint64_t                  used;         /* bytes in use, as of then */
} webhook_readers_t;


/* Where pages may have become thin, and which of them are to be packed. */

#define WEBHOOK_PACK_TABLES  3
#define WEBHOOK_PACK_PAGES   32         /* packed at once, at most */
#define WEBHOOK_PACK_PLACES  1024       /* of a table */
#define WEBHOOK_PACK_PLACE   16         /* bytes of a key that tell it */
#define WEBHOOK_PACK_KEY     32         /* most that a key has */

typedef struct {
    uint32_t                  count;
    uint32_t                  done;         /* of these, for a moment */
    unsigned                  sorted:1;
    unsigned char             places[WEBHOOK_PACK_PLACES][WEBHOOK_PACK_PLACE];
} webhook_pack_list_t;

typedef struct {
    webhook_pack_list_t       lists[WEBHOOK_PACK_TABLES];

    unsigned                  all;          /* the table that is looked at */
    unsigned char             reached[WEBHOOK_PACK_KEY];    /* and where */
    uint64_t                  again;        /* engine time when all is looked
                                               at the next time */

    unsigned                  looked:1;     /* for the write that follows */
    unsigned                  found:1;      /* rows that are worth a move: */
    webhook_db_e              db;
    size_t                    len;
    uint32_t                  pages;        /* with the first key of each and
                                               of the next one */
    unsigned char             firsts[WEBHOOK_PACK_PAGES + 1][WEBHOOK_PACK_KEY];
} webhook_pack_t;


struct webhook_store_s {
    char                     *path;
    uint64_t                  size;         /* as configured, 0: as it is */
    uint64_t                  keep;
    uint64_t                  keep_bytes;
    uint32_t                  high_water;
    uint32_t                  warn_water;     /* percent, as was asked for */
    uint32_t                  warn_mark;      /* percent, below the mark */
    uint64_t                  dedupe_rows;  /* at most; 0: by the size */
    uint64_t                  dedupe_told;  /* engine time; 0: never */
    uint64_t                  idempotency_rows;     /* at most; 0: as large
                                                       as the store is */
    uint64_t                  idempotency_told;     /* that there is no room:
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

    unsigned                  gone:1;       /* they are not where they were */

    uint32_t                  format;       /* that it has */
    unsigned                  migrating:1;  /* on its way from that to ours */
    uint32_t                  changes;      /* of a migration at a time */
    unsigned                  file:1;       /* path is a file, to be read */
    unsigned                  forgot:1;     /* an endpoint's limits are gone */
    uint64_t                  quarantine;   /* rows there, when last seen */
    unsigned                  told:1;       /* the log has the reason */
    pid_t                     others;       /* one of those that have it open
                                               too, -1 if that is unknown */

    webhook_store_more_pt     more;         /* see webhook_store_gather() */
    void                     *more_ctx;

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
    uint64_t                  dropped;      /* dead letters, for the news */
    uint64_t                  dropped_untold;
    uint64_t                  dropped_time; /* engine time; 0: never told */
    uint64_t                  wanted;       /* bytes that a batch had no room
                                               for at once */
    uint64_t                  least;        /* the least of what was wanted */
    unsigned                  again:1;      /* what is refused is tried once
                                               more */

    unsigned                  paused:1;     /* for the news */
    webhook_pack_t            pack;

    int                       error;        /* last one logged, and when */
    uint64_t                  error_time;

    uint64_t                  orphans;      /* ms, 0: never */
    uint64_t                  orphan_look;  /* engine time of the next walk */
    uint64_t                  orphan_pos;   /* an endpoint's id: where it is */
    uint64_t                  orphan_told;  /* the last one that was told of */
    uint64_t                  asides;       /* state.asides, when a claim of */
    uint64_t                  asides_list;  /* these last saw that none of them
                                               is aside */

    /* endpoints that the current transaction has read */
    webhook_endpoint_row_t  **rows;
    uint32_t                  rows_count;
    uint32_t                  rows_made;    /* allocated, for reuse */
    uint32_t                  rows_size;    /* of the array */
    uint32_t                 *hash;         /* place in rows + 1 */
    uint32_t                  hash_size;    /* a power of two */
};


typedef struct {
    webhook_store_t          *st;
    MDB_txn                  *txn;
    uint64_t                  now;          /* engine time */
    uint64_t                  age;          /* the time by which the age of
                                               what is kept is told */
    webhook_state_row_t       state;
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
    MDB_cursor               *cursors[WEBHOOK_DBS];
    unsigned                  write:1;
    unsigned                  dirty:1;      /* something was written */
    unsigned                  measured:1;   /* used is set */
    unsigned                  refused:1;    /* something was, as full */
    unsigned                  pinned:1;     /* and it was the pages that a
                                               reader keeps */
    unsigned                  roomy:2;      /* room is set: 1 at least so,
                                               2 exactly */
    unsigned                  unknown:1;    /* if the commit was done */
    unsigned                  paused:1;     /* nothing may be leased */
} webhook_txn_t;


/* Begins a transaction.  A write begins with the writer's lock, which it may
   have to wait for; it is over at commit or abort, whatever they return. */
int webhook_txn_begin(webhook_store_t *st, webhook_txn_t *t, int write);
int webhook_txn_commit(webhook_txn_t *t);
void webhook_txn_abort(webhook_txn_t *t);

/* Reads, writes and removes one row.  MDB_NOTFOUND where there is none. */
int webhook_txn_get(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, MDB_val *val);
int webhook_txn_put(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, const void *data, size_t len, unsigned flags);
int webhook_txn_del(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len);

/* Rows of a table. */
int webhook_txn_stat(webhook_txn_t *t, webhook_db_e db, MDB_stat *stat);

/* The transaction's cursor of a table.  MDB_NOTFOUND where an older format has
   no such table. */
int webhook_txn_cursor(webhook_txn_t *t, webhook_db_e db, MDB_cursor **c);

/* The first row at or behind a key, or the last one before it, of those whose
   key is as long; in a write, others go to quarantine. */
int webhook_txn_seek(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, MDB_val *found, MDB_val *val);
int webhook_txn_seek_before(webhook_txn_t *t, webhook_db_e db,
    const void *key, size_t key_len, MDB_val *found, MDB_val *val);


/* ------------------------------------------------------------ clock --- */

/* Settles which clock and boot st uses. */
int webhook_clock_init(webhook_store_t *st,
    const webhook_store_options_t *options);

/* Engine time now. */
uint64_t webhook_clock_now(webhook_store_t *st);

/* Takes over the store's time in an open's transaction; makes it go on where
   the machine was started anew. */
int webhook_clock_start(webhook_txn_t *t);

/* Wall clock, ms since 1970: the machine's; the one that st goes by. */
uint64_t webhook_clock_wall(void);
uint64_t webhook_clock_real(const webhook_store_t *st);

/* Sets t->age, from t->now and the state. */
void webhook_clock_age(webhook_txn_t *t);

/* 1 if the wall clock was doubted and may be believed now; and believes it. */
int webhook_clock_sure(webhook_txn_t *t);
void webhook_clock_settle(webhook_txn_t *t);

int webhook_clock_tell(webhook_txn_t *t, webhook_op_t *op);
int webhook_clock_accept(webhook_txn_t *t, webhook_op_t *op);


/* ------------------------------------------------------------- room --- */

/* 1 if so many bytes may be written, and what outcomes need stays free; they
   are counted as written. */
int webhook_room_take(webhook_txn_t *t, size_t bytes);

/* 1 if a reader keeps so much from use that less than a part of what outcomes
   need is free. */
int webhook_room_short(webhook_txn_t *t, unsigned part);

/* 1 if little more has to be kept by readers until events are refused. */
int webhook_room_low(webhook_txn_t *t);

/* What outcomes need, once so many bytes more are in use. */
uint64_t webhook_room_need(const webhook_txn_t *t, size_t bytes);

/* As it was last seen: 1 if there is a reader of an old version; 1 if it began
   a moment ago and will be gone in another. */
int webhook_room_reader(const webhook_txn_t *t);
int webhook_room_young(const webhook_txn_t *t);

/* The last transaction that was committed before this one. */
uint64_t webhook_room_last(const webhook_txn_t *t);

/* What STATS tells of readers. */
void webhook_room_stats(webhook_txn_t *t, webhook_op_stats_t *s);

/* Looks for the oldest reader. */
void webhook_room_look(webhook_txn_t *t);

/* The same once a second, and tells of one that keeps too much. */
void webhook_room_watch(webhook_txn_t *t);

/* Waits a little for a reader to go. */
void webhook_room_wait(void);


/* ------------------------------------------------------------ space --- */

/* Settles limit and mark. */
void webhook_space_init(webhook_store_t *st);

/* Bytes in use. */
int webhook_space_used(webhook_txn_t *t, uint64_t *used);

/* Sets t->used once; what is taken in the transaction is added to it. */
int webhook_space_measure(webhook_txn_t *t);

/* 1 if so many bytes more may be taken; they are counted as taken. */
int webhook_space_take(webhook_txn_t *t, size_t bytes);

/* How much of an attempt may be kept: 2 all, 1 without the answer, 0 none. */
int webhook_space_attempt(webhook_txn_t *t);

/* The mark, or a lower one where the disk has less room than the store. */
uint64_t webhook_space_mark(webhook_txn_t *t);

/* Measures, for webhook_space_watch(), where that matters. */
void webhook_space_look(webhook_txn_t *t);

/* Tells the operator when the store fills or is free again. */
void webhook_space_watch(webhook_txn_t *t);

/* The disk, or the map, had no room for a write; it had for an event. */
void webhook_space_failed(webhook_store_t *st, int rc);
void webhook_space_worked(webhook_store_t *st);


/* ------------------------------------------------------------- pack --- */

/* A row was removed there. */
void webhook_pack_note(webhook_store_t *st, webhook_db_e db, const void *key,
    size_t len);

/* 1 if there are so many such places that no more should come. */
int webhook_pack_behind(const webhook_store_t *st);

/* Looks for rows that are worth a move, for a moment, in a transaction that
   reads, or before one that writes removes any; and moves them. */
int webhook_pack_peek(webhook_txn_t *t, int *todo);
void webhook_pack_begin(webhook_txn_t *t);
int webhook_pack(webhook_txn_t *t);


/* ------------------------------------------------------------- blob --- */

/* Keeps bytes; *blob is where.  Or two runs of bytes, one after the other. */
int webhook_blob_put(webhook_txn_t *t, const void *data, size_t len,
    uint64_t *blob);
int webhook_blob_put_two(webhook_txn_t *t, const webhook_str_t *first,
    const webhook_str_t *second, uint64_t *blob);

/* Reads exactly len bytes; MDB_CORRUPTED if they are not there. */
int webhook_blob_get(webhook_txn_t *t, uint64_t blob, unsigned char *data,
    size_t len);

/* Removes them; *pages is raised by about what they took. */
int webhook_blob_del(webhook_txn_t *t, uint64_t blob, size_t len,
    uint32_t *pages);

/* About the bytes they take on disk. */
size_t webhook_blob_size(size_t len);


/* --------------------------------------------------------- finished --- */

/* An event, of which all rows but the head's are written, or a call is over.
   Where the head cannot be read, it is NULL. */
int webhook_finished_event(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t time, const webhook_head_row_t *head);
int webhook_finished_call(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t time, uint64_t record_len);

/* Takes a row away, and its bytes off. */
int webhook_finished_del(webhook_txn_t *t, const unsigned char *key);

/* The key of an event that finished then. */
int webhook_finished_find(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t time, unsigned char *key);

/* The key of the oldest of a class, or of the first class behind it that has
   any. */
int webhook_finished_first(webhook_txn_t *t, unsigned class,
    unsigned char *key);

/* A row's share of its page. */
uint64_t webhook_finished_size(webhook_store_t *st, size_t key, size_t len);

/* The class of an event whose deliveries are all over, and about the bytes
   that it takes, but for its forms. */
int webhook_finished_measure(webhook_txn_t *t, const webhook_id_t *id,
    webhook_class_e *class, uint64_t *bytes);


/* -------------------------------------------------------- endpoints --- */

/* The row of an endpoint, made empty (exists = 0) where there is none.  It
   lives as long as the transaction; set dirty after a change. */
int webhook_endpoint_get(webhook_txn_t *t, uint64_t id,
    webhook_endpoint_row_t **ep);

/* Writes changed rows and their wake times. */
int webhook_endpoint_flush(webhook_txn_t *t);

/* Forgets the rows. */
void webhook_endpoint_forget(webhook_store_t *st);

int webhook_endpoint_put(webhook_txn_t *t, webhook_op_t *op);
int webhook_endpoint_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);

/* 1 if no delivery of it is left; and removes its row then. */
int webhook_endpoint_empty(const webhook_endpoint_row_t *ep);
int webhook_endpoint_remove(webhook_txn_t *t, webhook_endpoint_row_t *ep);


/* ---------------------------------------------------------- orphans --- */

/* Sets those of these endpoints aside that a claim met and did not name; or,
   in a transaction that reads, tells whether there are some. */
int webhook_orphan_aside(webhook_txn_t *t, const uint64_t *ids,
    uint32_t count, int *any);

/* An endpoint is named: it is not aside. */
void webhook_orphan_back(webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* The same for all that a claim names, the same way. */
int webhook_orphan_claimed(webhook_txn_t *t, const webhook_op_claim_t *c,
    int *any);

/* Whether there is an orphan with something to do; and does some of it. */
int webhook_orphan_peek(webhook_txn_t *t, const webhook_op_expire_t *x,
    int *todo);
int webhook_orphan_expire(webhook_txn_t *t, webhook_op_expire_t *x,
    uint32_t *pages, int *more);


/* Stops all sends, for a reason that STATS shows; or resumes them (reason is
   NULL), with a closed breaker and no hold. */
void webhook_endpoint_pause(webhook_endpoint_row_t *ep,
    const webhook_str_t *reason);

/* When the endpoint is to be looked at: its wake time.  "waiting" counts what
   waits alone, not the ends of leases. */
int webhook_endpoint_time(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    int waiting, uint64_t *time);


/* ------------------------------------------------------------- gate --- */

/* The time from which on a delivery of the lane may be leased: 0 if nothing
   stands against it, NEVER if that is for others to change. */
uint64_t webhook_gate_time(const webhook_endpoint_row_t *ep,
    webhook_lane_e lane);

/* First sends that go before a retry that is due: of four leases that are given
   while both wait, one is the oldest retry's. */
#define WEBHOOK_GATE_TURN  3

/* 1 if a retry that is due goes before first sends. */
static inline int
webhook_gate_retry(const webhook_endpoint_row_t *ep)
{
    return ep->turn >= WEBHOOK_GATE_TURN;
}

/* 1 if one may be leased now. */
static inline int
webhook_gate_open(const webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    webhook_lane_e lane)
{
    return webhook_gate_time(ep, lane) <= t->now;
}

/* One goes through; it came back unsent; its lease is over, whatever came of
   it. */
void webhook_gate_take(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_delivery_row_t *d);
void webhook_gate_return(webhook_endpoint_row_t *ep);
void webhook_gate_leave(webhook_endpoint_row_t *ep, uint64_t token);

/* What the outcome of a send says about the endpoint; before the lease is
   taken off.  Not for RELEASE. */
void webhook_gate_outcome(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_complete_t *c);

/* Takes over what ENDPOINT says; *changed tells whether that is news, and
   with "test" nothing more is done. */
int webhook_gate_settle(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_op_endpoint_t *e, int test);


/* ------------------------------------------------------------ order --- */

/* A delivery that has an order key enters: it is the head of its key or
   parked (d->parked). */
int webhook_order_enter(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* The same for one that another store gave its place (d->place): a head that
   comes behind it and waits is parked.  d->place may be another afterwards. */
int webhook_order_insert(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* A place behind all others. */
uint64_t webhook_order_place(webhook_txn_t *t);

/* The head of a key is over: the next one is. */
int webhook_order_leave(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    uint64_t order);

/* An event's delivery cannot be read: if it is the head of a key, the next one
   is. */
int webhook_order_lost(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id);

/* The row of one that is parked. */
int webhook_order_park(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d);
int webhook_order_unpark(webhook_txn_t *t, uint64_t endpoint,
    const webhook_delivery_row_t *d);


/* ------------------------------------------------------------ queue --- */

/* Where a delivery that waits stands. */
static inline webhook_lane_e
webhook_queue_lane(const webhook_delivery_row_t *d)
{
    return d->tries ? WEBHOOK_LANE_RETRY : WEBHOOK_LANE_FIRST;
}

/* Reads a delivery; MDB_NOTFOUND, MDB_CORRUPTED. */
int webhook_queue_read(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* Writes the rows of a delivery that waits (parked, if it is), or is leased by
   this process; all but its state is set, and that is not counted yet.  One
   that waits keeps the token of a lease that ended without an outcome. */
int webhook_queue_wait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);
int webhook_queue_lease(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, uint64_t lease);

/* Takes a delivery out of where it waits, or its lease off; it is in no state
   then, and is to be put into one. */
int webhook_queue_unwait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d);
int webhook_queue_unlease(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d);

/* A delivery that is in no state is over, DELIVERED, DEAD or CANCELLED, at this
   wall time; the next of its key is promoted, or blocked if "block" is set and the
   endpoint wants that of dead ones. */
int webhook_queue_end(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, webhook_state_e state,
    uint64_t wall, int block);

/* Makes a delivery due now.  One that waits keeps its number of sends (one
   that is parked its place too).  One that is finished has all of them before
   it: if it was delivered from its first step, else from where it ended; one
   that has an order key is parked if another is its head now. */
int webhook_queue_requeue(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* Cancels one that waits, or one that is dead and blocks its key. */
int webhook_queue_cancel(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* The row of a dead delivery that blocks its key: puts it, or takes it away. */
int webhook_queue_block(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d, int block);

/* Ends the block of a dead delivery (d->blocks), which stays dead. */
int webhook_queue_unblock(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* Ends the blocks of an endpoint that does not want them any more, a few. */
int webhook_queue_unblock_some(webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* The first row of a lane: its time (NEVER: none), event and owner. */
int webhook_queue_first(webhook_txn_t *t, uint64_t endpoint,
    webhook_lane_e lane, uint64_t *time, webhook_id_t *id, uint64_t *owner);

/* Ends leases that ran out by now, and those of owners (which may be none);
   *count is raised. */
int webhook_queue_reclaim(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const uint64_t *owners, uint32_t owners_count, uint32_t *count);

/* Gives up a delivery that cannot be read: it is dead.  Its row of the due
   index goes; or it has none any more, and was counted in this state. */
int webhook_queue_bury(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const unsigned char *due);
int webhook_queue_give_up(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_state_e was);

/* The claim that follows a COMPLETE: of the next step of the same delivery if
   that is given, or of what is due.  A step that cannot be leased now is not
   touched. */
int webhook_claim_step(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_t *op, webhook_delivery_row_t *d);
int webhook_claim_next(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_t *op);

/* 1 if an event that comes now may be leased at once, before what waits: none
   of that is due, or there are slots enough for all. */
int webhook_claim_ahead(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    int *ahead);

int webhook_queue_claim(webhook_txn_t *t, webhook_op_t *op);
int webhook_queue_claim_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);
int webhook_queue_complete(webhook_txn_t *t, webhook_op_t *op);


/* ------------------------------------------------------- operations --- */

int webhook_event_put(webhook_txn_t *t, webhook_op_t *op);

/* Reads a form of an event into memory; MDB_CORRUPTED, or ENOMEM. */
int webhook_event_form(webhook_txn_t *t, const webhook_form_row_t *row,
    void **memory, webhook_rendition_t *form);

int webhook_call_put(webhook_txn_t *t, webhook_op_t *op);
int webhook_call_list(webhook_txn_t *t, webhook_op_t *op);
int webhook_call_del(webhook_txn_t *t, const webhook_id_t *id,
    uint32_t *pages);

int webhook_expire_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);
int webhook_expire(webhook_txn_t *t, webhook_op_t *op);

/* As webhook_space_take(); where there is no room, what is finished makes some
   if it may.  What is not taken is added to t->wanted. */
int webhook_expire_take(webhook_txn_t *t, size_t bytes, int *taken);

/* After a commit: dead letters that went before their time. */
void webhook_expire_committed(webhook_txn_t *t);

/* Makes room for so many bytes, or for as many of them as there can be; the
   least is worth having.  Takes as many transactions as that needs. */
void webhook_expire_room(webhook_store_t *st, uint64_t bytes, uint64_t least);

/* The first row of a table by the time that its keys begin with, if that time
   has come; *found tells.  key_len is that of the table's keys. */
int webhook_expire_ended(webhook_txn_t *t, webhook_db_e db,
    unsigned char *key, size_t key_len, int *found);

/* Is an event a repeat of one that was put under another id?  Sets p->first,
   or p->differs. */
int webhook_idempotency_seen(webhook_txn_t *t, webhook_op_put_event_t *p,
    int *seen);

/* Remembers an event that was put, or sets p->unprotected. */
int webhook_idempotency_keep(webhook_txn_t *t, webhook_op_put_event_t *p);

/* The number of repeats that are known. */
int webhook_idempotency_count(webhook_txn_t *t, uint64_t *rows);

/* Removes what ended, until *count is max or *pages enough. */
int webhook_idempotency_expire(webhook_txn_t *t, uint32_t max,
    uint32_t *count, uint32_t *pages, int *more);

/* 1 if a delivery is one that the filter means; *head is its event's then. */
int webhook_filter_match(webhook_txn_t *t, const webhook_filter_t *f,
    const webhook_id_t *id, uint64_t endpoint,
    const webhook_delivery_row_t *d, webhook_head_row_t *head);

int webhook_history_list(webhook_txn_t *t, webhook_op_t *op);
int webhook_dedupe_reserve_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);
int webhook_dedupe_reserve(webhook_txn_t *t, webhook_op_t *op);
int webhook_dedupe_settle(webhook_txn_t *t, webhook_op_t *op);

/* Tells whether something ended. */
int webhook_dedupe_over(webhook_txn_t *t, int *over);

/* Removes what ended, until *count is max or *pages enough. */
int webhook_dedupe_expire(webhook_txn_t *t, uint32_t max, uint32_t *count,
    uint32_t *pages, int *more);

/* When a row of dedupe ends. */
int webhook_dedupe_end(const MDB_val *v, uint64_t *end);

/* What a row of either table says; *over: that nobody need know it.  The answer
   is a view into it.  And puts one that another store had. */
int webhook_dedupe_known(webhook_txn_t *t, const unsigned char *key,
    const MDB_val *v, webhook_known_t *known, int *over);
int webhook_idempotency_known(webhook_txn_t *t, const unsigned char *key,
    const MDB_val *v, webhook_known_t *known, int *over);
int webhook_dedupe_remember(webhook_txn_t *t, webhook_op_t *op);
int webhook_idempotency_remember(webhook_txn_t *t, webhook_op_t *op);

int webhook_known_list(webhook_txn_t *t, webhook_op_t *op);
int webhook_known_remember(webhook_txn_t *t, webhook_op_t *op);

int webhook_admin_retry(webhook_txn_t *t, webhook_op_t *op);
int webhook_admin_cancel(webhook_txn_t *t, webhook_op_t *op);
int webhook_admin_pause(webhook_txn_t *t, webhook_op_t *op);

/* The pause of the whole store: sets t->paused; PAUSE with all; what STATS
   has of it; and a line for the log. */
int webhook_pause_look(webhook_txn_t *t);
int webhook_pause_store(webhook_txn_t *t, webhook_op_t *op);
int webhook_pause_stats(webhook_txn_t *t, webhook_op_t *op);
void webhook_pause_tell(webhook_txn_t *t);

/* Makes a finished delivery due again, with all its sends before it; FULL is
   put in *full, and nothing is changed then. */
int webhook_admin_again(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, int *full);

int webhook_replay_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);
int webhook_replay(webhook_txn_t *t, webhook_op_t *op);
int webhook_replay_count(webhook_txn_t *t, webhook_op_t *op);
void webhook_replay_committed(webhook_op_t *op);

int webhook_history_show(webhook_txn_t *t, webhook_op_t *op);
int webhook_history_stats(webhook_txn_t *t, webhook_op_t *op);


/* ----------------------------------------------------------- owners --- */

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


/* -------------------------------------------------------------- env --- */

/* Opens the files, makes them where there are none. */
int webhook_env_open(webhook_store_t *st);
void webhook_env_close(webhook_store_t *st);

/* Maps what another process made larger. */
int webhook_env_resize(webhook_store_t *st);

/* Sees, before anything is written, whether the file is still the one that was
   opened.  While it is not (st->gone), nothing new is taken: it would be gone
   with the next start. */
void webhook_env_watch(webhook_store_t *st);

/* The map is full: looks whether another process made it larger, now and
   then. */
void webhook_env_look(webhook_store_t *st);

/* 1 if the code means that the files are damaged. */
int webhook_env_damaged(int rc);

/* Renames the files: to data.mdb.WHY-TIME-N, of which suffix gets what is
   behind "mdb".  With an alarm: those of a damaged store. */
int webhook_env_rename(webhook_store_t *st, const char *why,
    char suffix[64]);
int webhook_env_set_aside(webhook_store_t *st);

/* Makes a change of the directory last. */
void webhook_env_sync_directory(webhook_store_t *st);

/* Opens the files anew, and sees before whether others have them open: sets
   st->others.  Before any transaction. */
int webhook_env_others(webhook_store_t *st);

/* The same, of files that this process has not opened. */
int webhook_env_in_use(webhook_store_t *st);

/* The path of a file of the store; 0 or ENAMETOOLONG. */
int webhook_env_path(webhook_store_t *st, const char *name,
    const char *suffix, char *path, size_t size);


/* The name of a table. */
const char *webhook_env_table(webhook_db_e db);


/* ----------------------------------------------------------- repair --- */

/* Puts a row that cannot be read into the table of such; it is gone from its
   own then, unless "keep" is set. */
int webhook_quarantine(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, int keep);
int webhook_quarantine_count(webhook_txn_t *t, uint64_t *count);
int webhook_quarantine_list(webhook_txn_t *t, webhook_op_t *op);
int webhook_quarantine_discard(webhook_txn_t *t, webhook_op_t *op);

/* The number behind the last one, of a table whose keys are such. */
int webhook_repair_number(webhook_txn_t *t, webhook_db_e db,
    uint64_t *number);

/* Makes the row of an endpoint (row->id) or t->state anew from other tables.
   In a transaction that reads, makes them up. */
int webhook_repair_endpoint(webhook_txn_t *t, webhook_endpoint_row_t *row);
int webhook_repair_state(webhook_txn_t *t);
int webhook_repair_history(webhook_txn_t *t);

/* Looks at the rows of all endpoints, in the first transaction of an open. */
int webhook_repair(webhook_txn_t *t);


/* ---------------------------------------------------------- migrate --- */

/* Brings an older store to the format of today.  With the gate, and before
   anything else is done with the store. */
int webhook_migrate(webhook_store_t *st);


/* ------------------------------------------------------------ store --- */

__attribute__((format(printf, 3, 4)))
void webhook_store_log(webhook_store_t *st, webhook_store_log_e level,
    const char *fmt, ...);

/* Logs a failure, the same one not more often than every ten seconds. */
void webhook_store_log_error(webhook_store_t *st, int rc, const char *what);


/*
 * Recounts everything and compares: a test of the store itself.  Returns 0 and
 * what it found; each fault is told to "tell" as a sentence.  Where the store is
 * written to meanwhile, it goes on with what is there now every now and then,
 * and compares no counters then.
 */

typedef struct {
    uint64_t  faults;
    uint64_t  rows;
    uint64_t  events;
    uint64_t  deliveries;
    uint64_t  states[WEBHOOK_STATES];
    uint64_t  attempts;
    uint64_t  calls;
    uint64_t  leases;
    uint64_t  orphans;                  /* leases of no known owner */
    unsigned  moved:1;                  /* it was written to meanwhile */
} webhook_check_t;

int webhook_store_check(webhook_store_t *st, webhook_check_t *check,
    void (*tell)(void *ctx, const char *text), void *ctx);

int webhook_check_op(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_INTERNAL_H */
