
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The engines that the tests of the store know.  WEBHOOK_TEST_ENGINE=NAME takes
 * another than the first; a program of one engine's own tests defines
 * STORE_ENGINE to be its name.
 */

#ifndef STORE_ENGINES_H
#define STORE_ENGINES_H

#include <stdint.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tap.h"
#include "store/engines/webhook_engines.h"


typedef struct {
    const char  *name;
    unsigned     gathers:1;     /* calls what webhook_store_gather() set */
} store_engine_t;


static const store_engine_t  store_engines[] = {
    { "lmdb", 1 },
};


__attribute__((unused))
static const store_engine_t *
store_engine(void)
{
    size_t       i;
    const char  *name;

#ifdef STORE_ENGINE
    name = STORE_ENGINE;
#else
    name = getenv("WEBHOOK_TEST_ENGINE");
#endif

    if (name == NULL) {
        return &store_engines[0];
    }

    for (i = 0; i < sizeof(store_engines) / sizeof(store_engines[0]); i++) {
        if (strcmp(store_engines[i].name, name) == 0) {
            return &store_engines[i];
        }
    }

    fprintf(stderr, "no engine \"%s\" is known\n", name);
    exit(1);
}


/* Where stores are made: in memory if there is room, since thousands of
   commits one by one wait for a disk, and for who else uses it, too long.
   WEBHOOK_TEST_STORE=DIR takes another place. */
__attribute__((unused))
static const char *
util_directory(void)
{
    const char      *tmp;
    struct statvfs   fs;

    tmp = getenv("WEBHOOK_TEST_STORE");

    if (tmp) {
        return tmp;
    }

    if (access("/dev/shm", W_OK) == 0 && statvfs("/dev/shm", &fs) == 0
        && (uint64_t) fs.f_bavail * fs.f_frsize > (uint64_t) 512 << 20)
    {
        return "/dev/shm";
    }

    tmp = getenv("TMPDIR");

    return tmp ? tmp : "/tmp";
}


#endif /* STORE_ENGINES_H */
