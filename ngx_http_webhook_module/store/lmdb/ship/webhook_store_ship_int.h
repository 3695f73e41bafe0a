
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A SHIP_NUMBER under way.
 */

#ifndef WEBHOOK_STORE_SHIP_INT_H
#define WEBHOOK_STORE_SHIP_INT_H

#include "core/base/webhook_id.h"
#include "store/lmdb/handle/webhook_store_handle.h"


#define WEBHOOK_SHIP_LOOKS  4096        /* rows looked at in a step, of each
                                           kind */


typedef struct {
    webhook_op_ship_number_t  *n;
    uint32_t                   left;    /* that may get numbers */
    unsigned                   todo:1;  /* there is one, and this only reads */
} webhook_ship_step_t;


/* The part of the cluster's tables that something belongs to. */

static inline uint32_t
webhook_ship_part(const webhook_ship_step_t *s, const webhook_id_t *id)
{
    uint64_t  hour;

    hour = webhook_id_time(id) / 3600000;

    return hour >= s->n->part_min && hour <= s->n->part_max
           ? (uint32_t) hour : s->n->part_now;
}


#endif /* WEBHOOK_STORE_SHIP_INT_H */
