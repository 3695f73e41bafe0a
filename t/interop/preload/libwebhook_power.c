
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * For LD_PRELOAD: notes what is written to the files of a store and what is
 * synced, so that whoever reads that can tell what would be on the disk if the
 * power was cut (t/lib/Webhook/Test/Power.pm).
 *
 * The environment variable WEBHOOK_POWER names the file of the notes, and
 * WEBHOOK_POWER_STORE the directory of the store.  Each note is a head, in the
 * machine's order of bytes: POWER_MAGIC 8, kind 4, flags 4, inode 8, offset 8,
 * length 8, number 8; and the bytes that were written, or a name.  A call is
 * noted before it is made and, with the same number, behind it, if it did not
 * fail.  What is synced goes no further than the kernel, and takes its time.
 *
 * WEBHOOK_POWER_BOOT is the name that the machine's boot has.
 */

#define _GNU_SOURCE

#include "preload_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>


#define POWER_MAGIC  0x9d1f0c5ae6b37248ULL
#define POWER_IOV    64
#define POWER_SYNC   2000               /* us */
#define POWER_BOOT   "/proc/sys/kernel/random/boot_id"


typedef enum {
    POWER_WRITE = 1,                    /* flags 1: it syncs by itself */
    POWER_WROTE,                        /* length: so many bytes */
    POWER_SYNCS,
    POWER_SYNCED,
    POWER_NAME,                         /* of a file that was made */
    POWER_GONE,                         /* of one that is about to go */
    POWER_NAMES,                        /* the directory is synced */
    POWER_NAMED,
    POWER_SIZE                          /* offset: it is as long as that */
} power_e;


typedef struct {
    uint64_t  magic;
    uint32_t  kind;
    uint32_t  flags;
    uint64_t  inode;
    uint64_t  offset;
    uint64_t  len;
    uint64_t  number;
} power_head_t;


static int          power_log = -1;
static const char  *power_store;
static size_t       power_len;
static const char  *power_boot;
static uint64_t    *power_number;       /* of all processes */


static void __attribute__((constructor))
power_init(void)
{
    char        *store;
    const char  *name;

    name = getenv("WEBHOOK_POWER");
    store = getenv("WEBHOOK_POWER_STORE");

    if (name == NULL || store == NULL) {
        return;
    }

    power_number = mmap(NULL, sizeof(uint64_t), PROT_READ|PROT_WRITE,
                        MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (power_number == MAP_FAILED) {
        return;
    }

    /* workers have no environment */

    name = strdup(name);
    power_store = strdup(store);
    power_boot = getenv("WEBHOOK_POWER_BOOT");
    power_boot = power_boot ? strdup(power_boot) : NULL;

    if (name == NULL || power_store == NULL) {
        return;
    }

    power_len = strlen(store);
    power_log = open(name, O_WRONLY|O_APPEND|O_CLOEXEC);
}


static void
power_note(power_head_t *head, const struct iovec *iov, int count)
{
    int           i;
    struct iovec  all[POWER_IOV + 1];

    PRELOAD_NEXT(ssize_t, "writev", (int, const struct iovec *, int));

    if (count > POWER_IOV) {
        abort();
    }

    all[0].iov_base = head;
    all[0].iov_len = sizeof(power_head_t);

    for (i = 0; i < count; i++) {
        all[i + 1] = iov[i];
    }

    /* in one piece, or there is nothing that could be told of a cut */

    if (next(power_log, all, count + 1)
        != (ssize_t) (sizeof(power_head_t) + head->len))
    {
        abort();
    }
}


static void
power_head(power_head_t *head, power_e kind, ino_t inode)
{
    memset(head, 0, sizeof(power_head_t));

    head->magic = POWER_MAGIC;
    head->kind = kind;
    head->inode = inode;
    head->number = __atomic_add_fetch(power_number, 1, __ATOMIC_SEQ_CST);
}


/* Begins a note of a descriptor: 0 if that is not of a file of the store. */

static int
power_begin(power_head_t *head, power_e kind, int fd)
{
    char         path[4096];
    struct stat  sb;

    if (power_log == -1) {
        return 0;
    }

    preload_path(fd, path, sizeof(path));

    if (strncmp(path, power_store, power_len) != 0
        || (path[power_len] != '/' && path[power_len] != '\0')
        || strstr(path + power_len, "lock.mdb")
        || fstat(fd, &sb) == -1)
    {
        return 0;
    }

    power_head(head, path[power_len] == '/' ? kind : POWER_NAMES, sb.st_ino);

    return 1;
}


static void
power_end(power_head_t *head, uint64_t len)
{
    int  error;

    error = errno;

    head->kind++;
    head->offset = len;
    head->len = 0;

    power_note(head, NULL, 0);

    errno = error;
}


static ssize_t
power_write(int fd, const struct iovec *iov, int count, off_t offset,
    int flags)
{
    int           i, note;
    ssize_t       n;
    power_head_t  head;

    PRELOAD_NEXT(ssize_t, "pwritev2",
                 (int, const struct iovec *, int, off_t, int));

    note = power_begin(&head, POWER_WRITE, fd);

    if (note) {
        head.flags = (fcntl(fd, F_GETFL) & O_DSYNC)
                     || (flags & (RWF_DSYNC|RWF_SYNC));
        head.offset = (uint64_t) (offset == -1 ? lseek(fd, 0, SEEK_CUR)
                                               : offset);

        for (i = 0; i < count; i++) {
            head.len += iov[i].iov_len;
        }

        power_note(&head, iov, count);
    }

    /* an offset of -1 is where the descriptor stands */

    n = next(fd, iov, count, offset, flags);

    if (note && n > 0) {

        if (head.flags) {
            usleep(POWER_SYNC);
        }

        power_end(&head, (uint64_t) n);
    }

    return n;
}


static ssize_t
power_write_one(int fd, const void *buf, size_t len, off_t offset)
{
    struct iovec  iov;

    iov.iov_base = (void *) (uintptr_t) buf;
    iov.iov_len = len;

    return power_write(fd, &iov, 1, offset, 0);
}


ssize_t
pwritev2(int fd, const struct iovec *iov, int count, off_t offset, int flags)
{
    return power_write(fd, iov, count, offset, flags);
}


ssize_t
pwritev(int fd, const struct iovec *iov, int count, off_t offset)
{
    return power_write(fd, iov, count, offset, 0);
}


ssize_t
pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    return power_write_one(fd, buf, len, offset);
}


ssize_t
pwrite64(int fd, const void *buf, size_t len, off64_t offset)
{
    return power_write_one(fd, buf, len, (off_t) offset);
}


/* Of pipes, sockets and logs, too: these pass. */

ssize_t
writev(int fd, const struct iovec *iov, int count)
{
    power_head_t  head;

    PRELOAD_NEXT(ssize_t, "writev", (int, const struct iovec *, int));

    if (!power_begin(&head, POWER_WRITE, fd)) {
        return next(fd, iov, count);
    }

    return power_write(fd, iov, count, -1, 0);
}


ssize_t
write(int fd, const void *buf, size_t len)
{
    power_head_t  head;

    PRELOAD_NEXT(ssize_t, "write", (int, const void *, size_t));

    if (!power_begin(&head, POWER_WRITE, fd)) {
        return next(fd, buf, len);
    }

    return power_write_one(fd, buf, len, -1);
}


int
fdatasync(int fd)
{
    power_head_t  head;

    if (!power_begin(&head, POWER_SYNCS, fd)) {
        PRELOAD_NEXT(int, "fdatasync", (int));
        return next(fd);
    }

    power_note(&head, NULL, 0);
    usleep(POWER_SYNC);
    power_end(&head, 0);

    return 0;
}


int
fsync(int fd)
{
    return fdatasync(fd);
}


static void
power_size(int fd, off_t size)
{
    power_head_t  head;

    if (power_begin(&head, POWER_SIZE, fd)) {
        head.offset = (uint64_t) size;
        power_note(&head, NULL, 0);
    }
}


int
fallocate(int fd, int mode, off_t offset, off_t len)
{
    int  rc;

    PRELOAD_NEXT(int, "fallocate", (int, int, off_t, off_t));

    rc = next(fd, mode, offset, len);

    if (rc == 0 && mode == 0) {
        power_size(fd, offset + len);
    }

    return rc;
}


int
fallocate64(int fd, int mode, off64_t offset, off64_t len)
{
    return fallocate(fd, mode, (off_t) offset, (off_t) len);
}


/* The name in the store of a file with this path, or NULL. */

static const char *
power_name(const char *path)
{
    return power_log != -1 && strncmp(path, power_store, power_len) == 0
           && path[power_len] == '/' ? path + power_len + 1 : NULL;
}


static void
power_named(power_e kind, const char *name, ino_t inode)
{
    struct iovec  iov;
    power_head_t  head;

    power_head(&head, kind, inode);

    iov.iov_base = (void *) (uintptr_t) name;
    iov.iov_len = strlen(name);
    head.len = iov.iov_len;

    power_note(&head, &iov, 1);
}


/* A file that goes gets another name, where it can be found. */

int
unlink(const char *path)
{
    char          keep[4096];
    const char   *name;
    struct stat   sb;

    PRELOAD_NEXT(int, "unlink", (const char *));

    name = power_name(path);

    if (name && stat(path, &sb) == 0) {
        snprintf(keep, sizeof(keep), "%s.gone.%llu", power_store,
                 (unsigned long long) sb.st_ino);

        if (link(path, keep) == 0) {
            power_named(POWER_GONE, name, sb.st_ino);
        }
    }

    return next(path);
}


static int
power_open_boot(void)
{
    int  fd;

    fd = memfd_create("boot", MFD_CLOEXEC);

    if (fd != -1 && (dprintf(fd, "%s\n", power_boot) < 0
                     || lseek(fd, 0, SEEK_SET) == -1))
    {
        close(fd);
        return -1;
    }

    return fd;
}


static int
power_open(const char *path, int flags, va_list args)
{
    int          fd, mode, made;
    const char  *name;
    struct stat  sb;

    PRELOAD_NEXT(int, "open", (const char *, int, ...));

    mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE
           ? va_arg(args, int) : 0;

    if (power_boot && strcmp(path, POWER_BOOT) == 0) {
        return power_open_boot();
    }

    name = power_name(path);
    made = name && (flags & O_CREAT) && access(path, F_OK) == -1;

    fd = next(path, flags, mode);

    if (made && fd != -1 && fstat(fd, &sb) == 0) {
        power_named(POWER_NAME, name, sb.st_ino);
    }

    return fd;
}


int
open(const char *path, int flags, ...)
{
    int      fd;
    va_list  args;

    va_start(args, flags);
    fd = power_open(path, flags, args);
    va_end(args);

    return fd;
}


int open64(const char *path, int flags, ...) __attribute__((alias("open")));
