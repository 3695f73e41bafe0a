
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The shared memory of labels: labels.c counts in it, labels_row.c finds its
 * rows, labels_text.c tells it.
 */

#ifndef NGX_WEBHOOK_LABELS_INT_H
#define NGX_WEBHOOK_LABELS_INT_H

#include "http/labels/ngx_http_webhook_labels.h"


#define NGX_WEBHOOK_LABEL_LEN     144       /* bytes of a row's texts */
#define NGX_WEBHOOK_LABEL_TITLE   208
#define NGX_WEBHOOK_LABEL_OWNER   64

#define NGX_WEBHOOK_BUCKETS_MAX   16        /* with that of all above */

#define NGX_WEBHOOK_SEND_CLASSES  6         /* none, 1xx .. 5xx */


/* Counts by bucket, and the sum of what was seen. */

typedef struct {
    ngx_atomic_t             counts[NGX_WEBHOOK_BUCKETS_MAX];
    ngx_atomic_t             sum;
} ngx_webhook_histogram_t;


/* The upper bounds of a histogram's buckets, ascending, and how they are
   written. */

typedef struct {
    ngx_uint_t               n;             /* without that of all above */
    const uint64_t          *bounds;
    const char             **texts;
} ngx_webhook_buckets_t;


typedef struct {
    uint64_t                 id;
    uint32_t                 next;          /* of its chain, or of the free
                                               ones: number + 1; 0: none */
    uint32_t                 round;         /* it was last named in */
    unsigned                 used:1;

    u_char                   label_len;
    u_char                   title_len;
    u_char                   owner_len;
    u_char                   label[NGX_WEBHOOK_LABEL_LEN];
    u_char                   title[NGX_WEBHOOK_LABEL_TITLE];
    u_char                   owner[NGX_WEBHOOK_LABEL_OWNER];

    /* sends by outcome, of an endpoint; calls by outcome, of a receiver */
    uint64_t                 counts[WEBHOOK_CALL_OUTCOMES];
    uint64_t                 classes[NGX_WEBHOOK_SEND_CLASSES];
    ngx_webhook_histogram_t  total;

    /* of the last round; of all others together sums, and the largest of
       what is a time */
    uint64_t                 waiting;
    uint64_t                 sending;
    uint64_t                 dead;
    uint64_t                 due;
    uint64_t                 hold;
    uint64_t                 paused;
    uint64_t                 open;
    uint64_t                 held;
} ngx_webhook_label_row_t;

_Static_assert(WEBHOOK_CALL_OUTCOMES >= NGX_WEBHOOK_SEND_OUTCOMES,
               "a row has a counter for each outcome");


typedef struct {
    ngx_uint_t               top;           /* rows that were ever used */
    uint32_t                 spare;         /* of them free now: number + 1 */
    ngx_webhook_label_row_t  other;
    ngx_webhook_label_row_t  others;        /* the state of the round that is
                                               under way */
    uint32_t                *heads;         /* of chains, by the id's bits */
    ngx_webhook_label_row_t *rows;
} ngx_webhook_label_kind_t;


typedef enum {
    NGX_WEBHOOK_PHASE_CONNECT = 0,
    NGX_WEBHOOK_PHASE_TLS,
    NGX_WEBHOOK_PHASE_FIRST_BYTE,
    NGX_WEBHOOK_PHASE_TOTAL,
    NGX_WEBHOOK_PHASES
} ngx_webhook_phase_e;


typedef struct {
    ngx_uint_t               rows;          /* of each kind */
    ngx_uint_t               mask;          /* of heads */
    uint32_t                 round;
    ngx_atomic_t             seen;          /* s of the wall clock: the last
                                               round's end; 0: none was */
    ngx_webhook_label_kind_t kinds[NGX_WEBHOOK_LABEL_KINDS];

    ngx_webhook_histogram_t  phases[NGX_WEBHOOK_PHASES];
    ngx_webhook_histogram_t  batch;         /* usec */
    ngx_webhook_histogram_t  operations;
    ngx_webhook_histogram_t  append;        /* usec */
} ngx_webhook_labels_t;


extern const ngx_webhook_buckets_t  ngx_webhook_buckets_phase;
extern const ngx_webhook_buckets_t  ngx_webhook_buckets_total;
extern const ngx_webhook_buckets_t  ngx_webhook_buckets_batch;
extern const ngx_webhook_buckets_t  ngx_webhook_buckets_operations;


/* NULL in a process that does not count.  The lock is held for what a row
   takes, and core frees it where its holder dies. */
ngx_webhook_labels_t *ngx_webhook_labels(void);
void ngx_webhook_labels_lock(void);
void ngx_webhook_labels_unlock(void);


/* The row of an id, made where there is room for one, or NULL; with "name" its
   texts are set anew.  Locked. */
ngx_webhook_label_row_t *ngx_webhook_label_row(ngx_webhook_labels_t *t,
    ngx_webhook_label_e kind, ngx_webhook_label_t *who, ngx_uint_t name);

/* The row of an id if there is one, or NULL.  Locked. */
ngx_webhook_label_row_t *ngx_webhook_label_row_find(ngx_webhook_labels_t *t,
    ngx_webhook_label_e kind, uint64_t id);

/* Frees a row that was not named for long.  Locked. */
void ngx_webhook_label_row_check(ngx_webhook_labels_t *t,
    ngx_webhook_label_e kind, ngx_uint_t number);


#endif /* NGX_WEBHOOK_LABELS_INT_H */
