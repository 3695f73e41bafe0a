
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * GET deliveries: pages, and a search in what is shown of them and in what they
 * send; of this node's store, or by what the cluster knows of all nodes.
 */

#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/shared/ngx_http_webhook_shared.h"
#include "http/admin/routes/deliveries/ngx_http_webhook_deliveries_int.h"
#include "store/view/webhook_view.h"
#include "http/runtime/registered/ngx_http_webhook_registered_api.h"


#define NGX_WEBHOOK_DELIVERIES_TURNS     20     /* questions to the store a
                                                   page, at most */
#define NGX_WEBHOOK_DELIVERIES_TOGETHER  500    /* deliveries a question where
                                                   not all may be shown */


typedef struct {
    webhook_filter_t     filter;
    webhook_buf_t        items;         /* JSON texts, with commas */
    uint32_t             n;             /* of them */
    uint32_t             limit;
    ngx_uint_t           turns;
    webhook_str_find_t   q;             /* of no bytes: there is none */
    uint64_t             looked;        /* at so many */
    uint64_t             reached;       /* wall: of the last one of them */
    uint32_t             max;           /* deliveries of the question that is
                                           asked again; 0: it is a new one */
    ngx_str_t            past;          /* an endpoint that is not there now;
                                           empty: none is asked for */
    ngx_uint_t           shared;        /* the cluster is asked, of */
    webhook_str_t        node;          /*   this one; empty: of all */
    unsigned             seen:1;        /* what the store answered is in it */
    unsigned             failed:1;      /* there was no memory for it */
} ngx_webhook_deliveries_page_t;


/* What was found: "size" bytes each, which begin with a delivery. */

typedef struct {
    void                *first;
    size_t               size;
    uint32_t             count;
    ngx_uint_t           shared;
} ngx_webhook_deliveries_found_t;

#define ngx_webhook_deliveries_at(found, i)                                   \
    ((const webhook_delivery_t *) ((u_char *) (found)->first                  \
                                   + (i) * (found)->size))


static ngx_int_t ngx_webhook_deliveries_list_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_deliveries_past(ngx_webhook_api_t *api,
    ngx_webhook_deliveries_page_t *page);
static ngx_int_t ngx_webhook_deliveries_list_ask(ngx_webhook_api_t *api);
static void ngx_webhook_deliveries_seen(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_deliveries_listed(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_deliveries_list_shared(ngx_webhook_api_t *api,
    const webhook_filter_t *filter);
static void ngx_webhook_deliveries_shared_seen(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op);
static ngx_int_t ngx_webhook_deliveries_shared_listed(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op);
static void ngx_webhook_deliveries_take(ngx_webhook_api_t *api,
    const ngx_webhook_deliveries_found_t *found);
static ngx_int_t ngx_webhook_deliveries_go_on(ngx_webhook_api_t *api,
    const webhook_filter_t *filter);
static ngx_uint_t ngx_webhook_deliveries_shown(ngx_webhook_api_t *api,
    ngx_webhook_deliveries_page_t *page, const webhook_delivery_t *d);
static ngx_uint_t ngx_webhook_deliveries_holds(
    const webhook_str_find_t *q, const webhook_delivery_t *d);
static ngx_int_t ngx_webhook_deliveries_page(ngx_webhook_api_t *api);
static void ngx_webhook_deliveries_forget(void *data);


ngx_int_t
ngx_webhook_deliveries_list(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_deliveries_list_go);
}


static ngx_int_t
ngx_webhook_deliveries_list_go(ngx_webhook_api_t *api)
{
    ngx_int_t                       rc;
    ngx_str_t                       q;
    ngx_uint_t                      from;
    ngx_pool_cleanup_t             *cln;
    ngx_webhook_deliveries_page_t  *page;

    cln = ngx_pool_cleanup_add(api->pool,
                               sizeof(ngx_webhook_deliveries_page_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    page = cln->data;
    ngx_memzero(page, sizeof(ngx_webhook_deliveries_page_t));
    cln->handler = ngx_webhook_deliveries_forget;

    ngx_webhook_scope(api)->data = page;

    rc = ngx_webhook_asked_query(api, &page->filter, &page->past);

    if (rc == NGX_OK) {
        rc = ngx_webhook_shared_query(api, &page->shared, &page->node);
    }

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_query_limit(api, &page->limit);
    }

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_query_cursor(api, page->filter.cursor,
                                          WEBHOOK_CURSOR_LEN, &from);
    }

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    page->filter.from = from ? 1 : 0;

    if (ngx_webhook_api_query(api, "q", &q)
        && webhook_str_find_init(&page->q, ngx_webhook_str(&q)) != WEBHOOK_OK)
    {
        return ngx_webhook_api_problem(api, NGX_HTTP_BAD_REQUEST,
                                       "\"q\" of the query: it may have %d bytes",
                                       WEBHOOK_STR_FIND_MAX);
    }

    webhook_buf_init(&page->items, 0);

    return page->past.len ? ngx_webhook_deliveries_past(api, page)
                          : ngx_webhook_deliveries_list_ask(api);
}


/* Whether the endpoint was one of the caller's company, before it was
   deleted. */

static ngx_int_t
ngx_webhook_deliveries_past(ngx_webhook_api_t *api,
    ngx_webhook_deliveries_page_t *page)
{
    ngx_str_t         id;
    webhook_object_e  kind;

    id = page->past;

    kind = ngx_webhook_registered_api_named(ngx_webhook_str(&page->past),
                                          ngx_webhook_str(&id))
           ? WEBHOOK_OBJECT_RECEIVER : WEBHOOK_OBJECT_ENDPOINT;

    return ngx_webhook_scope_past(api, kind, &id, "endpoint",
                                  ngx_webhook_deliveries_list_ask);
}


/*
 * A cursor holds for a row, and the store tells that behind the last one that
 * it returned.  Where not all that it returns are shown, more are asked for than
 * are wanted; if these are too many, the same is asked again up to the last one
 * that is shown.
 */

static ngx_int_t
ngx_webhook_deliveries_list_ask(ngx_webhook_api_t *api)
{
    webhook_op_t                    op;
    ngx_webhook_deliveries_page_t  *page;

    page = ngx_webhook_scope(api)->data;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter = page->filter;

    if (page->q.len && (api->who.may & NGX_WEBHOOK_MAY_PAYLOAD)) {
        op.u.list.find = &page->q;
    }

    if (page->max) {
        op.u.list.filter.max = page->max;

    } else if (page->q.len || !api->who.all) {
        op.u.list.filter.max = NGX_WEBHOOK_DELIVERIES_TOGETHER;

    } else {
        op.u.list.filter.max = page->limit - page->n;
    }

    page->turns++;
    page->seen = 0;

    if (page->shared) {
        return ngx_webhook_deliveries_list_shared(api, &op.u.list.filter);
    }

    return ngx_webhook_api_store_see(api, &op, ngx_webhook_deliveries_seen,
                                     ngx_webhook_deliveries_listed);
}


/* Any thread: reads what is registered, and writes to the page alone. */

static void
ngx_webhook_deliveries_seen(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_deliveries_found_t  found;

    found.first = op->u.list.deliveries;
    found.size = sizeof(webhook_delivery_t);
    found.count = op->u.list.count;
    found.shared = 0;

    ngx_webhook_deliveries_take(api, &found);
}


static ngx_int_t
ngx_webhook_deliveries_list_shared(ngx_webhook_api_t *api,
    const webhook_filter_t *filter)
{
    webhook_cluster_op_t            op;
    ngx_webhook_deliveries_page_t  *page;

    page = ngx_webhook_scope(api)->data;

    ngx_memzero(&op, sizeof(webhook_cluster_op_t));

    op.type = WEBHOOK_CLUSTER_LIST;
    op.u.list.filter = *filter;
    op.u.list.node = page->node;

    if (!api->who.all) {
        ngx_webhook_access_whose(&api->who, &op.u.list.filter.company);
    }

    return ngx_webhook_shared_ask(api, &op, NGX_WEBHOOK_LINK_READ,
                                  ngx_webhook_deliveries_shared_seen,
                                  ngx_webhook_deliveries_shared_listed);
}


/* On a thread. */

static void
ngx_webhook_deliveries_shared_seen(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op)
{
    ngx_webhook_deliveries_found_t  found;

    found.first = op->u.list.deliveries;
    found.size = sizeof(webhook_cluster_delivery_t);
    found.count = op->u.list.count;
    found.shared = 1;

    ngx_webhook_deliveries_take(api, &found);
}


static ngx_int_t
ngx_webhook_deliveries_shared_listed(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op)
{
    return ngx_webhook_deliveries_go_on(api, &op->u.list.filter);
}


/* Any thread. */

static void
ngx_webhook_deliveries_take(ngx_webhook_api_t *api,
    const ngx_webhook_deliveries_found_t *found)
{
    uint32_t                        i, last, room;
    const webhook_str_t            *node;
    const webhook_delivery_t       *d;
    ngx_webhook_deliveries_page_t  *page;

    page = ngx_webhook_scope(api)->data;

    page->seen = 1;
    page->max = 0;

    room = page->limit - page->n;
    last = 0;

    for (i = 0; i < found->count; i++) {

        if (!ngx_webhook_deliveries_shown(api, page,
                                          ngx_webhook_deliveries_at(found, i)))
        {
            continue;
        }

        if (room == 0) {
            page->max = last;
            return;
        }

        room--;
        last = i + 1;
    }

    for (i = 0; i < found->count && !page->failed; i++) {

        d = ngx_webhook_deliveries_at(found, i);
        node = found->shared ? &((const webhook_cluster_delivery_t *) d)->node
                             : NULL;

        page->looked++;
        page->reached = d->wall;

        if (!ngx_webhook_deliveries_shown(api, page, d)) {
            continue;
        }

        if (ngx_webhook_api_page_item(&page->items,
                ngx_webhook_shared_node(api, webhook_view_delivery(d), node))
            != NGX_OK)
        {
            page->failed = 1;
        }

        page->n++;
    }
}


static ngx_int_t
ngx_webhook_deliveries_listed(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_deliveries_page_t  *page;

    page = ngx_webhook_scope(api)->data;

    if (!page->seen) {
        ngx_webhook_deliveries_seen(api, op);
    }

    return ngx_webhook_deliveries_go_on(api, &op->u.list.filter);
}


/* Behind what was found. */

static ngx_int_t
ngx_webhook_deliveries_go_on(ngx_webhook_api_t *api,
    const webhook_filter_t *filter)
{
    ngx_webhook_deliveries_page_t  *page;

    page = ngx_webhook_scope(api)->data;

    if (page->failed) {
        return NGX_ERROR;
    }

    if (page->max) {
        return ngx_webhook_deliveries_list_ask(api);
    }

    page->filter.more = filter->more;

    if (page->filter.more) {
        ngx_memcpy(page->filter.cursor, filter->cursor, WEBHOOK_CURSOR_LEN);
        page->filter.from = 1;

        if (page->n < page->limit
            && page->turns < NGX_WEBHOOK_DELIVERIES_TURNS)
        {
            return ngx_webhook_deliveries_list_ask(api);
        }
    }

    return ngx_webhook_deliveries_page(api);
}


static ngx_uint_t
ngx_webhook_deliveries_shown(ngx_webhook_api_t *api,
    ngx_webhook_deliveries_page_t *page, const webhook_delivery_t *d)
{
    return (d->gone
            || ngx_webhook_scope_sees(api, d->endpoint, &d->endpoint_name))
           && (page->q.len == 0 || ngx_webhook_deliveries_holds(&page->q, d));
}


/* The text stands in something that the list shows of it, or in what it sends,
   which the store has looked at for those who may see that. */

static ngx_uint_t
ngx_webhook_deliveries_holds(const webhook_str_find_t *q,
    const webhook_delivery_t *d)
{
    u_char  id[WEBHOOK_ID_TEXT_LEN];

    webhook_id_text(&d->event, id);

    return d->holds
           || webhook_str_find(q, id, WEBHOOK_ID_TEXT_LEN)
           || webhook_str_find(q, d->type.data, d->type.len)
           || webhook_str_find(q, d->endpoint_name.data, d->endpoint_name.len)
           || webhook_str_find(q, d->error.data, d->error.len);
}


static ngx_int_t
ngx_webhook_deliveries_page(ngx_webhook_api_t *api)
{
    json_t                         *searched;
    ngx_webhook_deliveries_page_t  *page;

    page = ngx_webhook_scope(api)->data;

    if (ngx_webhook_api_page_text(api, &page->items,
                                  page->filter.more ? page->filter.cursor
                                                    : NULL,
                                  WEBHOOK_CURSOR_LEN)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (page->q.len == 0) {
        return NGX_OK;
    }

    searched = json_pack("{s:I, s:o}", "deliveries",
                         (json_int_t) page->looked,
                         "until", ngx_webhook_api_time(page->reached));
    if (searched == NULL) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_page_member(api, "searched", searched);
}


static void
ngx_webhook_deliveries_forget(void *data)
{
    ngx_webhook_deliveries_page_t *page = data;

    ngx_webhook_api_page_wipe(&page->items);
}
