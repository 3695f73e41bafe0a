
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reads JSON (RFC 8259, strict UTF-8) by spans: the text is validated once,
 * within bounds, and each value can then be found by its path and copied from
 * the source bytes as they stand.  No number is converted and no string is
 * re-encoded on the way through, which no tree-building library can promise.
 *
 * A document refers to the source text and lives no longer than it does.
 * All functions are reentrant and may run on any thread; of one document, on
 * one thread at a time, since look-ups leave indexes in it.
 */

#ifndef WEBHOOK_JSON_H
#define WEBHOOK_JSON_H

#include "core/base/webhook_str.h"


#define WEBHOOK_JSON_MAX_DEPTH     64       /* default bounds */
#define WEBHOOK_JSON_MAX_VALUES    65536


typedef enum {
    WEBHOOK_JSON_NULL = 0,
    WEBHOOK_JSON_FALSE,
    WEBHOOK_JSON_TRUE,
    WEBHOOK_JSON_NUMBER,
    WEBHOOK_JSON_STRING,
    WEBHOOK_JSON_ARRAY,
    WEBHOOK_JSON_OBJECT
} webhook_json_type_e;


typedef struct webhook_json_doc_s  webhook_json_doc_t;


/* One value: its type and its source bytes (a string with its quotes). */

typedef struct {
    webhook_json_type_e  type;
    webhook_str_t        span;
    uint32_t             node;      /* its place in the document */
} webhook_json_value_t;


typedef struct {
    uint32_t  max_depth;            /* nested arrays and objects, 0: default */
    uint32_t  max_values;           /* values and keys in all, 0: default,
                                       at most 2^28 - 1 */
} webhook_json_limits_t;


typedef struct {
    size_t       offset;            /* byte at which reading stopped, up to
                                       the length of the text */
    const char  *what;              /* static text: "a comma is missing" */
} webhook_json_error_t;


/*
 * Reads text whole.  limits may be NULL.  Returns WEBHOOK_OK and a document in
 * *doc, which the caller frees; WEBHOOK_ERROR (not JSON), WEBHOOK_LIMIT
 * (deeper or larger than allowed, or of 4 GB or more), WEBHOOK_NOMEM, all
 * with *err filled in (err may be NULL) and *doc NULL.  The text is not copied
 * and not changed.  Takes 16 bytes of memory for each value and key, and time
 * in proportion to the text alone, whatever it holds.
 */
int webhook_json_read(const webhook_str_t *text,
    const webhook_json_limits_t *limits, webhook_json_doc_t **doc,
    webhook_json_error_t *err);

/* Frees a document (NULL is allowed). */
void webhook_json_free(webhook_json_doc_t *doc);

/* The root value. */
void webhook_json_root(const webhook_json_doc_t *doc, webhook_json_value_t *v);

/*
 * Member "key" (decoded text) of an object, or element of an array.  Where a
 * key stands twice the last one counts, as in jansson and most readers.
 * Return WEBHOOK_OK, or WEBHOOK_ERROR if there is none (or in is not of that
 * type).  The first two look-ups in an object or array step from one member or
 * element to the next; from the third on a large one has an index, which takes
 * up to 16 bytes a member.  To see them all, use webhook_json_next(), which
 * remembers where it was.
 */
int webhook_json_member(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const webhook_str_t *key,
    webhook_json_value_t *v);
int webhook_json_element(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, uint32_t index, webhook_json_value_t *v);

/* How often a key stands in an object: 0, 1, or 2 where more than once. */
uint32_t webhook_json_times(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const webhook_str_t *key);

/* Number of members or elements; 0 for a scalar. */
uint32_t webhook_json_count(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in);

/*
 * Walks the members of an object or the elements of an array: start with
 * *iter = 0; each call fills in v (and key, the source bytes with quotes, for
 * an object; empty for an array; key may be NULL).  Returns WEBHOOK_OK, or
 * WEBHOOK_ERROR at the end and for a scalar.
 */
int webhook_json_next(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, uint32_t *iter, webhook_str_t *key,
    webhook_json_value_t *v);

/*
 * Appends the decoded text (UTF-8) of a string span, quotes included in span.
 * A lone surrogate escape becomes U+FFFD; \u0000 becomes a zero byte.  Returns
 * the buffer's state, or WEBHOOK_ERROR if span is no string as the reader
 * takes it (some of it may then have been added).
 */
int webhook_json_decode(const webhook_str_t *span, webhook_buf_t *out);

/*
 * Appends text as the inside of a JSON string, escaped, without the quotes.
 * Bytes that are not UTF-8 become U+FFFD, so that the result is always valid.
 * Returns the buffer's state.
 */
int webhook_json_escape(const webhook_str_t *text, webhook_buf_t *out);


#endif /* WEBHOOK_JSON_H */
