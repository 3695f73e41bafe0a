
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Connecting: one server after the other, each with its part of the time.
 */

#ifndef WEBHOOK_PG_CONNECT_H
#define WEBHOOK_PG_CONNECT_H

#include "cluster/pgsql/line/webhook_pg_line.h"


#define WEBHOOK_PG_READ   1
#define WEBHOOK_PG_WRITE  2

#define WEBHOOK_PG_HOSTS_MAX  16


typedef struct {
    char  *host;
    char  *addr;
    char  *port;
} webhook_pg_host_t;


struct webhook_pg_s {
    PGconn             *conn;
    char               *place;
    char               *password;
    uint32_t            timeout;            /* ms, to connect */
    void              (*log)(void *ctx, webhook_store_log_e level,
                             const char *text);
    void               *ctx;

    webhook_pg_host_t   hosts[WEBHOOK_PG_HOSTS_MAX];
    uint32_t            hosts_count;
    uint32_t            host;               /* that was found last */

    unsigned            warned:1;           /* by the server, in this call */
    char                error[WEBHOOK_PG_ERROR_MAX];
};


/* Has a connection by the deadline: OK, or UNAVAILABLE or SCHEMA. */
webhook_cluster_result_e webhook_pg_connect(webhook_pg_t *pg,
    uint64_t deadline);

void webhook_pg_drop(webhook_pg_t *pg);

/* ms of a clock that only goes on. */
uint64_t webhook_pg_clock(void);

/* Waits until the connection can be read or written; which, or 0: the deadline
   has come. */
int webhook_pg_wait(webhook_pg_t *pg, int what, uint64_t deadline);


#endif /* WEBHOOK_PG_CONNECT_H */
