
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The registry: OBJECT, and CHANGES under writers that commit at once; TALLY.
 */

#include "cluster_util.h"

#include <pthread.h>
#include <stdatomic.h>


#define WRITERS  8
#define WRITES   60

static cl_node_t    a;
static _Atomic int  writing;


static void
object(webhook_cluster_op_t *op, const char *id, const char *name,
    uint64_t expect)
{
    memset(op, 0, sizeof(webhook_cluster_op_t));
    op->u.object.object.id = cl_str(id);
    op->u.object.object.company = cl_str("acme");
    op->u.object.object.name = cl_str(name);
    op->u.object.object.by = cl_str("me");
    op->u.object.object.data = cl_str("{\"url\":\"x\"}");
    op->u.object.wall = cl_wall();
    op->u.object.expect = expect;
    (void) webhook_id_make(&cl_ids, cl_wall(), &op->u.object.token);
}


static void
test_object(void)
{
    webhook_cluster_op_t  op, again;

    object(&op, "ep_1", "erp", WEBHOOK_OBJECT_MAKE);
    again = op;
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_OK)
           && op.u.object.version == 1 && op.u.object.change == 1,
           "an object is made");
    tap_ok(cl_is(a.c, cl_run(a.c, &again, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_OK)
           && again.u.object.version == 1 && again.u.object.change == 1,
           "once, if its answer was lost and it is made again");

    object(&op, "ep_1", "erp", WEBHOOK_OBJECT_MAKE);
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_CONFLICT) && !op.u.object.taken,
           "another one of the id is not");

    object(&op, "ep_2", "erp", WEBHOOK_OBJECT_MAKE);
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_CONFLICT) && op.u.object.taken,
           "nor one of the name");

    object(&op, "ep_1", "new", 1);
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_OK) && op.u.object.version == 2,
           "it is changed");
    object(&op, "ep_1", "old", 1);
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_CONFLICT) && op.u.object.version == 2,
           "not by who knows an older version");
    object(&op, "ep_1", "any", WEBHOOK_OBJECT_ANY);
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_OK) && op.u.object.version == 3,
           "but by who does not care");

    object(&op, "ep_1", "any", WEBHOOK_OBJECT_ANY);
    op.u.object.object.company = cl_str("other");
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_NOT_FOUND), "nor by another company");

    object(&op, "ep_1", "", 3);
    op.u.object.remove = 1;
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_OK), "it is removed");

    object(&op, "ep_9", "erp", WEBHOOK_OBJECT_MAKE);
    op.u.object.kind = WEBHOOK_CLUSTER_PAUSE;
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_OK), "a pause is an object, too");

    memset(&op, 0, sizeof(op));
    op.u.changes.max = 10;
    op.u.changes.max_bytes = 100000;
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_CHANGES),
                 WEBHOOK_CLUSTER_OK)
           && op.u.changes.count == 2
           && op.u.changes.objects[0].removed
           && op.u.changes.objects[0].data.len == 0
           && op.u.changes.kinds[1] == WEBHOOK_CLUSTER_PAUSE
           && op.u.changes.objects[1].name.len == 3
           && !op.u.changes.lost, "CHANGES tells what there is, and was");

    uint64_t  last = op.u.changes.objects[1].change;

    webhook_cluster_op_free(&op);

    op.u.changes.since = last;
    tap_ok(cl_run(a.c, &op, WEBHOOK_CLUSTER_CHANGES) == WEBHOOK_CLUSTER_OK
           && op.u.changes.count == 0 && !op.u.changes.more
           && op.u.changes.next == op.u.changes.last,
           "and then nothing more");
    webhook_cluster_op_free(&op);

    pg_do("UPDATE webhook.registry SET forgot = 3");
    op.u.changes.since = 2;
    tap_ok(cl_run(a.c, &op, WEBHOOK_CLUSTER_CHANGES) == WEBHOOK_CLUSTER_OK
           && op.u.changes.lost,
           "who was away for too long is told to begin anew");
    webhook_cluster_op_free(&op);
}


/* A change that is asked for once, by whoever. */

static void
once(webhook_cluster_op_t *op, const char *id, unsigned char key,
    unsigned char body, const char *answer)
{
    object(op, id, id, WEBHOOK_OBJECT_MAKE);

    memset(op->u.object.once.key, key, WEBHOOK_ONCE_LEN);
    memset(op->u.object.once.body, body, WEBHOOK_ONCE_LEN);
    op->u.object.once.caller = 7;
    op->u.object.once.keep = 60000;
    op->u.object.once.answer = cl_str(answer);
}


static void
test_once(void)
{
    webhook_cluster_op_t  op, again;

    once(&op, "once_1", 1, 1, "first");
    again = op;

    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_OK), "a change with a key");
    tap_ok(cl_is(a.c, cl_run(a.c, &again, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_OK)
           && again.u.object.change == op.u.object.change,
           "its own repeat is told as it was");

    once(&op, "once_2", 1, 1, "second");
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_DUPLICATE)
           && op.u.object.once.known && !op.u.object.once.differs
           && op.u.object.once.first.len == 5
           && memcmp(op.u.object.once.first.data, "first", 5) == 0,
           "another one with the key gets the first answer");
    webhook_cluster_op_free(&op);

    once(&op, "once_2", 1, 2, "second");
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_DUPLICATE)
           && op.u.object.once.differs && op.u.object.once.first.len == 0,
           "and none if it is another one");

    once(&op, "once_1", 2, 1, "third");
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_CONFLICT) && op.u.object.used
           && pg_number("SELECT count(*) FROM webhook.once") == 1,
           "of what is refused nothing is kept");

    pg_do("UPDATE webhook.once SET until = 1");
    once(&op, "once_3", 1, 2, "fourth");
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_OK), "once its time is over it is forgotten");

    pg_do("INSERT INTO webhook.once SELECT decode(lpad(to_hex(n), 64, '0'),"
          " 'hex'), '', 7, gen_random_uuid(), 1, n - 2000, 9e15::bigint, ''"
          " FROM generate_series(1, 1100) n");
    once(&op, "once_4", 4, 2, "");
    (void) cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT);
    tap_ok(pg_number("SELECT count(*) FROM webhook.once WHERE caller = 7")
           == 1000, "of one caller 1000 are known");
}


static void
test_bounds(void)
{
    webhook_cluster_op_t  op;

    object(&op, "many_1", "many_1", WEBHOOK_OBJECT_MAKE);
    op.u.object.max_all = 1;
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_CONFLICT) && op.u.object.bound == 1,
           "there are as many as there may be");
    object(&op, "many_1", "many_1", WEBHOOK_OBJECT_MAKE);
    op.u.object.max_company = 1;
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_CONFLICT) && op.u.object.bound == 2,
           "or of the company");

    object(&op, "many_1", "many_1", WEBHOOK_OBJECT_MAKE);
    op.u.object.past = 1;
    op.u.object.object.version = 7;
    op.u.object.object.created = 5;
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_OK) && op.u.object.version == 7
           && pg_number("SELECT created FROM webhook.object WHERE id ="
                        " 'many_1'") == 5,
           "one that is older than the cluster keeps its version and time");

    object(&op, "many_1", "many_1", 7);
    op.u.object.was = cl_str("0123456789abcdef");
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_CONFLICT),
           "one that was sealed anew already is not once more");

    pg_do("INSERT INTO webhook.owed VALUES (gen_random_uuid(), 77, 0, 0, 0, 1,"
          " NULL, 0, 0, 0, 0, 0, 0, 0, '', '', 1, '')");
    object(&op, "many_1", "", 7);
    op.u.object.remove = 1;
    op.u.object.endpoint = 77;
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_CONFLICT) && op.u.object.owed
           && op.u.object.pending == 1, "it is not removed while it is owed");
    pg_do("DELETE FROM webhook.owed");

    object(&op, "pause_1", "pause_1", WEBHOOK_CLUSTER_PUT);
    op.u.object.kind = WEBHOOK_CLUSTER_PAUSE;
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_OK), "PUT makes one");
    object(&op, "pause_1", "pause_1", WEBHOOK_CLUSTER_PUT);
    op.u.object.kind = WEBHOOK_CLUSTER_PAUSE;
    op.u.object.remove = 1;
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_OK), "removes it");
    object(&op, "pause_1", "pause_1", WEBHOOK_CLUSTER_PUT);
    op.u.object.kind = WEBHOOK_CLUSTER_PAUSE;
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_OBJECT),
                 WEBHOOK_CLUSTER_OK)
           && pg_number("SELECT count(*) FROM webhook.object WHERE id ="
                        " 'pause_1' AND NOT removed") == 1,
           "and makes it anew");
}


static void *
writer(void *arg)
{
    int                   i;
    char                  id[32];
    webhook_cluster_t    *c;
    webhook_cluster_op_t  op;

    c = cl_open("n1", NULL);
    webhook_cluster_use(c, &a.session);

    for (i = 0; i < WRITES; i++) {
        memset(&op, 0, sizeof(op));
        snprintf(id, sizeof(id), "o_%d_%d", (int) (intptr_t) arg, i % 20);

        op.u.object.object.id = cl_str(id);
        op.u.object.object.name = cl_str(id);
        op.u.object.wall = 1;
        op.u.object.expect = i < 20 ? WEBHOOK_OBJECT_MAKE : WEBHOOK_OBJECT_ANY;
        memset(op.u.object.token.bytes, (int) (intptr_t) arg + 1, 8);
        op.u.object.token.bytes[8] = (unsigned char) i;

        if (cl_run(c, &op, WEBHOOK_CLUSTER_OBJECT) != WEBHOOK_CLUSTER_OK) {
            printf("# %s\n", webhook_cluster_error(c));
        }
    }

    webhook_cluster_close(c);
    atomic_fetch_sub(&writing, 1);

    return NULL;
}


/* One who follows the changes sees the last of each, whoever commits when. */

static void
test_changes(void)
{
    int                   i, done, ascend;
    uint32_t              n;
    uint64_t              since, seen[WRITERS][20];
    pthread_t             t[WRITERS];
    webhook_cluster_op_t  op;

    memset(seen, 0, sizeof(seen));
    since = 0;
    ascend = 1;
    atomic_store(&writing, WRITERS);

    for (i = 0; i < WRITERS; i++) {
        pthread_create(&t[i], NULL, writer, (void *) (intptr_t) i);
    }

    memset(&op, 0, sizeof(op));

    do {
        done = atomic_load(&writing) == 0;

        op.u.changes.since = since;
        op.u.changes.max = 7;
        op.u.changes.max_bytes = 1000000;

        if (cl_run(a.c, &op, WEBHOOK_CLUSTER_CHANGES) != WEBHOOK_CLUSTER_OK) {
            break;
        }

        for (n = 0; n < op.u.changes.count; n++) {
            int  w, k;
            char  text[40];
            webhook_object_t  *o = &op.u.changes.objects[n];

            ascend &= o->change > since;
            since = o->change;

            snprintf(text, sizeof(text), "%.*s", (int) o->id.len, o->id.data);

            if (sscanf(text, "o_%d_%d", &w, &k) == 2) {
                seen[w][k] = o->version;
            }
        }

        since = op.u.changes.next;
        done = done && !op.u.changes.more;
        webhook_cluster_op_free(&op);

    } while (!done);

    for (i = 0; i < WRITERS; i++) {
        pthread_join(t[i], NULL);
    }

    n = 0;

    for (i = 0; i < WRITERS * 20; i++) {
        n += seen[i / 20][i % 20] == WRITES / 20;
    }

    tap_ok(ascend && n == WRITERS * 20,
           "who follows sees the last version of each of %u objects, as 8"
           " others change them %d times", n, WRITERS * WRITES);
}


static void
test_tally(void)
{
    cl_node_t                 b;
    webhook_cluster_op_t      op;
    webhook_endpoint_stats_t  e[2];

    cl_node(&b, "n2", NULL);
    (void) cl_join(&b);

    memset(e, 0, sizeof(e));
    e[0].id = 7;
    e[0].name = cl_str("erp");
    e[0].states[WEBHOOK_PENDING] = 3;
    e[0].delivered = 10;
    e[1].id = 0xf000000000000000ull;
    e[1].name = cl_str("crm");
    e[1].cancelled = 1;

    memset(&op, 0, sizeof(op));
    op.u.sums.endpoints = e;
    op.u.sums.count = 2;
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_TALLY),
                 WEBHOOK_CLUSTER_OK), "a node tells its counts");
    op.u.sums.count = 1;
    tap_ok(cl_is(b.c, cl_run(b.c, &op, WEBHOOK_CLUSTER_TALLY),
                 WEBHOOK_CLUSTER_OK)
           && cl_run(b.c, &op, WEBHOOK_CLUSTER_TALLY) == WEBHOOK_CLUSTER_OK,
           "another does, twice");

    memset(&op, 0, sizeof(op));
    tap_ok(cl_is(a.c, cl_run(a.c, &op, WEBHOOK_CLUSTER_SUMS),
                 WEBHOOK_CLUSTER_OK)
           && op.u.sums.count == 2
           && op.u.sums.endpoints[1].id == 7
           && op.u.sums.endpoints[1].states[WEBHOOK_PENDING] == 6
           && op.u.sums.endpoints[1].delivered == 20
           && op.u.sums.endpoints[0].cancelled == 1
           && op.u.sums.endpoints[0].name.len == 3, "SUMS adds them up");
    webhook_cluster_op_free(&op);
    webhook_cluster_close(b.c);
}


int
main(void)
{
    cl_cluster();

    cl_node(&a, "n1", NULL);
    tap_ok(cl_join(&a) == WEBHOOK_CLUSTER_OK, "a node");

    test_object();
    test_once();
    test_bounds();
    test_changes();
    test_tally();

    webhook_cluster_close(a.c);

    return tap_done();
}
