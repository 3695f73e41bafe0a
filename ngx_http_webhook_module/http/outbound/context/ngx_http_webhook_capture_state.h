
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The state of a request: what matched it, what was kept of its bodies, and
 * what its response's filter does.  Only main requests have one.  It is found
 * through the cleanup list of the request's pool and not in r->ctx, since it
 * has to outlive internal redirects: the body of a request is read before
 * them, and what became of its events is logged behind them.
 */

#ifndef NGX_WEBHOOK_CAPTURE_STATE_H
#define NGX_WEBHOOK_CAPTURE_STATE_H

#include "http/outbound/context/ngx_http_webhook_capture_copy.h"
#include "http/outbound/delivery/ngx_http_webhook_dispatcher.h"
#include "http/outbound/payload/ngx_http_webhook_document.h"
#include "http/outbound/payload/ngx_http_webhook_traceparent.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


/* The bit of r->buffered that stands for "capture holds output back". */

#define NGX_WEBHOOK_BUFFERED  0x08


/* One of the two bodies of a request. */

typedef struct {
    ngx_webhook_copy_t            copy;         /* as it came */
    ngx_webhook_document_t        document;     /* decoded */
    ngx_str_t                     type;         /* its Content-Type */
    ngx_str_t                     coding;       /* its Content-Encoding */

    const char                   *reason;       /* why it cannot be had */
    ngx_webhook_counter_e         counter;      /* and what that counts as */
    unsigned                      fetched:1;    /* the request's: copy,
                                                   type, coding are */
    unsigned                      known:1;      /* document or reason is */
} ngx_webhook_body_t;


typedef enum {
    NGX_WEBHOOK_MATCH_OPEN = 0,         /* waits for the body */
    NGX_WEBHOOK_MATCH_AWAY,             /* a thread makes the event */
    NGX_WEBHOOK_MATCH_MADE,             /* it did; in a work alone */
    NGX_WEBHOOK_MATCH_DROPPED,          /* a condition did not hold */
    NGX_WEBHOOK_MATCH_SKIPPED,          /* nobody asked for it */
    NGX_WEBHOOK_MATCH_PENDING,          /* on its way into the store */
    NGX_WEBHOOK_MATCH_COMMITTED,
    NGX_WEBHOOK_MATCH_FAILED
} ngx_webhook_match_e;


typedef struct ngx_webhook_capture_s  ngx_webhook_capture_t;
typedef struct ngx_webhook_match_s    ngx_webhook_match_t;
typedef struct ngx_webhook_settle_s   ngx_webhook_settle_t;

typedef void (*ngx_webhook_wake_pt)(ngx_webhook_capture_t *capture);


/* A rule that matched, and what comes of it. */

struct ngx_webhook_match_s {
    ngx_webhook_match_t          *next;
    ngx_webhook_capture_t        *capture;
    ngx_webhook_rule_t           *rule;
    ngx_webhook_match_e           state;

    webhook_id_t                  id;
    ngx_str_t                     id_text;
    u_char                        id_data[WEBHOOK_ID_TEXT_LEN];
    uint64_t                      wall;
    u_char                        key[WEBHOOK_HASH_LEN];    /* if keyed */
    ngx_str_t                     company;                  /* if owned */
    webhook_trace_t               trace;                    /* if traced */

    ngx_str_t                     uri;          /* that the rule matched */
    int                          *captures;     /* of it, once asked for */
    const char                   *reason;       /* why a value could not be
                                                   had, or NULL */
    ngx_webhook_document_t       *unread;       /* a body that was asked for a
                                                   value and has none, or
                                                   NULL */
    const char                   *failure;      /* in a work: why there is no
                                                   event, and what that */
    ngx_webhook_counter_e         counter;      /*   counts as */

    ngx_webhook_event_t          *event;        /* in MADE, PENDING */

    unsigned                      keyed:1;      /* a repeat is known by key */
    unsigned                      traced:1;     /* it continues a trace */
    unsigned                      chosen:1;     /* to be settled now */
    unsigned                      owned:1;      /* it is known whose it is */
};


/*
 * What the response's filter does:
 *
 *   IDLE ---> COPY ------------------------------.
 *      |\                                         \
 *      | `--> HOLD -----> COMMIT ---> RELEASE ---> DONE
 *      |         \        /                        /
 *      |          `> STREAM ----------------------'
 *      `--> (header alone) COMMIT
 *
 * A response is held whole if a rule reads it, it is no stream and there is
 * room: the event is kept then even if the client leaves in its midst.  Of all
 * others the end alone is held back, as long as an event is on its way.
 */

typedef enum {
    NGX_WEBHOOK_CAPTURE_IDLE = 0,       /* no rule matched so far */
    NGX_WEBHOOK_CAPTURE_COPY,           /* copies what passes */
    NGX_WEBHOOK_CAPTURE_HOLD,           /* holds it back */
    NGX_WEBHOOK_CAPTURE_STREAM,         /* holds its end back */
    NGX_WEBHOOK_CAPTURE_COMMIT,         /* waits for the store */
    NGX_WEBHOOK_CAPTURE_RELEASE,        /* may let go */
    NGX_WEBHOOK_CAPTURE_DONE            /* passes on */
} ngx_webhook_capture_e;


struct ngx_webhook_capture_s {
    ngx_http_request_t            *r;           /* NULL in a work */
    ngx_webhook_capture_e          state;

    ngx_pool_t                    *pool;        /* r's, or the work's */
    ngx_log_t                     *log;
    ngx_webhook_main_conf_t       *wmcf;
    ngx_webhook_memory_t          *memory;      /* of the copies */
    ngx_webhook_settle_t          *works;       /* that are away */
    ngx_webhook_settle_t          *work;        /* that this is a part of */
    ngx_webhook_registered_t      *registered;  /* while matches are settled;
                                                   or NULL */
    const char                    *unknown;     /* why it is not known who is
                                                   registered, or NULL: it
                                                   is */

    ngx_webhook_match_t           *matches;
    ngx_webhook_match_t          **last;
    ngx_uint_t                     pending;

    ngx_webhook_body_t             request;
    ngx_webhook_body_t             response;
    size_t                         max;         /* webhook_payload_max */
    ngx_uint_t                     hops;        /* webhooks that led to it */
    webhook_hash_t                 hash;        /* of the request's body */
    ngx_str_t                      path;        /* as the client asked for it,
                                                   if it was wanted; empty:
                                                   there is none */

    ngx_chain_t                    end;         /* a last buffer, at hand */
    ngx_buf_t                      end_buf;
    ngx_chain_t                   *held;        /* data of ours that waits */
    ngx_chain_t                   *tail;        /* STREAM: the last byte, held
                                                   back, or NULL */
    off_t                          left;        /* STREAM: bytes that have not
                                                   come yet; -1: unknown */

    /* In COMMIT: how long it waits. */
    ngx_event_t                    limit;
    ngx_msec_t                     since;
    ngx_msec_t                     timeout;
    ngx_http_event_handler_pt      writer;      /* core's */
    ngx_http_event_handler_pt      waiter;      /* ours in its place, or
                                                   NULL */
    ngx_webhook_wake_pt            wake;        /* to go on; NULL: nothing
                                                   waits */

    unsigned                       decided:1;   /* wanted is decided */
    unsigned                       early:1;     /* the request's body came
                                                   before its location was
                                                   known */
    unsigned                       parsed:1;    /* path is */
    unsigned                       wanted:1;    /* copy the request's
                                                   body */
    unsigned                       hashing:1;   /* hash it */
    unsigned                       hashed:1;    /* to its end */
    unsigned                       header:1;    /* held is the header */
    unsigned                       header_only:1;   /* we said so, not
                                                       core */
    unsigned                       releasing:1;     /* what comes in is of
                                                       filters below */
    unsigned                       after:1;     /* nothing is held back */
    unsigned                       copying:1;   /* a rule reads it */
    unsigned                       late:1;      /* a rule waits for the
                                                   request's body alone */
    unsigned                       streams:1;   /* flush before the end */
    unsigned                       begun:1;     /* STREAM: some of the body
                                                   came, or its end */
    unsigned                       made:1;      /* events were made of it, so
                                                   no other takes its place */
    unsigned                       ranged:1;    /* 206 or 416 by now */
};


/* The state of a main request, or NULL. */
ngx_webhook_capture_t *ngx_webhook_capture_find(ngx_http_request_t *r);

/* The same, made if need be; NULL on lack of memory. */
ngx_webhook_capture_t *ngx_webhook_capture_get(ngx_http_request_t *r);

/* Forgets a response, before another takes its place. */
void ngx_webhook_capture_reset(ngx_webhook_capture_t *capture);

/* Before the state leaves COMMIT or is gone: ends its wait. */
void ngx_webhook_capture_limit_end(ngx_webhook_capture_t *capture);

/* True if somebody may ask for the event of a match. */
ngx_uint_t ngx_webhook_match_asked(ngx_webhook_match_t *match);

/* True if an open match reads the response's body. */
ngx_uint_t ngx_webhook_match_reads(ngx_webhook_match_t *match);

/* An event that will not be: says so in the error log, and counts it. */
void ngx_webhook_match_fail(ngx_webhook_match_t *match,
    ngx_webhook_counter_e counter, const char *reason);

/* A body that cannot be had, for this reason. */
void ngx_webhook_capture_bodyless(ngx_webhook_body_t *body,
    ngx_webhook_counter_e counter, const char *reason);


#endif /* NGX_WEBHOOK_CAPTURE_STATE_H */
