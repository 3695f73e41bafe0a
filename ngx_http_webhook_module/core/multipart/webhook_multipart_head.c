
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* memmem() */
#endif

#include "core/multipart/webhook_multipart_int.h"

#include <strings.h>


static int webhook_multipart_disposition(unsigned char *p,
    unsigned char *last, webhook_multipart_head_t *part);
static int webhook_multipart_parameter(unsigned char **pp,
    unsigned char *last, webhook_str_t *name, webhook_str_t *value);
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
webhook_multipart_line(unsigned char **pp, unsigned char *last, size_t *eol)
{
    unsigned char  *p;

    p = webhook_multipart_skip(*pp, last);

    if (*eol == 0) {
        *eol = (p < last && *p == '\n') ? 1 : 2;
    }

    if ((size_t) (last - p) < *eol
        || memcmp(p, &"\r\n"[2 - *eol], *eol) != 0)
    {
        return WEBHOOK_ERROR;
    }

    *pp = p + *eol;

    return WEBHOOK_OK;
}


int
webhook_multipart_part(unsigned char **pp, unsigned char *last, size_t eol,
    webhook_multipart_head_t *part, const char **what)
{
    unsigned char  *p, *end, *next, *stop, *colon, *value;
    webhook_str_t   name;

    memset(part, 0, sizeof(webhook_multipart_head_t));

    p = *pp;
    stop = last - p > WEBHOOK_MULTIPART_HEADERS
           ? p + WEBHOOK_MULTIPART_HEADERS : last;

    for ( ;; ) {
        next = memmem(p, stop - p, &"\r\n"[2 - eol], eol);

        if (next == NULL) {

            if (stop != last) {
                *what = "a part's headers are too long";
                return WEBHOOK_LIMIT;
            }

            return WEBHOOK_ERROR;
        }

        end = next;
        next += eol;

        if (end > p && end[-1] == '\r') {
            /* a line may end in both where the others do not */
            end--;
        }

        if (end == p) {
            *pp = next;
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

        } else if (webhook_multipart_is(&name, "content-transfer-encoding")) {
            while (end > value && (end[-1] == ' ' || end[-1] == '\t')) {
                end--;
            }

            name.data = value;
            name.len = end - value;

            part->encoded = !webhook_multipart_is(&name, "8bit")
                            && !webhook_multipart_is(&name, "7bit")
                            && !webhook_multipart_is(&name, "binary");
        }

        p = next;
    }

    if (!part->named) {
        *what = "a part has no name";
        return WEBHOOK_ERROR;
    }

    return WEBHOOK_OK;
}


static int
webhook_multipart_disposition(unsigned char *p, unsigned char *last,
    webhook_multipart_head_t *part)
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


int
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
