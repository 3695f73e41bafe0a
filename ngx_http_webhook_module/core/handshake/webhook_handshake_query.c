
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Handshakes that are asked in the query of a request.
 */

#include "core/handshake/webhook_handshake_int.h"
#include "core/signature/webhook_digest.h"

#include <openssl/crypto.h>


static webhook_handshake_e webhook_handshake_subscribe(
    const webhook_question_t *q, unsigned char token_text[WEBHOOK_KEY_TEXT_MAX],
    webhook_handshake_answer_t *a);
static int webhook_handshake_token(const webhook_question_t *q,
    const webhook_str_t *token);
static webhook_handshake_e webhook_handshake_challenge(
    const webhook_question_t *q, const char *name, size_t max,
    const char *others, webhook_handshake_answer_t *a);


/*
 * Meta (and WebSub hubs that do the same): GET with hub.mode=subscribe,
 * hub.verify_token, which is one of the configured tokens, and hub.challenge,
 * which alone is answered.
 */

webhook_handshake_e
webhook_handshake_meta(const webhook_question_t *q,
    webhook_handshake_answer_t *a)
{
    unsigned char        token_text[WEBHOOK_KEY_TEXT_MAX];
    webhook_handshake_e  result;

    result = webhook_handshake_subscribe(q, token_text, a);

    /* it may be a key, and a stack is dumped */

    OPENSSL_cleanse(token_text, sizeof(token_text));

    return result;
}


static webhook_handshake_e
webhook_handshake_subscribe(const webhook_question_t *q,
    unsigned char token_text[WEBHOOK_KEY_TEXT_MAX],
    webhook_handshake_answer_t *a)
{
    int            rc;
    webhook_str_t  mode, token, challenge;
    unsigned char  mode_text[WEBHOOK_KEY_TEXT_MAX];
    unsigned char  challenge_text[WEBHOOK_KEY_TEXT_MAX];

    static const webhook_str_t  subscribe = webhook_str("subscribe");

    rc = webhook_handshake_param(&q->args, "hub.mode", mode_text,
                                 sizeof(mode_text), &mode);

    if (rc == 0) {
        return WEBHOOK_HANDSHAKE_NONE;
    }

    if (rc != 1
        || !webhook_str_eq(&mode, &subscribe)
        || webhook_handshake_param(&q->args, "hub.verify_token", token_text,
                                   WEBHOOK_KEY_TEXT_MAX, &token)
           != 1
        || webhook_handshake_param(&q->args, "hub.challenge", challenge_text,
                                   sizeof(challenge_text), &challenge)
           != 1
        || !webhook_handshake_plain(&challenge, WEBHOOK_HANDSHAKE_TEXT_MAX,
                                    "-_.~"))
    {
        return WEBHOOK_HANDSHAKE_REFUSED;
    }

    if (!webhook_handshake_token(q, &token)) {
        return WEBHOOK_HANDSHAKE_REFUSED;
    }

    return webhook_handshake_echo(a, &challenge);
}


/* 1 if a live token is this one, looking at all; 0 if none. */

static int
webhook_handshake_token(const webhook_question_t *q,
    const webhook_str_t *token)
{
    int                   found;
    unsigned              i;
    webhook_str_t         text;
    const webhook_key_t  *key;

    found = 0;

    for (i = 0; i < q->conf->ntokens; i++) {

        key = &q->conf->tokens[i];

        if (!webhook_key_live(key, q->now) || key->kind != WEBHOOK_KEY_SECRET)
        {
            continue;
        }

        text.data = (unsigned char *) key->bytes;
        text.len = key->len;

        found |= webhook_secret_eq(token, &text);
    }

    return found;
}


/* Dropbox: GET with a "challenge", which alone is answered. */

webhook_handshake_e
webhook_handshake_dropbox(const webhook_question_t *q,
    webhook_handshake_answer_t *a)
{
    return webhook_handshake_challenge(q, "challenge",
                                       WEBHOOK_HANDSHAKE_TEXT_MAX, "-_.~+/=:",
                                       a);
}


/*
 * Microsoft Graph (and SharePoint): POST with a "validationToken", an opaque
 * text, which is a sentence in English today; decoded it is the answer.
 */

webhook_handshake_e
webhook_handshake_msgraph(const webhook_question_t *q,
    webhook_handshake_answer_t *a)
{
    return webhook_handshake_challenge(q, "validationtoken",
                                       WEBHOOK_HANDSHAKE_TOKEN_MAX,
                                       " -_.~+/=:;,!?@*$%|#()[]{}", a);
}


static webhook_handshake_e
webhook_handshake_challenge(const webhook_question_t *q, const char *name,
    size_t max, const char *others, webhook_handshake_answer_t *a)
{
    int            n;
    webhook_str_t  challenge;
    unsigned char  text[3 * WEBHOOK_HANDSHAKE_TOKEN_MAX];

    n = webhook_handshake_param(&q->args, name, text, sizeof(text),
                                &challenge);

    if (n == 0) {
        return WEBHOOK_HANDSHAKE_NONE;
    }

    if (n != 1 || !webhook_handshake_plain(&challenge, max, others)) {
        return WEBHOOK_HANDSHAKE_REFUSED;
    }

    return webhook_handshake_echo(a, &challenge);
}
