
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The files: opened, made, grown, and set aside where they are damaged.
 *
 * Writes are synced, each commit twice: the pages, then the page that names
 * them.  Nothing that is mapped is written to, and pages are zeroed before
 * their first use, so that no stray bytes of the process get to the disk.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store/lmdb/files/webhook_store_env.h"
#include "store/webhook_store.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_beside.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_glance.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/files/webhook_store_dir.h"
#include "store/lmdb/files/webhook_store_tables.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>


#define WEBHOOK_STORE_SIZE_DEFAULT  ((uint64_t) 1024 * 1024 * 1024)
#define WEBHOOK_STORE_READERS       512

/* A file may be shorter than its last page in use: LMDB does not write pages
   that were taken and given back at once.  More than so many are a loss. */

#define WEBHOOK_ENV_SHORT  1024

#define WEBHOOK_ENV_LOOK   10000        /* ms between looks at the size */

/* How LMDB's file begins, and where it says so. */

#define WEBHOOK_ENV_MAGIC     0xbeefc0de
#define WEBHOOK_ENV_MAGIC_AT  16


static int webhook_env_open_files(webhook_lmdb_t *st, int *made);
static int webhook_env_opened(webhook_lmdb_t *st);
static int webhook_env_foreign(webhook_lmdb_t *st, int rc);
static int webhook_env_size(webhook_lmdb_t *st);


int
webhook_env_open(webhook_lmdb_t *st)
{
    int       rc, made, dead;
    MDB_stat  stat;

    rc = webhook_dir_filesystem(st);
    if (rc) {
        return rc;
    }

    rc = webhook_env_open_files(st, &made);

    if (rc == MDB_VERSION_MISMATCH || rc == MDB_INVALID) {
        rc = webhook_env_foreign(st, rc);
    }

    if (rc == 0) {
        rc = webhook_env_size(st);
    }

    if (rc == 0) {
        rc = mdb_env_stat(st->env, &stat);
        st->page = stat.ms_psize;
    }

    if (rc == 0) {
        st->ahead = 0;
        webhook_space_init(st);

        rc = webhook_tables_open(st, made);
    }

    if (rc) {
        webhook_env_close(st);
        return rc;
    }

    if (!st->readonly) {
        mdb_reader_check(st->env, &dead);
    }

    if (made) {
        webhook_dir_sync(st);
    }

    webhook_beside_join(st);
    webhook_glance_join(st);

    return 0;
}


void
webhook_env_close(webhook_lmdb_t *st)
{
    webhook_beside_leave(st);
    webhook_glance_leave(st);

    if (st->reader) {
        mdb_txn_abort(st->reader);
        st->reader = NULL;
    }

    if (st->env) {
        mdb_env_close(st->env);
        st->env = NULL;
    }

    free(st->data);
    st->data = NULL;
}


int
webhook_env_resize(webhook_lmdb_t *st)
{
    int  rc;

    webhook_beside_leave(st);
    webhook_glance_leave(st);

    /* the reader's transaction may not live over it */

    if (st->reader) {
        mdb_txn_abort(st->reader);
        st->reader = NULL;
    }

    rc = mdb_env_set_mapsize(st->env, 0);

    if (rc) {

        /* nothing is mapped now */

        webhook_env_close(st);
        return rc;
    }

    webhook_space_init(st);
    webhook_beside_join(st);
    webhook_glance_join(st);

    return 0;
}


void
webhook_env_look(webhook_lmdb_t *st)
{
    uint64_t  now;

    now = webhook_clock_now(st);

    if (now - st->looked < WEBHOOK_ENV_LOOK) {
        return;
    }

    st->looked = now;

    (void) webhook_env_resize(st);
}


void
webhook_env_watch(webhook_lmdb_t *st)
{
    unsigned     gone;
    struct stat  there;

    if (st->data == NULL && webhook_env_opened(st) != 0) {
        return;
    }

    gone = (stat(st->data, &there) == -1)
           ? (errno == ENOENT || errno == ENOTDIR)
           : (there.st_ino != st->data_ino || there.st_dev != st->data_dev);

    if (gone == st->replaced) {
        return;
    }

    st->replaced = gone;

    if (gone) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                          "\"%s\" was removed or replaced while it is open: "
                          "nothing new is accepted, since it would be lost "
                          "with the next start; put the file back or restart",
                          st->data);

    } else {
        webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                          "\"%s\" is back", st->data);
    }
}


/* Which file it is that is open, and where it should be: 0, or -1. */

static int
webhook_env_opened(webhook_lmdb_t *st)
{
    int          fd;
    char         path[PATH_MAX];
    struct stat  opened;

    if (webhook_dir_path(st, "data.mdb", "", path, sizeof(path)) != 0
        || mdb_env_get_fd(st->env, &fd) != 0
        || fstat(fd, &opened) == -1)
    {
        return -1;
    }

    st->data = strdup(path);
    st->data_ino = opened.st_ino;
    st->data_dev = opened.st_dev;

    return st->data ? 0 : -1;
}


static int
webhook_env_open_files(webhook_lmdb_t *st, int *made)
{
    int          rc, fd;
    char         path[4096];
    unsigned     flags;
    struct stat  data, lock;

    flags = MDB_NOTLS;
    *made = 0;

    rc = webhook_dir_path(st, "data.mdb", "", path, sizeof(path));
    if (rc) {
        return rc;
    }

    if (stat(path, &data) == -1) {

        if (errno != ENOENT || st->readonly || st->admin) {
            return errno;
        }

        *made = 1;

    } else if (data.st_size == 0) {

        if (st->readonly || st->admin) {
            return ENOENT;
        }

        *made = 1;
    }

    rc = webhook_dir_path(st, "lock.mdb", "", path, sizeof(path));
    if (rc) {
        return rc;
    }

    if (st->readonly) {
        flags |= MDB_RDONLY;

        /* a store that is in use has its lock file; make none */

        if (st->file) {
            flags |= MDB_NOSUBDIR|MDB_NOLOCK;

        } else if (stat(path, &lock) == -1) {
            flags |= MDB_NOLOCK;
        }
    }

    rc = mdb_env_create(&st->env);
    if (rc) {
        st->env = NULL;
        return rc;
    }

    rc = mdb_env_set_maxdbs(st->env, WEBHOOK_DBS);

    if (rc == 0) {
        rc = mdb_env_set_maxreaders(st->env, WEBHOOK_STORE_READERS);
    }

    if (rc == 0 && *made) {
        rc = mdb_env_set_mapsize(st->env, st->size ? st->size
                                          : WEBHOOK_STORE_SIZE_DEFAULT);
    }

    if (rc == 0) {
        rc = mdb_env_open(st->env, st->path, flags, 0600);
    }

    if (rc || st->readonly) {
        return rc;
    }

    /* the umask may have taken bits away */

    if (mdb_env_get_fd(st->env, &fd) == 0) {
        (void) fchmod(fd, 0600);
    }

    (void) chmod(path, 0600);

    return 0;
}


/*
 * LMDB does not know the file.  If another version of LMDB wrote it, or a
 * machine of another byte order, it is whole, and whoever wrote it can read
 * it.
 */

static int
webhook_env_foreign(webhook_lmdb_t *st, int rc)
{
    int       fd;
    char      path[4096];
    ssize_t   n;
    uint32_t  magic;

    if (rc == MDB_INVALID) {

        if (webhook_dir_path(st, "data.mdb", "", path, sizeof(path)) != 0) {
            return rc;
        }

        fd = open(path, O_RDONLY|O_CLOEXEC);
        if (fd == -1) {
            return rc;
        }

        n = pread(fd, &magic, sizeof(magic), WEBHOOK_ENV_MAGIC_AT);

        close(fd);

        if (n != sizeof(magic)
            || magic != __builtin_bswap32(WEBHOOK_ENV_MAGIC))
        {
            return rc;
        }
    }

    st->explained = 1;

    webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                      "the store \"%s\" was written by %s: it is left as it "
                      "is, and nothing is stored until it can be read; use "
                      "that version, or move its contents with \"webhookctl "
                      "export\" there and \"webhookctl import\" here, into "
                      "another directory",
                      st->path, rc == MDB_INVALID
                      ? "a machine of another byte order"
                      : "another version of LMDB");

    return ENOTSUP;
}


/* Is the file whole?  Is it to be larger? */

static int
webhook_env_size(webhook_lmdb_t *st)
{
    int          rc, fd;
    off_t        size;
    MDB_stat     stat;
    struct stat  file;
    MDB_envinfo  info;

    rc = mdb_env_info(st->env, &info);

    if (rc == 0) {
        rc = mdb_env_stat(st->env, &stat);
    }

    if (rc == 0) {
        rc = mdb_env_get_fd(st->env, &fd);
    }

    if (rc) {
        return rc;
    }

    if (fstat(fd, &file) == -1) {
        return errno;
    }

    size = (off_t) (info.me_last_pgno + 1) * stat.ms_psize;

    if (file.st_size < size) {

        if (st->copy) {
            webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                              "the copy was cut short: it has %lld bytes of "
                              "%lld", (long long) file.st_size,
                              (long long) size);
            st->explained = 1;

            return MDB_CORRUPTED;
        }

        if ((size - file.st_size) / stat.ms_psize > WEBHOOK_ENV_SHORT) {
            return MDB_CORRUPTED;
        }

        /* to read a mapped page behind the end would kill the process; a hole
           reads as zeros, which is found out */

        if (!st->readonly && ftruncate(fd, size) == -1) {
            return errno;
        }
    }

    if (!st->readonly && st->size > info.me_mapsize) {
        return mdb_env_set_mapsize(st->env, st->size);
    }

    return 0;
}


/*
 * LMDB locks the first byte of its lock file for as long as it has the files
 * open.  Who looks has to have them closed: the lock belongs to the process,
 * and is gone when any descriptor of the file is closed.
 */

int
webhook_env_others(webhook_lmdb_t *st)
{
    int  rc;

    webhook_env_close(st);

    rc = webhook_dir_in_use(st);

    return rc ? rc : webhook_env_open(st);
}


int
webhook_env_set_aside(webhook_lmdb_t *st)
{
    int   rc;
    char  suffix[64];

    rc = webhook_dir_rename(st, "damaged", suffix);
    if (rc) {
        return rc;
    }

    webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                      "the store \"%s\" is damaged: it is now \"data.mdb%s\" "
                      "there, and an empty one takes its place; what was "
                      "pending in it is not sent: \"webhookctl -s FILE "
                      "export\" prints what can be read of it, and "
                      "\"webhookctl import\" restores that", st->path,
                      suffix);

    return 0;
}
