
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The questions that senders ask in the head of a request; and their table.
 */

#include "asked.h"


static void
test_table(void)
{
    webhook_buf_t  names;
    webhook_str_t  text;

    webhook_buf_init(&names, 0);
    tap_ok(webhook_handshake_names(&names, 1) == WEBHOOK_OK, "names");
    tap_bytes((char *) names.data, names.len,
              "meta, cloudevents, msgraph, dropbox, asana and sns",
              "those that may be named");
    webhook_buf_free(&names);

    tap_ok(webhook_handshake_names(&names, 0) == WEBHOOK_OK, "and the others");
    tap_bytes((char *) names.data, names.len,
              "slack, zoom, twitch, discord and woocommerce",
              "those that come with a preset alone");
    webhook_buf_free(&names);

    text = asked_str("github");
    tap_ok(webhook_handshake_find(&text) == NULL, "there is no such handshake");
    text = asked_str("slac");
    tap_ok(webhook_handshake_find(&text) == NULL, "nor half of one");
}


static void
test_dropbox(void)
{
    char         text[512];
    size_t       i;
    asked_case_t  c;

    static const asked_case_t  cases[] = {
        { .args = "challenge=abc123", .rc = WEBHOOK_HANDSHAKE_ANSWER,
          .answer = "200 text/plain abc123 "
                    "[X-Content-Type-Options: nosniff]" },
        { .args = "a=1&challenge=a%2Bb%3d", .rc = WEBHOOK_HANDSHAKE_ANSWER,
          .answer = "200 text/plain a+b= [X-Content-Type-Options: nosniff]" },
        { .args = "", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .args = "hub.challenge=1", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .args = "challenge=", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "challenge", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "challenge=a&challenge=a", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "challenge=%3Cscript%3E", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "challenge=a%0d%0ab", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "challenge=a%00", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "challenge=a%2", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "challenge=%c3%a9", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "challenge=a+b", .rc = WEBHOOK_HANDSHAKE_REFUSED }
    };

    asked_each("dropbox", cases, NULL, 0);

    memset(&c, 0, sizeof(c));

    for (i = 256; i <= 257; i++) {
        memset(text, 0, sizeof(text));
        strcpy(text, "challenge=");
        memset(text + strlen(text), 'a', i);

        c.args = text;
        tap_ok(asked("dropbox", &c, NULL, 0)
               == (i == 256 ? WEBHOOK_HANDSHAKE_ANSWER
                            : WEBHOOK_HANDSHAKE_REFUSED),
               "dropbox: %d bytes", (int) i);
        webhook_handshake_free(&answered);
    }
}


static void
test_msgraph(void)
{
    char         text[8192];
    size_t       i;
    asked_case_t  c;

    static const asked_case_t  cases[] = {
        { .args = "validationToken=Validation%3a+Testing+client+application+"
                  "reachability%20for+subscription+Request-Id%3A+522a8e7e-096a",
          .rc = WEBHOOK_HANDSHAKE_ANSWER,
          .answer = "200 text/plain Validation: Testing client application "
                    "reachability for subscription Request-Id: 522a8e7e-096a "
                    "[X-Content-Type-Options: nosniff]" },
        { .args = "validationtoken=4c2a4c8e-7e21",
          .rc = WEBHOOK_HANDSHAKE_ANSWER,
          .answer = "200 text/plain 4c2a4c8e-7e21 "
                    "[X-Content-Type-Options: nosniff]" },
        { .args = "token=1", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .args = "validationToken=", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "validationToken=%3Cscript%3Ealert(1)%3C/script%3E",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "validationToken=a%22b", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "validationToken=a%26lt;", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "validationToken=a&validationtoken=a",
          .rc = WEBHOOK_HANDSHAKE_REFUSED }
    };

    asked_each("msgraph", cases, NULL, 0);

    memset(&c, 0, sizeof(c));

    for (i = 1024; i <= 1025; i++) {
        memset(text, 0, sizeof(text));
        strcpy(text, "validationToken=");

        while (strlen(text) < 16 + 3 * i) {
            strcat(text, "%61");
        }

        c.args = text;
        tap_ok(asked("msgraph", &c, NULL, 0)
               == (i == 1024 ? WEBHOOK_HANDSHAKE_ANSWER
                             : WEBHOOK_HANDSHAKE_REFUSED),
               "msgraph: %d bytes", (int) i);
        webhook_handshake_free(&answered);
    }
}


static void
test_asana(void)
{
    static const asked_case_t  cases[] = {
        { .headers = {{ "X-Hook-Secret", "b537207f20cbfa02357cf448134da559" }},
          .body = "{}", .rc = WEBHOOK_HANDSHAKE_ANSWER,
          .answer = "200 json  "
                    "[X-Hook-Secret: b537207f20cbfa02357cf448134da559]" },
        { .body = "{}", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .headers = {{ "X-Hook-Secret", "b537" },
                      { "X-Hook-Signature", "b537" }},
          .rc = WEBHOOK_HANDSHAKE_NONE },
        { .headers = {{ "X-Hook-Secret", "b537" }, { "x-hook-secret", "b5" }},
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .headers = {{ "X-Hook-Secret", "" }},
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .headers = {{ "X-Hook-Secret", "a b" }},
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .headers = {{ "X-Hook-Secret", "a\tb" }},
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .headers = {{ "X-Hook-Secret", "<b>" }},
          .rc = WEBHOOK_HANDSHAKE_REFUSED }
    };

    asked_each("asana", cases, NULL, 0);
}


static void
test_meta(void)
{
    char            text[2048];
    size_t          i;
    const char     *err;
    asked_case_t     c;
    webhook_key_t   keys[2];
    webhook_str_t   secret;

    static const char  right[] =
        "200 text/plain 1158201444 [X-Content-Type-Options: nosniff]";

    static const asked_case_t  cases[] = {
        { .args = "hub.mode=subscribe&hub.challenge=1158201444&"
                  "hub.verify_token=meaty%20ham+steak",
          .rc = WEBHOOK_HANDSHAKE_ANSWER, .answer = right },
        { .args = "x=1&hub.verify_token=meaty+ham+steak&"
                  "hub.challenge=1158201444&hub.mode=subscribe&",
          .rc = WEBHOOK_HANDSHAKE_ANSWER, .answer = right },
        { .args = "", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .args = "mode=subscribe", .rc = WEBHOOK_HANDSHAKE_NONE },
        { .args = "hub.challenge=1158201444&hub.verify_token=meaty+ham+steak",
          .rc = WEBHOOK_HANDSHAKE_NONE },
        { .args = "hub.mode=unsubscribe&hub.challenge=1158201444&"
                  "hub.verify_token=meaty+ham+steak",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "hub.mode=subscribe&hub.challenge=1158201444&"
                  "hub.verify_token=meaty+ham+steal",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "hub.mode=subscribe&hub.challenge=1158201444&"
                  "hub.verify_token=old+verify+token",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "hub.mode=subscribe&hub.challenge=1158201444&"
                  "hub.verify_token=", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "hub.mode=subscribe&hub.challenge=1158201444",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "hub.mode=subscribe&hub.verify_token=meaty+ham+steak",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "hub.mode=subscribe&hub.verify_token=meaty+ham+steak&"
                  "hub.challenge=%3Cscript%3E",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "hub.mode=subscribe&hub.verify_token=meaty+ham+steak&"
                  "hub.challenge=1%0d%0aX:1", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "hub.mode=subscribe&hub.verify_token=meaty+ham+steak&"
                  "hub.challenge=1%", .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "hub.mode=subscribe&hub.verify_token=x&"
                  "hub.verify_token=meaty+ham+steak&hub.challenge=1",
          .rc = WEBHOOK_HANDSHAKE_REFUSED },
        { .args = "hub.mode=subscribe&hub.mode=subscribe&"
                  "hub.verify_token=meaty+ham+steak&hub.challenge=1",
          .rc = WEBHOOK_HANDSHAKE_REFUSED }
    };

    secret = asked_str("old verify token");
    (void) webhook_key_read(&keys[0], &secret, WEBHOOK_KEY_AS_TEXT, &err);
    keys[0].expires = 1000;

    secret = asked_str("meaty ham steak");
    (void) webhook_key_read(&keys[1], &secret, WEBHOOK_KEY_AS_TEXT, &err);

    asked_conf.tokens = keys;
    asked_conf.ntokens = 2;

    asked_each("meta", cases, NULL, 1000);

    memset(&c, 0, sizeof(c));

    c.args = "hub.mode=subscribe&hub.challenge=1158201444&"
             "hub.verify_token=old+verify+token";
    c.rc = WEBHOOK_HANDSHAKE_ANSWER;
    c.answer = right;
    asked_is("meta", &c, NULL, 999);

    i = sprintf(text, "hub.mode=subscribe&hub.challenge=1&hub.verify_token=");
    memset(text + i, 'a', 513);
    text[i + 513] = '\0';

    c.args = text;
    c.rc = WEBHOOK_HANDSHAKE_REFUSED;
    asked_is("meta", &c, NULL, 999);

    memset(&asked_conf, 0, sizeof(asked_conf));
}


static void
test_cloudevents(void)
{
    char         text[256];
    size_t       i;
    asked_case_t  c;

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

    asked_conf.origins = some;
    asked_conf.norigins = 2;

    memset(&c, 0, sizeof(c));

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        c.headers[0].name = "WebHook-Request-Origin";
        c.headers[0].value = all[i].origin;
        c.headers[1].name = all[i].rate[0] ? "WebHook-Request-Rate" : NULL;
        c.headers[1].value = all[i].rate;

        c.rc = all[i].allowed ? WEBHOOK_HANDSHAKE_ANSWER
                              : WEBHOOK_HANDSHAKE_REFUSED;

        sprintf(text, "200 json %s%s%s [WebHook-Allowed-Origin: %s]"
                " [Allow: POST, OPTIONS]",
                all[i].rate[0] ? " [WebHook-Allowed-Rate: " : "",
                all[i].allowed ? all[i].allowed : "",
                all[i].rate[0] ? "]" : "", all[i].origin);
        c.answer = text;

        asked_conf.rate = all[i].max;

        asked_is("cloudevents", &c, NULL, 0);
    }

    memset(&c, 0, sizeof(c));
    memset(&asked_conf, 0, sizeof(asked_conf));

    c.rc = WEBHOOK_HANDSHAKE_NONE;
    asked_is("cloudevents", &c, NULL, 0);

    c.headers[0].name = "WebHook-Request-Origin";
    c.headers[0].value = "anyone.example.org";
    c.rc = WEBHOOK_HANDSHAKE_REFUSED;
    asked_is("cloudevents", &c, NULL, 0);

    asked_conf.origins = &any;
    asked_conf.norigins = 1;
    c.rc = WEBHOOK_HANDSHAKE_ANSWER;
    c.answer = "200 json  [WebHook-Allowed-Origin: anyone.example.org]"
               " [Allow: POST, OPTIONS]";
    asked_is("cloudevents", &c, NULL, 0);

    c.headers[1] = c.headers[0];
    c.rc = WEBHOOK_HANDSHAKE_REFUSED;
    asked_is("cloudevents", &c, NULL, 0);

    memset(&asked_conf, 0, sizeof(asked_conf));
}


int
main(void)
{
    test_table();
    test_dropbox();
    test_msgraph();
    test_asana();
    test_meta();
    test_cloudevents();

    return tap_done();
}
