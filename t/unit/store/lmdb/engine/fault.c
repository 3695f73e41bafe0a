
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: the disk fails, or fills, or memory is short, at any
 * call in a batch.  What the results told has to be true then: done is done,
 * refused is not done, and unknown may be repeated.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_fault.h"
#include "store_util.h"


#define PUTS       6
#define COMPLETES  6


typedef struct {
    util_t         u;
    uint64_t       ep;
    webhook_id_t   sent[COMPLETES];
    uint64_t       token[COMPLETES];

    webhook_op_t   puts[PUTS];
    webhook_put_t  put[PUTS];
    webhook_op_t   completes[COMPLETES];
    webhook_op_t   claim;
    webhook_op_t   call;
    webhook_op_t   expire;
} scene_t;


static void test_fault(fault_e kind, int error, int lasts, const char *name);


int
main(void)
{
    test_fault(FAULT_WRITE, EIO, 0, "a write fails");
    test_fault(FAULT_WRITE, ENOSPC, 0, "the disk is full for a moment");
    test_fault(FAULT_WRITE, ENOSPC, 1, "the disk is full");
    test_fault(FAULT_SHORT, 0, 0, "a write goes halfway");
    test_fault(FAULT_SHORT, 0, 1, "writes go halfway");
    test_fault(FAULT_SYNC, EIO, 0, "a sync fails");
    test_fault(FAULT_SYNC, EIO, 1, "syncs fail");
    test_fault(FAULT_META, EIO, 0, "the last write fails");
    test_fault(FAULT_META, EIO, 1, "last writes fail");

#if (MEMORY_WORKS)
    test_fault(FAULT_MEMORY, ENOMEM, 0, "an allocation fails");
    test_fault(FAULT_MEMORY, ENOMEM, 1, "allocations fail");
#endif

    return tap_done();
}


/* A store with deliveries that are sent and others that wait; then a batch of
   all kinds. */

static void
scene_make(scene_t *s)
{
    unsigned       i;
    uint64_t       token;
    webhook_id_t   id;

    memset(s, 0, sizeof(scene_t));

    util_init(&s->u);

    /* what fails with a journal is in kept_failed and credit_failed */

    s->u.alone = 1;

    util_open(&s->u);

    s->ep = util_endpoint(&s->u, "erp", 100);

    for (i = 0; i < 3; i++) {
        token = util_lease(&s->u, s->ep, &id);
        (void) util_complete(&s->u, id, s->ep, token, WEBHOOK_DONE, 0);
    }

    s->u.clock += 100000;

    for (i = 0; i < COMPLETES; i++) {
        s->token[i] = util_lease(&s->u, s->ep, &s->sent[i]);
    }

    for (i = 0; i < 10; i++) {
        (void) util_put(&s->u, s->ep, 0);
    }
}


static void
scene_apply(scene_t *s)
{
    unsigned       i, n;
    webhook_op_t  *ops[PUTS + COMPLETES + 3];

    static unsigned char  body[9000];

    n = 0;

    for (i = 0; i < PUTS; i++) {
        s->put[i].lease = i % 2;

        util_put_op(&s->puts[i], &s->put[i], util_id(&s->u), s->ep, body,
                    i * 1500);
        ops[n++] = &s->puts[i];
    }

    for (i = 0; i < COMPLETES; i++) {
        util_complete_op(&s->completes[i], s->sent[i], s->ep, s->token[i],
                         WEBHOOK_DONE, 0);
        s->completes[i].u.complete.lease = i % 2 ? 1000 : 0;
        ops[n++] = &s->completes[i];
    }

    s->claim.type = WEBHOOK_OP_CLAIM;
    s->claim.u.claim.endpoints = &s->ep;
    s->claim.u.claim.endpoints_count = 1;
    s->claim.u.claim.max = 2;
    s->claim.u.claim.max_bytes = 100000;
    s->claim.u.claim.lease = 1000;
    ops[n++] = &s->claim;

    s->call.type = WEBHOOK_OP_PUT_CALL;
    s->call.u.put_call.call.id = util_id(&s->u);
    s->call.u.put_call.call.receiver = 5;
    ops[n++] = &s->call;

    s->expire.type = WEBHOOK_OP_EXPIRE;
    s->expire.u.expire.max = 2;
    ops[n++] = &s->expire;

    util_batch(&s->u, ops, n);
}


static webhook_store_result_e
shown(scene_t *s, webhook_id_t id, webhook_delivery_t *d, size_t *len)
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    result = util_apply(&s->u, &op);

    if (result == WEBHOOK_STORE_OK) {
        *d = op.u.show.deliveries[0].delivery;
        *len = op.u.show.renditions->body.len;
    }

    webhook_op_free(&op);

    return result;
}


static unsigned
lies_of_puts(scene_t *s)
{
    size_t                   len;
    unsigned                 i, lies;
    webhook_op_t            *op;
    webhook_delivery_t       d;
    webhook_store_result_e   result;

    lies = 0;

    for (i = 0; i < PUTS; i++) {
        op = &s->puts[i];

        result = shown(s, op->u.put_event.id, &d, &len);

        switch (op->result) {

        case WEBHOOK_STORE_OK:

            if (result != WEBHOOK_STORE_OK
                || len != op->u.put_event.renditions->body.len
                || (s->put[i].lease_token != 0) != (d.state == WEBHOOK_SENDING
                                                    && s->put[i].lease_token))
            {
                lies++;
            }

            if (s->put[i].lease_token
                && util_complete(&s->u, op->u.put_event.id, s->ep,
                                 s->put[i].lease_token, WEBHOOK_DONE, 0)
                   != WEBHOOK_STORE_OK)
            {
                lies++;
            }

            break;

        case WEBHOOK_STORE_FULL:
        case WEBHOOK_STORE_UNAVAILABLE:

            if (result != WEBHOOK_STORE_NOT_FOUND || s->put[i].lease_token) {
                lies++;
            }

            break;

        case WEBHOOK_STORE_UNKNOWN:

            if (s->put[i].lease_token) {
                lies++;
            }

            /* may be repeated */

            (void) util_apply(&s->u, op);

            if (op->result != (result == WEBHOOK_STORE_OK
                               ? WEBHOOK_STORE_DUPLICATE : WEBHOOK_STORE_OK))
            {
                lies++;
            }

            break;

        default:
            lies++;
        }
    }

    return lies;
}


static unsigned
lies_of_completes(scene_t *s)
{
    size_t                   len;
    unsigned                 i, lies;
    webhook_op_t            *op;
    webhook_lease_t         *lease;
    webhook_delivery_t       d;
    webhook_store_result_e   result;

    lies = 0;

    for (i = 0; i < COMPLETES; i++) {
        op = &s->completes[i];

        if (shown(s, s->sent[i], &d, &len) != WEBHOOK_STORE_OK) {
            lies++;
            continue;
        }

        switch (op->result) {

        case WEBHOOK_STORE_OK:

            if (d.state != WEBHOOK_DELIVERED || d.attempts != 1) {
                lies++;
            }

            lease = op->u.complete.next;

            if (lease
                && util_complete(&s->u, lease->event.id, s->ep,
                                 lease->lease_token,
                                 WEBHOOK_DONE, 0) != WEBHOOK_STORE_OK)
            {
                lies++;
            }

            break;

        case WEBHOOK_STORE_FULL:
        case WEBHOOK_STORE_UNAVAILABLE:

            if (d.state != WEBHOOK_SENDING || op->u.complete.next) {
                lies++;
            }

            /* nothing stands in the way of a second try */

            if (util_complete(&s->u, s->sent[i], s->ep, s->token[i],
                              WEBHOOK_DONE, 0) != WEBHOOK_STORE_OK)
            {
                lies++;
            }

            break;

        case WEBHOOK_STORE_UNKNOWN:

            if (op->u.complete.next) {
                lies++;
            }

            result = util_complete(&s->u, s->sent[i], s->ep, s->token[i],
                                   WEBHOOK_DONE, 0);

            if (result != (d.state == WEBHOOK_DELIVERED
                           ? WEBHOOK_STORE_STALE : WEBHOOK_STORE_OK))
            {
                lies++;
            }

            break;

        default:
            lies++;
        }
    }

    return lies;
}


/* The number of results that are not true. */

static unsigned
scene_lies(scene_t *s)
{
    unsigned          i, lies;
    webhook_lease_t  *lease;

    lies = lies_of_puts(s) + lies_of_completes(s);

    for (i = 0; i < s->claim.u.claim.count; i++) {
        lease = &s->claim.u.claim.leases[i];

        if (s->claim.result != WEBHOOK_STORE_OK
            || util_complete(&s->u, lease->event.id, s->ep, lease->lease_token,
                             WEBHOOK_DONE, 0) != WEBHOOK_STORE_OK)
        {
            lies++;
        }
    }

    return lies;
}


static void
scene_free(scene_t *s)
{
    unsigned  i;

    for (i = 0; i < PUTS; i++) {
        webhook_op_free(&s->puts[i]);
    }

    for (i = 0; i < COMPLETES; i++) {
        webhook_op_free(&s->completes[i]);
    }

    webhook_op_free(&s->claim);
    webhook_op_free(&s->call);
    webhook_op_free(&s->expire);

    util_free(&s->u);
}


static void
test_fault(fault_e kind, int error, int lasts, const char *name)
{
    unsigned          n, lies, faults, hits, unknown, good, i, stuck;
    scene_t           s;
    webhook_check_t   check;

    lies = 0;
    faults = 0;
    hits = 0;
    unknown = 0;
    good = 0;
    stuck = 0;

    /* the first call fails, then the second, until the batch needs fewer */

    for (n = 0; n < 2000; n++) {
        scene_make(&s);

        fault_errno = error;
        fault_after = n;
        fault_lasts = lasts;
        fault_hits = 0;
        fault = kind;

        scene_apply(&s);

        fault = FAULT_NONE;

        if (fault_hits == 0) {
            scene_free(&s);
            break;
        }

        hits++;

        for (i = 0; i < PUTS; i++) {
            unknown += (s.puts[i].result == WEBHOOK_STORE_UNKNOWN);
            good += (s.puts[i].result == WEBHOOK_STORE_OK);
        }

        lies += scene_lies(&s);

        if (webhook_store_check(util_lmdb(&s.u), &check, util_tell, NULL) != 0
            || check.faults)
        {
            faults++;
        }

        /* it goes on */

        if (util_takeover(&s.u) == UINT32_MAX
            || util_lease(&s.u, s.ep, &s.sent[0]) == 0)
        {
            stuck++;
        }

        scene_free(&s);
    }

    tap_ok(hits > 0 && n < 2000, "%s: at %u places", name, hits);
    tap_ok(lies == 0, "%s: %u results were not true (%u unknown, %u good)",
           name, lies, unknown, good);
    tap_ok(faults == 0, "%s: %u times not sound", name, faults);
    tap_ok(stuck == 0, "%s: %u times it did not go on", name, stuck);

    if (kind != FAULT_META) {
        tap_ok(unknown == 0, "%s: never unknown", name);

    } else {
        tap_ok(unknown > 0, "%s: unknown then", name);
    }

    if (!lasts && kind != FAULT_META) {
        tap_ok(good > 0, "%s: one by one they are done", name);
    }
}
