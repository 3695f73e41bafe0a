
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An operation: one of those that the other headers describe, with its inputs,
 * its result and its outputs.
 */

#ifndef WEBHOOK_STORE_OP_H
#define WEBHOOK_STORE_OP_H

#include "store/webhook_store_result.h"
#include "store/webhook_op_event.h"
#include "store/webhook_op_delivery.h"
#include "store/webhook_op_call.h"
#include "store/webhook_op_history.h"
#include "store/webhook_op_object.h"
#include "store/webhook_op_task.h"
#include "store/webhook_op_admin.h"
#include "store/webhook_op_ship.h"


typedef enum {
    WEBHOOK_OP_PUT_EVENT = 0,
    WEBHOOK_OP_CLAIM,
    WEBHOOK_OP_COMPLETE,
    WEBHOOK_OP_ENDPOINT,
    WEBHOOK_OP_TAKEOVER,
    WEBHOOK_OP_JOURNAL,
    WEBHOOK_OP_EXPIRE,
    WEBHOOK_OP_PUT_CALL,
    WEBHOOK_OP_RESERVE,
    WEBHOOK_OP_SETTLE,
    WEBHOOK_OP_RETRY,
    WEBHOOK_OP_CANCEL,
    WEBHOOK_OP_PAUSE,
    WEBHOOK_OP_REPLAY,
    WEBHOOK_OP_CLOCK,
    WEBHOOK_OP_REMEMBER,
    WEBHOOK_OP_DISCARD,
    WEBHOOK_OP_TASK,
    WEBHOOK_OP_TASK_STEP,
    WEBHOOK_OP_TASK_END,
    WEBHOOK_OP_COPY,
    WEBHOOK_OP_PURGE,
    WEBHOOK_OP_OBJECT,
    WEBHOOK_OP_RECORD,
    WEBHOOK_OP_SHIP_STATE,
    WEBHOOK_OP_SHIP_EPOCH,
    WEBHOOK_OP_SHIP_NUMBER,
    WEBHOOK_OP_SHIP_DONE,
    WEBHOOK_OP_SHIP_REFUSED,
    WEBHOOK_OP_SHIP_BACK,
    WEBHOOK_OP_SHIP_FENCE,
    WEBHOOK_OP_SHIP_SETTLE,
    WEBHOOK_OP_SHIP_TAKE,
    WEBHOOK_OP_SHIP_GIVE,
    WEBHOOK_OP_SHIP_SHARE,
    WEBHOOK_OP_SHIP_TURN,
    WEBHOOK_OP_LIST,            /* from here on: read only */
    WEBHOOK_OP_SHOW,
    WEBHOOK_OP_CALLS,
    WEBHOOK_OP_KNOWN,
    WEBHOOK_OP_QUARANTINE,
    WEBHOOK_OP_TASKS,
    WEBHOOK_OP_TASK_LOOK,
    WEBHOOK_OP_COUNT,
    WEBHOOK_OP_RINGS,
    WEBHOOK_OP_OBJECTS,
    WEBHOOK_OP_CHANGES,
    WEBHOOK_OP_AUDIT,
    WEBHOOK_OP_STATS,
    WEBHOOK_OP_SHIP_ASK,
    WEBHOOK_OP_SHIP_HAVE,
    WEBHOOK_OP_SHIP_LIMITS,
    WEBHOOK_OP_SHIP_TURNS,
    WEBHOOK_OP_CHECK
} webhook_op_e;


/*
 * One operation.  Set type and the inputs of its member, the rest zeroed.
 * After the batch, result and the outputs are set; free them with
 * webhook_op_free().  With a result other than OK the outputs are zero, empty
 * or NULL, but where the operation says more.
 */

typedef struct {
    webhook_op_e            type;
    webhook_store_result_e  result;         /* out */
    void                   *memory;         /* out: what outputs live in */
    webhook_recorded_t     *recorded;       /* in and out: what is kept with a
                                               write; NULL: nothing */

    union {
        webhook_op_put_event_t  put_event;
        webhook_op_claim_t      claim;
        webhook_op_complete_t   complete;
        webhook_op_endpoint_t   endpoint;
        webhook_op_takeover_t   takeover;
        webhook_op_journal_t    journal;
        webhook_op_expire_t     expire;
        webhook_op_put_call_t   put_call;
        webhook_op_reserve_t    reserve;
        webhook_op_settle_t     settle;
        webhook_op_delivery_t   delivery;       /* RETRY, CANCEL */
        webhook_op_pause_t      pause;
        webhook_op_replay_t     replay;
        webhook_op_list_t       list;
        webhook_op_show_t       show;
        webhook_op_calls_t      calls;
        webhook_op_stats_t      stats;
        webhook_op_clock_t      clock;
        webhook_op_known_t      known;
        webhook_op_remember_t   remember;
        webhook_op_quarantine_t quarantine;
        webhook_op_discard_t    discard;
        webhook_op_task_t       task;
        webhook_op_task_step_t  task_step;      /* TASK_LOOK, TASK_STEP */
        webhook_op_task_end_t   task_end;
        webhook_op_tasks_t      tasks;
        webhook_op_count_t      counted;
        webhook_op_copy_t       copy;
        webhook_op_purge_t      purge;
        webhook_op_rings_t      rings;
        webhook_op_object_t     object;
        webhook_op_record_t     record;
        webhook_op_objects_t    objects;
        webhook_op_changes_t    changes;
        webhook_op_audit_t      audit;
        webhook_op_ship_state_t   ship_state;
        webhook_op_ship_epoch_t   ship_epoch;
        webhook_op_ship_number_t  ship_number;
        webhook_op_ship_done_t    ship_done;
        webhook_op_ship_refused_t ship_refused;
        webhook_op_ship_back_t    ship_back;
        webhook_op_ship_have_t    ship_have;
        webhook_op_ship_fence_t   ship_fence;
        webhook_op_ship_limits_t  ship_limits;
        webhook_op_ship_share_t   ship_share;
        webhook_op_ship_turns_t   ship_turns;
        webhook_op_ship_turn_t    ship_turn;
        webhook_op_ship_ask_t     ship_ask;
        webhook_op_ship_settle_t  ship_settle;
        webhook_op_ship_take_t    ship_take;
        webhook_op_ship_give_t    ship_give;
        webhook_op_check_t      check;
    } u;
} webhook_op_t;


/*
 * Frees what an operation's outputs point to, and clears the pointers and
 * their counts (not the operation; "more", "next", "cursor" and the result
 * stay).  May be called twice, and for one that was never applied but zeroed.
 */
void webhook_op_free(webhook_op_t *op);

/* The bytes that webhook_op_free() gives back: those of large bodies take time
   that grows with them. */
size_t webhook_op_size(const webhook_op_t *op);

/* Makes an operation as it was before it ran: for engines. */
void webhook_op_reset(webhook_op_t *op);


#endif /* WEBHOOK_STORE_OP_H */
