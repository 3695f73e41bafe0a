
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes webhook_json against two other readers: a slow and obvious one below,
 * which follows the grammar of RFC 8259 and decides what is JSON at all, and
 * jansson, which decides what a text says.
 *
 * jansson refuses some valid texts: numbers that no 64-bit integer or double
 * can hold, a key with \u0000, and half a surrogate pair.  And it overlooks a
 * zero byte behind a number or a word ("[1<NUL>]"), which no JSON text holds.
 * Where none of these stands in a text, all three agree on it.
 */

#include "core/json/webhook_json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>


#define MAX_DEPTH   512         /* jansson's own is 2048 */
#define MAX_VALUES  1000000


typedef struct {
    const unsigned char  *p;
    const unsigned char  *last;
    uint32_t              depth;
    uint32_t              max_depth;
    uint32_t              values;       /* and keys */
    int                   too_deep;
    int                   refused;      /* by jansson, and why */
} grammar_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int grammar_value(grammar_t *g);
static void compare(const webhook_json_doc_t *doc,
    const webhook_json_value_t *v, json_t *j);


/* Ends the process, which is how a fuzzer learns of a find. */

#define check(ok)                                                             \
    if (!(ok)) {                                                              \
        fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #ok);              \
        abort();                                                              \
    }


static void
grammar_space(grammar_t *g)
{
    while (g->p < g->last && *g->p && strchr(" \t\r\n", *g->p)) {
        g->p++;
    }
}


/* Takes the byte c if it comes next. */

static int
grammar_take(grammar_t *g, unsigned char c)
{
    if (g->p < g->last && *g->p == c) {
        g->p++;
        return 1;
    }

    return 0;
}


static int
grammar_digits(grammar_t *g)
{
    int  n;

    for (n = 0; g->p < g->last && strchr("0123456789", *g->p) && *g->p; n++) {
        g->p++;
    }

    return n;
}


static int
grammar_number(grammar_t *g)
{
    int                   real;
    char                 *text;
    double                d;
    const unsigned char  *start;

    start = g->p;
    real = 0;

    grammar_take(g, '-');

    if (!grammar_take(g, '0') && grammar_digits(g) == 0) {
        return 0;
    }

    if (grammar_take(g, '.')) {
        real = 1;

        if (grammar_digits(g) == 0) {
            return 0;
        }
    }

    if (grammar_take(g, 'e') || grammar_take(g, 'E')) {
        real = 1;

        if (!grammar_take(g, '+')) {
            grammar_take(g, '-');
        }

        if (grammar_digits(g) == 0) {
            return 0;
        }
    }

    text = strndup((const char *) start, g->p - start);
    check(text != NULL);

    errno = 0;

    if (real) {
        d = strtod(text, NULL);
        g->refused |= (d == HUGE_VAL || d == -HUGE_VAL);

    } else {
        (void) strtoll(text, NULL, 10);
        g->refused |= (errno == ERANGE);
    }

    free(text);

    return 1;
}


/* One character as Unicode's table of UTF-8 has it; -1 if it is none. */

static long
grammar_utf8(const unsigned char **pp, const unsigned char *last)
{
    long                  c, least;
    int                   more;
    const unsigned char  *p;

    p = *pp;
    c = *p++;

    if (c < 0x80) {
        *pp = p;
        return c;
    }

    if ((c & 0xe0) == 0xc0) {
        more = 1;
        least = 0x80;
        c &= 0x1f;

    } else if ((c & 0xf0) == 0xe0) {
        more = 2;
        least = 0x800;
        c &= 0x0f;

    } else if ((c & 0xf8) == 0xf0) {
        more = 3;
        least = 0x10000;
        c &= 0x07;

    } else {
        return -1;
    }

    while (more--) {
        if (p == last || (*p & 0xc0) != 0x80) {
            return -1;
        }

        c = c * 64 + (*p++ & 0x3f);
    }

    if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
        return -1;
    }

    *pp = p;

    return c;
}


static int
grammar_string(grammar_t *g, int key)
{
    int   i;
    char  hex[5];
    long  c, high;

    if (!grammar_take(g, '"')) {
        return 0;
    }

    high = 0;           /* the first half of a pair that waits for its second */

    for ( ;; ) {

        if (g->p == g->last) {
            return 0;
        }

        if (!grammar_take(g, '\\')) {

            g->refused |= (high != 0);
            high = 0;

            if (grammar_take(g, '"')) {
                return 1;
            }

            if (grammar_utf8(&g->p, g->last) < 0x20) {
                return 0;
            }

            continue;
        }

        if (!grammar_take(g, 'u')) {

            g->refused |= (high != 0);
            high = 0;

            if (g->p == g->last || *g->p == '\0'
                || strchr("\"\\/bfnrt", *g->p) == NULL)
            {
                return 0;
            }

            g->p++;
            continue;
        }

        memset(hex, 0, sizeof(hex));

        for (i = 0; i < 4; i++) {
            if (g->p == g->last || *g->p == '\0'
                || strchr("0123456789abcdefABCDEF", *g->p) == NULL)
            {
                return 0;
            }

            hex[i] = (char) *g->p++;
        }

        c = strtol(hex, NULL, 16);

        if (high) {
            g->refused |= (c < 0xdc00 || c > 0xdfff);
            high = 0;

        } else if (c >= 0xd800 && c < 0xdc00) {
            high = c;

        } else {
            g->refused |= (c >= 0xdc00 && c < 0xe000) || (key && c == 0);
        }
    }
}


static int
grammar_nested(grammar_t *g, unsigned char end)
{
    int  ok;

    if (g->depth == MAX_DEPTH) {
        g->too_deep = 1;
        return 0;
    }

    g->depth++;

    if (g->max_depth < g->depth) {
        g->max_depth = g->depth;
    }

    grammar_space(g);

    if (grammar_take(g, end)) {
        g->depth--;
        return 1;
    }

    for ( ;; ) {

        if (end == '}') {
            grammar_space(g);

            if (!grammar_string(g, 1)) {
                return 0;
            }

            g->values++;
            grammar_space(g);

            if (!grammar_take(g, ':')) {
                return 0;
            }
        }

        if (!grammar_value(g)) {
            return 0;
        }

        ok = grammar_take(g, end);

        if (ok) {
            g->depth--;
            return 1;
        }

        if (!grammar_take(g, ',')) {
            return 0;
        }
    }
}


/* A value with the white space around it. */

static int
grammar_value(grammar_t *g)
{
    int     i, ok;
    size_t  len;

    static const char  *words[] = { "null", "true", "false" };

    grammar_space(g);

    if (g->p == g->last) {
        return 0;
    }

    g->values++;
    ok = 0;

    if (*g->p == '"') {
        ok = grammar_string(g, 0);

    } else if (grammar_take(g, '[')) {
        ok = grammar_nested(g, ']');

    } else if (grammar_take(g, '{')) {
        ok = grammar_nested(g, '}');

    } else if (*g->p == '-' || (*g->p >= '0' && *g->p <= '9')) {
        ok = grammar_number(g);

    } else {
        for (i = 0; i < 3; i++) {
            len = strlen(words[i]);

            if ((size_t) (g->last - g->p) >= len
                && memcmp(g->p, words[i], len) == 0)
            {
                g->p += len;
                ok = 1;
                break;
            }
        }
    }

    grammar_space(g);

    return ok;
}


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
