
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a search in what deliveries send.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


static void
list_op(webhook_op_t *op, uint32_t max)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_LIST;
    op->u.list.filter.state = -1;
    op->u.list.filter.max = max;
}


/* A text in bodies: which of them hold it, of those that are listed. */

static void
test_list_find(void)
{
    char                *body;
    util_t               u;
    unsigned             i, n, holds[6];
    uint64_t             ep;
    webhook_op_t         op;
    webhook_put_t        put[1];
    webhook_str_t        text;
    webhook_str_find_t   find;

    static const size_t  len[] = { 40, 9000, 1048576, 3000000, 1048580, 1 };

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 6; i++) {
        body = malloc(len[i]);
        memset(body, 'a', len[i]);

        if (len[i] > 4) {
            memcpy(body + len[i] - 4, "Anna", 4);
        }

        memset(put, 0, sizeof(put));
        util_put_op(&op, put, util_id(&u), ep, body, len[i]);
        (void) util_apply(&u, &op);
        free(body);
    }

    util_str(&text, "ANNA");
    (void) webhook_str_find_init(&find, &text);

    list_op(&op, 100);
    op.u.list.filter.oldest = 1;
    op.u.list.find = &find;

    memset(holds, 0, sizeof(holds));
    n = 0;

    do {
        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }

        for (i = 0; i < op.u.list.count && n < 6; i++) {
            holds[n++] = op.u.list.deliveries[i].holds;
        }

        i = op.u.list.filter.more;
        webhook_op_free(&op);
        op.u.list.filter.from = 1;

    } while (i);

    tap_ok(n == 6 && holds[0] && holds[1] && holds[2],
           "those that hold the text, of any length, are told");
    tap_ok(n == 6 && !holds[3] && !holds[4] && !holds[5],
           "of each body the first megabyte is looked at; one has none");

    list_op(&op, 100);
    (void) util_apply(&u, &op);
    tap_ok(op.u.list.count == 6 && !op.u.list.deliveries[5].holds,
           "without a search nothing is looked at");
    webhook_op_free(&op);

    util_free(&u);
}


/* It comes to an end after a while, wherever it is, and goes on from there. */

static void
test_list_find_turns(void)
{
    char                *body;
    util_t               u;
    unsigned             i, n, turns, held;
    webhook_op_t         op;
    webhook_put_t        put[200];
    webhook_str_t        text;
    webhook_str_find_t   find;
    char                 name[16];

    util_init(&u);
    util_open(&u);

    memset(put, 0, sizeof(put));

    body = malloc(1048576);
    memset(body, 'a', 1048576);
    memcpy(body + 1048572, "anna", 4);

    for (i = 0; i < 200; i++) {
        snprintf(name, sizeof(name), "e-%u", i);
        put[i].endpoint = util_endpoint(&u, name, 1);
    }

    util_put_op(&op, put, util_id(&u), put[0].endpoint, body, 1048576);
    op.u.put_event.count = 200;
    (void) util_apply(&u, &op);

    util_str(&text, "anna");
    (void) webhook_str_find_init(&find, &text);

    list_op(&op, 1000);
    op.u.list.find = &find;

    n = 0;
    held = 0;
    turns = 0;

    do {
        if (util_apply(&u, &op) != WEBHOOK_STORE_OK || op.u.list.count == 0) {
            break;
        }

        turns++;
        n += op.u.list.count;

        for (i = 0; i < op.u.list.count; i++) {
            held += op.u.list.deliveries[i].holds;
        }

        i = op.u.list.filter.more;

        webhook_op_free(&op);

        op.u.list.filter.from = 1;

    } while (i);

    tap_ok(turns > 1, "200 megabytes take several turns: %u", turns);
    tap_ok(n == 200 && held == 200, "which come to each once: %u, %u", n, held);

    free(body);
    util_free(&u);
}


int
main(void)
{
    test_list_find();
    test_list_find_turns();

    return tap_done();
}
