
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/template/webhook_filter.h"
#include "core/scalar/webhook_case.h"
#include "core/scalar/webhook_date.h"
#include "core/scalar/webhook_decimal.h"


#define WEBHOOK_FILTER_SHOWN  32        /* bytes of a value in an error */


/* May, must or must not have a text after ":". */

typedef enum {
    WEBHOOK_FILTER_ARG_NO = 0,
    WEBHOOK_FILTER_ARG_MAY,
    WEBHOOK_FILTER_ARG_MUST
} webhook_filter_arg_e;


typedef struct {
    webhook_str_t          name;
    webhook_filter_type_e  type;
    webhook_filter_arg_e   arg;
} webhook_filter_name_t;


static int webhook_filter_required(const webhook_path_t *path,
    const webhook_value_t *v, webhook_error_t *err);
static int webhook_filter_int(const webhook_path_t *path, webhook_value_t *v,
    const webhook_str_t *text, webhook_buf_t *scratch, webhook_error_t *err);
static int webhook_filter_bool(const webhook_path_t *path, webhook_value_t *v,
    const webhook_str_t *text, webhook_error_t *err);
static int webhook_filter_number(const webhook_path_t *path,
    webhook_value_t *v, const webhook_str_t *text, webhook_error_t *err);
static int webhook_filter_case(const webhook_filter_t *filter,
    webhook_value_t *v, const webhook_str_t *text, webhook_buf_t *scratch,
    webhook_error_t *err);
static void webhook_filter_trim(webhook_value_t *v, const webhook_str_t *text);
static int webhook_filter_date(const webhook_filter_t *filter,
    const webhook_path_t *path, webhook_value_t *v, const webhook_str_t *text,
    webhook_buf_t *scratch, webhook_error_t *err);
static int webhook_filter_map(const webhook_filter_t *filter,
    const webhook_path_t *path, webhook_value_t *v, const webhook_str_t *text,
    webhook_error_t *err);
static int webhook_filter_made(webhook_buf_t *made, webhook_value_t *v,
    webhook_buf_t *scratch, webhook_error_t *err);
static int webhook_filter_refuse(const webhook_path_t *path,
    const webhook_value_t *v, const webhook_str_t *text, const char *what,
    webhook_error_t *err);


static const webhook_filter_name_t  webhook_filter_names[] = {
    { webhook_str("int"), WEBHOOK_FILTER_INT, WEBHOOK_FILTER_ARG_NO },
    { webhook_str("string"), WEBHOOK_FILTER_STRING, WEBHOOK_FILTER_ARG_NO },
    { webhook_str("bool"), WEBHOOK_FILTER_BOOL, WEBHOOK_FILTER_ARG_NO },
    { webhook_str("number"), WEBHOOK_FILTER_NUMBER, WEBHOOK_FILTER_ARG_NO },
    { webhook_str("default"), WEBHOOK_FILTER_DEFAULT,
      WEBHOOK_FILTER_ARG_MUST },
    { webhook_str("required"), WEBHOOK_FILTER_REQUIRED,
      WEBHOOK_FILTER_ARG_NO },
    { webhook_str("lower"), WEBHOOK_FILTER_LOWER, WEBHOOK_FILTER_ARG_NO },
    { webhook_str("upper"), WEBHOOK_FILTER_UPPER, WEBHOOK_FILTER_ARG_NO },
    { webhook_str("trim"), WEBHOOK_FILTER_TRIM, WEBHOOK_FILTER_ARG_NO },
    { webhook_str("date"), WEBHOOK_FILTER_DATE, WEBHOOK_FILTER_ARG_MAY },
    { webhook_str("map"), WEBHOOK_FILTER_MAP, WEBHOOK_FILTER_ARG_MUST }
};


static webhook_str_t  webhook_filter_true = webhook_str("true");
static webhook_str_t  webhook_filter_false = webhook_str("false");
static webhook_str_t  webhook_filter_nothing = webhook_str("");


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

        if ((f->arg == WEBHOOK_FILTER_ARG_MUST && colon == NULL)
            || (f->arg == WEBHOOK_FILTER_ARG_NO && colon))
        {
            webhook_error_set(err, colon
                              ? "filter \"%.*s\" takes no argument"
                              : "filter \"%.*s\" needs a text after \":\"",
                              (int) name.len, name.data);
            return WEBHOOK_ERROR;
        }

        filter->type = f->type;
        filter->map = NULL;
        filter->arg.len = 0;
        filter->arg.data = NULL;

        if (colon) {
            filter->arg.len = text->len - name.len - 1;
            filter->arg.data = text->data + name.len + 1;
        }

        if (f->type == WEBHOOK_FILTER_DATE && colon
            && !webhook_date_format_valid(&filter->arg))
        {
            webhook_error_set(err, "\"%.*s\" is no format of filter \"date\"",
                              (int) (filter->arg.len < 64 ? filter->arg.len
                                                          : 64),
                              filter->arg.data);
            return WEBHOOK_ERROR;
        }

        if (f->type == WEBHOOK_FILTER_MAP && filter->arg.len == 0) {
            webhook_error_set(err, "filter \"map\" needs the name of a table");
            return WEBHOOK_ERROR;
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
    int            rc, none;
    webhook_str_t  text;

    none = v->missing || (!v->is_text && v->type == WEBHOOK_JSON_NULL);

    switch (filter->type) {

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
        return webhook_filter_required(path, v, err);

    default:
        break;
    }

    /* the others read a text, and leave what has none as it is */

    if (none) {
        return WEBHOOK_OK;
    }

    if (!v->is_text
        && (v->type == WEBHOOK_JSON_ARRAY || v->type == WEBHOOK_JSON_OBJECT))
    {
        return webhook_filter_refuse(path, v, &v->span,
                                     filter->type == WEBHOOK_FILTER_INT
                                     ? "is not an integer"
                                     : "is neither a text nor a number", err);
    }

    rc = webhook_value_view(v, scratch, &text);

    if (rc == WEBHOOK_NOMEM) {
        webhook_error_set(err, "out of memory");
        return rc;
    }

    if (rc != WEBHOOK_OK) {
        return webhook_filter_refuse(path, v, &v->span,
                                     "is no valid string", err);
    }

    switch (filter->type) {

    case WEBHOOK_FILTER_INT:
        return webhook_filter_int(path, v, &text, scratch, err);

    case WEBHOOK_FILTER_BOOL:
        return webhook_filter_bool(path, v, &text, err);

    case WEBHOOK_FILTER_NUMBER:
        return webhook_filter_number(path, v, &text, err);

    case WEBHOOK_FILTER_LOWER:
    case WEBHOOK_FILTER_UPPER:
        return webhook_filter_case(filter, v, &text, scratch, err);

    case WEBHOOK_FILTER_TRIM:
        webhook_filter_trim(v, &text);
        return WEBHOOK_OK;

    case WEBHOOK_FILTER_DATE:
        return webhook_filter_date(filter, path, v, &text, scratch, err);

    default:
        return webhook_filter_map(filter, path, v, &text, err);
    }
}


static int
webhook_filter_required(const webhook_path_t *path, const webhook_value_t *v,
    webhook_error_t *err)
{
    const webhook_str_t  *name;

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
    const webhook_str_t *text, webhook_buf_t *scratch, webhook_error_t *err)
{
    int             minus;
    size_t          i, len;
    webhook_buf_t   made;
    unsigned char  *p;

    p = text->data;
    minus = (text->len && p[0] == '-');

    for (i = minus; i < text->len; i++) {
        if (p[i] < '0' || p[i] > '9') {
            break;
        }
    }

    if (i < text->len || text->len == (size_t) minus
        || (!v->is_text && v->type != WEBHOOK_JSON_STRING
            && v->type != WEBHOOK_JSON_NUMBER))
    {
        return webhook_filter_refuse(path, v, text, "is not an integer", err);
    }

    /* leave out leading zeros, and the minus of zero */

    for (i = minus; i + 1 < text->len && p[i] == '0'; i++) { /* void */ }

    p += i;
    len = text->len - i;

    minus = minus && *p != '0';

    if (minus && p[-1] != '-') {

        /* "-007": a minus has to be put where a zero was */

        webhook_buf_init(&made, 0);
        webhook_buf_byte(&made, '-');
        webhook_buf_add(&made, p, len);

        if (webhook_filter_made(&made, v, scratch, err) != WEBHOOK_OK) {
            return WEBHOOK_NOMEM;
        }

    } else {
        v->span.data = p - minus;
        v->span.len = len + minus;
    }

    v->type = WEBHOOK_JSON_NUMBER;
    v->is_text = 0;

    return WEBHOOK_OK;
}


static int
webhook_filter_bool(const webhook_path_t *path, webhook_value_t *v,
    const webhook_str_t *text, webhook_error_t *err)
{
    size_t  i, j;

    static const struct {
        webhook_str_t  name;
        int            value;
    } names[] = {
        { webhook_str("true"), 1 },
        { webhook_str("false"), 0 },
        { webhook_str("1"), 1 },
        { webhook_str("0"), 0 },
        { webhook_str("yes"), 1 },
        { webhook_str("no"), 0 },
        { webhook_str("on"), 1 },
        { webhook_str("off"), 0 }
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {

        if (text->len != names[i].name.len) {
            continue;
        }

        for (j = 0; j < text->len; j++) {
            if ((text->data[j] | 0x20) != (names[i].name.data[j] | 0x20)) {
                break;
            }
        }

        if (j < text->len) {
            continue;
        }

        v->type = names[i].value ? WEBHOOK_JSON_TRUE : WEBHOOK_JSON_FALSE;
        v->span = names[i].value ? webhook_filter_true : webhook_filter_false;
        v->is_text = 0;

        return WEBHOOK_OK;
    }

    return webhook_filter_refuse(path, v, text, "is neither true nor false",
                                 err);
}


/* Its digits stay as they are, so that no price is rounded. */

static int
webhook_filter_number(const webhook_path_t *path, webhook_value_t *v,
    const webhook_str_t *text, webhook_error_t *err)
{
    webhook_decimal_t  d;

    if (webhook_decimal_parse(text, &d) != WEBHOOK_OK) {
        return webhook_filter_refuse(path, v, text, "is not a number", err);
    }

    v->type = WEBHOOK_JSON_NUMBER;
    v->span = *text;
    v->is_text = 0;

    return WEBHOOK_OK;
}


static int
webhook_filter_case(const webhook_filter_t *filter, webhook_value_t *v,
    const webhook_str_t *text, webhook_buf_t *scratch, webhook_error_t *err)
{
    webhook_buf_t  made;

    webhook_buf_init(&made, 0);

    if (filter->type == WEBHOOK_FILTER_LOWER) {
        (void) webhook_case_lower(text, &made);

    } else {
        (void) webhook_case_upper(text, &made);
    }

    return webhook_filter_made(&made, v, scratch, err);
}


static void
webhook_filter_trim(webhook_value_t *v, const webhook_str_t *text)
{
    size_t          len;
    unsigned char  *p;

    p = text->data;
    len = text->len;

    while (len && (*p == ' ' || (*p >= '\t' && *p <= '\r'))) {
        p++;
        len--;
    }

    while (len && (p[len - 1] == ' '
                   || (p[len - 1] >= '\t' && p[len - 1] <= '\r')))
    {
        len--;
    }

    v->type = WEBHOOK_JSON_STRING;
    v->span.data = p;
    v->span.len = len;
    v->is_text = 1;
}


static int
webhook_filter_date(const webhook_filter_t *filter,
    const webhook_path_t *path, webhook_value_t *v, const webhook_str_t *text,
    webhook_buf_t *scratch, webhook_error_t *err)
{
    int64_t        ms;
    webhook_buf_t  made;

    if (webhook_date_parse(text, &filter->arg, &ms) != WEBHOOK_OK) {
        return webhook_filter_refuse(path, v, text, "is no date", err);
    }

    webhook_buf_init(&made, 0);

    (void) webhook_date_write(ms, &filter->arg, &made);

    if (webhook_filter_made(&made, v, scratch, err) != WEBHOOK_OK) {
        return WEBHOOK_NOMEM;
    }

    if (webhook_date_format_number(&filter->arg)) {
        v->type = WEBHOOK_JSON_NUMBER;
        v->is_text = 0;
    }

    return WEBHOOK_OK;
}


static int
webhook_filter_map(const webhook_filter_t *filter, const webhook_path_t *path,
    webhook_value_t *v, const webhook_str_t *text, webhook_error_t *err)
{
    const webhook_str_t  *to;

    to = filter->map ? webhook_value_map_find(filter->map, text) : NULL;

    if (to == NULL) {
        return webhook_filter_refuse(path, v, text, "is not in its table", err);
    }

    v->type = WEBHOOK_JSON_STRING;
    v->span = *to;
    v->is_text = 1;

    return WEBHOOK_OK;
}


/* Makes v the text of a buffer, which takes the place of the scratch one; the
   text may have been made from that. */

static int
webhook_filter_made(webhook_buf_t *made, webhook_value_t *v,
    webhook_buf_t *scratch, webhook_error_t *err)
{
    if (made->failed) {
        webhook_buf_free(made);
        webhook_error_set(err, "out of memory");
        return WEBHOOK_NOMEM;
    }

    webhook_buf_free(scratch);
    *scratch = *made;

    v->type = WEBHOOK_JSON_STRING;
    v->is_text = 1;

    if (scratch->len == 0) {
        /* nothing may have been allocated for it */
        v->span = webhook_filter_nothing;
        return WEBHOOK_OK;
    }

    v->span.data = scratch->data;
    v->span.len = scratch->len;

    return WEBHOOK_OK;
}


/* Shows the first bytes of the value, if it may be shown. */

static int
webhook_filter_refuse(const webhook_path_t *path, const webhook_value_t *v,
    const webhook_str_t *text, const char *what, webhook_error_t *err)
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

    webhook_error_set(err, v->hidden ? "'%.*s' %s" : "'%.*s' %s: '%s'",
                      (int) (name->len < 160 ? name->len : 160), name->data,
                      what, shown);

    return WEBHOOK_ERROR;
}
