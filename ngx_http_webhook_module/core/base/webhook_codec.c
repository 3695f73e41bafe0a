
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/base/webhook_codec.h"


void
webhook_codec_write(webhook_codec_out_t *out, unsigned char *buf,
    size_t size, unsigned char kind, unsigned char version)
{
    out->start = buf;
    out->pos = buf;
    out->end = buf + size;
    out->failed = 0;

    webhook_codec_add_u8(out, kind);
    webhook_codec_add_u8(out, version);
}


void
webhook_codec_add_long(webhook_codec_out_t *out, uint64_t n)
{
    while (n > 0x7f) {
        webhook_codec_add_u8(out, (uint8_t) (n | 0x80));
        n >>= 7;
    }

    webhook_codec_add_u8(out, (uint8_t) n);
}


void
webhook_codec_add_text(webhook_codec_out_t *out, const webhook_str_t *text)
{
    unsigned char  *p;

    webhook_codec_add_number(out, text->len);

    if (text->len) {
        p = webhook_codec_reserve(out, text->len);

        if (p) {
            memcpy(p, text->data, text->len);
        }
    }
}


size_t
webhook_codec_written(const webhook_codec_out_t *out)
{
    return out->failed ? 0 : (size_t) (out->pos - out->start);
}


int
webhook_codec_read(webhook_codec_in_t *in, const void *data, size_t len,
    unsigned char kind, unsigned char newest)
{
    const unsigned char  *p;

    p = data;

    in->pos = p;
    in->end = p;
    in->version = 0;
    in->failed = 1;

    if (len < WEBHOOK_CODEC_HEADER || p[0] != kind || p[1] == 0
        || p[1] > newest)
    {
        return WEBHOOK_ERROR;
    }

    in->pos = p + WEBHOOK_CODEC_HEADER;
    in->end = p + len;
    in->version = p[1];
    in->failed = 0;

    return WEBHOOK_OK;
}


uint64_t
webhook_codec_long(webhook_codec_in_t *in, uint64_t max)
{
    uint8_t   c;
    uint64_t  n;
    unsigned  shift;

    n = 0;

    for (shift = 0; shift < 64; shift += 7) {
        c = webhook_codec_u8(in);

        /* the tenth byte has room for one bit */

        if (shift == 63 && c > 1) {
            break;
        }

        n |= (uint64_t) (c & 0x7f) << shift;

        if (c < 0x80) {

            if (in->failed || n > max) {
                break;
            }

            return n;
        }
    }

    in->failed = 1;

    return 0;
}


void
webhook_codec_text(webhook_codec_in_t *in, size_t max, webhook_str_t *text)
{
    size_t                len;
    const unsigned char  *p;

    len = webhook_codec_number(in, max);
    p = webhook_codec_take(in, len);

    if (p == NULL) {
        len = 0;
    }

    text->len = len;
    text->data = (unsigned char *) p;
}


int
webhook_codec_done(const webhook_codec_in_t *in)
{
    return (in->failed || in->pos != in->end) ? WEBHOOK_ERROR : WEBHOOK_OK;
}
