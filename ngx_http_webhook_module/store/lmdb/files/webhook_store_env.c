
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
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_table.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/space/webhook_store_space.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
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


static int webhook_env_filesystem(webhook_store_t *st);
static int webhook_env_open_files(webhook_store_t *st, int *made);
static int webhook_env_foreign(webhook_store_t *st, int rc);
static int webhook_env_size(webhook_store_t *st);
static int webhook_env_tables(webhook_store_t *st, int made);
static int webhook_env_format(webhook_txn_t *t, int made, int older);
static int webhook_env_reformat(webhook_txn_t *t, int older);
static int webhook_env_probe(webhook_txn_t *t);


int
webhook_env_open(webhook_store_t *st)
{
    int       rc, made, dead;
    MDB_stat  stat;

    rc = webhook_env_filesystem(st);
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

        rc = webhook_env_tables(st, made);
    }

    if (rc) {
        webhook_env_close(st);
        return rc;
    }

    if (!st->readonly) {
        mdb_reader_check(st->env, &dead);
    }

    if (made) {
        webhook_env_sync_directory(st);
    }

    return 0;
}


void
webhook_env_close(webhook_store_t *st)
{
    if (st->reader) {
        mdb_txn_abort(st->reader);
        st->reader = NULL;
    }

    if (st->env) {
        mdb_env_close(st->env);
        st->env = NULL;
    }
}


int
webhook_env_resize(webhook_store_t *st)
{
    int  rc;

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

    return 0;
}


void
webhook_env_look(webhook_store_t *st)
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
webhook_env_watch(webhook_store_t *st)
{
    int          fd;
    char         path[PATH_MAX];
    unsigned     gone;
    struct stat  there, opened;

    if (webhook_env_path(st, "data.mdb", "", path, sizeof(path)) != 0
        || mdb_env_get_fd(st->env, &fd) != 0
        || fstat(fd, &opened) == -1)
    {
        return;
    }

    gone = (stat(path, &there) == -1)
           ? (errno == ENOENT || errno == ENOTDIR)
           : (there.st_ino != opened.st_ino || there.st_dev != opened.st_dev);

    if (gone == st->gone) {
        return;
    }

    st->gone = gone;

    if (gone) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                          "\"%s\" was removed or replaced while it is open: "
                          "nothing new is taken, since it would be gone with "
                          "the next start; put the file back or restart",
                          path);

    } else {
        webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                          "\"%s\" is back", path);
    }
}


int
webhook_env_path(webhook_store_t *st, const char *name, const char *suffix,
    char *path, size_t size)
{
    int  n;

    if (st->file) {
        n = snprintf(path, size, "%s", st->path);

    } else {
        n = snprintf(path, size, "%s/%s%s", st->path, name, suffix);
    }

    return (n < 0 || (size_t) n >= size) ? ENAMETOOLONG : 0;
}


/* Locks and shared mappings do not work, or not for sure, over a network. */

static int
webhook_env_filesystem(webhook_store_t *st)
{
    unsigned       i;
    struct statfs  fs;

    static const struct {
        uint32_t     magic;
        const char  *name;
    } network[] = {
        { 0x00006969, "NFS" },
        { 0x0000517b, "SMB" },
        { 0xff534d42, "CIFS" },
        { 0xfe534d42, "SMB2" },
        { 0x5346414f, "AFS" },
        { 0x6b414653, "AFS" },
        { 0x00c36400, "Ceph" },
        { 0x01021997, "9P" },
        { 0x73757245, "Coda" },
        { 0x0000564c, "NCP" },
        { 0x0bd00bd0, "Lustre" },
        { 0x47504653, "GPFS" },
        { 0x01161970, "GFS2" },
        { 0x7461636f, "OCFS2" }
    };

    if (statfs(st->path, &fs) == -1) {
        return errno;
    }

    for (i = 0; i < sizeof(network) / sizeof(network[0]); i++) {

        if ((uint32_t) fs.f_type == network[i].magic) {
            webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                              "the store \"%s\" is on a network file system "
                              "(%s), where it would not be safe", st->path,
                              network[i].name);
            return EMEDIUMTYPE;
        }
    }

    if ((uint32_t) fs.f_type == 0x65735546 && st->env == NULL) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_WARN,
                          "the store \"%s\" is on a FUSE file system: it is "
                          "safe only if that is local and maps files",
                          st->path);
    }

    return 0;
}


static int
webhook_env_open_files(webhook_store_t *st, int *made)
{
    int          rc, fd;
    char         path[4096];
    unsigned     flags;
    struct stat  data, lock;

    flags = MDB_NOTLS;
    *made = 0;

    rc = webhook_env_path(st, "data.mdb", "", path, sizeof(path));
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

    rc = webhook_env_path(st, "lock.mdb", "", path, sizeof(path));
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
webhook_env_foreign(webhook_store_t *st, int rc)
{
    int       fd;
    char      path[4096];
    ssize_t   n;
    uint32_t  magic;

    if (rc == MDB_INVALID) {

        if (webhook_env_path(st, "data.mdb", "", path, sizeof(path)) != 0) {
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

    st->told = 1;

    webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                      "the store \"%s\" was written by %s: it is left as it "
                      "is, and nothing is kept until it can be read; use that "
                      "one, or bring it over with \"webhookctl export\" there "
                      "and \"webhookctl import\" here, into another directory",
                      st->path, rc == MDB_INVALID
                      ? "a machine of another byte order"
                      : "another version of LMDB");

    return ENOTSUP;
}


/* Is the file whole?  Is it to be larger? */

static int
webhook_env_size(webhook_store_t *st)
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
            st->told = 1;

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


static int
webhook_env_tables(webhook_store_t *st, int made)
{
    int            rc, older;
    MDB_txn       *txn;
    unsigned       i;
    webhook_txn_t  t;

    /* handles are good for the environment's life once this is committed */

    rc = mdb_txn_begin(st->env, NULL, st->readonly ? MDB_RDONLY : 0, &txn);
    if (rc) {
        return rc;
    }

    memset(&t, 0, sizeof(t));

    t.st = st;
    t.txn = txn;
    t.write = !st->readonly;

    st->absent = 0;

    for (i = 0; i < WEBHOOK_DBS; i++) {

        rc = mdb_dbi_open(txn, webhook_table_name(i), 0, &st->dbi[i]);

        if (rc == MDB_NOTFOUND) {

            if (i >= WEBHOOK_DBS_1) {

                /* who reads an older format does without */

                st->absent |= 1U << i;
                rc = 0;
            }

            if (!st->readonly) {
                rc = mdb_dbi_open(txn, webhook_table_name(i), MDB_CREATE,
                                  &st->dbi[i]);
            }
        }

        if (rc == MDB_NOTFOUND) {

            /* no store of ours, or one that was never finished */

            rc = MDB_INVALID;
        }

        if (rc) {
            break;
        }
    }

    older = st->absent != 0;

    if (!st->readonly) {
        st->absent = 0;
    }

    if (rc == 0) {
        rc = webhook_env_format(&t, made, older);
    }

    if (rc == 0) {
        rc = webhook_env_probe(&t);
    }

    for (i = 0; i < WEBHOOK_DBS; i++) {
        if (t.cursors[i]) {
            mdb_cursor_close(t.cursors[i]);
        }
    }

    if (rc) {
        mdb_txn_abort(txn);
        return rc;
    }

    return mdb_txn_commit(txn);
}


static int
webhook_env_format(webhook_txn_t *t, int made, int older)
{
    int                    rc;
    size_t                 len;
    MDB_val                val;
    uint32_t               format;
    unsigned char          buf[WEBHOOK_ROW_MAX];
    webhook_state_row_t    state;
    webhook_migrate_row_t  migrate;

    rc = webhook_txn_get(t, WEBHOOK_DB_META, "format", 6, &val);

    if (rc == MDB_NOTFOUND && t->write) {

        MDB_stat  stat;

        /* a store that was made but whose first commit was not */

        rc = mdb_stat(t->txn, t->st->dbi[WEBHOOK_DB_DELIVERIES], &stat);
        if (rc) {
            return rc;
        }

        if (!made && stat.ms_entries) {
            return webhook_env_reformat(t, older);
        }

        t->st->format = WEBHOOK_STORE_FORMAT;
        t->st->migrating = 0;

        len = webhook_row_write_format(buf, WEBHOOK_STORE_FORMAT);

        rc = webhook_txn_put(t, WEBHOOK_DB_META, "format", 6, buf, len, 0);
        if (rc) {
            return rc;
        }

        /* tokens of a store that was before this one are not to fit */

        memset(&state, 0, sizeof(state));

        state.lease = webhook_clock_wall() << 20;

        len = webhook_row_write_state(buf, &state);

        return webhook_txn_put(t, WEBHOOK_DB_META, "state", 5, buf, len, 0);
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    if (rc == 0) {
        rc = webhook_row_read_format(&val, &format);
    }

    if (rc || format == 0) {
        return webhook_env_reformat(t, older);
    }

    if (format > WEBHOOK_STORE_FORMAT) {

        t->st->told = 1;

        /* not damaged: who went back to an older module can go forth again,
           and finds all that was waiting */

        webhook_store_log(t->st, WEBHOOK_STORE_LOG_EMERG,
                          "the store \"%s\" has format %u of a newer "
                          "version; this one knows up to %u", t->st->path,
                          format, WEBHOOK_STORE_FORMAT);
        return ENOTSUP;
    }

    t->st->format = format;
    t->st->migrating = 0;

    rc = webhook_txn_get(t, WEBHOOK_DB_META, "migrate", 7, &val);

    if (rc == 0) {
        t->st->format = webhook_row_read_migrate(&val, &migrate) == 0
                        ? migrate.from : 1;
        t->st->migrating = 1;
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* The format is not known any more: the tables tell it. */

static int
webhook_env_reformat(webhook_txn_t *t, int older)
{
    int            rc;
    size_t         len;
    unsigned char  buf[WEBHOOK_ROW_MAX];

    t->st->format = older ? 1 : WEBHOOK_STORE_FORMAT;
    t->st->migrating = 0;

    if (!t->write) {
        return 0;
    }

    rc = webhook_quarantine(t, WEBHOOK_DB_META, "format", 6, 0);
    if (rc) {
        return rc;
    }

    len = webhook_row_write_format(buf, t->st->format);

    return webhook_txn_put(t, WEBHOOK_DB_META, "format", 6, buf, len, 0);
}


/* Looks at both ends of each table. */

static int
webhook_env_probe(webhook_txn_t *t)
{
    int          rc;
    MDB_val      key, val;
    unsigned     i, end;
    MDB_cursor  *c;

    for (i = 0; i < WEBHOOK_DBS; i++) {

        rc = webhook_txn_cursor(t, i, &c);

        if (rc == MDB_NOTFOUND) {
            continue;
        }

        if (rc) {
            return rc;
        }

        for (end = 0; end < 2; end++) {
            rc = mdb_cursor_get(c, &key, &val, end ? MDB_LAST : MDB_FIRST);

            if (rc && rc != MDB_NOTFOUND) {
                return rc;
            }
        }
    }

    return 0;
}


/*
 * LMDB locks the first byte of its lock file for as long as it has the files
 * open.  Who looks has to have them closed: the lock belongs to the process,
 * and is gone when any descriptor of the file is closed.
 */

int
webhook_env_others(webhook_store_t *st)
{
    int  rc;

    webhook_env_close(st);

    rc = webhook_env_in_use(st);

    return rc ? rc : webhook_env_open(st);
}


int
webhook_env_in_use(webhook_store_t *st)
{
    int           rc, fd;
    char          path[4096];
    struct flock  lock;

    st->others = 0;

    rc = webhook_env_path(st, "lock.mdb", "", path, sizeof(path));
    if (rc) {
        return rc;
    }

    fd = open(path, O_RDWR|O_NOFOLLOW|O_CLOEXEC);

    if (fd == -1) {
        return errno == ENOENT ? 0 : errno;
    }

    memset(&lock, 0, sizeof(lock));

    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_len = 1;

    rc = fcntl(fd, F_GETLK, &lock) == -1 ? errno : 0;

    if (rc == 0 && lock.l_type != F_UNLCK) {

        /* 0: it is of another pid namespace */

        st->others = lock.l_pid > 0 ? lock.l_pid : -1;
    }

    close(fd);

    return rc;
}


int
webhook_env_set_aside(webhook_store_t *st)
{
    int   rc;
    char  suffix[64];

    rc = webhook_env_rename(st, "damaged", suffix);
    if (rc) {
        return rc;
    }

    webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                      "the store \"%s\" is damaged: it is now \"data.mdb%s\" "
                      "there, and an empty one takes its place; what was "
                      "waiting in it is not sent: \"webhookctl -s FILE "
                      "export\" shows what can be read of it, and "
                      "\"webhookctl import\" brings that back", st->path,
                      suffix);

    return 0;
}


int
webhook_env_rename(webhook_store_t *st, const char *why, char suffix[64])
{
    int          rc;
    char         from[4096], to[4096];
    time_t       now;
    unsigned     i, try;
    struct tm    tm;
    struct stat  sb;

    static const char  *names[] = { "lock.mdb", "data.mdb" };

    now = time(NULL);
    gmtime_r(&now, &tm);

    for (try = 0; try < 100; try++) {

        snprintf(suffix, 64, ".%s-%04d%02d%02dT%02d%02d%02dZ-%u", why,
                 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                 tm.tm_min, tm.tm_sec, try);

        rc = webhook_env_path(st, "data.mdb", suffix, to, sizeof(to));
        if (rc) {
            return rc;
        }

        if (stat(to, &sb) == -1 && errno == ENOENT) {
            break;
        }
    }

    for (i = 0; i < 2; i++) {
        rc = webhook_env_path(st, names[i], "", from, sizeof(from));

        if (rc == 0) {
            rc = webhook_env_path(st, names[i], suffix, to, sizeof(to));
        }

        if (rc) {
            return rc;
        }

        if (rename(from, to) == -1 && (errno != ENOENT || i == 1)) {
            return errno;
        }
    }

    webhook_env_sync_directory(st);

    return 0;
}


void
webhook_env_sync_directory(webhook_store_t *st)
{
    int  fd;

    fd = open(st->path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (fd != -1) {
        (void) fsync(fd);
        close(fd);
    }
}
