
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the check looks at in the rows of objects, of the audit, and of what is
 * done once.  An object or an answer is named by its key, as an id is written.
 */

#include "store/lmdb/check/webhook_store_check_object.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/objects/webhook_store_object_row.h"
#include "store/lmdb/check/webhook_store_check_event.h"
#include "store/lmdb/check/webhook_store_check_int.h"
#include "store/lmdb/check/webhook_store_check_report.h"


static int webhook_check_leads(webhook_check_ctx_t *x, webhook_db_e db,
    const void *key, size_t key_len, const void *to, size_t len,
    const char *fault);
static int webhook_check_change_of(webhook_check_ctx_t *x, const MDB_val *val,
    webhook_object_row_t *row, unsigned char *buf, int *there);
static int webhook_check_led(webhook_check_ctx_t *x, unsigned kind,
    const MDB_val *digest, webhook_object_row_t *row, unsigned char *buf,
    int *there);
static void webhook_check_answer_sum(webhook_check_ctx_t *x, uint64_t caller,
    const MDB_val *val);


int
webhook_check_object(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                    rc;
    unsigned               kind;
    unsigned char         *p, k[WEBHOOK_KEY_OBJECT_LIST];
    webhook_object_row_t   row;

    p = key->mv_data;
    kind = p[0];

    memcpy(x->id.bytes, p + 1, WEBHOOK_OBJECT_DIGEST);

    if (kind >= WEBHOOK_OBJECT_KINDS
        || webhook_row_read_object(val, &row) != 0)
    {
        webhook_check_fault(x, &x->id, "an object cannot be read");
        return 0;
    }

    webhook_key_object(k, kind, &row.id);

    if (memcmp(k, p, WEBHOOK_KEY_OBJECT) != 0) {
        webhook_check_fault(x, &x->id, "an object has the id of another");
    }

    if (row.change > x->t->state.change) {
        webhook_check_fault(x, &x->id, "an object's change is behind the "
                            "last");
    }

    webhook_check_blob(x, row.blob, row.len, "an object's data");

    webhook_set_u64(k, row.change);

    rc = webhook_check_leads(x, WEBHOOK_DB_CHANGES, k, WEBHOOK_KEY_CHANGE, p,
                             WEBHOOK_KEY_OBJECT, "an object is not among the "
                             "changes");

    if (rc) {
        return rc;
    }

    if (row.removed) {
        webhook_key_object_list(k, WEBHOOK_OBJECT_REMOVED, 0, row.change);

        return webhook_check_leads(x, WEBHOOK_DB_OBJECT_LISTS, k,
                                   WEBHOOK_KEY_OBJECT_LIST, p,
                                   WEBHOOK_KEY_OBJECT, "an object that was "
                                   "removed is not listed");
    }

    webhook_key_object_name(k, kind, &row.company, &row.name);

    /* one of a node that is its own may have the name of another one, which
       came from the cluster */

    rc = webhook_outbox_cluster(x->t);

    if (rc == 0 && (row.shared || x->t->cluster.epoch == 0)) {
        rc = webhook_check_leads(x, WEBHOOK_DB_OBJECT_NAMES, k,
                                 WEBHOOK_KEY_OBJECT_NAME, p + 1,
                                 WEBHOOK_OBJECT_DIGEST, "an object's name is "
                                 "not its own");
    }

    if (rc) {
        return rc;
    }

    webhook_key_object_list(k, kind, webhook_key_company(&row.company),
                            row.made);

    return webhook_check_leads(x, WEBHOOK_DB_OBJECT_LISTS, k,
                               WEBHOOK_KEY_OBJECT_LIST, p + 1,
                               WEBHOOK_OBJECT_DIGEST, "an object is not "
                               "listed");
}


/* A row that has to be there, and what it has to hold. */

static int
webhook_check_leads(webhook_check_ctx_t *x, webhook_db_e db, const void *key,
    size_t key_len, const void *to, size_t len, const char *fault)
{
    int      rc;
    MDB_val  val;

    rc = webhook_txn_get(x->t, db, key, key_len, &val);

    if (rc == MDB_NOTFOUND
        || (rc == 0 && (val.mv_size != len
                        || (len && memcmp(val.mv_data, to, len) != 0))))
    {
        webhook_check_fault(x, &x->id, "%s", fault);
        return 0;
    }

    return rc;
}


/* The object that a row leads to, if it is there.  One that cannot be read is
   told of elsewhere. */

static int
webhook_check_led(webhook_check_ctx_t *x, unsigned kind,
    const MDB_val *digest, webhook_object_row_t *row, unsigned char *buf,
    int *there)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_OBJECT];

    *there = 0;

    if (digest->mv_size != WEBHOOK_OBJECT_DIGEST) {
        webhook_check_fault(x, NULL, "what should lead to an object cannot be "
                            "read");
        return 0;
    }

    key[0] = (unsigned char) kind;
    memcpy(key + 1, digest->mv_data, WEBHOOK_OBJECT_DIGEST);
    memcpy(x->id.bytes, digest->mv_data, WEBHOOK_OBJECT_DIGEST);

    rc = webhook_object_row_get(x->t, key, buf, row);

    if (rc == MDB_CORRUPTED) {
        return 0;
    }

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &x->id, "an object is not there");
        return 0;
    }

    *there = rc == 0;

    return rc;
}


int
webhook_check_object_name(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                    rc, there;
    unsigned char         *p, k[WEBHOOK_KEY_OBJECT_NAME];
    unsigned char          buf[WEBHOOK_ROW_MAX];
    webhook_object_row_t   row;

    p = key->mv_data;

    if (p[0] < WEBHOOK_OBJECT_KINDS) {
        x->objects[p[0]]++;
    }

    rc = webhook_check_led(x, p[0], val, &row, buf, &there);

    if (rc || !there) {
        return rc;
    }

    webhook_key_object_name(k, p[0], &row.company, &row.name);

    if (row.removed || memcmp(k, p, sizeof(k)) != 0) {
        webhook_check_fault(x, &x->id, "a name is no object's");
    }

    return 0;
}


int
webhook_check_object_list(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                    rc, there;
    unsigned char         *p, buf[WEBHOOK_ROW_MAX];
    webhook_object_row_t   row;

    p = key->mv_data;

    if (p[0] == WEBHOOK_OBJECT_DRAIN) {
        return 0;
    }

    if (p[0] == WEBHOOK_OBJECT_REMOVED) {
        x->removed++;

        rc = webhook_check_change_of(x, val, &row, buf, &there);

        if (rc == 0 && there
            && (!row.removed || row.change != webhook_get_u64(p + 9)))
        {
            webhook_check_fault(x, &x->id, "an object was not removed then");
        }

        return rc;
    }

    rc = webhook_check_led(x, p[0], val, &row, buf, &there);

    if (rc == 0 && there
        && (row.removed || row.made != webhook_get_u64(p + 9)
            || webhook_key_company(&row.company) != webhook_get_u64(p + 1)))
    {
        webhook_check_fault(x, &x->id, "an object is listed where it is not");
    }

    return rc;
}


/* The object that a row leads to whose value has the kind, too. */

static int
webhook_check_change_of(webhook_check_ctx_t *x, const MDB_val *val,
    webhook_object_row_t *row, unsigned char *buf, int *there)
{
    MDB_val         digest;
    unsigned char  *p;

    p = val->mv_data;

    digest.mv_size = val->mv_size == WEBHOOK_KEY_OBJECT ? WEBHOOK_OBJECT_DIGEST
                                                        : 0;
    digest.mv_data = p + 1;

    return webhook_check_led(x, val->mv_size ? p[0] : 0, &digest, row, buf,
                             there);
}


int
webhook_check_change(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                    rc, there;
    unsigned char          buf[WEBHOOK_ROW_MAX];
    webhook_object_row_t   row;

    rc = webhook_check_change_of(x, val, &row, buf, &there);

    if (rc == 0 && there && row.change != webhook_get_u64(key->mv_data)) {
        webhook_check_fault(x, &x->id, "a change is not the object's last");
    }

    return rc;
}


int
webhook_check_audit(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                   rc;
    MDB_val               sum;
    uint64_t              number;
    unsigned char         k[WEBHOOK_KEY_AUDIT_COMPANY];
    webhook_audit_row_t   row;

    number = webhook_get_u64(key->mv_data);

    memset(&x->id, 0, sizeof(x->id));
    webhook_set_u64(x->id.bytes + 8, number);

    if (webhook_row_read_audit(val, &row) != 0) {
        webhook_check_fault(x, &x->id, "a record of the audit cannot be read");
        return 0;
    }

    webhook_check_blob(x, row.blob, row.len, "a record of the audit");

    webhook_key_numbered(k, webhook_key_company(&row.company), number);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_AUDIT_COMPANIES, k, sizeof(k), &sum);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &x->id, "a record of the audit is not its "
                            "company's");
        return 0;
    }

    return rc;
}


int
webhook_check_audit_company(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int             rc;
    MDB_val         row;
    uint64_t        company, from, upto;
    unsigned char  *p;

    p = key->mv_data;
    company = webhook_get_u64(p);

    memset(&x->id, 0, sizeof(x->id));
    memcpy(x->id.bytes + 8, p + 8, 8);

    if (val->mv_size != WEBHOOK_AUDIT_SUM) {
        webhook_check_fault(x, &x->id, "what the audit takes cannot be read");
        x->summed = 0;
        return 0;
    }

    from = webhook_get_u64(val->mv_data);
    upto = webhook_get_u64((unsigned char *) val->mv_data + 8);

    if (upto < from
        || (x->summed && x->company == company && x->sum != from))
    {
        webhook_check_fault(x, &x->id, "what the audit takes is not what it "
                            "says");
    }

    x->summed = 1;
    x->company = company;
    x->sum = upto;

    rc = webhook_txn_get(x->t, WEBHOOK_DB_AUDIT, p + 8, WEBHOOK_KEY_AUDIT,
                         &row);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &x->id, "a company's record of the audit is "
                            "not there");
        return 0;
    }

    return rc;
}


int
webhook_check_answer(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                    rc;
    MDB_val                sum;
    unsigned char          k[WEBHOOK_KEY_ANSWER_END];
    webhook_answer_row_t   row;

    memcpy(x->id.bytes, key->mv_data, sizeof(x->id.bytes));

    if (webhook_row_read_answer(val, &row) != 0) {
        webhook_check_fault(x, &x->id, "an answer cannot be read");
        return 0;
    }

    webhook_check_blob(x, row.blob, row.len, "an answer");

    webhook_key_answer_end(k, row.end, key->mv_data);

    rc = webhook_check_leads(x, WEBHOOK_DB_ANSWER_ENDS, k,
                             WEBHOOK_KEY_ANSWER_END, "", 0,
                             "an answer never ends");
    if (rc) {
        return rc;
    }

    webhook_key_numbered(k, row.caller, row.number);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_ANSWER_CALLERS, k,
                         WEBHOOK_KEY_ANSWER_CALLER, &sum);

    if (rc == MDB_NOTFOUND
        || (rc == 0 && ((sum.mv_size != WEBHOOK_ANSWER_SUM
                         && sum.mv_size != WEBHOOK_ANSWER_SUM_OLD)
                        || memcmp(sum.mv_data, key->mv_data, WEBHOOK_ONCE_LEN)
                           != 0)))
    {
        webhook_check_fault(x, &x->id, "an answer is not its caller's");
        return 0;
    }

    return rc;
}


int
webhook_check_answer_end(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                    rc;
    MDB_val                row;
    unsigned char         *p;
    webhook_answer_row_t   answer;

    (void) val;

    p = key->mv_data;

    memcpy(x->id.bytes, p + 8, sizeof(x->id.bytes));

    rc = webhook_txn_get(x->t, WEBHOOK_DB_ANSWERS, p + 8, WEBHOOK_KEY_ANSWER,
                         &row);

    if (rc == MDB_NOTFOUND
        || (rc == 0 && webhook_row_read_answer(&row, &answer) == 0
            && answer.end != webhook_get_u64(p)))
    {
        webhook_check_fault(x, &x->id, "the end of an answer is of none");
        return 0;
    }

    return rc;
}


int
webhook_check_answer_caller(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                    rc;
    MDB_val                row;
    unsigned char         *p;
    webhook_answer_row_t   answer;

    p = key->mv_data;

    if (val->mv_size != WEBHOOK_ANSWER_SUM
        && val->mv_size != WEBHOOK_ANSWER_SUM_OLD)
    {
        webhook_check_fault(x, NULL, "a caller's answer cannot be read");
        x->summed = 0;
        return 0;
    }

    memcpy(x->id.bytes, val->mv_data, sizeof(x->id.bytes));

    webhook_check_answer_sum(x, webhook_get_u64(p), val);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_ANSWERS, val->mv_data,
                         WEBHOOK_KEY_ANSWER, &row);

    if (rc == MDB_NOTFOUND
        || (rc == 0 && webhook_row_read_answer(&row, &answer) == 0
            && (answer.caller != webhook_get_u64(p)
                || answer.number != webhook_get_u64(p + 8))))
    {
        webhook_check_fault(x, &x->id, "a caller's answer is none of its own");
        return 0;
    }

    return rc;
}


/* What a caller's answers take, up to each of them. */

static void
webhook_check_answer_sum(webhook_check_ctx_t *x, uint64_t caller,
    const MDB_val *val)
{
    uint64_t        bytes, upto;
    unsigned char  *p;

    if (val->mv_size == WEBHOOK_ANSWER_SUM_OLD) {
        x->summed = 0;
        return;
    }

    p = (unsigned char *) val->mv_data + WEBHOOK_ONCE_LEN;

    bytes = webhook_get_u64(p);
    upto = webhook_get_u64(p + 8);

    if (upto < bytes
        || (x->summed && x->company == caller && upto - bytes < x->sum))
    {
        webhook_check_fault(x, &x->id, "what a caller's answers take is not "
                            "what they say");
    }

    x->summed = 1;
    x->company = caller;
    x->sum = upto;
}
