
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/kept: the power is cut.  What was kept is there when the
 * machine is up again, whether it was applied by then or not.  See
 * store_power.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_power.h"
#include "store_kept.h"


#define EVENTS  400
#define ROUNDS  60


typedef struct {
    util_t         u;
    uint64_t       ep;
    unsigned       count;
    webhook_id_t   ids[EVENTS];
    size_t         lens[EVENTS];
    unsigned char  told[EVENTS];
    unsigned       lost;
    unsigned       faults;
    unsigned       put;                 /* out of a journal */
} scene_t;


static void round_of(scene_t *s, unsigned n);
static int sound(void *told, const char *dir);


int
main(void)
{
    unsigned        n, cuts, wrong, kept;
    static scene_t  s;

    kept_init(&s.u);

    if (util_open(&s.u) != WEBHOOK_STORE_OK) {
        tap_ok(0, "no store");
        return tap_done();
    }

    s.ep = util_endpoint(&s.u, "erp", 1000);

    util_close(&s.u);

    /* each call as the journal is made, and when something is in it first */

    power_begin(s.u.dir, 1, &s, sound);

    if (kept_open(&s.u) != WEBHOOK_STORE_OK) {
        tap_ok(0, "no journal");
        return tap_done();
    }

    for (n = 0; n < ROUNDS; n++) {
        round_of(&s, n);
        power.every = n < 3 ? 1 : 4;
    }

    cuts = power_end(&wrong);
    kept = 0;

    for (n = 0; n < s.count; n++) {
        kept += s.told[n];
    }

    tap_ok(cuts >= 100, "the power was cut %u times", cuts);
    tap_ok(s.lost == 0, "nothing was lost that was kept");
    tap_ok(s.faults == 0, "the store was sound each time");
    tap_ok(wrong == 0 && kept == s.count && kept > 100, "with %u events", kept);
    tap_ok(s.put > 20, "%u of them were put out of the journal", s.put);

    util_check(&s.u, "afterwards");
    util_free(&s.u);

    return tap_done();
}


static void
round_of(scene_t *s, unsigned n)
{
    unsigned        i, puts, first;
    webhook_op_t    ops[8], *p[8];
    webhook_put_t   put[8];

    puts = n % 3 == 0 ? 1 : n % 7 + 1;
    first = s->count;

    memset(put, 0, sizeof(put));

    for (i = 0; i < puts; i++) {
        s->ids[first + i] = util_id(&s->u);
        s->lens[first + i] = (first + i) * 997 % KEPT_BODY + 1;

        put[i].lease = 1;

        util_put_op(&ops[i], &put[i], s->ids[first + i], s->ep, kept_body,
                    s->lens[first + i]);
        p[i] = &ops[i];
    }

    s->count += puts;

    webhook_store_keep(s->u.st, p, puts);

    for (i = 0; i < puts; i++) {
        s->told[first + i] = (ops[i].u.put_event.kept != 0);
    }

    webhook_store_apply(s->u.st, p, puts);

    for (i = 0; i < puts; i++) {
        if (put[i].lease_token && i % 2) {
            (void) util_complete(&s->u, s->ids[first + i], s->ep,
                                 put[i].lease_token, WEBHOOK_DONE, 0);
        }
    }
}


static int
sound(void *told, const char *dir)
{
    scene_t *s = told;

    int        ok;
    util_t     u;
    uint64_t   rows, faults;
    uint32_t   put;
    unsigned   i;

    u = s->u;
    u.st = NULL;
    u.boot = "boot-2";
    u.journal = 0;
    snprintf(u.dir, sizeof(u.dir), "%s", dir);
    memset(u.logs, 0, sizeof(u.logs));

    if (util_open(&u) != WEBHOOK_STORE_OK) {
        printf("# %s\n", u.text);
        return 0;
    }

    put = kept_replay(&u);
    ok = (put != UINT32_MAX && u.logs[WEBHOOK_STORE_LOG_EMERG] == 0);

    if (!ok) {
        printf("# %s\n", u.text);
    }

    s->put += put;

    for (i = 0; i < s->count; i++) {
        if (s->told[i] && !kept_there(&u, &s->ids[i], s->lens[i])) {
            printf("# event %u\n", i);
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
