
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Amazon SNS signs fields of its message, decoded, a line each; which of them,
 * the message's type says.  Whoever has an account there can have messages
 * signed, so the topic is what tells one's own.
 */

#include "core/signature/presets/webhook_presets_int.h"


static webhook_verify_e webhook_sns_text(webhook_verify_t *v,
    webhook_buf_t *text);
static webhook_verify_e webhook_sns_field(webhook_verify_t *v,
    const webhook_json_value_t *root, const webhook_str_t *name,
    webhook_str_t *value, int *found);
static int webhook_sns_is(const webhook_str_t *value, const char *text);


static const webhook_str_t  webhook_sns_message = webhook_str("Message");
static const webhook_str_t  webhook_sns_subject = webhook_str("Subject");


const char *
webhook_sns_check(const webhook_verifier_t *verifier)
{
    unsigned  i;

    for (i = 0; i < verifier->nkeys; i++) {
        if (verifier->keys[i].kind != WEBHOOK_KEY_RSA) {
            return "the key is not of RSA: it is the certificate that a "
                   "message names as \"SigningCertURL\"";
        }
    }

    return NULL;
}


webhook_verify_e
webhook_verify_sns(webhook_verify_t *v)
{
    int                    found;
    webhook_buf_t          buf;
    webhook_str_t          version, text;
    webhook_scheme_t       scheme;
    webhook_verify_e       rc;
    webhook_signatures_t   s;
    webhook_json_value_t   root;

    static const webhook_str_t  name = webhook_str("SignatureVersion");

    rc = webhook_verify_payload(v);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (v->payload != WEBHOOK_PAYLOAD_JSON) {
        return WEBHOOK_VERIFY_BAD_BODY;
    }

    webhook_json_root(v->doc, &root);

    rc = webhook_verify_signatures(v, &s);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    rc = webhook_sns_field(v, &root, &name, &version, &found);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    scheme = *v->scheme;

    if (found && webhook_sns_is(&version, "1")) {
        scheme.digest = WEBHOOK_DIGEST_SHA1;

    } else if (!found || !webhook_sns_is(&version, "2")) {
        return WEBHOOK_VERIFY_BAD_SIGNATURE;
    }

    webhook_buf_init(&buf, 0);

    rc = webhook_sns_text(v, &buf);

    if (rc == WEBHOOK_VERIFY_OK) {
        text.data = buf.data;
        text.len = buf.len;

        v->scheme = &scheme;
        v->message.body = &text;
        v->message.pieces = 1;

        rc = webhook_verify_proof(v, &s);
    }

    webhook_buf_free(&buf);

    return rc;
}


/*
 * "Message\nHello\nMessageId\n...": no field but the message may have a line
 * end, with which what is signed could be divided into fields in other ways.
 */

static webhook_verify_e
webhook_sns_text(webhook_verify_t *v, webhook_buf_t *text)
{
    int                    found;
    unsigned               i, n;
    webhook_str_t          type, value;
    webhook_verify_e       rc;
    const webhook_str_t   *names;
    webhook_json_value_t   root;

    static const webhook_str_t  type_name = webhook_str("Type");
    static const webhook_str_t  topic_name = webhook_str("TopicArn");

    static const webhook_str_t  notification[] = {
        webhook_str("Message"), webhook_str("MessageId"),
        webhook_str("Subject"), webhook_str("Timestamp"),
        webhook_str("TopicArn"), webhook_str("Type")
    };

    static const webhook_str_t  confirmation[] = {
        webhook_str("Message"), webhook_str("MessageId"),
        webhook_str("SubscribeURL"), webhook_str("Timestamp"),
        webhook_str("Token"), webhook_str("TopicArn"), webhook_str("Type")
    };

    webhook_json_root(v->doc, &root);

    rc = webhook_sns_field(v, &root, &type_name, &type, &found);
    if (rc != WEBHOOK_VERIFY_OK) {
        return rc;
    }

    if (found && webhook_sns_is(&type, "Notification")) {
        names = notification;
        n = sizeof(notification) / sizeof(notification[0]);

    } else if (found && (webhook_sns_is(&type, "SubscriptionConfirmation")
                         || webhook_sns_is(&type, "UnsubscribeConfirmation")))
    {
        names = confirmation;
        n = sizeof(confirmation) / sizeof(confirmation[0]);

    } else {
        return WEBHOOK_VERIFY_BAD_BODY;
    }

    for (i = 0; i < n; i++) {

        rc = webhook_sns_field(v, &root, &names[i], &value, &found);
        if (rc != WEBHOOK_VERIFY_OK) {
            return rc;
        }

        if (!found) {

            if (webhook_str_eq(&names[i], &webhook_sns_subject)) {
                continue;
            }

            return WEBHOOK_VERIFY_NO_PART;
        }

        if (value.len && memchr(value.data, '\n', value.len)
            && !webhook_str_eq(&names[i], &webhook_sns_message))
        {
            return WEBHOOK_VERIFY_BAD_BODY;
        }

        if (webhook_str_eq(&names[i], &topic_name)
            && !webhook_str_eq(&value, &v->verifier->app))
        {
            return WEBHOOK_VERIFY_MISMATCH;
        }

        (void) webhook_buf_add(text, names[i].data, names[i].len);
        (void) webhook_buf_byte(text, '\n');
        (void) webhook_buf_add(text, value.data, value.len);
        (void) webhook_buf_byte(text, '\n');
    }

    return text->failed ? WEBHOOK_VERIFY_FAULT : WEBHOOK_VERIFY_OK;
}


/* A text, which stands once; null is none. */

static webhook_verify_e
webhook_sns_field(webhook_verify_t *v, const webhook_json_value_t *root,
    const webhook_str_t *name, webhook_str_t *value, int *found)
{
    webhook_json_value_t  member;

    *found = 0;
    value->len = 0;
    value->data = NULL;

    if (webhook_json_member(v->doc, root, name, &member) != WEBHOOK_OK
        || member.type == WEBHOOK_JSON_NULL)
    {
        return WEBHOOK_VERIFY_OK;
    }

    if (member.type != WEBHOOK_JSON_STRING
        || webhook_json_times(v->doc, root, name) > 1)
    {
        return WEBHOOK_VERIFY_BAD_BODY;
    }

    *found = 1;

    return webhook_verify_json_text(v, &member, value);
}


static int
webhook_sns_is(const webhook_str_t *value, const char *text)
{
    return value->len == strlen(text)
           && memcmp(value->data, text, value->len) == 0;
}
