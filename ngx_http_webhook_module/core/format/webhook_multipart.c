
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* memmem() */
#endif

#include "core/format/webhook_multipart.h"
#include "core/format/webhook_fields.h"

#include <strings.h>


typedef struct {
    webhook_str_t         name;
    webhook_str_t         filename;
    webhook_str_t         content_type;
    unsigned              named:1;
    unsigned              file:1;
    unsigned              has_filename:1;
    unsigned              has_type:1;
} webhook_part_t;


static int webhook_multipart_gather(const webhook_str_t *body,
    const webhook_str_t *boundary, webhook_fields_t *fields,
    const char **what);
static int webhook_multipart_line(unsigned char **pp, unsigned char *last);
static int webhook_multipart_part(unsigned char **pp, unsigned char *last,
    webhook_part_t *part, const char **what);
static int webhook_multipart_disposition(unsigned char *p,
    unsigned char *last, webhook_part_t *part);
static int webhook_multipart_parameter(unsigned char **pp,
    unsigned char *last, webhook_str_t *name, webhook_str_t *value);
static int webhook_multipart_add(webhook_fields_t *fields,
    const webhook_part_t *part, const webhook_str_t *content);
static int webhook_multipart_clean(const webhook_str_t *raw,
    webhook_buf_t *out);
static unsigned char *webhook_multipart_skip(unsigned char *p,
    unsigned char *last);
static int webhook_multipart_is(const webhook_str_t *s, const char *text);


int
webhook_multipart_boundary(const webhook_str_t *content_type,
    webhook_str_t *boundary)
{
    size_t          i;
    unsigned char  *p, *last;
    webhook_str_t   name, value;

    static const char  type[] = "multipart/form-data";

    if (content_type->len == 0) {
        return WEBHOOK_ERROR;
    }

    p = content_type->data;
    last = p + content_type->len;

    p = webhook_multipart_skip(p, last);

    if ((size_t) (last - p) < sizeof(type) - 1
        || strncasecmp((char *) p, type, sizeof(type) - 1) != 0)
    {
        return WEBHOOK_ERROR;
    }

    p += sizeof(type) - 1;

    while (webhook_multipart_parameter(&p, last, &name, &value)
           == WEBHOOK_OK)
    {
        if (!webhook_multipart_is(&name, "boundary")) {
            continue;
        }

        if (value.len == 0 || value.len > WEBHOOK_MULTIPART_BOUNDARY
            || value.data[value.len - 1] == ' ')
        {
            return WEBHOOK_ERROR;
        }

        for (i = 0; i < value.len; i++) {
            if (value.data[i] < ' ' || value.data[i] > '~') {
                return WEBHOOK_ERROR;
            }
        }

        *boundary = value;
        return WEBHOOK_OK;
    }

    return WEBHOOK_ERROR;
}


int
webhook_multipart_json(const webhook_str_t *body,
    const webhook_str_t *boundary, uint32_t max, webhook_buf_t *out,
    const char **what)
{
    int               rc;
    const char       *ignored;
    webhook_fields_t  fields;

    if (what == NULL) {
        what = &ignored;
    }

    *what = "there is no boundary";

    if (boundary->len == 0 || boundary->len > WEBHOOK_MULTIPART_BOUNDARY) {
        return WEBHOOK_ERROR;
    }

    webhook_fields_init(&fields, max);

    rc = webhook_multipart_gather(body, boundary, &fields, what);

    if (rc == WEBHOOK_OK) {
        rc = webhook_fields_write(&fields, out);
    }

    if (rc == WEBHOOK_NOMEM) {
        *what = "no memory";
    }

    webhook_fields_free(&fields);

    return rc;
}


static int
webhook_multipart_gather(const webhook_str_t *body,
    const webhook_str_t *boundary, webhook_fields_t *fields,
    const char **what)
{
    int             rc;
    size_t          len;
    unsigned char   delimiter[4 + WEBHOOK_MULTIPART_BOUNDARY];
    unsigned char  *p, *q, *last;
    webhook_str_t   content;
    webhook_part_t  part;

    memcpy(delimiter, "\r\n--", 4);
    memcpy(delimiter + 4, boundary->data, boundary->len);
    len = 4 + boundary->len;

    *what = "the body is cut short";

    if (body->len < len - 2) {
        return WEBHOOK_ERROR;
    }

    p = body->data;
    last = p + body->len;

    /* the first delimiter may stand at the very start; else what is before
       it is nobody's */

    if (memcmp(p, delimiter + 2, len - 2) == 0) {
        p += len - 2;

    } else {
        p = memmem(p, last - p, delimiter, len);
        if (p == NULL) {
            return WEBHOOK_ERROR;
        }

        p += len;
    }

    for ( ;; ) {

        if (last - p >= 2 && p[0] == '-' && p[1] == '-') {
            return WEBHOOK_OK;
        }

        if (webhook_multipart_line(&p, last) != WEBHOOK_OK) {
            return WEBHOOK_ERROR;
        }

        rc = webhook_multipart_part(&p, last, &part, what);
        if (rc != WEBHOOK_OK) {
            return rc;
        }

        /* what ends the headers may begin the delimiter, if it is empty */

        q = memmem(p - 2, last - (p - 2), delimiter, len);
        if (q == NULL) {
            return WEBHOOK_ERROR;
        }

        content.data = p;
        content.len = q < p ? 0 : q - p;

        p = q + len;

        rc = webhook_multipart_add(fields, &part, &content);

        if (rc != WEBHOOK_OK) {
            *what = "there are too many parts";
            return rc;
        }
    }
}


/* The end of a delimiter's line: spaces, and a line's end. */

static int
webhook_multipart_line(unsigned char **pp, unsigned char *last)
{
    unsigned char  *p;

    p = webhook_multipart_skip(*pp, last);

    if (last - p < 2 || p[0] != '\r' || p[1] != '\n') {
        return WEBHOOK_ERROR;
    }

    *pp = p + 2;

    return WEBHOOK_OK;
}


/* The headers of a part and the empty line behind them. */

static int
webhook_multipart_part(unsigned char **pp, unsigned char *last,
    webhook_part_t *part, const char **what)
{
    unsigned char  *p, *end, *stop, *colon, *value;
    webhook_str_t   name;

    memset(part, 0, sizeof(webhook_part_t));

    p = *pp;
    stop = last - p > WEBHOOK_MULTIPART_HEADERS
           ? p + WEBHOOK_MULTIPART_HEADERS : last;

    for ( ;; ) {
        end = memmem(p, stop - p, "\r\n", 2);

        if (end == NULL) {

            if (stop != last) {
                *what = "a part's headers are too long";
                return WEBHOOK_LIMIT;
            }

            return WEBHOOK_ERROR;
        }

        if (end == p) {
            *pp = end + 2;
            break;
        }

        colon = memchr(p, ':', end - p);

        if (colon == NULL || colon == p || *p == ' ' || *p == '\t') {
            *what = "a part's header is not valid";
            return WEBHOOK_ERROR;
        }

        name.data = p;
        name.len = colon - p;
        value = webhook_multipart_skip(colon + 1, end);

        if (webhook_multipart_is(&name, "content-disposition")) {

            if (webhook_multipart_disposition(value, end, part)
                != WEBHOOK_OK)
            {
                *what = "a part's Content-Disposition is not valid";
                return WEBHOOK_ERROR;
            }

        } else if (webhook_multipart_is(&name, "content-type")) {
            part->has_type = 1;
            part->content_type.data = value;
            part->content_type.len = end - value;
        }

        p = end + 2;
    }

    if (!part->named) {
        *what = "a part has no name";
        return WEBHOOK_ERROR;
    }

    return WEBHOOK_OK;
}


static int
webhook_multipart_disposition(unsigned char *p, unsigned char *last,
    webhook_part_t *part)
{
    int            rc;
    webhook_str_t  name, value;

    static const char  type[] = "form-data";

    if ((size_t) (last - p) < sizeof(type) - 1
        || strncasecmp((char *) p, type, sizeof(type) - 1) != 0)
    {
        return WEBHOOK_ERROR;
    }

    p += sizeof(type) - 1;

    for ( ;; ) {
        rc = webhook_multipart_parameter(&p, last, &name, &value);

        if (rc != WEBHOOK_OK) {
            p = webhook_multipart_skip(p, last);
            return p == last ? WEBHOOK_OK : WEBHOOK_ERROR;
        }

        if (webhook_multipart_is(&name, "name")) {
            part->named = 1;
            part->name = value;

        } else if (webhook_multipart_is(&name, "filename")) {
            part->file = 1;
            part->has_filename = 1;
            part->filename = value;

        } else if (webhook_multipart_is(&name, "filename*")) {
            part->file = 1;     /* not allowed in forms, and a file still */
        }
    }
}


/*
 * The next "; name=value" at *pp; the value without its quotes, its escapes as
 * they are.  WEBHOOK_ERROR if there is none, with *pp unchanged.
 */

static int
webhook_multipart_parameter(unsigned char **pp, unsigned char *last,
    webhook_str_t *name, webhook_str_t *value)
{
    unsigned char  *p;

    p = webhook_multipart_skip(*pp, last);

    if (p == last || *p != ';') {
        return WEBHOOK_ERROR;
    }

    p = webhook_multipart_skip(p + 1, last);

    name->data = p;

    while (p < last && *p != '=' && *p != ';' && *p != ' ' && *p != '\t') {
        p++;
    }

    name->len = p - name->data;

    p = webhook_multipart_skip(p, last);

    if (name->len == 0 || p == last || *p != '=') {
        return WEBHOOK_ERROR;
    }

    p = webhook_multipart_skip(p + 1, last);

    if (p < last && *p == '"') {
        value->data = ++p;

        while (p < last && *p != '"') {

            /* a backslash escapes a quote; else it is part of a path, as
               some browsers send it whole */

            p += (*p == '\\' && last - p > 1 && p[1] == '"') ? 2 : 1;
        }

        if (p == last) {
            return WEBHOOK_ERROR;
        }

        value->len = p++ - value->data;

    } else {
        value->data = p;

        while (p < last && *p != ';' && *p != ' ' && *p != '\t') {
            p++;
        }

        value->len = p - value->data;
    }

    *pp = p;

    return WEBHOOK_OK;
}


static int
webhook_multipart_add(webhook_fields_t *fields, const webhook_part_t *part,
    const webhook_str_t *content)
{
    int             rc;
    webhook_buf_t   clean, *pool;
    webhook_str_t   s;

    pool = &fields->pool;
    webhook_buf_init(&clean, 0);

    rc = webhook_multipart_clean(&part->name, &clean);

    if (rc == WEBHOOK_OK) {
        s.data = clean.data;
        s.len = clean.len;

        rc = webhook_fields_name(fields, &s);
    }

    if (rc != WEBHOOK_OK) {
        webhook_buf_free(&clean);
        return rc;
    }

    if (!part->file) {
        webhook_buf_free(&clean);
        return webhook_fields_string(fields, content);
    }

    webhook_buf_add(pool, "{\"filename\":", 12);

    if (part->has_filename) {
        clean.len = 0;
        rc = webhook_multipart_clean(&part->filename, &clean);

        s.data = clean.data;
        s.len = clean.len;
        webhook_fields_string(fields, &s);

    } else {
        webhook_buf_add(pool, "null", 4);
    }

    webhook_buf_add(pool, ",\"content_type\":", 16);

    if (part->has_type) {
        webhook_fields_string(fields, &part->content_type);

    } else {
        webhook_buf_add(pool, "null", 4);
    }

    webhook_buf_add(pool, ",\"size\":", 8);
    webhook_buf_number(pool, (int64_t) content->len);
    webhook_buf_byte(pool, '}');

    webhook_buf_free(&clean);

    return rc != WEBHOOK_OK ? rc : pool->failed;
}


/* A name or file name without what the ways of writing it put in. */

static int
webhook_multipart_clean(const webhook_str_t *raw, webhook_buf_t *out)
{
    size_t                i, k;
    const unsigned char  *p;

    static const struct {
        const char     *text;
        unsigned char   c;

    } codes[] = {
        { "%22", '"' }, { "%0D", '\r' }, { "%0A", '\n' }
    };

    p = raw->data;

    for (i = 0; i < raw->len; i++) {

        if (p[i] == '\\' && i + 1 < raw->len && p[i + 1] == '"') {
            i++;

        } else if (p[i] == '%' && raw->len - i >= 3) {

            for (k = 0; k < sizeof(codes) / sizeof(codes[0]); k++) {
                if (strncasecmp((char *) p + i, codes[k].text, 3) == 0) {
                    break;
                }
            }

            if (k < sizeof(codes) / sizeof(codes[0])) {
                webhook_buf_byte(out, codes[k].c);
                i += 2;
                continue;
            }
        }

        webhook_buf_byte(out, p[i]);
    }

    return out->failed;
}


static unsigned char *
webhook_multipart_skip(unsigned char *p, unsigned char *last)
{
    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    return p;
}


/* Whether both say the same, in either case of letters. */

static int
webhook_multipart_is(const webhook_str_t *s, const char *text)
{
    return s->len == strlen(text)
           && strncasecmp((char *) s->data, text, s->len) == 0;
}
