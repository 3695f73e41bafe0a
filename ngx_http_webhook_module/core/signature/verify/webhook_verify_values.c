
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The texts of those parts of a signed string that only some schemes have.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* memmem() */
#endif

#include "core/signature/verify/webhook_verify_engine.h"

#include <openssl/evp.h>
#include <stdio.h>


#define WEBHOOK_CRC32_POLYNOMIAL  0xedb88320U


static webhook_verify_e webhook_verify_value(webhook_verify_t *v,
    const webhook_part_t *part, webhook_str_t *text);
static webhook_str_t webhook_verify_path(const webhook_str_t *url);
static webhook_verify_e webhook_verify_digest(webhook_verify_t *v,
    const webhook_part_t *part, webhook_str_t *text);
static webhook_verify_e webhook_verify_crc32(webhook_verify_t *v,
    webhook_str_t *text);
static webhook_verify_e webhook_verify_letters(webhook_verify_t *v,
    webhook_filter_e filter, webhook_str_t *text);
static int webhook_verify_split(const webhook_scheme_t *s, unsigned i,
    const webhook_str_t *text);


webhook_verify_e
webhook_verify_values(webhook_verify_t *v,
    webhook_str_t values[WEBHOOK_SCHEME_PARTS])
{
    unsigned               i;
    webhook_verify_e       rc;
    const webhook_part_t  *part;

    for (i = 0; i < v->scheme->nparts; i++) {
        part = &v->scheme->parts[i];

        if (part->what <= WEBHOOK_PART_BODY) {
            continue;
        }

        values[i].len = 0;
        values[i].data = NULL;

        rc = webhook_verify_value(v, part, &values[i]);

        if (rc == WEBHOOK_VERIFY_OK && part->filter
            && part->what != WEBHOOK_PART_DIGEST)
        {
            rc = webhook_verify_letters(v, (webhook_filter_e) part->filter,
                                        &values[i]);
        }

        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }

        if (part->what >= WEBHOOK_PART_HEADER
            && part->what <= WEBHOOK_PART_FIELD
            && webhook_verify_split(v->scheme, i, &values[i]))
        {
            return WEBHOOK_VERIFY_BAD_BODY;
        }
    }

    v->message.values = values;

    return WEBHOOK_VERIFY_OK;
}


static webhook_verify_e
webhook_verify_value(webhook_verify_t *v, const webhook_part_t *part,
    webhook_str_t *text)
{
    int               found;
    webhook_verify_e  rc;

    switch (part->what) {

    case WEBHOOK_PART_METHOD:
        *text = v->call->method;
        return WEBHOOK_VERIFY_OK;

    case WEBHOOK_PART_PATH:
        *text = webhook_verify_path(&v->call->url);
        return WEBHOOK_VERIFY_OK;

    case WEBHOOK_PART_QUERY:
        *text = v->call->query;
        return WEBHOOK_VERIFY_OK;

    case WEBHOOK_PART_APP:
        *text = v->verifier->app;
        return WEBHOOK_VERIFY_OK;

    case WEBHOOK_PART_SORTED_QUERY:
    case WEBHOOK_PART_SORTED_FIELDS:
        return webhook_verify_sorted(v, (webhook_part_e) part->what, text);

    case WEBHOOK_PART_DIGEST:
        return webhook_verify_digest(v, part, text);

    case WEBHOOK_PART_CRC32:
        return webhook_verify_crc32(v, text);

    case WEBHOOK_PART_HEADER:
        rc = webhook_verify_header(v, &part->text, text);
        found = text->data != NULL;
        break;

    case WEBHOOK_PART_PARAMETER:
        rc = webhook_verify_parameter(v, &part->text, text, &found);
        break;

    case WEBHOOK_PART_FIELD:
        rc = webhook_verify_field(v, &part->text, text, &found);
        break;

    default:

        /* the key's own bytes are not copied */

        return WEBHOOK_VERIFY_OK;
    }

    if (rc == WEBHOOK_VERIFY_OK && !found && !part->optional) {
        return WEBHOOK_VERIFY_NO_PART;
    }

    return rc;
}


/* A view, since the token may be in it. */

static webhook_str_t
webhook_verify_path(const webhook_str_t *url)
{
    webhook_str_t   path;
    unsigned char  *p, *last;

    static const webhook_str_t  root = webhook_str("/");

    last = url->data + url->len;

    p = url->len ? memmem(url->data, url->len, "://", 3) : NULL;

    p = p ? p + 3 : url->data;

    while (p < last && *p != '/' && *p != '?') {
        p++;
    }

    path.data = p;

    while (p < last && *p != '?') {
        p++;
    }

    path.len = p - path.data;

    return path.len ? path : root;
}


static webhook_verify_e
webhook_verify_digest(webhook_verify_t *v, const webhook_part_t *part,
    webhook_str_t *text)
{
    size_t          len;
    unsigned char  *p, digest[WEBHOOK_DIGEST_MAX];

    webhook_digest((webhook_digest_e) part->digest, v->call->body,
                   v->call->pieces, digest);

    p = webhook_verify_room(v, 2 * WEBHOOK_DIGEST_MAX + 1);
    if (p == NULL) {
        return WEBHOOK_VERIFY_FAULT;
    }

    len = webhook_digest_len((webhook_digest_e) part->digest);

    text->data = p;

    if (part->filter == WEBHOOK_FILTER_BASE64) {
        text->len = (size_t) EVP_EncodeBlock(p, digest, (int) len);
        return WEBHOOK_VERIFY_OK;
    }

    webhook_hex_encode(digest, len,
                       part->filter == WEBHOOK_FILTER_HEX_UPPER
                       || part->filter == WEBHOOK_FILTER_UPPER
                       ? WEBHOOK_HEX_UPPER : WEBHOOK_HEX_LOWER, p);

    text->len = 2 * len;

    return WEBHOOK_VERIFY_OK;
}


static webhook_verify_e
webhook_verify_crc32(webhook_verify_t *v, webhook_str_t *text)
{
    int             len;
    char           *p;
    size_t          n, i;
    uint32_t        crc, table[256];
    unsigned        bit;

    for (i = 0; i < 256; i++) {
        crc = (uint32_t) i;

        for (bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ WEBHOOK_CRC32_POLYNOMIAL : crc >> 1;
        }

        table[i] = crc;
    }

    crc = 0xffffffffU;

    for (n = 0; n < v->call->pieces; n++) {
        for (i = 0; i < v->call->body[n].len; i++) {
            crc = table[(crc ^ v->call->body[n].data[i]) & 0xff] ^ crc >> 8;
        }
    }

    p = webhook_verify_room(v, sizeof("4294967295"));
    if (p == NULL) {
        return WEBHOOK_VERIFY_FAULT;
    }

    len = snprintf(p, sizeof("4294967295"), "%lu",
                   (unsigned long) (crc ^ 0xffffffffU));

    text->data = (unsigned char *) p;
    text->len = (size_t) len;

    return WEBHOOK_VERIFY_OK;
}


static webhook_verify_e
webhook_verify_letters(webhook_verify_t *v, webhook_filter_e filter,
    webhook_str_t *text)
{
    size_t          i;
    unsigned char  *p, c;

    p = webhook_verify_room(v, text->len);
    if (p == NULL) {
        return WEBHOOK_VERIFY_FAULT;
    }

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if (filter == WEBHOOK_FILTER_LOWER) {
            p[i] = c >= 'A' && c <= 'Z' ? c | 0x20 : c;

        } else {
            p[i] = c >= 'a' && c <= 'z' ? c & ~0x20 : c;
        }
    }

    text->data = p;

    return WEBHOOK_VERIFY_OK;
}


/*
 * 1 if the text that follows the part begins within its value: the signed
 * string could then be split there as well, into other values that have the
 * same signature.  Of the last value, behind which all is fixed, it is known
 * where it ends.
 */

static int
webhook_verify_split(const webhook_scheme_t *s, unsigned i,
    const webhook_str_t *text)
{
    size_t                n, rest;
    unsigned              j;
    unsigned char        *p, *last;
    const webhook_str_t  *next;

    if (i + 1 == s->nparts || s->parts[i + 1].what != WEBHOOK_PART_TEXT) {
        return 0;
    }

    for (j = i + 1; j < s->nparts; j++) {
        if (s->parts[j].what != WEBHOOK_PART_TEXT
            && s->parts[j].what != WEBHOOK_PART_APP
            && s->parts[j].what != WEBHOOK_PART_KEY)
        {
            break;
        }
    }

    if (j == s->nparts) {
        return 0;
    }

    next = &s->parts[i + 1].text;

    p = text->data;
    last = p + text->len;

    while (p < last && (p = memchr(p, *next->data, last - p)) != NULL) {

        n = last - p;

        if (n >= next->len) {
            n = next->len;
        }

        /* what goes beyond the value is the text itself again */

        rest = next->len - n;

        if (memcmp(p, next->data, n) == 0
            && memcmp(next->data + n, next->data, rest) == 0)
        {
            return 1;
        }

        p++;
    }

    return 0;
}
