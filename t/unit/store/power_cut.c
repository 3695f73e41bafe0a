
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: the power is cut.  What a result told of has to be there
 * when the machine is up again, and the store has to be sound.  See
 * store_power.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_power.h"
#include "store_suite.h"


#define EVENTS   400
#define ROUNDS   60
#define BODY     9000


typedef enum {
    TOLD_NOTHING = 0,
    TOLD_KEPT,
    TOLD_DELIVERED,
    TOLD_DEAD
} told_e;


typedef struct {
    util_t        u;
    uint64_t      ep;
    unsigned      count;                /* events that were put */
    webhook_id_t  ids[EVENTS];
    uint64_t      tokens[EVENTS];
    size_t        lens[EVENTS];
    told_e        told[EVENTS];
    unsigned      opened;               /* that did not open */
    unsigned      lost;
    unsigned      faults;
} scene_t;


static unsigned char  body[BODY];


static void test_cut(void);
static void round_of(scene_t *s, unsigned n);
static int sound(void *told, const char *dir);
static int event_sound(util_t *u, const scene_t *s, unsigned i);


int
main(void)
{
    size_t  i;

    for (i = 0; i < sizeof(body); i++) {
        body[i] = (unsigned char) ('a' + i % 23);
    }

    test_cut();

    return tap_done();
}


static void
test_cut(void)
{
    unsigned        n, cuts, wrong;
    static scene_t  s;

    memset(&s, 0, sizeof(s));

    util_init(&s.u);

    if (util_open(&s.u) != WEBHOOK_STORE_OK) {
        tap_ok(0, "no store");
        return;
    }

    s.ep = util_endpoint(&s.u, "erp", 1000);

    power_begin(s.u.dir, 5, &s, sound);

    for (n = 0; n < ROUNDS; n++) {
        round_of(&s, n);
    }

    cuts = power_end(&wrong);

    tap_ok(cuts >= 100, "the power was cut %u times", cuts);
    tap_ok(s.opened == 0, "the store could be opened each time");
    tap_ok(s.lost == 0, "nothing was lost that was told of");
    tap_ok(s.faults == 0, "it was sound each time");
    tap_ok(wrong == 0 && s.count > 100, "with %u events", s.count);

    util_check(&s.u, "afterwards");
    util_free(&s.u);
}


/* A commit of some events, one of some outcomes; now and then what is over
   goes. */

static void
round_of(scene_t *s, unsigned n)
{
    unsigned            i, first, puts, ends;
    webhook_op_t        ops[16], *p[16];
    webhook_put_t       put[16];
    webhook_outcome_e   outcome;

    puts = n % 3 == 0 ? 1 : n % 7 + 1;
    first = s->count;

    memset(put, 0, sizeof(put));

    for (i = 0; i < puts; i++) {
        s->ids[first + i] = util_id(&s->u);
        s->lens[first + i] = (first + i) * 997 % BODY + 1;

        put[i].lease = 1;

        util_put_op(&ops[i], &put[i], s->ids[first + i], s->ep, body,
                    s->lens[first + i]);
        p[i] = &ops[i];
    }

    s->count += puts;

    util_batch(&s->u, p, puts);

    for (i = 0; i < puts; i++) {

        if (ops[i].result == WEBHOOK_STORE_OK) {
            s->told[first + i] = TOLD_KEPT;
            s->tokens[first + i] = put[i].lease_token;
        }

        webhook_op_free(&ops[i]);
    }

    ends = 0;

    for (i = 0; i < s->count && ends < 8; i++) {

        if (s->tokens[i] && (i + n) % 4 != 0) {
            outcome = i % 5 == 0 ? WEBHOOK_FAILED : WEBHOOK_DONE;

            util_complete_op(&ops[ends], s->ids[i], s->ep, s->tokens[i],
                             outcome, 0);
            p[ends] = &ops[ends];
            ends++;
        }
    }

    if (ends) {
        util_batch(&s->u, p, ends);
    }

    for (i = 0, first = 0; first < ends; i++) {

        if (memcmp(&ops[first].u.complete.event, &s->ids[i],
                   sizeof(webhook_id_t)) != 0)
        {
            continue;
        }

        if (ops[first].result == WEBHOOK_STORE_OK) {
            s->told[i] = ops[first].u.complete.outcome == WEBHOOK_DONE
                         ? TOLD_DELIVERED : TOLD_DEAD;
            s->tokens[i] = 0;
        }

        webhook_op_free(&ops[first++]);
    }
}


/* Opens it on a machine that was started again. */

static int
sound(void *told, const char *dir)
{
    scene_t *s = told;

    int        ok;
    util_t     u;
    uint64_t   rows, faults;
    unsigned   i;

    u = s->u;
    u.st = NULL;
    u.boot = "boot-2";
    snprintf(u.dir, sizeof(u.dir), "%s", dir);
    memset(u.logs, 0, sizeof(u.logs));

    if (util_open(&u) != WEBHOOK_STORE_OK
        || u.logs[WEBHOOK_STORE_LOG_EMERG])
    {
        printf("# %s\n", u.text);
        s->opened++;
        util_close(&u);

        return 0;
    }

    ok = 1;

    for (i = 0; i < s->count; i++) {
        if (!event_sound(&u, s, i)) {
            printf("# event %u, of which %d was told\n", i, s->told[i]);
            s->lost++;
            ok = 0;
        }
    }

    if (util_check_op(&u, &rows, &faults) != WEBHOOK_STORE_OK || faults) {
        s->faults++;
        ok = 0;
    }

    util_close(&u);

    return ok;
}


static int
event_sound(util_t *u, const scene_t *s, unsigned i)
{
    int                     ok;
    webhook_op_t            op;
    webhook_state_e         state;
    const webhook_str_t    *got;

    if (s->told[i] == TOLD_NOTHING) {
        return 1;
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = s->ids[i];

    if (util_apply(u, &op) != WEBHOOK_STORE_OK || op.u.show.count != 1
        || op.u.show.renditions_count != 1)
    {
        webhook_op_free(&op);
        return 0;
    }

    got = &op.u.show.renditions[0].body;
    state = op.u.show.deliveries[0].delivery.state;

    ok = got->len == s->lens[i] && memcmp(got->data, body, got->len) == 0;

    if (s->told[i] == TOLD_DELIVERED) {
        ok &= (state == WEBHOOK_DELIVERED);

    } else if (s->told[i] == TOLD_DEAD) {
        ok &= (state == WEBHOOK_DEAD);
    }

    webhook_op_free(&op);

    return ok;
}
