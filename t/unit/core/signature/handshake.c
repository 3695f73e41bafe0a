
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The questions that senders ask first, and the forms they ask in.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "nomem.h"
#include "signed.h"
#include "tap.h"
#include "core/format/webhook_form.h"
#include "core/signature/webhook_handshake.h"


static webhook_buf_t  out;


/* Compares a result, and the answer where there is one. */

static void
test_is(webhook_handshake_e got, webhook_handshake_e want, const char *answer,
    const char *name)
{
    int  ok;

    ok = got == want;

    if (want == WEBHOOK_HANDSHAKE_ANSWER) {
        ok = ok && out.len == strlen(answer)
             && memcmp(out.data, answer, out.len) == 0;

    } else {
        ok = ok && out.len == 0;
    }

    if (!tap_ok(ok, "%s", name)) {
        printf("# %d: %.*s\n", got, (int) out.len, (char *) out.data);
    }

    webhook_buf_free(&out);
}


static void
test_slack(void)
{
    size_t         i;
    webhook_str_t  body;

    static const struct {
        const char           *body;
        webhook_handshake_e   rc;
    } bodies[] = {
        { "{\"type\":\"url_verification\",\"challenge\":\"3eZbrw1aB\\u0031\"}",
          WEBHOOK_HANDSHAKE_ANSWER },
        { "{\"type\":\"event_callback\",\"challenge\":\"3eZbrw1aB1\"}",
          WEBHOOK_HANDSHAKE_NONE },
        { "{\"type\":\"url_verification\"}", WEBHOOK_HANDSHAKE_REFUSED },
        { "{\"type\":\"url_verification\",\"challenge\":\"\"}",
          WEBHOOK_HANDSHAKE_REFUSED },
        { "{\"type\":\"url_verification\",\"challenge\":1}",
          WEBHOOK_HANDSHAKE_REFUSED },
        { "{\"type\":\"url_verification\",\"challenge\":\"<b>\"}",
          WEBHOOK_HANDSHAKE_REFUSED },
        { "{\"type\":\"url_verification\",\"challenge\":\"\\\"\"}",
          WEBHOOK_HANDSHAKE_REFUSED },
        { "{\"type\":\"url_verification\",\"challenge\":\"\\u0000\"}",
          WEBHOOK_HANDSHAKE_REFUSED },
        { "[\"url_verification\"]", WEBHOOK_HANDSHAKE_NONE },
        { "url_verification", WEBHOOK_HANDSHAKE_NONE },
        { "", WEBHOOK_HANDSHAKE_NONE }
    };

    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        body = signed_str(bodies[i].body);

        test_is(webhook_handshake_slack(&body, &out), bodies[i].rc,
                "{\"challenge\": \"3eZbrw1aB1\"}", bodies[i].body);
    }
}


static void
test_zoom(void)
{
    char            text[1024];
    size_t          i;
    const char     *err;
    webhook_key_t   key;
    webhook_str_t   body, secret;

    static const struct {
        const char           *body;
        webhook_handshake_e   rc;
    } bodies[] = {
        { "{\"payload\":{\"plainToken\":\"qgg8vlvZRS6UYooatFL8Aw\"},"
          "\"event_ts\":1654503849680,\"event\":\"endpoint.url_validation\"}",
          WEBHOOK_HANDSHAKE_ANSWER },
        { "{\"payload\":{\"plainToken\":\"qgg8vlvZRS6UYooatFL8Aw\"},"
          "\"event\":\"meeting.started\"}", WEBHOOK_HANDSHAKE_NONE },
        { "{\"payload\":{},\"event\":\"endpoint.url_validation\"}",
          WEBHOOK_HANDSHAKE_REFUSED },
        { "{\"payload\":\"x\",\"event\":\"endpoint.url_validation\"}",
          WEBHOOK_HANDSHAKE_REFUSED },
        { "{\"event\":\"endpoint.url_validation\"}",
          WEBHOOK_HANDSHAKE_REFUSED },
        { "{\"payload\":{\"plainToken\":\"v0:1531420618:{}\"},"
          "\"event\":\"endpoint.url_validation\"}", WEBHOOK_HANDSHAKE_REFUSED },
        { "{\"payload\":{\"plainToken\":\"v0\\u003a1\"},"
          "\"event\":\"endpoint.url_validation\"}", WEBHOOK_HANDSHAKE_REFUSED }
    };

    secret = signed_str("zoom-secret-token-1234");
    (void) webhook_key_read(&key, &secret, WEBHOOK_KEY_AS_TEXT, &err);

    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        body = signed_str(bodies[i].body);

        test_is(webhook_handshake_zoom(&body, &key, &out), bodies[i].rc,
                "{\"plainToken\": \"qgg8vlvZRS6UYooatFL8Aw\", "
                "\"encryptedToken\": \"0a616cf8dace36e7bb11e72f7950c046"
                "ffcabf73a57ddce9cb5157b8b573c0f0\"}", bodies[i].body);
    }

    i = sprintf(text, "{\"event\":\"endpoint.url_validation\","
                "\"payload\":{\"plainToken\":\"");
    memset(text + i, 'a', 257);
    strcpy(text + i + 257, "\"}}");
    body = signed_str(text);
    test_is(webhook_handshake_zoom(&body, &key, &out),
            WEBHOOK_HANDSHAKE_REFUSED, NULL, "a token of 257 bytes");

    if (nomem_works()) {
        body = signed_str(bodies[0].body);
        nomem_after = 0;
        i = webhook_handshake_zoom(&body, &key, &out);
        nomem_after = -1;

        tap_ok(i == WEBHOOK_HANDSHAKE_FAULT, "no memory is a fault");
        webhook_buf_free(&out);
    }
}


static void
test_meta(void)
{
    char            text[2048];
    size_t          i;
    const char     *err;
    webhook_key_t   keys[2];
    webhook_str_t   args, secret;

    static const struct {
        const char           *args;
        webhook_handshake_e   rc;
    } all[] = {
        { "hub.mode=subscribe&hub.challenge=1158201444&"
          "hub.verify_token=meaty%20ham+steak", WEBHOOK_HANDSHAKE_ANSWER },
        { "x=1&hub.verify_token=meaty+ham+steak&hub.challenge=1158201444"
          "&hub.mode=subscribe&", WEBHOOK_HANDSHAKE_ANSWER },
        { "", WEBHOOK_HANDSHAKE_NONE },
        { "mode=subscribe", WEBHOOK_HANDSHAKE_NONE },
        { "hub.challenge=1158201444&hub.verify_token=meaty+ham+steak",
          WEBHOOK_HANDSHAKE_NONE },
        { "hub.mode=unsubscribe&hub.challenge=1158201444&"
          "hub.verify_token=meaty+ham+steak", WEBHOOK_HANDSHAKE_REFUSED },
        { "hub.mode=subscribe&hub.challenge=1158201444&"
          "hub.verify_token=meaty+ham+steal", WEBHOOK_HANDSHAKE_REFUSED },
        { "hub.mode=subscribe&hub.challenge=1158201444&"
          "hub.verify_token=old+verify+token", WEBHOOK_HANDSHAKE_REFUSED },
        { "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=",
          WEBHOOK_HANDSHAKE_REFUSED },
        { "hub.mode=subscribe&hub.challenge=1158201444",
          WEBHOOK_HANDSHAKE_REFUSED },
        { "hub.mode=subscribe&hub.verify_token=meaty+ham+steak",
          WEBHOOK_HANDSHAKE_REFUSED },
        { "hub.mode=subscribe&hub.verify_token=meaty+ham+steak&hub.challenge="
          "%3Cscript%3E", WEBHOOK_HANDSHAKE_REFUSED },
        { "hub.mode=subscribe&hub.verify_token=meaty+ham+steak&hub.challenge="
          "1%0d%0aX:1", WEBHOOK_HANDSHAKE_REFUSED },
        { "hub.mode=subscribe&hub.verify_token=meaty+ham+steak&hub.challenge="
          "1%", WEBHOOK_HANDSHAKE_REFUSED },
        { "hub.mode=subscribe&hub.verify_token=x&"
          "hub.verify_token=meaty+ham+steak&hub.challenge=1",
          WEBHOOK_HANDSHAKE_REFUSED },
        { "hub.mode=subscribe&hub.mode=subscribe&"
          "hub.verify_token=meaty+ham+steak&hub.challenge=1",
          WEBHOOK_HANDSHAKE_REFUSED }
    };

    secret = signed_str("old verify token");
    (void) webhook_key_read(&keys[0], &secret, WEBHOOK_KEY_AS_TEXT, &err);
    keys[0].expires = 1000;

    secret = signed_str("meaty ham steak");
    (void) webhook_key_read(&keys[1], &secret, WEBHOOK_KEY_AS_TEXT, &err);

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        args = signed_str(all[i].args);

        test_is(webhook_handshake_meta(&args, keys, 2, 1000, &out), all[i].rc,
                "1158201444", all[i].args);
    }

    args = signed_str("hub.mode=subscribe&hub.challenge=1&"
                      "hub.verify_token=old+verify+token");
    test_is(webhook_handshake_meta(&args, keys, 2, 999, &out),
            WEBHOOK_HANDSHAKE_ANSWER, "1", "while the old token lives");

    i = sprintf(text, "hub.mode=subscribe&hub.challenge=1&hub.verify_token=");
    memset(text + i, 'a', 513);
    text[i + 513] = '\0';
    args = signed_str(text);
    test_is(webhook_handshake_meta(&args, keys, 2, 999, &out),
            WEBHOOK_HANDSHAKE_REFUSED, NULL, "a token of 513 bytes");
}


static void
test_cloudevents(void)
{
    size_t               i;
    webhook_str_t        origin, rate, got;
    webhook_handshake_e  rc;

    static const webhook_str_t  any = webhook_str("*");
    static const webhook_str_t  some[] = {
        webhook_str("eventgrid.azure.net"), webhook_str("*.example.com")
    };

    static const struct {
        const char           *origin;
        const char           *rate;
        uint32_t              max;
        const char           *allowed;      /* rate; NULL: refused */
    } all[] = {
        { "eventgrid.azure.net", "", 0, "" },
        { "EventGrid.Azure.net", "120", 0, "120" },
        { "eventgrid.azure.net", "120", 100, "100" },
        { "eventgrid.azure.net", "120", 1000, "120" },
        { "eventgrid.azure.net", "*", 1000, "1000" },
        { "eventgrid.azure.net", "*", 0, "*" },
        { "a.b.example.com", "999999999", 0, "999999999" },
        { "eventgrid.azure.net", "0", 0, NULL },
        { "eventgrid.azure.net", "1000000000", 0, NULL },
        { "eventgrid.azure.net", "-1", 0, NULL },
        { "eventgrid.azure.net", "1 ", 0, NULL },
        { "example.com", "", 0, NULL },
        { ".example.com", "", 0, NULL },
        { "badexample.com", "", 0, NULL },
        { "azure.net", "", 0, NULL },
        { "x.eventgrid.azure.net", "", 0, NULL },
        { "a\r\nX: 1.example.com", "", 0, NULL },
        { "*.example.com", "", 0, NULL }
    };

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        origin = signed_str(all[i].origin);
        rate = signed_str(all[i].rate);

        rc = webhook_handshake_cloudevents(&origin, &rate, some, 2, all[i].max,
                                           &got, &out);

        tap_ok(all[i].allowed
               ? rc == WEBHOOK_HANDSHAKE_ANSWER
                 && webhook_str_eq(&got, &origin)
                 && out.len == strlen(all[i].allowed)
                 && memcmp(out.data ? out.data : (unsigned char *) "",
                           all[i].allowed, out.len) == 0
               : rc == WEBHOOK_HANDSHAKE_REFUSED && got.len == 0
                 && out.len == 0,
               "cloudevents: case %d", (int) i);

        webhook_buf_free(&out);
    }

    origin = signed_str("");
    rate = signed_str("");
    tap_ok(webhook_handshake_cloudevents(&origin, &rate, &any, 1, 0, &got,
                                         &out)
           == WEBHOOK_HANDSHAKE_NONE, "cloudevents: no origin");

    origin = signed_str("anyone.example.org");
    tap_ok(webhook_handshake_cloudevents(&origin, &rate, &any, 1, 0, &got,
                                         &out)
           == WEBHOOK_HANDSHAKE_ANSWER, "cloudevents: anyone");
    tap_ok(webhook_handshake_cloudevents(&origin, &rate, &any, 0, 0, &got,
                                         &out)
           == WEBHOOK_HANDSHAKE_REFUSED, "cloudevents: no one");
}


static void
test_form(void)
{
    char           got[256], *p;
    size_t         i, pos;
    ssize_t        len;
    webhook_str_t  text, name, value;
    unsigned char  plain[64];

    static const struct {
        const char  *text;
        const char  *pairs;
    } forms[] = {
        { "", "" }, { "&", "" }, { "&&&", "" },
        { "a", "[a|]" }, { "a=", "[a|]" }, { "=a", "[|a]" }, { "=", "[|]" },
        { "a=b=c&d", "[a|b=c][d|]" }, { "&a=1&&b=2&", "[a|1][b|2]" }
    };

    static const struct {
        const char  *text;
        const char  *plain;
    } texts[] = {
        { "", "" }, { "a+b", "a b" }, { "%41%2b%2B", "A++" },
        { "%", NULL }, { "%4", NULL }, { "%4g", NULL }, { "a%zz", NULL },
        { "%%41", NULL }
    };

    for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {

        text = signed_str(forms[i].text);
        pos = 0;
        p = got;
        *p = '\0';

        while (webhook_form_next(&text, &pos, &name, &value) == WEBHOOK_OK) {
            p += sprintf(p, "[%.*s|%.*s]", (int) name.len, (char *) name.data,
                         (int) value.len, (char *) value.data);
        }

        tap_bytes(got, strlen(got), forms[i].pairs, forms[i].text);
    }

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        text = signed_str(texts[i].text);
        len = webhook_form_decode(&text, plain);

        tap_ok(texts[i].plain ? len == (ssize_t) strlen(texts[i].plain)
                                && memcmp(plain, texts[i].plain, len) == 0
                              : len == WEBHOOK_ERROR,
               "form: \"%s\" decodes", texts[i].text);
    }
}


int
main(void)
{
    webhook_buf_init(&out, 0);

    test_form();
    test_slack();
    test_zoom();
    test_meta();
    test_cloudevents();

    return tap_done();
}
