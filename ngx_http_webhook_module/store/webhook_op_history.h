
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is kept, read back page by page, put to work again, and removed.
 */

#ifndef WEBHOOK_OP_HISTORY_H
#define WEBHOOK_OP_HISTORY_H

#include "store/webhook_op_call.h"
#include "store/webhook_op_event.h"
#include "store/webhook_op_object.h"


typedef struct webhook_filter_s  webhook_filter_t;


typedef struct {
    webhook_id_t       event;
    uint64_t           endpoint;
    webhook_str_t      endpoint_name;
    webhook_str_t      type;
    webhook_str_t      company;         /* empty: nobody's */
    webhook_state_e    state;
    uint32_t           attempts;        /* sends so far */
    uint64_t           wall;            /* when the event happened */
    int64_t            due;             /* ms from now, if PENDING; may be
                                           negative: it waits for a slot */
    uint64_t           finished;        /* wall, if it is over */
    uint32_t           status;          /* of the last answer, 0: none */
    uint64_t           sent;            /* wall, when the last send began, */
    webhook_str_t      error;           /* and what went wrong; of those
                                           that are not delivered */
    uint32_t           rendition;       /* it sends, or sent last */
    size_t             body_len;        /* of that */
    uint32_t           step;            /* from 0, of */
    uint32_t           steps;
    unsigned           parked:1;        /* it waits for an earlier one of its
                                           key, and has no due time yet */
    unsigned           blocks:1;        /* it is dead, and later ones of its
                                           key wait for it */
    unsigned           paused:1;        /* its endpoint is, or the store */
    unsigned           held:1;          /* it was not sent yet, and its endpoint
                                           holds back first sends */
    uint64_t           order;           /* webhook_id_name() of its order key;
                                           0: it has none */
    uint64_t           place;           /* among those of its key */
    unsigned           ordered:1;       /* the cluster orders that */
    uint32_t           tries;           /* sends of this step so far */
    uint64_t           number;          /* of the last entry of the outbox for
                                           it; 0: the cluster does not know it */
    uint32_t           part;            /* see SHIP_NUMBER */
    unsigned           guest:1;         /* it came from another node */
    unsigned           moved:1;         /* CANCELLED: another node has it */
    unsigned           holds:1;         /* LIST: "find" stands in its body */
    unsigned           gone:1;          /* LIST and SHOW of one company: it is
                                           to an object of that company that was
                                           removed, as far as that is known
                                           (CHANGES) */
} webhook_delivery_t;


/*
 * LIST.  Deliveries, the newest event first, or the oldest first.  Work a call
 * is bounded: a page may hold fewer than max, even none, and still have a
 * cursor.  Whoever goes on while "more" is set sees each delivery once that is
 * there all the while, and never one twice.  A cursor is the engine's: it holds
 * for as long as the filter is the same, over any close and open.  One that is
 * made up is a place like any other.
 *
 * With a state that is PENDING or DEAD, of one endpoint or of all, what is in
 * another state costs nothing; with others rows are looked at, up to a bound a
 * call.
 *
 * With "find" each delivery tells whether that text stands in the body that it
 * sends, or sent last, within the first megabyte of that.  Such a call comes to an
 * end after 50 ms, wherever it is then; it returns one delivery at least.
 */

#define WEBHOOK_CURSOR_LEN  24

struct webhook_filter_s {
    unsigned char        cursor[WEBHOOK_CURSOR_LEN];
    unsigned             from:1;        /* in: start behind the cursor */
    unsigned             more:1;        /* out: cursor is set, go on */
    unsigned             oldest:1;      /* in: the oldest event first; for
                                           LIST alone */

    uint64_t             endpoint;      /* in: 0: any */
    int                  state;         /* in: -1: any */
    webhook_str_t        type;          /* in: a pattern; empty: any */
    webhook_company_t    company;       /* in */
    uint32_t             least;         /* in: last answers from this status */
    uint32_t             most;          /* up to this one; 0: any, or none */
    uint64_t             since;         /* in: wall; 0: no bound */
    uint64_t             until;         /* in: wall, exclusive; 0: no bound */
    uint32_t             max;           /* in */
};

typedef struct {
    webhook_filter_t     filter;        /* in and out; to go on, set from */
    const webhook_str_find_t  *find;    /* in: lives as long as the operation;
                                           or NULL */
    webhook_delivery_t  *deliveries;    /* out */
    uint32_t             count;
    uint32_t             damaged;       /* rows that could not be read */
} webhook_op_list_t;


/* SHOW.  One event with its deliveries (endpoint 0) or one delivery of it,
   and every attempt, in their order; else NOT_FOUND. */

typedef struct {
    webhook_delivery_t   delivery;
    webhook_attempt_t   *attempts;
    uint32_t             attempts_count;
} webhook_delivery_full_t;

typedef struct {
    webhook_id_t              id;           /* in */
    uint64_t                  endpoint;     /* in: 0: all of the event */
    webhook_company_t         asked;        /* in: by which company, for "gone"
                                               alone */

    webhook_id_t              wire;         /* out: see webhook_event_t */
    uint64_t                  wall;
    webhook_str_t             type;
    webhook_str_t             company;
    webhook_rendition_t      *renditions;
    uint32_t                  renditions_count;
    webhook_delivery_full_t  *deliveries;   /* each with its rendition's number
    */
    uint32_t                  count;
    uint64_t                  broken;       /* bits: renditions that could not
    be
                                               read, and are empty */
    uint32_t                  damaged;      /* deliveries and attempts that
                                               could not */
} webhook_op_show_t;


/* CALLS.  Calls of a receiver (0: of any), the newest first, as LIST; or one
   call by its id, NOT_FOUND if there is no such. */

typedef struct {
    unsigned char     cursor[WEBHOOK_CURSOR_LEN];
    unsigned          from:1;
    unsigned          more:1;
    uint64_t          receiver;             /* in */
    webhook_company_t company;              /* in */
    uint64_t          since;                /* in: as a filter has them */
    uint64_t          until;
    uint32_t          least;                /* in: statuses from this one */
    uint32_t          most;                 /* up to this one; 0: any */
    uint32_t          max;                  /* in */
    const webhook_id_t  *id;                /* in: that call alone; or NULL */

    webhook_call_t   *calls;                /* out */
    uint32_t          count;
    uint32_t          damaged;              /* that could not be read */
} webhook_op_calls_t;


/*
 * REPLAY.  Makes finished deliveries due again, those that LIST would show
 * with this filter (state DELIVERED, DEAD, CANCELLED or -1 for all three), the
 * oldest first, filter.max a call at most.  With dry_run it only counts.  Work
 * a call is bounded, so that others write in between: go on while filter.more
 * (the cursor is set for that).  FULL: what was counted is done, the rest is
 * not.
 *
 * With cancel it cancels instead: what is meant is what waits, or is dead and
 * blocks its order key (state PENDING, DEAD or -1 for both).
 */

typedef struct {
    webhook_filter_t     filter;        /* in and out */
    unsigned             dry_run:1;     /* in */
    unsigned             cancel:1;      /* in */
    uint32_t             count;         /* out */

    unsigned char        next[WEBHOOK_CURSOR_LEN];  /* the store's own */
    unsigned             moved:1;
} webhook_op_replay_t;


/*
 * EXPIRE.  Removes what is finished and older than options.keep, the oldest
 * first; above the high-water mark, or above options.keep_bytes, what is
 * finished of any age: delivered events first, then calls, cancelled events,
 * and dead letters.
 * Never an event of which a delivery is still owed.  An engine may tidy up
 * after that, a little a call; "more" is set then, too.
 *
 * Endpoints that no ENDPOINT has named for options.orphans, and that are not
 * among those that are given here, are orphans: what waits for them is
 * cancelled, which the log tells, and they are removed once nothing is kept of
 * them.  ENDPOINT notes down once a day that it named one, so who has a store
 * open for long names its endpoints again now and then.  The endpoint of an
 * OBJECT is no orphan while that is there, and is one once it was removed.
 */

typedef struct {
    uint32_t         max;           /* things at most */
    const uint64_t  *endpoints;     /* ids; those that are in use */
    uint32_t         endpoints_count;
    uint32_t         count;         /* out: things removed or cancelled */
    uint32_t         cancelled;     /* out: of them deliveries cancelled */
    uint32_t         removed;       /* out: of them endpoints */
    unsigned         more:1;        /* out: call again */
} webhook_op_expire_t;


#endif /* WEBHOOK_OP_HISTORY_H */
