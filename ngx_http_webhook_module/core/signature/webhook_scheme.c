
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/signature/webhook_scheme.h"


static webhook_str_t webhook_scheme_part(const webhook_scheme_t *s, unsigned i,
    const webhook_message_t *m, unsigned char number[WEBHOOK_NUMBER_SIZE]);


static const webhook_part_t  webhook_parts_standard[] = {
    { .what = WEBHOOK_PART_ID },
    { .what = WEBHOOK_PART_TEXT, .text = webhook_str(".") },
    { .what = WEBHOOK_PART_TIMESTAMP },
    { .what = WEBHOOK_PART_TEXT, .text = webhook_str(".") },
    { .what = WEBHOOK_PART_BODY }
};

const webhook_scheme_t  webhook_scheme_standard = {
    .encoding = WEBHOOK_ENCODING_BASE64,
    .prefix = webhook_str("v1,"),
    .nparts = 5,
    .parts = webhook_parts_standard
};


int
webhook_scheme_has(const webhook_scheme_t *s, webhook_part_e what)
{
    unsigned  i;

    for (i = 0; i < s->nparts; i++) {
        if (s->parts[i].what == what) {
            return 1;
        }
    }

    return 0;
}


/* The text of a part, but for body and key; a number is written into
   "number". */

static webhook_str_t
webhook_scheme_part(const webhook_scheme_t *s, unsigned i,
    const webhook_message_t *m, unsigned char number[WEBHOOK_NUMBER_SIZE])
{
    switch (s->parts[i].what) {

    case WEBHOOK_PART_TEXT:
        return s->parts[i].text;

    case WEBHOOK_PART_ID:
        return m->id;

    case WEBHOOK_PART_URL:
        return m->url;

    case WEBHOOK_PART_TIMESTAMP:
        return m->stamp.len ? m->stamp
                            : webhook_scheme_number(m->timestamp, number);

    default:
        return m->values[i];
    }
}


webhook_str_t
webhook_scheme_number(int64_t n, unsigned char number[WEBHOOK_NUMBER_SIZE])
{
    uint64_t        u;
    webhook_str_t   text;
    unsigned char  *p, *last;

    last = number + WEBHOOK_NUMBER_SIZE;
    p = last;
    u = n < 0 ? 0 - (uint64_t) n : (uint64_t) n;

    do {
        *--p = (unsigned char) ('0' + u % 10);
        u /= 10;
    } while (u);

    if (n < 0) {
        *--p = '-';
    }

    text.data = p;
    text.len = last - p;

    return text;
}


void
webhook_scheme_mac(const webhook_scheme_t *s, const webhook_key_t *key,
    const webhook_message_t *m, unsigned char out[WEBHOOK_DIGEST_MAX])
{
    size_t          n;
    unsigned        i;
    webhook_str_t   text;
    webhook_hmac_t  hmac;
    unsigned char   number[WEBHOOK_NUMBER_SIZE];

    if (key->prepared && s->digest == WEBHOOK_DIGEST_SHA256) {
        webhook_hmac_resume(&hmac, &key->hmac);

    } else {
        webhook_hmac_init(&hmac, s->digest, key->bytes, key->len);
    }

    for (i = 0; i < s->nparts; i++) {

        if (s->parts[i].what == WEBHOOK_PART_BODY) {

            for (n = 0; n < m->pieces; n++) {
                webhook_hmac_add(&hmac, m->body[n].data, m->body[n].len);
            }

            continue;
        }

        text = webhook_scheme_part(s, i, m, number);
        webhook_hmac_add(&hmac, text.data, text.len);
    }

    webhook_hmac_end(&hmac, out);
}


void
webhook_scheme_hash(const webhook_scheme_t *s, const webhook_key_t *key,
    const webhook_message_t *m, unsigned char out[WEBHOOK_DIGEST_MAX])
{
    size_t            n;
    unsigned          i;
    webhook_str_t     text;
    webhook_digest_t  digest;
    unsigned char     number[WEBHOOK_NUMBER_SIZE];

    webhook_digest_init(&digest, s->digest);

    for (i = 0; i < s->nparts; i++) {

        if (s->parts[i].what == WEBHOOK_PART_BODY) {

            for (n = 0; n < m->pieces; n++) {
                webhook_digest_add(&digest, m->body[n].data, m->body[n].len);
            }

            continue;
        }

        if (s->parts[i].what == WEBHOOK_PART_KEY) {
            webhook_digest_add(&digest, key->bytes, key->len);
            continue;
        }

        text = webhook_scheme_part(s, i, m, number);
        webhook_digest_add(&digest, text.data, text.len);
    }

    webhook_digest_end(&digest, out);
}


int
webhook_scheme_text(const webhook_scheme_t *s, const webhook_message_t *m,
    webhook_buf_t *out)
{
    size_t          n, len;
    unsigned        i;
    webhook_str_t   text;
    unsigned char   number[WEBHOOK_NUMBER_SIZE];

    len = 0;

    for (i = 0; i < s->nparts; i++) {

        if (s->parts[i].what == WEBHOOK_PART_BODY) {

            for (n = 0; n < m->pieces; n++) {
                len += m->body[n].len;
            }

            continue;
        }

        len += webhook_scheme_part(s, i, m, number).len;
    }

    /* a buffer that grows would leave copies behind */

    (void) webhook_buf_reserve(out, len);

    for (i = 0; i < s->nparts; i++) {

        if (s->parts[i].what == WEBHOOK_PART_BODY) {

            for (n = 0; n < m->pieces; n++) {
                (void) webhook_buf_add(out, m->body[n].data, m->body[n].len);
            }

            continue;
        }

        text = webhook_scheme_part(s, i, m, number);
        (void) webhook_buf_add(out, text.data, text.len);
    }

    return out->failed;
}


int
webhook_id_signable(const webhook_str_t *id)
{
    size_t  i;

    if (id->len == 0 || id->len > WEBHOOK_SIGN_ID_MAX) {
        return 0;
    }

    /* a full stop would let id and timestamp be cut apart elsewhere */

    for (i = 0; i < id->len; i++) {
        if (id->data[i] <= 0x20 || id->data[i] >= 0x7f || id->data[i] == '.') {
            return 0;
        }
    }

    return 1;
}
