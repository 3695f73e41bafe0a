
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A step of a task: so many deliveries as can be dealt with in a millisecond,
 * in which others wait for the writer's lock.  How far the task has come is
 * written in the same transaction, so whatever becomes of who makes steps,
 * each delivery is dealt with once.  Who made a step has the task for a while,
 * so that several workers do not do the same at a time; that is to spare
 * them, and nothing would go wrong without it.
 *
 * What a damaged page of the file has fails the transaction.  A delivery, or a
 * call, that did so is passed over by the next step.  Where it is the page that
 * the task would go on from, steps do one thing at a time, up to it, and then
 * the task is ended.
 */

#include "store/lmdb/tasks/webhook_store_task_step.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/walk/webhook_store_filter.h"
#include "store/lmdb/history/webhook_store_admin.h"
#include "store/lmdb/tasks/webhook_store_copy.h"
#include "store/lmdb/tasks/webhook_store_purge.h"
#include "store/lmdb/tasks/webhook_store_task.h"
#include "store/lmdb/tasks/webhook_store_task_skip.h"
#include "store/lmdb/tasks/webhook_store_task_step_int.h"
#include "store/lmdb/tasks/webhook_store_task_walk.h"


#define WEBHOOK_STEP_CHANGES  100       /* in a step */
#define WEBHOOK_STEP_HOLD     2000      /* ms that who made it has the task */
#define WEBHOOK_STEP_AGAIN    1000      /* ms until it is tried again where
                                           there is no room, or sends are
                                           waited for */


static int webhook_step_choose(webhook_txn_t *t, unsigned char *buf,
    webhook_task_row_t *row, webhook_op_task_step_t *s, int *found);
static uint64_t webhook_step_wait(const webhook_txn_t *t,
    const webhook_task_row_t *row);
static void webhook_step_begin(webhook_step_t *x, webhook_txn_t *t,
    webhook_op_task_step_t *s);
static int webhook_step_end(webhook_step_t *x);
static int webhook_step_deliveries(webhook_step_t *x);
static int webhook_step_values(webhook_step_t *x);
static void webhook_step_part(webhook_step_t *x, uint32_t n);
static void webhook_step_count(webhook_step_t *x,
    webhook_store_result_e result);
static int webhook_step_one(webhook_step_t *x, const webhook_walk_hit_t *hit,
    webhook_store_result_e *result);
static int webhook_step_again(webhook_step_t *x, webhook_endpoint_row_t *ep,
    const webhook_walk_hit_t *hit, webhook_store_result_e *result);


int
webhook_task_step_look(webhook_txn_t *t, webhook_op_t *op)
{
    int  rc, todo;

    todo = 0;
    op->u.task_step.seen = 0;

    rc = webhook_task_step_peek(t, op, &todo);

    /* what is damaged the step comes to, too, and deals with */
    op->u.task_step.todo = todo && (rc == 0 || webhook_handle_damaged(rc));

    return op->u.task_step.todo ? 0 : rc;
}


int
webhook_task_step_peek(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    int                      rc, found, got;
    unsigned char            buf[WEBHOOK_ROW_MAX];
    webhook_step_t           x;
    webhook_walk_t           w;
    webhook_walk_hit_t       hit;
    webhook_op_task_step_t  *s;

    s = &op->u.task_step;

    op->result = WEBHOOK_STORE_OK;

    if (s->seen) {
        *todo = 1;
        return 0;
    }

    rc = webhook_step_choose(t, buf, &x.row, s, &found);

    if (rc || !found) {
        return rc;
    }

    *todo = 1;

    webhook_step_begin(&x, t, s);

    s->seen_id = x.row.task.id;
    s->seen_pass = x.row.pass;
    memcpy(s->seen_from, x.filter.cursor, WEBHOOK_CURSOR_LEN);

    if (x.row.task.path.len) {
        return webhook_task_find_ahead(&x);
    }

    if (x.row.pass) {
        return 0;
    }

    webhook_task_walk(&w, x.row.task.kind, &x.filter, WEBHOOK_FILTER_ROWS);

    w.narrow = 1;

    rc = webhook_walk_next(t, &w, &hit, &got);

    webhook_walk_free(&w);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    /* the step goes on from here, if the task is where it was */

    s->seen = w.from;
    memcpy(s->seen_to, w.cursor, WEBHOOK_CURSOR_LEN);

    return 0;
}


int
webhook_task_step(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc, found, left, purge;
    unsigned char            buf[WEBHOOK_ROW_MAX];
    webhook_step_t           x;
    webhook_op_task_step_t  *s;

    s = &op->u.task_step;

    rc = webhook_step_choose(t, buf, &x.row, s, &found);
    if (rc) {
        return rc;
    }

    op->result = WEBHOOK_STORE_OK;

    if (!found) {
        return 0;
    }

    webhook_step_begin(&x, t, s);

    left = 0;
    purge = x.row.task.kind == WEBHOOK_TASK_PURGE;

    if (purge && !x.ended) {

        /* an event of many deliveries goes in several steps */

        rc = webhook_purge_left(t, 1, &left);

        if (rc || left) {
            return rc ? rc : webhook_step_end(&x);
        }
    }

    if (s->seen && memcmp(&s->seen_id, &x.row.task.id, sizeof(webhook_id_t))
                   == 0
        && s->seen_pass == x.row.pass
        && memcmp(s->seen_from, x.filter.cursor, WEBHOOK_CURSOR_LEN) == 0)
    {
        memcpy(x.filter.cursor, s->seen_to, WEBHOOK_CURSOR_LEN);
        x.filter.from = 1;

    } else {
        s->seen = 0;

        if (x.row.task.path.len && !x.ended) {

            /* what to deal with is to be looked for anew */

            s->wait = 0;
            return 0;
        }
    }

    rc = x.ended ? 0
         : x.row.task.path.len ? webhook_step_values(&x)
         : x.row.pass ? webhook_task_calls(&x)
         : webhook_step_deliveries(&x);

    if (rc == 0 && purge && x.over) {
        rc = webhook_purge_left(t, 0, &left);

        x.over = !left;
    }

    return rc ? rc : webhook_step_end(&x);
}


/* The task that has waited longest for a step, of those that may have one; else
   how long until one may. */

static int
webhook_step_choose(webhook_txn_t *t, unsigned char *buf,
    webhook_task_row_t *row, webhook_op_task_step_t *s, int *found)
{
    int                 rc;
    uint32_t            n, tasks;
    uint64_t            ms, stepped;
    webhook_id_t        id, best;
    webhook_task_row_t  one;

    *found = 0;
    s->wait = WEBHOOK_NEVER;

    stepped = 0;
    tasks = t->state.tasks;

    memset(id.bytes, 0xff, sizeof(id.bytes));

    for (n = 0; n < tasks; n++) {

        rc = webhook_task_running(t, &id, buf, &one);

        if (rc == MDB_NOTFOUND) {
            break;
        }

        if (rc) {
            return rc;
        }

        if (s->only && memcmp(&id, s->only, sizeof(webhook_id_t)) != 0) {
            continue;
        }

        ms = webhook_step_wait(t, &one);

        if (ms) {

            if (ms < s->wait) {
                s->wait = ms;
            }

        } else if (!*found || one.stepped < stepped) {
            *found = 1;
            best = id;
            stepped = one.stepped;
        }
    }

    return *found ? webhook_task_read(t, &best, buf, row) : 0;
}


/* How long until this process may make a step of it. */

static uint64_t
webhook_step_wait(const webhook_txn_t *t, const webhook_task_row_t *row)
{
    uint64_t  time;

    time = row->again;

    if (row->owner != t->st->incarnation && row->held > time) {
        time = row->held;
    }

    /* nobody has it for longer */

    if (time <= t->now || time - t->now > WEBHOOK_STEP_HOLD) {
        return 0;
    }

    return time - t->now;
}


static void
webhook_step_begin(webhook_step_t *x, webhook_txn_t *t,
    webhook_op_task_step_t *s)
{
    int  end;

    x->t = t;
    x->s = s;
    x->begun = webhook_clock_usec();
    x->changes = WEBHOOK_STEP_CHANGES;
    x->over = 0;
    x->ended = 0;

    if (webhook_task_skip_is_lost(t->st, &x->row.task.id, &end)) {
        x->changes = 1;
        x->ended = end;
    }

    x->filter = x->row.task.filter;
    x->filter.until = x->row.until;
}


/* Where the task is now is written. */

static int
webhook_step_end(webhook_step_t *x)
{
    webhook_txn_t           *t;
    webhook_task_row_t      *row;
    webhook_op_task_step_t  *s;

    t = x->t;
    s = x->s;
    row = &x->row;

    s->made = 1;
    s->seen = 0;
    s->id = row->task.id;

    memcpy(row->task.filter.cursor, x->filter.cursor, WEBHOOK_CURSOR_LEN);
    row->task.filter.from = x->filter.from;

    row->owner = t->st->incarnation;
    row->held = webhook_later(t->now, WEBHOOK_STEP_HOLD);
    row->stepped = t->now;

    if (x->ended) {
        s->over = 1;

        webhook_task_skip_end(t->st);
        webhook_task_over(t, row, WEBHOOK_TASK_ENDED, s->wall);

    } else if (x->over && (row->left || (row->task.calls && !row->pass))) {

        /* once more, for what was being sent; then the calls */

        if (row->left) {
            row->again = webhook_later(t->now, WEBHOOK_STEP_AGAIN);
            row->left = 0;

        } else {
            row->pass = 1;
        }

        memset(row->task.filter.cursor, 0, WEBHOOK_CURSOR_LEN);
        row->task.filter.from = 0;

    } else if (x->over) {
        s->over = 1;

        webhook_task_over(t, row, WEBHOOK_TASK_DONE, s->wall);
    }

    s->wait = s->over ? t->state.tasks && !s->only ? 0 : WEBHOOK_NEVER
              : row->again > t->now ? row->again - t->now : 0;

    return webhook_task_write(t, row);
}


static int
webhook_step_deliveries(webhook_step_t *x)
{
    int                      rc, got;
    webhook_walk_t           w;
    webhook_walk_hit_t       hit;
    webhook_task_row_t      *row;
    webhook_store_result_e   result;

    row = &x->row;
    row->task.full = 0;

    webhook_task_walk(&w, row->task.kind, &x->filter, WEBHOOK_STEP_ROWS);

    w.narrow = 1;

    do {
        rc = webhook_walk_next(x->t, &w, &hit, &got);

        if (webhook_handle_damaged(rc)) {
            webhook_task_skip_lost(x->t->st, &row->task.id, x->changes == 1);
        }

        if (rc || !got) {
            break;
        }

        rc = webhook_step_one(x, &hit, &result);
        if (rc) {
            break;
        }

        if (result == WEBHOOK_STORE_FULL) {
            row->task.full = 1;
            row->again = webhook_later(x->t->now, WEBHOOK_STEP_AGAIN);
            break;
        }

        x->changes--;

        webhook_step_count(x, result);

        if (row->task.kind == WEBHOOK_TASK_PURGE) {
            webhook_walk_pass_event(&w, &hit);

        } else {
            webhook_walk_pass(&w, &hit);
        }

    } while (!webhook_step_late(x));

    webhook_walk_end(&w, &x->filter);
    webhook_walk_free(&w);

    if (rc == MDB_NOTFOUND) {
        x->over = 1;
        return 0;
    }

    return rc;
}


/* What was found to have the value, as far as there is time for it. */

static int
webhook_step_values(webhook_step_t *x)
{
    int                      rc;
    uint32_t                 i;
    webhook_walk_hit_t       hit;
    webhook_task_found_t    *found;
    webhook_store_result_e   result;

    found = &x->s->found;

    if (found->stuck) {
        webhook_task_skip_lost(x->t->st, &x->row.task.id, 1);
        return 0;
    }

    memset(&hit, 0, sizeof(webhook_walk_hit_t));

    for (i = 0; i < found->count; i++) {

        if (i && webhook_step_late(x)) {
            webhook_step_part(x, i);
            return 0;
        }

        hit.id = found->ids[i];

        rc = x->row.pass ? webhook_task_call_go(x, &hit.id, &result)
                         : webhook_step_one(x, &hit, &result);
        if (rc) {
            return rc;
        }

        x->changes--;

        webhook_step_count(x, result);
    }

    x->row.task.failed += found->unread;
    x->over = found->over;

    return 0;
}


/* The step is over behind so many of them: the next one goes on from there. */

static void
webhook_step_part(webhook_step_t *x, uint32_t n)
{
    const webhook_task_found_t  *found;

    found = &x->s->found;

    x->row.task.failed += found->before[n - 1];

    if (x->row.pass) {
        webhook_task_call_pass(&x->filter, &found->ids[n - 1]);

    } else {
        webhook_key_delivery(x->filter.cursor, &found->ids[n - 1], UINT64_MAX);
    }
}


static void
webhook_step_count(webhook_step_t *x, webhook_store_result_e result)
{
    webhook_task_row_t  *row;

    row = &x->row;

    if (result == WEBHOOK_STORE_OK) {
        row->task.done++;
        x->s->count++;

    } else if (result == WEBHOOK_STORE_STALE) {
        row->left++;

    } else {
        row->task.failed++;
    }
}


static int
webhook_step_one(webhook_step_t *x, const webhook_walk_hit_t *hit,
    webhook_store_result_e *result)
{
    int                      rc;
    unsigned                 more;
    webhook_endpoint_row_t  *ep;
    webhook_delivery_row_t   d;

    static const webhook_company_t  any;

    if (webhook_task_skip_is_bad(x->t->st, &hit->id, hit->endpoint)) {
        x->changes = 1;
        *result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    switch (x->row.task.kind) {

    case WEBHOOK_TASK_PURGE:
        rc = webhook_purge_event(x->t, &hit->id, &any, result, &more);

        if (more) {
            x->changes = 1;
        }

        break;

    case WEBHOOK_TASK_REPLAY:
        rc = webhook_copy_behind(x->t, hit, x->s->backlog, x->row.until,
                                 result);
        break;

    default:
        rc = webhook_endpoint_row_get(x->t, hit->endpoint, &ep);

        if (rc == 0 && x->row.task.kind == WEBHOOK_TASK_RETRY) {
            rc = webhook_step_again(x, ep, hit, result);

        } else if (rc == 0) {
            d = hit->d;
            *result = WEBHOOK_STORE_OK;

            rc = webhook_queue_cancel(x->t, ep, &hit->id, &d);
        }
    }

    if (webhook_handle_damaged(rc)) {
        webhook_task_skip_bad(x->t->st, &hit->id, hit->endpoint);
    }

    return rc;
}


static int
webhook_step_again(webhook_step_t *x, webhook_endpoint_row_t *ep,
    const webhook_walk_hit_t *hit, webhook_store_result_e *result)
{
    int                     rc, full;
    webhook_delivery_row_t  d;

    d = hit->d;
    full = 0;

    rc = d.state == WEBHOOK_PENDING
         ? webhook_queue_requeue(x->t, ep, &hit->id, &d)
         : webhook_admin_bounded(x->t, hit->endpoint, &hit->id, &d,
                                 &hit->head.company, x->s->backlog, &full);

    *result = full ? WEBHOOK_STORE_FULL : WEBHOOK_STORE_OK;

    return rc;
}
