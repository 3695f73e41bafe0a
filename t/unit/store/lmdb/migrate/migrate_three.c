
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: one of format 3 is read as it is, and brought to the
 * format of today, with all that was in it.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_one.h"
#include "store_object.h"


static void test_old(void);
static void test_opened(void);
static void test_format(void);


int
main(void)
{
    test_old();
    test_opened();
    test_format();

    return tap_done();
}


/* Tools do without the tables that it has not. */

static void
test_old(void)
{
    util_t        u;
    uint64_t      rows, faults;
    webhook_op_t  op;

    one_init_file(&u, ONE_FILE_3);

    u.readonly = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK && util_lmdb(&u)->format == 3,
           "format 3 can be read");
    tap_ok(one_sound(&u), "all of it is there, and sound");

    object_changes(&u, &op, 0, 10);

    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.changes.count == 0
           && op.u.changes.last == 0, "nothing was registered");

    webhook_op_free(&op);

    tap_ok(object_get(&u, &op, "ep_1") == NULL
           && op.result == WEBHOOK_STORE_NOT_FOUND, "no object is there");

    webhook_op_free(&op);

    object_audit(&u, &op, NULL, 10);

    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.audit.count == 0,
           "there are no records");

    webhook_op_free(&op);

    object_audit(&u, &op, "a", 10);

    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.audit.count == 0,
           "nor of a company");

    webhook_op_free(&op);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_OBJECTS;
    op.u.objects.max = 10;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.objects.count == 0,
           "none is listed");

    webhook_op_free(&op);

    object_record_op(&op, "a", "");
    object_once(&op.u.record.once, 1, 1, 1, "");
    op.u.record.ask = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND,
           "no answer is known");
    tap_ok(util_check_op(&u, &rows, &faults) == WEBHOOK_STORE_OK
           && faults == 0, "it is checked");

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK && util_lmdb(&u)->format == 3,
           "and it still is of format 3");

    util_free(&u);
}


/* 1 if there are calls, and the row of each leads to that of what is
   finished. */

static int
calls_kept(util_t *u)
{
    int                 rc;
    MDB_val             key, val, row;
    unsigned            n;
    MDB_cursor         *c;
    webhook_id_t        id;
    webhook_txn_t       t;
    unsigned char       finished[WEBHOOK_KEY_FINISHED];
    webhook_call_row_t  call;

    if (webhook_session_begin(util_lmdb(u), &t, 0) != 0) {
        return 0;
    }

    n = 0;

    rc = webhook_txn_cursor(&t, WEBHOOK_DB_CALLS, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
    }

    for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {

        memcpy(id.bytes, key.mv_data, 16);

        if (webhook_row_read_call(&val, &call) != 0) {
            break;
        }

        webhook_key_finished(finished, WEBHOOK_CLASS_CALL, call.kept, &id);

        rc = webhook_txn_get(&t, WEBHOOK_DB_FINISHED, finished,
                             sizeof(finished), &row);
        if (rc) {
            break;
        }

        n++;
    }

    webhook_session_abort(&t);

    return rc == MDB_NOTFOUND && n;
}


static void
test_opened(void)
{
    util_t        u;
    webhook_op_t  op;

    one_init_file(&u, ONE_FILE_3);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_lmdb(&u)->format == WEBHOOK_STORE_FORMAT,
           "it is brought to the format of today: %s", u.text);
    tap_ok(one_sound(&u), "all of it is there, and sound");
    tap_ok(calls_kept(&u), "calls know when they were kept");
    tap_ok(object_make(&u, "ep_1", "a", "erp", "1") == WEBHOOK_STORE_OK,
           "an object is made");

    util_close(&u);

    u.logs[WEBHOOK_STORE_LOG_NOTICE] = 0;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && u.logs[WEBHOOK_STORE_LOG_NOTICE] == 0,
           "it is opened as it is then");
    tap_ok(object_get(&u, &op, "ep_1") != NULL, "the object is there");

    webhook_op_free(&op);

    (void) util_check(&u, "opened");

    util_free(&u);
}


/* Its number is damaged: the tables tell it. */

static void
test_format(void)
{
    util_t  u;

    one_init_file(&u, ONE_FILE_3);

    util_open(&u);
    tamper(&u, WEBHOOK_DB_META, "format", 6, "x", 1);
    util_abandon(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_lmdb(&u)->format == WEBHOOK_STORE_FORMAT && one_sound(&u),
           "of today's, whose number is damaged");

    util_free(&u);
}
