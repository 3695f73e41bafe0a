
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How fast the store is by itself: processes that put events, leased at once,
 * and complete them, in batches, as workers do under load.
 *
 *     bench_store [-p processes] [-b batch] [-s body] [-t seconds]
 *                 [-e endpoints] [-m megabytes] [-k keep-ms] [-g gap-us]
 *                 [-w waiting] DIRECTORY
 *
 * A batch is so many operations: half of them put an event, half complete
 * one and claim the next.  "waiting" deliveries of an endpoint that nobody
 * serves are put first.  Prints events put and completed a second, the time a
 * batch took, the processor time of an event, and, for scale, how often the
 * disk syncs 4 kB a second.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/engines/webhook_engines.h"
#include "store/webhook_store.h"


#define BENCH_TIMES  200000             /* batch times kept, each process */
#define BENCH_BATCH  4096


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
} bench_setup_t;


static uint64_t bench_now(void);
static uint64_t bench_wall(void);
static double bench_syncs(const char *path);
static void bench_log(void *ctx, webhook_store_log_e level, const char *text);
static webhook_store_t *bench_open(const bench_setup_t *s);
static void bench_fill(const bench_setup_t *s);
static void bench_work(const bench_setup_t *s, bench_result_t *r);
static uint64_t bench_endpoint(unsigned i, char *name, size_t size);
static int bench_compare(const void *a, const void *b);
static void bench_print(const bench_setup_t *s, bench_result_t **r,
    double elapsed);


int
main(int argc, char **argv)
{
    int              opt;
    pid_t            pid[64];
    double           elapsed;
    uint64_t         start;
    unsigned         i;
    bench_setup_t    s;
    bench_result_t  *r[64];

    memset(&s, 0, sizeof(s));

    s.processes = 2;
    s.batch = 64;
    s.body = 2048;
    s.seconds = 5;
    s.endpoints = 4;
    s.size = (uint64_t) 2048 << 20;
    s.keep = 3600000;

    while ((opt = getopt(argc, argv, "p:b:s:t:e:m:k:g:w:")) != -1) {

        switch (opt) {

        case 'p':
            s.processes = atoi(optarg);
            break;

        case 'b':
            s.batch = atoi(optarg);
            break;

        case 's':
            s.body = atol(optarg);
            break;

        case 't':
            s.seconds = atoi(optarg);
            break;

        case 'e':
            s.endpoints = atoi(optarg);
            break;

        case 'm':
            s.size = strtoull(optarg, NULL, 10) << 20;
            break;

        case 'k':
            s.keep = strtoull(optarg, NULL, 10);
            break;

        case 'g':
            s.gap = atoi(optarg);
            break;

        case 'w':
            s.waiting = atoi(optarg);
            break;

        default:
            return 2;
        }
    }

    if (optind != argc - 1 || s.processes == 0 || s.processes > 64
        || s.batch < 2 || s.batch > BENCH_BATCH || s.endpoints == 0)
    {
        fprintf(stderr, "usage: bench_store [options] DIRECTORY\n");
        return 2;
    }

    s.path = argv[optind];

    if (mkdir(s.path, 0700) == -1 && errno != EEXIST) {
        perror(s.path);
        return 1;
    }

    printf("disk: %.0f syncs of 4 kB a second\n", bench_syncs(s.path));

    bench_fill(&s);

    fflush(stdout);

    start = bench_now();

    for (i = 0; i < s.processes; i++) {

        r[i] = mmap(NULL, sizeof(bench_result_t), PROT_READ|PROT_WRITE,
                    MAP_SHARED|MAP_ANONYMOUS, -1, 0);
        if (r[i] == MAP_FAILED) {
            perror("mmap");
            return 1;
        }

        pid[i] = fork();

        if (pid[i] == 0) {
            bench_work(&s, r[i]);
            _exit(0);
        }
    }

    for (i = 0; i < s.processes; i++) {
        waitpid(pid[i], NULL, 0);
    }

    elapsed = (double) (bench_now() - start) / 1e6;

    bench_print(&s, r, elapsed);

    return 0;
}


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


/* Makes the endpoints known, and a crowd that waits. */

static void
bench_fill(const bench_setup_t *s)
{
    char                  name[64];
    unsigned              i, j, n;
    unsigned char        *body;
    webhook_op_t         *ops, **p;
    webhook_put_t        *puts;
    webhook_store_t      *st;
    webhook_rendition_t   form;
    webhook_id_source_t   source;

    st = bench_open(s);

    ops = calloc(BENCH_BATCH, sizeof(webhook_op_t));
    p = calloc(BENCH_BATCH, sizeof(webhook_op_t *));
    puts = calloc(BENCH_BATCH, sizeof(webhook_put_t));
    body = calloc(1, s->body + 1);

    memset(&form, 0, sizeof(form));

    form.body.data = body;
    form.body.len = s->body;

    for (i = 0; i < s->endpoints; i++) {
        memset(&ops[0], 0, sizeof(webhook_op_t));

        ops[0].type = WEBHOOK_OP_ENDPOINT;
        ops[0].u.endpoint.id = bench_endpoint(i, name, sizeof(name));
        ops[0].u.endpoint.name.data = (unsigned char *) name;
        ops[0].u.endpoint.name.len = strlen(name);
        ops[0].u.endpoint.inflight = s->processes * s->batch;

        p[0] = &ops[0];

        webhook_store_apply(st, p, 1);
    }

    memset(&source, 0, sizeof(source));

    for (i = 0; i < s->waiting; i += n) {

        n = s->waiting - i < 1000 ? s->waiting - i : 1000;

        for (j = 0; j < n; j++) {
            memset(&ops[j], 0, sizeof(webhook_op_t));
            memset(&puts[j], 0, sizeof(webhook_put_t));

            p[j] = &ops[j];

            puts[j].endpoint = 1;

            webhook_id_make(&source, bench_wall(),
                            &ops[j].u.put_event.id);

            ops[j].type = WEBHOOK_OP_PUT_EVENT;
            ops[j].u.put_event.forms = &form;
            ops[j].u.put_event.forms_count = 1;
            ops[j].u.put_event.deliveries = &puts[j];
            ops[j].u.put_event.count = 1;
        }

        webhook_store_apply(st, p, n);
    }

    webhook_store_close(st);
}


static void
bench_work(const bench_setup_t *s, bench_result_t *r)
{
    char                      name[64];
    size_t                    n, puts_count, held, i;
    uint64_t                  end, start, took, wall, *endpoints, swept;
    webhook_op_t             *ops, **p, expire, *ex;
    webhook_put_t            *puts;
    struct rusage             usage;
    unsigned char            *body;
    webhook_store_t          *st;
    webhook_lease_t          *lease;
    webhook_id_source_t       source;
    webhook_rendition_t       form;
    webhook_op_put_event_t   *put;

    struct held_s {
        webhook_id_t  id;
        uint64_t      endpoint;
        uint64_t      token;
    } *leases, *next;

    st = bench_open(s);

    ops = calloc(BENCH_BATCH * 2, sizeof(webhook_op_t));
    p = calloc(BENCH_BATCH * 2, sizeof(webhook_op_t *));
    puts = calloc(BENCH_BATCH, sizeof(webhook_put_t));
    leases = calloc(BENCH_BATCH * 4, sizeof(struct held_s));
    next = calloc(BENCH_BATCH * 4, sizeof(struct held_s));
    endpoints = calloc(s->endpoints, sizeof(uint64_t));
    body = malloc(s->body + 1);

    for (i = 0; i < s->body; i++) {
        body[i] = (unsigned char) (i * 131 + getpid());
    }

    memset(&form, 0, sizeof(form));

    form.content_type.data = (unsigned char *) "application/json";
    form.content_type.len = 16;
    form.body.data = body;
    form.body.len = s->body;

    for (i = 0; i < s->endpoints; i++) {
        endpoints[i] = bench_endpoint(i, name, sizeof(name));
    }

    memset(&source, 0, sizeof(source));

    held = 0;
    swept = bench_now();
    end = bench_now() + (uint64_t) s->seconds * 1000000;

    while (bench_now() < end) {

        n = 0;
        wall = bench_wall();
        puts_count = s->batch / 2;

        for (i = 0; i < puts_count; i++) {
            memset(&ops[n], 0, sizeof(webhook_op_t));
            memset(&puts[i], 0, sizeof(webhook_put_t));

            puts[i].endpoint = endpoints[(r->events + i) % s->endpoints];
            puts[i].lease = 1;

            ops[n].type = WEBHOOK_OP_PUT_EVENT;

            put = &ops[n].u.put_event;

            webhook_id_make(&source, wall, &put->id);

            put->wall = wall;
            put->type.data = (unsigned char *) "order.add";
            put->type.len = 9;
            put->forms = &form;
            put->forms_count = 1;
            put->deliveries = &puts[i];
            put->count = 1;
            put->lease = 30000;

            p[n] = &ops[n];
            n++;
        }

        for (i = 0; i < held && n < BENCH_BATCH; i++) {
            memset(&ops[n], 0, sizeof(webhook_op_t));

            ops[n].type = WEBHOOK_OP_COMPLETE;
            ops[n].u.complete.event = leases[i].id;
            ops[n].u.complete.endpoint = leases[i].endpoint;
            ops[n].u.complete.token = leases[i].token;
            ops[n].u.complete.outcome = WEBHOOK_DONE;
            ops[n].u.complete.attempt.wall = wall;
            ops[n].u.complete.attempt.status = 200;
            ops[n].u.complete.attempt.connect = 100;
            ops[n].u.complete.attempt.first_byte = 500;
            ops[n].u.complete.attempt.total = 700;
            ops[n].u.complete.attempt.address.data =
                (unsigned char *) "127.0.0.1:8080";
            ops[n].u.complete.attempt.address.len = 14;
            ops[n].u.complete.attempt.answer.data = (unsigned char *) "ok";
            ops[n].u.complete.attempt.answer.len = 2;
            ops[n].u.complete.lease = 30000;

            p[n] = &ops[n];
            n++;
        }

        start = bench_now();

        webhook_store_apply(st, p, n);

        took = bench_now() - start;

        if (r->batches < BENCH_TIMES) {
            r->times[r->batches] = (uint32_t) took;
        }

        r->batches++;
        held = 0;

        for (i = 0; i < n; i++) {

            if (ops[i].type == WEBHOOK_OP_PUT_EVENT) {

                if (ops[i].result == WEBHOOK_STORE_FULL) {
                    r->refused++;

                } else if (ops[i].result != WEBHOOK_STORE_OK) {
                    r->failed++;
                }

                if (puts[i].token) {
                    next[held].id = ops[i].u.put_event.id;
                    next[held].endpoint = puts[i].endpoint;
                    next[held].token = puts[i].token;
                    held++;
                }

            } else {

                if (ops[i].result != WEBHOOK_STORE_OK) {
                    r->failed++;

                } else {
                    r->events++;
                }

                lease = ops[i].u.complete.next;

                if (lease) {
                    next[held].id = lease->event.id;
                    next[held].endpoint = lease->endpoint;
                    next[held].token = lease->token;
                    held++;
                }
            }

            webhook_op_free(&ops[i]);
        }

        memcpy(leases, next, held * sizeof(struct held_s));

        if (bench_now() - swept > 100000) {

            do {
                memset(&expire, 0, sizeof(expire));
                expire.type = WEBHOOK_OP_EXPIRE;
                expire.u.expire.max = 1000;
                ex = &expire;

                webhook_store_apply(st, &ex, 1);

            } while (expire.u.expire.more);

            swept = bench_now();
        }

        if (s->gap) {
            usleep(s->gap);
        }
    }

    getrusage(RUSAGE_SELF, &usage);

    r->cpu = (uint64_t) usage.ru_utime.tv_sec * 1000000
             + (uint64_t) usage.ru_utime.tv_usec
             + (uint64_t) usage.ru_stime.tv_sec * 1000000
             + (uint64_t) usage.ru_stime.tv_usec;

    webhook_store_close(st);

    free(ops);
    free(p);
    free(puts);
    free(leases);
    free(next);
    free(endpoints);
    free(body);
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
