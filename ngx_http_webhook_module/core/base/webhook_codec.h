
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Encodes records, values laid out in bytes that outlive the process, and
 * decodes them.  A record begins with its kind and its version, one byte each;
 * fields follow in an order that the two settle.  Numbers are big-endian, so
 * that those in keys sort as numbers.
 *
 * Who reads trusts nothing: each field is checked against the record's end,
 * each text against a bound, and bytes that are left over are an error too.
 * A reader that failed stays failed and gives zeros and empty texts, so that
 * a row of reads needs one check at the end (webhook_codec_done()).  The
 * same holds for writing, where the room may run out.
 *
 * Nothing here allocates; any thread.
 */

#ifndef WEBHOOK_CODEC_H
#define WEBHOOK_CODEC_H

#include "core/base/webhook_str.h"


#define WEBHOOK_CODEC_HEADER      2    /* bytes: kind, version */
#define WEBHOOK_CODEC_NUMBER_MAX  10   /* bytes that a packed number takes */


typedef struct {
    unsigned char        *start;
    unsigned char        *pos;
    unsigned char        *end;
    unsigned              failed:1;
} webhook_codec_out_t;


typedef struct {
    const unsigned char  *pos;
    const unsigned char  *end;
    unsigned              version;
    unsigned              failed:1;
} webhook_codec_in_t;


/* Begins a record in size bytes at buf, which the caller owns. */
void webhook_codec_write(webhook_codec_out_t *out, unsigned char *buf,
    size_t size, unsigned char kind, unsigned char version);

/* Append a number of 1, 4 or 8 bytes. */
static inline void webhook_codec_add_u8(webhook_codec_out_t *out, uint8_t n);
static inline void webhook_codec_add_u32(webhook_codec_out_t *out, uint32_t n);
static inline void webhook_codec_add_u64(webhook_codec_out_t *out, uint64_t n);

/* Append a number in as few bytes as it needs (7 bits in each, the least
   first), and a text with its length before it. */
static inline void webhook_codec_add_number(webhook_codec_out_t *out,
    uint64_t n);
void webhook_codec_add_text(webhook_codec_out_t *out,
    const webhook_str_t *text);

/* The bytes written, or 0 if they did not fit. */
size_t webhook_codec_written(const webhook_codec_out_t *out);


/*
 * Begins to read the len bytes at data, which stay the caller's and must
 * outlive the texts read.  Returns WEBHOOK_OK and in->version, which is at
 * least 1; WEBHOOK_ERROR if that is no record of this kind, or a newer one
 * than version "newest".
 */
int webhook_codec_read(webhook_codec_in_t *in, const void *data, size_t len,
    unsigned char kind, unsigned char newest);

static inline uint8_t webhook_codec_u8(webhook_codec_in_t *in);
static inline uint32_t webhook_codec_u32(webhook_codec_in_t *in);
static inline uint64_t webhook_codec_u64(webhook_codec_in_t *in);

/* A packed number; one above max fails. */
static inline uint64_t webhook_codec_number(webhook_codec_in_t *in,
    uint64_t max);

/* A text, as a view into the record; one longer than max fails. */
void webhook_codec_text(webhook_codec_in_t *in, size_t max,
    webhook_str_t *text);

/* WEBHOOK_OK if every field was there and nothing is left over, else
   WEBHOOK_ERROR. */
int webhook_codec_done(const webhook_codec_in_t *in);


/* Big-endian numbers where no record is, as in keys. */

static inline void
webhook_set_u64(unsigned char *p, uint64_t n)
{
    p[0] = (unsigned char) (n >> 56);
    p[1] = (unsigned char) (n >> 48);
    p[2] = (unsigned char) (n >> 40);
    p[3] = (unsigned char) (n >> 32);
    p[4] = (unsigned char) (n >> 24);
    p[5] = (unsigned char) (n >> 16);
    p[6] = (unsigned char) (n >> 8);
    p[7] = (unsigned char) n;
}


static inline uint64_t
webhook_get_u64(const unsigned char *p)
{
    return (uint64_t) p[0] << 56 | (uint64_t) p[1] << 48
           | (uint64_t) p[2] << 40 | (uint64_t) p[3] << 32
           | (uint64_t) p[4] << 24 | (uint64_t) p[5] << 16
           | (uint64_t) p[6] << 8 | (uint64_t) p[7];
}


static inline void
webhook_set_u32(unsigned char *p, uint32_t n)
{
    p[0] = (unsigned char) (n >> 24);
    p[1] = (unsigned char) (n >> 16);
    p[2] = (unsigned char) (n >> 8);
    p[3] = (unsigned char) n;
}


static inline uint32_t
webhook_get_u32(const unsigned char *p)
{
    return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16
           | (uint32_t) p[2] << 8 | (uint32_t) p[3];
}


static inline void
webhook_set_u16(unsigned char *p, uint16_t n)
{
    p[0] = (unsigned char) (n >> 8);
    p[1] = (unsigned char) n;
}


static inline uint16_t
webhook_get_u16(const unsigned char *p)
{
    return (uint16_t) (p[0] << 8 | p[1]);
}


/* Rows have dozens of numbers, and each transaction reads and writes some rows:
   a call for each would take longer than what it does. */

static inline unsigned char *
webhook_codec_reserve(webhook_codec_out_t *out, size_t len)
{
    unsigned char  *p;

    if (out->failed || (size_t) (out->end - out->pos) < len) {
        out->failed = 1;
        return NULL;
    }

    p = out->pos;
    out->pos += len;

    return p;
}


static inline const unsigned char *
webhook_codec_take(webhook_codec_in_t *in, size_t len)
{
    const unsigned char  *p;

    if (in->failed || (size_t) (in->end - in->pos) < len) {
        in->failed = 1;
        return NULL;
    }

    p = in->pos;
    in->pos += len;

    return p;
}


static inline void
webhook_codec_add_u8(webhook_codec_out_t *out, uint8_t n)
{
    unsigned char  *p;

    p = webhook_codec_reserve(out, 1);

    if (p) {
        *p = n;
    }
}


/* Those of more than one byte. */
void webhook_codec_add_long(webhook_codec_out_t *out, uint64_t n);
uint64_t webhook_codec_long(webhook_codec_in_t *in, uint64_t max);


static inline void
webhook_codec_add_number(webhook_codec_out_t *out, uint64_t n)
{
    if (n > 0x7f) {
        webhook_codec_add_long(out, n);

    } else {
        webhook_codec_add_u8(out, (uint8_t) n);
    }
}


static inline uint64_t
webhook_codec_number(webhook_codec_in_t *in, uint64_t max)
{
    if (!in->failed && in->pos < in->end && *in->pos < 0x80
        && *in->pos <= max)
    {
        return *in->pos++;
    }

    return webhook_codec_long(in, max);
}


static inline void
webhook_codec_add_u32(webhook_codec_out_t *out, uint32_t n)
{
    unsigned char  *p;

    p = webhook_codec_reserve(out, 4);

    if (p) {
        webhook_set_u32(p, n);
    }
}


static inline void
webhook_codec_add_u64(webhook_codec_out_t *out, uint64_t n)
{
    unsigned char  *p;

    p = webhook_codec_reserve(out, 8);

    if (p) {
        webhook_set_u64(p, n);
    }
}


static inline uint8_t
webhook_codec_u8(webhook_codec_in_t *in)
{
    const unsigned char  *p;

    p = webhook_codec_take(in, 1);

    return p ? *p : 0;
}


static inline uint32_t
webhook_codec_u32(webhook_codec_in_t *in)
{
    const unsigned char  *p;

    p = webhook_codec_take(in, 4);

    return p ? webhook_get_u32(p) : 0;
}


static inline uint64_t
webhook_codec_u64(webhook_codec_in_t *in)
{
    const unsigned char  *p;

    p = webhook_codec_take(in, 8);

    return p ? webhook_get_u64(p) : 0;
}


#endif /* WEBHOOK_CODEC_H */
