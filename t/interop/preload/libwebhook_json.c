
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * For LD_PRELOAD: how much JSON a process makes on its main thread, in a worker
 * that of the event loop.
 *
 * The environment variable WEBHOOK_JSON names a file of 16 bytes, in the
 * machine's order of bytes: how often json_pack() was called there, and how many
 * bytes were written by json_dumpb().
 */

#define _GNU_SOURCE

#include "preload_map.h"

#include <dlfcn.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


static uint64_t  *made;


static void __attribute__((constructor))
json_made_init(void)
{
    made = preload_map("WEBHOOK_JSON", 2 * sizeof(uint64_t));
}


static void
json_made(unsigned i, uint64_t n)
{
    if (made && gettid() == getpid()) {
        __atomic_add_fetch(&made[i], n, __ATOMIC_SEQ_CST);
    }
}


json_t *
json_pack(const char *fmt, ...)
{
    json_t   *json;
    va_list   args;

    json_made(0, 1);

    va_start(args, fmt);
    json = json_vpack_ex(NULL, 0, fmt, args);
    va_end(args);

    return json;
}


size_t
json_dumpb(const json_t *json, char *buffer, size_t size, size_t flags)
{
    void     *symbol;
    size_t    n;
    size_t  (*next)(const json_t *json, char *buffer, size_t size,
                  size_t flags);

    symbol = dlsym(RTLD_NEXT, "json_dumpb");
    memcpy(&next, &symbol, sizeof(next));

    n = next(json, buffer, size, flags);

    if (size) {
        json_made(1, n);
    }

    return n;
}
