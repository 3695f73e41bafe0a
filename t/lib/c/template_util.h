
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of templates share: a payload, and what is found in it.
 */

#ifndef TEMPLATE_UTIL_H
#define TEMPLATE_UTIL_H

#include "tap.h"
#include "core/template/webhook_template.h"


/* The payload of most tests, and texts as a header or capture gives them. */

static const char  test_payload[] =
    "{\"_model\": \"sale.order\", \"_id\": \"7\", \"n\": 7, \"neg\": -7,"
    " \"big\": 12345678901234567890123, \"huge\": 1e400, \"point\": 0.10,"
    " \"float\": 7.5, \"exp\": 1e3, \"yes\": true, \"no\": false,"
    " \"nil\": null, \"empty\": \"\", \"list\": [ ], \"map\": {\n},"
    " \"zeros\": \"007\", \"negzeros\": \"-007\", \"negzero\": \"-0\","
    " \"numzero\": -0, \"escaped\": \"\\u0037\","
    " \"escneg\": \"-0\\u00307\","
    " \"name\": \"Nguy\\u1ec5n \\\"V\u0103n\\\" A\\/B\\n\","
    " \"nul\": \"a\\u0000b\", \"half\": \"\\ud800\","
    " \"ref\": \"SO/2024 #1?\", \"dot\": \".\", \"dots\": \"..\","
    " \"up\": \"7/../1\", \"back\": \"a\\\\..\\\\b\","
    " \"coded\": \"%2e%2E\", \"twice\": \"%252e.\","
    " \"param\": \"..;x=1\", \"crlf\": \"a\\r\\nX-Evil: 1\","
    " \"order\": {\"lines\": [{\"sku\": \"A1\"}, {\"sku\": \"B2\"}],"
    "             \"0\": \"zero\", \"a b\": 1},"
    " \"twin\": 1, \"twin\": 2}";


typedef struct {
    const char  *name;
    const char  *text;
    size_t       len;
} test_text_t;


static const test_text_t  test_texts[] = {
    { "id", "42", 2 },
    { "zeros", "-0042", 5 },
    { "none", "", 0 },
    { "quote", "a\"b\\c\n", 6 },
    { "broken", "a\xff\xfe", 3 },
    { "overlong", "\xc0\xaf", 2 },
    { "overlong3", "\xe0\x80\xaf", 3 },
    { "true", "true", 4 },
    { "nul", "a\0b", 3 }
};


static webhook_json_doc_t  *test_doc;


static webhook_str_t
test_str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


/* "text.NAME" is a text, "void" no string, "fail" fails; the rest is the
   payload. */

static int
test_lookup(void *ctx, const webhook_path_t *path, webhook_value_t *v)
{
    size_t                 i;
    webhook_str_t          root, name, bad;
    webhook_json_value_t   found;

    root = *webhook_path_step(path, 0);

    if (root.len == 4 && memcmp(root.data, "text", 4) == 0
        && webhook_path_steps(path) == 2)
    {
        name = *webhook_path_step(path, 1);

        for (i = 0; i < sizeof(test_texts) / sizeof(test_texts[0]); i++) {

            if (strlen(test_texts[i].name) == name.len
                && memcmp(test_texts[i].name, name.data, name.len) == 0)
            {
                v->is_text = 1;
                v->type = WEBHOOK_JSON_STRING;
                v->span.data = (unsigned char *) test_texts[i].text;
                v->span.len = test_texts[i].len;
                return WEBHOOK_OK;
            }
        }
    }

    bad = test_str("fail");

    if (webhook_str_eq(&root, &bad)) {
        return *(int *) ctx;
    }

    bad = test_str("void");

    if (webhook_str_eq(&root, &bad)) {
        v->type = WEBHOOK_JSON_STRING;
        v->span = test_str("\"\\x\"");
        return WEBHOOK_OK;
    }

    if (webhook_path_find(path, 0, test_doc, NULL, &found) == WEBHOOK_OK) {
        webhook_value_from_json(v, &found);

    } else {
        webhook_value_from_json(v, NULL);
    }

    return WEBHOOK_OK;
}


/* Reads the payload: whether the tests can begin. */

static int
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


#endif /* TEMPLATE_UTIL_H */
