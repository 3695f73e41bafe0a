
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The engine of a cluster on PostgreSQL.  Its place is a connection string of
 * libpq, whose host= may name several servers; what is kept there, sql/ tells.
 */

#ifndef WEBHOOK_PGSQL_H
#define WEBHOOK_PGSQL_H

#include "cluster/webhook_cluster_engine.h"


/* the one name that the library shows to who loads it without nginx */
extern const webhook_cluster_engine_t  webhook_cluster_pgsql
    __attribute__((visibility("default")));


#endif /* WEBHOOK_PGSQL_H */
