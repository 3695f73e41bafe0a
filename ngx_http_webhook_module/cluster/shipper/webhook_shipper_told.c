
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which attempts of open deliveries the cluster was told of, so that they are not
 * told at each retry again.  It is kept in memory, of those that were told last:
 * of others all are told, which the cluster puts in their place.
 */

#include "cluster/shipper/webhook_shipper_int.h"
#include "core/base/webhook_codec.h"

#include <stdlib.h>


#define WEBHOOK_SHIPPER_TOLD  4096      /* deliveries; a power of two */


struct webhook_shipper_told_s {
    webhook_id_t  event;
    uint64_t      endpoint;
    uint32_t      number;           /* of the last attempt */
};


static webhook_shipper_told_t *webhook_shipper_told_of(webhook_shipper_t *sh,
    const webhook_delivery_t *v);


void
webhook_shipper_untold(webhook_shipper_t *sh,
    webhook_cluster_delivery_t *d)
{
    webhook_delivery_full_t  *full;
    webhook_shipper_told_t   *told;

    full = &d->full;

    if (sh->told == NULL || d->fresh) {
        return;
    }

    told = webhook_shipper_told_of(sh, &full->delivery);

    if (told->endpoint != full->delivery.endpoint
        || memcmp(&told->event, &full->delivery.event, sizeof(webhook_id_t))
           != 0)
    {
        return;
    }

    while (full->attempts_count && full->attempts[0].number <= told->number) {
        full->attempts++;
        full->attempts_count--;
    }
}


void
webhook_shipper_tell(webhook_shipper_t *sh)
{
    uint32_t                  i;
    webhook_shipper_told_t   *told;
    webhook_delivery_full_t  *full;

    if (sh->told == NULL) {
        sh->told = calloc(WEBHOOK_SHIPPER_TOLD, sizeof(webhook_shipper_told_t));

        if (sh->told == NULL) {
            return;
        }
    }

    for (i = 0; i < sh->ship.deliveries_count; i++) {
        full = &sh->ship.deliveries[i].full;

        if (full->attempts_count == 0
            || (full->delivery.state != WEBHOOK_PENDING
                && full->delivery.state != WEBHOOK_SENDING))
        {
            continue;
        }

        told = webhook_shipper_told_of(sh, &full->delivery);

        told->event = full->delivery.event;
        told->endpoint = full->delivery.endpoint;
        told->number = full->attempts[full->attempts_count - 1].number;
    }
}


void
webhook_shipper_told_none(webhook_shipper_t *sh)
{
    free(sh->told);
    sh->told = NULL;
}


static webhook_shipper_told_t *
webhook_shipper_told_of(webhook_shipper_t *sh, const webhook_delivery_t *v)
{
    uint64_t  n;

    /* the end of an id is random */

    n = webhook_get_u64(v->event.bytes + WEBHOOK_ID_LEN - 8) ^ v->endpoint;

    return &sh->told[(n ^ n >> 32) & (WEBHOOK_SHIPPER_TOLD - 1)];
}
