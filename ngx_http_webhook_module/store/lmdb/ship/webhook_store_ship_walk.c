
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A walk over all deliveries that are not over.  Its place is a table and a key
 * of it, so it can be left at any row and gone on with later.
 */

#include "store/lmdb/ship/webhook_store_ship_walk.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"


#define WEBHOOK_SHIP_DUE     0
#define WEBHOOK_SHIP_PARKED  1
#define WEBHOOK_SHIP_END     2


static void webhook_ship_walk_table(unsigned char *pos, unsigned table);


int
webhook_ship_walk(webhook_txn_t *t, unsigned char pos[WEBHOOK_SHIP_CURSOR],
    webhook_ship_hit_t *hit)
{
    int             rc;
    MDB_val         found, val;
    unsigned char  *p;

    memset(hit, 0, sizeof(webhook_ship_hit_t));

    if (pos[0] == WEBHOOK_SHIP_DUE) {
        rc = webhook_txn_seek(t, WEBHOOK_DB_DUE, pos + 1, WEBHOOK_KEY_DUE,
                              &found, &val);
        if (rc == 0) {
            memcpy(pos + 1, found.mv_data, WEBHOOK_KEY_DUE);

            p = pos + 1;

            hit->endpoint = webhook_get_u64(p);
            hit->lane = p[8];
            hit->time = webhook_get_u64(p + 9);
            memcpy(hit->id.bytes, p + 17, 16);

            return 0;
        }

        if (rc != MDB_NOTFOUND) {
            return rc;
        }

        webhook_ship_walk_table(pos, WEBHOOK_SHIP_PARKED);
    }

    if (pos[0] != WEBHOOK_SHIP_PARKED) {
        return MDB_NOTFOUND;
    }

    rc = webhook_txn_seek(t, WEBHOOK_DB_PARKED, pos + 1, WEBHOOK_KEY_PARKED,
                          &found, &val);

    if (rc == MDB_NOTFOUND) {
        webhook_ship_walk_table(pos, WEBHOOK_SHIP_END);
    }

    if (rc) {
        return rc;
    }

    memcpy(pos + 1, found.mv_data, WEBHOOK_KEY_PARKED);

    hit->endpoint = webhook_get_u64(pos + 1);
    hit->parked = 1;

    if (val.mv_size == 16) {
        memcpy(hit->id.bytes, val.mv_data, 16);
    }

    return 0;
}


void
webhook_ship_walk_pass(unsigned char pos[WEBHOOK_SHIP_CURSOR])
{
    unsigned  i;

    if (pos[0] >= WEBHOOK_SHIP_END) {
        return;
    }

    i = pos[0] == WEBHOOK_SHIP_DUE ? WEBHOOK_KEY_DUE : WEBHOOK_KEY_PARKED;

    for ( /* void */ ; i; i--) {
        if (++pos[i]) {
            return;
        }
    }

    webhook_ship_walk_table(pos, pos[0] + 1);
}


void
webhook_ship_walk_to(unsigned char pos[WEBHOOK_SHIP_CURSOR],
    uint64_t endpoint, webhook_lane_e lane, uint64_t time)
{
    webhook_id_t  none;

    memset(&none, 0, sizeof(none));

    webhook_ship_walk_table(pos, WEBHOOK_SHIP_DUE);
    webhook_key_due(pos + 1, endpoint, lane, time, &none);
}


static void
webhook_ship_walk_table(unsigned char *pos, unsigned table)
{
    memset(pos, 0, WEBHOOK_SHIP_CURSOR);

    pos[0] = (unsigned char) table;
}
