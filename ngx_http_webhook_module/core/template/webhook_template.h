
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Templates with placeholders, ${path|filter}, compiled once and rendered
 * often.  Any other dollar sign is just a dollar sign.
 *
 * In a JSON template a string that is nothing but one placeholder ("${a.b}")
 * takes the value with its JSON type, source bytes unchanged; inside a longer
 * string the value is text, escaped for a JSON string.  A placeholder outside
 * any string takes the value with its type as well.  A missing value is null
 * when alone and empty inside text.  A placeholder in an object's key is text.
 *
 * Text templates (a URI, a header's value, a line of text, XML) take values as
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
 *   map:NAME       the text that a table has for this one, or its default; an
 *                  error where there is neither (webhook_value_map.h).
 *
 * But for default and required they leave what is missing or null as it is.
 *
 * A key in quotes (webhook_path.h) may stand in a token of any template, that of
 * a JSON string too, whose quotes it does not end: "${fields."System.State"}".
 *
 * "${" cannot be escaped, but JSON text can write \u0024{ and a URI %24{.
 *
 * Compiled templates are immutable and may be used by several threads.
 */

#ifndef WEBHOOK_TEMPLATE_H
#define WEBHOOK_TEMPLATE_H

#include "core/json/webhook_value.h"
#include "core/template/webhook_value_map.h"


#define WEBHOOK_TEMPLATE_MAX_PLACEHOLDERS  256  /* in a template */
#define WEBHOOK_TEMPLATE_MAX_FILTERS       8    /* in a placeholder */


typedef struct webhook_template_s  webhook_template_t;


typedef enum {
    WEBHOOK_TEMPLATE_JSON = 0,
    WEBHOOK_TEMPLATE_URI,       /* an origin-form URI, see below */
    WEBHOOK_TEMPLATE_HEADER,    /* CR, LF, NUL and other controls in a value
                                   are an error */
    WEBHOOK_TEMPLATE_TEXT,      /* as it is */
    WEBHOOK_TEMPLATE_XML        /* & < > " ' are escaped; what is not UTF-8, or
                                   a character that XML 1.0 does not have, is
                                   an error */
} webhook_template_kind_e;


/*
 * In a URI all of a value but RFC 3986's unreserved characters is %XX, so
 * that it stays within its segment.  Errors are: control characters; up to
 * the literal "?", a segment that holds a placeholder and is empty, or that
 * reads as "." or "..", or has such a part between slashes or backslashes,
 * however often it is decoded and whatever follows a ";".  A "/" of a value is
 * %2F: who decodes the URI must not split it there.
 */


/*
 * Compiles a template.  A JSON template must be one JSON value once values
 * stand for placeholders.  The text is copied.  Returns NULL with *err filled
 * in (unknown filter, broken placeholder, not JSON).
 */
webhook_template_t *webhook_template_compile(const webhook_str_t *text,
    webhook_template_kind_e kind, webhook_error_t *err);
void webhook_template_free(webhook_template_t *tpl);

/* 1 if the template holds no placeholder and renders to its own text. */
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
                 const webhook_value_map_t **map),
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
