
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * For LD_PRELOAD: the wall clock of a process is ahead, or behind, and may be
 * stepped while it runs.  Clocks that only go on are as they are.
 *
 * The environment variable WEBHOOK_CLOCK names a file of 8 bytes, in the
 * machine's order of bytes: seconds that the clock is ahead, with a sign.
 */

#define _GNU_SOURCE

#include "preload_map.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>


static int64_t  *ahead;

static int (*next_clock)(clockid_t id, struct timespec *ts);


static void __attribute__((constructor))
clock_init(void)
{
    void  *symbol;

    symbol = dlsym(RTLD_NEXT, "clock_gettime");
    memcpy(&next_clock, &symbol, sizeof(next_clock));

    ahead = preload_map("WEBHOOK_CLOCK", sizeof(int64_t));
}


int
clock_gettime(clockid_t id, struct timespec *ts)
{
    int  rc;

    rc = next_clock ? next_clock(id, ts)
                    : (int) syscall(SYS_clock_gettime, id, ts);

    if (rc == 0 && ahead
        && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
    {
        ts->tv_sec += __atomic_load_n(ahead, __ATOMIC_RELAXED);
    }

    return rc;
}


int
gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
    struct timespec  ts;

    (void) tz;

    if (clock_gettime(CLOCK_REALTIME, &ts) != 0) {
        return -1;
    }

    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;

    return 0;
}


time_t
time(time_t *t)
{
    struct timespec  ts;

    if (clock_gettime(CLOCK_REALTIME, &ts) != 0) {
        return -1;
    }

    if (t) {
        *t = ts.tv_sec;
    }

    return ts.tv_sec;
}
