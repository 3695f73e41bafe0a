
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: killed at every write and every sync while a full store
 * makes room for events that are put.  See store_cut.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "store_cut.h"


#define OWED  50
#define PUTS  2


typedef struct {
    util_t        u;
    webhook_id_t  puts[PUTS];
    unsigned      kept[PUTS];           /* its put was answered so */
    unsigned      done[PUTS];           /* so was its outcome */
    unsigned      refused;
} full_t;


static webhook_id_t    owed[OWED];
static unsigned char  *image;           /* of a store that history fills */
static size_t          image_len;
static char            body[2000000];


/* Makes it, once. */

static int
fill(void)
{
    int                  fd;
    char                 file[512];
    util_t               u;
    uint64_t             ep, wms;
    unsigned             i;
    struct stat          sb;
    webhook_op_t         op;
    webhook_put_t        put;
    webhook_op_stats_t   s;

    util_init(&u);

    u.size = WEBHOOK_STORE_SIZE_MIN;
    u.keep = 3600000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    wms = util_endpoint(&u, "wms", 10);

    for (i = 0; i < OWED; i++) {
        memset(&put, 0, sizeof(put));

        owed[i] = util_id(&u);

        util_put_op(&op, &put, owed[i], wms, body, 5000);
        (void) util_apply(&u, &op);

        (void) ended(&u, ep, WEBHOOK_FAILED);
    }

    for (i = 0; i < 1000; i++) {
        memset(&put, 0, sizeof(put));
        put.lease = 1;

        util_put_op(&op, &put, util_id(&u), ep, body, 9000);
        (void) util_apply(&u, &op);

        (void) util_complete(&u, op.u.put_event.id, ep, put.lease_token,
                             WEBHOOK_DONE, 0);
    }

    s = util_stats(&u, 0, NULL);

    util_close(&u);

    snprintf(file, sizeof(file), "%s/data.mdb", u.dir);

    fd = open(file, O_RDONLY);

    if (fd == -1 || fstat(fd, &sb) == -1) {
        return 0;
    }

    image_len = (size_t) sb.st_size;
    image = malloc(image_len);

    if (image == NULL
        || read(fd, image, image_len) != (ssize_t) image_len)
    {
        return 0;
    }

    close(fd);
    util_free(&u);

    return s.used > s.size / 100 * 45;
}


static void
full_make(void *scene)
{
    int      fd;
    char     file[512];
    full_t  *f = scene;

    util_init(&f->u);

    f->u.size = WEBHOOK_STORE_SIZE_MIN;
    f->u.keep = 3600000;
    f->u.wall += 1000000;

    snprintf(file, sizeof(file), "%s/data.mdb", f->u.dir);

    fd = open(file, O_WRONLY|O_CREAT, 0600);

    if (fd == -1 || write(fd, image, image_len) != (ssize_t) image_len) {
        printf("# cannot write \"%s\"\n", file);
    }

    close(fd);
}


static void
full_act(void *scene)
{
    full_t         *f = scene;
    uint64_t        ep;
    unsigned        i;
    webhook_op_t    op;
    webhook_put_t   put;

    if (util_open(&f->u) != WEBHOOK_STORE_OK) {
        _exit(1);
    }

    ep = util_name("erp");

    for (i = 0; i < PUTS; i++) {
        memset(&put, 0, sizeof(put));
        put.lease = 1;

        f->puts[i] = util_id(&f->u);

        util_put_op(&op, &put, f->puts[i], ep, body, sizeof(body));

        if (util_apply(&f->u, &op) != WEBHOOK_STORE_OK) {
            f->refused++;
            continue;
        }

        f->kept[i] = 1;

        if (util_complete(&f->u, f->puts[i], ep, put.lease_token, WEBHOOK_DONE,
                          0)
            == WEBHOOK_STORE_OK)
        {
            f->done[i] = 1;
        }
    }

    util_close(&f->u);
}


/* An event that is there, with its bytes, in that state (-1: any). */

static int
there(util_t *u, const webhook_id_t *id, size_t len, int state)
{
    int           ok;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = *id;

    ok = util_apply(u, &op) == WEBHOOK_STORE_OK
         && op.u.show.renditions[0].body.len == len
         && (state == -1
             || (int) op.u.show.deliveries[0].delivery.state == state);

    webhook_op_free(&op);

    return ok;
}


static int
full_sound(void *scene, int whole)
{
    full_t           *f = scene;
    util_t           *u;
    unsigned          i;
    webhook_check_t   check;

    u = &f->u;
    u->st = NULL;

    if (util_open(u) != WEBHOOK_STORE_OK) {
        printf("# %s\n", u->text);
        return 0;
    }

    if (webhook_store_check(util_lmdb(u), &check, util_tell, NULL) != 0
        || check.faults || util_files(u, "data.mdb.damaged-"))
    {
        return 0;
    }

    for (i = 0; i < OWED; i++) {
        if (!there(u, &owed[i], 5000, WEBHOOK_PENDING)) {
            printf("# what was owed is lost\n");
            return 0;
        }
    }

    for (i = 0; i < PUTS; i++) {

        /* one that is delivered may have made room for the next */

        if (f->done[i] && i + 1 < PUTS) {
            continue;
        }

        if (f->kept[i] && !there(u, &f->puts[i], sizeof(body),
                                 f->done[i] ? WEBHOOK_DELIVERED : -1))
        {
            printf("# what was kept is lost\n");
            return 0;
        }
    }

    if (whole && (f->refused || !f->done[PUTS - 1])) {
        printf("# %u are refused\n", f->refused);
        return 0;
    }

    return 1;
}


static void
full_drop(void *scene)
{
    full_t  *f = scene;

    util_free(&f->u);
}


int
main(void)
{
    static const cut_scene_t  scene = {
        "events are put into a full store", sizeof(full_t), full_make,
        full_act, full_sound, full_drop
    };

    memset(body, 'b', sizeof(body));

    tap_ok(fill(), "history fills a store");

    cut_each(&scene);

    free(image);

    return tap_done();
}
