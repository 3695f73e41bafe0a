
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Owners: the processes that have the store open.  A row tells which
 * incarnation, a random number, holds a slot, and leases bear that number:
 * neither a pid nor a slot that is used again can be mistaken for its former
 * holder.
 */

#include "store/lmdb/files/webhook_store_owner.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/files/webhook_store_slots.h"


static int webhook_owner_each(webhook_txn_t *t, uint64_t *dead,
    uint32_t *slots, uint32_t *count, int remove);


int
webhook_owner_dead(webhook_txn_t *t, uint64_t *owners, uint32_t *slots,
    uint32_t *count, int remove)
{
    return webhook_owner_each(t, owners, slots, count, remove);
}


int
webhook_owner_count(webhook_txn_t *t, uint32_t *count)
{
    *count = 0;

    if (t->st->owners == -1) {

        /* nothing tells who lives */

        return 0;
    }

    return webhook_owner_each(t, NULL, NULL, count, 0);
}


/*
 * The incarnations whose slot nobody else holds, but our own; or, with no place
 * for them, the number of those who live.  A slot that we have just taken may
 * bear the row of who had it before.
 */

static int
webhook_owner_each(webhook_txn_t *t, uint64_t *dead, uint32_t *slots,
    uint32_t *count, int remove)
{
    int                  rc, alive;
    uint32_t             slot;
    MDB_val              key, val;
    MDB_cursor          *c;
    webhook_owner_row_t  row;

    *count = 0;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_OWNERS, &c);
    if (rc) {
        return rc;
    }

    for (rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
         rc == 0 && *count < WEBHOOK_SLOTS_MAX;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        if (key.mv_size != WEBHOOK_KEY_OWNER
            || webhook_row_read_owner(&val, &row) != 0)
        {
            /* damaged: what it leased comes back when the leases end; who
               lives writes none anew */

            if (remove) {
                rc = webhook_quarantine(t, WEBHOOK_DB_OWNERS, key.mv_data,
                                        key.mv_size, 0);
                if (rc) {
                    return rc;
                }
            }

            continue;
        }

        slot = webhook_get_u32(key.mv_data);

        alive = row.incarnation == t->st->incarnation
                || webhook_slots_alive(t->st, slot);

        if (dead == NULL) {
            *count += alive;
            continue;
        }

        if (alive) {
            continue;
        }

        dead[*count] = row.incarnation;
        slots[(*count)++] = slot;

        if (remove) {
            rc = mdb_cursor_del(c, 0);
            if (rc) {
                return rc;
            }

            t->dirty = 1;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_owner_known(webhook_txn_t *t, uint32_t slot, uint64_t incarnation,
    int *alive)
{
    int                  rc;
    MDB_val              val;
    unsigned char        key[WEBHOOK_KEY_OWNER];
    webhook_owner_row_t  row;

    *alive = 0;

    if (incarnation && incarnation == t->st->incarnation) {
        *alive = 1;
        return 0;
    }

    webhook_set_u32(key, slot);

    rc = webhook_txn_get(t, WEBHOOK_DB_OWNERS, key, sizeof(key), &val);

    if (rc == 0) {
        rc = webhook_row_read_owner(&val, &row);
    }

    if (rc) {
        return (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) ? 0 : rc;
    }

    *alive = row.incarnation == incarnation && t->st->owners != -1
             && webhook_slots_alive(t->st, slot);

    return 0;
}
