
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/base/webhook_hash.h"
#include "core/base/webhook_id.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_trace.h"

#include <openssl/rand.h>


#define WEBHOOK_ID_MAX_MS   0xffffffffffffULL       /* 48 bits */
#define WEBHOOK_ID_MAX_US   (WEBHOOK_ID_MAX_MS * 1000)
#define WEBHOOK_ID_TICKS    4096                    /* of a ms: 12 bits */
#define WEBHOOK_ID_MAX      ((WEBHOOK_ID_MAX_MS + 1) * WEBHOOK_ID_TICKS)


static int webhook_id_random(webhook_id_source_t *src, unsigned char *out,
    size_t len);
static int webhook_id_digit(unsigned char c);


/*
 * The layout of RFC 9562, 5.7, with rand_a as a fraction of the millisecond
 * (6.2, method 3), so that ids of several processes are in order, too.  An id
 * is at least a tick after the one before: a clock that stands still or steps
 * back never makes ids descend.
 */

int
webhook_id_make(webhook_id_source_t *src, uint64_t now, webhook_id_t *id)
{
    uint64_t        tick;
    unsigned        i;
    unsigned char  *p, random[8];

    if (webhook_id_random(src, random, sizeof(random)) != WEBHOOK_OK) {
        return WEBHOOK_ERROR;
    }

    if (now > WEBHOOK_ID_MAX_US) {
        now = WEBHOOK_ID_MAX_US;
    }

    tick = now / 1000 * WEBHOOK_ID_TICKS + now % 1000 * WEBHOOK_ID_TICKS / 1000;

    if (tick <= src->tick) {
        tick = src->tick + 1;

        if (tick == WEBHOOK_ID_MAX) {
            return WEBHOOK_ERROR;
        }
    }

    src->tick = tick;

    p = id->bytes;

    for (i = 0; i < 6; i++) {
        *p++ = (unsigned char) (tick >> (52 - i * 8));
    }

    *p++ = (unsigned char) (0x70 | (tick >> 8 & 0x0f));
    *p++ = (unsigned char) tick;

    memcpy(p, random, 8);
    *p = (*p & 0x3f) | 0x80;

    return WEBHOOK_OK;
}


static int
webhook_id_random(webhook_id_source_t *src, unsigned char *out, size_t len)
{
    unsigned char  *p;

    if (src->left < len) {

        if (RAND_bytes(src->random, sizeof(src->random)) != 1) {
            src->left = 0;
            return WEBHOOK_ERROR;
        }

        src->left = sizeof(src->random);
    }

    src->left -= len;

    p = src->random + src->left;

    memcpy(out, p, len);

    return WEBHOOK_OK;
}


void
webhook_id_hash(const webhook_str_t *texts, uint32_t count, webhook_id_t *id)
{
    uint32_t        i;
    webhook_hash_t  hash;
    unsigned char   digest[WEBHOOK_HASH_LEN];

    webhook_hash_init(&hash);

    for (i = 0; i < count; i++) {
        webhook_hash_text(&hash, &texts[i]);
    }

    webhook_hash_end(&hash, digest);

    memcpy(id->bytes, digest, WEBHOOK_ID_LEN);

    id->bytes[6] = (id->bytes[6] & 0x0f) | 0x80;
    id->bytes[8] = (id->bytes[8] & 0x3f) | 0x80;
}


void
webhook_id_timed(const webhook_id_t *old, uint64_t ms, webhook_id_t *id)
{
    unsigned  i;

    if (ms > WEBHOOK_ID_MAX_MS) {
        ms = WEBHOOK_ID_MAX_MS;
    }

    *id = *old;

    for (i = 0; i < 6; i++) {
        id->bytes[i] = (unsigned char) (ms >> (40 - i * 8));
    }

    id->bytes[6] = (id->bytes[6] & 0x0f) | 0x70;
}


void
webhook_id_text(const webhook_id_t *id,
    unsigned char text[WEBHOOK_ID_TEXT_LEN])
{
    unsigned char  *p;

    p = webhook_trace_hex(text, id->bytes, 4);
    *p++ = '-';
    p = webhook_trace_hex(p, id->bytes + 4, 2);
    *p++ = '-';
    p = webhook_trace_hex(p, id->bytes + 6, 2);
    *p++ = '-';
    p = webhook_trace_hex(p, id->bytes + 8, 2);
    *p++ = '-';
    (void) webhook_trace_hex(p, id->bytes + 10, 6);
}


int
webhook_id_parse(const webhook_str_t *text, webhook_id_t *id)
{
    int                   high, low;
    unsigned              i;
    const unsigned char  *p;

    if (text->len != WEBHOOK_ID_TEXT_LEN) {
        return WEBHOOK_ERROR;
    }

    p = text->data;

    for (i = 0; i < WEBHOOK_ID_LEN; i++) {

        if (i == 4 || i == 6 || i == 8 || i == 10) {

            if (*p++ != '-') {
                return WEBHOOK_ERROR;
            }
        }

        high = webhook_id_digit(*p++);
        low = webhook_id_digit(*p++);

        if (high < 0 || low < 0) {
            return WEBHOOK_ERROR;
        }

        id->bytes[i] = (unsigned char) (high << 4 | low);
    }

    return WEBHOOK_OK;
}


static int
webhook_id_digit(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }

    return -1;
}


uint64_t
webhook_id_time(const webhook_id_t *id)
{
    uint64_t  ms;
    unsigned  i;

    ms = 0;

    for (i = 0; i < 6; i++) {
        ms = ms << 8 | id->bytes[i];
    }

    return ms;
}


uint64_t
webhook_id_name(const webhook_str_t *name)
{
    uint64_t        key;
    webhook_hash_t  hash;
    unsigned char   digest[WEBHOOK_HASH_LEN];

    webhook_hash_init(&hash);
    webhook_hash_add(&hash, name->data, name->len);
    webhook_hash_end(&hash, digest);

    key = webhook_get_u64(digest);

    return key ? key : 1;
}
