
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An XML document that was read, between webhook_xml_read.c, which makes it,
 * and webhook_xml_typed.c and webhook_xml_generic.c, which say it as JSON and
 * find its names and texts by webhook_xml_tree.c.
 *
 * Elements stand in one array in the order of their start tags: a parent
 * before its children, the root first.  So 0 is nobody's child, and stands for
 * "none" wherever an element refers to a child or a sibling.
 */

#ifndef WEBHOOK_XML_INT_H
#define WEBHOOK_XML_INT_H

#include "core/format/webhook_xml.h"


typedef struct {
    uint32_t             offset;        /* in the pool */
    uint32_t             len;
} webhook_xml_span_t;


typedef struct {
    webhook_xml_span_t   name;
    webhook_xml_span_t   value;
} webhook_xml_attribute_t;


typedef struct {
    webhook_xml_span_t   text;
    uint32_t             next;          /* index + 1 of the next one that is
                                           in the same element, or 0 */
} webhook_xml_piece_t;


typedef struct {
    webhook_xml_span_t   name;
    uint32_t             parent;
    uint32_t             first;         /* element in it */
    uint32_t             last;
    uint32_t             next;          /* element beside it */
    uint32_t             nelements;     /* directly in it */
    uint32_t             attribute;     /* the first of nattributes */
    uint32_t             nattributes;
    uint32_t             piece;         /* index + 1 of the first, the last */
    uint32_t             last_piece;
    uint32_t             head;          /* first beside it of the same name */
    uint32_t             same;          /* the next one */
    webhook_json_type_e  type;          /* if it is typed */
    unsigned             text:1;        /* it has more than white space */
} webhook_xml_element_t;


typedef struct {
    webhook_xml_element_t    *elements;
    uint32_t                  nelements;
    uint32_t                  selements;    /* allocated */

    webhook_xml_attribute_t  *attributes;
    uint32_t                  nattributes;
    uint32_t                  sattributes;

    webhook_xml_piece_t      *pieces;
    uint32_t                  npieces;
    uint32_t                  spieces;

    webhook_buf_t             pool;         /* names and texts */
} webhook_xml_tree_t;


/* tree */

/* The bytes that a span stands for. */
webhook_str_t webhook_xml_str(const webhook_xml_tree_t *tree,
    const webhook_xml_span_t *span);

/* The text of an element with no other in it: one piece, if any, since only a
   tag ends a piece. */
webhook_str_t webhook_xml_leaf_text(const webhook_xml_tree_t *tree,
    const webhook_xml_element_t *e);


/* typed, generic */

/* 1 if the document is in the typed mapping; the types are then filled in. */
int webhook_xml_is_typed(webhook_xml_tree_t *tree);

/* Append the JSON of such a document, and of any.  Return the buffer's state,
   or WEBHOOK_NOMEM. */
int webhook_xml_typed_json(const webhook_xml_tree_t *tree, webhook_buf_t *out);
int webhook_xml_generic_json(webhook_xml_tree_t *tree, webhook_buf_t *out);


#endif /* WEBHOOK_XML_INT_H */
