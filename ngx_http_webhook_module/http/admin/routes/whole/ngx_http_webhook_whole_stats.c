
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * GET stats: how things stand, in all that the caller sees.
 */

#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_rings.h"
#include "http/admin/routes/whole/ngx_http_webhook_whole_int.h"
#include "http/labels/ngx_http_webhook_labels.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_cpu.h"


/* Sums over endpoints. */

typedef struct {
    uint64_t      states[WEBHOOK_STATES];
    uint64_t      attempts;
    uint64_t      delivered;
    uint64_t      dead;
    uint64_t      cancelled;
    uint64_t      due;                          /* ms, the longest */
    ngx_uint_t    endpoints;
    ngx_uint_t    paused;
    ngx_uint_t    open;
    uint64_t     *keys;                         /* of those of the company */
    ngx_uint_t    nkeys;
    json_t       *json;                         /* so far */

    unsigned                    ranged:1;       /* rings are asked for */
    unsigned                    timed:1;        /* times are known */
    ngx_webhook_label_times_t   times;
    ngx_webhook_api_texts_t    *texts;
} ngx_webhook_whole_stats_t;


static ngx_int_t ngx_webhook_whole_stats_go(ngx_webhook_api_t *api);
static void ngx_webhook_whole_stats_seen(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_whole_stats_read(ngx_webhook_api_t *api,
    webhook_op_t *op);
static void ngx_webhook_whole_stats_make(void *data, ngx_pool_t *pool,
    ngx_log_t *log);
static ngx_int_t ngx_webhook_whole_stats_made(ngx_webhook_api_t *api,
    void *data);
static json_t *ngx_webhook_whole_stats_rings(ngx_webhook_api_t *api,
    json_t *rings);
static ngx_int_t ngx_webhook_whole_stats_keys(ngx_webhook_api_t *api,
    ngx_webhook_whole_stats_t *sums);
static void ngx_webhook_whole_stats_add(ngx_webhook_whole_stats_t *sums,
    const webhook_endpoint_stats_t *ep);
static json_t *ngx_webhook_whole_stats_json(ngx_webhook_api_t *api,
    const ngx_webhook_whole_stats_t *sums, const webhook_op_stats_t *stats);
static json_t *ngx_webhook_whole_store(const webhook_op_stats_t *stats);
static void ngx_webhook_whole_stats_forget(void *data);


ngx_int_t
ngx_webhook_whole_stats(ngx_webhook_api_t *api)
{
    ngx_pool_cleanup_t         *cln;
    ngx_webhook_whole_stats_t  *sums;

    cln = ngx_pool_cleanup_add(api->pool, sizeof(ngx_webhook_whole_stats_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    sums = cln->data;

    ngx_memzero(sums, sizeof(ngx_webhook_whole_stats_t));
    cln->handler = ngx_webhook_whole_stats_forget;

    sums->texts = ngx_webhook_api_page_texts(api);
    if (sums->texts == NULL) {
        return NGX_ERROR;
    }

    api->data = sums;

    return ngx_webhook_scope_begin(api, ngx_webhook_whole_stats_go);
}


static void
ngx_webhook_whole_stats_forget(void *data)
{
    ngx_webhook_whole_stats_t *sums = data;

    json_decref(sums->json);
    sums->json = NULL;
}


static ngx_int_t
ngx_webhook_whole_stats_go(ngx_webhook_api_t *api)
{
    ngx_str_t                   range;
    webhook_op_t                op;
    ngx_webhook_whole_stats_t  *sums;

    sums = ngx_webhook_scope(api)->data;

    if (ngx_webhook_whole_stats_keys(api, sums) != NGX_OK) {
        return NGX_ERROR;
    }

    /* a company without endpoints has had no sends: no keys would ask for all */

    sums->ranged = ngx_webhook_api_query(api, "range", &range)
                   && (api->who.all || sums->nkeys);

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_STATS;
    op.u.stats.look = 1;

    return ngx_webhook_api_store_see(api, &op, ngx_webhook_whole_stats_seen,
                                     ngx_webhook_whole_stats_read);
}


/* Of a caller's company: its endpoints, and what the durable actions of its
   receivers are sent to. */

static ngx_int_t
ngx_webhook_whole_stats_keys(ngx_webhook_api_t *api,
    ngx_webhook_whole_stats_t *sums)
{
    ngx_uint_t                 i;
    ngx_webhook_object_t     **object;
    ngx_webhook_registered_t  *set;

    set = ngx_webhook_scope(api)->set;

    if (api->who.all || set == NULL) {
        return NGX_OK;
    }

    sums->keys = ngx_palloc(api->pool, (set->endpoints.nelts + set->apis.nelts)
                                       * sizeof(uint64_t));
    if (sums->keys == NULL) {
        return NGX_ERROR;
    }

    object = set->endpoints.elts;

    for (i = 0; i < set->endpoints.nelts; i++) {
        if (ngx_webhook_access_sees(&api->who,
                                    ngx_webhook_str(&object[i]->company)))
        {
            sums->keys[sums->nkeys++] = object[i]->key;
        }
    }

    object = set->apis.elts;

    for (i = 0; i < set->apis.nelts; i++) {
        if (ngx_webhook_access_sees(&api->who,
                                    ngx_webhook_str(&object[i]->company)))
        {
            sums->keys[sums->nkeys++] = object[i]->receiver->api->id;
        }
    }

    return NGX_OK;
}


/* Any thread. */

static void
ngx_webhook_whole_stats_seen(ngx_webhook_api_t *api, webhook_op_t *op)
{
    uint32_t                          i;
    ngx_webhook_whole_stats_t        *sums;
    const webhook_endpoint_stats_t   *ep;

    sums = ngx_webhook_scope(api)->data;
    sums->texts->seen = 1;

    for (i = 0; i < op->u.stats.count; i++) {
        ep = &op->u.stats.endpoints[i];

        if (ngx_webhook_scope_sees(api, ep->id, &ep->name)) {
            ngx_webhook_whole_stats_add(sums, ep);
        }
    }

    sums->json = ngx_webhook_whole_stats_json(api, sums, &op->u.stats);
}


static ngx_int_t
ngx_webhook_whole_stats_read(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_whole_stats_t  *sums;

    static const uint64_t  none[1];

    sums = ngx_webhook_scope(api)->data;

    if (!sums->texts->seen) {
        ngx_webhook_whole_stats_seen(api, op);
    }

    if (sums->json == NULL) {
        return NGX_ERROR;
    }

    /* behind what the store knows, which is told of no send before it was
       measured; and not on the thread, for the event loop waits for its lock */

    sums->timed = ngx_webhook_label_times(api->who.all ? NULL
                                          : sums->keys ? sums->keys : none,
                                          sums->nkeys, &sums->times);

    if (sums->ranged) {
        return ngx_webhook_rings(api, sums->keys, sums->nkeys,
                                 ngx_webhook_whole_stats_rings);
    }

    if (ngx_webhook_cpu_wanted(NGX_WEBHOOK_CPU_MIN + 1)
        && (api->who.all || !ngx_webhook_cpu_crowded(&api->who.company, 0)))
    {
        return ngx_webhook_api_work(api, 0, api, ngx_webhook_whole_stats_make,
                                    ngx_webhook_whole_stats_made);
    }

    ngx_webhook_whole_stats_make(api, api->pool,
                                 api->request->connection->log);

    return ngx_webhook_whole_stats_made(api, api);
}


/* On a thread, where there is one. */

static void
ngx_webhook_whole_stats_make(void *data, ngx_pool_t *pool, ngx_log_t *log)
{
    ngx_webhook_api_t *api = data;

    ngx_webhook_whole_stats_t  *sums;

    sums = ngx_webhook_scope(api)->data;

    ngx_webhook_api_page_add(sums->texts,
                             ngx_webhook_whole_stats_rings(api, json_null()));
}


static ngx_int_t
ngx_webhook_whole_stats_made(ngx_webhook_api_t *api, void *data)
{
    ngx_webhook_api_texts_t  *texts;

    texts = ((ngx_webhook_whole_stats_t *) ngx_webhook_scope(api)->data)->texts;

    return texts->failed ? NGX_ERROR
                         : ngx_webhook_api_page_one(api, &texts->items);
}


/* Any thread. */

static json_t *
ngx_webhook_whole_stats_rings(ngx_webhook_api_t *api, json_t *rings)
{
    json_t                     *json;
    ngx_webhook_whole_stats_t  *sums;

    sums = ngx_webhook_scope(api)->data;

    json = sums->json;
    sums->json = NULL;

    if (json_object_set_new(json, "rings", rings) != 0
        || json_object_set_new(json, "latency",
                               sums->timed
                               ? ngx_webhook_whole_latency(&sums->times)
                               : json_null())
           != 0)
    {
        json_decref(json);
        return NULL;
    }

    return json;
}


static void
ngx_webhook_whole_stats_add(ngx_webhook_whole_stats_t *sums,
    const webhook_endpoint_stats_t *ep)
{
    ngx_uint_t  i;

    for (i = 0; i < WEBHOOK_STATES; i++) {
        sums->states[i] += ep->states[i];
    }

    sums->attempts += ep->attempts;
    sums->delivered += ep->delivered;
    sums->dead += ep->dead;
    sums->cancelled += ep->cancelled;
    sums->due = ngx_max(sums->due, ep->due);
    sums->endpoints++;
    sums->paused += ep->paused;
    sums->open += ep->open;
}


static json_t *
ngx_webhook_whole_stats_json(ngx_webhook_api_t *api,
    const ngx_webhook_whole_stats_t *sums, const webhook_op_stats_t *stats)
{
    uint64_t  wall;
    json_t   *due;

    wall = ngx_webhook_clock_wall_real();

    due = sums->due && sums->due < wall
          ? ngx_webhook_api_time(wall - sums->due) : json_null();

    return json_pack("{s:{s:I, s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I, s:I},"
                     " s:{s:I, s:I, s:I}, s:o, s:b, s:o, s:o, s:n, s:n}",
                     "deliveries",
                     "pending", (json_int_t) sums->states[WEBHOOK_PENDING],
                     "sending", (json_int_t) sums->states[WEBHOOK_SENDING],
                     "delivered",
                     (json_int_t) sums->states[WEBHOOK_DELIVERED],
                     "dead", (json_int_t) sums->states[WEBHOOK_DEAD],
                     "cancelled",
                     (json_int_t) sums->states[WEBHOOK_CANCELLED],
                     "ever",
                     "sends", (json_int_t) sums->attempts,
                     "delivered", (json_int_t) sums->delivered,
                     "dead", (json_int_t) sums->dead,
                     "cancelled", (json_int_t) sums->cancelled,
                     "endpoints",
                     "count", (json_int_t) sums->endpoints,
                     "paused", (json_int_t) sums->paused,
                     "open", (json_int_t) sums->open,
                     "oldest_due", due,
                     "paused", stats->paused,
                     "store",
                     api->who.all ? ngx_webhook_whole_store(stats)
                                  : json_null(),
                     "trouble", ngx_webhook_whole_trouble(api, stats),
                     "latency", "rings");
}


static json_t *
ngx_webhook_whole_store(const webhook_op_stats_t *stats)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:I, s:I, s:I, "
                     "s:I}",
                     "size", (json_int_t) stats->size,
                     "used", (json_int_t) stats->used,
                     "events", (json_int_t) stats->events,
                     "calls", (json_int_t) stats->calls,
                     "full", stats->full,
                     "quarantine", (json_int_t) stats->quarantine,
                     "owners", (json_int_t) stats->owners,
                     "journals", (json_int_t) stats->journals,
                     "journal_bytes", (json_int_t) stats->journal_bytes,
                     "journal_used", (json_int_t) stats->journal_used,
                     "journals_left", (json_int_t) stats->journals_left);
}
