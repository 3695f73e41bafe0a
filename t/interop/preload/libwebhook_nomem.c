
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * For LD_PRELOAD: while the file that the environment variable WEBHOOK_NOMEM
 * names is there, JSON that begins with {"name":"nomem cannot be read for want
 * of memory.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


json_t *
json_loadb(const char *text, size_t len, size_t flags, json_error_t *error)
{
    json_t      *(*next)(const char *text, size_t len, size_t flags,
                         json_error_t *error);
    void         *symbol;
    const char   *file;

    static const char  begin[] = "{\"name\":\"nomem";

    file = getenv("WEBHOOK_NOMEM");

    if (file && len >= sizeof(begin) - 1
        && memcmp(text, begin, sizeof(begin) - 1) == 0
        && access(file, F_OK) == 0)
    {
        return NULL;
    }

    symbol = dlsym(RTLD_NEXT, "json_loadb");
    memcpy(&next, &symbol, sizeof(next));

    return next(text, len, flags, error);
}
