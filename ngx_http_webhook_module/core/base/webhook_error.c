
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/base/webhook_error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>


void
webhook_error_set(webhook_error_t *err, const char *fmt, ...)
{
    int             n;
    size_t          i, len;
    va_list         args;
    unsigned char  *p;

    if (err == NULL) {
        return;
    }

    va_start(args, fmt);
    n = vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);

    if (n < 0) {
        err->text[0] = '\0';
        return;
    }

    p = (unsigned char *) err->text;
    len = (size_t) n;

    if (len >= sizeof(err->text)) {
        len = sizeof(err->text) - sizeof("...");

        while (len && (p[len] & 0xc0) == 0x80) {
            len--;
        }

        memcpy(p + len, "...", sizeof("..."));
    }

    for (i = 0; i < len; i++) {
        if (p[i] < 0x20 || p[i] == 0x7f) {
            p[i] = '?';
        }
    }
}
