
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What libraries for LD_PRELOAD that stand before the calls for files share.
 */

#ifndef PRELOAD_FILE_H
#define PRELOAD_FILE_H

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>


/* Declares "next" and sets it to the call that a library stands before: type is
   what it returns, args its arguments in parentheses. */

#define PRELOAD_NEXT(type, name, args)                                        \
                                                                              \
    type    (*next) args;                                                     \
    void     *symbol = dlsym(RTLD_NEXT, name);                                \
                                                                              \
    memcpy(&next, &symbol, sizeof(next))


/* The path of what a descriptor is of; "" if it has none. */

static inline const char *
preload_path(int fd, char *path, size_t size)
{
    char     link[64];
    ssize_t  n;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

    n = readlink(link, path, size - 1);

    path[n > 0 ? n : 0] = '\0';

    return path;
}


#endif /* PRELOAD_FILE_H */
