
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The engines that the tests of the store know.  WEBHOOK_TEST_ENGINE=NAME takes
 * another than the first; a program of one engine's own tests defines
 * STORE_ENGINE to be its name.
 */

#ifndef STORE_ENGINES_H
#define STORE_ENGINES_H

#include <stdlib.h>

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


#endif /* STORE_ENGINES_H */
