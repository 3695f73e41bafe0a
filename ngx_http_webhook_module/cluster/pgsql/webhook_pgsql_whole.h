
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of deliveries and events, out of a result.
 */

#ifndef WEBHOOK_PGSQL_WHOLE_H
#define WEBHOOK_PGSQL_WHOLE_H

#include "cluster/pgsql/webhook_pgsql_int.h"


/* Columns of a delivery, in the order of list_1(), from the first on. */
enum {
    WEBHOOK_PGSQL_ENDPOINT = 0,
    WEBHOOK_PGSQL_PART,
    WEBHOOK_PGSQL_NODE,
    WEBHOOK_PGSQL_STATE,
    WEBHOOK_PGSQL_SENDS,
    WEBHOOK_PGSQL_STATUS,
    WEBHOOK_PGSQL_FINISHED,
    WEBHOOK_PGSQL_ORD,
    WEBHOOK_PGSQL_PLACE,
    WEBHOOK_PGSQL_WALL,
    WEBHOOK_PGSQL_BYTES,
    WEBHOOK_PGSQL_TYPE,
    WEBHOOK_PGSQL_COMPANY,
    WEBHOOK_PGSQL_FORMAT,
    WEBHOOK_PGSQL_RECORD,
    WEBHOOK_PGSQL_COLUMNS
};

/* One delivery, all but its event's id; its attempts.  WEBHOOK_OK, _NOMEM, or
   _ERROR: it is damaged, or newer. */
int webhook_pgsql_delivery(const PGresult *r, int row, int first,
    void **memory, uint64_t now, webhook_cluster_delivery_t *d);
int webhook_pgsql_attempts(const PGresult *r, int row, int column,
    void **memory, webhook_cluster_delivery_t *d);

/* The record of an event. */
int webhook_pgsql_event(const PGresult *r, int row, int format, int record,
    void **memory, webhook_cluster_event_t *e);


#endif /* WEBHOOK_PGSQL_WHOLE_H */
