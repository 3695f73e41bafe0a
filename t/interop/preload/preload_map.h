
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a library for LD_PRELOAD has in common with who runs the test.
 */

#ifndef PRELOAD_MAP_H
#define PRELOAD_MAP_H

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>


/* The file that an environment variable names, mapped; NULL: there is none. */

static inline void *
preload_map(const char *variable, size_t size)
{
    int          fd;
    void        *p;
    const char  *name;

    name = getenv(variable);
    fd = name ? open(name, O_RDWR) : -1;

    if (fd == -1) {
        return NULL;
    }

    p = mmap(NULL, size, PROT_READ|PROT_WRITE, MAP_SHARED, fd, 0);

    close(fd);

    return p == MAP_FAILED ? NULL : p;
}


#endif /* PRELOAD_MAP_H */
