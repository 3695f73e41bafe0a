
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A copy of the store, made while it is in use.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "webhook_store_internal.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>


static int webhook_backup_copy(webhook_store_t *st, int fd);
static int webhook_backup_sync(const char *file);


webhook_store_result_e
webhook_store_backup(webhook_store_t *st, const char *file)
{
    int  rc, fd;

    fd = open(file, O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600);

    if (fd == -1) {
        rc = errno;
        goto failed;
    }

    /* the umask may have taken bits away */

    (void) fchmod(fd, 0600);

    rc = webhook_backup_copy(st, fd);

    if (close(fd) == -1 && rc == 0) {
        rc = errno;
    }

    if (rc == 0) {
        rc = webhook_backup_sync(file);
    }

    if (rc == 0) {
        return WEBHOOK_STORE_OK;
    }

    /* half a copy is worse than none */

    (void) unlink(file);

failed:

    webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                      "the store \"%s\" cannot be copied to \"%s\": %s",
                      st->path, file, mdb_strerror(rc));

    switch (rc) {

    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return WEBHOOK_STORE_FULL;

    case EEXIST:
        return WEBHOOK_STORE_DUPLICATE;

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


/* The name is to be on the disk too. */

static int
webhook_backup_sync(const char *file)
{
    int   rc, fd;
    char  path[4096];

    if (snprintf(path, sizeof(path), "%s", file) >= (int) sizeof(path)) {
        return ENAMETOOLONG;
    }

    fd = open(dirname(path), O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (fd == -1) {
        return errno;
    }

    rc = fsync(fd) == -1 ? errno : 0;

    close(fd);

    /* some file systems cannot, and need not */

    return rc == EINVAL ? 0 : rc;
}
