
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the files of capture:
 *
 *   capture.c          the filters of the response, and the log handler
 *   capture_hold.c     holds a response back, and lets it go
 *   capture_stream.c   passes one on, but for its end
 *   capture_limit.c    for how long at most
 *   capture_match.c    the state of a request, and which rules match it
 *   capture_path.c     the path that a rule is matched against
 *   capture_request.c  the filter of the request's body
 *   capture_copy.c     copies of bodies, bounded, and their decoding
 *   capture_event.c    from a match to an event, and what became of it
 *   capture_work.c     the same for large bodies, on a thread
 *   capture_lookup.c   the values that templates and conditions name
 *   capture_repeat.c   what a repeat of a request is known by
 *   capture_var.c      the variables
 *
 * Only main requests have a state.  It is found through the cleanup list of
 * the request's pool and not in r->ctx, since it has to outlive internal
 * redirects: the body of a request is read before them, and what became of
 * its events is logged behind them.
 */

#ifndef NGX_HTTP_WEBHOOK_CAPTURE_INT_H
#define NGX_HTTP_WEBHOOK_CAPTURE_INT_H

#include "http/outbound/capture/ngx_http_webhook_capture.h"
#include "http/outbound/delivery/ngx_http_webhook_courier.h"
#include "http/runtime/ngx_http_webhook_cpu.h"
#include "http/outbound/payload/ngx_http_webhook_document.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


/* The bit of r->buffered that stands for "capture holds output back". */

#define NGX_HTTP_WEBHOOK_BUFFERED  0x08


/*
 * The memory of copies.  It is counted, for what a thread makes of them may
 * take longer than the request lives.
 */

typedef struct {
    ngx_pool_t                        *pool;
    ngx_uint_t                         refs;
    size_t                             size;    /* of the copies */
} ngx_http_webhook_memory_t;


/* A copy of a body, in as few buffers as can be. */

typedef struct {
    ngx_chain_t                       *first;
    ngx_chain_t                      **next;    /* end of the chain */
    ngx_buf_t                         *tail;
    size_t                             len;
    size_t                             expected;    /* len to come, or 0 */
    webhook_hash_t                    *hash;    /* of what it has, or NULL */

    unsigned                           last:1;  /* it is whole */
    unsigned                           over:1;  /* larger than the limit */
    unsigned                           broken:1;    /* no memory */
} ngx_http_webhook_copy_t;


/* One of the two bodies of a request. */

typedef struct {
    ngx_http_webhook_copy_t            copy;    /* as it came */
    ngx_http_webhook_document_t        document;    /* decoded */
    ngx_str_t                          type;    /* its Content-Type */
    ngx_str_t                          coding;  /* its Content-Encoding */

    const char                        *reason;  /* why it cannot be had */
    ngx_http_webhook_counter_e         counter; /* and what that counts as */
    unsigned                           fetched:1;   /* the request's: copy,
                                                       type, coding are */
    unsigned                           known:1; /* document or reason is */
} ngx_http_webhook_body_t;


typedef enum {
    NGX_HTTP_WEBHOOK_MATCH_OPEN = 0,    /* waits for the body */
    NGX_HTTP_WEBHOOK_MATCH_AWAY,        /* a thread makes the event */
    NGX_HTTP_WEBHOOK_MATCH_MADE,        /* it did; in a work alone */
    NGX_HTTP_WEBHOOK_MATCH_DROPPED,     /* a condition did not hold */
    NGX_HTTP_WEBHOOK_MATCH_SKIPPED,     /* nobody asked for it */
    NGX_HTTP_WEBHOOK_MATCH_PENDING,     /* on its way into the store */
    NGX_HTTP_WEBHOOK_MATCH_COMMITTED,
    NGX_HTTP_WEBHOOK_MATCH_FAILED
} ngx_http_webhook_match_e;


typedef struct ngx_http_webhook_capture_s  ngx_http_webhook_capture_t;
typedef struct ngx_http_webhook_match_s    ngx_http_webhook_match_t;
typedef struct ngx_http_webhook_settle_s   ngx_http_webhook_settle_t;


/* A rule that matched, and what comes of it. */

struct ngx_http_webhook_match_s {
    ngx_http_webhook_match_t          *next;
    ngx_http_webhook_capture_t        *capture;
    ngx_http_webhook_rule_t           *rule;
    ngx_http_webhook_match_e           state;

    webhook_id_t                       id;
    ngx_str_t                          id_text;
    u_char                             id_data[WEBHOOK_ID_TEXT_LEN];
    uint64_t                           wall;
    u_char                             key[WEBHOOK_HASH_LEN];   /* if keyed */

    ngx_str_t                          uri;     /* that the rule matched */
    int                               *captures;    /* of it, once asked for */
    const char                        *reason;  /* why a value could not be
                                                   had, or NULL */
    ngx_http_webhook_document_t       *unread;  /* a body that was asked for a
                                                   value and has none, or
                                                   NULL */
    const char                        *failure; /* in a work: why there is no
                                                   event, and what that */
    ngx_http_webhook_counter_e         counter; /*   counts as */

    ngx_http_webhook_event_t          *event;   /* in MADE, PENDING */

    unsigned                           keyed:1; /* a repeat is known by key */
    unsigned                           chosen:1;    /* to be settled now */
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
    NGX_HTTP_WEBHOOK_CAPTURE_IDLE = 0,  /* no rule matched so far */
    NGX_HTTP_WEBHOOK_CAPTURE_COPY,      /* copies what passes */
    NGX_HTTP_WEBHOOK_CAPTURE_HOLD,      /* holds it back */
    NGX_HTTP_WEBHOOK_CAPTURE_STREAM,    /* holds its end back */
    NGX_HTTP_WEBHOOK_CAPTURE_COMMIT,    /* waits for the store */
    NGX_HTTP_WEBHOOK_CAPTURE_RELEASE,   /* may let go */
    NGX_HTTP_WEBHOOK_CAPTURE_DONE       /* passes on */
} ngx_http_webhook_capture_e;


struct ngx_http_webhook_capture_s {
    ngx_http_request_t                *r;       /* NULL in a work */
    ngx_http_webhook_capture_e         state;

    ngx_pool_t                        *pool;    /* r's, or the work's */
    ngx_log_t                         *log;
    ngx_http_webhook_main_conf_t      *wmcf;
    ngx_http_webhook_memory_t         *memory;  /* of the copies */
    ngx_http_webhook_settle_t         *works;   /* that are away */
    ngx_http_webhook_settle_t         *work;    /* that this is a part of */

    ngx_http_webhook_match_t          *matches;
    ngx_http_webhook_match_t         **last;
    ngx_uint_t                         pending;

    ngx_http_webhook_body_t            request;
    ngx_http_webhook_body_t            response;
    size_t                             max;     /* webhook_payload_max */
    webhook_hash_t                     hash;    /* of the request's body */
    ngx_str_t                          path;    /* as the client asked for it,
                                                   if it was wanted; empty:
                                                   there is none */

    ngx_chain_t                        end;     /* a last buffer, at hand */
    ngx_buf_t                          end_buf;
    ngx_chain_t                       *held;    /* data of ours that waits */
    ngx_chain_t                       *tail;    /* STREAM: the last byte, held
                                                   back, or NULL */
    off_t                              left;    /* STREAM: bytes that have not
                                                   come yet; -1: unknown */

    /* In COMMIT: how long it waits. */
    ngx_event_t                        limit;
    ngx_msec_t                         since;
    ngx_msec_t                         timeout;
    ngx_http_event_handler_pt          writer;  /* core's */

    unsigned                           asked:1; /* wanted is decided */
    unsigned                           parsed:1;    /* path is */
    unsigned                           wanted:1;    /* copy the request's
                                                       body */
    unsigned                           hashing:1;   /* hash it */
    unsigned                           hashed:1;    /* to its end */
    unsigned                           header:1;    /* held is the header */
    unsigned                           header_only:1;   /* we said so, not
                                                           core */
    unsigned                           releasing:1; /* what comes in is of
                                                       filters below */
    unsigned                           after:1; /* nothing is held back */
    unsigned                           copying:1;   /* a rule reads it */
    unsigned                           late:1;  /* a rule waits for the
                                                   request's body alone */
    unsigned                           streams:1;   /* flush before the end */
    unsigned                           begun:1;     /* STREAM: some of the body
                                                       came, or its end */
    unsigned                           made:1;  /* events were made of it, so
                                                   no other takes its place */
    unsigned                           ranged:1;    /* 206 or 416 by now */
};


/* ---------------------------------------------------- capture_match.c --- */

/* The state of a main request, or NULL. */
ngx_http_webhook_capture_t *ngx_http_webhook_capture_find(
    ngx_http_request_t *r);

/* The same, made if need be; NULL on lack of memory. */
ngx_http_webhook_capture_t *ngx_http_webhook_capture_get(
    ngx_http_request_t *r);

/* NGX_OK if a rule matches the request's method and path, NGX_DECLINED if it
   does not, NGX_ERROR if its expression ran into its limit, NGX_ABORT with no
   memory.  After NGX_OK and NGX_ERROR *path is what it was matched against. */
ngx_int_t ngx_http_webhook_rule_match(ngx_http_request_t *r,
    ngx_http_webhook_rule_t *rule, ngx_str_t *path);

/*
 * Matches the rules against a response whose header is known: adds matches,
 * some of which may be decided at once.  Returns the state with its matches,
 * or NULL where there are none.
 */
ngx_http_webhook_capture_t *ngx_http_webhook_capture_match(
    ngx_http_request_t *r, ngx_http_webhook_loc_conf_t *wlcf,
    ngx_uint_t bodyless);


/* ------------------------------------------------------ capture_path.c --- */

/*
 * The path as the client asked for it, decoded and normalized as nginx did it
 * before any rewrite: NGX_OK; NGX_DECLINED where there is none, NGX_ERROR with
 * no memory.
 */
ngx_int_t ngx_http_webhook_capture_path(ngx_http_request_t *r,
    ngx_str_t *path);


/* --------------------------------------------------- capture_request.c --- */

void ngx_http_webhook_capture_request_init(void);

/* True if the copy of the request's body is whole by now. */
ngx_uint_t ngx_http_webhook_capture_request_whole(
    ngx_http_webhook_capture_t *capture);

/* True if more of it may still come. */
ngx_uint_t ngx_http_webhook_capture_request_comes(
    ngx_http_webhook_capture_t *capture);

/* Once the response has ended: makes it whole from what can still be had.
   Returns NULL, or why that cannot be, and what it counts as. */
const char *ngx_http_webhook_capture_request(
    ngx_http_webhook_capture_t *capture, ngx_http_webhook_counter_e *counter);


/* The digest of the request's body, whatever its size: NGX_OK, or NGX_DECLINED
   where it did not pass here to its end. */
ngx_int_t ngx_http_webhook_capture_request_digest(
    ngx_http_webhook_capture_t *capture, u_char digest[WEBHOOK_HASH_LEN]);


/* ------------------------------------------------------ capture_copy.c --- */

void ngx_http_webhook_copy_init(ngx_http_webhook_copy_t *copy);

/* Memory with one reference, or NULL; the last one frees it. */
ngx_http_webhook_memory_t *ngx_http_webhook_memory_create(ngx_log_t *log);
void ngx_http_webhook_memory_release(ngx_http_webhook_memory_t *memory);

/* Adds bytes, all or none: NGX_OK; NGX_DECLINED where the copy would be
   larger than max (over is set), NGX_ERROR on lack of memory (broken is). */
ngx_int_t ngx_http_webhook_copy_add(ngx_http_webhook_memory_t *memory,
    ngx_http_webhook_copy_t *copy, u_char *data, size_t len, size_t max);

/* True if a content coding is none or one that can be decoded. */
ngx_uint_t ngx_http_webhook_copy_coding(ngx_str_t *coding);

/* True if it is one that has to be decoded. */
ngx_uint_t ngx_http_webhook_copy_coded(ngx_str_t *coding);

/*
 * Makes *to from a copy in a content coding, of max bytes at most.  *to is
 * from itself where there is nothing to decode.  Returns NULL, or what is
 * wrong, and what it counts as.
 */
const char *ngx_http_webhook_copy_decode(ngx_pool_t *pool,
    ngx_http_webhook_copy_t *from, ngx_str_t *coding, size_t max,
    ngx_http_webhook_copy_t **to, ngx_http_webhook_counter_e *counter);


/* ----------------------------------------------------- capture_event.c --- */

/*
 * Decides the matches that are open: all of them, where nothing more will
 * come, or else those that wait for no body any more.  Puts events into the
 * store, and counts them in capture->pending.  Large
 * bodies go to a thread first, which counts as one.
 */
void ngx_http_webhook_capture_settle(ngx_http_webhook_capture_t *capture,
    ngx_uint_t all);

/* True if an open match reads the response's body. */
ngx_uint_t ngx_http_webhook_match_reads(ngx_http_webhook_match_t *match);

/* Of one match: FAILED, DROPPED, SKIPPED, or with its event: PENDING, or MADE
   in a work.  Any thread. */
void ngx_http_webhook_match_settle(ngx_http_webhook_match_t *match);

/* Puts an event; match is NULL where nobody waits for it. */
void ngx_http_webhook_match_put(ngx_http_webhook_match_t *match,
    ngx_http_webhook_event_t *event);

/* Takes of the request what its body is read from, once. */
void ngx_http_webhook_capture_fetch(ngx_http_webhook_capture_t *capture);

/* An event that will not be: says so in the error log, and counts it. */
void ngx_http_webhook_match_fail(ngx_http_webhook_match_t *match,
    ngx_http_webhook_counter_e counter, const char *reason);

/* A body, decoded; NULL if it cannot be had (its reason tells). */
ngx_http_webhook_document_t *ngx_http_webhook_capture_body(
    ngx_http_webhook_capture_t *capture, ngx_http_webhook_payload_e which);

/* A body that cannot be had, for this reason. */
void ngx_http_webhook_capture_bodyless(ngx_http_webhook_body_t *body,
    ngx_http_webhook_counter_e counter, const char *reason);

/* What a list of headers says of the content coding, on one line or several;
   *coding stays where it says nothing.  NGX_OK, or NGX_ERROR with no
   memory. */
ngx_int_t ngx_http_webhook_capture_encoding(ngx_pool_t *pool,
    ngx_list_t *headers, ngx_str_t *coding);

/* Why a body could not be read, as static text. */
const char *ngx_http_webhook_capture_unread(ngx_http_webhook_document_t *d);

/*
 * Evaluates the conditions that need neither the response's body nor a
 * request's body that is not there yet: 0 if one does not hold, else 1.
 */
ngx_uint_t ngx_http_webhook_match_early(ngx_http_webhook_match_t *match);


/* ----------------------------------------------------------- capture.c --- */

/* The filters behind ours. */
ngx_int_t ngx_http_webhook_capture_send_header(ngx_http_request_t *r);
ngx_int_t ngx_http_webhook_capture_send(ngx_http_request_t *r,
    ngx_chain_t *out);


/* ---------------------------------------------------- capture_stream.c --- */

/* Adds a buffer to the copy of the response: NGX_OK; or NGX_DECLINED, where
   there is none any more. */
ngx_int_t ngx_http_webhook_capture_add(ngx_http_webhook_capture_t *capture,
    ngx_buf_t *b);

/* Copies what passes, if a rule reads it, and notes the end. */
void ngx_http_webhook_capture_copy(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in);

/* True if the response of this header has to pass as it comes. */
ngx_uint_t ngx_http_webhook_capture_streams(ngx_http_request_t *r);

/* The bytes that the client counts to know the end, or -1. */
off_t ngx_http_webhook_capture_left(ngx_http_request_t *r);

/* The body filter in the state STREAM. */
ngx_int_t ngx_http_webhook_capture_stream(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in);

/* From HOLD to STREAM: "in" was not looked at yet. */
ngx_int_t ngx_http_webhook_capture_unhold(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in);


/* ------------------------------------------------------ capture_hold.c --- */

/* The body filter in the states HOLD and COMMIT. */
ngx_int_t ngx_http_webhook_capture_hold(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in);
ngx_int_t ngx_http_webhook_capture_wait(ngx_http_webhook_capture_t *capture,
    ngx_chain_t *in);

/* Goes on with a held response, once the store has answered. */
void ngx_http_webhook_capture_wake(ngx_http_webhook_capture_t *capture);

/* Sends what is held, and is done. */
ngx_int_t ngx_http_webhook_capture_release(
    ngx_http_webhook_capture_t *capture);

/* Takes buffers without a look. */
void ngx_http_webhook_capture_drop(ngx_chain_t *in);

/* No end of the response came: decides what is open and can do without its
   body, and fails the rest. */
void ngx_http_webhook_capture_cut(ngx_http_webhook_capture_t *capture);

/* Its body cannot be had: fails those that cannot do without it, and tells
   the others. */
void ngx_http_webhook_capture_spoil(ngx_http_webhook_capture_t *capture,
    ngx_http_webhook_counter_e counter, const char *reason);


/* ----------------------------------------------------- capture_limit.c --- */

/* In COMMIT, with events under way: has the response go out without them
   after the timeout of webhook_commit; and, before it leaves COMMIT or is
   gone, ends that. */
void ngx_http_webhook_capture_limit(ngx_http_webhook_capture_t *capture);
void ngx_http_webhook_capture_limit_end(ngx_http_webhook_capture_t *capture);


/* ---------------------------------------------------- capture_repeat.c --- */

/* True if a request bears the header of webhook_idempotency. */
ngx_uint_t ngx_http_webhook_capture_keyed(ngx_http_request_t *r,
    ngx_http_webhook_loc_conf_t *wlcf);

/* Makes the key of a match's request, if it bears that header, and has the
   response hashed if need be.  NGX_OK, or NGX_ERROR with no memory. */
ngx_int_t ngx_http_webhook_capture_key(ngx_http_webhook_match_t *match,
    ngx_http_webhook_loc_conf_t *wlcf);

/* What the store knows a repeat of the match by, once the bodies are known;
   left as it is where there is nothing. */
void ngx_http_webhook_match_repeat(ngx_http_webhook_match_t *match,
    webhook_idempotency_t *idempotency);


/* ------------------------------------------------------ capture_work.c --- */

/* NGX_OK where a thread settles the chosen matches; NGX_DECLINED where they
   are to be settled on the event loop. */
ngx_int_t ngx_http_webhook_settle_post(ngx_http_webhook_capture_t *capture);

/* The matches go; what is made of them is put all the same. */
void ngx_http_webhook_settle_forget(ngx_http_webhook_capture_t *capture);

/* What was taken of a variable; NGX_ERROR if it was not. */
ngx_int_t ngx_http_webhook_settle_variable(ngx_http_webhook_settle_t *settle,
    const webhook_str_t *name, webhook_value_t *v);

/* The digest of the request's body, if a match wanted it: NGX_OK or not. */
ngx_int_t ngx_http_webhook_settle_digest(ngx_http_webhook_settle_t *settle,
    u_char digest[WEBHOOK_HASH_LEN]);


/* ---------------------------------------------------- capture_lookup.c --- */

/* What the rule's expression captured: WEBHOOK_OK (match->captures is set) or
   WEBHOOK_NOMEM. */
int ngx_http_webhook_match_captures(ngx_http_webhook_match_t *match);

/* webhook_lookup_pt; ctx is a match. */
int ngx_http_webhook_capture_lookup(void *ctx, const webhook_path_t *path,
    webhook_value_t *v);


#endif /* NGX_HTTP_WEBHOOK_CAPTURE_INT_H */
