
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* memmem() */
#endif

#include "core/multipart/webhook_multipart_int.h"
#include "core/format/webhook_fields.h"


typedef struct {
    webhook_fields_t      fields;
    webhook_charsets_t    charsets;
    webhook_charset_t    *charset;      /* of names, and of parts that tell no
                                           other; NULL: any bytes */
    webhook_buf_t         clean;
    const char           *what;
} webhook_multipart_reader_t;


typedef int (*webhook_multipart_each_pt)(webhook_multipart_reader_t *r,
    const webhook_multipart_head_t *part, const webhook_str_t *content);


static int webhook_multipart_charset(webhook_multipart_reader_t *r,
    const webhook_str_t *body, const webhook_str_t *boundary,
    const webhook_str_t *label);
static int webhook_multipart_look(webhook_multipart_reader_t *r,
    const webhook_multipart_head_t *part, const webhook_str_t *content);
static int webhook_multipart_walk(webhook_multipart_reader_t *r,
    const webhook_str_t *body, const webhook_str_t *boundary,
    webhook_multipart_each_pt each);
static unsigned char *webhook_multipart_first(unsigned char *p,
    unsigned char *last, const webhook_str_t *delimiter);
static int webhook_multipart_add(webhook_multipart_reader_t *r,
    const webhook_multipart_head_t *part, const webhook_str_t *content);
static int webhook_multipart_file(webhook_multipart_reader_t *r,
    const webhook_multipart_head_t *part, const webhook_str_t *content);
static int webhook_multipart_text(webhook_multipart_reader_t *r,
    webhook_charset_t *charset, const webhook_str_t *from,
    webhook_str_t *text);


int
webhook_multipart_json(const webhook_str_t *body,
    const webhook_str_t *boundary, const webhook_str_t *charset, uint32_t max,
    webhook_buf_t *out, const char **what)
{
    int                          rc;
    webhook_str_t                text;
    webhook_multipart_reader_t   r;

    if (boundary->len == 0 || boundary->len > WEBHOOK_MULTIPART_BOUNDARY) {

        if (what) {
            *what = "there is no boundary";
        }

        return WEBHOOK_ERROR;
    }

    text = *body;

    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
        text.data += 3;
        text.len -= 3;
    }

    webhook_fields_init(&r.fields, max);
    webhook_charsets_init(&r.charsets);
    webhook_buf_init(&r.clean, 0);

    r.charset = NULL;
    rc = WEBHOOK_OK;

    if (charset) {
        rc = webhook_multipart_charset(&r, &text, boundary, charset);
    }

    if (rc == WEBHOOK_OK) {
        rc = webhook_multipart_walk(&r, &text, boundary,
                                    webhook_multipart_add);
    }

    if (rc == WEBHOOK_OK) {
        rc = webhook_fields_write(&r.fields, out);
    }

    if (rc == WEBHOOK_NOMEM) {
        r.what = "no memory";
    }

    webhook_fields_free(&r.fields);
    webhook_charsets_free(&r.charsets);
    webhook_buf_free(&r.clean);

    if (what) {
        *what = r.what;
    }

    return rc;
}


/* The charset that the type names, or a part "_charset_", or UTF-8. */

static int
webhook_multipart_charset(webhook_multipart_reader_t *r,
    const webhook_str_t *body, const webhook_str_t *boundary,
    const webhook_str_t *label)
{
    int  rc;

    static const char           field[] = "_charset_";
    static const webhook_str_t  none = webhook_str("");

    if (label->len == 0
        && body->len
        && memmem(body->data, body->len, field, sizeof(field) - 1))
    {
        rc = webhook_multipart_walk(r, body, boundary, webhook_multipart_look);

        if (rc != WEBHOOK_OK) {
            return rc;
        }
    }

    if (r->charset) {
        return WEBHOOK_OK;
    }

    r->what = "its charset is none that can be converted";

    rc = webhook_charsets_find(&r->charsets, label->len ? label : &none,
                               &r->charset);

    if (rc == WEBHOOK_OK && !webhook_charset_ascii(r->charset)) {
        rc = WEBHOOK_CHARSET_UNKNOWN;
    }

    return rc;
}


static int
webhook_multipart_look(webhook_multipart_reader_t *r,
    const webhook_multipart_head_t *part, const webhook_str_t *content)
{
    int  rc;

    static const webhook_str_t  field = webhook_str("_charset_");

    if (r->charset || part->file || !webhook_str_eq(&part->name, &field)) {
        return WEBHOOK_OK;
    }

    r->what = "the charset that its part \"_charset_\" names is none that "
              "can be converted";

    rc = webhook_charsets_find(&r->charsets, content, &r->charset);

    if (rc == WEBHOOK_OK && !webhook_charset_ascii(r->charset)) {
        rc = WEBHOOK_CHARSET_UNKNOWN;
    }

    return rc;
}


/*
 * Lines end in CR and LF; some clients send LF alone.  As the first delimiter's
 * line ends all others have to, or what belongs to a value could not be told.
 */

static int
webhook_multipart_walk(webhook_multipart_reader_t *r,
    const webhook_str_t *body, const webhook_str_t *boundary,
    webhook_multipart_each_pt each)
{
    int             rc;
    size_t          eol;
    unsigned char   text[3 + WEBHOOK_MULTIPART_BOUNDARY];
    unsigned char  *p, *q, *end, *last;
    webhook_str_t   content, delimiter;
    webhook_multipart_head_t  part;

    memcpy(text, "\n--", 3);
    memcpy(text + 3, boundary->data, boundary->len);

    delimiter.data = text;
    delimiter.len = 3 + boundary->len;

    eol = 0;
    p = body->data;
    last = p + body->len;

    p = webhook_multipart_first(p, last, &delimiter);

    for ( ;; ) {

        r->what = "the body is cut short";

        if (p == NULL) {
            return WEBHOOK_ERROR;
        }

        if (last - p >= 2 && p[0] == '-' && p[1] == '-') {
            return WEBHOOK_OK;
        }

        if (webhook_multipart_line(&p, last, &eol) != WEBHOOK_OK) {
            return WEBHOOK_ERROR;
        }

        rc = webhook_multipart_part(&p, last, eol, &part, &r->what);
        if (rc != WEBHOOK_OK) {
            return rc;
        }

        /* what ends the headers may begin the delimiter, if it is empty */

        q = memmem(p - 1, last - (p - 1), delimiter.data, delimiter.len);
        if (q == NULL) {
            return WEBHOOK_ERROR;
        }

        if ((q[-1] == '\r') != (eol == 2) && q >= p) {
            r->what = "some lines end in CR and LF, and others in LF alone";
            return WEBHOOK_ERROR;
        }

        end = q - (eol - 1);

        content.data = p;
        content.len = end < p ? 0 : end - p;

        p = q + delimiter.len;

        rc = each(r, &part, &content);

        if (rc == WEBHOOK_LIMIT) {
            r->what = "there are too many parts";
        }

        if (rc != WEBHOOK_OK) {
            return rc;
        }
    }
}


/* What is behind the first delimiter, or NULL.  It may stand at the very start;
   else what is before it is nobody's. */

static unsigned char *
webhook_multipart_first(unsigned char *p, unsigned char *last,
    const webhook_str_t *delimiter)
{
    size_t  len;

    len = delimiter->len - 1;

    if ((size_t) (last - p) < len) {
        return NULL;
    }

    if (memcmp(p, delimiter->data + 1, len) == 0) {
        return p + len;
    }

    p = memmem(p, last - p, delimiter->data, delimiter->len);

    return p ? p + delimiter->len : NULL;
}


static int
webhook_multipart_add(webhook_multipart_reader_t *r,
    const webhook_multipart_head_t *part, const webhook_str_t *content)
{
    int                 rc;
    webhook_str_t       s, label;
    webhook_charset_t  *charset;

    r->clean.len = 0;

    rc = webhook_multipart_clean(&part->name, &r->clean);

    if (rc == WEBHOOK_OK) {
        s.data = r->clean.data;
        s.len = r->clean.len;

        r->what = "the name of a part has bytes that are not of its charset, "
                  "which is UTF-8 unless it says another";

        rc = webhook_multipart_text(r, r->charset, &s, &s);
    }

    if (rc == WEBHOOK_OK) {
        rc = webhook_fields_name(&r->fields, &s);
    }

    if (rc != WEBHOOK_OK) {
        return rc;
    }

    if (part->file) {
        return webhook_multipart_file(r, part, content);
    }

    charset = r->charset;

    if (charset) {

        if (part->encoded) {
            r->what = "a part is in a Content-Transfer-Encoding, which forms "
                      "have not";
            return WEBHOOK_ERROR;
        }

        webhook_charset_label(&part->content_type, &label);

        if (label.len) {
            r->what = "the charset of a part is none that can be converted";

            rc = webhook_charsets_find(&r->charsets, &label, &charset);

            if (rc == WEBHOOK_LIMIT) {
                r->what = "its parts are in too many charsets";
                return WEBHOOK_ERROR;
            }

            if (rc != WEBHOOK_OK) {
                return rc;
            }
        }
    }

    r->what = "a part has bytes that are not of its charset, which is UTF-8 "
              "unless it says another";

    rc = webhook_multipart_text(r, charset, content, &s);

    return rc == WEBHOOK_OK ? webhook_fields_string(&r->fields, &s) : rc;
}


static int
webhook_multipart_file(webhook_multipart_reader_t *r,
    const webhook_multipart_head_t *part, const webhook_str_t *content)
{
    int             rc;
    webhook_str_t   s;
    webhook_buf_t  *pool;

    pool = &r->fields.pool;

    r->what = "the head of a file has bytes that are not of its charset, "
              "which is UTF-8 unless it says another";

    webhook_buf_add(pool, "{\"filename\":", 12);

    if (part->has_filename) {
        r->clean.len = 0;

        rc = webhook_multipart_clean(&part->filename, &r->clean);

        s.data = r->clean.data;
        s.len = r->clean.len;

        if (rc == WEBHOOK_OK) {
            rc = webhook_multipart_text(r, r->charset, &s, &s);
        }

        if (rc != WEBHOOK_OK) {
            return rc;
        }

        webhook_fields_string(&r->fields, &s);

    } else {
        webhook_buf_add(pool, "null", 4);
    }

    webhook_buf_add(pool, ",\"content_type\":", 16);

    if (part->has_type) {
        rc = webhook_multipart_text(r, r->charset, &part->content_type, &s);

        if (rc != WEBHOOK_OK) {
            return rc;
        }

        webhook_fields_string(&r->fields, &s);

    } else {
        webhook_buf_add(pool, "null", 4);
    }

    webhook_buf_add(pool, ",\"size\":", 8);
    webhook_buf_number(pool, (int64_t) content->len);

    return webhook_buf_byte(pool, '}');
}


/* Without a charset the text as it is. */

static int
webhook_multipart_text(webhook_multipart_reader_t *r,
    webhook_charset_t *charset, const webhook_str_t *from,
    webhook_str_t *text)
{
    webhook_str_t  s;

    s = *from;

    if (charset == NULL) {
        *text = s;
        return WEBHOOK_OK;
    }

    return webhook_charsets_value(&r->charsets, charset, &s, text);
}
