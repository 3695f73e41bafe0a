
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The store: what is kept of events, their deliveries and attempts, of the
 * calls of receivers, and the queue over them.  These headers are what a
 * caller may rely on, whatever engine stands behind them; t/unit/store states
 * it as tests.
 *
 *   webhook_store.h           this file: open, apply, read, close; includes the
 *                             rest
 *   webhook_store_op.h        an operation, as it goes in and comes out
 *   webhook_store_result.h    results, states of a delivery
 *   webhook_op_event.h        PUT_EVENT
 *   webhook_op_delivery.h     CLAIM, COMPLETE, TAKEOVER, JOURNAL, RETRY,
 *                             CANCEL; ENDPOINT, PAUSE
 *   webhook_op_call.h         PUT_CALL; RESERVE, SETTLE; KNOWN, REMEMBER
 *   webhook_op_history.h      LIST, SHOW, CALLS, REPLAY, EXPIRE
 *   webhook_op_object.h       OBJECT, RECORD; OBJECTS, CHANGES, AUDIT
 *   webhook_op_task.h         TASK, TASK_LOOK, TASK_STEP, TASK_END, TASKS;
 *                             COUNT; COPY, PURGE
 *   webhook_op_admin.h        STATS, RINGS, CLOCK, QUARANTINE, DISCARD, CHECK
 *   webhook_op_ship.h         SHIP_STATE, SHIP_NUMBER ...: a node of a cluster
 *
 * Batches.  A batch of operations goes in, results come out.
 *
 *   - Each operation is atomic: it is applied whole, or has changed nothing.
 *     A batch is not: what the others come to does not depend on one that
 *     fails.  One batch is one commit where that is possible.
 *   - Writes take effect in the order in which they stand in the batch, and
 *     each sees those before it.  There is one exception: one that finds no
 *     room may be applied behind the others, once room was made.  Then come
 *     the reads, each of which sees all that was written.
 *   - Batches of several processes take effect one after the other, or as if
 *     they did.  Limits, turns and order by key hold over all of them.
 *
 * Durability.  What a result tells of a write is on the disk when apply()
 * returns: it outlives the process, and the machine.  UNKNOWN alone leaves
 * that open.
 *
 * Repeating.  Every operation can be repeated, for the caller chose the ids: a
 * repeat of one that was applied is DUPLICATE, STALE or NOT_FOUND, or changes
 * nothing.  A repeated CLAIM leases others; what the first one leased, or what
 * a COMPLETE leased as its next, waits until those leases end where the answer
 * was lost.
 *
 * Time.  What steers (delays, lease lengths, ages) is relative, in
 * milliseconds, and runs on the store's own clock, which neither a stepped
 * wall clock nor a restart turns back.  What is only kept (wall) is
 * milliseconds since 1970, and the caller's.
 *
 * Sizes.  A text that is over the bound named beside it is cut where the
 * comment says that so much is "kept"; else the operation is UNAVAILABLE, the
 * log tells why, and nothing is changed.
 *
 * Ownership.  Inputs are the caller's and must live until the batch returned;
 * what is marked "out" is written to, and nothing else.  What outputs point to
 * are copies, which live until webhook_op_free(), also after the store was
 * closed.
 *
 * Threads and processes.  A store belongs to the process that opened it, after
 * any fork, and takes one call at a time, from any thread; and beside those one
 * call each of webhook_store_read(), _keep() and _note() at a time.
 * Several processes may have the same store open, hundreds of them, each once.
 * Every call may block on the disk, but for webhook_store_news(): none belongs
 * on an event loop.
 */

#ifndef WEBHOOK_STORE_H
#define WEBHOOK_STORE_H

#include "store/webhook_store_op.h"


#define WEBHOOK_STORE_SIZE_MIN     (8 * 1024 * 1024)    /* bytes */
#define WEBHOOK_STORE_JOURNAL_MIN  (1024 * 1024)
#define WEBHOOK_STORE_JOURNAL_MAX  (64 * 1024 * 1024)


typedef struct webhook_store_s   webhook_store_t;
typedef struct webhook_engine_s  webhook_engine_t;


typedef struct {
    const webhook_engine_t  *engine;    /* who keeps it: see store/engines */
    const void  *own;           /* what that engine alone has options for, as
                                   its header says; NULL: none */

    const char  *path;          /* where the store is, NUL-terminated, as the
                                   engine names places: a directory; if
                                   readonly, or the file of a store that
                                   nobody has open */
    uint64_t     size;          /* bytes the store may hold, from
                                   WEBHOOK_STORE_SIZE_MIN; 0: as it is */
    uint64_t     keep;          /* ms that finished events and calls stay */
    uint64_t     keep_bytes;    /* most that finished events and calls may
                                   take, roughly; 0: no bound of their own */
    uint64_t     keep_audit;    /* ms that records of the audit stay; 0: 365
                                   days */
    uint64_t     orphans;       /* ms after which an endpoint that ENDPOINT did
                                   not name is given up; 0: never */
    uint64_t     journal;       /* bytes of this process's journal, between
                                   WEBHOOK_STORE_JOURNAL_MIN and _MAX; 0: it
                                   has none */
    uint32_t     high_water;    /* percent of size above which no new event
                                   or call is taken; 0: the default, 90 */
    uint32_t     warn_water;    /* percent at which the log warns; 0: 75 */
    uint64_t     dedupe_rows;   /* calls that RESERVE knows at a time at most;
                                   0: one for each 2 kB of size */
    uint64_t     idempotency_rows;  /* repeats that are known at a time at
                                   most; 0: one for each 4 kB of size */
    unsigned     keep_history:1;    /* above the mark finished events stay
                                    until their time, new ones are refused;
                                    else they make room, see EXPIRE */
    unsigned     readonly:1;    /* the operations that read alone */
    unsigned     admin:1;       /* a tool: writes, but owns no leases (what
                                   would lease is UNAVAILABLE); makes no store
                                   and sets none aside */

    /* Tells the operator; text is a whole sentence without a line end.  On
       the thread of the call that it is about. */
    void       (*log)(void *ctx, webhook_store_log_e level, const char *text);

    /* For tests: ms of a clock that never runs backwards in a boot, and a
       name for the boot; ms of the wall clock, and whether that is
       synchronized.  NULL: CLOCK_BOOTTIME and the kernel's boot id;
       CLOCK_REALTIME and adjtimex(). */
    uint64_t   (*clock)(void *ctx);
    const char  *boot;
    uint64_t   (*wall)(void *ctx);
    int        (*synced)(void *ctx);

    void        *ctx;           /* for log, clock, wall, synced */
} webhook_store_options_t;


/*
 * Opens the store, and makes it where there is none, so that nobody but the
 * user may read it.  Who opens it becomes one of its owners: what a process
 * leases is its own until it closes the store or dies (not when readonly, nor
 * admin).  A store of an older format is brought to today's; one of a newer
 * format is refused and left as it is.  One that cannot be read at all, and
 * that nobody else has open, is set aside, with an alarm, and a new one made.
 * What is damaged is made anew from the rest or kept in quarantine; readonly,
 * it is passed over.  Returns WEBHOOK_STORE_OK and *st; else *st is NULL and
 * the reason has been logged.
 */
webhook_store_result_e webhook_store_open(
    const webhook_store_options_t *options, webhook_store_t **st);

/* Makes what the process still leases due again, at once and without an
   attempt being counted, and closes.  Nothing of *st may be used afterwards. */
void webhook_store_close(webhook_store_t *st);


/*
 * Applies a batch: the writes in order, then the reads.  Never fails as a
 * whole: each result tells.  Outputs of an earlier use are not freed.
 */
void webhook_store_apply(webhook_store_t *st, webhook_op_t **ops,
    uint32_t count);

/*
 * Applies one operation that reads alone, beside a call of apply() or any other
 * but close(), so that neither waits for the other.  It sees all that apply()
 * has returned of.  Returns 1 if it was done: the result is as of apply(), and
 * *change is as in the news.  Returns 0 if it was not, and nothing was told:
 * it writes, or the engine cannot now, and apply() has to do it.
 */
int webhook_store_read(webhook_store_t *st, webhook_op_t *op,
    uint64_t *change);

/*
 * Makes PUT_EVENT operations durable before they are applied: of each that has
 * "kept" set afterwards nothing will be lost, whatever happens, which is told
 * sooner here than by apply(); other outputs are as of OK with no lease.  A
 * delivery of it that asked for a lease may have one here ("early"): it may be
 * sent at once, and completed from then on, and apply() gives it no other one;
 * where it is not applied yet COMPLETE is UNAVAILABLE, and is to be repeated.  So
 * an event of which something may be known already is applied, not kept.  There
 * are only so many of these leases: apply() makes room for more ("low").
 *
 * apply() has to be given all of them nevertheless, those that were kept in the
 * order in which they stood here, and tells OK or DUPLICATE of these.  Where one
 * could not be applied yet it is OK with no lease, and is put once it can be;
 * until then, and until it was applied, no other operation finds it.  What was
 * kept by one that died in between is put by who looks for that next (JOURNAL).
 * An engine need not keep anything.
 *
 * Runs beside apply() and read(), on any thread, one call at a time.  Nothing is
 * kept before the first JOURNAL.
 */
void webhook_store_keep(webhook_store_t *st, webhook_op_t **ops,
    uint32_t count);

/*
 * A number that changes when leases ahead of an endpoint's slots must not be used
 * any more, see COMPLETE; 0: there are none.  Any thread, beside any other call but
 * close(); it waits for nothing.
 */
uint64_t webhook_store_revoked(webhook_store_t *st, uint64_t endpoint);

/*
 * Notes COMPLETE operations that are DONE before they are applied: of each that
 * has "noted" set afterwards the delivery is not sent again if this process dies,
 * or all that have the store open do, before it was applied; but if the machine
 * does, it may be.  What somebody notes when he dies is applied by who takes over.
 * apply() has to be given all of them nevertheless, and those that it could not
 * apply again, as they are.  An engine need not note anything.
 *
 * Runs beside apply(), read() and keep(), on any thread, one call at a time.
 */
void webhook_store_note(webhook_store_t *st, webhook_op_t **ops,
    uint32_t count);

/*
 * Has apply() call "more" once it is its turn to write, for which it may have
 * waited while other processes wrote: what came up in the meantime goes along,
 * which makes one commit of two.  more puts PUT_EVENT and COMPLETE operations,
 * and no others, behind those that apply() was given, in the same array, and
 * returns their number.  It is called on the thread of apply(), once in it at
 * most, and not in every one: an engine need not call it at all.  ctx is
 * handed to it.
 */
typedef uint32_t (*webhook_store_more_pt)(void *ctx);

void webhook_store_gather(webhook_store_t *st, webhook_store_more_pt more,
    void *ctx);

/*
 * What an operator wants to know beside the results; what is counted, is so
 * since the call before.  Blocks on nothing; not while apply() runs.
 */

typedef struct {
    uint64_t  pinned;                       /* bytes, as STATS has it; about */
    uint64_t  dropped;                      /* dead letters that went before
                                               their time, for want of room */
    uint64_t  quarantine;                   /* the same */
    uint64_t  change;                       /* the last one that there was of
                                               objects, see CHANGES, when this
                                               process last read or wrote */
    uint32_t  tasks;                        /* that are under way, as of the
                                               last time that it was looked */
    unsigned  paused:1;                     /* the same */
} webhook_store_news_t;

void webhook_store_news(webhook_store_t *st, webhook_store_news_t *news);

/*
 * Copies the store, as it is at the end of that, into an empty file that the
 * caller has opened for writing, whose name is for messages; what is in it
 * after a failure is of no use.  Goes on beside all other work; readonly stores
 * too.  The file can be opened readonly, and put in place of a store by
 * webhook_store_replace().  UNAVAILABLE also where an engine has no such copy.
 */
webhook_store_result_e webhook_store_backup(webhook_store_t *st, int fd,
    const char *name);

/*
 * Puts a file that webhook_store_backup() made, which nobody has open, in the
 * same file system, in place of the store in a directory, which nobody may have
 * open either; what was there is kept beside it, and its name put into was
 * (empty: there was none).  As the owner of the directory.  Of the options
 * engine, path, log and ctx are used.  Without a file it only finds out whether
 * somebody has the store open: UNAVAILABLE then, and where an engine has no
 * copies as files.
 */
webhook_store_result_e webhook_store_replace(
    const webhook_store_options_t *options, const char *file, char was[80]);


#endif /* WEBHOOK_STORE_H */
