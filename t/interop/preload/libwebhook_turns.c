
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A library to be preloaded into nginx: tells the longest turn of its event
 * loop, from one epoll_wait() to the next, in the processor time of the main
 * thread, so that other load of the machine does not count.
 *
 * The environment variable WEBHOOK_TURNS names a file of 8 bytes: the longest
 * turn so far of any worker, in nanoseconds, in the machine's order of bytes.
 * Who writes zeroes to it begins anew.
 */

#define _GNU_SOURCE

#include "preload_map.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>


typedef int (*epoll_wait_pt)(int ep, struct epoll_event *events, int max,
    int timeout);


static volatile uint64_t  *longest;
static epoll_wait_pt       next;


static void __attribute__((constructor))
turns_init(void)
{
    next = (epoll_wait_pt) dlsym(RTLD_NEXT, "epoll_wait");
    longest = preload_map("WEBHOOK_TURNS", sizeof(uint64_t));
}


static uint64_t
turns_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);

    return (uint64_t) ts.tv_sec * 1000000000 + (uint64_t) ts.tv_nsec;
}


int
epoll_wait(int ep, struct epoll_event *events, int max, int timeout)
{
    int                       n;
    uint64_t                  turn;
    static __thread uint64_t  begun;

    if (begun && longest && gettid() == getpid()) {
        turn = turns_now() - begun;

        if (turn > *longest) {
            *longest = turn;
        }
    }

    n = next(ep, events, max, timeout);

    begun = turns_now();

    return n;
}
