
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

#include "core/base/webhook_str.h"


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
 * webhook_fields).  Returns WEBHOOK_OK; WEBHOOK_ERROR with *what (static text;
 * what may be NULL) if the body is cut short, or a part has no valid header
 * or no name; WEBHOOK_LIMIT (parts, headers, the buffer); WEBHOOK_NOMEM.
 * Nothing was added unless the buffer itself failed.
 *
 * In names and file names %22, %0D and %0A are decoded, as browsers write
 * them, and \" as older clients do.  Bytes that are not UTF-8 become U+FFFD.
 */
int webhook_multipart_json(const webhook_str_t *body,
    const webhook_str_t *boundary, uint32_t max, webhook_buf_t *out,
    const char **what);


#endif /* WEBHOOK_MULTIPART_H */
