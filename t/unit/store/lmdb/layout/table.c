
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The order of keys is LMDB's own, whatever they are.
 */

#include "tap.h"
#include "store/lmdb/layout/webhook_store_table.h"

#include <stdint.h>


#define LONGEST  40


static unsigned
next(void)
{
    static uint32_t  seed = 7;

    seed = seed * 1103515245 + 12345;

    return seed >> 16;
}


static int
sign(int n)
{
    return (n > 0) - (n < 0);
}


/* As LMDB does by itself. */

static int
plain(const MDB_val *a, const MDB_val *b)
{
    int     rc;
    size_t  len;

    len = a->mv_size < b->mv_size ? a->mv_size : b->mv_size;
    rc = len ? memcmp(a->mv_data, b->mv_data, len) : 0;

    return rc ? sign(rc)
              : (a->mv_size > b->mv_size) - (a->mv_size < b->mv_size);
}


int
main(void)
{
    int            wrong, equal;
    unsigned       i, n;
    MDB_val        a, b;
    unsigned char  one[LONGEST], two[LONGEST];

    static const unsigned char  bytes[] = { 0, 1, 0x7f, 0x80, 0xff };

    wrong = 0;
    equal = 0;

    for (n = 0; n < 200000; n++) {

        a.mv_size = next() % (LONGEST + 1);
        b.mv_size = next() % 3 ? a.mv_size : next() % (LONGEST + 1);

        /* most begin alike, up to any place */

        for (i = 0; i < LONGEST; i++) {
            one[i] = bytes[next() % sizeof(bytes)];
            two[i] = one[i];
        }

        for (i = next() % (LONGEST + 1); i < LONGEST; i++) {
            two[i] = bytes[next() % sizeof(bytes)];
        }

        a.mv_data = one;
        b.mv_data = two;

        wrong += sign(webhook_table_compare(&a, &b)) != plain(&a, &b)
                 || sign(webhook_table_compare(&b, &a)) != plain(&b, &a);

        equal += plain(&a, &b) == 0;
    }

    tap_ok(wrong == 0 && equal > 1000,
           "keys of 0 to %d bytes, %d pairs of them equal", LONGEST, equal);

    return tap_done();
}
