
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The engines that are built in.
 */

#include "store/engines/webhook_engines.h"
#include "store/lmdb/engine/webhook_lmdb.h"
#include "store/webhook_store_engine.h"

#include <string.h>


/* the default first */

static const webhook_engine_t *const  webhook_engines[] = {
    &webhook_lmdb,
};


const webhook_engine_t *
webhook_engines_find(const char *name)
{
    size_t  i;

    if (name == NULL) {
        return webhook_engines[0];
    }

    for (i = 0; i < sizeof(webhook_engines) / sizeof(webhook_engines[0]); i++)
    {
        if (strcmp(webhook_engines[i]->name, name) == 0) {
            return webhook_engines[i];
        }
    }

    return NULL;
}
