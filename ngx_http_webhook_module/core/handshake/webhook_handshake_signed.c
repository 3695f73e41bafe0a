
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Handshakes that are asked in a call which is signed as all of the sender's
 * are.
 */

#include "core/handshake/webhook_handshake_int.h"
#include "core/signature/webhook_digest.h"


static webhook_handshake_e webhook_handshake_url(const webhook_question_t *q,
    const webhook_json_doc_t *doc, const webhook_json_value_t *root,
    webhook_handshake_answer_t *a);
static webhook_handshake_e webhook_handshake_validation(
    const webhook_question_t *q, const webhook_json_doc_t *doc,
    const webhook_json_value_t *root, webhook_handshake_answer_t *a);
static webhook_handshake_e webhook_handshake_callback(
    const webhook_question_t *q, const webhook_json_doc_t *doc,
    const webhook_json_value_t *root, webhook_handshake_answer_t *a);
static void webhook_handshake_encrypt(
    const webhook_str_t *token, const webhook_key_t *key, webhook_buf_t *out);
static webhook_handshake_e webhook_handshake_pong(const webhook_question_t *q,
    const webhook_json_doc_t *doc, const webhook_json_value_t *root,
    webhook_handshake_answer_t *a);
static webhook_handshake_e webhook_handshake_challenge(
    const webhook_json_doc_t *doc, const webhook_json_value_t *in,
    const char *key, const char *others, webhook_buf_t *text,
    webhook_str_t *challenge);


/*
 * Slack: a body with "type": "url_verification" and a "challenge", which is
 * answered with {"challenge": "..."}.
 */

webhook_handshake_e
webhook_handshake_slack(const webhook_question_t *q,
    webhook_handshake_answer_t *a)
{
    return webhook_handshake_json(q, a, webhook_handshake_url,
                                  WEBHOOK_HANDSHAKE_NONE);
}


static webhook_handshake_e
webhook_handshake_url(const webhook_question_t *q,
    const webhook_json_doc_t *doc, const webhook_json_value_t *root,
    webhook_handshake_answer_t *a)
{
    webhook_buf_t        text;
    webhook_str_t        challenge;
    webhook_handshake_e  result;

    (void) q;

    if (!webhook_handshake_says(doc, root, "type", "url_verification")) {
        return WEBHOOK_HANDSHAKE_NONE;
    }

    result = webhook_handshake_challenge(doc, root, "challenge", "-_+/=.~:",
                                         &text, &challenge);

    if (result == WEBHOOK_HANDSHAKE_ANSWER) {
        (void) webhook_buf_add(&a->body, "{\"challenge\": \"", 15);
        (void) webhook_buf_add(&a->body, challenge.data, challenge.len);
        (void) webhook_buf_add(&a->body, "\"}", 2);
    }

    webhook_buf_free(&text);

    return result;
}


/*
 * Zoom: a body with "event": "endpoint.url_validation" and payload.plainToken,
 * which is answered with that and its HMAC-SHA256, in hexadecimal digits, by
 * the key that signed this very call.
 *
 * This key signs calls as well, so a token may hold letters, digits and
 * "-_+/=." only: nobody gets "v0:..." signed by asking for it.
 */

webhook_handshake_e
webhook_handshake_zoom(const webhook_question_t *q,
    webhook_handshake_answer_t *a)
{
    return webhook_handshake_json(q, a, webhook_handshake_validation,
                                  WEBHOOK_HANDSHAKE_NONE);
}


static webhook_handshake_e
webhook_handshake_validation(const webhook_question_t *q,
    const webhook_json_doc_t *doc, const webhook_json_value_t *root,
    webhook_handshake_answer_t *a)
{
    webhook_buf_t         text;
    webhook_str_t         token;
    webhook_handshake_e   result;
    webhook_json_value_t  payload;

    if (!webhook_handshake_says(doc, root, "event", "endpoint.url_validation"))
    {
        return WEBHOOK_HANDSHAKE_NONE;
    }

    if (!webhook_handshake_member(doc, root, "payload", WEBHOOK_JSON_OBJECT,
                                  &payload))
    {
        return WEBHOOK_HANDSHAKE_REFUSED;
    }

    result = webhook_handshake_challenge(doc, &payload, "plainToken",
                                         "-_+/=.", &text, &token);

    if (result == WEBHOOK_HANDSHAKE_ANSWER) {
        webhook_handshake_encrypt(&token, q->key, &a->body);
    }

    webhook_buf_free(&text);

    return result;
}


static void
webhook_handshake_encrypt(const webhook_str_t *token, const webhook_key_t *key,
    webhook_buf_t *out)
{
    webhook_hmac_t  hmac;
    unsigned char   digest[WEBHOOK_DIGEST_MAX];
    unsigned char   text[2 * WEBHOOK_SHA256_LEN];

    webhook_hmac_init(&hmac, WEBHOOK_DIGEST_SHA256, key->bytes, key->len);
    webhook_hmac_add(&hmac, token->data, token->len);
    webhook_hmac_end(&hmac, digest);

    webhook_hex_encode(digest, WEBHOOK_SHA256_LEN, WEBHOOK_HEX_LOWER, text);

    (void) webhook_buf_add(out, "{\"plainToken\": \"", 16);
    (void) webhook_buf_add(out, token->data, token->len);
    (void) webhook_buf_add(out, "\", \"encryptedToken\": \"", 22);
    (void) webhook_buf_add(out, text, sizeof(text));
    (void) webhook_buf_add(out, "\"}", 2);
}


/*
 * Twitch: a call that its Twitch-Eventsub-Message-Type says to be a
 * webhook_callback_verification, whose "challenge" alone is answered.  That
 * header is not signed: another call that is sent again with it has no
 * challenge, and is refused.
 */

webhook_handshake_e
webhook_handshake_twitch(const webhook_question_t *q,
    webhook_handshake_answer_t *a)
{
    int            n;
    webhook_str_t  type;

    static const webhook_str_t  verification =
        webhook_str("webhook_callback_verification");

    n = webhook_handshake_header(q, "twitch-eventsub-message-type", &type);

    if (n == 0 || !webhook_str_eq(&type, &verification)) {
        return WEBHOOK_HANDSHAKE_NONE;
    }

    return webhook_handshake_json(q, a, webhook_handshake_callback,
                                  WEBHOOK_HANDSHAKE_REFUSED);
}


static webhook_handshake_e
webhook_handshake_callback(const webhook_question_t *q,
    const webhook_json_doc_t *doc, const webhook_json_value_t *root,
    webhook_handshake_answer_t *a)
{
    webhook_buf_t        text;
    webhook_str_t        challenge;
    webhook_handshake_e  result;

    (void) q;

    result = webhook_handshake_challenge(doc, root, "challenge", "-_.~+/=:",
                                         &text, &challenge);

    if (result == WEBHOOK_HANDSHAKE_ANSWER) {
        result = webhook_handshake_echo(a, &challenge);
    }

    webhook_buf_free(&text);

    return result;
}


/*
 * Discord: "type": 1, which is answered with {"type": 1} (of interactions), or
 * 0, which is answered 204 (of webhook events, of which those that tell
 * something have type 1, and an "event").
 */

webhook_handshake_e
webhook_handshake_discord(const webhook_question_t *q,
    webhook_handshake_answer_t *a)
{
    return webhook_handshake_json(q, a, webhook_handshake_pong,
                                  WEBHOOK_HANDSHAKE_NONE);
}


static webhook_handshake_e
webhook_handshake_pong(const webhook_question_t *q,
    const webhook_json_doc_t *doc, const webhook_json_value_t *root,
    webhook_handshake_answer_t *a)
{
    webhook_json_value_t  type, event;

    static const webhook_str_t  name = webhook_str("event");
    static const webhook_str_t  json = webhook_str("application/json");

    (void) q;

    if (!webhook_handshake_member(doc, root, "type", WEBHOOK_JSON_NUMBER,
                                  &type)
        || type.span.len != 1
        || webhook_json_member(doc, root, &name, &event) == WEBHOOK_OK)
    {
        return WEBHOOK_HANDSHAKE_NONE;
    }

    switch (type.span.data[0]) {

    case '0':
        a->status = 204;
        webhook_handshake_add(a, "Content-Type", &json);
        return WEBHOOK_HANDSHAKE_ANSWER;

    case '1':
        (void) webhook_buf_add(&a->body, "{\"type\": 1}", 11);
        return WEBHOOK_HANDSHAKE_ANSWER;

    default:
        return WEBHOOK_HANDSHAKE_NONE;
    }
}


/* ANSWER with a text that may be sent back, REFUSED, or FAULT.  The buffer is
   to be freed in any case. */

static webhook_handshake_e
webhook_handshake_challenge(const webhook_json_doc_t *doc,
    const webhook_json_value_t *in, const char *key, const char *others,
    webhook_buf_t *text, webhook_str_t *challenge)
{
    int  rc;

    webhook_buf_init(text, 0);

    rc = webhook_handshake_text(doc, in, key, text);

    challenge->data = text->data;
    challenge->len = text->len;

    if (rc == WEBHOOK_NOMEM) {
        return WEBHOOK_HANDSHAKE_FAULT;
    }

    return rc == WEBHOOK_OK
           && webhook_handshake_plain(challenge, WEBHOOK_HANDSHAKE_TEXT_MAX,
                                      others)
           ? WEBHOOK_HANDSHAKE_ANSWER : WEBHOOK_HANDSHAKE_REFUSED;
}
