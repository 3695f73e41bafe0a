
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Upper and lower case of UTF-8 text: Latin (with the letters of Vietnamese),
 * Greek and Cyrillic, letter by letter, without a locale.  What has no single
 * counterpart there, and what is not UTF-8, stays as it is.  Reentrant; any
 * thread.
 */

#ifndef WEBHOOK_CASE_H
#define WEBHOOK_CASE_H

#include "core/base/webhook_str.h"


/* Append the text; return the buffer's state. */
int webhook_case_lower(const webhook_str_t *text, webhook_buf_t *out);
int webhook_case_upper(const webhook_str_t *text, webhook_buf_t *out);


#endif /* WEBHOOK_CASE_H */
