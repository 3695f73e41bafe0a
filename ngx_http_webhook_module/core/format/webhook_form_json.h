
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

#include "core/base/webhook_str.h"


/*
 * Appends the JSON of a form.  White space at its ends (a line feed that a
 * client adds) is not looked at; bytes that are not UTF-8 become U+FFFD;
 * nothing is an empty object.  max bounds the number of fields (0: that of
 * webhook_fields).  Returns WEBHOOK_OK; WEBHOOK_ERROR if a "%" is not followed
 * by two hexadecimal digits; WEBHOOK_LIMIT (fields, or the buffer);
 * WEBHOOK_NOMEM.  Nothing was added unless the buffer itself failed.
 */
int webhook_form_json(const webhook_str_t *text, uint32_t max,
    webhook_buf_t *out);


#endif /* WEBHOOK_FORM_JSON_H */
