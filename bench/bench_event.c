
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an event costs the store: events are put and delivered, and the bytes
 * that were written to files meanwhile are told.  bench/event runs it, and
 * counts instructions.
 *
 *     bench_event DIRECTORY EVENTS BATCH ENDPOINTS MODE [WAITING]
 *
 * MODE: now: each is leased as it is put; wait: each waits for so many before it
 * (500), and is leased by the outcome of one; order: the same, and each waits for
 * one of its order key; again: as now, but the first send of each fails.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/engines/webhook_engines.h"
#include "store/webhook_store.h"


#define BATCH      256
#define ENDPOINTS  64
#define KEYS       100                  /* that events are in order by */


typedef struct {
    webhook_id_t  id;
    uint64_t      endpoint;
    uint64_t      token;
    unsigned      first:1;              /* the first send */
} bench_lease_t;


typedef struct {
    webhook_store_t      *st;
    webhook_id_source_t   ids;
    uint64_t              eps[ENDPOINTS];
    unsigned              endpoints;
    unsigned              batch;
    unsigned              wait:1;
    unsigned              order:1;
    unsigned              again:1;
    uint64_t              waiting;      /* events that are ahead of others */
    uint64_t              put;
    bench_lease_t         leases[BATCH];
    unsigned              count;
} bench_t;


static void
bench_log(void *ctx, webhook_store_log_e level, const char *text)
{
    (void) ctx;

    if (level <= WEBHOOK_STORE_LOG_WARN) {
        fprintf(stderr, "%s\n", text);
    }
}


static int
bench_open(bench_t *b, const char *path)
{
    char                     name[32];
    unsigned                 i;
    webhook_op_t             op, *list;
    webhook_str_t            text;
    webhook_store_options_t  o;

    memset(&o, 0, sizeof(o));

    o.engine = webhook_engines_find("lmdb");
    o.path = path;
    o.size = (uint64_t) 1024 << 20;
    o.keep = WEBHOOK_NEVER;
    o.log = bench_log;

    if (webhook_store_open(&o, &b->st) != WEBHOOK_STORE_OK) {
        return 0;
    }

    for (i = 0; i < b->endpoints; i++) {
        snprintf(name, sizeof(name), "endpoint-%u", i);

        text.data = (unsigned char *) name;
        text.len = strlen(name);

        b->eps[i] = webhook_id_name(&text);

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_ENDPOINT;
        op.u.endpoint.id = b->eps[i];
        op.u.endpoint.name = text;
        op.u.endpoint.inflight = b->wait ? b->batch : BATCH;

        list = &op;
        webhook_store_apply(b->st, &list, 1);
    }

    return 1;
}


static uint64_t
bench_wall(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


/* Sets up an event, the i-th of a batch. */

static void
bench_put(bench_t *b, webhook_op_t *op, unsigned i, uint64_t wall)
{
    webhook_put_t           *put;
    webhook_op_put_event_t  *p;

    static webhook_put_t        puts[BATCH];
    static char                 keys[BATCH][16];
    static unsigned char        body[2048];
    static webhook_rendition_t  rendition;

    rendition.body.data = body;
    rendition.body.len = sizeof(body);

    put = &puts[i];

    memset(put, 0, sizeof(webhook_put_t));
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_PUT_EVENT;

    p = &op->u.put_event;

    (void) webhook_id_make(&b->ids, wall * 1000, &p->id);
    p->wall = wall;
    p->type.data = (unsigned char *) "order.add";
    p->type.len = 9;
    p->renditions = &rendition;
    p->renditions_count = 1;
    p->deliveries = put;
    p->count = 1;
    p->lease = 60000;

    put->endpoint = b->eps[b->put++ % b->endpoints];
    put->lease = 1;

    if (b->order) {
        put->order.data = (unsigned char *) keys[i];
        put->order.len = (size_t) snprintf(keys[i], sizeof(keys[i]), "%u",
                                           (unsigned) (b->put % KEYS));
    }
}


/* A batch: the outcomes of what is leased, and as many new events. */

static int
bench_step(bench_t *b)
{
    uint64_t                wall;
    unsigned                i, n, done;
    webhook_op_t           *op, *list[2 * BATCH];
    webhook_op_complete_t  *c;

    static webhook_op_t  ops[2 * BATCH];

    n = 0;
    wall = bench_wall();
    done = b->wait && b->put < b->waiting ? 0 : b->count;

    for (i = 0; i < done; i++) {
        op = &ops[n];
        list[n++] = op;

        memset(op, 0, sizeof(webhook_op_t));

        op->type = WEBHOOK_OP_COMPLETE;
        op->u.complete.event = b->leases[i].id;
        op->u.complete.endpoint = b->leases[i].endpoint;
        op->u.complete.lease_token = b->leases[i].token;
        op->u.complete.outcome = b->again && b->leases[i].first
                                 ? WEBHOOK_RETRY : WEBHOOK_DONE;
        op->u.complete.lease = 60000;
        op->u.complete.attempt.wall = wall;
        op->u.complete.attempt.status = 200;
    }

    for (i = 0; i < b->batch; i++) {
        list[n] = &ops[n];
        bench_put(b, &ops[n++], i, wall);
    }

    webhook_store_apply(b->st, list, n);

    b->count -= done;

    for (i = 0; i < n; i++) {
        op = list[i];

        if (op->result != WEBHOOK_STORE_OK) {
            fprintf(stderr, "%s\n", webhook_store_result_text(op->result));
            return 0;
        }

        if (op->type == WEBHOOK_OP_PUT_EVENT) {

            if (op->u.put_event.deliveries->lease_token) {
                b->leases[b->count].id = op->u.put_event.id;
                b->leases[b->count].endpoint
                                        = op->u.put_event.deliveries->endpoint;
                b->leases[b->count].first = 1;
                b->leases[b->count++].token
                                     = op->u.put_event.deliveries->lease_token;
            }

            continue;
        }

        c = &op->u.complete;

        if (c->next) {
            b->leases[b->count].id = c->next->event.id;
            b->leases[b->count].endpoint = c->next->endpoint;
            b->leases[b->count].first = c->next->attempt == 1;
            b->leases[b->count++].token = c->next->lease_token;
        }

        webhook_op_free(op);
    }

    return 1;
}


/* The bytes that this process wrote. */

static uint64_t
bench_written(void)
{
    FILE                *in;
    char                 line[128];
    unsigned long long   n;

    n = 0;
    in = fopen("/proc/self/io", "r");

    if (in) {
        while (fgets(line, sizeof(line), in)) {
            if (sscanf(line, "wchar: %llu", &n) == 1) {
                break;
            }
        }

        fclose(in);
    }

    return n;
}


int
main(int argc, char **argv)
{
    bench_t   b;
    uint64_t  events, start, written;

    if (argc != 6 && argc != 7) {
        fprintf(stderr, "usage: bench_event DIRECTORY EVENTS BATCH ENDPOINTS "
                "now|wait|order|again [WAITING]\n");
        return 2;
    }

    memset(&b, 0, sizeof(b));

    events = (uint64_t) atoi(argv[2]);
    b.batch = (unsigned) atoi(argv[3]);
    b.endpoints = (unsigned) atoi(argv[4]);
    b.order = strcmp(argv[5], "order") == 0;
    b.wait = b.order || strcmp(argv[5], "wait") == 0;
    b.again = strcmp(argv[5], "again") == 0;
    b.waiting = argc == 7 ? (uint64_t) atoi(argv[6]) : 500;

    if (b.batch == 0 || b.batch > BATCH / 2 || b.endpoints == 0
        || b.endpoints > ENDPOINTS || !bench_open(&b, argv[1]))
    {
        return 1;
    }

    start = 0;
    written = 0;

    while (b.put < events) {

        if (start == 0 && b.put >= events / 2) {
            start = b.put;
            written = bench_written();
        }

        if (!bench_step(&b)) {
            return 1;
        }
    }

    printf("%.2f pages\n", (double) (bench_written() - written) / 4096
                           / (double) (b.put - start));

    webhook_store_close(b.st);

    return 0;
}
