
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The first line of the headers of a rendition may tell which move of its
 * endpoint, by the version of its settings, was the last one when it was made
 * (http/runtime/ngx_http_webhook_moved.h), and that no key opened the endpoint's
 * own headers then, so that those with placeholders are not in it.  It is
 * neither sent nor shown.  Any thread.
 */

#ifndef WEBHOOK_MOVED_H
#define WEBHOOK_MOVED_H

#include "core/base/webhook_str.h"


#define WEBHOOK_MOVED_LINE      "webhook-moved: "
#define WEBHOOK_MOVED_HEADLESS  " headless"     /* behind the version */


/* The end of the line, without CRLF; NULL: the headers do not begin with one. */

static inline unsigned char *
webhook_moved_end(const webhook_str_t *headers)
{
    size_t          len;
    unsigned char  *end;

    len = sizeof(WEBHOOK_MOVED_LINE) - 1;

    if (headers->len <= len
        || memcmp(headers->data, WEBHOOK_MOVED_LINE, len) != 0)
    {
        return NULL;
    }

    end = memchr(headers->data, '\r', headers->len);

    return end == NULL || end + 1 == headers->data + headers->len ? NULL : end;
}


/* 1 if the line says that the endpoint's own headers were not known. */

static inline int
webhook_moved_headless(const webhook_str_t *headers)
{
    size_t          len;
    unsigned char  *end;

    len = sizeof(WEBHOOK_MOVED_HEADLESS) - 1;
    end = webhook_moved_end(headers);

    return end && (size_t) (end - headers->data) > len
           && memcmp(end - len, WEBHOOK_MOVED_HEADLESS, len) == 0;
}


/* Takes the line off the headers: the version, 0 if there is none. */

static inline uint64_t
webhook_moved_take(webhook_str_t *headers)
{
    uint64_t        version;
    unsigned char  *p, *end;

    end = webhook_moved_end(headers);
    if (end == NULL) {
        return 0;
    }

    version = 0;

    for (p = headers->data + sizeof(WEBHOOK_MOVED_LINE) - 1;
         p < end && *p != ' ';
         p++)
    {
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
