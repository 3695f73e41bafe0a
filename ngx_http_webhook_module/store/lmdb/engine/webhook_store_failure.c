
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an operation comes to where LMDB or the system failed.
 */

#include "store/lmdb/engine/webhook_store_failure.h"
#include "store/webhook_store_result.h"

#include <errno.h>
#include <lmdb.h>


webhook_store_result_e
webhook_failure_result(int rc)
{
    switch (rc) {

    case 0:
        return WEBHOOK_STORE_OK;

    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return WEBHOOK_STORE_FULL;

    default:
        return WEBHOOK_STORE_UNAVAILABLE;
    }
}
