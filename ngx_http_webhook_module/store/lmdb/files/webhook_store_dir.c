
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The directory of a store: where it is, what lies in it, who uses that.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store/lmdb/files/webhook_store_dir.h"
#include "store/webhook_store.h"
#include "store/lmdb/handle/webhook_store_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>


static int webhook_dir_suffix(webhook_lmdb_t *st, const char *reason,
    char suffix[64]);
static int webhook_dir_exchange(const char *file, const char *path,
    const char *to);


int
webhook_dir_path(webhook_lmdb_t *st, const char *name, const char *suffix,
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

int
webhook_dir_filesystem(webhook_lmdb_t *st)
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


int
webhook_dir_in_use(webhook_lmdb_t *st)
{
    int           rc, fd;
    char          path[4096];
    struct flock  lock;

    st->others = 0;

    rc = webhook_dir_path(st, "lock.mdb", "", path, sizeof(path));
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
webhook_dir_rename(webhook_lmdb_t *st, const char *reason, char suffix[64])
{
    int       rc;
    char      from[4096], to[4096];
    unsigned  i;

    static const char  *names[] = { "lock.mdb", "data.mdb" };

    rc = webhook_dir_suffix(st, reason, suffix);
    if (rc) {
        return rc;
    }

    for (i = 0; i < 2; i++) {
        rc = webhook_dir_path(st, names[i], "", from, sizeof(from));

        if (rc == 0) {
            rc = webhook_dir_path(st, names[i], suffix, to, sizeof(to));
        }

        if (rc) {
            return rc;
        }

        if (rename(from, to) == -1 && (errno != ENOENT || i == 1)) {
            return errno;
        }
    }

    webhook_dir_sync(st);

    return 0;
}


int
webhook_dir_swap(webhook_lmdb_t *st, const char *file, const char *reason,
    char suffix[64])
{
    int   rc, linked;
    char  path[4096], to[4096];

    rc = webhook_dir_suffix(st, reason, suffix);

    if (rc == 0) {
        rc = webhook_dir_path(st, "data.mdb", "", path, sizeof(path));
    }

    if (rc == 0) {
        rc = webhook_dir_path(st, "data.mdb", suffix, to, sizeof(to));
    }

    if (rc) {
        return rc;
    }

    linked = 1;

    if (link(path, to) == -1) {

        if (errno == ENOENT) {

            /* there is none */

            suffix[0] = '\0';

        } else if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK) {
            return errno;

        } else {

            /* a file has one name here */

            if (webhook_dir_exchange(file, path, to) == 0) {
                return 0;
            }

            /* for a moment it has not this one */

            linked = 0;

            if (rename(path, to) == -1) {
                return errno;
            }
        }
    }

    if (rename(file, path) == -1) {
        rc = errno;

        if (suffix[0]) {
            (void) (linked ? unlink(to) : rename(to, path));
            suffix[0] = '\0';
        }

        return rc;
    }

    return 0;
}


/* In one step, for which the new file takes the name that the old one gets. */

static int
webhook_dir_exchange(const char *file, const char *path, const char *to)
{
    int  rc;

    if (rename(file, to) == -1) {
        return errno;
    }

    if (renameat2(AT_FDCWD, to, AT_FDCWD, path, RENAME_EXCHANGE) == 0) {
        return 0;
    }

    rc = errno;

    (void) rename(to, file);

    return rc;
}


/* One that no file has yet. */

static int
webhook_dir_suffix(webhook_lmdb_t *st, const char *reason, char suffix[64])
{
    int          rc;
    char         to[4096];
    time_t       now;
    unsigned     try;
    struct tm    tm;
    struct stat  sb;

    now = time(NULL);
    gmtime_r(&now, &tm);

    for (try = 0; try < 100; try++) {

        snprintf(suffix, 64, ".%s-%04d%02d%02dT%02d%02d%02dZ-%u", reason,
                 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                 tm.tm_min, tm.tm_sec, try);

        rc = webhook_dir_path(st, "data.mdb", suffix, to, sizeof(to));
        if (rc) {
            return rc;
        }

        if (stat(to, &sb) == -1 && errno == ENOENT) {
            break;
        }
    }

    return 0;
}


int
webhook_dir_sync(webhook_lmdb_t *st)
{
    int  rc, fd;

    fd = open(st->path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (fd == -1) {
        return errno;
    }

    /* some file systems have nothing to sync there, and say so */

    rc = (fsync(fd) == -1 && errno != EINVAL) ? errno : 0;

    close(fd);

    return rc;
}
