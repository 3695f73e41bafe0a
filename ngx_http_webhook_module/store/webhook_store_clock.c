
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The store's own time: milliseconds that only go on.  In a boot it runs with
 * the kernel's CLOCK_BOOTTIME, which no one can set and which counts a
 * suspended machine's sleep; all processes add the same offset, kept in the
 * store.  The first one to open it in a new boot sets the offset anew, so
 * that time goes on from the wall clock or from the last time seen, whichever
 * is later.  So a wall clock that is wrong, or set, moves neither leases nor
 * retries, and the time that a machine was off counts as passed.
 */

#include "webhook_store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>


#define WEBHOOK_BOOT_ID  "/proc/sys/kernel/random/boot_id"


static uint64_t webhook_clock_boottime(void *ctx);
static int webhook_clock_read_boot(char *boot, size_t size);


int
webhook_clock_init(webhook_store_t *st, const webhook_store_options_t *options)
{
    size_t  len;

    st->clock = options->clock ? options->clock : webhook_clock_boottime;

    if (options->boot == NULL) {
        return webhook_clock_read_boot(st->boot, sizeof(st->boot));
    }

    len = strlen(options->boot);

    if (len == 0 || len >= sizeof(st->boot)) {
        return EINVAL;
    }

    memcpy(st->boot, options->boot, len + 1);

    return 0;
}


uint64_t
webhook_clock_now(webhook_store_t *st)
{
    return st->clock(st->ctx) + (uint64_t) st->offset;
}


uint64_t
webhook_clock_wall(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


int
webhook_clock_start(webhook_txn_t *t)
{
    int                   rc;
    size_t                len;
    uint64_t              start;
    MDB_val               val;
    webhook_store_t      *st;
    webhook_clock_row_t   row;
    unsigned char         buf[WEBHOOK_ROW_MAX];

    st = t->st;

    rc = webhook_txn_get(t, WEBHOOK_DB_META, "clock", 5, &val);

    if (rc == 0) {
        rc = webhook_row_read_clock(&val, &row);
        if (rc) {
            return rc;
        }

        if (row.boot.len == strlen(st->boot)
            && memcmp(row.boot.data, st->boot, row.boot.len) == 0)
        {
            st->offset = row.offset;
            t->now = webhook_clock_now(st);
            return 0;
        }

    } else if (rc != MDB_NOTFOUND) {
        return rc;
    }

    start = webhook_clock_wall();

    if (start < t->state.last) {
        start = t->state.last;
    }

    st->offset = (int64_t) (start - st->clock(st->ctx));
    t->now = webhook_clock_now(st);

    if (!t->write) {

        /* who only reads goes on the same way, but leaves it to others to
           write it down */

        return 0;
    }

    row.offset = st->offset;
    row.boot.data = (unsigned char *) st->boot;
    row.boot.len = strlen(st->boot);

    len = webhook_row_write_clock(buf, &row);

    return webhook_txn_put(t, WEBHOOK_DB_META, "clock", 5, buf, len, 0);
}


static uint64_t
webhook_clock_boottime(void *ctx)
{
    struct timespec  ts;

    (void) ctx;

    clock_gettime(CLOCK_BOOTTIME, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


static int
webhook_clock_read_boot(char *boot, size_t size)
{
    int      fd, err;
    size_t   len;
    ssize_t  n;

    fd = open(WEBHOOK_BOOT_ID, O_RDONLY|O_CLOEXEC);
    if (fd == -1) {
        return errno;
    }

    n = read(fd, boot, size - 1);
    err = errno;

    close(fd);

    if (n <= 0) {
        return n == 0 ? EIO : err;
    }

    len = n;

    if (boot[len - 1] == '\n') {
        len--;
    }

    boot[len] = '\0';

    return len ? 0 : EIO;
}
