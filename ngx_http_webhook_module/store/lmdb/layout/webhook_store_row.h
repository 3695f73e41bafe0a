
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The rows of the store: its tables, their keys, what a row holds, and the
 * records that rows are kept as.  Nothing here opens or reads a file, and
 * nothing is allocated: texts of a row that was read are views into its
 * record.
 */

#ifndef WEBHOOK_STORE_ROW_H
#define WEBHOOK_STORE_ROW_H

#include <lmdb.h>

#include "core/base/webhook_codec.h"
#include "store/webhook_store.h"
#include "store/lmdb/layout/webhook_store_key.h"


#define WEBHOOK_STORE_FORMAT        7       /* of the stores that are written */

#define WEBHOOK_CALL_RECORD_MAX     (256 * 1024)


/*
 * The tables.  All numbers in keys are big-endian.
 *
 *   meta        name                          format, clock, state; migrate,
 *                                             while that is under way
 *               "credit", owner 8, endpoint 8 slots of the endpoint that the
 *                                             owner holds (store/lmdb/credit)
 *               "journal", id 16              how far a journal's events are in
 *                                             the tables (store/lmdb/kept)
 *               "purges"                      how often an event was purged
 *                                             while there were journals
 *               "cluster"                     the node's place in a cluster
 *                                             (store/lmdb/ship)
 *               "share", endpoint 8           the node's share of limits for
 *                                             all nodes (store/lmdb/share)
 *               "shut", endpoint 8            nothing: what was numbered of the
 *                                             endpoint waits for the fence
 *               "turn", endpoint 8            nothing: some of its keys wait for
 *                                             their turn among all nodes
 *   bodies      number 8                      a piece of bytes
 *   deliveries  event 16, endpoint 8          a delivery
 *               event 16, 0                   the event: head of its rows
 *   attempts    event 16, endpoint 8, no 2    an attempt
 *   due         endpoint 8, lane 1, time 8,   nothing; in the lane of leases
 *               event 16                      the owner's incarnation, 8; in
 *                                             that of first sends a mark, 1,
 *                                             of one that is not in "listed"
 *   heads       endpoint 8, order 8           event 16: who goes before all
 *                                             others of the key
 *   parked      endpoint 8, order 8, place 8  event 16: who waits for that
 *   wake        time 8, endpoint 8            nothing
 *   endpoints   endpoint 8                    an endpoint
 *   finished    class 1, time 8, id 16        the bytes it takes, 8
 *   calls       call 16                       where its record is
 *   receivers   receiver 8, call 16           nothing
 *   owners      slot 4                        an owner
 *   dedupe      scope 8, digest 32            a reservation, or its answer
 *   repeats     time 8, scope 8, digest 32    nothing: when that ends
 *   idempotency key 32, body 32               the event that these were of
 *   idempotency_ends
 *               time 8, key 32, body 32       nothing: when that ends
 *   quarantine  number 8                      a row that could not be read
 *   listed      endpoint 8, state 1,          events that come behind it, 16
 *               event 16                      each: deliveries that wait
 *                                             (PENDING; but for those with a
 *                                             mark in "due"), or are dead; the
 *                                             last changes stand in the row of
 *                                             the endpoint
 *   rings       endpoint 8, hour 4            what came of sends, by minutes;
 *               0 8, hour 4                   the same of all endpoints
 *   tasks       id 16                         a task
 *   objects     kind 1, digest of its id 16   an object, or what is left of it
 *   object_names
 *               kind 1, digest of company     digest of its id, 16
 *               and name 16
 *   object_lists
 *               kind 1, company 8, change 8   the same: the company's objects,
 *                                             in the order they were made in;
 *               kind 254, 0, change 8         the same: one that was removed
 *               kind 255, endpoint 8, 0       the same: what waits for the
 *                                             endpoint is to be cancelled
 *   changes     change 8                      kind 1, digest of its id 16
 *   audit       number 8                      a record of the audit
 *   audit_companies
 *               company 8, number 8           bytes that all take which there
 *                                             ever were before it, 8, and with
 *                                             it, 8
 *   answers     key 32                        the answer to what was done once
 *   answer_ends time 8, key 32                nothing: when that ends
 *   answer_callers
 *               caller 8, number 8            key 32, and what it takes, 8
 *   outbox      number 8                      what the cluster is to be told of
 *
 * companies are webhook_id_name() of them, or 0
 */

typedef enum {
    WEBHOOK_DB_META = 0,
    WEBHOOK_DB_BODIES,
    WEBHOOK_DB_DELIVERIES,
    WEBHOOK_DB_ATTEMPTS,
    WEBHOOK_DB_DUE,
    WEBHOOK_DB_HEADS,
    WEBHOOK_DB_PARKED,
    WEBHOOK_DB_WAKE,
    WEBHOOK_DB_ENDPOINTS,
    WEBHOOK_DB_FINISHED,
    WEBHOOK_DB_CALLS,
    WEBHOOK_DB_RECEIVERS,
    WEBHOOK_DB_OWNERS,
    WEBHOOK_DB_DEDUPE,
    WEBHOOK_DB_REPEATS,
    WEBHOOK_DB_IDEMPOTENCY,             /* from here on: since format 2 */
    WEBHOOK_DB_IDEMPOTENCY_ENDS,
    WEBHOOK_DB_QUARANTINE,
    WEBHOOK_DB_LISTED,                  /* from here on: since format 4, and
                                           seldom written to */
    WEBHOOK_DB_RINGS,
    WEBHOOK_DB_TASKS,
    WEBHOOK_DB_OBJECTS,
    WEBHOOK_DB_OBJECT_NAMES,
    WEBHOOK_DB_OBJECT_LISTS,
    WEBHOOK_DB_CHANGES,
    WEBHOOK_DB_AUDIT,
    WEBHOOK_DB_AUDIT_COMPANIES,
    WEBHOOK_DB_ANSWERS,
    WEBHOOK_DB_ANSWER_ENDS,
    WEBHOOK_DB_ANSWER_CALLERS,
    WEBHOOK_DB_OUTBOX                   /* since format 7 */
} webhook_db_e;

#define WEBHOOK_DBS         31          /* as many bits as "absent" has, or
                                           fewer */
#define WEBHOOK_DBS_1       15          /* of format 1 */
#define WEBHOOK_DBS_2       18          /* of formats 2 and 3 */
#define WEBHOOK_DBS_SELDOM  WEBHOOK_DB_LISTED


/* A time that far ahead, or the end of time. */

static inline uint64_t
webhook_later(uint64_t now, uint64_t delay)
{
    return (delay < WEBHOOK_NEVER - 1 - now) ? now + delay
                                             : WEBHOOK_NEVER - 1;
}


/* ------------------------------------------------------------- rows --- */

/* Where a rendition is: one blob, its fields before its body. */

typedef struct {
    uint64_t            blob;
    uint32_t            fields;         /* bytes */
    uint32_t            body;
} webhook_rendition_row_t;


typedef struct {
    uint64_t                 wall;
    uint64_t                 finished;  /* age time; 0: some are owed;
                                           WEBHOOK_HEAD_GONE: its rows are being
                                           removed */
    uint32_t                 total;     /* deliveries */
    uint32_t                 open;      /* of them not finished */
    webhook_str_t            type;
    uint32_t                 renditions_count;
    webhook_rendition_row_t  renditions[WEBHOOK_RENDITIONS_MAX];
    webhook_id_t             wire;      /* it is sent under, if that is ... */
    unsigned                 wired:1;   /* ... another than its own */
    webhook_str_t            company;
} webhook_head_row_t;


/* An event of many deliveries is removed in steps.  With the first of them it is
   gone for whoever asks; its head is the last row to go, and until then nothing
   of it is sent, and nothing else is put in its place.  In "finished" it stands
   before all others, as delivered at the time 0. */

#define WEBHOOK_HEAD_GONE  WEBHOOK_NEVER

static inline int
webhook_head_gone(const webhook_head_row_t *head)
{
    return head->finished == WEBHOOK_HEAD_GONE;
}


/* What came of sends in a minute. */

typedef struct {
    uint32_t                 minute;    /* since 1970, or in its hour */
    uint32_t                 sends;
    uint32_t                 failed;
    uint32_t                 delivered;
    uint32_t                 dead;
    uint32_t                 longest;   /* send, usec */
    uint64_t                 took;      /* all sends in sum, usec */
    int64_t                  change;    /* of how many wait or are sent; 0
                                           while the minute is under way */
} webhook_minute_t;

#define WEBHOOK_RING_MINUTES  60        /* in a row of the rings */
#define WEBHOOK_RING_CHANGE   (INT64_C(1) << 40)    /* of a minute, up or down */

typedef struct {
    webhook_minute_t         minutes[WEBHOOK_RING_MINUTES];
    unsigned                 old:1;     /* begun by a format before 5: longest,
                                           took and change are not known */
} webhook_ring_row_t;


typedef struct {
    webhook_state_e  state;
    uint32_t         rendition;         /* of its first step */
    uint32_t         steps;             /* 1 at least */
    uint32_t         step;
    uint32_t         attempts;          /* sends so far */
    uint32_t         tries;             /* of these, that count for the step */
    uint32_t         status;            /* of the last answer */
    uint64_t         due;               /* kept while leased; if it blocks its
                                           key, the time of its death */
    uint64_t         end;               /* of the lease */
    uint64_t         lease_token;       /* of the lease, 0: none; if PENDING,
                                           of the last one, which ended, and
                                           whose outcome may come yet */
    uint64_t         finished;          /* wall */
    uint64_t         order;             /* webhook_id_name() of its key, or 0 */
    uint64_t         place;             /* among those of its key */
    uint64_t         number;            /* in the outbox, the last one that it
                                           was given; 0: the cluster knows
                                           nothing of it */
    uint32_t         part;              /* of the cluster's tables: an hour
                                           since 1970 */

    unsigned         parked:1;          /* PENDING, behind another */
    unsigned         blocks:1;          /* DEAD, others wait for it */
    unsigned         stocked:1;         /* SENDING, leased ahead: it holds no
                                           slot */
    unsigned         guest:1;           /* it came from another node */
    unsigned         moved:1;           /* CANCELLED, for another node has it */
    unsigned         alone:1;           /* the cluster does not take it: it gets
                                           no number */
    unsigned         known:1;           /* it was over once, and the cluster may
                                           have that as history */
    unsigned         ordered:1;         /* the cluster orders its key, */
    unsigned         turned:1;          /* and has said that it goes first, or
                                           right behind others here that do */
    unsigned         settled:1;         /* not kept: the cluster says so: it is
                                           not told of it, and nothing counted */
} webhook_delivery_row_t;


/* Changes of the index of what waits or is dead that are not written to it yet:
   a delivery is to be in it, or not. */

#define WEBHOOK_UNWRITTEN_MAX  32       /* of an endpoint */
#define WEBHOOK_UNWRITTEN_LEN  17       /* bytes: state, event */
#define WEBHOOK_UNWRITTEN_DEL  0x80     /* with the state: not */

#define WEBHOOK_LISTED_IDS     62       /* of a row of the index at most: four
                                           such rows fill a page */


/* Sends that may begin at times of their own. */

typedef struct {
    uint64_t        start;              /* engine time in us, of the first */
    uint64_t        late;               /* us by which each may be later */
    uint64_t        gap;                /* us between two */
    uint32_t        count;
} webhook_share_block_t;

#define WEBHOOK_SHARE_BLOCKS  4

typedef struct {
    uint64_t        session;            /* in which it was given: how that
                                           begins; 0: none was */
    uint32_t        slots;
    uint32_t        used;               /* sends begun since it was given */
    webhook_share_block_t  blocks[WEBHOOK_SHARE_BLOCKS];
} webhook_share_row_t;


typedef struct {
    uint64_t        id;

    /* as ENDPOINT set it */
    uint32_t        limit;
    uint32_t        rate;
    uint32_t        per;
    uint32_t        burst;
    uint32_t        break_failures;
    uint32_t        break_percent;
    uint64_t        break_window;
    uint64_t        break_open_timeout;
    unsigned        order_block:1;
    unsigned        shared:1;           /* limits are for all nodes */

    uint32_t        inflight;           /* slots in use: by leases that are not
                                           stocked, or held in advance */
    uint64_t        states[WEBHOOK_STATES];
    uint64_t        blocked;            /* of those dead, block their key */
    uint64_t        attempts;
    uint64_t        delivered;
    uint64_t        dead;
    uint64_t        cancelled;
    uint64_t        wake;               /* its row in wake, or NEVER */
    uint64_t        named;              /* age time; about when ENDPOINT named
                                           it last, or when it was made */
    uint64_t        back;               /* the same, when it last ceased to be
                                           aside; 0: it never was */
    unsigned        aside:1;            /* has no wake time for what waits */
    unsigned        turn;               /* first sends since the last retry,
                                           up to WEBHOOK_ADMISSION_TURN */

    /* admission's */
    uint64_t        arrival;            /* engine time in ns when a send would
                                           come if all came evenly */
    uint64_t        held;               /* until then no first sends: it is
                                           slow */
    uint32_t        slow;               /* such holds in a row */
    uint64_t        open_until;         /* the same: the breaker is open */
    uint64_t        probe;              /* token of the first send that went
                                           through it, or 0 */
    uint32_t        failures;           /* in a row */
    uint64_t        window;             /* when it began */
    uint32_t        window_sends;
    uint32_t        window_failures;
    uint64_t        failing;            /* engine time: since then no send was
                                           DONE, and this one failed; 0: the
                                           last was */
    webhook_minute_t  minute;           /* that is under way; those before it
                                           are in the rings */
    uint64_t        began;              /* how many waited or were sent when it
                                           began */
    uint32_t        fenced;             /* of those that wait, and are not
                                           parked, have a number */
    uint32_t        marked;             /* first sends that wait and are in the
                                           lane alone, not in the index of what
                                           waits, ... */
    uint64_t        skew;               /* ... and how much later each of them
                                           is due, as engine time, than the time
                                           of its id; modulo 2^64 */
    unsigned        open:1;
    unsigned        paused:1;
    unsigned        shut:1;             /* fenced ones wait for the fence, and
                                           have no wake time */

    unsigned        share_kept:1;       /* not kept: it has a row */
    unsigned        share_dirty:1;      /* the same: it changed */
    webhook_share_row_t  share;         /* of a shared one; in that row */

    uint32_t        grown;              /* not kept: how often that grew in
                                           this transaction */
    unsigned        stock:1;            /* not kept: when it was read, or
                                           written last, what is leased ahead
                                           might be sent */

    unsigned char   name[WEBHOOK_NAME_MAX];
    unsigned char   name_len;
    unsigned char   reason[WEBHOOK_REASON_MAX];
    unsigned char   reason_len;         /* of the pause */
    unsigned char   unwritten[WEBHOOK_UNWRITTEN_MAX * WEBHOOK_UNWRITTEN_LEN];
    size_t          unwritten_len;

    unsigned        exists:1;           /* in the table */
    unsigned        dirty:1;
} webhook_endpoint_row_t;


/*
 * Slots in use are the leases, but for those that are leased ahead of a slot
 * ("stocked"), and what processes hold in advance (store/lmdb/credit).  Nobody
 * leases ahead while somebody holds slots in advance, nor the other way round: so
 * the counters tell how many there are of either.
 */

static inline uint64_t
webhook_row_stocked(const webhook_endpoint_row_t *r)
{
    return r->states[WEBHOOK_SENDING] > r->inflight
           ? r->states[WEBHOOK_SENDING] - r->inflight : 0;
}

static inline uint64_t
webhook_row_credits(const webhook_endpoint_row_t *r)
{
    return r->inflight > r->states[WEBHOOK_SENDING]
           ? r->inflight - r->states[WEBHOOK_SENDING] : 0;
}


typedef struct {
    uint64_t  events;                   /* kept now */
    uint64_t  calls;
    uint64_t  lease;                    /* the last token given */
    uint64_t  place;                    /* the last one given */
    uint64_t  last;                     /* engine time of the last commit */
    uint64_t  blob;                     /* number of the next piece */
    uint32_t  room;                     /* bytes left on its page */
    uint64_t  history;                  /* bytes of what is finished, about */
    uint64_t  wall;                     /* of the last commit; 0: not known */
    uint64_t  ahead;                    /* engine time - age time */
    uint64_t  doubt;                    /* ms of ahead that nobody has judged:
                                           the wall clock jumped by them */
    uint64_t  base;                     /* wall clock - age time, as of before
                                           the doubt */
    uint64_t  asides;                   /* how often an endpoint was set aside
                                           or came back */
    uint64_t  change;                   /* the last one, of an object */
    uint32_t  objects[WEBHOOK_OBJECT_KINDS];    /* that are there now */
    uint32_t  removed;                  /* objects, of which something is left
                                           now */
    uint64_t  forgot;                   /* the last change of one of which
                                           nothing is left any more */
    uint32_t  tasks;                    /* that are running now */
} webhook_state_row_t;


typedef struct {
    int64_t        offset;              /* engine time - clock */
    webhook_str_t  boot;
} webhook_clock_row_t;


typedef struct {
    uint64_t  record;                   /* a blob */
    uint64_t  record_len;
    uint64_t  receiver;
    uint64_t  kept;                     /* age time: as the index of what is
                                           finished has it; 0: not known, of a
                                           format before 4 */
    webhook_str_t  company;
} webhook_call_row_t;


typedef struct {
    webhook_task_t  task;               /* but its id; the filter's cursor is
                                           where it has come to */
    uint64_t        until;              /* the wall time of the filter's upper
                                           bound: when it was made, or before */
    uint64_t        owner;              /* incarnation of who makes its steps,
                                           for so long: */
    uint64_t        held;               /* engine time */
    uint64_t        stepped;            /* engine time of the last step */
    uint64_t        again;              /* no step before that: engine time */
    uint32_t        left;               /* what could not be removed in this
                                           pass, as it was being sent */
    unsigned        pass:1;             /* PURGE: of calls */
} webhook_task_row_t;


typedef struct {
    webhook_id_t  event;
    uint64_t      end;                  /* engine time */
} webhook_idempotency_row_t;


typedef struct {
    uint64_t  incarnation;
    uint32_t  pid;
    uint64_t  wall;                     /* when it opened the store */
} webhook_owner_row_t;


/* A row that could not be read, as it was. */

typedef struct {
    uint64_t       wall;                /* when that was found out */
    webhook_str_t  table;
    webhook_str_t  key;
    webhook_str_t  value;
} webhook_quarantine_row_t;


/* How far a store has been brought to the format of today. */

#define WEBHOOK_MIGRATE_CURSOR  64

typedef struct {
    uint32_t       from;                /* the format that it had */
    uint32_t       step;                /* under way */
    webhook_str_t  cursor;              /* the step's; in "buf" if it is not
                                           empty */
    unsigned char  buf[WEBHOOK_MIGRATE_CURSOR];
} webhook_migrate_row_t;


#define WEBHOOK_ROW_MAX  2048           /* bytes of each but a call's, ... */
#define WEBHOOK_ROW_RING_MAX  3072      /* ... and an hour's of the rings */

/* Bytes of a rendition's fields at most. */
#define WEBHOOK_ROW_RENDITION_MAX  (WEBHOOK_REQUEST_MAX + WEBHOOK_HEADERS_MAX \
                               + WEBHOOK_CONTENT_TYPE_MAX + 16)

/* Each writes a record into WEBHOOK_ROW_MAX bytes, an hour of the rings into
   WEBHOOK_ROW_RING_MAX, and returns its length, or 0 where a bound is
   exceeded. */
size_t webhook_row_write_head(unsigned char *buf, const webhook_head_row_t *r);
size_t webhook_row_write_delivery(unsigned char *buf,
    const webhook_delivery_row_t *r);
size_t webhook_row_write_attempt(unsigned char *buf,
    const webhook_attempt_t *a, int brief);
size_t webhook_row_write_endpoint(unsigned char *buf,
    const webhook_endpoint_row_t *r);
size_t webhook_row_write_state(unsigned char *buf,
    const webhook_state_row_t *r);
size_t webhook_row_write_clock(unsigned char *buf,
    const webhook_clock_row_t *r);
size_t webhook_row_write_call(unsigned char *buf, const webhook_call_row_t *r);
size_t webhook_row_write_owner(unsigned char *buf,
    const webhook_owner_row_t *r);
size_t webhook_row_write_idempotency(unsigned char *buf,
    const webhook_idempotency_row_t *r);
size_t webhook_row_write_ring(unsigned char *buf, const webhook_ring_row_t *r);
size_t webhook_row_write_task(unsigned char *buf, const webhook_task_row_t *r);
size_t webhook_row_write_share(unsigned char *buf,
    const webhook_share_row_t *r);
size_t webhook_row_write_format(unsigned char *buf, uint32_t format);
size_t webhook_row_write_migrate(unsigned char *buf,
    const webhook_migrate_row_t *r);

/* The same into size bytes. */
size_t webhook_row_write_quarantine(unsigned char *buf, size_t size,
    const webhook_quarantine_row_t *r);

/* Each reads a record; texts are views into it.  0 or MDB_CORRUPTED. */
int webhook_row_read_head(const MDB_val *v, webhook_head_row_t *r);
int webhook_row_read_delivery(const MDB_val *v, webhook_delivery_row_t *r);
int webhook_row_read_attempt(const MDB_val *v, webhook_attempt_t *a);
int webhook_row_read_endpoint(const MDB_val *v, webhook_endpoint_row_t *r);
int webhook_row_read_state(const MDB_val *v, webhook_state_row_t *r);
int webhook_row_read_clock(const MDB_val *v, webhook_clock_row_t *r);
int webhook_row_read_call(const MDB_val *v, webhook_call_row_t *r);
int webhook_row_read_owner(const MDB_val *v, webhook_owner_row_t *r);
int webhook_row_read_idempotency(const MDB_val *v,
    webhook_idempotency_row_t *r);
int webhook_row_read_ring(const MDB_val *v, webhook_ring_row_t *r);
int webhook_row_read_task(const MDB_val *v, webhook_task_row_t *r);
int webhook_row_read_share(const MDB_val *v, webhook_share_row_t *r);
int webhook_row_read_format(const MDB_val *v, uint32_t *format);
int webhook_row_read_migrate(const MDB_val *v, webhook_migrate_row_t *r);
int webhook_row_read_quarantine(const MDB_val *v,
    webhook_quarantine_row_t *r);

/* A rendition's fields: writes them into WEBHOOK_ROW_RENDITION_MAX bytes,
   reads them (the body is left as it is). */
size_t webhook_row_write_rendition(unsigned char *buf,
    const webhook_rendition_t *rendition);
int webhook_row_read_rendition(const MDB_val *v,
    webhook_rendition_t *rendition);

/* A call's record: bytes it takes at most, writes it, reads it (actions into
   WEBHOOK_CALL_ACTIONS_MAX places). */
size_t webhook_row_record_size(const webhook_call_t *c);
size_t webhook_row_write_record(unsigned char *buf, size_t size,
    const webhook_call_t *c);
int webhook_row_read_record(const MDB_val *v, webhook_call_t *c,
    webhook_call_action_t *actions);


#endif /* WEBHOOK_STORE_ROW_H */
