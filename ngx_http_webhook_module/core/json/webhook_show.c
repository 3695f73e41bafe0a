
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/json/webhook_show.h"
#include "core/json/webhook_json_text.h"

#include <stdint.h>
#include <string.h>


/* Characters that a terminal, or who reads there, would take for something
   else. */

static const struct {
    uint32_t  first;
    uint32_t  last;
} webhook_show_hidden[] = {
    { 0x0080, 0x009f },                 /* C1 */
    { 0x00ad, 0x00ad },                 /* soft hyphen */
    { 0x034f, 0x034f },                 /* joins */
    { 0x061c, 0x061c },                 /* direction */
    { 0x115f, 0x1160 },                 /* fill */
    { 0x17b4, 0x17b5 },
    { 0x180b, 0x180f },
    { 0x200b, 0x200f },                 /* no width; direction */
    { 0x2028, 0x202e },                 /* ends of lines; direction */
    { 0x2060, 0x206f },
    { 0x3164, 0x3164 },
    { 0xfe00, 0xfe0f },                 /* variants */
    { 0xfeff, 0xfeff },                 /* byte order mark */
    { 0xffa0, 0xffa0 },
    { 0xfff0, 0xfffb },
    { 0x1bca0, 0x1bca3 },
    { 0x1d173, 0x1d17a },
    { 0xe0000, 0xe0fff }                /* tags */
};


static uint32_t webhook_show_code(const unsigned char *p, int n);


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

        n = *p == '\\' ? 0 : webhook_show_plain(p, last);

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


int
webhook_show_plain(const unsigned char *p, const unsigned char *last)
{
    int       n;
    size_t    i;
    uint32_t  code;

    if (*p < 0x80) {
        return *p >= 0x20 && *p != 0x7f;
    }

    n = webhook_json_utf8(p, last);

    if (n <= 0) {
        return 0;
    }

    code = webhook_show_code(p, n);

    for (i = 0; i < sizeof(webhook_show_hidden)
                    / sizeof(webhook_show_hidden[0]); i++)
    {
        if (code < webhook_show_hidden[i].first) {
            break;
        }

        if (code <= webhook_show_hidden[i].last) {
            return 0;
        }
    }

    return n;
}


int
webhook_show_length(const unsigned char *p, const unsigned char *last)
{
    int  n;

    n = *p < 0x80 ? 1 : webhook_json_utf8(p, last);

    return n > 0 ? n : 1;
}


static uint32_t
webhook_show_code(const unsigned char *p, int n)
{
    int       i;
    uint32_t  code;

    code = p[0] & (0xffu >> (n + 1));

    for (i = 1; i < n; i++) {
        code = code << 6 | (p[i] & 0x3f);
    }

    return code;
}
