
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A value as a template or condition sees it.  For JSON values type and span
 * are those of the source; plain text (a header, a variable, a capture) has
 * is_text set and its bytes in span, without quotes or escapes.
 */

#ifndef WEBHOOK_VALUE_H
#define WEBHOOK_VALUE_H

#include "core/json/webhook_path.h"


typedef struct {
    webhook_json_type_e  type;
    webhook_str_t        span;
    unsigned             missing:1;
    unsigned             is_text:1;
    unsigned             hidden:1;  /* no error text may show it */
    unsigned             strict:1;  /* a template refuses it where some of it
                                       would become U+FFFD */
    unsigned             unread:1;  /* missing: where it would be could not be
                                       read */
} webhook_value_t;


/*
 * Finds the value of a path.  It fills in v (v->missing where there is none)
 * and returns WEBHOOK_OK, or WEBHOOK_NOMEM.  The bytes that v refers to must
 * live until the render or evaluation ends.
 */
typedef int (*webhook_lookup_pt)(void *ctx, const webhook_path_t *path,
    webhook_value_t *v);


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


#endif /* WEBHOOK_VALUE_H */
