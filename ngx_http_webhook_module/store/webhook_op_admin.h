
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The store as a whole: statistics, clock, what is damaged, the check.
 */

#ifndef WEBHOOK_OP_ADMIN_H
#define WEBHOOK_OP_ADMIN_H

#include "store/webhook_store_result.h"


/* STATS.  Takes as long however much is kept.  Counters are exact, and as they
   were at one time.  With an endpoint it tells of that alone, and count is 0
   where it is not known. */

typedef struct {
    uint64_t       id;
    webhook_str_t  name;
    uint32_t       inflight;                /* the limit */
    uint64_t       states[WEBHOOK_STATES];  /* deliveries in each now */
    uint64_t       attempts;                /* ever */
    uint64_t       delivered;               /* ever */
    uint64_t       dead;                    /* ever */
    uint64_t       cancelled;               /* ever */
    unsigned       paused:1;
    webhook_str_t  reason;                  /* of the pause */
    unsigned       open:1;                  /* the breaker */
    uint64_t       held;                    /* ms that first sends wait yet */
    uint64_t       due;                     /* ms since that became due which is
                                               due for longest and waits yet; 0:
                                               nothing is */
    unsigned       shared:1;                /* limits are for all nodes of the
                                               cluster, ... */
    unsigned       waits:1;                 /* ... and what is due waits for
                                               that */
} webhook_endpoint_stats_t;

typedef struct {
    uint64_t                   endpoint;    /* in: 0: all */
    unsigned                   look:1;      /* in: into journals */

    uint64_t                   size;        /* out, bytes */
    uint64_t                   used;
    uint64_t                   mark;        /* bytes in use above which no new
                                               event or call is taken */
    uint64_t                   warn;        /* bytes in use at which the log
                                               warns */
    uint64_t                   events;      /* kept now */
    uint64_t                   calls;       /* kept now */
    uint64_t                   idempotency; /* repeats that are known now */
    unsigned                   full:1;      /* above the high-water mark, or
                                               a reader keeps too much */
    uint64_t                   pinned;      /* bytes that were freed, but that
                                               a reader of what was before
                                               keeps from use; 0 with an engine
                                               that reuses them all the same */
    uint32_t                   reader;      /* its process; 0: there is none */
    uint64_t                   reader_age;  /* ms that it has been seen */
    uint32_t                   owners;      /* processes that have it open */
    unsigned                   paused:1;    /* as a whole: nothing is sent, */
    uint64_t                   paused_at;   /* wall: since then, */
    webhook_str_t              reason;      /* for this reason */
    uint64_t                   quarantine;  /* rows that could not be read */
    uint32_t                   journals;    /* of those processes, and of
                                               others, */
    uint64_t                   journal_bytes;       /* of their files */
    uint64_t                   journal_used;        /* of these, by what is to
                                               be put yet; 0 without "look" */
    uint32_t                   journals_left;       /* of processes that are
                                               gone, and not put yet */
    uint32_t                   journals_unclean;    /* that may have in their
                                               files what was purged */
    webhook_endpoint_stats_t  *endpoints;   /* by ascending id */
    uint32_t                   count;
} webhook_op_stats_t;


/*
 * RINGS.  What came of sends in each minute of the last 7 days (by the wall
 * clock, counted since 1970): of these endpoints, in sum, or of all that there
 * are or were; how long they took, and how many deliveries waited or were being
 * sent.  Minutes in which there was none, and in which that did not change, are
 * left out.  Above the high-water mark a minute may be missing, and what changed
 * in it be counted in a later one; all else is exact.
 */

#define WEBHOOK_RINGS_MINUTES  (7 * 24 * 60)
#define WEBHOOK_RINGS_ENDPOINTS  100    /* in one question; more: UNAVAILABLE */

typedef struct {
    uint64_t                   minute;      /* the first of those summed */
    uint64_t                   sends;       /* that had an outcome */
    uint64_t                   failed;      /* of them */
    uint64_t                   delivered;   /* deliveries that ended so */
    uint64_t                   dead;
    uint64_t                   took;        /* usec, all sends in sum */
    uint32_t                   longest;     /* usec, of one send */
    int64_t                    waiting;     /* at its end; -1: not known */
} webhook_ring_t;

typedef struct {
    const uint64_t            *endpoints;   /* in */
    uint32_t                   endpoints_count;     /* 0: all */
    uint64_t                   from;        /* in: the first minute */
    uint64_t                   to;          /* in: the one behind the last */
    uint32_t                   step;        /* in: minutes that are summed, each
                                               time from a multiple of it on; 0:
                                               one */

    webhook_ring_t            *rings;       /* out: by minute */
    uint32_t                   count;
    int64_t                    waiting;     /* out: when the first minute began;
                                               -1: not known, of a time when the
                                               store had a format before 5 */
} webhook_op_rings_t;


/*
 * CLOCK.  Tells the state of the clock; with accept, the wall clock is right,
 * and what was doubted of it is over.  Over a boot the store's time goes on by
 * as much as the wall clock does.  Where that is more than a day it is
 * doubted: told at error level, and until the kernel's clock has been
 * synchronized for ten minutes, or CLOCK accepts it, nothing grows older by
 * it, so that nothing is removed for its age, or forgotten, too early.
 */

typedef struct {
    unsigned                   accept:1;    /* in */
    uint64_t                   wall;        /* out: now */
    uint64_t                   last;        /* out: at the last commit */
    uint64_t                   doubt;       /* out: ms that are doubted */
    unsigned                   synced:1;    /* out: the kernel's clock is */
} webhook_op_clock_t;


/*
 * QUARANTINE.  Rows that could not be read, by their numbers, which ascend;
 * page by page, as LIST.  What they hold is as the engine has it.  DISCARD
 * removes one, or with "all" those up to it, a few at a time: NOT_FOUND where
 * there is none.
 */

typedef struct {
    uint64_t          number;
    uint64_t          wall;                 /* when that was found out; 0: the
                                               row in quarantine cannot be
                                               read itself */
    webhook_str_t     table;
    webhook_str_t     key;
    webhook_str_t     value;
} webhook_quarantined_t;

typedef struct {
    uint64_t                first;          /* in: the least number; out, if
                                               more: to go on */
    unsigned                more:1;
    uint32_t                max;            /* in */
    size_t                  max_bytes;      /* in: of values; one always is
                                               returned */

    webhook_quarantined_t  *rows;           /* out */
    uint32_t                count;
} webhook_op_quarantine_t;

typedef struct {
    uint64_t          number;
    unsigned          all:1;
    unsigned          more:1;               /* out: call again */
    uint32_t          count;                /* out: removed */
} webhook_op_discard_t;


/* CHECK.  Reads everything, recounts everything; text says what is wrong,
   line by line (a part of it where that is long).  Takes as long as the store
   is large: for tools alone.  A store that is written to meanwhile may be read
   as it is at several times: each row is looked at, but counters are not
   compared. */

typedef struct {
    uint64_t                   rows;        /* out */
    uint64_t                   faults;      /* out */
    unsigned                   moved:1;     /* out: counters are not compared */
    webhook_str_t              text;        /* out */
} webhook_op_check_t;


#endif /* WEBHOOK_OP_ADMIN_H */
