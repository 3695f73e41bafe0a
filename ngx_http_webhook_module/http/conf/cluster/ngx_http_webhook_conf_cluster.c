
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_cluster.
 */

#include "http/conf/cluster/ngx_http_webhook_conf_cluster.h"
#include "cluster/module/ngx_http_webhook_cluster_module.h"
#include "http/model/ngx_http_webhook.h"
#include "http/cluster/ngx_http_webhook_cluster.h"
#include "http/conf/main/ngx_http_webhook_conf_cpu.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/value/ngx_http_webhook_conf_secret.h"


#define NGX_WEBHOOK_CLUSTER_NODE_MAX   64
#define NGX_WEBHOOK_CLUSTER_LEASE      90000        /* ms */
#define NGX_WEBHOOK_CLUSTER_LEASE_MAX  3600000
#define NGX_WEBHOOK_CLUSTER_BEAT       5000
#define NGX_WEBHOOK_CLUSTER_BEATS      4            /* of a lease, at least */
#define NGX_WEBHOOK_CLUSTER_THREADS    2


static char *ngx_webhook_cluster_name(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_cluster_lease(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_cluster_beat(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data);
static char *ngx_webhook_cluster_password(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, void *data);
static const webhook_cluster_engine_t *ngx_webhook_cluster_engine(
    ngx_conf_t *cf);
static ngx_int_t ngx_webhook_cluster_place(ngx_conf_t *cf,
    ngx_webhook_cluster_conf_t *c);
static void ngx_webhook_cluster_place_log(void *ctx,
    webhook_store_log_e level, const char *text);


static const ngx_webhook_option_t  ngx_webhook_cluster_options[] = {
    { "node=",       ngx_webhook_cluster_name },
    { "lease=",      ngx_webhook_cluster_lease },
    { "heartbeat=",  ngx_webhook_cluster_beat },
    { "password=",   ngx_webhook_cluster_password },
    { NULL, NULL }
};


static ngx_str_t  ngx_webhook_cluster_pool = ngx_string("webhook_cluster");


char *
ngx_webhook_cluster_node(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_main_conf_t *wmcf = conf;

    ngx_str_t                   *value;
    ngx_webhook_build_t          build, *b;
    ngx_webhook_cluster_conf_t  *c;

    if (wmcf->cluster) {
        return "is duplicate";
    }

    b = ngx_webhook_conf_build(cf, &build);

    value = cf->args->elts;

    if (cf->args->nelts < 3) {
        return "needs the name of an engine and a place, as in "
               "\"webhook_cluster pgsql \\\"host=pg1,pg2 dbname=webhook\\\" "
               "node=till-7\"";
    }

    if (value[1].len != 5 || ngx_strncmp(value[1].data, "pgsql", 5) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no cluster \"%V\" is known: it can be \"pgsql\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    c = ngx_pcalloc(cf->pool, sizeof(ngx_webhook_cluster_conf_t));
    if (c == NULL) {
        return NGX_CONF_ERROR;
    }

    c->place = value[2];
    c->lease = NGX_WEBHOOK_CLUSTER_LEASE;
    c->beat = NGX_WEBHOOK_CLUSTER_BEAT;

    if (ngx_webhook_conf_params(b, 3, "node= lease= heartbeat= password=")
        != NGX_CONF_OK
        || ngx_webhook_conf_options(b, 3, ngx_webhook_cluster_options, c)
           != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (c->node.len == 0) {
        return "has no \"node=\"";
    }

    if (c->lease < c->beat * NGX_WEBHOOK_CLUSTER_BEATS) {
        return "has a \"lease=\" that is shorter than four heartbeats";
    }

    c->engine = ngx_webhook_cluster_engine(cf);
    if (c->engine == NULL || ngx_webhook_cluster_place(cf, c) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    wmcf->cluster = c;

    /* what is sent may be sent by others once the lease is over, and of that two
       heartbeats may have passed */

    wmcf->cluster_send = c->lease - 2 * c->beat;

    return NGX_CONF_OK;
}


ngx_int_t
ngx_webhook_conf_cluster(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
{
    if (wmcf->cluster == NULL) {
        return NGX_OK;
    }

    if (wmcf->store == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"webhook_cluster\" needs a \"webhook_store\"");
        return NGX_ERROR;
    }

    if (ngx_thread_pool_get(cf->cycle, &ngx_webhook_cluster_pool) == NULL
        && ngx_webhook_conf_pool(cf, &ngx_webhook_cluster_pool,
                                 NGX_WEBHOOK_CLUSTER_THREADS)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    wmcf->cluster->pool = ngx_thread_pool_add(cf, &ngx_webhook_cluster_pool);

    if (wmcf->cluster->pool == NULL) {
        return NGX_ERROR;
    }

    return ngx_webhook_cluster_zone(cf, wmcf);
}


/* The library of the engine, which is loaded as a module of its own. */

static const webhook_cluster_engine_t *
ngx_webhook_cluster_engine(ngx_conf_t *cf)
{
    ngx_uint_t                     i;
    ngx_webhook_cluster_module_t  *m;

#if (NGX_WEBHOOK_OWN_OPENSSL)

    /* two of them in one process take each other's functions */

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"webhook_cluster\" cannot be used with an nginx that "
                       "was built with \"--with-openssl=\": libpq needs the "
                       "OpenSSL of the system");
    return NULL;

#endif

    for (i = 0; cf->cycle->modules[i]; i++) {

        if (ngx_strcmp(cf->cycle->modules[i]->name, NGX_WEBHOOK_PGSQL_MODULE)
            != 0)
        {
            continue;
        }

        m = cf->cycle->modules[i]->ctx;

        if (m->abi != WEBHOOK_CLUSTER_ABI) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               NGX_WEBHOOK_PGSQL_MODULE ".so is of another "
                               "version than ngx_http_webhook_module.so");
            return NULL;
        }

        return m->engine;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"webhook_cluster\" needs \"load_module modules/"
                       NGX_WEBHOOK_PGSQL_MODULE ".so\"");
    return NULL;
}


/* Can the engine read where the cluster is?  It connects to nothing here. */

static ngx_int_t
ngx_webhook_cluster_place(ngx_conf_t *cf, ngx_webhook_cluster_conf_t *c)
{
    void                       *handle;
    webhook_cluster_options_t   co;

    ngx_memzero(&co, sizeof(webhook_cluster_options_t));

    co.engine = c->engine;
    co.place = (char *) c->place.data;
    co.log = ngx_webhook_cluster_place_log;
    co.ctx = cf;

    handle = c->engine->open(&co);
    if (handle == NULL) {
        return NGX_ERROR;
    }

    c->engine->close(handle);

    return NGX_OK;
}


static void
ngx_webhook_cluster_place_log(void *ctx, webhook_store_log_e level,
    const char *text)
{
    ngx_conf_log_error(NGX_LOG_EMERG, (ngx_conf_t *) ctx, 0,
                       "\"webhook_cluster\" %s", text);
}


static char *
ngx_webhook_cluster_name(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    u_char                       ch;
    ngx_uint_t                   i;
    ngx_webhook_cluster_conf_t  *c = data;

    for (i = 0; i < value->len; i++) {
        ch = value->data[i];

        if ((ch < 'a' || ch > 'z') && (ch < 'A' || ch > 'Z')
            && (ch < '0' || ch > '9') && ch != '-' && ch != '_' && ch != '.')
        {
            break;
        }
    }

    if (i == 0 || i != value->len || i > NGX_WEBHOOK_CLUSTER_NODE_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                               "invalid \"%V\", it must be up to 64 "
                               "letters, digits, \"-\", \"_\" and \".\"",
                               arg);
        return NGX_CONF_ERROR;
    }

    if (value->len == 3 && ngx_strncmp(value->data, "all", 3) == 0) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"%V\" is what the API calls all nodes: choose "
                              "another name", arg);
        return NGX_CONF_ERROR;
    }

    c->node = *value;

    return NGX_CONF_OK;
}


static char *
ngx_webhook_cluster_lease(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    uint64_t                     ms;
    ngx_webhook_cluster_conf_t  *c = data;

    if (ngx_webhook_conf_msec(value, NGX_WEBHOOK_CLUSTER_LEASE_MAX, &ms)
        != NGX_OK)
    {
        return ngx_webhook_conf_invalid(b, arg);
    }

    c->lease = (ngx_msec_t) ms;

    return NGX_CONF_OK;
}


static char *
ngx_webhook_cluster_beat(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    uint64_t                     ms;
    ngx_webhook_cluster_conf_t  *c = data;

    if (ngx_webhook_conf_msec(value, NGX_WEBHOOK_CLUSTER_LEASE_MAX, &ms)
        != NGX_OK)
    {
        return ngx_webhook_conf_invalid(b, arg);
    }

    c->beat = (ngx_msec_t) ms;

    return NGX_CONF_OK;
}


static char *
ngx_webhook_cluster_password(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, void *data)
{
    ngx_webhook_cluster_conf_t  *c = data;

    return ngx_webhook_conf_token(b, value, "the password of the cluster",
                                  &c->password);
}
