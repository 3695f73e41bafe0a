
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Says an XML document as JSON.  Both walks go by the links between elements,
 * without recursion: down into the first one inside, on to the one beside it,
 * and up.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* qsort_r() */
#endif

#include "webhook_xml_int.h"
#include "webhook_decimal.h"

#include <stdlib.h>


#define WEBHOOK_XML_NO_TYPE  ((webhook_json_type_e) -1)


typedef struct {
    webhook_json_type_e   type;
    webhook_str_t         key;
    unsigned              keyed:1;          /* "key" or "escaped-key" */
    unsigned              key_escaped:1;
    unsigned              escaped:1;
} webhook_xml_marks_t;


static int webhook_xml_check(webhook_xml_tree_t *tree, uint32_t n);
static int webhook_xml_marks(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_xml_marks_t *m);
static webhook_json_type_e webhook_xml_type_of(const webhook_str_t *name);
static int webhook_xml_is(const webhook_str_t *s, const char *text);
static int webhook_xml_escapes(const webhook_str_t *s);
static webhook_str_t webhook_xml_leaf_text(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e);
static void webhook_xml_say_string(const webhook_str_t *s, int escaped,
    webhook_buf_t *out);
static void webhook_xml_say_scalar(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_buf_t *out);
static void webhook_xml_say_key(const webhook_xml_tree_t *tree, uint32_t n,
    webhook_buf_t *out);
static void webhook_xml_say_prefixed(const char *prefix,
    const webhook_str_t *s, webhook_buf_t *out);
static int webhook_xml_say_mixed(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_buf_t *out);
static void webhook_xml_say_attributes(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_buf_t *out);
static int webhook_xml_group(webhook_xml_tree_t *tree, uint32_t n,
    uint32_t **order, uint32_t *allocated);
static int webhook_xml_compare(const void *one, const void *two, void *data);


int
webhook_xml_is_ours(webhook_xml_tree_t *tree)
{
    uint32_t  n;

    for (n = 0; n < tree->nelements; n++) {
        if (!webhook_xml_check(tree, n)) {
            return 0;
        }
    }

    return 1;
}


/* Whether element n is one of ours, all before it being. */

static int
webhook_xml_check(webhook_xml_tree_t *tree, uint32_t n)
{
    webhook_str_t           name, text;
    webhook_decimal_t       number;
    webhook_xml_marks_t     m;
    webhook_xml_element_t  *e;

    e = &tree->elements[n];
    name = webhook_xml_str(tree, &e->name);

    if (!webhook_xml_marks(tree, e, &m)) {
        return 0;
    }

    if (n == 0 && m.type == WEBHOOK_XML_NO_TYPE) {
        return 0;
    }

    if (m.keyed && !webhook_xml_is(&name, "item")) {
        return 0;
    }

    if (n && tree->elements[e->parent].type == WEBHOOK_JSON_ARRAY
        && (m.keyed || !webhook_xml_is(&name, "item")))
    {
        return 0;
    }

    if (m.type == WEBHOOK_XML_NO_TYPE) {
        m.type = e->nelements ? WEBHOOK_JSON_OBJECT : WEBHOOK_JSON_STRING;
    }

    e->type = m.type;

    if (m.escaped && m.type != WEBHOOK_JSON_STRING) {
        return 0;
    }

    if (m.type == WEBHOOK_JSON_OBJECT || m.type == WEBHOOK_JSON_ARRAY) {
        return !e->text;
    }

    if (e->nelements) {
        return 0;
    }

    text = webhook_xml_leaf_text(tree, e);

    switch (m.type) {

    case WEBHOOK_JSON_NULL:
        return !e->text;

    case WEBHOOK_JSON_NUMBER:
        return webhook_decimal_parse(&text, &number) == WEBHOOK_OK;

    case WEBHOOK_JSON_STRING:
        return !m.escaped || webhook_xml_escapes(&text);

    default:                            /* "boolean" */

        if (webhook_xml_is(&text, "true")) {
            e->type = WEBHOOK_JSON_TRUE;
            return 1;
        }

        e->type = WEBHOOK_JSON_FALSE;
        return webhook_xml_is(&text, "false");
    }
}


/* What the attributes say.  0 if there is one that is not ours. */

static int
webhook_xml_marks(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_xml_marks_t *m)
{
    uint32_t                        i;
    webhook_str_t                   name, value;
    const webhook_xml_attribute_t  *a;

    memset(m, 0, sizeof(webhook_xml_marks_t));
    m->type = WEBHOOK_XML_NO_TYPE;

    for (i = 0; i < e->nattributes; i++) {
        a = &tree->attributes[e->attribute + i];

        name = webhook_xml_str(tree, &a->name);
        value = webhook_xml_str(tree, &a->value);

        if (webhook_xml_is(&name, "type")) {
            m->type = webhook_xml_type_of(&value);

            if (m->type == WEBHOOK_XML_NO_TYPE) {
                return 0;
            }

        } else if (webhook_xml_is(&name, "escaped")) {
            m->escaped = 1;

            if (!webhook_xml_is(&value, "true")) {
                return 0;
            }

        } else if (m->keyed) {
            return 0;

        } else if (webhook_xml_is(&name, "key")) {
            m->keyed = 1;
            m->key = value;

        } else if (webhook_xml_is(&name, "escaped-key")) {
            m->keyed = 1;
            m->key_escaped = 1;
            m->key = value;

            if (!webhook_xml_escapes(&value)) {
                return 0;
            }

        } else {
            return 0;
        }
    }

    return 1;
}


/* The type that a word stands for; "boolean" is WEBHOOK_JSON_FALSE here. */

static webhook_json_type_e
webhook_xml_type_of(const webhook_str_t *name)
{
    size_t  i;

    static const struct {
        const char           *name;
        webhook_json_type_e   type;

    } types[] = {
        { "number", WEBHOOK_JSON_NUMBER },
        { "string", WEBHOOK_JSON_STRING },
        { "boolean", WEBHOOK_JSON_FALSE },
        { "null", WEBHOOK_JSON_NULL },
        { "object", WEBHOOK_JSON_OBJECT },
        { "array", WEBHOOK_JSON_ARRAY }
    };

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (webhook_xml_is(name, types[i].name)) {
            return types[i].type;
        }
    }

    return WEBHOOK_XML_NO_TYPE;
}


static int
webhook_xml_is(const webhook_str_t *s, const char *text)
{
    return s->len == strlen(text)
           && (s->len == 0 || memcmp(s->data, text, s->len) == 0);
}


/* Whether each backslash begins what JSON has as an escape. */

static int
webhook_xml_escapes(const webhook_str_t *s)
{
    size_t  i, k;

    for (i = 0; i < s->len; i++) {

        if (s->data[i] != '\\') {
            continue;
        }

        i++;

        if (i == s->len || s->data[i] == '\0'
            || strchr("\"\\/bfnrtu", s->data[i]) == NULL)
        {
            return 0;
        }

        if (s->data[i] != 'u') {
            continue;
        }

        for (k = 0; k < 4; k++) {
            i++;

            if (i == s->len || s->data[i] == '\0'
                || strchr("0123456789abcdefABCDEF", s->data[i]) == NULL)
            {
                return 0;
            }
        }
    }

    return 1;
}


/* The text of an element with no other in it: one piece, if any, since only
   a tag ends a piece. */

static webhook_str_t
webhook_xml_leaf_text(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e)
{
    static const webhook_str_t  none = webhook_str("");

    if (e->piece == 0) {
        return none;
    }

    return webhook_xml_str(tree, &tree->pieces[e->piece - 1].text);
}


int
webhook_xml_json_ours(const webhook_xml_tree_t *tree, webhook_buf_t *out)
{
    uint32_t                      n;
    const webhook_xml_element_t  *e;

    n = 0;

    for ( ;; ) {
        e = &tree->elements[n];

        if (e->type == WEBHOOK_JSON_OBJECT || e->type == WEBHOOK_JSON_ARRAY) {
            webhook_buf_byte(out, e->type == WEBHOOK_JSON_OBJECT ? '{' : '[');

            if (e->first) {
                n = e->first;
                webhook_xml_say_key(tree, n, out);
                continue;
            }

            webhook_buf_byte(out, e->type == WEBHOOK_JSON_OBJECT ? '}' : ']');

        } else {
            webhook_xml_say_scalar(tree, e, out);
        }

        while (n && tree->elements[n].next == 0) {
            n = tree->elements[n].parent;

            webhook_buf_byte(out, tree->elements[n].type
                                  == WEBHOOK_JSON_OBJECT ? '}' : ']');
        }

        if (n == 0 || out->failed) {
            return out->failed;
        }

        n = tree->elements[n].next;

        webhook_buf_byte(out, ',');
        webhook_xml_say_key(tree, n, out);
    }
}


static void
webhook_xml_say_key(const webhook_xml_tree_t *tree, uint32_t n,
    webhook_buf_t *out)
{
    webhook_xml_marks_t           m;
    const webhook_xml_element_t  *e;

    e = &tree->elements[n];

    if (tree->elements[e->parent].type == WEBHOOK_JSON_ARRAY) {
        return;
    }

    (void) webhook_xml_marks(tree, e, &m);

    if (!m.keyed) {
        m.key = webhook_xml_str(tree, &e->name);
    }

    webhook_xml_say_string(&m.key, m.key_escaped, out);
    webhook_buf_byte(out, ':');
}


static void
webhook_xml_say_scalar(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_buf_t *out)
{
    webhook_str_t        text;
    webhook_xml_marks_t  m;

    switch (e->type) {

    case WEBHOOK_JSON_NULL:
        webhook_buf_add(out, "null", 4);
        return;

    case WEBHOOK_JSON_STRING:
        (void) webhook_xml_marks(tree, e, &m);

        text = webhook_xml_leaf_text(tree, e);
        webhook_xml_say_string(&text, m.escaped, out);
        return;

    default:
        text = webhook_xml_leaf_text(tree, e);
        webhook_buf_add(out, text.data, text.len);
    }
}


/* A string; one that is escaped has its backslashes already, and nothing else
   that JSON asks for. */

static void
webhook_xml_say_string(const webhook_str_t *s, int escaped,
    webhook_buf_t *out)
{
    unsigned char   *p, *q, *last;
    webhook_str_t    part;

    webhook_buf_byte(out, '"');

    if (!escaped) {
        webhook_json_escape(s, out);
        webhook_buf_byte(out, '"');
        return;
    }

    p = s->data;
    last = p + s->len;

    while (p < last) {
        q = memchr(p, '\\', last - p);

        part.data = p;
        part.len = (q ? q : last) - p;

        webhook_json_escape(&part, out);

        if (q == NULL) {
            break;
        }

        /* the digits behind "\u" are plain text, of the next part */

        webhook_buf_add(out, q, 2);
        p = q + 2;
    }

    webhook_buf_byte(out, '"');
}


int
webhook_xml_json_others(webhook_xml_tree_t *tree, webhook_buf_t *out)
{
    int                     rc;
    uint32_t                n, next, *order, allocated;
    webhook_str_t           s;
    webhook_xml_element_t  *e;

    n = 0;
    order = NULL;
    allocated = 0;
    rc = WEBHOOK_OK;

    s = webhook_xml_str(tree, &tree->elements[0].name);

    webhook_buf_byte(out, '{');
    webhook_xml_say_prefixed("", &s, out);

    for ( ;; ) {
        e = &tree->elements[n];

        if (e->nelements == 0 && e->nattributes == 0) {
            s = webhook_xml_leaf_text(tree, e);
            webhook_xml_say_string(&s, 0, out);

        } else {
            webhook_buf_byte(out, '{');
            webhook_xml_say_attributes(tree, e, out);

            if (e->first) {
                rc = webhook_xml_group(tree, n, &order, &allocated);
                if (rc != WEBHOOK_OK) {
                    break;
                }

                if (e->nattributes) {
                    webhook_buf_byte(out, ',');
                }

                n = e->first;
                goto down;
            }

            rc = webhook_xml_say_mixed(tree, e, out);
            if (rc != WEBHOOK_OK) {
                break;
            }
        }

        /* up, until there is one beside it whose turn it is */

        for ( ;; ) {
            e = &tree->elements[n];

            if (n == 0 || e->same) {
                break;
            }

            if (e->head != n) {
                webhook_buf_byte(out, ']');
            }

            next = tree->elements[e->head].next;

            while (next && tree->elements[next].head != next) {
                next = tree->elements[next].next;
            }

            if (next) {
                webhook_buf_byte(out, ',');
                n = next;
                goto down;
            }

            n = e->parent;

            rc = webhook_xml_say_mixed(tree, &tree->elements[n], out);
            if (rc != WEBHOOK_OK) {
                break;
            }
        }

        if (n == 0 || rc != WEBHOOK_OK || out->failed) {
            break;
        }

        webhook_buf_byte(out, ',');
        n = e->same;
        continue;

    down:

        e = &tree->elements[n];
        s = webhook_xml_str(tree, &e->name);

        webhook_xml_say_prefixed("", &s, out);

        if (e->same) {
            webhook_buf_byte(out, '[');
        }
    }

    free(order);

    webhook_buf_byte(out, '}');

    return rc == WEBHOOK_OK ? out->failed : rc;
}


static void
webhook_xml_say_prefixed(const char *prefix, const webhook_str_t *s,
    webhook_buf_t *out)
{
    webhook_buf_byte(out, '"');
    webhook_buf_add(out, prefix, strlen(prefix));
    webhook_json_escape(s, out);
    webhook_buf_add(out, "\":", 2);
}


static void
webhook_xml_say_attributes(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_buf_t *out)
{
    uint32_t                        i;
    webhook_str_t                   s;
    const webhook_xml_attribute_t  *a;

    for (i = 0; i < e->nattributes; i++) {
        a = &tree->attributes[e->attribute + i];

        if (i) {
            webhook_buf_byte(out, ',');
        }

        s = webhook_xml_str(tree, &a->name);
        webhook_xml_say_prefixed("@", &s, out);

        s = webhook_xml_str(tree, &a->value);
        webhook_xml_say_string(&s, 0, out);
    }
}


/* The text of an element that is an object, if there is any, and its end. */

static int
webhook_xml_say_mixed(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_buf_t *out)
{
    uint32_t       i;
    webhook_str_t  s;
    webhook_buf_t  all;

    if (!e->text) {
        return webhook_buf_byte(out, '}');
    }

    webhook_buf_add(out, ",\"#text\":", 9);

    webhook_buf_init(&all, 0);

    for (i = e->piece; i; i = tree->pieces[i - 1].next) {
        s = webhook_xml_str(tree, &tree->pieces[i - 1].text);
        webhook_buf_add(&all, s.data, s.len);
    }

    if (all.failed) {
        webhook_buf_free(&all);
        return WEBHOOK_NOMEM;
    }

    s.data = all.data;
    s.len = all.len;

    if (e->nelements) {

        /* there is something between, since there is text */

        while (strchr(" \t\r\n", s.data[0])) {
            s.data++;
            s.len--;
        }

        while (strchr(" \t\r\n", s.data[s.len - 1])) {
            s.len--;
        }
    }

    webhook_xml_say_string(&s, 0, out);
    webhook_buf_free(&all);

    return webhook_buf_byte(out, '}');
}


/*
 * Finds which elements in element n have the same name, by sorting them: the
 * sender chooses the names, and a hash could be made to collide.
 */

static int
webhook_xml_group(webhook_xml_tree_t *tree, uint32_t n, uint32_t **order,
    uint32_t *allocated)
{
    uint32_t               i, k, *p, count;
    webhook_str_t          a, b;
    webhook_xml_element_t  *e, *before;

    count = tree->elements[n].nelements;

    if (count < 2) {
        return WEBHOOK_OK;
    }

    if (count > *allocated) {
        p = realloc(*order, count * sizeof(uint32_t));
        if (p == NULL) {
            return WEBHOOK_NOMEM;
        }

        *order = p;
        *allocated = count;
    }

    p = *order;
    i = 0;

    for (k = tree->elements[n].first; k; k = tree->elements[k].next) {
        p[i++] = k;
    }

    qsort_r(p, count, sizeof(uint32_t), webhook_xml_compare, tree);

    for (i = 1; i < count; i++) {
        before = &tree->elements[p[i - 1]];
        e = &tree->elements[p[i]];

        a = webhook_xml_str(tree, &before->name);
        b = webhook_xml_str(tree, &e->name);

        if (webhook_str_eq(&a, &b)) {
            e->head = before->head;
            before->same = p[i];
        }
    }

    return WEBHOOK_OK;
}


/* By name, and of one name by place, which makes the order total. */

static int
webhook_xml_compare(const void *one, const void *two, void *data)
{
    int                        rc;
    uint32_t                   i, k;
    webhook_str_t              a, b;
    const webhook_xml_tree_t  *tree;

    i = *(const uint32_t *) one;
    k = *(const uint32_t *) two;
    tree = data;

    a = webhook_xml_str(tree, &tree->elements[i].name);
    b = webhook_xml_str(tree, &tree->elements[k].name);

    rc = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);

    if (rc == 0) {
        rc = (a.len > b.len) - (a.len < b.len);
    }

    return rc ? rc : (i > k) - (i < k);
}
