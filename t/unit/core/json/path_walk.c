
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Paths through lists: what they lead to, and what that stands in.
 */

#include "tap.h"
#include "core/json/webhook_path.h"


typedef struct {
    webhook_buf_t  out;
    uint32_t       most;            /* values, 0: any number */
    uint32_t       n;
} test_seen_t;


static webhook_str_t
test_str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


/* "value<outer<outer;" */

static int
test_visit(webhook_path_walk_t *w, const webhook_json_value_t *v)
{
    uint32_t      i;
    test_seen_t  *seen;

    seen = w->ctx;

    webhook_buf_add(&seen->out, v->span.data, v->span.len);

    for (i = w->nouter; i; i--) {
        webhook_buf_byte(&seen->out, '<');
        webhook_buf_add(&seen->out, w->outer[i - 1].span.data,
                        w->outer[i - 1].span.len);
    }

    webhook_buf_byte(&seen->out, ';');

    return ++seen->n == seen->most ? 7 : 0;
}


static void
test_walk(const char *json, const char *text, uint32_t skip,
    const char *want)
{
    int                   rc;
    test_seen_t           seen;
    webhook_str_t         s;
    webhook_path_t       *path;
    webhook_error_t       err;
    webhook_json_doc_t   *doc;
    webhook_path_walk_t   w;

    s = test_str(text);
    path = webhook_path_compile(&s, &err);

    s = test_str(json);

    if (path == NULL
        || webhook_json_read(&s, NULL, &doc, NULL) != WEBHOOK_OK)
    {
        tap_ok(0, "%s and %s can be read", text, json);
        webhook_path_free(path);
        return;
    }

    memset(&seen, 0, sizeof(test_seen_t));
    webhook_buf_init(&seen.out, 0);

    memset(&w, 0, sizeof(webhook_path_walk_t));
    w.doc = doc;
    w.visit = test_visit;
    w.ctx = &seen;

    rc = webhook_path_walk(path, skip, NULL, &w);

    tap_bytes(seen.out.data ? seen.out.data : (unsigned char *) "",
              seen.out.len, want, text);
    tap_ok(rc == 0 && w.twice == 0, "to the end");

    /* it ends where it is told to */

    if (seen.n > 1) {
        seen.most = 1;
        seen.n = 0;
        rc = webhook_path_walk(path, skip, NULL, &w);
        tap_ok(rc == 7 && seen.n == 1, "or to where it is told to end");
    }

    webhook_buf_free(&seen.out);
    webhook_json_free(doc);
    webhook_path_free(path);
}


static void
test_twice(const char *json, const char *text, unsigned want)
{
    test_seen_t           seen;
    webhook_str_t         s;
    webhook_path_t       *path;
    webhook_error_t       err;
    webhook_json_doc_t   *doc;
    webhook_path_walk_t   w;

    s = test_str(text);
    path = webhook_path_compile(&s, &err);

    s = test_str(json);
    (void) webhook_json_read(&s, NULL, &doc, NULL);

    memset(&seen, 0, sizeof(test_seen_t));
    webhook_buf_init(&seen.out, 0);

    memset(&w, 0, sizeof(webhook_path_walk_t));
    w.doc = doc;
    w.visit = test_visit;
    w.ctx = &seen;
    w.strict = 1;

    (void) webhook_path_walk(path, 0, NULL, &w);

    tap_ok(w.twice == want, "%s in %s: %s", text, json,
           want ? "a key stands twice" : "no key stands twice");

    webhook_buf_free(&seen.out);
    webhook_json_free(doc);
    webhook_path_free(path);
}


/* Both of two keys that may be meant. */

static void
test_strict(void)
{
    test_seen_t           seen;
    webhook_str_t         s;
    webhook_path_t       *path;
    webhook_error_t       err;
    webhook_json_doc_t   *doc;
    webhook_path_walk_t   w;

    s = test_str("a[].b");
    path = webhook_path_compile(&s, &err);

    s = test_str("{\"a[]\": [{\"b\":1}], \"a\": [{\"b\":2}]}");
    (void) webhook_json_read(&s, NULL, &doc, NULL);

    memset(&seen, 0, sizeof(test_seen_t));
    webhook_buf_init(&seen.out, 0);

    memset(&w, 0, sizeof(webhook_path_walk_t));
    w.doc = doc;
    w.visit = test_visit;
    w.ctx = &seen;
    w.strict = 1;

    (void) webhook_path_walk(path, 0, NULL, &w);

    tap_bytes(seen.out.data, seen.out.len, "2<{\"b\":2};1<{\"b\":1};",
              "where nothing may be missed both keys are meant");

    webhook_buf_free(&seen.out);
    webhook_json_free(doc);
    webhook_path_free(path);
}


static void
test_each(void)
{
    webhook_str_t    s, name;
    webhook_path_t  *path;
    webhook_error_t  err;

    s = test_str("a[].\"b[]\".[].c");
    path = webhook_path_compile(&s, &err);

    if (path == NULL) {
        tap_ok(0, "the path is one");
        return;
    }

    tap_ok(webhook_path_each(path, 0, &name) == 1 && name.len == 1,
           "a list is told without its brackets");
    tap_ok(webhook_path_each(path, 1, &name) == 0 && name.len == 3,
           "none in quotes");
    tap_ok(webhook_path_each(path, 2, &name) == 0 && name.len == 2,
           "nor what has no name");
    tap_ok(webhook_path_each(path, 3, &name) == 0 && name.len == 1,
           "nor any other");
    tap_bytes(webhook_path_step(path, 0)->data,
              webhook_path_step(path, 0)->len, "a[]",
              "as a key it is what was written");
    tap_ok(webhook_path_is_key(path, 1) && !webhook_path_is_key(path, 0),
           "what is quoted is told");

    webhook_path_free(path);
}


int
main(void)
{
    test_walk("{\"a\": 1}", "a", 0, "1;");
    test_walk("{\"a\": 1}", "b", 0, "");
    test_walk("{\"a\": [1, 2]}", "a", 0, "[1, 2];");
    test_walk("{\"a\": [1, 2]}", "a[]", 0, "[1, 2];");
    test_walk("{\"a\": null}", "a[]", 0, "null;");
    test_walk("{\"a\": [{\"b\":1},{\"c\":2},{\"b\":3}]}", "a[].b", 0,
              "1<{\"b\":1};3<{\"b\":3};");
    test_walk("{\"a\": {\"b\":1}}", "a[].b", 0, "1<{\"b\":1};");
    test_walk("{\"a\": null}", "a[].b", 0, "");
    test_walk("{\"a\": 5}", "a[].b", 0, "");
    test_walk("{\"a\": [{\"b\":1}]}", "a.b", 0, "");
    test_walk("{\"a\": [{\"b\":1},{\"b\":2}]}", "a.1.b", 0, "2;");
    test_walk("{\"a\": [{\"b\":[{\"c\":1},{\"c\":2}]}]}", "a[].b[].c", 0,
              "1<{\"c\":1}<{\"b\":[{\"c\":1},{\"c\":2}]};"
              "2<{\"c\":2}<{\"b\":[{\"c\":1},{\"c\":2}]};");
    test_walk("{\"a\": [{\"v\": {\"b\":[{\"c\":1}]}},{\"v\":{}}]}",
              "a[].v.b[]", 0,
              "[{\"c\":1}]<{\"v\": {\"b\":[{\"c\":1}]}};");
    test_walk("{\"a\": [[{\"b\":1}]]}", "a[].b", 0, "");
    test_walk("{\"a\": [[{\"b\":1}]]}", "a[].0.b", 0, "1<[{\"b\":1}];");
    test_walk("{\"a[]\": [{\"b\":1}]}", "a[].b", 0, "1<{\"b\":1};");
    test_walk("{\"a[]\": [{\"b\":1}], \"a\": [{\"b\":2}]}", "a[].b", 0,
              "2<{\"b\":2};");
    test_walk("{\"a[]\": {\"b\":1}, \"a\": [{\"b\":2}]}", "\"a[]\".b", 0,
              "1;");
    test_walk("[{\"b\":1},{\"b\":2}]", "root[].b", 1,
              "1<{\"b\":1};2<{\"b\":2};");
    test_walk("[{\"b\":1}]", "root.b", 1, "");
    test_walk("[1]", "root[]", 1, "[1];");
    test_walk("{\"b\":1}", "root[].b", 1, "1<{\"b\":1};");

    test_twice("{\"a\": [{\"b\": 1}, {\"b\": 1}]}", "a[].b", 0);
    test_twice("{\"a\": [{\"b\": 1}, {\"b\": 1, \"b\": 2}]}", "a[].b", 1);
    test_twice("{\"a\": [{\"c\": 1}, {\"b\": 1, \"b\": 2}]}", "a[].c", 0);
    test_twice("{\"a\": [{\"b\": 1}], \"a\": {}}", "a[].b", 1);
    test_twice("{\"a[]\": 1, \"a[]\": 2}", "a[]", 1);

    test_strict();
    test_each();

    return tap_done();
}
