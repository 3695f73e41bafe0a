
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The store of a node of a cluster: what of it the cluster is told, and what
 * the cluster tells it.  Nothing here waits for the cluster or knows how it is
 * reached; one process of a node, the shipper, asks the cluster and calls these
 * operations, and all others use the store as ever.
 *
 * The node that an event happened on keeps it and sends its deliveries, whether
 * the cluster is there or not.  What is not over within a second is made known
 * to the cluster, so that others can see to it if this node dies; and so are
 * history, calls, and records of the audit.  Each thing that the cluster is to
 * be told of gets a number, and an entry of that number in the outbox.  Numbers
 * ascend.  The cluster is told of entries (confirmed, to] in one transaction,
 * which keeps "to" for the node: so a transaction whose outcome was lost is
 * known by that number.  An entry only names a thing; what is told is how that
 * stands then.
 *
 * A delivery that has a number may be known to others, whatever became of the
 * transaction that told of it.  From then on it may be sent here only while the
 * cluster takes this node for alive: no lease of it is given that does not end
 * before the fence (SHIP_FENCE).  Each change of it gives it a new number, in
 * the same commit.  What never got a number is not bound by the fence.
 *
 * What has a number is not leased ahead of a slot, nor sent by a slot held in
 * advance (COMPLETE, webhook_store_keep()): the fence is looked at when its send
 * begins.  The other way round, what is leased ahead gets no number before it was
 * given back, and what is being sent only if that ends before the fence.
 *
 * In a store whose node never joined a cluster nothing gets numbers, and none
 * of this costs anything.
 */

#ifndef WEBHOOK_OP_SHIP_H
#define WEBHOOK_OP_SHIP_H

#include "core/base/webhook_id.h"
#include "store/webhook_op_event.h"
#include "store/webhook_op_history.h"


#define WEBHOOK_SHIP_MAX  4096      /* entries in an answer at most */


/* What an entry is about.  The numbers are kept: new ones go to the end. */

typedef enum {
    WEBHOOK_SHIP_DELIVERY = 1,      /* a delivery, as it stands */
    WEBHOOK_SHIP_EVENT,             /* an event whose deliveries are all over;
                                       where one is not so any more as it is
                                       read, it is to be passed over, and comes
                                       again */
    WEBHOOK_SHIP_CALL,              /* a call of a receiver */
    WEBHOOK_SHIP_AUDIT,             /* a record of the audit; its number is in
                                       "endpoint" */
    WEBHOOK_SHIP_PURGED             /* an event or a call was purged */
} webhook_ship_e;

#define WEBHOOK_SHIP_KINDS  6


/*
 * SHIP_STATE.  The node's place in the cluster.  Without "set" it is told; the
 * incarnation is made with the first "set".  The sessions are for who joins:
 * "next" is kept before the cluster is asked to replace the session that it
 * knows by it, so that the answer may be lost; a copy of the store has a session
 * that the cluster does not know any more.
 */

#define WEBHOOK_SHIP_SET_NEXT     0x01
#define WEBHOOK_SHIP_SET_SESSION  0x02      /* session = next, which is none
                                               then */
#define WEBHOOK_SHIP_SET_CHANGE   0x04

typedef struct {
    unsigned      set;              /* in: what of these */
    webhook_id_t  next;             /* in, out */
    uint64_t      change;           /* in, out: the change of the cluster's
                                       registry up to which objects were put */

    webhook_id_t  incarnation;      /* out: of this store */
    webhook_id_t  session;          /* out: zero: none */
    uint64_t      epoch;            /* out: 0: it never joined */
    uint64_t      assigned;         /* out: the last number given */
    uint64_t      confirmed;        /* out: up to it the cluster has all */
    uint64_t      base;             /* out: numbers up to it are of an epoch
                                       before */
    uint64_t      fence;            /* out: ms until it; 0: it has passed */
    uint64_t      entries;          /* out: in the outbox, about */
    uint64_t      waits;            /* out: deliveries that wait without a
                                       number, */
    uint64_t      fenced;           /* out: and with one */
    uint64_t      lag;              /* out: ms since the oldest of what is over
                                       and has no number was over; 0: none */
    uint64_t      gone;             /* out: things that were removed before the
                                       cluster was told of them */
} webhook_op_ship_state_t;


/*
 * SHIP_EPOCH.  The node has joined a cluster of this epoch.  If it is another
 * one than the last all numbers are as if they had never been given, and
 * everything is shipped again, history too; the outbox is emptied.  Call again
 * while "more" is set, before anything else.
 */

typedef struct {
    uint64_t  epoch;                /* in: not 0 */
    unsigned  more:1;               /* out */
} webhook_op_ship_epoch_t;


/*
 * SHIP_NUMBER.  Gives numbers to what has none and should: deliveries that are
 * open (or that are dead and block their key) for longer than "older", with all
 * others of their events; and, with "history", what is over.  Tells the entries
 * from the first one that is not confirmed on: after a failure the same ones
 * come again, but for those that a later one stands for.  Work a call is bounded:
 * there may be none, and "more".
 */

typedef struct {
    uint64_t        number;
    webhook_ship_e  kind;
    uint32_t        part;           /* of the cluster's tables: an hour since
                                       1970; it stays for as long as the
                                       delivery has numbers */
    webhook_id_t    id;
    uint64_t        endpoint;       /* of a DELIVERY */
    unsigned        fresh:1;        /* nothing of it was ever told */
    unsigned        whole:1;        /* nor, perhaps, of its event, which is
                                       to be told, too */
} webhook_ship_entry_t;

typedef struct {
    uint32_t               max;     /* in: entries at most */
    uint64_t               older;   /* in: ms */
    unsigned               history:1;       /* in */
    uint32_t               part_min;        /* in: hours that there are parts
                                               of, ... */
    uint32_t               part_max;
    uint32_t               part_now;        /* ... and that of what is of
                                               another time */

    uint64_t               from;    /* out: the last number confirmed */
    uint64_t               to;      /* out: the last one here; from: none */
    webhook_ship_entry_t  *entries; /* out */
    uint32_t               count;
    unsigned               more:1;  /* out: call again without delay */
    unsigned               limits:1;        /* out: SHIP_LIMITS would tell of
                                               some */
    unsigned               turns:1;         /* out: so would SHIP_TURNS */
} webhook_op_ship_number_t;


/* SHIP_DONE.  The cluster has all up to "to": entries up to it are removed. */

typedef struct {
    uint64_t  to;                   /* in; one that is not above the last is OK
                                       and changes nothing; STALE above what
                                       was given */
    unsigned  more:1;               /* out: call again, with the same */
} webhook_op_ship_done_t;


/*
 * SHIP_REFUSED.  The cluster does not take an entry, even alone: it goes into
 * quarantine, so that others are not in its way.  A delivery of which nothing
 * was ever told gets no number any more, and is sent as by a node of no cluster;
 * another one stays guarded by the fence, as the cluster knows it.  NOT_FOUND.
 */

typedef struct {
    uint64_t  number;               /* in */
} webhook_op_ship_refused_t;


/*
 * SHIP_BACK.  The cluster is away and surely has none of what is not confirmed:
 * deliveries of which nothing was ever told lose their numbers, and are sent as
 * those that never had one.  Not where the outcome of a transaction is unknown.
 */

typedef struct {
    uint32_t  count;                /* out: deliveries */
    unsigned  more:1;               /* out: call again */
} webhook_op_ship_back_t;


/*
 * SHIP_FENCE.  Sends of what has a number must end within so many ms, as told
 * after each heartbeat: what is left of the node's lease in the cluster, as
 * reckoned from before that was asked for.  A fence never moves back, but with
 * 0, which shuts it.  It is shut after a boot of the machine.  With "last" nothing
 * is done where another process has the store open: STALE.
 */

typedef struct {
    uint64_t  left;                 /* in */
    uint64_t  at;                   /* in: ms of the store's clock that these are
                                       counted from; 0: now */
    unsigned  last:1;               /* in */
    unsigned  more:1;               /* out: call again: endpoints that waited
                                       for it are woken, some at a time */
} webhook_op_ship_fence_t;


/*
 * SHIP_ASK.  Deliveries that have a number and are open here, page by page: a
 * node that comes back asks for their state in the cluster before it sets the
 * fence for the first time.
 */

#define WEBHOOK_SHIP_CURSOR  40

typedef struct {
    webhook_id_t     event;
    uint64_t         endpoint;
    uint32_t         part;
    uint64_t         number;
    uint32_t         attempts;
    webhook_state_e  state;
} webhook_ship_open_t;

typedef struct {
    unsigned char         cursor[WEBHOOK_SHIP_CURSOR];      /* in and out */
    unsigned              from:1;   /* in: start behind the cursor */
    unsigned              more:1;   /* out: cursor is set, go on */
    uint32_t              max;      /* in */

    webhook_ship_open_t  *open;     /* out */
    uint32_t              count;
} webhook_op_ship_ask_t;


/* SHIP_HAVE.  Which deliveries are here, and are not over. */

typedef struct {
    webhook_id_t  event;            /* in */
    uint64_t      endpoint;         /* in */
    unsigned      here:1;           /* out */
    unsigned      open:1;           /* out */
    unsigned      untold:1;         /* out: the cluster has yet to be told how
                                       it stands; of one that is not here, that
                                       its event was purged, or too much to see
                                       whether it was */
    unsigned      told:1;           /* out: if it is to be in an order for all
                                       nodes, its place in that is known */
} webhook_ship_have_t;

typedef struct {
    webhook_ship_have_t  *have;     /* in and out: the caller's */
    uint32_t              count;    /* in */
} webhook_op_ship_have_t;


/*
 * SHIP_SETTLE.  What the cluster says of a delivery that has a number.
 *
 *   FINISHED   it is over, in this state, since then: so it is here, and is not
 *              sent; the next one of its order key goes on
 *   MOVED      another node has it: CANCELLED here, with an attempt that says
 *              so
 *
 * OK; DUPLICATE where it is over here; STALE while it is being sent here, which
 * comes to its end; NOT_FOUND.  The cluster is not told of it.
 */

typedef enum {
    WEBHOOK_SHIP_FINISHED = 0,
    WEBHOOK_SHIP_MOVED
} webhook_verdict_e;

typedef struct {
    webhook_id_t       event;       /* in */
    uint64_t           endpoint;    /* in */
    webhook_verdict_e  verdict;     /* in */
    webhook_state_e    state;       /* in, FINISHED: DELIVERED, DEAD or
                                       CANCELLED */
    uint64_t           wall;        /* in: when that was */
    uint32_t           status;      /* in: of the last answer */
} webhook_op_ship_settle_t;


/*
 * SHIP_TAKE.  An event that the cluster gave this node: one that was another's,
 * or its own that it lost.  Each delivery has its past, and is guarded by the
 * fence.  Those that are not here are put; one that is over here, or was moved,
 * waits again, with its sends here or those of the past if they are more; one
 * that is open here is left.  OK if there was any that is not open here;
 * DUPLICATE; FULL and UNAVAILABLE as PUT_EVENT.  No lease is given.  One that is
 * put is due after its "delay".
 */

typedef struct {
    const webhook_op_put_event_t  *event;   /* in: id, wall, type, renditions,
                                               deliveries, wire, company */
    const uint32_t                *parts;   /* in: of each delivery */
    uint32_t                       count;   /* out: deliveries that wait now */
} webhook_op_ship_take_t;


/*
 * SHIP_GIVE.  Deliveries that have a number, wait, and of which the cluster has
 * all are moved: for a node that is drained, once the cluster knows that they
 * are nobody's.  Some at a time.
 */

typedef struct {
    unsigned char  cursor[WEBHOOK_SHIP_CURSOR];     /* in and out */
    unsigned       from:1;          /* in: start behind the cursor */
    unsigned       more:1;          /* out: cursor is set, go on */
    uint32_t       max;             /* in */
    uint32_t       count;           /* out */
} webhook_op_ship_give_t;


/*
 * SHIP_LIMITS.  Endpoints whose limits hold for all nodes together ("shared", see
 * ENDPOINT), and that have something to send, or a share: what the cluster is to
 * be asked for.  Of these limits the node has only the share that it was given
 * (SHIP_SHARE); without one, or beyond the fence, nothing is leased.
 */

#define WEBHOOK_SHIP_LIMITS_MAX  256

typedef struct {
    uint64_t  endpoint;
    uint32_t  inflight;             /* the limits, of all nodes */
    uint32_t  rate;
    uint32_t  per;
    uint32_t  burst;
    uint32_t  held;                 /* slots that may be in use */
    uint32_t  kept;                 /* of the share */
    uint32_t  want;                 /* slots that could be used */
    uint32_t  sends;                /* that could begin, and have no time */
    unsigned  waits:1;              /* something is due, and waits for a share, or
                                       the fence */
} webhook_ship_limit_t;

typedef struct {
    uint64_t               after;   /* in and out: an endpoint; 0: from the
                                       start */
    uint32_t               max;     /* in */
    uint32_t               horizon; /* in: ms, what is due by then could be sent */

    webhook_ship_limit_t  *limits;  /* out: by ascending endpoint */
    uint32_t               count;
    uint32_t               waits;   /* out: how many of them wait */
    unsigned               more:1;  /* out */
} webhook_op_ship_limits_t;


/*
 * SHIP_SHARE.  What the cluster gave in a session: so many slots, until it says
 * otherwise; and times of sends.  The first is "first" us after the answer came,
 * each other "gap" us after the one before; those that were before the answer may
 * begin at once.  What is not begun by its time, or a tenth of a second later, is
 * lost.  STALE if the node is in another session by now.
 */

typedef struct {
    uint64_t  endpoint;
    uint32_t  slots;
    int64_t   first;                /* us */
    uint64_t  gap;                  /* us */
    uint32_t  count;                /* sends */
} webhook_ship_share_t;

typedef struct {
    webhook_id_t                 session;   /* in */
    uint64_t                     asked;     /* in: ms, by the store's clock: the
                                               cluster was asked, ... */
    uint64_t                     answered;  /* in: ... and had answered */
    const webhook_ship_share_t  *shares;    /* in */
    uint32_t                     count;     /* in */
} webhook_op_ship_share_t;


/*
 * SHIP_TURNS.  Of a delivery that is "ordered" (webhook_put_t) the key is put in
 * order by the cluster, for all nodes: the order in which it is told of them.
 * They get numbers at once, each after those that came before it here, and none
 * is sent before the cluster has said that it goes first (SHIP_TURN).  These are
 * the keys that wait for that, each by what comes first here, and by "event"
 * where the cluster was told of that.
 *
 * One that the cluster does not take (SHIP_REFUSED) does not wait.
 */

#define WEBHOOK_SHIP_TURNS_MAX  256

typedef struct {
    webhook_id_t  event;
    uint64_t      endpoint;
    uint64_t      order;
} webhook_ship_turn_t;

typedef struct {
    unsigned char         cursor[WEBHOOK_SHIP_CURSOR];      /* in and out */
    unsigned              from:1;   /* in: start behind the cursor */
    unsigned              more:1;   /* out: cursor is set, go on */
    uint32_t              max;      /* in */

    webhook_ship_turn_t  *turns;    /* out */
    uint32_t              count;
    uint32_t              waits;    /* out: keys, with those that the cluster was
                                       not told of */
} webhook_op_ship_turns_t;


/*
 * SHIP_TURN.  What the cluster said in a session: of each key those that go before
 * all others of other nodes, in their order, one key after the other.  They are
 * sent in this order, whichever comes first here.  STALE if the node is in another
 * session by now.
 */

typedef struct {
    webhook_id_t                session;    /* in */
    const webhook_ship_turn_t  *turns;      /* in */
    uint32_t                    count;      /* in */
    uint32_t                    turned;     /* out */
    uint32_t                    missing;    /* out: that are not here */
} webhook_op_ship_turn_t;


#endif /* WEBHOOK_OP_SHIP_H */
