
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an operation comes to, and the opening of a store; the states of a
 * delivery; how loudly the operator is told of something.
 */

#ifndef WEBHOOK_STORE_RESULT_H
#define WEBHOOK_STORE_RESULT_H

#include <stdint.h>

#include "core/base/webhook_str.h"


/* a time that does not come */
#define WEBHOOK_NEVER  UINT64_MAX


typedef enum {
    WEBHOOK_STORE_OK = 0,
    WEBHOOK_STORE_DUPLICATE,    /* it is there already: as good as OK */
    WEBHOOK_STORE_STALE,        /* the token is not the delivery's any more */
    WEBHOOK_STORE_NOT_FOUND,
    WEBHOOK_STORE_FULL,         /* surely not applied: no space is left */
    WEBHOOK_STORE_UNAVAILABLE,  /* surely not applied: memory, disk, store;
                                   or the operation is against the rules */
    WEBHOOK_STORE_UNKNOWN       /* perhaps applied: repeat the operation */
} webhook_store_result_e;


/*
 * The states of a delivery.  Each event has one delivery for each endpoint that
 * asked for it.
 *
 *   put_event --> PENDING --claim--> SENDING --complete DONE---> DELIVERED
 *             \                      ^  |  |
 *              `---- leased at once -'  |  `---complete FAILED-> DEAD
 *                                       |
 *        PENDING <--RETRY, RELEASE, lease ended, owner gone
 *        PENDING --cancel--> CANCELLED
 *
 * A SENDING delivery is leased: it has a token, an owner and an end.  Only who
 * shows the token may complete it, until another lease is given.  DELIVERED,
 * DEAD and CANCELLED are over; RETRY and REPLAY make them PENDING again.
 */

typedef enum {
    WEBHOOK_PENDING = 0,
    WEBHOOK_SENDING,
    WEBHOOK_DELIVERED,
    WEBHOOK_DEAD,                   /* its last send failed */
    WEBHOOK_CANCELLED               /* nobody wants it sent any more */
} webhook_state_e;

#define WEBHOOK_STATES  5


/* How loudly the operator is told. */

typedef enum {
    WEBHOOK_STORE_LOG_EMERG = 0,
    WEBHOOK_STORE_LOG_ERROR,
    WEBHOOK_STORE_LOG_WARN,
    WEBHOOK_STORE_LOG_NOTICE
} webhook_store_log_e;


/* A result in words, for a log line. */
const char *webhook_store_result_text(webhook_store_result_e result);

/* "pending", "sending", "delivered", "dead", "cancelled"; and back (-1 if
   unknown). */
const char *webhook_state_name(webhook_state_e state);
int webhook_state_parse(const webhook_str_t *text);


#endif /* WEBHOOK_STORE_RESULT_H */
