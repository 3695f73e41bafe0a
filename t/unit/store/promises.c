
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what holds of all operations alike.  An operation is
 * applied whole or not at all; what was told is done, though the process is
 * killed at once; outputs are copies; pages of a list come to an end whatever
 * happens meanwhile; a wall clock that steps steers nothing.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


#define SCOPE  UINT64_C(0x1122334455667788)
#define DAY    ((uint64_t) 24 * 3600 * 1000)


static void test_whole(void);
static void test_told(void);
static void test_copies(void);
static void test_pages(void);
static void test_bounds(void);
static void test_wall(void);


int
main(void)
{
    test_whole();
    test_told();
    test_copies();
    test_pages();
    test_bounds();
    test_wall();

    return tap_done();
}


static webhook_store_result_e
show(util_t *u, const webhook_id_t *id, webhook_state_e *state)
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = *id;

    result = util_apply(u, &op);

    if (state && op.u.show.count) {
        *state = op.u.show.deliveries[0].delivery.state;
    }

    webhook_op_free(&op);

    return result;
}


/* An event is put with all of its deliveries, or nothing of it is there. */

static void
test_whole(void)
{
    util_t         u;
    uint64_t       a, b;
    unsigned       i;
    webhook_op_t   op[3], claim, *ops[3];
    webhook_id_t   id[3];
    webhook_put_t  put[3][2];

    util_init(&u);
    util_open(&u);

    a = util_endpoint(&u, "a", 10);
    b = util_endpoint(&u, "b", 10);

    memset(put, 0, sizeof(put));

    for (i = 0; i < 3; i++) {
        id[i] = util_id(&u);
        util_put_op(&op[i], put[i], id[i], a, "{}", 2);

        put[i][0].lease = 1;
        put[i][1].endpoint = b;

        op[i].u.put_event.count = 2;
        op[i].u.put_event.idempotency.keep = DAY;
        op[i].u.put_event.idempotency.key[0] = (unsigned char) i;

        ops[i] = &op[i];
    }

    put[1][1].form = 1;                 /* which it has not got */

    webhook_store_apply(u.st, ops, 3);

    tap_ok(op[0].result == WEBHOOK_STORE_OK
           && op[1].result == WEBHOOK_STORE_UNAVAILABLE
           && op[2].result == WEBHOOK_STORE_OK,
           "one of a batch fails, the others do not");
    tap_ok(put[0][0].token && put[1][0].token == 0 && put[2][0].token,
           "and has no lease");
    tap_ok(show(&u, &id[1], NULL) == WEBHOOK_STORE_NOT_FOUND
           && util_stats(&u, 0, NULL).events == 2
           && util_stats(&u, 0, NULL).idempotency == 2,
           "nothing of it is there");

    (void) util_claim(&u, &claim, &a, 10);

    tap_ok(claim.u.claim.count == 0, "nor is its first delivery due");
    webhook_op_free(&claim);

    put[1][1].form = 0;

    tap_ok(util_apply(&u, &op[1]) == WEBHOOK_STORE_OK && put[1][0].token,
           "put right, it is put under the same id and key");
    tap_ok(util_apply(&u, &op[1]) == WEBHOOK_STORE_DUPLICATE
           && put[1][0].token == 0, "and again it is there, and not leased");

    util_check(&u, "whole");
    util_free(&u);
}


typedef struct {
    webhook_id_t  done;
    webhook_id_t  dead;
    webhook_id_t  cancelled;
    webhook_id_t  waits;
    webhook_id_t  call;
    unsigned      wrong;            /* operations that were not OK */
} told_t;


static webhook_store_result_e
by_hand(util_t *u, webhook_op_e type, uint64_t ep, const webhook_id_t *id)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = type;
    op.u.delivery.event = *id;
    op.u.delivery.endpoint = ep;

    return util_apply(u, &op);
}


static webhook_dedupe_e
reserve(util_t *u, uint64_t *token)
{
    webhook_op_t      op;
    webhook_dedupe_e  state;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RESERVE;
    op.u.reserve.scope = SCOPE;
    op.u.reserve.run = 10000;

    (void) util_apply(u, &op);

    state = op.u.reserve.state;
    *token = op.u.reserve.token;

    webhook_op_free(&op);

    return state;
}


static webhook_store_result_e
settle(util_t *u, uint64_t token)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SETTLE;
    op.u.settle.scope = SCOPE;
    op.u.settle.token = token;
    op.u.settle.keep = DAY;
    op.u.settle.status = 201;

    return util_apply(u, &op);
}


/* One of each kind of write. */

static void
tell(util_t *u, told_t *t)
{
    uint64_t      ep, token;
    webhook_op_t  op;

    t->wrong = (util_open(u) != WEBHOOK_STORE_OK);

    ep = util_endpoint(u, "erp", 3);

    t->done = ended(u, ep, WEBHOOK_DONE);
    t->dead = ended(u, ep, WEBHOOK_FAILED);
    t->cancelled = util_put(u, ep, 1000);
    t->waits = ended(u, ep, WEBHOOK_FAILED);
    t->call = util_id(u);

    t->wrong += by_hand(u, WEBHOOK_OP_CANCEL, ep, &t->cancelled)
                != WEBHOOK_STORE_OK;
    t->wrong += by_hand(u, WEBHOOK_OP_RETRY, ep, &t->waits)
                != WEBHOOK_STORE_OK;

    (void) reserve(u, &token);
    t->wrong += settle(u, token) != WEBHOOK_STORE_OK;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PUT_CALL;
    op.u.put_call.call.id = t->call;
    op.u.put_call.call.receiver = util_name("shop");
    op.u.put_call.call.wall = UTIL_WALL;
    t->wrong += util_apply(u, &op) != WEBHOOK_STORE_OK;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.endpoint = ep;
    util_str(&op.u.pause.reason, "a strike");
    t->wrong += util_apply(u, &op) != WEBHOOK_STORE_OK;
}


/* A process is killed the moment that it was told; another looks. */

static void
test_told(void)
{
    int                       status, pipes[2];
    pid_t                     pid;
    told_t                    t;
    util_t                    u;
    uint64_t                  ep, token;
    webhook_op_t              op;
    webhook_state_e           done, dead, cancelled, waits;
    webhook_endpoint_stats_t  e;

    util_init(&u);

    if (pipe(pipes) == -1) {
        return;
    }

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        tell(&u, &t);

        if (write(pipes[1], &t, sizeof(t)) == sizeof(t)) {
            raise(SIGKILL);
        }

        _exit(1);
    }

    memset(&t, 0xff, sizeof(t));
    close(pipes[1]);
    (void) !read(pipes[0], &t, sizeof(t));
    close(pipes[0]);

    waitpid(pid, &status, 0);

    tap_ok(WIFSIGNALED(status) && t.wrong == 0,
           "a process is told of one write of each kind, and killed");

    util_open(&u);

    ep = util_name("erp");

    (void) show(&u, &t.done, &done);
    (void) show(&u, &t.dead, &dead);
    (void) show(&u, &t.cancelled, &cancelled);
    (void) show(&u, &t.waits, &waits);

    tap_ok(done == WEBHOOK_DELIVERED && dead == WEBHOOK_DEAD
           && cancelled == WEBHOOK_CANCELLED && waits == WEBHOOK_PENDING,
           "events, outcomes and what was done by hand are there");

    (void) util_stats(&u, ep, &e);

    tap_ok(e.inflight == 3 && e.paused && e.delivered == 1,
           "so are an endpoint, its pause and its counters");
    tap_ok(reserve(&u, &token) == WEBHOOK_DEDUPE_SEEN,
           "so is what is known of a call");

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CALLS;
    op.u.calls.id = &t.call;
    op.u.calls.max = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.calls.count == 1,
           "so is the call");
    webhook_op_free(&op);

    tap_ok(util_claim(&u, &op, &ep, 10) == 0, "and the pause holds");
    webhook_op_free(&op);

    util_check(&u, "told");
    util_free(&u);
}


/* What an operation returned is the caller's, also once the store has changed,
   and is closed. */

static void
test_copies(void)
{
    util_t        u;
    uint64_t      ep;
    webhook_op_t  claim, list;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    (void) util_put(&u, ep, 0);
    (void) util_claim(&u, &claim, &ep, 1);

    memset(&list, 0, sizeof(list));

    list.type = WEBHOOK_OP_LIST;
    list.u.list.filter.state = -1;
    list.u.list.filter.max = 10;

    (void) util_apply(&u, &list);

    if (claim.u.claim.count == 1) {
        (void) util_complete(&u, claim.u.claim.leases[0].event.id, ep,
                             claim.u.claim.leases[0].token, WEBHOOK_DONE, 0);
    }

    u.clock += u.keep + 1;

    while (util_expire(&u, 100, NULL) > 0) { /* void */ }

    tap_ok(util_stats(&u, 0, NULL).events == 0, "the event is removed");

    util_close(&u);

    tap_ok(claim.u.claim.count == 1
           && claim.u.claim.leases[0].event.form.body.len == 2
           && memcmp(claim.u.claim.leases[0].event.form.body.data, "{}", 2)
              == 0, "a body that was claimed before is whole");
    tap_ok(list.u.list.count == 1
           && list.u.list.deliveries[0].endpoint_name.len == 3
           && memcmp(list.u.list.deliveries[0].endpoint_name.data, "erp", 3)
              == 0
           && list.u.list.deliveries[0].type.len == 9
           && memcmp(list.u.list.deliveries[0].type.data, "order.add", 9)
              == 0, "so is a page of a list");

    webhook_op_free(&claim);
    webhook_op_free(&list);

    util_free(&u);
}


/* Whoever turns page after page sees each once, though events come and go and
   the store is closed in between. */

static void
pages(unsigned oldest)
{
    enum { N = 40 };

    util_t         u;
    uint64_t       ep;
    unsigned       i, n, stay, twice, missed, seen[N];
    webhook_op_t   op;
    webhook_id_t   id[N], *d;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    /* every second one is finished, and goes away meanwhile */

    for (i = 0; i < N; i++) {
        seen[i] = 0;
        id[i] = i % 2 ? ended(&u, ep, WEBHOOK_DONE)
                      : util_put(&u, ep, 7 * DAY);
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter.state = -1;
    op.u.list.filter.max = 3;
    op.u.list.filter.oldest = oldest & 1;

    for (n = 0; n < 1000; n++) {

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }

        for (i = 0; i < op.u.list.count; i++) {
            d = &op.u.list.deliveries[i].event;

            for (stay = 0; stay < N; stay++) {
                seen[stay] += memcmp(d, &id[stay], sizeof(*d)) == 0;
            }
        }

        if (!op.u.list.filter.more) {
            break;
        }

        op.u.list.filter.from = 1;
        webhook_op_free(&op);

        if (n < N) {
            (void) util_put(&u, ep, DAY);
        }

        if (n == 3) {
            u.clock += u.keep + 1;

            while (util_expire(&u, 100, NULL) > 0) { /* void */ }

            util_close(&u);
            util_open(&u);
        }
    }

    webhook_op_free(&op);

    twice = 0;
    missed = 0;

    for (i = 0; i < N; i++) {
        twice += seen[i] > 1;
        missed += i % 2 == 0 && seen[i] == 0;
    }

    tap_ok(n < 1000 && missed == 0 && twice == 0, "%s first: %u pages, %u "
           "are missed, %u come twice", oldest ? "oldest" : "newest", n,
           missed, twice);

    util_check(&u, "pages");
    util_free(&u);
}


static void
test_pages(void)
{
    pages(0);
    pages(1);
}


/* Each text at its bound, and one byte over it. */

static void
test_bounds(void)
{
    util_t                u;
    unsigned              i, right, over;
    webhook_op_t          op;
    webhook_put_t         put;
    webhook_rendition_t   form;

    static unsigned char  text[WEBHOOK_HEADERS_MAX + 1];

    static const struct {
        size_t  at;
        size_t  max;
    } texts[] = {
        { offsetof(webhook_rendition_t, request), WEBHOOK_REQUEST_MAX },
        { offsetof(webhook_rendition_t, content_type),
          WEBHOOK_CONTENT_TYPE_MAX },
        { offsetof(webhook_rendition_t, headers), WEBHOOK_HEADERS_MAX },
    };

    util_init(&u);
    util_open(&u);

    (void) util_endpoint(&u, "erp", 10);

    memset(text, 'x', sizeof(text));

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        webhook_str_t  *str;

        right = 0;

        for (over = 0; over < 2; over++) {
            memset(&put, 0, sizeof(put));
            util_put_op(&op, &put, util_id(&u), util_name("erp"), "{}", 2);

            form = *op.u.put_event.forms;
            op.u.put_event.forms = &form;

            str = (webhook_str_t *) ((char *) &form + texts[i].at);
            str->data = text;
            str->len = texts[i].max + over;

            right += util_apply(&u, &op) == (over ? WEBHOOK_STORE_UNAVAILABLE
                                                  : WEBHOOK_STORE_OK);
        }

        tap_ok(right == 2, "%zu bytes are taken, one more is not",
               texts[i].max);
    }

    right = 0;

    for (over = 0; over < 2; over++) {
        memset(&put, 0, sizeof(put));
        util_put_op(&op, &put, util_id(&u), util_name("erp"), "{}", 2);

        put.order.data = text;
        put.order.len = WEBHOOK_ORDER_MAX + over;

        right += util_apply(&u, &op) == (over ? WEBHOOK_STORE_UNAVAILABLE
                                              : WEBHOOK_STORE_OK);
    }

    tap_ok(right == 2, "so it is with an order key");

    right = 0;

    for (over = 0; over < 2; over++) {
        webhook_rendition_t  forms[WEBHOOK_FORMS_MAX + 1];

        memset(&put, 0, sizeof(put));
        util_put_op(&op, &put, util_id(&u), util_name("erp"), "{}", 2);

        for (i = 0; i < WEBHOOK_FORMS_MAX + 1; i++) {
            forms[i] = *op.u.put_event.forms;
        }

        op.u.put_event.forms = forms;
        op.u.put_event.forms_count = WEBHOOK_FORMS_MAX + over;

        right += util_apply(&u, &op) == (over ? WEBHOOK_STORE_UNAVAILABLE
                                              : WEBHOOK_STORE_OK);
    }

    tap_ok(right == 2, "and with the number of forms");

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.all = 1;
    op.u.pause.reason.data = text;
    op.u.pause.reason.len = WEBHOOK_REASON_MAX + 1;

    (void) util_apply(&u, &op);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.stats.paused
           && op.u.stats.reason.len == WEBHOOK_REASON_MAX,
           "the reason of a pause is cut");
    webhook_op_free(&op);

    util_check(&u, "bounds");
    util_free(&u);
}


/* The wall clock steps by days, either way, while the store is open and while
   it is closed: delays and leases run on. */

static void
test_wall(void)
{
    int           i;
    util_t        u;
    uint64_t      ep, token;
    webhook_id_t  id;
    webhook_op_t  op;

    static const int64_t  steps[] = { 3, -5, 400, -398 };

    util_init(&u);

    u.real = UTIL_WALL;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    (void) util_put(&u, ep, 60000);
    token = util_lease(&u, ep, &id);

    for (i = 0; i < 4; i++) {
        u.real += (uint64_t) (steps[i] * (int64_t) DAY);
        u.clock += 2500;

        if (i % 2) {
            (void) util_put(&u, ep, DAY);
        }

        tap_ok(util_claim(&u, &op, &ep, 10) == 0
               && op.u.claim.next == 30000 - (uint64_t) (i + 1) * 2500,
               "%lld days: the lease has %llu ms yet", (long long) steps[i],
               (unsigned long long) op.u.claim.next);
        webhook_op_free(&op);
    }

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "it is completed");

    for (i = 0; i < 4; i++) {
        util_close(&u);
        u.real += (uint64_t) (steps[i] * (int64_t) DAY);
        u.clock += 2500;
        util_open(&u);

        tap_ok(util_claim(&u, &op, &ep, 10) == 0
               && op.u.claim.next == 50000 - (uint64_t) (i + 1) * 2500,
               "closed meanwhile: the next is due in %llu ms",
               (unsigned long long) op.u.claim.next);
        webhook_op_free(&op);
    }

    util_check(&u, "wall");
    util_free(&u);
}
