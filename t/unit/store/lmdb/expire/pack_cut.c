
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: killed at every write and every sync while delivered
 * events are removed and what waits between them is moved together.  See
 * store_cut.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_cut.h"
#include "store_util.h"


#define ROUNDS  40
#define BATCH   16
#define OF      10                      /* one of so many waits */
#define BODY    2000
#define STEP    128                     /* events that an expiry looks at */


typedef struct {
    util_t    u;
    uint64_t  used;                     /* bytes, once all is moved */
} pack_t;


static webhook_id_t    waits[ROUNDS * BATCH];
static unsigned        places[ROUNDS * BATCH];     /* of their bytes */
static unsigned        waiting;
static unsigned char  *image;           /* of a store with thin pages to come */
static size_t          image_len;
static uint64_t        thin;            /* bytes, if nothing is moved */
static unsigned char   body[BODY + ROUNDS * BATCH];


static void
settings(util_t *u)
{
    util_init(u);

    u->size = (uint64_t) 64 * 1024 * 1024;
    u->keep = 4000;
}


/* Removes what is over, and moves what lies thin then. */

static int
expire(util_t *u, unsigned moves)
{
    unsigned      i;
    webhook_op_t  op;

    do {
        if (!moves) {
            for (i = 0; i < WEBHOOK_PACK_TABLES; i++) {
                util_lmdb(u)->pack.lists[i].count = 0;
            }
        }

        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_EXPIRE;
        op.u.expire.max = STEP;

        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
            return 0;
        }

    } while (op.u.expire.more);

    return 1;
}


/* Makes it, once. */

static int
fill(void)
{
    int            fd;
    char           file[512];
    util_t         u;
    uint64_t       ep;
    unsigned       i, k;
    struct stat    sb;
    webhook_op_t   op;
    webhook_put_t  put;

    settings(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1000000);

    for (i = 0; i < ROUNDS * BATCH; i++) {
        memset(&put, 0, sizeof(put));

        k = i * 2654435761U % OF;

        if (k == 0) {
            put.delay = (uint64_t) 365 * 24 * 3600 * 1000;

        } else {
            put.lease = 1;
        }

        util_put_op(&op, &put, util_id(&u), ep, body + i, BODY);

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            return 0;
        }

        if (k == 0) {
            places[waiting] = i;
            waits[waiting++] = op.u.put_event.id;
            continue;
        }

        if (util_complete(&u, op.u.put_event.id, ep, put.lease_token,
                          WEBHOOK_DONE,
                          0)
            != WEBHOOK_STORE_OK)
        {
            return 0;
        }
    }

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

    /* the same without moves: what those are worth */

    u.st = NULL;
    u.clock += 10000;

    util_open(&u);

    if (!expire(&u, 0)) {
        return 0;
    }

    thin = util_stats(&u, 0, NULL).used;

    util_free(&u);

    return 1;
}


static void
pack_make(void *scene)
{
    int      fd;
    char     file[512];
    pack_t  *p = scene;

    settings(&p->u);

    p->u.clock += 20000;
    p->u.wall += 20000;

    snprintf(file, sizeof(file), "%s/data.mdb", p->u.dir);

    fd = open(file, O_WRONLY|O_CREAT, 0600);

    if (fd == -1 || write(fd, image, image_len) != (ssize_t) image_len) {
        printf("# cannot write \"%s\"\n", file);
    }

    close(fd);
}


static void
pack_act(void *scene)
{
    unsigned  i, k;
    pack_t   *p = scene;

    if (util_open(&p->u) != WEBHOOK_STORE_OK) {
        _exit(1);
    }

    /* a step is short in time: on a busy machine it takes more of them */

    for (i = 0; i < 1000; i++) {

        if (!expire(&p->u, 1)) {
            _exit(1);
        }

        for (k = 0; k < WEBHOOK_PACK_TABLES; k++) {
            if (util_lmdb(&p->u)->pack.lists[k].count) {
                break;
            }
        }

        if (k == WEBHOOK_PACK_TABLES) {
            break;
        }
    }

    p->used = util_stats(&p->u, 0, NULL).used;

    util_close(&p->u);
}


static int
pack_sound(void *scene, int whole)
{
    int               ok;
    pack_t           *p = scene;
    util_t           *u;
    unsigned          i;
    webhook_op_t      op;
    webhook_check_t   check;

    u = &p->u;
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

    for (i = 0; i < waiting; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_SHOW;
        op.u.show.id = waits[i];

        ok = util_apply(u, &op) == WEBHOOK_STORE_OK
             && op.u.show.renditions_count == 1 && op.u.show.count == 1
             && op.u.show.deliveries[0].delivery.state == WEBHOOK_PENDING
             && op.u.show.renditions[0].body.len == BODY
             && memcmp(op.u.show.renditions[0].body.data, body + places[i],
                       BODY) == 0;

        webhook_op_free(&op);

        if (!ok) {
            printf("# what waited is lost\n");
            return 0;
        }
    }

    /* how much is, pack.c tells: on a busy machine a step, which is short in
       time, comes to fewer pages at once, and gains less */

    if (whole && p->used * 10 > thin * 9) {
        printf("# nothing was moved: %llu bytes of %llu\n",
               (unsigned long long) p->used, (unsigned long long) thin);
        return 0;
    }

    return 1;
}


static void
pack_drop(void *scene)
{
    pack_t  *p = scene;

    util_free(&p->u);
}


int
main(void)
{
    unsigned  i;

    static const cut_scene_t  scene = {
        "what waits is moved together", sizeof(pack_t), pack_make,
        pack_act, pack_sound, pack_drop
    };

    for (i = 0; i < sizeof(body); i++) {
        body[i] = (unsigned char) (i * 7 + i / 251);
    }

    tap_ok(fill() && waiting > 20, "one event of ten waits");

    cut_each(&scene);

    free(image);

    return tap_done();
}
