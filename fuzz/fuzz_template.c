
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes templates.  The first byte of the input is the kind of template (its
 * two lowest bits); then, each ended by a NUL, come the template and a JSON
 * text whose values fill it; the rest is the text of paths that begin with
 * "text", any bytes.
 *
 * Whatever is rendered has to keep the promises of its kind: JSON is JSON of
 * the template's shape, a URI has the template's segments and nothing else, a
 * header is one line.
 */

#include "core/template/webhook_template.h"
#include "core/template/webhook_token.h"
#include "lib/check.h"

#include <stdio.h>
#include <stdlib.h>


typedef struct {
    webhook_json_doc_t  *doc;
    webhook_str_t        text;
} fuzz_values_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* Cuts off what stands before the next NUL. */

static webhook_str_t
cut(webhook_str_t *rest)
{
    webhook_str_t   part;
    unsigned char  *end;

    end = rest->len ? memchr(rest->data, '\0', rest->len) : NULL;

    part = *rest;

    if (end == NULL) {
        rest->len = 0;
        return part;
    }

    part.len = end - part.data;

    rest->len -= part.len + 1;
    rest->data = end + 1;

    return part;
}


typedef struct {
    uint32_t       n;
    webhook_str_t  span;
} fuzz_seen_t;


static int
visit(webhook_path_walk_t *w, const webhook_json_value_t *v)
{
    fuzz_seen_t  *seen;

    seen = w->ctx;
    seen->n++;
    seen->span = v->span;

    check(w->nouter < WEBHOOK_PATH_MAX_STEPS);

    return 0;
}


/* A path that goes through no lists leads to what is found by it. */

static void
check_walk(const webhook_path_t *path, webhook_json_doc_t *doc,
    const webhook_json_value_t *found)
{
    uint32_t              i, each;
    fuzz_seen_t           seen;
    webhook_str_t         name;
    webhook_path_walk_t   w;

    memset(&seen, 0, sizeof(fuzz_seen_t));
    memset(&w, 0, sizeof(webhook_path_walk_t));

    w.doc = doc;
    w.visit = visit;
    w.ctx = &seen;
    w.strict = 1;

    check(webhook_path_walk(path, 0, NULL, &w) == 0);
    check(w.nouter == 0);

    each = 0;

    for (i = 0; i < webhook_path_steps(path); i++) {
        each += webhook_path_each(path, i, &name);
    }

    if (each == 0) {
        check(seen.n == (found ? 1 : 0));
        check(found == NULL || webhook_str_eq(&found->span, &seen.span));

    }
}


static int
lookup(void *ctx, const webhook_path_t *path, webhook_value_t *v)
{
    int                    rc;
    fuzz_values_t         *values;
    webhook_json_value_t   found;
    const webhook_str_t   *root;

    values = ctx;
    root = webhook_path_step(path, 0);

    if (root->len == 4 && memcmp(root->data, "text", 4) == 0) {
        v->is_text = 1;
        v->type = WEBHOOK_JSON_STRING;
        v->span = values->text;

        return WEBHOOK_OK;
    }

    rc = WEBHOOK_ERROR;

    if (values->doc) {
        rc = webhook_path_find(path, 0, values->doc, NULL, &found);
        check_walk(path, values->doc, rc == WEBHOOK_OK ? &found : NULL);
    }

    if (rc == WEBHOOK_OK) {
        webhook_value_from_json(v, &found);

    } else {
        webhook_value_from_json(v, NULL);
    }

    return WEBHOOK_OK;
}


/* The table of every name: one row and a default, or none. */

static int
bind(void *ctx, const webhook_str_t *name, const webhook_value_map_t **map)
{
    if (name->len % 2) {
        *map = ctx;
    }

    return 0;
}


static int
nothing(void *ctx, const webhook_path_t *path, webhook_value_t *v)
{
    (void) ctx;
    (void) path;

    webhook_value_from_json(v, NULL);

    return WEBHOOK_OK;
}


static void
check_json(const webhook_template_t *tpl, const webhook_str_t *out)
{
    webhook_buf_t           empty;
    webhook_str_t           text;
    webhook_error_t         err;
    webhook_json_doc_t     *doc, *none;
    webhook_json_value_t    v, w;
    webhook_json_limits_t   limits;

    /* a template and the values in it may each go as deep as is allowed */

    limits.max_depth = 2 * WEBHOOK_JSON_MAX_DEPTH;
    limits.max_values = 10 * 1000 * 1000;

    check(webhook_json_read(out, &limits, &doc, NULL) == WEBHOOK_OK);
    webhook_json_root(doc, &v);

    /* without any values it has as many members, unless it is one value */

    webhook_buf_init(&empty, 0);

    if (webhook_template_render(tpl, nothing, NULL, &empty, &err)
        == WEBHOOK_OK)
    {
        text.data = empty.data;
        text.len = empty.len;

        check(webhook_json_read(&text, NULL, &none, NULL) == WEBHOOK_OK);
        webhook_json_root(none, &w);

        if (w.type == WEBHOOK_JSON_OBJECT || w.type == WEBHOOK_JSON_ARRAY) {
            check(v.type == w.type);
            check(webhook_json_count(doc, &v) == webhook_json_count(none, &w));
        }

        webhook_json_free(none);
    }

    webhook_buf_free(&empty);
    webhook_json_free(doc);
}


static size_t
count(const webhook_str_t *text, unsigned char c)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < text->len; i++) {
        n += (text->data[i] == c);
    }

    return n;
}


static int
hex(unsigned char c)
{
    static const char  digits[] = "0123456789abcdef";

    c |= 0x20;

    return strchr(digits, c) ? (int) (strchr(digits, c) - digits) : -1;
}


/*
 * The template's own "/" and "?" divide the URI, and no others; no segment is
 * a step to another directory, unless the template is.
 */

static void
check_uri(const webhook_str_t *template, const webhook_str_t *out)
{
    size_t            i, n, slashes, questions;
    unsigned char     c, *p, *last;
    webhook_token_t   token;
    char              segment[4];

    for (i = 0; i < out->len; i++) {
        c = out->data[i];

        check(c > ' ' && c != 0x7f && c != '#');

        if (c == '%') {
            check(i + 2 < out->len && hex(out->data[i + 1]) >= 0
                  && hex(out->data[i + 2]) >= 0);
        }
    }

    slashes = 0;
    questions = 0;
    last = template->data + template->len;

    for (p = template->data; p < last; p++) {

        if (*p == '$' && last - p > 1 && p[1] == '{') {
            check(webhook_token_read(p, last, 0, &token) == WEBHOOK_OK);
            p += token.len - 1;
            continue;
        }

        slashes += (*p == '/');
        questions += (*p == '?');
    }

    check(count(out, '/') == slashes);
    check(count(out, '?') == questions);

    /* dots: only where the template has none of its own that could make them */

    if (out->len == 0 || count(template, '.') || count(template, '%')) {
        return;
    }

    p = out->data;
    last = out->data + out->len;

    while (p < last && *p != '?') {

        for (n = 0; p < last && *p != '/' && *p != '?'; p++) {
            if (n < sizeof(segment) - 1) {
                segment[n] = (char) *p;
            }

            n++;
        }

        check(!(n == 1 && memcmp(segment, ".", 1) == 0));
        check(!(n == 2 && memcmp(segment, "..", 2) == 0));

        if (p < last && *p == '/') {
            p++;
        }
    }
}


static void
check_rendered(const webhook_template_t *tpl, webhook_template_kind_e kind,
    const webhook_str_t *template, const webhook_str_t *out)
{
    size_t  i;

    switch (kind) {

    case WEBHOOK_TEMPLATE_JSON:
        check_json(tpl, out);
        break;

    case WEBHOOK_TEMPLATE_URI:
        check_uri(template, out);
        break;

    case WEBHOOK_TEMPLATE_HEADER:

        for (i = 0; i < out->len; i++) {
            check(out->data[i] >= 0x20 && out->data[i] != 0x7f);
        }

        break;

    case WEBHOOK_TEMPLATE_TEXT:
    case WEBHOOK_TEMPLATE_XML:
        break;
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int                       rc;
    size_t                    i;
    webhook_buf_t             out, again, less;
    webhook_str_t             template, json, rest;
    fuzz_values_t             values;
    webhook_error_t           err;
    webhook_template_t       *tpl;
    webhook_template_kind_e   kind;

    static webhook_value_map_t  *map;
    static const webhook_str_t   from = webhook_str("7");
    static const webhook_str_t   to = webhook_str("\x01/..\"");

    if (size == 0) {
        return 0;
    }

    if (map == NULL) {
        map = webhook_value_map_create();
        check(map && webhook_value_map_add(map, &from, &to) == WEBHOOK_OK);
        check(webhook_value_map_add_default(map, &from) == WEBHOOK_OK);
    }

    kind = (webhook_template_kind_e) (data[0] & 3);

    rest.data = (unsigned char *) data + 1;
    rest.len = size - 1;

    template = cut(&rest);
    json = cut(&rest);

    values.doc = NULL;
    values.text = rest;

    memset(&err, 0, sizeof(webhook_error_t));

    tpl = webhook_template_compile(&template, kind, &err);

    if (tpl == NULL) {
        check(err.text[0] != '\0');
        check(memchr(err.text, '\0', sizeof(err.text)) != NULL);
        return 0;
    }

    (void) webhook_template_maps(tpl, bind, map);
    (void) webhook_json_read(&json, NULL, &values.doc, NULL);

    webhook_buf_init(&out, 0);
    webhook_buf_init(&again, 0);
    webhook_buf_add(&again, "x", 1);

    memset(&err, 0, sizeof(webhook_error_t));

    rc = webhook_template_render(tpl, lookup, &values, &out, &err);

    check(rc == WEBHOOK_OK || rc == WEBHOOK_ERROR);

    /* it depends on nothing but the values, and keeps what was there */

    check(webhook_template_render(tpl, lookup, &values, &again, NULL) == rc);
    check(again.len == out.len + 1 && again.data[0] == 'x');
    check(out.len == 0 || memcmp(again.data + 1, out.data, out.len) == 0);

    if (rc == WEBHOOK_OK) {
        rest.data = out.data;
        rest.len = out.len;

        check_rendered(tpl, kind, &template, &rest);

        if (webhook_template_constant(tpl)) {
            check(webhook_str_eq(&template, &rest));
        }

        if (out.len > 1) {
            webhook_buf_init(&less, out.len - 1);
            check(webhook_template_render(tpl, lookup, &values, &less, &err)
                  == WEBHOOK_LIMIT);
            check(less.len == 0);
            webhook_buf_free(&less);
        }

    } else {
        check(out.len == 0);
        check(err.text[0] != '\0');

        for (i = 0; err.text[i]; i++) {
            check((unsigned char) err.text[i] >= 0x20 && err.text[i] != 0x7f);
        }
    }

    webhook_buf_free(&out);
    webhook_buf_free(&again);
    webhook_json_free(values.doc);
    webhook_template_free(tpl);

    return 0;
}
