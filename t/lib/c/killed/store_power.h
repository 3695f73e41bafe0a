
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Power cuts.  A test program that includes this has calls of its own to write
 * and to sync, which note for each file of a store what was synced and what was
 * not yet.  At any such call the power may be cut: then a directory is made with
 * the files as they could be on the disk, in which each sector that was written
 * and not synced is as it was before or as it was written, by chance, and the
 * store there has to have all that was told of it by then.  The store goes on
 * meanwhile, and the power is cut again.
 *
 * A name that was made or removed is durable once the directory was synced, and
 * may be so before; that of a file which was renamed is taken for durable at
 * once.
 */

#ifndef STORE_POWER_H
#define STORE_POWER_H

#include "store_power_file.h"


/* Writes a file as it could be. */

static void
power_image(const power_file_t *f, const char *dir, unsigned kind)
{
    int             fd;
    char            path[512];
    size_t          i, at, end, size;
    unsigned char  *data;
    power_write_t  *w;

    if (!power_named(f, kind)) {
        return;
    }

    data = NULL;
    size = 0;
    power_grow(&data, &size, f->size);

    if (f->size) {
        memcpy(data, f->disk, f->size);
    }

    for (i = 0; i < f->count; i++) {
        w = &f->writes[i];

        for (at = w->offset; at < w->offset + w->len; at = end) {

            end = (at / POWER_SECTOR + 1) * POWER_SECTOR;

            if (end > w->offset + w->len) {
                end = w->offset + w->len;
            }

            /* nothing of it, all of it, or some */

            if (w->synced || kind == 1 || (kind > 1 && power_random() % 2)) {
                power_grow(&data, &size, end);
                memcpy(data + at, w->data + (at - w->offset), end - at);
            }
        }
    }

    snprintf(path, sizeof(path), "%s/%s", dir, f->name);

    fd = open(path, O_WRONLY|O_CREAT|O_TRUNC, 0600);

    if (fd == -1 || (size && write(fd, data, size) != (ssize_t) size)) {
        printf("Bail out! %s cannot be written\n", path);
        exit(1);
    }

    close(fd);
    free(data);
}


static void
power_drop(const char *dir)
{
    DIR            *d;
    char            path[1024];
    struct dirent  *e;

    d = opendir(dir);

    while (d && (e = readdir(d)) != NULL) {
        if (e->d_name[0] != '.') {
            snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
            unlink(path);
        }
    }

    if (d) {
        closedir(d);
    }

    rmdir(dir);
}


/* A call is under way: is this the moment? */

static void
power_call(void)
{
    char      dir[300];
    unsigned  i, kind;

    if (++power.calls % power.every != 0) {
        return;
    }

    power.busy = 1;

    snprintf(dir, sizeof(dir), "%s-cut", power.dir);

    (void) mkdir(dir, 0700);

    kind = power.cuts++ % 6;

    for (i = 0; i < power.count; i++) {
        power_image(&power.files[i], dir, kind);
    }

    if (!power.sound(power.told, dir)) {
        power.wrong++;
        printf("# cut at call %u, with %s of what was not synced\n",
               power.calls, kind == 0 ? "nothing" : kind == 1 ? "all"
                                                              : "some");
    }

    power_drop(dir);

    power.busy = 0;
}


static void
power_write(power_file_t *f, const void *data, size_t len, size_t offset)
{
    power_write_t  *w;

    if (f->count == f->room) {
        f->room = f->room ? f->room * 2 : 64;
        f->writes = power_alloc(f->writes, f->room * sizeof(power_write_t));
    }

    w = &f->writes[f->count++];

    w->offset = offset;
    w->len = len;
    w->synced = 0;
    w->data = power_alloc(NULL, len);

    memcpy(w->data, data, len);
}


/* All that was written to it is on the disk. */

static void
power_synced(power_file_t *f)
{
    size_t          i;
    power_write_t  *w;

    for (i = 0; i < f->count; i++) {
        w = &f->writes[i];

        power_grow(&f->disk, &f->size, w->offset + w->len);
        memcpy(f->disk + w->offset, w->data, w->len);
        free(w->data);
    }

    f->count = 0;
}


/* Of what power_write() noted from "first" on, n bytes were written. */

static void
power_wrote(power_file_t *f, int fd, size_t first, ssize_t n)
{
    size_t          i, left;
    power_write_t  *w;

    left = n > 0 ? (size_t) n : 0;

    for (i = first; i < f->count; i++) {
        w = &f->writes[i];

        if (w->len > left) {
            w->len = left;
        }

        left -= w->len;
        w->synced = (fcntl(fd, F_GETFL) & O_DSYNC) ? 1 : 0;
    }
}


#define POWER_NEXT(name)                                                      \
                                                                              \
    symbol = dlsym(RTLD_NEXT, name);                                          \
    memcpy(&next, &symbol, sizeof(next))


static ssize_t
power_pwritev(int fd, const struct iovec *iov, int count, off_t offset)
{
    int            i;
    size_t         first, at;
    ssize_t      (*next)(int fd, const struct iovec *iov, int count,
                         off_t offset);
    void          *symbol;
    ssize_t        n;
    power_file_t  *f;

    POWER_NEXT("pwritev");

    f = power_file(fd);

    if (f == NULL) {
        return next(fd, iov, count, offset);
    }

    first = f->count;
    at = (size_t) offset;

    for (i = 0; i < count; i++) {
        power_write(f, iov[i].iov_base, iov[i].iov_len, at);
        at += iov[i].iov_len;
    }

    power_call();

    n = next(fd, iov, count, offset);

    power_wrote(f, fd, first, n);

    return n;
}


ssize_t
pwritev(int fd, const struct iovec *iov, int count, off_t offset)
{
    return power_pwritev(fd, iov, count, offset);
}


ssize_t
pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    struct iovec  iov;

    iov.iov_base = (void *) (uintptr_t) buf;
    iov.iov_len = len;

    return power_pwritev(fd, &iov, 1, offset);
}


ssize_t
writev(int fd, const struct iovec *iov, int count)
{
    off_t     offset;
    ssize_t   n;
    ssize_t (*next)(int fd, const struct iovec *iov, int count);
    void     *symbol;

    offset = power.on && !power.busy ? lseek(fd, 0, SEEK_CUR) : -1;

    if (offset == -1) {
        POWER_NEXT("writev");
        return next(fd, iov, count);
    }

    n = power_pwritev(fd, iov, count, offset);

    if (n > 0) {
        (void) lseek(fd, offset + n, SEEK_SET);
    }

    return n;
}


ssize_t
write(int fd, const void *buf, size_t len)
{
    struct iovec  iov;

    iov.iov_base = (void *) (uintptr_t) buf;
    iov.iov_len = len;

    return writev(fd, &iov, 1);
}


int
fdatasync(int fd)
{
    int          (*next)(int fd);
    int            rc;
    void          *symbol;
    power_file_t  *f;

    POWER_NEXT("fdatasync");

    if (power.busy) {

        /* of a store that is looked at and thrown away */

        return 0;
    }

    if (power_directory(fd)) {
        return next(fd);
    }

    f = power_file(fd);

    if (f == NULL) {
        return next(fd);
    }

    power_call();

    rc = next(fd);

    if (rc == 0) {
        power_synced(f);
    }

    return rc;
}


int
fsync(int fd)
{
    return fdatasync(fd);
}


int
fallocate(int fd, int mode, off_t offset, off_t len)
{
    int          (*next)(int fd, int mode, off_t offset, off_t len);
    int            rc;
    void          *symbol;
    power_file_t  *f;

    POWER_NEXT("fallocate");

    rc = next(fd, mode, offset, len);

    f = power_file(fd);

    if (f && rc == 0 && mode == 0) {
        power_grow(&f->disk, &f->size, (size_t) (offset + len));
    }

    return rc;
}


/* From here on the power is cut at each "every"th call; what lies in the
   directory is on the disk. */

__attribute__((unused))
static void
power_begin(const char *dir, unsigned every, void *told,
    int (*sound)(void *told, const char *dir))
{
    int             fd;
    DIR            *d;
    char            path[1024];
    struct stat     sb;
    struct dirent  *e;
    power_file_t   *f;

    memset(&power, 0, sizeof(power));

    snprintf(power.dir, sizeof(power.dir), "%s", dir);

    power.every = every;
    power.told = told;
    power.sound = sound;
    power.chance = 20261129;

    d = opendir(dir);

    while (d && (e = readdir(d)) != NULL) {

        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);

        fd = open(path, O_RDONLY|O_NOFOLLOW);

        if (fd == -1 || fstat(fd, &sb) == -1 || !S_ISREG(sb.st_mode)) {
            (void) close(fd);
            continue;
        }

        power.on = 1;
        f = power_file(fd);
        power.on = 0;

        if (f) {
            f->named = 1;
            power_grow(&f->disk, &f->size, (size_t) sb.st_size);

            if (pread(fd, f->disk, f->size, 0) != (ssize_t) f->size) {
                printf("Bail out! %s cannot be read\n", path);
                exit(1);
            }
        }

        close(fd);
    }

    if (d) {
        closedir(d);
    }

    power.on = 1;
}


/* Ends it; the number of cuts, and of those after which something was wrong. */

__attribute__((unused))
static unsigned
power_end(unsigned *wrong)
{
    size_t    k;
    unsigned  i;

    power.on = 0;

    for (i = 0; i < power.count; i++) {

        for (k = 0; k < power.files[i].count; k++) {
            free(power.files[i].writes[k].data);
        }

        free(power.files[i].writes);
        free(power.files[i].disk);
    }

    *wrong = power.wrong;

    return power.cuts;
}


#endif /* STORE_POWER_H */
