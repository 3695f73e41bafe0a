
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an engine of a cluster is: a table of functions that do what
 * webhook_cluster.h promises.  An engine is a library of its own; it is found by
 * the table, and neither side refers to a function of the other.
 *
 *   - run() sets op->result; outputs are allocated in op->memory.
 *   - Nothing is kept of options or operations when a call returns, but for log
 *     and ctx, and copies.
 *   - No signal, thread, fork or exit; nothing is written to the standard
 *     streams.
 */

#ifndef WEBHOOK_CLUSTER_ENGINE_H
#define WEBHOOK_CLUSTER_ENGINE_H

#include "cluster/webhook_cluster.h"


#define WEBHOOK_CLUSTER_ABI  1      /* of all that is in these headers */


struct webhook_cluster_engine_s {
    uint32_t      abi;
    const char   *name;             /* "pgsql": as it is configured */

    void         *(*open)(const webhook_cluster_options_t *options);
    void          (*close)(void *data);
    void          (*run)(void *data, webhook_cluster_session_t *session,
                         webhook_cluster_op_t *op);
    const char   *(*error)(void *data);
};


#endif /* WEBHOOK_CLUSTER_ENGINE_H */
