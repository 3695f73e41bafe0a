
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints: their limits, and their pauses.
 */

#ifndef WEBHOOK_OP_ENDPOINT_H
#define WEBHOOK_OP_ENDPOINT_H

#include <stdint.h>

#include "core/base/webhook_str.h"


#define WEBHOOK_NAME_MAX    255     /* bytes */
#define WEBHOOK_REASON_MAX  255


/*
 * ENDPOINT.  Makes an endpoint known or changes its limits; the last one that
 * names it is right.  They hold over all processes, and outlive them: no more
 * deliveries are leased at a time, nor begun in a time, than they say.  Writes
 * nothing where nothing changed.  UNAVAILABLE without an id, or with a name
 * that is over its bound.
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
    uint64_t       break_open_timeout;      /* ms */
    unsigned       order_block:1;   /* a dead head blocks its key */
} webhook_op_endpoint_t;


/*
 * PAUSE stops all sends of an endpoint, or resumes them (and closes its
 * breaker and ends its hold).  With "all" it stops those to every endpoint,
 * also to those that are not known yet: nothing is leased, whoever asks, and
 * no orphan is cancelled, until it is resumed with "all" too, which leaves the
 * pauses of single endpoints (DUPLICATE where the store was not paused).  What
 * is leased already may be completed.  A pause outlives every process.
 * NOT_FOUND for an endpoint that is not known, without "make".
 */

typedef struct {
    uint64_t       endpoint;
    unsigned       all:1;
    unsigned       resume:1;
    unsigned       make:1;          /* also one that is not known yet */
    webhook_str_t  reason;          /* 255 bytes are kept; STATS shows it */
} webhook_op_pause_t;


#endif /* WEBHOOK_OP_ENDPOINT_H */
