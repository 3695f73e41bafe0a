
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * JSON in other charsets than its own.  A label is believed only where the
 * bytes are no UTF-8: many a server calls UTF-8 something else.  Reentrant; any
 * thread.
 */

#ifndef WEBHOOK_CHARSET_H
#define WEBHOOK_CHARSET_H

#include "core/base/webhook_str.h"


/*
 * Finds the charset parameter of a Content-Type, as a view of it; empty where
 * there is none.
 */
void webhook_charset_label(const webhook_str_t *content_type,
    webhook_str_t *label);

/* 1 if a label says UTF-8, or is empty. */
int webhook_charset_utf8(const webhook_str_t *label);

/*
 * 1 if a text whose first bytes (up to 3) these are, with this label, may have
 * to be brought to UTF-8; 0 if it may pass as it is, without a look at the
 * rest.
 */
int webhook_charset_doubtful(const unsigned char *first, size_t len,
    const webhook_str_t *label);

/*
 * Brings a JSON text to UTF-8 without a byte order mark.  Returns WEBHOOK_OK
 * and *text, which is a view of "from", or of "out" where it was converted;
 * WEBHOOK_ERROR with *what (static text) if it is no
 * UTF-8 and cannot be converted; or what appending to "out" failed with.
 *
 * Charsets that are converted: UTF-16, UTF-32, ISO 8859, those of Windows, of
 * KOI8, of Macintosh, and the common ones of East Asia.
 */
int webhook_charset_json(const webhook_str_t *from,
    const webhook_str_t *label, webhook_buf_t *out, webhook_str_t *text,
    const char **what);


#endif /* WEBHOOK_CHARSET_H */
