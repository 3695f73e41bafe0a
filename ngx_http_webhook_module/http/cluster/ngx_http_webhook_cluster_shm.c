
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What all workers know of the cluster, in shared memory; and what each of its
 * handles is given.
 */

#include "http/cluster/ngx_http_webhook_cluster_int.h"
#include "http/shm/ngx_http_webhook_shm_table.h"


#define NGX_WEBHOOK_CLUSTER_ZONE  "webhook_cluster:"


static ngx_shmtx_t *ngx_webhook_cluster_mutex(
    ngx_webhook_cluster_conf_t *conf);


ngx_int_t
ngx_webhook_cluster_zone(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
{
    ngx_str_t  name, *store;

    store = &wmcf->store->name;

    name.len = sizeof(NGX_WEBHOOK_CLUSTER_ZONE) - 1 + store->len;
    name.data = ngx_pnalloc(cf->pool, name.len);

    if (name.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(name.data, NGX_WEBHOOK_CLUSTER_ZONE,
               sizeof(NGX_WEBHOOK_CLUSTER_ZONE) - 1);
    ngx_memcpy(name.data + sizeof(NGX_WEBHOOK_CLUSTER_ZONE) - 1, store->data,
               store->len);

    wmcf->cluster->zone = ngx_webhook_shm_table(cf, &name,
                                     sizeof(ngx_webhook_cluster_shm_t));

    return wmcf->cluster->zone ? NGX_OK : NGX_ERROR;
}


static ngx_shmtx_t *
ngx_webhook_cluster_mutex(ngx_webhook_cluster_conf_t *conf)
{
    return &((ngx_slab_pool_t *) conf->zone->shm.addr)->mutex;
}


void
ngx_webhook_cluster_see(ngx_webhook_cluster_conf_t *conf,
    ngx_webhook_cluster_shm_t *shm)
{
    ngx_shmtx_lock(ngx_webhook_cluster_mutex(conf));

    *shm = *(ngx_webhook_cluster_shm_t *) conf->zone->data;

    ngx_shmtx_unlock(ngx_webhook_cluster_mutex(conf));
}


void
ngx_webhook_cluster_want(ngx_webhook_cluster_conf_t *conf, uint64_t change)
{
    ngx_webhook_cluster_shm_t  *shm;

    shm = conf->zone->data;

    ngx_shmtx_lock(ngx_webhook_cluster_mutex(conf));

    shm->want = ngx_max(shm->want, change);

    ngx_shmtx_unlock(ngx_webhook_cluster_mutex(conf));
}


void
ngx_webhook_cluster_ordered(ngx_webhook_cluster_conf_t *conf)
{
    ngx_webhook_cluster_shm_t  *shm;

    shm = conf->zone->data;

    ngx_shmtx_lock(ngx_webhook_cluster_mutex(conf));

    shm->ordered++;

    ngx_shmtx_unlock(ngx_webhook_cluster_mutex(conf));
}


void
ngx_webhook_cluster_publish(ngx_webhook_cluster_t *c)
{
    uint64_t                    change;
    webhook_shipper_news_t      news;
    ngx_webhook_cluster_shm_t  *shm;

    webhook_shipper_news(c->shipper, &news);

    change = webhook_shipper_change(c->shipper);
    shm = c->conf->zone->data;

    if (shm->change == change && shm->joined == news.joined
        && shm->away == news.away && shm->told == news.told
        && ngx_memcmp(&shm->session, &c->session,
                      sizeof(webhook_cluster_session_t))
           == 0)
    {
        return;
    }

    ngx_shmtx_lock(ngx_webhook_cluster_mutex(c->conf));

    if (change < shm->change) {

        /* another epoch: numbers begin anew */

        shm->want = 0;
    }

    shm->session = c->session;
    shm->change = change;
    shm->joined = news.joined;
    shm->away = news.away;
    shm->told = news.told;

    ngx_shmtx_unlock(ngx_webhook_cluster_mutex(c->conf));
}


void
ngx_webhook_cluster_options(ngx_webhook_cluster_conf_t *conf,
    webhook_cluster_options_t *o)
{
    ngx_memzero(o, sizeof(webhook_cluster_options_t));

    o->engine = conf->engine;
    o->place = (char *) conf->place.data;
    o->password = conf->password.len ? (char *) conf->password.data : NULL;
    o->log = ngx_webhook_cluster_log;
}


/* On the event loop, and on threads. */

void
ngx_webhook_cluster_log(void *ctx, webhook_store_log_e level, const char *text)
{
    ngx_uint_t  severity;

    switch (level) {

    case WEBHOOK_STORE_LOG_EMERG:
        severity = NGX_LOG_EMERG;
        break;

    case WEBHOOK_STORE_LOG_ERROR:
        severity = NGX_LOG_ERR;
        break;

    case WEBHOOK_STORE_LOG_WARN:
        severity = NGX_LOG_WARN;
        break;

    default:
        severity = NGX_LOG_NOTICE;
    }

    ngx_log_error(severity, ngx_cycle->log, 0, "webhook cluster: %s", text);
}
