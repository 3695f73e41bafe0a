
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The clocks that a store goes by: the kernel's, the wall clock, and which boot
 * of the machine this is.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>


#define WEBHOOK_BOOT_ID  "/proc/sys/kernel/random/boot_id"


static uint64_t webhook_clock_boottime(void *ctx);
static int webhook_clock_kernel(void *ctx);
static int webhook_clock_read_boot(char *boot, size_t size);


int
webhook_clock_init(webhook_lmdb_t *st, const webhook_store_options_t *options)
{
    size_t  len;

    st->clock = options->clock ? options->clock : webhook_clock_boottime;
    st->wall = options->wall;
    st->synced = options->synced ? options->synced : webhook_clock_kernel;

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
webhook_clock_now(webhook_lmdb_t *st)
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


uint64_t
webhook_clock_real(const webhook_lmdb_t *st)
{
    return st->wall ? st->wall(st->ctx) : webhook_clock_wall();
}


void
webhook_clock_age(webhook_txn_t *t)
{
    t->age = t->state.ahead < t->now ? t->now - t->state.ahead : 0;
}


static uint64_t
webhook_clock_boottime(void *ctx)
{
    struct timespec  ts;

    (void) ctx;

    clock_gettime(CLOCK_BOOTTIME, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


/* Whether the kernel's clock is synchronized. */

static int
webhook_clock_kernel(void *ctx)
{
    int           rc;
    struct timex  tx;

    (void) ctx;

    memset(&tx, 0, sizeof(tx));

    rc = adjtimex(&tx);

    return rc != -1 && rc != TIME_ERROR && (tx.status & STA_UNSYNC) == 0;
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
