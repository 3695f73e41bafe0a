
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events on their way into the store: made in one piece of memory, freed, and
 * the ids that they have.
 */

#include "http/outbound/delivery/ngx_http_webhook_event.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


static void ngx_webhook_event_copy(webhook_str_t *to, ngx_str_t *from,
    u_char **p);
static void ngx_webhook_event_copy_body(webhook_str_t *to,
    ngx_webhook_rendition_t *rendition, u_char **p);
static void ngx_webhook_event_arrived(ngx_webhook_arrival_t *arrival);


static webhook_id_source_t  ngx_webhook_event_source;


ngx_webhook_event_t *
ngx_webhook_event_create(webhook_id_t *id, uint64_t wall, ngx_str_t *type,
    ngx_str_t *company, ngx_webhook_rendition_t *renditions,
    ngx_uint_t forms_count, ngx_webhook_delivery_t *deliveries,
    ngx_uint_t deliveries_count, ngx_log_t *log)
{
    size_t                   fixed, len;
    u_char                  *p;
    ngx_uint_t               i;
    webhook_put_t           *put;
    webhook_rendition_t     *rendition;
    webhook_op_put_event_t  *op;
    ngx_webhook_event_t     *event;

    fixed = sizeof(ngx_webhook_event_t)
            + forms_count * sizeof(webhook_rendition_t)
            + deliveries_count * sizeof(webhook_put_t);

    len = type->len + company->len;

    for (i = 0; i < forms_count; i++) {
        len += renditions[i].request.len + renditions[i].content_type.len
               + renditions[i].headers.len + renditions[i].body_len;
    }

    for (i = 0; i < deliveries_count; i++) {
        len += deliveries[i].order.len;
    }

    event = ngx_alloc(fixed + len, log);
    if (event == NULL) {
        return NULL;
    }

    ngx_memzero(event, fixed);

    event->size = fixed + len;
    event->shared.refs = 1;
    event->shared.size = event->size;
    event->shared.job.op.type = WEBHOOK_OP_PUT_EVENT;

    op = &event->shared.job.op.u.put_event;

    rendition = (webhook_rendition_t *) (event + 1);
    put = (webhook_put_t *) (rendition + forms_count);
    p = (u_char *) (put + deliveries_count);

    op->id = *id;
    op->wall = wall;
    op->renditions = rendition;
    op->renditions_count = (uint32_t) forms_count;
    op->deliveries = put;
    op->count = (uint32_t) deliveries_count;

    ngx_webhook_event_copy(&op->type, type, &p);
    ngx_webhook_event_copy(&op->company, company, &p);

    for (i = 0; i < forms_count; i++) {
        ngx_webhook_event_copy(&rendition[i].request, &renditions[i].request,
                               &p);
        ngx_webhook_event_copy(&rendition[i].content_type,
                               &renditions[i].content_type, &p);
        ngx_webhook_event_copy(&rendition[i].headers, &renditions[i].headers,
                               &p);
        ngx_webhook_event_copy_body(&rendition[i].body, &renditions[i], &p);
    }

    for (i = 0; i < deliveries_count; i++) {
        put[i].endpoint = deliveries[i].endpoint;
        put[i].rendition = (uint32_t) deliveries[i].rendition;
        put[i].steps = (uint32_t) deliveries[i].steps;
        put[i].quota = deliveries[i].quota != 0;
        put[i].ordered = deliveries[i].ordered != 0;
        event->ordered |= put[i].ordered;
        ngx_webhook_event_copy(&put[i].order, &deliveries[i].order, &p);
    }

    return event;
}


static void
ngx_webhook_event_copy(webhook_str_t *to, ngx_str_t *from, u_char **p)
{
    to->data = *p;
    to->len = from->len;

    if (from->len) {
        *p = ngx_cpymem(*p, from->data, from->len);
    }
}


static void
ngx_webhook_event_copy_body(webhook_str_t *to,
    ngx_webhook_rendition_t *rendition, u_char **p)
{
    size_t        n;
    u_char       *last;
    ngx_chain_t  *cl;

    to->data = *p;

    last = *p + rendition->body_len;

    for (cl = rendition->body; cl && *p < last; cl = cl->next) {
        n = ngx_min((size_t) (cl->buf->last - cl->buf->pos),
                    (size_t) (last - *p));

        *p = ngx_cpymem(*p, cl->buf->pos, n);
    }

    to->len = *p - to->data;
}


void
ngx_webhook_event_free(ngx_webhook_event_t *event)
{
    webhook_op_free(&event->shared.job.op);
    ngx_free(event);
}


ngx_uint_t
ngx_webhook_event_arrives(ngx_webhook_event_t *event,
    webhook_store_result_e result)
{
    if (!event->ordered || result != WEBHOOK_STORE_OK) {
        return 0;
    }

    event->arrival.put = &event->shared.job.op.u.put_event;
    event->arrival.handler = ngx_webhook_event_arrived;
    event->arrival.data = event;
    event->arrival.waits = event->handler && event->data;

    if (ngx_webhook_arrival(&event->arrival) == NGX_AGAIN) {
        event->stored = 1;
        event->shared.refs++;
        return 1;
    }

    if (event->arrival.waits) {
        ngx_webhook_count(NGX_WEBHOOK_EVENTS_LATE, 1);
    }

    return 0;
}


static void
ngx_webhook_event_arrived(ngx_webhook_arrival_t *arrival)
{
    ngx_webhook_event_t  *event;

    event = arrival->data;

    if (arrival->late && event->data) {
        ngx_webhook_count(NGX_WEBHOOK_EVENTS_LATE, 1);
    }

    event->handler(event, WEBHOOK_STORE_OK);

    ngx_webhook_job_release(&event->shared);
}


ngx_int_t
ngx_webhook_event_id(webhook_id_t *id)
{
    if (webhook_id_make(&ngx_webhook_event_source,
                        ngx_webhook_clock_wall_usec(), id)
        != WEBHOOK_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_event_chain(ngx_pool_t *pool, ngx_str_t *text, ngx_chain_t **chain)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    b = ngx_calloc_buf(pool);
    cl = ngx_alloc_chain_link(pool);

    if (b == NULL || cl == NULL) {
        return NGX_ERROR;
    }

    b->pos = text->data;
    b->last = text->data + text->len;
    b->memory = 1;

    cl->buf = b;
    cl->next = NULL;

    *chain = cl;

    return NGX_OK;
}
