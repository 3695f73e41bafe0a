
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: killed at every write and every sync of what changes
 * much of it at once.  See store_cut.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_cut.h"
#include "store_one.h"


static void test_migrate(void);


int
main(void)
{
    test_migrate();

    return tap_done();
}


/* Opens it in a process of its own; that is what is killed. */

static void
migrate_make(void *scene)
{
    util_t  *u = scene;

    one_init(u);

    u->migrate = 7;
}


static void
migrate_act(void *scene)
{
    util_t  *u = scene;

    if (util_open(u) != WEBHOOK_STORE_OK) {
        _exit(1);
    }

    util_close(u);
}


static int
migrate_sound(void *scene, int whole)
{
    util_t  *u = scene;

    (void) whole;

    u->st = NULL;

    if (util_open(u) != WEBHOOK_STORE_OK) {
        printf("# %s\n", u->text);
        return 0;
    }

    return u->st->format == WEBHOOK_STORE_FORMAT && one_sound(u)
           && util_files(u, "data.mdb.damaged-") == 0;
}


static void
drop(void *scene)
{
    util_free(scene);
}


static void
test_migrate(void)
{
    static const cut_scene_t  scene = {
        "format 1 is opened", sizeof(util_t), migrate_make, migrate_act,
        migrate_sound, drop
    };

    cut_each(&scene);
}
