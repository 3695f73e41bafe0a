
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * JSON as XML, and XML as JSON.  The mapping is written down in docs/xml.md;
 * in short, of JSON to XML:
 *
 *     {"id": 7, "tags": ["a"], "note": ""}
 *
 *     <?xml version="1.0" encoding="UTF-8"?>
 *     <data type="object"><id type="number">7</id><tags type="array">
 *     <item>a</item></tags><note/></data>            (on one line)
 *
 * A string, and an object that is not empty, bear no "type", but for the root,
 * which always does: that is how XML of this mapping is told from any other.  A
 * key that is no plain XML name is <item key="...">.  What XML 1.0 has no way
 * to say is written with JSON's own escapes, in an element that bears
 * escaped="true", or in the attribute "escaped-key".
 *
 * Any other has its attributes as "@name", repeated elements as arrays, text as
 * a string, or as "#text" beside attributes and elements; the root is the only
 * member of an object.  Names keep their prefixes.  A document type declaration
 * is refused, whatever it says, and so nothing is ever expanded or fetched.
 *
 * All functions are reentrant and may run on any thread; memory that they take
 * is freed when they return, but for what is in the buffer given.
 */

#ifndef WEBHOOK_XML_H
#define WEBHOOK_XML_H

#include "core/json/webhook_json.h"


#define WEBHOOK_XML_MAX_DEPTH       65      /* default bounds; the depth is
                                               what JSON's own can become */
#define WEBHOOK_XML_MAX_NODES       131072
#define WEBHOOK_XML_MAX_ATTRIBUTES  256


typedef enum {
    WEBHOOK_XML_ANY = 0,        /* typed if it is in all, else generic */
    WEBHOOK_XML_TYPED,          /* the mapping above, or an error */
    WEBHOOK_XML_GENERIC         /* also what could be typed */
} webhook_xml_mapping_e;


typedef struct {
    uint32_t  max_depth;        /* nested elements, 0: default */
    uint32_t  max_nodes;        /* elements, attributes and pieces of text in
                                   all, 0: default; at most 2^28 */
    uint32_t  max_attributes;   /* of one element, 0: default */
    unsigned  utf8:1;           /* it is UTF-8, whatever its declaration says */
} webhook_xml_limits_t;


typedef struct {
    size_t       line;          /* from 1; 0 if no place is to blame */
    size_t       column;        /* bytes before it on that line */
    const char  *what;          /* static text */
} webhook_xml_error_t;


/*
 * Appends value v of a document as an XML document, with its declaration, in
 * UTF-8 and on one line; the root element is named as root says, as a key
 * would be (an event type is a name, unless it begins with a digit or "xml");
 * of its bytes, those that are not UTF-8 become U+FFFD.  Every JSON value can
 * be said.  Returns WEBHOOK_OK, WEBHOOK_NOMEM or WEBHOOK_LIMIT (the buffer's
 * bound); what was added before a failure stays.
 */
int webhook_xml_write(const webhook_json_doc_t *doc,
    const webhook_json_value_t *v, const webhook_str_t *root,
    webhook_buf_t *out);

/*
 * Appends the JSON of an XML document, without white space between values.
 * The encodings are those of expat: UTF-8, UTF-16, ISO-8859-1, US-ASCII, by
 * the document's declaration.  limits and err may be NULL.  Returns
 * WEBHOOK_OK; WEBHOOK_ERROR (not well-formed, a document type declaration, or
 * not typed where that is asked); WEBHOOK_LIMIT (of limits, the buffer, or a
 * text of 1 GB or more); WEBHOOK_NOMEM; with *err filled in unless it was
 * WEBHOOK_OK.  A failure of reading adds nothing; one of the buffer may leave
 * a part.  JSON of generic XML may be twice as deep as its elements, and be
 * more than webhook_json_read() takes by default.
 */
int webhook_xml_read(const webhook_str_t *text, webhook_xml_mapping_e mapping,
    const webhook_xml_limits_t *limits, webhook_buf_t *out,
    webhook_xml_error_t *err);


#endif /* WEBHOOK_XML_H */
