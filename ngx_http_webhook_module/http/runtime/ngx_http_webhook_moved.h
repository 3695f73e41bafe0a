
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What was rendered into an endpoint's own headers may be a key that is for the
 * host that it went to then.  So the headers of such a rendition begin with a line
 * that tells which move of the endpoint, by the version of its settings, was the
 * last one by then; there is none where it was never moved.  The line is not sent.
 */

#ifndef NGX_WEBHOOK_MOVED_H
#define NGX_WEBHOOK_MOVED_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "core/base/webhook_moved.h"


/* Takes the line off the headers of a rendition: the version, 0 if there is
   none. */

static ngx_inline uint64_t
ngx_webhook_moved_take(ngx_str_t *headers)
{
    return webhook_moved_take((webhook_str_t *) headers);
}


/* Where the headers of an envelope begin, which stand behind all others: they may
   have names that somebody gave to one of the others.  Their end, if there is
   none. */

static ngx_inline u_char *
ngx_webhook_moved_envelope(ngx_str_t *headers)
{
    u_char  *line, *last, *found;

    static ngx_str_t  first = ngx_string("ce-specversion: ");

    last = headers->data + headers->len;
    found = last;

    for (line = headers->data; line && line < last; /* void */ ) {

        if ((size_t) (last - line) > first.len
            && ngx_memcmp(line, first.data, first.len) == 0)
        {
            found = line;
        }

        line = ngx_strlchr(line, last, LF);
        line = line ? line + 1 : NULL;
    }

    return found;
}


/* 1 if a header of a rendition, by its name and whether it stands in its
   envelope's part, is the event's, and not of those that somebody gave the
   endpoint. */

static ngx_inline ngx_uint_t
ngx_webhook_moved_event(const u_char *name, size_t len, ngx_uint_t envelope)
{
    ngx_uint_t  i;

    static ngx_str_t  names[] = {
        ngx_string("webhook-hops"),
        ngx_string("webhook-test"),
        ngx_string("ce-specversion"),
        ngx_string("ce-id"),
        ngx_string("ce-source"),
        ngx_string("ce-type"),
        ngx_string("ce-subject"),
        ngx_string("ce-time"),
    };

    for (i = 0; i < (envelope ? sizeof(names) / sizeof(names[0]) : 2); i++) {
        if (names[i].len == len && ngx_memcmp(names[i].data, name, len) == 0) {
            return 1;
        }
    }

    return 0;
}


#endif /* NGX_WEBHOOK_MOVED_H */
