
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The questions that senders ask in a body.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "nomem.h"
#include "asked.h"


static void
test_slack(void)
{
    static const asked_case_t  cases[] = {
        { .body = "{\"type\":\"url_verification\","
                  "\"challenge\":\"3eZbrw1aB\\u0031\"}",
          .rc = WEBHOOK_HANDSHAKE_ANSWER,
          .answer = "200 json {\"challenge\": \"3eZbrw1aB1\"}" },
        { .body = "{\"type\":\"event_callback\",\"challenge\":\"3eZ\"}",
          .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "{\"type\":\"url_verification\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "{\"type\":\"url_verification\",\"challenge\":\"\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "{\"type\":\"url_verification\",\"challenge\":1}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "{\"type\":\"url_verification\",\"challenge\":\"<b>\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "{\"type\":\"url_verification\",\"challenge\":\"\\\"\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "{\"type\":\"url_verification\",\"challenge\":\"\\u0000\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "[\"url_verification\"]", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "url_verification", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "", .rc = WEBHOOK_HANDSHAKE_NONE }
    };

    asked_each("slack", cases, NULL, 0);
}


static void
test_zoom(void)
{
    char            text[1024];
    size_t          i;
    const char     *err;
    asked_case_t     bad;
    webhook_key_t   key;
    webhook_str_t   secret;

    static const asked_case_t  cases[] = {
        { .body = "{\"payload\":{\"plainToken\":\"qgg8vlvZRS6UYooatFL8Aw\"},"
                  "\"event_ts\":1654503849680,"
                  "\"event\":\"endpoint.url_validation\"}",
          .rc = WEBHOOK_HANDSHAKE_ANSWER,
          .answer = "200 json {\"plainToken\": \"qgg8vlvZRS6UYooatFL8Aw\", "
                    "\"encryptedToken\": \"0a616cf8dace36e7bb11e72f7950c046"
                    "ffcabf73a57ddce9cb5157b8b573c0f0\"}" },
        { .body = "{\"payload\":{\"plainToken\":\"qgg8vlvZRS6UYooatFL8Aw\"},"
                  "\"event\":\"meeting.started\"}",
          .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "{\"payload\":{},\"event\":\"endpoint.url_validation\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "{\"payload\":\"x\",\"event\":\"endpoint.url_validation\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "{\"event\":\"endpoint.url_validation\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "{\"payload\":{\"plainToken\":\"v0:1531420618:{}\"},"
                  "\"event\":\"endpoint.url_validation\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "{\"payload\":{\"plainToken\":\"v0\\u003a1\"},"
                  "\"event\":\"endpoint.url_validation\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED }
    };

    secret = asked_str("zoom-secret-token-1234");
    (void) webhook_key_read(&key, &secret, WEBHOOK_KEY_AS_TEXT, &err);

    asked_each("zoom", cases, &key, 0);

    i = sprintf(text, "{\"event\":\"endpoint.url_validation\","
                "\"payload\":{\"plainToken\":\"");
    memset(text + i, 'a', 257);
    strcpy(text + i + 257, "\"}}");

    memset(&bad, 0, sizeof(bad));
    bad.body = text;
    bad.rc = WEBHOOK_HANDSHAKE_REFUSED;
    asked_is("zoom", &bad, &key, 0);

    if (nomem_works()) {
        nomem_after = 0;
        i = asked("zoom", &cases[0], &key, 0);
        nomem_after = -1;

        tap_ok(i == WEBHOOK_HANDSHAKE_FAULT, "zoom: no memory is a fault");
        webhook_handshake_free(&answered);
    }
}


static void
test_twitch(void)
{
    static const asked_case_t  cases[] = {
        { .body = "{\"challenge\":\"pogchamp-kappa-360noscope-vohiyo\","
                  "\"subscription\":{\"status\":"
                  "\"webhook_callback_verification_pending\"}}",
          .headers = {{ "Twitch-Eventsub-Message-Type",
                        "webhook_callback_verification" }},
          .rc = WEBHOOK_HANDSHAKE_ANSWER,
          .answer = "200 text/plain pogchamp-kappa-360noscope-vohiyo "
                    "[X-Content-Type-Options: nosniff]" },
        { .body = "{\"challenge\":\"abc\"}",
          .headers = {{ "Twitch-Eventsub-Message-Type", "notification" }},
          .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "{\"challenge\":\"abc\"}", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "{\"subscription\":{},\"event\":{}}",
          .headers = {{ "Twitch-Eventsub-Message-Type",
                        "webhook_callback_verification" }},
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "{\"challenge\":\"<script>\"}",
          .headers = {{ "Twitch-Eventsub-Message-Type",
                        "webhook_callback_verification" }},
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "{\"challenge\":\"a\\r\\nb\"}",
          .headers = {{ "Twitch-Eventsub-Message-Type",
                        "webhook_callback_verification" }},
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "no JSON",
          .headers = {{ "Twitch-Eventsub-Message-Type",
                        "webhook_callback_verification" }},
          .rc = WEBHOOK_HANDSHAKE_REFUSED }
    };

    asked_each("twitch", cases, NULL, 0);
}


static void
test_discord(void)
{
    static const asked_case_t  cases[] = {
        { .body = "{\"id\":\"1\",\"application_id\":\"2\",\"type\":1,"
                  "\"token\":\"x\",\"version\":1}",
          .rc = WEBHOOK_HANDSHAKE_ANSWER, .answer = "200 json {\"type\": 1}" },
        { .body = "{\"version\":1,\"application_id\":\"2\",\"type\":0}",
          .rc = WEBHOOK_HANDSHAKE_ANSWER,
          .answer = "204 json  [Content-Type: application/json]" },
        { .body = "{\"version\":1,\"application_id\":\"2\",\"type\":1,"
                  "\"event\":{\"type\":\"APPLICATION_AUTHORIZED\"}}",
          .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "{\"type\":2,\"data\":{\"name\":\"a\"}}",
          .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "{\"type\":\"1\"}", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "{\"type\":10}", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "{\"type\":1.0}", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "[1]", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "", .rc = WEBHOOK_HANDSHAKE_NONE }
    };

    asked_each("discord", cases, NULL, 0);
}


#define SNS  "{\"MessageId\":\"1\",\"Type\":\"SubscriptionConfirmation\","   \
             "\"SubscribeURL\":\"https://evil.example.com/\","

#define ARN  "arn:aws:sns:us-west-2:123456789012:MyTopic"

static void
test_sns(void)
{
    char         text[2048];
    asked_case_t  c;

    static const asked_case_t  cases[] = {
        { .body = SNS "\"TopicArn\":\"" ARN "\",\"Token\":\"2336412f37\"}",
          .rc = WEBHOOK_HANDSHAKE_ANSWER,
          .answer = "200 json {\"status\": \"ok\"} (the subscription to " ARN
                    " waits to be confirmed: open the \"SubscribeURL\" of the"
                    " message, or add \"handshake sns confirm=\")" },
        { .body = "{\"Type\":\"UnsubscribeConfirmation\",\"TopicArn\":\"" ARN
                  "\",\"Token\":\"2336412f37\"}",
          .rc = WEBHOOK_HANDSHAKE_ANSWER,
          .answer = "200 json {\"status\": \"ok\"} (the subscription to " ARN
                    " has ended)" },
        { .body = "{\"Type\":\"Notification\",\"TopicArn\":\"" ARN "\","
                  "\"Token\":\"2336412f37\"}", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = SNS "\"TopicArn\":\"" ARN "\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = SNS "\"Token\":\"2336412f37\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = SNS "\"TopicArn\":\"" ARN "\",\"Token\":\"1&a=b\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = SNS "\"TopicArn\":\"" ARN "\",\"Token\":\"1 HTTP/1.1\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = SNS "\"TopicArn\":\"" ARN "\",\"Token\":\"1\\u0026\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = SNS "\"TopicArn\":\"a\\r\\nb\",\"Token\":\"1\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = SNS "\"TopicArn\":\"a/b\",\"Token\":\"1\"}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = SNS "\"TopicArn\":\"" ARN "\",\"Token\":1}",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .body = "[]", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "", .rc = WEBHOOK_HANDSHAKE_NONE }
    };

    asked_each("sns", cases, NULL, 0);

    asked_conf.confirm = 1;

    c = cases[0];
    c.answer = "200 json {\"status\": \"ok\"} (the subscription to " ARN
               " is being confirmed) /?Action=ConfirmSubscription&TopicArn="
               ARN "&Token=2336412f37";
    asked_is("sns", &c, NULL, 0);

    asked_is("sns", &cases[1], NULL, 0);
    asked_is("sns", &cases[2], NULL, 0);

    /* what a topic and a token may be at most */

    sprintf(text, SNS "\"TopicArn\":\"%0320d\",\"Token\":\"%01024d\"}", 1, 2);
    c.body = text;
    tap_ok(asked("sns", &c, NULL, 0) == WEBHOOK_HANDSHAKE_ANSWER,
           "sns: a topic of 320 bytes, a token of 1024");
    webhook_handshake_free(&answered);

    sprintf(text, SNS "\"TopicArn\":\"%0321d\",\"Token\":\"1\"}", 1);
    tap_ok(asked("sns", &c, NULL, 0) == WEBHOOK_HANDSHAKE_REFUSED,
           "sns: a topic of 321");
    webhook_handshake_free(&answered);

    memset(&asked_conf, 0, sizeof(asked_conf));
}


static void
test_woocommerce(void)
{
    static const asked_case_t  cases[] = {
        { .body = "webhook_id=17", .rc = WEBHOOK_HANDSHAKE_ANSWER,
          .answer = "200 json {\"status\": \"ok\"}" },
        { .body = "webhook_id=18446744073709551615",
          .rc = WEBHOOK_HANDSHAKE_ANSWER,
          .answer = "200 json {\"status\": \"ok\"}" },
        { .body = "webhook_id=17",
          .headers = {{ "X-WC-Webhook-Signature", "x" }},
          .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "webhook_id=", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "webhook_id=17&a=1", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "webhook_id=-1", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "webhook_id=184467440737095516150",
          .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "webhook_ID=17", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "{\"id\":17}", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .body = "", .rc = WEBHOOK_HANDSHAKE_NONE }
    };

    asked_each("woocommerce", cases, NULL, 0);
}


/* What asks for more than a question is large is a call. */

static void
test_large(void)
{
    char         *text;
    asked_case_t   c;

    memset(&c, 0, sizeof(c));

    text = calloc(1, WEBHOOK_HANDSHAKE_BODY_MAX + 2);
    memset(text, ' ', WEBHOOK_HANDSHAKE_BODY_MAX + 1);
    memcpy(text, "{\"type\": 1}", 11);

    c.body = text;
    tap_ok(asked("discord", &c, NULL, 0) == WEBHOOK_HANDSHAKE_NONE,
           "a large body is none");
    webhook_handshake_free(&answered);

    text[WEBHOOK_HANDSHAKE_BODY_MAX] = '\0';
    tap_ok(asked("discord", &c, NULL, 0) == WEBHOOK_HANDSHAKE_ANSWER,
           "but one that is no larger");
    webhook_handshake_free(&answered);

    free(text);
}


int
main(void)
{
    test_slack();
    test_zoom();
    test_twitch();
    test_discord();
    test_sns();
    test_woocommerce();
    test_large();

    return tap_done();
}
