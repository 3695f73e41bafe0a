
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Templates with ${path|filter} tokens, compiled once and rendered often.
 * Any other dollar sign is just a dollar sign.  This room may call
 * webhook_json, webhook_map and webhook_str.
 *
 * In a JSON template a string that is nothing but one token ("${a.b}") takes
 * the value with its JSON type, source bytes unchanged; inside a longer
 * string the value is text, escaped for a JSON string.  A token outside any
 * string takes the value with its type as well.  A missing value is null when
 * alone and empty inside text.  A token in an object's key is text.
 *
 * Text templates (a URI, a header's value, a line of text) take values as
 * text, escaped for where they stand.
 *
 * Filters apply from left to right:
 *
 *   int            a number without fraction and exponent, or a string of
 *                  decimal digits, at most with "-" in front, of any length,
 *                  becomes a JSON number without leading zeros ("007": 7);
 *                  any other value is an error.
 *   string         a value of another type becomes a string: its text.
 *   default:TEXT   a missing value or null becomes the string TEXT, which is
 *                  bare and ends at "}" or at the "|" of a next filter; it has
 *                  no "{", and no quote or backslash in a JSON template.  For
 *                  another type add a filter: default:0|int.
 *   required       a missing or empty value is an error.
 *   number         a number, or a string that is one as JSON writes it, becomes
 *                  a JSON number with the same digits; else an error.
 *   bool           true, 1, yes, on become true; false, 0, no, off become
 *                  false, whether texts or not and in any case; else an error.
 *   lower, upper   the text in small or in capital letters (webhook_case.h).
 *   trim           the text without white space (of ASCII) at its ends.
 *   date, date:FORMAT
 *                  a point in time, in any form that webhook_date.h reads,
 *                  becomes a text (a number for "unix" and "ms") in UTC; else
 *                  an error.
 *   map:NAME       the text that a table has for this one (webhook_map.h), or
 *                  its default; an error where there is neither.
 *
 * But for default and required they leave what is missing or null as it is.
 *
 * "${" cannot be escaped, but JSON text can write \u0024{ and a URI %24{.
 *
 * Compiled templates are immutable and may be used by several threads.
 */

#ifndef WEBHOOK_TEMPLATE_H
#define WEBHOOK_TEMPLATE_H

#include "core/json/webhook_json.h"
#include "core/template/webhook_map.h"


#define WEBHOOK_TEMPLATE_MAX_TOKENS   256       /* tokens a template */
#define WEBHOOK_TEMPLATE_MAX_FILTERS  8         /* filters a token */
#define WEBHOOK_PATH_MAX_STEPS        32        /* steps a path */


typedef struct webhook_path_s      webhook_path_t;
typedef struct webhook_template_s  webhook_template_t;


typedef enum {
    WEBHOOK_TEMPLATE_JSON = 0,
    WEBHOOK_TEMPLATE_URI,       /* an origin-form URI, see below */
    WEBHOOK_TEMPLATE_HEADER,    /* CR, LF, NUL and other controls in a value
                                   are an error */
    WEBHOOK_TEMPLATE_TEXT       /* as it is */
} webhook_template_kind_e;


/*
 * In a URI all of a value but RFC 3986's unreserved characters is %XX, so
 * that it stays within its segment.  Errors are: control characters; up to
 * the literal "?", a segment that holds a token and is empty, or that reads as
 * "." or "..", or has such a part between slashes or backslashes, however
 * often it is decoded and whatever follows a ";".  A "/" of a value is %2F:
 * who decodes the URI must not split it there.
 */


/*
 * A value as a template or condition sees it.  For JSON values type and span
 * are those of the source; plain text (a header, a variable, a capture) has
 * is_text set and its bytes in span, without quotes or escapes.
 */

typedef struct {
    webhook_json_type_e  type;
    webhook_str_t        span;
    unsigned             missing:1;
    unsigned             is_text:1;
    unsigned             hidden:1;  /* no error text may show it */
} webhook_value_t;


/*
 * Finds the value of a path.  It fills in v (v->missing where there is none)
 * and returns WEBHOOK_OK, or WEBHOOK_NOMEM.  The bytes that v refers to must
 * live until the render or evaluation ends.
 */
typedef int (*webhook_lookup_pt)(void *ctx, const webhook_path_t *path,
    webhook_value_t *v);


typedef struct {
    char  text[256];            /* a sentence for a log line or an answer */
} webhook_error_t;


/*
 * Fills in err (NULL is allowed) by a printf() format.  What is too long is
 * cut between characters and ends in "...", control characters become "?".
 */
void webhook_error_set(webhook_error_t *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


/*
 * Paths: dotted, with array indexes: order.lines.0.sku.  A step that is a
 * decimal number is an index into an array and a key of an object.  A step
 * may hold any byte but controls, space, quotes, backslash and $ { } | = ! <
 * > ~ &.
 */

/* Compiles text; NULL with *err filled in if it is no path or no memory. */
webhook_path_t *webhook_path_compile(const webhook_str_t *text,
    webhook_error_t *err);
void webhook_path_free(webhook_path_t *path);

/* Number of steps; the i-th step's text; the path as it was written. */
uint32_t webhook_path_steps(const webhook_path_t *path);
const webhook_str_t *webhook_path_step(const webhook_path_t *path,
    uint32_t i);
const webhook_str_t *webhook_path_text(const webhook_path_t *path);

/*
 * Follows the steps from "skip" on through a document, from value "from" (or
 * the root where from is NULL).  Returns WEBHOOK_OK or WEBHOOK_ERROR.
 */
int webhook_path_find(const webhook_path_t *path, uint32_t skip,
    const webhook_json_doc_t *doc, const webhook_json_value_t *from,
    webhook_json_value_t *v);

/* Fills in v from a JSON value, or as missing where from is NULL. */
void webhook_value_from_json(webhook_value_t *v,
    const webhook_json_value_t *from);

/* Appends the value as plain text: strings decoded, the rest as it stands;
   null and missing add nothing. */
int webhook_value_text(const webhook_value_t *v, webhook_buf_t *out);

/*
 * The same text without a copy where that can be: *text refers to v's own
 * bytes, or to the scratch buffer, which is emptied first.  Returns
 * WEBHOOK_OK, WEBHOOK_NOMEM, or WEBHOOK_ERROR for a span that is no string.
 */
int webhook_value_view(const webhook_value_t *v, webhook_buf_t *scratch,
    webhook_str_t *text);

/* 1 if missing, null, "", [] or {}; 0 and false are values. */
int webhook_value_empty(const webhook_value_t *v);


/*
 * Compiles a template.  A JSON template must be one JSON value once tokens
 * stand for values.  The text is copied.  Returns NULL with *err filled in
 * (unknown filter, broken token, not JSON).
 */
webhook_template_t *webhook_template_compile(const webhook_str_t *text,
    webhook_template_kind_e kind, webhook_error_t *err);
void webhook_template_free(webhook_template_t *tpl);

/* 1 if the template holds no token and renders to its own text. */
int webhook_template_constant(const webhook_template_t *tpl);

/* Calls visit for every path in the template, until one returns non-zero,
   which is then returned; for checks when a configuration is read. */
int webhook_template_paths(const webhook_template_t *tpl,
    int (*visit)(void *ctx, const webhook_path_t *path), void *ctx);

/*
 * Calls visit with the name of each table that a filter "map" asks for; it
 * sets *map (which has to live as long as the template) and returns 0, or
 * something else to end, which is then returned.  Before the first rendering,
 * and on one thread.
 */
int webhook_template_maps(webhook_template_t *tpl,
    int (*visit)(void *ctx, const webhook_str_t *name,
                 const webhook_map_t **map),
    void *ctx);

/*
 * Appends the rendered template.  Returns WEBHOOK_OK; WEBHOOK_ERROR with
 * *err filled in where a value does not fit (int of "7/../1", a required
 * value that is missing or empty, a control character for a header);
 * WEBHOOK_NOMEM or WEBHOOK_LIMIT as the buffer says.  err->text names the
 * path, and of a value no more than its first bytes, printable.  Unless it
 * returns WEBHOOK_OK, the buffer's length is what it was.
 */
int webhook_template_render(const webhook_template_t *tpl,
    webhook_lookup_pt lookup, void *ctx, webhook_buf_t *out,
    webhook_error_t *err);


#endif /* WEBHOOK_TEMPLATE_H */
