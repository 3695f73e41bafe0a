
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A copy of the store, made while it is in use.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "webhook_store_internal.h"

#include <unistd.h>


static int webhook_backup_copy(webhook_store_t *st, int fd);


webhook_store_result_e
webhook_store_backup(webhook_store_t *st, int fd, const char *name)
{
    int  rc;

    rc = webhook_backup_copy(st, fd);

    if (rc == 0) {
        return WEBHOOK_STORE_OK;
    }

    webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                      "the store \"%s\" cannot be copied to \"%s\": %s",
                      st->path, name, mdb_strerror(rc));

    switch (rc) {

    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return WEBHOOK_STORE_FULL;

    default:
        return WEBHOOK_STORE_UNAVAILABLE;
    }
}


static int
webhook_backup_copy(webhook_store_t *st, int fd)
{
    int            rc;
    webhook_txn_t  t;

    /* a read comes to terms with whatever happened to the environment */

    rc = webhook_txn_begin(st, &t, 0);
    if (rc) {
        return rc;
    }

    webhook_txn_abort(&t);

    rc = mdb_env_copyfd2(st->env, fd, MDB_CP_COMPACT);

    if (rc == 0 && fsync(fd) == -1) {
        rc = errno;
    }

    return rc;
}
