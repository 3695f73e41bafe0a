
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is kept: events, their deliveries and attempts, the calls of
 * receivers, and the queue over them.  The engine is LMDB; nothing of it
 * shows here, so that another engine can stand behind the same header.  This
 * room may call core/ and lmdb; it knows no nginx type.
 *
 * The rules of the header:
 *
 *   - A batch of operations goes in, results come out.  Each operation is
 *     atomic; a batch is not.  One batch is one commit where that is possible.
 *   - Every operation can be repeated: the caller chose the ids.
 *   - Times that steer (delays, lease lengths) are relative, in milliseconds,
 *     and run on the store's own clock, which neither a stepped wall clock
 *     nor a restart turns back.  Times that are only kept (wall) are
 *     milliseconds since 1970.
 *   - Results are copies.  Nothing of an engine leaks.
 *   - Every operation bears a placement key (an event or an endpoint).
 *
 * Threads: a store belongs to the process that opened it (open after the
 * fork) and takes one call at a time, from any thread.  Every call may block
 * on the disk: none belongs on an event loop.
 *
 * Delivery states.  Each event has one delivery for each endpoint that asked
 * for it.
 *
 *   put_event --> PENDING --claim--> SENDING --complete DONE---> DELIVERED
 *             \                      ^  |  |
 *              `---- leased at once -'  |  `---complete FAILED-> DEAD
 *                                       |
 *        PENDING <--RETRY, RELEASE, lease ended, owner gone
 *        PENDING --cancel--> CANCELLED
 *
 * A SENDING delivery is leased: it has a token, an owner and an end.  Only
 * who shows the token may complete it, until another lease is given.
 * DELIVERED, DEAD and CANCELLED are over; RETRY and REPLAY make them PENDING
 * again.
 */

#ifndef WEBHOOK_STORE_H
#define WEBHOOK_STORE_H

#include "core/base/webhook_id.h"
#include "core/base/webhook_str.h"


/* a time that does not come */
#define WEBHOOK_NEVER               UINT64_MAX

#define WEBHOOK_STORE_FORMAT    2
#define WEBHOOK_STORE_SIZE_MIN  (8 * 1024 * 1024)     /* bytes */


typedef struct webhook_store_s  webhook_store_t;


/* Results of opening and of each operation. */

typedef enum {
    WEBHOOK_STORE_OK = 0,
    WEBHOOK_STORE_DUPLICATE,    /* it is there already: as good as OK */
    WEBHOOK_STORE_STALE,        /* the token is not the delivery's any more */
    WEBHOOK_STORE_NOT_FOUND,
    WEBHOOK_STORE_FULL,         /* surely not applied: no space is left */
    WEBHOOK_STORE_UNAVAILABLE,  /* surely not applied: memory, disk, store */
    WEBHOOK_STORE_UNKNOWN       /* perhaps applied: repeat the operation */
} webhook_store_result_e;


typedef enum {
    WEBHOOK_PENDING = 0,
    WEBHOOK_SENDING,
    WEBHOOK_DELIVERED,
    WEBHOOK_DEAD,                   /* its last send failed */
    WEBHOOK_CANCELLED               /* nobody wants it sent any more */
} webhook_state_e;

#define WEBHOOK_STATES  5


typedef enum {
    WEBHOOK_STORE_LOG_EMERG = 0,
    WEBHOOK_STORE_LOG_ERROR,
    WEBHOOK_STORE_LOG_WARN,
    WEBHOOK_STORE_LOG_NOTICE
} webhook_store_log_e;


typedef struct {
    const char  *path;          /* a directory that exists, NUL-terminated;
                                   if readonly, or the file of a store that
                                   nobody has open */
    uint64_t     size;          /* bytes the store may hold; 0: as it is */
    uint64_t     keep;          /* ms that finished events and calls stay */
    uint64_t     keep_bytes;    /* most that finished events and calls may
                                   take, roughly; 0: no bound of their own */
    uint64_t     orphans;       /* ms after which an endpoint that ENDPOINT did
                                   not name is given up; 0: never */
    uint32_t     high_water;    /* percent of size above which no new event
                                   or call is taken; 0: the default, 90 */
    uint32_t     warn_water;    /* percent at which the log warns; 0: 75 */
    uint64_t     dedupe_rows;   /* calls that RESERVE knows at a time at most;
                                   0: one for each 2 kB of size */
    uint64_t     idempotency_rows;  /* repeats that are known at a time at
                                   most; 0: one for each 4 kB of size */
    unsigned     keep_history:1;    /* above the mark finished events stay
                                    until their time, new ones are refused */
    unsigned     readonly:1;    /* the operations that read alone */
    unsigned     admin:1;       /* a tool: writes, but owns no leases (what
                                   would lease is UNAVAILABLE); makes no store
                                   and sets none aside */
    unsigned     copy:1;        /* admin, of a copy that nobody else opens: it
                                   is brought to today's format */

    /* Tells the operator; text is a whole sentence without a line end.  On
       the thread of the call that it is about. */
    void       (*log)(void *ctx, webhook_store_log_e level, const char *text);

    /* For tests: ms of a clock that never runs backwards in a boot, and a
       name for the boot; ms of the wall clock, and whether that is
       synchronized.  NULL: CLOCK_BOOTTIME and the kernel's boot id;
       CLOCK_REALTIME and adjtimex(). */
    uint64_t   (*clock)(void *ctx);
    const char  *boot;
    uint32_t     migrate;       /* things that a migration changes in one
                                   transaction; 0: 1024 */
    uint64_t   (*wall)(void *ctx);
    int        (*synced)(void *ctx);

    void        *ctx;           /* for log, clock, wall, synced */
} webhook_store_options_t;


/*
 * Opens the store, makes it where there is none, and claims an owner's slot
 * (not when readonly).  Files are made 0600.  Refuses network file systems,
 * and files of another version of LMDB or of a newer format.  A file that LMDB
 * cannot open, and that nobody else has open, is moved aside, with an alarm,
 * and a new one made.  Damaged rows are made anew from others or kept in
 * quarantine; readonly, they are passed over.  Returns WEBHOOK_STORE_OK and
 * *st; else the reason has been logged.
 */
webhook_store_result_e webhook_store_open(
    const webhook_store_options_t *options, webhook_store_t **st);

/* Gives the owner's slot back, releases what it still leases, closes. */
void webhook_store_close(webhook_store_t *st);


/* ------------------------------------------------------- operations --- */

typedef enum {
    WEBHOOK_OP_PUT_EVENT = 0,
    WEBHOOK_OP_CLAIM,
    WEBHOOK_OP_COMPLETE,
    WEBHOOK_OP_ENDPOINT,
    WEBHOOK_OP_TAKEOVER,
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
    WEBHOOK_OP_LIST,            /* from here on: read only */
    WEBHOOK_OP_SHOW,
    WEBHOOK_OP_CALLS,
    WEBHOOK_OP_KNOWN,
    WEBHOOK_OP_QUARANTINE,
    WEBHOOK_OP_STATS,
    WEBHOOK_OP_CHECK
} webhook_op_e;


/*
 * One form of an event: what an endpoint is sent.  Made once when the event
 * happens and kept once however many endpoints get it.  In operations that
 * take it the bytes are the caller's and must live until the batch returns.
 */

typedef struct {
    webhook_str_t  request;         /* "METHOD SP URI", up to 4096 bytes;
                                       empty: as the endpoint has it */
    webhook_str_t  content_type;    /* up to 255 bytes; may be empty */
    webhook_str_t  headers;         /* more header lines, each with CRLF; up
                                       to 16384 bytes; may be empty */
    webhook_str_t  body;            /* the bytes to send */
} webhook_rendition_t;


/* An event as it is handed out: what it is, and the form to be sent. */

typedef struct {
    webhook_id_t         id;
    webhook_id_t         wire;      /* the id that receivers know it by: the
                                       same, but for one that an older version
                                       kept */
    uint64_t             wall;      /* when it happened */
    webhook_str_t        type;      /* order.add; up to 128 bytes */
    webhook_rendition_t  form;
} webhook_event_t;


/* A delivery as it is handed to whoever sends it. */

typedef struct {
    webhook_event_t  event;
    uint64_t         endpoint;      /* webhook_id_name() of its name */
    uint64_t         token;
    uint32_t         attempt;       /* number of this send of this step, 1
                                       for the first, also by hand */
    uint32_t         number;        /* the same, of all that were ever made,
                                       where there is one step */
    uint32_t         step;          /* from 0 */
    unsigned         retry:1;       /* stands in the lane of retries */
} webhook_lease_t;


/*
 * PUT_EVENT.  Keeps an event, its forms and its deliveries.
 *
 * A delivery sends form "form"; with steps > 1 the forms form, form + 1 ...
 * one after the other, each once the one before it was DONE (attempts start
 * anew with each step, history goes on).
 *
 * A delivery with an order key is parked while an earlier one of the same
 * endpoint and key is not finished: only the head of a key stands in the due
 * index, and COMPLETE promotes the next.  A dead head blocks its key where the
 * endpoint says so (ENDPOINT), until it is tried again or given up; its event
 * is not finished as long.
 *
 * A delivery that asks for a lease gets one if it is a head, its endpoint
 * has a free slot, is neither paused nor held, and its rate allows it (limits
 * are those of ENDPOINT; an endpoint never named there has none to give),
 * with token != 0; else it is due after its delay.  DUPLICATE if the id is
 * there: its deliveries are left as they are and no lease is given.
 */

typedef struct webhook_attempt_s  webhook_attempt_t;

#define WEBHOOK_PLACE_MAX  ((uint64_t) 1 << 62)


/*
 * How a delivery stood in another store, from which it is brought here.  One
 * that was not finished there is due now, with all its sends before it.  One
 * with an order key takes its place among those of the key that are here: what
 * comes behind it and is not being sent yet waits for it.
 */

typedef struct {
    webhook_state_e     state;
    uint32_t            step;       /* from 0 */
    uint32_t            sends;
    uint32_t            status;     /* of the last answer */
    uint64_t            finished;   /* wall, if it is */
    uint64_t            order;      /* as webhook_delivery_t has it */
    uint64_t            place;      /* up to WEBHOOK_PLACE_MAX */
    unsigned            blocks:1;
    webhook_attempt_t  *attempts;   /* with their numbers */
    uint32_t            attempts_count;
} webhook_past_t;

typedef struct {
    uint64_t       endpoint;
    uint64_t       delay;           /* ms until the first send */
    webhook_str_t  order;           /* key, up to 255 bytes; empty: none */
    uint32_t       form;
    uint32_t       steps;           /* 0 counts as 1 */
    unsigned       lease:1;         /* in: the caller could send it now */
    const webhook_past_t  *past;    /* in: NULL: it is new */
    uint64_t       token;           /* out: 0 if not leased */
} webhook_put_t;

/*
 * An event that may come again under another id, since whoever caused it
 * repeats the request: the same key and the same body within "keep" are a
 * repeat, of which nothing is put (DUPLICATE, with "first").  The same key with
 * another body is an event like any other ("differs" tells).  What is known of
 * repeats outlives the events themselves, and is bounded
 * (options.idempotency_rows): at the bound the event is put all the same, but
 * a repeat of it will not be known as one ("unprotected" tells).
 */

#define WEBHOOK_IDEMPOTENCY_LEN  32     /* bytes of a digest */

typedef struct {
    unsigned char  key[WEBHOOK_IDEMPOTENCY_LEN];    /* who asks for what */
    unsigned char  body[WEBHOOK_IDEMPOTENCY_LEN];   /* what was said */
    uint64_t       keep;            /* ms that this is known; 0: no key */
} webhook_idempotency_t;


typedef struct {
    webhook_id_t           id;
    uint64_t               wall;
    webhook_str_t          type;
    webhook_rendition_t   *forms;
    uint32_t               forms_count;     /* 1 .. 64 */
    webhook_put_t         *deliveries;
    uint32_t               count;
    uint64_t               lease;           /* ms a lease runs */
    webhook_idempotency_t  idempotency;
    const webhook_id_t    *wire;    /* it is sent under; NULL: its own */

    webhook_id_t           first;   /* out: with OK and DUPLICATE: the id that
                                       the event is kept under, which is
                                       another than "id" if it is a repeat */
    unsigned               differs:1;       /* out */
    unsigned               unprotected:1;   /* out */
    uint64_t               wait;    /* out: ms until one that asked for a
                                       lease and got none may have it, where a
                                       rate or a hold of its endpoint is the
                                       reason; 0: others that are due go before
                                       it, and may be claimed now; UINT64_MAX:
                                       there is no such */
} webhook_op_put_event_t;


/*
 * CLAIM.  Leases due deliveries of the endpoints named (ascending ids), no more
 * than an endpoint's free slots.  First sends go before retries, but while both
 * are due one lease of four is the oldest retry's, whoever gives them: CLAIM,
 * the next of a COMPLETE, or PUT_EVENT, which leases at once only where nobody
 * who is due has to wait for that.
 */

typedef struct {
    const uint64_t   *endpoints;
    uint32_t          endpoints_count;
    uint32_t          max;          /* deliveries at most */
    size_t            max_bytes;    /* body bytes after which no more are
                                       added; one always is */
    uint64_t          lease;        /* ms */

    webhook_lease_t  *leases;       /* out */
    uint32_t          count;
    uint64_t          next;         /* out: ms until the next one of these
                                       endpoints is due, 0: now,
                                       UINT64_MAX: none is waiting */
} webhook_op_claim_t;


/*
 * COMPLETE.  The outcome of a send, for who shows the token of the delivery's
 * last lease.  That this has ended meanwhile does not matter, even if the
 * delivery waits again already, as long as nobody has leased it anew, finished
 * or cancelled it.  STALE changes nothing.
 */

typedef enum {
    WEBHOOK_DONE = 0,               /* delivered */
    WEBHOOK_RETRY,                  /* failed; due again after "delay" */
    WEBHOOK_FAILED,                 /* failed for good: a dead letter */
    WEBHOOK_RELEASE                 /* was not sent, does not count; due again
                                       after "delay" */
} webhook_outcome_e;

struct webhook_attempt_s {
    uint64_t       wall;            /* when the send began */
    uint32_t       number;          /* out of history: 1.. */
    uint32_t       status;          /* of the answer; 0: none came */
    uint32_t       connect;         /* microseconds each; connect includes */
    uint32_t       tls;             /*   the look-up of the name */
    uint32_t       first_byte;      /* from the end of connect and tls */
    uint32_t       total;
    webhook_str_t  error;           /* a sentence, or empty; up to 255 bytes */
    webhook_str_t  address;         /* it was sent to; up to 64 bytes */
    webhook_str_t  answer;          /* its first bytes; up to 1024 are kept */
};

typedef struct {
    webhook_id_t        event;
    uint64_t            endpoint;
    uint64_t            token;
    webhook_outcome_e   outcome;
    uint64_t            delay;      /* ms, for RETRY and RELEASE */
    webhook_attempt_t   attempt;    /* ignored for RELEASE */
    uint64_t            lease;      /* ms; not 0: lease the endpoint's next
                                       due delivery (or the next step of this
                                       one) in the same transaction */
    uint64_t            slow;       /* ms; not 0: hold the endpoint's first
                                       sends that long, doubled each time that
                                       it is slow again after such a hold, a
                                       minute at most; retries keep their
                                       time */
    unsigned            gone:1;     /* pause the endpoint: it asked to be left
                                       alone */

    webhook_lease_t    *next;       /* out: NULL, or the one just leased */
    uint64_t            wait;       /* out: with no next, ms until there may
                                       be one, where the endpoint's rate or a
                                       hold is the reason; else UINT64_MAX */
    unsigned            opened:1;   /* out: this outcome opened the breaker */
    unsigned            closed:1;   /* out: this outcome closed it */
    unsigned            paused:1;   /* out: this outcome paused the endpoint */
} webhook_op_complete_t;


/*
 * ENDPOINT.  Makes an endpoint known or changes its limits.  Writes nothing
 * where nothing changed.
 *
 * The rate counts leases, whoever gets them; what is RELEASEd does not count.
 *
 * The breaker opens when so many outcomes in a row were failures, or so many
 * percent of at least ten in a window; it holds first sends (never retries,
 * which are its probes), then lets one through at a time, whose failure holds
 * the others as long again, until an outcome is DONE.
 */

typedef struct {
    uint64_t       id;
    webhook_str_t  name;            /* up to 255 bytes */
    uint32_t       inflight;        /* most leases at a time, all workers */
    uint32_t       rate;            /* sends in "per" ms; 0: no bound */
    uint32_t       per;             /* ms; 0: 1000 */
    uint32_t       burst;           /* sends that may come at once; 0: 1 */
    uint32_t       break_failures;  /* in a row; 0: not by these */
    uint32_t       break_percent;   /* of the window; 0: not by these */
    uint64_t       break_window;    /* ms; 0: a minute */
    uint64_t       break_hold;      /* ms */
    unsigned       order_block:1;   /* a dead head blocks its key */
} webhook_op_endpoint_t;


/*
 * TAKEOVER.  Looks for owners that died and makes what they leased due at
 * once; leases that ran out too.  The send under way at the death counts as
 * no attempt.
 */

typedef struct {
    uint32_t  count;                /* out: deliveries taken over */
    unsigned  forgot:1;             /* out: the limits of an endpoint were
                                       damaged: ENDPOINT is needed again */
} webhook_op_takeover_t;


/*
 * EXPIRE.  Removes what is finished and older than options.keep, the oldest
 * first; above the high-water mark, or above options.keep_bytes, what is
 * finished of any age: delivered events first, then calls, cancelled events,
 * and dead letters.
 * Never an event of which a delivery is still owed.  Moves rows that were left
 * alone by that together, a few a call; "more" is set then, too.
 *
 * Endpoints that no ENDPOINT has named for options.orphans, and that are not
 * among those that are given here, are orphans: what waits for them is
 * cancelled, which the log tells, and they are removed once nothing is kept of
 * them.  ENDPOINT notes down once a day that it named one, so who has a store
 * open for long names its endpoints again now and then.
 */

typedef struct {
    uint32_t         max;           /* things at most */
    const uint64_t  *endpoints;     /* ids; those that are in use */
    uint32_t         endpoints_count;
    uint32_t         count;         /* out: things removed or cancelled */
    uint32_t         cancelled;     /* out: of them deliveries cancelled */
    uint32_t         removed;       /* out: of them endpoints */
    unsigned         more:1;        /* out: call again */
} webhook_op_expire_t;


/* PUT_CALL.  Keeps one call of a receiver, for its history. */

typedef struct {
    webhook_str_t  method;          /* up to 31 bytes each */
    webhook_str_t  uri;             /* up to 1024 are kept, of each string */
    webhook_str_t  body;
    uint32_t       status;          /* the action's answer; 0: not called */
    uint32_t       total;           /* microseconds */
} webhook_call_action_t;

typedef struct {
    webhook_id_t            id;
    uint64_t                receiver;   /* webhook_id_name() */
    webhook_str_t           name;       /* the receiver's */
    uint64_t                wall;
    uint32_t                total;      /* microseconds */
    uint32_t                status;     /* what the caller was answered */
    webhook_str_t           remote;     /* address of the caller */
    webhook_str_t           content_type;
    webhook_str_t           headers;    /* what came in, redacted by the
                                           caller; 4096 bytes are kept */
    webhook_str_t           body;       /* the same; 8192 bytes are kept */
    webhook_str_t           verified;   /* "standard: ok", "off" ...; up to
                                           255 bytes */
    webhook_str_t           answer;     /* what the caller got; 1024 bytes */
    webhook_str_t           error;      /* empty if all went well */
    webhook_call_action_t  *actions;
    uint32_t                actions_count;   /* up to 32 */
} webhook_call_t;

typedef struct {
    webhook_call_t  call;
} webhook_op_put_call_t;


/*
 * RESERVE and SETTLE.  Who asks first for a key acts; the others are told.
 * A reservation whose owner died, or that ran out, is NEW again.  None is
 * forgotten before its end: where there are as many as there may be
 * (options.dedupe_rows), or where they take a quarter of the store, a key that
 * is not known is FULL, with "bound" set.
 */

typedef enum {
    WEBHOOK_DEDUPE_NEW = 0,         /* yours: act, then SETTLE with token */
    WEBHOOK_DEDUPE_RUNNING,         /* another is at it */
    WEBHOOK_DEDUPE_SEEN             /* it was settled: answer says how */
} webhook_dedupe_e;

typedef struct {
    uint64_t          scope;        /* in: webhook_id_name() of a receiver */
    unsigned char     key[32];      /* in: SHA-256 of what repeats share */
    uint64_t          run;          /* in: ms the action may take at most */
    uint64_t          asker;        /* in: not 0: a number of this request's,
                                       so that it can be repeated */

    unsigned          bound:1;      /* out, if FULL: too many are known */
    webhook_dedupe_e  state;        /* out */
    uint64_t          token;        /* out, if NEW */
    uint32_t          status;       /* out, if SEEN: what SETTLE was told */
    webhook_str_t     answer;
} webhook_op_reserve_t;

typedef struct {
    uint64_t          scope;
    unsigned char     key[32];
    uint64_t          token;
    uint64_t          keep;         /* ms to remember it; 0: forget it, the
                                       action failed and may come again */
    uint32_t          status;
    webhook_str_t     answer;       /* up to 4096 bytes */
} webhook_op_settle_t;              /* STALE: the reservation was lost;
                                       DUPLICATE: it is settled */


/*
 * RETRY makes a delivery due at once that waits, is dead or was cancelled (the
 * last two with all their sends before them again).  CANCEL cancels one that
 * waits, or a dead one that blocks its order key, which goes on then.  A
 * delivery that is SENDING is STALE.  A delivered one is DUPLICATE, and so are
 * for CANCEL one that is cancelled and a dead one that blocks nothing.
 */

typedef struct {
    webhook_id_t  event;
    uint64_t      endpoint;
    unsigned      again:1;          /* in, RETRY: one that was delivered too */
} webhook_op_delivery_t;


/*
 * PAUSE stops all sends of an endpoint, or resumes them (and closes its
 * breaker and ends its hold).  With "all" it stops those to every endpoint,
 * also to those that are not known yet: nothing is leased, whoever asks, and
 * no orphan is cancelled, until it is resumed with "all" too, which leaves the
 * pauses of single endpoints (DUPLICATE where the store was not paused).
 */

typedef struct {
    uint64_t       endpoint;
    unsigned       all:1;
    unsigned       resume:1;
    unsigned       make:1;          /* also one that is not known yet */
    webhook_str_t  reason;          /* up to 255 bytes, shown by STATS */
} webhook_op_pause_t;


/* ------------------------------------------------------ reading back --- */

typedef struct webhook_filter_s  webhook_filter_t;


typedef struct {
    webhook_id_t       event;
    uint64_t           endpoint;
    webhook_str_t      endpoint_name;
    webhook_str_t      type;
    webhook_state_e    state;
    uint32_t           attempts;        /* sends so far */
    uint64_t           wall;            /* when the event happened */
    int64_t            due;             /* ms from now, if PENDING; may be
                                           negative: it waits for a slot */
    uint64_t           finished;        /* wall, if it is over */
    uint32_t           status;          /* of the last answer, 0: none */
    uint64_t           sent;            /* wall, when the last send began, and */
    webhook_str_t      error;           /* what went wrong with it; of those
                                           that are not delivered */
    uint32_t           form;            /* it sends, or sent last */
    size_t             body_len;        /* of that */
    uint32_t           step;            /* from 0, of */
    uint32_t           steps;
    unsigned           parked:1;        /* it waits for an earlier one of its
                                           key, and has no due time yet */
    unsigned           blocks:1;        /* it is dead, and later ones of its
                                           key wait for it */
    uint64_t           order;           /* webhook_id_name() of its order key;
                                           0: it has none */
    uint64_t           place;           /* among those of its key */
} webhook_delivery_t;


/*
 * LIST.  Deliveries, the newest event first, or the oldest first.  Work a call
 * is bounded: a page may hold fewer than max, even none, and still have a
 * cursor.
 */

#define WEBHOOK_CURSOR_LEN  24

struct webhook_filter_s {
    unsigned char        cursor[WEBHOOK_CURSOR_LEN];
    unsigned             from:1;        /* in: start behind the cursor */
    unsigned             more:1;        /* out: cursor is set, go on */
    unsigned             oldest:1;      /* in: the oldest event first; for
                                           LIST alone */

    uint64_t             endpoint;      /* in: 0: any */
    int                  state;         /* in: -1: any */
    webhook_str_t        type;          /* in: a pattern; empty: any */
    uint64_t             since;         /* in: wall; 0: no bound */
    uint64_t             until;         /* in: wall, exclusive; 0: no bound */
    uint32_t             max;           /* in */
};

typedef struct {
    webhook_filter_t     filter;        /* in and out; to go on, set from */
    webhook_delivery_t  *deliveries;    /* out */
    uint32_t             count;
    uint32_t             damaged;       /* rows that could not be read */
} webhook_op_list_t;


/*
 * REPLAY.  Makes finished deliveries due again, those that LIST would show
 * with this filter (state DELIVERED, DEAD, CANCELLED or -1 for all three), the
 * oldest first, filter.max a call at most.  With dry_run it only counts.  Bounded work a
 * call, short holds of the writer's lock: go on while filter.more (the cursor
 * is set for that).  FULL: what was counted is done, the rest is not.
 *
 * With cancel it cancels instead: what is meant is what waits, or is dead and
 * blocks its order key (state PENDING, DEAD or -1 for both).
 */

typedef struct {
    webhook_filter_t     filter;        /* in and out */
    unsigned             dry_run:1;     /* in */
    unsigned             cancel:1;      /* in */
    uint32_t             count;         /* out */

    unsigned char        next[WEBHOOK_CURSOR_LEN];  /* the store's own */
    unsigned             moved:1;
} webhook_op_replay_t;


/* SHOW.  One event with its deliveries (endpoint 0) or one delivery of it,
   and every attempt. */

typedef struct {
    webhook_delivery_t   delivery;
    webhook_attempt_t   *attempts;
    uint32_t             attempts_count;
} webhook_delivery_full_t;

typedef struct {
    webhook_id_t              id;           /* in */
    uint64_t                  endpoint;     /* in: 0: all of the event */

    webhook_id_t              wire;         /* out: see webhook_event_t */
    uint64_t                  wall;
    webhook_str_t             type;
    webhook_rendition_t      *forms;
    uint32_t                  forms_count;
    webhook_delivery_full_t  *deliveries;   /* each with its form's number */
    uint32_t                  count;
    uint64_t                  broken;       /* bits: forms that could not be
                                               read, and are empty */
    uint32_t                  damaged;      /* deliveries and attempts that
                                               could not */
} webhook_op_show_t;


/* CALLS.  Calls of a receiver (0: of any), the newest first, as LIST; or one
   call by its id, NOT_FOUND if there is no such. */

typedef struct {
    unsigned char     cursor[WEBHOOK_CURSOR_LEN];
    unsigned          from:1;
    unsigned          more:1;
    uint64_t          receiver;             /* in */
    uint64_t          since;                /* in: as a filter has them */
    uint64_t          until;
    uint32_t          least;                /* in: statuses from this one */
    uint32_t          most;                 /* up to this one; 0: any */
    uint32_t          max;                  /* in */
    const webhook_id_t  *id;                /* in: that call alone; or NULL */

    webhook_call_t   *calls;                /* out */
    uint32_t          count;
    uint32_t          damaged;              /* that could not be read */
} webhook_op_calls_t;


/*
 * KNOWN.  What is known of repeats: calls that RESERVE and SETTLE dealt with
 * (but for those that are under way), or events with an idempotency key.  Page
 * by page, as LIST, in no order.  REMEMBER puts one that another store knew:
 * DUPLICATE if it is known here, FULL at the bound.
 */

typedef enum {
    WEBHOOK_KNOWN_CALL = 0,
    WEBHOOK_KNOWN_EVENT
} webhook_known_e;

typedef struct {
    webhook_known_e   kind;
    uint64_t          scope;                /* CALL: the receiver */
    unsigned char     key[32];
    unsigned char     body[32];             /* EVENT */
    webhook_id_t      event;                /* EVENT: that was put */
    uint64_t          left;                 /* ms that it is known yet */
    uint32_t          status;               /* CALL: what SETTLE was told */
    webhook_str_t     answer;               /* the same */
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


/*
 * QUARANTINE.  Rows that could not be read, by their numbers, which ascend;
 * page by page, as LIST.  DISCARD removes one, or with "all" those up to it, a
 * few at a time: NOT_FOUND where there is none.
 */

typedef struct {
    uint64_t          number;
    uint64_t          wall;                 /* when that was found out; 0: the
                                               row in quarantine cannot be
                                               read itself */
    webhook_str_t     table;
    webhook_str_t     key;
    webhook_str_t     value;
} webhook_quarantined_t;

typedef struct {
    uint64_t                first;          /* in: the least number; out, if
                                               more: to go on */
    unsigned                more:1;
    uint32_t                max;            /* in */
    size_t                  max_bytes;      /* in: of values; one always is
                                               returned */

    webhook_quarantined_t  *rows;           /* out */
    uint32_t                count;
} webhook_op_quarantine_t;

typedef struct {
    uint64_t          number;
    unsigned          all:1;
    unsigned          more:1;               /* out: call again */
    uint32_t          count;                /* out: removed */
} webhook_op_discard_t;


/* STATS.  Never scans a table. */

typedef struct {
    uint64_t       id;
    webhook_str_t  name;
    uint32_t       inflight;                /* the limit */
    uint64_t       states[WEBHOOK_STATES];  /* deliveries in each now */
    uint64_t       attempts;                /* ever */
    uint64_t       delivered;               /* ever */
    uint64_t       dead;                    /* ever */
    uint64_t       cancelled;               /* ever */
    unsigned       paused:1;
    webhook_str_t  reason;                  /* of the pause */
    unsigned       open:1;                  /* the breaker */
    uint64_t       held;                    /* ms that first sends wait yet */
} webhook_endpoint_stats_t;

typedef struct {
    uint64_t                   size;        /* out, bytes */
    uint64_t                   used;
    uint64_t                   events;      /* kept now */
    uint64_t                   calls;       /* kept now */
    uint64_t                   idempotency; /* repeats that are known now */
    unsigned                   full:1;      /* above the high-water mark, or
                                               a reader keeps too much */
    uint64_t                   pinned;      /* bytes that were freed, but that
                                               a reader keeps from use */
    uint32_t                   reader;      /* its process; 0: there is none */
    uint64_t                   reader_age;  /* ms that it has been seen */
    uint32_t                   owners;      /* processes that have it open */
    unsigned                   paused:1;    /* as a whole: nothing is sent, */
    uint64_t                   paused_at;   /* wall: since then, */
    webhook_str_t              reason;      /* for this reason */
    uint64_t                   quarantine;  /* rows that could not be read */
    webhook_endpoint_stats_t  *endpoints;
    uint32_t                   count;
} webhook_op_stats_t;


/*
 * CLOCK.  Tells the state of the clock; with accept, the wall clock is right,
 * and what was doubted of it is over.  Over a boot the store's time goes on by
 * as much as the wall clock does.  Where that is more than a day it is
 * doubted: told at error level, and until the kernel's clock has been
 * synchronized for ten minutes, or CLOCK accepts it, nothing grows older by
 * it, so that nothing is removed for its age, or forgotten, too early.
 */

typedef struct {
    unsigned                   accept:1;    /* in */
    uint64_t                   wall;        /* out: now */
    uint64_t                   last;        /* out: at the last commit */
    uint64_t                   doubt;       /* out: ms that are doubted */
    unsigned                   synced:1;    /* out: the kernel's clock is */
} webhook_op_clock_t;


/* CHECK.  Reads everything, recounts everything; text says what is wrong,
   line by line (a part of it where that is long).  Takes as long as the store
   is large: for tools alone.  A store that is written to meanwhile is read as
   it is at several times: each row is looked at, but counters are not
   compared. */

typedef struct {
    uint64_t                   rows;        /* out */
    uint64_t                   faults;      /* out */
    unsigned                   moved:1;     /* out: counters are not compared */
    webhook_str_t              text;        /* out */
} webhook_op_check_t;


/*
 * One operation.  Set type and the inputs of its member, the rest zeroed.
 * After the batch, result and the outputs are set; free them with
 * webhook_op_free().
 */

typedef struct {
    webhook_op_e            type;
    webhook_store_result_e  result;         /* out */
    void                   *memory;         /* out: what outputs live in */

    union {
        webhook_op_put_event_t  put_event;
        webhook_op_claim_t      claim;
        webhook_op_complete_t   complete;
        webhook_op_endpoint_t   endpoint;
        webhook_op_takeover_t   takeover;
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
        webhook_op_check_t      check;
    } u;
} webhook_op_t;


/*
 * Applies a batch: the writes in order, then the reads, each of which sees
 * all that was written.  Never fails as a whole: each result tells.
 */
void webhook_store_apply(webhook_store_t *st, webhook_op_t **ops,
    uint32_t count);

/*
 * Has apply() call "more" once it holds the writer's lock, for which it may
 * have waited while other processes wrote: what came up in the meantime goes
 * along, which makes one commit of two.  more puts PUT_EVENT and COMPLETE
 * operations, and no others, behind those that apply() was given, in the same
 * array, and returns their number.  It is called on the thread of apply(), and
 * not in every one.  ctx is handed to it.
 */
typedef uint32_t (*webhook_store_more_pt)(void *ctx);

void webhook_store_gather(webhook_store_t *st, webhook_store_more_pt more,
    void *ctx);

/*
 * What an operator wants to know beside the results; what is counted, is so
 * since the call before.  Blocks on nothing; not while apply() runs.
 */

typedef struct {
    uint64_t  pinned;                       /* as STATS has it; about */
    uint64_t  dropped;                      /* dead letters that went before
                                               their time, for want of room */
    uint64_t  quarantine;                   /* the same */
    unsigned  paused:1;                     /* the same */
} webhook_store_news_t;

void webhook_store_news(webhook_store_t *st, webhook_store_news_t *news);

/*
 * Copies the store, as it is at the end of that, into an empty file that the
 * caller has opened for writing, whose name is for messages; what is in it after
 * a failure is of no use.  Free pages are holes of the file.  Goes on beside all
 * other work; readonly stores too.  Restored by putting it in place of a stopped
 * store's data.mdb.
 */
webhook_store_result_e webhook_store_backup(webhook_store_t *st, int fd,
    const char *name);

/*
 * Puts a file, of a store that nobody has open, in the same file system, in
 * place of the store in a directory, which nobody may have open either; what
 * was there is kept as data.mdb.replaced-TIME, whose name is put into was
 * (empty: there was none).  As the owner of the directory.  Of the options path
 * and log are used.  Without a file it only finds out whether somebody has the
 * store open.
 */
webhook_store_result_e webhook_store_replace(
    const webhook_store_options_t *options, const char *file, char was[80]);

/*
 * Frees what an operation's outputs point to, and clears the pointers and
 * their counts (not the operation; "more", "next", "cursor" and the result
 * stay).  May be called twice, and for one that was never applied but zeroed.
 */
void webhook_op_free(webhook_op_t *op);

/* The bytes that webhook_op_free() gives back: those of large bodies take time
   that grows with them. */
size_t webhook_op_size(const webhook_op_t *op);

/* "pending", "sending", "delivered", "dead", "cancelled"; and back (-1 if
   unknown). */
const char *webhook_state_name(webhook_state_e state);
int webhook_state_parse(const webhook_str_t *text);

/* A result in words, for a log line. */
const char *webhook_store_result_text(webhook_store_result_e result);


#endif /* WEBHOOK_STORE_H */
