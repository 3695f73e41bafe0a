
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The two machines of a shipper, and what each waits for.
 */

#ifndef NGX_WEBHOOK_CLUSTER_INT_H
#define NGX_WEBHOOK_CLUSTER_INT_H

#include "http/cluster/ngx_http_webhook_cluster.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"


typedef struct ngx_webhook_cluster_s  ngx_webhook_cluster_t;


typedef struct {
    ngx_webhook_cluster_t         *cluster;
    ngx_uint_t                     beats;       /* 1: it renews the lease; 0: it
                                                   ships */
    webhook_cluster_t             *handle;
    const webhook_shipper_task_t  *todo;        /* what it asked for */
    ngx_thread_task_t             *task;
    ngx_event_t                    timer;       /* of a WAIT */
    ngx_uint_t                     left;        /* jobs of the store queue */
    unsigned                       away:1;      /* the thread has it */
} ngx_webhook_machine_t;


/* The place of one operation of a batch. */

typedef struct {
    ngx_webhook_job_t              job;
    webhook_op_t                  *op;          /* the machine's */
} ngx_webhook_cluster_job_t;


struct ngx_webhook_cluster_s {
    ngx_webhook_cluster_conf_t    *conf;        /* NULL: there is none */
    ngx_str_t                      path;        /* of the lock */
    ngx_fd_t                       fd;
    ngx_event_t                    look;        /* for the lock */
    webhook_shipper_t             *shipper;     /* NULL: another worker's */
    ngx_webhook_machine_t          machines[2];
    webhook_cluster_session_t      session;
    webhook_shipper_news_t         told;        /* of the last look */
    ngx_log_t                     *log;
    void                         (*wake)(ngx_msec_t ms);
    u_char                         boot[64];
    size_t                         boot_len;
    unsigned                       doubled:1;
    unsigned                       closing:1;
};


/* Makes both machines go; has them do what they ask for next. */
ngx_int_t ngx_webhook_machine_init(ngx_webhook_machine_t *m,
    ngx_cycle_t *cycle);
void ngx_webhook_machine_go(ngx_webhook_machine_t *m);

/* It does nothing any more; 1 if it has nothing under way. */
ngx_uint_t ngx_webhook_machine_stop(ngx_webhook_machine_t *m);


#endif /* NGX_WEBHOOK_CLUSTER_INT_H */
