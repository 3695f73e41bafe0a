
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/credit: one thread keeps, one applies and one reads, as in
 * a worker.  Each event is delivered once, and never are more sends under way
 * than the limit.  Under the thread sanitizer this is what there is to see
 * (make unit-tsan).
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "credit_scene.h"

#include <pthread.h>


#define EVENTS  1500
#define BATCH   8
#define QUEUE   32                      /* events that are not applied yet */
#define SENDS   256
#define LIMIT   40


typedef struct {
    webhook_id_t     event;
    uint64_t         token;
} send_t;


static scene_t          *s;

static pthread_mutex_t   mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t    cond = PTHREAD_COND_INITIALIZER;

/* with the mutex */
static credit_event_t    queue[QUEUE];
static unsigned          put_in;
static unsigned          taken;         /* that the thread which applies has */
static send_t            sends[SENDS];
static unsigned          sent;
static unsigned          most;
static unsigned          sooner;
static unsigned          kept;
static unsigned          faults;
static unsigned          over;

static unsigned          done;          /* of the thread that applies */


/* A send is under way from here on. */

static void
begins(const webhook_id_t *event, uint64_t token)
{
    if (sent == SENDS) {
        faults++;
        return;
    }

    sends[sent].event = *event;
    sends[sent].token = token;
    sent++;

    if (sent > most) {
        most = sent;
    }
}


static void *
keeps(void *data)
{
    unsigned          i, n, count;
    webhook_op_t     *ops[BATCH];
    credit_event_t   *e;

    (void) data;

    for (n = 0; n < EVENTS; n += count) {

        count = n % BATCH + 1;

        if (count > EVENTS - n) {
            count = EVENTS - n;
        }

        pthread_mutex_lock(&mutex);

        while (put_in - taken + count > QUEUE) {
            pthread_cond_wait(&cond, &mutex);
        }

        pthread_mutex_unlock(&mutex);

        for (i = 0; i < count; i++) {
            e = &queue[(n + i) % QUEUE];
            ops[i] = &e->op;

            memset(&e->put, 0, sizeof(webhook_put_t));
            e->put.lease = 1;

            util_put_op(&e->op, &e->put, util_id(&s->u), s->ep, kept_body,
                        100 + n % 3000);
        }

        webhook_store_keep(s->u.st, ops, count);

        pthread_mutex_lock(&mutex);

        for (i = 0; i < count; i++) {
            e = &queue[(n + i) % QUEUE];

            kept += (ops[i]->u.put_event.kept != 0);

            if (e->put.early) {
                sooner++;
                begins(&ops[i]->u.put_event.id, e->put.early);
            }
        }

        put_in = n + count;

        pthread_cond_broadcast(&cond);
        pthread_mutex_unlock(&mutex);
    }

    return NULL;
}


static void *
reads(void *data)
{
    uint64_t      change;
    unsigned      bad, end;
    webhook_op_t  op;

    (void) data;

    bad = 0;

    do {
        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_STATS;

        if (webhook_store_read(s->u.st, &op, &change)) {
            bad += (op.result != WEBHOOK_STORE_OK);
            webhook_op_free(&op);
        }

        pthread_mutex_lock(&mutex);
        faults += bad;
        end = over;
        pthread_mutex_unlock(&mutex);

    } while (!end);

    return NULL;
}


/* Outcomes of about half of what is under way. */

static void
ends(void)
{
    unsigned                 i, count;
    send_t                   some[SENDS];
    webhook_op_t             ops[SENDS], *list[SENDS];

    pthread_mutex_lock(&mutex);

    count = (sent + 1) / 2;
    sent -= count;
    memcpy(some, &sends[sent], count * sizeof(send_t));

    pthread_mutex_unlock(&mutex);

    for (i = 0; i < count; i++) {
        util_complete_op(&ops[i], some[i].event, s->ep, some[i].token,
                         WEBHOOK_DONE, 0);
        list[i] = &ops[i];
    }

    if (count) {
        webhook_store_apply(s->u.st, list, count);
    }

    pthread_mutex_lock(&mutex);

    for (i = 0; i < count; i++) {

        if (ops[i].result == WEBHOOK_STORE_UNAVAILABLE) {

            /* it is in the journal yet; it was counted */

            sends[sent++] = some[i];

        } else if (ops[i].result == WEBHOOK_STORE_OK) {
            done++;

        } else {
            faults++;
        }
    }

    pthread_mutex_unlock(&mutex);
}


/* What is in the queue by now. */

static void
applies(void)
{
    unsigned          i, count;
    webhook_op_t     *list[QUEUE];
    credit_event_t   *e;

    pthread_mutex_lock(&mutex);
    count = put_in - taken;
    pthread_mutex_unlock(&mutex);

    if (count == 0) {
        return;
    }

    for (i = 0; i < count; i++) {
        list[i] = &queue[(taken + i) % QUEUE].op;
    }

    webhook_store_apply(s->u.st, list, count);

    pthread_mutex_lock(&mutex);

    for (i = 0; i < count; i++) {
        e = &queue[(taken + i) % QUEUE];

        faults += (e->op.result != WEBHOOK_STORE_OK);

        if (e->put.lease_token && !e->put.early) {
            begins(&e->op.u.put_event.id, e->put.lease_token);
        }
    }

    taken += count;

    pthread_cond_broadcast(&cond);
    pthread_mutex_unlock(&mutex);
}


static void
claims(void)
{
    unsigned      i;
    webhook_op_t  op;

    if (util_claim(&s->u, &op, &s->ep, 8) == UINT32_MAX) {
        return;
    }

    pthread_mutex_lock(&mutex);

    for (i = 0; i < op.u.claim.count; i++) {
        begins(&op.u.claim.leases[i].event.id,
               op.u.claim.leases[i].lease_token);
    }

    pthread_mutex_unlock(&mutex);

    webhook_op_free(&op);
}


static void
pauses(unsigned resume)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.endpoint = s->ep;
    op.u.pause.resume = resume;

    (void) util_apply(&s->u, &op);
}


/*
 * Waits until the thread that keeps has kept once more, or has no room to: which
 * of the threads comes first, nobody can say.
 */

static void
waits(void)
{
    unsigned  before;

    pthread_mutex_lock(&mutex);

    before = put_in;

    while (put_in == before && put_in < EVENTS
           && put_in - taken + BATCH <= QUEUE)
    {
        pthread_cond_wait(&cond, &mutex);
    }

    pthread_mutex_unlock(&mutex);
}


int
main(void)
{
    uint32_t                  inflight;
    uint64_t                  until;
    unsigned                  n;
    pthread_t                 keeper, reader;
    webhook_endpoint_stats_t  stats;

    s = scene_make();

    /* the machine's own: it is asked by several threads */

    s->u.clock = 0;

    begun(s, LIMIT);

    if (pthread_create(&reader, NULL, reads, NULL) != 0
        || pthread_create(&keeper, NULL, keeps, NULL) != 0)
    {
        return 1;
    }

    /* credits are there, and nothing else waits: the first ones are early */

    waits();

    until = (uint64_t) time(NULL) + 120;

    for (n = 0; done < EVENTS && (uint64_t) time(NULL) < until; n++) {
        applies();
        ends();
        claims();

        switch (n % 16) {

        case 5:
            (void) looks(s);
            waits();
            break;

        case 9:
            pauses(0);
            break;

        case 11:
            pauses(1);
            break;
        }
    }

    pthread_mutex_lock(&mutex);
    over = 1;
    pthread_mutex_unlock(&mutex);

    pthread_join(keeper, NULL);
    pthread_join(reader, NULL);

    (void) util_stats(&s->u, s->ep, &stats);

    tap_ok(done == EVENTS && stats.states[WEBHOOK_DELIVERED] == EVENTS + 1,
           "%u of %u events are delivered, each once", done, EVENTS);
    tap_ok(faults == 0, "nothing failed");
    tap_ok(most <= LIMIT, "%u at a time at most, of %d", most, LIMIT);
    tap_ok(kept > EVENTS / 2 && sooner > 0,
           "%u were kept, and %u of them were early", kept, sooner);

    (void) util_takeover(&s->u);

    n = credits(s, &inflight);

    tap_ok(inflight == n, "nothing but credits is in use at the end (%u, %u)",
           inflight, n);

    util_check(&s->u, "three threads");
    scene_drop(s);

    return tap_done();
}
