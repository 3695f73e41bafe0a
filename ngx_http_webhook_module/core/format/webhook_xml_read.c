
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reads XML by expat into a tree.  Only a document type declaration could make
 * expat expand or fetch anything, and the first byte of one ends the reading.
 */

#include "core/format/webhook_xml_int.h"

#include <expat.h>
#include <limits.h>
#include <stdlib.h>


#define WEBHOOK_XML_MAX_TEXT  (1024 * 1024 * 1024 - 1)
#define WEBHOOK_XML_MOST      (1 << 28)

/* expat 2.9 deprecates what all versions before it have */

#if (XML_MAJOR_VERSION * 1000 + XML_MINOR_VERSION >= 2009)

#define webhook_xml_line(parser)    XML_GetCurrentLineNumber64(parser)
#define webhook_xml_column(parser)  XML_GetCurrentColumnNumber64(parser)

#else

#define webhook_xml_line(parser)    XML_GetCurrentLineNumber(parser)
#define webhook_xml_column(parser)  XML_GetCurrentColumnNumber(parser)

#endif


typedef struct {
    XML_Parser             parser;
    webhook_xml_tree_t     tree;
    webhook_xml_limits_t   limits;
    uint32_t               current;     /* innermost open element */
    uint32_t               depth;
    int                    failed;
    const char            *what;
} webhook_xml_reader_t;


static int webhook_xml_parse(webhook_xml_reader_t *r,
    const webhook_str_t *text, webhook_xml_error_t *err);
static void XMLCALL webhook_xml_on_start(void *data, const XML_Char *name,
    const XML_Char **atts);
static void XMLCALL webhook_xml_on_end(void *data, const XML_Char *name);
static void XMLCALL webhook_xml_on_text(void *data, const XML_Char *s,
    int len);
static void XMLCALL webhook_xml_on_doctype(void *data, const XML_Char *name,
    const XML_Char *sysid, const XML_Char *pubid, int internal);
static int webhook_xml_attributes(webhook_xml_reader_t *r,
    const XML_Char **atts, webhook_xml_element_t *e);
static int webhook_xml_keep(webhook_xml_reader_t *r, const char *s, size_t len,
    webhook_xml_span_t *span);
static int webhook_xml_reserve(webhook_xml_reader_t *r, void **array,
    uint32_t used, uint32_t *allocated, size_t size);
static void webhook_xml_stop(webhook_xml_reader_t *r, int rc,
    const char *what);
static void webhook_xml_fault(webhook_xml_error_t *err, const char *what);


int
webhook_xml_read(const webhook_str_t *text, webhook_xml_mapping_e mapping,
    const webhook_xml_limits_t *limits, webhook_buf_t *out,
    webhook_xml_error_t *err)
{
    int                   rc, typed;
    webhook_xml_error_t   ignored;
    webhook_xml_reader_t  r;

    if (err == NULL) {
        err = &ignored;
    }

    memset(err, 0, sizeof(webhook_xml_error_t));
    memset(&r, 0, sizeof(webhook_xml_reader_t));

    if (limits) {
        r.limits = *limits;
    }

    if (r.limits.max_depth == 0) {
        r.limits.max_depth = WEBHOOK_XML_MAX_DEPTH;
    }

    if (r.limits.max_nodes == 0) {
        r.limits.max_nodes = WEBHOOK_XML_MAX_NODES;

    } else if (r.limits.max_nodes > WEBHOOK_XML_MOST) {
        r.limits.max_nodes = WEBHOOK_XML_MOST;
    }

    if (r.limits.max_attributes == 0) {
        r.limits.max_attributes = WEBHOOK_XML_MAX_ATTRIBUTES;
    }

    webhook_buf_init(&r.tree.pool, 0);

    rc = webhook_xml_parse(&r, text, err);

    if (rc == WEBHOOK_OK) {
        typed = mapping == WEBHOOK_XML_GENERIC ? 0
                                               : webhook_xml_is_typed(&r.tree);

        if (typed) {
            rc = webhook_xml_typed_json(&r.tree, out);

        } else if (mapping == WEBHOOK_XML_TYPED) {
            rc = WEBHOOK_ERROR;
            webhook_xml_fault(err, "the document is not in this mapping");

        } else {
            rc = webhook_xml_generic_json(&r.tree, out);
        }

        if (rc == WEBHOOK_NOMEM) {
            webhook_xml_fault(err, "no memory");

        } else if (rc == WEBHOOK_LIMIT) {
            webhook_xml_fault(err, "the JSON is too long");
        }
    }

    free(r.tree.elements);
    free(r.tree.attributes);
    free(r.tree.pieces);
    webhook_buf_free(&r.tree.pool);

    return rc;
}


static int
webhook_xml_parse(webhook_xml_reader_t *r, const webhook_str_t *text,
    webhook_xml_error_t *err)
{
    enum XML_Error  code;

    if (text->len > WEBHOOK_XML_MAX_TEXT) {
        webhook_xml_fault(err, "the text is too long");
        return WEBHOOK_LIMIT;
    }

    r->parser = XML_ParserCreate(r->limits.utf8 ? "UTF-8" : NULL);

    if (r->parser == NULL) {
        webhook_xml_fault(err, "no memory");
        return WEBHOOK_NOMEM;
    }

    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, webhook_xml_on_start, webhook_xml_on_end);
    XML_SetCharacterDataHandler(r->parser, webhook_xml_on_text);
    XML_SetStartDoctypeDeclHandler(r->parser, webhook_xml_on_doctype);
    (void) XML_SetParamEntityParsing(r->parser,
                                     XML_PARAM_ENTITY_PARSING_NEVER);

    if (XML_Parse(r->parser, (const char *) text->data, (int) text->len, 1)
        != XML_STATUS_OK
        && r->failed == WEBHOOK_OK)
    {
        code = XML_GetErrorCode(r->parser);

        r->failed = code == XML_ERROR_NO_MEMORY ? WEBHOOK_NOMEM
                                                : WEBHOOK_ERROR;
        r->what = XML_ErrorString(code);
    }

    if (r->failed) {
        err->line = webhook_xml_line(r->parser);
        err->column = webhook_xml_column(r->parser);
        err->what = r->what ? r->what : "it is not XML";
    }

    XML_ParserFree(r->parser);

    return r->failed;
}


static void XMLCALL
webhook_xml_on_start(void *data, const XML_Char *name, const XML_Char **atts)
{
    uint32_t                n;
    webhook_xml_tree_t     *tree;
    webhook_xml_reader_t   *r;
    webhook_xml_element_t  *e, *parent, *before;

    r = data;
    tree = &r->tree;

    if (r->failed) {
        return;                 /* expat may call a little longer */
    }

    if (r->depth == r->limits.max_depth) {
        webhook_xml_stop(r, WEBHOOK_LIMIT, "elements are nested too deep");
        return;
    }

    n = tree->nelements;

    if (webhook_xml_reserve(r, (void **) &tree->elements, n, &tree->selements,
                            sizeof(webhook_xml_element_t))
        != WEBHOOK_OK)
    {
        return;
    }

    e = &tree->elements[n];
    memset(e, 0, sizeof(webhook_xml_element_t));

    tree->nelements++;

    e->parent = r->current;
    e->head = n;

    if (webhook_xml_keep(r, name, strlen(name), &e->name) != WEBHOOK_OK
        || webhook_xml_attributes(r, atts, e) != WEBHOOK_OK)
    {
        return;
    }

    if (r->depth) {
        parent = &tree->elements[r->current];

        if (parent->last) {
            before = &tree->elements[parent->last];
            before->next = n;

        } else {
            parent->first = n;
        }

        parent->last = n;
        parent->nelements++;
    }

    r->depth++;
    r->current = n;
}


static int
webhook_xml_attributes(webhook_xml_reader_t *r, const XML_Char **atts,
    webhook_xml_element_t *e)
{
    webhook_xml_tree_t       *tree;
    webhook_xml_attribute_t  *a;

    tree = &r->tree;
    e->attribute = tree->nattributes;

    for ( /* void */ ; atts[0]; atts += 2) {

        if (e->nattributes == r->limits.max_attributes) {
            webhook_xml_stop(r, WEBHOOK_LIMIT,
                             "an element has too many attributes");
            return r->failed;
        }

        if (webhook_xml_reserve(r, (void **) &tree->attributes,
                                tree->nattributes, &tree->sattributes,
                                sizeof(webhook_xml_attribute_t))
            != WEBHOOK_OK)
        {
            return r->failed;
        }

        a = &tree->attributes[tree->nattributes];

        if (webhook_xml_keep(r, atts[0], strlen(atts[0]), &a->name)
            != WEBHOOK_OK
            || webhook_xml_keep(r, atts[1], strlen(atts[1]), &a->value)
               != WEBHOOK_OK)
        {
            return r->failed;
        }

        tree->nattributes++;
        e->nattributes++;
    }

    return WEBHOOK_OK;
}


static void XMLCALL
webhook_xml_on_end(void *data, const XML_Char *name)
{
    webhook_xml_reader_t  *r;

    (void) name;

    r = data;

    if (r->failed) {
        return;
    }

    r->current = r->tree.elements[r->current].parent;
    r->depth--;
}


/*
 * Text comes in as many calls as expat likes.  What follows the piece before
 * it with no tag between adds to that piece.
 */

static void XMLCALL
webhook_xml_on_text(void *data, const XML_Char *s, int len)
{
    int                     i;
    webhook_xml_span_t      span;
    webhook_xml_tree_t     *tree;
    webhook_xml_piece_t    *piece;
    webhook_xml_reader_t   *r;
    webhook_xml_element_t  *e;

    r = data;
    tree = &r->tree;

    if (r->failed || r->depth == 0) {
        return;
    }

    if (webhook_xml_keep(r, s, len, &span) != WEBHOOK_OK) {
        return;
    }

    e = &tree->elements[r->current];

    for (i = 0; i < len && !e->text; i++) {
        if (s[i] != ' ' && s[i] != '\n' && s[i] != '\t' && s[i] != '\r') {
            e->text = 1;
        }
    }

    if (e->last_piece) {
        piece = &tree->pieces[e->last_piece - 1];

        if (piece->text.offset + piece->text.len == span.offset) {
            piece->text.len += span.len;
            return;
        }
    }

    if (webhook_xml_reserve(r, (void **) &tree->pieces, tree->npieces,
                            &tree->spieces, sizeof(webhook_xml_piece_t))
        != WEBHOOK_OK)
    {
        return;
    }

    piece = &tree->pieces[tree->npieces++];

    piece->text = span;
    piece->next = 0;

    if (e->last_piece) {
        tree->pieces[e->last_piece - 1].next = tree->npieces;

    } else {
        e->piece = tree->npieces;
    }

    e->last_piece = tree->npieces;
}


static void XMLCALL
webhook_xml_on_doctype(void *data, const XML_Char *name, const XML_Char *sysid,
    const XML_Char *pubid, int internal)
{
    (void) name;
    (void) sysid;
    (void) pubid;
    (void) internal;

    webhook_xml_stop(data, WEBHOOK_ERROR,
                     "a document type declaration is not allowed");
}


static int
webhook_xml_keep(webhook_xml_reader_t *r, const char *s, size_t len,
    webhook_xml_span_t *span)
{
    webhook_buf_t  *pool;

    pool = &r->tree.pool;

    /* as UTF-8 a name or text is at most twice as long as it was, so that a
       span can count all of them together */

    span->offset = (uint32_t) pool->len;
    span->len = (uint32_t) len;

    if (webhook_buf_add(pool, s, len) != WEBHOOK_OK) {
        webhook_xml_stop(r, pool->failed, "no memory");
    }

    return r->failed;
}


/* Memory for one more in one of the tree's arrays. */

static int
webhook_xml_reserve(webhook_xml_reader_t *r, void **array, uint32_t used,
    uint32_t *allocated, size_t size)
{
    void                *p;
    uint32_t             n;
    webhook_xml_tree_t  *tree;

    tree = &r->tree;

    if (tree->nelements + tree->nattributes + tree->npieces
        >= r->limits.max_nodes)
    {
        webhook_xml_stop(r, WEBHOOK_LIMIT, "the document is too large");
        return r->failed;
    }

    if (used < *allocated) {
        return WEBHOOK_OK;
    }

    n = *allocated ? *allocated * 2 : 32;

    p = realloc(*array, n * size);
    if (p == NULL) {
        webhook_xml_stop(r, WEBHOOK_NOMEM, "no memory");
        return r->failed;
    }

    *array = p;
    *allocated = n;

    return WEBHOOK_OK;
}


static void
webhook_xml_stop(webhook_xml_reader_t *r, int rc, const char *what)
{
    if (r->failed) {
        return;
    }

    r->failed = rc;
    r->what = what;

    (void) XML_StopParser(r->parser, XML_FALSE);
}


static void
webhook_xml_fault(webhook_xml_error_t *err, const char *what)
{
    err->line = 0;
    err->column = 0;
    err->what = what;
}
