
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an engine is: a table of functions that do what webhook_store.h
 * promises.  It is one constant of the engine's room, and store/engines lists
 * it; nothing in this room refers to an engine by name.  t/unit/store holds
 * each engine to the promises.
 *
 * "data" is what open() made of a store; webhook_store_t is the handle around
 * it.  Rules beside those of webhook_store.h:
 *
 *   - apply() makes each operation as it was before it ran, with memory NULL
 *     and webhook_op_reset(), before it runs, and again before it is run anew.
 *     Outputs are allocated in op->memory (webhook_store_memory.h).
 *   - What an operation meets in daily life (STALE, FULL ...) is its result
 *     and no failure of others; where a commit of several fails, each is tried
 *     alone.  Those that were refused for want of room, and are tried once more
 *     with what room could be made, may fail together.
 *   - Nothing is kept of options or operations when a call returns, but for
 *     log, clock, wall, synced and ctx of the options.
 *   - read() may run on another thread beside all others but close(); NULL
 *     where an engine cannot do that.  So may keep().
 *   - No signal, thread, fork or exit; nothing is written to the standard
 *     streams.
 */

#ifndef WEBHOOK_STORE_ENGINE_H
#define WEBHOOK_STORE_ENGINE_H

#include "store/webhook_store.h"


struct webhook_engine_s {
    const char  *name;          /* "lmdb": as it is configured */
    uint32_t     format;        /* of the stores that it writes */

    /* OK and *data, or the reason has been logged. */
    webhook_store_result_e  (*open)(const webhook_store_options_t *options,
                                    void **data);
    void                    (*close)(void *data);

    void                    (*apply)(void *data, webhook_op_t **ops,
                                     uint32_t count);
    int                     (*read)(void *data, webhook_op_t *op,
                                    uint64_t *change);

    /* NULL where an engine has no journal. */
    void                    (*keep)(void *data, webhook_op_t **ops,
                                    uint32_t count);

    /* NULL where an engine leases nothing ahead. */
    uint64_t                (*revoked)(void *data, uint64_t endpoint);
    void                    (*note)(void *data, webhook_op_t **ops,
                                    uint32_t count);

    void                    (*gather)(void *data, webhook_store_more_pt more,
                                      void *ctx);
    void                    (*news)(void *data, webhook_store_news_t *news);

    /* NULL where an engine has no copies as files. */
    webhook_store_result_e  (*backup)(void *data, int fd, const char *name);
    webhook_store_result_e  (*replace)(const webhook_store_options_t *options,
                                       const char *file, char was[80]);
};


/* What the engine made of a store: for an engine's own tools and tests. */
void *webhook_store_data(webhook_store_t *st);


#endif /* WEBHOOK_STORE_ENGINE_H */
