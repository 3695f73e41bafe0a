
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: killed at every write and every sync while a task is made
 * and gone on with.  Each delivery is dealt with, and once.  See store_cut.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_cut.h"
#include "store_util.h"
#include "store_task.h"


#define DEAD   130                      /* more than a step deals with */
#define OTHER  20


typedef struct {
    util_t               u;
    webhook_task_kind_e  kind;
    webhook_id_t         id;
    uint64_t             ep;
} task_scene_t;


static webhook_task_kind_e  kind;


static void
scene_make(void *scene)
{
    unsigned       i;
    task_scene_t  *s = scene;

    util_init(&s->u);
    util_open(&s->u);

    s->kind = kind;
    s->ep = util_endpoint(&s->u, "erp", 10);

    for (i = 0; i < DEAD + OTHER; i++) {
        (void) ended(&s->u, s->ep, i < DEAD ? WEBHOOK_FAILED : WEBHOOK_DONE);
    }

    s->id = util_id(&s->u);

    util_close(&s->u);
}


static int
scene_task(task_scene_t *s)
{
    webhook_op_t  op;

    task_op(&op, s->kind, s->id, s->u.wall);
    op.u.task.filter.state = WEBHOOK_DEAD;
    util_str(&op.u.task.audit, "a task");

    return util_apply(&s->u, &op);
}


static void
scene_act(void *scene)
{
    task_scene_t  *s = scene;

    util_open(&s->u);

    if (scene_task(s) != WEBHOOK_STORE_OK
        || task_run(&s->u, NULL) == UINT64_MAX)
    {
        _exit(1);
    }

    util_close(&s->u);
}


static int
scene_sound(void *scene, int whole)
{
    uint64_t                   rows, faults;
    task_scene_t              *s = scene;
    webhook_op_stats_t         stats;
    webhook_store_result_e     result;
    webhook_endpoint_stats_t   e;

    s->u.st = NULL;
    s->u.clock += 3000;

    if (util_open(&s->u) != WEBHOOK_STORE_OK) {
        return 0;
    }

    result = scene_task(s);

    if ((result != WEBHOOK_STORE_OK || whole)
        && result != WEBHOOK_STORE_DUPLICATE)
    {
        return 0;
    }

    if (task_run(&s->u, NULL) == UINT64_MAX) {
        return 0;
    }

    stats = util_stats(&s->u, s->ep, &e);

    if (s->kind == WEBHOOK_TASK_REPLAY
        ? e.states[WEBHOOK_PENDING] != DEAD || e.states[WEBHOOK_DEAD] != DEAD
        : e.states[WEBHOOK_DEAD] != 0 || stats.events != OTHER)
    {
        printf("# %llu pending, %llu dead, %llu events\n",
               (unsigned long long) e.states[WEBHOOK_PENDING],
               (unsigned long long) e.states[WEBHOOK_DEAD],
               (unsigned long long) stats.events);
        return 0;
    }

    return util_check_op(&s->u, &rows, &faults) == WEBHOOK_STORE_OK
           && faults == 0;
}


static void
scene_drop(void *scene)
{
    task_scene_t  *s = scene;

    util_free(&s->u);
}


int
main(void)
{
    cut_scene_t  scene = {
        "a replay", sizeof(task_scene_t), scene_make, scene_act, scene_sound,
        scene_drop
    };

    kind = WEBHOOK_TASK_REPLAY;
    cut_each(&scene);

    scene.name = "a purge";
    kind = WEBHOOK_TASK_PURGE;
    cut_each(&scene);

    return tap_done();
}
