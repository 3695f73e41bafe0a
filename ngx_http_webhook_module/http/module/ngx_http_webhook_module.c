
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The front door: directives, contexts, and what runs when.
 */

#include "http/model/ngx_http_webhook.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"
#include "http/runtime/threads/ngx_http_webhook_thread.h"
#include "http/outbound/capture/ngx_http_webhook_capture.h"
#include "http/net/client/ngx_http_webhook_client.h"
#include "http/conf/read/ngx_http_webhook_conf_map_block.h"
#include "http/conf/read/ngx_http_webhook_conf_object.h"
#include "http/conf/admin/ngx_http_webhook_conf_api.h"
#include "http/admin/registry/ngx_http_webhook_registry.h"
#include "http/cluster/ngx_http_webhook_arrival.h"
#include "http/cluster/ngx_http_webhook_cluster.h"
#include "http/conf/cluster/ngx_http_webhook_conf_cluster.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_challenge.h"
#include "http/admin/routes/endpoints/ngx_http_webhook_test_limit.h"
#include "http/conf/admin/ngx_http_webhook_conf_registry.h"
#include "http/conf/main/ngx_http_webhook_conf.h"
#include "http/conf/check/ngx_http_webhook_conf_check.h"
#include "http/conf/main/ngx_http_webhook_conf_cpu.h"
#include "http/conf/main/ngx_http_webhook_conf_event.h"
#include "http/conf/main/ngx_http_webhook_conf_idempotency.h"
#include "http/conf/main/ngx_http_webhook_conf_observe.h"
#include "http/conf/main/ngx_http_webhook_conf_store.h"
#include "http/outbound/delivery/ngx_http_webhook_dispatcher.h"
#include "http/outbound/delivery/ngx_http_webhook_quota.h"
#include "http/admin/api/ngx_http_webhook_api_handler.h"
#include "http/outbound/delivery/ngx_http_webhook_watch.h"
#include "http/outbound/own/ngx_http_webhook_own.h"
#include "http/outbound/schedule/ngx_http_webhook_schedule.h"
#include "http/runtime/ngx_http_webhook_cpu.h"
#include "http/runtime/ngx_http_webhook_held.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/reads/ngx_http_webhook_reads.h"
#include "http/runtime/keep/ngx_http_webhook_keep.h"
#include "http/labels/ngx_http_webhook_labels.h"
#include "http/log/ngx_http_webhook_log.h"
#include "http/inbound/receive/ngx_http_webhook_receive_init.h"
#include "http/inbound/handover/ngx_http_webhook_confirm.h"
#include "http/inbound/intake/ngx_http_webhook_limit.h"
#include "http/module/ngx_http_webhook_variables.h"


#define NGX_WEBHOOK_ANY_CONF                                                  \
    (NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF)


static ngx_int_t ngx_webhook_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_webhook_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_webhook_init_module(ngx_cycle_t *cycle);
static ngx_int_t ngx_webhook_init_process(ngx_cycle_t *cycle);
static void ngx_webhook_restore(ngx_webhook_main_conf_t *wmcf);
static void ngx_webhook_exit_process(ngx_cycle_t *cycle);


static ngx_command_t  ngx_http_webhook_commands[] = {

    { ngx_string("webhook_store"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_webhook_store,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_cluster"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_webhook_cluster_node,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_cpu"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_webhook_cpu_threads,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_event_type"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_webhook_event_type,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_event_header"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_webhook_event_header,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_event"),
      NGX_WEBHOOK_ANY_CONF|NGX_CONF_1MORE,
      ngx_webhook_event,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_commit"),
      NGX_WEBHOOK_ANY_CONF|NGX_CONF_TAKE12,
      ngx_webhook_commit,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_payload_max"),
      NGX_WEBHOOK_ANY_CONF|NGX_CONF_TAKE1,
      ngx_webhook_payload_max,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_webhook_loc_conf_t, payload_max),
      NULL },

    { ngx_string("webhook_idempotency"),
      NGX_WEBHOOK_ANY_CONF|NGX_CONF_TAKE12,
      ngx_webhook_idempotency,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_trace"),
      NGX_WEBHOOK_ANY_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_webhook_loc_conf_t, trace),
      NULL },

    { ngx_string("webhook_receive"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_webhook_receive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_metrics"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_webhook_metrics,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_log"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_webhook_conf_log,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_api"),
      NGX_HTTP_LOC_CONF|NGX_CONF_ANY,
      ngx_webhook_api,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_tokens"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_webhook_tokens,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_permission"),
      NGX_WEBHOOK_ANY_CONF|NGX_CONF_1MORE,
      ngx_webhook_permission,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_endpoint"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_webhook_endpoint,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_receiver"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_webhook_receiver,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_registry"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_NOARGS,
      ngx_webhook_registry,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_map"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_webhook_map,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webhook_address"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_webhook_address,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_webhook_module_ctx = {
    ngx_webhook_preconfiguration,          /* preconfiguration */
    ngx_webhook_postconfiguration,         /* postconfiguration */

    ngx_webhook_create_main_conf,          /* create main configuration */
    ngx_webhook_init_main_conf,            /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_webhook_create_loc_conf,           /* create location configuration */
    ngx_webhook_merge_loc_conf             /* merge location configuration */
};


ngx_module_t  ngx_http_webhook_module = {
    NGX_MODULE_V1,
    &ngx_http_webhook_module_ctx,          /* module context */
    ngx_http_webhook_commands,             /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_webhook_init_module,               /* init module */
    ngx_webhook_init_process,              /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_webhook_exit_process,              /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_webhook_preconfiguration(ngx_conf_t *cf)
{
    return ngx_webhook_variables(cf);
}


static ngx_int_t
ngx_webhook_postconfiguration(ngx_conf_t *cf)
{
    if (ngx_webhook_conf_check(cf) != NGX_OK
        || ngx_webhook_capture_init(cf) != NGX_OK
        || ngx_webhook_receive_init(cf) != NGX_OK
        || ngx_webhook_api_init(cf, ngx_http_conf_get_module_main_conf(cf,
                                        ngx_http_webhook_module))
           != NGX_OK
        || ngx_webhook_conf_check_calls(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* The configuration is read and taken. */

static ngx_int_t
ngx_webhook_init_module(ngx_cycle_t *cycle)
{
    ngx_webhook_main_conf_t  *wmcf;

    wmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_webhook_module);

    if (wmcf) {
        wmcf->header_filter = ngx_http_top_header_filter;
        wmcf->body_filter = ngx_http_top_body_filter;
        wmcf->request_filter = ngx_http_top_request_body_filter;
    }

    return NGX_OK;
}


/* The cache manager and loader come here too, and have no part in it. */

static ngx_int_t
ngx_webhook_init_process(ngx_cycle_t *cycle)
{
    ngx_webhook_main_conf_t  *wmcf;

    if (ngx_process != NGX_PROCESS_WORKER
        && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    wmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_webhook_module);

    if (wmcf == NULL) {
        return NGX_OK;
    }

    ngx_webhook_restore(wmcf);

    if (wmcf->counters) {
        ngx_webhook_metrics_attach(wmcf->counters);
    }

    ngx_webhook_labels_attach(wmcf->labels);

    ngx_webhook_limit_attach(wmcf);
    ngx_webhook_test_limit_attach(wmcf->tests);

    ngx_webhook_cpu_init(cycle, wmcf);
    ngx_webhook_held_init(cycle->log);

    if (wmcf->store == NULL) {

        /* a shadow needs no store, nor does what confirms */

        return wmcf->client ? ngx_webhook_client_init(cycle, wmcf)
                            : NGX_OK;
    }

    if (ngx_webhook_store_queue_init(cycle, wmcf) != NGX_OK
        || ngx_webhook_reads_init(cycle, wmcf) != NGX_OK
        || ngx_webhook_keep_init(cycle, wmcf) != NGX_OK
        || ngx_webhook_client_init(cycle, wmcf) != NGX_OK
        || ngx_webhook_dispatcher_init(cycle, wmcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webhook_challenges_init(wmcf, cycle->log);

    if (ngx_webhook_registry_init(cycle, wmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_webhook_cluster_init(cycle, wmcf, ngx_webhook_schedule_wake)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webhook_log_init(cycle, wmcf);
    ngx_webhook_own_init(cycle, wmcf);
    ngx_webhook_watch_init(cycle, wmcf);

    return NGX_OK;
}


/*
 * Where this worker takes the place of one that died, another configuration
 * may have been read since, and refused before each module had put its filters
 * before those of the others: the chains then begin in their middle.
 */

static void
ngx_webhook_restore(ngx_webhook_main_conf_t *wmcf)
{
    ngx_http_top_header_filter = wmcf->header_filter;
    ngx_http_top_body_filter = wmcf->body_filter;
    ngx_http_top_request_body_filter = wmcf->request_filter;
}


static void
ngx_webhook_exit_process(ngx_cycle_t *cycle)
{
    ngx_webhook_main_conf_t  *wmcf;

    wmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_webhook_module);

    if (wmcf == NULL) {
        return;
    }

    ngx_webhook_threads_exit();
    ngx_webhook_cpu_exit(cycle);
    ngx_webhook_confirm_exit();

    if (wmcf->store == NULL && !wmcf->client) {
        return;
    }

    if (wmcf->store == NULL) {
        ngx_webhook_client_exit(cycle);
        return;
    }

    ngx_webhook_arrival_exit();
    ngx_webhook_cluster_exit();
    ngx_webhook_own_exit();
    ngx_webhook_watch_exit();
    ngx_webhook_challenges_exit();
    ngx_webhook_registry_exit(cycle);
    ngx_webhook_dispatcher_exit(cycle);
    ngx_webhook_held_exit();
    ngx_webhook_client_exit(cycle);
    ngx_webhook_reads_exit();
    ngx_webhook_keep_exit();
    ngx_webhook_cluster_last();
    ngx_webhook_store_queue_exit(cycle);
    ngx_webhook_cluster_free();
    ngx_webhook_quota_exit();
    ngx_webhook_log_exit();
}
