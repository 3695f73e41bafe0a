
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/media/webhook_inflate.h"

#include <limits.h>
#include <strings.h>
#include <zlib.h>


typedef struct {
    z_stream                  z;
    const webhook_inflate_t  *io;
    webhook_str_t             rest;     /* that comes behind the input of z */
    unsigned char             two[2];
} webhook_inflater_t;


static int webhook_inflate_run(webhook_inflater_t *in,
    webhook_coding_e coding, const char **what);
static int webhook_inflate_step(webhook_inflater_t *in, int *rc,
    const char **what);
static int webhook_inflate_more(webhook_inflater_t *in);
static void webhook_inflate_peek(webhook_inflater_t *in,
    unsigned char head[2]);


unsigned
webhook_codings(const webhook_str_t *header,
    webhook_coding_e list[WEBHOOK_CODINGS])
{
    size_t                i, len;
    unsigned              n;
    const unsigned char  *p, *last, *start;

    static const struct {
        const char        *name;
        int                none;
        webhook_coding_e   coding;
    } names[] = {
        { "gzip",     0, WEBHOOK_CODING_GZIP },
        { "x-gzip",   0, WEBHOOK_CODING_GZIP },
        { "deflate",  0, WEBHOOK_CODING_DEFLATE },
        { "identity", 1, WEBHOOK_CODING_UNKNOWN },
        { "none",     1, WEBHOOK_CODING_UNKNOWN },
        { "utf-8",    1, WEBHOOK_CODING_UNKNOWN },
        { "utf8",     1, WEBHOOK_CODING_UNKNOWN },
        { NULL,       0, WEBHOOK_CODING_UNKNOWN }
    };

    n = 0;

    if (header->len == 0) {
        return 0;
    }

    p = header->data;
    last = p + header->len;

    while (p < last) {

        while (p < last && (*p == ' ' || *p == '\t' || *p == ',')) {
            p++;
        }

        start = p;

        while (p < last && *p != ',') {
            p++;
        }

        len = p - start;

        while (len && (start[len - 1] == ' ' || start[len - 1] == '\t')) {
            len--;
        }

        if (len == 0) {
            continue;
        }

        for (i = 0; names[i].name; i++) {
            if (len == strlen(names[i].name)
                && strncasecmp((char *) start, names[i].name, len) == 0)
            {
                break;
            }
        }

        if (names[i].none) {
            continue;
        }

        if (names[i].name == NULL || n == WEBHOOK_CODINGS) {
            list[0] = WEBHOOK_CODING_UNKNOWN;
            return 1;
        }

        list[n++] = names[i].coding;
    }

    return n;
}


int
webhook_inflate(webhook_coding_e coding, const webhook_inflate_t *io,
    const char **what)
{
    int                 rc, bits;
    unsigned char       head[2];
    webhook_inflater_t  in;

    memset(&in, 0, sizeof(webhook_inflater_t));
    in.io = io;

    *what = "no memory for decoding";

    bits = MAX_WBITS + 16;

    if (coding == WEBHOOK_CODING_DEFLATE) {

        webhook_inflate_peek(&in, head);

        bits = ((head[0] & 0x0f) == Z_DEFLATED
                && (head[0] * 256 + head[1]) % 31 == 0)
               ? MAX_WBITS : -MAX_WBITS;
    }

    if (inflateInit2(&in.z, bits) != Z_OK) {
        return WEBHOOK_NOMEM;
    }

    rc = webhook_inflate_run(&in, coding, what);

    inflateEnd(&in.z);

    return rc;
}


static int
webhook_inflate_run(webhook_inflater_t *in, webhook_coding_e coding,
    const char **what)
{
    int            rc, code;
    unsigned char  head[2];

    code = Z_OK;

    for ( ;; ) {

        if (code == Z_STREAM_END) {

            /* a gzip body may have several members */

            webhook_inflate_peek(in, head);

            if (in->z.avail_in == 0) {
                return WEBHOOK_OK;
            }

            if (coding != WEBHOOK_CODING_GZIP
                || head[0] != 0x1f || head[1] != 0x8b)
            {
                *what = "bytes stand behind the end of its content coding";
                return in->io->exact ? WEBHOOK_ERROR : WEBHOOK_OK;
            }

            if (inflateReset(&in->z) != Z_OK) {
                *what = "the body cannot be decoded";
                return WEBHOOK_ERROR;
            }
        }

        rc = webhook_inflate_step(in, &code, what);

        if (rc != WEBHOOK_OK) {
            return rc;
        }

        if (code != Z_STREAM_END && in->z.avail_in == 0 && in->z.avail_out
            && !webhook_inflate_more(in))
        {
            *what = "the body ends within its content coding";
            return WEBHOOK_ERROR;
        }
    }
}


/* As much as there is input and room for. */

static int
webhook_inflate_step(webhook_inflater_t *in, int *code, const char **what)
{
    int             rc;
    size_t          len;
    z_stream       *z;
    unsigned char   over, *p;

    z = &in->z;

    rc = in->io->room(in->io->data, &p, &len);

    if (rc != WEBHOOK_OK) {
        *what = "no memory for decoding";
        return rc;
    }

    if (len > UINT_MAX) {
        len = UINT_MAX;
    }

    /* it may just have ended; a byte more is too much */

    z->next_out = len ? p : &over;
    z->avail_out = len ? (uInt) len : 1;

    *code = inflate(z, Z_NO_FLUSH);

    if (len) {
        in->io->made(in->io->data, len - z->avail_out);

    } else if (z->avail_out == 0) {
        *what = "the decoded body is too large";
        return WEBHOOK_LIMIT;
    }

    if (*code == Z_MEM_ERROR) {
        *what = "no memory for decoding";
        return WEBHOOK_NOMEM;
    }

    if (*code != Z_OK && *code != Z_STREAM_END && *code != Z_BUF_ERROR) {
        *what = "the body cannot be decoded";
        return WEBHOOK_ERROR;
    }

    return WEBHOOK_OK;
}


/* Gives z what comes next; 0 where nothing does. */

static int
webhook_inflate_more(webhook_inflater_t *in)
{
    if (in->rest.len == 0) {
        in->io->next(in->io->data, &in->rest);
    }

    if (in->rest.len == 0) {
        return 0;
    }

    in->z.next_in = in->rest.data;
    in->z.avail_in = in->rest.len < UINT_MAX ? (uInt) in->rest.len : UINT_MAX;

    in->rest.data += in->z.avail_in;
    in->rest.len -= in->z.avail_in;

    return 1;
}


/* The next two bytes, which are not taken, and zeros behind the end. */

static void
webhook_inflate_peek(webhook_inflater_t *in, unsigned char head[2])
{
    z_stream       *z;
    unsigned char   first;

    z = &in->z;

    head[0] = 0;
    head[1] = 0;

    if (z->avail_in == 0 && !webhook_inflate_more(in)) {
        return;
    }

    if (z->avail_in == 1) {
        first = *z->next_in;

        if (in->rest.len == 0) {
            in->io->next(in->io->data, &in->rest);

            in->two[0] = first;
            z->next_in = in->two;
        }

        if (in->rest.len) {
            in->two[0] = first;
            in->two[1] = *in->rest.data++;
            in->rest.len--;

            z->next_in = in->two;
            z->avail_in = 2;
        }
    }

    head[0] = z->next_in[0];

    if (z->avail_in > 1) {
        head[1] = z->next_in[1];
    }
}
