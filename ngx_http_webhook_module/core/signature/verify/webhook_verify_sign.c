
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Signing as the sender of a preset does, for trying out.
 */

#include "core/scalar/webhook_date.h"
#include "core/signature/webhook_sign.h"
#include "core/signature/verify/webhook_verify_engine.h"


static int webhook_verifier_stamp(const webhook_preset_t *preset, int64_t now,
    webhook_buf_t *stamp);


int
webhook_verifier_sign(const webhook_verifier_t *verifier,
    const webhook_verify_call_t *call, const webhook_str_t *id,
    webhook_buf_t *stamp, unsigned char out[WEBHOOK_SIGN_HMAC_MAX],
    size_t *len)
{
    int                   rc;
    webhook_str_t         values[WEBHOOK_SCHEME_PARTS];
    webhook_verify_t      v;
    unsigned char         digest[WEBHOOK_DIGEST_MAX];
    webhook_verified_t    verified;
    const webhook_key_t  *key;

    *len = 0;
    key = &verifier->keys[0];

    if (verifier->preset->kind > WEBHOOK_VERIFY_HASH
        || verifier->nkeys == 0 || key->kind != WEBHOOK_KEY_SECRET
        || webhook_verifier_stamp(verifier->preset, call->now, stamp)
           != WEBHOOK_OK)
    {
        return WEBHOOK_ERROR;
    }

    memset(&v, 0, sizeof(webhook_verify_t));

    v.verifier = verifier;
    v.call = call;
    v.preset = verifier->preset;
    v.scheme = verifier->scheme;
    v.verified = &verified;
    v.message.id = *id;
    v.message.stamp.data = stamp->data;
    v.message.stamp.len = stamp->len;
    v.message.url = call->url;
    v.message.body = call->body;
    v.message.pieces = call->pieces;

    rc = WEBHOOK_OK;

    if (v.scheme->values
        && webhook_verify_values(&v, values) != WEBHOOK_VERIFY_OK)
    {
        rc = WEBHOOK_ERROR;
    }

    if (rc == WEBHOOK_OK) {

        if (v.preset->kind == WEBHOOK_VERIFY_HASH) {
            webhook_scheme_hash(v.scheme, key, &v.message, digest);

        } else {
            webhook_scheme_mac(v.scheme, key, &v.message, digest);
        }

        rc = webhook_sign_encode(v.scheme, digest, out, WEBHOOK_SIGN_HMAC_MAX,
                                 len);
    }

    webhook_verify_end(&v);

    return rc;
}


static int
webhook_verifier_stamp(const webhook_preset_t *preset, int64_t now,
    webhook_buf_t *stamp)
{
    static const webhook_str_t  iso = webhook_str("iso");

    switch (preset->unit) {

    case WEBHOOK_UNIT_ISO:
        return webhook_date_write(now * 1000, &iso, stamp);

    case WEBHOOK_UNIT_MS:
        return webhook_buf_number(stamp, now * 1000);

    default:
        return webhook_buf_number(stamp, now);
    }
}
