
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The first line of the headers of a rendition may tell which move of its
 * endpoint, by the version of its settings, was the last one when it was made
 * (http/runtime/ngx_http_webhook_moved.h).  It is neither sent nor shown.  Any
 * thread.
 */

#ifndef WEBHOOK_MOVED_H
#define WEBHOOK_MOVED_H

#include "core/base/webhook_str.h"


#define WEBHOOK_MOVED_LINE  "webhook-moved: "


/* Takes the line off the headers: the version, 0 if there is none. */

static inline uint64_t
webhook_moved_take(webhook_str_t *headers)
{
    size_t          len;
    uint64_t        version;
    unsigned char  *p, *end;

    len = sizeof(WEBHOOK_MOVED_LINE) - 1;

    if (headers->len <= len
        || memcmp(headers->data, WEBHOOK_MOVED_LINE, len) != 0)
    {
        return 0;
    }

    end = memchr(headers->data, '\r', headers->len);

    if (end == NULL || end + 1 == headers->data + headers->len) {
        return 0;
    }

    version = 0;

    for (p = headers->data + len; p < end; p++) {

        if (*p < '0' || *p > '9' || version > INT64_MAX / 10 - 1) {
            version = 0;
            break;
        }

        version = version * 10 + (uint64_t) (*p - '0');
    }

    headers->len -= (size_t) (end + 2 - headers->data);
    headers->data = end + 2;

    return version;
}


#endif /* WEBHOOK_MOVED_H */
