
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Deliveries to what was registered, and removed: whose that was is told by
 * what is left of it.
 */

#include "store/lmdb/history/webhook_store_history_gone.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/objects/webhook_store_object_row.h"


int
webhook_history_gone(webhook_txn_t *t, const webhook_company_t *company,
    webhook_delivery_t *d)
{
    int                   rc;
    unsigned char         key[WEBHOOK_KEY_OBJECT], buf[WEBHOOK_ROW_MAX];
    webhook_object_row_t  row;

    d->gone = 0;

    if (company->which != WEBHOOK_COMPANY_ONE
        || !webhook_object_row_named(d->endpoint_name.data,
                                     d->endpoint_name.len, key))
    {
        return 0;
    }

    rc = webhook_object_row_get(t, key, buf, &row);

    if (rc == 0) {
        d->gone = row.removed
                  && webhook_object_row_meant(company, &row.company);
    }

    /* whose it was is not known where that cannot be read */

    return rc == MDB_NOTFOUND || rc == MDB_CORRUPTED ? 0 : rc;
}
