
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * For LD_PRELOAD: the kernel lets a process have no more threads, as where the
 * limit of a user, a service or a container is reached.
 *
 * The environment variable WEBHOOK_THREADS names a file of 8 bytes, in the
 * machine's order of bytes: how many more threads there may be.
 */

#define _GNU_SOURCE

#include "preload_map.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>


static int64_t  *left;

static int (*next_create)(pthread_t *tid, const pthread_attr_t *attr,
                          void *(*start)(void *data), void *data);


static void __attribute__((constructor))
nothread_init(void)
{
    left = preload_map("WEBHOOK_THREADS", sizeof(int64_t));
}


int
pthread_create(pthread_t *restrict tid, const pthread_attr_t *restrict attr,
    void *(*start)(void *data), void *restrict data)
{
    void  *symbol;

    if (left && __atomic_fetch_sub(left, 1, __ATOMIC_SEQ_CST) <= 0) {
        return EAGAIN;
    }

    if (next_create == NULL) {
        symbol = dlsym(RTLD_NEXT, "pthread_create");
        memcpy(&next_create, &symbol, sizeof(next_create));
    }

    return next_create(tid, attr, start, data);
}
