
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The files of journals.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store/lmdb/kept/webhook_store_kept_file.h"
#include "store/webhook_store_result.h"
#include "store/journal/webhook_journal_read.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/files/webhook_store_dir.h"
#include "store/lmdb/files/webhook_store_owner.h"
#include "store/lmdb/session/webhook_store_session.h"
#include "store/lmdb/kept/webhook_store_kept_row.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>


#define WEBHOOK_KEPT_FILE      "journal."
#define WEBHOOK_KEPT_FILE_LEN  (sizeof(WEBHOOK_KEPT_FILE) - 1)


static int webhook_kept_file_each(webhook_lmdb_t *st,
    int (*each)(webhook_lmdb_t *st, const unsigned char *id));
static int webhook_kept_file_id(const char *name, unsigned char *id);
static int webhook_kept_file_look(webhook_lmdb_t *st,
    const unsigned char *id);
static int webhook_kept_file_row(webhook_lmdb_t *st, const unsigned char *id,
    int *found);
static int webhook_kept_file_replace(webhook_lmdb_t *st,
    const unsigned char *id);


int
webhook_kept_file_path(webhook_lmdb_t *st, const unsigned char *id,
    char *path, size_t size)
{
    char      name[WEBHOOK_KEPT_FILE_LEN + 2 * WEBHOOK_JOURNAL_ID + 1];
    unsigned  i;

    memcpy(name, WEBHOOK_KEPT_FILE, WEBHOOK_KEPT_FILE_LEN);

    for (i = 0; i < WEBHOOK_JOURNAL_ID; i++) {
        snprintf(name + WEBHOOK_KEPT_FILE_LEN + 2 * i, 3, "%02x", id[i]);
    }

    return webhook_dir_path(st, name, "", path, size);
}


int
webhook_kept_file_open(webhook_lmdb_t *st, const unsigned char *id, int *fd)
{
    int   rc;
    char  path[4096];

    rc = webhook_kept_file_path(st, id, path, sizeof(path));
    if (rc) {
        return rc;
    }

    *fd = open(path, O_RDONLY|O_NOFOLLOW|O_CLOEXEC);
    if (*fd == -1) {
        return errno;
    }

    if (flock(*fd, LOCK_EX|LOCK_NB) == -1) {
        rc = errno == EWOULDBLOCK ? EBUSY : errno;
        close(*fd);
    }

    return rc;
}


int
webhook_kept_file_remove(webhook_lmdb_t *st, const unsigned char *id)
{
    int   rc;
    char  path[4096];

    rc = webhook_kept_file_path(st, id, path, sizeof(path));
    if (rc) {
        return rc;
    }

    if (unlink(path) == -1 && errno != ENOENT) {
        return errno;
    }

    /* if somebody else has removed it: maybe not yet so that it lasts */

    return webhook_dir_sync(st);
}


int
webhook_kept_file_aside(webhook_lmdb_t *st, const unsigned char *id,
    const char *reason)
{
    int          rc, n;
    char         path[4096], to[4096];
    time_t       now;
    unsigned     try;
    struct tm    tm;
    struct stat  sb;

    rc = webhook_kept_file_path(st, id, path, sizeof(path));
    if (rc) {
        return rc;
    }

    now = time(NULL);
    gmtime_r(&now, &tm);

    for (try = 0; try < 100; try++) {

        n = snprintf(to, sizeof(to), "%.4000s.%s-%04d%02d%02dT%02d%02d%02dZ-%u",
                     path, reason, tm.tm_year + 1900, tm.tm_mon + 1,
                     tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, try);

        if (n < 0 || (size_t) n >= sizeof(to)) {
            return ENAMETOOLONG;
        }

        if (lstat(to, &sb) == -1 && errno == ENOENT) {
            break;
        }
    }

    if (rename(path, to) == -1) {
        return errno == ENOENT ? webhook_dir_sync(st) : errno;
    }

    rc = webhook_dir_sync(st);

    webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                      "%s: it is now \"%s\"",
                      strcmp(reason, "damaged") == 0
                      ? "a journal was damaged: some of its events are missing"
                      : strcmp(reason, "foreign") == 0
                      ? "a journal belongs to a store that is not there any "
                        "more: its events are not written to this one"
                      : "a journal belongs to the store that was replaced",
                      to);

    return rc;
}


void
webhook_kept_file_foreign(webhook_lmdb_t *st)
{
    int  rc;

    rc = webhook_kept_file_each(st, webhook_kept_file_look);

    if (rc) {
        webhook_store_log_error(st, rc, "journals could not be looked at");
    }
}


int
webhook_kept_file_replaced(webhook_lmdb_t *st)
{
    return webhook_kept_file_each(st, webhook_kept_file_replace);
}


static int
webhook_kept_file_each(webhook_lmdb_t *st,
    int (*each)(webhook_lmdb_t *st, const unsigned char *id))
{
    int             rc;
    DIR            *dir;
    unsigned char   id[WEBHOOK_JOURNAL_ID];
    struct dirent  *e;

    dir = opendir(st->path);
    if (dir == NULL) {
        return errno;
    }

    rc = 0;

    while (rc == 0 && (e = readdir(dir)) != NULL) {
        if (webhook_kept_file_id(e->d_name, id)) {
            rc = each(st, id);
        }
    }

    closedir(dir);

    return rc;
}


/* 1 for the name of a journal that was not set aside. */

static int
webhook_kept_file_id(const char *name, unsigned char *id)
{
    int          n;
    unsigned     i;
    const char  *digit;

    static const char  digits[] = "0123456789abcdef";

    if (strncmp(name, WEBHOOK_KEPT_FILE, WEBHOOK_KEPT_FILE_LEN) != 0
        || strlen(name) != WEBHOOK_KEPT_FILE_LEN + 2 * WEBHOOK_JOURNAL_ID)
    {
        return 0;
    }

    name += WEBHOOK_KEPT_FILE_LEN;
    n = 0;

    for (i = 0; i < 2 * WEBHOOK_JOURNAL_ID; i++) {

        digit = strchr(digits, name[i]);
        if (digit == NULL) {
            return 0;
        }

        n = (n << 4 | (int) (digit - digits)) & 0xff;
        id[i / 2] = (unsigned char) n;
    }

    return 1;
}


static int
webhook_kept_file_look(webhook_lmdb_t *st, const unsigned char *id)
{
    int                     rc, fd, row;
    unsigned                empty, newer;
    webhook_journal_read_t  r;

    rc = webhook_kept_file_row(st, id, &row);
    if (rc || row) {
        return rc;
    }

    rc = webhook_kept_file_open(st, id, &fd);
    if (rc) {
        return (rc == EBUSY || rc == ENOENT) ? 0 : rc;
    }

    /* its process may have made the row, and have died, in between */

    rc = webhook_kept_file_row(st, id, &row);

    if (rc || row) {
        close(fd);
        return rc;
    }

    rc = webhook_journal_read_open(&r, fd, id);

    if (rc == 0) {
        empty = (r.count == 0 && !r.newer);
        newer = r.newer;

        webhook_journal_read_close(&r);

        if (empty) {
            rc = webhook_kept_file_remove(st, id);

        } else if (!newer) {
            rc = webhook_kept_file_aside(st, id, "foreign");
        }
    }

    close(fd);

    return rc;
}


/* One that is damaged goes into quarantine first. */

static int
webhook_kept_file_row(webhook_lmdb_t *st, const unsigned char *id, int *found)
{
    int                 rc;
    webhook_txn_t       t;
    webhook_kept_row_t  row;

    rc = webhook_session_begin(st, &t, 0);
    if (rc) {
        return rc;
    }

    rc = webhook_kept_row_get(&t, id, &row);

    webhook_session_abort(&t);

    *found = (rc == 0 || rc == MDB_CORRUPTED);

    return (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) ? 0 : rc;
}


static int
webhook_kept_file_replace(webhook_lmdb_t *st, const unsigned char *id)
{
    return webhook_kept_file_aside(st, id, "replaced");
}
