
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/format/webhook_form_json.h"
#include "core/format/webhook_fields.h"
#include "core/format/webhook_form.h"


typedef struct {
    webhook_fields_t      fields;
    webhook_charsets_t    charsets;
    webhook_charset_t    *charset;      /* NULL: any bytes */
    webhook_buf_t         plain;        /* room for any one name or value */
    const char           *what;
} webhook_form_reader_t;


static int webhook_form_charset(webhook_form_reader_t *r,
    const webhook_str_t *text, const webhook_str_t *label);
static int webhook_form_gather(webhook_form_reader_t *r,
    const webhook_str_t *text);
static int webhook_form_value(webhook_form_reader_t *r,
    const webhook_str_t *raw, webhook_str_t *value);
static void webhook_form_trim(webhook_str_t *text);


int
webhook_form_json(const webhook_str_t *text, const webhook_str_t *charset,
    uint32_t max, webhook_buf_t *out, const char **what)
{
    int                     rc;
    webhook_str_t           form;
    webhook_form_reader_t   r;

    form = *text;
    webhook_form_trim(&form);

    webhook_fields_init(&r.fields, max);
    webhook_charsets_init(&r.charsets);
    webhook_buf_init(&r.plain, 0);

    r.charset = NULL;
    r.what = "no memory";

    rc = webhook_buf_reserve(&r.plain, form.len);

    if (rc == WEBHOOK_OK && charset) {
        rc = webhook_form_charset(&r, &form, charset);
    }

    if (rc == WEBHOOK_OK) {
        rc = webhook_form_gather(&r, &form);
    }

    if (rc == WEBHOOK_OK) {
        rc = webhook_fields_write(&r.fields, out);
    }

    webhook_fields_free(&r.fields);
    webhook_charsets_free(&r.charsets);
    webhook_buf_free(&r.plain);

    if (what) {
        *what = r.what;
    }

    return rc;
}


/* Names and values are escaped bytes of the charset, and "=" and "&" those of
   ASCII. */

static int
webhook_form_charset(webhook_form_reader_t *r, const webhook_str_t *text,
    const webhook_str_t *label)
{
    int             rc;
    size_t          pos;
    ssize_t         n;
    webhook_str_t   name, value, of;

    static const webhook_str_t  field = webhook_str("_charset_");

    of = *label;
    pos = 0;

    while (of.len == 0
           && webhook_form_next(text, &pos, &name, &value) == WEBHOOK_OK)
    {
        if (webhook_str_eq(&name, &field)) {
            n = webhook_form_decode(&value, r->plain.data);

            of.data = r->plain.data;
            of.len = n > 0 ? (size_t) n : 0;
            break;
        }
    }

    r->what = "its charset is none that can be converted";

    rc = webhook_charsets_find(&r->charsets, &of, &r->charset);

    if (rc == WEBHOOK_OK && !webhook_charset_ascii(r->charset)) {
        rc = WEBHOOK_CHARSET_UNKNOWN;
    }

    return rc;
}


static int
webhook_form_gather(webhook_form_reader_t *r, const webhook_str_t *text)
{
    int            rc;
    size_t         pos;
    webhook_str_t  name, value, decoded;

    pos = 0;

    while (webhook_form_next(text, &pos, &name, &value) == WEBHOOK_OK) {

        rc = webhook_form_value(r, &name, &decoded);

        if (rc == WEBHOOK_OK) {
            rc = webhook_fields_name(&r->fields, &decoded);
        }

        if (rc != WEBHOOK_OK) {
            return rc;
        }

        rc = webhook_form_value(r, &value, &decoded);

        if (rc == WEBHOOK_OK) {
            rc = webhook_fields_string(&r->fields, &decoded);
        }

        if (rc != WEBHOOK_OK) {
            return rc;
        }
    }

    return WEBHOOK_OK;
}


static int
webhook_form_value(webhook_form_reader_t *r, const webhook_str_t *raw,
    webhook_str_t *value)
{
    ssize_t        n;
    webhook_str_t  decoded;

    n = webhook_form_decode(raw, r->plain.data);

    if (n < 0) {
        r->what = "a \"%\" is not followed by two hexadecimal digits";
        return WEBHOOK_ERROR;
    }

    decoded.data = r->plain.data;
    decoded.len = n;

    if (r->charset == NULL) {
        *value = decoded;
        return WEBHOOK_OK;
    }

    r->what = "a name or value has bytes that are not of its charset, which "
              "is UTF-8 unless it says another";

    return webhook_charsets_value(&r->charsets, r->charset, &decoded, value);
}


/* Without a byte order mark, and white space at the ends. */

static void
webhook_form_trim(webhook_str_t *text)
{
    if (text->len >= 3 && memcmp(text->data, "\xef\xbb\xbf", 3) == 0) {
        text->data += 3;
        text->len -= 3;
    }

    while (text->len && strchr(" \t\r\n", text->data[text->len - 1])
           && text->data[text->len - 1])
    {
        text->len--;
    }

    while (text->len && strchr(" \t\r\n", text->data[0]) && text->data[0]) {
        text->data++;
        text->len--;
    }
}
