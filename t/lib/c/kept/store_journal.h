
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store over journals: where the environment variable
 * TEST_NGINX_JOURNAL is set, a store has one of the least size there can be,
 * unless a test says that it has its own or none, and what can be in it is there
 * before it is applied.  Included by store_suite.h.
 */

#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H


#define UTIL_KEPT  1024             /* events of a batch */


/* Bytes of such a journal; 0: none. */

static uint64_t
util_journal(const util_t *u)
{
    const char  *value;

    value = getenv("TEST_NGINX_JOURNAL");

    return value && *value && !u->alone && !u->readonly && !u->admin
           ? WEBHOOK_STORE_JOURNAL_MIN : 0;
}


/* Applies a batch. */
__attribute__((unused))
static void
util_batch(util_t *u, webhook_op_t **ops, uint32_t count)
{
    uint32_t       i, n;
    webhook_op_t  *puts[UTIL_KEPT];

    if (util_journal(u)) {

        for (i = 0, n = 0; i < count && n < UTIL_KEPT; i++) {
            if (ops[i]->type == WEBHOOK_OP_PUT_EVENT) {
                puts[n++] = ops[i];
            }
        }

        if (n) {
            webhook_store_keep(u->st, puts, n);
        }
    }

    webhook_store_apply(u->st, ops, count);
}


/* JOURNAL, until there is no more; returns the events that it put. */
__attribute__((unused))
static uint32_t
kept_replay(util_t *u)
{
    uint32_t      events;
    unsigned      n;
    webhook_op_t  op, *p;

    events = 0;
    p = &op;

    for (n = 0; n < 1000; n++) {
        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_JOURNAL;

        webhook_store_apply(u->st, &p, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return UINT32_MAX;
        }

        events += op.u.journal.count;

        if (!op.u.journal.more) {
            break;
        }
    }

    return events;
}


#endif /* STORE_JOURNAL_H */
