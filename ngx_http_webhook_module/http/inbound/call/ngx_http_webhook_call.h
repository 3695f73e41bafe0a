
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A call: its state, and the driver of its steps.
 *
 * Event loop only, but for what is called by steps that go to a thread where
 * the call is large: call_work.h has the rules.
 */

#ifndef NGX_WEBHOOK_CALL_H
#define NGX_WEBHOOK_CALL_H

#include "http/model/ngx_http_webhook.h"
#include "http/outbound/delivery/ngx_http_webhook_event.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


#define NGX_WEBHOOK_UNPROCESSABLE  422          /* nginx has no name for it */

#define NGX_WEBHOOK_ERROR_MAX     1024          /* bytes of an error text */


typedef struct ngx_webhook_call_s  ngx_webhook_call_t;
typedef struct ngx_webhook_act_s   ngx_webhook_act_t;


/*
 * A step of the way.  What it returns:
 *
 *   NGX_OK     it is the turn of the next step;
 *   NGX_AGAIN  it waits: once it knows more, it calls
 *              ngx_webhook_call_resume() with one of the others;
 *   NGX_DONE   the answer is known: call->status is set, and it is the turn of
 *              the last steps.
 *
 * A step that waits must bear that the request ends meanwhile (at
 * worker_shutdown_timeout): what it waits for is not the call's then.
 */
typedef ngx_int_t (*ngx_webhook_step_pt)(ngx_webhook_call_t *call);

typedef struct {
    ngx_webhook_step_pt    step;
    ngx_uint_t           (*heavy)(ngx_webhook_call_t *call);
                                    /* true: on a thread; NULL: never */
} ngx_webhook_way_t;


/* What is done at the end of a request, in this order. */

typedef enum {
    NGX_WEBHOOK_END_LOG = 0,
    NGX_WEBHOOK_END_AWAIT,
    NGX_WEBHOOK_END_DEDUPE,
    NGX_WEBHOOK_END_EVENTS,
    NGX_WEBHOOK_END_LIMIT,
    NGX_WEBHOOK_END_KEPT,
    NGX_WEBHOOK_END_N
} ngx_webhook_end_e;

typedef void (*ngx_webhook_end_pt)(ngx_webhook_call_t *call);


/* Large bodies are kept as they were read until a thread joins them. */

typedef struct ngx_webhook_piece_s  ngx_webhook_piece_t;

struct ngx_webhook_piece_s {
    ngx_webhook_piece_t     *next;
    u_char                  *data;              /* NULL: in a file */
    size_t                   len;
    size_t                   size;              /* 0: not ours to write to */
    ngx_fd_t                 fd;
    off_t                    offset;
};


typedef struct ngx_webhook_warning_s  ngx_webhook_warning_t;

struct ngx_webhook_warning_s {
    ngx_webhook_warning_t   *next;
    ngx_str_t                text;
};


/*
 * A call, from the reading of its headers to the end of the request.  It is
 * found through the pool's cleanup, for module contexts are lost at internal
 * redirects.
 */

struct ngx_webhook_call_s {
    ngx_http_request_t      *request;
    ngx_pool_t              *pool;              /* its pool, or that of a large
                                                   call alone: there to the end
                                                   of the request */
    ngx_log_t               *log;               /* of the connection; or, on a
                                                   thread, of no connection */
    ngx_webhook_receiver_t  *receiver;          /* NULL: no such hook */
    ngx_webhook_held_t      *held;              /* its memory, where it was
                                                   registered */
    uint64_t                 version;           /* of its settings, the same */
    u_char                   digest[NGX_WEBHOOK_DIGEST_LEN];    /* of the
                                                   token, the same */
    const char              *unready;           /* why one that was registered
                                                   must not act, or NULL */
    ngx_webhook_registered_waiter_t waiter;     /* for what is registered */
    ngx_webhook_registered_t *registered;       /* who listens to its events;
                                                   or NULL */

    /* Of a call that nobody made. */
    void                   (*finish)(ngx_webhook_call_t *call);
                                                /* in place of the end of the
                                                   request; NULL: it is that */
    void                    *owner;             /* finish's */
    ngx_http_event_handler_pt reader;           /* the main request's, until
                                                   then */
    ngx_http_event_handler_pt writer;
    ngx_str_t                replayed;          /* the id of the call in the
                                                   history that is made again,
                                                   or empty */
    ngx_str_t                path;              /* masked, if receiver is
                                                   known by it */

    u_char                  *body;
    size_t                   body_len;          /* of all of it */
    size_t                   body_size;
    size_t                   joined;            /* bytes that stand there */
    ngx_webhook_piece_t     *pieces;            /* the others, or NULL */
    ngx_webhook_piece_t     *last_piece;
    size_t                   cost;              /* of its steps, in bytes of
                                                   JSON that are read */
    size_t                   work;              /* that is left for its
                                                   conditions */

    ngx_uint_t               refused;           /* status to answer once the
                                                   body was thrown away */
    size_t                   drained;           /* bytes of it so far */

    const ngx_webhook_way_t *steps;             /* what is done with it, and
                                                   once the answer is known; */
    const ngx_webhook_way_t *endings;           /*   a NULL ends both */
    ngx_uint_t               step;              /* index of the one to come */
    ngx_webhook_end_pt       at_end[NGX_WEBHOOK_END_N];
    void                   (*wake)(ngx_webhook_call_t *call);
    ngx_event_t              turn;              /* the end of one of the event
                                                   loop's */

    /* on a thread, where it is large */
    ngx_int_t              (*run)(ngx_webhook_call_t *call);
    void                   (*back)(ngx_webhook_call_t *call, ngx_int_t rc);
    ngx_int_t                result;            /* of run */
    ngx_array_t             *taken;             /* variables; NULL: ask nginx */
    ngx_webhook_warning_t   *warnings;          /* to be logged */

    ngx_str_t                token;             /* where the URL is signed,
                                                   until it is verified */
    ngx_str_t                args;              /* of a handshake, or that are
                                                   the payload: masked in the
                                                   request */
    ngx_uint_t               key;               /* the one that signed it */
    ngx_str_t                verified;          /* for the history: how it was
                                                   verified, and the result */
    ngx_str_t                repeat_id;         /* of a sender's, from the
                                                   verification; or empty */
    ngx_str_t                challenge;         /* WWW-Authenticate, or empty */

    ngx_uint_t               kind;              /* of the body: ..._ACCEPT_;
                                                   the query is one */
    ngx_str_t                payload;           /* JSON: the body or what was
                                                   made of it */
    webhook_json_doc_t      *doc;               /* of the payload */
    webhook_json_value_t    *elements;          /* with for_each, else NULL */
    webhook_json_value_t    *outer;             /* of lists in lists: those
                                                   that each of these is in,
                                                   the innermost first */
    ngx_uint_t               nelements;
    ngx_uint_t               element;           /* index of that which
                                                   templates see */
    u_char                   index[NGX_INT_T_LEN];
    webhook_value_t         *extracted;         /* by their index; missing
                                                   until they are there */

    ngx_webhook_act_t       *acts;              /* see act.h */
    ngx_uint_t               nacts;
    ngx_uint_t               nlookups;          /* the first of them */
    size_t                   rendered;          /* bytes of all of them */
    ngx_uint_t               current;           /* index of the running one */
    ngx_uint_t               failed;            /* of those that may */
    ngx_str_t                reason;            /* the current one failed */
    ngx_uint_t               reason_status;

    u_char                   dedupe[32];        /* what repeats share */
    uint64_t                 reserved;          /* token of the store; 0: none,
                                                   or given back */
    void                    *job;               /* under way for that */
    webhook_id_t            *ids;               /* for events */
    webhook_id_t            *delivery;          /* the event of its durable
                                                   actions, which is kept or
                                                   may be yet; or NULL */
    ngx_webhook_event_t    **events;            /* under way, or NULL each */
    ngx_uint_t               nevents;
    ngx_uint_t               pending;           /* of them */
    unsigned                 keyed:1;           /* repeat is known */
    unsigned                 repeated:1;        /* it was answered before */
    unsigned                 own:1;             /* it is answered as "answer"
                                                   says, or the first call was
                                                   */
    unsigned                 ran:1;             /* actions were called, or
                                                   would have been */
    unsigned                 put:1;             /* its events are */
    unsigned                 unkept:1;          /* some event was not kept */
    unsigned                 overfull:1;        /* for its company's quota */
    unsigned                 unfolding:1;       /* its compressed body is
                                                   large */
    unsigned                 unfolded:1;        /* it was decoded */
    unsigned                 whole:1;           /* paths are of the payload,
                                                   not of an element of it */

    ngx_uint_t               status;            /* of the answer, 0: none yet */
    ngx_uint_t               answered;          /* the one that is sent, by the
                                                   receiver's profile */
    ngx_str_t                error;             /* the sentence in it */
    ngx_str_t               *skipped;           /* the condition of skip by
                                                   which it is not for us, or
                                                   NULL */
    ngx_str_t                detail;            /* what the API said, or of
                                                   what a handshake is, for the
                                                   history */
    ngx_str_t                outline;           /* of detail or error, without
                                                   what came in, was sent on or
                                                   came back; or empty: there
                                                   is nothing of that in it */
    ngx_str_t                redacted;          /* the body, for the history */
    ngx_str_t                answer;            /* the text itself */
    ngx_str_t                answer_type;       /* empty: JSON, or with "own"
                                                   and no text none */
    ngx_uint_t               prescribed;        /* status that the answer has
                                                   whatever ours is, or 0 */
    ngx_str_t                shown;             /* the text for the history, if
                                                   that is another */
    ngx_str_t                unrendered;        /* why an answer of the
                                                   receiver's own could not be;
                                                   or empty */
    ngx_str_t                would;             /* of a dry run, as JSON: what
                                                   would be answered, or empty */
    ngx_keyval_t            *headers;           /* of a handshake's answer, the
                                                   keys with a NUL; or none */
    ngx_uint_t               nheaders;
    ngx_str_t                confirm;           /* what a handshake has asked
                                                   for, a secret; or empty */
    ngx_int_t                rc;                /* of sending it */

    ngx_event_t              await;             /* the store's answer */
    ngx_int_t              (*late)(ngx_webhook_call_t *call);

    uint64_t                 begun;             /* usec, a clock's */
    uint64_t                 wall;              /* ms since 1970 */
    uint64_t                 came;              /* us since 1970 */

    ngx_str_t                error_page;        /* of core's error page */

    ngx_uint_t               hops;              /* webhooks that led to it */
    ngx_uint_t               row;               /* that it is counted in: the
                                                   receiver may be taken away
                                                   from it */

    /* of the event loop, which sets them while a thread sets the bits below:
       so these are no bits */
    ngx_uint_t               running;           /* it may wait, its caller may
                                                   leave */
    ngx_uint_t               aborted;           /* the caller left */
    ngx_uint_t               terminated;        /* core did so meanwhile */

    unsigned                 masked:1;          /* request line, unparsed URI */
    unsigned                 masked_uri:1;
    unsigned                 dry_run:1;
    unsigned                 hide:1;            /* render what may be shown */
    unsigned                 handshake:1;       /* it was one, or a probe */
    unsigned                 trusted:1;         /* verified, or no need to be */
    unsigned                 ending:1;          /* the last steps are on */
    unsigned                 woken:1;           /* what it waits for came */
    unsigned                 counted:1;         /* among those in flight */
    unsigned                 logged:1;
    unsigned                 cut:1;             /* the request is going */
    unsigned                 replaced:1;        /* core's error page */
    unsigned                 was_late:1;        /* the store was */
    unsigned                 owns:1;            /* its pool */
    unsigned                 away:1;            /* on a thread */
    unsigned                 worked:1;          /* it was let onto one */
    unsigned                 prepared:1;        /* "shown" is there */
    unsigned                 judging:1;         /* "work" is set */
};


/* Sets status and sentence (NULL with 2xx; it has to live as long as the
   request); returns NGX_DONE, for a step to return.  Any thread. */
ngx_int_t ngx_webhook_call_set(ngx_webhook_call_t *call, ngx_uint_t status,
    ngx_str_t *error);

/* Goes on after a step that returned NGX_AGAIN, with its result. */
void ngx_webhook_call_resume(ngx_webhook_call_t *call, ngx_int_t rc);

/* The same from an event that is none of the request's connection, such as a
   timer or a job that is back: subrequests that the steps make are run, which
   nginx does by itself only behind the connection's own events.  The request
   may be gone then. */
void ngx_webhook_call_wake(ngx_webhook_call_t *call, ngx_int_t rc);

/*
 * What is done, as by turn(), when the main request's write event handler finds
 * call->woken set: for a step that runs subrequests.  With NULL nothing.
 */
void ngx_webhook_call_wait(ngx_webhook_call_t *call,
    void (*wake)(ngx_webhook_call_t *call));

/*
 * Has the step that waits woken at the end of this turn of the event loop,
 * behind the calls before it.  What all of them have to send goes out in one run
 * then: the API and the callers are woken once for many, and not for each, which
 * costs more than all else of a call.
 */
void ngx_webhook_call_turn(ngx_webhook_call_t *call,
    void (*wake)(ngx_webhook_call_t *call));

/* The call of a request, or NULL. */
ngx_webhook_call_t *ngx_webhook_call_get(ngx_http_request_t *r);

/* The same, made where there is none; NULL on lack of memory. */
ngx_webhook_call_t *ngx_webhook_call_make(ngx_http_request_t *r);

/*
 * A call that nobody made, in the pool of a main request of another kind, which
 * get() does not find; at most one has begun.  call->request is to be a copy of
 * that request that looks as the call's would: subrequests and events are the
 * main one's.  NULL on lack of memory.
 */
ngx_webhook_call_t *ngx_webhook_call_lend(ngx_http_request_t *r);

/* Takes its steps; finish is called at their end, which may be before this
   returns, and not at all where the request ends before. */
void ngx_webhook_call_begin(ngx_webhook_call_t *call,
    void (*finish)(ngx_webhook_call_t *call));

/* Called when the body is whole and its cost known: takes the steps. */
void ngx_webhook_call_start(ngx_webhook_call_t *call);

/*
 * Ends a call before its first step: logs and counts it and sends the answer.
 * Returns what is to be returned from the content handler or given to
 * ngx_http_finalize_request().
 */
ngx_int_t ngx_webhook_call_end(ngx_webhook_call_t *call, ngx_uint_t status,
    ngx_str_t *error);

/* What is to be done when the request ends, whatever became of the call. */
void ngx_webhook_call_on_end(ngx_webhook_call_t *call, ngx_webhook_end_e place,
    ngx_webhook_end_pt handler);


#endif /* NGX_WEBHOOK_CALL_H */
