
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Amazon SNS: a signed message of the type SubscriptionConfirmation, which has
 * a topic and a token.  The subscription stands once somebody has asked for the
 * message's SubscribeURL, which holds these two.  No more of that URL is used
 * than they: where to ask is the configuration's to say.
 *
 * Everybody can have a topic whose messages hold.  That it is the receiver's
 * own, its preset has checked.
 */

#include "core/handshake/webhook_handshake_int.h"


static webhook_handshake_e webhook_handshake_message(
    const webhook_question_t *q, const webhook_json_doc_t *doc,
    const webhook_json_value_t *root, webhook_handshake_answer_t *a);
static int webhook_handshake_value(const webhook_json_doc_t *doc,
    const webhook_json_value_t *root, const char *key, size_t max,
    const char *others, webhook_str_t *value);
static void webhook_handshake_note(webhook_handshake_answer_t *a,
    const webhook_str_t *topic, const char *what);


webhook_handshake_e
webhook_handshake_sns(const webhook_question_t *q,
    webhook_handshake_answer_t *a)
{
    return webhook_handshake_json(q, a, webhook_handshake_message,
                                  WEBHOOK_HANDSHAKE_NONE);
}


static webhook_handshake_e
webhook_handshake_message(const webhook_question_t *q,
    const webhook_json_doc_t *doc, const webhook_json_value_t *root,
    webhook_handshake_answer_t *a)
{
    int            ended;
    webhook_str_t  topic, token;

    static const char  ok[] = "{\"status\": \"ok\"}";
    static const char  before[] = "/?Action=ConfirmSubscription&TopicArn=";

    ended = webhook_handshake_says(doc, root, "Type",
                                   "UnsubscribeConfirmation");

    if (!ended
        && !webhook_handshake_says(doc, root, "Type",
                                   "SubscriptionConfirmation"))
    {
        return WEBHOOK_HANDSHAKE_NONE;
    }

    if (!webhook_handshake_value(doc, root, "TopicArn",
                                 WEBHOOK_HANDSHAKE_TOPIC_MAX, ":-_.", &topic)
        || !webhook_handshake_value(doc, root, "Token",
                                    WEBHOOK_HANDSHAKE_TOKEN_MAX, "-_.", &token))
    {
        return WEBHOOK_HANDSHAKE_REFUSED;
    }

    (void) webhook_buf_add(&a->body, ok, sizeof(ok) - 1);

    if (ended) {
        webhook_handshake_note(a, &topic, "has ended");
        return WEBHOOK_HANDSHAKE_ANSWER;
    }

    if (!q->conf->confirm) {
        webhook_handshake_note(a, &topic, "waits to be confirmed: open the "
                               "\"SubscribeURL\" of the message, or add "
                               "\"handshake sns confirm=\"");
        return WEBHOOK_HANDSHAKE_ANSWER;
    }

    webhook_handshake_note(a, &topic, "is being confirmed");

    (void) webhook_buf_add(&a->confirm, before, sizeof(before) - 1);
    (void) webhook_buf_add(&a->confirm, topic.data, topic.len);
    (void) webhook_buf_add(&a->confirm, "&Token=", 7);
    (void) webhook_buf_add(&a->confirm, token.data, token.len);

    return WEBHOOK_HANDSHAKE_ANSWER;
}


/* 1 and what stands between the quotes, which is plain: so it has no escape. */

static int
webhook_handshake_value(const webhook_json_doc_t *doc,
    const webhook_json_value_t *root, const char *key, size_t max,
    const char *others, webhook_str_t *value)
{
    webhook_json_value_t  v;

    if (!webhook_handshake_member(doc, root, key, WEBHOOK_JSON_STRING, &v)) {
        return 0;
    }

    value->data = v.span.data + 1;
    value->len = v.span.len - 2;

    return webhook_handshake_plain(value, max, others);
}


static void
webhook_handshake_note(webhook_handshake_answer_t *a,
    const webhook_str_t *topic, const char *what)
{
    static const char  subject[] = "the subscription to ";

    (void) webhook_buf_add(&a->note, subject, sizeof(subject) - 1);
    (void) webhook_buf_add(&a->note, topic->data, topic->len);
    (void) webhook_buf_byte(&a->note, ' ');
    (void) webhook_buf_add(&a->note, what, strlen(what));
}
