
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An endpoint that goes elsewhere takes no secret along.
 */

#include "definition_util.h"


#define ANEW  "give it again: the change leads to another scheme, host, port " \
              "or \"tls\" name, where no stored secret may be sent"

static const char  given[] =
    "{'name': 'erp', 'url': 'https://erp.example.com/hooks?k=1', 'headers': ["
    "{'name': 'X-Key', 'value': 'a'}, {'name': 'X-Two', 'value': 'b'}], "
    "'secret': 'whsec_QWxsIHRoYXQgaXMgaGVyZSBpcyBzZWNyZXQ=', 'sign': [{"
    "'header': 'X-S', 'secret': 'sign-key'}], 'auth': {'type': 'oauth2', "
    "'token_url': 'https://login.example.com/token?key=x', 'client_id': 'c', "
    "'client_secret': 'd'}}";


/* Passes if a URL leads elsewhere than another one, or not. */

static void
moved(const char *one, const char *two, int want)
{
    int     got;
    json_t  *a, *b;

    a = json_pack("{s:s}", "url", one);
    b = json_pack("{s:s}", "url", two);

    got = webhook_definition_moved(a, b);

    tap_ok(got == want && webhook_definition_moved(b, a) == want
           && webhook_definition_same_place(a, b) == (strcmp(one, two) == 0),
           "%s and %s: %s", one, two, want ? "elsewhere" : "the same place");

    json_decref(a);
    json_decref(b);
}


static void
test_moved(void)
{
    moved("https://a.test/x", "https://a.test/x", 0);
    moved("https://a.test/x", "https://a.test/y?z", 0);
    moved("https://a.test/x", "HTTPS://A.TEST:443", 0);
    moved("http://a.test", "http://a.test:80/", 0);
    moved("https://a.test/", "http://a.test/", 1);
    moved("https://a.test/", "https://a.test:444/", 1);
    moved("https://a.test/", "https://b.test/", 1);
    moved("https://a.test/", "https://a.test.evil/", 1);
    moved("https://a.test/", "https://a.test@evil.test/", 1);
    moved("https://a.test/", "https://a.test\\@evil.test/", 1);
    moved("https://a.test/", "https://evil.test/https://a.test/", 1);
    moved("https://a.test/", "https://evil.test?https://a.test/", 1);
    moved("https://a.test/", "https://evil.test#a.test", 1);
    moved("https://[::1]/", "https://[::1]:443/", 0);
    moved("https://[::1]/", "https://[::2]/", 1);
    moved("https://[::1]:443/", "https://[::1:443]/", 1);
    moved("https://a.test:/", "https://a.test/", 1);
    moved("https://a.test:99999999/", "https://a.test:99999999/x", 0);
    moved("https://a.test/", "https://a.test", 0);
}


static void
test_secrets(void)
{
    json_t  *old, *new;

    old = merge(EP, NULL, given, NOW, NULL);

    refused(EP, old, "{'url': 'https://evil.example.net/'}",
            "/headers/0/value: " ANEW "\n/headers/1/value: " ANEW "\n"
            "/secrets: " ANEW "\n/sign/0/secrets: " ANEW "\n"
            "/auth/client_secret: " ANEW);
    refused(EP, old, "{'tls': {'name': 'evil.example.net'}, 'headers': null, "
            "'secret': null, 'sign': null}", "/auth/client_secret: " ANEW);
    refused(EP, old, "{'url': 'http://erp.example.com/hooks?k=1', 'headers': ["
            "{'name': 'X-Key'}, {'name': 'X-Two', 'value': '***'}], 'secrets': "
            "[{'id': 'k1'}], 'sign': [{'header': 'X-S'}], 'auth': {"
            "'client_secret': '***'}}",
            "/headers/0/value: " ANEW "\n/headers/1/value: " ANEW "\n"
            "/secrets/0: " ANEW "\n/sign/0/secrets: " ANEW "\n"
            "/auth/client_secret: " ANEW);
    refused(EP, old, "{'url': 'https://erp.example.com:444/', 'headers': [], "
            "'secret': '***', 'sign': [{'header': 'X-S', 'secret': '***'}], "
            "'auth': null}",
            "/secret: " ANEW "\n/sign/0/secret: " ANEW);
    refused(EP, old, "{'auth': {'token_url': 'https://evil.example.net/'}}",
            "/auth/client_secret: " ANEW);
    refused(EP, old, "{'auth': {'type': 'oauth2', 'token_url': "
            "'https://evil.example.net/', 'client_secret': '***'}}",
            "/auth/client_secret: " ANEW);

    new = merge(EP, old, "{'auth': {'token_url': 'https://other.example.com/', "
                "'client_secret': 'e'}}", NOW, NULL);
    tap_ok(new != NULL, "access tokens from elsewhere");
    is(at(new, "/headers/0/value"), "a", "what goes where it went is kept");
    json_decref(new);

    new = merge(EP, old, "{'url': 'https://other.example.com/', 'headers': [{"
                "'name': 'X-Key', 'value': 'n'}], 'secret': true, 'sign': [{"
                "'header': 'X-S', 'secret': 'another'}], 'auth': {"
                "'client_secret': 'e'}}", NOW, NULL);
    tap_ok(new != NULL, "all of them anew");
    is(at(new, "/headers"), "[{'name':'X-Key','value':'n'}]", "a header");
    is(at(new, "/auth/token_url"), "https://login.example.com/token?key=x",
       "where access tokens come from is no secret of there");
    json_decref(new);

    new = merge(EP, old, "{'url': 'https://erp.example.com/***', 'headers': [{"
                "'name': 'X-Key', 'value': '***'}], 'description': 'x'}", NOW,
                NULL);
    tap_ok(new != NULL, "what stays takes its secrets along");
    is(at(new, "/headers/0/value"), "a", "as they were");
    json_decref(new);

    new = merge(EP, old, "{'url': 'https://erp.example.com/other'}", NOW, NULL);
    tap_ok(new != NULL && !webhook_definition_same_place(old, new)
           && !webhook_definition_moved(old, new), "another path");
    is(at(new, "/sign/0/secrets/0/secret"), "sign-key", "with its secrets");
    json_decref(new);

    json_decref(old);
}


/* "auth.token_url" may hold a key, as "url" does. */

static void
test_token_url(void)
{
    json_t  *old, *new, *shown;

    old = merge(EP, NULL, given, NOW, NULL);

    shown = webhook_definition_show(EP, old, WEBHOOK_DEFINITION_MASKED);
    is(at(shown, "/auth/token_url"), "https://login.example.com/***",
       "not shown to who may look");
    json_decref(shown);

    shown = webhook_definition_show(EP, old, WEBHOOK_DEFINITION_SETTING);
    is(at(shown, "/auth/token_url"), "https://login.example.com/token?key=x",
       "shown to who may set it");
    json_decref(shown);

    new = merge(EP, old, "{'auth': {'token_url': "
                "'https://login.example.com/***'}}", NOW, NULL);
    is(at(new, "/auth/token_url"), "https://login.example.com/token?key=x",
       "a mask of it is what it was");
    tap_ok(webhook_definition_same_place(old, new), "which leads to the same");
    json_decref(new);

    new = merge(EP, old, "{'auth': {'token_url': "
                "'https://login.example.com/other'}}", NOW, NULL);
    tap_ok(new != NULL && !webhook_definition_same_place(old, new),
           "another one does not");
    json_decref(new);

    json_decref(old);
}


int
main(void)
{
    test_moved();
    test_secrets();
    test_token_url();

    return tap_done();
}
