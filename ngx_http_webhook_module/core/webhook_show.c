
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "webhook_show.h"
#include "webhook_json_text.h"

#include <string.h>


static int webhook_show_plain(const unsigned char *p,
    const unsigned char *last);


size_t
webhook_show(unsigned char *out, size_t size, const unsigned char *text,
    size_t len)
{
    int                   n;
    size_t                written;
    const unsigned char  *p, *last;

    static const char  hex[] = "0123456789ABCDEF";

    p = text;
    last = text + len;
    written = 0;

    while (p < last) {

        n = webhook_show_plain(p, last);

        if (n) {
            if (size - written < (size_t) n) {
                break;
            }

            memcpy(out + written, p, (size_t) n);
            written += (size_t) n;
            p += n;
            continue;
        }

        if (size - written < 4) {
            break;
        }

        out[written++] = '\\';
        out[written++] = 'x';
        out[written++] = (unsigned char) hex[*p >> 4];
        out[written++] = (unsigned char) hex[*p & 0xf];
        p++;
    }

    return written;
}


/* The length of the character, if it may stand as it is, else 0. */

static int
webhook_show_plain(const unsigned char *p, const unsigned char *last)
{
    int  n;

    if (*p < 0x80) {
        return *p >= 0x20 && *p != 0x7f && *p != '\\';
    }

    n = webhook_json_utf8(p, last);

    if (n <= 0
        || (n == 2 && p[0] == 0xc2 && p[1] < 0xa0)      /* C1 */
        || (n == 3 && p[0] == 0xe2 && p[1] == 0x80
            && (p[2] == 0xa8 || p[2] == 0xa9)))         /* U+2028, U+2029 */
    {
        return 0;
    }

    return n;
}
