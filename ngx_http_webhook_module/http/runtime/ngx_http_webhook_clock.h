
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The clocks.  Any thread, but for what is said to be of the event loop.
 */

#ifndef NGX_WEBHOOK_CLOCK_H
#define NGX_WEBHOOK_CLOCK_H

#include <ngx_config.h>
#include <ngx_core.h>


/* Microseconds of a clock that never runs backwards, from the system itself. */
static ngx_inline uint64_t
ngx_webhook_clock_usec(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


/* Milliseconds of the clock that the store has, too: it runs on while the machine
   sleeps. */
static ngx_inline uint64_t
ngx_webhook_clock_boot(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_BOOTTIME, &ts);

    return (uint64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}


/* Wall-clock milliseconds since 1970, as of this turn of the event loop, and on
   its thread alone: nginx writes them while another one reads. */
static ngx_inline uint64_t
ngx_webhook_clock_wall(void)
{
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    return (uint64_t) tp->sec * 1000 + tp->msec;
}


/* Wall-clock microseconds since 1970, from the system itself: what happens in
   one worker is before what it causes in another one. */
static ngx_inline uint64_t
ngx_webhook_clock_wall_usec(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_REALTIME, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


/* Wall-clock milliseconds since 1970, from the system itself. */
static ngx_inline uint64_t
ngx_webhook_clock_wall_real(void)
{
    return ngx_webhook_clock_wall_usec() / 1000;
}


#endif /* NGX_WEBHOOK_CLOCK_H */
