
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of objects share.
 */

#ifndef STORE_OBJECT_H
#define STORE_OBJECT_H

#include "store_suite.h"


/* Sets up an OBJECT that makes an endpoint. */
__attribute__((unused))
static void
object_op(webhook_op_t *op, const char *id, const char *company,
    const char *name, const char *data)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_OBJECT;
    op->u.object.object.kind = WEBHOOK_OBJECT_ENDPOINT;
    util_str(&op->u.object.object.id, id);
    util_str(&op->u.object.object.company, company);
    util_str(&op->u.object.object.name, name);
    util_str(&op->u.object.object.by, "manager");
    util_str(&op->u.object.object.data, data);
    op->u.object.wall = UTIL_WALL;
}


__attribute__((unused))
static webhook_store_result_e
object_make(util_t *u, const char *id, const char *company, const char *name,
    const char *data)
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    object_op(&op, id, company, name, data);

    result = util_apply(u, &op);

    webhook_op_free(&op);

    return result;
}


__attribute__((unused))
static webhook_store_result_e
object_change(util_t *u, const char *id, const char *company, const char *name,
    const char *data, uint64_t expect)
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    object_op(&op, id, company, name, data);

    op.u.object.expect = expect;

    result = util_apply(u, &op);

    webhook_op_free(&op);

    return result;
}


__attribute__((unused))
static webhook_store_result_e
object_remove(util_t *u, webhook_op_t *op, const char *id, const char *company,
    unsigned cancel)
{
    object_op(op, id, company, "", "");

    op->u.object.expect = WEBHOOK_OBJECT_ANY;
    op->u.object.remove = 1;
    op->u.object.cancel = cancel;

    return util_apply(u, op);
}


/* One by its id; free the operation afterwards. */
__attribute__((unused))
static const webhook_object_t *
object_get(util_t *u, webhook_op_t *op, const char *id)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_OBJECTS;
    op->u.objects.kind = WEBHOOK_OBJECT_ENDPOINT;
    util_str(&op->u.objects.id, id);

    return util_apply(u, op) == WEBHOOK_STORE_OK && op->u.objects.count == 1
           ? op->u.objects.objects : NULL;
}


__attribute__((unused))
static int
object_is(const webhook_str_t *text, const char *want)
{
    return text->len == strlen(want)
           && (text->len == 0 || memcmp(text->data, want, text->len) == 0);
}


__attribute__((unused))
static void
object_changes(util_t *u, webhook_op_t *op, uint64_t since, uint32_t max)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_CHANGES;
    op->u.changes.since = since;
    op->u.changes.max = max;

    (void) util_apply(u, op);
}


/* Lists the records of a company, or of all (NULL), or of none (""). */
__attribute__((unused))
static void
object_audit(util_t *u, webhook_op_t *op, const char *company, uint32_t max)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_AUDIT;
    op->u.audit.max = max;

    if (company) {
        op->u.audit.company.which = company[0] ? WEBHOOK_COMPANY_ONE
                                               : WEBHOOK_COMPANY_NONE;
        util_str(&op->u.audit.company.name, company);
    }

    (void) util_apply(u, op);
}


__attribute__((unused))
static void
object_record_op(webhook_op_t *op, const char *company, const char *data)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_RECORD;
    op->u.record.wall = UTIL_WALL;
    util_str(&op->u.record.company, company);
    util_str(&op->u.record.data, data);
}


/* A key of a caller, with a body, known for an hour. */
__attribute__((unused))
static void
object_once(webhook_once_t *once, uint64_t caller, uint32_t key, unsigned body,
    const char *answer)
{
    memset(once, 0, sizeof(webhook_once_t));

    memcpy(once->key, &key, sizeof(key));
    memcpy(once->key + 8, &caller, sizeof(caller));
    memset(once->body, (int) body, sizeof(once->body));

    once->caller = caller;
    once->keep = 3600000;
    util_str(&once->answer, answer);
}


/* Removes all that is to go. */
__attribute__((unused))
static void
object_expire(util_t *u)
{
    unsigned  more, n;

    more = 1;

    for (n = 0; more && n < 1000; n++) {
        (void) util_expire(u, 100, &more);
    }
}


#endif /* STORE_OBJECT_H */
