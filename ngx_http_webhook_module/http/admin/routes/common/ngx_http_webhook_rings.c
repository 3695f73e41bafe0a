
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_rings.h"
#include "http/runtime/ngx_http_webhook_clock.h"


#define NGX_WEBHOOK_RINGS_MINUTE  60000         /* ms */


typedef struct {
    ngx_str_t    name;
    uint32_t     minutes;
    uint32_t     step;                          /* minutes of a point */
} ngx_webhook_rings_range_t;

typedef struct {
    ngx_webhook_rings_range_t  *range;
    uint64_t                    from;
    uint64_t                    to;
    ngx_uint_t                  left_out;
    ngx_webhook_api_texts_t    *texts;
    json_t                   *(*made)(ngx_webhook_api_t *api, json_t *rings);
} ngx_webhook_rings_t;


static void ngx_webhook_rings_seen(ngx_webhook_api_t *api, webhook_op_t *op);
static json_t *ngx_webhook_rings_json(const ngx_webhook_rings_t *rings,
    const webhook_op_rings_t *op);
static ngx_int_t ngx_webhook_rings_read(ngx_webhook_api_t *api,
    webhook_op_t *op);
static json_t *ngx_webhook_rings_point(const webhook_ring_t *ring,
    uint64_t wall);
static json_t *ngx_webhook_rings_waiting(int64_t waiting);


static ngx_webhook_rings_range_t  ngx_webhook_rings_ranges[] = {
    { ngx_string("1h"), 60, 1 },
    { ngx_string("24h"), 24 * 60, 15 },
    { ngx_string("7d"), 7 * 24 * 60, 120 },
    { ngx_null_string, 0, 0 }
};


ngx_int_t
ngx_webhook_rings(ngx_webhook_api_t *api, const uint64_t *keys, ngx_uint_t n,
    json_t *(*made)(ngx_webhook_api_t *api, json_t *rings))
{
    uint64_t                    now;
    ngx_str_t                   name;
    webhook_op_t                op;
    ngx_webhook_rings_t        *rings;
    ngx_webhook_rings_range_t  *range;

    range = ngx_webhook_rings_ranges;

    if (ngx_webhook_api_query(api, "range", &name)) {

        for ( /* void */ ; range->minutes; range++) {
            if (webhook_str_eq(ngx_webhook_str(&range->name),
                               ngx_webhook_str(&name)))
            {
                break;
            }
        }

        if (range->minutes == 0) {
            return ngx_webhook_api_problem(api, NGX_HTTP_BAD_REQUEST,
                                           "\"range\" of the query: it has to "
                                           "be \"1h\", \"24h\" or \"7d\"");
        }
    }

    rings = ngx_pcalloc(api->pool, sizeof(ngx_webhook_rings_t));
    if (rings == NULL) {
        return NGX_ERROR;
    }

    rings->texts = ngx_webhook_api_page_texts(api);
    if (rings->texts == NULL) {
        return NGX_ERROR;
    }

    now = ngx_webhook_clock_wall_real() / NGX_WEBHOOK_RINGS_MINUTE;

    rings->range = range;
    rings->to = now - now % range->step + range->step;
    rings->from = rings->to - range->minutes;
    rings->left_out = n - ngx_min(n, WEBHOOK_RINGS_ENDPOINTS);
    rings->made = made;

    ngx_webhook_scope(api)->rings = rings;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_RINGS;
    op.u.rings.endpoints = keys;
    op.u.rings.endpoints_count = (uint32_t) (n - rings->left_out);
    op.u.rings.from = rings->from;
    op.u.rings.to = rings->to;
    op.u.rings.step = range->step;

    return ngx_webhook_api_store_see(api, &op, ngx_webhook_rings_seen,
                                     ngx_webhook_rings_read);
}


/* Any thread. */

static void
ngx_webhook_rings_seen(ngx_webhook_api_t *api, webhook_op_t *op)
{
    json_t               *json;
    ngx_webhook_rings_t  *rings;

    rings = ngx_webhook_scope(api)->rings;
    rings->texts->seen = 1;

    json = ngx_webhook_rings_json(rings, &op->u.rings);

    if (json && rings->made) {
        json = rings->made(api, json);
    }

    ngx_webhook_api_page_add(rings->texts, json);
}


static ngx_int_t
ngx_webhook_rings_read(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_rings_t  *rings;

    rings = ngx_webhook_scope(api)->rings;

    if (!rings->texts->seen) {
        ngx_webhook_rings_seen(api, op);
    }

    return rings->texts->failed
           ? NGX_ERROR : ngx_webhook_api_page_one(api, &rings->texts->items);
}


/* Points without any are left out by the store, and by us: a chart knows the
   step. */

static json_t *
ngx_webhook_rings_json(const ngx_webhook_rings_t *rings,
    const webhook_op_rings_t *op)
{
    json_t                *points;
    uint32_t               i;
    webhook_ring_t         totals;
    const webhook_ring_t  *ring;

    points = json_array();
    if (points == NULL) {
        return NULL;
    }

    ngx_memzero(&totals, sizeof(webhook_ring_t));

    for (i = 0; i < op->count; i++) {
        ring = &op->rings[i];

        totals.sends += ring->sends;
        totals.failed += ring->failed;
        totals.delivered += ring->delivered;
        totals.dead += ring->dead;
        totals.took += ring->took;
        totals.longest = ngx_max(totals.longest, ring->longest);

        if (json_array_append_new(points,
                                  ngx_webhook_rings_point(ring,
                                      ring->minute * NGX_WEBHOOK_RINGS_MINUTE))
            != 0)
        {
            json_decref(points);
            return NULL;
        }
    }

    return json_pack("{s:s, s:I, s:o, s:o, s:o, s:I, s:o, s:o}",
                     "range", (char *) rings->range->name.data,
                     "step_minutes", (json_int_t) rings->range->step,
                     "from",
                     ngx_webhook_api_time(rings->from
                                          * NGX_WEBHOOK_RINGS_MINUTE),
                     "until",
                     ngx_webhook_api_time(rings->to
                                          * NGX_WEBHOOK_RINGS_MINUTE),
                     "waiting",
                     ngx_webhook_rings_waiting(op->waiting),
                     "left_out", (json_int_t) rings->left_out,
                     "totals", ngx_webhook_rings_point(&totals, 0),
                     "points", points);
}


/* wall: its time; 0: it is a sum. */

static json_t *
ngx_webhook_rings_point(const webhook_ring_t *ring, uint64_t wall)
{
    json_t  *json;

    json = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}",
                     "sends", (json_int_t) ring->sends,
                     "failed", (json_int_t) ring->failed,
                     "delivered", (json_int_t) ring->delivered,
                     "dead", (json_int_t) ring->dead,
                     "took_usec", (json_int_t) ring->took,
                     "longest_usec", (json_int_t) ring->longest);

    if (json && wall
        && (json_object_set_new(json, "time", ngx_webhook_api_time(wall)) != 0
            || json_object_set_new(json, "waiting",
                                   ngx_webhook_rings_waiting(ring->waiting))
               != 0))
    {
        json_decref(json);
        return NULL;
    }

    return json;
}


static json_t *
ngx_webhook_rings_waiting(int64_t waiting)
{
    return waiting < 0 ? json_null() : json_integer((json_int_t) waiting);
}
