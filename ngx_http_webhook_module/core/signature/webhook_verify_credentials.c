
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The presets that sign nothing: a call shows a secret.
 */

#include "core/signature/webhook_verify_int.h"

#include <openssl/crypto.h>
#include <strings.h>


static int webhook_verify_credentials(const webhook_str_t *value,
    const char *scheme, webhook_str_t *rest);


webhook_verify_e
webhook_verify_token(webhook_verify_t *v)
{
    webhook_str_t     value;
    webhook_verify_e  rc;

    rc = webhook_verify_header(v, &v->preset->signature, &value);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (value.len == 0) {
        return WEBHOOK_VERIFY_NO_SIGNATURE;
    }

    return webhook_verify_secret(v, &value);
}


webhook_verify_e
webhook_verify_bearer(webhook_verify_t *v)
{
    webhook_str_t     value, token;
    webhook_verify_e  rc;

    rc = webhook_verify_header(v, &v->preset->signature, &value);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (value.len == 0) {
        return WEBHOOK_VERIFY_NO_SIGNATURE;
    }

    if (!webhook_verify_credentials(&value, "bearer", &token)) {
        return WEBHOOK_VERIFY_BAD_SIGNATURE;
    }

    return webhook_verify_secret(v, &token);
}


/*
 * A name has no colon and a password may: as the key is written the same way,
 * with its first colon between the two, to compare both as one is to compare
 * each.
 */

webhook_verify_e
webhook_verify_basic(webhook_verify_t *v)
{
    ssize_t           n;
    webhook_str_t     value, text, plain;
    unsigned char     bytes[WEBHOOK_VERIFY_HEADER_MAX];
    webhook_verify_e  rc;

    rc = webhook_verify_header(v, &v->preset->signature, &value);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (value.len == 0) {
        return WEBHOOK_VERIFY_NO_SIGNATURE;
    }

    if (!webhook_verify_credentials(&value, "basic", &text)) {
        return WEBHOOK_VERIFY_BAD_SIGNATURE;
    }

    n = webhook_base64_decode(&text, bytes, sizeof(bytes));

    if (n <= 0 || memchr(bytes, ':', n) == NULL) {
        rc = WEBHOOK_VERIFY_BAD_SIGNATURE;

    } else {
        plain.data = bytes;
        plain.len = n;
        rc = webhook_verify_secret(v, &plain);
    }

    OPENSSL_cleanse(bytes, sizeof(bytes));

    return rc;
}


/* What follows the scheme's name, in any case of letters, and spaces. */

static int
webhook_verify_credentials(const webhook_str_t *value, const char *scheme,
    webhook_str_t *rest)
{
    size_t  len;

    len = strlen(scheme);

    if (value->len <= len
        || strncasecmp((char *) value->data, scheme, len) != 0
        || value->data[len] != ' ')
    {
        return 0;
    }

    rest->data = value->data + len;
    rest->len = value->len - len;

    while (rest->len && *rest->data == ' ') {
        rest->data++;
        rest->len--;
    }

    return rest->len != 0;
}


const char *
webhook_verify_basic_check(const webhook_verifier_t *verifier)
{
    unsigned              i;
    const webhook_key_t  *key;

    for (i = 0; i < verifier->nkeys; i++) {
        key = &verifier->keys[i];

        if (memchr(key->bytes, ':', key->len) == NULL) {
            return "the key has no colon between name and password";
        }
    }

    return NULL;
}
