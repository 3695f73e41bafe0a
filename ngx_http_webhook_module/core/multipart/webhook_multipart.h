
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A form with files (multipart/form-data, RFC 7578) as JSON: an object as
 * webhook_fields makes it.  A field is a string; a file is what it is called
 * and how long it is, never its bytes:
 *
 *     {"name": "Linh",
 *      "photo": {"filename": "a.png", "content_type": "image/png",
 *                "size": 5120}}
 *
 * "filename" and "content_type" are null where the part does not say.
 * Reentrant; any thread.
 */

#ifndef WEBHOOK_MULTIPART_H
#define WEBHOOK_MULTIPART_H

#include "core/charset/webhook_charset.h"


#define WEBHOOK_MULTIPART_BOUNDARY  70      /* bytes at most, RFC 2046 */
#define WEBHOOK_MULTIPART_HEADERS   8192    /* bytes at most of one part's */


/*
 * Finds the boundary in a Content-Type of multipart/form-data, as a view of
 * it.  Returns WEBHOOK_OK; WEBHOOK_ERROR if it is another type, has no
 * boundary, or none that RFC 2046 allows.
 */
int webhook_multipart_boundary(const webhook_str_t *content_type,
    webhook_str_t *boundary);

/*
 * Appends the JSON of a body.  max bounds the number of parts (0: that of
 * webhook_fields).
 *
 * charset is the label of the body's type, of names and of the parts that tell
 * none of their own: an empty one is that which a part "_charset_" names, or
 * UTF-8.  With NULL all of it is UTF-8, and bytes that are not become U+FFFD.
 *
 * Returns WEBHOOK_OK; WEBHOOK_CHARSET_UNKNOWN; WEBHOOK_ERROR if the body is cut
 * short, a part has no valid header or no name, bytes do not fit their charset
 * or, but with NULL, a part is encoded; WEBHOOK_LIMIT (parts, headers, the
 * buffer); WEBHOOK_NOMEM; with *what (static text; what may be NULL).  Nothing
 * was added unless the buffer itself failed.
 *
 * In names and file names %22, %0D and %0A are decoded, as browsers write
 * them, and \" as older clients do.  Lines end in CR and LF, or all of them in
 * LF.  A byte order mark is skipped, of the body and of each part.
 */
int webhook_multipart_json(const webhook_str_t *body,
    const webhook_str_t *boundary, const webhook_str_t *charset, uint32_t max,
    webhook_buf_t *out, const char **what);


#endif /* WEBHOOK_MULTIPART_H */
