
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: killed at every write and every sync while deliveries are
 * retried, cancelled, replayed and purged, and an endpoint is paused.  What was
 * done is in the audit, and what is in the audit was done; who repeats it gets
 * the answer that was kept with it.  See store_cut.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_cut.h"
#include "store_util.h"
#include "store_object.h"
#include "store_task.h"


typedef enum {
    STEP_RETRY = 0,
    STEP_CANCEL,
    STEP_COPY,
    STEP_PAUSE,
    STEP_PURGE,
    STEPS
} step_e;


typedef struct {
    util_t        u;
    uint64_t      ep;
    webhook_id_t  ids[STEPS];
    webhook_id_t  copy;
    unsigned      told;                 /* steps that were answered */
} recorded_t;


static char                answers[STEPS][16];
static webhook_recorded_t  recorded[STEPS];


static void
step_op(recorded_t *s, webhook_op_t *op, unsigned step)
{
    memset(op, 0, sizeof(webhook_op_t));
    memset(&recorded[step], 0, sizeof(webhook_recorded_t));

    switch (step) {

    case STEP_RETRY:
    case STEP_CANCEL:
        op->type = step == STEP_RETRY ? WEBHOOK_OP_RETRY : WEBHOOK_OP_CANCEL;
        op->u.delivery.event = s->ids[step];
        op->u.delivery.endpoint = s->ep;
        break;

    case STEP_COPY:
        op->type = WEBHOOK_OP_COPY;
        op->u.copy.event = s->ids[step];
        op->u.copy.endpoint = s->ep;
        op->u.copy.id = s->copy;
        break;

    case STEP_PAUSE:
        op->type = WEBHOOK_OP_PAUSE;
        op->u.pause.endpoint = s->ep;
        break;

    case STEP_PURGE:
        op->type = WEBHOOK_OP_PURGE;
        op->u.purge.id = s->ids[step];
        break;
    }

    snprintf(answers[step], sizeof(answers[step]), "answer %u", step);

    recorded[step].wall = s->u.wall;
    util_str(&recorded[step].company, "1260");
    util_str(&recorded[step].audit, answers[step]);
    object_once(&recorded[step].once, 1, step, step, answers[step]);

    op->recorded = &recorded[step];
}


static void
recorded_make(void *scene)
{
    unsigned     i;
    recorded_t  *s = scene;

    util_init(&s->u);
    util_open(&s->u);

    s->ep = util_endpoint(&s->u, "erp", 10);

    for (i = 0; i < STEPS; i++) {

        if (i != STEP_CANCEL) {
            s->ids[i] = task_put(&s->u, s->ep, "1260", "order.add");
            (void) task_end(&s->u, s->ep, i == STEP_RETRY ? WEBHOOK_FAILED
                                                          : WEBHOOK_DONE);
        }
    }

    s->ids[STEP_CANCEL] = task_put(&s->u, s->ep, "1260", "order.add");

    s->copy = util_id(&s->u);

    util_close(&s->u);
}


static void
recorded_act(void *scene)
{
    unsigned       i;
    recorded_t    *s = scene;
    webhook_op_t   op;

    util_open(&s->u);

    for (i = 0; i < STEPS; i++) {
        step_op(s, &op, i);

        if (util_apply(&s->u, &op) != WEBHOOK_STORE_OK) {
            _exit(1);
        }

        s->told = i + 1;
    }

    util_close(&s->u);
}


/* Was it done so far, with its records, and no further? */

static int
recorded_are(recorded_t *s, unsigned steps)
{
    int                        right;
    unsigned                   i;
    webhook_op_t               op;
    webhook_op_stats_t         stats;
    webhook_endpoint_stats_t   e;

    stats = util_stats(&s->u, s->ep, &e);

    right = e.states[WEBHOOK_DEAD] == (steps > STEP_RETRY ? 0 : 1)
            && e.states[WEBHOOK_CANCELLED] == (steps > STEP_CANCEL ? 1 : 0)
            && e.paused == (steps > STEP_PAUSE ? 1 : 0)
            && stats.events == (uint64_t) STEPS + (steps > STEP_COPY ? 1 : 0)
                               - (steps > STEP_PURGE ? 1 : 0);

    object_audit(&s->u, &op, "1260", 10);

    right &= op.u.audit.count == steps;

    for (i = 0; right && i < steps; i++) {
        right = object_is(&op.u.audit.records[i].data, answers[steps - 1 - i]);
    }

    webhook_op_free(&op);

    return right;
}


static int
recorded_sound(void *scene, int whole)
{
    int            right;
    unsigned       i, done;
    uint64_t       rows, faults;
    recorded_t    *s = scene;
    webhook_op_t   op;

    (void) whole;

    s->u.st = NULL;

    if (util_open(&s->u) != WEBHOOK_STORE_OK) {
        return 0;
    }

    for (i = 0; i < STEPS; i++) {
        step_op(s, &op, i);
    }

    /* one may have been done, and nobody was told */

    done = s->told;
    right = 1;

    if (!recorded_are(s, done)) {
        right = done < STEPS && recorded_are(s, ++done);
    }

    for (i = 0; right && i < STEPS; i++) {
        step_op(s, &op, i);

        (void) util_apply(&s->u, &op);

        right = i < done
                ? op.result == WEBHOOK_STORE_DUPLICATE
                  && recorded[i].once.known
                  && object_is(&recorded[i].once.first, answers[i])
                : op.result == WEBHOOK_STORE_OK;

        webhook_op_free(&op);
    }

    return right && recorded_are(s, STEPS)
           && util_check_op(&s->u, &rows, &faults) == WEBHOOK_STORE_OK
           && faults == 0;
}


static void
recorded_drop(void *scene)
{
    recorded_t  *s = scene;

    util_free(&s->u);
}


int
main(void)
{
    static const cut_scene_t  scene = {
        "what is recorded", sizeof(recorded_t), recorded_make, recorded_act,
        recorded_sound, recorded_drop
    };

    cut_each(&scene);

    return tap_done();
}
