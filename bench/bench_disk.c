
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The disk that an event takes while its delivery waits: after it was put, and
 * after churn, when as many wait but several times as many came and went.
 * bench/disk runs it.
 *
 *     bench_disk DIRECTORY EVENTS ROUNDS SIZE...
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/engines/webhook_engines.h"
#include "store/webhook_store.h"


#define BATCH  64


typedef struct {
    webhook_store_t      *st;
    webhook_id_source_t   ids;
    uint64_t              wall;
    uint64_t              endpoint;
    size_t                size;
    unsigned char        *body;
} bench_t;


static int
bench_put(bench_t *b, unsigned count)
{
    unsigned              i;
    webhook_op_t          ops[BATCH], *list[BATCH];
    webhook_put_t         puts[BATCH];
    webhook_rendition_t   rendition;

    memset(ops, 0, sizeof(ops));
    memset(puts, 0, sizeof(puts));
    memset(&rendition, 0, sizeof(rendition));

    rendition.content_type.data = (unsigned char *) "application/json";
    rendition.content_type.len = 16;
    rendition.body.data = b->body;
    rendition.body.len = b->size;

    for (i = 0; i < count; i++) {
        ops[i].type = WEBHOOK_OP_PUT_EVENT;

        if (webhook_id_make(&b->ids, b->wall++ * 1000, &ops[i].u.put_event.id) != 0) {
            return -1;
        }

        ops[i].u.put_event.wall = b->wall;
        ops[i].u.put_event.type.data = (unsigned char *) "order.add";
        ops[i].u.put_event.type.len = 9;
        ops[i].u.put_event.renditions = &rendition;
        ops[i].u.put_event.renditions_count = 1;
        ops[i].u.put_event.deliveries = &puts[i];
        ops[i].u.put_event.count = 1;

        puts[i].endpoint = b->endpoint;
        list[i] = &ops[i];
    }

    webhook_store_apply(b->st, list, count);

    for (i = 0; i < count; i++) {
        if (ops[i].result != WEBHOOK_STORE_OK) {
            fprintf(stderr, "put: %s\n",
                    webhook_store_result_text(ops[i].result));
            return -1;
        }
    }

    return 0;
}


/* The oldest are delivered, and removed at once (keep is 0). */

static int
bench_finish(bench_t *b, unsigned count)
{
    unsigned      i;
    webhook_op_t  claim, ops[BATCH], expire, *list[BATCH];

    memset(&claim, 0, sizeof(claim));
    memset(ops, 0, sizeof(ops));
    memset(&expire, 0, sizeof(expire));

    claim.type = WEBHOOK_OP_CLAIM;
    claim.u.claim.endpoints = &b->endpoint;
    claim.u.claim.endpoints_count = 1;
    claim.u.claim.max = count;
    claim.u.claim.max_bytes = SIZE_MAX;
    claim.u.claim.lease = 60000;

    list[0] = &claim;
    webhook_store_apply(b->st, list, 1);

    if (claim.u.claim.count != count) {
        fprintf(stderr, "claim: %u of %u\n", claim.u.claim.count, count);
        return -1;
    }

    for (i = 0; i < count; i++) {
        ops[i].type = WEBHOOK_OP_COMPLETE;
        ops[i].u.complete.event = claim.u.claim.leases[i].event.id;
        ops[i].u.complete.endpoint = b->endpoint;
        ops[i].u.complete.lease_token = claim.u.claim.leases[i].lease_token;
        ops[i].u.complete.outcome = WEBHOOK_DONE;
        ops[i].u.complete.attempt.wall = b->wall;
        ops[i].u.complete.attempt.status = 200;

        list[i] = &ops[i];
    }

    webhook_store_apply(b->st, list, count);
    webhook_op_free(&claim);

    expire.type = WEBHOOK_OP_EXPIRE;
    expire.u.expire.max = 10000;
    list[0] = &expire;

    do {
        expire.u.expire.more = 0;
        webhook_store_apply(b->st, list, 1);
    } while (expire.result == WEBHOOK_STORE_OK && expire.u.expire.more);

    return expire.result == WEBHOOK_STORE_OK ? 0 : -1;
}


static uint64_t
bench_used(bench_t *b, uint64_t *waiting)
{
    uint32_t      i;
    uint64_t      used;
    webhook_op_t  op, *list;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;
    list = &op;

    webhook_store_apply(b->st, &list, 1);

    used = op.u.stats.used;
    *waiting = 0;

    for (i = 0; i < op.u.stats.count; i++) {
        *waiting += op.u.stats.endpoints[i].states[WEBHOOK_PENDING];
    }

    webhook_op_free(&op);

    return used;
}


static int
bench_size(const char *dir, size_t size, unsigned events, unsigned rounds)
{
    char                      file[4096];
    bench_t                   b;
    unsigned                  i;
    uint64_t                  put, churn, waiting;
    webhook_op_t              op, *list;
    struct stat               sb;
    webhook_store_options_t   options;

    memset(&b, 0, sizeof(b));
    memset(&options, 0, sizeof(options));
    memset(&op, 0, sizeof(op));

    options.engine = webhook_engines_find(NULL);
    options.path = dir;
    options.size = (uint64_t) 64 << 30;

    b.size = size;
    b.wall = UINT64_C(1700000000000);
    b.body = malloc(size);

    if (b.body == NULL
        || webhook_store_open(&options, &b.st) != WEBHOOK_STORE_OK)
    {
        fprintf(stderr, "no store in \"%s\"\n", dir);
        return -1;
    }

    memset(b.body, 'x', size);

    op.type = WEBHOOK_OP_ENDPOINT;
    op.u.endpoint.name.data = (unsigned char *) "erp";
    op.u.endpoint.name.len = 3;
    op.u.endpoint.id = b.endpoint = webhook_id_name(&op.u.endpoint.name);
    op.u.endpoint.inflight = 1000;

    list = &op;
    webhook_store_apply(b.st, &list, 1);

    for (i = 0; i < events; i += BATCH) {
        if (bench_put(&b, BATCH) != 0) {
            return -1;
        }
    }

    put = bench_used(&b, &waiting) / waiting;

    for (i = 0; i < rounds * events; i += BATCH) {
        if (bench_finish(&b, BATCH) != 0 || bench_put(&b, BATCH) != 0) {
            return -1;
        }
    }

    churn = bench_used(&b, &waiting) / waiting;

    snprintf(file, sizeof(file), "%s/data.mdb", dir);

    if (stat(file, &sb) == -1) {
        return -1;
    }

    printf("%8zu %10llu %10llu %10llu\n", size, (unsigned long long) put,
           (unsigned long long) churn,
           (unsigned long long) ((uint64_t) sb.st_blocks * 512 / waiting));

    webhook_store_close(b.st);
    free(b.body);

    unlink(file);
    snprintf(file, sizeof(file), "%s/lock.mdb", dir);
    unlink(file);
    snprintf(file, sizeof(file), "%s/owners", dir);
    unlink(file);

    return 0;
}


int
main(int argc, char **argv)
{
    int  i;

    if (argc < 5 || atoi(argv[2]) < BATCH || atoi(argv[3]) < 1) {
        fprintf(stderr, "usage: bench_disk DIRECTORY EVENTS ROUNDS SIZE...\n");
        return 2;
    }

    printf("%8s %10s %10s %10s\n", "body", "put", "churned", "file");

    for (i = 4; i < argc; i++) {
        if (bench_size(argv[1], (size_t) atol(argv[i]),
                       (unsigned) atoi(argv[2]), (unsigned) atoi(argv[3]))
            != 0)
        {
            return 1;
        }
    }

    return 0;
}
