
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The machine.  Each state has a function that begins it, which sets the task,
 * or goes on to another state at once; and one that ends it, once the task was
 * done, which returns the next state.
 */

#ifndef WEBHOOK_SHIPPER_INT_H
#define WEBHOOK_SHIPPER_INT_H

#include "cluster/shipper/webhook_shipper.h"


#define WEBHOOK_SHIPPER_PAGE     100        /* of ASK, MINE */
#define WEBHOOK_SHIPPER_READS    16         /* looks at things in one batch */
#define WEBHOOK_SHIPPER_BACKOFF  5000       /* ms at most */
#define WEBHOOK_SHIPPER_STUCK    60000      /* ms, where only people can help */
#define WEBHOOK_SHIPPER_UPKEEP   60000
#define WEBHOOK_SHIPPER_LATE     (30 * 86400000ULL)  /* ms until what was taken is
                                                       due, at most */
#define WEBHOOK_SHIPPER_MISSED   5000       /* ms until that is looked for */
#define WEBHOOK_SHIPPER_BEHIND   1000       /* ms between looks at how much is to
                                               be told */


typedef enum {
    WEBHOOK_SHIPPER_START = 0,      /* what the store knows */
    WEBHOOK_SHIPPER_NEXT,           /* it keeps what will be asked for */
    WEBHOOK_SHIPPER_JOIN,
    WEBHOOK_SHIPPER_SESSION,        /* it keeps what was given */
    WEBHOOK_SHIPPER_EPOCH,
    WEBHOOK_SHIPPER_KNOWN,          /* it keeps what the cluster has */
    WEBHOOK_SHIPPER_OPEN,           /* what it has that was shipped */
    WEBHOOK_SHIPPER_ASK,
    WEBHOOK_SHIPPER_SETTLE,
    WEBHOOK_SHIPPER_MINE,           /* what the cluster has of the node */
    WEBHOOK_SHIPPER_HAVE,
    WEBHOOK_SHIPPER_FETCH,
    WEBHOOK_SHIPPER_CLAIM,
    WEBHOOK_SHIPPER_TAKE,
    WEBHOOK_SHIPPER_NUMBER,
    WEBHOOK_SHIPPER_READ,
    WEBHOOK_SHIPPER_SHIP,
    WEBHOOK_SHIPPER_DONE,
    WEBHOOK_SHIPPER_REFUSED,
    WEBHOOK_SHIPPER_BACK,
    WEBHOOK_SHIPPER_CHANGES,
    WEBHOOK_SHIPPER_OBJECTS,
    WEBHOOK_SHIPPER_KEEP,           /* it keeps how far it has come */
    WEBHOOK_SHIPPER_OWN_PAGE,       /* what is here, and not there */
    WEBHOOK_SHIPPER_OWN_OFFER,
    WEBHOOK_SHIPPER_OWN_GONE,
    WEBHOOK_SHIPPER_OWN_END,
    WEBHOOK_SHIPPER_INBOX,          /* what others ask for */
    WEBHOOK_SHIPPER_STEER,
    WEBHOOK_SHIPPER_UPKEEPING,
    WEBHOOK_SHIPPER_RELEASE,
    WEBHOOK_SHIPPER_GIVE,
    WEBHOOK_SHIPPER_IDLE,           /* what next */
    WEBHOOK_SHIPPER_REST,           /* for "rest" ms, then "then" */
    WEBHOOK_SHIPPER_STATES
} webhook_shipper_state_e;


/* Of the second machine. */

typedef enum {
    WEBHOOK_BEATER_WAIT = 0,
    WEBHOOK_BEATER_BEAT,
    WEBHOOK_BEATER_FENCE,
    WEBHOOK_BEATER_LOOK,            /* what the store wants of limits */
    WEBHOOK_BEATER_LIMITS,
    WEBHOOK_BEATER_SHARE,           /* it gets what the cluster gave */
    WEBHOOK_BEATER_WAITING,         /* which keys wait for their turn */
    WEBHOOK_BEATER_TURNS,
    WEBHOOK_BEATER_TURN             /* it hears whose turn it is */
} webhook_beater_state_e;


/* Limits for all nodes. */

typedef struct {
    webhook_op_t                look;
    webhook_op_t                share;
    webhook_op_t               *ops;
    webhook_cluster_op_t        call;
    webhook_cluster_limit_t     asked[WEBHOOK_SHIP_LIMITS_MAX];
    webhook_ship_share_t        shares[WEBHOOK_SHIP_LIMITS_MAX];
    uint32_t                    count;
    uint64_t                    asked_at;   /* clock */
    webhook_id_t                session;    /* that was, in which it was asked */
    uint64_t                    at;         /* clock of the next look */
    uint64_t                    told;       /* clock when all were asked for */
    uint64_t                    after;      /* the page */
    uint64_t                    next;
    uint32_t                    waits;      /* endpoints, so far */
    uint64_t                    since;      /* clock: some wait; 0: none do */
    unsigned                    some:1;     /* there may be any */
    unsigned                    more:1;
    unsigned                    whole:1;    /* all are asked for */
    unsigned                    logged:1;
} webhook_shipper_limits_t;


/* Keys that are in an order for all nodes. */

typedef struct {
    webhook_op_t                look;
    webhook_op_t                turn;
    webhook_op_t               *ops;
    webhook_cluster_op_t        call;
    webhook_id_t                session;    /* that was, in which it was asked */
    unsigned char               cursor[WEBHOOK_SHIP_CURSOR];
    uint64_t                    at;         /* clock of the next look */
    uint64_t                    since;      /* clock: nothing can be asked, and
                                               some wait; 0: not so */
    uint32_t                    waits;      /* keys, so far */
    unsigned                    some:1;     /* there may be any */
    unsigned                    from:1;     /* the cursor is set */
    unsigned                    more:1;
    unsigned                    logged:1;
} webhook_shipper_turns_t;


typedef struct webhook_shipper_told_s  webhook_shipper_told_t;


struct webhook_shipper_s {
    webhook_shipper_options_t   o;
    webhook_shipper_news_t      news;

    webhook_shipper_state_e     state;
    webhook_shipper_state_e     then;
    unsigned                    begun:1;
    uint64_t                    rest;
    uint64_t                    backoff;
    webhook_shipper_task_t      task;
    const char                 *error;

    webhook_op_t                op[WEBHOOK_SHIPPER_OPS];
    webhook_op_t               *ops[WEBHOOK_SHIPPER_OPS];
    webhook_cluster_op_t        call;       /* to the cluster */
    webhook_cluster_op_t        page;       /* MINE, kept while FETCH runs */

    /* joining */
    webhook_op_ship_state_t     known;      /* what the store keeps */
    webhook_cluster_join_t      join;
    uint64_t                    asked_at;   /* clock, when it was asked for */
    unsigned char               cursor[WEBHOOK_SHIP_CURSOR];
    unsigned                    from:1;
    webhook_cluster_known_t     asked[WEBHOOK_SHIPPER_PAGE];
    uint32_t                    asked_count;
    uint64_t                    after;      /* MINE */
    webhook_ship_have_t         have[WEBHOOK_SHIPPER_PAGE];
    webhook_put_t               puts[WEBHOOK_SHIPPER_PAGE];
    webhook_past_t              pasts[WEBHOOK_SHIPPER_PAGE];
    uint32_t                    parts[WEBHOOK_SHIPPER_PAGE];
    webhook_op_put_event_t      events[WEBHOOK_SHIPPER_PAGE];
    uint32_t                    took;       /* events of the claim, so far */

    /* shipping */
    webhook_op_t                number;     /* SHIP_NUMBER, kept meanwhile */
    uint32_t                    limit;      /* entries of a batch */
    uint32_t                    read;       /* of them that were read */
    uint32_t                    things;     /* that were read */
    size_t                      bytes;
    void                       *memory;     /* arrays of the batch */
    webhook_op_t               *reads;      /* of each entry, kept */
    webhook_cluster_ship_t      ship;
    uint64_t                    to;
    webhook_shipper_told_t     *told;       /* of attempts; NULL: nothing is
                                               known */

    /* the registry */
    uint64_t                   *seen;       /* names of what came, sorted once
                                               all did */
    size_t                      seen_count;
    size_t                      seen_size;
    uint64_t                    newer;      /* the first change of a kind that is
                                               not known here; 0: none */
    webhook_op_t                own;        /* a page of what is here */
    unsigned char               own_cursor[WEBHOOK_OBJECT_CURSOR];
    uint32_t                    own_kind;
    uint32_t                    own_next;
    unsigned                    own_from:1;
    webhook_id_t                token;      /* of an offer */
    unsigned                    changes_more:1;
    unsigned                    anew:1;     /* all of it is to be read */
    unsigned                    whole:1;    /* and it is */
    unsigned                    lost:1;     /* since removals were forgotten */

    /* the inbox */
    uint64_t                    inboxed;    /* clock, when it was last seen */
    uint64_t                    dealt[WEBHOOK_CLUSTER_INBOX_MAX];
    uint32_t                    dealt_count;

    /* what the heartbeat tells */
    uint32_t                    part_now;
    uint32_t                    part_min;
    uint32_t                    part_max;
    uint64_t                    registry;
    uint64_t                    until;      /* clock that sends may run to */
    uint64_t                    tidied;     /* clock, the last UPKEEP */
    unsigned                    claimable:1;
    unsigned                    elected:1;
    unsigned                    draining:1;
    unsigned                    drains:1;   /* the fence stays shut: what has a
                                               number goes to others */
    uint64_t                    drained;    /* clock that its sends end at */
    uint64_t                    missed;     /* clock to look for what is ours, and
                                               not here; 0: nothing is */
    unsigned                    strayed:1;  /* something is not ours any more */
    unsigned                    unsure:1;   /* a SHIP may be on its way yet */
    unsigned                    more:1;     /* there is more to number */
    unsigned                    busy:1;     /* a batch was shipped */

    /* the heartbeat's */
    webhook_beater_state_e      beating;
    unsigned                    beat_begun:1;
    webhook_shipper_task_t      beat_task;
    webhook_cluster_op_t        beat;
    webhook_op_t                fence;
    webhook_op_t                state_op;   /* how far the store is behind */
    webhook_op_t               *fence_ops[2];
    uint64_t                    beat_at;    /* clock, when it was asked for */
    uint64_t                    next;       /* clock of the next beat */
    unsigned                    fenced:1;   /* the fence is to be set */
    webhook_shipper_limits_t    limits;
    webhook_shipper_turns_t     turns;
};


typedef int (*webhook_shipper_begin_pt)(webhook_shipper_t *sh);
typedef webhook_shipper_state_e (*webhook_shipper_end_pt)(
    webhook_shipper_t *sh);


/* What begins a state returns: there is a task; or the state was another one. */

#define WEBHOOK_SHIPPER_TASK   0
#define WEBHOOK_SHIPPER_AGAIN  1


/* The tasks: operations 0 .. count - 1 of the store, the call of the cluster. */
int webhook_shipper_store(webhook_shipper_t *sh, uint32_t count);
int webhook_shipper_cluster(webhook_shipper_t *sh, webhook_cluster_op_e type);
int webhook_shipper_go(webhook_shipper_t *sh, webhook_shipper_state_e state);

/* The state that waits, and goes on then. */
webhook_shipper_state_e webhook_shipper_rest(webhook_shipper_t *sh,
    uint64_t ms, webhook_shipper_state_e then);

/* The state after a call that was not done: it is told, and waited for. */
webhook_shipper_state_e webhook_shipper_failed(webhook_shipper_t *sh,
    webhook_cluster_result_e result, webhook_shipper_state_e then);

/* A store that does not answer as it should: all over again, later. */
webhook_shipper_state_e webhook_shipper_broken(webhook_shipper_t *sh);

/* An operation of the store, zeroed. */
webhook_op_t *webhook_shipper_op(webhook_shipper_t *sh, uint32_t n,
    webhook_op_e type);
void webhook_shipper_log(webhook_shipper_t *sh, webhook_store_log_e level,
    const char *format, ...) __attribute__((format(printf, 3, 4)));


/* webhook_shipper_join.c */
int webhook_shipper_start(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_started(webhook_shipper_t *sh);
int webhook_shipper_next_kept(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_next_was(webhook_shipper_t *sh);
int webhook_shipper_join(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_was_joined(webhook_shipper_t *sh);
int webhook_shipper_session(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_session_was(webhook_shipper_t *sh);
int webhook_shipper_epoch(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_epoch_was(webhook_shipper_t *sh);
int webhook_shipper_known(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_known_was(webhook_shipper_t *sh);
int webhook_shipper_open(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_opened(webhook_shipper_t *sh);
int webhook_shipper_ask(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_was_asked(webhook_shipper_t *sh);
int webhook_shipper_settle(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_settled(webhook_shipper_t *sh);

/* webhook_shipper_take.c */
int webhook_shipper_mine(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_mine_was(webhook_shipper_t *sh);
int webhook_shipper_have(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_had(webhook_shipper_t *sh);
int webhook_shipper_fetch(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_fetched(webhook_shipper_t *sh);
int webhook_shipper_claim(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_claimed(webhook_shipper_t *sh);
int webhook_shipper_take(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_took(webhook_shipper_t *sh);
int webhook_shipper_release(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_released(webhook_shipper_t *sh);
int webhook_shipper_give(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_gave(webhook_shipper_t *sh);

/* webhook_shipper_ship.c */
int webhook_shipper_number(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_numbered(webhook_shipper_t *sh);
int webhook_shipper_read(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_was_read(webhook_shipper_t *sh);
int webhook_shipper_ship(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_shipped(webhook_shipper_t *sh);
int webhook_shipper_done(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_was_done(webhook_shipper_t *sh);
int webhook_shipper_refused(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_was_refused(webhook_shipper_t *sh);
int webhook_shipper_back(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_was_back(webhook_shipper_t *sh);
void webhook_shipper_batch_free(webhook_shipper_t *sh);

/* webhook_shipper_batch.c */
int webhook_shipper_batch(webhook_shipper_t *sh);

/* webhook_shipper_told.c: leaves out the attempts that were told; what was told by
   the batch; nothing is known any more. */
void webhook_shipper_untold(webhook_shipper_t *sh,
    webhook_cluster_delivery_t *d);
void webhook_shipper_tell(webhook_shipper_t *sh);
void webhook_shipper_told_none(webhook_shipper_t *sh);

/* webhook_shipper_registry.c */
int webhook_shipper_changes(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_changed(webhook_shipper_t *sh);
int webhook_shipper_objects(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_objects_were(webhook_shipper_t *sh);
int webhook_shipper_keep(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_kept(webhook_shipper_t *sh);
uint64_t webhook_shipper_name(uint32_t kind, const webhook_str_t *id);
int webhook_shipper_upkeep_due(const webhook_shipper_t *sh, uint64_t now);
int webhook_shipper_upkeep(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_tidied(webhook_shipper_t *sh);

/* webhook_shipper_limits.c */
int webhook_shipper_limits_due(const webhook_shipper_t *sh, uint64_t now);
void webhook_shipper_look(webhook_shipper_t *sh);
webhook_beater_state_e webhook_shipper_looked(webhook_shipper_t *sh);
void webhook_shipper_limits(webhook_shipper_t *sh);
webhook_beater_state_e webhook_shipper_limited(webhook_shipper_t *sh);
void webhook_shipper_share(webhook_shipper_t *sh);
webhook_beater_state_e webhook_shipper_shared(webhook_shipper_t *sh);

/* webhook_shipper_turns.c */
int webhook_shipper_turns_due(const webhook_shipper_t *sh, uint64_t now);
void webhook_shipper_turns_hurry(webhook_shipper_t *sh);
void webhook_shipper_waiting(webhook_shipper_t *sh);
webhook_beater_state_e webhook_shipper_waited(webhook_shipper_t *sh);
void webhook_shipper_turns(webhook_shipper_t *sh);
webhook_beater_state_e webhook_shipper_turns_were(webhook_shipper_t *sh);
void webhook_shipper_turn(webhook_shipper_t *sh);
webhook_beater_state_e webhook_shipper_turned(webhook_shipper_t *sh);

/* webhook_shipper_inbox.c */
int webhook_shipper_inbox(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_inbox_was(webhook_shipper_t *sh);
int webhook_shipper_steer(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_steered(webhook_shipper_t *sh);

/* webhook_shipper_own.c */
webhook_shipper_state_e webhook_shipper_own_begin(webhook_shipper_t *sh);
int webhook_shipper_own(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_own_was(webhook_shipper_t *sh);
int webhook_shipper_offer(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_offered(webhook_shipper_t *sh);
int webhook_shipper_gone(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_was_gone(webhook_shipper_t *sh);
int webhook_shipper_own_end(webhook_shipper_t *sh);
webhook_shipper_state_e webhook_shipper_own_ended(webhook_shipper_t *sh);


#endif /* WEBHOOK_SHIPPER_INT_H */
