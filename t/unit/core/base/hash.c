
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The search among digests.
 */

#include "tap.h"
#include "core/base/webhook_hash.h"


typedef struct {
    unsigned char  digest[WEBHOOK_HASH_LEN];
    int            n;
} row_t;


int
main(void)
{
    int            ok;
    size_t         i, n;
    row_t          rows[9];
    unsigned char  digest[WEBHOOK_HASH_LEN];

    /* 10, 20, 30 ...; the fourth stands there twice */

    memset(rows, 0, sizeof(rows));

    for (i = 0; i < 9; i++) {
        rows[i].digest[0] = (unsigned char) (10 * (i < 4 ? i + 1 : i));
        rows[i].digest[WEBHOOK_HASH_LEN - 1] = 7;
    }

    for (n = 0; n <= 9; n++) {

        ok = 1;

        for (i = 0; i < 9; i++) {
            memcpy(digest, rows[i].digest, sizeof(digest));

            ok &= webhook_hash_find(rows, n, sizeof(row_t), digest)
                  == (i == 4 && n > 3 ? 3 : i < n ? i : n);

            digest[WEBHOOK_HASH_LEN - 1] = 8;
            ok &= webhook_hash_find(rows, n, sizeof(row_t), digest) == n;

            digest[0]--;
            ok &= webhook_hash_find(rows, n, sizeof(row_t), digest) == n;
        }

        tap_ok(ok, "among %zu: those that are there, and no other", n);
    }

    return tap_done();
}
