
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: its files, damaged and not, its clock, and rows that
 * are damaged in a file that is whole.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


static void test_modes(void);
static void test_places(void);
static void test_damaged(void);
static void test_damaged_in_use(void);
static void test_short_file(void);
static void test_format(void);
static void test_half_made(void);
static void test_clock(void);
static void test_damaged_rows(void);
static void test_damaged_history(void);
static void test_noise(void);


int
main(void)
{
    test_modes();
    test_places();
    test_damaged();
    test_damaged_in_use();
    test_short_file();
    test_format();
    test_half_made();
    test_clock();
    test_damaged_rows();
    test_damaged_history();
    test_noise();

    return tap_done();
}


static unsigned
mode_of(util_t *u, const char *name)
{
    char         path[512];
    struct stat  sb;

    snprintf(path, sizeof(path), "%s/%s", u->dir, name);

    return stat(path, &sb) == -1 ? 0 : sb.st_mode & 07777;
}


/* Writes over a part of data.mdb. */

static void
scribble(util_t *u, off_t offset, size_t len, int byte)
{
    int             fd;
    char            path[512];
    unsigned char  *bytes;

    snprintf(path, sizeof(path), "%s/data.mdb", u->dir);

    fd = open(path, O_WRONLY|O_CREAT, 0600);
    bytes = malloc(len);

    memset(bytes, byte, len);

    if (fd == -1 || pwrite(fd, bytes, len, offset) != (ssize_t) len) {
        perror(path);
    }

    close(fd);
    free(bytes);
}


static void
cut(util_t *u, off_t len)
{
    char  path[512];

    snprintf(path, sizeof(path), "%s/data.mdb", u->dir);

    if (truncate(path, len) == -1) {
        perror(path);
    }
}


static void
test_modes(void)
{
    util_t  u;
    mode_t  old;

    util_init(&u);

    old = umask(0);
    util_open(&u);
    umask(old);

    tap_ok(mode_of(&u, "data.mdb") == 0600
           && mode_of(&u, "lock.mdb") == 0600
           && mode_of(&u, "owners") == 0600,
           "files are for their owner alone");
    tap_ok(util_files(&u, "") == 3, "there are three");

    util_free(&u);

    util_init(&u);

    old = umask(0277);
    util_open(&u);
    umask(old);

    tap_ok(mode_of(&u, "data.mdb") == 0600
           && mode_of(&u, "lock.mdb") == 0600
           && mode_of(&u, "owners") == 0600, "whatever the umask is");

    util_free(&u);
}


static void
test_places(void)
{
    util_t  u, v;

    util_init(&u);

    v = u;
    strcat(v.dir, "/none");

    tap_ok(util_open(&v) == WEBHOOK_STORE_UNAVAILABLE
           && v.logs[WEBHOOK_STORE_LOG_EMERG] == 1,
           "no directory: %s", v.text);

    v = u;
    strcpy(v.dir, "/proc");

    tap_ok(util_open(&v) != WEBHOOK_STORE_OK
           && v.logs[WEBHOOK_STORE_LOG_EMERG] == 1,
           "no place for files: %s", v.text);

    util_free(&u);
}


static void
test_damaged(void)
{
    util_t    u;
    uint64_t  ep;
    unsigned  i;

    static const struct {
        off_t        offset;
        size_t       len;
        const char  *name;
    } damages[] = {
        { 0, 8192, "both meta pages" },
        { 0, 100, "the first page" },
        { 16, 4, "the magic number" }
    };

    for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {

        util_init(&u);
        util_open(&u);
        ep = util_endpoint(&u, "erp", 1);
        (void) util_put(&u, ep, 0);
        util_close(&u);

        scribble(&u, damages[i].offset, damages[i].len, 0x5a);

        memset(u.logs, 0, sizeof(u.logs));

        tap_ok(util_open(&u) == WEBHOOK_STORE_OK
               && util_stats(&u, 0, NULL).events == 0,
               "%s damaged: an empty store takes its place",
               damages[i].name);
        tap_ok(u.logs[WEBHOOK_STORE_LOG_EMERG] == 1
               && util_files(&u, "data.mdb.damaged-") == 1,
               "it is set aside, with an alarm");
        tap_ok(util_endpoint(&u, "erp", 1) == ep
               && util_check(&u, "new store"), "the new one works");

        util_close(&u);

        scribble(&u, damages[i].offset, damages[i].len, 0x5a);

        tap_ok(util_open(&u) == WEBHOOK_STORE_OK
               && util_files(&u, "data.mdb.damaged-") == 2,
               "twice in a second as well");

        util_free(&u);
    }

    /* who only reads moves nothing */

    util_init(&u);
    util_open(&u);
    util_close(&u);

    scribble(&u, 0, 8192, 0x5a);

    u.readonly = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
           && util_files(&u, "data.mdb.damaged-") == 0,
           "who only reads leaves it as it is");

    util_free(&u);

    /* no database at all */

    util_init(&u);
    scribble(&u, 0, 20000, 'x');

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 1,
           "a file that is no database is set aside");

    util_free(&u);

    util_init(&u);
    scribble(&u, 0, 1, 'x');
    cut(&u, 0);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 0,
           "an empty file is a new store");

    util_free(&u);
}


/* Another process has it open: nobody may pull the file from under it. */

static void
test_damaged_in_use(void)
{
    int      status, up[2], down[2];
    char     c;
    pid_t    pid;
    util_t   u;

    util_init(&u);

    if (pipe(up) == -1 || pipe(down) == -1) {
        return;
    }

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        (void) util_open(&u);

        if (write(up[1], "x", 1) != 1 || read(down[0], &c, 1) != 1) {
            _exit(1);
        }

        /* it goes without writing: its pages are damaged */

        _exit(0);
    }

    if (read(up[0], &c, 1) != 1) {
        return;
    }

    scribble(&u, 0, 8192, 0x5a);

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
           && util_files(&u, "data.mdb.damaged-") == 0,
           "a damaged store that is in use is left: %s", u.text);

    if (write(down[1], "x", 1) != 1) {
        return;
    }

    waitpid(pid, &status, 0);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 1,
           "and set aside once that is over");

    util_free(&u);

    close(up[0]);
    close(up[1]);
    close(down[0]);
    close(down[1]);
}


/* To read a page that the file does not have would kill the process. */

static void
test_short_file(void)
{
    util_t         u;
    uint64_t       ep;
    unsigned       i;
    webhook_op_t   op;
    webhook_put_t  put;

    static unsigned char  body[1000000];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 10; i++) {
        memset(&put, 0, sizeof(put));
        util_put_op(&op, &put, util_id(&u), ep, body, sizeof(body));
        (void) util_apply(&u, &op);
    }

    util_close(&u);

    cut(&u, 4 << 20);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 1,
           "a file that lost its end is set aside");

    util_free(&u);

    /* a little may be missing without a loss; if it was one, no crash */

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 500; i++) {
        (void) util_put(&u, ep, 0);
    }

    util_close(&u);

    cut(&u, 30000);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 1,
           "a file without the pages that matter is set aside");

    util_free(&u);
}


/* Puts a row into a table, behind the store's back. */

static void
tamper(util_t *u, webhook_db_e db, const void *key, size_t key_len,
    const void *data, size_t len)
{
    webhook_txn_t  t;

    if (webhook_txn_begin(u->st, &t, 1) != 0) {
        return;
    }

    if (data) {
        (void) webhook_txn_put(&t, db, key, key_len, data, len, 0);

    } else {
        (void) webhook_txn_del(&t, db, key, key_len);
    }

    /* not through the store, which would write its state as well */

    (void) mdb_txn_commit(t.txn);
}


static void
test_format(void)
{
    util_t  u;

    util_init(&u);
    util_open(&u);

    tamper(&u, WEBHOOK_DB_META, "format", 6, "F\x01\x00\x00\x00\x02", 6);

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
           && util_files(&u, "data.mdb.damaged-") == 0,
           "a store of a newer version is refused and left: %s", u.text);

    util_free(&u);

    util_init(&u);
    util_open(&u);

    tamper(&u, WEBHOOK_DB_META, "format", 6, "F\x01\x00", 3);

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 1,
           "a format that cannot be read is damage");

    tamper(&u, WEBHOOK_DB_META, "state", 5, "S\x01", 2);

    tap_ok(util_endpoint(&u, "erp", 1) == 0,
           "a state that cannot be read fails what needs it");

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 2,
           "and is damage at the next open");

    util_free(&u);
}


/* A process that died while it made the store. */

static void
test_half_made(void)
{
    util_t    u;
    uint64_t  ep;

    util_init(&u);
    util_open(&u);

    tamper(&u, WEBHOOK_DB_META, "format", 6, NULL, 0);
    tamper(&u, WEBHOOK_DB_OWNERS, "\0\0\0\0", 4, NULL, 0);

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 0
           && util_endpoint(&u, "erp", 1) != 0,
           "an empty store without a format is made anew");

    ep = util_name("erp");
    (void) util_put(&u, ep, 0);

    tamper(&u, WEBHOOK_DB_META, "format", 6, NULL, 0);

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged-") == 1,
           "one that holds something is damaged");

    util_free(&u);
}


static void
test_clock(void)
{
    util_t        u;
    uint64_t      ep, before, after;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    (void) util_put(&u, ep, 100000);

    before = webhook_clock_now(u.st);

    tap_ok(before + 5000 > webhook_clock_wall()
           && before < webhook_clock_wall() + 5000,
           "a new store begins with the wall clock");

    /* the same boot, later */

    util_close(&u);
    u.clock += 60000;
    util_open(&u);

    tap_ok(webhook_clock_now(u.st) == before + 60000,
           "in a boot time goes on by its clock alone");

    (void) util_claim(&u, &op, &ep, 1);

    tap_ok(op.u.claim.next == 40000, "so do delays");

    webhook_op_free(&op);

    /* time far ahead of the wall clock, and a new boot */

    u.clock += (uint64_t) 1 << 36;

    (void) util_put(&u, ep, 100000);
    before = webhook_clock_now(u.st);

    util_close(&u);

    u.clock = 1;
    u.boot = "boot-2";

    util_open(&u);

    after = webhook_clock_now(u.st);

    tap_ok(after >= before && after < before + 60000,
           "in a new boot it never goes back");

    (void) util_claim(&u, &op, &ep, 1);

    tap_ok(op.u.claim.count == 1, "what was due is due");

    webhook_op_free(&op);

    u.clock += 100000;

    (void) util_claim(&u, &op, &ep, 10);

    tap_ok(op.u.claim.count == 2, "what was due later is due after its "
           "delay, and the lease is over");

    webhook_op_free(&op);

    util_close(&u);

    /* the machine was off while the wall clock went on */

    util_free(&u);
    util_init(&u);
    util_open(&u);

    util_close(&u);
    u.clock = 1;
    u.boot = "boot-3";
    util_open(&u);

    after = webhook_clock_now(u.st);

    tap_ok(after + 5000 > webhook_clock_wall(),
           "after a boot it is not behind the wall clock");

    /* the real clock */

    util_free(&u);
    util_init(&u);

    u.clock = 0;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK, "the machine's own clock");

    before = webhook_clock_now(u.st);

    tap_ok(before + 5000 > webhook_clock_wall()
           && before < webhook_clock_wall() + 5000, "tells the time");

    util_free(&u);
}


/* Rows that hold nonsense: a delivery that cannot be read is given up, loudly,
   and does not stand in the way of others. */

static void
test_damaged_rows(void)
{
    util_t                    u;
    unsigned                  i, n;
    uint64_t                  ep, token;
    webhook_op_t              op;
    webhook_id_t              id[8];
    unsigned char             key[64];
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 8; i++) {
        id[i] = util_put(&u, ep, 0);
        u.clock++;
    }

    /* 0: its delivery; 1: its head; 2: no delivery; 3: no head; 4: the body */

    webhook_key_delivery(key, &id[0], ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "nonsense", 8);

    webhook_key_delivery(key, &id[1], 0);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "E\x01zzz", 5);

    webhook_key_delivery(key, &id[2], ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, NULL, 0);

    webhook_key_delivery(key, &id[3], 0);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, NULL, 0);

    webhook_set_u64(key, 4);
    tamper(&u, WEBHOOK_DB_BODIES, key, 8, "longer than it says", 19);

    n = util_claim(&u, &op, &ep, 100);

    tap_ok(n == 3, "of eight deliveries five cannot be read: %u claimed", n);
    tap_ok(u.logs[WEBHOOK_STORE_LOG_EMERG] > 0, "that is told: %s", u.text);
    tap_ok(memcmp(&op.u.claim.leases[0].event.id, &id[5], 16) == 0,
           "the others are whole");

    token = op.u.claim.leases[0].token;

    webhook_op_free(&op);

    tap_ok(util_complete(&u, id[5], ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "and are delivered");

    (void) util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_PENDING] == 0 && e.states[WEBHOOK_SENDING] == 2
           && e.states[WEBHOOK_DEAD] == 4, "those that are there are dead");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id[0];

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 1
           && op.u.show.deliveries[0].attempts_count == 1
           && op.u.show.deliveries[0].attempts[0].error.len > 0,
           "and say why");

    webhook_op_free(&op);

    /* a result is taken though the event is damaged meanwhile */

    token = util_lease(&u, ep, &id[0]);

    webhook_key_delivery(key, &id[0], 0);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "E\x02zzz", 5);

    tap_ok(util_complete(&u, id[0], ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "an outcome is taken of a damaged event");

    /* a leased one that cannot be read */

    token = util_lease(&u, ep, &id[1]);

    webhook_key_delivery(key, &id[1], ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "D\x01", 2);

    tap_ok(util_complete(&u, id[1], ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_UNAVAILABLE, "one that cannot be read fails");

    u.clock += 30000;

    tap_ok(util_takeover(&u) == 3, "its lease ends as all do");

    (void) util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_SENDING] == 0 && e.states[WEBHOOK_DEAD] == 5,
           "and it is dead");

    /* all of it goes in its time */

    n = util_claim(&u, &op, &ep, 100);

    for (i = 0; i < n; i++) {
        (void) util_complete(&u, op.u.claim.leases[i].event.id, ep,
                             op.u.claim.leases[i].token, WEBHOOK_DONE, 0);
    }

    webhook_op_free(&op);

    u.clock += 60000;

    for (i = 0; i < 100 && util_expire(&u, 1000, NULL) > 0; i++) {
        /* void */
    }

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter.state = -1;
    op.u.list.filter.max = 100;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.list.count == 0,
           "what was damaged is removed like the rest");

    webhook_op_free(&op);

    util_free(&u);
}


static void
test_damaged_history(void)
{
    util_t         u;
    uint64_t       ep;
    webhook_op_t   op, bad, *ops[3], good[2];
    webhook_id_t   id, call;
    webhook_put_t  put[2];
    unsigned char  key[64];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    id = util_put(&u, ep, 0);
    (void) util_put(&u, ep, 0);

    webhook_key_delivery(key, &id, ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "D\x01\xff", 3);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter.state = -1;
    op.u.list.filter.max = 10;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.list.count == 1,
           "a list passes over what it cannot read");

    webhook_op_free(&op);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE
           && op.u.show.deliveries == NULL, "to show it is refused");

    webhook_op_free(&op);

    /* one that is owed, and said to be finished */

    call = util_put(&u, ep, 0);

    webhook_key_finished(key, 1, WEBHOOK_FINISHED_EVENT, &call);
    tamper(&u, WEBHOOK_DB_FINISHED, key, WEBHOOK_KEY_FINISHED, "", 0);

    tap_ok(util_expire(&u, 100, NULL) == 1, "a row that should not be goes");

    op.u.show.id = call;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.show.deliveries[0].delivery.state == WEBHOOK_PENDING,
           "but not the event, which is owed");

    webhook_op_free(&op);

    /* in a batch, it fails alone */

    memset(&bad, 0, sizeof(bad));
    memset(put, 0, sizeof(put));

    util_complete_op(&bad, id, ep, 1, WEBHOOK_DONE, 0);
    util_put_op(&good[0], &put[0], util_id(&u), ep, "{}", 2);
    util_put_op(&good[1], &put[1], util_id(&u), ep, "{}", 2);

    put[1].lease = 1;

    ops[0] = &good[0];
    ops[1] = &bad;
    ops[2] = &good[1];

    webhook_store_apply(u.st, ops, 3);

    tap_ok(good[0].result == WEBHOOK_STORE_OK
           && good[1].result == WEBHOOK_STORE_OK && put[1].token != 0
           && bad.result == WEBHOOK_STORE_UNAVAILABLE,
           "in a batch it fails alone");

    /* a call */

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_PUT_CALL;
    call = util_id(&u);
    op.u.put_call.call.id = call;
    op.u.put_call.call.receiver = 77;

    (void) util_apply(&u, &op);

    op.u.put_call.call.id = util_id(&u);

    (void) util_apply(&u, &op);

    tamper(&u, WEBHOOK_DB_CALLS, call.bytes, 16, "C\x01", 2);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_CALLS;
    op.u.calls.receiver = 77;
    op.u.calls.max = 10;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.calls.count == 1,
           "a list of calls passes over it too");

    webhook_op_free(&op);

    u.clock += 60000;

    tap_ok(util_expire(&u, 10, NULL) == 2
           && util_stats(&u, 0, NULL).calls == 0, "and it is removed");

    util_free(&u);
}


/* Every row of the store, damaged at random, one after the other: whatever
   comes of it, no crash. */

static void
test_noise(void)
{
    util_t         u;
    uint32_t       seed, n;
    uint64_t       ep, token;
    unsigned       db, i;
    MDB_val        key, val;
    MDB_cursor    *c;
    webhook_op_t   op;
    webhook_id_t   id;
    webhook_txn_t  t;
    unsigned char  row[WEBHOOK_ROW_MAX];

    seed = 4711;

    util_init(&u);
    util_open(&u);

    for (n = 0; n < 300; n++) {

        ep = util_endpoint(&u, "erp", 50);

        for (i = 0; i < 3; i++) {
            (void) util_put(&u, ep, 0);
            token = util_lease(&u, ep, &id);
            (void) util_complete(&u, id, ep, token, i, 10);
        }

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_PUT_CALL;
        op.u.put_call.call.id = util_id(&u);
        op.u.put_call.call.receiver = 77;
        (void) util_apply(&u, &op);

        seed = seed * 1103515245 + 12345;
        db = 1 + (seed >> 16) % (WEBHOOK_DBS - 1);

        if (webhook_txn_begin(u.st, &t, 1) != 0) {
            break;
        }

        if (webhook_txn_cursor(&t, db, &c) == 0
            && mdb_cursor_get(c, &key, &val, MDB_LAST) == 0
            && val.mv_size > 0 && val.mv_size < sizeof(row))
        {
            memcpy(row, val.mv_data, val.mv_size);

            seed = seed * 1103515245 + 12345;
            row[(seed >> 16) % val.mv_size] ^= 1 << (seed >> 8) % 8;

            seed = seed * 1103515245 + 12345;

            if ((seed >> 16) % 3 == 0) {
                val.mv_size--;
            }

            val.mv_data = row;
            (void) mdb_cursor_put(c, &key, &val, 0);
            t.dirty = 1;
        }

        (void) webhook_txn_commit(&t);

        (void) util_claim(&u, &op, &ep, 5);
        webhook_op_free(&op);

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_LIST;
        op.u.list.filter.state = -1;
        op.u.list.filter.max = 1000;
        (void) util_apply(&u, &op);
        webhook_op_free(&op);

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_SHOW;
        op.u.show.id = id;
        (void) util_apply(&u, &op);
        webhook_op_free(&op);

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_CALLS;
        op.u.calls.max = 100;
        (void) util_apply(&u, &op);
        webhook_op_free(&op);

        u.clock += 7000;

        (void) util_takeover(&u);
        (void) util_expire(&u, 5, NULL);
    }

    tap_ok(n == 300, "rows of every table are damaged: no crash");

    util_free(&u);
}
