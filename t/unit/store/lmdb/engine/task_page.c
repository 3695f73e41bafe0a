
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store on LMDB: a task that comes to a damaged page of the file
 * passes over what is there, or is ended, and does not try forever.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <fcntl.h>
#include <sys/stat.h>

#include "store_task.h"
#include "store_util.h"


#define CALLS   600
#define EVENTS  600
#define PAGE    4096
#define BRANCH  0x01
#define LEAF    0x02


static void test_calls(int looks);
static void test_deliveries(int looks);


int
main(void)
{
    test_calls(0);
    test_calls(1);
    test_deliveries(0);
    test_deliveries(1);

    return tap_done();
}


static unsigned
word(const unsigned char *p)
{
    return p[0] | (unsigned) p[1] << 8;
}


/* Nodes of branches that lead to a page lead out of the file. */

static unsigned
mislead(int fd, unsigned char *file, size_t size, size_t page)
{
    size_t          i;
    unsigned        n, k;
    unsigned char  *p, *node;

    n = 0;

    for (i = 2 * PAGE; i + PAGE <= size; i += PAGE) {
        p = file + i;

        if (word(p + 10) != BRANCH) {
            continue;
        }

        for (k = 0; k < (word(p + 12) - 16) / 2; k++) {
            node = p + word(p + 16 + 2 * k);

            if (word(node) == (page & 0xffff) && word(node + 2) == page >> 16) {
                node[4] = 0xff;
                n += pwrite(fd, p, PAGE, (off_t) i) == PAGE;
            }
        }
    }

    return n;
}


/* All leaves that hold these bytes cannot be reached; returns how many. */

static unsigned
damage(util_t *u, const void *bytes, size_t len)
{
    int             fd;
    char            path[1024];
    size_t          i;
    unsigned        n;
    struct stat     st;
    unsigned char  *file, *p;

    util_close(u);

    n = 0;

    snprintf(path, sizeof(path), "%s/data.mdb", u->dir);

    fd = open(path, O_RDWR);

    if (fd == -1 || fstat(fd, &st) == -1) {
        return 0;
    }

    file = malloc((size_t) st.st_size);

    if (file && pread(fd, file, (size_t) st.st_size, 0) == st.st_size) {

        for (i = 2 * PAGE; i + PAGE <= (size_t) st.st_size; i += PAGE) {
            p = file + i;

            if (word(p + 10) == LEAF && memmem(p, PAGE, bytes, len)) {
                n += mislead(fd, file, (size_t) st.st_size, i / PAGE);
            }
        }
    }

    free(file);
    close(fd);

    util_open(u);

    return n;
}


/* Steps until the task is over, of which some fail; what became of it.  With
   "looks" each is looked for beside it before, as workers do. */

static webhook_task_state_e
run(util_t *u, int looks, webhook_task_t *task, unsigned *failed)
{
    unsigned      i;
    webhook_op_t  op;

    *failed = 0;

    for (i = 0; i < 2000; i++) {
        memset(&op, 0, sizeof(op));

        op.u.task_step.wall = u->wall;
        op.type = WEBHOOK_OP_TASK_LOOK;

        if (looks && (util_apply(u, &op) != WEBHOOK_STORE_OK
                      || !op.u.task_step.todo))
        {
            break;
        }

        op.type = WEBHOOK_OP_TASK_STEP;

        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
            (*failed)++;

        } else if (op.u.task_step.wait == WEBHOOK_NEVER) {
            break;

        } else {
            u->clock += op.u.task_step.wait;
        }
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_TASKS;
    op.u.tasks.max = 1;

    (void) util_apply(u, &op);

    memset(task, 0, sizeof(webhook_task_t));

    if (op.u.tasks.count) {
        *task = op.u.tasks.tasks[0];
    }

    webhook_op_free(&op);

    return task->state;
}


static void
test_calls(int looks)
{
    util_t          u;
    char            name[40];
    unsigned        i, failed, pages;
    webhook_op_t    op;
    webhook_task_t  task;

    util_init(&u);
    util_open(&u);

    for (i = 0; i < CALLS; i++) {
        memset(&op, 0, sizeof(op));

        snprintf(name, sizeof(name), "needle %u in a stack of hay", i);

        op.type = WEBHOOK_OP_PUT_CALL;
        op.u.put_call.call.id = util_id(&u);
        op.u.put_call.call.receiver = util_name("contact");
        op.u.put_call.call.wall = u.wall;
        op.u.put_call.call.status = 200;
        util_str(&op.u.put_call.call.name, name);

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            printf("# a call is not kept\n");
        }
    }

    pages = damage(&u, "needle 300 in", 13);

    task_op(&op, WEBHOOK_TASK_PURGE, util_id(&u), u.wall);
    op.u.task.calls = 1;

    tap_ok(pages && util_apply(&u, &op) == WEBHOOK_STORE_OK
           && run(&u, looks, &task, &failed) == WEBHOOK_TASK_DONE,
           "a damaged page of calls' bodies: the task is done");
    tap_ok(failed && task.failed && task.done
           && task.done + task.failed == CALLS,
           "%llu were passed over, %llu went, %u steps failed",
           (unsigned long long) task.failed, (unsigned long long) task.done,
           failed);
    tap_ok(strstr(u.text, "a task skips ") != NULL, "it is told");

    util_free(&u);
}


static void
test_deliveries(int looks)
{
    util_t          u;
    uint64_t        ep;
    unsigned        i, failed, pages;
    webhook_id_t    id, one;
    unsigned char   key[WEBHOOK_KEY_DELIVERY];
    webhook_op_t    op;
    webhook_task_t  task;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    id = util_id(&u);

    for (i = 0; i < EVENTS; i++) {
        one = util_put(&u, ep, 0);

        if (i == EVENTS / 2) {
            id = one;
        }
    }

    webhook_key_delivery(key, &id, ep);

    pages = damage(&u, key, sizeof(key));

    task_op(&op, WEBHOOK_TASK_CANCEL, util_id(&u), u.wall);

    tap_ok(pages && util_apply(&u, &op) == WEBHOOK_STORE_OK
           && run(&u, looks, &task, &failed) == WEBHOOK_TASK_ENDED,
           "a damaged page of deliveries: the task is ended");
    tap_ok(failed && failed < 10 && task.done > EVENTS / 4
           && task.done < EVENTS / 2,
           "after what is before it: %llu, and %u steps that failed",
           (unsigned long long) task.done, failed);
    tap_ok(strstr(u.text, "a task cannot continue") != NULL, "it is told");

    util_free(&u);
}
