
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/signature/webhook_handshake.h"

#include "core/format/webhook_form.h"
#include "core/json/webhook_json.h"
#include "core/signature/webhook_scheme.h"

#include <openssl/crypto.h>
#include <strings.h>


#define WEBHOOK_HANDSHAKE_RATE_DIGITS  9


static int webhook_handshake_body(const webhook_str_t *body,
    webhook_json_doc_t **doc, webhook_json_value_t *root);
static int webhook_handshake_says(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const char *key, const char *text);
static int webhook_handshake_text(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const char *key, webhook_buf_t *text);
static int webhook_handshake_member(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const char *key,
    webhook_json_type_e type, webhook_json_value_t *v);
static int webhook_handshake_plain(const webhook_str_t *text,
    const char *others);
static webhook_handshake_e webhook_handshake_encrypt(
    const webhook_str_t *token, const webhook_key_t *key, webhook_buf_t *out);
static webhook_handshake_e webhook_handshake_subscribe(
    const webhook_str_t *args, const webhook_key_t *keys, unsigned nkeys,
    int64_t now, unsigned char token_text[WEBHOOK_KEY_TEXT_MAX],
    webhook_buf_t *out);
static int webhook_handshake_param(const webhook_str_t *args, const char *name,
    unsigned char text[WEBHOOK_KEY_TEXT_MAX], webhook_str_t *value);
static int webhook_handshake_token(const webhook_str_t *token,
    const webhook_key_t *keys, unsigned nkeys, int64_t now);
static int webhook_handshake_origin(const webhook_str_t *origin,
    const webhook_str_t *allowed);
static int webhook_handshake_rate(const webhook_str_t *rate, uint32_t max,
    webhook_buf_t *out);


webhook_handshake_e
webhook_handshake_slack(const webhook_str_t *body, webhook_buf_t *out)
{
    int                    rc;
    webhook_buf_t          text;
    webhook_str_t          challenge;
    webhook_handshake_e    result;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root;

    rc = webhook_handshake_body(body, &doc, &root);

    if (rc != WEBHOOK_OK) {
        return rc == WEBHOOK_NOMEM ? WEBHOOK_HANDSHAKE_FAULT
                                   : WEBHOOK_HANDSHAKE_NONE;
    }

    webhook_buf_init(&text, 0);

    result = WEBHOOK_HANDSHAKE_NONE;

    if (webhook_handshake_says(doc, &root, "type", "url_verification")) {

        result = WEBHOOK_HANDSHAKE_REFUSED;

        rc = webhook_handshake_text(doc, &root, "challenge", &text);

        challenge.data = text.data;
        challenge.len = text.len;

        if (rc == WEBHOOK_NOMEM) {
            result = WEBHOOK_HANDSHAKE_FAULT;

        } else if (rc == WEBHOOK_OK
                   && webhook_handshake_plain(&challenge, "-_+/=.~:"))
        {
            (void) webhook_buf_add(out, "{\"challenge\": \"", 15);
            (void) webhook_buf_add(out, challenge.data, challenge.len);
            (void) webhook_buf_add(out, "\"}", 2);

            result = out->failed ? WEBHOOK_HANDSHAKE_FAULT
                                 : WEBHOOK_HANDSHAKE_ANSWER;
        }
    }

    webhook_buf_free(&text);
    webhook_json_free(doc);

    return result;
}


webhook_handshake_e
webhook_handshake_zoom(const webhook_str_t *body, const webhook_key_t *key,
    webhook_buf_t *out)
{
    int                    rc;
    webhook_buf_t          text;
    webhook_str_t          token;
    webhook_handshake_e    result;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, payload;

    rc = webhook_handshake_body(body, &doc, &root);

    if (rc != WEBHOOK_OK) {
        return rc == WEBHOOK_NOMEM ? WEBHOOK_HANDSHAKE_FAULT
                                   : WEBHOOK_HANDSHAKE_NONE;
    }

    webhook_buf_init(&text, 0);

    result = WEBHOOK_HANDSHAKE_NONE;

    if (webhook_handshake_says(doc, &root, "event", "endpoint.url_validation"))
    {
        result = WEBHOOK_HANDSHAKE_REFUSED;
        rc = WEBHOOK_ERROR;

        if (webhook_handshake_member(doc, &root, "payload",
                                     WEBHOOK_JSON_OBJECT, &payload))
        {
            rc = webhook_handshake_text(doc, &payload, "plainToken", &text);
        }

        token.data = text.data;
        token.len = text.len;

        if (rc == WEBHOOK_NOMEM) {
            result = WEBHOOK_HANDSHAKE_FAULT;

        } else if (rc == WEBHOOK_OK
                   && webhook_handshake_plain(&token, "-_+/=."))
        {
            result = webhook_handshake_encrypt(&token, key, out);
        }
    }

    webhook_buf_free(&text);
    webhook_json_free(doc);

    return result;
}


/* A body that is not a JSON object is no handshake. */

static int
webhook_handshake_body(const webhook_str_t *body, webhook_json_doc_t **doc,
    webhook_json_value_t *root)
{
    int  rc;

    rc = webhook_json_read(body, NULL, doc, NULL);
    if (rc != WEBHOOK_OK) {
        return rc;
    }

    webhook_json_root(*doc, root);

    return WEBHOOK_OK;
}


/* Both texts need no escape, and these senders write none. */

static int
webhook_handshake_says(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const char *key, const char *text)
{
    size_t                len;
    webhook_json_value_t  v;

    len = strlen(text);

    return webhook_handshake_member(doc, in, key, WEBHOOK_JSON_STRING, &v)
           && v.span.len == len + 2
           && memcmp(v.span.data + 1, text, len) == 0;
}


/* The decoded text of a member; WEBHOOK_ERROR if it is missing or no string. */

static int
webhook_handshake_text(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const char *key, webhook_buf_t *text)
{
    webhook_json_value_t  v;

    if (!webhook_handshake_member(doc, in, key, WEBHOOK_JSON_STRING, &v)) {
        return WEBHOOK_ERROR;
    }

    return webhook_json_decode(&v.span, text);
}


static int
webhook_handshake_member(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const char *key, webhook_json_type_e type,
    webhook_json_value_t *v)
{
    webhook_str_t  name;

    name.data = (unsigned char *) key;
    name.len = strlen(key);

    return webhook_json_member(doc, in, &name, v) == WEBHOOK_OK
           && v->type == type;
}


/*
 * 1 if text has 1 to WEBHOOK_HANDSHAKE_TEXT_MAX letters, digits and others of
 * these: what is sent back to whoever asked can be no markup and no escape.
 */

static int
webhook_handshake_plain(const webhook_str_t *text, const char *others)
{
    size_t         i;
    unsigned char  c;

    if (text->len == 0 || text->len > WEBHOOK_HANDSHAKE_TEXT_MAX) {
        return 0;
    }

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
            || (c >= 'a' && c <= 'z'))
        {
            continue;
        }

        if (c == '\0' || strchr(others, c) == NULL) {
            return 0;
        }
    }

    return 1;
}


static webhook_handshake_e
webhook_handshake_encrypt(const webhook_str_t *token, const webhook_key_t *key,
    webhook_buf_t *out)
{
    unsigned char      digest[WEBHOOK_DIGEST_MAX];
    unsigned char      text[2 * WEBHOOK_SHA256_LEN];
    webhook_message_t  m;

    static const webhook_part_t    parts[] = { { .what = WEBHOOK_PART_BODY } };
    static const webhook_scheme_t  scheme = { .nparts = 1, .parts = parts };

    memset(&m, 0, sizeof(webhook_message_t));

    m.body = token;
    m.pieces = 1;

    if (webhook_scheme_mac(&scheme, key, &m, digest) != WEBHOOK_OK) {
        return WEBHOOK_HANDSHAKE_FAULT;
    }

    webhook_hex_encode(digest, WEBHOOK_SHA256_LEN, 0, text);

    (void) webhook_buf_add(out, "{\"plainToken\": \"", 16);
    (void) webhook_buf_add(out, token->data, token->len);
    (void) webhook_buf_add(out, "\", \"encryptedToken\": \"", 22);
    (void) webhook_buf_add(out, text, sizeof(text));
    (void) webhook_buf_add(out, "\"}", 2);

    return out->failed ? WEBHOOK_HANDSHAKE_FAULT : WEBHOOK_HANDSHAKE_ANSWER;
}


webhook_handshake_e
webhook_handshake_meta(const webhook_str_t *args, const webhook_key_t *keys,
    unsigned nkeys, int64_t now, webhook_buf_t *out)
{
    unsigned char        token_text[WEBHOOK_KEY_TEXT_MAX];
    webhook_handshake_e  result;

    result = webhook_handshake_subscribe(args, keys, nkeys, now, token_text,
                                         out);

    /* it may be a key, and a stack is dumped */

    OPENSSL_cleanse(token_text, sizeof(token_text));

    return result;
}


static webhook_handshake_e
webhook_handshake_subscribe(const webhook_str_t *args,
    const webhook_key_t *keys, unsigned nkeys, int64_t now,
    unsigned char token_text[WEBHOOK_KEY_TEXT_MAX], webhook_buf_t *out)
{
    int            rc;
    webhook_str_t  mode, token, challenge;
    unsigned char  mode_text[WEBHOOK_KEY_TEXT_MAX];
    unsigned char  challenge_text[WEBHOOK_KEY_TEXT_MAX];

    static const webhook_str_t  subscribe = webhook_str("subscribe");

    rc = webhook_handshake_param(args, "hub.mode", mode_text, &mode);

    if (rc == 0) {
        return WEBHOOK_HANDSHAKE_NONE;
    }

    if (rc != 1
        || !webhook_str_eq(&mode, &subscribe)
        || webhook_handshake_param(args, "hub.verify_token", token_text,
                                   &token)
           != 1
        || webhook_handshake_param(args, "hub.challenge", challenge_text,
                                   &challenge)
           != 1
        || !webhook_handshake_plain(&challenge, "-_.~"))
    {
        return WEBHOOK_HANDSHAKE_REFUSED;
    }

    rc = webhook_handshake_token(&token, keys, nkeys, now);

    if (rc != 1) {
        return rc == -1 ? WEBHOOK_HANDSHAKE_FAULT : WEBHOOK_HANDSHAKE_REFUSED;
    }

    (void) webhook_buf_add(out, challenge.data, challenge.len);

    return out->failed ? WEBHOOK_HANDSHAKE_FAULT : WEBHOOK_HANDSHAKE_ANSWER;
}


/* How often the parameter came, 1 with its decoded value; what is too long or
   cannot be decoded counts as 2. */

static int
webhook_handshake_param(const webhook_str_t *args, const char *name,
    unsigned char text[WEBHOOK_KEY_TEXT_MAX], webhook_str_t *value)
{
    int            n;
    size_t         pos;
    ssize_t        len;
    webhook_str_t  wanted, param, raw;

    wanted.data = (unsigned char *) name;
    wanted.len = strlen(name);

    n = 0;
    pos = 0;

    while (webhook_form_next(args, &pos, &param, &raw) == WEBHOOK_OK) {

        if (!webhook_str_eq(&param, &wanted)) {
            continue;
        }

        if (++n > 1 || raw.len > WEBHOOK_KEY_TEXT_MAX) {
            return 2;
        }

        len = webhook_form_decode(&raw, text);
        if (len < 0) {
            return 2;
        }

        value->data = text;
        value->len = len;
    }

    return n;
}


/* 1 if a live key is the token, looking at all; 0 if none; -1 on failure. */

static int
webhook_handshake_token(const webhook_str_t *token, const webhook_key_t *keys,
    unsigned nkeys, int64_t now)
{
    int            eq, found;
    unsigned       i;
    webhook_str_t  key;

    found = 0;

    for (i = 0; i < nkeys; i++) {

        if (!webhook_key_live(&keys[i], now)
            || keys[i].kind != WEBHOOK_KEY_SECRET)
        {
            continue;
        }

        key.data = (unsigned char *) keys[i].bytes;
        key.len = keys[i].len;

        eq = webhook_secret_eq(token, &key);
        if (eq == -1) {
            return -1;
        }

        found |= eq;
    }

    return found;
}


webhook_handshake_e
webhook_handshake_cloudevents(const webhook_str_t *origin,
    const webhook_str_t *rate, const webhook_str_t *allowed, size_t nallowed,
    uint32_t max_rate, webhook_str_t *allowed_origin, webhook_buf_t *rate_out)
{
    size_t  i;

    allowed_origin->len = 0;
    allowed_origin->data = NULL;

    if (origin->len == 0) {
        return WEBHOOK_HANDSHAKE_NONE;
    }

    if (!webhook_handshake_plain(origin, "-_.:")) {
        return WEBHOOK_HANDSHAKE_REFUSED;
    }

    for (i = 0; i < nallowed; i++) {
        if (webhook_handshake_origin(origin, &allowed[i])) {
            break;
        }
    }

    if (i == nallowed) {
        return WEBHOOK_HANDSHAKE_REFUSED;
    }

    if (rate->len) {
        if (webhook_handshake_rate(rate, max_rate, rate_out) != WEBHOOK_OK) {
            return rate_out->failed ? WEBHOOK_HANDSHAKE_FAULT
                                    : WEBHOOK_HANDSHAKE_REFUSED;
        }
    }

    *allowed_origin = *origin;

    return WEBHOOK_HANDSHAKE_ANSWER;
}


static int
webhook_handshake_origin(const webhook_str_t *origin,
    const webhook_str_t *allowed)
{
    size_t          len;
    unsigned char  *p;

    len = allowed->len;
    p = origin->data;

    if (len == 1 && allowed->data[0] == '*') {
        return 1;
    }

    if (len > 2 && allowed->data[0] == '*' && allowed->data[1] == '.') {

        /* ".example.com" at the end, and something before it */

        len--;

        return origin->len > len
               && strncasecmp((char *) p + origin->len - len,
                              (char *) allowed->data + 1, len)
                  == 0;
    }

    return origin->len == len
           && strncasecmp((char *) p, (char *) allowed->data, len) == 0;
}


/* "*" asks for any rate; a number has no more digits than fit. */

static int
webhook_handshake_rate(const webhook_str_t *rate, uint32_t max,
    webhook_buf_t *out)
{
    size_t    i;
    uint32_t  n;

    n = 0;

    if (rate->len != 1 || rate->data[0] != '*') {

        if (rate->len > WEBHOOK_HANDSHAKE_RATE_DIGITS
            || rate->data[0] == '0')
        {
            return WEBHOOK_ERROR;
        }

        for (i = 0; i < rate->len; i++) {

            if (rate->data[i] < '0' || rate->data[i] > '9') {
                return WEBHOOK_ERROR;
            }

            n = n * 10 + (rate->data[i] - '0');
        }
    }

    if (max && (n == 0 || n > max)) {
        n = max;
    }

    return n ? webhook_buf_number(out, n) : webhook_buf_byte(out, '*');
}
