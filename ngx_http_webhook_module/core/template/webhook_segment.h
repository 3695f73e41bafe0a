
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Values in the path of a URI.  What comes from outside is to stay the one
 * segment it stands in, whoever decodes the URI behind us.
 */

#ifndef WEBHOOK_SEGMENT_H
#define WEBHOOK_SEGMENT_H

#include "core/base/webhook_str.h"


/*
 * Appends the text with all but RFC 3986's unreserved characters as %XX.
 * Returns WEBHOOK_OK; WEBHOOK_ERROR, and nothing more is appended, at a
 * control character or an overlong form of an ASCII character, which lax
 * readers of UTF-8 take for "/" or "."; else the buffer's state.
 */
int webhook_segment_escape(const webhook_str_t *text, webhook_buf_t *out);

/*
 * 1 if the segment (or a part of it, between slashes or backslashes) is "."
 * or "..", as it is or decoded once or several times, with or without a
 * ";parameter"; 0 if not; WEBHOOK_NOMEM.
 */
int webhook_segment_dots(const webhook_str_t *segment,
    webhook_buf_t *scratch);

/*
 * 1 if the text can stand in a template's URI as it is: no control, space or
 * "#", and after each "%" two hexadecimal digits; else 0.
 */
int webhook_segment_literal(const webhook_str_t *text);


#endif /* WEBHOOK_SEGMENT_H */
