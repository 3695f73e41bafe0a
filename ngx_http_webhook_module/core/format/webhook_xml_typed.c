
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * XML whose elements bear types: whether a document is that, and what JSON it
 * is.  The walk goes by the links between elements, without recursion: down
 * into the first one inside, on to the one beside it, and up.
 */

#include "core/format/webhook_xml_int.h"
#include "core/scalar/webhook_decimal.h"


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
static void webhook_xml_say_key(const webhook_xml_tree_t *tree, uint32_t n,
    webhook_buf_t *out);
static void webhook_xml_say_scalar(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e, webhook_buf_t *out);
static void webhook_xml_say_string(const webhook_str_t *s, int escaped,
    webhook_buf_t *out);


int
webhook_xml_is_typed(webhook_xml_tree_t *tree)
{
    uint32_t  n;

    for (n = 0; n < tree->nelements; n++) {
        if (!webhook_xml_check(tree, n)) {
            return 0;
        }
    }

    return 1;
}


/* Whether element n is typed, all before it being. */

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


/* What the attributes say.  0 if there is one that says nothing here. */

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


int
webhook_xml_typed_json(const webhook_xml_tree_t *tree, webhook_buf_t *out)
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
