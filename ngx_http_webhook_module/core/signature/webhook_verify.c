
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The table of presets, which no other file sees, and the check of a call by
 * one of them.
 */

#include "core/signature/webhook_verify_int.h"


#define WEBHOOK_NONE  { 0, NULL }

#define WEBHOOK_TEXT(text)  { WEBHOOK_PART_TEXT, webhook_str(text) }
#define WEBHOOK_TIMESTAMP   { WEBHOOK_PART_TIMESTAMP, WEBHOOK_NONE }
#define WEBHOOK_URL         { WEBHOOK_PART_URL, WEBHOOK_NONE }
#define WEBHOOK_BODY        { WEBHOOK_PART_BODY, WEBHOOK_NONE }

/* slack's and zoom's */

#define WEBHOOK_SCHEME_V0                                                     \
    { WEBHOOK_DIGEST_SHA256, WEBHOOK_ENCODING_HEX, webhook_str("v0="),        \
      4, { WEBHOOK_TEXT("v0:"), WEBHOOK_TIMESTAMP, WEBHOOK_TEXT(":"),         \
           WEBHOOK_BODY } }


/*
 * The presets.  One that signs its calls in one header, as a string made of
 * parts, is a row here and no more: webhook_verify_plain() reads it.
 */

static const webhook_preset_t  webhook_presets[] = {

    { .name = webhook_str("standard"),
      .body = 1,
      .window = 300,
      .verify = webhook_verify_standard },

    { .name = webhook_str("github"),
      .literal = 1,
      .body = 1,
      .verify = webhook_verify_plain,
      .signature = webhook_str("x-hub-signature-256"),
      .id = webhook_str("x-github-delivery"),
      .scheme = { WEBHOOK_DIGEST_SHA256, WEBHOOK_ENCODING_HEX,
                  webhook_str("sha256="), 1, { WEBHOOK_BODY } } },

    { .name = webhook_str("stripe"),
      .literal = 1,
      .body = 1,
      .window = 300,
      .verify = webhook_verify_stripe,
      .signature = webhook_str("stripe-signature"),
      .scheme = { WEBHOOK_DIGEST_SHA256, WEBHOOK_ENCODING_HEX, WEBHOOK_NONE,
                  3, { WEBHOOK_TIMESTAMP, WEBHOOK_TEXT("."), WEBHOOK_BODY } } },

    { .name = webhook_str("shopify"),
      .literal = 1,
      .body = 1,
      .verify = webhook_verify_plain,
      .signature = webhook_str("x-shopify-hmac-sha256"),
      .id = webhook_str("x-shopify-webhook-id"),
      .scheme = { WEBHOOK_DIGEST_SHA256, WEBHOOK_ENCODING_BASE64, WEBHOOK_NONE,
                  1, { WEBHOOK_BODY } } },

    { .name = webhook_str("slack"),
      .literal = 1,
      .body = 1,
      .window = 300,
      .verify = webhook_verify_plain,
      .signature = webhook_str("x-slack-signature"),
      .timestamp = webhook_str("x-slack-request-timestamp"),
      .scheme = WEBHOOK_SCHEME_V0 },

    { .name = webhook_str("square"),
      .literal = 1,
      .url = 1,
      .body = 1,
      .verify = webhook_verify_plain,
      .signature = webhook_str("x-square-hmacsha256-signature"),
      .scheme = { WEBHOOK_DIGEST_SHA256, WEBHOOK_ENCODING_BASE64, WEBHOOK_NONE,
                  2, { WEBHOOK_URL, WEBHOOK_BODY } } },

    /* the body's fields follow the URL in an order of their own */

    { .name = webhook_str("twilio"),
      .literal = 1,
      .url = 1,
      .body = 1,
      .verify = webhook_verify_twilio,
      .signature = webhook_str("x-twilio-signature"),
      .scheme = { WEBHOOK_DIGEST_SHA1, WEBHOOK_ENCODING_BASE64, WEBHOOK_NONE,
                  2, { WEBHOOK_URL, WEBHOOK_BODY } } },

    { .name = webhook_str("zoom"),
      .literal = 1,
      .body = 1,
      .window = 300,
      .verify = webhook_verify_plain,
      .signature = webhook_str("x-zm-signature"),
      .timestamp = webhook_str("x-zm-request-timestamp"),
      .scheme = WEBHOOK_SCHEME_V0 },

    { .name = webhook_str("linear"),
      .literal = 1,
      .body = 1,
      .window = 60,
      .verify = webhook_verify_linear,
      .signature = webhook_str("linear-signature"),
      .scheme = { WEBHOOK_DIGEST_SHA256, WEBHOOK_ENCODING_HEX, WEBHOOK_NONE,
                  1, { WEBHOOK_BODY } } },

    { .name = webhook_str("gitlab"),
      .literal = 1,
      .verify = webhook_verify_token,
      .signature = webhook_str("x-gitlab-token") },

    { .name = webhook_str("basic"),
      .literal = 1,
      .verify = webhook_verify_basic,
      .check = webhook_verify_basic_check,
      .signature = webhook_str("authorization") },

    { .name = webhook_str("bearer"),
      .literal = 1,
      .verify = webhook_verify_bearer,
      .signature = webhook_str("authorization") },

    { .name = webhook_str("hmac"),
      .body = 1,
      .window = 300,
      .verify = webhook_verify_custom,
      .check = webhook_verify_custom_check }
};

#define WEBHOOK_PRESETS  (sizeof(webhook_presets) / sizeof(webhook_presets[0]))


static const char *const  webhook_verify_texts[] = {
    "the signature is right",

    "a header with the signature is missing",
    "a header with the timestamp is missing",
    "a header with the id is missing",
    "a header of the signature came more than once",
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


const webhook_preset_t *
webhook_preset_find(const webhook_str_t *name)
{
    size_t  i;

    for (i = 0; i < WEBHOOK_PRESETS; i++) {
        if (webhook_str_eq(name, &webhook_presets[i].name)) {
            return &webhook_presets[i];
        }
    }

    return NULL;
}


int
webhook_preset_names(webhook_buf_t *out)
{
    size_t  i;

    for (i = 0; i < WEBHOOK_PRESETS; i++) {

        if (i + 1 == WEBHOOK_PRESETS) {
            (void) webhook_buf_add(out, " and ", 5);

        } else if (i) {
            (void) webhook_buf_add(out, ", ", 2);
        }

        (void) webhook_buf_add(out, webhook_presets[i].name.data,
                               webhook_presets[i].name.len);
    }

    return out->failed;
}


int
webhook_verifier_check(const webhook_verifier_t *verifier, const char **err)
{
    *err = NULL;

    if (verifier->nkeys == 0) {
        *err = "a key is missing";

    } else if (verifier->nkeys > WEBHOOK_KEYS_MAX) {
        *err = "there are more than 8 keys";

    } else if (verifier->tolerance < 0) {
        *err = "the tolerance is negative";

    } else if (verifier->tolerance && verifier->preset->window == 0) {
        *err = "a tolerance is of no use: no timestamp is signed";

    } else if (verifier->preset->check) {
        *err = verifier->preset->check(verifier);
    }

    return *err ? WEBHOOK_ERROR : WEBHOOK_OK;
}


webhook_verify_e
webhook_verify(const webhook_verifier_t *verifier,
    const webhook_verify_call_t *call, webhook_verified_t *verified)
{
    unsigned          i;
    webhook_verify_t  v;
    webhook_verify_e  rc;

    memset(verified, 0, sizeof(webhook_verified_t));
    memset(&v, 0, sizeof(webhook_verify_t));

    v.verifier = verifier;
    v.call = call;
    v.preset = verifier->preset;
    v.message.url = call->url;
    v.message.body = call->body;
    v.message.pieces = call->pieces;

    if (v.preset->url && call->url.len == 0) {
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

    rc = v.preset->verify(&v);

    if (rc == WEBHOOK_VERIFY_OK) {
        *verified = v.verified;
    }

    return rc;
}
