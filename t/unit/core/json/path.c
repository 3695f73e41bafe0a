
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Paths, values and error texts, on which templates and conditions stand.
 */

#include "tap.h"
#include "core/json/webhook_value.h"


static webhook_str_t
test_str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static void
test_paths(void)
{
    int                  i;
    webhook_buf_t        text;
    webhook_str_t        s;
    webhook_path_t      *path;
    webhook_error_t      err;

    s = test_str("header.x-company");
    path = webhook_path_compile(&s, &err);

    tap_ok(path && webhook_path_steps(path) == 2, "a path has its steps");

    if (path) {
        tap_bytes(webhook_path_step(path, 1)->data,
                  webhook_path_step(path, 1)->len, "x-company",
                  "each with its text");
        tap_bytes(webhook_path_text(path)->data,
                  webhook_path_text(path)->len, "header.x-company",
                  "and the path its own");
    }

    webhook_path_free(path);
    webhook_path_free(NULL);

    webhook_buf_init(&text, 0);

    for (i = 0; i < WEBHOOK_PATH_MAX_STEPS; i++) {
        webhook_buf_add(&text, i ? ".a" : "a", i ? 2 : 1);
    }

    s.data = text.data;
    s.len = text.len;

    path = webhook_path_compile(&s, &err);
    tap_ok(path && webhook_path_steps(path) == WEBHOOK_PATH_MAX_STEPS,
           "as many steps as allowed");
    webhook_path_free(path);

    webhook_buf_add(&text, ".a", 2);
    s.data = text.data;
    s.len = text.len;

    tap_ok(webhook_path_compile(&s, &err) == NULL
           && strstr(err.text, "more than 32 steps"), "one too many");

    webhook_buf_free(&text);

    s.len = 3;
    s.data = (unsigned char *) "a\0b";
    tap_ok(webhook_path_compile(&s, &err) == NULL, "a NUL is in no path");

    s.len = 0;
    s.data = NULL;
    tap_ok(webhook_path_compile(&s, &err) == NULL
           && strcmp(err.text, "a path is empty") == 0, "nothing is no path");
    tap_ok(webhook_path_compile(&s, NULL) == NULL,
           "who wants no error text gets none");
}


/* Keys in quotes. */

static void
test_quoted(void)
{
    size_t           i, n;
    webhook_buf_t    out;
    webhook_str_t    s;
    webhook_path_t  *path;
    webhook_error_t  err;

    /* the path, its steps each with "|" behind it, or what is wrong with it */

    static const char  *table[][2] = {
        { "\"a\"", "a|" },
        { "a.\"b.c\".d", "a|b.c|d|" },
        { "'a \"b\"'.\"it's\"", "a \"b\"|it's|" },
        { "\"a\\\"b\"", "a\"b|" },
        { "\"a\\'b\"", "a'b|" },
        { "\"a\\\\\".b", "a\\|b|" },
        { "\"a\\b\"", "a\\b|" },
        { "\"App\\\\Order\"", "App\\Order|" },
        { "\"$ {}|=!<>~&,()[]\".x", "$ {}|=!<>~&,()[]|x|" },
        { "\"a..b.\".c", "a..b.|c|" },
        { "\"h\u1ecd t\u00ean\"", "h\u1ecd t\u00ean|" },
        { "\"", "path \"\"\" has a quote without an end" },
        { "a.\"b", "path \"a.\"b\" has a quote without an end" },
        { "\"a\\\"", "path \"\"a\\\"\" has a quote without an end" },
        { "'a\"", "has a quote without an end" },
        { "\"a\"b", "path \"\"a\"b\" has no dot behind a quote" },
        { "\"a\"\"b\"", "path \"\"a\"\"\" has no dot behind a quote" },
        { "a\"b\"", "path \"a\"\" has a character that no path has" },
        { "\"\"", "path \"\"\"\" has an empty step" },
        { "a.\"\".b", "path \"a.\"\".b\" has an empty step" },
        { "\"a\".", "path \"\"a\".\" has an empty step" },
        { "\"a\tb\"", "path \"\"a\" has a control character in quotes" }
    };

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        s = test_str(table[i][0]);
        err.text[0] = '\0';

        path = webhook_path_compile(&s, &err);

        if (path == NULL) {
            if (!tap_ok(strstr(err.text, table[i][1]) != NULL, "refused (%d): %s",
                        (int) i, table[i][1]))
            {
                printf("#   got: %s\n", err.text);
            }

            continue;
        }

        webhook_buf_init(&out, 0);

        for (n = 0; n < webhook_path_steps(path); n++) {
            webhook_buf_add(&out, webhook_path_step(path, n)->data,
                            webhook_path_step(path, n)->len);
            webhook_buf_byte(&out, '|');
        }

        tap_bytes(out.data, out.len, table[i][1], "the keys");
        tap_ok(webhook_str_eq(webhook_path_text(path), &s), "as written");

        webhook_buf_free(&out);
        webhook_path_free(path);
    }

    s = test_str("header.\"a b\".c");
    path = webhook_path_compile(&s, &err);

    if (path) {
        tap_bytes(webhook_path_root(path)->data, webhook_path_root(path)->len,
                  "header", "a root");
        webhook_path_rest(path, 1, &s);
        tap_bytes(s.data, s.len, "a b.c", "what is behind it");
        webhook_path_rest(path, 2, &s);
        tap_bytes(s.data, s.len, "c", "or behind that");
    }

    webhook_path_free(path);

    s = test_str("\"header\".a");
    path = webhook_path_compile(&s, &err);
    tap_ok(path && webhook_path_root(path)->len == 0,
           "what is quoted is no root");
    webhook_path_free(path);
}


static void
test_find(void)
{
    size_t                i;
    webhook_str_t         s;
    webhook_path_t       *path;
    webhook_error_t       err;
    webhook_json_doc_t   *doc;
    webhook_json_value_t  v, order;

    static const char  *table[][2] = {
        { "order", "{\"lines\": [{\"sku\": \"A1\"}, [2]], \"0\": 5}" },
        { "order.lines.0.sku", "\"A1\"" },
        { "order.lines.1.0", "2" },
        { "order.0", "5" },
        { "twin", "2" },
        { "h\u1ecd t\u00ean", NULL },
        { "h\u1ecd", "\"Nguy\u1ec5n\"" },
        { "x-y_z@1", "true" },
        { "none", NULL },
        { "order.none", NULL },
        { "order.lines.2", NULL },
        { "order.lines.00", NULL },
        { "order.lines.-1", NULL },
        { "order.lines.4294967295", NULL },
        { "order.lines.4294967296", NULL },
        { "order.lines.sku", NULL },
        { "twin.0", NULL },
        { "nil", "null" },
        { "nil.x", NULL },
        { "\"a.b\"", "7" },
        { "'a.b'", "7" },
        { "a.b", NULL },
        { "order.\"lines\".0.'sku'", "\"A1\"" },
        { "order.lines.\"0\"", NULL },
        { "order.\"0\"", "5" },
        { "\"$\"", "8" },
        { "\"x y\".'\"'", "9" }
    };

    s = test_str("{\"order\": {\"lines\": [{\"sku\": \"A1\"}, [2]],"
                 " \"0\": 5},"
                 " \"twin\": 1, \"twin\": 2, \"nil\": null,"
                 " \"a.b\": 7, \"$\": 8, \"x y\": {\"\\\"\": 9},"
                 " \"h\\u1ecd\": \"Nguy\u1ec5n\", \"x-y_z@1\": true}");

    if (webhook_json_read(&s, NULL, &doc, NULL) != WEBHOOK_OK) {
        tap_ok(0, "the document is JSON");
        return;
    }

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        s = test_str(table[i][0]);
        path = webhook_path_compile(&s, &err);

        if (path == NULL) {
            tap_ok(table[i][1] == NULL && strchr(table[i][0], ' ') != NULL,
                   "%s is no path", table[i][0]);
            continue;
        }

        if (webhook_path_find(path, 0, doc, NULL, &v) != WEBHOOK_OK) {
            tap_ok(table[i][1] == NULL, "%s is not there", table[i][0]);

        } else {
            tap_ok(table[i][1] && v.span.len == strlen(table[i][1])
                   && memcmp(v.span.data, table[i][1], v.span.len) == 0,
                   "%s is found", table[i][0]);
        }

        webhook_path_free(path);
    }

    /* the roots of a condition are steps that a look-up skips */

    s = test_str("request.order.lines.1");
    path = webhook_path_compile(&s, &err);

    tap_ok(path && webhook_path_find(path, 1, doc, NULL, &v) == WEBHOOK_OK
           && v.span.len == 3, "leading steps are skipped");

    tap_ok(path && webhook_path_find(path, 4, doc, NULL, &v) == WEBHOOK_OK
           && v.type == WEBHOOK_JSON_OBJECT && v.node == 0,
           "all of them: the root");

    webhook_path_free(path);

    s = test_str("order");
    path = webhook_path_compile(&s, &err);
    (void) webhook_path_find(path, 0, doc, NULL, &order);
    webhook_path_free(path);

    s = test_str("lines.0.sku");
    path = webhook_path_compile(&s, &err);
    tap_ok(path && webhook_path_find(path, 0, doc, &order, &v) == WEBHOOK_OK
           && v.type == WEBHOOK_JSON_STRING, "a path may start anywhere");
    webhook_path_free(path);

    webhook_json_free(doc);
}


static void
test_error(void)
{
    webhook_error_t  err;
    char             text[600];

    webhook_error_set(&err, "a %s", "b\nc\x7f");
    tap_bytes(err.text, strlen(err.text), "a b?c?",
              "errors have no control characters");

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    webhook_error_set(&err, "%s", text);
    tap_ok(strlen(err.text) == 255 && strcmp(err.text + 252, "...") == 0,
           "errors that are too long are cut");

    memcpy(text + 251, "\xe1\xbb\x85", 3);
    webhook_error_set(&err, "%s", text);
    tap_ok(strlen(err.text) == 254 && strcmp(err.text + 250, "x...") == 0,
           "between two characters");

    memset(text + 255, '\0', 1);
    memcpy(text + 251, "xxxx", 4);
    webhook_error_set(&err, "%s", text);
    tap_ok(strlen(err.text) == 255 && err.text[254] == 'x',
           "one that just fits is not");
}


static void
test_values(void)
{
    int                    rc;
    webhook_buf_t          out, scratch;
    webhook_str_t          text;
    webhook_value_t        v;
    webhook_json_value_t   json;

    webhook_buf_init(&out, 0);
    webhook_buf_init(&scratch, 0);

    webhook_value_from_json(&v, NULL);
    tap_ok(v.missing && webhook_value_empty(&v)
           && webhook_value_text(&v, &out) == WEBHOOK_OK && out.len == 0
           && webhook_value_view(&v, &scratch, &text) == WEBHOOK_OK
           && text.len == 0, "what is missing is empty, and no text");

    memset(&json, 0, sizeof(json));
    json.type = WEBHOOK_JSON_STRING;
    json.span = test_str("\"\\u1ec5\\n\"");

    webhook_value_from_json(&v, &json);
    rc = webhook_value_view(&v, &scratch, &text);
    tap_ok(rc == WEBHOOK_OK && text.data == scratch.data,
           "a string with escapes is decoded");
    tap_bytes(text.data, text.len, "\u1ec5\n", "into its text");

    json.span = test_str("\"\u1ec5\"");
    webhook_value_from_json(&v, &json);
    rc = webhook_value_view(&v, &scratch, &text);
    tap_ok(rc == WEBHOOK_OK && text.data == json.span.data + 1
           && text.len == 3, "one without is not copied");

    rc = webhook_value_text(&v, &out);
    tap_ok(rc == WEBHOOK_OK, "a value's text is added");
    tap_bytes(out.data, out.len, "\u1ec5", "as it should");

    json.type = WEBHOOK_JSON_NUMBER;
    json.span = test_str("1.50");
    webhook_value_from_json(&v, &json);
    (void) webhook_value_text(&v, &out);
    v.type = WEBHOOK_JSON_NULL;
    (void) webhook_value_text(&v, &out);
    v.is_text = 1;
    (void) webhook_value_text(&v, &out);
    tap_bytes(out.data, out.len, "\u1ec51.501.50",
              "a number as it stands, null not at all, a text as it is");

    json.type = WEBHOOK_JSON_ARRAY;
    json.span = test_str("[ 0 ]");
    webhook_value_from_json(&v, &json);
    tap_ok(!webhook_value_empty(&v), "a list of something is not empty");

    json.type = WEBHOOK_JSON_STRING;
    json.span = test_str("\"\\x\"");
    webhook_value_from_json(&v, &json);
    tap_ok(webhook_value_view(&v, &scratch, &text) == WEBHOOK_ERROR
           && webhook_value_text(&v, &out) == WEBHOOK_ERROR,
           "what is no string is an error");

    json.span = test_str("\"");
    webhook_value_from_json(&v, &json);
    tap_ok(webhook_value_view(&v, &scratch, &text) == WEBHOOK_ERROR,
           "so is half of one");

    webhook_buf_free(&out);
    webhook_buf_free(&scratch);
}


int
main(void)
{
    test_error();
    test_paths();
    test_quoted();
    test_find();
    test_values();

    return tap_done();
}
