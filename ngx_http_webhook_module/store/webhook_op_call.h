
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Calls of receivers: their history; and which of them are repeats.
 */

#ifndef WEBHOOK_OP_CALL_H
#define WEBHOOK_OP_CALL_H

#include "core/base/webhook_id.h"
#include "core/base/webhook_str.h"


#define WEBHOOK_METHOD_MAX          31          /* bytes each, of a call */
#define WEBHOOK_CALL_TEXT_MAX       1024
#define WEBHOOK_CALL_HEADERS_MAX    4096
#define WEBHOOK_CALL_BODY_MAX       65536
#define WEBHOOK_CALL_VERIFIED_MAX   255
#define WEBHOOK_CALL_ANSWER_MAX     1024

#define WEBHOOK_CALL_ACTIONS_MAX    32

#define WEBHOOK_DEDUPE_ANSWER       4096        /* bytes at most */
#define WEBHOOK_DEDUPE_TYPE         255


/* How a call ended.  The numbers are kept: new ones go to the end. */

typedef enum {
    WEBHOOK_CALL_UNTOLD = 0,        /* kept before that was told */
    WEBHOOK_CALL_OK,
    WEBHOOK_CALL_ACCEPTED,          /* its actions are a delivery's */
    WEBHOOK_CALL_REPEAT,            /* of another, and answered as that */
    WEBHOOK_CALL_SKIPPED,           /* it was not for us */
    WEBHOOK_CALL_REFUSED,           /* for what is wrong with it */
    WEBHOOK_CALL_FAILED,
    WEBHOOK_CALL_DRY_RUN,           /* whatever came of it */
    WEBHOOK_CALL_HANDSHAKE,         /* a question of its sender */
    WEBHOOK_CALL_TEST               /* as OK or ACCEPTED, with nothing called */
} webhook_call_outcome_e;

#define WEBHOOK_CALL_OUTCOMES  10

/* "ok", "dry_run" ..., or NULL if it is UNTOLD; and back, UNTOLD where it is
   none of these. */
const char *webhook_call_outcome_name(webhook_call_outcome_e outcome);
webhook_call_outcome_e webhook_call_outcome_parse(const webhook_str_t *text);


/*
 * PUT_CALL.  Keeps one call of a receiver, for its history.  OK, DUPLICATE,
 * FULL as an event; UNAVAILABLE without a receiver, or with more actions than
 * there may be.  All of its texts are cut to what is kept.
 */

typedef struct {
    webhook_str_t  method;          /* 31 bytes are kept */
    webhook_str_t  uri;             /* 1024 are kept, of each text without a
                                       comment of its own */
    webhook_str_t  body;
    uint32_t       status;          /* the action's answer; 0: not called */
    uint32_t       total;           /* microseconds */
} webhook_call_action_t;

typedef struct {
    webhook_id_t            id;
    uint64_t                receiver;   /* webhook_id_name() */
    webhook_str_t           name;       /* the receiver's; 255 bytes */
    webhook_str_t           company;    /* whose it is, up to 64 bytes; empty:
                                           nobody's */
    uint64_t                wall;
    uint32_t                total;      /* microseconds */
    uint32_t                status;     /* what the caller was answered */
    webhook_call_outcome_e  outcome;
    unsigned                durable:1;  /* its actions are, or were in the call
                                           that it repeats, ... */
    webhook_id_t            event;      /* ... the delivery of this event to
                                           the endpoint "receiver:NAME" */
    webhook_str_t           remote;     /* address of the caller */
    webhook_str_t           content_type;
    webhook_str_t           headers;    /* what came in, redacted by the
                                           caller; 4096 bytes are kept */
    webhook_str_t           body;       /* the same; 65536 are kept */
    webhook_str_t           verified;   /* "standard: ok", "off" ...; 255
                                           bytes are kept */
    webhook_str_t           answer;     /* what the caller got; 1024 bytes */
    webhook_str_t           error;      /* empty if all went well */
    webhook_str_t           outline;    /* the error without what came in, was
                                           sent on or came back, where it has
                                           any of that; or empty */
    unsigned                whole:1;    /* body is all that came in, and as it
                                           came */
    unsigned                known:1;    /* out: these two are known; not of
                                           calls that an older version kept */
    webhook_call_action_t  *actions;
    uint32_t                actions_count;   /* up to 32 */
} webhook_call_t;

typedef struct {
    webhook_call_t  call;
} webhook_op_put_call_t;


/*
 * RESERVE and SETTLE.  Who asks first for a key acts; the others are told, in
 * whatever process they are.  A reservation whose owner died, or that ran out,
 * is NEW again; one that was settled is known for "keep", whatever becomes of
 * its owner.  None is forgotten before its end: where there are as many as
 * there may be (options.dedupe_rows), or where they take a quarter of the
 * store, a key that is not known is FULL, with "bound" set; without it, it is
 * the store that is full.
 *
 * SETTLE: STALE where the reservation was lost, DUPLICATE where it is settled,
 * UNAVAILABLE for an answer that is too long.  Where there is little room the
 * answer is forgotten, but not that there was the call, and its status.
 */

/* How a call was answered. */

typedef struct {
    uint32_t            status;     /* 200, or 202 of a durable one */
    webhook_str_t       text;       /* up to 4096 bytes; empty: not kept, or
                                       with "sent" that it had none */
    uint32_t            sent;       /* not 0: the number that was sent, with
                                       this text and this type and no other */
    webhook_str_t       type;       /* up to 255 bytes; empty: none */
    unsigned            durable:1;  /* its actions are the delivery of ... */
    webhook_id_t        event;      /* ... this event */
} webhook_answered_t;

typedef enum {
    WEBHOOK_DEDUPE_NEW = 0,         /* yours: act, then SETTLE with token */
    WEBHOOK_DEDUPE_RUNNING,         /* another is at it */
    WEBHOOK_DEDUPE_SEEN             /* it was settled: answer says how */
} webhook_dedupe_e;

typedef struct {
    uint64_t            scope;      /* in: webhook_id_name() of a receiver */
    unsigned char       key[32];    /* in: SHA-256 of what repeats share */
    uint64_t            run;        /* in: ms the action may take at most */
    uint64_t            asker;      /* in: not 0: a number of this request's,
                                       so that it can be repeated */

    unsigned            bound:1;    /* out, if FULL: too many are known */
    webhook_dedupe_e    state;      /* out */
    uint64_t            token;      /* out, if NEW */
    webhook_answered_t  answer;     /* out, if SEEN: what SETTLE was told */
} webhook_op_reserve_t;

typedef struct {
    uint64_t            scope;
    unsigned char       key[32];
    uint64_t            token;
    uint64_t            keep;       /* ms to remember it; 0: forget it, the
                                       action failed and may come again */
    webhook_answered_t  answer;
} webhook_op_settle_t;



/*
 * KNOWN.  What is known of repeats: calls that RESERVE and SETTLE dealt with
 * (but for those that are under way), or events with an idempotency key.  Page
 * by page, as LIST, in no order.  REMEMBER puts one that another store knew:
 * DUPLICATE if it is known here, FULL at the bound, UNAVAILABLE if nothing is
 * left of its time or the answer is too long.
 */

typedef enum {
    WEBHOOK_KNOWN_CALL = 0,
    WEBHOOK_KNOWN_EVENT
} webhook_known_e;

typedef struct {
    webhook_known_e     kind;
    uint64_t            scope;              /* CALL: the receiver */
    unsigned char       key[32];
    unsigned char       body[32];           /* EVENT */
    webhook_id_t        event;              /* EVENT: that was put */
    uint64_t            left;               /* ms that it is known yet */
    webhook_answered_t  answer;             /* CALL: what SETTLE was told */
} webhook_known_t;

#define WEBHOOK_KNOWN_CURSOR  64

typedef struct {
    webhook_known_e   kind;                 /* in */
    unsigned char     cursor[WEBHOOK_KNOWN_CURSOR];
    unsigned          from:1;
    unsigned          more:1;
    uint32_t          max;                  /* in */

    webhook_known_t  *known;                /* out */
    uint32_t          count;
    uint32_t          damaged;              /* that could not be read */
} webhook_op_known_t;

typedef struct {
    webhook_known_t   known;
} webhook_op_remember_t;


#endif /* WEBHOOK_OP_CALL_H */
