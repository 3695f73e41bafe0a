
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * JSON to XML.  The walk keeps its own stack of open elements, so that a
 * document's depth never becomes the depth of calls.
 */

#include "core/format/webhook_xml.h"
#include "core/json/webhook_json_text.h"

#include <stdlib.h>


typedef struct {
    webhook_json_value_t   value;
    webhook_str_t          name;        /* a key's text between its quotes */
    uint32_t               iter;
} webhook_xml_open_t;


typedef struct {
    webhook_xml_open_t    *open;
    uint32_t               depth;
    uint32_t               size;
    webhook_buf_t         *out;
} webhook_xml_writer_t;


static int webhook_xml_walk(webhook_xml_writer_t *w,
    const webhook_json_doc_t *doc);
static int webhook_xml_push(webhook_xml_writer_t *w,
    const webhook_json_value_t *v, const webhook_str_t *name);
static void webhook_xml_element(webhook_xml_writer_t *w,
    const webhook_json_doc_t *doc, const webhook_json_value_t *v,
    const webhook_str_t *name, int root);
static void webhook_xml_start(webhook_xml_writer_t *w,
    const webhook_str_t *name);
static void webhook_xml_end(webhook_xml_writer_t *w,
    const webhook_str_t *name);
static const char *webhook_xml_type(webhook_json_type_e type);
static int webhook_xml_is_name(const webhook_str_t *s);
static int webhook_xml_unsayable(const webhook_str_t *s);
static const unsigned char *webhook_xml_plain(const unsigned char *p,
    const unsigned char *last);
static size_t webhook_xml_char(const unsigned char **pp,
    const unsigned char *last, unsigned char c[4]);
static void webhook_xml_text(const webhook_str_t *s, int escaped,
    int attribute, webhook_buf_t *out);
static int webhook_xml_puts(webhook_buf_t *out, const char *text);


int
webhook_xml_write(const webhook_json_doc_t *doc,
    const webhook_json_value_t *v, const webhook_str_t *root,
    webhook_buf_t *out)
{
    int                    rc;
    webhook_buf_t          name;
    webhook_str_t          inside;
    webhook_xml_writer_t   w;

    memset(&w, 0, sizeof(webhook_xml_writer_t));
    w.out = out;

    /* a name is handled as keys come: escaped, between quotes */

    webhook_buf_init(&name, 0);

    if (webhook_json_escape(root, &name) != WEBHOOK_OK) {
        rc = name.failed;
        webhook_buf_free(&name);
        return rc;
    }

    inside.data = name.len ? name.data : (unsigned char *) "";
    inside.len = name.len;

    webhook_xml_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    webhook_xml_element(&w, doc, v, &inside, 1);

    rc = out->failed;

    if (rc == WEBHOOK_OK && webhook_json_count(doc, v)) {
        rc = webhook_xml_push(&w, v, &inside);

        if (rc == WEBHOOK_OK) {
            rc = webhook_xml_walk(&w, doc);
        }
    }

    free(w.open);
    webhook_buf_free(&name);

    return rc;
}


/* Writes what is inside the open elements, until none is open. */

static int
webhook_xml_walk(webhook_xml_writer_t *w, const webhook_json_doc_t *doc)
{
    int                    rc;
    webhook_str_t          key;
    webhook_xml_open_t    *top;
    webhook_json_value_t   v;

    static const webhook_str_t  item = webhook_str("item");

    while (w->depth) {
        top = &w->open[w->depth - 1];

        if (webhook_json_next(doc, &top->value, &top->iter, &key, &v)
            != WEBHOOK_OK)
        {
            webhook_xml_end(w, &top->name);
            w->depth--;
            continue;
        }

        if (key.len) {
            key.data++;
            key.len -= 2;

        } else {
            key = item;
        }

        webhook_xml_element(w, doc, &v, &key, 0);

        if (w->out->failed) {
            return w->out->failed;
        }

        if (webhook_json_count(doc, &v)) {
            rc = webhook_xml_push(w, &v, &key);
            if (rc != WEBHOOK_OK) {
                return rc;
            }
        }
    }

    return w->out->failed;
}


static int
webhook_xml_push(webhook_xml_writer_t *w, const webhook_json_value_t *v,
    const webhook_str_t *name)
{
    uint32_t             size;
    webhook_xml_open_t  *open;

    if (w->depth == w->size) {
        size = w->size ? w->size * 2 : 16;

        open = realloc(w->open, size * sizeof(webhook_xml_open_t));
        if (open == NULL) {
            return WEBHOOK_NOMEM;
        }

        w->open = open;
        w->size = size;
    }

    open = &w->open[w->depth++];

    open->value = *v;
    open->name = *name;
    open->iter = 0;

    return WEBHOOK_OK;
}


/* A whole element; of an array or object with something in it, the start. */

static void
webhook_xml_element(webhook_xml_writer_t *w, const webhook_json_doc_t *doc,
    const webhook_json_value_t *v, const webhook_str_t *name, int root)
{
    int             escaped, marked;
    webhook_buf_t  *out;
    webhook_str_t   text;

    out = w->out;
    escaped = 0;
    text.len = 0;
    text.data = NULL;

    switch (v->type) {

    case WEBHOOK_JSON_STRING:
        text.data = v->span.data + 1;
        text.len = v->span.len - 2;

        escaped = webhook_xml_unsayable(&text);
        marked = root;
        break;

    case WEBHOOK_JSON_OBJECT:
        marked = root || webhook_json_count(doc, v) == 0;
        break;

    case WEBHOOK_JSON_NULL:
    case WEBHOOK_JSON_ARRAY:
        marked = 1;
        break;

    default:                            /* a number, true, false */
        text = v->span;
        marked = 1;
    }

    webhook_xml_start(w, name);

    if (marked) {
        webhook_xml_puts(out, " type=\"");
        webhook_xml_puts(out, webhook_xml_type(v->type));
        webhook_buf_byte(out, '"');
    }

    if (escaped) {
        webhook_xml_puts(out, " escaped=\"true\"");
    }

    if (webhook_json_count(doc, v)) {
        webhook_buf_byte(out, '>');
        return;
    }

    if (text.len == 0) {
        webhook_xml_puts(out, "/>");
        return;
    }

    webhook_buf_byte(out, '>');
    webhook_xml_text(&text, escaped, 0, out);
    webhook_xml_end(w, name);
}


static void
webhook_xml_start(webhook_xml_writer_t *w, const webhook_str_t *name)
{
    int             escaped;
    webhook_buf_t  *out;

    out = w->out;

    webhook_buf_byte(out, '<');

    if (webhook_xml_is_name(name)) {
        webhook_buf_add(out, name->data, name->len);
        return;
    }

    escaped = webhook_xml_unsayable(name);

    webhook_xml_puts(out, escaped ? "item escaped-key=\"" : "item key=\"");
    webhook_xml_text(name, escaped, 1, out);
    webhook_buf_byte(out, '"');
}


static void
webhook_xml_end(webhook_xml_writer_t *w, const webhook_str_t *name)
{
    webhook_xml_puts(w->out, "</");

    if (webhook_xml_is_name(name)) {
        webhook_buf_add(w->out, name->data, name->len);

    } else {
        webhook_xml_puts(w->out, "item");
    }

    webhook_buf_byte(w->out, '>');
}


static const char *
webhook_xml_type(webhook_json_type_e type)
{
    switch (type) {

    case WEBHOOK_JSON_NULL:
        return "null";

    case WEBHOOK_JSON_FALSE:
    case WEBHOOK_JSON_TRUE:
        return "boolean";

    case WEBHOOK_JSON_NUMBER:
        return "number";

    case WEBHOOK_JSON_STRING:
        return "string";

    case WEBHOOK_JSON_ARRAY:
        return "array";

    default:
        return "object";
    }
}


/*
 * Whether a key can be an element's name as it stands.  Letters beyond ASCII
 * could, too, but XML's editions do not agree on which, nor do its readers.
 * Names that begin with "xml" are XML's own, a colon is a prefix's.
 */

static int
webhook_xml_is_name(const webhook_str_t *s)
{
    size_t         i;
    unsigned char  c;

    for (i = 0; i < s->len; i++) {
        c = s->data[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') {
            continue;
        }

        if (i && ((c >= '0' && c <= '9') || c == '-' || c == '.')) {
            continue;
        }

        return 0;
    }

    if (s->len >= 3
        && (s->data[0] | 0x20) == 'x'
        && (s->data[1] | 0x20) == 'm'
        && (s->data[2] | 0x20) == 'l')
    {
        return 0;
    }

    return s->len != 0;
}


/* Whether the inside of a JSON string has what XML 1.0 cannot say. */

static int
webhook_xml_unsayable(const webhook_str_t *s)
{
    unsigned char         c[4];
    const unsigned char  *p, *last;

    p = s->data;
    last = p + s->len;

    while (p < last) {

        /* such a character is an escape, or U+FFFE or U+FFFF */

        if (*p != '\\' && *p != 0xef) {
            p++;
            continue;
        }

        if (webhook_xml_char(&p, last, c) == 0) {
            return 1;
        }
    }

    return 0;
}


/* The first byte at p or behind it that may not be copied without a look. */

static const unsigned char *
webhook_xml_plain(const unsigned char *p, const unsigned char *last)
{
    while (p < last
           && *p != '\\' && *p != '&' && *p != '<' && *p != '>'
           && *p != 0xef)
    {
        p++;
    }

    return p;
}


/*
 * The next character of the inside of a JSON string, as UTF-8: its length,
 * with *pp behind it.  0 if XML 1.0 has no such character: a control character
 * but for tab and the line's ends, half of a surrogate pair, U+FFFE, U+FFFF.
 */

static size_t
webhook_xml_char(const unsigned char **pp, const unsigned char *last,
    unsigned char c[4])
{
    int                   n;
    size_t                len;
    const unsigned char  *p;

    p = *pp;

    if (*p == '\\') {
        len = webhook_json_unescape(pp, last, c);

        /* what stands for half of a pair was not written as U+FFFD */

        if (len == 3 && c[0] == 0xef && c[1] == 0xbf && c[2] == 0xbd
            && (p[2] | 0x20) == 'd')
        {
            return 0;
        }

    } else {
        n = *p < 0x80 ? 1 : webhook_json_utf8(p, last);
        len = n < 0 ? 1 : n;

        memcpy(c, p, len);
        *pp = p + len;
    }

    if (len == 1 && c[0] < 0x20 && c[0] != '\t' && c[0] != '\n'
        && c[0] != '\r')
    {
        return 0;
    }

    if (len == 3 && c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe) {
        return 0;
    }

    return len;
}


/*
 * Writes the inside of a JSON string as text or an attribute's value.  A
 * carriage return would be read as a line feed, and in an attribute any white
 * space as a space, unless they are written as references; like the quote,
 * they only come as escapes.
 */

static void
webhook_xml_text(const webhook_str_t *s, int escaped, int attribute,
    webhook_buf_t *out)
{
    int                   i;
    size_t                n;
    uint32_t              u;
    unsigned char         c[4];
    const unsigned char  *p, *q, *last;

    static const unsigned char  hex[] = "0123456789abcdef";

    p = s->data;
    last = p + s->len;

    while (p < last) {
        q = webhook_xml_plain(p, last);

        if (q > p) {
            webhook_buf_add(out, p, q - p);
            p = q;
            continue;
        }

        n = webhook_xml_char(&p, last, c);

        if (n == 0) {

            if (*q == '\\' && q[1] == 'u') {
                webhook_buf_add(out, q, 6);
                continue;
            }

            /* "\b" and "\f", or U+FFFE and U+FFFF as they are */

            u = *q == '\\' ? c[0] : 0xffc0 | (c[2] & 0x3f);

            webhook_xml_puts(out, "\\u");

            for (i = 12; i >= 0; i -= 4) {
                webhook_buf_byte(out, hex[(u >> i) & 0xf]);
            }

            continue;
        }

        if (n > 1) {
            webhook_buf_add(out, c, n);
            continue;
        }

        switch (c[0]) {

        case '&':
            webhook_xml_puts(out, "&amp;");
            break;

        case '<':
            webhook_xml_puts(out, "&lt;");
            break;

        case '>':
            webhook_xml_puts(out, "&gt;");
            break;

        case '\r':
            webhook_xml_puts(out, "&#13;");
            break;

        case '\\':
            webhook_xml_puts(out, escaped ? "\\\\" : "\\");
            break;

        case '"':
            webhook_xml_puts(out, attribute ? "&quot;" : "\"");
            break;

        case '\t':
            webhook_xml_puts(out, attribute ? "&#9;" : "\t");
            break;

        case '\n':
            webhook_xml_puts(out, attribute ? "&#10;" : "\n");
            break;

        default:
            webhook_buf_byte(out, c[0]);
        }
    }
}


static int
webhook_xml_puts(webhook_buf_t *out, const char *text)
{
    return webhook_buf_add(out, text, strlen(text));
}
