
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A form as JSON, for APIs that are sent forms or answer them
 * (application/x-www-form-urlencoded): an object of strings, and of arrays of
 * strings where a name comes again.
 *
 *     name=Linh&tag=a&tag=b&note=   {"name":"Linh","tag":["a","b"],"note":""}
 *
 * Reentrant; any thread.
 */

#ifndef WEBHOOK_FORM_JSON_H
#define WEBHOOK_FORM_JSON_H

#include "core/charset/webhook_charset.h"


/*
 * Appends the JSON of a form.  A byte order mark and white space at its ends (a
 * line feed that a client adds) are not looked at; nothing is an empty object.
 * max bounds the number of fields (0: that of webhook_fields).
 *
 * charset is the label of its type: an empty one is that which a field
 * "_charset_" names, or UTF-8.  With NULL it is UTF-8, and bytes that are not
 * become U+FFFD.
 *
 * Returns WEBHOOK_OK; WEBHOOK_CHARSET_UNKNOWN, or WEBHOOK_ERROR if a "%" is not
 * followed by two hexadecimal digits or bytes do not fit the charset, with
 * *what (static text; what may be NULL); WEBHOOK_LIMIT (fields, or the buffer);
 * WEBHOOK_NOMEM.  Nothing was added unless the buffer itself failed.
 */
int webhook_form_json(const webhook_str_t *text, const webhook_str_t *charset,
    uint32_t max, webhook_buf_t *out, const char **what);


#endif /* WEBHOOK_FORM_JSON_H */
