
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Admission: whether a delivery may be sent to an endpoint now.  All
 * that decides stands in the endpoint's row, which is read and written in the
 * transaction that gives the lease, so that it is exact over all processes
 * and survives them.
 *
 * Rate.  Sends are to come evenly, "per" / "rate" apart; the row holds the
 * time at which the next would come then (its arrival).  One may come as much
 * before that as a burst allows.  One that waited for its turn comes late by
 * some milliseconds, each time: so long take the timer of a process, the lock
 * and the commit.  The rate is not to suffer from that, so the next arrival is
 * counted from when this one should have come, if that is no more than
 * WEBHOOK_ADMISSION_LATE ago.  In any span the sends are no more than the rate
 * allows in that span and this one together, and a burst.
 *
 * Limits for all nodes of a cluster.  What this node may send of them is told by
 * its share (store/lmdb/share), which takes the place of the rate here.
 *
 * Turn.  First sends go before retries, but of four leases that are given
 * while both wait, one is the oldest retry's: the row counts the first sends
 * since the last retry.  So neither a backlog of first sends nor new events
 * keep a retry from its time, whoever gives the leases.
 *
 * Breaker, and holds of an endpoint that is slow.  They keep back first sends
 * alone: retries have their schedule, which nothing delays, and are the
 * probes that tell when the endpoint is well again.
 */

#include "store/lmdb/queue/webhook_store_admission.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/share/webhook_store_share.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"

#include <stdio.h>


#define WEBHOOK_ADMISSION_MS        ((uint64_t) 1000000)     /* ns */
#define WEBHOOK_ADMISSION_LATE      50       /* ms */
#define WEBHOOK_ADMISSION_PER       1000     /* ms, where none is given */
#define WEBHOOK_ADMISSION_WINDOW    60000    /* ms, the same */
#define WEBHOOK_ADMISSION_SLOW_MAX  60000    /* ms */
#define WEBHOOK_ADMISSION_SAMPLE    10       /* outcomes before a percentage
                                                says something */


static uint64_t webhook_admission_interval(const webhook_endpoint_row_t *ep);
static uint64_t webhook_admission_rate(const webhook_endpoint_row_t *ep);
static void webhook_admission_breaker(const webhook_txn_t *t,
    webhook_endpoint_row_t *ep, webhook_op_complete_t *c);
static void webhook_admission_window(const webhook_txn_t *t,
    webhook_endpoint_row_t *ep, int failed);
static int webhook_admission_trips(const webhook_endpoint_row_t *ep);
static void webhook_admission_failing(const webhook_txn_t *t,
    webhook_endpoint_row_t *ep, webhook_op_complete_t *c);
static void webhook_admission_slow(const webhook_txn_t *t,
    webhook_endpoint_row_t *ep, uint64_t slow);


uint64_t
webhook_admission_time(const webhook_txn_t *t,
    const webhook_endpoint_row_t *ep, webhook_lane_e lane)
{
    uint64_t  time;

    if (ep->paused || ep->inflight >= ep->limit) {
        return WEBHOOK_NEVER;
    }

    time = ep->shared ? webhook_share_time(t, ep) : webhook_admission_rate(ep);

    if (lane != WEBHOOK_LANE_FIRST) {
        return time;
    }

    if (time < ep->held) {
        time = ep->held;
    }

    if (ep->open) {

        if (ep->probe) {
            return WEBHOOK_NEVER;
        }

        if (time < ep->open_until) {
            time = ep->open_until;
        }
    }

    return time;
}


/* Nanoseconds between two sends. */

static uint64_t
webhook_admission_interval(const webhook_endpoint_row_t *ep)
{
    uint64_t  interval;

    interval = (uint64_t) (ep->per ? ep->per : WEBHOOK_ADMISSION_PER)
               * WEBHOOK_ADMISSION_MS / ep->rate;

    return interval ? interval : 1;
}


/* From when on the rate allows one. */

static uint64_t
webhook_admission_rate(const webhook_endpoint_row_t *ep)
{
    uint64_t  ahead;

    if (ep->rate == 0) {
        return 0;
    }

    ahead = ep->burst > 1
            ? (uint64_t) (ep->burst - 1) * webhook_admission_interval(ep) : 0;

    if (ep->arrival <= ahead) {
        return 0;
    }

    return (ep->arrival - ahead + WEBHOOK_ADMISSION_MS - 1)
           / WEBHOOK_ADMISSION_MS;
}


void
webhook_admission_take(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_delivery_row_t *d)
{
    uint64_t  start, now;

    if (ep->shared) {
        webhook_share_take(t, ep);

    } else if (ep->rate) {
        now = t->now * WEBHOOK_ADMISSION_MS;

        /* when this one's turn was */

        start = d->due < t->now ? d->due * WEBHOOK_ADMISSION_MS : now;

        if (start < ep->arrival) {
            start = ep->arrival;
        }

        if (start + WEBHOOK_ADMISSION_LATE * WEBHOOK_ADMISSION_MS < now) {
            start = now;
        }

        ep->arrival = start + webhook_admission_interval(ep);
    }

    if (webhook_delivery_turn(d) == WEBHOOK_LANE_FIRST) {

        if (ep->turn < WEBHOOK_ADMISSION_TURN) {
            ep->turn++;
        }

        if (ep->open) {
            ep->probe = d->lease_token;
        }

    } else {
        ep->turn = 0;
    }

    ep->dirty = 1;
}


void
webhook_admission_return(webhook_endpoint_row_t *ep)
{
    uint64_t  interval;

    /* of a shared endpoint the time is lost: it is that of this send alone */

    if (ep->rate && !ep->shared) {
        interval = webhook_admission_interval(ep);

        ep->arrival = ep->arrival > interval ? ep->arrival - interval : 0;
        ep->dirty = 1;
    }
}


void
webhook_admission_leave(webhook_endpoint_row_t *ep, uint64_t token)
{
    if (ep->probe == token) {
        ep->probe = 0;
        ep->dirty = 1;
    }
}


void
webhook_admission_outcome(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_complete_t *c)
{
    char           text[WEBHOOK_REASON_MAX + 1];
    webhook_str_t  reason;

    ep->dirty = 1;

    webhook_admission_breaker(t, ep, c);
    webhook_admission_slow(t, ep, c->slow);
    webhook_admission_failing(t, ep, c);

    if (c->gone && !ep->paused) {

        reason.data = (unsigned char *) text;
        reason.len = (size_t) snprintf(text, sizeof(text), "it answered %u",
                                       c->attempt.status);

        webhook_endpoint_row_pause(ep, &reason);

        c->paused = 1;
    }
}


/* An endpoint that has failed for as long as its sender bears it. */

static void
webhook_admission_failing(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_complete_t *c)
{
    char           text[WEBHOOK_REASON_MAX + 1];
    uint64_t       hours;
    webhook_str_t  reason;

    if (c->outcome == WEBHOOK_DONE) {
        ep->failing = 0;
        return;
    }

    if (ep->failing == 0) {
        ep->failing = t->now ? t->now : 1;
    }

    if (c->disable == 0 || ep->paused || t->now - ep->failing < c->disable) {
        return;
    }

    hours = c->disable / 3600000;

    reason.data = (unsigned char *) text;
    reason.len = (size_t) snprintf(text, sizeof(text),
                                   "disabled: it has failed for %llu %s",
                                   (unsigned long long)
                                   (hours ? hours : c->disable / 1000),
                                   hours ? "hours" : "seconds");

    webhook_endpoint_row_pause(ep, &reason);

    c->paused = 1;
    c->disabled = 1;
}


static void
webhook_admission_breaker(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_complete_t *c)
{
    if (ep->break_failures == 0 && ep->break_percent == 0) {
        return;
    }

    if (c->outcome == WEBHOOK_DONE) {

        ep->failures = 0;

        if (ep->open) {
            ep->open = 0;
            ep->open_until = 0;
            ep->probe = 0;
            ep->window = 0;

            c->closed = 1;
        }

        webhook_admission_window(t, ep, 0);

        return;
    }

    if (ep->open) {

        /* others were under way, or are retries */

        if (c->lease_token == ep->probe) {
            ep->open_until = webhook_later(t->now, ep->break_open_timeout);
        }

        return;
    }

    if (ep->failures < UINT32_MAX) {
        ep->failures++;
    }

    webhook_admission_window(t, ep, 1);

    if (webhook_admission_trips(ep)) {
        ep->open = 1;
        ep->open_until = webhook_later(t->now, ep->break_open_timeout);
        ep->probe = 0;
        ep->failures = 0;

        c->opened = 1;
    }
}


static void
webhook_admission_window(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    int failed)
{
    uint64_t  span;

    span = ep->break_window ? ep->break_window : WEBHOOK_ADMISSION_WINDOW;

    if (ep->window == 0 || webhook_later(ep->window, span) <= t->now) {
        ep->window = t->now;
        ep->window_sends = 0;
        ep->window_failures = 0;
    }

    if (ep->window_sends < UINT32_MAX) {
        ep->window_sends++;
        ep->window_failures += failed ? 1 : 0;
    }
}


static int
webhook_admission_trips(const webhook_endpoint_row_t *ep)
{
    if (ep->break_failures && ep->failures >= ep->break_failures) {
        return 1;
    }

    return ep->break_percent
           && ep->window_sends >= WEBHOOK_ADMISSION_SAMPLE
           && (uint64_t) ep->window_failures * 100
              >= (uint64_t) ep->break_percent * ep->window_sends;
}


/*
 * Several sends may be under way when an endpoint becomes slow, and all of
 * them tell so: the next hold is longer than this one only if the endpoint is
 * slow again after it.
 */

static void
webhook_admission_slow(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    uint64_t slow)
{
    uint64_t  hold, until;

    if (slow == 0) {
        ep->slow = 0;
        return;
    }

    hold = slow < WEBHOOK_ADMISSION_SLOW_MAX ? slow
                                             : WEBHOOK_ADMISSION_SLOW_MAX;

    if (ep->held <= t->now) {

        if (ep->slow < 16) {
            ep->slow++;
        }

        hold <<= ep->slow - 1;

        if (hold > WEBHOOK_ADMISSION_SLOW_MAX) {
            hold = WEBHOOK_ADMISSION_SLOW_MAX;
        }
    }

    until = webhook_later(t->now, hold);

    if (until > ep->held) {
        ep->held = until;
    }
}


int
webhook_admission_settle(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_op_endpoint_t *e, int test)
{
    uint64_t  latest;

    if (ep->limit == e->inflight
        && ep->rate == e->rate && ep->per == e->per && ep->burst == e->burst
        && ep->break_failures == e->break_failures
        && ep->break_percent == e->break_percent
        && ep->break_window == e->break_window
        && ep->break_open_timeout == e->break_open_timeout
        && ep->order_block == e->order_block
        && ep->shared == e->shared)
    {
        return 0;
    }

    if (test) {
        return 1;
    }

    ep->limit = e->inflight;
    ep->rate = e->rate;
    ep->per = e->per;
    ep->burst = e->burst;
    ep->break_failures = e->break_failures;
    ep->break_percent = e->break_percent;
    ep->break_window = e->break_window;
    ep->break_open_timeout = e->break_open_timeout;
    ep->order_block = e->order_block;
    ep->shared = e->shared;

    ep->dirty = 1;

    /* no turn is farther away than it could be at the new rate, and no
       breaker is open that nothing would close */

    if (ep->rate) {
        latest = t->now * WEBHOOK_ADMISSION_MS
                 + (ep->burst ? ep->burst : 1) * webhook_admission_interval(ep);

        if (ep->arrival > latest) {
            ep->arrival = latest;
        }

    } else {
        ep->arrival = 0;
    }

    if (ep->break_failures == 0 && ep->break_percent == 0) {
        ep->open = 0;
        ep->probe = 0;
        ep->failures = 0;
        ep->window = 0;
    }

    return 1;
}
