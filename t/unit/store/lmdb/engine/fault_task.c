
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: the disk fails, or fills, or memory is short, at any call,
 * while objects are changed, with the answers that repeats get, and while tasks
 * make their steps.  What was told is true then, a change is whole or not there,
 * and a task deals with each delivery once.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_fault.h"
#include "store_object.h"
#include "store_task.h"
#include "store_util.h"


#define CHANGES  4
#define EVENTS   12
#define PLACES   4000


static void test_changes(fault_e kind, int error, int lasts,
    const char *name);
static void test_task(webhook_task_kind_e task, const char *path,
    fault_e kind, int error, int lasts, const char *name);


static const struct {
    fault_e      kind;
    int          error;
    int          lasts;
    const char  *name;
} faults[] = {
    { FAULT_WRITE, EIO, 0, "a write fails" },
    { FAULT_WRITE, ENOSPC, 1, "the disk is full" },
    { FAULT_SHORT, 0, 1, "writes go halfway" },
    { FAULT_SYNC, EIO, 0, "a sync fails" },
    { FAULT_META, EIO, 0, "the last write fails" },
#if (MEMORY_WORKS)
    { FAULT_MEMORY, ENOMEM, 0, "an allocation fails" },
    { FAULT_MEMORY, ENOMEM, 1, "allocations fail" },
#endif
};


int
main(void)
{
    size_t  i;

    for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {

        test_changes(faults[i].kind, faults[i].error, faults[i].lasts,
                     faults[i].name);

        test_task(WEBHOOK_TASK_RETRY, NULL, faults[i].kind, faults[i].error,
                  faults[i].lasts, faults[i].name);
        test_task(WEBHOOK_TASK_REPLAY, NULL, faults[i].kind, faults[i].error,
                  faults[i].lasts, faults[i].name);
        test_task(WEBHOOK_TASK_PURGE, "a", faults[i].kind, faults[i].error,
                  faults[i].lasts, faults[i].name);
    }

    return tap_done();
}


static void
begin(fault_e kind, int error, int lasts, unsigned n)
{
    fault_errno = error;
    fault_after = n;
    fault_lasts = lasts;
    fault_hits = 0;
    fault = kind;
}


static unsigned
unsound(util_t *u)
{
    webhook_check_t  check;

    return webhook_store_check(util_lmdb(u), &check, util_tell, NULL) != 0
           || check.faults;
}


/* ------------------------------------------------------------- changes --- */

/* The first makes an object, the second changes another, the third removes one,
   the fourth is a record alone. */

static void
changes_make(webhook_op_t ops[CHANGES])
{
    object_op(&ops[0], "ep_new", "one", "new", "{\"new\":1}");

    object_op(&ops[1], "ep_old", "one", "old", "{\"old\":2}");
    ops[1].u.object.expect = 1;

    object_op(&ops[2], "ep_gone", "one", "", "");
    ops[2].u.object.expect = WEBHOOK_OBJECT_ANY;
    ops[2].u.object.remove = 1;

    object_record_op(&ops[3], "one", "{\"what\":\"a record\"}");

    object_once(&ops[0].u.object.once, 1, 10, 1, "made");
    object_once(&ops[1].u.object.once, 1, 11, 1, "changed");
    object_once(&ops[2].u.object.once, 1, 12, 1, "removed");
    object_once(&ops[3].u.record.once, 1, 13, 1, "recorded");
}


static const webhook_once_t *
once_of(const webhook_op_t *op)
{
    return op->type == WEBHOOK_OP_OBJECT ? &op->u.object.once
                                         : &op->u.record.once;
}


/* 1 if the answer is known, and is that which was given. */

static int
known(util_t *u, const webhook_op_t *done)
{
    int           is;
    webhook_op_t  op;

    object_record_op(&op, "one", "");

    op.u.record.ask = 1;
    op.u.record.once = *once_of(done);

    is = (util_apply(u, &op) == WEBHOOK_STORE_DUPLICATE);

    if (is && !webhook_str_eq(&op.u.record.once.first,
                              &once_of(done)->answer))
    {
        is = -1;
    }

    webhook_op_free(&op);

    return is;
}


/* 1 if it was done, whole: the object, or that there is none. */

static int
done(util_t *u, unsigned n)
{
    int                      is;
    webhook_op_t             op;
    const webhook_object_t  *object;

    static const char *const  ids[] = { "ep_new", "ep_old", "ep_gone" };

    if (n >= 3) {
        return -1;
    }

    object = object_get(u, &op, ids[n]);

    is = n == 0 ? object != NULL
         : n == 1 ? object && object->version == 2
                    && object_is(&object->data, "{\"old\":2}")
         : object == NULL;

    webhook_op_free(&op);

    return is;
}


static unsigned
changes_lies(util_t *u, webhook_op_t ops[CHANGES])
{
    int       is, answer;
    unsigned  i, lies;

    for (lies = 0, i = 0; i < CHANGES; i++) {

        answer = known(u, &ops[i]);
        is = done(u, i);

        /* a change and its answer are one */

        if (answer == -1 || (is != -1 && is != answer)) {
            lies++;
        }

        switch (ops[i].result) {

        case WEBHOOK_STORE_OK:
            lies += (answer != 1);
            break;

        case WEBHOOK_STORE_UNKNOWN:
            break;

        default:
            lies += (answer != 0);
        }
    }

    return lies;
}


/* Whatever was not done is done by a repeat. */

static unsigned
changes_stuck(util_t *u, webhook_op_t ops[CHANGES])
{
    unsigned  i, stuck;

    for (stuck = 0, i = 0; i < CHANGES; i++) {

        webhook_op_free(&ops[i]);

        (void) util_apply(u, &ops[i]);

        if (ops[i].result != WEBHOOK_STORE_OK
            && !(ops[i].result == WEBHOOK_STORE_DUPLICATE
                 && once_of(&ops[i])->known))
        {
            stuck++;
        }

        if (known(u, &ops[i]) != 1) {
            stuck++;
        }
    }

    return stuck;
}


static void
test_changes(fault_e kind, int error, int lasts, const char *name)
{
    util_t         u;
    unsigned       n, i, hits, lies, bad, stuck;
    webhook_op_t   ops[CHANGES], *list[CHANGES];

    hits = 0;
    lies = 0;
    bad = 0;
    stuck = 0;

    for (n = 0; n < PLACES; n++) {

        util_init(&u);
        util_open(&u);

        (void) object_make(&u, "ep_old", "one", "old", "{\"old\":1}");
        (void) object_make(&u, "ep_gone", "one", "gone", "{}");

        changes_make(ops);

        for (i = 0; i < CHANGES; i++) {
            list[i] = &ops[i];
        }

        begin(kind, error, lasts, n);

        util_batch(&u, list, CHANGES);

        fault = FAULT_NONE;

        if (fault_hits) {
            hits++;
            lies += changes_lies(&u, ops);
            bad += unsound(&u);
            stuck += changes_stuck(&u, ops);
            bad += unsound(&u);
        }

        for (i = 0; i < CHANGES; i++) {
            webhook_op_free(&ops[i]);
        }

        util_free(&u);

        if (fault_hits == 0) {
            break;
        }
    }

    tap_ok(hits > 0 && n < PLACES, "changes, %s: at %u places", name, hits);
    tap_ok(lies == 0, "changes, %s: %u were not as they were told", name,
           lies);
    tap_ok(bad == 0, "changes, %s: %u times not sound", name, bad);
    tap_ok(stuck == 0, "changes, %s: %u could not be repeated", name, stuck);
}


/* --------------------------------------------------------------- tasks --- */

/* Half of the events are of the value "x"; a third of each is dead. */

static void
task_scene(util_t *u, uint64_t *ep)
{
    unsigned       i;
    webhook_op_t   op;
    webhook_put_t  put;

    util_init(u);
    util_open(u);

    *ep = util_endpoint(u, "erp", 100);

    for (i = 0; i < EVENTS; i++) {
        memset(&put, 0, sizeof(put));

        util_put_op(&op, &put, util_id(u), *ep,
                    i % 2 ? "{\"a\":\"x\"}" : "{\"a\":\"y\"}", 9);
        (void) util_apply(u, &op);
        (void) task_end(u, *ep, i % 3 ? WEBHOOK_DONE : WEBHOOK_FAILED);
    }
}


/* How many it is to deal with, and how many events there are then. */

static void
task_wants(webhook_task_kind_e task, uint64_t *dealt, uint64_t *events)
{
    switch (task) {

    case WEBHOOK_TASK_RETRY:
        *dealt = EVENTS / 3;
        *events = EVENTS;
        break;

    case WEBHOOK_TASK_REPLAY:
        *dealt = EVENTS;
        *events = 2 * EVENTS;
        break;

    default:
        *dealt = EVENTS / 2;
        *events = EVENTS / 2;
    }
}


static int
task_is(util_t *u, webhook_id_t id, uint64_t dealt)
{
    int           is;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_TASKS;
    op.u.tasks.id = &id;

    is = util_apply(u, &op) == WEBHOOK_STORE_OK
         && op.u.tasks.tasks[0].state == WEBHOOK_TASK_DONE
         && op.u.tasks.tasks[0].done == dealt
         && op.u.tasks.tasks[0].failed == 0;

    webhook_op_free(&op);

    return is;
}


/* Steps until one fails, or the task is over. */

static void
task_steps(util_t *u)
{
    unsigned      i;
    webhook_op_t  op;

    for (i = 0; i < 100; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_TASK_STEP;
        op.u.task_step.wall = u->wall;

        if (util_apply(u, &op) != WEBHOOK_STORE_OK
            || op.u.task_step.wait == WEBHOOK_NEVER)
        {
            break;
        }

        u->clock += op.u.task_step.wait;
    }
}


static void
test_task(webhook_task_kind_e task, const char *path, fault_e kind, int error,
    int lasts, const char *name)
{
    util_t              u;
    uint64_t            ep, dealt, events;
    unsigned            n, hits, wrong, bad;
    webhook_op_t        op;
    webhook_op_stats_t  s;

    hits = 0;
    wrong = 0;
    bad = 0;

    task_wants(task, &dealt, &events);

    for (n = 0; n < PLACES; n++) {

        task_scene(&u, &ep);

        task_op(&op, task, util_id(&u), u.wall);

        if (path) {
            util_str(&op.u.task.path, path);
            util_str(&op.u.task.value, "x");
        }

        begin(kind, error, lasts, n);

        (void) util_apply(&u, &op);

        if (op.result == WEBHOOK_STORE_OK) {
            task_steps(&u);
        }

        fault = FAULT_NONE;

        if (fault_hits == 0) {
            util_free(&u);
            break;
        }

        hits++;

        /* one that was not made is made, and goes on where it was */

        if (op.result != WEBHOOK_STORE_OK) {
            (void) util_apply(&u, &op);

            wrong += (op.result != WEBHOOK_STORE_OK
                      && op.result != WEBHOOK_STORE_DUPLICATE);
        }

        (void) task_run(&u, NULL);

        s = util_stats(&u, ep, NULL);

        wrong += (!task_is(&u, op.u.task.id, dealt) || s.events != events);
        bad += unsound(&u);

        util_free(&u);
    }

    tap_ok(hits > 0 && n < PLACES, "%s, %s: at %u places",
           webhook_task_kind_name(task), name, hits);
    tap_ok(wrong == 0, "%s, %s: %u times not each once",
           webhook_task_kind_name(task), name, wrong);
    tap_ok(bad == 0, "%s, %s: %u times not sound",
           webhook_task_kind_name(task), name, bad);
}
