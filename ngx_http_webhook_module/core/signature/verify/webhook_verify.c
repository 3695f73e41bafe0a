
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The check of a call: all that a preset describes, in the order that costs
 * least where it does not hold.
 */

#include "core/signature/verify/webhook_verify_engine.h"


static webhook_verify_e webhook_verify_described(webhook_verify_t *v);
static webhook_verify_e webhook_verify_signed(webhook_verify_t *v,
    const webhook_signatures_t *s);
static int webhook_verify_cut(const webhook_scheme_t *s,
    const webhook_str_t *id);


static const char *const  webhook_verify_texts[] = {
    "the signature is right",

    "the signature is missing",
    "the timestamp of the signature is missing",
    "the id of the signature is missing",
    "a signed header, parameter or field is missing",
    "a signed header, parameter or field came more than once",
    "a header of the signature is too long",
    "the signature cannot be read",
    "the timestamp cannot be read",
    "the id cannot be read",
    "the signed part of the body cannot be read",
    "the signature does not match",
    "the timestamp is too old",
    "the timestamp is in the future",
    "no key is valid any more",

    "the public URL is not known",
    "the signature could not be checked"
};


const char *
webhook_verify_text(webhook_verify_e result)
{
    if ((unsigned) result > WEBHOOK_VERIFY_FAULT) {
        result = WEBHOOK_VERIFY_FAULT;
    }

    return webhook_verify_texts[result];
}


webhook_verify_e
webhook_verify(const webhook_verifier_t *verifier,
    const webhook_verify_call_t *call, webhook_verified_t *verified)
{
    unsigned          i;
    webhook_verify_t  v;
    webhook_verify_e  rc;

    memset(verified, 0, offsetof(webhook_verified_t, room));
    memset(&v, 0, sizeof(webhook_verify_t));

    v.verifier = verifier;
    v.call = call;
    v.preset = verifier->preset;
    v.scheme = verifier->scheme;
    v.verified = verified;
    v.message.url = call->url;
    v.message.body = call->body;
    v.message.pieces = call->pieces;

    if (call->url.len == 0 && webhook_verifier_url(verifier)) {
        return WEBHOOK_VERIFY_NO_URL;
    }

    for (i = 0; i < verifier->nkeys; i++) {
        if (webhook_key_live(&verifier->keys[i], call->now)) {
            break;
        }
    }

    if (i == verifier->nkeys) {
        return WEBHOOK_VERIFY_NO_KEY;
    }

    rc = v.preset->verify ? v.preset->verify(&v)
                          : webhook_verify_described(&v);

    webhook_verify_end(&v);

    if (rc != WEBHOOK_VERIFY_OK) {
        memset(verified, 0, offsetof(webhook_verified_t, room));
    }

    return rc;
}


static webhook_verify_e
webhook_verify_described(webhook_verify_t *v)
{
    webhook_verify_e      rc;
    webhook_signatures_t  s;

    if (v->preset->kind == WEBHOOK_VERIFY_TOKEN) {

        rc = webhook_verify_token(v);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }

        return webhook_verify_repeat_id(v);
    }

    rc = webhook_verify_signatures(v, &s);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    return webhook_verify_signed(v, &s);
}


/* A field that is not itself a part of the signed string is read only after
   the signature held. */

static webhook_verify_e
webhook_verify_signed(webhook_verify_t *v, const webhook_signatures_t *s)
{
    int                      timed, late;
    webhook_str_t            values[WEBHOOK_SCHEME_PARTS];
    webhook_verify_e         rc;
    const webhook_preset_t  *p;

    p = v->preset;

    timed = p->timestamp.name.len != 0;
    late = timed && p->timestamp.in == WEBHOOK_PLACE_FIELD
           && !webhook_scheme_has(v->scheme, WEBHOOK_PART_TIMESTAMP);

    if (timed && !late) {
        rc = webhook_verify_timestamp(v);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }
    }

    if (p->id.in != WEBHOOK_PLACE_FIELD
        || webhook_scheme_has(v->scheme, WEBHOOK_PART_ID))
    {
        rc = webhook_verify_repeat_id(v);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }

        if (v->message.id.len == 0) {
            if (webhook_scheme_has(v->scheme, WEBHOOK_PART_ID)) {
                return WEBHOOK_VERIFY_NO_ID;
            }

        } else if (webhook_verify_cut(v->scheme, &v->message.id)) {
            return WEBHOOK_VERIFY_BAD_ID;
        }
    }

    if (v->scheme->values) {
        rc = webhook_verify_values(v, values);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }
    }

    rc = webhook_verify_proof(v, s);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (late) {
        rc = webhook_verify_timestamp(v);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }
    }

    if (p->id.in == WEBHOOK_PLACE_FIELD && v->verified->id.len == 0) {
        rc = webhook_verify_repeat_id(v);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }
    }

    return timed ? webhook_verify_window(v) : WEBHOOK_VERIFY_OK;
}


/* 1 if the id holds what stands behind it in the signed string: there it could
   be cut from what follows elsewhere. */

static int
webhook_verify_cut(const webhook_scheme_t *s, const webhook_str_t *id)
{
    unsigned  i;

    for (i = 0; i + 1 < s->nparts; i++) {

        if (s->parts[i].what == WEBHOOK_PART_ID
            && s->parts[i + 1].what == WEBHOOK_PART_TEXT
            && memchr(id->data, *s->parts[i + 1].text.data, id->len))
        {
            return 1;
        }
    }

    return 0;
}
