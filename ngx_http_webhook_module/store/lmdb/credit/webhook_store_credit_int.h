
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Credits in memory.  Each is in a list of its endpoint's place: idle ones are in
 * one of their own, and used ones are found by their event, so that nothing that
 * is done for each event takes longer the more there are.  The thread that has
 * the store makes and frees places and credits; the one that keeps makes used
 * ones of idle ones, and nothing else.  What a transaction does is staged: it is
 * so with its commit.
 */

#ifndef WEBHOOK_STORE_CREDIT_INT_H
#define WEBHOOK_STORE_CREDIT_INT_H

#include "store/lmdb/credit/webhook_store_credit.h"


#define WEBHOOK_CREDITS        4096         /* of a process */
#define WEBHOOK_CREDIT_PLACES  512          /* endpoints */


typedef enum {
    WEBHOOK_CREDIT_FREE = 0,
    WEBHOOK_CREDIT_IDLE,
    WEBHOOK_CREDIT_USED,
    WEBHOOK_CREDIT_TAKEN,               /* staged: IDLE then */
    WEBHOOK_CREDIT_SPENT,               /* staged: USED, FREE then */
    WEBHOOK_CREDIT_GIVEN                /* staged: IDLE, FREE then */
} webhook_credit_e;


typedef struct webhook_credit_one_s    webhook_credit_one_t;
typedef struct webhook_credit_place_s  webhook_credit_place_t;


struct webhook_credit_one_s {
    webhook_credit_one_t    *next;      /* of the place's list, or of those
                                           free */
    webhook_credit_one_t   **at;        /* what points to it in that list */
    webhook_credit_one_t    *alike;     /* the next one that is used, of the
                                           bucket */
    webhook_credit_place_t  *place;
    webhook_credit_e         state;
    uint64_t                 token;
    webhook_id_t             event;     /* that it is used for */
    uint64_t                 sequence;  /* in the journal; 0: it has gone */
    uint64_t                 lease;     /* ms, as was asked for with it: the
                                           journal's record has it not */
};


struct webhook_credit_place_s {
    webhook_credit_place_t  *next;      /* of the bucket, or of those free */
    webhook_credit_one_t    *idle;
    webhook_credit_one_t    *ones;      /* all others */
    uint64_t                 endpoint;
    uint32_t                 idles;     /* in the list */
    uint32_t                 held;      /* with what is staged */
    uint32_t                 written;   /* what the row has, the same */
    uint32_t                 row;       /* what it has as committed */
    uint64_t                 last;      /* engine time of the last use */
    unsigned                 named:1;   /* it is in a bucket */

    uint64_t                 batch;     /* of the thread that keeps: where "fit"
                                           is of */
    unsigned                 fit;       /* credits may be used */
};


struct webhook_credit_s {
    pthread_mutex_t          mutex;     /* of lists, states and flags */

    webhook_credit_one_t     ones[WEBHOOK_CREDITS];
    webhook_credit_one_t    *free;
    webhook_credit_one_t    *used[WEBHOOK_CREDITS];     /* buckets */
    webhook_credit_one_t    *staged[WEBHOOK_CREDITS];
    uint32_t                 staged_count;

    webhook_credit_place_t   places[WEBHOOK_CREDIT_PLACES];
    webhook_credit_place_t  *free_places;
    webhook_credit_place_t  *buckets[WEBHOOK_CREDIT_PLACES];

    uint32_t                 owners;    /* that live; 0: not known */
    uint64_t                 applied;   /* of the journal */
    uint64_t                 batch;     /* of the thread that keeps */
    unsigned                 doubt;     /* what the rows have is not known */
    unsigned                 closed;    /* no more are taken */
    unsigned                 settles;   /* staged: the doubt is over */
};


/* All of these are called with the mutex. */

/* That of an endpoint, or NULL. */
webhook_credit_place_t *webhook_credit_find(webhook_credit_t *c,
    uint64_t endpoint);

/* Makes one: NULL where there is no room. */
webhook_credit_place_t *webhook_credit_place(webhook_credit_t *c,
    uint64_t endpoint);

/* Removes one if it has no credits. */
void webhook_credit_unplace(webhook_credit_t *c, webhook_credit_place_t *p);

/* Takes one more; NULL where there is no room. */
webhook_credit_one_t *webhook_credit_take(webhook_credit_t *c,
    webhook_credit_place_t *p);

/* The next of its place behind this one, in whatever list; the first where it is
   NULL. */
webhook_credit_one_t *webhook_credit_next(const webhook_credit_place_t *p,
    const webhook_credit_one_t *one);

/* One that is idle is used: "event" is set. */
void webhook_credit_begun(webhook_credit_t *c, webhook_credit_one_t *one);

/* It is staged that this one is given back or spent. */
void webhook_credit_stage(webhook_credit_t *c, webhook_credit_one_t *one,
    webhook_credit_e state);

/* The one that is used for an event, or with this token where event is NULL. */
webhook_credit_one_t *webhook_credit_used(webhook_credit_t *c,
    uint64_t endpoint, const webhook_id_t *event, uint64_t token);

/* 1 if nothing but slots and who is due stands against a send.  Without the
   mutex, too. */
unsigned webhook_credit_open(const webhook_txn_t *t,
    const webhook_endpoint_row_t *ep);

/* How many credits of an endpoint this process may hold, which holds some. */
uint32_t webhook_credit_share(const webhook_txn_t *t,
    const webhook_endpoint_row_t *ep, uint32_t held);


#endif /* WEBHOOK_STORE_CREDIT_INT_H */
