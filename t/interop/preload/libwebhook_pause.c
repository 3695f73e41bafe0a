
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * For LD_PRELOAD: stops the event loop of a worker where it is about to read JSON
 * by json_loadb(), or to make some by json_pack(), that begins so.
 *
 * The environment variable WEBHOOK_PAUSE names a file of 80 bytes, in the
 * machine's order of bytes: the worker's process; 1, which is 2 once it stands
 * there, and 0 to let it go; and the text, or the format, with a zero at its
 * end.
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


typedef struct {
    uint64_t  pid;
    uint64_t  state;
    char      text[64];
} stand_t;


static stand_t  *stand;


static void __attribute__((constructor))
pause_init(void)
{
    stand = preload_map("WEBHOOK_PAUSE", sizeof(stand_t));
}


static void
pause_at(const char *text, size_t len)
{
    size_t    n;
    uint64_t  armed;
    unsigned  ms;

    if (stand == NULL || stand->pid != (uint64_t) getpid()
        || gettid() != getpid())
    {
        return;
    }

    n = strnlen(stand->text, sizeof(stand->text));
    armed = 1;

    if (len < n || memcmp(text, stand->text, n) != 0
        || !__atomic_compare_exchange_n(&stand->state, &armed, 2, 0,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    {
        return;
    }

    /* not for ever: what it waits for may need this very worker */

    for (ms = 0; ms < 10000; ms++) {
        if (__atomic_load_n(&stand->state, __ATOMIC_SEQ_CST) != 2) {
            break;
        }

        usleep(1000);
    }
}


json_t *
json_loadb(const char *text, size_t len, size_t flags, json_error_t *error)
{
    void     *symbol;
    json_t  *(*next)(const char *text, size_t len, size_t flags,
                  json_error_t *error);

    pause_at(text, len);

    symbol = dlsym(RTLD_NEXT, "json_loadb");
    memcpy(&next, &symbol, sizeof(next));

    return next(text, len, flags, error);
}


json_t *
json_pack(const char *fmt, ...)
{
    json_t   *json;
    va_list   args;

    pause_at(fmt, strlen(fmt));

    va_start(args, fmt);
    json = json_vpack_ex(NULL, 0, fmt, args);
    va_end(args);

    return json;
}
