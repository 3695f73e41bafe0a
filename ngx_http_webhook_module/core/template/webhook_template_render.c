
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/json/webhook_json_text.h"
#include "core/template/webhook_segment.h"
#include "core/template/webhook_template_int.h"


static int webhook_template_placeholder_value(const webhook_placeholder_t *t,
    webhook_lookup_pt lookup, void *ctx, webhook_value_t *v,
    webhook_buf_t *scratch, webhook_error_t *err);
static int webhook_template_broken(const webhook_value_t *v, int decoded);
static int webhook_template_add(const webhook_template_t *tpl,
    const webhook_placeholder_t *t, const webhook_value_t *v,
    webhook_buf_t *out, webhook_buf_t *scratch, webhook_error_t *err);
static int webhook_template_add_xml(const webhook_str_t *text,
    webhook_buf_t *out);
static int webhook_template_add_json(const webhook_value_t *v,
    webhook_buf_t *out);
static int webhook_template_add_json_text(const webhook_value_t *v,
    webhook_buf_t *out);
static int webhook_template_check_path(const webhook_template_t *tpl,
    const webhook_buf_t *out, size_t start, const size_t *at,
    webhook_buf_t *scratch, webhook_error_t *err);
static int webhook_template_refuse(const webhook_placeholder_t *t,
    const char *reason, webhook_error_t *err);


int
webhook_template_render(const webhook_template_t *tpl,
    webhook_lookup_pt lookup, void *ctx, webhook_buf_t *out,
    webhook_error_t *err)
{
    int                           rc;
    size_t                        start;
    uint32_t                      i;
    webhook_buf_t                 scratch;
    webhook_str_t                 literal;
    webhook_value_t               v;
    const webhook_placeholder_t  *t;
    size_t                        at[WEBHOOK_TEMPLATE_MAX_PLACEHOLDERS];
    unsigned char                 room[WEBHOOK_TEMPLATE_ROOM];

    webhook_buf_init_over(&scratch, 0, room, sizeof(room));

    start = out->len;

    for (i = 0; /* void */; i++) {
        webhook_template_literal(tpl, i, &literal);

        rc = webhook_buf_add(out, literal.data, literal.len);

        if (rc != WEBHOOK_OK || i == tpl->nplaceholders) {
            break;
        }

        t = &tpl->placeholders[i];
        at[i] = out->len;

        rc = webhook_template_placeholder_value(t, lookup, ctx, &v, &scratch,
                                                err);

        if (rc == WEBHOOK_OK) {
            rc = webhook_template_add(tpl, t, &v, out, &scratch, err);
        }

        if (rc != WEBHOOK_OK) {
            break;
        }
    }

    if (rc == WEBHOOK_OK && tpl->kind == WEBHOOK_TEMPLATE_URI) {
        rc = webhook_template_check_path(tpl, out, start, at, &scratch, err);
    }

    webhook_buf_free(&scratch);

    if (rc == WEBHOOK_OK) {
        return WEBHOOK_OK;
    }

    out->len = start;

    if (rc == WEBHOOK_NOMEM) {
        webhook_error_set(err, "out of memory");

    } else if (rc == WEBHOOK_LIMIT) {
        webhook_error_set(err, "the rendered text is too long");
    }

    return rc;
}


static int
webhook_template_placeholder_value(const webhook_placeholder_t *t,
    webhook_lookup_pt lookup, void *ctx, webhook_value_t *v,
    webhook_buf_t *scratch, webhook_error_t *err)
{
    int       rc;
    uint32_t  i;

    memset(v, 0, sizeof(webhook_value_t));

    rc = lookup(ctx, t->path, v);

    if (rc == WEBHOOK_ERROR) {
        return webhook_template_refuse(t, "cannot be looked up", err);
    }

    if (rc != WEBHOOK_OK) {
        return rc;
    }

    if (t->nfilters && webhook_template_broken(v, 1)) {
        return webhook_template_refuse(t, "has half of a surrogate pair", err);
    }

    for (i = 0; i < t->nfilters; i++) {
        rc = webhook_filter_apply(&t->filters[i], t->path, v, scratch, err);

        if (rc != WEBHOOK_OK) {
            return rc;
        }
    }

    return WEBHOOK_OK;
}


/*
 * 1 for a value some of which would be replaced: of JSON as a text, and of a
 * text in JSON.  The others go as they came, byte for byte.
 */

static int
webhook_template_broken(const webhook_value_t *v, int decoded)
{
    if (!v->strict || v->missing || (!v->is_text) != decoded) {
        return 0;
    }

    if (v->is_text) {
        return !webhook_json_valid(&v->span);
    }

    return v->type == WEBHOOK_JSON_STRING && !webhook_json_whole(&v->span);
}


static int
webhook_template_add(const webhook_template_t *tpl,
    const webhook_placeholder_t *t, const webhook_value_t *v,
    webhook_buf_t *out, webhook_buf_t *scratch, webhook_error_t *err)
{
    int            rc;
    size_t         i;
    webhook_str_t  text;

    if (webhook_template_broken(v, tpl->kind != WEBHOOK_TEMPLATE_JSON)) {
        return webhook_template_refuse(t, v->is_text ? "is not UTF-8"
                                       : "has half of a surrogate pair", err);
    }

    if (tpl->kind == WEBHOOK_TEMPLATE_JSON) {
        return t->typed ? webhook_template_add_json(v, out)
                        : webhook_template_add_json_text(v, out);
    }

    rc = webhook_value_view(v, scratch, &text);

    if (rc == WEBHOOK_ERROR) {
        return webhook_template_refuse(t, "is no valid string", err);
    }

    if (rc != WEBHOOK_OK) {
        return rc;
    }

    if (tpl->kind == WEBHOOK_TEMPLATE_URI) {
        rc = webhook_segment_escape(&text, out);

        if (rc == WEBHOOK_ERROR) {
            return webhook_template_refuse(t, "has a character that cannot "
                                           "be in a URI", err);
        }

        return rc;
    }

    if (tpl->kind == WEBHOOK_TEMPLATE_XML) {
        rc = webhook_template_add_xml(&text, out);

        if (rc == WEBHOOK_ERROR) {
            return webhook_template_refuse(t, "has a character that cannot "
                                           "be in XML", err);
        }

        return rc;
    }

    if (tpl->kind == WEBHOOK_TEMPLATE_HEADER) {

        for (i = 0; i < text.len; i++) {

            if (text.data[i] < 0x20 || text.data[i] == 0x7f) {
                return webhook_template_refuse(t, "has a control character, "
                                               "which cannot be in a header",
                                               err);
            }
        }
    }

    return webhook_buf_add(out, text.data, text.len);
}


/* A value as the text of an element or of an attribute. */

static int
webhook_template_add_xml(const webhook_str_t *text, webhook_buf_t *out)
{
    int                   n;
    const char           *entity;
    const unsigned char  *p, *last;

    last = text->data + text->len;

    for (p = text->data; p < last; p += n) {

        n = 1;
        entity = NULL;

        switch (*p) {

        case '&':
            entity = "&amp;";
            break;

        case '<':
            entity = "&lt;";
            break;

        case '>':
            entity = "&gt;";
            break;

        case '"':
            entity = "&quot;";
            break;

        case '\'':
            entity = "&apos;";
            break;

        case '\r':
            /* else it is read as the end of a line */
            entity = "&#13;";
            break;

        default:
            if (*p < 0x20 && *p != '\t' && *p != '\n') {
                return WEBHOOK_ERROR;
            }

            if (*p >= 0x80) {
                n = webhook_json_utf8(p, last);
            }

            /* U+FFFE and U+FFFF */

            if (n < 1
                || (n == 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe))
            {
                return WEBHOOK_ERROR;
            }
        }

        if (entity) {
            webhook_buf_add(out, entity, strlen(entity));

        } else {
            webhook_buf_add(out, p, (size_t) n);
        }
    }

    return out->failed;
}


/* A value in the place of a JSON value. */

static int
webhook_template_add_json(const webhook_value_t *v, webhook_buf_t *out)
{
    if (v->missing) {
        return webhook_buf_add(out, "null", 4);
    }

    if (!v->is_text) {
        return webhook_buf_add(out, v->span.data, v->span.len);
    }

    webhook_buf_byte(out, '"');
    webhook_json_escape(&v->span, out);

    return webhook_buf_byte(out, '"');
}


/*
 * A value inside a JSON string.  What stands between the quotes of a string of
 * the source is valid there too, byte for byte.
 */

static int
webhook_template_add_json_text(const webhook_value_t *v, webhook_buf_t *out)
{
    if (v->missing) {
        return WEBHOOK_OK;
    }

    if (v->is_text) {
        return webhook_json_escape(&v->span, out);
    }

    switch (v->type) {

    case WEBHOOK_JSON_NULL:
        return WEBHOOK_OK;

    case WEBHOOK_JSON_STRING:
        return webhook_buf_add(out, v->span.data + 1, v->span.len - 2);

    default:
        return webhook_json_escape(&v->span, out);
    }
}


/*
 * Looks at each segment that holds a placeholder.  Values bring in neither "/"
 * nor "?", so that the rendered text divides as the template does.
 */

static int
webhook_template_check_path(const webhook_template_t *tpl,
    const webhook_buf_t *out, size_t start, const size_t *at,
    webhook_buf_t *scratch, webhook_error_t *err)
{
    int                   rc;
    size_t                first, last;
    uint32_t              i;
    webhook_str_t         segment;
    const webhook_str_t  *name;

    last = 0;

    for (i = 0; i < tpl->nplaceholders && tpl->placeholders[i].in_path; i++) {

        if (i > 0 && at[i] <= last) {
            /* in a segment already looked at */
            continue;
        }

        for (first = at[i]; first > start; first--) {
            if (out->data[first - 1] == '/') {
                break;
            }
        }

        for (last = at[i]; last < out->len; last++) {
            if (out->data[last] == '/' || out->data[last] == '?') {
                break;
            }
        }

        if (first == last) {
            name = webhook_path_text(tpl->placeholders[i].path);

            webhook_error_set(err, "Missing required field: '%.*s'",
                              (int) name->len, name->data);
            return WEBHOOK_ERROR;
        }

        segment.data = out->data + first;
        segment.len = last - first;

        rc = webhook_segment_dots(&segment, scratch);

        if (rc == WEBHOOK_NOMEM) {
            return rc;
        }

        if (rc) {
            return webhook_template_refuse(&tpl->placeholders[i],
                                           "makes a step \".\" or \"..\" "
                                           "in a URI", err);
        }
    }

    return WEBHOOK_OK;
}


static int
webhook_template_refuse(const webhook_placeholder_t *t, const char *reason,
    webhook_error_t *err)
{
    const webhook_str_t  *name;

    name = webhook_path_text(t->path);

    /* a long path leaves room for the reason */

    webhook_error_set(err, "'%.*s' %s",
                      (int) (name->len < 160 ? name->len : 160), name->data,
                      reason);

    return WEBHOOK_ERROR;
}
