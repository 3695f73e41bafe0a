
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Metrics that bear a label: a row in shared memory for each endpoint and each
 * receiver, up to so many of each kind, and one more for all others together;
 * and histograms of what belongs to none of them.  They are kept over reloads,
 * as long as the number of rows stays.  Nothing is ever looked through to tell
 * them: what cannot be counted while it happens (how many deliveries wait) is
 * set every few seconds by who knows it.
 *
 * Rows are known by id, so that a name may change and what is gone can go.  A
 * row is made when it is first counted in or named.  One that was not named in
 * two rounds is free again: a round begins with ngx_webhook_labels_round(),
 * names all that there are, and ends with ngx_webhook_labels_round_done().
 *
 * Without webhook_metrics there is no such memory, and all of these do nothing.
 * Any thread, but for the round, which is one process's at a time.
 */

#ifndef NGX_WEBHOOK_LABELS_H
#define NGX_WEBHOOK_LABELS_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/labels/ngx_http_webhook_out.h"
#include "store/webhook_op_call.h"


#define NGX_WEBHOOK_LABELS      1000        /* rows of a kind, if not told */
#define NGX_WEBHOOK_LABELS_MAX  20000


typedef enum {
    NGX_WEBHOOK_LABEL_ENDPOINT = 0,
    NGX_WEBHOOK_LABEL_RECEIVER,
    NGX_WEBHOOK_LABEL_KINDS
} ngx_webhook_label_e;


/* What a send came to. */

typedef enum {
    NGX_WEBHOOK_SEND_DELIVERED = 0,
    NGX_WEBHOOK_SEND_FAILED,                /* to be sent again */
    NGX_WEBHOOK_SEND_DEAD,                  /* not to be sent again */
    NGX_WEBHOOK_SEND_RELEASED,              /* a local fault, not counted */
    NGX_WEBHOOK_SEND_OUTCOMES
} ngx_webhook_send_e;


/* Whose row it is.  Texts may be any bytes; what no label can hold is shown as
   "?", and a long title is cut. */

typedef struct {
    uint64_t                id;             /* webhook_id_name() of the label */
    ngx_str_t              *label;          /* a configured one's name, a
                                               registered one's id; up to 143
                                               bytes */
    ngx_str_t              *title;          /* as people call it; NULL: as the
                                               label, or as before */
    ngx_str_t              *company;        /* NULL: none, or as before */
} ngx_webhook_label_t;


/* How an endpoint is at the time of a round. */

typedef struct {
    uint64_t                waiting;        /* deliveries */
    uint64_t                sending;
    uint64_t                dead;
    uint64_t                due;            /* ms since the oldest was due */
    uint64_t                hold;           /* ms that first sends wait yet */
    unsigned                paused:1;
    unsigned                open:1;         /* the breaker */
    unsigned                held:1;         /* it must not act */
} ngx_webhook_label_state_t;


/* Makes the zone, with so many rows of each kind, 0 up to
   NGX_WEBHOOK_LABELS_MAX: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_labels_zone(ngx_conf_t *cf, ngx_uint_t rows,
    ngx_shm_zone_t **zone);

/* In a process that counts; NULL: it does not. */
void ngx_webhook_labels_attach(ngx_shm_zone_t *zone);

/* 1 if there are labels. */
ngx_uint_t ngx_webhook_labels_on(void);


/* A send is over: status 0 where no answer came, usec of all of it.  Of one
   that was released nothing but that is counted. */
void ngx_webhook_label_send(ngx_webhook_label_t *who,
    ngx_webhook_send_e outcome, ngx_uint_t status, uint32_t usec);

/* The phases of a send, usec each; 0: there was none. */
void ngx_webhook_label_phases(uint32_t connect, uint32_t tls,
    uint32_t first_byte, uint32_t total);

/* A call of a receiver is over. */
void ngx_webhook_label_call(ngx_webhook_label_t *who,
    webhook_call_outcome_e outcome, uint32_t usec);

/* A batch came back from the store; something was appended to the journal. */
void ngx_webhook_label_batch(uint64_t usec, ngx_uint_t operations);
void ngx_webhook_label_append(uint64_t usec);


/* A round; state is an endpoint's, of a receiver NULL. */
void ngx_webhook_labels_round(void);
void ngx_webhook_labels_name(ngx_webhook_label_e kind,
    ngx_webhook_label_t *who, ngx_webhook_label_state_t *state);
void ngx_webhook_labels_round_done(void);


/* How long sends took to the endpoints of the ids, or to all where ids is NULL:
   counts by bucket, that of all above bounds the last.  0: there are no labels.
   Takes as long as there are ids, or rows. */

#define NGX_WEBHOOK_LABEL_TIMES  16

typedef struct {
    ngx_uint_t              n;              /* buckets */
    const uint64_t         *bounds;         /* usec, of all but the last */
    uint64_t                counts[NGX_WEBHOOK_LABEL_TIMES];
    uint64_t                sum;            /* usec */
} ngx_webhook_label_times_t;

ngx_uint_t ngx_webhook_label_times(const uint64_t *ids, ngx_uint_t nids,
    ngx_webhook_label_times_t *times);


/* About how many bytes the text takes; and writes it, for Prometheus. */
size_t ngx_webhook_labels_size(void);
void ngx_webhook_labels_text(ngx_webhook_out_t *out);


#endif /* NGX_WEBHOOK_LABELS_H */
