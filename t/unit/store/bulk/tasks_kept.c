
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: tasks are ended, asked for once, listed, and gone on with
 * over restarts and by several processes.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_task.h"


static void test_end(void);
static void test_once(void);
static void test_once_full(void);
static void test_list(void);
static void test_keep(void);
static void test_restart(void);
static void test_owner(void);


int
main(void)
{
    test_end();
    test_once();
    test_once_full();
    test_list();
    test_keep();
    test_restart();
    test_owner();

    return tap_done();
}


static uint64_t
states(util_t *u, uint64_t ep, webhook_state_e state)
{
    webhook_endpoint_stats_t  e;

    util_stats(u, ep, &e);

    return e.states[state];
}


static void
test_end(void)
{
    util_t                u;
    uint64_t              ep;
    unsigned              i;
    webhook_op_t          op, step;
    webhook_id_t          id;
    webhook_store_news_t  news;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    for (i = 0; i < 500; i++) {
        (void) util_put(&u, ep, 0);
    }

    id = util_id(&u);

    task_op(&op, WEBHOOK_TASK_CANCEL, id, u.wall);
    util_str(&op.u.task.company, "one");
    (void) util_apply(&u, &op);

    webhook_store_news(u.st, &news);

    tap_ok(news.tasks == 1, "news tell of it");

    memset(&step, 0, sizeof(step));
    step.type = WEBHOOK_OP_TASK_STEP;

    tap_ok(util_apply(&u, &step) == WEBHOOK_STORE_OK && step.u.task_step.made
           && step.u.task_step.count > 0 && step.u.task_step.count <= 100
           && !step.u.task_step.over
           && memcmp(&step.u.task_step.id, &id, 16) == 0,
           "a step: %u", step.u.task_step.count);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_TASK_END;
    op.u.task_end.id = id;
    op.u.task_end.wall = u.wall;
    op.u.task_end.company.which = WEBHOOK_COMPANY_ONE;
    util_str(&op.u.task_end.company.name, "two");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND,
           "another company's is not found");

    util_str(&op.u.task_end.company.name, "one");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "it is ended");
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE, "once");
    tap_ok(task_run(&u, NULL) == 0
           && states(&u, ep, WEBHOOK_CANCELLED) == step.u.task_step.count,
           "what it did stays, and no more is done");

    webhook_store_news(u.st, &news);

    tap_ok(news.tasks == 0, "news tell of that");

    memset(&op.u.task_end.id, 1, 16);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND, "no such task");

    util_check(&u, "ended");
    util_free(&u);
}


static void
test_once(void)
{
    util_t        u;
    uint64_t      ep;
    webhook_op_t  op, again, audit;
    webhook_id_t  id;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);
    (void) util_put(&u, ep, 0);

    id = util_id(&u);

    task_op(&op, WEBHOOK_TASK_CANCEL, id, u.wall);
    util_str(&op.u.task.audit, "{\"what\":\"cancel\"}");

    memset(op.u.task.once.key, 1, 32);
    op.u.task.once.caller = 7;
    op.u.task.once.keep = 1000;
    util_str(&op.u.task.once.answer, "first");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "made");

    again = op;
    again.u.task.id = util_id(&u);
    util_str(&again.u.task.once.answer, "second");

    tap_ok(util_apply(&u, &again) == WEBHOOK_STORE_DUPLICATE
           && again.u.task.once.known && again.u.task.once.first.len == 5
           && memcmp(again.u.task.once.first.data, "first", 5) == 0,
           "a repeat gets the first answer");

    webhook_op_free(&again);

    again.u.task.once.keep = 0;
    again.u.task.id = id;

    tap_ok(util_apply(&u, &again) == WEBHOOK_STORE_DUPLICATE
           && !again.u.task.once.known, "as does the id alone");
    tap_ok(task_run(&u, NULL) == 1, "one task was made");

    memset(&audit, 0, sizeof(audit));
    audit.type = WEBHOOK_OP_AUDIT;
    audit.u.audit.max = 10;

    tap_ok(util_apply(&u, &audit) == WEBHOOK_STORE_OK
           && audit.u.audit.count == 1, "and one record of it");

    webhook_op_free(&audit);

    util_check(&u, "once");
    util_free(&u);
}


/* In a store that is full a task is made, which may be what makes room, and so
   its repeat gets the first answer there, too. */

static void
test_once_full(void)
{
    util_t         u;
    uint64_t       ep;
    unsigned       n;
    webhook_op_t   op, again;
    webhook_put_t  put;

    static unsigned char  body[8192];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    n = 0;

    do {
        memset(&put, 0, sizeof(put));

        util_put_op(&op, &put, util_id(&u), ep, body, sizeof(body));
        n++;

    } while (util_apply(&u, &op) == WEBHOOK_STORE_OK && n < 100000);

    tap_ok(op.result == WEBHOOK_STORE_FULL, "full after %u events", n);

    task_op(&op, WEBHOOK_TASK_CANCEL, util_id(&u), u.wall);

    memset(op.u.task.once.key, 1, 32);
    op.u.task.once.caller = 7;
    op.u.task.once.keep = 3600000;
    util_str(&op.u.task.once.answer, "first");

    again = op;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "a task is made");

    again.u.task.id = util_id(&u);

    tap_ok(util_apply(&u, &again) == WEBHOOK_STORE_DUPLICATE
           && again.u.task.once.known && again.u.task.once.first.len == 5,
           "and a repeat gets its answer");

    webhook_op_free(&again);

    util_check(&u, "once, full");
    util_free(&u);
}


static void
test_list(void)
{
    util_t           u;
    unsigned         i, n, good, calls;
    webhook_op_t     op, list;
    webhook_id_t     ids[10];
    webhook_task_t  *task;

    util_init(&u);
    util_open(&u);

    (void) util_endpoint(&u, "erp", 1);

    for (i = 0; i < 10; i++) {
        ids[i] = util_id(&u);

        task_op(&op, WEBHOOK_TASK_RETRY, ids[i], u.wall);
        util_str(&op.u.task.company, i % 2 ? "one" : "");
        util_str(&op.u.task.filter.type, "order.*");
        op.u.task.filter.endpoint = 77;
        op.u.task.filter.state = WEBHOOK_DEAD;
        op.u.task.filter.least = 500;
        op.u.task.filter.most = 599;
        op.u.task.filter.since = 5;
        op.u.task.expected = 42;

        (void) task_all(&u, &op);
    }

    memset(&list, 0, sizeof(list));
    list.type = WEBHOOK_OP_TASKS;
    list.u.tasks.max = 3;

    good = 1;
    calls = 0;

    for (n = 0; n < 10; /* void */ ) {

        (void) util_apply(&u, &list);
        calls++;

        for (i = 0; i < list.u.tasks.count; i++) {
            good &= memcmp(&list.u.tasks.tasks[i].id, &ids[9 - n], 16) == 0;
            n++;
        }

        webhook_op_free(&list);

        list.u.tasks.from = 1;

        if (!list.u.tasks.more) {
            break;
        }
    }

    tap_ok(good && n == 10 && calls == 4, "tasks, the newest first");

    memset(&list.u.tasks, 0, sizeof(list.u.tasks));
    list.u.tasks.id = &ids[3];

    tap_ok(util_apply(&u, &list) == WEBHOOK_STORE_OK
           && list.u.tasks.count == 1, "one of them");

    task = list.u.tasks.tasks;

    tap_ok(task && task->state == WEBHOOK_TASK_DONE && task->ended
           && task->created && task->kind == WEBHOOK_TASK_RETRY
           && task->filter.endpoint == 77
           && task->filter.state == WEBHOOK_DEAD
           && task->filter.least == 500 && task->filter.most == 599
           && task->filter.since == 5 && task->expected == 42
           && task->by.len == 7 && task->company.len == 3
           && task->filter.type.len == 7
           && memcmp(task->filter.type.data, "order.*", 7) == 0,
           "has all that it was made with");

    webhook_op_free(&list);

    list.u.tasks.company.which = WEBHOOK_COMPANY_NONE;

    tap_ok(util_apply(&u, &list) == WEBHOOK_STORE_NOT_FOUND,
           "another company's is not found");

    list.u.tasks.id = NULL;
    list.u.tasks.max = 100;

    tap_ok(util_apply(&u, &list) == WEBHOOK_STORE_OK
           && list.u.tasks.count == 5 && !list.u.tasks.more,
           "those of a company, or of none");

    webhook_op_free(&list);

    util_check(&u, "listed");
    util_free(&u);
}


/* The last thousand are kept. */

static void
test_keep(void)
{
    util_t        u;
    unsigned      i, n;
    webhook_op_t  op, list;

    util_init(&u);
    util_open(&u);

    (void) util_endpoint(&u, "erp", 1);

    for (i = 0; i < 1100; i++) {
        task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.wall);
        (void) task_all(&u, &op);
    }

    memset(&list, 0, sizeof(list));
    list.type = WEBHOOK_OP_TASKS;
    list.u.tasks.max = 300;

    for (n = 0; ; list.u.tasks.from = 1) {
        (void) util_apply(&u, &list);

        n += list.u.tasks.count;
        webhook_op_free(&list);

        if (!list.u.tasks.more) {
            break;
        }
    }

    tap_ok(n == WEBHOOK_TASK_KEEP + 1 || n == WEBHOOK_TASK_KEEP,
           "the last ones are kept: %u", n);

    util_check(&u, "kept");
    util_free(&u);
}


/* Whatever was done before the process went is not done again. */

static void
test_restart(void)
{
    util_t        u;
    uint64_t      ep, n;
    unsigned      i;
    webhook_op_t  op, step;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    for (i = 0; i < 1000; i++) {
        (void) ended(&u, ep, WEBHOOK_FAILED);
    }

    task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.wall);
    (void) util_apply(&u, &op);

    for (n = 0, i = 0; i < 3; i++) {
        memset(&step, 0, sizeof(step));
        step.type = WEBHOOK_OP_TASK_STEP;

        (void) util_apply(&u, &step);
        n += step.u.task_step.count;

        webhook_store_close(u.st);
        util_open(&u);

        u.clock += 3000;
    }

    tap_ok(n && n < 1000, "some were dealt with: %u", (unsigned) n);

    n += task_run(&u, NULL);

    tap_ok(n == 1000 && states(&u, ep, WEBHOOK_PENDING) == 1000,
           "each once, over restarts");

    util_check(&u, "restarted");
    util_free(&u);
}


/* Who made a step has the task for a while. */

static void
test_owner(void)
{
    int           fd[2], done;
    pid_t         pid;
    util_t        u;
    uint64_t      ep;
    unsigned      i;
    webhook_op_t  op, step;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    for (i = 0; i < 1000; i++) {
        (void) util_put(&u, ep, 0);
    }

    task_op(&op, WEBHOOK_TASK_CANCEL, util_id(&u), u.wall);
    (void) util_apply(&u, &op);

    webhook_store_close(u.st);

    if (pipe(fd) != 0) {
        exit(1);
    }

    pid = fork();

    if (pid == 0) {
        util_open(&u);

        memset(&step, 0, sizeof(step));
        step.type = WEBHOOK_OP_TASK_STEP;

        done = util_apply(&u, &step) == WEBHOOK_STORE_OK
               && step.u.task_step.made;

        if (write(fd[1], &done, sizeof(done)) != sizeof(done)) {
            _exit(1);
        }

        pause();
    }

    tap_ok(read(fd[0], &done, sizeof(done)) == sizeof(done) && done,
           "another process makes a step");

    util_open(&u);

    memset(&step, 0, sizeof(step));
    step.type = WEBHOOK_OP_TASK_STEP;

    tap_ok(util_apply(&u, &step) == WEBHOOK_STORE_OK && !step.u.task_step.made
           && step.u.task_step.wait > 0 && step.u.task_step.wait <= 2000,
           "and has the task");

    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);

    u.clock += step.u.task_step.wait;

    tap_ok(util_apply(&u, &step) == WEBHOOK_STORE_OK && step.u.task_step.made,
           "it is killed: this one goes on");

    (void) task_run(&u, NULL);

    tap_ok(states(&u, ep, WEBHOOK_CANCELLED) == 1000, "to the end");

    util_check(&u, "owners");
    util_free(&u);
}
