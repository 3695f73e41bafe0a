
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * One secret: as it was given, or made.
 */

#include "core/definition/webhook_definition_int.h"
#include "core/base/webhook_hash.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>


#define WEBHOOK_SECRET_RANDOM  32       /* bytes of one that is made */
#define WEBHOOK_SECRET_HINT    20       /* characters of one of which some may
                                           be shown */


static unsigned webhook_secrets_last(const json_t *list);


json_t *
webhook_definition_secret_text(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *value, int standard)
{
    webhook_member_t  text = {
        "secret", WEBHOOK_MEMBER_TEXT, 0, member->max, 0, NULL, NULL, NULL
    };

    if (json_is_true(value)) {
        return webhook_definition_secret_make(ctx, member, standard);
    }

    if (!json_is_string(value)) {
        webhook_definition_wrong(ctx, "it has to be a text%s",
                                 member->flags & WEBHOOK_MEMBER_GIVEN
                                 ? "" : ", or true, which makes one");
        return NULL;
    }

    return webhook_definition_scalar(ctx, &text, value);
}


json_t *
webhook_definition_secret_make(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, int standard)
{
    int             n, tokens;
    char           *p, text[128];
    json_t         *json;
    const char     *name;
    unsigned char   bytes[WEBHOOK_SECRET_RANDOM];

    tokens = (member->flags & WEBHOOK_MEMBER_TOKENS) != 0;

    if (member->flags & WEBHOOK_MEMBER_GIVEN) {
        webhook_definition_wrong(ctx, "this secret cannot be generated: give "
                                 "the one of the other side");
        return NULL;
    }

    name = tokens ? "token" : "secret";

    if (ctx->made && json_object_get(ctx->made, name)) {
        webhook_definition_wrong(ctx, "only one secret can be generated at a "
                                      "time");
        return NULL;
    }

    if (RAND_bytes(bytes, sizeof(bytes)) != 1) {
        ctx->failed = 1;
        return NULL;
    }

    p = text;

    if (standard && !tokens) {
        memcpy(p, "whsec_", sizeof("whsec_") - 1);
        p += sizeof("whsec_") - 1;
    }

    n = EVP_EncodeBlock((unsigned char *) p, bytes, sizeof(bytes));

    if (p == text) {

        /* of letters, digits, "_" and "-" alone */

        for ( /* void */ ; n; n--, p++) {
            *p = *p == '+' ? '-' : *p == '/' ? '_' : *p == '=' ? '\0' : *p;
        }
    }

    json = json_string(text);

    OPENSSL_cleanse(bytes, sizeof(bytes));
    OPENSSL_cleanse(text, sizeof(text));

    if (ctx->made == NULL) {
        ctx->made = json_object();
    }

    webhook_definition_set(ctx, ctx->made, name, json_incref(json));

    return json;
}


json_t *
webhook_definition_secret_new(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *list,
    json_t *text)
{
    char      id[16];
    json_t   *secret;
    unsigned  last, other;

    if (text == NULL) {
        return NULL;
    }

    secret = json_object();

    if (secret == NULL) {
        json_decref(text);
        ctx->failed = 1;
        return NULL;
    }

    last = webhook_secrets_last(old);
    other = webhook_secrets_last(list);

    (void) snprintf(id, sizeof(id), "%c%u",
                    member->flags & WEBHOOK_MEMBER_TOKENS ? 't' : 'k',
                    (last > other ? last : other) + 1);

    webhook_definition_set(ctx, secret, "id", json_string(id));
    webhook_definition_set(ctx, secret, "secret", text);
    webhook_definition_set(ctx, secret, "created",
                           webhook_definition_time(ctx->now));
    webhook_definition_set(ctx, secret, "expires", json_null());

    return secret;
}


static unsigned
webhook_secrets_last(const json_t *list)
{
    size_t       i;
    unsigned     n, last;
    const char  *id;

    last = 0;

    for (i = 0; i < json_array_size(list); i++) {

        id = json_string_value(json_object_get(json_array_get(list, i), "id"));

        if (id && id[0] && sscanf(id + 1, "%8u", &n) == 1 && n > last) {
            last = n;
        }
    }

    return last;
}


json_t *
webhook_definition_secret_rotate(webhook_definition_ctx_t *ctx,
    const webhook_member_t *member, const json_t *old, const json_t *secret,
    int64_t overlap, int standard)
{
    size_t   i;
    int64_t  end;
    json_t  *list, *text, *new, *one, *expires;

    if (secret && webhook_definition_masked(secret)) {
        webhook_definition_wrong(ctx, "it is a mask: give the new secret");
        return NULL;
    }

    text = secret
           ? webhook_definition_secret_text(ctx, member, secret, standard)
           : webhook_definition_secret_make(ctx, member, standard);
    new = webhook_definition_secret_new(ctx, member, old, NULL, text);
    list = json_array();

    if (new == NULL || list == NULL) {
        ctx->failed |= list == NULL;
        json_decref(new);
        json_decref(list);
        return NULL;
    }

    webhook_definition_append(ctx, list, new);

    for (i = 0; overlap && i < json_array_size(old); i++) {

        expires = json_object_get(json_array_get(old, i), "expires");

        end = json_is_null(expires) ? ctx->now + overlap
                                    : webhook_definition_time_parse(expires);

        if (end <= ctx->now || json_array_size(list) == member->count) {
            continue;
        }

        if (end > ctx->now + overlap) {
            end = ctx->now + overlap;
        }

        one = json_copy(json_array_get(old, i));

        if (one) {
            webhook_definition_set(ctx, one, "expires",
                                   webhook_definition_time(end));
        }

        webhook_definition_append(ctx, list, one);
    }

    return list;
}


json_t *
webhook_definition_hint(const char *secret)
{
    if (secret == NULL || strlen(secret) < WEBHOOK_SECRET_HINT) {
        return json_string(WEBHOOK_DEFINITION_MASK);
    }

    if (strncmp(secret, "whsec_", 6) == 0 || strncmp(secret, "whsk_", 5) == 0
        || strncmp(secret, "whpk_", 5) == 0)
    {
        return json_sprintf("%.*s...", (int) (strcspn(secret, "_") + 3),
                            secret);
    }

    /* one in letters that jansson could not cut has no hint */

    if (!isascii((unsigned char) secret[0])
        || !isascii((unsigned char) secret[1])
        || iscntrl((unsigned char) secret[0])
        || iscntrl((unsigned char) secret[1]))
    {
        return json_string(WEBHOOK_DEFINITION_MASK);
    }

    return json_sprintf("%.2s...", secret);
}


void
webhook_definition_sha256(const char *token, char hex[65])
{
    size_t          i;
    webhook_hash_t  hash;
    unsigned char   digest[WEBHOOK_HASH_LEN];

    webhook_hash_init(&hash);
    webhook_hash_add(&hash, token, strlen(token));
    webhook_hash_end(&hash, digest);

    for (i = 0; i < WEBHOOK_HASH_LEN; i++) {
        (void) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }

    OPENSSL_cleanse(&hash, sizeof(hash));
}
