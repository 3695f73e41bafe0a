
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/signature/webhook_sign_int.h"

#include <openssl/evp.h>


#define WEBHOOK_NUMBER_SIZE  sizeof("-9223372036854775808")


typedef struct {
    webhook_str_t   name;
    webhook_part_e  what;
} webhook_part_name_t;


static const char *webhook_scheme_compile_string(webhook_scheme_t *s,
    const webhook_str_t *string);
static const char *webhook_scheme_add(webhook_scheme_t *s, webhook_part_e what,
    unsigned char *data, size_t len);
static webhook_str_t webhook_scheme_part(const webhook_part_t *part,
    const webhook_message_t *m, unsigned char number[WEBHOOK_NUMBER_SIZE]);
static webhook_str_t webhook_sign_number(int64_t n,
    unsigned char number[WEBHOOK_NUMBER_SIZE]);
static size_t webhook_sign_base64(const unsigned char *in, size_t len,
    unsigned char *out);
static int webhook_sign_one(const webhook_key_t *key,
    const webhook_message_t *m, webhook_buf_t *text,
    unsigned char out[WEBHOOK_BASE64_SIZE + 4], size_t *len);


const webhook_scheme_t  webhook_scheme_standard = {
    WEBHOOK_DIGEST_SHA256,
    WEBHOOK_ENCODING_BASE64,
    webhook_str("v1,"),
    5,
    { { WEBHOOK_PART_ID, { 0, NULL } },
      { WEBHOOK_PART_TEXT, webhook_str(".") },
      { WEBHOOK_PART_TIMESTAMP, { 0, NULL } },
      { WEBHOOK_PART_TEXT, webhook_str(".") },
      { WEBHOOK_PART_BODY, { 0, NULL } } }
};


static const webhook_part_name_t  webhook_part_names[] = {
    { webhook_str("{id}"), WEBHOOK_PART_ID },
    { webhook_str("{timestamp}"), WEBHOOK_PART_TIMESTAMP },
    { webhook_str("{url}"), WEBHOOK_PART_URL },
    { webhook_str("{body}"), WEBHOOK_PART_BODY }
};

#define WEBHOOK_PART_NAMES                                                    \
    (sizeof(webhook_part_names) / sizeof(webhook_part_names[0]))


int
webhook_scheme_compile(webhook_scheme_t *s, const webhook_str_t *digest,
    const webhook_str_t *encoding, const webhook_str_t *prefix,
    const webhook_str_t *string, const char **err)
{
    unsigned  i;

    static const webhook_str_t  body = webhook_str("{body}");
    static const webhook_str_t  digests[] = {
        webhook_str("sha1"), webhook_str("sha256"), webhook_str("sha512")
    };
    static const webhook_str_t  encodings[] = {
        webhook_str("hex"), webhook_str("HEX"), webhook_str("base64")
    };

    memset(s, 0, sizeof(webhook_scheme_t));

    s->digest = WEBHOOK_DIGEST_SHA256;

    if (digest->len) {

        for (i = 0; i < 3 && !webhook_str_eq(digest, &digests[i]); i++) {
            /* void */
        }

        if (i == 3) {
            *err = "the algorithm is none of sha1, sha256 and sha512";
            return WEBHOOK_ERROR;
        }

        s->digest = (webhook_digest_e) i;
    }

    if (encoding->len) {

        for (i = 0; i < 3 && !webhook_str_eq(encoding, &encodings[i]); i++) {
            /* void */
        }

        if (i == 3) {
            *err = "the encoding is none of hex, HEX and base64";
            return WEBHOOK_ERROR;
        }

        s->encoding = (webhook_encoding_e) i;
    }

    if (prefix->len > WEBHOOK_SCHEME_PREFIX) {
        *err = "the prefix is longer than 64 bytes";
        return WEBHOOK_ERROR;
    }

    for (i = 0; i < prefix->len; i++) {
        if (prefix->data[i] < 0x20 || prefix->data[i] >= 0x7f) {
            *err = "the prefix is not plain ASCII text";
            return WEBHOOK_ERROR;
        }
    }

    s->prefix = *prefix;

    *err = webhook_scheme_compile_string(s, string->len ? string : &body);

    return *err ? WEBHOOK_ERROR : WEBHOOK_OK;
}


static const char *
webhook_scheme_compile_string(webhook_scheme_t *s, const webhook_str_t *string)
{
    unsigned             i;
    const char          *err;
    unsigned char       *p, *start, *last;
    const webhook_str_t  *name;

    p = string->data;
    last = p + string->len;

    while (p < last) {

        start = p;

        while (p < last && *p != '{') {
            p++;
        }

        if (p != start) {
            err = webhook_scheme_add(s, WEBHOOK_PART_TEXT, start, p - start);
            if (err) {
                return err;
            }

            continue;
        }

        for (i = 0; i < WEBHOOK_PART_NAMES; i++) {
            name = &webhook_part_names[i].name;

            if ((size_t) (last - p) >= name->len
                && memcmp(p, name->data, name->len) == 0)
            {
                break;
            }
        }

        if (i == WEBHOOK_PART_NAMES) {
            return "what stands in braces is none of "
                   "{id}, {timestamp}, {url} and {body}";
        }

        err = webhook_scheme_add(s, webhook_part_names[i].what, NULL, 0);
        if (err) {
            return err;
        }

        p += webhook_part_names[i].name.len;
    }

    return NULL;
}


static const char *
webhook_scheme_add(webhook_scheme_t *s, webhook_part_e what,
    unsigned char *data, size_t len)
{
    webhook_part_t  *part;

    if (s->nparts == WEBHOOK_SCHEME_PARTS) {
        return "the signed string has more than 12 parts";
    }

    part = &s->parts[s->nparts++];

    part->what = what;
    part->text.data = data;
    part->text.len = len;

    return NULL;
}


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


/* The text of a part, but for the body; a number is written into "number". */

static webhook_str_t
webhook_scheme_part(const webhook_part_t *part, const webhook_message_t *m,
    unsigned char number[WEBHOOK_NUMBER_SIZE])
{
    switch (part->what) {

    case WEBHOOK_PART_ID:
        return m->id;

    case WEBHOOK_PART_URL:
        return m->url;

    case WEBHOOK_PART_TIMESTAMP:
        return webhook_sign_number(m->timestamp, number);

    default:
        return part->text;
    }
}


static webhook_str_t
webhook_sign_number(int64_t n, unsigned char number[WEBHOOK_NUMBER_SIZE])
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


int
webhook_scheme_mac(const webhook_scheme_t *s, const webhook_key_t *key,
    const webhook_message_t *m, unsigned char out[WEBHOOK_DIGEST_MAX])
{
    int             ok;
    size_t          n;
    unsigned        i;
    EVP_MAC_CTX    *ctx;
    webhook_str_t   text;
    unsigned char   number[WEBHOOK_NUMBER_SIZE];

    ctx = webhook_hmac_begin(s->digest, key->bytes, key->len);
    if (ctx == NULL) {
        return WEBHOOK_ERROR;
    }

    ok = 1;

    for (i = 0; ok && i < s->nparts; i++) {

        if (s->parts[i].what == WEBHOOK_PART_BODY) {

            for (n = 0; ok && n < m->pieces; n++) {
                ok = EVP_MAC_update(ctx, m->body[n].data, m->body[n].len) == 1;
            }

            continue;
        }

        text = webhook_scheme_part(&s->parts[i], m, number);
        ok = EVP_MAC_update(ctx, text.data, text.len) == 1;
    }

    return webhook_hmac_end(ctx, ok, out);
}


int
webhook_scheme_text(const webhook_scheme_t *s, const webhook_message_t *m,
    webhook_buf_t *out)
{
    size_t          n;
    unsigned        i;
    webhook_str_t   text;
    unsigned char   number[WEBHOOK_NUMBER_SIZE];

    for (i = 0; i < s->nparts; i++) {

        if (s->parts[i].what == WEBHOOK_PART_BODY) {

            for (n = 0; n < m->pieces; n++) {
                (void) webhook_buf_add(out, m->body[n].data, m->body[n].len);
            }

            continue;
        }

        text = webhook_scheme_part(&s->parts[i], m, number);
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


int
webhook_sign_standard(const webhook_key_t *keys, unsigned nkeys,
    const webhook_message_t *m, unsigned char *out, size_t size, size_t *len)
{
    int             rc;
    size_t          n, used;
    unsigned        i;
    webhook_buf_t   text;
    unsigned char   one[WEBHOOK_BASE64_SIZE + 4];

    *len = 0;

    if (nkeys > WEBHOOK_KEYS_MAX) {
        return WEBHOOK_LIMIT;
    }

    if (!webhook_id_signable(&m->id) || m->timestamp < 0) {
        return WEBHOOK_ERROR;
    }

    webhook_buf_init(&text, 0);

    rc = WEBHOOK_ERROR;
    used = 0;

    for (i = 0; i < nkeys; i++) {

        if (!webhook_key_live(&keys[i], m->timestamp)) {
            continue;
        }

        rc = webhook_sign_one(&keys[i], m, &text, one, &n);
        if (rc != WEBHOOK_OK) {
            break;
        }

        if (n + (used != 0) > size - used) {
            rc = WEBHOOK_LIMIT;
            break;
        }

        if (used) {
            out[used++] = ' ';
        }

        memcpy(out + used, one, n);
        used += n;
    }

    webhook_buf_free(&text);

    if (rc == WEBHOOK_OK) {
        *len = used;
    }

    return rc;
}


/* The text that ed25519 reads is put together for the first key that needs
   it, and kept for others. */

static int
webhook_sign_one(const webhook_key_t *key, const webhook_message_t *m,
    webhook_buf_t *text, unsigned char out[WEBHOOK_BASE64_SIZE + 4],
    size_t *len)
{
    webhook_str_t  whole;
    unsigned char  digest[WEBHOOK_DIGEST_MAX];

    if (key->kind == WEBHOOK_KEY_SECRET) {

        if (webhook_scheme_mac(&webhook_scheme_standard, key, m, digest)
            != WEBHOOK_OK)
        {
            return WEBHOOK_NOMEM;
        }

        memcpy(out, "v1,", 3);
        *len = 3 + webhook_sign_base64(digest, WEBHOOK_SHA256_LEN, out + 3);

        return WEBHOOK_OK;
    }

    if (key->kind != WEBHOOK_KEY_PRIVATE) {
        return WEBHOOK_ERROR;
    }

    if (text->len == 0
        && webhook_scheme_text(&webhook_scheme_standard, m, text)
           != WEBHOOK_OK)
    {
        return WEBHOOK_NOMEM;
    }

    whole.data = text->data;
    whole.len = text->len;

    if (webhook_ed25519_sign(key, &whole, digest) != WEBHOOK_OK) {
        return WEBHOOK_NOMEM;
    }

    memcpy(out, "v1a,", 4);
    *len = 4 + webhook_sign_base64(digest, WEBHOOK_ED25519_LEN, out + 4);

    return WEBHOOK_OK;
}


int
webhook_sign_hmac(const webhook_scheme_t *s, const webhook_key_t *keys,
    unsigned nkeys, const webhook_message_t *m, unsigned char *out,
    size_t size, size_t *len)
{
    size_t          n;
    unsigned        i;
    unsigned char   digest[WEBHOOK_DIGEST_MAX];
    unsigned char   text[2 * WEBHOOK_DIGEST_MAX];

    *len = 0;

    if (nkeys > WEBHOOK_KEYS_MAX) {
        return WEBHOOK_LIMIT;
    }

    for (i = 0; i < nkeys; i++) {
        if (webhook_key_live(&keys[i], m->timestamp)) {
            break;
        }
    }

    if (i == nkeys || keys[i].kind != WEBHOOK_KEY_SECRET) {
        return WEBHOOK_ERROR;
    }

    if (webhook_scheme_mac(s, &keys[i], m, digest) != WEBHOOK_OK) {
        return WEBHOOK_NOMEM;
    }

    n = webhook_digest_len(s->digest);

    if (s->encoding == WEBHOOK_ENCODING_BASE64) {
        n = webhook_sign_base64(digest, n, text);

    } else {
        webhook_hex_encode(digest, n, s->encoding == WEBHOOK_ENCODING_HEX_UPPER,
                           text);
        n *= 2;
    }

    if (s->prefix.len > size || n > size - s->prefix.len) {
        return WEBHOOK_LIMIT;
    }

    if (s->prefix.len) {
        memcpy(out, s->prefix.data, s->prefix.len);
    }

    memcpy(out + s->prefix.len, text, n);
    *len = s->prefix.len + n;

    return WEBHOOK_OK;
}


/* EVP_EncodeBlock() adds a NUL, for which out has room. */

static size_t
webhook_sign_base64(const unsigned char *in, size_t len, unsigned char *out)
{
    return (size_t) EVP_EncodeBlock(out, in, (int) len);
}
