
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What bench_pages asks for: an operation each, with places by chance.
 */

#ifndef BENCH_PAGES_ASK_H
#define BENCH_PAGES_ASK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/webhook_store.h"


#define ENDPOINTS  10000


typedef struct {
    unsigned              deliveries;
    unsigned              endpoints;
    unsigned              rounds;
    uint64_t              size;
    unsigned              fill:1;       /* only */
    const char           *path;

    webhook_store_t      *st;
    webhook_id_source_t   ids;
    uint64_t              wall;         /* of the first event */
    uint64_t              eps[ENDPOINTS];
    unsigned              over;         /* questions above the goal */
} bench_t;


typedef void (*bench_ask_pt)(bench_t *b, webhook_op_t *op);


static void
bench_company(webhook_str_t *company, unsigned n)
{
    static char  names[64][16];

    n %= 64;

    if (names[n][0] == '\0') {
        snprintf(names[n], sizeof(names[n]), "company-%u", n);
    }

    company->data = (unsigned char *) names[n];
    company->len = strlen(names[n]);
}


static void
bench_list(bench_t *b, webhook_op_t *op)
{
    (void) b;

    op->type = WEBHOOK_OP_LIST;
    op->u.list.filter.state = -1;
    op->u.list.filter.max = 50;
}


/* A page from somewhere in the midst. */

static void
bench_somewhere(bench_t *b, webhook_op_t *op)
{
    webhook_filter_t  *f;

    f = &op->u.list.filter;

    f->until = b->wall + (uint64_t) rand() % b->deliveries + 1;
}


static void
ask_page(bench_t *b, webhook_op_t *op)
{
    bench_list(b, op);
    bench_somewhere(b, op);
}


static void
ask_dead(bench_t *b, webhook_op_t *op)
{
    ask_page(b, op);

    op->u.list.filter.endpoint = b->eps[(unsigned) rand() % b->endpoints];
    op->u.list.filter.state = WEBHOOK_DEAD;
}


static void
ask_pending(bench_t *b, webhook_op_t *op)
{
    ask_dead(b, op);

    op->u.list.filter.state = WEBHOOK_PENDING;
}


static void
ask_delivered(bench_t *b, webhook_op_t *op)
{
    ask_dead(b, op);

    op->u.list.filter.state = WEBHOOK_DELIVERED;
}


static void
ask_cancelled(bench_t *b, webhook_op_t *op)
{
    ask_dead(b, op);

    op->u.list.filter.state = WEBHOOK_CANCELLED;
}


static void
ask_endpoint(bench_t *b, webhook_op_t *op)
{
    ask_dead(b, op);

    op->u.list.filter.state = -1;
}


static void
ask_all_dead(bench_t *b, webhook_op_t *op)
{
    ask_page(b, op);

    op->u.list.filter.state = WEBHOOK_DEAD;
}


static void
ask_all_pending(bench_t *b, webhook_op_t *op)
{
    bench_list(b, op);

    op->u.list.filter.state = WEBHOOK_PENDING;
}


static void
ask_company(bench_t *b, webhook_op_t *op)
{
    ask_page(b, op);

    op->u.list.filter.company.which = WEBHOOK_COMPANY_ONE;
    bench_company(&op->u.list.filter.company.name, (unsigned) rand());
}


static void
ask_company_dead(bench_t *b, webhook_op_t *op)
{
    ask_company(b, op);

    op->u.list.filter.state = WEBHOOK_DEAD;
}


static void
ask_status(bench_t *b, webhook_op_t *op)
{
    ask_page(b, op);

    op->u.list.filter.least = 500;
    op->u.list.filter.most = 599;
}


static void
ask_count(bench_t *b, webhook_op_t *op)
{
    op->type = WEBHOOK_OP_COUNT;
    op->u.counted.kind = WEBHOOK_TASK_RETRY;
    op->u.counted.filter.endpoint = b->eps[(unsigned) rand() % b->endpoints];
    op->u.counted.filter.state = WEBHOOK_DEAD;
}


static void
ask_stats(bench_t *b, webhook_op_t *op)
{
    (void) b;

    op->type = WEBHOOK_OP_STATS;
}


static void
ask_stats_one(bench_t *b, webhook_op_t *op)
{
    op->type = WEBHOOK_OP_STATS;
    op->u.stats.endpoint = b->eps[(unsigned) rand() % b->endpoints];
}


static void
ask_rings(bench_t *b, webhook_op_t *op)
{
    op->type = WEBHOOK_OP_RINGS;
    op->u.rings.endpoints = b->eps;
    op->u.rings.endpoints_count = b->endpoints < WEBHOOK_RINGS_ENDPOINTS
                                  ? b->endpoints : WEBHOOK_RINGS_ENDPOINTS;
    op->u.rings.to = (uint64_t) time(NULL) / 60 + 1;
    op->u.rings.from = op->u.rings.to - 7 * 24 * 60;
    op->u.rings.step = 60;
}


static void
ask_step(bench_t *b, webhook_op_t *op)
{
    op->type = WEBHOOK_OP_TASK_STEP;
    op->u.task_step.wall = b->wall + b->deliveries;
}


#endif /* BENCH_PAGES_ASK_H */
