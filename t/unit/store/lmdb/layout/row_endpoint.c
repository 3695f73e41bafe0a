
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of records of endpoints: what is not written to the index of what waits
 * yet, and what an older version wrote.
 */

#include <stdlib.h>

#include "core/base/webhook_codec.h"
#include "store/webhook_store_result.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "tap.h"


static void
make(webhook_endpoint_row_t *r, unsigned changes)
{
    unsigned  i;

    memset(r, 0, sizeof(webhook_endpoint_row_t));

    r->limit = 7;
    r->states[WEBHOOK_PENDING] = 3;
    r->marked = 2;
    r->skew = UINT64_C(0xfffffe7012345678);
    r->wake = 99;

    memcpy(r->name, "erp", 3);
    r->name_len = 3;

    for (i = 0; i < changes; i++) {
        memset(&r->unwritten[i * WEBHOOK_UNWRITTEN_LEN], (int) i,
               WEBHOOK_UNWRITTEN_LEN);

        r->unwritten[i * WEBHOOK_UNWRITTEN_LEN]
                    = (unsigned char) ((i % 3 ? WEBHOOK_PENDING : WEBHOOK_DEAD)
                                       | (i % 2 ? WEBHOOK_UNWRITTEN_DEL : 0));
    }

    r->unwritten_len = changes * WEBHOOK_UNWRITTEN_LEN;
}


static int
reads(const unsigned char *data, size_t len, webhook_endpoint_row_t *r)
{
    int            rc;
    MDB_val        v;
    unsigned char *copy;

    /* of its own, so that who reads behind its end is found out */

    copy = malloc(len ? len : 1);
    if (copy == NULL) {
        return MDB_CORRUPTED;
    }

    memcpy(copy, data, len);

    v.mv_data = copy;
    v.mv_size = len;

    memset(r, 0xa5, sizeof(webhook_endpoint_row_t));

    rc = webhook_row_read_endpoint(&v, r);

    free(copy);

    return rc;
}


int
main(void)
{
    size_t                   len, cut;
    unsigned                 i, good;
    unsigned char            buf[WEBHOOK_ROW_MAX];
    webhook_endpoint_row_t   r, back;

    for (i = 0; i <= WEBHOOK_UNWRITTEN_MAX; i += WEBHOOK_UNWRITTEN_MAX / 2) {

        make(&r, i);

        len = webhook_row_write_endpoint(buf, &r);

        tap_ok(len && reads(buf, len, &back) == 0 && back.limit == 7
               && back.marked == 2 && back.skew == r.skew
               && back.unwritten_len == r.unwritten_len
               && memcmp(back.unwritten, r.unwritten, r.unwritten_len) == 0,
               "%u changes that are not written", i);

        for (good = 1, cut = 0; cut < len; cut++) {
            good &= reads(buf, cut, &back) == MDB_CORRUPTED;
        }

        tap_ok(good, "cut at each byte");
    }

    /* the largest that can be */

    make(&r, WEBHOOK_UNWRITTEN_MAX);

    memset(r.name, 'n', sizeof(r.name));
    r.name_len = WEBHOOK_NAME_MAX;
    memset(r.reason, 'r', sizeof(r.reason));
    r.reason_len = WEBHOOK_REASON_MAX;

    len = webhook_row_write_endpoint(buf, &r);

    tap_ok(len && reads(buf, len, &back) == 0, "the largest has room");

    make(&r, 2);

    r.unwritten_len--;
    len = webhook_row_write_endpoint(buf, &r);

    tap_ok(reads(buf, len, &back) == MDB_CORRUPTED, "half a change");

    make(&r, 2);

    r.unwritten[WEBHOOK_UNWRITTEN_LEN] = WEBHOOK_DELIVERED;
    len = webhook_row_write_endpoint(buf, &r);

    tap_ok(reads(buf, len, &back) == MDB_CORRUPTED,
           "a change of what is never listed");

    /* of version 4: all that wait are in the index, since the store was brought
       to another format */

    make(&r, 0);

    len = webhook_row_write_endpoint(buf, &r);
    buf[1] = 4;

    /* the minute under way has 20 bytes less there, before the last 22 here, of
       which 4 are of version 7, before the last 6 */

    memmove(buf + len - 22 - 20, buf + len - 22, 12);
    memmove(buf + len - 6 - 24, buf + len - 6, 6);
    len -= 24;

    tap_ok(reads(buf, len - 1, &back) == 0 && back.limit == 7
           && back.states[WEBHOOK_PENDING] == 3 && back.wake == 99
           && back.name_len == 3 && back.marked == 0 && back.skew == 0
           && back.unwritten_len == 0, "version 4");
    tap_ok(reads(buf, len, &back) == MDB_CORRUPTED, "which has nothing behind");

    return tap_done();
}
