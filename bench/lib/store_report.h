
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What bench_store measures, and how it tells of it.
 */

#ifndef BENCH_STORE_REPORT_H
#define BENCH_STORE_REPORT_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "store/engines/webhook_engines.h"
#include "store/webhook_store.h"


#define BENCH_TIMES  200000             /* batch times kept, each process */


typedef struct {
    uint64_t  events;
    uint64_t  batches;
    uint64_t  refused;
    uint64_t  failed;
    uint64_t  cpu;                      /* microseconds */
    uint32_t  times[BENCH_TIMES];       /* microseconds */
} bench_result_t;


typedef struct {
    const char  *path;
    unsigned     processes;
    unsigned     batch;
    size_t       body;
    unsigned     seconds;
    unsigned     endpoints;
    uint64_t     size;
    uint64_t     keep;
    unsigned     gap;
    unsigned     waiting;
    uint64_t     journal;               /* bytes; 0: none */
    unsigned     appends;               /* to it, before a batch */
    unsigned     fill:1;
} bench_setup_t;


static uint64_t
bench_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


static uint64_t
bench_wall(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


static double
bench_syncs(const char *path)
{
    int       fd, i, n;
    char      name[4096], page[4096];
    uint64_t  start, end;

    snprintf(name, sizeof(name), "%s/sync-test", path);

    fd = open(name, O_RDWR|O_CREAT|O_TRUNC, 0600);
    if (fd == -1) {
        return 0;
    }

    memset(page, 1, sizeof(page));

    for (i = 0; i < 256; i++) {
        if (pwrite(fd, page, sizeof(page), i * 4096) == -1) {
            break;
        }
    }

    (void) fsync(fd);

    n = 1000;
    start = bench_now();

    for (i = 0; i < n; i++) {
        page[0] = (char) i;

        if (pwrite(fd, page, sizeof(page), i % 256 * 4096) == -1
            || fdatasync(fd) == -1)
        {
            break;
        }
    }

    end = bench_now();

    close(fd);
    unlink(name);

    return (double) i * 1e6 / (double) (end - start);
}


static void
bench_log(void *ctx, webhook_store_log_e level, const char *text)
{
    (void) ctx;

    fprintf(stderr, "[%d] %s\n", (int) level, text);
}


static webhook_store_t *
bench_open(const bench_setup_t *s)
{
    webhook_store_t          *st;
    webhook_store_options_t   o;

    memset(&o, 0, sizeof(o));

    o.engine = webhook_engines_find(NULL);
    o.path = s->path;
    o.size = s->size;
    o.keep = s->keep;
    o.journal = s->journal;
    o.log = bench_log;

    if (webhook_store_open(&o, &st) != WEBHOOK_STORE_OK) {
        exit(1);
    }

    return st;
}


static uint64_t
bench_endpoint(unsigned i, char *name, size_t size)
{
    webhook_str_t  text;

    text.len = snprintf(name, size, "endpoint-%u", i);
    text.data = (unsigned char *) name;

    return webhook_id_name(&text);
}


static int
bench_compare(const void *a, const void *b)
{
    uint32_t  x, y;

    x = *(const uint32_t *) a;
    y = *(const uint32_t *) b;

    return x < y ? -1 : x > y;
}


static void
bench_print(const bench_setup_t *s, bench_result_t **r, double elapsed)
{
    size_t            n, total;
    double            used;
    unsigned          i;
    uint32_t         *all;
    uint64_t          events, refused, failed, cpu, batches;
    webhook_op_t      op, *p;
    webhook_store_t  *st;

    events = 0;
    refused = 0;
    failed = 0;
    cpu = 0;
    total = 0;
    batches = 0;

    all = malloc((size_t) s->processes * BENCH_TIMES * sizeof(uint32_t));

    if (all == NULL) {
        return;
    }

    for (i = 0; i < s->processes; i++) {
        events += r[i]->events;
        refused += r[i]->refused;
        failed += r[i]->failed;
        cpu += r[i]->cpu;
        batches += r[i]->batches;

        n = r[i]->batches < BENCH_TIMES ? r[i]->batches : BENCH_TIMES;

        memcpy(all + total, r[i]->times, n * sizeof(uint32_t));
        total += n;
    }

    qsort(all, total, sizeof(uint32_t), bench_compare);

    printf("%u processes, batches of %u, bodies of %zu bytes: %.0f events a "
           "second (%llu refused, %llu failed), %.0f batches a second\n",
           s->processes, s->batch, s->body, (double) events / elapsed,
           (unsigned long long) refused, (unsigned long long) failed,
           (double) batches / elapsed);

    if (total) {
        printf("batch ms: p50 %.2f, p99 %.2f, max %.2f; processor "
               "microseconds an event: %.1f\n", all[total / 2] / 1e3,
               all[total - 1 - total / 100] / 1e3, all[total - 1] / 1e3,
               events ? (double) cpu / (double) events : 0.0);
    }

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_STATS;
    p = &op;

    st = bench_open(s);
    webhook_store_apply(st, &p, 1);

    used = (double) op.u.stats.used;

    printf("store: %.0f of %.0f MB in use, %llu events kept, %.0f bytes an "
           "event\n", used / 1048576, (double) op.u.stats.size / 1048576,
           (unsigned long long) op.u.stats.events,
           op.u.stats.events ? used / (double) op.u.stats.events : 0.0);

    webhook_op_free(&op);
    webhook_store_close(st);

    free(all);
}


#endif /* BENCH_STORE_REPORT_H */
