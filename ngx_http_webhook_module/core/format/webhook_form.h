
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reads name=value pairs as forms and queries have them
 * (application/x-www-form-urlencoded).  All functions are reentrant, allocate
 * nothing and may run on any thread.
 */

#ifndef WEBHOOK_FORM_H
#define WEBHOOK_FORM_H

#include "core/base/webhook_str.h"


/*
 * The next pair of text; start with *pos = 0.  Returns WEBHOOK_OK with views
 * of the name and the value as they stand (the value is empty where there is
 * no "="), or WEBHOOK_ERROR at the end.  What is empty between two "&" is
 * passed over.
 */
int webhook_form_next(const webhook_str_t *text, size_t *pos,
    webhook_str_t *name, webhook_str_t *value);

/*
 * Decodes "%XX" and "+" into out, which has room for raw->len bytes and may
 * be where raw is.  Returns the length, or WEBHOOK_ERROR if a "%" is not
 * followed by two hexadecimal digits.
 */
ssize_t webhook_form_decode(const webhook_str_t *raw, unsigned char *out);

/* The same where a "%" that is followed by something else stands for itself,
   as browsers read it. */
size_t webhook_form_decode_loose(const webhook_str_t *raw,
    unsigned char *out);


#endif /* WEBHOOK_FORM_H */
