
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_json: where values are.  Run from the top of the source
 * tree.
 */

#include "tap.h"
#include "core/json/webhook_json.h"


#define ORDER  "fuzz/corpus/json/order.add.json"


static webhook_str_t
str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static int
is(const webhook_json_value_t *v, const char *text)
{
    return v->span.len == strlen(text)
           && memcmp(v->span.data, text, v->span.len) == 0;
}


/* The document of the next two. */

static webhook_json_doc_t *
read_find(void)
{
    webhook_str_t        text;
    webhook_json_doc_t  *doc;

    text = str("{\"id\": 1, \"lines\": [{\"sku\": \"a\"}, [], 3, {\"sku\": "
               "\"b\", \"n\": [4, 5]}], \"o\": {\"id\": 9, \"x\": {\"id\": 8}},"
               " \"id\": 12345678901234567890, \"\": {}, \"pr\\u00efx\": 0}");

    return webhook_json_read(&text, NULL, &doc, NULL) == WEBHOOK_OK ? doc
                                                                    : NULL;
}


static void
test_find(void)
{
    uint32_t               iter;
    webhook_str_t          key;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, v, w;

    doc = read_find();

    if (!tap_ok(doc != NULL, "find: a document, and no place for an error")) {
        return;
    }

    webhook_json_root(doc, &root);

    tap_ok(webhook_json_count(doc, &root) == 6, "find: 6 members");

    key = str("id");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK
           && v.type == WEBHOOK_JSON_NUMBER
           && is(&v, "12345678901234567890"),
           "find: of two members of one name the last counts");

    key = str("x");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_ERROR,
           "find: not what is deeper down");

    key = str("i");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_ERROR,
           "find: not a part of a name");

    key = str("id ");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_ERROR,
           "find: not a longer name");

    key.data = NULL;
    key.len = 0;
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK
           && is(&v, "{}"), "find: the empty name");

    tap_ok(webhook_json_member(doc, &v, &key, &w) == WEBHOOK_ERROR
           && webhook_json_count(doc, &v) == 0,
           "find: nothing in an empty object");

    key = str("pr\xc3\xafx");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK
           && is(&v, "0"), "find: a name written with an escape");

    key = str("pr\\u00efx");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_ERROR,
           "find: but not by its source bytes");

    key = str("lines");
    webhook_json_member(doc, &root, &key, &v);

    tap_ok(v.type == WEBHOOK_JSON_ARRAY && webhook_json_count(doc, &v) == 4,
           "find: an array of 4");

    tap_ok(webhook_json_element(doc, &v, 0, &w) == WEBHOOK_OK
           && is(&w, "{\"sku\": \"a\"}"), "find: its first element");
    tap_ok(webhook_json_element(doc, &v, 2, &w) == WEBHOOK_OK
           && w.type == WEBHOOK_JSON_NUMBER && is(&w, "3"),
           "find: the third");
    tap_ok(webhook_json_element(doc, &v, 3, &w) == WEBHOOK_OK
           && w.type == WEBHOOK_JSON_OBJECT, "find: the last");
    tap_ok(webhook_json_element(doc, &v, 4, &root) == WEBHOOK_ERROR
           && webhook_json_element(doc, &v, UINT32_MAX, &root)
              == WEBHOOK_ERROR, "find: no more");

    key = str("n");
    tap_ok(webhook_json_member(doc, &w, &key, &v) == WEBHOOK_OK
           && webhook_json_element(doc, &v, 1, &w) == WEBHOOK_OK
           && is(&w, "5"), "find: a path of four steps");

    tap_ok(webhook_json_member(doc, &v, &key, &w) == WEBHOOK_ERROR,
           "find: an array has no members");

    webhook_json_root(doc, &root);
    tap_ok(webhook_json_element(doc, &root, 0, &w) == WEBHOOK_ERROR,
           "find: an object has no elements");

    webhook_json_element(doc, &v, 0, &w);
    tap_ok(webhook_json_member(doc, &w, &key, &root) == WEBHOOK_ERROR
           && webhook_json_element(doc, &w, 0, &root) == WEBHOOK_ERROR
           && webhook_json_count(doc, &w) == 0,
           "find: nothing in a number");

    iter = 0;
    tap_ok(webhook_json_next(doc, &w, &iter, &key, &root) == WEBHOOK_ERROR,
           "walk: no step into a number");

    webhook_json_free(doc);
}


static void
test_walk(void)
{
    uint32_t               i, n, iter;
    webhook_str_t          key;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, v, w;

    static const char  *keys[] = { "\"id\"", "\"lines\"", "\"o\"", "\"id\"",
                                   "\"\"", "\"pr\\u00efx\"" };

    doc = read_find();

    if (doc == NULL) {
        tap_ok(0, "walk: a document");
        return;
    }

    webhook_json_root(doc, &root);

    iter = 0;
    n = 0;

    for (i = 0; i < 6; i++) {
        if (webhook_json_next(doc, &root, &iter, &key, &v) == WEBHOOK_OK
            && key.len == strlen(keys[i])
            && memcmp(key.data, keys[i], key.len) == 0)
        {
            n++;
        }
    }

    tap_ok(n == 6, "walk: all members in order, with their keys");
    tap_ok(webhook_json_next(doc, &root, &iter, &key, &v) == WEBHOOK_ERROR
           && webhook_json_next(doc, &root, &iter, &key, &v)
              == WEBHOOK_ERROR, "walk: and an end, also when asked again");

    key = str("lines");
    webhook_json_member(doc, &root, &key, &v);

    iter = 0;
    n = 0;

    while (webhook_json_next(doc, &v, &iter, &key, &w) == WEBHOOK_OK) {
        n += key.data == NULL && key.len == 0;
    }

    tap_ok(n == 4, "walk: an array's elements have no keys");

    iter = 0;
    n = 0;

    while (webhook_json_next(doc, &root, &iter, NULL, &w) == WEBHOOK_OK) {
        n++;
    }

    tap_ok(n == 6, "walk: without asking for the keys");

    /* a value that is not of this document must not lead out of it */

    w.node = 1000;
    iter = 0;
    key = str("id");

    tap_ok(webhook_json_member(doc, &w, &key, &v) == WEBHOOK_ERROR
           && webhook_json_element(doc, &w, 0, &v) == WEBHOOK_ERROR
           && webhook_json_next(doc, &w, &iter, &key, &v) == WEBHOOK_ERROR
           && webhook_json_count(doc, &w) == 0,
           "find: nothing in a value of another document");

    webhook_json_free(doc);
}


/* The body of order.add, as it comes from the legacy API. */

static void
test_order(void)
{
    int                    ok;
    FILE                  *f;
    char                   text[8192];
    uint32_t               iter, n;
    webhook_str_t          s, key;
    webhook_buf_t          b;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, v, w;

    f = fopen(ORDER, "rb");

    if (!tap_ok(f != NULL, "order: open " ORDER)) {
        return;
    }

    s.data = (unsigned char *) text;
    s.len = fread(text, 1, sizeof(text), f);
    fclose(f);

    tap_ok(webhook_json_read(&s, NULL, &doc, NULL) == WEBHOOK_OK,
           "order: %d bytes are read", (int) s.len);

    webhook_json_root(doc, &root);

    key = str("billing_full_name");
    webhook_buf_init(&b, 0);
    ok = webhook_json_member(doc, &root, &key, &v);
    webhook_json_decode(&v.span, &b);

    tap_ok(ok == WEBHOOK_OK, "order: the name's member");
    tap_bytes(b.data, b.len, "Nguy\xe1\xbb\x85n Th\xc3\xbay Linh",
              "order: the name");
    webhook_buf_free(&b);

    key = str("price_final");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK
           && is(&v, "936200"), "order: the price");

    key = str("promotion_detail");
    webhook_json_member(doc, &root, &key, &v);

    tap_ok(v.type == WEBHOOK_JSON_OBJECT && webhook_json_count(doc, &v) == 11,
           "order: an object within");

    key = str("coupon_id");
    tap_ok(webhook_json_member(doc, &v, &key, &w) == WEBHOOK_OK
           && w.type == WEBHOOK_JSON_NUMBER && is(&w, "0"),
           "order: a member of it");
    tap_ok(webhook_json_member(doc, &root, &key, &w) == WEBHOOK_ERROR,
           "order: which is none of the root");

    key = str("error");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK
           && v.type == WEBHOOK_JSON_ARRAY && is(&v, "[]"),
           "order: the empty array at the end");

    iter = 0;
    n = 0;

    while (webhook_json_next(doc, &root, &iter, &key, &v) == WEBHOOK_OK) {
        n++;
    }

    tap_ok(n == webhook_json_count(doc, &root) && n == 95,
           "order: %d fields", (int) n);

    webhook_json_free(doc);
}


int
main(void)
{
    test_find();
    test_walk();
    test_order();

    return tap_done();
}
