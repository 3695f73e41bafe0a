
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How long the store takes to answer who looks at it, with so many deliveries
 * in it: pages of lists, by what they are filtered, counts, statistics, and
 * steps of a task.
 *
 *     bench_pages [-n deliveries] [-e endpoints] [-r rounds] [-m megabytes]
 *                 [-f] DIRECTORY
 *
 * -f: the store is made, and nothing is asked.
 *
 * Of the deliveries 5 % are dead, 1 % wait, the rest is delivered; each has an
 * attempt, an endpoint and a company by chance.  Beside them each endpoint has
 * events that wait for their first send.  Prints of each question the time of
 * the processor, median and 99th percentile, and the time that went by,
 * in milliseconds; the goal is 20 ms for the 99th percentile, of the processor,
 * so that a busy machine can tell too.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/engines/webhook_engines.h"
#include "store/webhook_store.h"
#include "lib/pages_ask.h"


#define BATCH      512
#define GOAL       20.0                 /* ms */

#define NEWEST_ONE 1000                 /* that wait, of an endpoint, ... */
#define NEWEST     32000                /* ... and of all */


static uint64_t
bench_usec(clockid_t id)
{
    struct timespec  ts;

    clock_gettime(id, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


static void
bench_log(void *ctx, webhook_store_log_e level, const char *text)
{
    (void) ctx;

    if (level <= WEBHOOK_STORE_LOG_ERROR) {
        fprintf(stderr, "%s\n", text);
    }
}


static int
bench_open(bench_t *b)
{
    webhook_store_options_t  o;

    memset(&o, 0, sizeof(o));

    o.engine = webhook_engines_find("lmdb");
    o.path = b->path;
    o.size = b->size;
    o.keep = WEBHOOK_NEVER;
    o.log = bench_log;

    return webhook_store_open(&o, &b->st) == WEBHOOK_STORE_OK;
}


static void
bench_endpoints(bench_t *b)
{
    char           name[32];
    unsigned       i;
    webhook_op_t   op, *list;
    webhook_str_t  text;

    for (i = 0; i < b->endpoints; i++) {
        snprintf(name, sizeof(name), "endpoint-%u", i);

        text.data = (unsigned char *) name;
        text.len = strlen(name);

        b->eps[i] = webhook_id_name(&text);

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_ENDPOINT;
        op.u.endpoint.id = b->eps[i];
        op.u.endpoint.name = text;
        op.u.endpoint.inflight = 10;

        list = &op;
        webhook_store_apply(b->st, &list, 1);
    }
}


static int
bench_fill(bench_t *b)
{
    unsigned              i, n, chance;
    webhook_op_t         *ops, *list[BATCH];
    webhook_put_t         puts[BATCH];
    webhook_past_t        pasts[BATCH];
    webhook_attempt_t     attempts[BATCH];
    webhook_rendition_t   rendition;

    static unsigned char  body[256];

    ops = malloc(BATCH * sizeof(webhook_op_t));
    if (ops == NULL) {
        return 0;
    }

    memset(body, 'x', sizeof(body));
    memset(&rendition, 0, sizeof(rendition));

    rendition.body.data = body;
    rendition.body.len = sizeof(body);

    for (i = 0; i < b->deliveries; i += n) {

        memset(ops, 0, BATCH * sizeof(webhook_op_t));
        memset(puts, 0, sizeof(puts));
        memset(pasts, 0, sizeof(pasts));
        memset(attempts, 0, sizeof(attempts));

        for (n = 0; n < BATCH && i + n < b->deliveries; n++) {
            chance = (unsigned) rand() % 100;

            ops[n].type = WEBHOOK_OP_PUT_EVENT;
            ops[n].u.put_event.wall = b->wall + i + n;
            ops[n].u.put_event.type.data = (unsigned char *) "order.add";
            ops[n].u.put_event.type.len = 9;
            ops[n].u.put_event.renditions = &rendition;
            ops[n].u.put_event.renditions_count = 1;
            ops[n].u.put_event.deliveries = &puts[n];
            ops[n].u.put_event.count = 1;

            bench_company(&ops[n].u.put_event.company, (unsigned) rand());

            (void) webhook_id_make(&b->ids, (b->wall + i + n) * 1000,
                                   &ops[n].u.put_event.id);

            puts[n].endpoint = b->eps[(unsigned) rand() % b->endpoints];
            puts[n].past = &pasts[n];

            pasts[n].state = chance < 5 ? WEBHOOK_DEAD
                             : chance < 6 ? WEBHOOK_PENDING
                                          : WEBHOOK_DELIVERED;
            pasts[n].sends = 1;
            pasts[n].status = chance < 6 ? 500 : 200;
            pasts[n].finished = b->wall + i + n;
            pasts[n].attempts = &attempts[n];
            pasts[n].attempts_count = 1;

            attempts[n].number = 1;
            attempts[n].wall = b->wall + i + n;
            attempts[n].status = pasts[n].status;

            list[n] = &ops[n];
        }

        webhook_store_apply(b->st, list, n);

        if (ops[0].result != WEBHOOK_STORE_OK
            || ops[n - 1].result != WEBHOOK_STORE_OK)
        {
            fprintf(stderr, "put: %s\n",
                    webhook_store_result_text(ops[n - 1].result));
            free(ops);
            return 0;
        }
    }

    free(ops);

    return 1;
}


/* Events that came now, and wait. */

static int
bench_wait(bench_t *b)
{
    unsigned             i, n;
    webhook_op_t         op, *list;
    webhook_put_t        put;
    webhook_rendition_t  rendition;

    memset(&rendition, 0, sizeof(rendition));

    rendition.body.data = (unsigned char *) "{}";
    rendition.body.len = 2;

    n = NEWEST / b->endpoints < NEWEST_ONE ? NEWEST / b->endpoints
                                           : NEWEST_ONE;

    for (i = 0; i < n * b->endpoints; i++) {
        memset(&op, 0, sizeof(op));
        memset(&put, 0, sizeof(put));

        op.type = WEBHOOK_OP_PUT_EVENT;
        op.u.put_event.wall = bench_usec(CLOCK_REALTIME) / 1000;
        op.u.put_event.type.data = (unsigned char *) "order.add";
        op.u.put_event.type.len = 9;
        op.u.put_event.renditions = &rendition;
        op.u.put_event.renditions_count = 1;
        op.u.put_event.deliveries = &put;
        op.u.put_event.count = 1;

        put.endpoint = b->eps[i % b->endpoints];

        (void) webhook_id_make(&b->ids, op.u.put_event.wall * 1000,
                               &op.u.put_event.id);

        list = &op;
        webhook_store_apply(b->st, &list, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return 0;
        }
    }

    return 1;
}


static int
bench_compare(const void *a, const void *b)
{
    uint64_t  x, y;

    x = *(const uint64_t *) a;
    y = *(const uint64_t *) b;

    return x < y ? -1 : x > y;
}


static void
bench_measure(bench_t *b, const char *name, bench_ask_pt ask)
{
    double         p99;
    uint64_t      *cpu, *wall;
    unsigned       i, found;
    webhook_op_t   op, *list;

    cpu = malloc(2 * b->rounds * sizeof(uint64_t));
    if (cpu == NULL) {
        return;
    }

    wall = cpu + b->rounds;

    found = 0;

    for (i = 0; i < b->rounds; i++) {
        memset(&op, 0, sizeof(op));

        ask(b, &op);

        list = &op;
        wall[i] = bench_usec(CLOCK_MONOTONIC);
        cpu[i] = bench_usec(CLOCK_THREAD_CPUTIME_ID);

        webhook_store_apply(b->st, &list, 1);

        cpu[i] = bench_usec(CLOCK_THREAD_CPUTIME_ID) - cpu[i];
        wall[i] = bench_usec(CLOCK_MONOTONIC) - wall[i];

        if (op.result != WEBHOOK_STORE_OK) {
            fprintf(stderr, "%s: %s\n", name,
                    webhook_store_result_text(op.result));
        }

        found += op.type == WEBHOOK_OP_LIST ? op.u.list.count
                 : op.type == WEBHOOK_OP_TASK_STEP ? op.u.task_step.count : 0;

        webhook_op_free(&op);
    }

    qsort(cpu, b->rounds, sizeof(uint64_t), bench_compare);
    qsort(wall, b->rounds, sizeof(uint64_t), bench_compare);

    p99 = (double) cpu[b->rounds * 99 / 100] / 1000;

    printf("%-34s p50 %7.3f ms, p99 %7.3f ms (%.3f and %.3f went by)", name,
           (double) cpu[b->rounds / 2] / 1000, p99,
           (double) wall[b->rounds / 2] / 1000,
           (double) wall[b->rounds * 99 / 100] / 1000);

    if (found) {
        printf(", %.0f each", (double) found / b->rounds);
    }

    printf("%s\n", p99 > GOAL ? "  above the goal" : "");

    b->over += p99 > GOAL;

    free(cpu);
}


static int
bench_task(bench_t *b)
{
    webhook_op_t  op, *list;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_TASK;
    op.u.task.kind = WEBHOOK_TASK_RETRY;
    op.u.task.filter.state = WEBHOOK_DEAD;
    op.u.task.wall = b->wall + b->deliveries;

    (void) webhook_id_make(&b->ids, op.u.task.wall * 1000, &op.u.task.id);

    list = &op;
    webhook_store_apply(b->st, &list, 1);

    return op.result == WEBHOOK_STORE_OK;
}


static int
bench_options(bench_t *b, int argc, char **argv)
{
    int  opt;

    memset(b, 0, sizeof(bench_t));

    b->deliveries = 1000000;
    b->endpoints = 50;
    b->rounds = 300;
    b->size = (uint64_t) 8192 << 20;

    while ((opt = getopt(argc, argv, "n:e:r:m:f")) != -1) {

        switch (opt) {

        case 'n':
            b->deliveries = (unsigned) atoi(optarg);
            break;

        case 'e':
            b->endpoints = (unsigned) atoi(optarg);
            break;

        case 'r':
            b->rounds = (unsigned) atoi(optarg);
            break;

        case 'm':
            b->size = (uint64_t) atoi(optarg) << 20;
            break;

        case 'f':
            b->fill = 1;
            break;

        default:
            return 0;
        }
    }

    if (optind + 1 != argc) {
        return 0;
    }

    b->path = argv[optind];

    return b->deliveries && b->rounds && b->endpoints
           && b->endpoints <= ENDPOINTS;
}


int
main(int argc, char **argv)
{
    size_t    i;
    bench_t   b;
    uint64_t  start;

    static const struct {
        const char    *name;
        bench_ask_pt   ask;
    } questions[] = {
        { "the newest page", bench_list },
        { "a page", ask_page },
        { "by endpoint", ask_endpoint },
        { "by endpoint, delivered", ask_delivered },
        { "by endpoint, dead", ask_dead },
        { "by endpoint, pending", ask_pending },
        { "by endpoint, cancelled (none)", ask_cancelled },
        { "dead of all endpoints", ask_all_dead },
        { "pending of all endpoints, the newest", ask_all_pending },
        { "by company", ask_company },
        { "by company, dead", ask_company_dead },
        { "by status", ask_status },
        { "count of an endpoint's dead", ask_count },
        { "statistics", ask_stats },
        { "statistics of an endpoint", ask_stats_one },
        { "minutes of a week", ask_rings }
    };

    if (!bench_options(&b, argc, argv)) {
        fprintf(stderr, "usage: bench_pages [-n deliveries] [-e endpoints] "
                "[-r rounds] [-m megabytes] [-f] DIRECTORY\n");
        return 2;
    }

    if ((mkdir(b.path, 0700) == -1 && errno != EEXIST) || !bench_open(&b)) {
        perror(b.path);
        return 1;
    }

    srand(1);

    b.wall = (uint64_t) time(NULL) * 1000 - b.deliveries;

    bench_endpoints(&b);

    start = bench_usec(CLOCK_MONOTONIC);

    if (!bench_fill(&b) || (!b.fill && !bench_wait(&b))) {
        return 1;
    }

    printf("%u deliveries, %u endpoints, put in %.0f s\n", b.deliveries,
           b.endpoints, (double) (bench_usec(CLOCK_MONOTONIC) - start) / 1e6);

    if (b.fill) {
        webhook_store_close(b.st);
        return 0;
    }

    for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        bench_measure(&b, questions[i].name, questions[i].ask);
    }

    if (bench_task(&b)) {
        bench_measure(&b, "a step of a task, with its commit", ask_step);
    }

    webhook_store_close(b.st);

    return b.over ? 1 : 0;
}
