
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of store/lmdb/kept: killed at each write and each sync, of whatever
 * file.  See store_cut.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_cut.h"
#include "store_kept.h"


#define EVENTS  12


typedef struct {
    util_t         u;
    uint64_t       ep;
    unsigned       count;
    webhook_id_t   ids[EVENTS];
    size_t         lens[EVENTS];
    unsigned char  told[EVENTS];
} scene_t;


static void make(void *scene);
static void act(void *scene);
static void act_again(void *scene);
static int sound(void *scene, int whole);
static void drop(void *scene);


int
main(void)
{
    static const cut_scene_t  first = {
        "events are kept and applied", sizeof(scene_t), make, act, sound, drop
    };

    static const cut_scene_t  again = {
        "what others have kept is put", sizeof(scene_t), make, act_again,
        sound, drop
    };

    cut_file = "";                      /* any */

    cut_each(&first);
    cut_each(&again);

    return tap_done();
}


static void
make(void *scene)
{
    scene_t  *s = scene;

    kept_init(&s->u);

    (void) util_open(&s->u);
    s->ep = util_endpoint(&s->u, "erp", 100);
    util_close(&s->u);
}


/* Keeps some, applies most of them, sends some. */

static void
act(void *scene)
{
    scene_t *s = scene;

    unsigned        i, k;
    webhook_op_t    ops[3], *p[3];
    webhook_put_t   put[3];

    if (kept_open(&s->u) != WEBHOOK_STORE_OK) {
        _exit(1);
    }

    for (i = 0; i < EVENTS; i += 3) {

        memset(put, 0, sizeof(put));

        for (k = 0; k < 3; k++) {
            put[k].lease = 1;
            s->ids[i + k] = util_id(&s->u);
            s->lens[i + k] = (i + k) * 1237 % KEPT_BODY;

            util_put_op(&ops[k], &put[k], s->ids[i + k], s->ep, kept_body,
                        s->lens[i + k]);
            p[k] = &ops[k];
        }

        s->count += 3;

        webhook_store_keep(s->u.st, p, 3);

        for (k = 0; k < 3; k++) {
            s->told[i + k] = (ops[k].u.put_event.kept != 0);
        }

        if (i != 6) {
            webhook_store_apply(s->u.st, p, 3);

            for (k = 0; k < 3; k++) {
                if (ops[k].result <= WEBHOOK_STORE_DUPLICATE) {
                    s->told[i + k] = 1;
                }
            }

            if (put[1].lease_token) {
                (void) util_complete(&s->u, s->ids[i + 1], s->ep,
                                     put[1].lease_token, WEBHOOK_DONE, 0);
            }
        }
    }

    /* the third batch was never applied: what is behind it waits, and this
       puts it */

    (void) kept_replay(&s->u);

    util_close(&s->u);
}


/* A child keeps some and dies; that it is put is what is killed. */

static void
act_again(void *scene)
{
    scene_t *s = scene;

    int       status;
    pid_t     pid;
    unsigned  at;

    at = cut_at;

    pid = fork();

    if (pid == 0) {
        cut_at = 0;

        if (kept_open(&s->u) == WEBHOOK_STORE_OK) {
            unsigned       i;
            webhook_op_t   op;
            webhook_put_t  put;

            for (i = 0; i < EVENTS; i++) {
                s->lens[i] = i * 1237 % KEPT_BODY;
                s->told[i] = kept_one(&s->u, &op, &put, s->ep, s->lens[i]);
                s->ids[i] = op.u.put_event.id;
                s->count++;

                if (i < 4) {
                    (void) util_apply(&s->u, &op);
                }
            }
        }

        kill(getpid(), SIGKILL);
    }

    (void) waitpid(pid, &status, 0);

    cut_at = at;
    s->u.st = NULL;

    if (kept_open(&s->u) != WEBHOOK_STORE_OK) {
        _exit(1);
    }

    (void) kept_replay(&s->u);

    util_close(&s->u);
}


static int
sound(void *scene, int whole)
{
    scene_t *s = scene;

    int       ok;
    uint64_t  rows, faults;
    unsigned  i, told;

    s->u.st = NULL;
    ok = 1;
    told = 0;

    if (kept_open(&s->u) != WEBHOOK_STORE_OK
        || s->u.logs[WEBHOOK_STORE_LOG_EMERG])
    {
        printf("# %s\n", s->u.text);
        return 0;
    }

    for (i = 0; i < s->count; i++) {
        told += s->told[i];

        if (s->told[i] && !kept_there(&s->u, &s->ids[i], s->lens[i])) {
            printf("# event %u of %u\n", i, s->count);
            ok = 0;
        }
    }

    if (whole && told < EVENTS) {
        printf("# only %u were kept\n", told);
        ok = 0;
    }

    if (util_check_op(&s->u, &rows, &faults) != WEBHOOK_STORE_OK || faults) {
        ok = 0;
    }

    /* the row of what is done goes with the next look */

    (void) kept_replay(&s->u);

    util_close(&s->u);

    if (util_files(&s->u, "journal.") != 0) {
        printf("# a journal is left\n");
        ok = 0;
    }

    return ok;
}


static void
drop(void *scene)
{
    scene_t  *s = scene;

    util_free(&s->u);
}
