
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Secrets of endpoints and receivers: given, made, kept, rotated, ended.
 */

#include "definition_util.h"


static json_t *
rotate(webhook_definition_kind_e kind, const json_t *old, const char *asked,
    int64_t now, json_t **made)
{
    json_t  *json, *new, *problems;

    json = asked ? tree(asked) : NULL;
    problems = json_array();

    new = webhook_definition_rotate(kind, old, json, now, problems, made);

    if (new == NULL) {
        (void) say(json_array_get(problems, 0));
    }

    json_decref(json);
    json_decref(problems);

    return new;
}


static void
test_given(void)
{
    json_t  *old, *new, *made;

    old = merge(EP, NULL, "{'name': 'a', 'url': 'http://a', 'secret': "
                "'a secret of mine'}", NOW, &made);

    is(at(old, "/secrets"), "[{'id':'k1','secret':'a secret of mine',"
       "'created':'2026-11-28T02:06:10.432Z','expires':null}]",
       "a secret that is given");
    tap_ok(made == NULL, "it is not told again");

    new = merge(EP, old, "{'secret': '***'}", NOW, NULL);
    tap_ok(json_equal(old, new), "a masked one is what it was");
    json_decref(new);

    new = merge(EP, old, "{'secrets': [{'id': 'k1', 'hint': '***', 'created': "
                "'2026-11-28T02:06:10.432Z', 'expires': "
                "'2026-12-01T00:00:00Z'}, {'secret': 'the next one'}]}",
                NOW + 1000, NULL);
    is(at(new, "/secrets"), "[{'id':'k1','secret':'a secret of mine',"
       "'created':'2026-11-28T02:06:10.432Z','expires':"
       "'2026-12-01T00:00:00.000Z'},{'id':'k2','secret':'the next one',"
       "'created':'2026-11-28T02:06:11.432Z','expires':null}]",
       "a list: one is kept and gets an end, one is new");
    json_decref(old);
    old = new;

    new = merge(EP, old, "{'description': 'x'}", NOW + 4 * DAY, NULL);
    is(at(new, "/secrets/0/id"), "k2", "one that has ended is gone");
    json_decref(new);

    new = merge(EP, old, "{'secrets': [{'id': 'k1'}]}", NOW, NULL);
    json_decref(old);
    old = new;

    new = merge(EP, old, "{'description': 'x'}", NOW + 4 * DAY, NULL);
    is(at(new, "/secrets/0/id"), "k1",
       "but not the last one: nothing gets unsigned by itself");
    json_decref(new);

    new = merge(EP, old, "{'secret': null}", NOW, NULL);
    tap_ok(json_object_get(new, "secrets") == NULL, "all are taken away");
    json_decref(new);

    new = merge(EP, old, "{'secret': 'another'}", NOW, NULL);
    is(at(new, "/secrets/0/id"), "k2", "no id is used again");
    tap_ok(json_array_size(json_object_get(new, "secrets")) == 1,
           "one in place of all");
    json_decref(new);

    refused(EP, old, "{'secrets': [{'id': 'k1'}, {'id': 'k1'}]}",
            "/secrets/1: this secret is already in the list");
    refused(EP, old, "{'secrets': [{'id': 'k9'}]}",
            "/secrets/0: no secret with this \"id\" is stored: give the "
            "\"secret\"");
    refused(EP, old, "{'secrets': [{'id': 'k1', 'secret': 'x'}]}",
            "/secrets/0: a secret is not changed: leave out \"id\" for "
            "another one");
    refused(EP, old, "{'secrets': [{'id': 'k1', 'expires': 'soon'}, {'id': "
            "'k1', 'expires': 1}]}",
            "/secrets/0/expires: it has to be a time, as "
            "\"2027-01-31T12:00:00Z\"\n"
            "/secrets/1: this secret is already in the list");
    refused(EP, old, "{'secrets': [{'id': 'k1', 'expires': '2026-01-01'}]}",
            "/secrets/0/expires: it is in the past: leave the secret out");
    refused(EP, old, "{'secrets': [{'key': 'k1'}]}",
            "/secrets/0/key: a secret has no such member: there are \"id\", "
            "\"secret\", \"generate\" and \"expires\"");
    refused(EP, old, "{'secrets': 'x'}", "/secrets: it has to be a list of "
            "objects, as [{\"secret\": \"...\"}]");
    refused(EP, old, "{'secrets': ['x']}", "/secrets/0: it has to be an "
            "object, as {\"id\": \"k1\"} or {\"secret\": \"...\"}");
    refused(EP, old, "{'secrets': [], 'secret': 'x'}", "/secret: give "
            "\"secret\", which stands for all of them, or \"secrets\", not "
            "both");
    refused(EP, old, "{'secret': 5}",
            "/secret: it has to be a text, or true, which makes one");
    refused(EP, old, "{'secrets': [{'generate': true}, {'generate': true}]}",
            "/secrets/1: only one secret can be generated at a time");
    refused(EP, old, "{'sign': [{'header': 'X-S', 'secret': true}]}",
            "/sign/0/secret: this secret cannot be generated: give the one of "
            "the other side");

    json_decref(old);
}


static void
test_made(void)
{
    json_t  *new, *made;

    new = merge(EP, NULL, "{'name': 'a', 'url': 'http://a', 'secret': true}",
                NOW, &made);

    tap_ok(strncmp(at(made, "/secret"), "whsec_", 6) == 0
           && strlen(at(made, "/secret")) == 6 + 44,
           "a secret is made and told once");
    tap_ok(json_equal(json_object_get(made, "secret"),
                      json_object_get(json_array_get(json_object_get(new,
                                                     "secrets"), 0),
                                      "secret")),
           "it is the endpoint's");

    json_decref(made);
    json_decref(new);

    new = merge(RC, NULL, "{'name': 'a', 'verify': {'preset': 'hmac', "
                "'header': 'X-S', 'secret': true}}", NOW, &made);

    tap_ok(strlen(at(made, "/secret")) == 43 && strlen(at(made, "/token")) == 43
           && strcmp(at(new, "/verify/secrets/0/secret"),
                     at(made, "/secret")) == 0,
           "one to verify, as text, and the token");

    json_decref(made);
    json_decref(new);

    new = merge(RC, NULL, "{'name': 'a', 'verify': {'preset': 'standard', "
                "'secret': true}}", NOW, &made);
    tap_ok(strncmp(at(made, "/secret"), "whsec_", 6) == 0,
           "as the preset has it");
    json_decref(made);
    json_decref(new);
}


static void
test_nested(void)
{
    json_t  *old, *new;

    old = merge(EP, NULL, "{'name': 'a', 'url': 'http://a', 'sign': ["
                "{'header': 'X-One', 'secret': 'secret one'}, "
                "{'header': 'X-Two', 'secret': 'secret two'}]}", NOW, NULL);

    new = merge(EP, old, "{'sign': [{'header': 'X-Two', 'prefix': 'v1='}, "
                "{'header': 'X-One', 'secrets': [{'id': 'k1'}, "
                "{'secret': 'secret three'}]}]}", NOW, NULL);

    is(at(new, "/sign/0/secrets/0/secret"), "secret two",
       "what is left out is that of the same header");
    is(at(new, "/sign/0/prefix"), "v1=", "its other members are new");
    is(at(new, "/sign/1/secrets/1/secret"), "secret three", "one more");
    json_decref(new);
    json_decref(old);

    old = merge(RC, NULL, "{'name': 'a', 'verify': {'preset': 'github', "
                "'secret': 'the key of theirs'}, 'handshake': [{'type': "
                "'meta', 'secret': 'verify me'}, 'msgraph']}", NOW, NULL);

    new = merge(RC, old, "{'verify': {'tolerance': '5m'}, 'handshake': "
                "[{'type': 'meta', 'secret': '***'}]}", NOW, NULL);
    is(at(new, "/verify/secrets/0/secret"), "the key of theirs", "kept");
    is(at(new, "/handshake/0/secrets/0/secret"), "verify me", "kept, masked");
    json_decref(new);

    new = merge(RC, old, "{'verify': {'preset': 'gitlab'}}", NOW, NULL);
    is(at(new, "/verify"), "{'preset':'gitlab'}",
       "not with another preset");
    json_decref(new);

    refused(RC, old, "{'handshake': [{'type': 'meta', 'secrets': [{'secret': "
            "'x', 'expires': '2027-01-01'}]}]}",
            "/handshake/0/secrets/0/expires: these have no end");

    json_decref(old);
}


static void
test_rotate(void)
{
    json_t  *old, *new, *last, *made;

    old = merge(EP, NULL, "{'name': 'a', 'url': 'http://a', 'secret': "
                "'a secret of mine'}", NOW, NULL);

    new = rotate(EP, old, NULL, NOW + DAY, &made);
    tap_ok(json_array_size(json_object_get(new, "secrets")) == 1
           && strcmp(at(new, "/secrets/0/secret"), at(made, "/secret")) == 0,
           "rotated, and the old one is gone");
    is(at(new, "/secrets/0/id"), "k2", "its id");
    json_decref(made);
    json_decref(new);

    new = rotate(EP, old, "{'overlap': '1d12h'}", NOW, &made);
    is(at(new, "/secrets/1"), "{'id':'k1','secret':'a secret of mine',"
       "'created':'2026-11-28T02:06:10.432Z','expires':"
       "'2026-11-29T14:06:10.432Z'}", "the old one has an end");
    json_decref(made);

    last = rotate(EP, new, "{'overlap': '2d', 'secret': 'theirs'}", NOW,
                  &made);
    is(at(last, "/secrets/0/secret"), "theirs", "one that is given");
    tap_ok(made == NULL, "which is not told");
    is(at(last, "/secrets/1/expires"), "2026-11-30T02:06:10.432Z",
       "the second has an end");
    is(at(last, "/secrets/2/expires"), "2026-11-29T14:06:10.432Z",
       "the first keeps its earlier one");
    json_decref(new);
    json_decref(last);

    tap_ok(rotate(EP, old, "{'overlap': '91d'}", NOW, &made) == NULL
           && made == NULL, "an overlap that is too long");
    is(said, "{'pointer':'/overlap','detail':'it has to be a time from "
       "\\'1s\\' to \\'90d\\', as \\'24h\\''}", "it is said");
    tap_ok(rotate(EP, old, "{'overlap': '5'}", NOW, &made) == NULL, "no unit");
    tap_ok(rotate(EP, old, "{'overlap': 5}", NOW, &made) == NULL, "a number");
    tap_ok(rotate(EP, old, "{'overlap': '99999999999999999999d'}", NOW, &made)
           == NULL, "a number of many digits");
    tap_ok(rotate(EP, old, "{'secret': '***'}", NOW, &made) == NULL, "a mask");
    tap_ok(rotate(EP, old, "[]", NOW, &made) == NULL, "a list");
    tap_ok(rotate(EP, old, "{'overlp': '1d'}", NOW, &made) == NULL,
           "a slip");
    json_decref(old);

    old = merge(RC, NULL, "{'name': 'a'}", NOW, NULL);
    tap_ok(rotate(RC, old, "{'secret': 'x'}", NOW, &made) == NULL,
           "a receiver's token is not given");
    new = rotate(RC, old, "{'overlap': '1h'}", NOW, &made);
    is(at(new, "/tokens/1/expires"), "2026-11-28T03:06:10.432Z",
       "a receiver's token");
    tap_ok(strcmp(at(new, "/tokens/0/secret"), at(made, "/token")) == 0
           && strcmp(at(new, "/tokens/1/secret"), at(made, "/token")) != 0,
           "the new one is told");
    json_decref(made);
    json_decref(new);
    json_decref(old);
}


int
main(void)
{
    test_given();
    test_made();
    test_nested();
    test_rotate();

    return tap_done();
}
