
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What nodes tell the cluster, and ask it: operations, with their inputs, their
 * results and their outputs.
 */

#ifndef WEBHOOK_CLUSTER_OP_H
#define WEBHOOK_CLUSTER_OP_H

#include "store/webhook_store_op.h"


#define WEBHOOK_CLUSTER_NONCE      16       /* bytes */
#define WEBHOOK_CLUSTER_NODE_MAX   255      /* bytes of a node's name */
#define WEBHOOK_CLUSTER_BATCH      1000     /* things of a kind in a SHIP at
                                               most, but for deliveries, of
                                               which one event may have more */
#define WEBHOOK_CLUSTER_DELIVERIES  200000

/* of records that are written, and the newest that are read; a test builds a node
   of the version after */

#ifndef WEBHOOK_CLUSTER_FORMAT
#define WEBHOOK_CLUSTER_FORMAT     1
#endif


typedef enum {
    WEBHOOK_CLUSTER_OK = 0,
    WEBHOOK_CLUSTER_DUPLICATE,  /* it was done before: as good as OK */
    WEBHOOK_CLUSTER_CONFLICT,   /* another version, or name, is there */
    WEBHOOK_CLUSTER_NOT_FOUND,
    WEBHOOK_CLUSTER_FENCED,     /* the node has been given up: it has to JOIN,
                                   and to ask what became of what it had */
    WEBHOOK_CLUSTER_EPOCH,      /* the same, and it has to tell all anew */
    WEBHOOK_CLUSTER_LOST,       /* the cluster has forgotten what it had, and
                                   nobody said so: the operator has to */
    WEBHOOK_CLUSTER_BUSY,       /* JOIN: the node may live yet: wait */
    WEBHOOK_CLUSTER_DOUBLED,    /* JOIN: another store has the name, or a copy
                                   of this one does */
    WEBHOOK_CLUSTER_SCHEMA,     /* too old, too new, or no cluster there */
    WEBHOOK_CLUSTER_REFUSED,    /* surely not applied: what was told is against
                                   the rules, and would be again */
    WEBHOOK_CLUSTER_UNAVAILABLE,    /* surely not applied: try it again later */
    WEBHOOK_CLUSTER_UNKNOWN     /* perhaps applied: repeat it as it is */
} webhook_cluster_result_e;


/*
 * A delivery as it is told to the cluster, or by it.  An input has the members
 * of "full.delivery" that SHOW of the store tells, and the attempts that the
 * cluster has not been told of.
 */

typedef struct {
    webhook_delivery_full_t  full;
    uint32_t                 part;      /* hours since 1970, of its event */
    unsigned                 fresh:1;   /* in: the cluster was never told */
    unsigned                 ordered:1; /* in: the cluster orders its key */
    uint32_t                 tries;     /* sends of its step */
    uint64_t                 turn;      /* out: its place there; 0: none */
    webhook_str_t            node;      /* out: where it is, or was */
} webhook_cluster_delivery_t;

typedef struct {
    webhook_id_t             id;
    uint32_t                 part;
    webhook_id_t             wire;
    uint64_t                 wall;
    webhook_str_t            type;
    webhook_str_t            company;
    webhook_rendition_t     *renditions;
    uint32_t                 renditions_count;
} webhook_cluster_event_t;

typedef struct {
    uint32_t                 part;
    webhook_call_t           call;
    webhook_str_t            node;      /* out */
} webhook_cluster_call_t;


typedef struct {
    uint32_t                 part;      /* in: of its wall time */
    webhook_audit_t          audit;
} webhook_cluster_audit_t;


typedef enum {
    WEBHOOK_CLUSTER_JOIN = 0,
    WEBHOOK_CLUSTER_LEAVE,
    WEBHOOK_CLUSTER_BEAT,
    WEBHOOK_CLUSTER_SHIP,
    WEBHOOK_CLUSTER_ASK,
    WEBHOOK_CLUSTER_MINE,
    WEBHOOK_CLUSTER_FETCH,
    WEBHOOK_CLUSTER_CLAIM,
    WEBHOOK_CLUSTER_RELEASE,
    WEBHOOK_CLUSTER_TURNS,
    WEBHOOK_CLUSTER_LIMITS,
    WEBHOOK_CLUSTER_OBJECT,
    WEBHOOK_CLUSTER_CHANGES,
    WEBHOOK_CLUSTER_TALLY,
    WEBHOOK_CLUSTER_RETRY,
    WEBHOOK_CLUSTER_STEER,
    WEBHOOK_CLUSTER_INBOX,
    WEBHOOK_CLUSTER_LIST,
    WEBHOOK_CLUSTER_SHOW,
    WEBHOOK_CLUSTER_CALLS,
    WEBHOOK_CLUSTER_SUMS,
    WEBHOOK_CLUSTER_STATUS,
    WEBHOOK_CLUSTER_UPKEEP,
    WEBHOOK_CLUSTER_ADMIN
} webhook_cluster_op_e;


/*
 * JOIN.  A node begins to be one, or comes back.  "next" is random, and is kept
 * in the node's store before it is told; once JOIN was OK it is what the node
 * holds.  Who does not show what the cluster has last accepted is a copy of the
 * node's store, or an old one: DOUBLED.  A node of another boot whose lease has
 * not ended is BUSY for "wait" ms.
 *
 * From then on the session of the handle is this one.  What an earlier one was
 * about to commit is committed by then, or never will be: "shipped" is what the
 * cluster has.  Before the node sends anything that was shipped it has to ASK,
 * and MINE tells what else is its own.
 */

typedef struct {
    webhook_str_t   name;
    unsigned char   incarnation[WEBHOOK_CLUSTER_NONCE];     /* of the store */
    unsigned char   held[WEBHOOK_CLUSTER_NONCE];
    unsigned char   next[WEBHOOK_CLUSTER_NONCE];
    webhook_str_t   boot;           /* of the machine */
    uint64_t        known;          /* epoch that the node knows; 0: none */
    uint64_t        assigned;       /* last number that it has given */
    uint32_t        lease;          /* ms */
    uint32_t        beat;           /* ms between two BEATs */
    webhook_str_t   version;        /* of the software, for STATUS */

    uint64_t        epoch;          /* out: if it is not "known": all numbers
                                       up to "assigned" are of another one, and
                                       what they were is to be told anew */
    uint64_t        shipped;        /* out: numbers up to it are there */
    uint64_t        good;           /* out: ms from the start of the call that
                                       sends of what is shipped may run to */
    uint64_t        wait;           /* out: if BUSY */
    uint64_t        registry;       /* out: the last change */
    uint32_t        part_now;       /* out: parts that there are, ... */
    uint32_t        part_min;
    uint32_t        part_max;       /* ... exclusive */
} webhook_cluster_join_t;

/* LEAVE.  The node's lease ends in "stay" ms: others take what it has. */

typedef struct {
    uint64_t        stay;
} webhook_cluster_leave_t;

/* BEAT.  Renews the lease, and tells how the node is. */

typedef struct {
    uint64_t        lag;            /* ms that the oldest waits to be told */
    uint64_t        waiting;        /* things that do */
    uint64_t        wall;           /* now, by the node's clock */
    uint64_t        known;          /* change of the registry that it has */

    uint64_t        now;            /* out: the cluster's clock, ms */
    uint64_t        good;           /* out: as JOIN */
    uint64_t        registry;
    uint32_t        part_now;
    uint32_t        part_min;
    uint32_t        part_max;
    int64_t         ahead;          /* out: ms, "wall" before that of the
                                       server */
    unsigned        elected:1;      /* out: UPKEEP is its task */
    unsigned        claimable:1;    /* out: there is something to CLAIM */
    unsigned        draining:1;     /* out: it is to give away what it has */
} webhook_cluster_beat_t;

/*
 * SHIP.  What stands in the node's outbox behind "from", which is what the
 * cluster has, up to "to".  All of it or nothing is applied.  DUPLICATE: it was
 * applied before, up to "shipped", which may be less than "to".
 */

typedef struct {
    uint64_t                     from;
    uint64_t                     to;
    webhook_cluster_event_t     *events;
    uint32_t                     events_count;
    webhook_cluster_delivery_t  *deliveries;
    uint32_t                     deliveries_count;
    webhook_cluster_call_t      *calls;
    uint32_t                     calls_count;
    webhook_cluster_audit_t     *audits;
    uint32_t                     audits_count;
    webhook_id_t                *purged;    /* events and calls that nothing is
                                               to be kept of any more */
    uint32_t                     purged_count;

    uint64_t                     shipped;   /* out */
    uint32_t                     stale;     /* out: deliveries that another
                                               node has by now */
} webhook_cluster_ship_t;

/* ASK.  What became of deliveries that the node had shipped. */

typedef enum {
    WEBHOOK_CLUSTER_YOURS = 0,
    WEBHOOK_CLUSTER_MOVED,          /* another node has it */
    WEBHOOK_CLUSTER_OVER,
    WEBHOOK_CLUSTER_GONE,           /* over, and forgotten */
    WEBHOOK_CLUSTER_TOLD            /* over, as this node has told; it may have
                                       been retried here since */
} webhook_cluster_verdict_e;

typedef struct {
    webhook_id_t               event;
    uint64_t                   endpoint;
    uint32_t                   part;
    uint64_t                   pos;         /* out of MINE */
    webhook_cluster_verdict_e  verdict;     /* out of ASK, with the rest */
    webhook_state_e            state;
    uint32_t                   sends;       /* out of MINE, too */
    uint32_t                   status;
    uint64_t                   finished;
} webhook_cluster_known_t;

typedef struct {
    webhook_cluster_known_t     *known;     /* in (ASK, FETCH, TURNS), out
                                               (MINE, RELEASE) */
    uint32_t                     count;
    uint64_t                     after;     /* in and out, MINE */
    uint32_t                     max;       /* in, MINE, RELEASE */
} webhook_cluster_ask_t;

/*
 * CLAIM.  Takes deliveries that a dead node had, or nobody; FETCH: of what the
 * node has already, those that are named, whole.  Each event is told once, before
 * its deliveries; "damaged" counts what could not be read, and is left as it is.
 */

typedef struct {
    uint32_t                     max;
    uint64_t                     max_bytes;
    const webhook_cluster_known_t  *known;  /* in, FETCH */
    uint32_t                     known_count;

    webhook_cluster_event_t     *events;    /* out */
    uint32_t                     events_count;
    webhook_cluster_delivery_t  *deliveries;
    uint32_t                     deliveries_count;
    uint32_t                     damaged;
} webhook_cluster_claim_t;

/* TURNS.  Of keys that the cluster orders, those deliveries of the node that go
   before all of other nodes: some of each key, in the order of their places there,
   keys as they were named.  "event" is an output, of "heads" alone. */

typedef struct {
    webhook_ship_turn_t     *turns;
    uint32_t                 count;
    webhook_ship_turn_t     *heads;         /* out */
    uint32_t                 heads_count;
} webhook_cluster_turns_t;

/*
 * LIMITS.  The node's part of limits that hold for all nodes.  "slots" may be in
 * use at a time from the answer on, while the node's lease runs, until the next
 * call.  Before the answer has come the node may use the "held": those that it
 * was given last, or that are in use, whichever are more.  Whoever wants some
 * gets an equal part as they become free, or each in turn.
 *
 * Of sends the first may begin "first" us after the call returned (negative:
 * those up to it at once), each "gap" us after the one before, "count" of them
 * that come within "horizon" ms.  So the node has to keep to times: what is not
 * begun then is lost, for others' come between.
 */

typedef struct {
    uint64_t        endpoint;
    uint32_t        inflight;       /* in: the limits, for all */
    uint32_t        rate;
    uint32_t        per;
    uint32_t        burst;
    uint32_t        held;           /* in: slots that may be in use */
    uint32_t        want;           /* in: that could be used */
    uint32_t        sends;          /* in: that could begin */

    uint32_t        slots;          /* out */
    int64_t         first;
    uint64_t        gap;
    uint32_t        count;
} webhook_cluster_limit_t;

typedef struct {
    webhook_cluster_limit_t  *limits;       /* by ascending endpoint */
    uint32_t                  count;
    uint32_t                  horizon;
} webhook_cluster_limits_t;

/*
 * OBJECT.  As OBJECT of the store, for all nodes: kinds are those of the store
 * and the two below.  "token" names the change, so that a repeat of it is known.
 * CONFLICT: another version is there ("version" tells), or the name is "taken",
 * or the id was "used", or there are as many as there may be ("bound", as in the
 * store), or deliveries are "owed"; NOT_FOUND.
 *
 * "once" is kept for all nodes: a change that was done for the same key, by
 * another token, is DUPLICATE, and "once" tells what was answered.
 */

#define WEBHOOK_CLUSTER_PAUSE   100     /* its id is the endpoint's name */
#define WEBHOOK_CLUSTER_LIMIT   101

#define WEBHOOK_CLUSTER_PUT     (UINT64_MAX - 1)    /* expect: whether or not
                                                       it is there */

typedef struct {
    uint32_t          kind;
    webhook_object_t  object;
    uint64_t          wall;
    uint64_t          expect;       /* version; WEBHOOK_OBJECT_MAKE, _ANY, or
                                       WEBHOOK_CLUSTER_PUT */
    webhook_id_t      token;
    unsigned          remove:1;
    unsigned          past:1;       /* to be made: with the version, and as old,
                                       as "object" has it */
    uint32_t          max_all;      /* as OBJECT of the store */
    uint32_t          max_company;
    uint64_t          endpoint;     /* to be removed only if nothing is owed to
                                       it; 0: in any case */
    webhook_str_t     was;          /* MD5 of the data that it has to have: it
                                       is sealed anew, and its version stays;
                                       empty: it is changed */
    webhook_once_t    once;         /* in and out */

    uint64_t          version;      /* out */
    uint64_t          change;       /* out */
    uint64_t          pending;      /* out: if owed; 10000: or more */
    unsigned          taken:1;      /* out */
    unsigned          used:1;       /* out */
    unsigned          owed:1;       /* out */
    unsigned          bound:2;      /* out */
} webhook_cluster_object_t;

/* CHANGES.  As CHANGES of the store. */

typedef struct {
    uint64_t           since;
    uint32_t           max;
    uint64_t           max_bytes;

    webhook_object_t  *objects;     /* out; their kinds: */
    uint32_t          *kinds;
    uint32_t           count;
    uint64_t           next;
    uint64_t           last;
    unsigned           more:1;
    unsigned           lost:1;
} webhook_cluster_changes_t;

/* TALLY and SUMS.  What a node has counted; what all have. */

typedef struct {
    webhook_endpoint_stats_t  *endpoints;
    uint32_t                   count;
} webhook_cluster_sums_t;

/* RETRY.  Of what is dead or cancelled, in the cluster alone. */

typedef struct {
    webhook_id_t       event;
    uint64_t           endpoint;
    webhook_company_t  company;
} webhook_cluster_retry_t;

/*
 * STEER.  The node that has a delivery open is asked to retry it now, or to cancel
 * it: "node" tells which, and that it was asked is all that is known.  DUPLICATE:
 * it is over.  CONFLICT: nobody has it at this moment, or that node is asked for
 * too much already.
 */

typedef struct {
    webhook_id_t       event;
    uint64_t           endpoint;
    webhook_company_t  company;
    unsigned           cancel:1;
    webhook_str_t      node;        /* out */
} webhook_cluster_steer_t;

/* INBOX.  What the node is asked in this way, until it says by the numbers what it
   has dealt with. */

#define WEBHOOK_CLUSTER_INBOX_MAX  100

typedef struct {
    uint64_t           number;
    webhook_id_t       event;
    uint64_t           endpoint;
    unsigned           cancel:1;
} webhook_cluster_asked_t;

typedef struct {
    uint64_t                  done[WEBHOOK_CLUSTER_INBOX_MAX];      /* in */
    uint32_t                  done_count;
    webhook_cluster_asked_t  *asked;                                /* out */
    uint32_t                  count;
} webhook_cluster_inbox_t;

/* LIST, SHOW, CALLS.  As those of the store, with the nodes. */

typedef struct {
    webhook_filter_t             filter;
    webhook_str_t                node;      /* in: empty: any */
    webhook_cluster_delivery_t  *deliveries;
    uint32_t                     count;
    uint32_t                     damaged;
} webhook_cluster_list_t;

typedef struct {
    webhook_id_t                 id;
    uint64_t                     endpoint;  /* in: 0: all */
    webhook_company_t            company;
    webhook_cluster_event_t      event;     /* out */
    webhook_cluster_delivery_t  *deliveries;
    uint32_t                     count;
    uint32_t                     damaged;
} webhook_cluster_show_t;

typedef struct {
    webhook_op_calls_t           filter;    /* in and out, without calls */
    webhook_str_t                node;
    webhook_cluster_call_t      *calls;
    uint32_t                     count;
    uint32_t                     damaged;
} webhook_cluster_calls_t;

/* STATUS. */

typedef enum {
    WEBHOOK_CLUSTER_LIVES = 0,
    WEBHOOK_CLUSTER_ENDED,          /* its lease did */
    WEBHOOK_CLUSTER_GIVEN_UP,       /* what it has is taken by others */
    WEBHOOK_CLUSTER_FREE            /* its name may be taken */
} webhook_cluster_life_e;

typedef struct {
    webhook_str_t           name;
    webhook_cluster_life_e  life;
    int64_t                 left;       /* ms of its lease */
    uint64_t                lag;
    uint64_t                waiting;
    int64_t                 ahead;      /* ms, its clock before the server's */
    uint64_t                registry;
    uint64_t                seen;       /* wall */
    uint32_t                format;
    webhook_str_t           version;
    uint64_t                owed;       /* deliveries; above 10000: more */
} webhook_cluster_node_t;

typedef struct {
    webhook_cluster_node_t  *nodes;
    uint32_t                 count;
} webhook_cluster_status_t;

/* UPKEEP.  By the elected node, each minute.  "unread" are deliveries that nobody
   has, or dead nodes, in records that this node is too old for: those of a newer
   version take them; 10000: or more. */

typedef struct {
    uint32_t        made;
    uint32_t        dropped;
    uint32_t        swept;
    uint64_t        unread;
} webhook_cluster_upkeep_t;

/* ADMIN.  By the operator; the handle needs no node. */

typedef enum {
    WEBHOOK_CLUSTER_INIT = 0,       /* and MIGRATE */
    WEBHOOK_CLUSTER_MIGRATE,
    WEBHOOK_CLUSTER_DRAIN,          /* "node" */
    WEBHOOK_CLUSTER_RESTORED
} webhook_cluster_admin_e;

typedef struct {
    webhook_cluster_admin_e  what;
    webhook_str_t            node;
    unsigned                 force:1;
    int64_t                  count;     /* out: migrations; deliveries; -2: it
                                           lives, and has been asked */
    uint32_t                 schema;    /* out */
} webhook_cluster_admin_t;


typedef struct {
    webhook_cluster_op_e      type;
    webhook_cluster_result_e  result;       /* out */
    uint32_t                  timeout;      /* in: ms; 0: 10 seconds */
    void                     *memory;       /* out: what outputs live in */

    union {
        webhook_cluster_join_t     join;
        webhook_cluster_leave_t    leave;
        webhook_cluster_beat_t     beat;
        webhook_cluster_ship_t     ship;
        webhook_cluster_ask_t      ask;         /* ASK, MINE, RELEASE */
        webhook_cluster_claim_t    claim;       /* CLAIM, FETCH */
        webhook_cluster_turns_t    turns;
        webhook_cluster_limits_t   limits;
        webhook_cluster_object_t   object;
        webhook_cluster_changes_t  changes;
        webhook_cluster_sums_t     sums;        /* TALLY, SUMS */
        webhook_cluster_retry_t    retry;
        webhook_cluster_steer_t    steer;
        webhook_cluster_inbox_t    inbox;
        webhook_cluster_list_t     list;
        webhook_cluster_show_t     show;
        webhook_cluster_calls_t    calls;
        webhook_cluster_status_t   status;
        webhook_cluster_upkeep_t   upkeep;
        webhook_cluster_admin_t    admin;
    } u;
} webhook_cluster_op_t;


#endif /* WEBHOOK_CLUSTER_OP_H */
