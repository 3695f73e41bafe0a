
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events: what one is, in which renditions it is sent, and how it is put.
 */

#ifndef WEBHOOK_OP_EVENT_H
#define WEBHOOK_OP_EVENT_H

#include "core/base/webhook_id.h"
#include "core/base/webhook_str.h"
#include "store/webhook_store_result.h"


#define WEBHOOK_STORE_BODY_MAX      ((size_t) 128 * 1024 * 1024)
#define WEBHOOK_STORE_TYPE_MAX      128         /* bytes each */
#define WEBHOOK_REQUEST_MAX         4096
#define WEBHOOK_CONTENT_TYPE_MAX    255
#define WEBHOOK_HEADERS_MAX         16384
#define WEBHOOK_ORDER_MAX           255
#define WEBHOOK_ERROR_MAX           255
#define WEBHOOK_ADDRESS_MAX         64
#define WEBHOOK_ANSWER_MAX          1024

#define WEBHOOK_RENDITIONS_MAX      64          /* of an event */


/*
 * One rendition of an event: what an endpoint is sent.  Made once when the
 * event happens and kept once however many endpoints get it.  In operations
 * that take it the bytes are the caller's and must live until the batch
 * returns.
 */

typedef struct {
    webhook_str_t  request;         /* "METHOD SP URI", up to 4096 bytes;
                                       empty: as the endpoint has it */
    webhook_str_t  content_type;    /* up to 255 bytes; may be empty */
    webhook_str_t  headers;         /* more header lines, each with CRLF; up
                                       to 16384 bytes; may be empty */
    webhook_str_t  body;            /* the bytes to send, up to
                                       WEBHOOK_STORE_BODY_MAX */
} webhook_rendition_t;


/* An event as it is handed out: what it is, and the rendition to be sent. */

typedef struct {
    webhook_id_t         id;
    webhook_id_t         wire;      /* the id that receivers know it by: the
                                       same, but for one that an older version
                                       kept */
    uint64_t             wall;      /* when it happened */
    webhook_str_t        type;      /* order.add; up to 128 bytes */
    webhook_rendition_t  rendition;
} webhook_event_t;


/* What became of one send. */

typedef struct {
    uint64_t       wall;            /* when the send began */
    uint32_t       number;          /* out of history: 1.. */
    uint32_t       status;          /* of the answer; 0: none came */
    uint32_t       connect;         /* microseconds each; connect includes */
    uint32_t       tls;             /*   the look-up of the name */
    uint32_t       first_byte;      /* from the end of connect and tls */
    uint32_t       total;
    webhook_str_t  error;           /* a sentence, or empty; 255 are kept */
    webhook_str_t  address;         /* it was sent to; 64 bytes are kept */
    webhook_str_t  answer;          /* its first bytes; up to 1024 are kept */
} webhook_attempt_t;


/*
 * PUT_EVENT.  Keeps an event, its renditions and its deliveries, all or none of
 * them.  OK; DUPLICATE if it is there, or is known by its idempotency key; FULL
 * above the high-water mark, until there is room again; UNAVAILABLE for what is
 * over a bound, and where a delivery names no endpoint (0), or a rendition or
 * a step that the event has not got.
 *
 * A delivery sends rendition "rendition"; with steps > 1 the renditions from
 * it on ... one after the other, each once the one before it was DONE
 * (attempts start anew with each step, history goes on).
 *
 * A delivery with an order key is parked while an earlier one of the same
 * endpoint and key is not finished: only the head of a key may be leased, and
 * its end makes the next one due.  Their order is that in which they were put.
 * A dead head blocks its key where the endpoint says so (ENDPOINT), until it is
 * tried again or given up; its event is not finished as long.
 *
 * A delivery that asks for a lease gets one if it is a head, its endpoint
 * has a free slot, is neither paused nor held, its rate allows it (limits are
 * those of ENDPOINT; an endpoint never named there has none to give), and
 * nobody who is due already goes before it, with token != 0; else it is due
 * after its delay.  DUPLICATE if the id is there: its deliveries are left as
 * they are and no lease is given.
 *
 * "backlog" is how many deliveries may wait or be sent, of all endpoints that
 * the event's company registered: those of "quota" that would be more are DEAD
 * at once ("over"), with an attempt that says so, and can be retried as any
 * that are dead.  What waits is counted after a second at the latest, and
 * anew before anything is too much, of a company with hundreds of endpoints
 * some ms later; what other processes put meanwhile is not seen.  With "refuse"
 * such an event is not put at all: FULL, and "over" tells that from a store
 * that is full.
 */

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
    unsigned            shared:1;   /* by the cluster, which knows of it: see
                                       SHIP_TAKE */
    unsigned            ordered:1;  /* see webhook_put_t */
    uint32_t            part;       /* if so: see SHIP_NUMBER */
    uint32_t            tries;      /* if so: sends of the step so far */
    webhook_attempt_t  *attempts;   /* with their numbers */
    uint32_t            attempts_count;
} webhook_past_t;

typedef struct {
    uint64_t       endpoint;
    uint64_t       delay;           /* ms until the first send */
    webhook_str_t  order;           /* key, up to 255 bytes; empty: none */
    uint32_t       rendition;
    uint32_t       steps;           /* 0 counts as 1 */
    unsigned       lease:1;         /* in: the caller could send it now */
    unsigned       quota:1;         /* in: "backlog" holds for it */
    unsigned       ordered:1;       /* in: its key is in the order in which the
                                       cluster is told of them: see SHIP_TURNS */
    unsigned       over:1;          /* out: it was too much */
    const webhook_past_t  *past;    /* in: NULL: it is new */
    uint64_t       lease_token;     /* out: 0 if not leased */
    uint64_t       early;           /* out of webhook_store_keep(), and in: the
                                       token of the lease that it has already;
                                       0: none */
    unsigned       low:1;           /* out of that, with "early": few more get
                                       one there before something is applied */
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


/* Why webhook_store_keep() did not keep an event. */

typedef enum {
    WEBHOOK_PASSED_CLOSED = 0,      /* nothing is kept now */
    WEBHOOK_PASSED_KIND,            /* such a one never is */
    WEBHOOK_PASSED_ROOM             /* there was no place for it */
} webhook_passed_e;


typedef struct {
    webhook_id_t           id;
    uint64_t               wall;
    webhook_str_t          type;
    webhook_rendition_t   *renditions;
    uint32_t               renditions_count;  /* 1 .. WEBHOOK_RENDITIONS_MAX */
    webhook_put_t         *deliveries;
    uint32_t               count;
    uint64_t               lease;           /* ms a lease runs */
    webhook_idempotency_t  idempotency;
    const webhook_id_t    *wire;    /* it is sent under; NULL: its own */
    webhook_str_t          company; /* whose it is, up to 64 bytes; empty:
                                       nobody's */
    uint32_t               backlog; /* that the company may have; 0: any */
    unsigned               refuse:1;        /* in: what is over it is not
                                               put */
    uint64_t               kept;    /* out of webhook_store_keep(), and in:
                                       where it is kept; 0: nowhere */
    webhook_passed_e       passed;  /* out of that, with 0: why */
    unsigned               unsure:1;        /* out of webhook_store_keep(), and
                                               in: it could not be kept, and
                                               what was written of it could not
                                               be taken back: UNKNOWN takes the
                                               place of a result that tells that
                                               it is not there */

    webhook_id_t           first;   /* out: with OK and DUPLICATE: the id that
                                       the event is kept under, which is
                                       another than "id" if it is a repeat */
    uint32_t               over;    /* out: deliveries that are dead since
                                       "backlog" was reached */
    unsigned               differs:1;       /* out */
    unsigned               unprotected:1;   /* out */
    uint64_t               wait;    /* out: ms until one that asked for a
                                       lease and got none may have it, where a
                                       rate or a hold of its endpoint is the
                                       reason; 0: others that are due go before
                                       it, and may be claimed now;
                                       WEBHOOK_NEVER: there is no such */
} webhook_op_put_event_t;


#endif /* WEBHOOK_OP_EVENT_H */
