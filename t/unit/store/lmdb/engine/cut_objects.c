
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: killed at every write and every sync while objects are
 * made, changed, sealed anew and removed.  What was answered is there, with its
 * record and its answer, and nothing is there by half.  See store_cut.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_cut.h"
#include "store_util.h"
#include "store_object.h"


/* What is done, one commit each. */

typedef enum {
    STEP_MAKE = 0,
    STEP_MAKE_RECEIVER,
    STEP_CHANGE,                        /* with another name */
    STEP_SEAL,
    STEP_REMOVE,                        /* while deliveries wait */
    STEP_MAKE_AGAIN,                    /* with the name of that */
    STEPS
} step_e;


typedef struct {
    util_t      u;
    unsigned    told;                   /* steps that were answered */
} objects_t;


static char  data[2][9000];
static char  answers[STEPS][16];


static void
step_op(webhook_op_t *op, unsigned step)
{
    switch (step) {

    case STEP_MAKE:
        object_op(op, "ep_1", "1260", "erp", data[0]);
        break;

    case STEP_MAKE_RECEIVER:
        object_op(op, "rc_1", "1260", "erp", data[1]);
        op->u.object.object.kind = WEBHOOK_OBJECT_RECEIVER;
        break;

    case STEP_CHANGE:
        object_op(op, "ep_1", "1260", "shop", data[1]);
        op->u.object.expect = 1;
        break;

    case STEP_SEAL:
        object_op(op, "ep_1", "1260", "", data[0]);
        op->u.object.object.name = op->u.object.object.id;
        op->u.object.expect = 2;
        op->u.object.same = 1;
        break;

    case STEP_REMOVE:
        object_op(op, "ep_1", "1260", "", "");
        op->u.object.expect = 2;
        op->u.object.remove = 1;
        op->u.object.cancel = 1;
        break;

    case STEP_MAKE_AGAIN:
        object_op(op, "ep_2", "1260", "shop", data[1]);
        break;
    }

    snprintf(answers[step], sizeof(answers[step]), "answer %u", step);

    object_once(&op->u.object.once, 1, step, step, answers[step]);
    util_str(&op->u.object.audit, answers[step]);
}


static void
objects_make(void *scene)
{
    unsigned    i;
    uint64_t    ep;
    objects_t  *s = scene;

    memset(data[0], 'a', sizeof(data[0]) - 1);
    memset(data[1], 'b', sizeof(data[1]) - 1);

    util_init(&s->u);
    util_open(&s->u);

    ep = util_endpoint(&s->u, "ep_1", 10);

    for (i = 0; i < 5; i++) {
        (void) util_put(&s->u, ep, 0);
    }

    util_close(&s->u);
}


static void
objects_act(void *scene)
{
    unsigned       i;
    objects_t     *s = scene;
    webhook_op_t   op;

    util_open(&s->u);

    for (i = 0; i < STEPS; i++) {
        step_op(&op, i);

        if (util_apply(&s->u, &op) != WEBHOOK_STORE_OK) {
            _exit(1);
        }

        s->told = i + 1;
    }

    object_expire(&s->u);

    util_close(&s->u);
}


/* What there is after so many steps. */

static int
objects_are(util_t *u, unsigned steps)
{
    int                      right;
    unsigned                 i;
    webhook_op_t             op;
    const webhook_object_t  *o;

    o = object_get(u, &op, "ep_1");

    if (steps == 0 || steps > STEP_REMOVE) {
        right = o == NULL;

    } else {
        right = o && o->version == (steps > STEP_CHANGE ? 2 : 1)
                && object_is(&o->name, steps > STEP_CHANGE ? "shop" : "erp")
                && object_is(&o->data, data[steps == STEP_CHANGE + 1])
                && o->change == (steps > STEP_MAKE_RECEIVER + 1 ? steps : 1);
    }

    webhook_op_free(&op);

    o = object_get(u, &op, "ep_2");

    right &= (o != NULL) == (steps > STEP_MAKE_AGAIN);

    webhook_op_free(&op);

    object_changes(u, &op, 0, 10);

    right &= op.u.changes.last == steps && op.u.changes.damaged == 0
             && op.u.changes.count == (steps > STEP_MAKE_AGAIN ? 3
                                       : steps < 2 ? steps : 2);

    webhook_op_free(&op);

    object_audit(u, &op, "1260", 10);

    right &= op.u.audit.count == steps;

    for (i = 0; right && i < steps; i++) {
        right = object_is(&op.u.audit.records[i].data, answers[steps - 1 - i]);
    }

    webhook_op_free(&op);

    return right;
}


static int
objects_sound(void *scene, int whole)
{
    int                        right;
    unsigned                   i, done;
    uint64_t                   rows, faults;
    objects_t                 *s = scene;
    webhook_op_t               op;
    webhook_endpoint_stats_t   e;

    (void) whole;

    s->u.st = NULL;

    if (util_open(&s->u) != WEBHOOK_STORE_OK) {
        return 0;
    }

    for (i = 0; i < STEPS; i++) {
        step_op(&op, i);
    }

    /* one may have been done, and nobody was told */

    done = s->told;
    right = 1;

    if (!objects_are(&s->u, done)) {
        right = done < STEPS && objects_are(&s->u, ++done);
    }

    /* the caller repeats all of them: those that were done are known, with
       their answers, and the others are done */

    for (i = 0; right && i < STEPS; i++) {
        step_op(&op, i);

        (void) util_apply(&s->u, &op);

        right = i < done
                ? op.result == WEBHOOK_STORE_DUPLICATE
                  && op.u.object.once.known && !op.u.object.once.differs
                  && object_is(&op.u.object.once.first, answers[i])
                : op.result == WEBHOOK_STORE_OK;

        webhook_op_free(&op);
    }

    object_expire(&s->u);

    (void) util_stats(&s->u, util_name("ep_1"), &e);

    return right && objects_are(&s->u, STEPS)
           && e.states[WEBHOOK_CANCELLED] == 5
           && util_check_op(&s->u, &rows, &faults) == WEBHOOK_STORE_OK
           && faults == 0;
}


static void
objects_drop(void *scene)
{
    objects_t  *s = scene;

    util_free(&s->u);
}


int
main(void)
{
    static const cut_scene_t  scene = {
        "objects are put", sizeof(objects_t), objects_make, objects_act,
        objects_sound, objects_drop
    };

    cut_each(&scene);

    return tap_done();
}
