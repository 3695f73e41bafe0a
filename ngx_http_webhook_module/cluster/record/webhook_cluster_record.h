
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Records of what a cluster keeps and does not look into: the renditions of an
 * event, what a delivery has beside the columns it is found by, attempts, calls.
 * They are versioned, so that nodes of several versions read each other's.
 *
 * Each writer allocates in *memory and returns WEBHOOK_OK, WEBHOOK_NOMEM, or
 * WEBHOOK_LIMIT for what is over a bound.  Each reader returns WEBHOOK_OK,
 * WEBHOOK_NOMEM, or WEBHOOK_ERROR for a record that is damaged or newer; texts
 * are views into the record, arrays are allocated in *memory.  Any thread.
 */

#ifndef WEBHOOK_CLUSTER_RECORD_H
#define WEBHOOK_CLUSTER_RECORD_H

#include "cluster/webhook_cluster_op.h"


int webhook_cluster_write_event(void **memory,
    const webhook_cluster_event_t *e, webhook_str_t *record);
int webhook_cluster_read_event(void **memory, const webhook_str_t *record,
    webhook_cluster_event_t *e);

/* now: wall, for what is due; the columns of a delivery are left as they are. */
int webhook_cluster_write_delivery(void **memory,
    const webhook_cluster_delivery_t *d, uint64_t now, webhook_str_t *record);
int webhook_cluster_read_delivery(const webhook_str_t *record, uint64_t now,
    webhook_cluster_delivery_t *d);

/* Records of attempts follow one another, so that those of several times can be
   put together. */
int webhook_cluster_write_attempts(void **memory,
    const webhook_cluster_delivery_t *d, webhook_str_t *records);
int webhook_cluster_read_attempts(void **memory, const webhook_str_t *records,
    webhook_cluster_delivery_t *d);

int webhook_cluster_write_call(void **memory, const webhook_call_t *c,
    webhook_str_t *record);
int webhook_cluster_read_call(void **memory, const webhook_str_t *record,
    webhook_call_t *c);


#endif /* WEBHOOK_CLUSTER_RECORD_H */
