
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A task of the store: what it means is counted, it is made, and its steps are
 * made here.  Where nginx runs its workers make them, too, and go on with it if
 * this command is killed.  Other tasks are theirs: how much a company may have
 * waiting is known to them alone.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <string.h>
#include <time.h>

#include "webhookctl/webhookctl.h"


#define CTL_TASK_PAUSE  1               /* ms between two steps, at least, */
#define CTL_TASK_LOOK   200             /* and at most */


static int ctl_task_steps(webhook_store_t *st, const webhook_id_t *id,
    webhook_task_t *task);


int
ctl_task_count(webhook_store_t *st, const webhook_op_task_t *task,
    uint64_t *count, uint64_t *unread)
{
    webhook_op_t  op, *ops;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_COUNT;
    op.u.counted.kind = task->kind;
    op.u.counted.filter = task->filter;
    op.u.counted.filter.oldest = 1;
    op.u.counted.path = task->path;
    op.u.counted.value = task->value;
    ops = &op;

    *count = 0;
    *unread = 0;

    do {
        webhook_store_apply(st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, "what is meant");
        }

        *count += op.u.counted.count;
        *unread += op.u.counted.unread;

        op.u.counted.filter.from = 1;

    } while (op.u.counted.filter.more);

    return 0;
}


int
ctl_task_id(webhook_op_task_t *task, char text[WEBHOOK_ID_TEXT_LEN + 1])
{
    webhook_id_source_t  ids;

    memset(&ids, 0, sizeof(ids));

    task->wall = ctl_wall();

    if (webhook_id_make(&ids, task->wall * 1000, &task->id) != WEBHOOK_OK) {
        ctl_say("no random bytes can be had");
        return 1;
    }

    ctl_id(&task->id, text);

    return 0;
}


int
ctl_task_run(webhook_store_t *st, webhook_op_task_t *task, const char *record,
    webhook_task_t *made)
{
    webhook_op_t  op, *ops;

    memset(&op, 0, sizeof(op));

    task->by = ctl_str("webhookctl");

    op.type = WEBHOOK_OP_TASK;
    op.u.task = *task;
    op.u.task.audit = ctl_str(record);
    ops = &op;

    webhook_store_apply(st, &ops, 1);

    if (op.result == WEBHOOK_STORE_FULL && op.u.task.bound) {
        ctl_say("two tasks are already in progress: \"webhookctl task\" shows "
                "them, and ends one");
        return 1;
    }

    if (op.result != WEBHOOK_STORE_OK) {
        return ctl_failed(&op, "the task");
    }

    return ctl_task_steps(st, &task->id, made);
}


/* Until it is over. */

static int
ctl_task_steps(webhook_store_t *st, const webhook_id_t *id,
    webhook_task_t *task)
{
    uint64_t          wait;
    webhook_op_t      op, *ops;
    struct timespec   pause;

    ops = &op;

    for ( ;; ) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_TASK_STEP;
        op.u.task_step.wall = ctl_wall();
        op.u.task_step.only = id;

        webhook_store_apply(st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            ctl_say("the task goes on with the next start of nginx, or with "
                    "this command");
            return ctl_failed(&op, "the task");
        }

        wait = op.u.task_step.wait;

        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_TASKS;
        op.u.tasks.id = id;

        webhook_store_apply(st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, "the task");
        }

        *task = op.u.tasks.tasks[0];

        webhook_op_free(&op);

        if (task->state != WEBHOOK_TASK_RUNNING) {
            return 0;
        }

        wait = wait < CTL_TASK_PAUSE ? CTL_TASK_PAUSE
               : wait > CTL_TASK_LOOK ? CTL_TASK_LOOK : wait;

        pause.tv_sec = 0;
        pause.tv_nsec = (long) wait * 1000000;

        nanosleep(&pause, NULL);
    }
}


uint64_t
ctl_wall(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_REALTIME, &now);

    return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}
