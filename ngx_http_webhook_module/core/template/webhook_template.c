
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/template/webhook_segment.h"
#include "core/template/webhook_template_int.h"
#include "core/template/webhook_token.h"

#include <stdlib.h>


/* Members of an object among which a key that stands twice is looked for. */
#define WEBHOOK_TEMPLATE_KEYS  256


static int webhook_template_scan(webhook_template_t *tpl,
    webhook_error_t *err);
static void webhook_template_close(webhook_template_t *tpl,
    uint32_t nplaceholders, size_t open, size_t close);
static int webhook_template_placeholder(webhook_template_t *tpl,
    size_t *offset, webhook_error_t *err);
static int webhook_template_filters(webhook_placeholder_t *t,
    const webhook_str_t *text, webhook_error_t *err);
static int webhook_template_check_json(const webhook_template_t *tpl,
    webhook_error_t *err);
static int webhook_template_check_keys(webhook_json_doc_t *doc,
    const webhook_json_value_t *in, webhook_error_t *err);
static size_t webhook_template_offset(const webhook_template_t *tpl,
    size_t offset);
static int webhook_template_check_text(webhook_template_t *tpl,
    webhook_error_t *err);


/* What stands for a value while a JSON template is checked: no neighbour makes
   another value of the one, or a valid escape of the other. */

static const webhook_str_t  webhook_template_any_value = webhook_str("null");
static const webhook_str_t  webhook_template_any_text =
    webhook_str("\xef\xbf\xbc");


webhook_template_t *
webhook_template_compile(const webhook_str_t *text,
    webhook_template_kind_e kind, webhook_error_t *err)
{
    int                   rc;
    size_t                i, n, size;
    webhook_template_t   *tpl;

    n = 0;

    for (i = 1; i < text->len; i++) {
        if (text->data[i] == '{' && text->data[i - 1] == '$') {
            n++;
        }
    }

    if (n > WEBHOOK_TEMPLATE_MAX_PLACEHOLDERS) {
        webhook_error_set(err, "a template has more than %d tokens",
                          WEBHOOK_TEMPLATE_MAX_PLACEHOLDERS);
        return NULL;
    }

    size = sizeof(webhook_template_t) + n * sizeof(webhook_placeholder_t);

    tpl = calloc(1, size + text->len);
    if (tpl == NULL) {
        webhook_error_set(err, "out of memory");
        return NULL;
    }

    tpl->kind = kind;
    tpl->text.len = text->len;
    tpl->text.data = (unsigned char *) tpl + size;

    if (text->len) {
        memcpy(tpl->text.data, text->data, text->len);
    }

    rc = webhook_template_scan(tpl, err);

    if (rc == WEBHOOK_OK) {
        rc = (kind == WEBHOOK_TEMPLATE_JSON)
             ? webhook_template_check_json(tpl, err)
             : webhook_template_check_text(tpl, err);
    }

    if (rc != WEBHOOK_OK) {
        webhook_template_free(tpl);
        return NULL;
    }

    return tpl;
}


/*
 * Finds the placeholders.  In a JSON template it keeps track of strings on the
 * way, as far as needed for text that webhook_template_check_json() then lets
 * through.
 */

static int
webhook_template_scan(webhook_template_t *tpl, webhook_error_t *err)
{
    int             json, in_string;
    size_t          i, open, len;
    uint32_t        nplaceholders;
    unsigned char  *p;

    p = tpl->text.data;
    len = tpl->text.len;
    json = (tpl->kind == WEBHOOK_TEMPLATE_JSON);

    in_string = 0;
    open = 0;
    nplaceholders = 0;

    for (i = 0; i < len; /* void */) {

        if (p[i] == '$' && len - i > 1 && p[i + 1] == '{') {

            if (webhook_template_placeholder(tpl, &i, err) != WEBHOOK_OK) {
                return WEBHOOK_ERROR;
            }

            tpl->placeholders[tpl->nplaceholders - 1].typed =
                json && !in_string;
            continue;
        }

        if (json && in_string && p[i] == '\\') {
            i += (len - i > 1) ? 2 : 1;
            continue;
        }

        if (json && p[i] == '"') {

            if (in_string) {
                webhook_template_close(tpl, nplaceholders, open, i);
            }

            in_string = !in_string;
            open = i;
            nplaceholders = tpl->nplaceholders;
        }

        i++;
    }

    return WEBHOOK_OK;
}


/*
 * At the end of a string: where a placeholder is all of it, and it is not a
 * key, the value takes the place of the string.
 */

static void
webhook_template_close(webhook_template_t *tpl, uint32_t nplaceholders,
    size_t open, size_t close)
{
    size_t                  i;
    unsigned char           c;
    webhook_placeholder_t  *t;

    if (tpl->nplaceholders != nplaceholders + 1) {
        return;
    }

    t = &tpl->placeholders[nplaceholders];

    if (t->start != open + 1 || t->end != close) {
        return;
    }

    for (i = close + 1; i < tpl->text.len; i++) {
        c = tpl->text.data[i];

        if (c == ':') {
            return;
        }

        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            break;
        }
    }

    t->start = open;
    t->end = close + 1;
    t->typed = 1;
}


/* Reads the placeholder at *offset and moves *offset behind it. */

static int
webhook_template_placeholder(webhook_template_t *tpl, size_t *offset,
    webhook_error_t *err)
{
    webhook_token_t         token;
    webhook_error_t         reason;
    webhook_placeholder_t  *t;

    if (webhook_token_read(tpl->text.data + *offset,
                           tpl->text.data + tpl->text.len,
                           tpl->kind == WEBHOOK_TEMPLATE_JSON, &token)
        != WEBHOOK_OK)
    {
        webhook_error_set(err, "\"${\" at offset %zu has no \"}\"%s", *offset,
                          *offset + token.len < tpl->text.len
                          ? " before a character that no token has" : "");
        return WEBHOOK_ERROR;
    }

    /* counted at once, so that a path is freed whatever follows */

    t = &tpl->placeholders[tpl->nplaceholders++];

    t->start = *offset;
    t->end = *offset + token.len;

    t->path = webhook_path_compile(&token.path, &reason);

    if (t->path == NULL
        || webhook_template_filters(t, &token.filters, &reason) != WEBHOOK_OK)
    {
        webhook_error_set(err, "%s, in the token at offset %zu", reason.text,
                          *offset);
        return WEBHOOK_ERROR;
    }

    *offset = t->end;

    return WEBHOOK_OK;
}


static int
webhook_template_filters(webhook_placeholder_t *t, const webhook_str_t *text,
    webhook_error_t *err)
{
    webhook_str_t   part;
    unsigned char  *p, *end, *last;

    if (text->data == NULL) {
        return WEBHOOK_OK;
    }

    p = text->data;
    last = p + text->len;

    for ( ;; ) {
        end = (p < last) ? memchr(p, '|', last - p) : NULL;

        part.data = p;
        part.len = (end ? end : last) - p;

        if (t->nfilters == WEBHOOK_TEMPLATE_MAX_FILTERS) {
            webhook_error_set(err, "there are more than %d filters",
                              WEBHOOK_TEMPLATE_MAX_FILTERS);
            return WEBHOOK_ERROR;
        }

        if (webhook_filter_parse(&part, &t->filters[t->nfilters++], err)
            != WEBHOOK_OK)
        {
            return WEBHOOK_ERROR;
        }

        if (end == NULL) {
            return WEBHOOK_OK;
        }

        p = end + 1;
    }
}


void
webhook_template_literal(const webhook_template_t *tpl, uint32_t i,
    webhook_str_t *literal)
{
    size_t  start, end;

    start = (i == 0) ? 0 : tpl->placeholders[i - 1].end;
    end = (i == tpl->nplaceholders) ? tpl->text.len
                                    : tpl->placeholders[i].start;

    literal->data = tpl->text.data + start;
    literal->len = end - start;
}


static int
webhook_template_check_json(const webhook_template_t *tpl,
    webhook_error_t *err)
{
    int                    rc;
    uint32_t               i;
    webhook_buf_t          buf;
    webhook_str_t          text, literal;
    const webhook_str_t   *any;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root;
    webhook_json_error_t   reason;

    webhook_buf_init(&buf, 0);

    for (i = 0; i <= tpl->nplaceholders; i++) {
        webhook_template_literal(tpl, i, &literal);
        webhook_buf_add(&buf, literal.data, literal.len);

        if (i < tpl->nplaceholders) {
            any = tpl->placeholders[i].typed ? &webhook_template_any_value
                                             : &webhook_template_any_text;
            webhook_buf_add(&buf, any->data, any->len);
        }
    }

    if (buf.failed) {
        rc = WEBHOOK_NOMEM;

    } else {
        text.data = buf.data;
        text.len = buf.len;

        rc = webhook_json_read(&text, NULL, &doc, &reason);
    }

    if (rc == WEBHOOK_OK) {
        webhook_json_root(doc, &root);
        rc = webhook_template_check_keys(doc, &root, err);

        webhook_json_free(doc);
        webhook_buf_free(&buf);

        return rc;
    }

    webhook_buf_free(&buf);

    if (rc == WEBHOOK_NOMEM) {
        webhook_error_set(err, "out of memory");
        return rc;
    }

    webhook_error_set(err, "the template is not JSON: %s at offset %zu",
                      reason.what, webhook_template_offset(tpl, reason.offset));

    return WEBHOOK_ERROR;
}


/*
 * Of a key that stands twice a reader takes one of both.  Keys with a token in
 * them may differ, and large objects are not looked through.
 */

static int
webhook_template_check_keys(webhook_json_doc_t *doc,
    const webhook_json_value_t *in, webhook_error_t *err)
{
    int                   rc;
    uint32_t              iter;
    webhook_buf_t         buf;
    webhook_str_t         key, text;
    webhook_json_value_t  v;

    iter = 0;
    rc = WEBHOOK_OK;

    while (rc == WEBHOOK_OK
           && webhook_json_next(doc, in, &iter, &key, &v) == WEBHOOK_OK)
    {
        if (key.len && webhook_json_count(doc, in) <= WEBHOOK_TEMPLATE_KEYS
            && memchr(key.data, webhook_template_any_text.data[0], key.len)
               == NULL)
        {
            webhook_buf_init(&buf, 0);

            if (webhook_json_decode(&key, &buf) != WEBHOOK_OK) {
                webhook_error_set(err, "out of memory");
                rc = WEBHOOK_NOMEM;

            } else {
                text.data = buf.data;
                text.len = buf.len;

                if (webhook_json_times(doc, in, &text) > 1) {
                    webhook_error_set(err, "the key %.*s stands twice in the "
                                      "template",
                                      (int) (key.len < 100 ? key.len : 100),
                                      key.data);
                    rc = WEBHOOK_ERROR;
                }
            }

            webhook_buf_free(&buf);
        }

        if (rc == WEBHOOK_OK) {
            rc = webhook_template_check_keys(doc, &v, err);
        }
    }

    return rc;
}


/* Turns an offset in the text that was checked into one in the template. */

static size_t
webhook_template_offset(const webhook_template_t *tpl, size_t offset)
{
    size_t                        any;
    uint32_t                      i;
    webhook_str_t                 literal;
    const webhook_placeholder_t  *t;

    for (i = 0; i < tpl->nplaceholders; i++) {
        webhook_template_literal(tpl, i, &literal);

        t = &tpl->placeholders[i];

        if (offset < literal.len) {
            return t->start - literal.len + offset;
        }

        offset -= literal.len;

        any = t->typed ? webhook_template_any_value.len
                       : webhook_template_any_text.len;

        if (offset < any) {
            return t->start;
        }

        offset -= any;
    }

    if (tpl->nplaceholders) {
        offset += tpl->placeholders[tpl->nplaceholders - 1].end;
    }

    return offset;
}


static int
webhook_template_check_text(webhook_template_t *tpl, webhook_error_t *err)
{
    int             in_path;
    size_t          j;
    uint32_t        i;
    webhook_str_t   literal;

    in_path = (tpl->kind == WEBHOOK_TEMPLATE_URI);

    for (i = 0; i <= tpl->nplaceholders; i++) {
        webhook_template_literal(tpl, i, &literal);

        if (tpl->kind == WEBHOOK_TEMPLATE_URI
            && !webhook_segment_literal(&literal))
        {
            webhook_error_set(err, "a URI has a space, a control character, "
                              "\"#\" or a broken \"%%XX\" behind offset %zu",
                              (size_t) (literal.data - tpl->text.data));
            return WEBHOOK_ERROR;
        }

        if (tpl->kind == WEBHOOK_TEMPLATE_HEADER) {

            for (j = 0; j < literal.len; j++) {

                if (literal.data[j] < 0x20 || literal.data[j] == 0x7f) {
                    webhook_error_set(err, "a header's value has a control "
                                      "character at offset %zu",
                                      (size_t) (literal.data + j
                                                - tpl->text.data));
                    return WEBHOOK_ERROR;
                }
            }
        }

        if (literal.len && memchr(literal.data, '?', literal.len)) {
            in_path = 0;
        }

        if (i < tpl->nplaceholders) {
            tpl->placeholders[i].in_path = in_path;
        }
    }

    return WEBHOOK_OK;
}


void
webhook_template_free(webhook_template_t *tpl)
{
    uint32_t  i;

    if (tpl == NULL) {
        return;
    }

    for (i = 0; i < tpl->nplaceholders; i++) {
        webhook_path_free(tpl->placeholders[i].path);
    }

    free(tpl);
}


int
webhook_template_constant(const webhook_template_t *tpl)
{
    return tpl->nplaceholders == 0;
}


int
webhook_template_paths(const webhook_template_t *tpl,
    int (*visit)(void *ctx, const webhook_path_t *path), void *ctx)
{
    int       rc;
    uint32_t  i;

    for (i = 0; i < tpl->nplaceholders; i++) {
        rc = visit(ctx, tpl->placeholders[i].path);

        if (rc) {
            return rc;
        }
    }

    return 0;
}


int
webhook_template_maps(webhook_template_t *tpl,
    int (*visit)(void *ctx, const webhook_str_t *name,
                 const webhook_value_map_t **map),
    void *ctx)
{
    int                rc;
    uint32_t           i, j;
    webhook_filter_t  *filter;

    for (i = 0; i < tpl->nplaceholders; i++) {

        for (j = 0; j < tpl->placeholders[i].nfilters; j++) {
            filter = &tpl->placeholders[i].filters[j];

            if (filter->type != WEBHOOK_FILTER_MAP) {
                continue;
            }

            rc = visit(ctx, &filter->arg, &filter->map);

            if (rc) {
                return rc;
            }
        }
    }

    return 0;
}
