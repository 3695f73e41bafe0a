
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: an event to more endpoints than "fanout" allows unless set
 * otherwise.  Tasks stop within it, and how long their steps take is told.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <time.h>

#include "store_task.h"


#define WIDE  5000


static uint64_t
processor(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


/* Makes a task and all its steps; how many there were, and what the longest took
   of the processor. */

static unsigned
run(util_t *u, webhook_task_kind_e kind, uint64_t *longest, uint64_t *done)
{
    unsigned      n;
    uint64_t      begun, took;
    webhook_op_t  op;

    *longest = 0;
    *done = 0;

    task_op(&op, kind, util_id(u), u->wall);
    op.u.task.filter.type.data = (unsigned char *) "order.add";
    op.u.task.filter.type.len = sizeof("order.add") - 1;

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        return 0;
    }

    for (n = 1; n < 2 * WIDE; n++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_TASK_STEP;
        op.u.task_step.wall = u->wall;

        begun = processor();

        (void) util_apply(u, &op);

        took = processor() - begun;
        *longest = took > *longest ? took : *longest;
        *done += op.u.task_step.count;

        if (op.u.task_step.over) {
            break;
        }

        u->clock += 3000;
    }

    return n;
}


int
main(void)
{
    util_t          u;
    unsigned        i, steps;
    uint64_t        longest, done;
    webhook_op_t    op;
    webhook_put_t  *puts;

    util_init(&u);

    u.size = (uint64_t) 256 << 20;

    util_open(&u);

    puts = calloc(WIDE, sizeof(webhook_put_t));

    if (puts == NULL) {
        return 1;
    }

    for (i = 0; i < WIDE; i++) {
        char  name[16];

        snprintf(name, sizeof(name), "erp-%u", i);
        puts[i].endpoint = util_endpoint(&u, name, 10);
    }

    util_put_op(&op, puts, util_id(&u), puts[0].endpoint, "{}", 2);
    op.u.put_event.count = WIDE;
    util_str(&op.u.put_event.type, "order.add");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "an event to %u endpoints",
           WIDE);

    free(puts);

    steps = run(&u, WEBHOOK_TASK_CANCEL, &longest, &done);

    tap_ok(done == WIDE && steps > 10,
           "cancelled in %u steps, the longest of %.1f ms", steps,
           (double) longest / 1000);

    steps = run(&u, WEBHOOK_TASK_RETRY, &longest, &done);

    tap_ok(done == WIDE && steps > 10,
           "retried in %u steps, the longest of %.1f ms", steps,
           (double) longest / 1000);

    steps = run(&u, WEBHOOK_TASK_PURGE, &longest, &done);

    tap_ok(done == 1 && steps > 10,
           "purged in %u steps, the longest of %.1f ms", steps,
           (double) longest / 1000);

    util_check(&u, "wide");
    util_free(&u);

    return tap_done();
}
