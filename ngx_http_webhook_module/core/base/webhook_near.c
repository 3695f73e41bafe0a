
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/base/webhook_near.h"


#define webhook_near_min(a, b)  ((a) < (b) ? (a) : (b))


size_t
webhook_near(const webhook_str_t *one, const webhook_str_t *two)
{
    size_t                i, k, n, most;
    const unsigned char  *a, *b;
    unsigned char         rows[3][WEBHOOK_NEAR_MAX + 1];
    unsigned char        *last, *row, *before, *spare;

    if (one->len == 0 || one->len > WEBHOOK_NEAR_MAX
        || two->len == 0 || two->len > WEBHOOK_NEAR_MAX)
    {
        return SIZE_MAX;
    }

    a = one->data;
    b = two->data;

    before = rows[0];
    last = rows[1];
    row = rows[2];

    for (k = 0; k <= two->len; k++) {
        before[k] = 0;
        last[k] = k;
    }

    for (i = 1; i <= one->len; i++) {

        row[0] = i;

        for (k = 1; k <= two->len; k++) {

            n = last[k - 1] + (a[i - 1] != b[k - 1]);
            n = webhook_near_min(n, (size_t) last[k] + 1);
            n = webhook_near_min(n, (size_t) row[k - 1] + 1);

            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
            {
                n = webhook_near_min(n, (size_t) before[k - 2] + 1);
            }

            row[k] = n;
        }

        spare = before;
        before = last;
        last = row;
        row = spare;
    }

    n = last[two->len];

    k = webhook_near_min(one->len, two->len);
    most = (k > 5) ? 2 : 1;

    return (n <= most && n < k) ? n : SIZE_MAX;
}
