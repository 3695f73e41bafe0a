
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The clocks that a store goes by.
 */

#ifndef WEBHOOK_STORE_CLOCK_H
#define WEBHOOK_STORE_CLOCK_H

#include "store/lmdb/handle/webhook_store_handle.h"

#include <time.h>


/* Settles which clock and boot st uses. */
int webhook_clock_init(webhook_lmdb_t *st,
    const webhook_store_options_t *options);

/* Engine time now. */
uint64_t webhook_clock_now(webhook_lmdb_t *st);

/* Wall clock, ms since 1970: the machine's; the one that st goes by. */
uint64_t webhook_clock_wall(void);
uint64_t webhook_clock_real(const webhook_lmdb_t *st);

/* Microseconds, to tell how long something takes. */

static inline uint64_t
webhook_clock_usec(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


/* Sets t->age, from t->now and the state. */
void webhook_clock_age(webhook_txn_t *t);


#endif /* WEBHOOK_STORE_CLOCK_H */
