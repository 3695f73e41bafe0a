
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The two machines of a shipper, and what each waits for.
 */

#ifndef NGX_WEBHOOK_CLUSTER_INT_H
#define NGX_WEBHOOK_CLUSTER_INT_H

#include "http/cluster/ngx_http_webhook_cluster.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"
#include "http/runtime/threads/ngx_http_webhook_thread.h"


typedef struct ngx_webhook_cluster_s  ngx_webhook_cluster_t;


/* What the worker that ships tells the others, and they tell it, in the zone. */

typedef struct {
    webhook_cluster_session_t      session;
    uint64_t                       change;      /* of the registry, up to which
                                                   the store has it */
    uint64_t                       want;        /* that somebody waits for */
    uint64_t                       told;        /* changes where the cluster was
                                                   told of something */
    uint64_t                       ordered;     /* changes where it is to be
                                                   told of something at once */
    unsigned                       joined:1;    /* there is a session */
    unsigned                       away:1;      /* the cluster is */
} ngx_webhook_cluster_shm_t;


typedef struct {
    ngx_webhook_cluster_t         *cluster;
    ngx_uint_t                     beats;       /* 1: it renews the lease; 0: it
                                                   ships */
    webhook_cluster_t             *handle;
    const webhook_shipper_task_t  *todo;        /* what it asked for; while the
                                                   thread is busy it has this,
                                                   and the handle */
    ngx_webhook_thread_t           thread;
    ngx_event_t                    timer;       /* of a WAIT */
    ngx_uint_t                     left;        /* jobs of the store queue */
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
    ngx_event_t                    hear;        /* what others wait for */
    uint64_t                       ordered;     /* that was heard */
    ngx_log_t                     *log;
    void                         (*wake)(ngx_msec_t ms);
    u_char                         boot[64];
    size_t                         boot_len;
    unsigned                       doubled:1;
    unsigned                       leaves:1;    /* nobody else has the store */
    unsigned                       closing:1;
};


/* What is known of the cluster, as it is now; that somebody waits for a change;
   and how a handle is opened. */
void ngx_webhook_cluster_see(ngx_webhook_cluster_conf_t *conf,
    ngx_webhook_cluster_shm_t *shm);
void ngx_webhook_cluster_want(ngx_webhook_cluster_conf_t *conf,
    uint64_t change);
void ngx_webhook_cluster_options(ngx_webhook_cluster_conf_t *conf,
    webhook_cluster_options_t *o);
void ngx_webhook_cluster_log(void *ctx, webhook_store_log_e level,
    const char *text);

/* The cluster is to be told of something at once: that is known to the worker that
   ships ("urge"), or put where it is heard. */
void ngx_webhook_cluster_urge(void);
void ngx_webhook_cluster_ordered(ngx_webhook_cluster_conf_t *conf);

/* That of this worker; NULL: there is none, or it exits. */
ngx_webhook_cluster_conf_t *ngx_webhook_cluster_conf(void);

/* The same, told by the worker that ships. */
void ngx_webhook_cluster_publish(ngx_webhook_cluster_t *c);

/* ngx_http_webhook_link.h, in a worker. */
ngx_int_t ngx_webhook_link_init(ngx_cycle_t *cycle,
    ngx_webhook_cluster_conf_t *conf);
void ngx_webhook_link_exit(void);

/* On a thread: keeps the session for who leaves. */
void ngx_webhook_leave_keep(ngx_webhook_cluster_t *c,
    const webhook_cluster_session_t *session);

/* At the exit of who has the lock: 1 if nobody else has the store open, and the
   fence is shut.  Once it is closed the node leaves, by a handle with these
   options; both may block for some seconds at most. */
ngx_uint_t ngx_webhook_leave_last(ngx_webhook_cluster_t *c);
void ngx_webhook_leave(ngx_webhook_cluster_t *c,
    webhook_cluster_options_t *o);

/* Makes both machines go; has them do what they ask for next. */
ngx_int_t ngx_webhook_machine_init(ngx_webhook_machine_t *m,
    ngx_cycle_t *cycle);
void ngx_webhook_machine_go(ngx_webhook_machine_t *m);

/* Ends a WAIT. */
void ngx_webhook_machine_hurry(ngx_webhook_machine_t *m);

/* It does nothing any more; 1 if it has nothing under way. */
ngx_uint_t ngx_webhook_machine_stop(ngx_webhook_machine_t *m);


#endif /* NGX_WEBHOOK_CLUSTER_INT_H */
