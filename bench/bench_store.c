
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How fast the store is by itself: processes that put events, leased at once,
 * and complete them, in batches, as workers do under load.
 *
 *     bench_store [-p processes] [-b batch] [-s body] [-t seconds]
 *                 [-e endpoints] [-m megabytes] [-k keep-ms] [-g gap-us]
 *                 [-w waiting] [-f] [-j megabytes] [-a appends] DIRECTORY
 *
 * A batch is so many operations: half of them put an event, half complete
 * one and claim the next.  With -j each process has a journal of that size: its
 * events are appended to it, half a batch at a time, those of which sends may
 * begin then are completed, and a batch follows of so many appends (8), as where
 * nobody waits for it.  "waiting" deliveries of an endpoint that nobody
 * serves are put first; with -f they are of the endpoints "endpoint-0" and on,
 * and nothing else is done.  Prints events put and completed a second, the time a
 * batch took, the processor time of an event, and, for scale, how often the
 * disk syncs 4 kB a second.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/store_report.h"


#define BENCH_BATCH  4096


typedef struct {
    webhook_id_t  id;
    uint64_t      endpoint;
    uint64_t      token;
} bench_held_t;


/* What a process has in its hands. */

typedef struct {
    const bench_setup_t   *setup;
    webhook_store_t       *st;
    size_t                 n;           /* operations of the batch */
    webhook_op_t          *ops;
    webhook_op_t         **p;
    webhook_put_t         *puts;
    size_t                 held;        /* leases */
    bench_held_t          *leases;
    bench_held_t          *next;
    uint64_t              *endpoints;
    webhook_id_source_t    source;
    webhook_rendition_t    form;
} bench_work_t;


static int bench_options(bench_setup_t *s, int argc, char **argv);
static void bench_fill(const bench_setup_t *s);
static void bench_work(const bench_setup_t *s, bench_result_t *r);
static void bench_begin(bench_work_t *w, const bench_setup_t *s);
static void bench_put(bench_work_t *w, const bench_result_t *r,
    uint64_t wall);
static void bench_keep(bench_work_t *w, size_t from);
static void bench_complete(bench_work_t *w, uint64_t wall);
static void bench_take(bench_work_t *w, bench_result_t *r);
static void bench_sweep(webhook_store_t *st);


int
main(int argc, char **argv)
{
    pid_t            pid[64];
    double           elapsed;
    uint64_t         start;
    unsigned         i;
    bench_setup_t    s;
    bench_result_t  *r[64];

    if (bench_options(&s, argc, argv) != 0) {
        return 2;
    }

    if (mkdir(s.path, 0700) == -1 && errno != EEXIST) {
        perror(s.path);
        return 1;
    }

    if (!s.fill) {
        printf("disk: %.0f syncs of 4 kB a second\n", bench_syncs(s.path));
    }

    bench_fill(&s);

    if (s.fill) {
        return 0;
    }

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


static int
bench_options(bench_setup_t *s, int argc, char **argv)
{
    int  opt;

    memset(s, 0, sizeof(bench_setup_t));

    s->processes = 2;
    s->batch = 64;
    s->body = 2048;
    s->seconds = 5;
    s->endpoints = 4;
    s->size = (uint64_t) 2048 << 20;
    s->keep = 3600000;

    s->appends = 8;

    while ((opt = getopt(argc, argv, "p:b:s:t:e:m:k:g:w:fj:a:")) != -1) {

        switch (opt) {

        case 'p':
            s->processes = atoi(optarg);
            break;

        case 'b':
            s->batch = atoi(optarg);
            break;

        case 's':
            s->body = atol(optarg);
            break;

        case 't':
            s->seconds = atoi(optarg);
            break;

        case 'e':
            s->endpoints = atoi(optarg);
            break;

        case 'm':
            s->size = strtoull(optarg, NULL, 10) << 20;
            break;

        case 'k':
            s->keep = strtoull(optarg, NULL, 10);
            break;

        case 'g':
            s->gap = atoi(optarg);
            break;

        case 'w':
            s->waiting = atoi(optarg);
            break;

        case 'f':
            s->fill = 1;
            break;

        case 'j':
            s->journal = strtoull(optarg, NULL, 10) << 20;
            break;

        case 'a':
            s->appends = atoi(optarg);
            break;

        default:
            return -1;
        }
    }

    if (optind != argc - 1 || s->processes == 0 || s->processes > 64
        || s->batch < 2 || s->batch > BENCH_BATCH || s->endpoints == 0
        || s->appends == 0 || s->appends > BENCH_BATCH / s->batch)
    {
        fprintf(stderr, "usage: bench_store [options] DIRECTORY\n");
        return -1;
    }

    if (s->journal == 0) {
        s->appends = 1;
    }

    s->path = argv[optind];

    return 0;
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
    webhook_rendition_t   rendition;
    webhook_id_source_t   source;

    st = bench_open(s);

    ops = calloc(BENCH_BATCH, sizeof(webhook_op_t));
    p = calloc(BENCH_BATCH, sizeof(webhook_op_t *));
    puts = calloc(BENCH_BATCH, sizeof(webhook_put_t));
    body = calloc(1, s->body + 1);

    memset(&rendition, 0, sizeof(rendition));

    rendition.body.data = body;
    rendition.body.len = s->body;

    for (i = 0; i < s->endpoints; i++) {
        memset(&ops[0], 0, sizeof(webhook_op_t));

        ops[0].type = WEBHOOK_OP_ENDPOINT;
        ops[0].u.endpoint.id = bench_endpoint(i, name, sizeof(name));
        ops[0].u.endpoint.name.data = (unsigned char *) name;
        ops[0].u.endpoint.name.len = strlen(name);
        ops[0].u.endpoint.inflight = s->processes * s->batch * s->appends;

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

            puts[j].endpoint = s->fill ? bench_endpoint((i + j) % s->endpoints,
                                                        name, sizeof(name))
                                       : 1;

            webhook_id_make(&source, bench_wall() * 1000,
                            &ops[j].u.put_event.id);

            ops[j].type = WEBHOOK_OP_PUT_EVENT;
            ops[j].u.put_event.renditions = &rendition;
            ops[j].u.put_event.renditions_count = 1;
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
    size_t         from;
    unsigned       i;
    uint64_t       end, start, took, wall, swept;
    bench_work_t   w;
    struct rusage  usage;

    bench_begin(&w, s);

    swept = bench_now();
    end = bench_now() + (uint64_t) s->seconds * 1000000;

    while (bench_now() < end) {

        w.n = 0;
        wall = bench_wall();

        start = bench_now();

        for (i = 0; i < s->appends; i++) {
            from = w.n;

            bench_put(&w, r, wall);

            if (s->journal) {
                bench_keep(&w, from);
            }
        }

        bench_complete(&w, wall);

        if (s->journal == 0) {
            start = bench_now();
        }

        webhook_store_apply(w.st, w.p, w.n);

        took = bench_now() - start;

        if (r->batches < BENCH_TIMES) {
            r->times[r->batches] = (uint32_t) took;
        }

        r->batches++;

        bench_take(&w, r);

        if (bench_now() - swept > 100000) {
            bench_sweep(w.st);
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

    webhook_store_close(w.st);

    free(w.ops);
    free(w.p);
    free(w.puts);
    free(w.leases);
    free(w.next);
    free(w.endpoints);
    free(w.form.body.data);
}


static void
bench_begin(bench_work_t *w, const bench_setup_t *s)
{
    char            name[64];
    size_t          i;
    unsigned char  *body;

    memset(w, 0, sizeof(bench_work_t));

    w->setup = s;
    w->st = bench_open(s);
    w->ops = calloc(BENCH_BATCH * 2, sizeof(webhook_op_t));
    w->p = calloc(BENCH_BATCH * 2, sizeof(webhook_op_t *));
    w->puts = calloc(BENCH_BATCH, sizeof(webhook_put_t));
    w->leases = calloc(BENCH_BATCH * 4, sizeof(bench_held_t));
    w->next = calloc(BENCH_BATCH * 4, sizeof(bench_held_t));
    w->endpoints = calloc(s->endpoints, sizeof(uint64_t));

    body = malloc(s->body + 1);

    for (i = 0; i < s->body; i++) {
        body[i] = (unsigned char) (i * 131 + getpid());
    }

    w->form.content_type.data = (unsigned char *) "application/json";
    w->form.content_type.len = 16;
    w->form.body.data = body;
    w->form.body.len = s->body;

    for (i = 0; i < s->endpoints; i++) {
        w->endpoints[i] = bench_endpoint(i, name, sizeof(name));
    }

    if (s->journal) {
        bench_sweep(w->st);
    }
}


/* Half a batch of new events: behind those that there are. */

static void
bench_put(bench_work_t *w, const bench_result_t *r, uint64_t wall)
{
    size_t                   i, end;
    webhook_op_put_event_t  *put;

    end = w->n + w->setup->batch / 2;

    for (i = w->n; i < end; i++) {
        memset(&w->ops[w->n], 0, sizeof(webhook_op_t));
        memset(&w->puts[i], 0, sizeof(webhook_put_t));

        w->puts[i].endpoint =
            w->endpoints[(r->events + i) % w->setup->endpoints];
        w->puts[i].lease = 1;

        w->ops[w->n].type = WEBHOOK_OP_PUT_EVENT;

        put = &w->ops[w->n].u.put_event;

        webhook_id_make(&w->source, wall * 1000, &put->id);

        put->wall = wall;
        put->type.data = (unsigned char *) "order.add";
        put->type.len = 9;
        put->renditions = &w->form;
        put->renditions_count = 1;
        put->deliveries = &w->puts[i];
        put->count = 1;
        put->lease = 30000;

        w->p[w->n] = &w->ops[w->n];
        w->n++;
    }
}


/* They are in the journal, and what is sent then has been. */

static void
bench_keep(bench_work_t *w, size_t from)
{
    size_t  i;

    webhook_store_keep(w->st, w->p + from, (uint32_t) (w->n - from));

    for (i = from; i < w->n && w->held < BENCH_BATCH; i++) {

        if (w->puts[i].early) {
            w->leases[w->held].id = w->ops[i].u.put_event.id;
            w->leases[w->held].endpoint = w->puts[i].endpoint;
            w->leases[w->held].token = w->puts[i].early;
            w->held++;
        }
    }
}


/* What is leased was delivered. */

static void
bench_complete(bench_work_t *w, uint64_t wall)
{
    size_t  i;

    for (i = 0; i < w->held && w->n < BENCH_BATCH; i++) {
        memset(&w->ops[w->n], 0, sizeof(webhook_op_t));

        w->ops[w->n].type = WEBHOOK_OP_COMPLETE;
        w->ops[w->n].u.complete.event = w->leases[i].id;
        w->ops[w->n].u.complete.endpoint = w->leases[i].endpoint;
        w->ops[w->n].u.complete.lease_token = w->leases[i].token;
        w->ops[w->n].u.complete.outcome = WEBHOOK_DONE;
        w->ops[w->n].u.complete.attempt.wall = wall;
        w->ops[w->n].u.complete.attempt.status = 200;
        w->ops[w->n].u.complete.attempt.connect = 100;
        w->ops[w->n].u.complete.attempt.first_byte = 500;
        w->ops[w->n].u.complete.attempt.total = 700;
        w->ops[w->n].u.complete.attempt.address.data =
            (unsigned char *) "127.0.0.1:8080";
        w->ops[w->n].u.complete.attempt.address.len = 14;
        w->ops[w->n].u.complete.attempt.answer.data = (unsigned char *) "ok";
        w->ops[w->n].u.complete.attempt.answer.len = 2;
        w->ops[w->n].u.complete.lease = 30000;

        w->p[w->n] = &w->ops[w->n];
        w->n++;
    }
}


/* What came of a batch, and which leases of it are to be completed. */

static void
bench_take(bench_work_t *w, bench_result_t *r)
{
    size_t            i;
    webhook_lease_t  *lease;

    w->held = 0;

    for (i = 0; i < w->n; i++) {

        if (w->ops[i].type == WEBHOOK_OP_PUT_EVENT) {

            if (w->ops[i].result == WEBHOOK_STORE_FULL) {
                r->refused++;

            } else if (w->ops[i].result != WEBHOOK_STORE_OK) {
                r->failed++;
            }

            if (w->puts[i].lease_token && w->puts[i].early == 0) {
                w->next[w->held].id = w->ops[i].u.put_event.id;
                w->next[w->held].endpoint = w->puts[i].endpoint;
                w->next[w->held].token = w->puts[i].lease_token;
                w->held++;
            }

        } else {

            if (w->ops[i].result != WEBHOOK_STORE_OK) {
                r->failed++;

            } else {
                r->events++;
            }

            lease = w->ops[i].u.complete.next;

            if (lease) {
                w->next[w->held].id = lease->event.id;
                w->next[w->held].endpoint = lease->endpoint;
                w->next[w->held].token = lease->lease_token;
                w->held++;
            }
        }

        webhook_op_free(&w->ops[i]);
    }

    memcpy(w->leases, w->next, w->held * sizeof(bench_held_t));
}


static void
bench_sweep(webhook_store_t *st)
{
    webhook_op_t  op, *p;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_TAKEOVER;
    p = &op;

    webhook_store_apply(st, &p, 1);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_JOURNAL;

    webhook_store_apply(st, &p, 1);

    do {
        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_EXPIRE;
        op.u.expire.max = 1000;
        webhook_store_apply(st, &p, 1);

    } while (op.u.expire.more);
}
