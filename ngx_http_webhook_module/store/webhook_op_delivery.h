
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Deliveries: leased to be sent, completed, taken over; and steered by hand.
 * Endpoints: their limits, and their pauses.
 */

#ifndef WEBHOOK_OP_DELIVERY_H
#define WEBHOOK_OP_DELIVERY_H

#include "store/webhook_op_event.h"


/* A delivery as it is handed to whoever sends it. */

typedef struct {
    webhook_event_t  event;
    uint64_t         endpoint;      /* webhook_id_name() of its name */
    uint64_t         lease_token;
    uint32_t         attempt;       /* number of this send of this step, 1
                                       for the first, also by hand */
    uint32_t         number;        /* the same, of all that were ever made,
                                       where there is one step */
    uint32_t         step;          /* from 0 */
    unsigned         retry:1;       /* stands in the lane of retries */
    unsigned         early:1;       /* begun before its event was applied, see
                                       webhook_store_keep(): its outcome is not
                                       noted */
    uint64_t         until;         /* the send has to end before that, as ms of
                                       options.clock, since others may send it
                                       from then on (SHIP_FENCE); 0: no bound */
} webhook_lease_t;


/*
 * CLAIM.  Leases due deliveries of the endpoints named (ascending ids), no more
 * than an endpoint's free slots, in equal shares, the longest due first.  What
 * is leased to one is leased to nobody else, in whatever process, until it is
 * completed, its lease ends or its owner is gone.  First sends go before
 * retries, but while both are due one lease of four is the oldest retry's,
 * whoever gives them: CLAIM, the next of a COMPLETE, or PUT_EVENT, which leases
 * at once only where nobody who is due has to wait for that.
 *
 * OK, also if there is nothing to lease.  An engine may give fewer than max.
 */

typedef struct {
    const uint64_t   *endpoints;
    uint32_t          endpoints_count;
    uint32_t          max;          /* deliveries at most */
    size_t            max_bytes;    /* body bytes after which no more are
                                       added; one always is */
    uint64_t          lease;        /* ms */
    uint64_t          takes;        /* ms that a send takes at most, for
                                       SHIP_FENCE; 0: as long as a lease */

    webhook_lease_t  *leases;       /* out */
    uint32_t          count;
    uint64_t          next;         /* out: ms until the next one of these
                                       endpoints is due, 0: now,
                                       WEBHOOK_NEVER: none is waiting */
} webhook_op_claim_t;


/*
 * Leases ahead of slots.  COMPLETE may lease some of an endpoint's due deliveries
 * ahead ("stock"), in the order in which CLAIM would have leased them.  They are
 * leases like any other, of this process alone, but hold no slot, and must not be
 * sent until they get one: from a delivery of the same endpoint that was sent and
 * is over, in the process itself and without asking the store, which is told by
 * that delivery's COMPLETE ("took").  So never more are under way than the limit
 * allows, and no slot is empty while outcomes are written.  The one that takes a
 * slot is to be sent at once.  And only one whose outcome is noted
 * (webhook_store_note()) gives its slot to another: so if the process dies, no
 * more than what is under way is sent again.
 *
 * An endpoint has a stock only while all its slots are in use, nothing stands
 * against sends to it (a pause, a hold, an open breaker) and it has no rate; of
 * all processes at most four times its limit, and what has an order key or a large body
 * is not in it.  That may end at any time, by any process: a stock must be used
 * only while webhook_store_revoked() is the "mark" of the last COMPLETE for the
 * endpoint that was OK.  Where that mark is 0, or the process has nothing under
 * way whose slot the stock could take, all of it is to be given back, by RELEASE.
 * Once the operation that revoked it has been answered, nobody begins to send any
 * of it.
 */


/*
 * COMPLETE.  The outcome of a send, for who shows the token of the delivery's
 * last lease.  That this has ended meanwhile does not matter, even if the
 * delivery waits again already, as long as nobody has leased it anew, finished
 * or cancelled it: STALE then, which changes nothing.  NOT_FOUND where there is
 * no such delivery.
 */

typedef enum {
    WEBHOOK_DONE = 0,               /* delivered */
    WEBHOOK_RETRY,                  /* failed; due again after "delay" */
    WEBHOOK_FAILED,                 /* failed for good: a dead letter */
    WEBHOOK_RELEASE                 /* was not sent, does not count; due again
                                       after "delay" */
} webhook_outcome_e;

typedef struct {
    webhook_id_t        event;
    uint64_t            endpoint;
    uint64_t            lease_token;
    webhook_outcome_e   outcome;
    uint64_t            delay;      /* ms, for RETRY and RELEASE */
    webhook_attempt_t   attempt;    /* ignored for RELEASE */
    uint64_t            lease;      /* ms; not 0: lease the endpoint's next
                                       due delivery (or the next step of this
                                       one) in the same transaction */
    uint64_t            takes;      /* ms, for that: as CLAIM has it */
    uint32_t            ahead;      /* with "lease": how many more to lease
                                       ahead, 16 at most */
    webhook_id_t        took;       /* the event whose delivery, which was
                                       leased ahead, has the slot now, ... */
    uint64_t            took_token; /* ... and the token of that lease; 0: none
                                       has; else "next" is never given */
    uint32_t            noted;      /* out of webhook_store_note(); 0: it was
                                       not, or apply() is done with it */
    uint64_t            slow;       /* ms; not 0: hold the endpoint's first
                                       sends that long, doubled each time that
                                       it is slow again after such a hold, a
                                       minute at most; retries keep their
                                       time */
    unsigned            gone:1;     /* pause the endpoint: it asked to be left
                                       alone */
    uint64_t            disable;    /* ms; not 0: pause the endpoint, too, if
                                       this failed and so did all for as long */

    webhook_lease_t    *next;       /* out: NULL, or the one just leased */
    webhook_lease_t    *stock;      /* out: leased ahead */
    uint32_t            stock_count;
    uint64_t            mark;       /* out: 0: nothing that was leased ahead may
                                       be sent */
    uint64_t            waiting;    /* out: deliveries of the endpoint that
                                       nobody has leased */
    uint64_t            wait;       /* out: with no next, ms until there may
                                       be one, where the endpoint's rate or a
                                       hold is the reason; else WEBHOOK_NEVER */
    unsigned            opened:1;   /* out: this outcome opened the breaker */
    unsigned            closed:1;   /* out: this outcome closed it */
    unsigned            paused:1;   /* out: this outcome paused the endpoint, */
    unsigned            disabled:1; /*   out: since all failed for so long */
} webhook_op_complete_t;


/*
 * TAKEOVER.  Looks for owners that died and makes what they leased due at
 * once; leases that ran out too.  The send under way at the death counts as
 * no attempt.  An owner that lives is never taken for dead.
 */

typedef struct {
    unsigned  leave:1;              /* in: the process keeps nothing more, and
                                       gives back what it holds for that */
    uint32_t  count;                /* out: deliveries taken over */
    unsigned  forgot:1;             /* out: the limits of an endpoint were
                                       damaged: ENDPOINT is needed again */
} webhook_op_takeover_t;


/*
 * JOURNAL.  Puts events that webhook_store_keep() has kept and that were not
 * applied: of owners that died, and of this one, where they could not be.  Some
 * at a time: others wait meanwhile.  Without it keep() of this owner keeps
 * nothing.  Where nothing can be put it is tried again some seconds later.
 */

typedef struct {
    uint32_t  count;                /* out: events that were put */
    unsigned  more:1;               /* out: there is more to do */
} webhook_op_journal_t;


/*
 * RETRY makes a delivery due at once that waits, is dead or was cancelled (the
 * last two with all their sends before them again).  CANCEL cancels one that
 * waits, or a dead one that blocks its order key, which goes on then.  A
 * delivery that is SENDING is STALE, and so is one that another node has
 * ("moved").  A delivered one is DUPLICATE, and so are for CANCEL one that is
 * cancelled and a dead one that blocks nothing.  One that there is not is
 * NOT_FOUND.  FULL: RETRY of what is over, above the
 * high-water mark, or with "over" above the backlog.
 */

typedef struct {
    webhook_id_t  event;
    uint64_t      endpoint;
    unsigned      again:1;          /* in, RETRY: one that was delivered too */
    uint32_t      backlog;          /* in, RETRY: as COPY has it, of what is
                                       over */

    unsigned      over:1;           /* out */
    unsigned      moved:1;          /* out */
} webhook_op_delivery_t;


#define WEBHOOK_NAME_MAX    255     /* bytes */
#define WEBHOOK_REASON_MAX  255


/*
 * ENDPOINT.  Makes an endpoint known or changes its limits; the last one that
 * names it is right.  They hold over all processes, and outlive them: no more
 * deliveries are leased at a time, nor begun in a time, than they say.  Writes
 * nothing where nothing changed.  UNAVAILABLE without an id, or with a name
 * that is over its bound.
 *
 * The rate counts leases, whoever gets them; what is RELEASEd does not count.
 *
 * The breaker opens when so many outcomes in a row were failures, or so many
 * percent of at least ten in a window; it holds first sends (never retries,
 * which are its probes), then lets one through at a time, whose failure holds
 * the others as long again, until an outcome is DONE.
 */

typedef struct {
    uint64_t       id;
    webhook_str_t  name;            /* up to 255 bytes */
    uint32_t       inflight;        /* most leases at a time, all workers */
    uint32_t       rate;            /* sends in "per" ms; 0: no bound */
    uint32_t       per;             /* ms; 0: 1000 */
    uint32_t       burst;           /* sends that may come at once; 0: 1 */
    uint32_t       break_failures;  /* in a row; 0: not by these */
    uint32_t       break_percent;   /* of the window; 0: not by these */
    uint64_t       break_window;    /* ms; 0: a minute */
    uint64_t       break_open_timeout;      /* ms */
    unsigned       order_block:1;   /* a dead head blocks its key */
    unsigned       shared:1;        /* the limits are for all nodes of a cluster
                                       together: see SHIP_LIMITS */
} webhook_op_endpoint_t;


/*
 * PAUSE stops all sends of an endpoint, or resumes them (and closes its
 * breaker and ends its hold).  With "all" it stops those to every endpoint,
 * also to those that are not known yet: nothing is leased, whoever asks, and
 * no orphan is cancelled, until it is resumed with "all" too, which leaves the
 * pauses of single endpoints (DUPLICATE where the store was not paused).  What
 * is leased already may be completed.  A pause outlives every process.
 * NOT_FOUND for an endpoint that is not known, without "make".
 */

typedef struct {
    uint64_t       endpoint;
    unsigned       all:1;
    unsigned       resume:1;
    unsigned       make:1;          /* also one that is not known yet */
    webhook_str_t  reason;          /* 255 bytes are kept; STATS shows it */
} webhook_op_pause_t;


#endif /* WEBHOOK_OP_DELIVERY_H */
