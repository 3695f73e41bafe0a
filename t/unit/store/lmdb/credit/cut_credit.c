
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/credit: killed at each write and each sync, of whatever
 * file.  See store_cut.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_cut.h"
#include "credit_scene.h"


#define EVENTS  4


typedef struct {
    scene_t         s;
    unsigned        count;
    unsigned        begun;
    webhook_id_t    ids[EVENTS];
    unsigned char   told[EVENTS];
} cut_credit_t;


static void make(void *scene);
static void act(void *scene);
static int sound(void *scene, int whole);
static void drop(void *scene);


int
main(void)
{
    static const cut_scene_t  scene = {
        "events are sent before they are applied", sizeof(cut_credit_t), make,
        act, sound, drop
    };

    cut_file = "";                      /* any */

    cut_each(&scene);

    return tap_done();
}


static void
make(void *scene)
{
    cut_credit_t  *c = scene;

    kept_init(&c->s.u);

    (void) util_open(&c->s.u);
    c->s.ep = util_endpoint(&c->s.u, "erp", 100);
    util_close(&c->s.u);
}


static void
act(void *scene)
{
    cut_credit_t *c = scene;

    unsigned        i;
    credit_event_t  e[EVENTS];

    if (kept_open(&c->s.u) != WEBHOOK_STORE_OK
        || looks(&c->s) == UINT32_MAX)
    {
        _exit(1);
    }

    for (i = 0; i < EVENTS; i++) {
        c->begun += early(&c->s, &e[i]) != 0;

        c->ids[i] = e[i].op.u.put_event.id;
        c->told[i] = e[i].op.u.put_event.kept != 0;
        c->count++;

        if (i == 2) {
            continue;
        }

        if (i == 3) {
            (void) applied(&c->s, &e[2]);
        }

        (void) applied(&c->s, &e[i]);
        (void) completed(&c->s, &e[i], e[i].put.lease_token, WEBHOOK_DONE);
    }

    c->s.u.clock += 20000;

    (void) looks(&c->s);

    util_close(&c->s.u);
}


static int
sound(void *scene, int whole)
{
    cut_credit_t *c = scene;

    int       ok;
    unsigned  i;
    uint32_t  inflight;
    uint64_t  rows, faults;

    c->s.u.st = NULL;
    ok = 1;

    if (kept_open(&c->s.u) != WEBHOOK_STORE_OK
        || c->s.u.logs[WEBHOOK_STORE_LOG_EMERG])
    {
        printf("# %s\n", c->s.u.text);
        return 0;
    }

    for (i = 0; i < c->count; i++) {
        if (c->told[i] && !kept_there(&c->s.u, &c->ids[i], 100)) {
            printf("# event %u of %u\n", i, c->count);
            ok = 0;
        }
    }

    if (whole && c->begun != EVENTS - 1) {
        printf("# only %u were sent early\n", c->begun);
        ok = 0;
    }

    if (credits(&c->s, &inflight) != 0 || inflight != 0) {
        printf("# %u in flight\n", inflight);
        ok = 0;
    }

    if (util_check_op(&c->s.u, &rows, &faults) != WEBHOOK_STORE_OK || faults) {
        ok = 0;
    }

    util_close(&c->s.u);

    return ok;
}


static void
drop(void *scene)
{
    cut_credit_t  *c = scene;

    util_free(&c->s.u);
}
