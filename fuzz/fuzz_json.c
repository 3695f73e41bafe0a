
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes webhook_json against two other readers: a slow and obvious one
 * (lib/json_grammar.h), which decides what is JSON at all, and jansson, which
 * decides what a text says.
 *
 * jansson refuses some valid texts: numbers that no 64-bit integer or double
 * can hold, a key with \u0000, and half a surrogate pair.  And it overlooks a
 * zero byte behind a number or a word ("[1<NUL>]"), which no JSON text holds.
 * Where none of these stands in a text, all three agree on it.
 */

#include "core/json/webhook_json.h"
#include "lib/check.h"
#include "lib/json_grammar.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>


#define MAX_VALUES  1000000


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const webhook_json_doc_t *doc,
    const webhook_json_value_t *v, json_t *j);


static void
compare_number(const webhook_json_value_t *v, json_t *j)
{
    char  *text;

    text = strndup((const char *) v->span.data, v->span.len);
    check(text != NULL);
    check(strlen(text) == v->span.len);

    if (json_is_integer(j)) {
        check(strpbrk(text, ".eE") == NULL);
        check(strtoll(text, NULL, 10) == json_integer_value(j));

    } else {
        check(json_is_real(j));
        check(strpbrk(text, ".eE") != NULL);
        check(strtod(text, NULL) == json_real_value(j));
    }

    free(text);
}


static void
compare_array(const webhook_json_doc_t *doc, const webhook_json_value_t *v,
    json_t *j)
{
    uint32_t              i, iter;
    webhook_str_t         key;
    webhook_json_value_t  e, same;

    check(webhook_json_count(doc, v) == json_array_size(j));

    iter = 0;

    for (i = 0; i < json_array_size(j); i++) {
        check(webhook_json_next(doc, v, &iter, &key, &e) == WEBHOOK_OK);
        check(key.len == 0);

        check(webhook_json_element(doc, v, i, &same) == WEBHOOK_OK);
        check(same.node == e.node && same.span.data == e.span.data);

        compare(doc, &e, json_array_get(j, i));
    }

    check(webhook_json_next(doc, v, &iter, &key, &e) == WEBHOOK_ERROR);
    check(webhook_json_element(doc, v, i, &e) == WEBHOOK_ERROR);
}


static void
compare_object(const webhook_json_doc_t *doc, const webhook_json_value_t *v,
    json_t *j)
{
    json_t                *jm;
    size_t                 different;
    uint32_t               n, iter;
    webhook_str_t          key, name;
    webhook_buf_t          b;
    webhook_json_value_t   m, last;

    iter = 0;
    n = 0;
    different = 0;

    while (webhook_json_next(doc, v, &iter, &key, &m) == WEBHOOK_OK) {
        n++;

        webhook_buf_init(&b, 0);
        check(webhook_json_decode(&key, &b) == WEBHOOK_OK);

        name.data = b.data;
        name.len = b.len;

        check(webhook_json_member(doc, v, &name, &last) == WEBHOOK_OK);
        check(last.node >= m.node);

        if (last.node == m.node) {
            different++;

            jm = json_object_getn(j, b.len ? (char *) b.data : "", b.len);
            check(jm != NULL);

            compare(doc, &m, jm);
        }

        /* no other name is found for it */

        check(webhook_buf_byte(&b, 0xff) == WEBHOOK_OK);
        name.data = b.data;
        name.len = b.len;
        check(webhook_json_member(doc, v, &name, &last) == WEBHOOK_ERROR);

        webhook_buf_free(&b);
    }

    check(webhook_json_count(doc, v) == n);
    check(json_object_size(j) == different);
}


static void
compare(const webhook_json_doc_t *doc, const webhook_json_value_t *v,
    json_t *j)
{
    webhook_buf_t  b;

    switch (v->type) {

    case WEBHOOK_JSON_NULL:
        check(json_is_null(j));
        check(v->span.len == 4);
        break;

    case WEBHOOK_JSON_FALSE:
        check(json_is_false(j));
        check(v->span.len == 5);
        break;

    case WEBHOOK_JSON_TRUE:
        check(json_is_true(j));
        check(v->span.len == 4);
        break;

    case WEBHOOK_JSON_NUMBER:
        check(json_is_number(j));
        compare_number(v, j);
        break;

    case WEBHOOK_JSON_STRING:
        check(json_is_string(j));

        webhook_buf_init(&b, 0);
        check(webhook_json_decode(&v->span, &b) == WEBHOOK_OK);
        check(b.len == json_string_length(j));
        check(b.len == 0 || memcmp(b.data, json_string_value(j), b.len) == 0);
        webhook_buf_free(&b);
        break;

    case WEBHOOK_JSON_ARRAY:
        check(json_is_array(j));
        compare_array(doc, v, j);
        break;

    case WEBHOOK_JSON_OBJECT:
        check(json_is_object(j));
        compare_object(doc, v, j);
        break;

    default:
        check(0);
    }
}


/* A value's bytes alone are a text that says the same. */

static void
check_parts(const webhook_json_doc_t *doc, const webhook_json_value_t *root,
    const webhook_str_t *text)
{
    uint32_t                n, iter;
    webhook_json_doc_t     *part;
    webhook_json_value_t    v, again;
    webhook_json_limits_t   limits;

    limits.max_depth = MAX_DEPTH;
    limits.max_values = MAX_VALUES;

    iter = 0;

    for (n = 0; n < 16; n++) {

        if (webhook_json_next(doc, root, &iter, NULL, &v) != WEBHOOK_OK) {
            break;
        }

        check(v.span.data > text->data);
        check(v.span.len > 0);
        check(v.span.data + v.span.len < text->data + text->len);

        check(webhook_json_read(&v.span, &limits, &part, NULL) == WEBHOOK_OK);

        webhook_json_root(part, &again);
        check(again.type == v.type);
        check(again.span.len == v.span.len);
        check(webhook_json_count(part, &again) == webhook_json_count(doc, &v));

        webhook_json_free(part);
    }
}


/* Bounds that just fit are kept to, and those that just do not as well. */

static void
check_limits(const webhook_str_t *text, grammar_t *g)
{
    webhook_json_doc_t     *doc;
    webhook_json_error_t    err;
    webhook_json_limits_t   limits;

    limits.max_depth = g->max_depth;
    limits.max_values = g->values;

    check(webhook_json_read(text, &limits, &doc, &err) == WEBHOOK_OK);
    webhook_json_free(doc);

    if (g->values > 1) {
        limits.max_values = g->values - 1;
        check(webhook_json_read(text, &limits, &doc, &err) == WEBHOOK_LIMIT);
        check(doc == NULL && err.offset < text->len);
    }

    if (g->max_depth > 1) {
        limits.max_depth = g->max_depth - 1;
        limits.max_values = g->values;
        check(webhook_json_read(text, &limits, &doc, &err) == WEBHOOK_LIMIT);
        check(doc == NULL && err.offset < text->len);
    }
}


/* Any bytes can be made into a string, and come back if they are UTF-8. */

static void
check_escape(const webhook_str_t *text)
{
    int                     valid;
    webhook_str_t           span, inside;
    webhook_buf_t           b, back, again;
    webhook_json_doc_t     *doc;
    webhook_json_value_t    v;
    const unsigned char    *p, *last;

    webhook_buf_init(&b, 0);
    webhook_buf_byte(&b, '"');
    webhook_json_escape(text, &b);
    check(webhook_buf_byte(&b, '"') == WEBHOOK_OK);

    span.data = b.data;
    span.len = b.len;

    check(webhook_json_read(&span, NULL, &doc, NULL) == WEBHOOK_OK);
    webhook_json_root(doc, &v);
    check(v.type == WEBHOOK_JSON_STRING && v.span.len == span.len);
    webhook_json_free(doc);

    webhook_buf_init(&back, 0);
    check(webhook_json_decode(&span, &back) == WEBHOOK_OK);

    valid = 1;
    p = text->data;
    last = text->data + text->len;

    while (valid && p < last) {
        valid = grammar_utf8(&p, last) >= 0;
    }

    if (valid) {
        check(back.len == text->len);
        check(back.len == 0 || memcmp(back.data, text->data, back.len) == 0);
    }

    /* what became U+FFFD once stays so */

    inside.data = back.data;
    inside.len = back.len;

    webhook_buf_init(&again, 0);
    check(webhook_json_escape(&inside, &again) == WEBHOOK_OK);
    check(again.len == b.len - 2);
    check(again.len == 0 || memcmp(again.data, b.data + 1, again.len) == 0);

    webhook_buf_free(&again);
    webhook_buf_free(&back);
    webhook_buf_free(&b);

    /* decoding what no reader has seen does no harm */

    webhook_buf_init(&b, 64);
    (void) webhook_json_decode(text, &b);
    webhook_buf_free(&b);
}


/* Keys of the input's bytes, looked up until an index is made and by it. */

static void
check_index(const webhook_str_t *text)
{
    size_t                 i, n;
    uint32_t               iter, times;
    webhook_buf_t          b, name;
    webhook_str_t          piece, s, key;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, v, w, want;

    webhook_buf_init(&b, 0);
    webhook_buf_byte(&b, '{');

    for (i = 0; i < text->len && i < 96; i += n) {
        n = 1 + text->data[i] % 3;

        if (n > text->len - i) {
            n = text->len - i;
        }

        piece.data = text->data + i;
        piece.len = n;

        webhook_buf_add(&b, i ? ",\"" : "\"", i ? 2 : 1);
        webhook_json_escape(&piece, &b);
        webhook_buf_add(&b, "\":[0]", 5);
    }

    webhook_buf_byte(&b, '}');

    s.data = b.data;
    s.len = b.len;

    check(webhook_json_read(&s, NULL, &doc, NULL) == WEBHOOK_OK);

    webhook_json_root(doc, &root);

    iter = 0;

    while (webhook_json_next(doc, &root, &iter, &key, &v) == WEBHOOK_OK) {
        uint32_t       k;
        webhook_str_t  other, spelt;
        webhook_buf_t  again;

        webhook_buf_init(&name, 0);
        check(webhook_json_decode(&key, &name) == WEBHOOK_OK);

        spelt.data = name.data;
        spelt.len = name.len;

        k = 0;
        times = 0;
        want = v;

        while (webhook_json_next(doc, &root, &k, &other, &w)
               == WEBHOOK_OK)
        {
            webhook_buf_init(&again, 0);
            check(webhook_json_decode(&other, &again) == WEBHOOK_OK);

            if (again.len == name.len
                && memcmp(again.data, name.data, name.len) == 0)
            {
                want = w;
                times += (times < 2);
            }

            webhook_buf_free(&again);
        }

        check(webhook_json_member(doc, &root, &spelt, &w) == WEBHOOK_OK);
        check(w.node == want.node);
        check(webhook_json_times(doc, &root, &spelt) == times);

        webhook_buf_free(&name);
    }

    webhook_json_free(doc);
    webhook_buf_free(&b);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int                     rc, valid;
    json_t                 *j;
    grammar_t               g;
    json_error_t            jerr;
    webhook_str_t           text;
    webhook_json_doc_t     *doc;
    webhook_json_value_t    root;
    webhook_json_error_t    err;
    webhook_json_limits_t   limits;

    text.data = (unsigned char *) data;
    text.len = size;

    memset(&g, 0, sizeof(grammar_t));
    g.p = data;
    g.last = data + size;

    valid = (size != 0 && grammar_value(&g) && g.p == g.last);

    limits.max_depth = MAX_DEPTH;
    limits.max_values = MAX_VALUES;

    memset(&err, 0, sizeof(webhook_json_error_t));

    rc = webhook_json_read(&text, &limits, &doc, &err);

    check(rc == (valid ? WEBHOOK_OK
                       : g.too_deep ? WEBHOOK_LIMIT : WEBHOOK_ERROR));
    check((doc != NULL) == (rc == WEBHOOK_OK));

    if (rc != WEBHOOK_OK) {
        check(err.what != NULL && err.offset <= size);
    }

    if (size && memchr(data, '\0', size)) {
        check(!valid);

    } else if (!g.too_deep) {
        j = json_loadb((const char *) data, size,
                       JSON_DECODE_ANY|JSON_ALLOW_NUL, &jerr);

        check((j != NULL) == (valid && !g.refused));

        if (j) {
            webhook_json_root(doc, &root);
            compare(doc, &root, j);
            json_decref(j);
        }
    }

    if (doc) {
        webhook_json_root(doc, &root);
        check_parts(doc, &root, &text);
        check_limits(&text, &g);
    }

    webhook_json_free(doc);

    check_escape(&text);
    check_index(&text);

    return 0;
}
