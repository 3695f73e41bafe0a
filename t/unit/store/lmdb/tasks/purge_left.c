
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store on LMDB: an event of many deliveries is purged in steps.  From the
 * first of them on it is gone for whoever asks, and whatever becomes of who
 * purges it, the rest goes.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_task.h"
#include "store_wide.h"


#define WIDE  450


typedef struct {
    util_t        u;
    uint64_t      eps[WIDE];
    webhook_id_t  wide;
    webhook_id_t  behind;               /* of the same key, to the last one */
} left_t;


static void
begin(left_t *x)
{
    util_init(&x->u);

    x->u.size = (uint64_t) 64 << 20;
    x->u.keep = WEBHOOK_NEVER;

    util_open(&x->u);

    wide_endpoints(&x->u, x->eps, WIDE, 10);

    x->wide = wide_put(&x->u, x->eps, WIDE, "7");
    x->behind = wide_put(&x->u, x->eps, WIDE, "7");
}


static webhook_store_result_e
purge(left_t *x, unsigned *more)
{
    return wide_purge(&x->u, x->wide, more);
}


static unsigned
rows_left(left_t *x)
{
    return wide_rows(&x->u, WEBHOOK_DB_DELIVERIES, x->wide);
}


static webhook_store_result_e
show(left_t *x)
{
    return wide_show(&x->u, x->wide);
}


static webhook_store_result_e
by_hand(left_t *x, webhook_op_e type, uint64_t ep)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = type;
    op.u.delivery.event = x->wide;
    op.u.delivery.endpoint = ep;

    return util_apply(&x->u, &op);
}


/* All that asks for it finds nothing; the other one is all there is. */

static int
gone(left_t *x)
{
    unsigned          i, n, ordered, damaged;
    uint64_t          ep;
    webhook_op_t      op;
    webhook_put_t     p;
    webhook_filter_t  f;

    static const int  states[] = { -1, WEBHOOK_PENDING, WEBHOOK_CANCELLED };

    if (show(x) != WEBHOOK_STORE_NOT_FOUND) {
        printf("# it is shown\n");
        return 0;
    }

    for (i = 0; i < 6; i++) {
        memset(&f, 0, sizeof(f));

        f.state = states[i % 3];
        f.oldest = i > 2;

        n = (unsigned) task_listed(&x->u, &f, 200, &ordered);

        if (n != (f.state == WEBHOOK_CANCELLED ? 0 : WIDE) || !ordered) {
            printf("# %u are listed (%u)\n", n, i);
            return 0;
        }
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter.state = -1;
    op.u.list.filter.max = 200;
    op.u.list.filter.oldest = 1;

    (void) util_apply(&x->u, &op);

    damaged = (unsigned) op.u.list.damaged;

    webhook_op_free(&op);

    if (damaged) {
        printf("# it is told of as damaged\n");
        return 0;
    }

    /* none of its deliveries is left to somebody's hands, and no other event is
       put in its place */

    for (i = 0; i < WIDE; i += 50) {
        ep = x->eps[i];

        if (by_hand(x, WEBHOOK_OP_RETRY, ep) != WEBHOOK_STORE_NOT_FOUND
            || by_hand(x, WEBHOOK_OP_CANCEL, ep) != WEBHOOK_STORE_NOT_FOUND)
        {
            printf("# it can be retried\n");
            return 0;
        }
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_COPY;
    op.u.copy.event = x->wide;
    op.u.copy.endpoint = x->eps[WIDE - 1];
    op.u.copy.id = util_id(&x->u);

    if (util_apply(&x->u, &op) != WEBHOOK_STORE_NOT_FOUND) {
        printf("# it can be replayed\n");
        return 0;
    }

    if (rows_left(x)) {
        memset(&p, 0, sizeof(p));

        util_put_op(&op, &p, x->wide, x->eps[0], "{}", 2);

        if (util_apply(&x->u, &op) != WEBHOOK_STORE_DUPLICATE) {
            printf("# another one takes its place\n");
            return 0;
        }
    }

    return 1;
}


static int
expire(left_t *x)
{
    return wide_expire(&x->u, x->wide);
}


/* Each step leaves it gone and the store sound. */

static void
test_steps(void)
{
    int       good;
    left_t    x;
    unsigned  more, steps, before, most;

    begin(&x);

    good = 1;
    most = 0;
    steps = 0;

    do {
        before = rows_left(&x);

        good &= purge(&x, &more) == WEBHOOK_STORE_OK && gone(&x);
        good &= more == (rows_left(&x) != 0);

        if (before - rows_left(&x) > most) {
            most = before - rows_left(&x);
        }

        steps++;

    } while (good && more);

    tap_ok(good && steps > 3 && most <= 101,
           "it goes in %u steps, %u rows at most, and is gone from the first "
           "on", steps, most);
    tap_ok(purge(&x, &more) == WEBHOOK_STORE_NOT_FOUND && !more,
           "then it is not there");

    util_check(&x.u, "purged");

    util_free(&x.u);
}


/* Who purges it is gone after n steps: the store is sound, nothing of it is
   sent, what is behind it is, and the rest goes with what is too old. */

static void
test_left(unsigned n)
{
    int           good;
    left_t        x;
    char          name[32];
    uint64_t      token;
    unsigned      i, more, sent;
    webhook_op_t  op;

    begin(&x);

    for (i = 0; i < n; i++) {
        (void) purge(&x, &more);
    }

    snprintf(name, sizeof(name), "left after %u", n);

    util_close(&x.u);
    util_open(&x.u);

    good = gone(&x) && rows_left(&x) != 0;

    util_check(&x.u, name);

    sent = 0;

    for (i = WIDE; i > 0; i -= 30) {

        (void) util_claim(&x.u, &op, &x.eps[i - 1], 10);

        good &= op.u.claim.count == 1
                && memcmp(&op.u.claim.leases[0].event.id, &x.behind, 16) == 0;

        token = op.u.claim.count ? op.u.claim.leases[0].lease_token : 0;

        webhook_op_free(&op);

        sent += util_complete(&x.u, x.behind, x.eps[i - 1], token,
                              WEBHOOK_DONE, 0) == WEBHOOK_STORE_OK;
    }

    tap_ok(good && sent == WIDE / 30,
           "%s: nothing of it is sent, but what is behind it is", name);

    tap_ok(expire(&x) && show(&x) == WEBHOOK_STORE_NOT_FOUND,
           "%s: the rest goes", name);

    util_check(&x.u, "the rest");

    util_free(&x.u);
}


/* While one of its deliveries is being sent nothing happens. */

static void
test_sending(void)
{
    left_t        x;
    uint64_t      token;
    unsigned      more;
    webhook_op_t  op;

    begin(&x);

    (void) util_claim(&x.u, &op, &x.eps[WIDE - 1], 1);
    token = op.u.claim.count ? op.u.claim.leases[0].lease_token : 0;
    webhook_op_free(&op);

    tap_ok(purge(&x, &more) == WEBHOOK_STORE_STALE && !more
           && show(&x) == WEBHOOK_STORE_OK && rows_left(&x) == WIDE + 1,
           "one is being sent: it stays whole");

    (void) util_complete(&x.u, x.wide, x.eps[WIDE - 1], token, WEBHOOK_RETRY,
                         1000);

    tap_ok(purge(&x, &more) == WEBHOOK_STORE_OK && more
           && show(&x) == WEBHOOK_STORE_NOT_FOUND, "then it goes");

    tap_ok(expire(&x), "with all of it");

    util_check(&x.u, "sending");

    util_free(&x.u);
}


/* One that is over goes in steps, too, when it is too old. */

static void
test_old(void)
{
    left_t            x;
    unsigned          i, more, steps, before, most;
    webhook_op_t      op;
    webhook_filter_t  f;

    begin(&x);

    x.u.keep = 1000000;

    util_close(&x.u);
    util_open(&x.u);

    task_op(&op, WEBHOOK_TASK_CANCEL, util_id(&x.u), x.u.wall);
    memset(&f, 0, sizeof(f));
    f.state = WEBHOOK_PENDING;
    op.u.task.filter = f;
    op.u.task.filter.until = 0;

    (void) task_all(&x.u, &op);

    x.u.clock += 3000000;

    most = 0;

    for (steps = 0; steps < 100; steps++) {
        before = rows_left(&x);

        (void) util_expire(&x.u, 1, &more);

        i = before - rows_left(&x);
        most = i > most ? i : most;

        if (!more) {
            break;
        }
    }

    tap_ok(rows_left(&x) == 0 && steps > 3 && most <= 101,
           "one that is too old goes in %u steps, %u rows at most", steps,
           most);

    util_check(&x.u, "too old");

    util_free(&x.u);
}


int
main(void)
{
    unsigned  n;

    test_steps();

    for (n = 1; n < 5; n++) {
        test_left(n);
    }

    test_sending();
    test_old();

    return tap_done();
}
