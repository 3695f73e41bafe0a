
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Another file in place of a store's.  The open lock is held meanwhile, so
 * that no process opens the store.
 */

#include "store/lmdb/engine/webhook_store_replace.h"
#include "store/webhook_store.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/files/webhook_store_dir.h"
#include "store/lmdb/files/webhook_store_slots.h"
#include "store/lmdb/kept/webhook_store_kept_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>


#define WEBHOOK_REPLACE_TOLD  EBUSY     /* the log has it */


static int webhook_replace(webhook_lmdb_t *st, const char *file,
    char was[80]);
static int webhook_replace_vacant(webhook_lmdb_t *st);


webhook_store_result_e
webhook_replace_store(const webhook_store_options_t *options,
    const char *file, char was[80])
{
    int               rc;
    webhook_lmdb_t  *st;

    was[0] = '\0';

    st = calloc(1, sizeof(webhook_lmdb_t));
    if (st == NULL) {
        return WEBHOOK_STORE_UNAVAILABLE;
    }

    st->owners = -1;
    st->slot = -1;
    st->log = options->log;
    st->ctx = options->ctx;
    st->path = strdup(options->path);

    rc = st->path ? webhook_slots_open(st) : ENOMEM;

    if (rc == 0) {
        rc = webhook_replace(st, file, was);
        webhook_slots_close(st);
    }

    if (rc && rc != WEBHOOK_REPLACE_TOLD) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                          "the store \"%s\" cannot be replaced: %s",
                          options->path, mdb_strerror(rc));
    }

    free(st->path);
    free(st);

    return rc ? WEBHOOK_STORE_UNAVAILABLE : WEBHOOK_STORE_OK;
}


static int
webhook_replace(webhook_lmdb_t *st, const char *file, char was[80])
{
    int          rc;
    char         path[4096], suffix[64];
    struct stat  sb;

    if (file && lstat(file, &sb) == -1) {
        return errno;
    }

    rc = webhook_replace_vacant(st);

    if (rc || file == NULL) {
        return rc;
    }

    /* the lock's rows are of the file that goes: it goes first */

    rc = webhook_dir_path(st, "lock.mdb", "", path, sizeof(path));

    if (rc == 0 && unlink(path) == -1 && errno != ENOENT) {
        rc = errno;
    }

    if (rc) {
        return rc;
    }

    rc = webhook_dir_swap(st, file, "replaced", suffix);

    if (rc) {
        return rc;
    }

    if (suffix[0]) {
        snprintf(was, 80, "data.mdb%s", suffix);
    }

    rc = webhook_dir_sync(st);

    if (rc) {

        /* after a power cut it may be the old store again, whose journals are
           to be there then */

        webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                          "the store \"%s\" was replaced, but that may not "
                          "outlast a power failure: %s", st->path,
                          strerror(rc));
        return WEBHOOK_REPLACE_TOLD;
    }

    /* The new store has no rows of journals: should it come to an end here, they
       are set aside when that is opened. */

    rc = webhook_kept_file_replaced(st);

    if (rc) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                          "journals of the store \"%s\" that was replaced "
                          "could not be renamed: %s", st->path, strerror(rc));
    }

    return 0;
}


/* Nobody may have the store open, be it to read. */

static int
webhook_replace_vacant(webhook_lmdb_t *st)
{
    int   rc;
    char  who[64];

    rc = webhook_dir_in_use(st);
    if (rc) {
        return rc;
    }

    if (st->others == 0 && !webhook_slots_any(st)) {
        return 0;
    }

    who[0] = '\0';

    if (st->others > 0) {
        snprintf(who, sizeof(who), " (process %ld)", (long) st->others);
    }

    webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                      "the store \"%s\" is in use%s: stop nginx first",
                      st->path, who);

    return WEBHOOK_REPLACE_TOLD;
}
