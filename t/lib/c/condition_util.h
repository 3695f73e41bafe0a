
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of conditions share: a payload, and what is found in it.
 */

#ifndef CONDITION_UTIL_H
#define CONDITION_UTIL_H

#include "tap.h"
#include "core/condition/webhook_condition.h"


static const char  test_payload[] =
    "{\"action\": \"order.update\", \"price\": 100000, \"text\": \"100000.50\","
    " \"big\": 12345678901234567890, \"tiny\": 1e-400, \"neg\": -5,"
    " \"id\": \"7\", \"code\": \"007\", \"yes\": true, \"no\": false,"
    " \"nil\": null, \"nils\": \"null\", \"yess\": \"true\", \"empty\": \"\","
    " \"name\": \"Nguy\\u1ec5n \\\"V\u0103n\\\"\", \"and\": \"a && b\","
    " \"quote\": \"it's\", \"slash\": \"a\\\\\", \"line\": \"7\\n\","
    " \"esc\": \"\\u0037\", \"list\": [1, 2], \"map\": {\"a\": \"x\"},"
    " \"a (b\": {\"c && d\": 1}, \"zero\": 0, \"space\": \" 7\", \"plus\": \"+7\","
    " \"lines\": [{\"sku\": \"A1\"}]}";


static webhook_json_doc_t  *test_doc;


static webhook_str_t
test_str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


/* "@" is a text; "fail" fails; the rest is the payload. */

static int
test_lookup(void *ctx, const webhook_path_t *path, webhook_value_t *v)
{
    webhook_str_t         root, fail;
    webhook_str_t        *text;
    webhook_json_value_t  found;

    root = *webhook_path_step(path, 0);
    fail = test_str("fail");

    if (webhook_str_eq(&root, &fail)) {
        return *(int *) ctx;
    }

    if (root.len == 1 && root.data[0] == '@') {
        text = ctx;

        v->is_text = 1;
        v->span = *text;
        return WEBHOOK_OK;
    }

    if (webhook_path_find(path, 0, test_doc, NULL, &found) == WEBHOOK_OK) {
        webhook_value_from_json(v, &found);

    } else {
        webhook_value_from_json(v, NULL);
    }

    return WEBHOOK_OK;
}


static inline int
test_eval(const char *text, void *ctx, webhook_error_t *err)
{
    int                   rc;
    webhook_str_t         s;
    webhook_condition_t  *cond;

    s = test_str(text);
    err->text[0] = '\0';

    cond = webhook_condition_compile(&s, err);
    if (cond == NULL) {
        return -100;
    }

    rc = webhook_condition_eval(cond, test_lookup, ctx, NULL);

    webhook_condition_free(cond);

    return rc;
}


/* Reads the payload: whether the tests can begin. */

static inline int
test_begin(void)
{
    webhook_str_t          s;
    webhook_json_error_t   err;

    s = test_str(test_payload);

    if (webhook_json_read(&s, NULL, &test_doc, &err) == WEBHOOK_OK) {
        return 1;
    }

    tap_ok(0, "the payload is JSON: %s at %d", err.what, (int) err.offset);

    return 0;
}


#endif /* CONDITION_UTIL_H */
