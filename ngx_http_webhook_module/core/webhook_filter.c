
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "webhook_filter.h"


#define WEBHOOK_FILTER_SHOWN  32        /* bytes of a value in an error */


typedef struct {
    webhook_str_t          name;
    webhook_filter_type_e  type;
    int                    has_arg;
} webhook_filter_name_t;


static int webhook_filter_int(const webhook_path_t *path, webhook_value_t *v,
    webhook_buf_t *scratch, webhook_error_t *err);
static void webhook_filter_not_int(const webhook_path_t *path,
    const webhook_str_t *text, webhook_error_t *err);


static const webhook_filter_name_t  webhook_filter_names[] = {
    { webhook_str("int"), WEBHOOK_FILTER_INT, 0 },
    { webhook_str("string"), WEBHOOK_FILTER_STRING, 0 },
    { webhook_str("default"), WEBHOOK_FILTER_DEFAULT, 1 },
    { webhook_str("required"), WEBHOOK_FILTER_REQUIRED, 0 }
};


int
webhook_filter_parse(const webhook_str_t *text, webhook_filter_t *filter,
    webhook_error_t *err)
{
    size_t                        i;
    webhook_str_t                 name;
    const unsigned char          *colon;
    const webhook_filter_name_t  *f;

    name = *text;
    colon = text->len ? memchr(text->data, ':', text->len) : NULL;

    if (colon) {
        name.len = colon - text->data;
    }

    for (i = 0;
         i < sizeof(webhook_filter_names) / sizeof(webhook_filter_names[0]);
         i++)
    {
        f = &webhook_filter_names[i];

        if (!webhook_str_eq(&name, &f->name)) {
            continue;
        }

        if (f->has_arg != (colon != NULL)) {
            webhook_error_set(err, f->has_arg
                              ? "filter \"%.*s\" needs a text after \":\""
                              : "filter \"%.*s\" takes no argument",
                              (int) name.len, name.data);
            return WEBHOOK_ERROR;
        }

        filter->type = f->type;
        filter->arg.len = 0;
        filter->arg.data = NULL;

        if (colon) {
            filter->arg.len = text->len - name.len - 1;
            filter->arg.data = text->data + name.len + 1;
        }

        return WEBHOOK_OK;
    }

    webhook_error_set(err, "unknown filter \"%.*s\"",
                      (int) (name.len < 64 ? name.len : 64), name.data);

    return WEBHOOK_ERROR;
}


int
webhook_filter_apply(const webhook_filter_t *filter,
    const webhook_path_t *path, webhook_value_t *v, webhook_buf_t *scratch,
    webhook_error_t *err)
{
    int                   none;
    const webhook_str_t  *name;

    none = v->missing || (!v->is_text && v->type == WEBHOOK_JSON_NULL);

    switch (filter->type) {

    case WEBHOOK_FILTER_INT:
        return none ? WEBHOOK_OK : webhook_filter_int(path, v, scratch, err);

    case WEBHOOK_FILTER_STRING:

        if (!none && v->type != WEBHOOK_JSON_STRING) {
            v->is_text = 1;
        }

        return WEBHOOK_OK;

    case WEBHOOK_FILTER_DEFAULT:

        if (none) {
            v->type = WEBHOOK_JSON_STRING;
            v->span = filter->arg;
            v->missing = 0;
            v->is_text = 1;
        }

        return WEBHOOK_OK;

    case WEBHOOK_FILTER_REQUIRED:
        break;
    }

    if (!webhook_value_empty(v)) {
        return WEBHOOK_OK;
    }

    name = webhook_path_text(path);

    webhook_error_set(err, "Missing required field: '%.*s'", (int) name->len,
                      name->data);

    return WEBHOOK_ERROR;
}


/*
 * What is let through holds nothing but digits and a leading "-", so that it
 * can stand in a URI or an SQL statement behind the API as it is.
 */

static int
webhook_filter_int(const webhook_path_t *path, webhook_value_t *v,
    webhook_buf_t *scratch, webhook_error_t *err)
{
    int             rc, minus, own;
    size_t          i;
    webhook_str_t   text;
    unsigned char  *p;

    if (!v->is_text
        && v->type != WEBHOOK_JSON_STRING
        && v->type != WEBHOOK_JSON_NUMBER)
    {
        webhook_filter_not_int(path, &v->span, err);
        return WEBHOOK_ERROR;
    }

    rc = webhook_value_view(v, scratch, &text);
    if (rc != WEBHOOK_OK) {
        webhook_error_set(err, "out of memory");
        return rc;
    }

    own = (scratch->len != 0);

    p = text.data;
    minus = (text.len && p[0] == '-');

    for (i = minus; i < text.len; i++) {
        if (p[i] < '0' || p[i] > '9') {
            break;
        }
    }

    if (i < text.len || text.len == (size_t) minus) {
        webhook_filter_not_int(path, &text, err);
        return WEBHOOK_ERROR;
    }

    /* leave out leading zeros, and the minus of zero */

    for (i = minus; i + 1 < text.len && p[i] == '0'; i++) { /* void */ }

    p += i;
    text.len -= i;

    minus = minus && *p != '0';

    v->type = WEBHOOK_JSON_NUMBER;
    v->is_text = 0;
    v->span.data = p;
    v->span.len = text.len;

    if (!minus) {
        return WEBHOOK_OK;
    }

    if (p[-1] == '-') {
        v->span.data--;
        v->span.len++;
        return WEBHOOK_OK;
    }

    /* "-007": a minus has to be put where a zero was */

    if (own) {
        p[-1] = '-';

    } else {
        webhook_buf_byte(scratch, '-');
        webhook_buf_add(scratch, p, text.len);

        if (scratch->failed) {
            webhook_error_set(err, "out of memory");
            return scratch->failed;
        }

        p = scratch->data + 1;
    }

    v->span.data = p - 1;
    v->span.len = text.len + 1;

    return WEBHOOK_OK;
}


static void
webhook_filter_not_int(const webhook_path_t *path, const webhook_str_t *text,
    webhook_error_t *err)
{
    size_t                i, len;
    unsigned char         c;
    const webhook_str_t  *name;
    char                  shown[WEBHOOK_FILTER_SHOWN + sizeof("...")];

    len = text->len < WEBHOOK_FILTER_SHOWN ? text->len : WEBHOOK_FILTER_SHOWN;

    for (i = 0; i < len; i++) {
        c = text->data[i];
        shown[i] = (c >= 0x20 && c < 0x7f) ? (char) c : '?';
    }

    memcpy(shown + len, text->len > len ? "..." : "", text->len > len ? 4 : 1);

    name = webhook_path_text(path);

    webhook_error_set(err, "'%.*s' is not an integer: '%s'",
                      (int) (name->len < 160 ? name->len : 160), name->data,
                      shown);
}
