
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Of GET stats: which endpoints are in trouble, the worst first, so that whoever
 * looks at the whole need not read through thousands of them; and how long sends
 * take.
 */

#include "http/admin/routes/whole/ngx_http_webhook_whole_int.h"
#include "http/admin/routes/common/ngx_http_webhook_shown.h"
#include "http/runtime/ngx_http_webhook_clock.h"


#define NGX_WEBHOOK_TROUBLE_MAX   20            /* endpoints that are told */
#define NGX_WEBHOOK_TROUBLE_LATE  60000         /* ms that one may be behind */


/* From the least to the worst. */

typedef enum {
    NGX_WEBHOOK_TROUBLE_NONE = 0,
    NGX_WEBHOOK_TROUBLE_PAUSED,                 /* somebody meant it */
    NGX_WEBHOOK_TROUBLE_DEAD,
    NGX_WEBHOOK_TROUBLE_BEHIND,
    NGX_WEBHOOK_TROUBLE_OPEN,
    NGX_WEBHOOK_TROUBLE_HELD
} ngx_webhook_trouble_e;


typedef struct {
    ngx_webhook_trouble_e            what;
    uint64_t                         key;
    const webhook_endpoint_stats_t  *endpoint;
} ngx_webhook_trouble_t;


/* The worst ones, the worst first. */

typedef struct {
    ngx_uint_t                       n;
    ngx_webhook_trouble_t            list[NGX_WEBHOOK_TROUBLE_MAX + 1];
} ngx_webhook_troubles_t;


static void ngx_webhook_trouble_held(ngx_webhook_api_t *api,
    ngx_webhook_troubles_t *worst);
static ngx_uint_t ngx_webhook_trouble_is_held(ngx_webhook_object_t *object);
static ngx_webhook_trouble_e ngx_webhook_trouble(ngx_webhook_api_t *api,
    const webhook_endpoint_stats_t *ep);
static void ngx_webhook_trouble_add(ngx_webhook_troubles_t *worst,
    const ngx_webhook_trouble_t *one);
static ngx_uint_t ngx_webhook_trouble_worse(const ngx_webhook_trouble_t *a,
    const ngx_webhook_trouble_t *b);
static json_t *ngx_webhook_trouble_json(ngx_webhook_api_t *api,
    const ngx_webhook_trouble_t *one);


/* Of those that had no delivery yet. */
static const webhook_endpoint_stats_t  ngx_webhook_trouble_none;


json_t *
ngx_webhook_whole_trouble(ngx_webhook_api_t *api,
    const webhook_op_stats_t *stats)
{
    json_t                  *list;
    uint32_t                 i;
    ngx_uint_t               j;
    ngx_webhook_trouble_t    one;
    ngx_webhook_troubles_t   worst;

    worst.n = 0;

    for (i = 0; i < stats->count; i++) {

        one.endpoint = &stats->endpoints[i];
        one.key = one.endpoint->id;
        one.what = ngx_webhook_trouble(api, one.endpoint);

        if (one.what == NGX_WEBHOOK_TROUBLE_NONE
            || (worst.n == NGX_WEBHOOK_TROUBLE_MAX
                && !ngx_webhook_trouble_worse(&one, &worst.list[worst.n - 1]))
            || ngx_webhook_scope_endpoint_id(api, one.key).len == 0)
        {
            continue;
        }

        ngx_webhook_trouble_add(&worst, &one);
    }

    ngx_webhook_trouble_held(api, &worst);

    list = json_array();

    for (j = 0; list && j < worst.n; j++) {
        if (json_array_append_new(list,
                          ngx_webhook_trouble_json(api, &worst.list[j]))
            != 0)
        {
            json_decref(list);
            list = NULL;
        }
    }

    return list;
}


/* Those of which the store knows nothing yet. */

static void
ngx_webhook_trouble_held(ngx_webhook_api_t *api, ngx_webhook_troubles_t *worst)
{
    ngx_uint_t                  i, j;
    ngx_webhook_object_t      **object;
    ngx_webhook_trouble_t       one;
    ngx_webhook_registered_t   *set;

    set = ngx_webhook_scope(api)->set;

    if (set == NULL) {
        return;
    }

    object = set->endpoints.elts;

    one.what = NGX_WEBHOOK_TROUBLE_HELD;
    one.endpoint = &ngx_webhook_trouble_none;

    for (i = 0; i < set->endpoints.nelts; i++) {

        if (!ngx_webhook_trouble_is_held(object[i])
            || !ngx_webhook_access_sees(&api->who,
                                        ngx_webhook_str(&object[i]->company)))
        {
            continue;
        }

        one.key = object[i]->key;

        for (j = 0; j < worst->n; j++) {
            if (worst->list[j].key == one.key) {
                break;
            }
        }

        if (j < worst->n) {
            continue;
        }

        if (worst->n == NGX_WEBHOOK_TROUBLE_MAX
            && !ngx_webhook_trouble_worse(&one, &worst->list[worst->n - 1]))
        {
            /* all of them are held, and have had something to send */

            return;
        }

        ngx_webhook_trouble_add(worst, &one);
    }
}


static ngx_uint_t
ngx_webhook_trouble_is_held(ngx_webhook_object_t *object)
{
    return object && (object->reason || object->unconfirmed);
}


static void
ngx_webhook_trouble_add(ngx_webhook_troubles_t *worst,
    const ngx_webhook_trouble_t *one)
{
    ngx_uint_t  j;

    for (j = worst->n; j > 0; j--) {
        if (!ngx_webhook_trouble_worse(one, &worst->list[j - 1])) {
            break;
        }

        worst->list[j] = worst->list[j - 1];
    }

    worst->list[j] = *one;
    worst->n = ngx_min(worst->n + 1, NGX_WEBHOOK_TROUBLE_MAX);
}


static ngx_webhook_trouble_e
ngx_webhook_trouble(ngx_webhook_api_t *api,
    const webhook_endpoint_stats_t *ep)
{
    if (ngx_webhook_trouble_is_held(
            ngx_webhook_registered_endpoint(ngx_webhook_scope(api)->set,
                                            ep->id)))
    {
        return NGX_WEBHOOK_TROUBLE_HELD;
    }

    if (ep->open) {
        return NGX_WEBHOOK_TROUBLE_OPEN;
    }

    if (ep->paused) {
        return NGX_WEBHOOK_TROUBLE_PAUSED;
    }

    if (ep->due > NGX_WEBHOOK_TROUBLE_LATE) {
        return NGX_WEBHOOK_TROUBLE_BEHIND;
    }

    return ep->states[WEBHOOK_DEAD] ? NGX_WEBHOOK_TROUBLE_DEAD
                                    : NGX_WEBHOOK_TROUBLE_NONE;
}


static ngx_uint_t
ngx_webhook_trouble_worse(const ngx_webhook_trouble_t *a,
    const ngx_webhook_trouble_t *b)
{
    if (a->what != b->what) {
        return a->what > b->what;
    }

    if (a->endpoint->states[WEBHOOK_DEAD] != b->endpoint->states[WEBHOOK_DEAD])
    {
        return a->endpoint->states[WEBHOOK_DEAD]
               > b->endpoint->states[WEBHOOK_DEAD];
    }

    return a->endpoint->due > b->endpoint->due;
}


static json_t *
ngx_webhook_trouble_json(ngx_webhook_api_t *api,
    const ngx_webhook_trouble_t *one)
{
    uint64_t                         wall;
    ngx_str_t                        id;
    ngx_webhook_why_t                why;
    ngx_webhook_scope_thing_t        thing;
    const webhook_endpoint_stats_t  *ep;

    ep = one->endpoint;
    wall = ngx_webhook_clock_wall_real();

    id = ngx_webhook_scope_endpoint_id(api, one->key);

    if (!ngx_webhook_scope_endpoint(api, &id, &thing)) {
        thing.name = id;
    }

    ngx_webhook_shown_held(thing.object, &why);

    return json_pack("{s:o, s:o, s:b, s:s?, s:s?, s:s, s:I, s:I, s:I, s:o}",
                     "id", ngx_webhook_api_string(ngx_webhook_str(&id)),
                     "name",
                     ngx_webhook_api_string(ngx_webhook_str(&thing.name)),
                     "paused", ep->paused,
                     "held", why.text,
                     "held_code", why.code,
                     "breaker", ep->open ? "open" : "closed",
                     "pending", (json_int_t) ep->states[WEBHOOK_PENDING],
                     "sending", (json_int_t) ep->states[WEBHOOK_SENDING],
                     "dead", (json_int_t) ep->states[WEBHOOK_DEAD],
                     "oldest_due",
                     ep->due && ep->due < wall
                     ? ngx_webhook_api_time(wall - ep->due) : json_null());
}


json_t *
ngx_webhook_whole_latency(const ngx_webhook_label_times_t *times)
{
    json_t      *buckets;
    uint64_t     count;
    ngx_uint_t   i;

    buckets = json_array();
    count = 0;

    for (i = 0; i < times->n; i++) {
        count += times->counts[i];

        if (json_array_append_new(buckets,
                json_pack("{s:o, s:I}", "upto_usec",
                          i < times->n - 1
                          ? json_integer((json_int_t) times->bounds[i])
                          : json_null(),
                          "count", (json_int_t) times->counts[i]))
            != 0)
        {
            json_decref(buckets);
            return NULL;
        }
    }

    return json_pack("{s:I, s:I, s:o}", "count", (json_int_t) count,
                     "sum_usec", (json_int_t) times->sum,
                     "buckets", buckets);
}
