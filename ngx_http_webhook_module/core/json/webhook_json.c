
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reads a text: one pass over it leaves a row of nodes, one for each key and
 * value in the order of the text, all in one allocation with the document.
 */

#include "core/json/webhook_json_int.h"

#include <stdlib.h>


#define WEBHOOK_JSON_FIRST      1024    /* nodes at first, at most */


typedef struct {
    webhook_json_doc_t   *doc;
    unsigned char        *start;
    unsigned char        *last;
    uint32_t              max_depth;
    uint32_t              max_values;
    const unsigned char  *stop;         /* where and why reading ended */
    const char           *what;
} webhook_json_reader_t;


static int webhook_json_scan(webhook_json_reader_t *r);
static int webhook_json_scan_key(webhook_json_reader_t *r,
    const unsigned char **pos);
static const unsigned char *webhook_json_scan_value(webhook_json_reader_t *r,
    const unsigned char *p, uint32_t *info);
static int webhook_json_push(webhook_json_reader_t *r,
    const unsigned char *first, const unsigned char *p, uint32_t info);
static int webhook_json_grow(webhook_json_reader_t *r);
static const unsigned char *webhook_json_scan_string(webhook_json_reader_t *r,
    const unsigned char *p, uint32_t *info);
static const unsigned char *webhook_json_scan_number(webhook_json_reader_t *r,
    const unsigned char *p);
static const unsigned char *webhook_json_scan_word(webhook_json_reader_t *r,
    const unsigned char *p, const char *word, size_t len);
static const unsigned char *webhook_json_fail(webhook_json_reader_t *r,
    const unsigned char *p, const char *what);


int
webhook_json_read(const webhook_str_t *text,
    const webhook_json_limits_t *limits, webhook_json_doc_t **doc,
    webhook_json_error_t *err)
{
    int                    rc;
    webhook_json_reader_t  r;

    *doc = NULL;

    memset(&r, 0, sizeof(webhook_json_reader_t));

    r.max_depth = WEBHOOK_JSON_MAX_DEPTH;
    r.max_values = WEBHOOK_JSON_MAX_VALUES;

    if (limits && limits->max_depth) {
        r.max_depth = limits->max_depth;
    }

    if (limits && limits->max_values) {
        r.max_values = limits->max_values < WEBHOOK_JSON_MOST
                       ? limits->max_values : WEBHOOK_JSON_MOST;
    }

    r.start = text->data;
    r.stop = text->data;

    if (text->len == 0) {
        r.what = "the text is empty";
        rc = WEBHOOK_ERROR;

    } else if (text->len > UINT32_MAX) {
        r.what = "the text is too long";
        rc = WEBHOOK_LIMIT;

    } else {
        r.last = text->data + text->len;
        rc = webhook_json_scan(&r);
    }

    if (rc == WEBHOOK_OK) {
        *doc = r.doc;
        return WEBHOOK_OK;
    }

    if (err) {
        err->offset = r.stop == r.start ? 0 : r.stop - r.start;
        err->what = r.what;
    }

    free(r.doc);

    return rc;
}


void
webhook_json_free(webhook_json_doc_t *doc)
{
    if (doc) {
        webhook_json_index_free(doc->index);
    }

    free(doc);
}


/* The first byte at p or behind it that is not white space. */

static inline const unsigned char *
webhook_json_skip(const unsigned char *p, const unsigned char *last)
{
    while (p < last
           && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
    {
        p++;
    }

    return p;
}


/* What ends a value of this type; 0 if nothing does. */

static inline unsigned char
webhook_json_closing(uint32_t type)
{
    switch (type) {

    case WEBHOOK_JSON_OBJECT:
        return '}';

    case WEBHOOK_JSON_ARRAY:
        return ']';

    default:
        return 0;
    }
}


/* Ends the array or object n before p; returns the one around it. */

static inline uint32_t
webhook_json_close(webhook_json_reader_t *r, uint32_t n,
    const unsigned char *p)
{
    uint32_t              around;
    webhook_json_node_t  *node;

    node = &r->doc->nodes[n];

    around = node->next;
    node->next = r->doc->used;
    node->len = (uint32_t) (p - r->start) - node->offset;

    return around;
}


/*
 * Each turn of the outer loop reads one value, and its key before it where
 * an object is open; the inner one closes what ends behind the value.  "in"
 * is the innermost open array or object, if depth is not 0.
 */

static int
webhook_json_scan(webhook_json_reader_t *r)
{
    int                   rc;
    uint32_t              in, depth, info;
    unsigned char         closing;
    const unsigned char  *p, *first, *last;

    p = r->start;
    last = r->last;
    in = 0;
    depth = 0;
    closing = 0;

    for ( ;; ) {

        if (closing == '}') {
            rc = webhook_json_scan_key(r, &p);
            if (rc != WEBHOOK_OK) {
                return rc;
            }
        }

        first = webhook_json_skip(p, last);

        p = webhook_json_scan_value(r, first, &info);
        if (p == NULL) {
            return WEBHOOK_ERROR;
        }

        rc = webhook_json_push(r, first, p, info);
        if (rc != WEBHOOK_OK) {
            return rc;
        }

        if (depth) {
            r->doc->nodes[in].info += WEBHOOK_JSON_ONE;
        }

        if (info == WEBHOOK_JSON_OBJECT || info == WEBHOOK_JSON_ARRAY) {

            if (depth == r->max_depth) {
                webhook_json_fail(r, first, "values are nested too deep");
                return WEBHOOK_LIMIT;
            }

            depth++;

            r->doc->nodes[r->doc->used - 1].next = in;
            in = r->doc->used - 1;

            closing = webhook_json_closing(info);

            p = webhook_json_skip(p, last);

            if (p == last || *p != closing) {
                continue;
            }
        }

        for ( ;; ) {
            p = webhook_json_skip(p, last);

            if (depth == 0) {
                if (p == last) {
                    return WEBHOOK_OK;
                }

                webhook_json_fail(r, p, "something follows the value");
                return WEBHOOK_ERROR;
            }

            if (p == last) {
                webhook_json_fail(r, p, closing == '}'
                                        ? "an object does not end"
                                        : "an array does not end");
                return WEBHOOK_ERROR;
            }

            if (*p == ',') {
                p++;
                break;
            }

            if (*p != closing) {
                webhook_json_fail(r, p, "a comma is missing");
                return WEBHOOK_ERROR;
            }

            p++;

            in = webhook_json_close(r, in, p);
            depth--;

            info = depth ? r->doc->nodes[in].info & WEBHOOK_JSON_TYPE : 0;
            closing = webhook_json_closing(info);
        }
    }
}


/* A key with its colon; *pos is moved behind that. */

static inline int
webhook_json_scan_key(webhook_json_reader_t *r, const unsigned char **pos)
{
    int                   rc;
    uint32_t              info;
    const unsigned char  *p, *first;

    p = webhook_json_skip(*pos, r->last);

    if (p == r->last || *p != '"') {
        webhook_json_fail(r, p, "a key is missing");
        return WEBHOOK_ERROR;
    }

    first = p;
    info = WEBHOOK_JSON_STRING;

    p = webhook_json_scan_string(r, p, &info);
    if (p == NULL) {
        return WEBHOOK_ERROR;
    }

    rc = webhook_json_push(r, first, p, info);
    if (rc != WEBHOOK_OK) {
        return rc;
    }

    p = webhook_json_skip(p, r->last);

    if (p == r->last || *p != ':') {
        webhook_json_fail(r, p, "a colon is missing");
        return WEBHOOK_ERROR;
    }

    *pos = p + 1;

    return WEBHOOK_OK;
}


/* A value that begins at p, of an array or object its first byte alone;
   returns the byte behind it. */

static inline const unsigned char *
webhook_json_scan_value(webhook_json_reader_t *r, const unsigned char *p,
    uint32_t *info)
{
    if (p == r->last) {
        return webhook_json_fail(r, p, "a value is missing");
    }

    switch (*p) {

    case '"':
        *info = WEBHOOK_JSON_STRING;
        return webhook_json_scan_string(r, p, info);

    case '{':
        *info = WEBHOOK_JSON_OBJECT;
        return p + 1;

    case '[':
        *info = WEBHOOK_JSON_ARRAY;
        return p + 1;

    case 't':
        *info = WEBHOOK_JSON_TRUE;
        return webhook_json_scan_word(r, p, "true", 4);

    case 'f':
        *info = WEBHOOK_JSON_FALSE;
        return webhook_json_scan_word(r, p, "false", 5);

    case 'n':
        *info = WEBHOOK_JSON_NULL;
        return webhook_json_scan_word(r, p, "null", 4);

    case '-':
    case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9':
        *info = WEBHOOK_JSON_NUMBER;
        return webhook_json_scan_number(r, p);

    default:
        return webhook_json_fail(r, p, "a value is missing");
    }
}


/* Adds a node for the bytes from first up to p. */

static inline int
webhook_json_push(webhook_json_reader_t *r, const unsigned char *first,
    const unsigned char *p, uint32_t info)
{
    int                   rc;
    webhook_json_doc_t   *doc;
    webhook_json_node_t  *node;

    doc = r->doc;

    if (doc == NULL || doc->used == doc->size) {

        rc = webhook_json_grow(r);
        if (rc != WEBHOOK_OK) {
            r->stop = first;
            return rc;
        }

        doc = r->doc;
    }

    node = &doc->nodes[doc->used++];

    node->offset = (uint32_t) (first - r->start);
    node->len = (uint32_t) (p - first);
    node->next = doc->used;
    node->info = info;

    return WEBHOOK_OK;
}


static int
webhook_json_grow(webhook_json_reader_t *r)
{
    size_t               size;
    webhook_json_doc_t  *doc;

    doc = r->doc;

    if (doc == NULL) {
        size = (r->last - r->start) / 8 + 4;

        if (size > WEBHOOK_JSON_FIRST) {
            size = WEBHOOK_JSON_FIRST;
        }

    } else if (doc->size == r->max_values) {
        r->what = "there are too many values";
        return WEBHOOK_LIMIT;

    } else {
        size = (size_t) doc->size * 2;
    }

    if (size > r->max_values) {
        size = r->max_values;
    }

    r->what = "no memory is left";

    if (size > (SIZE_MAX - sizeof(webhook_json_doc_t))
               / sizeof(webhook_json_node_t))
    {
        return WEBHOOK_NOMEM;
    }

    doc = realloc(doc, sizeof(webhook_json_doc_t)
                       + size * sizeof(webhook_json_node_t));
    if (doc == NULL) {
        return WEBHOOK_NOMEM;
    }

    if (r->doc == NULL) {
        doc->text = r->start;
        doc->index = NULL;
        doc->used = 0;
    }

    doc->size = (uint32_t) size;
    r->doc = doc;

    return WEBHOOK_OK;
}


/* p is at the opening quote; returns the byte behind the closing one. */

static const unsigned char *
webhook_json_scan_string(webhook_json_reader_t *r, const unsigned char *p,
    uint32_t *info)
{
    int                   n;
    unsigned char         c[4];
    const unsigned char  *q, *last;

    last = r->last;
    p++;

    for ( ;; ) {
        p = webhook_json_plain(p, last);

        if (p == last) {
            return webhook_json_fail(r, p, "a string does not end");
        }

        if (*p == '"') {
            return p + 1;
        }

        if (*p == '\\') {
            *info |= WEBHOOK_JSON_ESCAPED;

            q = p;

            if (webhook_json_unescape(&q, last, c) == 0) {
                return webhook_json_fail(r, p, "an escape is broken");
            }

            p = q;
            continue;
        }

        if (*p < 0x20) {
            return webhook_json_fail(r, p, "a control character is in"
                                           " a string");
        }

        do {
            n = webhook_json_utf8(p, last);
            if (n < 0) {
                return webhook_json_fail(r, p, "a string is not UTF-8");
            }

            p += n;

        } while (p < last && *p >= 0x80);
    }
}


/* The first byte at p or behind it that is no digit. */

static inline const unsigned char *
webhook_json_digits(const unsigned char *p, const unsigned char *last)
{
    while (p < last && *p >= '0' && *p <= '9') {
        p++;
    }

    return p;
}


static const unsigned char *
webhook_json_scan_number(webhook_json_reader_t *r, const unsigned char *p)
{
    const unsigned char  *q, *last;

    last = r->last;

    if (*p == '-') {
        p++;
    }

    q = webhook_json_digits(p, last);

    if (q == p || (*p == '0' && q - p > 1)) {
        return webhook_json_fail(r, p, "a number is broken");
    }

    p = q;

    if (p < last && *p == '.') {
        p++;

        q = webhook_json_digits(p, last);
        if (q == p) {
            return webhook_json_fail(r, p, "a number is broken");
        }

        p = q;
    }

    if (p < last && (*p == 'e' || *p == 'E')) {
        p++;

        if (p < last && (*p == '+' || *p == '-')) {
            p++;
        }

        q = webhook_json_digits(p, last);
        if (q == p) {
            return webhook_json_fail(r, p, "a number is broken");
        }

        p = q;
    }

    return p;
}


static const unsigned char *
webhook_json_scan_word(webhook_json_reader_t *r, const unsigned char *p,
    const char *word, size_t len)
{
    if ((size_t) (r->last - p) < len || memcmp(p, word, len) != 0) {
        return webhook_json_fail(r, p, "a value is missing");
    }

    return p + len;
}


static const unsigned char *
webhook_json_fail(webhook_json_reader_t *r, const unsigned char *p,
    const char *what)
{
    r->stop = p;
    r->what = what;

    return NULL;
}
