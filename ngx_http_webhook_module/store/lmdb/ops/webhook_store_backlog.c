
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A company may have many endpoints, so that what waits for them is not summed
 * up for each event: a process remembers the sum for a while.
 */

#include "store/lmdb/ops/webhook_store_backlog.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/objects/webhook_store_object_row.h"
#include "store/lmdb/objects/webhook_store_objects.h"

#include <stdio.h>


#define WEBHOOK_BACKLOG_AGE   1000      /* ms that a sum is remembered; and
                                           where it is too much, a ms for so
                                           many endpoints: */
#define WEBHOOK_BACKLOG_OVER  100
#define WEBHOOK_BACKLOG_WAYS  4         /* rows where a company may stand */


static webhook_backlog_t *webhook_backlog_row(webhook_lmdb_t *st,
    uint64_t company);
static int webhook_backlog_count(webhook_txn_t *t,
    const webhook_str_t *company, webhook_backlog_t *row);
static int webhook_backlog_dead(webhook_txn_t *t, webhook_op_put_event_t *p,
    const webhook_put_t *put, uint64_t wall);


int
webhook_backlog_counts(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    unsigned *counts)
{
    int              rc;
    webhook_owned_e  owned;

    rc = webhook_object_row_owned(t, ep->name, ep->name_len, &owned);

    *counts = rc == 0 && owned != WEBHOOK_OWNED_NOT;

    return rc;
}


int
webhook_backlog_one(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    const webhook_str_t *company, uint32_t backlog, int *over)
{
    int                     rc;
    unsigned                counts;
    webhook_put_t           put;
    webhook_op_put_event_t  p;

    *over = 0;

    if (backlog == 0) {
        return 0;
    }

    rc = webhook_backlog_counts(t, ep, &counts);
    if (rc) {
        return rc;
    }

    memset(&put, 0, sizeof(put));
    memset(&p, 0, sizeof(p));

    put.quota = counts;

    p.company = *company;
    p.deliveries = &put;
    p.count = 1;
    p.backlog = backlog;
    p.refuse = 1;

    rc = webhook_backlog_take(t, &p);

    *over = rc == 0 && p.over;

    return rc;
}


int
webhook_backlog_take(webhook_txn_t *t, webhook_op_put_event_t *p)
{
    int                 rc;
    uint32_t            i, n, taken;
    uint64_t            age;
    webhook_put_t      *put;
    webhook_backlog_t  *row;

    if (p->backlog == 0 || p->company.len == 0) {
        return 0;
    }

    n = 0;

    for (i = 0; i < p->count; i++) {
        n += p->deliveries[i].quota;
    }

    if (n == 0) {
        return 0;
    }

    row = webhook_backlog_row(t->st, webhook_id_name(&p->company));
    age = t->now - row->counted;

    if (row->counted == 0 || age >= WEBHOOK_BACKLOG_AGE
        || (row->waits + n > p->backlog
            && age >= row->endpoints / WEBHOOK_BACKLOG_OVER))
    {
        rc = webhook_backlog_count(t, &p->company, row);
        if (rc) {
            return rc;
        }
    }

    taken = 0;

    for (i = 0; i < p->count; i++) {
        put = &p->deliveries[i];

        if (!put->quota) {
            continue;
        }

        if (row->waits >= p->backlog && put->early == 0) {
            put->over = 1;
            p->over++;
            continue;
        }

        row->waits++;
        taken++;
    }

    if (p->over && p->refuse) {
        row->waits -= taken;
    }

    return 0;
}


void
webhook_backlog_untake(webhook_txn_t *t, webhook_op_put_event_t *p)
{
    uint32_t            i;
    webhook_put_t      *put;
    webhook_backlog_t  *row;

    if (p->backlog == 0 || p->company.len == 0) {
        return;
    }

    row = webhook_backlog_row(t->st, webhook_id_name(&p->company));

    for (i = 0; i < p->count; i++) {
        put = &p->deliveries[i];

        if (put->quota && !put->over && row->waits) {
            row->waits--;
        }

        put->over = 0;
    }

    p->over = 0;
}


/* That of the company, or the one that was counted longest ago. */

static webhook_backlog_t *
webhook_backlog_row(webhook_lmdb_t *st, uint64_t company)
{
    unsigned            i;
    webhook_backlog_t  *row, *oldest;

    row = &st->backlogs[company % (WEBHOOK_BACKLOGS / WEBHOOK_BACKLOG_WAYS)
                        * WEBHOOK_BACKLOG_WAYS];
    oldest = row;

    for (i = 0; i < WEBHOOK_BACKLOG_WAYS; i++) {

        if (row[i].company == company) {
            return &row[i];
        }

        if (row[i].counted < oldest->counted) {
            oldest = &row[i];
        }
    }

    oldest->company = company;
    oldest->waits = 0;
    oldest->counted = 0;

    return oldest;
}


static int
webhook_backlog_count(webhook_txn_t *t, const webhook_str_t *company,
    webhook_backlog_t *row)
{
    int       rc;
    uint32_t  endpoints;
    uint64_t  waits;

    rc = webhook_objects_waits(t, company, &waits, &endpoints);
    if (rc) {
        return rc;
    }

    row->waits = waits;
    row->endpoints = endpoints;
    row->counted = t->now ? t->now : 1;

    return 0;
}


int
webhook_backlog_end(webhook_txn_t *t, webhook_op_put_event_t *p)
{
    int       rc;
    uint32_t  i;
    uint64_t  wall;

    wall = webhook_clock_wall();

    for (i = 0; i < p->count; i++) {

        if (p->deliveries[i].over) {
            rc = webhook_backlog_dead(t, p, &p->deliveries[i], wall);

            if (rc) {
                return rc;
            }
        }
    }

    return 0;
}


static int
webhook_backlog_dead(webhook_txn_t *t, webhook_op_put_event_t *p,
    const webhook_put_t *put, uint64_t wall)
{
    int                      rc, room;
    char                     text[WEBHOOK_ERROR_MAX];
    size_t                   len;
    unsigned char            key[WEBHOOK_KEY_ATTEMPT], buf[WEBHOOK_ROW_MAX];
    webhook_attempt_t        a;
    webhook_delivery_row_t   d;
    webhook_endpoint_row_t  *ep;

    rc = webhook_delivery_read(t, put->endpoint, &p->id, &d);

    if (rc || d.state != WEBHOOK_PENDING) {

        /* an endpoint that is named twice has one delivery */

        return rc;
    }

    rc = webhook_endpoint_row_get(t, put->endpoint, &ep);

    if (rc == 0) {
        rc = webhook_queue_unwait(t, ep, &p->id, &d);
    }

    if (rc) {
        return rc;
    }

    room = webhook_space_attempt(t);

    if (room) {
        memset(&a, 0, sizeof(webhook_attempt_t));

        a.number = d.attempts = 1;
        a.wall = wall;
        a.error.data = (unsigned char *) text;
        a.error.len = (size_t) snprintf(text, sizeof(text), "not sent: the "
                                        "company has its %u deliveries "
                                        "waiting", p->backlog);

        webhook_key_attempt(key, &p->id, put->endpoint, a.number);

        len = webhook_row_write_attempt(buf, &a, room == 1);

        rc = webhook_txn_put(t, WEBHOOK_DB_ATTEMPTS, key, sizeof(key), buf,
                             len, 0);
        if (rc) {
            return rc;
        }
    }

    return webhook_queue_end(t, ep, &p->id, &d, WEBHOOK_DEAD, wall, 1);
}
